//! Payments and their provider.
