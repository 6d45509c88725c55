//! Carts and what they show.
