//! Carts: what a shopper means to buy, and what it was last shown as.
//!
//! - [`shopper`]: whose cart a request is about: a customer's, or a guest's by its token
//! - [`cart`]: the lines of a cart and how they change, what their owner sees, and how a guest's cart goes into a
//!   customer's
//! - [`offer`]: the projection of what can be bought, kept by the events of product and inventory
//! - [`store`]: the tables `carts` and `offers`, and every write to them
//!
//! A line keeps the title and the price that it was last shown with. Ordering reads the cart alone and charges
//! that price: what was shown is what is paid. Showing the cart looks at the offers again and keeps what it
//! shows; a line tells the price that it was put in with as long as it has another. A cart that nobody touches
//! ends. A variant can be put into a cart once the projection knows it, a moment after it was published;
//! before that it is not found.

pub mod cart;
pub mod offer;
pub mod shopper;
pub mod store;

pub use cart::{Cart, CartView, Line, MergeStrategy, MergedCart};
pub use offer::{Listed, Listing, Offer};
pub use shopper::{Owner, Shopper};
pub use store::{Basket, Carts};
