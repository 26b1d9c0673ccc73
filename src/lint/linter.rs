//! The linter: texts in, findings out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::automata::Pattern;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::encode;
use crate::features::Features;
#[cfg(feature = "kubernetes")]
use crate::kubernetes::{EmbeddedProfile, Manifest, is_manifest};
use crate::policy::{Policy, Profile};
use crate::resolve::{self, Session};
use crate::source::{FileSystem, Loader, Source, SourceError, SourceId, SourceMap, Span};
use crate::syntax::ast::{File, ItemKind};

use super::check::{Check, FileView, ProfileView, Reporter, Role, paths, walk};
use super::finding::{Finding, Fix};
use super::paths::{Patterns, symbols};
use super::relations::Relations;
use super::rule::Rule;
use super::rules::{self, RULES};
use super::select::{Selection, UnknownRule, named};
use super::semantics::Semantics;
use super::set::{Member, SetView, members};
use super::suppress::{Suppression, suppressions};

/// What standard input is called: no path, by which manifests are told from profiles otherwise.
#[cfg(feature = "kubernetes")]
const STDIN: &str = "<stdin>";

/// A text to lint.
#[derive(Clone, Debug)]
pub struct Input {
    /// What findings call it: a path.
    pub name: String,
    /// The text.
    pub text: Vec<u8>,
}

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The findings in the order of their places.
    pub findings: Vec<Finding>,
    /// How many others comments have kept quiet.
    pub suppressed: usize,
}

/// Lints profiles.
///
/// ```
/// use armorer::lint::{Input, Linter};
/// use armorer::Features;
///
/// let linter = Linter::new(Features::builtin("linux-7.2").unwrap());
/// let text = b"abi <kernel>,\nprofile p /usr/bin/p {\n  /usr/bin/helper Ux,\n}\n".to_vec();
/// let outcome = linter.lint(vec![Input { name: "p".into(), text }])?;
/// assert_eq!(outcome.findings[0].code, "AA0101");
/// assert_eq!(linter.sources().describe(outcome.findings[0].span()), "p:3:3");
/// # Ok::<(), armorer::source::SourceError>(())
/// ```
#[derive(Debug)]
pub struct Linter {
    session: Session,
    options: resolve::Options,
    workshops: encode::Workshops,
    selection: Selection,
    automata: bool,
    complete: bool,
    scope: Vec<PathBuf>,
    per_file: Vec<(Pattern, Vec<&'static Rule>)>,
    root: PathBuf,
    patterns: Patterns,
    relations: Relations,
}

/// What is found out about one input.
#[derive(Default)]
struct Examined {
    findings: Vec<Finding>,
    /// Findings about included files that only count where every profile that includes them has them.
    shared: Vec<Finding>,
    /// How many profiles have a rule of an included file.
    included: FxHashMap<Span, u32>,
    members: Vec<Member>,
    suppressions: Vec<Suppression>,
    /// Whether errors kept rules from being checked.
    broken: bool,
}

impl Linter {
    /// A linter for a kernel with these features, on the real file system, with `/etc/apparmor.d` as base and the rules that are
    /// on by default.
    #[must_use]
    pub fn new(kernel: Features) -> Linter {
        let kernel = Arc::new(kernel);
        let policy = Some(Arc::clone(&kernel));
        Linter {
            session: Session::new(FileSystem),
            options: resolve::Options { policy, keep_duplicates: true, ..resolve::Options::new(kernel) },
            workshops: encode::Workshops::default(),
            selection: Selection::default(),
            automata: true,
            complete: false,
            scope: Vec::new(),
            per_file: Vec::new(),
            root: PathBuf::from("."),
            patterns: Patterns::default(),
            relations: Relations::default(),
        }
    }

    /// The directory that `<…>` paths are looked up in last.
    #[must_use]
    pub fn base(mut self, base: impl Into<PathBuf>) -> Linter {
        self.options.base = base.into();
        self
    }

    /// Adds a directory that `<…>` paths are looked up in before the base.
    #[must_use]
    pub fn include_dir(mut self, directory: impl Into<PathBuf>) -> Linter {
        self.options.include_dirs.push(directory.into());
        self
    }

    /// Where included files come from.
    #[must_use]
    pub fn loader(mut self, loader: impl Loader + 'static) -> Linter {
        self.session = Session::new(loader);
        self
    }

    /// Which rules are on.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Linter {
        self.selection = selection;
        self
    }

    /// Whether rules that need automata are checked; they take most of the time.
    #[must_use]
    pub fn automata(mut self, automata: bool) -> Linter {
        self.automata = automata;
        self
    }

    /// Whether the inputs are all the policy there is, so that a profile that is not among them does not exist.
    #[must_use]
    pub fn complete(mut self, complete: bool) -> Linter {
        self.complete = complete;
        self
    }

    /// Adds a directory: what is found in included files below it is told, too, and not only what is found in the inputs.
    #[must_use]
    pub fn scope(mut self, directory: impl Into<PathBuf>) -> Linter {
        self.scope.push(directory.into());
        self
    }

    /// The directory that the globs of [`Linter::ignore_in`] are relative to, where it is not that of the process.
    #[must_use]
    pub fn root(mut self, directory: impl Into<PathBuf>) -> Linter {
        self.root = directory.into();
        self
    }

    /// Rules that are off in files whose path, relative to [`Linter::root`], matches a glob of the profile language.
    ///
    /// # Errors
    /// When a word names no rule.
    pub fn ignore_in<S: AsRef<str>>(
        mut self,
        glob: &str,
        words: impl IntoIterator<Item = S>,
    ) -> Result<Linter, UnknownRule> {
        let mut rules = Vec::new();
        for word in words {
            rules.extend(named(word.as_ref())?);
        }
        let glob = format!("/{}", glob.trim_start_matches("./").trim_start_matches('/'));
        if let Some(pattern) = encode::path_pattern(glob.as_bytes()) {
            self.per_file.push((pattern, rules));
        }
        Ok(self)
    }

    /// The texts read so far, which spans of findings point into.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.session.sources
    }

    /// Lints texts that belong together.
    ///
    /// # Errors
    /// When a text is too large.
    pub fn lint(&self, inputs: Vec<Input>) -> Result<Outcome, SourceError> {
        let add = |input: Input| self.session.sources.add(input.name, input.text);
        let ids: Vec<SourceId> = inputs.into_iter().map(add).collect::<Result<_, _>>()?;
        let mut run = Run::default();
        #[cfg(feature = "kubernetes")]
        let ids = self.open_manifests(ids, &mut run)?;
        for (&id, examined) in ids.iter().zip(map(&ids, |&id| self.examine(id))) {
            let name = self.session.sources.get(id).name().to_owned();
            run.inputs.insert(name.clone());
            run.take(name, examined);
        }
        self.examine_included(&mut run);
        self.examine_set(&mut run);
        #[cfg(feature = "kubernetes")]
        self.examine_manifests(&mut run);
        Ok(self.settle(run))
    }

    /// Puts the profiles of manifests into the place of the manifests.
    #[cfg(feature = "kubernetes")]
    fn open_manifests(&self, ids: Vec<SourceId>, run: &mut Run) -> Result<Vec<SourceId>, SourceError> {
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            let source = self.session.sources.get(id);
            let path = (source.name() != STDIN).then(|| Path::new(source.name()));
            if !is_manifest(path, source.text()) {
                all.push(id);
                continue;
            }
            run.inputs.insert(source.name().to_owned());
            let mut manifest = Manifest::read(&source, id);
            run.findings.extend(std::mem::take(&mut manifest.diagnostics).into_iter().filter_map(finding));
            let mut comments = super::suppress::in_yaml(&source, id);
            // What is in a scalar is the profile's.
            comments.retain(|comment| {
                let within = |outer: Span| outer.start <= comment.span.start && comment.span.end <= outer.end;
                !manifest.profiles.iter().any(|profile| within(profile.span))
            });
            for profile in std::mem::take(&mut manifest.profiles) {
                let text =
                    self.session.sources.add(format!("{}: {}", source.name(), profile.title()), &*profile.text)?;
                run.embedded.insert(text, profile);
                all.push(text);
            }
            if !comments.is_empty() {
                run.suppressions.insert(source.name().to_owned(), comments);
            }
            run.manifests.push(manifest);
        }
        Ok(all)
    }

    /// What rules say about manifests.
    #[cfg(feature = "kubernetes")]
    fn examine_manifests(&self, run: &mut Run) {
        let profiles = run.members.iter().map(|member| member.name.to_vec()).collect();
        for manifest in &run.manifests {
            let view = super::manifest::ManifestView { manifest, profiles: &profiles };
            for &rule in RULES {
                if let Check::Manifest(check) = rule.check
                    && self.runs(rule)
                {
                    check(&view, &mut Reporter { rule, findings: &mut run.findings });
                }
            }
        }
    }

    /// Whether a rule is on, and has the time it takes.
    fn runs(&self, rule: &Rule) -> bool {
        self.selection.includes(rule) && (self.automata || !rule.needs_automata())
    }

    /// Everything about one input.
    fn examine(&self, id: SourceId) -> Examined {
        let mut examined = Examined::default();
        let source = self.session.sources.get(id);
        let (file, raised) = self.session.parse(id);
        let role = if file.items.iter().any(|item| matches!(item.kind.value, ItemKind::Profile(_))) {
            Role::Profiles
        } else {
            Role::Fragment
        };
        self.examine_text(FileView { id, source: &source, file: &file, role }, &mut examined);
        if role == Role::Fragment {
            examined.findings.extend(raised.into_iter().filter_map(finding));
            return examined;
        }
        let mut diagnostics = Diagnostics::new();
        let policy = resolve::resolve(&self.session, id, &self.options, &mut diagnostics);
        let options = encode::Options::default();
        let target = encode::Target { kernel: Arc::clone(&self.options.kernel) };
        if !diagnostics.has_errors() {
            let check = if self.automata { encode::check } else { encode::check_rules };
            check(&policy, &target, &options, &self.workshops, &mut diagnostics);
        }
        // Errors leave holes in the policy, and then rules would find what is not there.
        let sound = !diagnostics.has_errors();
        examined.broken = !sound;
        examined.findings.extend(diagnostics.into_vec().into_iter().filter_map(finding));
        if sound {
            self.examine_policy(&policy, id, &target, &options, &mut examined);
        }
        examined
    }

    /// What rules say about a tree.
    fn examine_text(&self, view: FileView<'_>, examined: &mut Examined) {
        let findings = &mut examined.findings;
        let on: Vec<&'static Rule> = RULES.iter().copied().filter(|rule| self.runs(rule)).collect();
        for &rule in &on {
            if let Check::File(check) = rule.check {
                check(&view, &mut Reporter { rule, findings });
            }
        }
        let items: Vec<_> = on
            .iter()
            .filter_map(|&rule| match rule.check {
                Check::Item(check) => Some((rule, check)),
                _ => None,
            })
            .collect();
        let path_rules: Vec<_> = on
            .iter()
            .filter_map(|&rule| match rule.check {
                Check::Path(check) => Some((rule, check)),
                _ => None,
            })
            .collect();
        walk(&view, &view.file.items, &mut |item| {
            for &(rule, check) in &items {
                check(item, &mut Reporter { rule, findings });
            }
            paths(item, &mut |path| {
                for &(rule, check) in &path_rules {
                    check(path, &mut Reporter { rule, findings });
                }
            });
        });
        examined.suppressions = suppressions(view.file, view.source);
    }

    /// What rules say about a policy.
    fn examine_policy(
        &self,
        policy: &Policy,
        input: SourceId,
        target: &encode::Target,
        options: &encode::Options,
        examined: &mut Examined,
    ) {
        let mut all = Vec::new();
        flatten(&policy.profiles, &mut all);
        let provenance = if self.automata { encode::trace(policy, target, options) } else { Vec::new() };
        for (at, profile) in all.iter().enumerate() {
            let view = ProfileView::new(profile, policy, &self.session.sources, input, &self.patterns);
            let mut found = Vec::new();
            for &rule in RULES {
                match rule.check {
                    Check::Profile(check) if self.runs(rule) => {
                        check(&view, &mut Reporter { rule, findings: &mut found });
                    }
                    Check::Probe(_) if self.runs(rule) => {
                        rules::probe(&view, &mut Reporter { rule, findings: &mut found });
                    }
                    _ => {}
                }
            }
            examined.findings.append(&mut found);
            let Some(provenance) = provenance.get(at) else { continue };
            let semantics = Semantics::new(&view, provenance, &self.relations);
            for &rule in RULES {
                if let Check::Automata(check) = rule.check
                    && self.runs(rule)
                {
                    check(&semantics, &mut Reporter { rule, findings: &mut found });
                }
            }
            for &(span, _) in semantics.rules.iter().filter(|(span, _)| span.source != input) {
                *examined.included.entry(span).or_default() += 1;
            }
            let (own, shared): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.span().source == input);
            examined.findings.extend(own);
            examined.shared.extend(shared);
        }
        for profile in &policy.profiles {
            members(profile, true, &mut examined.members);
        }
    }

    /// The text of included files, each once.
    fn examine_included(&self, run: &mut Run) {
        let trees = self.session.trees();
        let wanted: Vec<_> = trees
            .iter()
            .filter(|(id, _)| {
                let name = self.session.sources.get(*id).name().to_owned();
                !run.inputs.contains(&name) && self.is_below(&name)
            })
            .collect();
        let examined = map(&wanted, |(id, included)| {
            let source = self.session.sources.get(*id);
            let mut examined = Examined::default();
            let view = FileView { id: *id, source: &source, file: &included.file, role: Role::Fragment };
            self.examine_text(view, &mut examined);
            examined
        });
        for (&(id, _), examined) in wanted.into_iter().zip(examined) {
            run.take(self.session.sources.get(id).name().to_owned(), examined);
        }
    }

    fn examine_set(&self, run: &mut Run) {
        let set = SetView { members: &run.members, complete: self.complete, patterns: &self.patterns };
        for &rule in RULES {
            if let Check::Set(check) = rule.check
                && self.runs(rule)
            {
                check(&set, &mut Reporter { rule, findings: &mut run.findings });
            }
        }
    }

    /// Whether a file lies below one of the directories in scope.
    fn is_below(&self, name: &str) -> bool {
        self.scope.iter().any(|directory| Path::new(name).starts_with(directory))
    }

    /// Whether a rule is off in a file.
    fn is_off_in(&self, rule: &Rule, name: &str) -> bool {
        let relative = Path::new(name).strip_prefix(&self.root).unwrap_or(Path::new(name));
        let path =
            symbols(format!("/{}", relative.display().to_string().trim_start_matches("./").trim_start_matches('/')));
        self.per_file.iter().any(|(glob, rules)| rules.iter().any(|off| off.code == rule.code) && glob.matches(&path))
    }

    /// Drops what nobody wants to know, and puts the rest in order.
    fn settle(&self, run: Run) -> Outcome {
        #[cfg(feature = "kubernetes")]
        let embedded = run.embedded;
        let Run { mut findings, inputs, shared, included, mut suppressions, broken, .. } = run;
        let everywhere = shared.into_iter().filter(|(span, (_, count))| included.get(&span.1) == Some(count));
        findings.extend(everywhere.map(|(_, (finding, _))| finding));
        let mut names: FxHashMap<SourceId, Arc<Source>> = FxHashMap::default();
        let mut seen = FxHashSet::default();
        let mut outcome = Outcome::default();
        let mut keyed = Vec::new();
        for finding in findings {
            let span = finding.span();
            let source = Arc::clone(names.entry(span.source).or_insert_with(|| self.session.sources.get(span.source)));
            if let Some(rule) = finding.rule {
                let told = inputs.contains(source.name()) || self.is_below(source.name());
                if !told || !self.runs(rule) || self.is_off_in(rule, source.name()) {
                    continue;
                }
            }
            if !seen.insert((finding.code, source.name().to_owned(), span.start, span.end)) {
                continue;
            }
            let line = source.line_column(span.start).0;
            if let (Some(rule), Some(list)) = (finding.rule, suppressions.get_mut(source.name())) {
                // All of them, so that each knows that it is used.
                let quieting = list.iter_mut().filter_map(|each| each.quiets(rule, line).then_some(()));
                if quieting.count() > 0 {
                    outcome.suppressed += 1;
                    continue;
                }
            }
            keyed.push(((source.name().to_owned(), span.start, finding.code), finding));
        }
        for (name, list) in &suppressions {
            let mut found = Vec::new();
            let checked = !broken.contains(name);
            rules::meta::judge(list, |rule| checked && self.runs(rule), &mut found);
            let on =
                |finding: &Finding| finding.rule.is_some_and(|rule| self.runs(rule) && !self.is_off_in(rule, name));
            keyed.extend(found.into_iter().filter(on).map(|mut finding| {
                let span = finding.span();
                // A comment with a line of its own goes with its line.
                if let Some(Fix { edits, .. }) = &mut finding.fix
                    && let [edit] = edits.as_mut_slice()
                {
                    edit.span = whole(&self.session.sources.get(span.source), edit.span);
                }
                ((name.clone(), span.start, finding.code), finding)
            }));
        }
        #[cfg(feature = "kubernetes")]
        for (key, finding) in &mut keyed {
            let Some(profile) = embedded.get(&finding.span().source) else { continue };
            // What mends the text does not mend the YAML, where lines have an indentation.
            finding.fix = None;
            let labels = finding.labels.iter_mut().map(|label| &mut label.span).chain(&mut finding.include_chain);
            for span in labels {
                if let Some(profile) = embedded.get(&span.source) {
                    *span = profile.locate(*span);
                }
            }
            *key =
                (self.session.sources.get(profile.span.source).name().to_owned(), finding.span().start, finding.code);
        }
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        outcome.findings = keyed.into_iter().map(|(_, finding)| finding).collect();
        outcome
    }
}

/// The span of a comment with the blanks before it, or with its whole line where nothing else stands there.
fn whole(source: &Source, span: Span) -> Span {
    let file = File::default();
    let view = FileView { id: span.source, source, file: &file, role: Role::Fragment };
    view.lines_of(span).unwrap_or_else(|| {
        let before = source.text().get(..span.start as usize).unwrap_or_default();
        let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        Span { start: span.start.saturating_sub(u32::try_from(blanks).unwrap_or(0)), ..span }
    })
}

/// What was found so far.
#[derive(Default)]
struct Run {
    findings: Vec<Finding>,
    /// The names of the inputs.
    inputs: FxHashSet<String>,
    /// By rule and place, with the number of profiles that have it.
    shared: FxHashMap<(&'static str, Span), (Finding, u32)>,
    included: FxHashMap<Span, u32>,
    members: Vec<Member>,
    /// By file name.
    suppressions: std::collections::BTreeMap<String, Vec<Suppression>>,
    /// The names of files in which errors kept rules from being checked.
    broken: FxHashSet<String>,
    #[cfg(feature = "kubernetes")]
    manifests: Vec<Manifest>,
    /// The profiles of manifests, by their texts.
    #[cfg(feature = "kubernetes")]
    embedded: FxHashMap<SourceId, EmbeddedProfile>,
}

impl Run {
    /// Takes in what is found out about a file.
    fn take(&mut self, name: String, examined: Examined) {
        let Examined { findings, shared, included, members, suppressions, broken } = examined;
        if broken {
            self.broken.insert(name.clone());
        }
        self.findings.extend(findings);
        for finding in shared {
            let key = (finding.code, finding.span());
            self.shared.entry(key).or_insert_with(|| (finding, 0)).1 += 1;
        }
        for (span, count) in included {
            *self.included.entry(span).or_default() += count;
        }
        self.members.extend(members);
        if !suppressions.is_empty() {
            self.suppressions.entry(name).or_default().extend(suppressions);
        }
    }
}

/// What another stage raised, as a finding.
fn finding(diagnostic: Diagnostic) -> Option<Finding> {
    let rule = rules::of_code(diagnostic.code).filter(|_| !diagnostic.is_error());
    let twice = rule.is_some_and(|rule| !rule.instead_of.is_empty());
    (!twice).then(|| Finding::raised(diagnostic, rule))
}

/// All profiles with their children behind them, in the order of `encode`.
fn flatten<'a>(profiles: &'a [Profile], out: &mut Vec<&'a Profile>) {
    for profile in profiles {
        out.push(profile);
        flatten(&profile.children, out);
    }
}

#[cfg(feature = "cli")]
fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;
    items.par_iter().map(work).collect()
}

#[cfg(not(feature = "cli"))]
fn map<T, R>(items: &[T], work: impl Fn(&T) -> R) -> Vec<R> {
    items.iter().map(work).collect()
}
