//! `armorer new`: drafts the first profile of a program.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::inputs::CommandInput;
use super::target::features;
use super::{Status, eprint_line, print_data, print_error, settle};
use crate::atomic;
use crate::compiler::Compiler;
use crate::diagnostic::Escaped;
use crate::draft::{Draft, Drafter, together};
use crate::resolve::is_skipped;
use crate::source::{Rooted, SourceMap};
use crate::syntax::ProfileName;

/// The kernel that drafts are measured and linted for: the one that mediates most, as `armorer lint` has it.
const KERNEL: &str = "linux-7.2";

#[derive(clap::Args)]
pub(super) struct Args {
    /// Base directory of the tree whose includes, variables and abstractions are used
    #[arg(short, long, value_name = "DIR", default_value = "/etc/apparmor.d")]
    base: PathBuf,

    /// Directory searched for `include <…>` before the base; repeatable
    #[arg(short = 'I', long = "include", value_name = "DIR")]
    include: Vec<PathBuf>,

    /// Root directory, for example of an image, in which programs, libraries and units are searched
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// Draft the profile of a service: a unit file, or the name of a unit
    #[arg(long, value_name = "FILE|NAME", conflicts_with_all = ["oci", "compose", "program"])]
    unit: Option<String>,

    /// Draft the profile of a container from its config.json; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compose", "program"])]
    oci: Option<PathBuf>,

    /// Draft a profile for each service of a compose file; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["program", "name"])]
    compose: Option<PathBuf>,

    /// Allow the program to create user namespaces, without any other confinement
    #[arg(long, conflicts_with_all = ["unit", "oci", "compose"])]
    userns: bool,

    /// Name of the profile [default: the name of the program]
    #[arg(long, value_name = "NAME")]
    name: Option<ProfileName>,

    /// Write the profile to this file
    #[arg(short, long, value_name = "FILE", conflicts_with = "write")]
    output: Option<PathBuf>,

    /// Write each profile to the file of the same name in the base
    #[arg(long)]
    write: bool,

    /// Overwrite existing files, and write a profile even if another one attaches to the program
    #[arg(long)]
    force: bool,

    /// Program: a path, or a name that is searched in the usual directories
    #[arg(value_name = "PROGRAM", required_unless_present_any = ["unit", "oci", "compose"])]
    program: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let compiler = Compiler::new(features(KERNEL)?).base(&args.base);
    let compiler = args.include.iter().fold(compiler, |compiler, directory| compiler.include_dir(directory));
    let mut drafter = Drafter::new(compiler);
    if let Some(root) = &args.root {
        drafter = drafter.root(root);
    }
    if let Some(name) = &args.name {
        drafter = drafter.name(name.clone());
    }
    let drafts = drafts(args, &drafter)?;
    let mut attached = false;
    for draft in &drafts {
        attached |= report(&drafter, draft);
    }
    if args.write {
        if attached && !args.force {
            return Err("nothing is written; --force writes a second profile for the program".into());
        }
        return write_each(args, drafts);
    }
    let text = together(drafts).to_bytes();
    match &args.output {
        Some(path) => write(path, &text, args.force),
        None => print_data(&text),
    }?;
    Ok(Status::Fine)
}

fn drafts(args: &Args, drafter: &Drafter) -> Result<Vec<Draft>, String> {
    let named = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    if let Some(unit) = &args.unit {
        return drafter.unit(unit).map(|draft| vec![draft]).map_err(|error| error.to_string());
    }
    if let Some(path) = &args.oci {
        let draft = drafter.oci(&read(path)?).map_err(|error| named(path, &error))?;
        return Ok(vec![draft]);
    }
    if let Some(path) = &args.compose {
        return drafter.compose(&read(path)?).map_err(|error| named(path, &error));
    }
    let program = args.program.as_deref().unwrap_or(Path::new(""));
    // A path of this machine may be relative to the working directory; a name is looked for.
    let is_relative = program.is_relative() && program.as_os_str().as_bytes().contains(&b'/');
    let program = match is_relative && args.root.is_none() {
        true => std::path::absolute(program).map_err(|error| named(program, &error))?,
        false => program.to_owned(),
    };
    let draft = if args.userns { drafter.userns(program) } else { drafter.program(program) };
    draft.map(|draft| vec![draft]).map_err(|error| error.to_string())
}

/// The text of a regular file, or of standard input.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let text = match CommandInput::of(path) {
        CommandInput::Stdin => CommandInput::Stdin.read(),
        CommandInput::File(path) => {
            std::path::absolute(path).and_then(|path| Rooted::new("/").read(path, SourceMap::MAX_LEN.into()))
        }
    };
    text.map_err(|error| format!("{}: {error}", path.display()))
}

/// Reports on standard error what the draft does not have, and whether other profiles attach to its program.
fn report(drafter: &Drafter, draft: &Draft) -> bool {
    let name = draft.name();
    for left in draft.left_out() {
        let (rule, origin, code, message) = (&left.rule, &left.origin, left.code, &left.message);
        eprint_line(format_args!(
            "note: {name}: left out `{rule}` ({origin}): {message}; see `armorer explain {code}`"
        ));
    }
    for remark in draft.remarks() {
        eprint_line(format_args!("note: {name}: {remark}"));
    }
    let attached = drafter.attached(draft);
    for other in &attached {
        let (profile, file) = (Escaped::line(other.profile.as_bytes()), other.file.display());
        eprint_line(format_args!("warning: the profile `{profile}` in {file} attaches to the program already"));
    }
    !attached.is_empty()
}

fn write_each(args: &Args, drafts: Vec<Draft>) -> Result<Status, String> {
    let mut files = Vec::new();
    for draft in drafts {
        let name = draft.name().to_string().replace('/', ".").replace(' ', "_");
        if is_skipped(&name) {
            return Err(format!("files called `{name}` are no policy: choose a name with --name"));
        }
        files.push((args.base.join(OsStr::new(&name)), draft));
    }
    if !args.force
        && let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok())
    {
        return Err(exists(path));
    }
    let mut status = Status::Fine;
    for (path, draft) in files {
        match write(&path, &draft.file().to_bytes(), args.force) {
            Ok(()) => eprint_line(format_args!("wrote {}", path.display())),
            Err(message) => {
                print_error(message);
                status = Status::Failed;
            }
        }
    }
    Ok(status)
}

fn exists(path: &Path) -> String {
    format!("{}: the file exists; --force replaces it", path.display())
}

fn write(path: &Path, text: &[u8], force: bool) -> Result<(), String> {
    let written = if force { atomic::write(path, text) } else { atomic::create(path, text) };
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => format!("{}: {error}", path.display()),
    })
}
