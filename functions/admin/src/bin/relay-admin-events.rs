//! The outbox of admin: what was done to run the marketplace goes from its command records to the bus.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
