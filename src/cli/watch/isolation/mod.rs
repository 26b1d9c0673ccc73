//! Compiling in a process of its own, with limits that it cannot leave: what a file does to it does nothing to the agent.
//!
//! The process lives for a pass and gets one file after the other. It is killed when a file takes too long, and dies by itself of too
//! much memory (`RLIMIT_DATA`, so that the limit of the control group is never reached: Kubernetes has the whole container killed then).
//! If it dies, it may have been of what it held before, so the file is tried again in a new one.

mod wire;
pub(in super::super) mod worker;

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;

use crate::agent::build::Build;
use crate::agent::volume::FileText;
use crate::agent::{ExceededLimit, Refusal};
use crate::compiler::Compiled;
use crate::source::Text;

pub(super) use wire::Setup;
use wire::{Job, WorkerAnswer};

/// The running program, also where its file was replaced.
const PROGRAM: &str = "/proc/self/exe";

/// The name of the command that serves.
pub(in super::super) const COMMAND: &str = "watch-worker";

/// The interval, in milliseconds, at which the agent is asked whether it goes on.
const TICK: u16 = 100;

/// Compiles in a process of its own.
pub(super) struct Isolated {
    setup: Setup,
    worker: Option<WorkerProcess>,
}

/// The process. It is killed when this is dropped.
struct WorkerProcess {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    /// Bytes that it has to read first.
    pending: Vec<u8>,
}

/// Reasons why there is no answer.
enum WorkerFailure {
    /// The agent is to stop.
    Stopped,
    /// The time is over.
    Late,
    /// The policy has so many bytes.
    TooLarge(usize),
    /// The process is gone, or says what cannot be understood.
    Gone(Option<io::Error>),
}

impl From<io::Error> for WorkerFailure {
    fn from(error: io::Error) -> Self {
        WorkerFailure::Gone(Some(error))
    }
}

impl Isolated {
    pub(super) fn new(setup: Setup) -> Isolated {
        Isolated { setup, worker: None }
    }

    fn start(&self) -> io::Result<WorkerProcess> {
        let mut child = Command::new(PROGRAM)
            .args([COMMAND, "--max-memory", &self.setup.max_memory.to_string()])
            // One thread: the others would have stacks and heaps within the same limit, on any number of cores.
            .env("RAYON_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let pending = wire::frame(&self.setup, &[])?;
        let worker = WorkerProcess { child, stdin, stdout, pending };
        rustix::io::ioctl_fionbio(&worker.stdin, true)?;
        rustix::io::ioctl_fionbio(&worker.stdout, true)?;
        Ok(worker)
    }

    /// The most bytes of policy that are taken: the agent holds them too.
    fn max_policy(&self) -> usize {
        usize::try_from(self.setup.max_memory / 4).unwrap_or(usize::MAX)
    }

    /// Returns the reason why a process ended, as a message about the file that it had.
    fn verdict(&self, status: Option<ExitStatus>, error: Option<io::Error>) -> Refusal {
        let signal = status.and_then(|status| status.signal()).and_then(|signal| Signal::try_from(signal).ok());
        match (signal, status) {
            // The allocator gives up by SIGABRT; SIGKILL is the kernel's, where others took the memory.
            (Some(Signal::SIGABRT | Signal::SIGSEGV | Signal::SIGBUS | Signal::SIGKILL), _) => {
                ExceededLimit::Memory(self.setup.max_memory).into()
            }
            (Some(Signal::SIGXCPU), _) => ExceededLimit::Time(Duration::from_secs(self.setup.max_time)).into(),
            (Some(signal), _) => Refusal::Process(format!("it was ended by {signal}")),
            (None, Some(status)) if !status.success() => Refusal::Process(format!("it ended with {status}")),
            _ => Refusal::Process(error.map_or_else(|| "it ended".to_owned(), |error| error.to_string())),
        }
    }
}

impl Build for Isolated {
    fn begin(&mut self) {
        self.worker = None;
    }

    fn build(
        &mut self,
        text: FileText,
        is_first: bool,
        running: &mut dyn FnMut() -> bool,
    ) -> Option<Result<Compiled, Refusal>> {
        let all = Duration::from_secs(self.setup.max_time);
        let time = if is_first { first_try(all) } else { all };
        let max_policy = self.max_policy();
        loop {
            let (mut worker, is_new) = match self.worker.take() {
                Some(worker) => (worker, false),
                None => match self.start() {
                    Ok(worker) => (worker, true),
                    Err(error) => return Some(Err(Refusal::Process(error.to_string()))),
                },
            };
            match worker.answer(&text, max_policy, Instant::now() + time, running) {
                Ok((answer, policy)) => {
                    self.worker = Some(worker);
                    return Some(match answer {
                        WorkerAnswer::Compiled(profiles) => Ok(Compiled::from_parts(policy, profiles)),
                        WorkerAnswer::Broken(errors) => Err(Refusal::Broken { errors }),
                    });
                }
                Err(WorkerFailure::Stopped) => return None,
                Err(WorkerFailure::Late) => return Some(Err(ExceededLimit::Time(all).into())),
                Err(WorkerFailure::TooLarge(bytes)) => {
                    let error = format!("the policy has {bytes} bytes, and {max_policy} at most are taken");
                    return Some(Err(Refusal::Broken { errors: vec![error] }));
                }
                Err(WorkerFailure::Gone(_)) if !is_new => {}
                Err(WorkerFailure::Gone(error)) => return Some(Err(self.verdict(worker.end(), error))),
            }
        }
    }

    fn end(&mut self) {
        self.worker = None;
    }
}

/// Returns the time limit for the first try of a file, given the limit for all of its time.
fn first_try(all: Duration) -> Duration {
    (all / 10).max(Duration::from_secs(1)).min(all)
}

impl WorkerProcess {
    /// Has it compile a file.
    fn answer(
        &mut self,
        file: &FileText,
        max_policy: usize,
        deadline: Instant,
        running: &mut dyn FnMut() -> bool,
    ) -> Result<(WorkerAnswer, Vec<u8>), WorkerFailure> {
        let job = Job { file: Text::from(file.file.as_os_str().as_bytes()), is_own: file.is_own };
        let mut request = std::mem::take(&mut self.pending);
        request.extend(wire::frame(&job, &file.text)?);
        let mut written = 0;
        let mut answer = Vec::new();
        loop {
            let (value, bytes) = match answer.first_chunk() {
                Some(head) => wire::lengths(*head),
                None => (0, 0),
            };
            if value > wire::MAX_VALUE {
                return Err(WorkerFailure::Gone(None));
            }
            if bytes > max_policy {
                return Err(WorkerFailure::TooLarge(bytes));
            }
            let length = wire::HEAD + value + bytes;
            if answer.len() >= length && answer.len() > wire::HEAD {
                let json = answer.get(wire::HEAD..wire::HEAD + value).unwrap_or_default();
                let json = serde_json::from_slice(json).map_err(io::Error::from)?;
                answer.drain(..wire::HEAD + value);
                return Ok((json, answer));
            }
            answer.reserve_exact(length.saturating_sub(answer.len()));
            self.wait(written < request.len(), deadline, running)?;
            written += self.send(request.get(written..).unwrap_or_default())?;
            self.receive(&mut answer, length)?;
        }
    }

    /// Waits until there is something to send or to receive.
    fn wait(&self, sends: bool, deadline: Instant, running: &mut dyn FnMut() -> bool) -> Result<(), WorkerFailure> {
        let wanted = if sends { PollFlags::POLLOUT } else { PollFlags::empty() };
        loop {
            if !running() {
                return Err(WorkerFailure::Stopped);
            }
            if Instant::now() >= deadline {
                return Err(WorkerFailure::Late);
            }
            let mut descriptors =
                [PollFd::new(self.stdin.as_fd(), wanted), PollFd::new(self.stdout.as_fd(), PollFlags::POLLIN)];
            // A process that has closed its input is not waited for to take more of it.
            let count = if sends { 2 } else { 1 };
            let descriptors = descriptors.get_mut(2 - count..).unwrap_or_default();
            match poll(descriptors, PollTimeout::from(TICK)) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => return Ok(()),
                Err(errno) => return Err(io::Error::from(errno).into()),
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<usize, WorkerFailure> {
        if bytes.is_empty() {
            return Ok(0);
        }
        match self.stdin.write(bytes) {
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(0),
            written => Ok(written?),
        }
    }

    /// Reads what is there, up to that length of all.
    fn receive(&mut self, answer: &mut Vec<u8>, length: usize) -> Result<(), WorkerFailure> {
        let mut buffer = [0; 64 << 10];
        let wanted = length.max(wire::HEAD).saturating_sub(answer.len()).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(()) };
        match self.stdout.read(buffer) {
            Ok(0) => Err(WorkerFailure::Gone(None)),
            Ok(read) => {
                answer.extend(buffer.get(..read).unwrap_or_default());
                Ok(())
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the exit status if the process has ended or does so now; otherwise it is killed.
    fn end(mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + Duration::from_millis(200);
        while Instant::now() < deadline {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
        None
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
