//! The form that a large file is uploaded with, straight to S3: a presigned POST
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>). The SDK signs URLs but
//! no forms, and only a form can bound the size.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{ImportId, Problem, Timestamp};
use lambda::Platform;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use sha2::Sha256;

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
        let region = &platform.connection.region;
        let expires_at = form_ends(now);
        // 2026-11-23T09:30:00.000Z is 20261123T093000Z in the basic form of ISO 8601.
        let basic: String = now
            .to_string()
            .chars()
            .take(19)
            .filter(|c| !"-:".contains(*c))
            .collect();
        let (date, instant) = (&basic[..8], format!("{basic}Z"));
        let credential = format!(
            "{}/{date}/{region}/s3/aws4_request",
            platform.setting("AWS_ACCESS_KEY_ID")?
        );

        let mut fields = BTreeMap::from([
            ("key".to_owned(), object_key(id)),
            ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
            ("x-amz-credential".to_owned(), credential),
            ("x-amz-date".to_owned(), instant),
        ]);
        if let Some(token) = platform.optional("AWS_SESSION_TOKEN") {
            fields.insert("x-amz-security-token".to_owned(), token.to_owned());
        }
        let mut conditions = vec![
            json!({ "bucket": bucket }),
            json!(["content-length-range", 1, LARGEST]),
        ];
        conditions.extend(fields.iter().map(|(name, value)| json!({ name: value })));
        let policy = json!({ "expiration": expires_at, "conditions": conditions }).to_string();
        let policy = STANDARD.encode(policy);

        let secret = platform.setting("AWS_SECRET_ACCESS_KEY")?;
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [date, region, "s3", "aws4_request"] {
            key = sign(&key, part.as_bytes())?;
        }
        let signature = sign(&key, policy.as_bytes())?;
        let hex = signature
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        fields.insert("policy".to_owned(), policy);
        fields.insert("x-amz-signature".to_owned(), hex);

        let url = match &platform.connection.endpoint {
            Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
            None => format!("https://{bucket}.s3.{region}.amazonaws.com/"),
        };
        Ok(Self {
            id,
            url,
            fields,
            expires_at,
        })
    }
}

fn sign(key: &[u8], text: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Problem::internal)?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().to_vec())
}
