//! The origin of permissions: the rules that match what the kernel asks about, and those of them that decide.
//!
//! Compiled policy does not know its rules any more. A [`Provenance`] keeps what the rules of a profile contributed to the
//! automata, so that it can be asked about any string that a kernel may walk. Permissions are given in the kernel's bits
//! (`AA_MAY_…`), like those of [`analysis::perms`](crate::analysis::perms).
//!
//! ```
//! use armorer::{Compiler, Features, Input, automata::Symbol, blob::Automaton};
//!
//! let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
//! let text = "profile p {\n  /etc/** r,\n  deny /etc/shadow r,\n}\n";
//! let compiled = compiler.compile(Input::text("p", text))?;
//! let string: Vec<Symbol> = b"/etc/shadow".iter().copied().map(Symbol::Byte).collect();
//! let rules = compiled.provenance(0).unwrap().rules(Automaton::File, &string);
//! let place = |span| compiled.diagnosis().sources().describe(span);
//! let read = 0x4;
//! assert_eq!((place(rules[0].span), rules[0].decides(read)), ("p:2:3".into(), false));
//! assert_eq!((place(rules[1].span), rules[1].decides(read)), ("p:3:3".into(), true));
//! # Ok::<(), armorer::CompileError>(())
//! ```

use serde::Serialize;

use super::attachment::AttachmentParts;
use super::capability;
use super::contribution::{Contribution, ContributionMode, ContributionOrigin, DiagnosticCollector};
use super::network::{self, LegacyEntry};
use super::permissions;
use super::presence;
use super::resolution::{self, AutomatonKind, ContributionLabel, FileWordHalf};
use super::support::Support;
use crate::automata::{Pattern, Symbol};
use crate::blob::Automaton;
use crate::policy::{Profile, RuleKind, RuleMode};
use crate::source::Span;

/// The contributions of the rules of one profile.
#[derive(Clone, Debug)]
pub struct Provenance {
    file: Vec<Contribution>,
    policy: Vec<Contribution>,
    attachment: Vec<Contribution>,
    /// The capability rules, with their masks in capabilities of the kernel.
    capabilities: Vec<(ContributionOrigin, u64)>,
    sockets: Vec<LegacyEntry>,
}

/// A rule that matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleMatch {
    /// The place where it is written; for an implied rule that of the rule which implies it, for the attachment that of the profile's
    /// name.
    pub span: Span,
    /// The effect of its permissions.
    pub mode: RuleMode,
    /// −1000 to 1000.
    pub priority: i32,
    /// Whether its pattern has no wildcard: exec permission by such a rule goes before that of others.
    pub exact: bool,
    /// The bits for objects that the task owns.
    pub owner: RuleBits,
    /// About all other objects; only file rules tell the two apart.
    pub other: RuleBits,
}

/// The bits of a rule in the kernel's encoding. A capability, and a type of sockets where those are a table, is bit 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleBits {
    /// The permissions that the rule covers.
    pub permissions: u32,
    /// The permissions in which no other rule takes precedence.
    pub decisive: u32,
    /// The permissions that are logged although they are granted.
    pub audit: u32,
    /// The permissions that are not logged although they are denied.
    pub quiet: u32,
}

/// One pattern of a rule, and the effect of the rule on the strings that match it.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The automaton that the pattern goes into.
    pub automaton: Automaton,
    /// The rule.
    pub span: Span,
    /// The effect of its permissions.
    pub mode: RuleMode,
    /// −1000 to 1000.
    pub priority: i32,
    /// Whether its pattern has no wildcard: exec permission by such a rule goes before that of others.
    pub exact: bool,
    /// The strings.
    pub pattern: &'a Pattern,
    /// The permissions, as the automaton has them (of files: [`vocab::file`](crate::vocab::file)).
    pub permissions: u32,
    /// The permissions that are logged although they are granted, or not logged although they are denied.
    pub marked: u32,
    /// The target of an exec in the transition table, as a number that means the same in one profile; 0: not by the table.
    pub transition: u16,
}

impl Grant<'_> {
    fn of(automaton: Automaton, contribution: &Contribution) -> Grant<'_> {
        let Contribution { pattern, exact, mode, priority, word, second, transition, span } = contribution;
        Grant {
            automaton,
            span: *span,
            mode: rule_mode(*mode),
            priority: *priority,
            exact: *exact,
            pattern,
            permissions: *word,
            marked: *second,
            transition: *transition,
        }
    }
}

impl RuleMatch {
    /// Whether it is one of the rules that decide about any of the permissions.
    #[must_use]
    pub fn decides(&self, permissions: u32) -> bool {
        (self.owner.decisive | self.other.decisive) & permissions != 0
    }

    /// Whether it is about any of the permissions, decisive or not.
    #[must_use]
    pub fn concerns(&self, permissions: u32) -> bool {
        (self.owner.permissions | self.other.permissions) & permissions != 0
    }

    /// A rule about a single thing, which is bit 0.
    fn of_one(origin: ContributionOrigin, decisive: bool) -> RuleMatch {
        let marked = |wanted: bool| u32::from(wanted && origin.marked);
        let denies = origin.mode == ContributionMode::Deny;
        let bits =
            RuleBits { permissions: 1, decisive: decisive.into(), audit: marked(!denies), quiet: marked(denies) };
        let ContributionOrigin { span, priority, .. } = origin;
        RuleMatch { span, mode: rule_mode(origin.mode), priority, exact: true, owner: bits, other: bits }
    }

    /// Takes in the effect of the same rule by another of its patterns.
    fn absorb(&mut self, more: &RuleMatch) {
        self.exact &= more.exact;
        for (mine, theirs) in [(&mut self.owner, more.owner), (&mut self.other, more.other)] {
            mine.permissions |= theirs.permissions;
            mine.decisive |= theirs.decisive;
            mine.audit |= theirs.audit;
            mine.quiet |= theirs.quiet;
        }
    }
}

impl Provenance {
    /// Joins what the rules of a profile contribute to its automata with what they say besides.
    pub(super) fn new(
        profile: &Profile,
        (file, mut policy, attachment): (Vec<Contribution>, Vec<Contribution>, Option<AttachmentParts>),
        support: &Support,
    ) -> Provenance {
        policy.retain(|contribution| !presence::is_entry(contribution));
        // What there is to report about capabilities was reported when their masks were made.
        let mut reported = DiagnosticCollector::default();
        let capabilities = profile.rules.iter().filter_map(|rule| match rule.kind {
            RuleKind::Capability(kind) => {
                Some((ContributionOrigin::of(rule), capability::known_mask(kind, rule, support, &mut reported)))
            }
            _ => None,
        });
        Provenance {
            file,
            policy,
            attachment: attachment.map(|attachment| attachment.contributions).unwrap_or_default(),
            capabilities: capabilities.collect(),
            sockets: network::legacy_entries(&profile.rules, support).unwrap_or_default(),
        }
    }

    /// The rules that match a string of an automaton, in the order in which they are written. (Classes that are mediated for
    /// no other reason than that the kernel can are no rule's doing.)
    ///
    /// Takes time in proportion to all patterns of the automaton, of which most are done with after a few symbols.
    #[must_use]
    pub fn rules(&self, automaton: Automaton, string: &[Symbol]) -> Vec<RuleMatch> {
        merged(self.matching(automaton, string).map(|(_, rule)| rule))
    }

    /// The patterns that match a string, each with what its rule says.
    pub(crate) fn matching(
        &self,
        automaton: Automaton,
        string: &[Symbol],
    ) -> impl Iterator<Item = (&Pattern, RuleMatch)> {
        let (contributions, kind) = self.of(automaton);
        let matching: Vec<&Contribution> =
            contributions.iter().filter(|contribution| contribution.pattern.matches(string)).collect();
        let labels: Vec<ContributionLabel> =
            matching.iter().map(|contribution| ContributionLabel::of(kind, contribution)).collect();
        let decisive = resolution::decisive(kind, &labels);
        let each = matching.into_iter().zip(decisive);
        each.map(move |(contribution, decisive)| (&contribution.pattern, rule_match(kind, contribution, decisive)))
    }

    /// The patterns of the rules of a mode, each with what its rule says about a string that no other rule matches.
    #[cfg(feature = "new-access")]
    pub(crate) fn patterns(&self, automaton: Automaton, mode: RuleMode) -> impl Iterator<Item = (&Pattern, RuleMatch)> {
        let (contributions, kind) = self.of(automaton);
        contributions.iter().filter(move |contribution| rule_mode(contribution.mode) == mode).map(move |contribution| {
            let decisive = resolution::decisive(kind, &[ContributionLabel::of(kind, contribution)]);
            let decisive = decisive.first().copied().unwrap_or(0);
            (&contribution.pattern, rule_match(kind, contribution, decisive))
        })
    }

    fn of(&self, automaton: Automaton) -> (&[Contribution], AutomatonKind) {
        match automaton {
            Automaton::File => (&self.file, AutomatonKind::File),
            Automaton::Policydb => (&self.policy, AutomatonKind::Policy),
            Automaton::Xmatch => (&self.attachment, AutomatonKind::File),
        }
    }

    /// Returns the contributions of each rule to the automata, one pattern after the other, in the order in which rules are written.
    pub fn grants(&self) -> impl Iterator<Item = Grant<'_>> {
        let files = self.file.iter().map(|contribution| Grant::of(Automaton::File, contribution));
        files.chain(self.policy.iter().map(|contribution| Grant::of(Automaton::Policydb, contribution)))
    }

    #[cfg(any(feature = "log", feature = "suite"))]
    /// The places of the rules that contribute something.
    pub(crate) fn spans(&self) -> impl Iterator<Item = Span> {
        let patterns = self.file.iter().chain(&self.policy).map(|contribution| contribution.span);
        let capabilities = self.capabilities.iter().filter(|(_, mask)| *mask != 0).map(|(origin, _)| origin.span);
        patterns.chain(capabilities).chain(self.sockets.iter().map(|entry| entry.origin.span))
    }

    /// The rules about a capability. Deny goes before allow; priority counts for nothing.
    #[must_use]
    pub fn capability(&self, number: u8) -> Vec<RuleMatch> {
        let named = self.capabilities.iter().filter(|(_, mask)| mask.checked_shr(number.into()).unwrap_or(0) & 1 == 1);
        one(named.map(|&(origin, _)| origin).collect())
    }

    /// The rules about sockets of a family and type, where the target has a table for them and no class.
    #[must_use]
    pub fn sockets(&self, family: u16, kind: u16) -> Vec<RuleMatch> {
        let about =
            |entry: &&LegacyEntry| entry.family == family && entry.types.checked_shr(kind.into()).unwrap_or(0) & 1 == 1;
        one(self.sockets.iter().filter(about).map(|entry| entry.origin).collect())
    }
}

/// Rules about a single thing.
fn one(origins: Vec<ContributionOrigin>) -> Vec<RuleMatch> {
    let denied = origins.iter().any(|origin| origin.mode == ContributionMode::Deny);
    merged(
        origins.into_iter().map(|origin| RuleMatch::of_one(origin, !denied || origin.mode == ContributionMode::Deny)),
    )
}

fn rule_match(kind: AutomatonKind, contribution: &Contribution, decisive: u32) -> RuleMatch {
    let &Contribution { span, mode, priority, exact, word, second, .. } = contribution;
    let (audit, quiet) = if mode == ContributionMode::Deny { (0, second) } else { (second, 0) };
    let [owner, other] = FileWordHalf::BOTH.map(|half| {
        let map = |word: u32| match kind {
            AutomatonKind::File => permissions::file_bits(word, half),
            AutomatonKind::Policy => permissions::policy_bits(word),
        };
        // A rule may decide more than it is about: who may execute a file and stay in the profile may map it.
        RuleBits { permissions: map(word | decisive), decisive: map(decisive), audit: map(audit), quiet: map(quiet) }
    });
    RuleMatch { span, mode: rule_mode(mode), priority, exact, owner, other }
}

fn rule_mode(mode: ContributionMode) -> RuleMode {
    match mode {
        ContributionMode::Allow => RuleMode::Allow,
        ContributionMode::Deny => RuleMode::Deny,
        ContributionMode::Prompt => RuleMode::Prompt,
    }
}

/// Each rule once, however many of its patterns match.
fn merged(matches: impl Iterator<Item = RuleMatch>) -> Vec<RuleMatch> {
    let mut rules: Vec<RuleMatch> = Vec::new();
    for next in matches {
        let same =
            |known: &&mut RuleMatch| (known.span, known.mode, known.priority) == (next.span, next.mode, next.priority);
        match rules.iter_mut().find(same) {
            Some(known) => known.absorb(&next),
            None => rules.push(next),
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compiler::{Compiled, Compiler, Input};
    use crate::features::Features;

    fn traced(kernel: &str, rules: &str) -> Compiled {
        let compiler = Compiler::new(Features::builtin(kernel).unwrap());
        compiler.compile(Input::text("p", format!("profile p {{\n{rules}\n}}\n"))).unwrap()
    }

    fn symbols(text: &[u8]) -> Vec<Symbol> {
        text.iter().copied().map(Symbol::Byte).collect()
    }

    /// Mode and owner's decisive bits of each rule, in the order of the text.
    fn deciding(kernel: &str, automaton: Automaton, string: &[u8], rules: &str) -> Vec<(RuleMode, u32)> {
        let traced = traced(kernel, rules);
        let rules = traced.provenance(0).unwrap().rules(automaton, &symbols(string));
        rules.iter().map(|rule| (rule.mode, rule.owner.decisive)).collect()
    }

    #[test]
    fn the_highest_rank_decides() {
        let file = |rules| deciding("linux-7.2", Automaton::File, b"/f", rules);
        let (read, write) = (0x244, 0x317a);
        assert_eq!(file("/f r, /* r,"), [(RuleMode::Allow, read), (RuleMode::Allow, read)]);
        assert_eq!(file("/f rw, deny /* w,"), [(RuleMode::Allow, read), (RuleMode::Deny, write)]);
        assert_eq!(file("priority=1 /f rw, deny /* w, /g r,"), [(RuleMode::Allow, read | write), (RuleMode::Deny, 0)]);
        // Exact exec goes before exec by wildcard, and brings map permission along.
        assert_eq!(file("/f ix, /* px,"), [(RuleMode::Allow, 0x1_0001), (RuleMode::Allow, 0)]);
        assert_eq!(file("/f ix, deny /* m,"), [(RuleMode::Allow, 1), (RuleMode::Deny, 0x1_0000)]);
    }

    #[test]
    fn halves_are_apart() {
        let traced = traced("linux-6.1", "/f r, deny owner /f r,");
        let rules = traced.provenance(0).unwrap().rules(Automaton::File, &symbols(b"/f"));
        assert_eq!((rules[0].owner.decisive, rules[0].other.decisive), (0, 0x244));
        assert_eq!((rules[1].owner.decisive, rules[1].other.decisive), (0x244, 0));
        assert_eq!((rules[1].owner.quiet, rules[1].other.quiet), (0x244, 0));
    }

    #[test]
    fn other_classes_without_what_makes_them_present() {
        let rules = "signal send peer=foo, deny signal receive, priority=1 audit signal peer=f*, ptrace,";
        let found = deciding("linux-6.12", Automaton::Policydb, b"\x0a\x0ffoo", rules);
        assert_eq!(found, [(RuleMode::Allow, 0), (RuleMode::Deny, 0), (RuleMode::Allow, 0x6)]);
        assert_eq!(deciding("linux-6.12", Automaton::Policydb, b"\x0a", rules), []);
    }

    #[test]
    fn capabilities_and_socket_tables() {
        let rules = "capability chown, deny capability chown kill, audit capability kill bpf,";
        let traced = traced("linux-6.1", rules);
        let modes = |number: u8| {
            let rules = traced.provenance(0).unwrap().capability(number);
            rules.iter().map(|rule| (rule.mode, rule.decides(1))).collect::<Vec<_>>()
        };
        assert_eq!(modes(0), [(RuleMode::Allow, false), (RuleMode::Deny, true)]);
        assert_eq!(modes(39), [(RuleMode::Allow, true)]);
        assert_eq!(modes(64), []);

        let old = Features::parse(b"network {yes\n}\nfile {yes\n}\n").unwrap();
        let compiler = Compiler::new(old);
        let text = b"profile p {\n  network inet stream,\n  unix,\n  deny network inet,\n}\n";
        let traced = compiler.compile(Input::text("p", text)).unwrap();
        let sockets = traced.provenance(0).unwrap().sockets(2, 1);
        assert_eq!(
            sockets.iter().map(|rule| (rule.mode, rule.decides(1))).collect::<Vec<_>>(),
            [(RuleMode::Allow, false), (RuleMode::Deny, true)]
        );
        assert_eq!(traced.provenance(0).unwrap().sockets(1, 2).len(), 1);
    }
}
