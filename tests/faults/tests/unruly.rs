//! Events come thrice and in any order.
