//! Changes of the kernel's policy, and the lines printed about them.

use std::path::Path;

use super::options::{Action, EarlyExit, ParserOptions};
use super::output::{StreamOutput, strerror};
use crate::kernel::{Kernel, KernelError};
use crate::policy::{Policy, Profile};

/// The kernel interface that the options ask for.
pub(super) fn open(options: &ParserOptions, output: &mut StreamOutput) -> Result<Kernel, EarlyExit> {
    let kernel = match &options.subdomainfs {
        Some(directory) => directory.is_dir().then(|| Kernel::at(directory)),
        None => Kernel::running().ok(),
    };
    kernel.ok_or_else(|| {
        output.err_line("Warning: unable to find a suitable fs in /proc/mounts, is it mounted?");
        output.err_line("Use --subdomainfs to override.");
        EarlyExit(1)
    })
}

/// A name of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoadedName {
    /// The name as the kernel takes it: `:namespace://name`.
    pub(super) full: Vec<u8>,
    /// The name without namespace and parents.
    pub(super) local: Vec<u8>,
}

impl LoadedName {
    /// The name of a profile below a parent.
    pub(super) fn of(profile: &Profile, parent: Option<&Profile>) -> LoadedName {
        let full = match &profile.namespace {
            Some(namespace) => [b":", &namespace[..], b"://", &profile.name].concat(),
            None => profile.name.to_vec(),
        };
        let inner = parent.and_then(|parent| profile.name.get(parent.name.len() + 2..));
        LoadedName { full, local: inner.unwrap_or(&profile.name).to_vec() }
    }
}

/// The names of the profiles at top level.
pub(super) fn top_level(policy: &Policy) -> Vec<LoadedName> {
    policy.profiles.iter().map(|profile| LoadedName::of(profile, None)).collect()
}

/// Every name, parents first.
pub(super) fn parents_first(policy: &Policy) -> Vec<LoadedName> {
    fn walk(profiles: &[Profile], parent: Option<&Profile>, names: &mut Vec<LoadedName>) {
        for profile in profiles {
            names.push(LoadedName::of(profile, parent));
            walk(&profile.children, Some(profile), names);
        }
    }
    let mut names = Vec::new();
    walk(&policy.profiles, None, &mut names);
    names
}

/// Every name in the order in which the reference reports that they are loaded: children first.
pub(super) fn children_first(policy: &Policy) -> Vec<LoadedName> {
    fn walk(profiles: &[Profile], parent: Option<&Profile>, names: &mut Vec<LoadedName>) {
        for profile in profiles {
            walk(&profile.children, Some(profile), names);
            names.push(LoadedName::of(profile, parent));
        }
    }
    let mut names = Vec::new();
    walk(&policy.profiles, None, &mut names);
    names
}

/// The words for an action on the kernel: of success, and of failure.
fn words(action: &Action) -> (&'static str, &'static str) {
    match action {
        Action::Replace => ("Replacement", "replace"),
        Action::Remove => ("Removal", "remove"),
        _ => ("Addition", "add"),
    }
}

/// `Addition succeeded for "NAME".`
pub(super) fn report_done(options: &ParserOptions, names: &[LoadedName], output: &mut StreamOutput) {
    if options.verbose {
        for name in names {
            let (done, _) = words(&options.action);
            output.out([done.as_bytes(), b" succeeded for \"", &name.local, b"\".\n"].concat());
        }
    }
}

/// `Cached load succeeded for "PATH".`
pub(super) fn report_done_cached(options: &ParserOptions, path: &Path, output: &mut StreamOutput) {
    if options.verbose {
        let word = if options.action == Action::Replace { "reload" } else { "load" };
        output.out_line(&format!("Cached {word} succeeded for \"{}\".", path.display()));
    }
}

fn submit(kernel: &Kernel, action: &Action, blob: &[u8]) -> Result<(), KernelError> {
    match action {
        Action::Replace => kernel.replace(blob),
        _ => kernel.load(blob),
    }
}

/// Loads the policy of an input, in one write for each namespace; the exit status where the kernel refuses.
pub(super) fn load(
    kernel: &Kernel,
    options: &ParserOptions,
    blob: &[u8],
    names: &[LoadedName],
    output: &mut StreamOutput,
) -> Result<(), u8> {
    submit(kernel, &options.action, blob).map_err(|error| refused(options, names.first(), &error, output))
}

/// Removes profiles, each for itself: that one is not there does not keep the others. The last exit status of a refusal.
pub(super) fn remove(
    kernel: &Kernel,
    options: &ParserOptions,
    names: &[LoadedName],
    output: &mut StreamOutput,
) -> Result<(), u8> {
    let mut result = Ok(());
    for name in names {
        match kernel.remove(&name.full) {
            Ok(()) => report_done(options, std::slice::from_ref(name), output),
            Err(error) => result = Err(refused(options, Some(name), &error, output)),
        }
    }
    result
}

/// Loads policy that was compiled before; the exit status where the kernel refuses.
pub(super) fn load_compiled(
    kernel: &Kernel,
    options: &ParserOptions,
    blob: &[u8],
    path: &Path,
    output: &mut StreamOutput,
) -> Result<(), u8> {
    submit(kernel, &options.action, blob).map_err(|error| {
        let verb = if options.action == Action::Replace { "replace" } else { "load" };
        let reason = match error.errno() {
            Some(_) if error.is_wedged() => error.to_string(),
            Some(number) => strerror(&std::io::Error::from_raw_os_error(number)),
            None => error.to_string(),
        };
        output.err_line(&format!("Could not {verb} profile {} : {reason}", path.display()));
        error.errno().and_then(|number| u8::try_from(number).ok()).unwrap_or(1)
    })
}

/// Reports why the kernel refuses, and returns the exit status: 256 − errno.
fn refused(options: &ParserOptions, name: Option<&LoadedName>, error: &KernelError, output: &mut StreamOutput) -> u8 {
    let program = &options.program;
    let (_, verb) = words(&options.action);
    let name = name.map(|name| String::from_utf8_lossy(&name.local).into_owned()).unwrap_or_default();
    let number = error.errno();
    let reason = match number {
        Some(_) if error.is_wedged() => error.to_string(),
        Some(17) => "Profile already exists".to_owned(),
        Some(2) => "Profile doesn't exist".to_owned(),
        Some(13) => "Access denied. You need policy admin privileges to manage profiles.".to_owned(),
        Some(1) => "Permission denied. You need policy admin privileges to manage profiles.".to_owned(),
        Some(71) => "Profile doesn't conform to protocol".to_owned(),
        Some(93) => "Profile version not supported by Apparmor module".to_owned(),
        Some(74) => "Profile does not match signature".to_owned(),
        Some(12) => "Out of memory".to_owned(),
        Some(29) => "Bad write position".to_owned(),
        Some(14) => "Couldn't copy profile: Bad memory address".to_owned(),
        Some(other) => {
            format!("Unknown error ({other}): {}", strerror(&std::io::Error::from_raw_os_error(other)))
        }
        None => match error {
            KernelError::Hazard { what, hazard, .. } => format!("{what}: {hazard} [{}]", hazard.code()),
            error => error.to_string(),
        },
    };
    output.err_line(&format!("{program}: Unable to {verb} \"{name}\".  {reason}"));
    number.and_then(|number| u8::try_from(256 - number).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Operation;
    use crate::{Compiler, Features, Input};

    #[test]
    fn orders() {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let text = b"profile a { profile c { } ^b { } }\nprofile :ns:z { ^h { } }\nprofile b { }\n";
        let policy = compiler.resolve(Input::text("t", text)).unwrap().policies()[0].clone();
        let full = |names: Vec<LoadedName>| {
            names.into_iter().map(|name| String::from_utf8(name.full).unwrap()).collect::<Vec<_>>()
        };
        let local = |names: Vec<LoadedName>| {
            names.into_iter().map(|name| String::from_utf8(name.local).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(full(parents_first(&policy)), ["a", "a//b", "a//c", "b", ":ns://z", ":ns://z//h"]);
        assert_eq!(local(children_first(&policy)), ["b", "c", "a", "b", "h", "z"]);
        assert_eq!(full(top_level(&policy)), ["a", "b", ":ns://z"]);
    }

    #[test]
    fn refusals() {
        let refuse = |number| {
            let error = KernelError::Refused {
                operation: Operation::Replace,
                what: "p".into(),
                source: std::io::Error::from_raw_os_error(number),
            };
            let (mut options, mut output) = (ParserOptions::new("PROG".into()), StreamOutput::default());
            options.action = Action::Replace;
            let name = LoadedName { full: b"p".to_vec(), local: b"p".to_vec() };
            let status = refused(&options, Some(&name), &error, &mut output);
            (status, output.text().1)
        };
        assert_eq!(refuse(17), (239, "PROG: Unable to replace \"p\".  Profile already exists\n".into()));
        assert_eq!(refuse(13).0, 243);
        let source = std::io::Error::from_raw_os_error(17);
        let wedged = KernelError::Wedged { operation: Operation::Load, what: "p".into(), namespace: None, source };
        let mut output = StreamOutput::default();
        assert_eq!(refused(&ParserOptions::new("PROG".into()), None, &wedged, &mut output), 239);
        assert!(output.text().1.contains("the kernel accepts no policy"), "{:?}", output.text());
        let unknown = "PROG: Unable to replace \"p\".  Unknown error (5): Input/output error\n";
        assert_eq!(refuse(5), (251, unknown.into()));
    }
}
