//! Rules of profiles that no event of a log needed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::{Event, EventOrigin, ProfileFile, Summary, Tree, Verdict};
use crate::analysis::access::components;
use crate::analysis::names::Quoted;
use crate::analysis::query::{Decision, RuleUse, Subject};
use crate::analysis::{RulePlace, used};
use crate::compiler::Resolved;
use crate::policy::{Profile, Rule, RuleKind, RuleMode, RuleOrigin};
use crate::source::{Span, Text};

/// The rules of one profile that no event of a log needed, and the events that this rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnusedRules {
    /// The profile.
    pub profile: Text,
    /// The file of the tree that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The number of events that were allowed and logged because a flag or a rule asks for that.
    pub audit: u64,
    /// The number of events that complain mode let through.
    pub allowed: u64,
    /// The number of events of both kinds that do not say enough to ask the policy about them.
    pub unread: u64,
    /// The number of events under `audit` that the tree does not allow: they are of another policy.
    pub foreign: u64,
    /// Whether the profile has the flag `audit` in the tree.
    pub has_audit_flag: bool,
    /// The outcome.
    #[serde(flatten)]
    pub outcome: UnusedRulesOutcome,
}

/// The unused rules of a profile, or the reason why they are not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnusedRulesOutcome {
    /// No file of the tree has the profile.
    NoProfile,
    /// The log has no event of an allowed access.
    NoAccess,
    /// The file does not compile.
    Broken {
        /// The error.
        error: String,
    },
    /// The rules are known.
    Rules {
        /// The number of rules that events could show to be used.
        rules: usize,
        /// The rules that no event needed, in the order of the files.
        unused: Vec<RuleUse>,
        /// Included files of which no rule was needed.
        includes: Vec<UnusedInclude>,
    },
}

/// An included file of which no event needed a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnusedInclude {
    /// The file.
    pub file: String,
    /// The number of rules of the profile that stand in it; those of files that it includes are not among them.
    pub rules: usize,
}

/// The rules that no event needed, for each profile that the events name.
///
/// Events of allowed accesses show that a rule is used: those under `audit`, and those that complain mode let through and the tree
/// allows by now. Denied accesses use no rule. Where several rules allow the same, all of them are used. Rules whose use cannot be
/// relied on to be logged are never unused: those that deny, prompt, or change the profile, rules for D-Bus where the log has no
/// record of a D-Bus daemon, and rules that the features of the tree's compiler lack. Of an included file, other than one of
/// `local/`, it is only reported if no rule at all was needed.
///
/// The summary must have all events: [`Summary::uncounted`] is 0.
///
/// ```
/// use armorer::log::{Summary, Tree, UnusedRulesOutcome, events, unused};
/// use armorer::{Compiler, Features};
///
/// let directory = std::env::temp_dir().join(format!("armorer-unused-{}", std::process::id()));
/// std::fs::create_dir_all(&directory)?;
/// std::fs::write(directory.join("p"), "profile p flags=(audit) {\n  /etc/x r,\n  /etc/y r,\n}\n")?;
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base(&directory);
/// let tree = Tree::read(&directory, compiler)?;
/// let line = br#"audit: type=1400 audit(1.0:2): apparmor="AUDIT" operation="open" profile="p" name="/etc/x" requested_mask="r""#;
/// let mut summary = Summary::new(100);
/// events(line).into_iter().for_each(|event| summary.add(event));
/// let usage = &unused(&tree, &summary)[0];
/// let UnusedRulesOutcome::Rules { unused, .. } = &usage.outcome else { panic!("{usage}") };
/// assert_eq!((unused.len(), &*unused[0].text), (1, "/etc/y r,"));
/// # std::fs::remove_dir_all(directory)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn unused(tree: &Tree, summary: &Summary) -> Vec<UnusedRules> {
    let mut profiles: BTreeMap<Text, ProfileEvents<'_>> = BTreeMap::new();
    let mut hears_dbus = false;
    for (_, count) in summary.iter() {
        let event = &count.event;
        hears_dbus |= event.origin == EventOrigin::Dbus;
        let Some(label) = &event.profile else { continue };
        if !matches!(event.verdict, Verdict::Audit | Verdict::Allowed | Verdict::Denied | Verdict::Killed) {
            continue;
        }
        for profile in components(label).filter(|profile| *profile != b"unconfined") {
            profiles.entry(profile.into()).or_default().add(event, count.times);
        }
    }
    let mut policies = FxHashMap::default();
    let usage = |(profile, events): (Text, ProfileEvents<'_>)| {
        let place = tree.place_of(&profile);
        let file = place.and_then(|place| tree.files().get(place));
        let mut usage = UnusedRules {
            file: file.map(|file| file.path.display().to_string()),
            audit: events.audit,
            allowed: events.allowed,
            unread: events.unread,
            foreign: 0,
            has_audit_flag: false,
            outcome: UnusedRulesOutcome::NoProfile,
            profile,
        };
        let (Some(place), Some(file)) = (place, file) else { return usage };
        if events.audit + events.allowed == 0 {
            usage.outcome = UnusedRulesOutcome::NoAccess;
            return usage;
        }
        match policies.entry(place).or_insert_with(|| CompiledFile::of(tree, file)) {
            Err(error) => usage.outcome = UnusedRulesOutcome::Broken { error: error.clone() },
            Ok(policy) => {
                if let Some((profile, compiled)) = policy.profile(&usage.profile) {
                    let (used, foreign) = policy.used(&usage.profile, &events);
                    usage.has_audit_flag = profile.flags.audit;
                    usage.foreign = foreign;
                    usage.outcome = policy.outcome(profile, &used, |rule| {
                        shows_in_log(rule, hears_dbus) && compiled.contains(&rule.span)
                    });
                }
            }
        }
        usage
    };
    profiles.into_iter().map(usage).collect()
}

/// The events of a profile.
#[derive(Default)]
struct ProfileEvents<'a> {
    audit: u64,
    allowed: u64,
    unread: u64,
    accesses: Vec<(&'a Event, u64)>,
}

impl<'a> ProfileEvents<'a> {
    fn add(&mut self, event: &'a Event, times: u64) {
        match event.verdict {
            Verdict::Audit => self.audit += times,
            Verdict::Allowed => self.allowed += times,
            _ => return,
        }
        if event.access.is_none() {
            self.unread += times;
        }
        self.accesses.push((event, times));
    }
}

/// A file of the tree, resolved and compiled.
struct CompiledFile {
    file: String,
    resolved: Resolved,
    subject: Subject,
    /// The places of the rules that are part of what is compiled, for each profile.
    compiled: Vec<FxHashSet<Span>>,
}

impl CompiledFile {
    fn of(tree: &Tree, file: &ProfileFile) -> Result<CompiledFile, String> {
        let resolved = tree.compiler().resolve(file.input()).map_err(|error| error.to_string())?;
        let policy = tree.compiler().encode(&resolved).map_err(|error| error.to_string())?;
        let compiled = used::compiled_spans(&policy);
        let subject = Subject::from_compiled(policy).map_err(|error| error.to_string())?;
        Ok(CompiledFile { file: file.path.display().to_string(), resolved, subject, compiled })
    }

    /// A profile by its name, and the places of its rules that are compiled.
    fn profile(&self, name: &[u8]) -> Option<(&Profile, &FxHashSet<Span>)> {
        self.resolved.profiles().zip(&self.compiled).find(|(profile, _)| *profile.name == *name)
    }

    fn outcome(
        &self,
        profile: &Profile,
        used: &BTreeSet<RulePlace>,
        shows_in_log: impl Fn(&Rule) -> bool,
    ) -> UnusedRulesOutcome {
        let (mut rules, mut unused, mut used_files) = (0, Vec::new(), BTreeSet::new());
        let mut includes: Vec<UnusedInclude> = Vec::new();
        for rule in self.rule_uses(profile, shows_in_log) {
            rules += 1;
            let is_used = used.contains(&rule.rule_place());
            match (used::is_own(&rule.file, &self.file), is_used) {
                (true, true) => {}
                (true, false) => unused.push(rule),
                (false, true) => _ = used_files.insert(rule.file),
                (false, false) => match includes.iter_mut().find(|include| include.file == rule.file) {
                    Some(include) => include.rules += 1,
                    None => includes.push(UnusedInclude { file: rule.file, rules: 1 }),
                },
            }
        }
        includes.retain(|include| !used_files.contains(&include.file));
        UnusedRulesOutcome::Rules { rules, unused, includes }
    }

    /// The places of the rules that decided about an access, and the number of events under `audit` that no rules allow.
    fn used(&self, profile: &[u8], events: &ProfileEvents<'_>) -> (BTreeSet<RulePlace>, u64) {
        let (mut places, mut foreign) = (BTreeSet::new(), 0);
        for (event, times) in &events.accesses {
            let Some(access) = &event.access else { continue };
            let Ok(answer) = self.subject.ask(Some(profile), access) else { continue };
            if event.verdict == Verdict::Audit && !answer.is_allowed() {
                foreign += times;
            }
            let rules = used::deciding(&answer, |verdict| verdict.decision == Decision::Allowed);
            places.extend(rules.map(RuleUse::rule_place));
        }
        (places, foreign)
    }

    /// The rules of a profile as they are written, each once, in the order of the files.
    fn rule_uses(&self, profile: &Profile, takes: impl Fn(&Rule) -> bool) -> Vec<RuleUse> {
        let sources = self.resolved.diagnosis().sources();
        let rule_use = |rule: &Rule| RuleUse::at(rule.span, RuleMode::Allow, rule.prefix.priority, sources);
        used::written_rules(profile, takes).into_iter().map(rule_use).collect()
    }
}

/// Whether a log shows that a rule was used.
fn shows_in_log(rule: &Rule, hears_dbus: bool) -> bool {
    let allows = matches!(rule.prefix.mode, None | Some(RuleMode::Allow));
    let is_heard = match rule.kind {
        RuleKind::ChangeProfile(_) => false,
        RuleKind::Dbus(_) => hears_dbus,
        _ => true,
    };
    allows && is_heard && rule.origin != RuleOrigin::Implied
}

impl fmt::Display for UnusedRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Quoted(&self.profile))?;
        if let Some(file) = &self.file {
            write!(f, " ({file})")?;
        }
        writeln!(f, ": {} events under audit, {} of complain mode", self.audit, self.allowed)?;
        let (rules, unused, includes) = match &self.outcome {
            UnusedRulesOutcome::NoProfile => return writeln!(f, "  no file of the tree defines this profile"),
            UnusedRulesOutcome::NoAccess => {
                return writeln!(
                    f,
                    "  no events of allowed accesses: they are only logged with the flag `audit` or in complain mode"
                );
            }
            UnusedRulesOutcome::Broken { error } => return writeln!(f, "  the file has errors: {error}"),
            UnusedRulesOutcome::Rules { rules, unused, includes } => (rules, unused, includes),
        };
        if unused.is_empty() && includes.is_empty() {
            writeln!(f, "  nothing to report; rules whose use is logged: {rules}")?;
        }
        for rule in unused {
            writeln!(f, "  {}  {}", rule.place(), rule.text)?;
        }
        for UnusedInclude { file, rules } in includes {
            writeln!(f, "  {file}  (none of its rules: {rules})")?;
        }
        if self.audit == 0 {
            writeln!(
                f,
                "  note: complain mode logs only accesses that the loaded profile does not allow; its own rules may be in use"
            )?;
        } else if !self.has_audit_flag {
            writeln!(
                f,
                "  note: the profile has no flag `audit` in the tree; without it only rules with `audit` log their use"
            )?;
        }
        if self.foreign > 0 {
            writeln!(
                f,
                "  note: the tree does not allow {} of the audited accesses: another policy was loaded",
                self.foreign
            )?;
        }
        if self.unread > 0 {
            writeln!(f, "  note: {} of the events do not identify their access", self.unread)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiler, Features};

    fn record(verdict: &str, profile: &str, rest: &str) -> String {
        format!(r#"audit: type=1400 audit(1.0:2): apparmor="{verdict}" profile="{profile}" pid=7 comm="x" {rest}"#)
    }

    fn read(profile: &str, name: &str) -> String {
        record("AUDIT", profile, &format!(r#"operation="open" name="{name}" requested_mask="r" fsuid=0 ouid=0"#))
    }

    fn ask(files: &[(&str, &str)], records: &[String]) -> Vec<UnusedRules> {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base(directory.path());
        let tree = Tree::read(directory.path(), compiler).unwrap();
        let mut summary = Summary::new(100);
        super::super::events(records.join("\n").as_bytes()).into_iter().for_each(|event| summary.add(event));
        unused(&tree, &summary)
    }

    /// The unused rules, and the names of the included files.
    fn texts(usage: &UnusedRules) -> (Vec<&str>, Vec<&str>) {
        let UnusedRulesOutcome::Rules { unused, includes, .. } = &usage.outcome else { panic!("{usage}") };
        let names = includes.iter().map(|include| include.file.rsplit('/').next().unwrap());
        (unused.iter().map(|rule| &*rule.text).collect(), names.collect())
    }

    #[test]
    fn what_decided_is_used() {
        let text = "profile p flags=(audit) {\n  /etc/* r,\n  /etc/x r,\n  /etc/y w,\n  capability chown,\n  capability kill,\n  \
            deny /etc/z r,\n  change_profile -> q,\n  set rlimit nofile <= 5,\n  dbus send bus=system,\n  owner /home/** r,\n}\n";
        let records = [
            read("p", "/etc/x"),
            read("p", "/etc/x"),
            record("AUDIT", "p", r#"operation="capable" class="cap" capability=0 capname="chown""#),
        ];
        let usages = ask(&[("p", text)], &records);
        assert_eq!(usages[0].foreign, 0);
        assert_eq!(texts(&usages[0]).0, ["/etc/y w,", "capability kill,", "owner /home/** r,"]);
        assert_eq!((usages[0].audit, usages[0].allowed, usages[0].has_audit_flag), (3, 0, true));
        assert!(!usages[0].to_string().contains("note"), "{}", usages[0]);
    }

    #[test]
    fn includes_are_one() {
        let files = [
            ("p", "profile p flags=(audit) {\n  include <abs/a>\n  include <abs/b>\n  include <local/p>\n}\n"),
            ("abs/a", "/a1 r,\n/a2 r,\n"),
            ("abs/b", "/b1 r,\n/b2 r,\n"),
            ("local/p", "/l1 r,\n/l2 r,\n"),
        ];
        let usages = ask(&files, &[read("p", "/a1"), read("p", "/l1")]);
        assert_eq!(texts(&usages[0]), (vec!["/l2 r,"], vec!["b"]));
        assert!(usages[0].to_string().contains("/abs/b  (none of its rules: 2)\n"), "{}", usages[0]);
    }

    #[test]
    fn refused_without_an_allowed_access() {
        let file = ("p", "profile p {\n  /x r,\n  profile c {\n    /y r,\n  }\n}\n");
        let denied = record("DENIED", "p", r#"operation="open" name="/x" requested_mask="r" denied_mask="r""#);
        let usages = ask(&[file], &[denied, read("p//c", "/y"), read("q", "/y")]);
        assert_eq!(usages[0].outcome, UnusedRulesOutcome::NoAccess);
        assert_eq!(texts(&usages[1]), (vec![], vec![]));
        assert!(usages[1].to_string().contains("has no flag `audit`"));
        assert_eq!(usages[2].outcome, UnusedRulesOutcome::NoProfile);
    }

    #[test]
    fn another_policy_was_loaded() {
        let usages = ask(&[("p", "profile p flags=(audit) {\n  /x r,\n}\n")], &[read("p", "/x"), read("p", "/y")]);
        assert_eq!((texts(&usages[0]).0, usages[0].foreign), (vec![], 1));
        assert!(usages[0].to_string().contains("does not allow 1 of the audited accesses"), "{}", usages[0]);
    }

    #[test]
    fn complain_mode_shows_what_the_loaded_profile_lacked() {
        let allowed = record("ALLOWED", "p", r#"operation="open" name="/x" requested_mask="rw" denied_mask="rw""#);
        let broken = record("ALLOWED", "p", r#"operation="open" requested_mask="r" denied_mask="r""#);
        let usages = ask(&[("p", "profile p {\n  /x r,\n  /y r,\n}\n")], &[allowed, broken]);
        assert_eq!((texts(&usages[0]).0, usages[0].unread), (vec!["/y r,"], 1));
        assert!(usages[0].to_string().contains("complain mode logs only"));
    }
}
