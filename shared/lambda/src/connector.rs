//! How calls reach AWS: HTTP/1.1 over TLS, on connections that are kept open.
//!
//! The SDK's own client brings HTTP/2, proxies and the machine's certificates, none of which a function uses: a
//! tenth of its size and start (docs/decisions/0013-a-connector-of-our-own.md).

use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, retry::ErrorKind};
use http_types::{HeaderValue, Request, Uri, header::HOST, uri::Authority};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use kernel::Problem;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::Instant,
};
use tokio_rustls::TlsConnector;

/// The authorities that sign AWS's own certificates (<https://www.amazontrust.com/repository/>): reading the
/// machine's whole store costs 30 ms at the first handshake.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// A connection that has been idle for longer may be gone without a word: a frozen environment does not hear it
/// being closed.
const IDLE: Duration = Duration::from_mins(1);

/// What all clients of a function call through.
#[derive(Clone)]
pub(crate) struct Connector(Arc<Pool>);

struct Pool {
    /// None where all is plain: no TLS is set up that isn't used.
    tls: Option<TlsConnector>,
    kept: Mutex<Vec<Link>>,
}

/// Where a connection leads.
#[derive(Clone, PartialEq)]
struct Place {
    secure: bool,
    authority: Authority,
}

/// An open connection.
struct Link {
    place: Place,
    sender: SendRequest<SdkBody>,
    /// The SDK has seen an error that says: not this one again.
    spoiled: Arc<AtomicBool>,
    used: Instant,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Connector {
    /// For an endpoint of one's own, which may be plain, or for AWS itself. `authorities` in PEM are trusted instead
    /// of Amazon's.
    ///
    /// # Errors
    /// If they are no certificates.
    pub(crate) fn new(endpoint: Option<&str>, authorities: Option<&[u8]>) -> Result<Self, Problem> {
        let plain = endpoint.is_some_and(|url| url.starts_with("http://"));
        let tls = if plain {
            None
        } else {
            Some(tls(authorities.unwrap_or(AMAZON_ROOTS))?)
        };
        Ok(Self(Arc::new(Pool {
            tls,
            kept: Mutex::default(),
        })))
    }

    /// Opens a connection before the first request needs it. That it cannot be opened is found out then.
    pub(crate) async fn open(&self, url: &str) {
        let place = url.parse().ok().and_then(|uri| Place::of(&uri));
        if let Some(place) = place
            && let Ok(link) = self.0.open(place).await
        {
            self.0.keep(link);
        }
    }

    /// Sends a request of nobody's SDK, and waits for the head of its answer.
    pub(crate) async fn call(
        &self,
        request: Request<SdkBody>,
        connect_within: Duration,
    ) -> Result<HttpResponse, ConnectorError> {
        self.0.send(request, Some(connect_within)).await
    }
}

/// Whether a call has failed before anything of its request has left: no connection was to be had.
pub(crate) fn is_unsent(error: &ConnectorError) -> bool {
    let is_of_socket = error
        .source()
        .is_some_and(<dyn Error>::is::<std::io::Error>);
    error.is_timeout() || error.is_io() && is_of_socket
}

fn tls(authorities: &[u8]) -> Result<TlsConnector, Problem> {
    let mut roots = RootCertStore::empty();
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(authorities).collect();
    let certificates = certificates.map_err(|error| Problem::internal(format!("{error:?}")))?;
    // A machine's store may have some that are too old to be read. Those are not trusted.
    if roots.add_parsable_certificates(certificates).0 == 0 {
        return Err(Problem::internal("no authority is trusted"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Problem::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

impl Place {
    fn of(uri: &Uri) -> Option<Self> {
        Some(Self {
            secure: uri.scheme_str()? == "https",
            authority: uri.authority()?.clone(),
        })
    }

    /// The host and port to connect to.
    fn address(&self) -> (&str, u16) {
        let usual = if self.secure { 443 } else { 80 };
        // An IPv6 address stands in brackets in a URL alone.
        let host = self.authority.host().trim_matches(['[', ']']);
        (host, self.authority.port_u16().unwrap_or(usual))
    }
}

impl Link {
    fn usable(&self) -> bool {
        !self.sender.is_closed()
            && !self.spoiled.load(Ordering::Relaxed)
            && self.used.elapsed() < IDLE
    }

    /// What the SDK is told of it: how to say that it shall not be used again.
    fn metadata(&self) -> impl Fn() -> Option<ConnectionMetadata> + Send + Sync + 'static {
        let spoiled = Arc::clone(&self.spoiled);
        move || {
            let spoiled = Arc::clone(&spoiled);
            let spoil = move || spoiled.store(true, Ordering::Relaxed);
            let metadata = ConnectionMetadata::builder().proxied(false);
            Some(metadata.poison_fn(spoil).build())
        }
    }
}

impl Pool {
    /// A kept connection that nobody uses.
    fn take(&self, place: &Place) -> Option<Link> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(Link::usable);
        let free = |link: &Link| link.place == *place && link.sender.is_ready();
        let at = kept.iter().position(free)?;
        Some(kept.swap_remove(at))
    }

    fn keep(&self, mut link: Link) {
        link.used = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(link);
    }

    async fn open(&self, place: Place) -> Result<Link, ConnectorError> {
        let io = |error: std::io::Error| ConnectorError::io(error.into());
        let (host, port) = place.address();
        let tcp = TcpStream::connect((host, port)).await.map_err(io)?;
        // A request is one small write that shall leave at once.
        tcp.set_nodelay(true).map_err(io)?;
        let stream: Pin<Box<dyn Stream>> = match (place.secure, &self.tls) {
            (false, _) => Box::pin(tcp),
            (true, Some(tls)) => {
                let name = ServerName::try_from(host.to_owned());
                let name = name.map_err(|error| ConnectorError::user(error.into()))?;
                Box::pin(tls.connect(name, tcp).await.map_err(io)?)
            }
            (true, None) => return Err(ConnectorError::user("no TLS is set up".into())),
        };
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(failure)?;
        // How it ends is told to who waits for an answer.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        sender.ready().await.map_err(failure)?;
        Ok(Link {
            place,
            sender,
            spoiled: Arc::default(),
            used: Instant::now(),
        })
    }

    async fn send(
        &self,
        mut request: Request<SdkBody>,
        connect_within: Option<Duration>,
    ) -> Result<HttpResponse, ConnectorError> {
        let unknown = || ConnectorError::user("the request has no place to go to".into());
        let place = Place::of(request.uri()).ok_or_else(unknown)?;
        let told = request
            .extensions()
            .get::<CaptureSmithyConnection>()
            .cloned();
        address(&mut request, &place)?;
        loop {
            let (mut link, fresh) = match self.take(&place) {
                Some(link) => (link, false),
                None => (
                    within(connect_within, self.open(place.clone())).await?,
                    true,
                ),
            };
            if let Some(told) = &told {
                told.set_connection_retriever(link.metadata());
            }
            match link.sender.try_send_request(request).await {
                Ok(response) => {
                    self.keep(link);
                    let response = response.map(SdkBody::from_body_1_x);
                    return HttpResponse::try_from(response)
                        .map_err(|error| ConnectorError::other(error.into(), None));
                }
                Err(mut error) => match error.take_message() {
                    // It was closed while it lay idle, and nothing of the request has left.
                    Some(unsent) if !fresh => request = unsent,
                    _ => return Err(failure(error.into_error())),
                },
            }
        }
    }
}

/// Addresses a request as HTTP/1.1 has it (RFC 9112 §3.2): the path in its first line, the host in a header.
fn address(request: &mut Request<SdkBody>, place: &Place) -> Result<(), ConnectorError> {
    let user = |error: http_types::Error| ConnectorError::user(error.into());
    if !request.headers().contains_key(HOST) {
        let host = HeaderValue::from_str(place.authority.as_str());
        let host = host.map_err(|error| user(error.into()))?;
        request.headers_mut().insert(HOST, host);
    }
    let path = request.uri().path_and_query().cloned();
    let path = path.map_or_else(
        || Ok(Uri::from_static("/")),
        |path| Uri::builder().path_and_query(path).build(),
    );
    *request.uri_mut() = path.map_err(user)?;
    Ok(())
}

async fn within<T>(
    limit: Option<Duration>,
    attempt: impl Future<Output = Result<T, ConnectorError>>,
) -> Result<T, ConnectorError> {
    match limit {
        None => attempt.await,
        Some(limit) => tokio::time::timeout(limit, attempt)
            .await
            .unwrap_or_else(|late| Err(ConnectorError::timeout(late.into()))),
    }
}

/// What an error of the connection means to the SDK's retries.
fn failure(error: hyper::Error) -> ConnectorError {
    let io = || {
        error
            .source()
            .is_some_and(<dyn Error>::is::<std::io::Error>)
    };
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_user() {
        ConnectorError::user(error.into())
    } else if error.is_closed() || error.is_canceled() || io() {
        ConnectorError::io(error.into())
    } else if error.is_incomplete_message() {
        // S3 closes connections so.
        ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
    } else {
        ConnectorError::other(error.into(), None)
    }
}

/// The connector with the timeouts of one client.
#[derive(Debug)]
struct Timed {
    connector: Connector,
    connect: Option<Duration>,
    read: Option<Duration>,
}

impl HttpConnector for Timed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        let pool = Arc::clone(&self.connector.0);
        let (connect, read) = (self.connect, self.read);
        HttpConnectorFuture::new(async move { within(read, pool.send(request, connect)).await })
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Timed {
            connector: self.clone(),
            connect: settings.connect_timeout(),
            read: settings.read_timeout(),
        })
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{TcpListener, TcpStream as Socket},
        sync::mpsc::{Receiver, channel},
        thread,
    };

    use aws_smithy_types::byte_stream::ByteStream;
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use rustls::{
        ServerConfig, ServerConnection, StreamOwned,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    };

    use super::*;

    /// What a server does with a request.
    #[derive(Clone, Copy)]
    enum Then {
        Serve,
        /// Answers and closes the connection without saying so in the answer.
        ServeAndClose,
        /// Closes in the middle of the answer's head.
        Cut,
    }

    /// A server of HTTP/1.1, and the heads of the requests that it got, each after the number of its connection.
    struct Server {
        address: String,
        heads: Receiver<(usize, String)>,
    }

    impl Server {
        fn start(then: Then, tls: Option<Arc<ServerConfig>>) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let (tell, heads) = channel();
            thread::spawn(move || {
                for (number, socket) in listener.incoming().flatten().enumerate() {
                    let (tell, tls) = (tell.clone(), tls.clone());
                    let serve = move |stream: &mut dyn Talk| {
                        while let Some(head) = read_head(stream) {
                            let _ = tell.send((number, head));
                            let answer = match then {
                                Then::Cut => "HTTP/1.1 200",
                                _ => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
                            };
                            let _ = stream.write_all(answer.as_bytes());
                            if !matches!(then, Then::Serve) {
                                return;
                            }
                        }
                    };
                    thread::spawn(move || match tls {
                        None => serve(&mut { socket }),
                        Some(config) => {
                            let tls = ServerConnection::new(config).unwrap();
                            serve(&mut StreamOwned::<ServerConnection, Socket>::new(
                                tls, socket,
                            ));
                        }
                    });
                }
            });
            Self { address, heads }
        }

        fn get(&self, scheme: &str) -> Request<SdkBody> {
            let uri = format!("{scheme}://{}/a/b?c=d", self.address);
            Request::get(uri).body(SdkBody::empty()).unwrap()
        }

        /// The connections that requests came on.
        fn connections(&self) -> Vec<usize> {
            self.heads.try_iter().map(|(number, _)| number).collect()
        }
    }

    trait Talk: Read + Write {}
    impl<T: Read + Write> Talk for T {}

    fn read_head(stream: &mut dyn Talk) -> Option<String> {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).ok()?;
            head.extend(byte);
        }
        String::from_utf8(head).ok()
    }

    fn plain() -> Connector {
        Connector::new(Some("http://plain"), None).unwrap()
    }

    async fn send(
        connector: &Connector,
        request: Request<SdkBody>,
    ) -> Result<Vec<u8>, ConnectorError> {
        let answer = connector
            .0
            .send(request, Some(Duration::from_secs(5)))
            .await?;
        assert_eq!(answer.status().as_u16(), 200);
        let body = ByteStream::new(answer.into_body()).collect().await.unwrap();
        Ok(body.to_vec())
    }

    #[tokio::test]
    async fn a_request_says_path_and_host_and_connections_are_kept() {
        let (server, connector) = (Server::start(Then::Serve, None), plain());
        connector.open(&format!("http://{}", server.address)).await;
        for _ in 0..3 {
            assert_eq!(send(&connector, server.get("http")).await.unwrap(), b"ok");
        }
        let (number, head) = server.heads.recv().unwrap();
        assert!(head.starts_with("GET /a/b?c=d HTTP/1.1\r\n"), "{head}");
        assert!(
            head.contains(&format!("host: {}\r\n", server.address)),
            "{head}"
        );
        assert_eq!((number, server.connections()), (0, vec![0, 0]));
    }

    #[tokio::test]
    async fn requests_at_once_have_connections_of_their_own() {
        let (server, connector) = (Server::start(Then::Serve, None), plain());
        let (a, b) = tokio::join!(
            send(&connector, server.get("http")),
            send(&connector, server.get("http"))
        );
        assert!(a.is_ok() && b.is_ok());
        let mut connections = server.connections();
        connections.sort_unstable();
        assert_eq!(connections, [0, 1]);
    }

    #[tokio::test]
    async fn a_connection_that_was_closed_while_idle_is_replaced() {
        let (server, connector) = (Server::start(Then::ServeAndClose, None), plain());
        for _ in 0..3 {
            assert_eq!(send(&connector, server.get("http")).await.unwrap(), b"ok");
            while connector.0.kept.lock().unwrap().iter().any(Link::usable) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        assert_eq!(server.connections(), [0, 1, 2]);
    }

    #[tokio::test]
    async fn a_spoiled_connection_is_not_used_again() {
        let (server, connector) = (Server::start(Then::Serve, None), plain());
        let told = CaptureSmithyConnection::new();
        let mut request = server.get("http");
        request.extensions_mut().insert(told.clone());
        send(&connector, request).await.unwrap();
        told.get().unwrap().poison();
        send(&connector, server.get("http")).await.unwrap();
        assert_eq!(server.connections(), [0, 1]);
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_a_passing_error_and_nothing_is_sent_twice() {
        let (server, connector) = (Server::start(Then::Cut, None), plain());
        let error = send(&connector, server.get("http")).await.unwrap_err();
        assert!(
            error.is_io() || error.as_other() == Some(ErrorKind::TransientError),
            "{error:?}"
        );
        assert_eq!(server.connections(), [0]);
    }

    #[tokio::test]
    async fn who_does_not_answer_is_an_io_error_and_who_is_silent_a_timeout() {
        let nobody = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let request = |scheme: &str, address: &str| {
            let uri = format!("{scheme}://{address}/");
            Request::get(uri).body(SdkBody::empty()).unwrap()
        };
        let error = send(&plain(), request("http", &nobody.to_string())).await;
        assert!(error.unwrap_err().is_io());

        // It accepts, and never shakes hands.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let connector = Connector::new(None, None).unwrap();
        let request = request("https", &silent.local_addr().unwrap().to_string());
        let error = connector
            .0
            .send(request, Some(Duration::from_millis(20)))
            .await;
        assert!(error.unwrap_err().is_timeout());
    }

    #[tokio::test]
    async fn only_the_authorities_that_are_given_are_trusted() {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let server = Server::start(Then::Serve, Some(Arc::new(config)));

        let trusting = Connector::new(None, Some(cert.pem().as_bytes())).unwrap();
        assert_eq!(send(&trusting, server.get("https")).await.unwrap(), b"ok");
        assert_eq!(send(&trusting, server.get("https")).await.unwrap(), b"ok");
        assert_eq!(server.connections(), [0, 0]);

        let amazons = Connector::new(None, None).unwrap();
        assert!(
            send(&amazons, server.get("https"))
                .await
                .unwrap_err()
                .is_io()
        );
        assert!(Connector::new(None, Some(b"-----BEGIN CERTIFICATE-----\n")).is_err());
    }

    #[test]
    fn an_address_has_the_port_of_its_scheme() {
        let place = |url: &str| Place::of(&url.parse().unwrap()).unwrap();
        assert_eq!(
            place("https://dynamodb.eu-central-1.amazonaws.com")
                .address()
                .1,
            443
        );
        assert_eq!(place("http://localhost/x").address(), ("localhost", 80));
        assert_eq!(place("http://[::1]:4566").address(), ("::1", 4566));
        assert!(Place::of(&"/path".parse().unwrap()).is_none());
    }
}
