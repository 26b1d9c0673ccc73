//! The protocol between the agent and its compiling process: frames of a JSON value and some bytes, each with its length.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::compiler::CompiledProfile;
use crate::source::Text;

/// The two lengths, as little-endian 32-bit words.
pub(super) const HEAD: usize = 8;

/// The longest JSON value: the names of the profiles in a file of some megabytes.
pub(super) const MAX_VALUE: usize = 16 << 20;

/// The options for compiling files: the first frame.
#[derive(Debug, Serialize, Deserialize)]
pub(in super::super) struct Setup {
    pub(in super::super) base: Text,
    pub(in super::super) include: Vec<Text>,
    /// The directories beneath which files are read.
    pub(in super::super) roots: Vec<Text>,
    /// Those of the kernel.
    pub(in super::super) features: Text,
    /// Whether files without `abi` rule are written for these features.
    pub(in super::super) are_pinned: bool,
    pub(in super::super) max_states: usize,
    /// Memory limit of the process, in bytes.
    pub(in super::super) max_memory: u64,
    /// Time limit for a file, in seconds.
    pub(in super::super) max_time: u64,
}

/// A file to compile; its text are the bytes of the frame.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) file: Text,
    pub(super) is_own: bool,
}

/// The result; the bytes of the frame are the policy.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum WorkerAnswer {
    Compiled(Vec<CompiledProfile>),
    Broken(Vec<String>),
}

/// A frame.
pub(super) fn frame(value: &impl Serialize, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let value = serde_json::to_vec(value)?;
    let mut frame = head(value.len(), bytes.len())?.to_vec();
    frame.extend(value);
    frame.extend(bytes);
    Ok(frame)
}

/// Writes a frame without a copy of its bytes.
pub(super) fn write(mut to: impl Write, value: &impl Serialize, bytes: &[u8]) -> io::Result<()> {
    let value = serde_json::to_vec(value)?;
    to.write_all(&head(value.len(), bytes.len())?)?;
    to.write_all(&value)?;
    to.write_all(bytes)?;
    to.flush()
}

fn head(value: usize, bytes: usize) -> io::Result<[u8; HEAD]> {
    let length = |length| u32::try_from(length).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge));
    let (value, bytes) = (length(value)?.to_le_bytes(), length(bytes)?.to_le_bytes());
    let ([a, b, c, d], [e, f, g, h]) = (value, bytes);
    Ok([a, b, c, d, e, f, g, h])
}

/// The two lengths of a frame.
pub(super) fn lengths([a, b, c, d, e, f, g, h]: [u8; HEAD]) -> (usize, usize) {
    (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes([e, f, g, h]) as usize)
}

/// Reads a frame; `None` at the end.
pub(super) fn read<T: DeserializeOwned>(mut from: impl Read) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut head = [0; HEAD];
    match from.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let (value, bytes) = lengths(head);
    let mut read = |length| {
        let mut bytes = vec![0; length];
        from.read_exact(&mut bytes).map(|()| bytes)
    };
    let value = serde_json::from_slice(&read(value)?)?;
    Ok(Some((value, read(bytes)?)))
}
