//! The catalogue and its imports.
