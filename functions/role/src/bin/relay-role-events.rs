//! The outbox of role: what happened to roles goes from its command records to the bus.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
