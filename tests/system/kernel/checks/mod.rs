//! Checks on the kernels: groups of checks, each with the profiles it needs. A check is a command inside the machine, the word
//! it prints, and what the kernel's log says about it.
//!
//! Policies of both compilers have to give the same word and the same records, except where a check names a fault of the reference.

mod attach;
mod capability;
mod change_profile;
mod examples;
mod exec;
mod faults;
mod file;
mod hat;
mod io_uring;
mod many;
mod modes;
mod mount;
mod mqueue;
mod network;
mod ptrace;
mod query;
mod rlimit;
mod signal;
mod unix;
mod userns;

/// The kernels, by the names of their features.
pub(crate) const LINUX_6_1: &str = "linux-6.1";
pub(crate) const LINUX_6_12: &str = "linux-6.12";
pub(crate) const LINUX_7_2: &str = "linux-7.2";

/// Every kernel, in lists of kernels that differ.
pub(crate) const EVERY: &str = "every";

/// A word for each kernel that differs.
type PerKernel<T> = &'static [(&'static str, T)];

/// Words that stand on one line of the kernel's log, in this order.
pub(crate) type Record = &'static [&'static str];

/// A command and what becomes of it.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    /// The command line. `$C` is the compiler whose policies are loaded.
    pub(crate) command: &'static str,
    expected: &'static str,
    except: PerKernel<&'static str>,
    reference: PerKernel<&'static str>,
    logs: &'static [Record],
    reference_logs: &'static [Record],
    silent: bool,
}

/// A check that prints the word on every kernel.
pub(crate) const fn check(command: &'static str, expected: &'static str) -> Check {
    Check { command, expected, except: &[], reference: &[], logs: &[], reference_logs: &[], silent: false }
}

/// Something that must be done before the next check.
pub(crate) const fn prepare(command: &'static str) -> Check {
    check(command, "")
}

impl Check {
    /// Kernels that mediate less, or say it otherwise.
    pub(crate) const fn except(mut self, words: PerKernel<&'static str>) -> Self {
        self.except = words;
        self
    }

    /// Sets the words that the reference's policy gives on these kernels, where they differ from the text.
    pub(crate) const fn reference(mut self, words: PerKernel<&'static str>) -> Self {
        self.reference = words;
        self
    }

    /// Records that the kernel writes. They are not looked for on kernels that are excepted.
    pub(crate) const fn logs(mut self, records: &'static [Record]) -> Self {
        self.logs = records;
        self
    }

    /// Records that the kernel writes with the reference's policy, where those are not what the text asks for.
    pub(crate) const fn reference_logs(mut self, records: &'static [Record]) -> Self {
        self.reference_logs = records;
        self
    }

    /// The kernel writes no record. Not looked at on kernels that are excepted.
    pub(crate) const fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    /// Returns the word that the command prints on that kernel, with that compiler's policy.
    pub(crate) fn expected(&self, kernel: &str, reference: bool) -> &'static str {
        let find = |words: PerKernel<&'static str>| {
            words.iter().find(|&&(name, _)| [kernel, EVERY].contains(&name)).map(|&(_, word)| word)
        };
        let fault = if reference { find(self.reference) } else { None };
        fault.or_else(|| find(self.except)).unwrap_or(self.expected)
    }

    /// Whether both compilers' policies should do the same on that kernel.
    pub(crate) fn same(&self, kernel: &str) -> bool {
        self.reference_logs.is_empty() && self.reference.iter().all(|&(name, _)| ![kernel, EVERY].contains(&name))
    }

    /// Returns the problem with the records of a policy, if any.
    pub(crate) fn judge_records(&self, kernel: &str, reference: bool, records: &[&str]) -> Option<String> {
        if reference {
            return self.missing(self.reference_logs, records);
        }
        if self.except.iter().any(|&(name, _)| [kernel, EVERY].contains(&name)) {
            return None;
        }
        if self.silent && !records.is_empty() {
            return Some(format!("`{}` should not be logged: {records:?}", self.command));
        }
        self.missing(self.logs, records)
    }

    fn missing(&self, expected: &[Record], records: &[&str]) -> Option<String> {
        let missing = expected.iter().find(|words| !records.iter().any(|record| in_order(record, words)))?;
        Some(format!("`{}` logs no record with {missing:?}: {records:?}", self.command))
    }
}

/// Whether the words stand on the line one after the other.
fn in_order(line: &str, words: &[&str]) -> bool {
    words.iter().try_fold(line, |rest, word| rest.split_once(word).map(|(_, rest)| rest)).is_some()
}

/// The origin of the text of a profile file.
pub(crate) enum Source {
    /// The examples of the repository.
    Example,
    /// `tests/system/kernel/profiles`.
    Own,
    /// It is made: it would be too long to keep.
    Made(fn() -> String),
}

/// Checks that belong together, with their profiles.
pub(crate) struct Group {
    /// The subject of the group.
    pub(crate) name: &'static str,
    /// The profile files, each compiled by itself.
    pub(crate) files: &'static [&'static str],
    /// The origin of the profiles.
    pub(crate) source: Source,
    /// The way in which they are loaded.
    pub(crate) load: Load,
    /// The names that the kernel lists when they are loaded.
    pub(crate) loaded: &'static [&'static str],
    /// The kernels it is for.
    pub(crate) kernels: &'static [&'static str],
    /// Codes or words of warnings that armorer gives about the files, and the kernels it gives them for.
    pub(crate) warns: &'static [(&'static str, &'static [&'static str])],
    /// The verdict of the reference on the files.
    pub(crate) reference: Reference,
    /// The paths of the probe in the machine.
    pub(crate) probes: &'static [&'static str],
    /// Files that are there.
    pub(crate) there: &'static [&'static str],
    /// Commands before the first check and after the last one.
    pub(crate) around: (&'static str, &'static str),
    /// The checks.
    pub(crate) checks: &'static [Check],
}

/// The ways in which policies get into the kernel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// Each file's policy by one write, before the checks.
    Files,
    /// By the checks themselves, with `load`, file by file or profile by profile.
    Checks,
}

/// The treatment of the reference's policies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    /// They are.
    Compiles,
    /// It refuses the files.
    Refuses,
    /// It is not asked, because it takes too long to refuse the files.
    NotAsked,
}

/// All kernels.
pub(crate) const ALL: &[&str] = &[LINUX_6_1, LINUX_6_12, LINUX_7_2];

/// A group without anything special.
pub(crate) const PLAIN: Group = Group {
    name: "",
    files: &[],
    source: Source::Own,
    load: Load::Files,
    loaded: &[],
    kernels: ALL,
    warns: &[],
    reference: Reference::Compiles,
    probes: &[],
    there: &[],
    around: ("", ""),
    checks: &[],
};

/// Everything that is tried, in this order.
pub(crate) const GROUPS: &[&Group] = &[
    &examples::GROUP,
    &signal::GROUP,
    &ptrace::GROUP,
    &unix::GROUP,
    &network::GROUP,
    &mount::GROUP,
    &userns::GROUP,
    &io_uring::GROUP,
    &mqueue::GROUP,
    &capability::GROUP,
    &rlimit::GROUP,
    &exec::GROUP,
    &change_profile::GROUP,
    &hat::GROUP,
    &file::GROUP,
    &modes::GROUP,
    &modes::PROMPT,
    &attach::GROUP,
    &query::GROUP,
    &faults::GROUP,
    &faults::SIGNAL,
    &faults::OVERLAP,
    &many::TRANSITIONS,
    &many::STATES,
    // Last, because a load that fails can make kernels refuse the next one.
    &modes::PROMPT_6_1,
    &faults::NAMESPACE,
];
