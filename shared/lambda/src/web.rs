//! Calls to whoever is not AWS: a payment provider, say. They go through the same connector as the SDK's.
//!
//! Whose certificate is good, the machine's own store says (Amazon Linux brings Mozilla's): reading it takes
//! milliseconds, once in the life of a process that calls anyone.

use std::{fmt, path::Path, time::Duration};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use dynamo::Pending;
use http_types::{HeaderName, HeaderValue, Method, Request, header::CONTENT_TYPE};
use kernel::Problem;

use crate::connector::{Connector, is_unsent};

/// Where machines keep the authorities that they trust: Lambda's, Debian's.
const STORES: [&str; 2] = [
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/certs/ca-certificates.crt",
];
/// Who cannot be connected to within this time is not there.
const CONNECT_WITHIN: Duration = Duration::from_millis(500);

/// Whoever is called, by the URL that all its paths begin with.
pub struct Web {
    connector: Connector,
    base: String,
}

/// What is asked.
#[derive(Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    form: Option<String>,
}

/// What is answered, whatever its status.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
}

/// Nothing is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoReply {
    /// Nothing of the call has left.
    Unsent,
    /// It has, as far as one can know, and may have been heard.
    Unheard,
}

impl Call {
    /// Reads what is at a path, which may have a query.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            headers: Vec::new(),
            form: None,
        }
    }

    /// Sends a form to a path.
    ///
    /// # Errors
    /// None: any text can be in a form.
    pub fn post(path: impl Into<String>, form: &[(&str, String)]) -> Result<Self, Problem> {
        let form = serde_urlencoded::to_string(form).map_err(Problem::internal)?;
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        Ok(Self {
            method: Method::POST,
            path: path.into(),
            headers: vec![(CONTENT_TYPE, kind)],
            form: Some(form),
        })
    }

    /// With a header; a secret value is written nowhere else.
    ///
    /// # Errors
    /// An internal problem where the value cannot be one of a header's.
    pub fn header(mut self, name: &'static str, value: &str) -> Result<Self, Problem> {
        let unfit = |_| Problem::internal(format!("the header {name} has an unfit value"));
        let mut value = HeaderValue::from_str(value).map_err(unfit)?;
        value.set_sensitive(true);
        self.headers.push((HeaderName::from_static(name), value));
        Ok(self)
    }

    fn request(&self, base: &str) -> Result<Request<SdkBody>, http_types::Error> {
        let body = self.form.clone().map_or_else(SdkBody::empty, SdkBody::from);
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(format!("{base}{}", self.path))
            .body(body)?;
        request.headers_mut().extend(self.headers.iter().cloned());
        Ok(request)
    }
}

impl Reply {
    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let mut named = self.headers.iter();
        let found = named.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }
}

impl Web {
    /// Whoever is at a URL without a path, `https://api.example.com`; a connection is opened before it is needed.
    ///
    /// # Errors
    /// Where the machine trusts nobody.
    pub async fn open(base: &str) -> Result<Self, Problem> {
        let base = base.trim_end_matches('/').to_owned();
        let authorities = if base.starts_with("http://") {
            None
        } else {
            Some(trusted(&STORES)?)
        };
        let connector = Connector::new(Some(&base), authorities.as_deref())?;
        // That it cannot be opened is found out by the first call.
        let opening = connector.open(&base);
        let _ = tokio::time::timeout(CONNECT_WITHIN, opening).await;
        Ok(Self { connector, base })
    }

    /// Calls, and waits so long for all of the answer.
    pub fn send<'a>(
        &'a self,
        call: &'a Call,
        within: Duration,
    ) -> Pending<'a, Result<Reply, NoReply>> {
        Box::pin(async move {
            tokio::time::timeout(within, self.exchange(call))
                .await
                .unwrap_or(Err(NoReply::Unheard))
        })
    }

    async fn exchange(&self, call: &Call) -> Result<Reply, NoReply> {
        let request = call.request(&self.base).map_err(|_| NoReply::Unsent)?;
        let answer = self.connector.call(request, CONNECT_WITHIN).await;
        let answer = answer.map_err(|error| {
            if is_unsent(&error) {
                NoReply::Unsent
            } else {
                NoReply::Unheard
            }
        })?;
        read(answer).await
    }
}

async fn read(mut answer: HttpResponse) -> Result<Reply, NoReply> {
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let status = answer.status().as_u16();
    let headers = answer.headers().iter().map(own).collect();
    let body = ByteStream::new(answer.take_body()).collect().await;
    let body = body.map_err(|_| NoReply::Unheard)?.to_vec();
    Ok(Reply {
        status,
        body,
        headers,
    })
}

/// The authorities of the first store that there is.
fn trusted(stores: &[&str]) -> Result<Vec<u8>, Problem> {
    let mut there = stores.iter().map(Path::new).filter(|store| store.exists());
    let store = there.next().ok_or_else(|| {
        Problem::internal(format!("no authorities to trust in {}", stores.join(", ")))
    })?;
    std::fs::read(store).map_err(Problem::internal)
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Web({})", self.base)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    use super::*;

    /// A server that reads one request and sends these bytes; what it has read.
    fn server(answer: &'static [u8]) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = thread::spawn(move || {
            loop {
                let (mut socket, _) = listener.accept().unwrap();
                let mut bytes = [0; 4096];
                let read = socket.read(&mut bytes).unwrap();
                if read > 0 {
                    socket.write_all(answer).unwrap();
                    return String::from_utf8_lossy(&bytes[..read]).into_owned();
                }
            }
        });
        (url, served)
    }

    const SOON: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn a_form_is_sent_with_its_headers_and_all_of_the_answer_is_read() {
        let (url, served) = server(
            b"HTTP/1.1 402 Payment Required\r\nrequest-id: req_1\r\ncontent-length: 2\r\n\r\nno",
        );
        let call = Call::post("/v1/x", &[("metadata[a]", "b c&d".to_owned())]).unwrap();
        let call = call.header("idempotency-key", "k#1").unwrap();
        let web = Web::open(&url).await.unwrap();
        let reply = web.send(&call, SOON).await.unwrap();
        assert_eq!((reply.status, reply.body.as_slice()), (402, &b"no"[..]));
        assert_eq!(reply.header("Request-Id"), "req_1");
        let sent = served.join().unwrap();
        assert!(sent.starts_with("POST /v1/x HTTP/1.1\r\n"), "{sent}");
        assert!(sent.contains("idempotency-key: k#1\r\n"), "{sent}");
        assert!(sent.contains("metadata%5Ba%5D=b+c%26d"), "{sent}");
    }

    #[tokio::test]
    async fn what_never_left_is_told_from_what_was_not_heard() {
        let nobody = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let nobody = format!("http://{nobody}");
        let ask = Call::get("/");
        let web = Web::open(&nobody).await.unwrap();
        let lost = web.send(&ask, SOON).await;
        assert_eq!(lost.unwrap_err(), NoReply::Unsent);

        for cut in [
            &b"HTTP/1.1 200"[..],
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        ] {
            let (url, _) = server(cut);
            let web = Web::open(&url).await.unwrap();
            let lost = web.send(&ask, SOON).await;
            assert_eq!(lost.unwrap_err(), NoReply::Unheard);
        }

        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let silent_at = format!("http://{}", silent.local_addr().unwrap());
        let web = Web::open(&silent_at).await.unwrap();
        let lost = web.send(&ask, Duration::from_millis(20)).await;
        assert_eq!(lost.unwrap_err(), NoReply::Unheard);
    }

    #[test]
    fn the_first_store_there_is_is_trusted_and_none_is_an_error() {
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/src/amazon-roots.pem");
        let found = trusted(&["/nowhere", here]).unwrap();
        assert_eq!(found, include_bytes!("amazon-roots.pem"));
        assert!(trusted(&["/nowhere"]).is_err());
    }

    #[test]
    fn a_header_takes_no_line_breaks() {
        assert!(Call::get("/").header("x", "a\r\nb").is_err());
    }
}
