//! The edge of a function: what stands between Lambda's runtime and a handler.
