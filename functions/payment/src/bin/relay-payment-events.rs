//! The outbox of payment: carries its events to the bus.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
