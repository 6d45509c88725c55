//! The catalogue: what sellers offer, the shop window that it is found in, and the imports that fill it.
//!
//! - [`product`]: a product, its variants, and what makes and changes them
//! - [`listing`]: the entries of the shop window, one for each filter that a product is found by
//! - [`store`]: the tables `products` and `listings`, and every write to them
//! - [`import`]: an import and how far it has come; [`file`] reads products out of a file, wherever it is cut;
//!   [`job`] does the work; [`upload`] signs the form for files too large for a request
//! - [`standing`]: what a suspended seller has leaves the shop, and comes back
//!
//! A SKU is its seller's once and for ever: the id of a variant is made of seller and SKU, so that the one
//! item of a variant is also the claim on its SKU.

pub mod file;
pub mod import;
pub mod job;
pub mod listing;
pub mod product;
pub mod standing;
pub mod store;
pub mod upload;
pub mod words;

pub use import::{Import, ImportParams, ImportView};
pub use job::{ImportJob, Imports};
pub use listing::{ProductCard, ProductFilter};
pub use product::{Product, ProductInput, ProductView};
pub use standing::{Doorkeeper, Standing};
pub use store::Catalogue;
pub use upload::Upload;
