//! Orders: the judge of the saga that turns a cart into something that is paid and shipped.
//!
//! - [`lifecycle`]: the states of an order as one table, from which code, tests and docs are made
//! - [`transitions`]: what can become of one next, as a client sees it
//! - [`order`]: an order and what becomes of it; pure
//! - [`parts`]: what each of its sellers ships, in which parcels, and what of it is cancelled
//! - [`money`]: what it knows of its money, and how it waits for what is due
//! - [`returns`]: what of it is sent back, and the states of that as a table
//! - [`documents`]: what of it is written on paper, and the paper
//! - [`timeline`]: its life as people read it, and what staff writes down
//! - [`address`]: where it goes and how it is paid
//! - [`facts`]: what it tells the world in each state
//! - [`filter`]: which of them are listed
//! - [`view`]: how it is shown, and to whom
//! - [`guest`]: orders of those without an account, and the links that open them
//! - [`claim`]: how such an order becomes a customer's by a verified address
//! - [`store`]: how it is kept; the only file here that knows of tables
//!
//! Others answer what an order has said: inventory to `order.placed`, payment to `order.stock-reserved`. Each
//! answer comes here, and here alone is decided what becomes of the order ([`Orders::hear`]); an answer that its
//! state has no use for changes nothing, so that late, doubled and overtaken answers need no care of their own.
//! An order that waits too long says once more what it has said, and is cancelled in the end; one that is on its way
//! is not, and calls for someone who looks at it ([`Orders::remind`]).
#![warn(missing_docs)]

pub mod address;
pub mod claim;
pub mod documents;
pub mod facts;
pub mod filter;
pub mod guest;
pub mod lifecycle;
pub mod money;
pub mod order;
pub mod parts;
pub mod returns;
pub mod standing;
mod store;
pub mod timeline;
pub mod transitions;
pub mod view;

pub use address::{Destination, ShippingAddress};
pub use claim::{ClaimPage, Claims};
pub use guest::{GuestOrders, PlacedByGuest, Visitor};
pub use lifecycle::{Input, Status};
pub use order::{Order, Purchase, Purchaser, Turn};
pub use parts::{Carriage, Parts, Pieces};
pub use store::{Documents, GuestDocuments, Orders, Prints};
pub use view::{OrderView, Viewer};
