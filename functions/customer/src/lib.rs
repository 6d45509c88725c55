//! Accounts, log-in and sessions.
//!
//! Someone registers with an e-mail and a password ([`Customer`], [`Credential`]), and logs in: a [`Session`]
//! begins, and with it a family of refresh tokens. An access token lives for minutes and says what its bearer
//! may do ([`Roles`]); a refresh token is exchanged, once, for the next two. Customers see where they are
//! logged in and end what they don't know; a new password ends all other sessions by itself. Admins
//! block accounts and end their sessions, and say who sells; super
//! admins say who is an admin, and one of them always stays ([`SuperAdmins`]).
//!
//! What is kept where:
//!
//! | table | item | what |
//! |---|---|---|
//! | `customers` | `customer#<id>` / `profile` | [`Customer`]: personal, and read by notification through a view |
//! | `customers` | `super-admins` / `super-admins` | [`SuperAdmins`]: changed with every change to one |
//! | `credentials` | `email#<digest>` / `credential` | [`Credential`]: its key keeps addresses unique |
//! | `guesses` | `email#<digest>` / `device#<device>` | [`Guesses`]: wrong passwords of the last minutes |
//! | `sessions` | `session#<id>` / `session` | [`Session`]: digests of tokens, never a token |
//! | `revocations` | `revocations` / `<when>#<whose>` | access tokens that end before their time, read by every function |
//!
//! [`Accounts`] is what every function works with; [`SignIn`] adds the signing key, for the two that hand
//! out tokens. The service publishes `customer.registered.v1`,
//! `customer.roles-changed.v1`, `customer.blocked.v1` and `customer.unblocked.v1`.

mod account;
mod consent;
mod guess;
mod password;
mod phone;
mod powers;
mod revocation;
mod roles;
mod session;
mod sign_in;
mod store;

pub use account::{
    BlockReason, Credential, Customer, CustomerRecord, Name, PasswordChange, Profile, ProfileInput,
    Status,
};
pub use consent::Consent;
pub use guess::{Devices, Guesses, Origin};
pub use kernel::{EmailAddress, InvalidEmail};
pub use password::{NewPassword, Password, PasswordHash, UnfitPassword};
pub use phone::{InvalidPhone, Phone};
pub use powers::{Given, Selling, Staff};
pub use roles::{InvalidRoles, Roles, SuperAdmins};
pub use session::{Device, End, LogIn, Presented, RefreshToken, Session, SessionView};
pub use sign_in::{SignIn, TokenType, Tokens};
pub use store::{Accounts, Authenticated};
