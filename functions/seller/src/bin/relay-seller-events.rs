//! The outbox of seller: what happened to sellers and their staff goes from its command records to the bus.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
