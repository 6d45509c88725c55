//! How Stripe is asked, and what it means by its answers (<https://docs.stripe.com/api/errors>).

use std::time::Duration;

use kernel::Problem;
use lambda::web::{Call, NoReply, Reply, Web};
use serde::{Deserialize, de::DeserializeOwned};

use crate::provider::Trouble;

/// The version of the API that all of this is written against: an account's own default may be another.
const VERSION: &str = "2024-06-20";
/// How long one answer is waited for: banks take their time.
const WITHIN: Duration = Duration::from_secs(5);

/// Stripe's API, as one account of it.
#[derive(Debug)]
pub(super) struct Api {
    web: Web,
    key: Secret,
}

/// A key that is written into one header and nowhere else.
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Why there is no object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// There may be one, or it could not be asked for.
    Trouble(Trouble),
    /// The customer's bank does not want it, and why, in our words.
    Declined(&'static str),
    /// The object that was asked is not, or no longer, in a state for that.
    Moved,
    /// What was asked is wrong, and will be when it is asked again.
    Wrong(String),
}

impl From<Failure> for Trouble {
    /// Where nothing can be refused, a refusal says that the books are not what we take them for.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Trouble(trouble) => trouble,
            Failure::Declined(_) | Failure::Moved | Failure::Wrong(_) => Self::Mismatch,
        }
    }
}

/// What Stripe says of an error, as far as we look at it. Its `message` may repeat what was sent, so no log has it.
#[derive(Clone, Default, PartialEq, Eq, Debug, Deserialize)]
pub(super) struct Error {
    #[serde(default, rename = "type")]
    kind: String,
    code: Option<String>,
    decline_code: Option<String>,
    param: Option<String>,
}

impl Error {
    /// Why a bank does not want a payment, in our words. What it says of theft and fraud is not for who pays.
    pub(super) fn decline(&self) -> &'static str {
        let code = self.code.as_deref().unwrap_or_default();
        match (self.decline_code.as_deref().unwrap_or(code), code) {
            ("insufficient_funds", _) => "insufficient_funds",
            ("expired_card", _) | (_, "expired_card") => "expired_card",
            ("authentication_required", _) | (_, "payment_intent_authentication_failure") => {
                "authentication_failed"
            }
            (detail, _) if detail.starts_with("incorrect_") || detail.starts_with("invalid_") => {
                "card_details_wrong"
            }
            _ => "card_declined",
        }
    }

    /// What is wrong with what was asked, in our words where we have one.
    fn wrong(&self) -> String {
        let code = self.code.as_deref().unwrap_or("invalid_request");
        match (code, self.param.as_deref()) {
            ("resource_missing", Some("payment_method")) => "unknown_payment_method",
            (_, _) if self.kind == "idempotency_error" => "key_reused",
            ("amount_too_large", _) | ("invalid_request", Some("amount" | "amount_to_capture")) => {
                "amount_too_large"
            }
            ("invalid_request", Some("final_capture")) => "multicapture_unavailable",
            (code, _) => code,
        }
        .to_owned()
    }
}

#[derive(Default, Deserialize)]
struct Body {
    error: Error,
}

impl Api {
    /// With an account's secret key.
    pub(super) async fn open(url: &str, key: String) -> Result<Self, Problem> {
        Ok(Self {
            web: Web::open(url).await?,
            key: Secret(key),
        })
    }

    /// Reads an object.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: String) -> Result<T, Failure> {
        let reply = self.send(Call::get(path)).await;
        // A read that was not heard is one that was not made.
        let reply = reply.map_err(|_| Failure::Trouble(Trouble::Unavailable))?;
        object(&reply, Trouble::Unavailable)
    }

    /// Has something done. Under one key it is done once, and the same is said again for a day at least, also that it
    /// has failed; without a key it is the object's own state that lets it be done once.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: String,
        key: Option<&str>,
        form: &[(&str, String)],
    ) -> Result<T, Failure> {
        let mut call = Call::post(path, form).map_err(unsendable)?;
        if let Some(key) = key {
            call = call.header("idempotency-key", key).map_err(unsendable)?;
        }
        let reply = self.send(call).await.map_err(|lost| {
            Failure::Trouble(match lost {
                NoReply::Unsent => Trouble::Unavailable,
                NoReply::Unheard => Trouble::AnswerLost,
            })
        })?;
        object(&reply, Trouble::AnswerLost)
    }

    async fn send(&self, call: Call) -> Result<Reply, NoReply> {
        let signed = call
            .header("authorization", &format!("Bearer {}", self.key.0))
            .and_then(|call| call.header("stripe-version", VERSION));
        match signed {
            Ok(call) => self.web.send(&call, WITHIN).await,
            Err(_) => Err(NoReply::Unsent),
        }
    }
}

fn unsendable(problem: Problem) -> Failure {
    tracing::error!(cause = %problem.causes(), "what Stripe is asked cannot be sent");
    Failure::Trouble(Trouble::Unavailable)
}

/// The object of an answer. `if_broken` is what an answer says that is none, or one of Stripe's own failure.
fn object<T: DeserializeOwned>(reply: &Reply, if_broken: Trouble) -> Result<T, Failure> {
    if reply.status == 200 {
        return serde_json::from_slice(&reply.body).map_err(|unread| {
            tracing::error!(cause = %unread, "an answer of Stripe's cannot be read");
            Failure::Trouble(if_broken)
        });
    }
    let body: Body = serde_json::from_slice(&reply.body).unwrap_or_default();
    let failure = failure(reply.status, &body.error, if_broken);
    let is_ours = matches!(
        failure,
        Failure::Wrong(_) | Failure::Trouble(Trouble::Denied)
    );
    if is_ours {
        tracing::error!(
            http.status = reply.status,
            stripe.request = reply.header("request-id"),
            error.kind = body.error.kind,
            error.code = body.error.code,
            error.param = body.error.param,
            "Stripe refuses what it is asked"
        );
    }
    Err(failure)
}

fn failure(status: u16, error: &Error, if_broken: Trouble) -> Failure {
    match (status, error.kind.as_str()) {
        (401 | 403, _) => Failure::Trouble(Trouble::Denied),
        // Another call under the key, or on the object, is being carried out; or too many came. Nothing was begun.
        (409 | 429, _) => Failure::Trouble(Trouble::Unavailable),
        (_, "card_error") => Failure::Declined(error.decline()),
        (400..=499, _) if error.code.as_deref() == Some("payment_intent_unexpected_state") => {
            Failure::Moved
        }
        // A page of whoever stands in between is no answer of Stripe's.
        (400..=499, kind) if !kind.is_empty() => Failure::Wrong(error.wrong()),
        _ => Failure::Trouble(if_broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: &str, code: &str, decline: &str, param: &str) -> Error {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Error {
            kind: kind.to_owned(),
            code: some(code),
            decline_code: some(decline),
            param: some(param),
        }
    }

    #[test]
    fn each_answer_means_what_stripe_documents() {
        let trouble = Failure::Trouble;
        let wrong = |code: &str| Failure::Wrong(code.to_owned());
        let request = |code, param| error("invalid_request_error", code, "", param);
        for (status, error, expected) in [
            (401, request("", ""), trouble(Trouble::Denied)),
            (403, request("", ""), trouble(Trouble::Denied)),
            (
                409,
                error("idempotency_error", "idempotency_key_in_use", "", ""),
                trouble(Trouble::Unavailable),
            ),
            (
                429,
                request("lock_timeout", ""),
                trouble(Trouble::Unavailable),
            ),
            (429, Error::default(), trouble(Trouble::Unavailable)),
            (
                500,
                error("api_error", "", "", ""),
                trouble(Trouble::AnswerLost),
            ),
            (503, Error::default(), trouble(Trouble::AnswerLost)),
            (404, Error::default(), trouble(Trouble::AnswerLost)),
            (
                402,
                error("card_error", "card_declined", "stolen_card", ""),
                Failure::Declined("card_declined"),
            ),
            (
                400,
                request("payment_intent_unexpected_state", ""),
                Failure::Moved,
            ),
            (
                400,
                error("idempotency_error", "", "", ""),
                wrong("key_reused"),
            ),
            (
                400,
                request("resource_missing", "payment_method"),
                wrong("unknown_payment_method"),
            ),
            (400, request("", "amount"), wrong("amount_too_large")),
            (
                400,
                request("", "final_capture"),
                wrong("multicapture_unavailable"),
            ),
            (
                400,
                request("amount_too_small", "amount"),
                wrong("amount_too_small"),
            ),
            (400, request("", ""), wrong("invalid_request")),
        ] {
            let meant = failure(status, &error, Trouble::AnswerLost);
            assert_eq!(meant, expected, "{status} {error:?}");
        }
    }

    #[test]
    fn a_bank_is_quoted_where_it_helps_who_pays_and_nowhere_else() {
        for (code, decline, ours) in [
            ("card_declined", "insufficient_funds", "insufficient_funds"),
            ("expired_card", "", "expired_card"),
            ("expired_card", "expired_card", "expired_card"),
            ("incorrect_cvc", "", "card_details_wrong"),
            ("card_declined", "invalid_account", "card_details_wrong"),
            (
                "authentication_required",
                "authentication_required",
                "authentication_failed",
            ),
            (
                "payment_intent_authentication_failure",
                "",
                "authentication_failed",
            ),
            ("card_declined", "fraudulent", "card_declined"),
            ("card_declined", "lost_card", "card_declined"),
            ("card_declined", "generic_decline", "card_declined"),
            ("", "", "card_declined"),
        ] {
            let error = error("card_error", code, decline, "");
            assert_eq!(error.decline(), ours, "{code} {decline}");
        }
    }

    #[test]
    fn a_key_is_not_shown() {
        let shown = format!("{:?}", Secret("sk_test_1".to_owned()));
        assert!(!shown.contains("sk_test"), "{shown}");
    }
}
