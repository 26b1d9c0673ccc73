//! Audit records: what they mean, and the rules that they ask for.

pub mod suggest;
