//! Files by URL.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256, Sha512};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::{Checksum, InstallError, Job};

/// How long it may take to connect, and until an answer begins.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// Bytes of a download, at most; OpenSearch, the largest package, has 900 MiB.
const LARGEST: u64 = 2 << 30;
/// Bytes of a file with a digest, at most.
const LARGEST_DIGEST: u64 = 4 << 10;

impl Job<'_> {
    /// Gets what a URL (`https:`, `http:` or `file:`) has into a file, and checks that it is the right thing.
    pub(crate) fn download(&self, url: &str, checksum: &Checksum, into: &Path) -> Result<(), InstallError> {
        let located = self.sources.locate(url);
        self.progress.step(&format!("downloading {located}"));
        let (body, total) = self.open(&located)?;
        let mut digests = (Sha256::new(), Sha512::new());
        let mut body = body.take(LARGEST + 1);
        let mut file = self.at(into, File::create(into))?;
        let mut buffer = vec![0; 64 << 10];
        let mut done = 0;
        loop {
            let read = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.bad_download(&located, &format!("it broke off: {error}"))),
            };
            self.at(into, file.write_all(&buffer[..read]))?;
            match checksum {
                Checksum::Sha512At(_) => digests.1.update(&buffer[..read]),
                _ => digests.0.update(&buffer[..read]),
            }
            done += read as u64;
            self.progress.bytes(done, total);
        }
        if done > LARGEST {
            return Err(self.bad_download(&located, &format!("it is larger than {LARGEST} bytes")));
        }
        if let Some(total) = total.filter(|total| *total != done) {
            return Err(self.bad_download(&located, &format!("it broke off after {done} of {total} bytes")));
        }
        let found = match checksum {
            Checksum::Sha512At(_) => hex(&digests.1.finalize()),
            _ => hex(&digests.0.finalize()),
        };
        let expected = match checksum {
            Checksum::Sha256(expected) => (*expected).to_owned(),
            Checksum::Sha256At(suffix) | Checksum::Sha512At(suffix) => {
                let beside = self.sources.locate(&format!("{url}{suffix}"));
                let mut text = String::new();
                let (body, _) = self.open(&beside)?;
                let read = body.take(LARGEST_DIGEST).read_to_string(&mut text);
                read.map_err(|error| self.bad_download(&beside, &error.to_string()))?;
                // Some have the name of the file behind.
                text.split_whitespace().next().unwrap_or_default().to_owned()
            }
            Checksum::Unknown => {
                tracing::warn!(
                    package = self.package,
                    url = located,
                    sha256 = found,
                    "nothing to check it by"
                );
                return Ok(());
            }
        };
        if expected.eq_ignore_ascii_case(&found) {
            return Ok(());
        }
        Err(InstallError::Checksum { package: self.name(), url: located, expected, found })
    }

    /// What a URL has, and how long it is if that is known.
    fn open(&self, url: &str) -> Result<(Box<dyn Read>, Option<u64>), InstallError> {
        if let Some(path) = url.strip_prefix("file://") {
            let file = self.at(Path::new(path), File::open(path))?;
            let length = file.metadata().ok().map(|it| it.len());
            return Ok((Box::new(file), length));
        }
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(ANSWER_TIME))
            .timeout_recv_response(Some(ANSWER_TIME))
            .user_agent(concat!("asf/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(self.roots()?).build())
            .build();
        let response = ureq::Agent::new_with_config(config).get(url).call();
        let response = response.map_err(|error| match error {
            ureq::Error::StatusCode(status) => self.bad_download(url, &format!("it answers {status}")),
            // Somebody is there, so the network is not to blame.
            error if error.to_string().contains("certificate") => {
                let advice =
                    "If a proxy of yours opens TLS, set ASF_CA_BUNDLE to a file with its certificate";
                self.bad_download(url, &format!("{error}. {advice}"))
            }
            ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::Timeout(_)
            | ureq::Error::Io(_) => self.offline(url, &error.to_string()),
            error => self.bad_download(url, &error.to_string()),
        })?;
        let body = response.into_body();
        let length = body.content_length();
        Ok((Box::new(body.into_with_config().limit(LARGEST + 1).reader()), length))
    }

    /// Whose certificates are believed.
    fn roots(&self) -> Result<RootCerts, InstallError> {
        let Some(path) = &self.sources.ca_bundle else { return Ok(RootCerts::WebPki) };
        let pem = self.at(path, std::fs::read(path))?;
        let certificates: Vec<_> = parse_pem(&pem)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() {
            return Err(self.failed(format!("{} (ASF_CA_BUNDLE) has no certificate in it", path.display())));
        }
        Ok(RootCerts::from(certificates))
    }

    fn bad_download(&self, url: &str, reason: &str) -> InstallError {
        let (url, reason) = (url.to_owned(), reason.to_owned());
        InstallError::Download { package: self.name(), url, reason }
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
