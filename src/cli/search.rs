//! `armorer search`: which profiles of a tree allow an access?

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::form::FormArgs;
use super::inputs::{self, CommandInput};
use super::target::TargetArgs;
use super::{Status, policy, print, print_json, query, settle};
use crate::analysis::access::Question;
use crate::analysis::search::{AnswerFilter, ProfileAnswer, ProfilesByRule, SearchResult, search};
use crate::analysis::{Subject, is_blob};
use crate::compiler::Compiler;
use crate::diagnostic::Escaped;
use crate::parallel;

/// Exit status: 0 a profile does what is asked for (allows it, or what --show names), 1 none does, 2 wrong usage, or something could
/// not be read or compiled. What a profile in complain mode only logs counts as not allowed.
#[derive(clap::Args)]
#[command(after_help = format!("{PATTERNS}\n\n{}", query::ACCESSES))]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    /// Profiles to list
    #[arg(long, value_enum, value_name = "ANSWER", default_value = "allowed")]
    show: AnswerKind,

    /// Maximum number of names printed for each rule
    #[arg(long, value_name = "N", default_value = "8")]
    max: usize,

    #[command(flatten)]
    form: FormArgs,

    /// A directory of profiles, the text of profiles or a binary policy; `-` is standard input
    #[arg(value_name = "TREE")]
    tree: PathBuf,

    /// Access in the words of the profile language; write options before it
    #[arg(value_name = "CLASS ARGS", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    access: Vec<OsString>,
}

const PATTERNS: &str = "\
Paths, names and labels may be patterns of the profile language, without
variables: a profile then allows what is asked if it allows all of the
permissions on one string of the pattern. In the place of a signal, `*` is any.
  file '/etc/**' w                           who writes anything below /etc
  file '/**' wx                              who may execute a file that it may write
  signal send '*' peer=sshd                  who may send any signal to the profile sshd";

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum AnswerKind {
    /// Profiles that allow it
    Allowed,
    /// Profiles that allow it and write a record
    Audited,
    /// Profiles that do not allow it
    Denied,
    /// Profiles that deny it by a rule and write no record
    Quiet,
    /// Profiles that let user space decide
    Prompt,
}

impl AnswerKind {
    fn selection(self) -> AnswerFilter {
        match self {
            AnswerKind::Allowed => AnswerFilter::Allowed,
            AnswerKind::Audited => AnswerFilter::Audited,
            AnswerKind::Denied => AnswerFilter::Denied,
            AnswerKind::Quiet => AnswerFilter::Quiet,
            AnswerKind::Prompt => AnswerFilter::Prompt,
        }
    }
}

/// The answers in JSON.
#[derive(Serialize)]
struct SearchDocument<'a> {
    question: &'a Question,
    /// The number of profiles that were asked.
    profiles: usize,
    groups: Vec<ProfilesByRule<'a>>,
    found: Vec<&'a ProfileAnswer>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let words: Vec<&[u8]> = args.access.iter().map(|word| word.as_encoded_bytes()).collect();
    let question = Question::parse(&words).map_err(|error| error.to_string())?;
    let (subject, complete) = read(&args.tree, args.target.compiler()?)?;
    let search = search(&subject, &question).map_err(|error| error.to_string())?;
    report(args, &search)?;
    Ok(match search.select(args.show.selection()).next() {
        _ if !complete => Status::Failed,
        Some(_) => Status::Fine,
        None => Status::Findings,
    })
}

/// The profiles of a tree, and whether they are all of them: the errors of the others have been shown.
pub(super) fn read(path: &Path, compiler: Compiler) -> Result<(Subject, bool), String> {
    let inputs = inputs::expand(&[path.to_owned()])?;
    // A tree has its own includes.
    let compiler = if path.is_dir() { compiler.include_dir(path) } else { compiler };
    let read = |input: &CommandInput| -> Result<Option<Subject>, String> {
        let bytes = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
        let subject = if is_blob(&bytes) {
            Subject::from_blob(&bytes)
        } else {
            let Some(compiled) = policy::compile(&compiler, input, bytes)? else { return Ok(None) };
            Subject::from_compiled(compiled)
        };
        subject.map(Some).map_err(|error| format!("{}: {error}", input.shown()))
    };
    let mut all: Option<Subject> = None;
    let mut complete = true;
    for subject in parallel::map(&inputs, read) {
        match (subject?, &mut all) {
            (None, _) => complete = false,
            (Some(subject), Some(all)) => all.append(subject),
            (Some(subject), all) => *all = Some(subject),
        }
    }
    let none = || format!("{}: no profiles", Escaped::line(path.as_os_str().as_encoded_bytes()));
    all.map(|all| (all, complete)).ok_or_else(none)
}

fn report(args: &Args, search: &SearchResult) -> Result<(), String> {
    let selection = args.show.selection();
    if !args.form.is_json() {
        return print(&search.to_text(selection, args.max));
    }
    print_json(&SearchDocument {
        question: &search.question,
        profiles: search.profiles.len(),
        groups: search.groups(selection),
        found: search.select(selection).collect(),
    })
}
