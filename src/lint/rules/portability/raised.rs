//! What other stages warn of.

use crate::diagnostic::Code;
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static CONDITION: Rule = Rule {
    code: "AA0232",
    name: "ignored-condition",
    summary: "a condition, prefix or target has no effect",
    why: "Compilers read it and do nothing with it: the rule is wider than it looks.",
    bad: "profile p /usr/bin/p {\n  audit capability chown,\n  /etc/p.conf r,\n  pivot_root /srv/ -> q,\n}\n",
    good: "profile p /usr/bin/p {\n  audit capability chown,\n  /etc/p.conf r,\n  pivot_root /srv/,\n}\n",
    remedy: "Leave it out.",
    check: Check::Raised(&[
        Code::CondIgnored,
        Code::CpPrefix,
        Code::CapPrefix,
        Code::PivotTarget,
        Code::UnusedTarget,
        Code::LinkExecTarget,
        Code::MountFstype,
        Code::AbiDiffers,
        Code::DuplicateAlias,
    ]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static MOUNT_SOURCE: Rule = Rule {
    code: "AA0319",
    name: "mount-source-as-point",
    summary: "a mount rule names its mount point where the source stands",
    why: "A change of propagation has a mount point and no source. Compilers take the one for the other there, and \
          apparmor_parser calls it deprecated.",
    bad: "profile p /usr/bin/p {\n  capability sys_admin,\n  mount options=(rw, make-rslave) /,\n}\n",
    good: "profile p /usr/bin/p {\n  capability sys_admin,\n  mount options=(rw, make-rslave) -> /,\n}\n",
    remedy: "Write the arrow: `mount … -> /,`.",
    check: Check::Raised(&[Code::MountSource]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static VARIABLE: Rule = Rule {
    code: "AA0233",
    name: "variable-not-expanded",
    summary: "a variable stands where none is expanded",
    why: "Exec targets and values of extended attributes are taken as they are written.",
    bad: "@{name} = helper\n\nprofile p /usr/bin/p {\n  /usr/bin/helper Px -> @{name},\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/helper Px -> helper,\n}\n",
    remedy: "Write the value.",
    check: Check::Raised(&[Code::VarNotExpanded, Code::OldAlternation]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ESCAPE: Rule = Rule {
    code: "AA0234",
    name: "needless-escape",
    summary: "a backslash or set in a pattern does not mean what it looks like",
    why: "A backslash before an ordinary character does nothing, in a set neither before `^` and `-`; `*` and `?` in a set stand \
          for themselves here, and for nonsense in apparmor_parser.",
    bad: "profile p /usr/bin/p {\n  /srv/[a\\-z] r,\n}\n",
    good: "profile p /usr/bin/p {\n  /srv/[-az] r,\n}\n",
    remedy: "Leave the backslash out; write `-` first in a set.",
    check: Check::Raised(&[Code::AareEscape, Code::AareSet]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static PATH_NAME: Rule = Rule {
    code: "AA0406",
    name: "profile-named-by-path",
    severity: crate::diagnostic::Severity::Note,
    default: false,
    summary: "a profile is named by a path",
    why: "Peers and logs have to spell out the path, with its pattern.",
    bad: "profile /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Write `profile NAME PATH {`.",
    check: Check::Raised(&[Code::PathName]),
    ..Rule::BASE
};
