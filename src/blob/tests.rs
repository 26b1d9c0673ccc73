//! Tests of the format as a whole.

mod annotated;
pub(crate) mod arbitrary;
mod read;
mod verify;
mod write;
