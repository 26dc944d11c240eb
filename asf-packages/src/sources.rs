//! Where packages are got from, as far as it can be set. pip, npm and apt know theirs themselves.

use std::path::PathBuf;

use asf_runtime::config::Config;

/// Where packages are got from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// A mirror of everything that is downloaded by URL: `https://host/path` is then got from
    /// `<mirror>/host/path` (`ASF_DOWNLOAD_MIRROR`).
    pub mirror: Option<String>,
    /// A Maven repository (`ASF_MAVEN_REPOSITORY`).
    pub maven: Option<String>,
    /// A file with root certificates (PEM), instead of those that are built in (`ASF_CA_BUNDLE`).
    pub ca_bundle: Option<PathBuf>,
}

impl Sources {
    /// Those that are configured.
    #[must_use]
    pub fn configured(config: &Config) -> Self {
        Self {
            mirror: config.download_mirror.clone(),
            maven: config.maven_repository.clone(),
            ca_bundle: config.ca_bundle.clone(),
        }
    }

    /// Where a URL is really got from. Files of this machine have no mirror.
    #[must_use]
    pub fn locate(&self, url: &str) -> String {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        match (&self.mirror, rest) {
            (Some(mirror), Some(rest)) => format!("{}/{rest}", mirror.trim_end_matches('/')),
            _ => url.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_has_the_host_in_its_path() {
        let plain = Sources::default();
        let mirror = Sources { mirror: Some("http://127.0.0.1:8000/m/".to_owned()), ..Sources::default() };
        let url = "https://example.com/a/b.jar";
        assert_eq!(plain.locate(url), url);
        assert_eq!(mirror.locate(url), "http://127.0.0.1:8000/m/example.com/a/b.jar");
        assert_eq!(mirror.locate("file:///a.jar"), "file:///a.jar");
    }
}
