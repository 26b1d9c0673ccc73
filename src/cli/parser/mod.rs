//! `armorer parser`, and armorer under the name of `apparmor_parser`: the command line of the reference compiler, for the
//! programs that call it.
//!
//! Everything that such programs rely on is kept: options, messages, exit statuses, the layout of the cache, the configuration file. What
//! the reference does wrong is not. Diagnostics are armorer's; the first line of each has the reference's form.
//!
//! | where | what is different, and why |
//! |---|---|
//! | load | the profiles of a file in a namespace are one write to the kernel, all or none; children are where their parents are |
//! | load | what kernels mishandle is refused before it is written, with status 1: names with control characters, with blanks around them, with empty parts, `.`, `..` or too many bytes, children without their parents, names defined twice; the reference writes them, and some keep the kernel from accepting any policy afterwards |
//! | load | a kernel that accepts no policy after somebody else's failed load is recovered, which the reference cannot do |
//! | `-B` | a compressed policy is decompressed and checked; one in a format that cannot be read is refused, as it cannot be checked |
//! | remove | a profile that is not loaded does not keep the others of the file |
//! | jobs | threads, not processes; what inputs say comes in their order, the last failure decides the status; `-j 0` goes on after an error |
//! | cache | `-n` and `-X` go without, as nothing in it says for what namespace or permissions policy was made; abi files count as sources; nothing is kept of sources that change meanwhile, and no temporary file |
//! | names | `-N` expands variables, as the kernel's list has them |
//! | questions | `--version`, `--help`, `--print-config-file`, `--print-prompt-compat` are answered first, once, and are all that is done |
//! | configuration | a missing file is only a warning where it was named, and not with `-q` |
//! | compression | is refused where a kernel takes it and it is asked for; without asking, policy is plain |
//! | `-p` | line ends are not doubled; nothing is printed of a text with errors |
//! | `-d` | of rules, those for files, links, changes of profile and capabilities are printed; the slashes of an attachment are those that count; an `enforce` that is written does not show |
//! | `-D`, `-O` | `-D variables` and `-D expanded-variables` sort by name; other dumps are empty; optimisations have no effect |
//! | `--dfa-cache-loc` | of version 6.0: accepted, and nothing is written; `--show-dfa-cache` says so for each profile |

mod apply;
mod cache;
mod config;
mod debug;
mod dump;
mod emit;
mod features;
mod flags;
mod getopt;
mod help;
mod inputs;
mod jobs;
mod load;
mod options;
mod output;
mod report;
mod run;
mod table;
mod warnings;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use cache::PolicyCache;
use getopt::{CommandLineWord, Items};
use options::{Action, EarlyExit, ParserOptions};
use output::StreamOutput;
use run::ParserRun;
use table::OptionMeaning;
use warnings::WarningClasses;

use crate::features::Features;

/// The arguments shown by `armorer help parser`. The words themselves are taken as the process got them, as clap takes `--` out.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Options and operands of apparmor_parser(8); `-h` lists them
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Runs where the program is called by the reference compiler's name.
pub(super) fn by_name() -> Option<ExitCode> {
    let mut arguments = std::env::args_os();
    let program = arguments.next()?;
    let name = Path::new(&program).file_name()?;
    let meant = name.as_encoded_bytes().ends_with(b"apparmor_parser");
    meant.then(|| run(&program.to_string_lossy(), &arguments.collect::<Vec<_>>()).into())
}

/// Runs as the command `armorer parser`.
pub(super) fn by_command() -> ExitCode {
    let mut arguments = std::env::args_os();
    let program = arguments.next().unwrap_or_default();
    run(&format!("{} parser", program.display()), &arguments.skip(1).collect::<Vec<_>>()).into()
}

/// Runs under a name, which messages begin with, and gives the exit status.
pub(super) fn run(program: &str, arguments: &[OsString]) -> u8 {
    let mut output = StreamOutput::default();
    let status = match prepare(program, arguments, &mut output) {
        Ok((options, operands)) => work(&options, &operands, &mut output),
        Err(stop) => Err(stop),
    };
    let mut status = status.unwrap_or_else(|EarlyExit(status)| status);
    if let Err(error) = output.flush() {
        status = output::unwritten(program, &error);
    }
    status
}

/// Reads the command line and the configuration file.
fn prepare(
    program: &str,
    arguments: &[OsString],
    output: &mut StreamOutput,
) -> Result<(ParserOptions, Vec<OsString>), EarlyExit> {
    let mut options = ParserOptions::new(program.to_owned());
    early(&mut options, arguments, output)?;
    let (warnings, errors) = (options.warnings, options.errors);
    let missing = match std::fs::read(&options.config_file) {
        Ok(text) => {
            config::apply(&text, &mut options, output)?;
            false
        }
        Err(_) => options.config_file_given,
    };
    let mut operands = Vec::new();
    for item in Items::new(arguments) {
        match item {
            Ok(CommandLineWord::Option(given)) => options.apply(&given, output)?,
            Ok(CommandLineWord::Operand(operand)) => operands.push(operand),
            Err(message) => return Err(options.fail(&message, output)),
        }
    }
    if options.actions > 1 {
        return Err(options.fail("Too many actions given on the command line.", output));
    }
    if missing && !options.quiet && warnings.contains(WarningClasses::CONFIG) {
        let text = format!("config file '{}' not found", options.config_file.display());
        if errors.contains(WarningClasses::CONFIG) {
            output.err_line(&format!("Warning converted to Error from stdin (line 1): {text}"));
            return Err(EarlyExit(1));
        }
        output.err_line(&format!("Warning from stdin (line 1): {text}"));
    }
    Ok((options, operands))
}

/// The first look at the command line: which configuration file there is, and questions that no such file is needed for.
fn early(options: &mut ParserOptions, arguments: &[OsString], output: &mut StreamOutput) -> Result<(), EarlyExit> {
    let mut unseen = StreamOutput::default();
    let mut scanned = options.clone();
    let mut question = None;
    for item in Items::new(arguments) {
        // The second look complains.
        let Ok(item) = item else { break };
        let CommandLineWord::Option(given) = item else { continue };
        match given.option {
            OptionMeaning::ConfigFile => {
                scanned.config_file = given.value.unwrap_or_default().into();
                scanned.config_file_given = true;
            }
            OptionMeaning::Warn | OptionMeaning::Werror if scanned.warning_option(&given, &mut unseen).is_err() => {
                break;
            }
            OptionMeaning::Version
            | OptionMeaning::Help
            | OptionMeaning::PrintConfigFile
            | OptionMeaning::PrintPromptCompat
                if question.is_none() =>
            {
                question = Some(given);
            }
            _ => {}
        }
    }
    *options = scanned;
    match question {
        Some(given) => options.apply(&given, output),
        None => Ok(()),
    }
}

/// Everything after the options: features, kernel, cache, inputs.
fn work(options: &ParserOptions, operands: &[OsString], output: &mut StreamOutput) -> Result<u8, EarlyExit> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let jobs = options.jobs.with_memory(jobs::available_memory(&meminfo));
    let (threads, more) = jobs::number(jobs, options.max_jobs, processors);
    if let Some(more) = more {
        let text = format!("{}: Capping number of jobs to {threads}: {more} are asked for", options.program);
        options.warn(WarningClasses::JOBS, &text, output)?;
    }
    if options.debug_jobs {
        output.err_line(&format!("jobs: {threads}"));
    }
    let kernel_features = features::of_kernel(options, output);
    let policy_features = features::of_policy(options, &kernel_features, output)?;
    refuse_compression(options, &kernel_features.features, output)?;
    if options.print_cache_dir {
        cache::print_directories(options, &kernel_features.features, output)?;
        return Ok(0);
    }
    if options.purge_cache {
        cache::purge(options, output)?;
        return Ok(0);
    }
    let kernel = match options.kernel_load {
        true => Some(load::open(options, output)?),
        false => None,
    };
    let cache = match kernel_features.found {
        true => PolicyCache::open(options, &kernel_features.features, output)?,
        false => None,
    };
    if let Action::Ofile(path) = &options.action
        && !is_writable(path)
    {
        return Err(options.fail(&format!("Could not open file {}", path.display()), output));
    }
    // What was said so far stands before what is said about inputs.
    if output.flush().is_err() {
        return Err(EarlyExit(1));
    }
    let run = ParserRun::new(options, &kernel_features.features, policy_features.as_ref(), kernel, cache);
    Ok(run.inputs(&inputs::expand(operands), threads))
}

/// Compressed policy is not written; kernels that take it take plain policy, too, so that only who asks for it is refused.
fn refuse_compression(
    options: &ParserOptions,
    features: &Features,
    output: &mut StreamOutput,
) -> Result<(), EarlyExit> {
    let takes = features.supports("policy/set_load") && features.supports("policy/compressed_load");
    match options.compress_level {
        Some(level) if level > 0 && takes => {
            Err(options.fail("compressed policy is not supported; use --zstd-compress-level=none", output))
        }
        _ => Ok(()),
    }
}

/// Whether a file can be written at that path: before anything is compiled for it.
fn is_writable(path: &Path) -> bool {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => false,
        Ok(_) => std::fs::OpenOptions::new().write(true).open(path).is_ok(),
        Err(_) => directory.is_dir(),
    }
}
