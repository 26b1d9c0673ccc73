//! The choice of events.

use clap::ValueEnum;

use super::time;
use crate::log::{Event, Verdict};

#[derive(clap::Args)]
pub(super) struct FilterArgs {
    /// Select events of this profile, its children and hats; repeatable
    #[arg(short, long, value_name = "NAME")]
    profile: Vec<std::ffi::OsString>,

    /// Select events by verdict: denied (including killed), allowed, audit, status, hint, error [default: denied, allowed, audit]
    #[arg(long, value_name = "VERDICT", value_delimiter = ',')]
    event: Vec<VerdictFilter>,

    /// Select events since a time: `2026-11-28`, `2026-11-28 12:30`, `@1700000000`, `10m`, `2h`, `3d`
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
}

/// A verdict, or several that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum VerdictFilter {
    /// Denied, including killed tasks
    Denied,
    /// Not allowed by the profile, but permitted in complain mode
    Allowed,
    /// Allowed and logged
    Audit,
    /// Loading, replacement or removal of a profile
    Status,
    /// Hint for tools that learn profiles
    Hint,
    /// Failure
    Error,
}

impl VerdictFilter {
    pub(super) fn is(self, verdict: Verdict) -> bool {
        match self {
            VerdictFilter::Denied => matches!(verdict, Verdict::Denied | Verdict::Killed),
            VerdictFilter::Allowed => verdict == Verdict::Allowed,
            VerdictFilter::Audit => verdict == Verdict::Audit,
            VerdictFilter::Status => verdict == Verdict::Status,
            VerdictFilter::Hint => verdict == Verdict::Hint,
            VerdictFilter::Error => verdict == Verdict::Error,
        }
    }
}

/// The filter that the options ask for.
pub(super) struct Filter {
    profiles: Vec<Vec<u8>>,
    wanted: Vec<VerdictFilter>,
    since: Option<u64>,
}

impl FilterArgs {
    pub(super) fn filter(&self) -> Result<Filter, String> {
        let wanted = match &self.event[..] {
            [] => vec![VerdictFilter::Denied, VerdictFilter::Allowed, VerdictFilter::Audit],
            some => some.to_vec(),
        };
        let since = self.since.as_deref().map(time::parse).transpose()?;
        let profiles = self.profile.iter().map(|name| name.as_encoded_bytes().to_vec()).collect();
        Ok(Filter { profiles, wanted, since })
    }
}

impl Filter {
    /// Whether an event is wanted. One without a time is never too old.
    pub(super) fn takes(&self, event: &Event) -> bool {
        let is_new = || match (self.since, event.time) {
            (Some(since), Some(time)) => time.seconds >= since,
            _ => true,
        };
        let is_of = |label: &[u8]| self.profiles.iter().any(|profile| is_below(label, profile));
        self.wanted.iter().any(|wanted| wanted.is(event.verdict))
            && is_new()
            && (self.profiles.is_empty() || event.profile.as_deref().is_some_and(is_of))
    }
}

/// Whether a label is of a profile, a child or hat of it, or a stack with one of those.
fn is_below(label: &[u8], profile: &[u8]) -> bool {
    let starts = std::iter::once(0).chain(memchr::memmem::find_iter(label, b"//&").map(|at| at + 3));
    let behind = |at: usize| label.get(at..)?.strip_prefix(profile);
    starts.filter_map(behind).any(|rest| rest.is_empty() || rest.starts_with(b"//"))
}
