//! Tests of encoding: the answers of the automata for given strings.

mod classes;
mod files;
mod profiles;

use std::sync::Arc;

use super::{EncodeCache, EncodeOptions, Target, encode};
use crate::automata::Symbol;
use crate::blob::{self, PolicyDb};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::features::Features;
use crate::resolve::{self, Session, resolve};
use crate::source::Memory;

/// The outcome for a text.
struct EncodeOutcome {
    profiles: Option<Vec<blob::BlobProfile>>,
    diagnostics: Vec<Diagnostic>,
}

impl EncodeOutcome {
    fn codes(&self) -> Vec<Code> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
    }
}

/// Compiles a text with the same features for kernel and policy.
fn compile_with(features: &Arc<Features>, options: &EncodeOptions, text: &str) -> EncodeOutcome {
    let session = Session::new(Memory::new());
    let input = session.sources.add("input", text.as_bytes()).unwrap();
    let resolved = resolve::ResolveOptions {
        policy: Some(Arc::clone(features)),
        ..resolve::ResolveOptions::new(Arc::clone(features))
    };
    let mut diagnostics = Diagnostics::new();
    let policy = resolve(&session, input, &resolved, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{text}: {diagnostics:?}");
    let mut diagnostics = Diagnostics::new();
    let target = Target { kernel: Arc::clone(features) };
    let encoded = encode(&policy, &target, options, &EncodeCache::default(), &mut diagnostics);
    let profiles = encoded.map(|encoded| encoded.into_iter().map(|each| each.record).collect());
    EncodeOutcome { profiles, diagnostics: diagnostics.into_vec() }
}

fn features(kernel: &str) -> Arc<Features> {
    Arc::new(Features::builtin(&format!("linux-{kernel}")).unwrap())
}

fn compile(kernel: &str, text: &str) -> EncodeOutcome {
    compile_with(&features(kernel), &EncodeOptions::default(), text)
}

/// The profiles of a text that raises no error.
#[track_caller]
fn profiles(kernel: &str, text: &str) -> Vec<blob::BlobProfile> {
    let outcome = compile(kernel, text);
    outcome.profiles.unwrap_or_else(|| panic!("{text}: {:?}", outcome.diagnostics))
}

/// The rules in a profile `t`.
#[track_caller]
fn profile(kernel: &str, rules: &str) -> blob::BlobProfile {
    profiles(kernel, &format!("profile t {{ {rules} }}")).remove(0)
}

/// Packed words, or the entries of the permission table: of files that the task owns, and of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AcceptedWords {
    NoMatch,
    Words(u32, u32),
    Entries(blob::Perms, blob::Perms),
}

/// Returns the permissions that a kernel finds for a string.
fn ask(db: Option<&PolicyDb>, string: &[u8]) -> AcceptedWords {
    let Some(db) = db else { return AcceptedWords::NoMatch };
    let state = string.iter().fold(1, |state, &byte| db.dfa.step(state, Symbol::Byte(byte))) as usize;
    if state == 0 {
        return AcceptedWords::NoMatch;
    }
    let accept = db.dfa.accept[state] as usize;
    match &db.perms {
        None => AcceptedWords::Words(db.dfa.accept[state], db.dfa.accept2.as_ref().unwrap()[state]),
        Some(perms) if db.dfa.accept2.is_some() => AcceptedWords::Entries(perms[accept], perms[accept + 1]),
        Some(perms) => AcceptedWords::Entries(perms[accept], perms[accept]),
    }
}
