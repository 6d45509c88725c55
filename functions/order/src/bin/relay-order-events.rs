//! The outbox of order: carries what its functions have announced to the bus.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
