//! Mails that follow what happened.
