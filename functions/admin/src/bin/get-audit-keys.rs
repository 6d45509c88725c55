//! GET /.well-known/audit-keys.json: the public keys that checkpoints of the audit logs are verified with.

use std::future::{Ready, ready};

use admin::AuditKeys;
use lambda::http::{Outcome, Request};

fn get_audit_keys(keys: &'static AuditKeys, _: Request) -> Ready<Outcome<AuditKeys>> {
    ready(keys.reply())
}

pub(crate) fn main() -> lambda::Exit {
    lambda::http::serve(AuditKeys::start, get_audit_keys)
}
