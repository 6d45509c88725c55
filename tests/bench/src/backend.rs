//! DynamoDB for the function under measurement: the in-process one of the testkit behind a loopback port, so
//! that reads find real items and writes are really judged. It counts calls, and how many follow each other.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use tiny_http::{Header, Response, Server};

use crate::listen::listen;

/// Answers a call: its target (`DynamoDB_20120810.GetItem`) and body, with a status and a body.
pub(crate) type Answer = Arc<dyn Fn(&str, &[u8]) -> (u16, Vec<u8>) + Send + Sync>;

/// One call, and when it was being answered.
#[derive(Clone)]
struct Call {
    name: String,
    from: Instant,
    to: Instant,
}

/// The backend of one measurement.
pub(crate) struct Backend {
    /// The URL for `AWS_ENDPOINT_URL`.
    pub(crate) url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    slow: Arc<AtomicBool>,
}

impl Backend {
    /// Starts to listen on a free port, with threads enough for calls that are made side by side.
    pub(crate) fn start(answer: Answer) -> Result<Self> {
        let (server, address) = listen()?;
        let url = format!("http://{address}");
        let calls = Arc::new(Mutex::new(Vec::new()));
        let slow = Arc::new(AtomicBool::new(false));
        let server = Arc::new(server);
        for _ in 0..4 {
            let (server, answer) = (Arc::clone(&server), Arc::clone(&answer));
            let (calls, slow) = (Arc::clone(&calls), Arc::clone(&slow));
            thread::spawn(move || serve(&server, &answer, &calls, &slow));
        }
        Ok(Self { url, calls, slow })
    }

    /// Forgets the calls so far. A slow backend takes 20 ms a call, so that calls side by side overlap.
    pub(crate) fn reset(&self, slow: bool) {
        self.slow.store(slow, Ordering::SeqCst);
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The calls since then, by name, and how many of them had to wait for another.
    pub(crate) fn calls(&self) -> (Vec<String>, usize) {
        let mut calls = self
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        calls.sort_by_key(|call| call.from);
        let mut depth = 0;
        let mut round_ends: Option<Instant> = None;
        for call in &calls {
            if round_ends.is_none_or(|end| call.from >= end) {
                depth += 1;
                round_ends = Some(call.to);
            }
        }
        (calls.into_iter().map(|call| call.name).collect(), depth)
    }
}

fn serve(server: &Server, answer: &Answer, calls: &Mutex<Vec<Call>>, slow: &AtomicBool) {
    while let Ok(mut request) = server.recv() {
        let from = Instant::now();
        let target = request
            .headers()
            .iter()
            .find(|header| header.field.equiv("x-amz-target"))
            .map(|header| header.value.to_string())
            .unwrap_or_default();
        let mut body = Vec::new();
        // A body that cannot be read is an empty one, which the backend refuses.
        let _ = request.as_reader().read_to_end(&mut body);
        let (status, reply) = answer(&target, &body);
        if slow.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(20));
        }
        let name = target.rsplit('.').next().unwrap_or_default().to_owned();
        let call = Call {
            name,
            from,
            to: Instant::now(),
        };
        calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(call);
        let mut response = Response::from_data(reply).with_status_code(status);
        if let Ok(header) = Header::from_bytes("Content-Type", "application/x-amz-json-1.0") {
            response = response.with_header(header);
        }
        // The function is gone if this fails; its process shows why.
        let _ = request.respond(response);
    }
}
