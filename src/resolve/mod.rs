//! From syntax trees to the resolved policy.

pub mod lower;
