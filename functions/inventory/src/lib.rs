//! Stock and reservations: what there is of each variant, what of it is held for which order, and how it has moved.
//!
//! - [`stock`]: the levels of a variant, and the ways in which pieces move between them
//! - [`shards`]: the stock of a hot variant, spread over several items
//! - [`reservation`]: what is held for an order, from its placing to its last piece or its end
//! - [`holder`]: how much is held for one buyer at a time
//! - [`returned`]: what of it has come back
//! - [`ledger`]: the second book, of every movement: what is held against the stock, and what tells who is low
//! - [`store`]: the tables `stock`, `reservations` and `ledger`, and every write to them
//!
//! Nothing is ever oversold: holding is one transaction over all lines of an order, each under the condition
//! that so many pieces are available, and arithmetic at the store lets orders for one variant pass each other.
//! Who waits for whom is the order's business: inventory answers `order.placed` with `stock.reserved` or
//! `stock.refused`, says when a reservation's time is over, and lets go of it only when the order is cancelled.

pub mod holder;
pub mod ledger;
pub mod reservation;
pub mod returned;
pub mod shards;
pub mod stock;
pub mod store;

pub use holder::Holder;
pub use ledger::{Ledger, Movement, MovementView, ReorderPoint, Verdict};
pub use reservation::{Held, Reservation, State, Turn};
pub use returned::Returned;
pub use shards::{Part, Shards};
pub use stock::{Adjustment, Booked, Shift, Stock, StockLevels};
pub use store::{Check, Shelf, Shelves};
