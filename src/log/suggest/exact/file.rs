//! Files and hard links.

use crate::analysis::access::FileAccess;
use crate::analysis::perms::{APPEND, EXEC, EXEC_MMAP, GETATTR, LINK, LOCK, READ, WRITE};
use crate::policy::Owner;
use crate::source::Text;
use crate::syntax::Pattern;
use crate::syntax::ast::{FileRule, LinkRule, Rule};
use crate::vocab::{ExecMode, FilePermissions};

use super::{NoRule, literal};

/// Permissions without a letter that `w` stands for: create, delete, setattr, chmod, chown.
const OF_WRITE: u32 = 0x10 | 0x20 | 0x100 | 0x1000 | 0x2000;
/// The operations that `r` stands for: open, getattr.
const OF_READ: u32 = 0x40 | GETATTR;

/// The letters that stand for kernel permissions, exec and link aside.
const LETTERS: [(u32, FilePermissions); 5] = [
    (READ | OF_READ, FilePermissions::READ),
    (WRITE | OF_WRITE, FilePermissions::WRITE),
    (APPEND, FilePermissions::APPEND),
    (LOCK, FilePermissions::LOCK),
    (EXEC_MMAP, FilePermissions::MMAP),
];

/// The letters for kernel permissions.
pub(in crate::log::suggest) fn letters(bits: u32) -> FilePermissions {
    LETTERS.iter().filter(|(of, _)| bits & of != 0).map(|&(_, letter)| letter).collect()
}

pub(super) fn rules(access: &FileAccess, exec: ExecMode) -> Result<Vec<Rule>, NoRule> {
    rules_for(access, None, None, exec)
}

/// The same rules for the files that match a pattern, and for links to those that match another; without one, for the file itself.
pub(in crate::log::suggest) fn rules_for(
    access: &FileAccess,
    files: Option<&Pattern>,
    targets: Option<&Pattern>,
    exec: ExecMode,
) -> Result<Vec<Rule>, NoRule> {
    let or =
        |pattern: Option<&Pattern>, what, name| pattern.map_or_else(|| path(what, name), |known| Ok(known.clone()));
    let files = or(files, "path", &access.path)?;
    let known = LETTERS.iter().fold(EXEC | LINK, |all, (bits, _)| all | bits);
    let unknown = access.permissions & !known;
    if unknown != 0 {
        return Err(NoRule::Number { what: "file permission", number: unknown });
    }
    let mut rules = Vec::new();
    let executes = access.permissions & EXEC != 0;
    let letters = letters(access.permissions);
    if executes || !letters.is_empty() {
        let rule = FileRule::new(files.clone(), letters);
        rules.push(Rule::from(if executes { rule.exec(exec) } else { rule }));
    }
    if access.permissions & LINK != 0 {
        let target = access.link_target.as_ref().ok_or(NoRule::LinkTarget)?;
        rules.push(LinkRule::new(files, or(targets, "target", target)?).into());
    }
    if rules.is_empty() {
        return Err(NoRule::Nothing);
    }
    let owner = access.owner == Some(Owner::Owner);
    Ok(rules.into_iter().map(|rule| if owner { rule.owner() } else { rule }).collect())
}

fn path(what: &'static str, path: &Text) -> Result<Pattern, NoRule> {
    let pattern = literal(what, path)?;
    if path.starts_with(b"/") { Ok(pattern) } else { Err(NoRule::Relative { path: path.clone() }) }
}
