//! The command line: clap commands, one file each.
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
mod github;
mod graph;
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

use clap::{Parser, Subcommand};

use crate::diagnostic::Escaped;
use crate::kernel::Operation;
use output::{complain, eprint_line, eprint_styled, json, print, print_data, print_json, print_styled};

/// Compiles AppArmor profiles: checks, formats, and emits the binary policy that the Linux kernel loads.
#[derive(Parser)]
#[command(name = "armorer", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Parse, resolve and validate profiles
    Check(check::Args),
    /// Rewrite profiles in canonical form
    Fmt(fmt::Args),
    /// Advise on profiles and manifests
    Lint(lint::Args),
    /// Serve an editor: the language server on standard input and output
    Lsp(lsp::Args),
    /// Print the page of a lint rule or diagnostic
    Explain(explain::Args),
    /// Compile profiles to binary policy
    Compile(compile::Args),
    /// Compile a tree for another machine, into the cache that its boot scripts look in
    Image(image::Args),
    /// Print the syntax tree of a file as JSON
    Ast(ast::Args),
    /// Print a features set
    Features(features::Args),
    /// Compare what two policies mean
    Diff(diff::Args),
    /// Show what profiles gain, lose or no longer enforce on another kernel
    Compat(compat::Args),
    /// Print everything in a binary policy
    Dump(dump::Args),
    /// Ask what a policy says about an access
    Query(query::Args),
    /// Find the profiles of a tree that allow an access
    Search(search::Args),
    /// Show what leads from one profile of a tree to another
    Graph(graph::Args),
    /// Show what programs were denied, from any log
    Log(log::Args),
    /// Run a command under a profile in complain mode, and suggest what the profile lacks
    #[cfg(target_os = "linux")]
    Learn(learn::Args),
    /// Run tests of policy
    Test(test::Args),
    /// Draft a first profile for a program, a unit or a container
    #[cfg(target_os = "linux")]
    New(new::Args),
    /// Load profiles into the kernel, which must not have them
    Load(load::Args),
    /// Load profiles into the kernel, in place of those that have their names
    Replace(load::Args),
    /// Remove profiles from the kernel
    Remove(remove::Args),
    /// Set the mode of profiles in their files, without changing anything else
    #[cfg(unix)]
    Mode(mode::Args),
    /// Show what is loaded, who runs under it, and whether it is what the files say
    Status(status::Args),
    /// Run a program under a loaded profile
    Exec(exec::Args),
    /// Keep the profiles of directories loaded: the node agent
    #[cfg(target_os = "linux")]
    Watch(watch::Args),
    /// Compile for `watch`, which starts it
    #[cfg(target_os = "linux")]
    #[command(name = watch::WORKER, hide = true)]
    WatchWorker(watch::WorkerArgs),
    /// Do what apparmor_parser does, with its options; also under its name
    #[cfg(unix)]
    #[command(disable_help_flag = true)]
    Parser(parser::Args),
    /// Print completions for a shell
    Completions(material::CompletionsArgs),
    /// Write manual pages
    Man(material::ManArgs),
}

/// How a command ended.
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
    match arguments().command {
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
    Cli::try_parse().unwrap_or_else(|error| refuse(&error))
}

/// Ends the process with what clap says about its arguments.
fn refuse(error: &clap::Error) -> ! {
    let message = error.render().to_string();
    let escaped = Escaped::text(&message).to_string();
    if escaped != message {
        eprint_styled(&escaped);
        std::process::exit(error.exit_code());
    }
    error.exit()
}

/// The status of a command that something may have kept from its work; what it was is said on standard error.
fn settle(result: Result<Status, String>) -> Status {
    result.unwrap_or_else(|message| {
        complain(message);
        Status::Failed
    })
}
