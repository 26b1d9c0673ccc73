//! The resolver as a whole, on texts.

mod blocks;
mod conditionals;
mod errors;
mod headers;
mod includes;
mod laws;
mod rules;
mod variables;

use std::fmt::Write as _;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::features::Features;
use crate::policy::{self, Exec, ExecTarget, LinkTarget, Owner, Policy, Profile, Rule, RuleKind, RuleMode};
use crate::resolve::{ResolveOptions, Session, resolve};
use crate::source::Memory;
use crate::vocab::FilePermissions;

/// The outcome for a text.
struct ResolveOutcome {
    policy: Policy,
    diagnostics: Vec<Diagnostic>,
    session: Session,
}

impl ResolveOutcome {
    /// The codes of what was raised, and the text that each points at.
    fn codes(&self) -> Vec<(Code, String)> {
        let text = |d: &Diagnostic| {
            let source = self.session.sources.get(d.span().source);
            String::from_utf8_lossy(source.slice(d.span())).into_owned()
        };
        self.diagnostics.iter().map(|d| (d.code, text(d))).collect()
    }

    #[track_caller]
    fn only_profile(&self) -> &Profile {
        assert_eq!(self.codes(), [], "{:#?}", self.diagnostics);
        assert_eq!(self.policy.profiles.len(), 1);
        &self.policy.profiles[0]
    }
}

/// Resolves a text with files around it; below `/base` lies the policy, the working directory is `/cwd`, `/inc` is searched
/// first. The policy features are pinned, so that a missing abi is not reported.
fn run_with(files: &[(&str, &str)], text: &str) -> ResolveOutcome {
    let tree = files.iter().fold(Memory::new(), |tree, (path, text)| tree.with(path, *text));
    let session = Session::new(tree);
    let input = session.sources.add("input", text.as_bytes()).unwrap();
    let features = Arc::new(Features::builtin("linux-7.2").unwrap());
    let options = ResolveOptions {
        base: "/base/".into(),
        include_dirs: vec!["/inc".into()],
        working_directory: "/cwd".into(),
        policy: Some(Arc::clone(&features)),
        ..ResolveOptions::new(features)
    };
    let mut diagnostics = Diagnostics::new();
    let policy = resolve(&session, input, &options, &mut diagnostics);
    ResolveOutcome { policy, diagnostics: diagnostics.into_vec(), session }
}

fn run(text: &str) -> ResolveOutcome {
    run_with(&[], text)
}

/// The file and change_profile rules of the only profile, one a string: prefix, path, permissions.
#[track_caller]
fn rules(text: &str) -> Vec<String> {
    run(text).only_profile().rules.iter().filter_map(show).collect()
}

/// The same without the rules that the profile implies, whatever was raised.
fn rules_of(profile: &Profile) -> Vec<String> {
    profile.rules.iter().filter(|rule| rule.span != profile.span).filter_map(show).collect()
}

/// The rules as one, where they differ only in permissions.
fn merged_rules_of(profile: &Profile) -> Vec<String> {
    policy::merged(&profile.rules)
        .iter()
        .filter(|rule| rule.span != profile.span)
        .filter_map(|rule| show(rule))
        .collect()
}

fn show(rule: &Rule) -> Option<String> {
    let mut out = String::new();
    let prefix = rule.prefix;
    if prefix.priority != 0 {
        write!(out, "{} ", prefix.priority).unwrap();
    }
    if prefix.audit {
        out.push_str("audit ");
    }
    out.push_str(match prefix.mode {
        None => "",
        Some(RuleMode::Allow) => "allow ",
        Some(RuleMode::Deny) => "deny ",
        Some(RuleMode::Prompt) => "prompt ",
    });
    out.push_str(match prefix.owner {
        None => "",
        Some(Owner::Owner) => "owner ",
        Some(Owner::Other) => "other ",
    });
    match &rule.kind {
        RuleKind::File(file) => {
            write!(out, "{} ", file.path.value).unwrap();
            let overwrite = file.access & FilePermissions::WRITE == FilePermissions::OVERWRITE;
            let access = if overwrite { file.access | FilePermissions::WRITE } else { file.access };
            for letter in "rwalkm".chars() {
                out.extend(access.letters().map(|(_, one)| one).find(|one| *one == letter));
            }
            out.extend(file.exec.as_ref().map(show_exec));
            if let LinkTarget::Path { target, subset } = &file.link {
                write!(out, " {}-> {}", if *subset { "subset " } else { "" }, target.value).unwrap();
            }
        }
        RuleKind::ChangeProfile(change) => {
            out.push_str("change_profile");
            out.extend(change.exec.iter().map(|exec| format!(" {}", exec.value)));
            out.extend(change.target.iter().map(|target| format!(" -> {}", target.value)));
        }
        _ => return None,
    }
    Some(out)
}

fn show_exec(exec: &Exec) -> String {
    let target = match &exec.target {
        None => String::new(),
        Some(ExecTarget::Named(name)) => format!(" => {}", name.escape_ascii()),
        Some(ExecTarget::ChildByPath) => " => child".into(),
    };
    format!("{}{target}", exec.mode)
}
