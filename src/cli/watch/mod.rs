//! `armorer watch`: the node agent.

mod events;
mod http;
mod log;
mod metrics;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::kernel::{KernelArgs, compiler, kernel_features};
use super::target::TargetArgs;
use super::{Status, settle};
use crate::agent::{Agent, Names, Options};
use crate::compiler::Compiler;

use events::{Event, Events};
use log::{Form, Log};
use metrics::Metrics;

/// After a change, more of them are waited for: editors and copiers write a file in several steps.
const SETTLE: Duration = Duration::from_millis(100);

/// A directory that never comes to rest is read all the same.
const SETTLE_AT_MOST: Duration = Duration::from_secs(1);

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    kernel: KernelArgs,

    /// Make one pass and end: for init containers
    #[arg(long)]
    once: bool,

    /// Look for changes also every so many seconds, whatever the system says of changes
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    interval: u64,

    /// Load only profiles whose names begin like this, and replace those whoever loaded them; repeatable
    #[arg(long, value_name = "PREFIX")]
    prefix: Vec<String>,

    /// Load also, or only, profiles of this name, and replace them whoever loaded them; repeatable
    #[arg(long, value_name = "NAME")]
    allow: Vec<String>,

    /// Refuse profiles that attach to programs: those would confine processes of the node that asked for nothing
    #[arg(long)]
    refuse_attachments: bool,

    /// Remove profiles that it loaded, no file defines any more, and no task runs under
    #[arg(long)]
    prune: bool,

    /// Where the names of the loaded profiles are kept over restarts
    #[arg(long, value_name = "FILE", default_value = "/run/armorer/watch.json")]
    state: PathBuf,

    /// The largest file that is read
    #[arg(long, value_name = "BYTES", default_value_t = Options::MAX_FILE_SIZE)]
    max_file_size: u64,

    /// How many files are read
    #[arg(long, value_name = "N", default_value_t = Options::MAX_FILES)]
    max_files: usize,

    /// Serve `/metrics` (Prometheus) and `/healthz` over HTTP
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// Form of the log, on standard output
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Text)]
    log: Form,

    /// Directories of profiles, such as mounted ConfigMap volumes
    #[arg(value_name = "DIR", required = true)]
    directories: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let kernel = args.kernel.kernel()?;
    let features = kernel_features(&kernel, &args.target)?;
    let mut options = Options::new(args.directories.iter().cloned());
    options.names = args.prefix.iter().fold(Names::any(), |names, prefix| names.prefix(prefix));
    options.names = args.allow.iter().fold(options.names, |names, name| names.name(name));
    options.prune = args.prune;
    options.refuse_attachments = args.refuse_attachments;
    options.max_file_size = args.max_file_size;
    options.max_files = args.max_files;
    options.state = Some(args.state.clone());
    // Before threads start: they inherit which signals are left to be read.
    let events = if args.once { None } else { Some(Events::new(&args.directories)?) };
    let target = args.target.clone();
    let mut agent = Agent::new(kernel, options, move || compiler(&target, features.clone()));
    let mut log = Log::new(args.log);
    match events {
        None => {
            let report = agent.pass();
            log.report(&report)?;
            Ok(if report.is_good() { Status::Fine } else { Status::Findings })
        }
        Some(events) => watch(args, &mut agent, events, &mut log),
    }
}

/// Passes until a signal says that it is enough. Nothing is removed on the way out: that would leave tasks unconfined.
fn watch<C: Fn() -> Compiler>(
    args: &Args,
    agent: &mut Agent<C>,
    mut events: Events,
    log: &mut Log,
) -> Result<Status, String> {
    let metrics = Arc::new(Mutex::new(Metrics::new(Duration::from_secs(args.interval))));
    if let Some(address) = args.listen {
        let address = http::serve(address, Arc::clone(&metrics)).map_err(|error| format!("{address}: {error}"))?;
        log.note(&format!("serving /metrics and /healthz on http://{address}"))?;
    }
    if !events.is_notified() {
        log.note("the system does not tell of changes here; they are looked for at every interval")?;
    }
    let included: Vec<PathBuf> = args.target.include.iter().chain([&args.target.base]).cloned().collect();
    let interval = Duration::from_secs(args.interval);
    loop {
        let report = agent.pass_if_changed(&included);
        {
            // Held while the log is written: who has read of a change finds it in the metrics.
            let mut metrics = metrics.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(report) = &report {
                log.report(report)?;
            }
            metrics.record(report);
        }
        match events.wait(interval)? {
            Event::Stop => {
                log.note("stopped; what is loaded stays loaded")?;
                return Ok(Status::Fine);
            }
            Event::Nothing => {}
            Event::Change => {
                let began = Instant::now();
                while began.elapsed() < SETTLE_AT_MOST {
                    match events.wait(SETTLE)? {
                        Event::Stop => return Ok(Status::Fine),
                        Event::Nothing => break,
                        Event::Change => {}
                    }
                }
            }
        }
    }
}
