use aws_sdk_kms::{Client, primitives::Blob, types::DataKeySpec};
use dynamo::{Connection, Pending};
use kernel::Problem;

use super::{client, failure};

/// The master key of what identifies people, which never leaves KMS: it makes data keys, and unwraps them.
#[derive(Debug, Clone)]
pub struct Kms {
    client: Client,
    key: String,
}

/// A new data key, bare and as KMS has wrapped it.
pub struct Wrapped {
    /// Its 32 bytes.
    pub bare: Vec<u8>,
    /// The same, for KMS alone to read.
    pub wrapped: Vec<u8>,
}

impl std::fmt::Debug for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[data key]")
    }
}

/// What a data key is for. KMS unwraps it for the same again alone, and says so in its trail.
pub(crate) type Context<'a> = [(&'static str, &'a str); 2];

impl Kms {
    /// A client over this connection, for the master key with this ARN.
    pub fn connect(connection: &Connection, key: &str) -> Self {
        Self {
            client: Client::from_conf(client!(aws_sdk_kms, connection).build()),
            key: key.to_owned(),
        }
    }

    /// A new data key.
    pub(crate) fn generate<'a>(
        &'a self,
        context: Context<'a>,
    ) -> Pending<'a, Result<Wrapped, Problem>> {
        Box::pin(async move {
            let mut call = self.client.generate_data_key().key_id(&self.key);
            for (name, value) in context {
                call = call.encryption_context(name, value);
            }
            let call = call.key_spec(DataKeySpec::Aes256);
            let answer = call.send().await.map_err(failure)?;
            let bytes = |blob: Option<Blob>| {
                let blob = blob.ok_or_else(|| Problem::internal("KMS made half a data key"))?;
                Ok::<_, Problem>(blob.into_inner())
            };
            Ok(Wrapped {
                bare: bytes(answer.plaintext)?,
                wrapped: bytes(answer.ciphertext_blob)?,
            })
        })
    }

    /// The bytes of a data key that was made for the same context.
    pub(crate) fn unwrap<'a>(
        &'a self,
        context: Context<'a>,
        wrapped: Vec<u8>,
    ) -> Pending<'a, Result<Vec<u8>, Problem>> {
        Box::pin(async move {
            let mut call = self.client.decrypt().key_id(&self.key);
            for (name, value) in context {
                call = call.encryption_context(name, value);
            }
            let call = call.ciphertext_blob(Blob::new(wrapped));
            let answer = call.send().await.map_err(failure)?;
            let bare = answer
                .plaintext
                .ok_or_else(|| Problem::internal("KMS unwrapped nothing"))?;
            Ok(bare.into_inner())
        })
    }
}
