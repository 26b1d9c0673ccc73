//! Makes a profile of facts: measured against the abstractions, so that no rule repeats theirs, and linted.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::facts::{DraftSubject, FactKind, PathExtent, ProgramFact, ProgramFacts, quoted, shown};
use super::layout::{blank, local, preamble, sentence, suppression, together};
use super::tree::TreeFacts;
use super::{Draft, DraftError, Drafter, OmittedRule};
use crate::ast::{File, FileRule, Include, ItemKind, Profile, ProfileFlag, Rule, RuleKind, Trivia};
use crate::diagnostic::Severity;
use crate::lint::{self, Family, Finding, LintOutcome};
use crate::source::{Span, Spanned};
use crate::vocab::flags;
use crate::{Access, Input, Linter, Pattern, PatternError, ProfileName, query};

/// The name of the text of a draft in diagnostics.
const NAME: &str = "draft";

/// Rules whose findings say that a rule is not needed.
const NEEDLESS: [&str; 7] = [
    // The draft has a rule for the directory as well.
    "directory-without-slash",
    "subsumed-rule",
    "duplicate-rule",
    "deny-only-silences",
    "audit-deny-without-effect",
    "allow-under-deny",
    "deny-misses-contents",
];

/// The most patterns of a program's path that are tried after the first.
const MAX_ATTEMPTS: usize = 2;

/// The maximum number of times that a draft is linted. Leaving out rules may bring up further findings, but not many.
const MAX_ROUNDS: usize = 16;

/// A place in a draft.
#[derive(Clone, Copy)]
enum DraftPlace {
    /// The rule of a fact.
    Fact(usize),
    /// The header of the profile.
    Header,
}

/// A draft that is being written.
struct DraftWriter<'a> {
    drafter: &'a Drafter,
    tree: TreeFacts,
    name: ProfileName,
    subject: DraftSubject,
    /// Paths of abstractions, with what asks for them.
    includes: Vec<(String, Option<String>)>,
    facts: Vec<ProgramFact>,
    remarks: Vec<String>,
    left_out: Vec<OmittedRule>,
    /// Codes of lint rules that warn of how the path in the header is written.
    allowed: BTreeSet<&'static str>,
    /// The index of the pattern that is taken for the program's path.
    attempt: usize,
}

/// Writes the draft of a profile.
pub(super) fn draft(drafter: &Drafter, facts: ProgramFacts, subject: DraftSubject) -> Result<Draft, DraftError> {
    let name = match (&drafter.name, &subject.name, &subject.program) {
        (Some(name), _, _) => name.clone(),
        (None, Some(name), _) => exact(name)?,
        (None, None, Some(program)) => approximate(program.file_name().unwrap_or_default().as_bytes())?,
        (None, None, None) => approximate(subject.default_name.as_deref().unwrap_or_default())?,
    };
    let compiler = &drafter.compiler;
    let tree = TreeFacts::of(compiler)?;
    let mut includes = Vec::new();
    let asked = facts.abstractions.into_iter().map(|(alternatives, origin)| (alternatives, Some(origin)));
    for (alternatives, origin) in std::iter::once((&["base"][..], None)).chain(asked) {
        let paths = alternatives.iter().map(|name| format!("abstractions/{name}"));
        if let Some(path) = paths.into_iter().find(|path| compiler.has_include(path)) {
            includes.push((path, origin));
        }
    }
    let mut writer = DraftWriter {
        drafter,
        tree,
        name,
        subject,
        includes,
        facts: Vec::new(),
        remarks: facts.remarks,
        left_out: Vec::new(),
        allowed: BTreeSet::new(),
        attempt: 0,
    };
    writer.facts = writer.needed(facts.facts)?;
    writer.facts.sort_by_key(|fact| rank(&fact.kind));
    writer.lint()?;
    let (file, _) = writer.file()?;
    file.verify().map_err(|error| DraftError::Tree { reason: error.to_string() })?;
    let DraftWriter { name, subject, remarks, left_out, .. } = writer;
    Ok(Draft { name, program: subject.program, attaches: subject.attaches, file, left_out, remarks })
}

/// The name that something else gives the profile.
fn exact(name: &[u8]) -> Result<ProfileName, DraftError> {
    ProfileName::new(name).map_err(|reason| DraftError::Name { name: shown(name), reason })
}

/// A name made of one that may hold what profile names cannot.
pub(super) fn approximate(name: &[u8]) -> Result<ProfileName, DraftError> {
    let replaced: Vec<u8> = name
        .iter()
        .map(|&byte| if byte.is_ascii_graphic() && !br#"*?[]{}^,\"/<>'#"#.contains(&byte) { byte } else { b'_' })
        .take(200)
        .collect();
    let start = replaced.iter().position(|byte| !b":&.-".contains(byte)).unwrap_or(replaced.len());
    exact(replaced.get(start..).unwrap_or_default())
}

/// The order of rules in a profile.
fn rank(kind: &FactKind) -> u8 {
    match kind {
        FactKind::Rule(rule) => match rule.kind {
            RuleKind::Capability(_) => 0,
            RuleKind::Network(_) => 1,
            _ => 2,
        },
        FactKind::File(file) if file.essential => 3,
        FactKind::File(file) if !file.deny => 4,
        FactKind::File(_) => 5,
    }
}

impl DraftWriter<'_> {
    /// The facts that the abstractions do not cover.
    fn needed(&self, facts: Vec<ProgramFact>) -> Result<Vec<ProgramFact>, DraftError> {
        let (file, _) = self.file()?;
        let input = Input::text(NAME, file.to_bytes());
        let compiled = self.drafter.compiler.compile(input).map_err(|error| DraftError::tree(&error))?;
        let subject =
            query::Subject::from_compiled(compiled).map_err(|error| DraftError::Tree { reason: error.to_string() })?;
        let is_covered = |fact: &ProgramFact| {
            let FactKind::File(file) = &fact.kind else { return false };
            if !matches!(file.extent, PathExtent::File | PathExtent::Versions(_)) || file.deny || file.exec.is_some() {
                return false;
            }
            let permissions = file.permissions.to_string();
            let Ok(access) = Access::parse(&[&b"file"[..], &file.path, permissions.as_bytes()]) else { return false };
            subject.ask(None, &access).is_ok_and(|answer| answer.is_allowed())
        };
        Ok(facts.into_iter().filter(|fact| !is_covered(fact)).collect())
    }

    /// Takes out what the linter reports, but for what the program cannot start without.
    fn lint(&mut self) -> Result<(), DraftError> {
        let linter = Linter::new(&self.drafter.compiler);
        for _ in 0..MAX_ROUNDS {
            let (file, indices) = self.file()?;
            let text = file.to_bytes();
            let outcome =
                linter.lint([Input::text(NAME, text.as_slice())]).map_err(|error| DraftError::tree(&error))?;
            if let Some(error) = outcome.findings.iter().find(|found| found.severity == Severity::Error) {
                return Err(DraftError::Tree { reason: error.report(outcome.sources()).to_string() });
            }
            let mut out: BTreeSet<usize> = BTreeSet::new();
            let mut changed = false;
            for finding in &outcome.findings {
                let (Some(rule), Some(place)) = (finding.rule, self.place(finding, &outcome, &text, &indices)) else {
                    continue;
                };
                match place {
                    // The reference compiler gets this pattern wrong: the next is plainer.
                    DraftPlace::Header if rule.name == "ref-attachment" && self.attempt < MAX_ATTEMPTS => {
                        self.attempt += 1;
                        changed = true;
                    }
                    DraftPlace::Fact(index) if self.is_needed(index) => {
                        changed |= self.allow(DraftPlace::Fact(index), rule)
                    }
                    DraftPlace::Fact(index) if rule.family() == Family::Danger || NEEDLESS.contains(&rule.name) => {
                        if out.insert(index) {
                            self.leave_out(index, finding);
                            out.extend(self.same_path(index, finding));
                        }
                    }
                    place => changed |= self.allow(place, rule),
                }
            }
            if out.is_empty() && !changed {
                return Ok(());
            }
            let mut at = 0..;
            self.facts.retain(|_| at.next().is_none_or(|at| !out.contains(&at)));
        }
        Err(DraftError::Limit { reason: format!("the linter still warns about it after {MAX_ROUNDS} corrections") })
    }

    /// Whether the program cannot start without what a fact allows.
    fn is_needed(&self, index: usize) -> bool {
        self.facts.get(index).is_some_and(|fact| matches!(&fact.kind, FactKind::File(file) if file.essential))
    }

    /// Lets the linter be quiet where it takes a path for a mistake; nothing else is kept quiet. `false` where nothing changes.
    fn allow(&mut self, place: DraftPlace, rule: &'static lint::Rule) -> bool {
        if rule.family() != Family::Correctness && rule.name != "architecture-in-path" {
            return false;
        }
        match place {
            DraftPlace::Header => self.allowed.insert(rule.code),
            DraftPlace::Fact(index) => self.facts.get_mut(index).is_some_and(|fact| fact.allowed.insert(rule.code)),
        }
    }

    /// Returns the first place of a finding that lies in the profile. Of several rules, it is the first that the program can do without.
    fn place(
        &self,
        finding: &Finding,
        outcome: &LintOutcome,
        text: &[u8],
        indices: &[Option<usize>],
    ) -> Option<DraftPlace> {
        let parsed = crate::parse(text).ok()?;
        let item = parsed.items.last()?;
        let ItemKind::Profile(profile) = &item.kind.value else { return None };
        let within = |label: &Span, span: &Span| span.start <= label.start && label.end <= span.end;
        let spans = finding.labels.iter().map(|label| label.span);
        let own = spans.filter(|span| outcome.sources().get(span.source).name() == NAME);
        let mut places = own.filter(|span| within(span, &item.kind.span)).filter_map(|span| {
            match profile.body.items.iter().position(|item| within(&span, &item.kind.span)) {
                Some(at) => indices.get(at).copied().flatten().map(DraftPlace::Fact),
                None => Some(DraftPlace::Header),
            }
        });
        let all: Vec<DraftPlace> = places.by_ref().collect();
        let is_free = |place: &&DraftPlace| matches!(place, DraftPlace::Fact(index) if !self.is_needed(*index));
        all.iter().find(is_free).or_else(|| all.first()).copied()
    }

    /// The other facts about the path of one that is dangerous: a socket that is left out is not let in as a directory.
    fn same_path(&self, index: usize, finding: &Finding) -> Vec<usize> {
        let path = |fact: &ProgramFact| match &fact.kind {
            FactKind::File(file) if !file.essential && !file.deny => Some(file.path.clone()),
            _ => None,
        };
        let dangerous = finding.rule.is_some_and(|rule| rule.family() == Family::Danger);
        let Some(same) = self.facts.get(index).filter(|_| dangerous).and_then(path) else { return Vec::new() };
        let facts = self.facts.iter().enumerate();
        facts.filter(|(_, fact)| path(fact).as_ref() == Some(&same)).map(|(at, _)| at).collect()
    }

    fn leave_out(&mut self, index: usize, finding: &Finding) {
        let Some(fact) = self.facts.get(index) else { return };
        if finding.rule.is_some_and(|rule| rule.family() == Family::Danger)
            && let Ok(rule) = self.rule(&fact.kind)
        {
            let message = shown(finding.message.as_bytes());
            self.left_out.push(OmittedRule { rule, origin: fact.origin.clone(), code: finding.code, message });
        }
    }

    /// The pattern of the program's path.
    fn program(&self, program: &Path) -> Result<Pattern, DraftError> {
        pattern(self.drafter, &self.tree, program, self.attempt)
    }

    fn rule(&self, kind: &FactKind) -> Result<Rule, DraftError> {
        let file = match kind {
            FactKind::Rule(rule) => return Ok(Rule::clone(rule)),
            FactKind::File(file) => file,
        };
        let is_program = |program: &PathBuf| program.as_os_str().as_bytes() == file.path;
        let path = match &self.subject.program {
            Some(program) if file.extent == PathExtent::File && is_program(program) => self.program(program)?,
            _ => self.tree.files(file).map_err(|reason| DraftError::Path { path: shown(&file.path), reason })?,
        };
        let rule = FileRule::new(path, file.permissions);
        let rule = file.exec.map_or_else(|| rule.clone(), |mode| rule.clone().exec(mode));
        Ok(if file.deny { Rule::deny(rule) } else { Rule::allow(rule) })
    }

    /// The file, and which fact each item of its profile stands for.
    fn file(&self) -> Result<(File, Vec<Option<usize>>), DraftError> {
        let mut profile = Profile::new(self.name.as_bytes()).map_err(|reason| self.name_error(reason))?;
        if let Some(program) = self.subject.program.as_ref().filter(|_| self.subject.attaches) {
            profile = profile.attach(self.program(program)?);
        }
        if self.subject.container {
            for name in ["attach_disconnected", "mediate_deleted"] {
                if let Some(flag) = flags::path_flag(name.as_bytes()) {
                    profile = profile.flag(ProfileFlag::Path(*flag));
                }
            }
        }
        let mut indices = Vec::new();
        for (path, origin) in &self.includes {
            if let Some(origin) = origin {
                profile = profile.comment(&sentence(origin));
            }
            profile = profile.include(Include::new(path).map_err(|reason| self.name_error(reason))?);
            indices.push(None);
        }
        let mut before: Option<&str> = None;
        for (index, fact) in self.facts.iter().enumerate() {
            if before != Some(fact.origin.as_str()) {
                profile = blank(profile).comment(&sentence(&fact.origin));
                before = Some(&fact.origin);
            }
            if !fact.allowed.is_empty() {
                profile = profile.comment(&suppression(&fact.allowed));
            }
            profile = profile.rule(self.rule(&fact.kind)?);
            indices.push(Some(index));
        }
        if !self.left_out.is_empty() {
            profile = blank(profile).comment("Omitted because the linter warns about it:");
            for left in &self.left_out {
                let rule = shown(left.rule.to_string().as_bytes());
                profile = profile.comment(&format!("  {} {rule} ({})", left.code, left.origin));
            }
        }
        if !self.remarks.is_empty() {
            profile = blank(profile).comment("Not in this profile:");
            for remark in &self.remarks {
                profile = profile.comment(&format!("  {remark}"));
            }
        }
        let local = local(&self.name);
        profile = blank(profile).include(Include::new(local).map_err(|reason| self.name_error(reason))?.if_exists());
        indices.push(None);
        let mut file = together(preamble(&self.tree, self.tree.abi())?, [profile]);
        if let Some(item) = file.items.last_mut().filter(|_| !self.allowed.is_empty()) {
            let comment = format!("# {}", suppression(&self.allowed));
            item.leading.push(Trivia::Comment(Spanned::bare(comment.as_str().into())));
        }
        Ok((file, indices))
    }

    fn name_error(&self, reason: crate::NameError) -> DraftError {
        DraftError::Name { name: shown(self.name.as_bytes()), reason }
    }
}

/// The pattern of a program's path: the first that the tree has for it, or a later one.
fn pattern(drafter: &Drafter, tree: &TreeFacts, program: &Path, attempt: usize) -> Result<Pattern, DraftError> {
    let path = || shown(program.as_os_str().as_bytes());
    let patterns = tree.program(&drafter.root, program).map_err(|reason| DraftError::Path { path: path(), reason })?;
    let last = patterns.len().saturating_sub(1);
    let pattern = patterns.into_iter().nth(attempt.min(last));
    pattern.ok_or_else(|| DraftError::Path { path: path(), reason: PatternError::Empty })
}

/// A profile that confines nothing, and only gives its program leave to make user namespaces.
pub(super) fn userns(drafter: &Drafter, program: &Path) -> Result<Draft, DraftError> {
    let name = match &drafter.name {
        Some(name) => name.clone(),
        None => approximate(program.file_name().unwrap_or_default().as_bytes())?,
    };
    let tree = TreeFacts::of(&drafter.compiler)?;
    let abi = tree.abi_of_userns().ok_or_else(|| DraftError::Tree {
        reason: "abi/4.0 is missing, and older ones do not support user namespaces".into(),
    })?;
    let path = shown(program.as_os_str().as_bytes());
    let pattern = pattern(drafter, &tree, program, 0)?;
    let failed = |reason| DraftError::Name { name: shown(name.as_bytes()), reason };
    let profile = Profile::new(name.as_bytes()).map_err(failed)?;
    let profile = profile
        .attach(pattern)
        .mode(crate::vocab::ProfileMode::Unconfined)
        .comment(&format!(
            "{} creates user namespaces; this profile does not confine it otherwise.",
            quoted(path.as_bytes())
        ))
        .rule(crate::ast::UsernsRule { create: false });
    let profile = blank(profile).include(Include::new(local(&name)).map_err(failed)?.if_exists());
    let file = together(preamble(&tree, Some(abi))?, [profile]);
    file.verify().map_err(|error| DraftError::Tree { reason: error.to_string() })?;
    let program = Some(program.to_owned());
    Ok(Draft { name, program, attaches: true, file, left_out: Vec::new(), remarks: Vec::new() })
}
