//! The files that the calls of one compiler or linter share.

use std::sync::{PoisonError, RwLock};

use super::Session;

/// Begins a session for each call: they share included files, and the inputs of each go with it.
#[derive(Debug)]
pub(crate) struct Sessions {
    latest: RwLock<Session>,
    /// The approximate number of bytes of included files that are kept.
    limit: usize,
}

impl Sessions {
    pub(crate) fn new(first: Session, limit: usize) -> Sessions {
        Sessions { latest: RwLock::new(first), limit }
    }

    /// Sessions with the same files and loader that forget on their own.
    pub(crate) fn fork(&self) -> Sessions {
        Sessions::new(self.begin(), self.limit)
    }

    /// Sessions with the same limit that begin from another one.
    pub(crate) fn restart(&self, first: Session) -> Sessions {
        Sessions::new(first, self.limit)
    }

    pub(crate) fn with_limit(&self, limit: usize) -> Sessions {
        Sessions::new(self.begin(), limit)
    }

    /// A session for one call.
    pub(crate) fn begin(&self) -> Session {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).begin()
    }

    /// Whether more is kept than should be.
    pub(crate) fn are_full(&self) -> bool {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).held() > self.limit
    }

    /// Forgets the included files: sessions that begin from now on read them again.
    pub(crate) fn forget(&self) {
        let mut latest = self.latest.write().unwrap_or_else(PoisonError::into_inner);
        *latest = latest.fresh();
    }

    /// Texts of its own and shared ones, and bytes of included files.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> ((usize, usize), usize) {
        let latest = self.latest.read().unwrap_or_else(PoisonError::into_inner);
        (latest.sources.counts(), latest.held())
    }
}
