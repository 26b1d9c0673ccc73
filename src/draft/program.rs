//! Facts about a program from its file: an ELF file or a script.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::elf;
use super::facts::{FileFact, PathExtent, ProgramFacts, READ, map_read, quoted, shown};
use super::libraries;
use super::{DraftError, abstractions};
use crate::source::{FileKind, Rooted, RootedFile};
use crate::vocab::ExecMode;

/// The directories in which programs are looked for, in order.
pub(super) const SEARCH_PATH: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The most interpreters that follow each other; the kernel takes as many.
const MAX_INTERPRETERS: usize = 5;

/// The bytes of a script's first line that the kernel looks at.
const FIRST_LINE: u64 = 256;

/// The way in which the kernel starts a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ProgramStart {
    /// The profile attaches to it, or its program is told to the kernel beside it.
    Program,
    /// A script names it.
    Interpreter,
    /// A program of the profile executes it.
    Executed,
}

/// The file of a program: a path, or a name that is looked for in the usual directories.
pub(super) fn find(root: &Rooted, program: &[u8]) -> Result<RootedFile, DraftError> {
    let shown = || shown(program);
    let candidates: Vec<PathBuf> = match program.contains(&b'/') {
        true => vec![PathBuf::from(OsStr::from_bytes(program))],
        false => SEARCH_PATH.iter().map(|directory| Path::new(directory).join(OsStr::from_bytes(program))).collect(),
    };
    let mut failure = None;
    for candidate in &candidates {
        match root.resolve(candidate) {
            Ok(place) if place.kind == FileKind::File => return Ok(place),
            Ok(_) => failure = Some("not a regular file".to_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => failure = Some(error.to_string()),
        }
    }
    Err(match failure {
        Some(reason) => DraftError::Read { path: shown(), reason },
        None if candidates.len() > 1 => DraftError::NotFound { program: shown() },
        None => DraftError::Read { path: shown(), reason: "no such file".into() },
    })
}

/// Adds the facts of the program that the profile is for.
pub(super) fn add(facts: &mut ProgramFacts, root: &Rooted, place: &RootedFile) -> Result<(), DraftError> {
    read(facts, root, place, ProgramStart::Program, MAX_INTERPRETERS)
}

fn read(
    facts: &mut ProgramFacts,
    root: &Rooted,
    place: &RootedFile,
    start: ProgramStart,
    depth: usize,
) -> Result<(), DraftError> {
    let path = place.path.as_os_str().as_bytes();
    let failed = |reason: String| DraftError::Read { path: shown(path), reason };
    let file = place.open().map_err(|error| failed(error.to_string()))?;
    let mut line = Vec::new();
    (&file).take(FIRST_LINE).read_to_end(&mut line).map_err(|error| failed(error.to_string()))?;
    let origin = match start {
        ProgramStart::Program => format!("{}, the program", shown(path)),
        ProgramStart::Interpreter => format!("{}, the interpreter", shown(path)),
        ProgramStart::Executed => format!("{}, which env executes", shown(path)),
    };
    let executed = |permissions| FileFact {
        exec: (start == ProgramStart::Executed).then_some(ExecMode::INHERIT),
        ..FileFact::essential(path, permissions)
    };
    let Some((interpreter, argument)) = interpreter(&line) else {
        let elf = elf::read(&file, start == ProgramStart::Program).map_err(|error| failed(error.to_string()))?;
        facts.file(origin, executed(map_read()));
        add_elf(facts, root, &place.path, &elf, start);
        return Ok(());
    };
    facts.file(origin, executed(READ));
    let Some(depth) = depth.checked_sub(1) else {
        return Err(failed("more interpreters than the kernel takes".into()));
    };
    let next = PathBuf::from(OsStr::from_bytes(interpreter));
    let next = if next.is_absolute() {
        find(root, interpreter)
    } else {
        Err(failed(format!("its interpreter {} is not an absolute path", quoted(interpreter))))
    }?;
    read(facts, root, &next, ProgramStart::Interpreter, depth)?;
    if next.path.file_name() == Some(OsStr::new("env")) || interpreter.ends_with(b"/env") {
        match argument.and_then(command_of_env) {
            Some(command) => match find(root, command) {
                Ok(command) => read(facts, root, &command, ProgramStart::Executed, depth)?,
                Err(_) => facts.remark(format!("{}, the interpreter of the script, was not found", quoted(command))),
            },
            None => facts.remark("the script does not name the interpreter that env executes".to_owned()),
        }
    }
    Ok(())
}

/// The interpreter and the argument of a script's first line.
pub(super) fn interpreter(line: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let line = line.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let line = line.trim_ascii();
    let end = line.iter().position(blank).unwrap_or(line.len());
    let (interpreter, rest) = line.split_at_checked(end)?;
    let rest = rest.trim_ascii();
    (!interpreter.is_empty()).then_some((interpreter, (!rest.is_empty()).then_some(rest)))
}

/// The command in the argument of `env`: after options and assignments.
pub(super) fn command_of_env(argument: &[u8]) -> Option<&[u8]> {
    let mut words = argument.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.find(|word| !word.starts_with(b"-") && !word.contains(&b'='))
}

/// Returns the number of bytes by which the name of a library's file is longer than the name that is asked for, where that is the
/// beginning of it: `libz.so.1.3` and `libz.so.1`.
fn version_after(path: &Path, name: &[u8]) -> Option<usize> {
    let rest = path.file_name()?.as_bytes().strip_prefix(name)?;
    rest.starts_with(b".").then_some(rest.len())
}

fn add_elf(facts: &mut ProgramFacts, root: &Rooted, path: &Path, elf: &elf::Elf, start: ProgramStart) {
    let program = shown(path.as_os_str().as_bytes());
    if let Some(linker) = elf.interpreter.as_deref().filter(|linker| !linker.is_empty()) {
        match find(root, linker) {
            Ok(place) => facts.file(
                format!("the dynamic linker of {program}"),
                FileFact::essential(place.path.as_os_str().as_bytes(), map_read()),
            ),
            Err(error) => facts.remark(format!("the dynamic linker of {program}: {error}")),
        }
    }
    let libraries = libraries::of(root, path, elf);
    for library in &libraries {
        let name = quoted(&library.name);
        match &library.path {
            Some(path) => {
                let extent = version_after(path, &library.name).map_or(PathExtent::File, PathExtent::Versions);
                let file = FileFact::essential(path.as_os_str().as_bytes(), map_read());
                facts.file(format!("libraries that {program} needs"), FileFact { extent, ..file });
            }
            None => {
                let by = shown(library.needed_by.as_os_str().as_bytes());
                facts.remark(format!("the library {name}, which {by} needs, was not found"));
            }
        }
    }
    if start == ProgramStart::Program {
        for (alternatives, library) in abstractions::of_libraries(&libraries) {
            facts.abstraction(alternatives, format!("{}, which {program} needs", shown(library)));
        }
        if let Some((alternatives, function)) = abstractions::of_functions(elf) {
            facts.abstraction(alternatives, format!("{program} calls `{function}`"));
        }
        if let Some(function) = elf.first_name(&["system", "popen"]) {
            facts.remark(format!("{program} calls `{function}`, which runs a shell: no rule allows that"));
        }
    } else if let Some(alternatives) = abstractions::of_interpreter(path) {
        facts.abstraction(alternatives, format!("{program}, the interpreter"));
    }
}
