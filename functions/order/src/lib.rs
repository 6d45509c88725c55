//! Orders and the judge of their saga.
