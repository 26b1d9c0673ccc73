//! From facts to a profile: measured against the abstractions, so that no rule says what they say, and linted.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;

use super::facts::{Extent, Fact, Facts, FileFact, Kind, Subject, quoted, shown};
use super::tree::{Tree, has};
use super::{Draft, DraftError, Drafter, LeftOut};
use crate::ast::{File, FileRule, Include, IncludePath, Item, ItemKind, Profile, ProfileFlag, Rule, RuleKind, Trivia};
use crate::diagnostic::Severity;
use crate::lint::{Family, Finding, Outcome};
use crate::source::Spanned;
use crate::vocab::flags;
use crate::{Access, Input, Linter, ProfileName, query};

/// What diagnostics call the text of a draft.
const NAME: &str = "draft";

/// Rules whose findings say that a rule is not needed.
const NEEDLESS: [&str; 6] = [
    "subsumed-rule",
    "duplicate-rule",
    "deny-only-silences",
    "audit-deny-without-effect",
    "allow-under-deny",
    "deny-misses-contents",
];

/// A draft that is being written.
struct Writer<'a> {
    drafter: &'a Drafter,
    tree: Tree,
    name: ProfileName,
    subject: Subject,
    /// Paths of abstractions, with what asks for them.
    includes: Vec<(String, Option<String>)>,
    facts: Vec<Fact>,
    remarks: Vec<String>,
    left_out: Vec<LeftOut>,
}

/// Writes the draft of a profile.
pub(super) fn draft(drafter: &Drafter, facts: Facts, subject: Subject) -> Result<Draft, DraftError> {
    let name = match (&drafter.name, &subject.name, &subject.program) {
        (Some(name), _, _) => name.clone(),
        (None, Some(name), _) => exact(name)?,
        (None, None, Some(program)) => approximate(program.file_name().unwrap_or_default().as_bytes())?,
        (None, None, None) => approximate(subject.default_name.as_deref().unwrap_or_default())?,
    };
    let compiler = &drafter.compiler;
    let tree = Tree::of(compiler)?;
    let mut includes = Vec::new();
    let asked = facts.abstractions.into_iter().map(|(alternatives, origin)| (alternatives, Some(origin)));
    for (alternatives, origin) in std::iter::once((&["base"][..], None)).chain(asked) {
        let paths = alternatives.iter().map(|name| format!("abstractions/{name}"));
        if let Some(path) = paths.into_iter().find(|path| has(compiler, path)) {
            includes.push((path, origin));
        }
    }
    let mut writer = Writer {
        drafter,
        tree,
        name,
        subject,
        includes,
        facts: Vec::new(),
        remarks: facts.remarks,
        left_out: Vec::new(),
    };
    writer.facts = writer.needed(facts.facts)?;
    writer.facts.sort_by_key(|fact| rank(&fact.kind));
    writer.lint()?;
    let (file, _) = writer.file()?;
    file.verify().map_err(|error| DraftError::Tree { reason: error.to_string() })?;
    let Writer { name, subject, remarks, left_out, .. } = writer;
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
fn rank(kind: &Kind) -> u8 {
    match kind {
        Kind::Rule(rule) => match rule.kind {
            RuleKind::Capability(_) => 0,
            RuleKind::Network(_) => 1,
            _ => 2,
        },
        Kind::File(file) if file.essential => 3,
        Kind::File(file) if !file.deny => 4,
        Kind::File(_) => 5,
    }
}

impl Writer<'_> {
    /// The facts that the abstractions do not cover.
    fn needed(&self, facts: Vec<Fact>) -> Result<Vec<Fact>, DraftError> {
        let (file, _) = self.file()?;
        let input = Input::text(NAME, file.to_bytes());
        let compiled = self.drafter.compiler.compile(input).map_err(|error| DraftError::tree(&error))?;
        let subject = query::Subject::from_compiled(compiled).map_err(|error| DraftError::Tree { reason: error.to_string() })?;
        let is_program = |file: &FileFact| {
            self.subject.program.as_ref().is_some_and(|program| program.as_os_str().as_bytes() == file.path)
        };
        let is_covered = |fact: &Fact| {
            let Kind::File(file) = &fact.kind else { return false };
            if !matches!(file.extent, Extent::File | Extent::Versions(_)) || file.deny || file.exec.is_some() || is_program(file) {
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
        // Each round takes out a rule, or is the last.
        loop {
            let (file, indices) = self.file()?;
            let text = file.to_bytes();
            let outcome = linter.lint([Input::text(NAME, text.as_slice())]).map_err(|error| DraftError::tree(&error))?;
            if let Some(error) = outcome.findings.iter().find(|found| found.severity == Severity::Error) {
                return Err(DraftError::Tree { reason: error.report(outcome.sources()).to_string() });
            }
            let mut out: BTreeSet<usize> = BTreeSet::new();
            for finding in &outcome.findings {
                let Some(index) = self.culprit(finding, &outcome, &text, &indices) else { continue };
                if out.insert(index) {
                    self.leave_out(index, finding);
                }
            }
            if out.is_empty() {
                return Ok(());
            }
            let mut at = 0..;
            self.facts.retain(|_| at.next().is_none_or(|at| !out.contains(&at)));
        }
    }

    /// The fact whose rule a finding is about, if the program can do without.
    fn culprit(&self, finding: &Finding, outcome: &Outcome, text: &[u8], indices: &[Option<usize>]) -> Option<usize> {
        let parsed = crate::parse(text).ok()?;
        let ItemKind::Profile(profile) = &parsed.items.last()?.kind.value else { return None };
        finding.labels.iter().find_map(|label| {
            if outcome.sources().get(label.span.source).name() != NAME {
                return None;
            }
            let inside = |item: &Item| item.kind.span.start <= label.span.start && label.span.end <= item.kind.span.end;
            let index = profile.body.items.iter().position(inside).and_then(|at| *indices.get(at)?)?;
            match &self.facts.get(index)?.kind {
                Kind::File(file) if file.essential => None,
                _ => Some(index),
            }
        })
    }

    fn leave_out(&mut self, index: usize, finding: &Finding) {
        let needless = finding.rule.is_some_and(|rule| NEEDLESS.contains(&rule.name));
        let Some(fact) = self.facts.get(index).filter(|_| !needless) else { return };
        let Ok(rule) = self.rule(&fact.kind) else { return };
        let origin = fact.origin.clone();
        match finding.rule {
            Some(found) if found.family() == Family::Danger => {
                let message = shown(finding.message.as_bytes());
                self.left_out.push(LeftOut { rule, origin, code: found.code, message });
            }
            _ => {
                let message = shown(finding.message.as_bytes());
                let rule = shown(rule.to_string().as_bytes());
                self.remarks.push(format!("no rule `{rule}` for {origin}: {message} ({})", finding.code));
            }
        }
    }

    fn rule(&self, kind: &Kind) -> Result<Rule, DraftError> {
        let file = match kind {
            Kind::Rule(rule) => return Ok(rule.clone()),
            Kind::File(file) => file,
        };
        let is_program = |program: &std::path::PathBuf| program.as_os_str().as_bytes() == file.path;
        let path = match &self.subject.program {
            Some(program) if file.extent == Extent::File && is_program(program) => {
                self.tree.program(&self.drafter.root, program)
            }
            _ => self.tree.files(file),
        };
        let path = path.map_err(|error| DraftError::Path { path: shown(&file.path), reason: error })?;
        let rule = FileRule::new(path, file.permissions);
        let rule = file.exec.map_or_else(|| rule.clone(), |mode| rule.clone().exec(mode));
        Ok(if file.deny { Rule::deny(rule) } else { Rule::allow(rule) })
    }

    /// The file, and which fact each item of its profile stands for.
    fn file(&self) -> Result<(File, Vec<Option<usize>>), DraftError> {
        let mut profile = Profile::new(self.name.as_bytes()).map_err(|reason| self.name_error(reason))?;
        if let Some(program) = self.subject.program.as_ref().filter(|_| self.subject.attaches) {
            let pattern = self.tree.program(&self.drafter.root, program);
            let shown = || shown(program.as_os_str().as_bytes());
            profile = profile.attach(pattern.map_err(|reason| DraftError::Path { path: shown(), reason })?);
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
            profile = profile.rule(self.rule(&fact.kind)?);
            indices.push(Some(index));
        }
        if !self.left_out.is_empty() {
            profile = blank(profile).comment("Left out, for `armorer explain` warns of it:");
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
        let file = preamble(&self.tree, self.tree.abi())?;
        Ok((together(file, [profile]), indices))
    }

    fn name_error(&self, reason: crate::NameError) -> DraftError {
        DraftError::Name { name: shown(self.name.as_bytes()), reason }
    }
}

/// The first letter as a capital, unless the text begins with a path or name.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if text.starts_with("the ") || text.starts_with("libraries ") => {
            first.to_uppercase().chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}

/// The same profile with a blank line after what it has.
fn blank(mut profile: Profile) -> Profile {
    if !profile.body.items.is_empty() && profile.body.tail.last() != Some(&Trivia::Blank) {
        profile.body.tail.push(Trivia::Blank);
    }
    profile
}

/// The file below `local/` that a profile includes.
fn local(name: &ProfileName) -> String {
    let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
    let replaced: String = text.chars().map(|c| if "<>\"/".contains(c) || c.is_control() { '.' } else { c }).collect();
    format!("local/{}", replaced.trim())
}

/// What profiles of the tree begin with.
fn preamble(tree: &Tree, abi: Option<&str>) -> Result<File, DraftError> {
    let failed = |reason| DraftError::Name { name: "abi".into(), reason };
    let abi = IncludePath::new(abi.unwrap_or("kernel")).map_err(failed)?;
    let mut file = File::default().abi(abi);
    if tree.tunables {
        file = file.item(Include::new("tunables/global").map_err(failed)?.into());
        if let Some(item) = file.items.last_mut() {
            item.leading.push(Trivia::Blank);
        }
    }
    if let Some(first) = file.items.first_mut() {
        let text = "# Drafted by `armorer new` from what the files of the program tell.";
        first.leading.push(Trivia::Comment(Spanned::bare(text.into())));
        first.leading.push(Trivia::Blank);
    }
    Ok(file)
}

/// A preamble and profiles, with blank lines between them.
pub(super) fn together(mut file: File, profiles: impl IntoIterator<Item = Profile>) -> File {
    for profile in profiles {
        file = file.item(profile.into());
        if let Some(item) = file.items.last_mut() {
            item.leading.push(Trivia::Blank);
        }
    }
    file
}

/// A profile that confines nothing, and only gives its program leave to make user namespaces.
pub(super) fn userns(drafter: &Drafter, program: &std::path::Path) -> Result<Draft, DraftError> {
    let name = match &drafter.name {
        Some(name) => name.clone(),
        None => approximate(program.file_name().unwrap_or_default().as_bytes())?,
    };
    let tree = Tree::of(&drafter.compiler)?;
    let abi = tree.abi_of_userns().ok_or_else(|| DraftError::Tree {
        reason: "no abi/4.0, and older ones know no user namespaces".into(),
    })?;
    let path = shown(program.as_os_str().as_bytes());
    let pattern = tree.program(&drafter.root, program);
    let pattern = pattern.map_err(|reason| DraftError::Path { path: path.clone(), reason })?;
    let failed = |reason| DraftError::Name { name: shown(name.as_bytes()), reason };
    let profile = Profile::new(name.as_bytes()).map_err(failed)?;
    let profile = profile
        .attach(pattern)
        .mode(crate::vocab::ProfileMode::Unconfined)
        .comment(&format!("{} makes user namespaces, and this profile confines it in nothing else.", quoted(path.as_bytes())))
        .rule(crate::ast::UsernsRule { create: false });
    let profile = blank(profile).include(Include::new(local(&name)).map_err(failed)?.if_exists());
    let file = together(preamble(&tree, Some(abi))?, [profile]);
    file.verify().map_err(|error| DraftError::Tree { reason: error.to_string() })?;
    let program = Some(program.to_owned());
    Ok(Draft { name, program, attaches: true, file, left_out: Vec::new(), remarks: Vec::new() })
}
