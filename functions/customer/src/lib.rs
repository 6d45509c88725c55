//! Accounts, log-in and sessions.
