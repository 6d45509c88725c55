//! Stock and reservations: what there is of each variant, and what of it is held for which order.
//!
//! - [`stock`]: the levels of a variant, and the four ways in which pieces move between them
//! - [`reservation`]: what is held for an order, from its placing to its shipping or its end
//! - [`store`]: the tables `stock` and `reservations`, and every write to them
//!
//! Nothing is ever oversold: holding is one transaction over all lines of an order, each under the condition
//! that so many pieces are available, and arithmetic at the store lets orders for one variant pass each other.
//! Who waits for whom is the order's business: inventory answers `order.placed` with `stock.reserved` or
//! `stock.refused`, says when a reservation's time is over, and lets go of it only when the order is cancelled.

pub mod reservation;
pub mod stock;
pub mod store;

pub use reservation::{Held, Reservation, State};
pub use stock::{Level, Move, Stock, StockLevels};
pub use store::{Shelf, Shelves};
