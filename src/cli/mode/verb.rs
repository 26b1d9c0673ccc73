//! The operations on profiles, and the profiles inside that they reach.

use clap::ValueEnum;

use crate::ast::ProfileFlag;
use crate::cli::links::ProfileList;
use crate::edit::{EditError, Editor};
use crate::vocab::ProfileMode;

/// The requested change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Verb {
    /// Refuse what the profile does not allow; the default
    Enforce,
    /// Log what the profile does not allow, and refuse only what `deny` rules match
    Complain,
    /// Kill processes that do what the profile does not allow
    Kill,
    /// Ask a program in user space about what the profile does not allow
    Prompt,
    /// Confine nothing
    Unconfined,
    /// Log every access, including allowed ones
    Audit,
    /// Log only denials and accesses of `audit` rules
    NoAudit,
    /// Do not load the file at boot: add a link in `disable/`
    Disable,
    /// Load the file at boot again: remove the link from `disable/`
    Enable,
}

impl Verb {
    /// The mode that it sets.
    pub(super) fn mode(self) -> Option<ProfileMode> {
        Some(match self {
            Verb::Enforce => ProfileMode::Enforce,
            Verb::Complain => ProfileMode::Complain,
            Verb::Kill => ProfileMode::Kill,
            Verb::Prompt => ProfileMode::Prompt,
            Verb::Unconfined => ProfileMode::Unconfined,
            Verb::Audit | Verb::NoAudit | Verb::Disable | Verb::Enable => return None,
        })
    }

    /// Changes the header of a profile.
    pub(super) fn edit(self, editor: &mut Editor, profile: &str) -> Result<bool, EditError> {
        match (self.mode(), self) {
            (Some(mode), _) => editor.set_mode(profile, mode),
            (None, Verb::Audit) => editor.set_flag(profile, ProfileFlag::Audit),
            (None, Verb::NoAudit) => editor.remove_flag(profile, &ProfileFlag::Audit),
            (None, _) => Ok(false),
        }
    }

    /// Whether it is about links, and not about flags.
    pub(super) fn is_about_links(self) -> bool {
        matches!(self, Verb::Disable | Verb::Enable)
    }
}

/// The requested change and its options.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) verb: Verb,
    /// Profiles that confine nothing, and entries of lists that are more than links, are changed as well.
    pub(super) force: bool,
    /// The mode is set by an entry of `force-complain/`, and the files stay.
    pub(super) by_link: bool,
    /// The lists that the files are taken out of.
    pub(super) clears: &'static [ProfileList],
    /// Whether lists may be changed for files of which only some profiles are meant.
    pub(super) clears_for_others: bool,
}

/// The profiles inside of others that are selected with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NestedProfiles {
    None,
    Hats,
    All,
}
