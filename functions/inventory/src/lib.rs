//! Stock and reservations.
