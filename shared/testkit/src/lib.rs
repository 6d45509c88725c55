//! An in-process DynamoDB under the SDK, for tests of stores and whole functions.
