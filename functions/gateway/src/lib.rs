//! What belongs to no service: health, the API's own description, unknown routes.
//!
//! - [`Backends`]: what the platform stands on, asked by `GET /v1/health`
//! - [`ApiDescription`]: the OpenAPI document, rendered by `cargo stack render` from all services
//! - [`Reference`]: the same for people, one page without any dependency, `src/docs/`
//! - [`KeySet`]: the public keys of the stage
//! - [`Routes`]: every route there is, to tell a wrong path from a wrong method
//!
//! Nothing is written here, so the service has no outbox.

mod health;
mod jwks;
mod openapi;
mod reference;
mod routes;

pub use health::{Backend, Backends, Health, State};
pub use jwks::{KeySet, PublicKey};
pub use openapi::ApiDescription;
pub use reference::Reference;
pub use routes::Routes;
