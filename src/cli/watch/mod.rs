//! `armorer watch`: the node agent.

mod events;
mod http;
mod isolation;
mod log;
mod memory;
mod metrics;
mod sink;
mod stop;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::kernel::{KernelArgs, compiler, kernel_features};
use super::limits::{default_max_states, size};
use super::target::TargetArgs;
use super::{Status, baseline, settle};
use crate::agent::{Agent, AgentOptions, Names};
use crate::source::Text;

use events::{WatchEvent, WatchEvents};
pub(super) use isolation::COMMAND as WORKER;
pub(super) use isolation::worker::{Args as WorkerArgs, run as work};
use isolation::{Isolated, Setup};
use log::{LogLineFormat, WatchLog};
use metrics::Metrics;
use stop::StopFlag;

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

    /// Make one pass and exit, for init containers
    #[arg(long)]
    once: bool,

    /// Interval in seconds at which changes are looked for, even if the system reports none
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    interval: u64,

    /// Load only profiles whose names begin with PREFIX, and replace them even if another program loaded them; repeatable
    #[arg(long, value_name = "PREFIX")]
    prefix: Vec<String>,

    /// Load the profile NAME as well (without --prefix: only it), and replace it even if another program loaded it; repeatable
    #[arg(long, value_name = "NAME")]
    allow: Vec<String>,

    /// Refuse profiles that attach to programs, because these would confine other processes of the node
    #[arg(long)]
    refuse_attachments: bool,

    /// Refuse profiles that allow anything that the one profile of FILE (text or binary policy) does not; read once, at the start
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Remove profiles that this agent loaded, that no file defines any more, and that no task runs under
    #[arg(long)]
    prune: bool,

    /// File that keeps the names of the loaded profiles over restarts
    #[arg(long, value_name = "FILE", default_value = "/run/armorer/watch.json")]
    state: PathBuf,

    /// Maximum size of a file
    #[arg(long, value_name = "BYTES", default_value_t = AgentOptions::MAX_FILE_SIZE)]
    max_file_size: u64,

    /// Maximum number of files
    #[arg(long, value_name = "N", default_value_t = AgentOptions::MAX_FILES)]
    max_files: usize,

    /// Memory limit of the process that compiles, in bytes or with the suffix `K`, `M` or `G`; a file that needs more is refused [default: 160M,
    /// or less if a control group limits the memory]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_memory: Option<usize>,

    /// Maximum number of states of an automaton before minimisation
    #[arg(long, value_name = "N", default_value_t = default_max_states())]
    max_states: NonZeroUsize,

    /// Maximum time in seconds for compiling a file
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    max_time: u64,

    /// Follow includes and links to any file, not only to those below DIR, the base and the directories of `-I`
    #[arg(long)]
    read_anywhere: bool,

    /// Serve `/metrics` (Prometheus) and `/healthz` over HTTP
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// Format of the log on standard output
    #[arg(long, value_name = "FORM", value_enum, default_value_t = LogLineFormat::Text)]
    log: LogLineFormat,

    /// Directories of profiles, for example mounted ConfigMap volumes
    #[arg(value_name = "DIR", required = true)]
    directories: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let kernel = args.kernel.kernel()?;
    let features = kernel_features(&kernel, &args.target)?;
    let mut options = AgentOptions::new(args.directories.iter().cloned());
    options.names = args.prefix.iter().fold(Names::any(), |names, prefix| names.prefix(prefix));
    options.names = args.allow.iter().fold(options.names, |names, name| names.name(name));
    options.prune = args.prune;
    options.refuse_attachments = args.refuse_attachments;
    let read = |path: &Path| baseline::read(path, &compiler(&args.target, features.clone()));
    options.baseline = args.baseline.as_deref().map(read).transpose()?;
    options.max_file_size = args.max_file_size;
    options.max_files = args.max_files;
    options.state = Some(args.state.clone());
    options.linked = match args.read_anywhere {
        true => vec!["/".into()],
        false => args.target.include.iter().chain([&args.target.base]).cloned().collect(),
    };
    let text = |path: &Path| Text::from(path.as_os_str().as_bytes());
    let setup = Setup {
        base: text(&args.target.base),
        include: args.target.include.iter().map(|directory| text(directory)).collect(),
        roots: options.directories.iter().chain(&options.linked).map(|directory| text(directory)).collect(),
        features: features.to_text().into(),
        are_pinned: args.target.features.is_some(),
        max_states: args.max_states.get(),
        max_memory: args.max_memory.map_or_else(memory::for_compiling, |bytes| bytes as u64),
        max_time: args.max_time,
    };
    // Before threads start: they inherit which signals are left to be waited for.
    let stop = StopFlag::on_signals(if args.once { 1 } else { 0 })?;
    let metrics = Arc::new(Mutex::new(Metrics::new(Duration::from_secs(args.interval))));
    let (goes_on, alive) = (stop.running(), Arc::clone(&metrics));
    let running = move || {
        alive.lock().unwrap_or_else(PoisonError::into_inner).note_alive();
        goes_on()
    };
    let mut agent = Agent::building(kernel, options, Isolated::new(setup)).while_running(running);
    if args.once {
        let report = agent.pass();
        WatchLog::printed(args.log).report(&report)?;
        return Ok(if report.is_good() { Status::Fine } else { Status::Findings });
    }
    watch(args, &mut agent, &stop, &metrics)
}

/// Makes passes until a signal ends the agent. Nothing is removed on the way out: that would leave tasks unconfined.
fn watch(args: &Args, agent: &mut Agent, stop: &StopFlag, metrics: &Arc<Mutex<Metrics>>) -> Result<Status, String> {
    let mut log = WatchLog::queued(args.log);
    let mut events = WatchEvents::new(&args.directories, stop);
    if let Some(address) = args.listen {
        let address = http::serve(address, Arc::clone(metrics)).map_err(|error| format!("{address}: {error}"))?;
        log.note(&format!("serving /metrics and /healthz on http://{address}"))?;
    }
    if !events.is_notified() {
        log.note("the system does not tell of changes here; they are looked for at every interval")?;
    }
    let included: Vec<PathBuf> = args.target.include.iter().chain([&args.target.base]).cloned().collect();
    let interval = Duration::from_secs(args.interval);
    while !stop.is_wanted() {
        let report = agent.pass_if_changed(&included).map(Arc::new);
        // First: who has read of a change finds it in the metrics.
        metrics.lock().unwrap_or_else(PoisonError::into_inner).record(report.as_ref());
        if let Some(report) = &report {
            log.report(report)?;
        }
        if events.wait(interval)? == WatchEvent::Change {
            let began = Instant::now();
            while began.elapsed() < SETTLE_AT_MOST && events.wait(SETTLE)? == WatchEvent::Change {}
        }
    }
    log.note("stopped; what is loaded stays loaded")?;
    log.finish()?;
    Ok(Status::Fine)
}
