//! Connections to other servers, plain and over TLS.

use std::sync::Arc;

use http::Response;
use hyper::body::Incoming;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::gateway::edge::proxy::{client_over, new_client, new_connector};
use crate::protocol::Request;
use crate::shape::ByteStream;

/// A client of one server.
pub(super) enum Wire {
    Plain(Client<HttpConnector, ByteStream>),
    Tls(Client<HttpsConnector<HttpConnector>, ByteStream>),
}

impl Wire {
    /// For `http`.
    pub(super) fn plain() -> Self {
        Self::Plain(new_client())
    }

    /// For `https`, with what is trusted.
    pub(super) fn tls(config: ClientConfig) -> Self {
        let builder = HttpsConnectorBuilder::new().with_tls_config(config).https_only().enable_http1();
        let mut connector = new_connector();
        // It is asked for URLs of `https`, too.
        connector.enforce_http(false);
        Self::Tls(client_over(builder.wrap_connector(connector)))
    }

    pub(super) async fn request(&self, request: Request) -> Result<Response<Incoming>, Error> {
        match self {
            Self::Plain(client) => client.request(request).await,
            Self::Tls(client) => client.request(request).await,
        }
    }
}

/// What is trusted: the certificates of a PEM file, or Mozilla's.
///
/// # Errors
/// What is wrong with the file's text.
pub(super) fn trust(roots: Option<&[u8]>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    let Some(pem) = roots else { return Ok(builder.with_webpki_roots().with_no_client_auth()) };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        store.add(certificate).map_err(|error| error.to_string())?;
    }
    if store.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}
