//! Labels of tasks: who runs under which profile, and changes of the own label.
//!
//! The files are those of the thread, not of the process (`/proc/thread-self/attr/apparmor/`), as the kernel changes labels
//! of threads.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::policy::write_file;
use super::{Kernel, KernelError, TaskLabel};

/// The calling thread's attributes, on kernels where other security modules may stand beside AppArmor; then on older ones.
const OWN: [&str; 2] = ["/proc/thread-self/attr/apparmor", "/proc/thread-self/attr"];

/// A process, and a label that threads of it have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Task {
    /// The process's number.
    pub pid: u32,
    /// The name of its program (`comm`, at most 15 bytes).
    pub command: String,
    /// The label that confines it.
    pub label: TaskLabel,
}

impl Kernel {
    /// The processes and their labels, by number; a process whose threads have several labels once for each. Those that end
    /// meanwhile are not among them. A reader in a PID namespace of its own sees only those in it.
    ///
    /// # Errors
    /// [`KernelError::Read`] where there is no process file system, AppArmor is off, or labels may not be read: nobody should take
    /// what is not to be seen for what is not there.
    pub fn tasks(&self) -> Result<Vec<Task>, KernelError> {
        let mut tasks = BTreeSet::new();
        for pid in numbers(&self.proc)? {
            let process = self.proc.join(pid.to_string());
            let command = fs::read(process.join("comm")).unwrap_or_default();
            let command = String::from_utf8_lossy(command.trim_ascii_end()).into_owned();
            for thread in numbers(&process.join("task"))? {
                if let Some(label) = label(&process.join("task").join(thread.to_string()))? {
                    tasks.insert(Task { pid, command: command.clone(), label });
                }
            }
        }
        Ok(tasks.into_iter().collect())
    }
}

/// The entries of a directory that are numbers; none of one that is gone.
fn numbers(directory: &Path) -> Result<Vec<u32>, KernelError> {
    match fs::read_dir(directory) {
        Ok(entries) => Ok(entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()),
        Err(error) if is_gone(&error) && directory.ends_with("task") => Ok(Vec::new()),
        Err(error) => Err(KernelError::read(directory, error)),
    }
}

/// The label of a thread; `None` if it is gone.
fn label(thread: &Path) -> Result<Option<TaskLabel>, KernelError> {
    let new = thread.join("attr/apparmor/current");
    let path = if new.exists() { new } else { thread.join("attr/current") };
    match fs::read(&path) {
        Ok(text) => Ok(Some(TaskLabel::parse(&text))),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(KernelError::read(&path, error)),
    }
}

/// `ENOENT` and `ESRCH`: the process file system's answers for threads that have ended.
fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(3)
}

/// The label of the calling thread.
///
/// # Errors
/// [`KernelError::Read`] where AppArmor is off.
pub fn current() -> Result<TaskLabel, KernelError> {
    let path = own("current");
    fs::read(&path).map(|text| TaskLabel::parse(&text)).map_err(|source| KernelError::read(&path, source))
}

/// Has the calling thread change to a profile when it next executes a program: what container runtimes do before they start one.
///
/// # Errors
/// [`KernelError::Label`] with the kernel's reason, such as a profile that is not loaded.
pub fn change_on_exec(profile: &str) -> Result<(), KernelError> {
    change("exec", format!("exec {profile}").as_bytes(), || format!("change to \"{profile}\" at exec"))
}

/// Has the calling thread stack a profile upon its own when it next executes a program.
///
/// # Errors
/// As [`change_on_exec`].
pub fn stack_on_exec(profile: &str) -> Result<(), KernelError> {
    change("exec", format!("stack {profile}").as_bytes(), || format!("stack \"{profile}\" at exec"))
}

/// Changes the calling thread to a profile at once. Other threads of the process keep theirs.
///
/// # Errors
/// As [`change_on_exec`].
pub fn change_profile(profile: &str) -> Result<(), KernelError> {
    change("current", format!("changeprofile {profile}").as_bytes(), || format!("change to \"{profile}\""))
}

/// Changes the calling thread to the first of the hats that its profile has. The kernel looks at 16 names. The token, which
/// must not be 0 and should not be guessable, is what [`leave_hat`] takes.
///
/// # Errors
/// As [`change_on_exec`].
pub fn change_hat(token: u64, hats: &[&str]) -> Result<(), KernelError> {
    let text = format!("changehat {token:016x}^{}", hats.join("\0"));
    change("current", text.as_bytes(), || format!("change to a hat of {hats:?}"))
}

/// Returns the calling thread from its hat. **With a wrong token the kernel kills it.**
///
/// # Errors
/// As [`change_on_exec`].
pub fn leave_hat(token: u64) -> Result<(), KernelError> {
    change("current", format!("changehat {token:016x}^").as_bytes(), || "leave the hat".into())
}

fn change(file: &str, text: &[u8], what: impl FnOnce() -> String) -> Result<(), KernelError> {
    write_file(&own(file), text).map_err(|source| KernelError::Label { what: what(), source })
}

fn own(file: &str) -> PathBuf {
    let [new, old] = OWN.map(|directory| Path::new(directory).join(file));
    if new.exists() { new } else { old }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_of_a_process_file_system() {
        let directory = tempfile::tempdir().unwrap();
        for (thread, label) in [
            ("7/task/7", "p (enforce)\n"),
            ("12/task/12", "unconfined\n"),
            ("12/task/13", "p//hat (enforce)\n"),
            ("12/task/14", "unconfined\n"),
            ("self/task/1", "x (kill)\n"),
        ] {
            let attributes = directory.path().join(thread).join("attr/apparmor");
            fs::create_dir_all(&attributes).unwrap();
            fs::write(attributes.join("current"), label).unwrap();
        }
        fs::write(directory.path().join("7/comm"), "sleep\n").unwrap();
        fs::create_dir(directory.path().join("99")).unwrap();
        let tasks = Kernel::at("/no/such").proc(directory.path()).tasks().unwrap();
        let shown: Vec<_> = tasks.iter().map(|task| (task.pid, &task.command[..], task.label.to_string())).collect();
        let expected = [(7, "sleep", "p (enforce)"), (12, "", "p//hat (enforce)"), (12, "", "unconfined")];
        assert_eq!(shown, expected.map(|(pid, command, label)| (pid, command, label.to_owned())));
    }

    #[test]
    fn no_such_profile() {
        // With AppArmor or without: there is no such profile.
        let error = change_on_exec("no such profile of armorer's tests").unwrap_err();
        assert!(error.to_string().starts_with("cannot change to \"no such profile"), "{error}");
    }
}
