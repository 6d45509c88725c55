//! The outbox of address: what was done to address books goes from its command records to the audit log.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
