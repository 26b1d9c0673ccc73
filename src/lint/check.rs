//! The kinds of checks: what each of them gets to see, and how it reports.

use crate::automata::Pattern;
use crate::diagnostic::Code;
use crate::edit::{self, Edit};
use crate::policy::{self, Policy, Profile};
use crate::source::{Source, SourceId, SourceMap, Span, Spanned, Text};
use crate::syntax::Pattern as WrittenPattern;
use crate::syntax::ast::{self, File, FileBody, FileLetters, Item, ItemKind, RuleKind};
use crate::vocab::FilePermissions;

use super::finding::Finding;
use super::paths::{PathFact, PathPatterns};
use super::rule::Rule;
use super::semantics::Semantics;
use super::set::SetView;

/// The kind of check of a rule.
pub(super) enum Check {
    /// By the linter itself, when it applies suppressions.
    Meta,
    /// By another stage, which raises these.
    Raised(&'static [Code]),
    /// On a file's tree.
    File(fn(&FileView<'_>, &mut Reporter<'_>)),
    /// On each item of a tree.
    Item(fn(&ItemView<'_>, &mut Reporter<'_>)),
    /// On each pattern for paths that is written in a rule.
    Path(fn(&PathView<'_>, &mut Reporter<'_>)),
    /// On each resolved profile.
    Profile(fn(&ProfileView<'_>, &mut Reporter<'_>)),
    /// On each rule that the kernel mediates and the policy's abi hides from it.
    Hidden(fn(Span, &mut Reporter<'_>)),
    /// On what a profile allows to do with certain files.
    Probe(Probe),
    /// On the automata of a profile's rules.
    Automata(fn(&Semantics<'_>, &mut Reporter<'_>)),
    /// On all profiles of a run together, with automata.
    Set(fn(&SetView<'_>, &mut Reporter<'_>)),
    /// On a manifest.
    #[cfg(feature = "kubernetes")]
    Manifest(fn(&super::manifest::ManifestView<'_>, &mut Reporter<'_>)),
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Check::Meta => "Meta",
            Check::Raised(_) => "Raised",
            Check::File(_) => "File",
            Check::Item(_) => "Item",
            Check::Path(_) => "Path",
            Check::Profile(_) => "Profile",
            Check::Hidden(_) => "Hidden",
            Check::Probe(_) => "Probe",
            Check::Automata(_) => "Automata",
            Check::Set(_) => "Set",
            #[cfg(feature = "kubernetes")]
            Check::Manifest(_) => "Manifest",
        })
    }
}

/// A set of files with the accesses that must not be allowed on them.
#[derive(Debug)]
pub(super) struct Probe {
    /// The permission.
    pub(super) access: ProbedAccess,
    /// Files that a rule gives away by matching them.
    pub(super) files: &'static [&'static str],
    /// Directories that a rule gives away by matching anything below them.
    pub(super) below: &'static [&'static str],
    /// The end of the message: "lets the profile write `…`, " and this.
    pub(super) what: &'static str,
}

/// A permission that a [`Probe`] asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProbedAccess {
    Read,
    /// Writing or appending.
    Write,
    Exec,
}

impl ProbedAccess {
    /// Returns a verb for it.
    pub(super) fn verb(self) -> &'static str {
        match self {
            ProbedAccess::Read => "read",
            ProbedAccess::Write => "write",
            ProbedAccess::Exec => "execute",
        }
    }

    /// Whether a file rule is about it.
    pub(super) fn is_in(self, rule: &policy::FileRule) -> bool {
        let access = rule.access;
        match self {
            ProbedAccess::Read => access.contains(FilePermissions::READ),
            ProbedAccess::Write => access.intersects(FilePermissions::WRITE),
            ProbedAccess::Exec => rule.exec.is_some(),
        }
    }
}

/// Takes the findings of one rule.
pub(super) struct Reporter<'a> {
    pub(super) rule: &'static Rule,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl Reporter<'_> {
    /// A finding of the rule, to be completed and handed to [`Reporter::push`].
    pub(super) fn finding(&self, span: Span, message: impl Into<String>) -> Finding {
        Finding::new(self.rule, span, message)
    }

    /// Takes a finding.
    pub(super) fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Takes a finding that needs no more words.
    pub(super) fn report(&mut self, span: Span, message: impl Into<String>) {
        let finding = self.finding(span, message);
        self.push(finding);
    }
}

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Holds profiles.
    Profiles,
    /// Is included by others: variables, or rules.
    Fragment,
}

/// A file's tree.
#[derive(Clone, Copy)]
pub(super) struct FileView<'a> {
    pub(super) id: SourceId,
    pub(super) source: &'a Source,
    pub(super) file: &'a File,
    pub(super) role: Role,
}

impl FileView<'_> {
    /// The bytes of a span.
    pub(super) fn text(&self, span: Span) -> &[u8] {
        self.source.slice(span)
    }
}

/// An item of a tree and what is around it.
pub(super) struct ItemView<'a> {
    pub(super) file: &'a FileView<'a>,
    pub(super) item: &'a Item,
    /// The list that the item is in, and its place there.
    pub(super) siblings: &'a [Item],
    pub(super) index: usize,
}

impl<'a> ItemView<'a> {
    /// The edits that remove it in favour of one before it, which gets the comment after it.
    pub(super) fn merge(&self, first: usize) -> Option<Vec<Edit>> {
        edit::merge(self.file.source, self.file.id, self.siblings, first, self.index)
    }

    /// The edit that makes a changed item of it.
    pub(super) fn rewrite(&self, change: impl FnOnce(&mut ItemKind)) -> Option<Edit> {
        let mut kind = self.item.kind.value.clone();
        change(&mut kind);
        edit::rewrite(self.file.source, self.file.id, self.item, &kind)
    }

    /// The edit that gives other permissions to a file rule.
    pub(super) fn with_letters(&self, letters: &[u8]) -> Option<Edit> {
        let letters = FileLetters::read(letters, Span::NONE)?;
        self.rewrite(|kind| {
            if let ItemKind::Rule(ast::Rule { kind: RuleKind::File(file), .. }) = kind
                && let FileBody::Access { permissions, .. } = &mut file.body
            {
                permissions.value = letters;
            }
        })
    }

    /// The items before it in its list.
    pub(super) fn before(&self) -> &'a [Item] {
        self.siblings.get(..self.index).unwrap_or_default()
    }

    /// Returns its place.
    pub(super) fn span(&self) -> Span {
        self.item.kind.span
    }

    /// The rule that it is.
    pub(super) fn rule(&self) -> Option<&'a ast::Rule> {
        match &self.item.kind.value {
            ItemKind::Rule(rule) => Some(rule),
            _ => None,
        }
    }
}

/// Visits every item of a list with what is around it: an item before what it holds. The parser bounds the depth.
pub(super) fn walk<'a>(file: &'a FileView<'a>, items: &'a [Item], visit: &mut dyn FnMut(&ItemView<'a>)) {
    for (index, item) in items.iter().enumerate() {
        visit(&ItemView { file, item, siblings: items, index });
        item.kind.value.blocks().into_iter().for_each(|block| walk(file, &block.items, visit));
    }
}

/// A pattern for paths as it is written in a rule.
pub(super) struct PathView<'a> {
    pub(super) item: &'a ItemView<'a>,
    pub(super) word: &'a Spanned<WrittenPattern>,
    /// The text without quotes.
    pub(super) text: &'a [u8],
    /// The permissions, of a file rule's path.
    pub(super) permissions: Option<&'a FileLetters>,
}

impl PathView<'_> {
    /// The edit that writes something else for a part of the text.
    pub(super) fn replace(&self, at: usize, len: usize, text: &str) -> Option<Edit> {
        let quote = usize::from(self.word.value.len() != self.text.len());
        let (before, rest) = self.word.as_bytes().split_at_checked(at + quote)?;
        let new = [before, text.as_bytes(), rest.get(len..)?].concat();
        self.rewrite(WrittenPattern::written(new))
    }

    /// The edit that writes another pattern.
    pub(super) fn rewrite(&self, new: WrittenPattern) -> Option<Edit> {
        self.item.rewrite(|kind| {
            let ItemKind::Rule(rule) = kind else { return };
            let words = path_words_mut(&mut rule.kind);
            words.into_iter().filter(|word| word.span == self.word.span).for_each(|word| word.value = new.clone());
        })
    }

    /// The span of a part of the text.
    pub(super) fn part(&self, at: usize, len: usize) -> Span {
        let quote = usize::from(self.word.value.len() != self.text.len());
        let start = self.word.span.start.saturating_add(u32::try_from(at + quote).unwrap_or(u32::MAX));
        let end = start.saturating_add(u32::try_from(len).unwrap_or(u32::MAX));
        Span::new(self.word.span.source, start.min(self.word.span.end), end.min(self.word.span.end))
    }
}

/// The path patterns of a rule.
pub(super) fn paths<'a>(view: &ItemView<'a>, visit: &mut dyn FnMut(&PathView<'_>)) {
    let Some(rule) = view.rule() else { return };
    let mut each = |word: &Spanned<WrittenPattern>, permissions: Option<&FileLetters>| {
        let text = word.unquoted();
        visit(&PathView { item: view, word, text, permissions });
    };
    match &rule.kind {
        RuleKind::File(file) => {
            if let FileBody::Access { path, permissions, .. } = &file.body {
                each(path, Some(&permissions.value));
            }
        }
        RuleKind::Link(link) => {
            each(&link.link, None);
            each(&link.target, None);
        }
        RuleKind::Mount(mount) => mount.source.iter().chain(&mount.point).for_each(|word| each(word, None)),
        RuleKind::PivotRoot(pivot) => pivot.new_root.iter().for_each(|word| each(word, None)),
        RuleKind::ChangeProfile(change) => change.exec.iter().for_each(|word| each(word, None)),
        _ => {}
    }
}

/// The same patterns, to change them.
fn path_words_mut(kind: &mut RuleKind) -> Vec<&mut Spanned<WrittenPattern>> {
    match kind {
        RuleKind::File(file) => match &mut file.body {
            FileBody::Access { path, .. } => vec![path],
            FileBody::All => Vec::new(),
        },
        RuleKind::Link(link) => vec![&mut link.link, &mut link.target],
        RuleKind::Mount(mount) => mount.source.iter_mut().chain(&mut mount.point).collect(),
        RuleKind::PivotRoot(pivot) => pivot.new_root.iter_mut().collect(),
        RuleKind::ChangeProfile(change) => change.exec.iter_mut().collect(),
        _ => Vec::new(),
    }
}

/// A resolved profile.
pub(super) struct ProfileView<'a> {
    pub(super) profile: &'a Profile,
    pub(super) policy: &'a Policy,
    pub(super) sources: &'a SourceMap,
    /// The file that holds the profile.
    pub(super) input: SourceId,
    /// Its tree.
    pub(super) file: &'a File,
    pub(super) patterns: &'a PathPatterns,
    /// The places of `all,` rules.
    all: Vec<Span>,
}

impl<'a> ProfileView<'a> {
    pub(super) fn new(
        profile: &'a Profile,
        policy: &'a Policy,
        sources: &'a SourceMap,
        (input, file): (SourceId, &'a File),
        patterns: &'a PathPatterns,
    ) -> ProfileView<'a> {
        let of_all = profile.rules.iter().filter(|rule| rule.origin == policy::RuleOrigin::All);
        let mut all: Vec<Span> = of_all.map(|rule| rule.span).collect();
        all.dedup();
        ProfileView { profile, policy, sources, input, file, patterns, all }
    }

    /// The file rules with their prefixes.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'a policy::Rule, &'a policy::FileRule)> {
        self.profile.rules.iter().filter_map(|rule| match &rule.kind {
            policy::RuleKind::File(file) => Some((rule, file)),
            _ => None,
        })
    }

    /// The file rules that allow something.
    pub(super) fn allowed_files(&self) -> impl Iterator<Item = (&'a policy::Rule, &'a policy::FileRule)> {
        self.allowed().filter_map(|rule| match &rule.kind {
            policy::RuleKind::File(file) => Some((rule, file)),
            _ => None,
        })
    }

    /// The rules that allow something which would not be allowed without them: none where nothing is confined. What `all,` stands
    /// for is left out: it has a finding of its own.
    pub(super) fn allowed(&self) -> impl Iterator<Item = &'a policy::Rule> + use<'a> {
        let rules = if self.confines() { self.profile.rules.as_slice() } else { &[] };
        let allows = |rule: &&policy::Rule| rule.prefix.mode != Some(policy::RuleMode::Deny);
        rules.iter().filter(move |rule| allows(rule) && rule.origin != policy::RuleOrigin::All)
    }

    /// Whether the profile confines anything.
    pub(super) fn confines(&self) -> bool {
        !matches!(self.profile.flags.mode, policy::ProfileMode::Unconfined | policy::ProfileMode::DefaultAllow)
    }

    /// Whether an `all,` rule stands there.
    pub(super) fn is_all(&self, span: Span) -> bool {
        self.all.contains(&span)
    }

    /// Whether a rule denies the access to a file.
    pub(super) fn denies(&self, path: &str, access: ProbedAccess) -> bool {
        self.files().any(|(rule, file)| {
            rule.prefix.mode == Some(policy::RuleMode::Deny)
                && rule.prefix.owner.is_none()
                && access.is_in(file)
                && self.pattern(&file.path.value).is_some_and(|pattern| pattern.matches(&super::paths::symbols(path)))
        })
    }

    /// The pattern of a path.
    pub(super) fn pattern(&self, path: &Text) -> Option<std::sync::Arc<Pattern>> {
        self.patterns.get(path).pattern.clone()
    }

    /// Whether a file rule's path matches (nearly) every file.
    pub(super) fn is_broad(&self, file: &policy::FileRule) -> bool {
        self.patterns.get(&file.path.value).has(PathFact::Broad)
    }

    /// Whether the rule is `file,`, which has a finding of its own.
    pub(super) fn is_file_all(&self, rule: &policy::Rule) -> bool {
        rule.origin == policy::RuleOrigin::File
    }

    /// The capabilities that the profile is allowed.
    pub(super) fn capabilities(&self) -> impl Iterator<Item = (&'a policy::Rule, u64)> {
        self.allowed().filter_map(|rule| match rule.kind {
            policy::RuleKind::Capability(capability) => Some((rule, capability.mask)),
            _ => None,
        })
    }
}
