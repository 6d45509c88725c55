//! Mails that follow what happened to an order or an account.
//!
//! - [`template`]: the mails, each a subject, an HTML and a text template of one version
//! - [`outbox`]: the table `mails`, and how a mail is sent once
//!
//! Names and addresses are read from their owners' views at the moment of sending and kept nowhere.

pub mod outbox;
pub mod template;

pub use outbox::{Address, GuestMails, LinkMails, Mails};
pub use template::Template;
