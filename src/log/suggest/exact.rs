//! The exact rule: it allows an access, and no other name.

mod file;
mod ipc;
mod mount;
mod network;

use thiserror::Error;

use crate::analysis::Access;
use crate::source::Text;
use crate::syntax::ast::{CapabilityRule, ChangeProfileRule, Rule, UsernsRule};
use crate::syntax::{EmptyList, Pattern, PatternError};
use crate::vocab::{Capability, ExecMode, PermissionSet};

pub(super) use file::rules_for;

use super::Need;

/// Reasons why no rule allows exactly an access.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoRule {
    /// A name that no pattern matches alone.
    #[error("the {what} of the access cannot be written in a profile: {error}")]
    Name {
        /// The name of the field.
        what: &'static str,
        /// The error of the pattern.
        error: PatternError,
    },
    /// A path that does not begin at the root, such as that of a file in a disconnected file system.
    #[error("`{path}` does not begin with `/`: file rules need absolute paths (see the flag `attach_disconnected`)")]
    Relative {
        /// The path.
        path: Text,
    },
    /// A hard link whose target is not known: a rule would allow links to any file.
    #[error("the target of the hard link is not known")]
    LinkTarget,
    /// A number without a word in the language of profiles.
    #[error("no rule can name {what} {number:#x}")]
    Number {
        /// The kind of the number.
        what: &'static str,
        /// The number.
        number: u32,
    },
    /// There is no permission to grant.
    #[error("the access does not request a permission")]
    Nothing,
    /// Rules do not decide about it.
    #[error("attachments are decided by the header of a profile, not by a rule")]
    Attachment,
}

impl From<EmptyList> for NoRule {
    fn from(_: EmptyList) -> Self {
        NoRule::Nothing
    }
}

/// The rules that allow exactly what a need asks for, with exec in this mode. There are several where no single rule does: a
/// socket's own permissions and those that involve its peer, or the profiles of a stack.
///
/// Names are written as literal patterns, so that the rules are about these names only, whatever bytes are in them. The words for
/// creating, deleting and changing files stand under the letter `w`, as the language has it. A D-Bus message without interface or
/// destination gets a rule that does not look at them.
///
/// ```
/// use armorer::Access;
/// use armorer::log::suggest::{Need, exact};
/// use armorer::vocab::ExecMode;
///
/// let text = |words: &[&str]| -> Result<String, Box<dyn std::error::Error>> {
///     let need = Need::new("p", Access::parse(words)?);
///     Ok(exact(&need, ExecMode::INHERIT)?.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
/// };
/// assert_eq!(text(&["file", "owner", "/srv/a b", "create"])?, r#"owner "/srv/a b" w,"#);
/// assert_eq!(text(&["file", "/x r, /** rwix, #", "r"])?, r#""/x r\, /\*\* rwix\, #" r,"#);
/// assert_eq!(text(&["file", "/bin/sh", "x"])?, "/bin/sh ix,");
/// assert_eq!(text(&["signal", "send", "term", "web//worker"])?, r#"signal send set=(term) peer="web//worker","#);
/// let connect = text(&["unix", "connect", "stream", "@db", "peer=db"])?;
/// assert!(connect.starts_with("unix (connect, send, receive) type=stream addr=none"));
/// assert!(text(&["attach", "/bin/sh"]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When no rule is about this access alone.
pub fn exact(need: &Need, exec: ExecMode) -> Result<Vec<Rule>, NoRule> {
    match &need.access {
        Access::File(access) => file::rules(access, exec),
        Access::Capability(access) => {
            let rule = |&number: &u8| {
                let found = Capability::from_number(number);
                let capability = found.ok_or(NoRule::Number { what: "capability", number: number.into() })?;
                Ok(CapabilityRule::new(capability).into())
            };
            access.numbers.iter().map(rule).collect()
        }
        Access::Network(access) => network::rules(access),
        Access::Unix(access) => network::unix(access),
        Access::Dbus(access) => ipc::dbus(access),
        Access::Signal(access) => ipc::signal(access),
        Access::Ptrace(access) => ipc::ptrace(access),
        Access::Mqueue(access) => ipc::mqueue(access),
        Access::IoUring(access) => ipc::io_uring(access),
        Access::Mount(access) => mount::mount(access),
        Access::Umount(access) => mount::umount(access),
        Access::PivotRoot(access) => mount::pivot_root(access),
        Access::ChangeProfile(access) => {
            let target = label("target", &access.target)?;
            let exec = access.program.as_deref().map(|program| literal("program", program)).transpose()?;
            let bare = crate::source::Spanned::bare;
            let rule = ChangeProfileRule { safety: None, exec: exec.map(bare), target: Some(bare(target)) };
            Ok(vec![rule.into()])
        }
        Access::Userns(_) => Ok(vec![UsernsRule::new().into()]),
        Access::Attach(_) => Err(NoRule::Attachment),
    }
}

/// The exact rules for many needs, each with its profile: letters for one path and permissions for one peer stand in one rule.
#[cfg(feature = "cli")]
pub(crate) fn all(needs: &[Need]) -> Vec<(Text, Result<Vec<Rule>, NoRule>)> {
    let groups = super::need::group(needs);
    let each = groups.iter().flat_map(|group| group.needs());
    each.map(|need| (need.profile.clone(), exact(&need, ExecMode::INHERIT))).collect()
}

/// The pattern that matches a name alone.
fn literal(what: &'static str, name: &[u8]) -> Result<Pattern, NoRule> {
    Pattern::literal(name).map_err(|error| NoRule::Name { what, error })
}

/// The pattern that matches a label alone. `//` in it is no run of slashes that has to be kept from becoming one.
fn label(what: &'static str, label: &[u8]) -> Result<Pattern, NoRule> {
    let pattern = literal(what, label)?;
    let plain = |byte: &u8| byte.is_ascii_graphic() && !br#"*?[]{}^,\""#.contains(byte);
    Ok(if label.iter().all(plain) { Pattern::plain(label) } else { pattern })
}

/// The permissions of a set that kernel bits stand for.
fn permissions<P: PermissionSet + FromIterator<P>>(
    bits: u32,
    each: impl IntoIterator<Item = P>,
    what: &'static str,
) -> Result<P, NoRule> {
    let unknown = bits & !P::ALL.bits();
    if unknown != 0 {
        return Err(NoRule::Number { what, number: unknown });
    }
    Ok(each.into_iter().filter(|one| bits & one.bits() != 0).collect())
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
