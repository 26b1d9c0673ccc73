//! A command that runs to its end, and signals that end it.

use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The interval at which the command and the log are looked at.
const INTERVAL: Duration = Duration::from_millis(50);

/// The time that a command has to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// Signals that end a process, which are passed on to the command: what was loaded before is put back all the same.
pub(super) struct ForwardedSignals(Receiver<Signal>);

impl ForwardedSignals {
    /// Catches the signals from now on. They are not blocked, as a command that is run would inherit that and never hear of them.
    pub(super) fn catch() -> Result<ForwardedSignals, String> {
        let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(|error| error.to_string())?;
        let (sender, receiver) = channel();
        thread::spawn(move || {
            for signal in signals.forever().filter_map(|signal| Signal::try_from(signal).ok()) {
                if sender.send(signal).is_err() {
                    return;
                }
            }
        });
        Ok(ForwardedSignals(receiver))
    }

    /// A signal that has come.
    pub(super) fn caught(&self) -> Option<Signal> {
        self.0.try_recv().ok()
    }
}

/// The end of a command.
pub(super) struct CommandEnd {
    pub(super) status: ExitStatus,
    /// The signal that armorer got meanwhile.
    pub(super) signal: Option<Signal>,
}

/// Runs a command, and looks at the log until it has ended.
pub(super) fn run(
    command: &[OsString],
    signals: &ForwardedSignals,
    mut look: impl FnMut() -> Result<(), String>,
) -> Result<CommandEnd, String> {
    let [program, arguments @ ..] = command else { return Err("no command".into()) };
    let mut child =
        Command::new(program).args(arguments).spawn().map_err(|error| format!("{}: {error}", program.display()))?;
    let outcome = wait(&mut child, signals, &mut look);
    if outcome.is_err() {
        // It must not go on under a profile that is about to be another one.
        let _ = child.kill();
        let _ = child.wait();
    }
    outcome
}

fn wait(
    child: &mut Child,
    signals: &ForwardedSignals,
    look: &mut impl FnMut() -> Result<(), String>,
) -> Result<CommandEnd, String> {
    let mut caught: Option<(Signal, Instant)> = None;
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(CommandEnd { status, signal: caught.map(|(signal, _)| signal) });
        }
        if let Ok(signal) = signals.0.recv_timeout(INTERVAL) {
            let pid = i32::try_from(child.id()).map_err(|error| error.to_string())?;
            // What is typed at a terminal goes to the command as well, and twice would mean something else to many.
            if !(signal == Signal::SIGINT && stdin().is_terminal()) {
                // It may have ended just now.
                let _ = kill(Pid::from_raw(pid), signal);
            }
            caught.get_or_insert((signal, Instant::now()));
        }
        if caught.is_some_and(|(_, since)| since.elapsed() > GRACE) {
            child.kill().map_err(|error| error.to_string())?;
        }
        look()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_signal_is_blocked_for_the_command() {
        let signals = ForwardedSignals::catch().unwrap();
        let command = ["grep", "-q", "^SigBlk:[[:space:]]*0*$", "/proc/self/status"].map(OsString::from);
        let end = run(&command, &signals, || Ok(())).unwrap();
        assert!(end.status.success() && end.signal.is_none(), "{:?}", end.status);
    }
}
