//! Candidates for the needs of a group, with what they open.

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::analysis::access::FileAccess;
use crate::analysis::perms::EXEC;
use crate::analysis::{Access, Subject};
use crate::compiler::{CompileError, Input};
use crate::diagnostic::Escaped;
use crate::lint::{Family, Linter, Selection};
use crate::syntax::ast::{ItemKind, Rule};
use crate::syntax::printer::item_text;
use crate::vocab::ExecMode;

use super::exact::{exact, rules_for};
use super::general::{GeneralPath, is_volatile, patterns, stable};
use super::measure::{AddedAccess, SENSITIVE, measure};
use super::need::NeedGroup;
use super::tree::{RuleHome, SuggestTree, candidate_name};
use super::{Need, NoRule};

/// Rules that allow what is needed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Candidate {
    /// The rules.
    pub items: Vec<ItemKind>,
    /// Whether they are about the names of the log alone.
    pub is_exact: bool,
    /// Whether it is an abstraction of the tree, which is never picked by itself.
    pub is_abstraction: bool,
    /// Whether they still fit when process numbers and random names are others.
    pub is_stable: bool,
    /// The accesses that they allow beyond the needed one.
    pub opens: AddedAccess,
    /// Their findings of the linter's danger family.
    pub dangers: Vec<CandidateFinding>,
}

/// The most abstractions that are offered for a need.
const MAX_ABSTRACTIONS: usize = 8;

/// A finding of the linter that a candidate raises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CandidateFinding {
    /// The code of the lint rule, whose page explains it.
    pub code: &'static str,
    /// The name of the lint rule.
    pub name: &'static str,
    /// The message.
    pub message: String,
}

impl Candidate {
    fn new(rules: Vec<Rule>, is_exact: bool, is_stable: bool) -> Candidate {
        let items = rules.into_iter().map(ItemKind::Rule).collect();
        Candidate::of(items, is_exact, is_stable)
    }

    /// Candidates that are written by somebody else.
    pub(super) fn of(items: Vec<ItemKind>, is_exact: bool, is_stable: bool) -> Candidate {
        Candidate {
            items,
            is_exact,
            is_abstraction: false,
            is_stable,
            opens: AddedAccess::default(),
            dangers: Vec::new(),
        }
    }

    /// The text of the rules, a line each.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.items.iter().map(item_text);
        lines.map(|line| String::from_utf8_lossy(&line).into_owned()).collect::<Vec<_>>().join("\n")
    }

    /// The order of candidates: safe ones first, then those that last, then by what they open. A variable of the tree that opens
    /// next to nothing goes before the path as it stands, but not where either is a danger.
    fn rank(&self) -> (bool, bool, bool, usize, u32, bool) {
        let AddedAccess { sensitive, size, .. } = &self.opens;
        let is_danger = !self.dangers.is_empty();
        let size = if is_danger { *size } else { size / 3 };
        (self.is_abstraction, is_danger, !self.is_stable, sensitive.len(), size, self.is_exact)
    }
}

/// The candidates of a group, not measured yet.
pub(super) fn candidates(tree: &SuggestTree, home: &RuleHome, group: &NeedGroup) -> Result<Vec<Candidate>, NoRule> {
    let exec = |access: &Access| match access {
        Access::File(file) if file.permissions & EXEC != 0 => tree.exec(&home.profile, &file.path),
        _ => ExecMode::INHERIT,
    };
    let mut rules = Vec::new();
    for need in group.needs() {
        rules.extend(exact(&need, exec(&need.access))?);
    }
    let Access::File(FileAccess { path, link_target, .. }) = &group.need.access else {
        return Ok(vec![Candidate::new(rules, true, true)]);
    };
    let pid = group.need.pid;
    let path_stays = !is_volatile(path, pid);
    let target_stays = !link_target.as_ref().is_some_and(|target| is_volatile(target, pid));
    let mut found = vec![Candidate::new(rules, true, path_stays && target_stays)];
    let variables = tree.files.get(home.file).map(|file| &*file.variables).unwrap_or_default();
    let targets = link_target.as_ref().and_then(|target| stable(target, variables, pid)).map(|general| general.pattern);
    let target_stays = target_stays || targets.is_some();
    let own = targets.as_ref().map(|_| (None, path_stays));
    let general = patterns(path, variables, pid).into_iter();
    let general = general.map(|GeneralPath { pattern, is_stable }| (Some(pattern), is_stable || path_stays));
    for (files, path_stays) in own.into_iter().chain(general) {
        let mut rules = Vec::new();
        for Need { access, .. } in group.needs() {
            if let Access::File(file) = &access {
                rules.extend(rules_for(file, files.as_ref(), targets.as_ref(), exec(&access))?);
            }
        }
        found.push(Candidate::new(rules, false, path_stays && target_stays));
    }
    Ok(found)
}

/// Measures candidates of one profile, drops those that do not allow what is needed, and puts the best first.
pub(super) fn judge(
    tree: &SuggestTree,
    home: &RuleHome,
    lists: Vec<(NeedGroup, Vec<Candidate>)>,
    with_abstractions: bool,
) -> Result<Vec<(NeedGroup, Vec<Candidate>)>, CompileError> {
    let Some(file) = tree.files.get(home.file) else { return Ok(Vec::new()) };
    let items: Vec<&[ItemKind]> = lists.iter().flat_map(|(_, list)| list).map(|one| &*one.items).collect();
    if items.is_empty() {
        return Ok(lists);
    }
    let text = file.alone(&items);
    let compiled = tree.compiler.compile(Input::text("candidates", &*text))?;
    let records = compiled.records().to_vec();
    let Ok(subject) = Subject::from_compiled(compiled) else { return Ok(lists) };
    let present = file.compiled.records().iter().find(|record| {
        let bare = home.profile.rsplit(|&byte| byte == b':').next().unwrap_or_default();
        record.name == *home.profile || record.name == bare
    });
    let allows = |subject: &Subject, name: &[u8], access: &Access| {
        subject.ask(Some(name), access).is_ok_and(|answer| answer.is_allowed())
    };
    let sensitive: Vec<(Access, &str)> = SENSITIVE
        .iter()
        .filter_map(|(words, text)| Some((Access::parse(words).ok()?, *text)))
        .filter(|(access, _)| !allows(&file.subject, &home.profile, access))
        .collect();
    let dangers = dangers(tree, &text)?;
    let mut abstractions: FxHashMap<usize, AddedAccess> = FxHashMap::default();
    let mut number = 0;
    let mut judged = Vec::new();
    for (group, list) in lists {
        let path = match &group.need.access {
            Access::File(file) => Some(&*file.path),
            _ => None,
        };
        // What is needed is not opened by the way.
        let is_other = |access: &Access| match (access, path) {
            (Access::File(file), Some(path)) => *file.path != *path,
            (access, _) => *access != group.need.access,
        };
        let mut kept = Vec::new();
        for mut candidate in list {
            let name = candidate_name(number);
            number += 1;
            let fits = group.accesses().iter().all(|access| allows(&subject, name.as_bytes(), access));
            let record = records.iter().find(|record| record.name == name.as_bytes());
            let (Some(record), Some(present), true) = (record, present, fits) else { continue };
            candidate.opens = measure(record, present, path);
            let others = sensitive.iter().filter(|(access, _)| !candidate.is_exact && is_other(access));
            let opened = others.filter(|(access, _)| allows(&subject, name.as_bytes(), access));
            candidate.opens.sensitive = opened.map(|(_, text)| (*text).to_owned()).collect();
            candidate.dangers.extend(dangers.iter().filter(|(of, _)| *of == name).map(|(_, danger)| danger.clone()));
            kept.push(candidate);
        }
        if let Some(present) = present.filter(|_| with_abstractions) {
            let fitting = tree.abstractions(home.file).iter().enumerate().filter(|(_, one)| {
                group.accesses().iter().all(|access| allows(&one.subject, candidate_name(0).as_bytes(), access))
            });
            for (at, one) in fitting.take(MAX_ABSTRACTIONS) {
                let opens = abstractions.entry(at).or_insert_with(|| {
                    let opened = sensitive
                        .iter()
                        .filter(|(access, _)| allows(&one.subject, candidate_name(0).as_bytes(), access))
                        .map(|(_, text)| (*text).to_owned());
                    AddedAccess { sensitive: opened.collect(), ..measure(&one.record, present, path) }
                });
                let mut candidate = Candidate::of(vec![one.include.clone()], false, true);
                (candidate.is_abstraction, candidate.opens) = (true, opens.clone());
                kept.push(candidate);
            }
        }
        kept.sort_by_key(Candidate::rank);
        judged.push((group, kept));
    }
    Ok(judged)
}

/// The findings of the danger family in a text, each with the profile that it is in.
fn dangers(tree: &SuggestTree, text: &[u8]) -> Result<Vec<(String, CandidateFinding)>, CompileError> {
    let mut found = Vec::new();
    for (line, danger) in findings(tree, "candidates", text)? {
        let before: Vec<&[u8]> = text.split(|&byte| byte == b'\n').take(line).collect();
        let header = before.iter().rev().find_map(|line| line.strip_prefix(b"profile ")?.strip_suffix(b" {"));
        if let Some(name) = header {
            found.push((String::from_utf8_lossy(name).into_owned(), danger));
        }
    }
    Ok(found)
}

/// The findings of the danger family in a text, each with its line from 1.
pub(super) fn findings(
    tree: &SuggestTree,
    name: &str,
    text: &[u8],
) -> Result<Vec<(usize, CandidateFinding)>, CompileError> {
    let Ok(selection) = Selection::only([Family::Danger.name()]) else { return Ok(Vec::new()) };
    let outcome = Linter::new(&tree.compiler).selection(selection).lint([Input::text(name, text)])?;
    let sources = outcome.sources();
    let dangers = outcome.findings.iter().filter_map(|finding| {
        let rule = finding.rule.filter(|rule| rule.family() == Family::Danger)?;
        let (line, _) = sources.get(finding.span().source).line_column(finding.span().start);
        let message = Escaped::line(&finding.message).to_string();
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        Some((line, CandidateFinding { code: rule.code, name: rule.name, message }))
    });
    Ok(dangers.collect())
}
