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
//! | `customers` | `customer#<id>` / `email-change#<token>` | [`EmailChange`]: both addresses, for two days |
//! | `customers` | `customer#<id>` / `closed` | [`ClosedAccount`]: all that a closed account leaves |
//! | `one-time-tokens` | `customer#<id>` / `<purpose>` | [`OneTime`]: which token of a mail is good |
//! | `security-events` | `customer#<id>` / `<event>` | [`SecurityEvent`]: for its owner, for ninety days |
//! | `credentials` | `email#<digest>` / `credential` | [`Credential`]: its key keeps addresses unique |
//! | `guesses` | `email#<digest>` / `device#<device>` | [`Guesses`]: wrong passwords of the last minutes |
//! | `sessions` | `session#<id>` / `session` | [`Session`]: digests of tokens, never a token |
//!
//! [`Accounts`] is what every function works with; [`SignIn`] adds the signing key, for the two that hand
//! out tokens, and [`Links`] the key of those in mails, for the four that take them. What the service publishes
//! begins with `customer.` or `session.`.

mod account;
mod consent;
mod email;
mod guess;
mod one_time;
mod password;
mod phone;
mod roles;
mod security;
mod session;
mod sign_in;
mod store;

pub use account::{
    BlockReason, ClosedAccount, Credential, Customer, CustomerRecord, EmailChange, Name,
    PasswordChange, Profile, ProfileInput, Status,
};
pub use consent::Consent;
pub use email::{EmailAddress, InvalidEmail};
pub use guess::{Devices, Guesses, Origin};
pub use one_time::{Links, OneTime, Redeemed};
pub use password::{NewPassword, Password, PasswordHash, UnfitPassword};
pub use phone::{InvalidPhone, Phone};
pub use roles::{InvalidRoles, Roles, SuperAdmins};
pub use security::{Happening, SecurityEvent, SecurityEventView};
pub use session::{Device, End, LogIn, Presented, RefreshToken, Session, SessionView, device_of};
pub use sign_in::{SignIn, TokenType, Tokens};
pub use store::{Accounts, Authenticated, Confirmed};
