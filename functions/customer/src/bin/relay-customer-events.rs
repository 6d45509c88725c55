//! The outbox of customer: what happened to accounts goes from its command records to the bus.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
