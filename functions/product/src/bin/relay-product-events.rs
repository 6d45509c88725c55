//! The outbox of product: carries what its commands have announced to the bus, and what they did to the audit log.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
