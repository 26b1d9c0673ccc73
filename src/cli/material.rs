//! `armorer completions` and `armorer man`: what packages install beside the program, made from the command line itself.

use std::path::PathBuf;

use clap_complete::Shell;

use super::{Status, command, print, settle};
use crate::atomic;

#[derive(clap::Args)]
pub(super) struct CompletionsArgs {
    /// Shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(clap::Args)]
pub(super) struct ManArgs {
    /// Existing directory; the page of a command is written to armorer-COMMAND.1
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

/// Prints the completions of a shell.
pub(super) fn completions(args: &CompletionsArgs) -> Status {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "armorer", &mut text);
    settle(print(&String::from_utf8_lossy(&text)).map(|()| Status::Fine))
}

/// Writes a manual page for the program and for each command.
pub(super) fn man(args: &ManArgs) -> Status {
    settle(write(args))
}

fn write(args: &ManArgs) -> Result<Status, String> {
    let mut root = command();
    root.build();
    let pages = std::iter::once(&root)
        .chain(root.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set()));
    for page in pages {
        let name = match page.get_name() {
            "armorer" => "armorer".to_owned(),
            sub => format!("armorer-{sub}"),
        };
        // clap lives on names that last as long as the program, and there are few of them.
        let manual = clap_mangen::Man::new(page.clone()).title(name.to_uppercase());
        let mut text = Vec::new();
        manual.render(&mut text).map_err(|error| error.to_string())?;
        let path = args.directory.join(format!("{name}.1"));
        atomic::write(&path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(Status::Fine)
}
