//! Encodes a resolved policy for the features of a kernel: a [`Policy`] and a [`Target`] go in, and the profiles of a blob come out.
//!
//! 1. Each rule becomes *contributions*: a pattern over the bytes of the strings that the kernel asks about, with permissions, mode
//!    and priority. One file per rule class says what those strings are.
//! 2. [`automata`] makes one automaton of all contributions of a kind; each of its states knows the set of
//!    contributions that match.
//! 3. Resolution decides what such a set permits.
//! 4. Permissions become the words or tables that the target kernel reads.
//!
//! Rules that the target does not mediate are warned about and left out, and rules that cannot be expressed are errors: nothing is
//! dropped silently.
//!
//! A profile has up to three automata: that of file and `change_profile` rules; that of all other classes, whose strings begin with a
//! class byte; and that of the attachment. The file `profile.rs` shows the whole of one profile, and is the one to read first.

mod attachment;
mod automaton;
mod blame;
mod cache;
mod capability;
mod change_profile;
mod compat;
mod compiled;
mod contribution;
mod dbus;
mod effort;
mod expression;
mod file;
mod glob;
mod inet;
mod io_uring;
mod mount;
mod mqueue;
mod network;
mod permissions;
mod pivot_root;
mod presence;
mod profile;
pub mod provenance;
mod ptrace;
mod resolution;
mod signal;
mod skb;
mod support;
mod tables;
#[cfg(test)]
mod tests;
mod transitions;
mod unix;
mod userns;

use std::sync::Arc;

use crate::automata;
use crate::blob;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::features::Features;
use crate::parallel;
use crate::policy::{Policy, Profile, RuleKind, RuleMode, slashes};
use crate::source::Span;
use crate::vocab::file as bits;
pub use cache::EncodeCache;
use cache::ThreadCache;
pub use compiled::CompiledProfile;
use contribution::{Contribution, DiagnosticCollector};
#[cfg(any(feature = "cli", feature = "internals"))]
pub use effort::AutomatonEffort;
pub use effort::Effort;
pub(crate) use effort::since;
use profile::Contributions;
pub use provenance::{Grant, Provenance};
use support::Support;
#[cfg(feature = "new-access")]
pub(crate) use transitions::PACKED_LIMIT;

/// The target that policy is compiled for.
#[derive(Clone, Debug)]
pub struct Target {
    /// The features of the kernel.
    pub kernel: Arc<Features>,
}

/// Options of compiling policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeOptions {
    /// Most states of an automaton before it is minimal.
    pub max_states: usize,
    /// The approximate maximum of memory that an automaton may take while it is built, in bytes. The default is 128 MiB.
    pub max_memory: usize,
    /// Whether [`Effort`] has the number of states before those that mean the same were merged. Counting takes time.
    pub count_states: bool,
    /// Complain mode for every profile, whatever its mode is.
    pub force_complain: bool,
    /// Read permission for files implies permission to map them executable.
    pub read_implies_mmap: bool,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        let automata::Config { max_states, max_words } = automata::Config::default();
        EncodeOptions {
            max_states,
            max_memory: max_words * size_of::<u32>(),
            count_states: false,
            force_complain: false,
            read_implies_mmap: false,
        }
    }
}

impl EncodeOptions {
    fn limits(&self) -> automata::Config {
        automata::Config { max_states: self.max_states, max_words: self.max_memory / size_of::<u32>() }
    }
}

/// A profile as it stands in a blob.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EncodedProfile {
    /// Its fields.
    pub record: blob::BlobProfile,
    /// The rules that its permissions come from.
    pub provenance: Provenance,
    /// The effort for it.
    pub effort: Effort,
}

/// Raises what [`encode`] would raise, short of building all automata: bad patterns of rules that the target mediates, rules that
/// cannot be expressed, rules that are not enforced, exec transitions that contradict each other, rules that a compiler loses, and
/// what there is to say about the attachment, whose automaton is small.
///
/// Returns where the permissions of each profile come from, in the order of [`Policy::all_profiles`].
pub fn check(
    policy: &Policy,
    target: &Target,
    options: &EncodeOptions,
    cache: &EncodeCache,
    diagnostics: &mut Diagnostics,
) -> Vec<Provenance> {
    let support = Support::new(&target.kernel, &policy.features);
    run(policy, cache, diagnostics, |profile, cache, reports| {
        let ThreadCache { rules, file: files, .. } = cache;
        let contributions = Contributions::of(profile, &support, options, rules, reports);
        profile::header(profile, &support, options, reports);
        if let Some(attachment::AttachmentParts { contributions, length }) = &contributions.attachment
            && !reports.has_errors()
        {
            _ = tables::xmatch(contributions, *length, files, &support, options, reports);
        }
        if !reports.has_errors() {
            compat::automata::check_start(&contributions.file, files, &support, options, reports);
        }
        if !reports.has_errors() && may_conflict(profile) {
            let exec = exec_contributions(&contributions.file);
            _ = automaton::build(&exec, files, options, reports);
        }
        files.efforts.clear();
        let Contributions { file, policy, attachment, .. } = contributions;
        Provenance::new(profile, (file, policy, attachment), &support)
    })
}

/// Does the same as [`check`], without what takes automata to tell.
pub fn check_rules(
    policy: &Policy,
    target: &Target,
    options: &EncodeOptions,
    cache: &EncodeCache,
    diagnostics: &mut Diagnostics,
) {
    let support = Support::new(&target.kernel, &policy.features);
    check_with(&support, policy, options, cache, diagnostics);
}

/// The places of the rules that the kernel does not mediate, whatever the policy is written for.
pub(crate) fn unknown_to_kernel(policy: &Policy, target: &Target, options: &EncodeOptions) -> Vec<Span> {
    let support = Support::new(&target.kernel, &target.kernel);
    let mut diagnostics = Diagnostics::new();
    check_with(&support, policy, options, &EncodeCache::default(), &mut diagnostics);
    let diagnostics = diagnostics.into_vec().into_iter();
    diagnostics.filter(|found| found.code == Code::NotEnforced).map(|found| found.span()).collect()
}

fn check_with(
    support: &Support,
    policy: &Policy,
    options: &EncodeOptions,
    cache: &EncodeCache,
    diagnostics: &mut Diagnostics,
) {
    run(policy, cache, diagnostics, |profile, cache, reports| {
        Contributions::of(profile, support, options, &mut cache.rules, reports);
        profile::header(profile, support, options, reports);
    });
}

/// Compiles every profile for a target, in the order of [`Policy::all_profiles`].
///
/// `None` if there was an error, which is then among the diagnostics. What several policies have in common is worked out once
/// where they are encoded with the same `cache`.
pub fn encode(
    policy: &Policy,
    target: &Target,
    options: &EncodeOptions,
    cache: &EncodeCache,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<EncodedProfile>> {
    let support = Support::new(&target.kernel, &policy.features);
    let encoded = run(policy, cache, diagnostics, |profile, cache, reports| {
        profile::encode(profile, &support, options, cache, reports)
    });
    let encoded: Vec<EncodedProfile> = encoded.into_iter().collect::<Option<_>>()?;
    compat::file(policy, &encoded, &support, diagnostics);
    Some(encoded)
}

/// The version word of blobs for a kernel: which format they have.
///
/// ```
/// use armorer::{Features, encode};
/// let kernel = Features::builtin("linux-7.2").unwrap();
/// assert_eq!(encode::version_word(&kernel, &encode::EncodeOptions::default()), 0x20_2007);
/// ```
#[must_use]
pub fn version_word(kernel: &Features, options: &EncodeOptions) -> u32 {
    profile::version_word(&Support::new(kernel, kernel), options)
}

/// Returns the rules that the permissions of every profile come from, in the order of [`Policy::all_profiles`]; nothing is reported.
#[cfg(feature = "ide")]
pub(crate) fn trace(policy: &Policy, target: &Target, options: &EncodeOptions, cache: &EncodeCache) -> Vec<Provenance> {
    let support = Support::new(&target.kernel, &policy.features);
    run(policy, cache, &mut Diagnostics::new(), |profile, cache, reports| {
        let contributions = Contributions::of(profile, &support, options, &mut cache.rules, reports);
        let Contributions { file, policy, attachment, .. } = contributions;
        Provenance::new(profile, (file, policy, attachment), &support)
    })
}

/// The pattern of the path of a file rule or attachment, in stored form with its variables expanded, as it goes into the
/// automata; `None` where the text is no valid pattern.
///
/// ```
/// let pattern = armorer::encode::path_pattern(b"/tmp/*").unwrap();
/// assert!(pattern.matches(&b"/tmp/a".map(Into::into)));
/// ```
#[must_use]
pub fn path_pattern(path: &[u8]) -> Option<automata::Pattern> {
    let glob = glob::read(&slashes::filter(path), glob::Nul::Excluded).ok()?;
    Some(glob.expression.into_pattern())
}

/// The pattern of a name of profiles; `None` where the text is no valid pattern.
#[cfg(feature = "suite")]
pub(crate) fn name_pattern(text: &[u8]) -> Option<automata::Pattern> {
    value_pattern(&crate::syntax::word::stored(text))
}

/// The pattern of a name, label or other value that is no path, in stored form with its variables expanded.
#[cfg(feature = "suite")]
pub(crate) fn value_pattern(value: &[u8]) -> Option<automata::Pattern> {
    let glob = glob::read(value, glob::Nul::Excluded).ok()?;
    Some(glob.expression.into_pattern())
}

/// Returns the rank of an attachment among others that match the same executable: the higher number wins. `None` where the text
/// is no valid pattern.
///
/// ```
/// use armorer::encode::attachment_rank;
/// assert!(attachment_rank(b"/usr/bin/a*") < attachment_rank(b"/usr/bin/abc"));
/// ```
#[must_use]
pub fn attachment_rank(path: &[u8]) -> Option<u32> {
    let glob = glob::read(&slashes::filter(path), glob::Nul::Excluded).ok()?;
    Some(glob.expression.length())
}

/// Works on every profile, each followed by its children, and collects what was reported in that order.
fn run<T: Send>(
    policy: &Policy,
    cache: &EncodeCache,
    diagnostics: &mut Diagnostics,
    work: impl Fn(&Profile, &mut ThreadCache, &mut DiagnosticCollector) -> T + Sync,
) -> Vec<T> {
    let profiles: Vec<&Profile> = policy.all_profiles().collect();
    let last = profiles.last().copied().filter(|_| cache.is_last());
    let each = |profile: &&Profile| {
        let mut reports = DiagnosticCollector::default();
        let result = cache.with(|cache| {
            cache.expect(last.is_some_and(|last| std::ptr::eq(last, *profile)));
            work(profile, cache, &mut reports)
        });
        let mut list = reports.into_vec();
        list.iter_mut().for_each(|diagnostic| diagnostic.profile = Some(profile.written_name.clone()));
        (result, list)
    };
    let results = parallel::map(&profiles, each);
    let mut all = DiagnosticCollector::default();
    let mut values = Vec::with_capacity(results.len());
    for (value, list) in results {
        values.push(value);
        list.into_iter().for_each(|diagnostic| all.push(diagnostic));
    }
    diagnostics.extend::<Vec<Diagnostic>>(all.into_vec());
    values
}

/// Whether exec rules of the profile could contradict each other: they do not when all say the same.
fn may_conflict(profile: &Profile) -> bool {
    let mut kinds = profile.rules.iter().filter_map(|rule| match &rule.kind {
        RuleKind::File(file) if rule.prefix.mode != Some(RuleMode::Deny) => file.exec.as_ref(),
        _ => None,
    });
    let change_profile = profile.rules.iter().any(|rule| match &rule.kind {
        RuleKind::ChangeProfile(change) => change.exec.is_some(),
        _ => false,
    });
    let first = kinds.next();
    change_profile || kinds.any(|kind| Some(kind) != first)
}

/// Returns the contributions that decide exec permission, without any other permission.
fn exec_contributions(file: &[Contribution]) -> Vec<Contribution> {
    let both = |word: u32| word | word << bits::OTHER;
    let exec = file.iter().filter(|contribution| contribution.word & both(bits::EXEC) != 0);
    exec.map(|each| Contribution { word: each.word & both(bits::EXEC | bits::EXEC_TYPE), second: 0, ..each.clone() })
        .collect()
}
