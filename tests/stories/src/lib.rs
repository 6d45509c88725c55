//! The people of the stories and what they can do. Everything goes over HTTP to the platform that `make up`
//! has started; nothing is reached behind its back, except where a story breaks something on purpose.

mod emulator;
mod people;
mod shop;

pub use emulator::Emulator;
pub use people::{Admin, Goods, PASSWORD, Seller, Shopper, UNLIMITED, at_once, order_body};
pub use shop::{Answer, Call, Shop, address, until};
