//! The outbox of inventory: carries what its commands have announced to the bus.

pub(crate) fn main() -> lambda::Exit {
    lambda::relay::serve()
}
