//! The text of profiles in an input: to policy, or from the cache.

use std::cell::Cell;
use std::time::Instant;

use super::input::ProfilePartText;
use super::result::{JoinedPolicies, PartPolicy};
use super::{CompileError, Compiled, CompiledProfile, Compiler};
use crate::blob;
#[cfg(feature = "cache")]
use crate::cache::{Cached, EntryKey};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::encode::{self, EncodeCache, EncodedProfile, since};
use crate::policy::Policy;
use crate::resolve::{self, Session};
use crate::source::SourceId;

/// The outcome for a part: its policy, unless there is an error, and its diagnostics.
pub(super) type PartOutcome = Result<(Option<PartPolicy>, Vec<Diagnostic>), CompileError>;

impl Compiler {
    /// Compiles a text that the session has, or takes its policy from the cache. The last one needs the trees of included files only
    /// until it is resolved: encoding takes their memory then.
    pub(super) fn compile_part(
        &self,
        session: &Session,
        id: SourceId,
        is_last: bool,
        resolve_us: &Cell<u64>,
    ) -> PartOutcome {
        #[cfg(feature = "cache")]
        let source = session.sources.get(id);
        #[cfg(feature = "cache")]
        let key = self.cache.as_ref().map(|cache| (cache, self.key(source.name(), source.text())));
        #[cfg(feature = "cache")]
        if let Some((cache, key)) = &key
            && let Some(Cached { blob, profiles, diagnostics }) = cache.get(key, id, session)
        {
            return Ok((Some(PartPolicy { blob, profiles, encoded: None }), diagnostics));
        }
        let start = Instant::now();
        let mut diagnostics = Diagnostics::new();
        let resolve = if is_last { resolve::resolve_last } else { resolve::resolve };
        let policy = resolve(session, id, &self.options, &mut diagnostics);
        resolve_us.set(resolve_us.get() + since(start));
        let last = is_last.then(|| self.encode_cache.for_last());
        let outcome = self.encode_part(&policy, last.as_ref().unwrap_or(&self.encode_cache), diagnostics.into_vec());
        #[cfg(feature = "cache")]
        if let (Some((cache, key)), Ok((Some(PartPolicy { blob, profiles, .. }), diagnostics))) = (&key, &outcome) {
            let kept = Cached { blob: blob.clone(), profiles: profiles.clone(), diagnostics: diagnostics.clone() };
            cache.put(key, &kept, &policy.dependencies, id, session);
        }
        outcome
    }

    /// Encodes a policy; `raised` are its diagnostics so far.
    pub(super) fn encode_part(&self, policy: &Policy, cache: &EncodeCache, mut raised: Vec<Diagnostic>) -> PartOutcome {
        if raised.iter().any(Diagnostic::is_error) {
            return Ok((None, raised));
        }
        let mut diagnostics = Diagnostics::new();
        let encoded = encode::encode(policy, &self.target(), &self.encode, cache, &mut diagnostics);
        let encoded = encoded.filter(|_| !diagnostics.has_errors());
        raised.extend(diagnostics.into_vec());
        let Some(encoded) = encoded else { return Ok((None, raised)) };
        let start = Instant::now();
        let (blob, places) = blob::write_placed(encoded.iter().map(|each| &each.record))?;
        let each = policy.all_profiles().zip(&encoded).zip(places);
        let complain = self.encode.force_complain;
        let known = |((profile, encoded), place): ((_, &EncodedProfile), _)| {
            CompiledProfile::new(profile, &encoded.record, place, complain)
        };
        let profiles = each.map(known).collect();
        Ok((Some(PartPolicy { blob, profiles, encoded: Some((encoded, since(start))) }), raised))
    }

    /// Joins what became of the parts of an input.
    pub(super) fn join<'a>(
        &self,
        session: &Session,
        mut diagnostics: Vec<Diagnostic>,
        parts: impl Iterator<Item = (&'a ProfilePartText, PartOutcome)>,
        resolve_us: impl FnOnce() -> u64,
    ) -> Result<Compiled, CompileError> {
        let mut joined = JoinedPolicies::default();
        let mut complete = true;
        for (part, outcome) in parts {
            let (policy, mut found) = outcome?;
            part.relocate(&mut found);
            diagnostics.append(&mut found);
            match policy {
                Some(policy) => joined.add(policy),
                None => complete = false,
            }
        }
        let diagnosis = self.judged(diagnostics, session);
        if !complete || diagnosis.has_errors() {
            return Err(CompileError::Rejected(diagnosis));
        }
        Ok(joined.finish(diagnosis, resolve_us()))
    }

    /// All that a policy depends on before its text is read.
    #[cfg(feature = "cache")]
    fn key(&self, name: &str, text: &[u8]) -> EntryKey {
        let resolve::ResolveOptions {
            base,
            include_dirs,
            working_directory,
            kernel,
            policy,
            ignore_abi_rules,
            namespace,
        } = &self.options;
        let encode::EncodeOptions { max_states, max_memory, count_states: _, force_complain, read_implies_mmap } =
            self.encode;
        let paths = [base, working_directory].into_iter().chain(include_dirs);
        let paths = paths.map(|path| path.as_os_str().as_encoded_bytes());
        let switches = [force_complain, read_implies_mmap, *ignore_abi_rules, namespace.is_some()].map(u64::from);
        let numbers = [[max_states as u64, max_memory as u64].as_slice(), &switches].concat();
        let numbers: Vec<[u8; 8]> = numbers.into_iter().map(u64::to_le_bytes).collect();
        let namespace = namespace.as_deref().unwrap_or_default();
        let policy = policy.as_ref().map_or([&b""[..], b"none"], |features| [features.to_text(), b"pinned"]);
        let fixed = [name.as_bytes(), text, kernel.to_text(), namespace].into_iter().chain(policy);
        EntryKey::of(fixed.chain(numbers.iter().map(|number| &number[..])).chain(paths))
    }
}
