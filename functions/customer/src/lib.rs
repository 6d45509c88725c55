//! Accounts, log-in and sessions.
//!
//! Someone registers with an e-mail and a password ([`Customer`], [`Credential`]), and logs in: a [`Session`]
//! begins, and with it a family of refresh tokens. An access token lives for minutes and says what its bearer
//! may do ([`Roles`]); a refresh token is exchanged, once, for the next two. Customers see where they are
//! logged in and end what they don't know; a new password ends all other sessions by itself. Admins
//! block accounts and end their sessions, and say who sells; super
//! admins invite and say who is an admin, and one of them always stays ([`SuperAdmins`]). An account can have a second
//! factor ([`Enrolment`]), which a log-in and what is dangerous then ask for. Machines act in a customer's name by keys
//! ([`KeyRing`]), which may do a part of what it may.
//!
//! What is kept where:
//!
//! | table | item | what |
//! |---|---|---|
//! | `customers` | `customer#<id>` / `profile` | [`Customer`]: personal, and read by notification through a view |
//! | `api-keys` | `customer#<id>` / `api-keys` | [`KeyRing`]: digests of keys, never a key; read by every function |
//! | `customers` | `super-admins` / `super-admins` | [`SuperAdmins`]: changed with every change to one |
//! | `customers` | `customer#<id>` / `email-change#<token>` | [`EmailChange`]: both addresses, for two days |
//! | `customers` | `customer#<id>` / `closed` | [`ClosedAccount`]: all that a closed account leaves |
//! | `one-time-tokens` | `customer#<id>` / `<purpose>` | [`OneTime`]: which token of a mail is good |
//! | `security-events` | `customer#<id>` / `<event>` | [`SecurityEvent`]: for its owner, for ninety days |
//! | `admin-invitations` | `admin-invitations` / `invitation#<id>` | [`AdminInvitation`]: until it is accepted, revoked or too old |
//! | `credentials` | `email#<digest>` / `credential` | [`Credential`]: its key keeps addresses unique |
//! | `second-factors` | `customer#<id>` / `second-factor` | [`Enrolment`]: an app's secret, sealed, and digests of recovery codes |
//! | `guesses` | `email#<digest>` / `device#<device>` | [`Guesses`]: wrong passwords of the last minutes |
//! | `sessions` | `session#<id>` / `session` | [`Session`]: digests of tokens, never a token |
//! | `revocations` | `revocations` / `<when>#<whose>` | access tokens that end before their time, read by every function |
//!
//! [`Accounts`] is what every function works with; [`SignIn`] adds the signing key, for those that hand
//! out tokens, [`Factors`] the key for second factors, for those that look at codes, and [`Links`] the key of
//! those in mails, for the four that take them. What the service publishes begins with `customer.` or `session.`.

mod account;
mod api_key;
mod code;
mod consent;
mod enrolment;
mod guess;
mod invitation;
mod one_time;
mod password;
mod powers;
mod revocation;
mod roles;
mod search;
mod security;
mod session;
mod sign_in;
mod store;
mod totp;
mod vault;

pub use account::{
    BlockReason, ClosedAccount, Credential, Customer, CustomerRecord, EmailChange, Name,
    PasswordChange, Profile, ProfileInput, Status,
};
pub use api_key::{KeyInput, KeyName, KeyRing, KeyStatus, KeyView, NewKey, Rotation, ShownKey};
pub use code::{FactorCode, NoCode, RecoveryCode};
pub use consent::Consent;
pub use enrolment::{Enrolment, Factors, Proof, RecoveryCodes, SecondFactorView, StrongSignIn};
pub use guess::{Devices, Guesses, Origin};
pub use invitation::{AdminInvitation, AdminInvitationView};
pub use kernel::{EmailAddress, InvalidEmail};
pub use one_time::{Links, OneTime, Redeemed};
pub use password::{NewPassword, Password, PasswordHash, UnfitPassword};
pub use powers::{Given, Selling, Staff};
pub use roles::{InvalidRoles, Roles, SuperAdmins};
pub use search::CustomerFilter;
pub use security::{
    Happening, ImpersonationReason, SecurityEvent, SecurityEventRecord, SecurityEventView,
};
pub use session::{Device, End, LogIn, Presented, RefreshToken, Session, SessionView, device_of};
pub use sign_in::{AccessToken, SignIn, TokenType, Tokens};
pub use store::{Accounts, Authenticated, Confirmed, KeyHolder};
pub use totp::TotpSecret;
pub use vault::Vault;
