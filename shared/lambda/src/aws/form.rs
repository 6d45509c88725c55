use std::{collections::BTreeMap, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Problem, Timestamp};
use serde_json::json;
use sha2::Sha256;

use crate::platform::Platform;

/// A form that a file is uploaded with, straight to S3: a presigned POST
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>). The SDK signs URLs but
/// no forms, and only a form can bound the size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UploadForm {
    /// Where to send it, as `multipart/form-data`.
    pub url: String,
    /// Its fields, to be sent as they are, before the last one, `file`.
    pub fields: BTreeMap<String, String>,
}

/// What a form lets through, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<'a> {
    /// Where the file comes to.
    pub bucket: &'a str,
    /// Its key there.
    pub key: &'a str,
    /// Its media type, where it is fixed.
    pub content_type: Option<&'a str>,
    /// The fewest and the most bytes.
    pub size: (u64, u64),
    /// When the form is handed out.
    pub now: Timestamp,
    /// How long it is taken.
    pub lifetime: Duration,
}

impl UploadForm {
    /// The form, signed with the function's own credentials: what it may do the function must be allowed itself.
    pub fn sign(platform: &Platform, allowed: &Allowed<'_>) -> Result<Self, Problem> {
        let Allowed { bucket, now, .. } = *allowed;
        let region = &platform.connection.region;
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
            ("key".to_owned(), allowed.key.to_owned()),
            ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
            ("x-amz-credential".to_owned(), credential),
            ("x-amz-date".to_owned(), instant),
        ]);
        if let Some(content_type) = allowed.content_type {
            fields.insert("Content-Type".to_owned(), content_type.to_owned());
        }
        if let Some(token) = platform.optional("AWS_SESSION_TOKEN") {
            fields.insert("x-amz-security-token".to_owned(), token.to_owned());
        }
        let (least, most) = allowed.size;
        let mut conditions = vec![
            json!({ "bucket": bucket }),
            json!(["content-length-range", least, most]),
        ];
        conditions.extend(fields.iter().map(|(name, value)| json!({ name: value })));
        let expiration = now.plus(allowed.lifetime);
        let policy = json!({ "expiration": expiration, "conditions": conditions }).to_string();
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
        Ok(Self { url, fields })
    }
}

fn sign(key: &[u8], text: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Problem::internal)?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().to_vec())
}
