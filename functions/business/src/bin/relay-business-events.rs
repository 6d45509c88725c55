//! The outbox of business: carries what its commands have announced to the bus.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
