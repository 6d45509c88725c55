use aws_sdk_secretsmanager::Client;
use dynamo::{Connection, Pending};
use kernel::Problem;

use super::{client, failure};

/// Secrets, read once at init by the functions that need them.
#[derive(Debug, Clone)]
pub struct Secrets {
    client: Client,
}

impl Secrets {
    /// A client over this connection.
    pub fn connect(connection: &Connection) -> Self {
        Self {
            client: Client::from_conf(client!(aws_sdk_secretsmanager, connection).build()),
        }
    }

    /// The text of a secret, by its name or ARN.
    pub fn get<'a>(&'a self, id: &'a str) -> Pending<'a, Result<String, Problem>> {
        Box::pin(async move {
            let answer = self
                .client
                .get_secret_value()
                .secret_id(id)
                .send()
                .await
                .map_err(failure)?;
            answer
                .secret_string
                .ok_or_else(|| Problem::internal("a secret has no text"))
        })
    }
}
