//! `armorer graph`: the ways from one profile of a tree to another.

mod details;
mod html;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::target::TargetArgs;
use super::{Status, print, print_json, print_styled, search, settle};
use crate::analysis::graph::{EdgeClass, Graph};
use crate::vocab::nearest;

/// Without --from and --to, the exit status is 0, also if --escapes finds something. With them it is 0 if there is a way, and 1 if there
/// is none. It is 2 after wrong usage, or if a part of the tree could not be read or compiled.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    /// Format of the output
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: GraphFormat,

    /// Classes of edges; repeatable [default: all; for ways exec, hat, change_profile and ptrace]
    #[arg(long, value_enum, value_name = "CLASS")]
    class: Vec<EdgeClassArg>,

    /// Profile that ways begin at, or `unconfined`: print the shortest ways to --to
    #[arg(long, value_name = "NAME", requires = "to")]
    from: Option<String>,

    /// Profile that ways lead to, or `unconfined`
    #[arg(long, value_name = "NAME", requires = "from")]
    to: Option<String>,

    /// Look for escapes that no single edge shows: a profile writes what a less confined one executes, maps or reads as configuration, traces or signals its tasks, or writes policy or its own attributes
    #[arg(long, conflicts_with = "from")]
    escapes: bool,

    /// A directory of profiles, the text of profiles or a binary policy; `-` is standard input [default: the base]
    #[arg(value_name = "TREE")]
    tree: Option<PathBuf>,
}

impl Args {
    fn tree(&self) -> &Path {
        self.tree.as_deref().unwrap_or(&self.target.base)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum GraphFormat {
    /// A summary, or the ways
    Text,
    /// Nodes, edges and rules, or the ways
    Json,
    /// The language of Graphviz
    Dot,
    /// The language of Mermaid
    Mermaid,
    /// A page for browsers, in one file
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum EdgeClassArg {
    Exec,
    Hat,
    #[value(name = "change_profile")]
    ChangeProfile,
    Ptrace,
    Signal,
    Dbus,
    Unix,
}

impl EdgeClassArg {
    fn class(self) -> EdgeClass {
        match self {
            EdgeClassArg::Exec => EdgeClass::Exec,
            EdgeClassArg::Hat => EdgeClass::Hat,
            EdgeClassArg::ChangeProfile => EdgeClass::ChangeProfile,
            EdgeClassArg::Ptrace => EdgeClass::Ptrace,
            EdgeClassArg::Signal => EdgeClass::Signal,
            EdgeClassArg::Dbus => EdgeClass::Dbus,
            EdgeClassArg::Unix => EdgeClass::Unix,
        }
    }
}

/// The data of the page.
#[derive(Serialize)]
struct GraphPage<'a> {
    #[serde(flatten)]
    graph: &'a Graph,
    /// For each node.
    details: Vec<Option<details::ProfileDetails>>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let (subject, complete) = search::read(args.tree(), args.target.compiler()?)?;
    let mut graph = Graph::of(&subject).map_err(|error| error.to_string())?;
    let classes: Vec<EdgeClass> = args.class.iter().map(|class| class.class()).collect();
    let found = match (&args.from, &args.to) {
        (Some(from), Some(to)) => ways(args.format, &graph, [from, to], &classes)?,
        _ => {
            // The page shows them with each profile.
            if args.escapes || args.format == GraphFormat::Html {
                graph.find_escapes(&subject).map_err(|error| error.to_string())?;
            }
            if !classes.is_empty() {
                graph.retain(&classes);
            }
            match args.format {
                GraphFormat::Text if args.escapes => print(&graph.escapes_text()),
                GraphFormat::Text => print(&graph.summary()),
                GraphFormat::Json => print_json(&graph),
                GraphFormat::Dot => print(&graph.to_dot()),
                GraphFormat::Mermaid => print(&graph.to_mermaid()),
                GraphFormat::Html => {
                    print_styled(&html::page(&GraphPage { graph: &graph, details: details::of(args, &graph)? })?)
                }
            }?;
            true
        }
    };
    Ok(match found {
        _ if !complete => Status::Failed,
        true => Status::Fine,
        false => Status::Findings,
    })
}

/// Prints the shortest ways, and returns whether there is one.
fn ways(format: GraphFormat, graph: &Graph, names: [&String; 2], classes: &[EdgeClass]) -> Result<bool, String> {
    let find = |name: &String| {
        graph.find(name).ok_or_else(|| {
            let names = graph.nodes.iter().map(|node| &*node.name);
            match nearest(name.as_bytes(), names) {
                Some(meant) => format!("there is no profile `{name}`; is it `{meant}`?"),
                None => format!("there is no profile `{name}`"),
            }
        })
    };
    let [from, to] = names;
    let ends = (find(from)?, find(to)?);
    let ways = graph.ways(ends.0, ends.1, if classes.is_empty() { &EdgeClass::BECOMES } else { classes });
    match (format, &ways) {
        (GraphFormat::Text, Some(ways)) => print(&ways.to_string()),
        (GraphFormat::Text, None) => print(&format!("there is no way from {from} to {to}\n")),
        (GraphFormat::Json, ways) => print_json(ways),
        (GraphFormat::Dot | GraphFormat::Mermaid | GraphFormat::Html, _) => {
            Err("ways are printed as text or JSON".to_owned())
        }
    }?;
    Ok(ways.is_some())
}
