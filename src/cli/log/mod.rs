//! `armorer log`: summarises AppArmor events of logs, and suggests rules.

mod filter;
mod follow;
mod ignore;
mod input;
mod interactive;
mod report;
mod suggest;
mod time;
mod unused;

use std::path::PathBuf;

use super::steps::shown;
use super::target::TargetArgs;
use super::{Status, settle};
use crate::log::suggest::SuggestOptions;
use crate::log::{Event, Explainer, Summary, Tree};
use filter::FilterArgs;
use ignore::Ignored;
pub(super) use input::LiveLog;
use input::LogSource;
use report::LogFormat;
use suggest::{SuggestionMode, Suggestions};

/// The maximum number of kinds of events that are told apart.
pub(super) const MOST: usize = 100_000;

/// Exit status: 0 fine, 1 something happened that `--fail-on` names and `--ignore` does not, 2 wrong usage, or something could not be
/// read.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Format of the output
    #[arg(long, value_enum, default_value = "text")]
    format: LogFormat,

    #[command(flatten)]
    filter: FilterArgs,

    /// Keep reading as the log grows
    #[arg(short, long, conflicts_with_all = ["fix", "diff", "interactive"])]
    follow: bool,

    /// Exit with status 1 if there is an event with this verdict: denied (including killed), allowed, audit
    #[arg(long, value_name = "VERDICT", value_delimiter = ',')]
    fail_on: Vec<filter::VerdictFilter>,

    /// Ignore the events listed in this TOML file, with a reason for each
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,

    /// Explain for each event why the tree (`-b`) does not allow it
    #[arg(long, conflicts_with_all = ["follow", "suggest", "fix", "diff", "interactive"])]
    why: bool,

    /// List for each profile of the log the rules that no logged access needed
    #[arg(long, conflicts_with_all = ["follow", "suggest", "fix", "diff", "interactive", "why"])]
    unused: bool,

    /// Suggest rules for denied accesses and accesses permitted only in complain mode
    #[arg(long, value_name = "KIND", num_args = 0..=1, require_equals = true, default_missing_value = "best")]
    suggest: Option<SuggestionMode>,

    #[command(flatten)]
    write: WriteArgs,

    /// Create files for profiles of the log that no file defines
    #[arg(long)]
    create: bool,

    #[command(flatten)]
    target: TargetArgs,

    /// Logs of syslog, the audit daemon, the journal (`journalctl -o json`), `dmesg` or D-Bus daemons; `-` is standard input [default:
    /// standard input, or /dev/kmsg if it is a terminal]
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let filter = args.filter.filter()?;
    let mut ignored = args.ignore.as_deref().map(Ignored::load).transpose()?.unwrap_or_default();
    let mut summary = Summary::new(MOST);
    let mut failures = 0_u64;
    let suggests = args.suggest.is_some() || args.write.fix || args.write.diff || args.write.interactive;
    let at_once = !suggests && !args.why && !args.unused && (args.follow || args.format == LogFormat::JsonLines);
    let sources = LogSource::of(&args.logs)?;
    if args.follow && sources.len() > 1 {
        return Err("only one log can be followed".into());
    }
    for source in sources {
        source.read(args.follow, at_once, |event: Event| {
            if !filter.takes(&event) || ignored.takes(&event) {
                return Ok(());
            }
            failures += u64::from(args.fail_on.iter().any(|wanted| wanted.is(event.verdict)));
            if at_once {
                return report::line(args.format, &event);
            }
            summary.add(event);
            Ok(())
        })?;
    }
    if suggests {
        suggest_rules(args, &summary)?;
    } else if args.unused {
        unused::print(args.format, &args.tree()?, &summary)?;
    } else if !at_once {
        let tree = if args.why { Some(args.tree()?) } else { None };
        let mut reader = tree.as_ref().map(Explainer::new);
        report::print_all(args.format, &summary, reader.as_mut())?;
    }
    ignored.note_unused_entries();
    Ok(if failures == 0 { Status::Fine } else { Status::Findings })
}

impl Args {
    fn tree(&self) -> Result<Tree, String> {
        let base = &self.target.base;
        let compiler = self.target.compiler()?;
        Tree::read(base, compiler).map_err(|error| format!("{}: {error}", shown(base)))
    }
}

fn suggest_rules(args: &Args, summary: &Summary) -> Result<(), String> {
    if args.suggest == Some(SuggestionMode::Exact) && !args.write.fix && !args.write.diff && !args.write.interactive {
        return suggest::print_exact(&suggest::needs(summary));
    }
    args.write.propose(&args.tree()?, summary, args.suggest.is_some(), args.create)
}

/// The treatment of suggested rules.
#[derive(clap::Args)]
pub(super) struct WriteArgs {
    /// Write the suggested rules into the files of the tree
    #[arg(long)]
    fix: bool,

    /// Show what `--fix` would write
    #[arg(long, conflicts_with = "fix")]
    diff: bool,

    /// Choose rules interactively in a terminal, then review and write them
    #[arg(short, long, conflicts_with_all = ["fix", "diff"])]
    interactive: bool,

    /// Write the rules into the file of `local/` that the profile includes
    #[arg(long)]
    local: bool,

    /// Accept suggestions with this finding of the danger family of lint rules: a code, a name or `all`; repeatable
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    accept: Vec<String>,
}

impl WriteArgs {
    /// Whether changes of files are shown, so that suggestions need not be.
    pub(super) fn shows_changes(&self) -> bool {
        self.diff || self.interactive
    }

    /// Suggests rules for events, and shows or writes the changes as it is told. `create`: for profiles, too, that no file has.
    pub(super) fn propose(&self, tree: &Tree, summary: &Summary, prints: bool, create: bool) -> Result<(), String> {
        let needs = suggest::needs(summary);
        let options =
            self.accept.iter().fold(SuggestOptions::default().local(self.local), |options, code| options.accept(code));
        let mut suggestions = Suggestions::of(tree, needs, &options, create)?;
        if self.interactive {
            return interactive::run(tree, &mut suggestions);
        }
        if prints || self.fix {
            suggestions.print()?;
        }
        if !self.fix && !self.diff {
            return Ok(());
        }
        let changes = suggestions.changes(tree)?;
        if self.diff { suggest::print_diff(&changes) } else { suggest::write(&changes) }
    }
}
