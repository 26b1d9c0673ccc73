//! `--suggest`, `--fix` and `--diff`: the rules that events ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::ast::{File, Rule};
use crate::atomic;
use crate::cli::steps::{self, ReversibleStep, shown};
use crate::cli::unified::UnifiedDiff;
use crate::cli::{eprint_line, print};
use crate::diagnostic::Escaped;
use crate::log::suggest::{
    self, FileChange, Need, SuggestOptions, SuggestionOutcome, SuggestionPlan, all_exact, named,
};
use crate::log::{Summary, Tree};
use crate::source::Text;

/// Kinds of suggestions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum SuggestionMode {
    /// Best rules, with the further accesses they allow
    Best,
    /// Complete profiles with exact rules only, without reading the tree
    Exact,
}

/// The needs that events show: of a stack, those of each profile in it.
pub(super) fn needs(summary: &Summary) -> Vec<Need> {
    let each =
        summary.iter().flat_map(|(_, count)| Need::of(&count.event).into_iter().map(|need| need.times(count.times)));
    each.collect()
}

/// A profile for each of the log, with the exact rules.
pub(super) fn print_exact(needs: &[Need]) -> Result<(), String> {
    let mut profiles: BTreeMap<Text, Vec<Rule>> = BTreeMap::new();
    for (profile, exact) in all_exact(needs) {
        let rules = profiles.entry(profile).or_default();
        match exact {
            Ok(new) => rules.extend(new),
            Err(error) => eprint_line(format_args!("note: {error}")),
        }
    }
    // A child needs its parent beside it.
    let children: Vec<Text> = profiles.keys().cloned().collect();
    for child in children {
        if let Some(at) = memchr::memmem::find(&child, b"//") {
            profiles.entry(child.get(..at).unwrap_or_default().into()).or_default();
        }
    }
    let mut file = File::default();
    for (name, rules) in profiles {
        let profile = File::from(named(&name).rules(rules));
        // A name that no profile can have would be read as something else.
        let is_itself = crate::parse(&profile.to_bytes())
            .is_ok_and(|read| read.to_bytes() == profile.to_bytes() && read.items.len() == 1);
        if is_itself {
            file.items.extend(profile.items);
        } else {
            eprint_line(format_args!("note: not a valid profile name: {}", Escaped::line(&*name)));
        }
    }
    print(&String::from_utf8_lossy(&file.to_bytes()))
}

/// Suggestions with what they rest on.
pub(super) struct Suggestions {
    pub(super) policies: suggest::SuggestTree,
    pub(super) plan: SuggestionPlan,
    pub(super) needs: Vec<Need>,
}

impl Suggestions {
    /// Asks the policy of the files that have the profiles of the log. With `create`, profiles that no file has are made.
    pub(super) fn of(
        tree: &Tree,
        needs: Vec<Need>,
        options: &SuggestOptions,
        create: bool,
    ) -> Result<Suggestions, String> {
        let mut policies = suggest::SuggestTree::new(Arc::clone(tree.compiler()));
        let mut wanted: BTreeSet<&Path> = BTreeSet::new();
        for need in &needs {
            let name = root(&need.profile);
            let attached = need.executes().and_then(|program| tree.attached(program));
            let names = [Some(name), attached.as_deref()];
            wanted.extend(names.into_iter().flatten().filter_map(|name| tree.find(name)).map(|file| &*file.path));
        }
        for file in tree.files().iter().filter(|file| wanted.contains(&*file.path)) {
            let name = file.path.display().to_string();
            if let Err(error) = policies.add(&name, &*file.text) {
                eprint_line(format_args!("note: {}: skipped: {error}", Escaped::line(&name)));
            }
        }
        if create {
            for need in &needs {
                let name = root(&need.profile);
                if tree.find(name).is_none() && policies.file_of(name).is_none() {
                    let file = tree.directory().join(file_name(name)).display().to_string();
                    policies.create(file, name).map_err(|error| error.to_string())?;
                }
            }
        }
        let plan = SuggestionPlan::new(&policies, &needs, options).map_err(|error| error.to_string())?;
        Ok(Suggestions { policies, plan, needs })
    }

    /// Prints the suggestions, profile by profile.
    pub(super) fn print(&self) -> Result<(), String> {
        let mut by_profile: BTreeMap<&Text, String> = BTreeMap::new();
        let asking = |one: &&suggest::Suggestion| !matches!(one.outcome, SuggestionOutcome::Allowed);
        for suggestion in self.plan.suggestions.iter().filter(asking) {
            let lines = self.lines(suggestion);
            let text = by_profile.entry(&suggestion.profile).or_insert_with(|| {
                let file = suggestion.file.as_deref().map_or_else(String::new, |file| format!(" ({file})"));
                format!("{}{file}\n", String::from_utf8_lossy(&suggestion.profile))
            });
            text.push_str(&lines);
        }
        self.notes().iter().for_each(|note| eprint_line(format_args!("note: {note}")));
        if by_profile.is_empty() {
            return print("nothing to suggest\n");
        }
        print(&by_profile.into_values().collect::<Vec<_>>().join("\n"))
    }

    /// Returns the notes about the whole log: accesses that need no rule, and those that are not shown.
    fn notes(&self) -> Vec<String> {
        let mut allowed: BTreeMap<&str, usize> = BTreeMap::new();
        for suggestion in &self.plan.suggestions {
            if let (SuggestionOutcome::Allowed, Some(file)) = (&suggestion.outcome, &suggestion.file) {
                *allowed.entry(file).or_default() += suggestion.needs.len();
            }
        }
        let mut notes: Vec<String> = Vec::new();
        for (file, number) in allowed {
            let file = Escaped::line(file);
            notes.push(format!("{file} already allows {number} of these accesses; load it with `armorer replace`"));
        }
        if self.plan.left_out > 0 {
            let more = self.plan.left_out;
            notes.push(format!("{more} further accesses are not shown; write these rules and run the command again"));
        }
        notes
    }

    /// Returns the notes, and the accesses for which no rule is offered.
    pub(super) fn settled(&self) -> Vec<String> {
        let offers = |outcome: &SuggestionOutcome| match outcome {
            SuggestionOutcome::Allowed => true,
            SuggestionOutcome::Candidates { list, .. } => !list.is_empty(),
            _ => false,
        };
        let others = self.plan.suggestions.iter().filter(|suggestion| !offers(&suggestion.outcome));
        let line = |suggestion: &suggest::Suggestion| {
            let profile = Escaped::line(&*suggestion.profile).to_string();
            format!("{profile}: {}", Escaped::line(self.lines(suggestion).trim()))
        };
        self.notes().into_iter().chain(others.map(line)).collect()
    }

    fn lines(&self, suggestion: &suggest::Suggestion) -> String {
        let accesses = accesses(suggestion, &self.needs);
        let times = match suggestion.times {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        match &suggestion.outcome {
            SuggestionOutcome::Allowed => String::new(),
            SuggestionOutcome::Refused(rule) => {
                format!("  denied by {}  {}: {accesses}\n", rule.place(), rule.text)
            }
            SuggestionOutcome::NoProfile => format!("  no file defines this profile (--create adds one): {accesses}\n"),
            SuggestionOutcome::NoRule(error) => format!("  no rule: {error}: {accesses}\n"),
            SuggestionOutcome::Candidates { list, picked } => {
                let mut out = String::new();
                let best = picked.and_then(|picked| list.get(picked)).or(list.first());
                let Some(best) = best else { return format!("  no single rule allows this: {accesses}\n") };
                let mark = if picked.is_some() { "+" } else { "?" };
                for line in best.text().lines() {
                    out.push_str(&format!("  {mark} {line}  # {times}\n"));
                }
                for danger in &best.dangers {
                    let code = danger.code;
                    out.push_str(&format!("      decide: {} [{code}]; `--accept {code}` takes it\n", danger.message));
                }
                let opens = best.opens.sensitive.iter().chain(&best.opens.examples).cloned().collect::<Vec<_>>();
                if !opens.is_empty() {
                    out.push_str(&format!("      also allows {}\n", opens.join(", ")));
                }
                let others: Vec<_> = list.iter().filter(|other| !std::ptr::eq(*other, best)).collect();
                for other in others.iter().take(SHOWN) {
                    out.push_str(&format!("      or {}\n", other.text().replace('\n', " ")));
                }
                if let Some(more) = others.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                    out.push_str(&format!("      and {more} more\n"));
                }
                out
            }
        }
    }

    /// The changes of the files, each tried: a text that would not compile is not written.
    pub(super) fn changes(&self, tree: &Tree) -> Result<Vec<FileChange>, String> {
        let changes = self.plan.changes(&self.policies).map_err(|error| error.to_string())?;
        for change in &changes {
            // A file of `local/` is no file of profiles.
            if tree.files().iter().any(|file| file.path == Path::new(&change.file)) || change.old.is_empty() {
                self.policies.check(change).map_err(|error| {
                    format!("{}: with these rules, the file would have errors: {error}", Escaped::line(&change.file))
                })?;
            }
        }
        Ok(changes)
    }
}

/// The accesses that a suggestion is about.
pub(super) fn accesses(suggestion: &suggest::Suggestion, needs: &[Need]) -> String {
    let accesses = suggestion.needs.iter().filter_map(|&at| needs.get(at)).map(|need| need.access.to_string());
    accesses.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("; ")
}

/// Prints changes.
pub(super) fn print_diff(changes: &[FileChange]) -> Result<(), String> {
    changes.iter().try_for_each(|change| UnifiedDiff::new(&change.file, &change.old, &change.new).print())
}

/// Writes all changes, or none. A file that is another one now is left alone.
pub(super) fn write(changes: &[FileChange]) -> Result<(), String> {
    let mut rewrites = Vec::new();
    for change in changes {
        let path = Path::new(&change.file);
        let (now, is_new) = match std::fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Vec::new(), true),
            read => (read.map_err(|error| format!("{}: {error}", shown(path)))?, false),
        };
        if now != change.old {
            return Err(format!("{}: the file has changed in the meantime", shown(path)));
        }
        rewrites.push(RewrittenFile { path, change, is_new });
    }
    steps::make_all(&rewrites)?;
    for rewrite in &rewrites {
        eprint_line(format_args!("note: {} has new rules; load it with `armorer replace`", shown(rewrite.path)));
    }
    Ok(())
}

/// A file that gets another text.
struct RewrittenFile<'a> {
    path: &'a Path,
    change: &'a FileChange,
    is_new: bool,
}

impl ReversibleStep for RewrittenFile<'_> {
    fn path(&self) -> &Path {
        self.path
    }

    fn make(&self) -> io::Result<()> {
        atomic::write(self.path, &self.change.new)
    }

    fn take_back(&self) -> io::Result<()> {
        if self.is_new { std::fs::remove_file(self.path) } else { atomic::write(self.path, &self.change.old) }
    }
}

/// The number of other candidates that are shown.
const SHOWN: usize = 3;

/// The profile without the names of children, hats and programs that have none.
fn root(profile: &[u8]) -> &[u8] {
    match memchr::memmem::find(profile, b"//") {
        Some(at) => profile.get(..at).unwrap_or(profile),
        None => profile,
    }
}

/// The file name for a new profile, as the utilities of AppArmor have it: the path with points.
fn file_name(profile: &[u8]) -> String {
    let name = profile.strip_prefix(b"/").unwrap_or(profile);
    let safe = |&byte: &u8| match byte {
        b'/' => '.',
        _ if byte.is_ascii_alphanumeric() || b"._-+".contains(&byte) => char::from(byte),
        _ => '_',
    };
    let name: String = name.iter().map(safe).collect();
    // A file that begins with a point is no profile for the boot scripts.
    name.trim_start_matches('.').to_owned()
}
