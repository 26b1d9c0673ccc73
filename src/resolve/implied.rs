//! Rules that others imply: who changes profile or hat writes to `/proc/PID/attr`.

use crate::policy::{FileRule, Glob, LinkTarget, Owner, Prefix, Rule, RuleKind, RuleOrigin};
use crate::source::{Span, Text};
use crate::vocab::FilePermissions;

/// The files in which libapparmor looks whether AppArmor is on, and for its own interface.
const READ: [&str; 2] = ["/proc/*/attr/apparmor/", "/sys/module/apparmor/parameters/enabled"];

/// The files that `change_hat` writes to.
const HAT_WRITE: &str = "/proc/[0-9]*/attr/{apparmor/,}current";

/// The files that `change_profile` and `change_onexec` write to.
const CHANGE_PROFILE_WRITE: &str = "/proc/*/attr/{apparmor/,}{current,exec}";

/// The rules of a profile that is a hat or has children (`hats`: its name) and that may change profile (where that is written).
pub(super) fn rules(hats: Option<Span>, change_profile: Option<Span>) -> Vec<Rule> {
    let read = FilePermissions::READ;
    let write = FilePermissions::OVERWRITE;
    let mut rules = Vec::new();
    for (span, file) in [(change_profile, CHANGE_PROFILE_WRITE), (hats, HAT_WRITE)] {
        let Some(span) = span else { continue };
        if rules.is_empty() {
            rules.extend(READ.map(|path| rule(path, read, span)));
        }
        rules.push(rule(file, write, span));
    }
    rules
}

fn rule(path: &str, access: FilePermissions, span: Span) -> Rule {
    let path = Glob::new(Text::from(path), span);
    let file = FileRule { path, access, exec: None, link: LinkTarget::Any, unused_target: None };
    let prefix = Prefix { owner: Some(Owner::Owner), ..Prefix::default() };
    Rule { prefix, kind: RuleKind::File(file), span, origin: RuleOrigin::Implied }
}
