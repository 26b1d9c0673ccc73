//! The command line: each command is a clap `Args` with a function `run`, in a file or folder of its name.
//!
//! This file lists the commands. Shared parts are in files of their own, such as `inputs.rs` (the texts that a command reads), `render.rs`
//! (diagnostics on a terminal) and `output.rs` (standard output and error). `parser` is the command line of apparmor_parser.
//!
//! Exit status: 0 fine, 1 the profiles have errors (or would change, differ, deny what is asked, or fail a test), 2 usage or input/output errors.

mod ast;
mod baseline;
mod cache;
mod check;
mod compat;
mod compile;
mod diff;
mod digest;
mod dump;
mod exec;
mod explain;
mod features;
mod fmt;
mod form;
mod github;
mod graph;
mod help;
mod html;
mod image;
mod inputs;
mod kernel;
#[cfg(target_os = "linux")]
mod learn;
mod levels;
mod limits;
#[cfg(unix)]
mod links;
mod lint;
mod load;
mod log;
mod lsp;
mod material;
#[cfg(unix)]
mod mode;
#[cfg(target_os = "linux")]
mod new;
mod outcome;
mod output;
#[cfg(unix)]
mod parser;
mod policy;
mod query;
mod quoting;
mod remove;
mod render;
mod sarif;
mod search;
mod status;
mod steps;
mod target;
mod test;
mod timings;
mod unified;
#[cfg(target_os = "linux")]
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::diagnostic::Escaped;
use crate::kernel::Operation;
use output::{eprint_line, eprint_styled, json, print, print_data, print_error, print_json, print_styled};
use render::Color;

/// Checks, formats, lints and compiles AppArmor profiles, and loads them into the Linux kernel
#[derive(Parser)]
#[command(name = "armorer", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    #[arg(long, alias = "colour", global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto, hide_possible_values = true, help = "When to use colours: auto (at a terminal, unless NO_COLOR is set), always or never")]
    color: Color,
}

/// Returns the model of the command line, with groups of commands and examples.
#[must_use]
pub fn command() -> clap::Command {
    help::complete(Cli::command())
}

#[derive(Subcommand)]
enum Command {
    /// Parse, resolve and validate profiles
    Check(check::Args),
    /// Format profiles
    Fmt(fmt::Args),
    /// Lint profiles and Kubernetes manifests
    Lint(lint::Args),
    /// Run the language server for editors on standard input and output
    Lsp(lsp::Args),
    /// Explain a lint rule or diagnostic
    Explain(explain::Args),
    /// Compile profiles to binary policy
    Compile(compile::Args),
    /// Compile a tree of profiles into the boot cache of another machine
    Image(image::Args),
    /// Print the syntax tree of a file as JSON
    Ast(ast::Args),
    /// Print a feature set
    Features(features::Args),
    /// Compare the meaning of two policies
    Diff(diff::Args),
    /// Compare what profiles enforce on two kernels
    Compat(compat::Args),
    /// Print the contents of a binary policy
    Dump(dump::Args),
    /// Show whether a policy allows an access, and which rules decide it
    Query(query::Args),
    /// Find the profiles of a tree that allow an access
    Search(search::Args),
    /// Show what leads from one profile of a tree to another
    Graph(graph::Args),
    /// Summarise AppArmor events of logs, and suggest rules
    Log(log::Args),
    /// Run a command under a profile in complain mode, and suggest missing rules
    #[cfg(target_os = "linux")]
    Learn(learn::Args),
    /// Run policy tests
    Test(test::Args),
    /// Draft a first profile for a program, unit or container
    #[cfg(target_os = "linux")]
    New(new::Args),
    /// Load new profiles into the kernel; fails if one is already loaded
    Load(load::Args),
    /// Load profiles into the kernel, replacing loaded ones of the same name
    Replace(load::Args),
    /// Remove profiles from the kernel
    Remove(remove::Args),
    /// Set the mode of profiles in their files
    #[cfg(unix)]
    Mode(mode::Args),
    /// Show the loaded profiles, their tasks, and differences from the files
    Status(status::Args),
    /// Run a program under a loaded profile
    Exec(exec::Args),
    /// Run the node agent, which keeps the profiles in directories loaded
    #[cfg(target_os = "linux")]
    Watch(watch::Args),
    /// Compile profiles for `watch`, which starts this command
    #[cfg(target_os = "linux")]
    #[command(name = watch::WORKER, hide = true)]
    WatchWorker(watch::WorkerArgs),
    /// Drop-in replacement for apparmor_parser (also when called by that name)
    #[cfg(unix)]
    #[command(disable_help_flag = true)]
    Parser(parser::Args),
    /// Print shell completions
    Completions(material::CompletionsArgs),
    /// Write manual pages
    Man(material::ManArgs),
}

/// A command of [`Cli`] that runs for one file after another. Building the options of all commands takes longer than parsing those of
/// one, and a tenth of the time of compiling a small profile.
#[derive(Parser)]
struct FrequentCommand<A: clap::Args> {
    #[command(flatten)]
    arguments: A,

    #[arg(long, alias = "colour", value_enum, default_value_t = Color::Auto)]
    color: Color,
}

impl<A: clap::Args> FrequentCommand<A> {
    /// The arguments of the process behind its first one, if they are valid. Otherwise [`Cli`] prints the help or the error.
    fn read(command: impl FnOnce(A) -> Command) -> Option<Cli> {
        let Self { arguments, color } = Self::try_parse_from(std::env::args_os().skip(1)).ok()?;
        Some(Cli { command: command(arguments), color })
    }
}

/// The arguments of the process if they begin with one of these commands.
fn frequent() -> Option<Cli> {
    match std::env::args_os().nth(1)?.to_str()? {
        "check" => FrequentCommand::read(Command::Check),
        "fmt" => FrequentCommand::read(Command::Fmt),
        "compile" => FrequentCommand::read(Command::Compile),
        _ => None,
    }
}

/// The outcome of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    /// Everything is fine.
    Fine,
    /// Profiles have errors, would change, differ, deny what is asked, or fail a test.
    Findings,
    /// Something could not be read or written.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(match status {
            Status::Fine => 0,
            Status::Findings => 1,
            Status::Failed => 2,
        })
    }
}

/// Runs the command line on the process's arguments and returns its exit status.
#[must_use]
pub fn main() -> ExitCode {
    #[cfg(unix)]
    if let Some(status) = parser::by_name().or_else(mode::by_name) {
        return status;
    }
    let arguments = frequent().unwrap_or_else(arguments);
    render::choose(arguments.color);
    match arguments.command {
        Command::Check(args) => check::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Lsp(args) => lsp::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Compile(args) => compile::run(&args),
        Command::Image(args) => image::run(&args),
        Command::Ast(args) => ast::run(&args),
        Command::Features(args) => features::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Compat(args) => compat::run(&args),
        Command::Dump(args) => dump::run(&args),
        Command::Query(args) => query::run(&args),
        Command::Search(args) => search::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::Log(args) => log::run(&args),
        #[cfg(target_os = "linux")]
        Command::Learn(args) => learn::run(&args),
        Command::Test(args) => test::run(&args),
        #[cfg(target_os = "linux")]
        Command::New(args) => new::run(&args),
        Command::Load(args) => load::run(&args, Operation::Load),
        Command::Replace(args) => load::run(&args, Operation::Replace),
        Command::Remove(args) => remove::run(&args),
        #[cfg(unix)]
        Command::Mode(args) => mode::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Exec(args) => exec::run(&args),
        #[cfg(target_os = "linux")]
        Command::Watch(args) => watch::run(&args),
        #[cfg(target_os = "linux")]
        Command::WatchWorker(args) => watch::work(&args),
        #[cfg(unix)]
        Command::Parser(_) => return parser::by_command(),
        Command::Completions(args) => material::completions(&args),
        Command::Man(args) => material::man(&args),
    }
    .into()
}

/// The arguments of the process. Where they are wrong, the process ends with a message that quotes them.
fn arguments() -> Cli {
    let matches = command().try_get_matches();
    matches.and_then(|matches| Cli::from_arg_matches(&matches)).unwrap_or_else(|error| refuse(&error))
}

/// Ends the process with clap's message about its arguments.
fn refuse(error: &clap::Error) -> ! {
    let message = error.render().to_string();
    let escaped = Escaped::text(&message).to_string();
    if escaped != message {
        eprint_styled(&escaped);
        std::process::exit(error.exit_code());
    }
    error.exit()
}

/// The status of a command that something may have kept from its work; the reason is printed to standard error.
fn settle(result: Result<Status, String>) -> Status {
    result.unwrap_or_else(|message| {
        print_error(message);
        Status::Failed
    })
}
