//! Encodes one profile: its rules and header become the fields of its blob record.

use std::time::Instant;

use super::attachment;
use super::cache::{AutomatonCache, Encoded, RuleCache, ThreadCache};
use super::capability;
use super::compat;
use super::contribution::{Contribution, ContributionMode, ContributionOrigin, DiagnosticCollector};
use super::effort::{Effort, since};
use super::file::FileContext;
use super::network;
use super::presence;
use super::support::Support;
use super::tables;
use super::transitions::Transitions;
use super::{
    EncodeOptions, EncodedProfile, Provenance, change_profile, dbus, file, io_uring, mount, mqueue, pivot_root, ptrace,
    signal, unix, userns,
};
use crate::blob;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Profile, ProfileMode, Rule, RuleKind};
use crate::source::Text;
use crate::vocab::{Signal, flags};

/// Everything that a profile's rules come to, short of the automata.
pub(super) struct Contributions {
    /// Contributions to the automaton of file rules.
    pub(super) file: Vec<Contribution>,
    /// Contributions to that of all other classes.
    pub(super) policy: Vec<Contribution>,
    pub(super) attachment: Option<attachment::AttachmentParts>,
    pub(super) capabilities: blob::Capabilities,
    pub(super) transitions: Transitions,
}

impl Contributions {
    /// Encodes every rule; what cannot be encoded is reported.
    pub(super) fn of(
        profile: &Profile,
        support: &Support,
        options: &EncodeOptions,
        rules: &mut RuleCache,
        reports: &mut DiagnosticCollector,
    ) -> Contributions {
        let attachment = attachment::encode(profile, support, reports);
        let capabilities = capability::encode(&profile.rules, support, reports);
        let transitions = Transitions::collect(profile, support, reports);
        let surroundings = FileContext { transitions: &transitions, read_implies_mmap: options.read_implies_mmap };
        let (mut file, mut policy) = (Vec::new(), Vec::new());
        rules.prepare(support, options.read_implies_mmap);
        for rule in &profile.rules {
            encode_or_recall(rule, surroundings, support, rules, reports, &mut file, &mut policy);
        }
        mqueue::encode_creation(&profile.rules, support, reports, &mut policy);
        presence::encode(profile.flags.mode, support, profile.span, &mut policy);
        let contributions = Contributions { file, policy, attachment, capabilities, transitions };
        compat::rules(profile, &contributions, support, reports);
        contributions
    }
}

/// Adds what one rule contributes to the automata. A rule that was encoded before contributes the same again, unless it leads to
/// a slot of this profile's transition table, or there is something to report.
fn encode_or_recall(
    rule: &Rule,
    surroundings: FileContext<'_>,
    support: &Support,
    rules: &mut RuleCache,
    reports: &mut DiagnosticCollector,
    file: &mut Vec<Contribution>,
    policy: &mut Vec<Contribution>,
) {
    if let Some(known) = rules.get(&rule.prefix, &rule.kind) {
        let here = |known: &Contribution| Contribution { span: rule.span, ..known.clone() };
        file.extend(known.file.iter().map(here));
        policy.extend(known.policy.iter().map(here));
        return;
    }
    let before = (file.len(), policy.len(), reports.count());
    // `None` has been reported.
    _ = encode_rule(rule, surroundings, support, reports, file, policy);
    let (new_file, new_policy) = (file.get(before.0..).unwrap_or_default(), policy.get(before.1..).unwrap_or_default());
    let of_profile = new_file.iter().any(|each| each.transition != 0);
    if reports.count() == before.2 && !of_profile && !rules.is_last {
        let encoded = Encoded { file: new_file.into(), policy: new_policy.into() };
        rules.insert(rule.prefix, rule.kind.clone(), encoded);
    }
}

/// Adds what one rule contributes to the automata; `None` after a report.
fn encode_rule(
    rule: &Rule,
    surroundings: FileContext<'_>,
    support: &Support,
    reports: &mut DiagnosticCollector,
    file: &mut Vec<Contribution>,
    policy: &mut Vec<Contribution>,
) -> Option<()> {
    let origin = ContributionOrigin::of(rule);
    let prompts = origin.mode == ContributionMode::Prompt;
    let mode_counts = !matches!(rule.kind, RuleKind::Capability(_) | RuleKind::ChangeProfile(_));
    if prompts && mode_counts && support.table.is_none() {
        reports.not_enforced(rule.span, "prompts, so that the rule has no effect");
    }
    compat::rule(rule, origin, support, reports);
    match &rule.kind {
        RuleKind::File(kind) => file::encode(kind, origin, rule.prefix.owner, surroundings, reports, file),
        RuleKind::ChangeProfile(kind) => change_profile::encode(kind, origin, support, reports, file),
        // In masks of the profile.
        RuleKind::Capability(_) => Some(()),
        RuleKind::Network(kind) => {
            network::encode(kind, origin, support, reports, policy)?;
            let mut derived = rule.derived().into_iter();
            derived.try_for_each(|rule| encode_rule(&rule, surroundings, support, reports, file, policy))
        }
        RuleKind::Unix(kind) => unix::encode(kind, origin, support, reports, policy),
        RuleKind::Dbus(kind) => dbus::encode(kind, origin, support, reports, policy),
        RuleKind::Signal(kind) => signal::encode(kind, origin, support, reports, policy),
        RuleKind::Ptrace(kind) => ptrace::encode(kind, origin, support, reports, policy),
        RuleKind::Mount(kind) => mount::encode(kind, origin, support, reports, policy),
        RuleKind::PivotRoot(kind) => pivot_root::encode(kind, origin, support, reports, policy),
        RuleKind::Mqueue(kind) => mqueue::encode(kind, origin, support, reports, policy),
        RuleKind::Userns => {
            userns::encode(origin, support, reports, policy);
            Some(())
        }
        RuleKind::IoUring(kind) => io_uring::encode(kind, origin, support, reports, policy),
    }
}

/// One profile without its children; `None` after an error is reported.
pub(super) fn encode(
    profile: &Profile,
    support: &Support,
    options: &EncodeOptions,
    cache: &mut ThreadCache,
    reports: &mut DiagnosticCollector,
) -> Option<EncodedProfile> {
    let start = Instant::now();
    let ThreadCache { rules, file: files, policy: others } = cache;
    let contributions = Contributions::of(profile, support, options, rules, reports);
    let mut effort = Effort {
        profile: String::from_utf8_lossy(&profile.name).into_owned(),
        rules_us: since(start),
        automata: Vec::new(),
    };
    if reports.has_errors() {
        return None;
    }
    let (record, provenance) = tables(profile, contributions, support, options, (&mut *files, &mut *others), reports);
    effort.automata.append(&mut files.efforts);
    effort.automata.append(&mut others.efforts);
    Some(EncodedProfile { record: record?, provenance, effort })
}

/// The record with its automata, and the rules that those are made of.
fn tables(
    profile: &Profile,
    contributions: Contributions,
    support: &Support,
    options: &EncodeOptions,
    (files, others): (&mut AutomatonCache, &mut AutomatonCache),
    reports: &mut DiagnosticCollector,
) -> (Option<blob::BlobProfile>, Provenance) {
    let Contributions { file, policy, attachment, capabilities, transitions } = contributions;
    let transitions = transitions.into_names();
    let xmatch = attachment.as_ref().and_then(|attachment| {
        tables::xmatch(&attachment.contributions, attachment.length, files, support, options, reports)
    });
    let confines = !matches!(profile.flags.mode, ProfileMode::Unconfined | ProfileMode::DefaultAllow);
    let asked_for_files = confines && file.is_empty();
    let policydb = tables::policy_db(&policy, others, asked_for_files, &transitions, support, options, reports);
    let filedb = tables::policy_db(&file, files, false, &transitions, support, options, reports);
    let record = header(profile, support, options, reports);
    let net_allowed_af = network::legacy_table(&profile.rules, support);
    let provenance = Provenance::new(profile, (file, policy, attachment), support);
    let record = blob::BlobProfile { capabilities, xmatch, policydb, file: filedb, net_allowed_af, ..record };
    ((!reports.has_errors()).then_some(record), provenance)
}

/// All fields that are not made of rules.
pub(super) fn header(
    profile: &Profile,
    support: &Support,
    options: &EncodeOptions,
    reports: &mut DiagnosticCollector,
) -> blob::BlobProfile {
    let given = &profile.flags;
    let mut unsupported = |given: bool, supported: bool, flag: &str| {
        if given && !supported {
            reports.not_enforced(profile.span, flag);
        }
    };
    let prompts = given.mode == ProfileMode::Prompt;
    unsupported(prompts, support.prompt_mode, "the mode `prompt` and refuses to load the profile");
    unsupported(given.interruptible, support.interruptible, "the flag `interruptible`");
    unsupported(given.kill_signal.is_some(), support.kill_signal, "the flag `kill.signal`");
    unsupported(given.error.is_some(), support.error, "the flag `error`");
    unsupported(given.disconnected_ipc.is_some(), support.disconnected_ipc, "the path of `attach_disconnected.ipc`");
    unsupported(!profile.identities.is_empty(), support.identity, "identities");
    if let Some(signal) = given.kill_signal.filter(|&signal| support.kill_signal && signal > Signal::EXISTS) {
        let message = format!("no kernel supports the real-time signal `{signal}` for `kill.signal`");
        reports.push(Diagnostic::new(Code::FlagSignal, message, profile.span).with_help("write another signal"));
    }
    compat::header(profile, support, reports);

    let bytes = |text: &Text| text.to_vec();
    let newer = support.abi > 5;
    let mode = if options.force_complain && !newer { ProfileMode::Complain } else { given.mode };
    let flag = |given: bool, bit: u32| if given { bit } else { 0 };
    let limits = (0_u32..).zip(profile.rlimits).filter_map(|(number, limit)| limit.map(|_| 1 << number));
    let mask = limits.fold(0, |mask: u32, bit: u32| mask | bit);
    blob::BlobProfile {
        version: version_word(support, options),
        namespace: profile.namespace.as_ref().map(bytes),
        name: bytes(&profile.name),
        disconnected: given.disconnected.as_ref().map(bytes),
        disconnected_ipc: given.disconnected_ipc.as_ref().filter(|_| support.disconnected_ipc).map(bytes),
        kill: given.kill_signal.filter(|_| support.kill_signal).map(|signal| signal.number().into()),
        error: given.error.filter(|_| support.error).map(|error| error.number().into()),
        flags: flag(profile.hat, flags::HAT)
            | flag(given.debug, flags::DEBUG)
            | flag(given.interruptible && support.interruptible, flags::INTERRUPTIBLE),
        mode: mode_number(mode),
        audit: given.audit.into(),
        path_flags: given.path_flags,
        identity: support.identity.then(|| profile.identities.iter().map(bytes).collect()),
        xattrs: match support.xattrs {
            // In the order in which the attachment automaton wants their values.
            true => profile.xattrs.iter().rev().map(|(name, _)| bytes(name)).collect(),
            false => Vec::new(),
        },
        rlimits: (mask != 0)
            .then(|| blob::Rlimits { mask, values: profile.rlimits.map(|limit| limit.unwrap_or_default()) }),
        ..blob::BlobProfile::default()
    }
}

/// The word that every profile begins with. Only that of newer blobs has a bit for forced complain mode.
pub(super) fn version_word(support: &Support, options: &EncodeOptions) -> u32 {
    match support.abi {
        abi @ ..=5 => abi,
        abi => abi | POLICY_ABI | POLICY_LANGUAGE | if options.force_complain { FORCE_COMPLAIN } else { 0 },
    }
}

/// Bit of the version word: complain, whatever the mode is.
const FORCE_COMPLAIN: u32 = 1 << 11;
/// Policy ABI 2 in the version word.
const POLICY_ABI: u32 = 2 << 12;
/// Policy language version 2 in the version word.
const POLICY_LANGUAGE: u32 = 2 << 20;

/// The number of a mode.
fn mode_number(mode: ProfileMode) -> u32 {
    match mode {
        ProfileMode::Enforce => 0,
        ProfileMode::Complain => 1,
        ProfileMode::Kill => 2,
        ProfileMode::Unconfined | ProfileMode::DefaultAllow => 3,
        ProfileMode::Prompt => 4,
    }
}
