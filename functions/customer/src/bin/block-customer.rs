//! POST /v1/customers/{id}/block: an admin takes an account out of use.

use customer::{Accounts, BlockReason, CustomerRecord, Status};
use kernel::{Code, Permission};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Block {
    /// In words, for other admins; the customer does not see it.
    reason: BlockReason,
}

async fn block_customer(
    accounts: &'static Accounts,
    request: Request<Json<Block>>,
) -> Outcome<CustomerRecord> {
    let Json(Block { reason }) = &request.input;
    let id = request.path("id", Code::CustomerNotFound)?;
    let customer = request.reach(accounts.customer(id).await?, Code::CustomerNotFound)?;
    customer.may_be_locked_out(request.grant(Permission::RoleAssignAdmin))?;
    if customer.status == Status::Blocked {
        return Ok(http::ok(&customer.record(customer.created_at))?.version(customer.rev));
    }

    let blocked = customer.blocked(reason.clone(), request.now);
    let reply = http::ok(&blocked.record(customer.created_at))?.version(customer.rev + 1);
    accounts
        .block(&customer, &blocked, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, block_customer)
}
