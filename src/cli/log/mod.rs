//! `armorer log`: what programs were denied.

mod filter;
mod follow;
mod ignore;
mod input;
mod report;
mod time;

use std::path::PathBuf;

use super::{Status, settle};
use crate::log::{Event, Summary};
use filter::FilterArgs;
use ignore::Ignored;
use input::Source;
use report::Format;

/// No more kinds of events are told apart.
const MOST: usize = 100_000;

/// Exit status: 0 fine, 1 something happened that `--fail-on` names and `--ignore` does not, 2 wrong usage, or something could not be
/// read.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Format of the output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,

    #[command(flatten)]
    filter: FilterArgs,

    /// Go on reading what is added to the log
    #[arg(short, long)]
    follow: bool,

    /// Exit with status 1 if there is such an event: denied (killed, too), allowed, audit
    #[arg(long, value_name = "VERDICT", value_delimiter = ',')]
    fail_on: Vec<filter::Wanted>,

    /// Leave out the events that a file (TOML) names, with a reason for each
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,

    /// Logs: of syslog, the audit daemon, the journal (`journalctl -o json`), `dmesg`, D-Bus daemons; `-` is standard input [default:
    /// standard input, at a terminal /dev/kmsg]
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
    let at_once = args.follow || args.format == Format::JsonLines;
    let sources = Source::of(&args.logs)?;
    if args.follow && sources.len() > 1 {
        return Err("one log can be followed, not several".into());
    }
    for source in sources {
        source.read(args.follow, |event: Event| {
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
    if !at_once {
        report::print_all(args.format, &summary)?;
    }
    ignored.complain_of_idle();
    Ok(if failures == 0 { Status::Fine } else { Status::Findings })
}
