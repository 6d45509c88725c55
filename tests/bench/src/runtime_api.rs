//! A small Lambda Runtime API (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>): it hands
//! one payload to the function again and again, and tells when the function asks for the first and has
//! answered the last.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tiny_http::{Header, Request, Response, Server};

use crate::listen::listen;

/// How long a function may take for anything before the benchmark gives up: valgrind is slow.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a function under measurement talks to.
pub(crate) struct RuntimeApi {
    /// `host:port` for `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: String,
    asked: Receiver<Request>,
    answered: Receiver<Value>,
    sequence: Mutex<u64>,
}

impl RuntimeApi {
    /// Starts to listen on a free port.
    pub(crate) fn start() -> Result<Self> {
        let (server, address) = listen()?;
        let (ask, asked) = mpsc::channel();
        let (answer, answered) = mpsc::channel();
        let server = Arc::new(server);
        thread::spawn(move || serve(&server, &ask, &answer));
        Ok(Self {
            address,
            asked,
            answered,
            sequence: Mutex::new(0),
        })
    }

    /// Forgets what ended functions have asked: a function whose question is dropped asks once more before it
    /// ends.
    pub(crate) fn forget(&self) {
        while self.asked.try_recv().is_ok() {}
        while self.answered.try_recv().is_ok() {}
    }

    /// Waits until the function asks for work: it has started, or has finished what it had.
    pub(crate) fn idle(&self) -> Result<Idle<'_>> {
        let request = self
            .asked
            .recv_timeout(PATIENCE)
            .context("the function does not ask for work: did it start?")?;
        Ok(Idle { api: self, request })
    }
}

/// A function that waits for work.
pub(crate) struct Idle<'a> {
    api: &'a RuntimeApi,
    request: Request,
}

impl<'a> Idle<'a> {
    /// Hands it a payload and waits for its answer and until it asks again.
    pub(crate) fn invoke(self, payload: &Value) -> Result<(Value, Idle<'a>)> {
        let api = self.api;
        let id = {
            let mut sequence = api
                .sequence
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            *sequence += 1;
            format!("00000000-0000-4000-8000-{:012}", *sequence)
        };
        let headers = [
            ("Lambda-Runtime-Aws-Request-Id", id.as_str()),
            ("Lambda-Runtime-Deadline-Ms", "4102444800000"),
            (
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:eu-central-1:0:function:bench",
            ),
            (
                "Lambda-Runtime-Trace-Id",
                "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            ),
            ("Content-Type", "application/json"),
        ];
        let mut response = Response::from_string(payload.to_string());
        for (name, value) in headers {
            let header = Header::from_bytes(name, value)
                .map_err(|()| anyhow::anyhow!("{name} is no header"))?;
            response = response.with_header(header);
        }
        self.request.respond(response)?;
        let answer = api
            .answered
            .recv_timeout(PATIENCE)
            .context("the function does not answer")?;
        if answer.get("errorMessage").is_some() {
            bail!("the function failed: {answer}");
        }
        Ok((answer, api.idle()?))
    }
}

fn serve(server: &Server, ask: &Sender<Request>, answer: &Sender<Value>) {
    for mut request in server.incoming_requests() {
        if request.url().ends_with("/invocation/next") {
            if ask.send(request).is_err() {
                return;
            }
            continue;
        }
        let mut body = String::new();
        // An unreadable answer shows as null, which no check takes for a success.
        let _ = request.as_reader().read_to_string(&mut body);
        let value = serde_json::from_str(&body).unwrap_or(Value::Null);
        let _ = request.respond(Response::from_string("{\"status\":\"OK\"}").with_status_code(202));
        if answer.send(value).is_err() {
            return;
        }
    }
}
