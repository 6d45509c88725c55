//! The form that a large file is uploaded with, straight to S3.

use std::collections::BTreeMap;

use kernel::{ImportId, Problem, Timestamp};
use lambda::{
    Platform,
    aws::{Allowed, UploadForm},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::import::{form_ends, object_key};

/// The largest file, in bytes: what a form of S3 takes at once is 5 GB.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// A form for one file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProductImportUpload")]
pub struct Upload {
    /// The import that the file starts; follow it at `/v1/product-imports/{id}`.
    pub id: ImportId,
    /// Where to send the form, as `multipart/form-data`.
    pub url: String,
    /// The form's fields, to be sent as they are, before the last one, `file`.
    pub fields: BTreeMap<String, String>,
    /// Until when the form is taken.
    pub expires_at: Timestamp,
}

impl Upload {
    /// The form for the file of an import, signed with the function's own credentials.
    pub fn form(
        platform: &Platform,
        bucket: &str,
        id: ImportId,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let expires_at = form_ends(now);
        let allowed = Allowed {
            bucket,
            key: &object_key(id),
            content_type: None,
            size: (1, LARGEST),
            now,
            lifetime: expires_at.since(now),
        };
        let UploadForm { url, fields } = UploadForm::sign(platform, &allowed)?;
        Ok(Self {
            id,
            url,
            fields,
            expires_at,
        })
    }
}
