//! What the bucket of arrivals announces, and the form by which documents come into it.

use std::collections::BTreeMap;

use kernel::{DocumentId, Problem, Timestamp};
use lambda::{
    Platform,
    aws::{Allowed, UploadForm},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{DocumentInput, FORM_LASTS, Place};

/// A form for one document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessDocumentUpload")]
pub struct DocumentUpload {
    /// The document that the file becomes.
    pub id: DocumentId,
    /// Where to send the form, as `multipart/form-data`.
    pub url: String,
    /// The form's fields, to be sent as they are, before the last one, `file`.
    pub fields: BTreeMap<String, String>,
    /// Until when the form is taken.
    pub expires_at: Timestamp,
}

impl DocumentUpload {
    /// The form for a document, good for a file of the size and type that were said.
    pub fn form(
        platform: &Platform,
        bucket: &str,
        place: Place,
        said: &DocumentInput,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let size = said.size.get();
        let allowed = Allowed {
            bucket,
            key: &place.arrival(),
            content_type: Some(said.media_type.name()),
            size: (size, size),
            now,
            lifetime: FORM_LASTS,
        };
        let UploadForm { url, fields } = UploadForm::sign(platform, &allowed)?;
        Ok(Self {
            id: place.document,
            url,
            fields,
            expires_at: now.plus(FORM_LASTS),
        })
    }
}

/// What the queue of arrivals brings.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Arrival {
    /// Files have come: S3's notification.
    Files {
        /// Each of them.
        #[serde(rename = "Records")]
        records: Vec<ArrivalRecord>,
    },
    /// S3 tries out whether it may write to the queue.
    Test {
        /// `s3:TestEvent`.
        #[serde(rename = "Event")]
        event: String,
    },
}

/// One file that has come.
#[derive(Clone, Debug, Deserialize)]
pub struct ArrivalRecord {
    s3: ArrivalFile,
}

#[derive(Clone, Debug, Deserialize)]
struct ArrivalFile {
    object: ArrivalObject,
}

#[derive(Clone, Debug, Deserialize)]
struct ArrivalObject {
    key: String,
}

impl Arrival {
    /// The documents that have come.
    pub fn places(&self) -> Vec<Place> {
        match self {
            Self::Files { records } => records
                .iter()
                .filter_map(|record| Place::of_arrival(&record.s3.object.key))
                .collect(),
            Self::Test { .. } => Vec::new(),
        }
    }
}
