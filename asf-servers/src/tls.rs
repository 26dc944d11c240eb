//! The certificate of a process: one's own, or a self-signed one for the names of this machine.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use asf_runtime::config::Config;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::OnceCell;

/// What the self-signed certificate is for. `*.localhost` is for OpenSSL and curl; browsers and rustls want
/// two labels after the star.
const NAMES: &[&str] = &[
    "localhost",
    "*.localhost",
    "localhost.localstack.cloud",
    "*.localhost.localstack.cloud",
    "*.s3.localhost.localstack.cloud",
    "127.0.0.1",
    "::1",
];
/// Its file in the folder for what is kept: key and certificate, as `CUSTOM_SSL_CERT_PATH` has them.
const FILE: &str = "server.pem";

/// Where the certificate comes from. Nothing of it is loaded or made before the first connection that
/// speaks TLS.
#[derive(Debug)]
pub struct Tls {
    source: Source,
    /// What is spoken over it, by ALPN's names.
    protocols: &'static [&'static [u8]],
    config: OnceCell<Arc<ServerConfig>>,
}

#[derive(Clone, Debug)]
enum Source {
    Custom(PathBuf),
    SelfSigned(Option<PathBuf>),
}

impl Tls {
    /// A file with a private key and a chain of certificates, PEM (`CUSTOM_SSL_CERT_PATH`).
    #[must_use]
    pub fn custom(file: PathBuf) -> Self {
        Self { source: Source::Custom(file), protocols: &[], config: OnceCell::new() }
    }

    /// A self-signed certificate, kept in a folder as `server.pem`; without a folder it is gone with the
    /// process.
    #[must_use]
    pub fn self_signed(folder: Option<PathBuf>) -> Self {
        Self { source: Source::SelfSigned(folder), protocols: &[], config: OnceCell::new() }
    }

    /// The certificate that is configured: the file of `CUSTOM_SSL_CERT_PATH`, else a self-signed one, kept in `tls` of
    /// the volume if there is one.
    #[must_use]
    pub fn configured(config: &Config) -> Self {
        match &config.custom_ssl_cert_path {
            Some(file) => Self::custom(file.clone()),
            None => Self::self_signed(config.volume().ok().map(|it| it.join("tls"))),
        }
    }

    /// For these protocols, by ALPN's names; without, a client may say what it wants.
    #[must_use]
    pub fn speaking(self, protocols: &'static [&'static [u8]]) -> Self {
        Self { protocols, config: OnceCell::new(), ..self }
    }

    /// What connections are accepted with.
    ///
    /// # Errors
    /// The file cannot be read, or is not what it should be. The next connection tries again.
    pub async fn config(&self) -> io::Result<Arc<ServerConfig>> {
        let load = || async {
            let (source, protocols) = (self.source.clone(), self.protocols);
            let loaded = tokio::task::spawn_blocking(move || load(&source, protocols)).await;
            let loaded = loaded.map_err(io::Error::other).flatten();
            loaded
                .map(Arc::new)
                .inspect_err(|error| tracing::error!(%error, "there is no certificate for TLS"))
        };
        self.config.get_or_try_init(load).await.cloned()
    }
}

fn load(source: &Source, protocols: &[&[u8]]) -> io::Result<ServerConfig> {
    let mut config = certified(source)?;
    config.alpn_protocols = protocols.iter().map(|it| it.to_vec()).collect();
    Ok(config)
}

fn certified(source: &Source) -> io::Result<ServerConfig> {
    match source {
        Source::Custom(path) => {
            let pem = fs::read(path).map_err(|error| named(path, &error))?;
            config(&pem).map_err(|error| named(path, &error))
        }
        Source::SelfSigned(None) => config(make()?.as_bytes()),
        Source::SelfSigned(Some(folder)) => {
            let path = folder.join(FILE);
            if let Ok(pem) = fs::read(&path) {
                match config(&pem) {
                    Ok(config) => return Ok(config),
                    Err(error) => tracing::warn!(%error, path = %path.display(), "made a new certificate"),
                }
            }
            let pem = make()?;
            // Without a place to keep it, it is still good for this process.
            if let Err(error) = keep(folder, &path, &pem) {
                tracing::warn!(%error, path = %path.display(), "the certificate cannot be kept");
            }
            config(pem.as_bytes())
        }
    }
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}

/// Reads a key and certificates.
fn config(pem: &[u8]) -> io::Result<ServerConfig> {
    let invalid = |what: &dyn std::fmt::Display| io::Error::new(io::ErrorKind::InvalidData, what.to_string());
    let key = PrivateKeyDer::from_pem_slice(pem).map_err(|it| invalid(&format!("private key: {it}")))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.map_err(|it| invalid(&format!("certificate: {it}")))?;
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|it| it.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|it| invalid(&it))
}

/// Makes a key and a certificate that outlast whatever they are used for.
fn make() -> io::Result<String> {
    let names: Vec<String> = NAMES.iter().map(|it| (*it).to_owned()).collect();
    let make = || -> Result<String, rcgen::Error> {
        let mut parameters = CertificateParams::new(names)?;
        parameters.distinguished_name.push(DnType::CommonName, "localhost.localstack.cloud");
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = parameters.self_signed(&key)?;
        Ok(key.serialize_pem() + &certificate.pem())
    };
    make().map_err(io::Error::other)
}

/// Writes the file as a whole, for us alone: another process may read it meanwhile, or write its own.
fn keep(folder: &Path, path: &Path, pem: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = folder.join(format!("{FILE}.{}", std::process::id()));
    let _ = fs::remove_file(&beside);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&beside)?.write_all(pem.as_bytes())?;
    fs::rename(&beside, path)
}
