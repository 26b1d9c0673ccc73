//! The tree of profiles that a draft is for: which includes it has, its variables, and which profiles attach to a program.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::facts::{FileFact, PathExtent};
use super::{AttachedProfile, DraftError};
use crate::automata::Symbol;
use crate::encode::path_pattern;
use crate::resolve::{VariableValue, is_skipped};
use crate::source::{FileKind, Rooted, Text};
use crate::syntax::{Pattern, PatternError};
use crate::{Compiler, Input, automata, parallel};

/// The file of variables that profiles begin with.
const GLOBAL: &str = "tunables/global";

/// ABI files in the order in which they are taken.
const ABIS: [&str; 3] = ["abi/4.0", "abi/5.0", "abi/3.0"];

/// Variables for directories, those that stand for fewer first.
const DIRECTORIES: [&str; 6] = ["sbin", "bin", "lib", "run", "PROC", "sys"];

/// The most files of a tree that are looked at.
const MAX_FILES: usize = 20_000;

/// The facts known about the tree.
pub(super) struct TreeFacts {
    abis: Vec<String>,
    pub(super) tunables: bool,
    variables: Vec<(&'static str, Vec<Text>)>,
    multiarch: bool,
}

impl TreeFacts {
    pub(super) fn of(compiler: &Compiler) -> Result<TreeFacts, DraftError> {
        let mut abis: Vec<String> =
            ABIS.into_iter().filter(|path| compiler.has_include(path)).map(str::to_owned).collect();
        if abis.is_empty() {
            abis.extend(other_abi(compiler));
        }
        let mut tree =
            TreeFacts { abis, tunables: compiler.has_include(GLOBAL), variables: Vec::new(), multiarch: false };
        if !tree.tunables {
            return Ok(tree);
        }
        let text = format!("include <{GLOBAL}>\n");
        let resolved = compiler.resolve(Input::text(GLOBAL, text)).map_err(|error| DraftError::tree(&error))?;
        if resolved.diagnosis().has_errors() {
            return Err(DraftError::Tree { reason: resolved.diagnosis().to_string() });
        }
        for value in compiler.variables(&resolved) {
            let VariableValue::Set { name, expanded: Some(values), .. } = value else { continue };
            tree.multiarch |= name.as_bytes() == b"multiarch";
            if let Some(known) = DIRECTORIES.into_iter().find(|known| known.as_bytes() == name.as_bytes()) {
                tree.variables.push((known, values));
            }
        }
        tree.variables.sort_by_key(|(name, _)| DIRECTORIES.iter().position(|known| known == name));
        Ok(tree)
    }

    /// The ABI that profiles are pinned to.
    pub(super) fn abi(&self) -> Option<&str> {
        self.abis.first().map(String::as_str)
    }

    /// The ABI for rules about user namespaces, which 3.0 does not have.
    pub(super) fn abi_of_userns(&self) -> Option<&str> {
        self.abis.iter().map(String::as_str).find(|abi| *abi != "abi/3.0")
    }

    /// The variable for the directories at the beginning of a path, and how much of the path it stands for.
    fn variable(&self, path: &[u8]) -> Option<(&'static str, usize)> {
        let ends = path.iter().enumerate().filter(|&(at, &byte)| at > 0 && byte == b'/').map(|(at, _)| at);
        for end in ends.take(3) {
            let directory = path.get(..end)?;
            let is_value = |value: &Text| {
                let pattern = path_pattern(value);
                let with_slash = [directory, b"/"].concat();
                let matches = |pattern: &automata::Pattern| {
                    pattern.matches(&symbols(directory)) || pattern.matches(&symbols(&with_slash))
                };
                pattern.as_ref().is_some_and(matches)
            };
            // Trees have `@{sbin}` for both directories of programs, or for one.
            let of_programs = |name: &str| name == "bin" || name == "sbin";
            let is_namesake = |name: &str| directory.ends_with(format!("/{name}").as_bytes());
            let mut fitting = self.variables.iter().filter(|(_, values)| values.iter().any(is_value));
            let first = fitting.clone().find(|(name, _)| !of_programs(name) || is_namesake(name));
            if let Some((name, _)) = first.or_else(|| fitting.next()) {
                return Some((name, end));
            }
        }
        None
    }

    /// The pattern of a path, with the tree's variables.
    pub(super) fn pattern(&self, path: &[u8], extent: PathExtent) -> Result<Pattern, PatternError> {
        let mut glob = Vec::new();
        let version = if let PathExtent::Versions(version) = extent { version } else { 0 };
        let path = path.get(..path.len().saturating_sub(version)).unwrap_or_default();
        let mut rest = path;
        if extent == PathExtent::Command {
            glob.extend_from_slice(b"/{,usr/,usr/local/}{,s}bin/");
        } else if let Some((name, end)) = self.variable(path) {
            glob.extend_from_slice(format!("@{{{name}}}").as_bytes());
            rest = path.get(end..).unwrap_or_default();
        } else if let Some(below) = [&b"/bin/"[..], b"/sbin/", b"/lib/", b"/lib64/", b"/lib32/"]
            .iter()
            .find_map(|root| path.starts_with(root).then(|| path.get(1..)).flatten())
        {
            // On most systems these are links to directories below /usr.
            glob.extend_from_slice(b"/{,usr/}");
            rest = below;
        }
        let multiarch: &[u8] = if self.multiarch { b"@{multiarch}" } else { b"*-linux-gnu*" };
        let directory = triplet(path).map(|(start, _)| start);
        let mut offset = path.len() - rest.len();
        for (at, name) in rest.split(|&byte| byte == b'/').enumerate() {
            if at > 0 {
                glob.push(b'/');
            }
            let start = offset;
            offset += name.len() + 1;
            if directory == Some(start) {
                glob.extend_from_slice(multiarch);
            } else if !name.is_empty() {
                glob.extend_from_slice(Pattern::literal(name)?.unquoted());
            }
        }
        glob.extend_from_slice(match extent {
            PathExtent::File | PathExtent::Command => b"",
            PathExtent::Versions(_) => b"{,.*}",
            PathExtent::Directory => b"/",
            PathExtent::Below => b"/**",
        });
        Pattern::glob(glob)
    }

    /// Patterns of a program's path, the one that fits the tree best first: for both directories of programs, unless they have
    /// different ones of this name; and the path itself last.
    pub(super) fn program(&self, root: &Rooted, path: &Path) -> Result<Vec<Pattern>, PatternError> {
        let bytes = path.as_os_str().as_bytes();
        let literal = Pattern::literal(bytes)?;
        if let Some(architectures) = architectures(bytes) {
            return Ok(vec![architectures?, literal]);
        }
        let plain = self.pattern(bytes, PathExtent::File)?;
        let others = vec![plain, literal];
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return Ok(others) };
        let (glob, other) = match directory.as_os_str().as_bytes() {
            b"/usr/bin" => ("/usr/{,s}bin/", "/usr/sbin"),
            b"/usr/sbin" => ("/usr/{,s}bin/", "/usr/bin"),
            b"/bin" => ("/{,usr/}{,s}bin/", "/sbin"),
            b"/sbin" => ("/{,usr/}{,s}bin/", "/bin"),
            _ => return Ok(others),
        };
        let is_another = root.resolve(Path::new(other).join(name)).is_ok_and(|place| place.path != path);
        if is_another || self.variable(bytes).is_some() {
            return Ok(others);
        }
        let both = Pattern::glob([glob.as_bytes(), Pattern::literal(name.as_bytes())?.unquoted()].concat())?;
        Ok(std::iter::once(both).chain(others).collect())
    }

    /// The pattern of the files of a fact.
    pub(super) fn files(&self, file: &FileFact) -> Result<Pattern, PatternError> {
        self.pattern(&file.path, file.extent)
    }
}

/// Names of directories of libraries by architecture.
const TRIPLETS: [&str; 7] = [
    "x86_64-linux-gnu",
    "aarch64-linux-gnu",
    "i386-linux-gnu",
    "arm-linux-gnueabihf",
    "riscv64-linux-gnu",
    "s390x-linux-gnu",
    "powerpc64le-linux-gnu",
];

/// Returns the place in a path of the name of a directory of libraries by architecture, and the name.
fn triplet(path: &[u8]) -> Option<(usize, &'static str)> {
    ["/usr/lib/", "/lib/", "/usr/local/lib/", "/usr/libexec/"].into_iter().find_map(|directory| {
        let rest = path.strip_prefix(directory.as_bytes())?;
        let is_here = |name: &&str| rest.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"));
        Some((directory.len(), TRIPLETS.into_iter().find(is_here)?))
    })
}

/// The pattern of a program's path for all architectures, where it lies in a directory of one. It names each, since the reference
/// compiler encodes attachments that begin like others and hold a `*` as differences, which the kernel misreads.
fn architectures(path: &[u8]) -> Option<Result<Pattern, PatternError>> {
    let (start, own) = triplet(path)?;
    let after = path.get(start + own.len()..)?;
    let others = TRIPLETS.into_iter().filter(|other| *other != own);
    let names: Vec<&str> = std::iter::once(own).chain(others).collect();
    let both = path.get(..start).map(Pattern::literal)?.and_then(|before| Ok((before, Pattern::literal(after)?)));
    let glob = |(before, after): (Pattern, Pattern)| {
        let names = format!("{{{}}}", names.join(","));
        Pattern::glob([before.unquoted(), names.as_bytes(), after.unquoted()].concat())
    };
    Some(both.and_then(glob))
}

fn symbols(text: &[u8]) -> Vec<Symbol> {
    text.iter().copied().map(Symbol::Byte).collect()
}

/// An ABI file of the tree's own: the last by name.
fn other_abi(compiler: &Compiler) -> Option<String> {
    let session = compiler.session();
    let entries = session.loader().read_dir(&compiler.resolve_options().base.join("abi")).ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let files = entries.into_iter().filter(|entry| entry.kind == Ok(FileKind::File) && entry.name.bytes().all(plain));
    files.map(|entry| format!("abi/{}", entry.name)).max()
}

/// The profiles of a tree that attach to a program. Of a file with errors counts what can be read.
pub(super) fn attached(compiler: &Compiler, program: &Path) -> Vec<AttachedProfile> {
    let base = &compiler.resolve_options().base;
    let session = compiler.session();
    let entries = session.loader().read_dir(base).unwrap_or_default();
    let is_policy = |name: &str| !is_skipped(name);
    let files: Vec<PathBuf> = entries
        .into_iter()
        .filter(|entry| entry.kind == Ok(FileKind::File) && is_policy(&entry.name))
        .take(MAX_FILES)
        .map(|entry| base.join(OsString::from(entry.name)))
        .collect();
    let path = symbols(program.as_os_str().as_bytes());
    let found = parallel::map(&files, |file| {
        let Ok(resolved) = compiler.resolve(Input::path(file)) else { return Vec::new() };
        let tops = resolved.policies().iter().flat_map(|policy| &policy.profiles);
        let attached = tops.filter(|profile| {
            let own = profile.attachment.as_ref().or_else(|| {
                let name = &profile.name_glob;
                (name.value.first() == Some(&b'/')).then_some(name)
            });
            let mut globs = own.into_iter().chain(&profile.alias_attachments);
            globs.any(|glob| path_pattern(&glob.value).is_some_and(|pattern| pattern.matches(&path)))
        });
        attached.map(|profile| AttachedProfile { profile: profile.name.clone(), file: file.clone() }).collect()
    });
    found.into_iter().flatten().collect()
}
