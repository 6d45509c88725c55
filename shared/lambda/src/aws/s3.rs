use std::time::Duration;

use aws_sdk_s3::{Client, presigning::PresigningConfig, primitives::ByteStream};
use dynamo::{Connection, Pending};
use kernel::Problem;

use super::{client, failure};

/// Bytes of an object.
pub type Bytes = Vec<u8>;

/// A part of an object.
#[derive(Debug, Clone)]
pub struct ObjectRange {
    /// The bytes.
    pub bytes: Bytes,
    /// How many bytes the whole object has.
    pub size: u64,
    /// The object's media type.
    pub content_type: Option<String>,
    /// What changes with its content (RFC 9110 §8.8.3).
    pub etag: Option<String>,
}

/// Objects.
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
}

impl S3 {
    /// A client over this connection. Buckets are named in the path where the endpoint is the local platform's.
    pub fn connect(connection: &Connection) -> Self {
        let config = client!(aws_sdk_s3, connection)
            .force_path_style(connection.endpoint.is_some())
            .build();
        Self {
            client: Client::from_conf(config),
        }
    }

    /// Writes an object.
    pub fn put<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        content_type: &'a str,
        bytes: Bytes,
    ) -> Pending<'a, Result<(), Problem>> {
        Box::pin(async move {
            let call = self
                .client
                .put_object()
                .bucket(bucket)
                .key(key)
                .content_type(content_type);
            call.body(ByteStream::from(bytes))
                .send()
                .await
                .map_err(failure)?;
            Ok(())
        })
    }

    /// Writes an object where there is none with its key; whether there was none.
    pub fn put_new<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        content_type: &'a str,
        bytes: Bytes,
    ) -> Pending<'a, Result<bool, Problem>> {
        Box::pin(async move {
            let call = self
                .client
                .put_object()
                .bucket(bucket)
                .key(key)
                .content_type(content_type)
                .if_none_match("*");
            match call.body(ByteStream::from(bytes)).send().await {
                Ok(_) => Ok(true),
                Err(error) => match error.raw_response().map(|raw| raw.status().as_u16()) {
                    // RFC 9110 §15.5.13.
                    Some(412) => Ok(false),
                    _ => Err(failure(error)),
                },
            }
        })
    }

    /// The keys under a prefix and behind a key, in order, at most `most` (1,000).
    pub fn list<'a>(
        &'a self,
        bucket: &'a str,
        prefix: &'a str,
        behind: &'a str,
        most: i32,
    ) -> Pending<'a, Result<Vec<String>, Problem>> {
        Box::pin(async move {
            let call = self
                .client
                .list_objects_v2()
                .bucket(bucket)
                .prefix(prefix)
                .start_after(behind)
                .max_keys(most);
            let answer = call.send().await.map_err(failure)?;
            let objects = answer.contents.unwrap_or_default().into_iter();
            Ok(objects.filter_map(|object| object.key).collect())
        })
    }

    /// Reads at most `length` bytes of an object from `start`; `None` if there is no such object. A start
    /// behind its end gives no bytes.
    pub fn get_range<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        start: u64,
        length: u64,
    ) -> Pending<'a, Result<Option<ObjectRange>, Problem>> {
        Box::pin(async move {
            let range = format!("bytes={start}-{}", start + length.max(1) - 1);
            let call = self
                .client
                .get_object()
                .bucket(bucket)
                .key(key)
                .range(range);
            let answer = match call.send().await {
                Ok(answer) => answer,
                Err(error) => {
                    let status = error.raw_response().map(|raw| raw.status().as_u16());
                    return match status {
                        Some(404) => Ok(None),
                        // RFC 9110 §15.5.17: the range starts behind the end.
                        Some(416) => Ok(Some(ObjectRange {
                            bytes: Vec::new(),
                            size: start,
                            content_type: None,
                            etag: None,
                        })),
                        _ => Err(failure(error)),
                    };
                }
            };
            let size = answer
                .content_range()
                .and_then(|range| range.rsplit_once('/')?.1.parse().ok())
                .or_else(|| u64::try_from(answer.content_length().unwrap_or(0)).ok())
                .unwrap_or(0);
            let content_type = answer.content_type().map(str::to_owned);
            let etag = answer.e_tag().map(str::to_owned);
            let bytes = answer
                .body
                .collect()
                .await
                .map_err(Problem::unavailable)?
                .to_vec();
            Ok(Some(ObjectRange {
                bytes,
                size,
                content_type,
                etag,
            }))
        })
    }

    /// Copies an object within S3, if its content is still that of `etag`.
    ///
    /// # Errors
    /// `unavailable` when it is not, or is gone: look at it again.
    pub fn copy<'a>(
        &'a self,
        (from, key): (&'a str, &'a str),
        etag: &'a str,
        (to, new_key): (&'a str, &'a str),
    ) -> Pending<'a, Result<(), Problem>> {
        Box::pin(async move {
            let call = self.client.copy_object().bucket(to).key(new_key);
            let copied = call
                .copy_source(format!("{from}/{key}"))
                .copy_source_if_match(etag)
                .send()
                .await;
            match copied {
                Ok(_) => Ok(()),
                Err(error) => {
                    let status = error.raw_response().map(|raw| raw.status().as_u16());
                    Err(match status {
                        Some(404 | 412) => Problem::unavailable("the object has changed"),
                        _ => failure(error),
                    })
                }
            }
        })
    }

    /// Deletes an object; none there is as good.
    pub fn delete<'a>(&'a self, bucket: &'a str, key: &'a str) -> Pending<'a, Result<(), Problem>> {
        Box::pin(async move {
            let call = self.client.delete_object().bucket(bucket).key(key);
            call.send().await.map_err(failure)?;
            Ok(())
        })
    }

    /// A URL that shows an object for so long to whoever has it; signed here, without a call. What signs it must be
    /// allowed to read the object itself.
    pub fn link<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        lifetime: Duration,
    ) -> Pending<'a, Result<String, Problem>> {
        Box::pin(async move {
            let config = PresigningConfig::expires_in(lifetime).map_err(Problem::internal)?;
            let call = self.client.get_object().bucket(bucket).key(key);
            let signed = call.presigned(config).await.map_err(failure)?;
            Ok(signed.uri().to_owned())
        })
    }
}
