//! AppArmor's records in logs: what a program was denied, or what it did in complain mode or under `audit`.
//!
//! A record is found in whatever holds it: the kernel's ring buffer, syslog, the audit daemon's log, the journal (text, or objects of
//! `journalctl -o json`), messages of D-Bus daemons. The format is recognised line by line. What a record says about an access has
//! the type that [`query`](crate::analysis::query) takes, so an event can be asked of a policy as it is.
//!
//! ```
//! use armorer::log::{Verdict, events};
//!
//! let line = br#"audit: type=1400 audit(1279948288.415:39): apparmor="DENIED" operation="open" profile="cupsd" name=2F6574632F6D792066696C65 \
//!     pid=12333 comm="ls" requested_mask="rw" denied_mask="w" fsuid=0 ouid=1000"#;
//! let [event] = &events(line)[..] else { panic!("one record") };
//! assert_eq!((event.verdict, event.pid), (Verdict::Denied, Some(12333)));
//! assert_eq!(event.access.as_ref().unwrap().to_string(), "file other '/etc/my file' w");
//! ```
//!
//! # What is believed
//!
//! A log holds what anybody writes. A record is one only where it stands alone on its line, after nothing but what the kernel, the audit
//! daemons, a logger or a journal puts before it; one inside the message of another program is none. What a name says is data: the
//! kernel writes names with blanks, quotes or control characters in hexadecimal digits, and quoted values are read to their quote.
//! A record that is cut off in a value, or that gives a field twice with two values, has no [`Event::access`].

mod access;
mod event;
mod fields;
mod journal;
mod line;
mod origin;
mod reader;
pub mod suggest;
mod summary;
mod time;
mod tree;
mod unused;
mod why;

#[cfg(test)]
mod tests;

pub use event::{Event, Verdict};
#[cfg(feature = "ide")]
pub(crate) use line::may_hold_record;
pub use origin::EventOrigin;
pub use reader::{Reader, events};
pub use summary::{EventCount, EventKind, Summary};
pub use time::Time;
#[cfg(feature = "cli")]
pub(crate) use tree::FileAttachmentSet;
pub use tree::{FileProfile, ProfileFile, Tree};
pub use unused::{UnusedInclude, UnusedRules, UnusedRulesOutcome, unused};
pub use why::{DenialReason, Explainer, Explanation, NearAccess};
