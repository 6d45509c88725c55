//! What a request is answered with: bytes already, so that a replay is the same to the last one.

use std::marker::PhantomData;

use serde::Serialize;

/// An answer whose body is a `T`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<T> {
    /// The HTTP status.
    pub status: u16,
    /// `Location`, where something was made.
    pub location: Option<String>,
    /// `ETag`: the version of what is shown, quoted as RFC 9110 §8.8.3 has it.
    pub etag: Option<String>,
    /// `Content-Type`; none with an empty body.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// For how many seconds anyone may keep it and ask no more (RFC 9111 §5.2.2.1): for what is the same for
    /// everyone and changes by a deployment. None: it is its caller's alone and asked for each time.
    pub kept_seconds: Option<u32>,
    /// Whether this is the stored answer to an earlier request with the same key.
    pub replayed: bool,
    shows: PhantomData<fn() -> T>,
}

impl<T> Reply<T> {
    /// An answer made of its parts.
    pub fn from_parts(status: u16, content_type: Option<&str>, body: Vec<u8>) -> Self {
        Self {
            status,
            location: None,
            etag: None,
            content_type: content_type.map(str::to_owned),
            body,
            kept_seconds: None,
            replayed: false,
            shows: PhantomData,
        }
    }

    /// The same answer, with the version of what it shows.
    pub fn version(mut self, rev: u64) -> Self {
        self.etag = Some(format!("\"{rev}\""));
        self
    }

    /// The same answer, with the place of what it shows.
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// The same answer, which anyone may keep for so long.
    pub fn kept_for(mut self, seconds: u32) -> Self {
        self.kept_seconds = Some(seconds);
        self
    }

    /// The same bytes as an answer of another type.
    pub fn cast<U>(self) -> Reply<U> {
        Reply {
            status: self.status,
            location: self.location,
            etag: self.etag,
            content_type: self.content_type,
            body: self.body,
            kept_seconds: self.kept_seconds,
            replayed: self.replayed,
            shows: PhantomData,
        }
    }
}

impl<T: Serialize> Reply<T> {
    /// An answer with this status and `shown` as JSON.
    ///
    /// # Errors
    /// When `shown` holds what must not be shown (a [`crate::Personal`] value) or has keys that are no
    /// text: a fault of ours, to be answered as an internal problem.
    pub fn json(status: u16, shown: &T) -> Result<Self, serde_json::Error> {
        // Room for most answers: growing is copying.
        let mut body = Vec::with_capacity(2048);
        serde_json::to_writer(&mut body, shown)?;
        Ok(Self::from_parts(status, Some("application/json"), body))
    }
}
