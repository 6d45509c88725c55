//! POST /v1/auth/refresh: a session goes on, a refresh token is exchanged for new tokens, once.

use contracts::Actor;
use customer::{Presented, RefreshToken, SignIn, Tokens};
use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// The token to exchange.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// The last refresh token that was handed out.
    refresh_token: String,
}

async fn refresh_session(
    desk: &'static SignIn,
    request: Request<Json<Refresh>>,
) -> Outcome<Tokens> {
    let refused = Code::InvalidRefreshToken;
    let accounts = &desk.accounts;
    let token = RefreshToken::read(&request.input.0.refresh_token).ok_or(refused)?;
    let session = accounts.session(token.session()).await?.ok_or(refused)?;
    let customer = accounts.active(session.customer_id).await?;
    let customer = customer.ok_or(refused)?;
    if customer.has_outgrown(&session) {
        return Err(refused.into());
    }

    let intent = request.intent_of(Actor::customer(customer.customer_id));
    let successor = match session.present(&token, request.now, desk.lifetime) {
        Presented::Good(next, successor) => {
            accounts.refresh_session(&session, &next, &intent).await?;
            successor
        }
        Presented::Again(successor) => successor,
        Presented::Reused(ended) => {
            accounts.revoke_session(&session, &ended, &intent).await?;
            return Err(refused.into());
        }
        Presented::Worthless => return Err(refused.into()),
    };
    http::ok(&desk.tokens(&customer, &session, &successor, request.now)?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(SignIn::start, refresh_session)
}
