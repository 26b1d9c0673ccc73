//! The checks of the kernel on the values of a policy, beyond its structure.
//!
//! Everything that Linux 7.2 refuses is an error here, and also what an older kernel refuses everywhere (`paranoid_load` checks
//! included). Two things go further: owner-conditional states must have both entries of their pair, which kernels read without a check,
//! and a signal, mode or rlimit index is only judged where it is in the format at all. Fields of out-of-tree kernels pass.

use std::fmt;

use thiserror::Error;

use super::profile::{BlobProfile, Perms, PolicyDb};
use super::write::label;
use crate::automata::tables::TableError;

/// `xindex`: type bits, the type "transition table", and the index.
const XINDEX_TYPE: u32 = 0x0c00_0000;
const XINDEX_TABLE: u32 = 0x0800_0000;
const XINDEX_INDEX: u32 = 0x00ff_ffff;

/// A policy that a kernel would refuse, or misread.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("profile `{profile}`: {place}{fault}", place = FaultPlace(*.automaton))]
#[non_exhaustive]
pub struct VerifyError {
    /// Position of the profile in the policy.
    pub index: usize,
    /// Its name, cut to a readable length.
    pub profile: String,
    /// The automaton at fault, where it is one.
    pub automaton: Option<Automaton>,
    /// The fault.
    pub fault: Fault,
}

/// The automata of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Automaton {
    /// The automaton of the executables that the profile attaches to.
    Xmatch,
    /// Every class but files.
    Policydb,
    /// File rules.
    File,
}

impl fmt::Display for Automaton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xmatch => "xmatch",
            Self::Policydb => "policydb",
            Self::File => "file",
        })
    }
}

struct FaultPlace(Option<Automaton>);

impl fmt::Display for FaultPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |automaton| write!(f, "{automaton}: "))
    }
}

/// A fault of a value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The name is empty, or is a namespace and nothing else.
    #[error("the name is empty")]
    EmptyName,
    /// The namespace is empty.
    #[error("the namespace is empty")]
    EmptyNamespace,
    /// One write goes to one namespace.
    #[error("its namespace is not that of the profiles before it")]
    NamespaceChange,
    /// The ABI number is not one of 5 to 9.
    #[error("unsupported ABI number {0}")]
    Version(u32),
    /// The mode is not one of 0 to 4.
    #[error("unknown mode {0}")]
    Mode(u32),
    /// The signal is not one of 1 to 35.
    #[error("kill signal {0} is out of range")]
    KillSignal(u32),
    /// Tables that no kernel takes, whatever they belong to.
    #[error(transparent)]
    Tables(#[from] TableError),
    /// The start state is none.
    #[error("the start state {0} does not exist")]
    Start(u32),
    /// `accept2` is missing where it is needed, or present where it must not be.
    #[error("the second accept table is {}", if *.0 { "missing" } else { "not allowed here" })]
    Accept2(bool),
    /// A state whose accept value is outside of the permission table.
    #[error("state {0}: its permissions are outside of the table")]
    Accept(usize),
    /// A state that uses a transition outside of the transition table.
    #[error("state {0}: its exec transition is outside of the table")]
    Transition(usize),
    /// A permission entry that contradicts itself or refers to nothing.
    #[error("permission entry {index}: {why}")]
    Perms {
        /// Number of the entry.
        index: usize,
        /// The fault.
        why: &'static str,
    },
    /// A malformed string of the transition table.
    #[error("transition {0} is malformed")]
    Target(usize),
}

/// Checks a policy as one write to the kernel.
///
/// # Errors
///
/// The first fault, profile by profile.
pub fn verify(profiles: &[BlobProfile]) -> Result<(), VerifyError> {
    let mut namespace: Option<&[u8]> = None;
    for (index, profile) in profiles.iter().enumerate() {
        let at = |error: VerifyError| VerifyError { index, ..error };
        verify_profile(profile).map_err(at)?;
        if let Some(own) = profile.namespace.as_deref()
            && **namespace.get_or_insert(own) != *own
        {
            return Err(at(fault(profile, None, Fault::NamespaceChange)));
        }
    }
    Ok(())
}

/// Checks one profile by itself.
///
/// # Errors
///
/// The first fault; the index in it is 0.
pub fn verify_profile(profile: &BlobProfile) -> Result<(), VerifyError> {
    fields(profile).map_err(|what| fault(profile, None, what))?;
    if let Some(xmatch) = &profile.xmatch {
        let check = || {
            xmatch.dfa.verify()?;
            if xmatch.dfa.accept2.is_none() { Err(Fault::Accept2(true)) } else { Ok(()) }
        };
        check().map_err(|what| fault(profile, Some(Automaton::Xmatch), what))?;
    }
    if let Some(db) = &profile.policydb {
        policydb(db, Automaton::Policydb).map_err(|what| fault(profile, Some(Automaton::Policydb), what))?;
    }
    if let Some(db) = &profile.file {
        policydb(db, Automaton::File).map_err(|what| fault(profile, Some(Automaton::File), what))?;
    }
    Ok(())
}

fn fault(profile: &BlobProfile, automaton: Option<Automaton>, fault: Fault) -> VerifyError {
    VerifyError { index: 0, profile: label(&profile.name), automaton, fault }
}

fn fields(profile: &BlobProfile) -> Result<(), Fault> {
    let abi = profile.version & 0x3ff;
    if !(5..=9).contains(&abi) {
        return Err(Fault::Version(abi));
    }
    if profile.namespace.as_ref().is_some_and(Vec::is_empty) {
        return Err(Fault::EmptyNamespace);
    }
    let name = profile.name.trim_ascii_start();
    // `:ns:name` and `:ns://name` carry a namespace in the name.
    let mut parts = name.strip_prefix(b":").unwrap_or_default().splitn(2, |&byte| byte == b':');
    let local = parts.nth(1).map_or(name, |local| local.strip_prefix(b"//").unwrap_or(local));
    if local.is_empty() {
        return Err(Fault::EmptyName);
    }
    if profile.mode > 4 {
        return Err(Fault::Mode(profile.mode));
    }
    match profile.kill {
        Some(signal) if !(1..=35).contains(&signal) => Err(Fault::KillSignal(signal)),
        _ => Ok(()),
    }
}

fn policydb(db: &PolicyDb, which: Automaton) -> Result<(), Fault> {
    db.dfa.verify()?;
    if let Some(start) = db.start
        && usize::try_from(start).map_or(true, |start| start >= db.dfa.states())
    {
        return Err(Fault::Start(start));
    }
    let paired = db.perms.is_some() && db.perms_version.unwrap_or(0) > 2;
    if db.dfa.accept2.is_some() != (db.perms.is_none() || paired) {
        return Err(Fault::Accept2(db.dfa.accept2.is_none()));
    }
    if let Some(bad) = db.transitions.iter().position(|target| !target_is_valid(target)) {
        return Err(Fault::Target(bad));
    }
    let Some(perms) = &db.perms else {
        return match which {
            Automaton::File => packed_transitions(db),
            // The exec bits of the packed word mean nothing in other classes.
            Automaton::Policydb | Automaton::Xmatch => Ok(()),
        };
    };
    let flags = db.dfa.accept2.iter().flatten().copied().chain(std::iter::repeat(0));
    for (state, (&accept, flags)) in db.dfa.accept.iter().zip(flags).enumerate() {
        let last = u64::from(accept) + u64::from(flags & 1);
        if last >= u64::try_from(perms.len()).unwrap_or(u64::MAX) {
            return Err(Fault::Accept(state));
        }
    }
    for (index, entry) in perms.iter().enumerate() {
        entry_fault(entry, db.transitions.len()).map_or(Ok(()), |why| Err(Fault::Perms { index, why }))?;
    }
    Ok(())
}

/// Exec indices of packed words: 4 and above stand for entries of the transition table.
fn packed_transitions(db: &PolicyDb) -> Result<(), Fault> {
    let missing = |half: u32| {
        let index = half >> 10 & 0xf;
        index >= 4 && usize::try_from(index - 4).is_ok_and(|index| index >= db.transitions.len())
    };
    match db.dfa.accept.iter().position(|&word| missing(word) || missing(word >> 14)) {
        Some(state) => Err(Fault::Transition(state)),
        None => Ok(()),
    }
}

fn entry_fault(entry: &Perms, transitions: usize) -> Option<&'static str> {
    let Perms { allow, deny, subtree, cond, kill, complain, prompt, hide, xindex, tag, label, .. } = *entry;
    let outside = |index: u32| usize::try_from(index).map_or(true, |index| index >= transitions);
    let faults = [
        (allow & deny != 0, "allow and deny overlap"),
        (subtree & !allow != 0, "subtree is not part of allow"),
        (cond & (allow | deny) != 0, "cond overlaps allow or deny"),
        (complain & (allow | deny) != 0, "complain overlaps allow or deny"),
        (prompt & (allow | deny) != 0, "prompt overlaps allow or deny"),
        (kill & allow != 0, "kill and allow overlap"),
        (hide & allow != 0, "hide and allow overlap"),
        (complain & prompt != 0, "complain and prompt overlap"),
        (
            xindex & XINDEX_TYPE == XINDEX_TABLE && outside(xindex & XINDEX_INDEX),
            "its exec transition is outside of the table",
        ),
        // There are no tag sets: kernels that know the field cannot read it.
        (tag != 0, "its tag does not exist"),
        (label != 0 && outside(label), "its label is outside of the transition table"),
    ];
    faults.into_iter().find_map(|(wrong, why)| wrong.then_some(why))
}

fn target_is_valid(target: &[u8]) -> bool {
    match target {
        [] => true,
        [b' ' | 0, ..] | [b':'] | [b':', 0, ..] => false,
        [b':', rest @ ..] => rest.iter().filter(|&&byte| byte == 0).count() <= 1,
        _ => !target.contains(&0),
    }
}
