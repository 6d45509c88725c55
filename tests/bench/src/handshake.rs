//! What the first TLS handshake costs: a start whose connection is secured, beside one whose is plain.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use anyhow::Result;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ServerConfig, ServerConnection,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// A server that shakes hands and then waits for what never comes: nothing but the connection is opened at init.
pub(crate) struct Server {
    /// For `AWS_ENDPOINT_URL`.
    pub(crate) url: String,
    /// For `AWS_CA_BUNDLE`: the authorities that a function trusts in the cloud, and the server's own.
    pub(crate) bundle: PathBuf,
}

impl Server {
    pub(crate) fn start(root: &Path) -> Result<Self> {
        // ECDSA on P-256, as AWS's endpoints have.
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".into()])?;
        let roots = fs::read_to_string(root.join("shared/lambda/src/amazon-roots.pem"))?;
        let name = format!("souk-bench-{}.pem", std::process::id());
        let bundle = std::env::temp_dir().join(name);
        fs::write(&bundle, roots + &cert.pem())?;

        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)?;
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("https://{}", listener.local_addr()?);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let config = Arc::clone(&config);
                thread::spawn(move || -> Result<()> {
                    let (mut connection, mut tls) = (connection, ServerConnection::new(config)?);
                    // Until the function ends and with it the connection.
                    while tls.complete_io(&mut connection)? != (0, 0) {}
                    Ok(())
                });
            }
        });
        Ok(Self { url, bundle })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What is left in the folder for temporary files does no harm.
        let _ = fs::remove_file(&self.bundle);
    }
}
