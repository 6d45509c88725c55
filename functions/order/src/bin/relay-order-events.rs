//! The outbox of order: carries what its functions have announced to the bus, and what they did to the audit log.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
