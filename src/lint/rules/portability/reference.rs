//! Where apparmor_parser 5.0.2 does not do what a profile says, and armorer does: for those who use both.
//!
//! The resolver and the encoder raise these; here they get their pages.

use crate::diagnostic::{Code, Severity};
use crate::lint::check::Check;
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static DEFINED: Rule = Rule {
    code: "AA0350",
    name: "ref-defined",
    summary: "apparmor_parser takes `defined $X` for false",
    why: "The branch is taken here and not there.",
    bad: "$debug = true\n\nprofile p /usr/bin/p {\n  if defined $debug {\n    /var/log/p w,\n  }\n  /etc/p.conf r,\n}\n",
    good: "$debug = true\n\nprofile p /usr/bin/p {\n  if $debug {\n    /var/log/p w,\n  }\n  /etc/p.conf r,\n}\n",
    remedy: "Test the variable itself.",
    check: Check::Raised(&[Code::RefDefined]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static VARIABLE: Rule = Rule {
    code: "AA0351",
    name: "ref-variable",
    summary: "apparmor_parser uses old values of a variable",
    why: "It keeps what a variable held when it was first compared, or in the first profile of the file.",
    bad: "@{data} = /srv/a\n$one = @{data} == /srv/a\n@{data} += /srv/b\n\nprofile p /usr/bin/p {\n  @{data}/** r,\n}\n",
    good: "@{data} = /srv/a /srv/b\n\nprofile p /usr/bin/p {\n  @{data}/** r,\n}\n",
    remedy: "Compare behind the last assignment.",
    check: Check::Raised(&[Code::RefVariable]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static INCLUDE: Rule = Rule {
    code: "AA0352",
    name: "ref-include",
    summary: "apparmor_parser leaves out what a branch that is not taken includes",
    why: "It counts the file as included, and does not read it where it is wanted.",
    bad: "$debug = false\n\nprofile p /usr/bin/p {\n  if $debug {\n    include <abstractions/base>\n  }\n  include <abstractions/base>\n}\n",
    good: "$debug = false\n\nprofile p /usr/bin/p {\n  include <abstractions/base>\n}\n",
    remedy: "Include the file before the conditional.",
    check: Check::Raised(&[Code::RefInclude]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static MERGE: Rule = Rule {
    code: "AA0353",
    name: "ref-merge",
    summary: "apparmor_parser loses one of two rules",
    why: "It does not compare the first byte of names when it merges rules.",
    bad: "profile p /usr/bin/p {\n  change_profile -> aaa,\n  change_profile -> baa,\n}\n",
    good: "profile p /usr/bin/p {\n  change_profile -> {aaa,baa},\n}\n",
    remedy: "Write one rule with an alternation.",
    check: Check::Raised(&[Code::RefMerge]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static NETWORK_UNIX: Rule = Rule {
    code: "AA0354",
    name: "ref-network-unix",
    summary: "apparmor_parser makes other unix rules of a network rule",
    why: "`network unix` with permissions grants every fine-grained permission there.",
    bad: "profile p /usr/bin/p {\n  network (create) unix,\n}\n",
    good: "profile p /usr/bin/p {\n  unix (create),\n}\n",
    remedy: "Write a `unix` rule.",
    check: Check::Raised(&[Code::RefNetworkUnix]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static NETWORK_TABLE: Rule = Rule {
    code: "AA0355",
    name: "ref-network-table",
    summary: "apparmor_parser gives all profiles of a file one table of sockets",
    why: "On kernels with the old table of sockets, and with rules about sockets in branches, profiles get each other's.",
    bad: "profile p /usr/bin/p {\n  network inet stream,\n  if defined @{profile_name} {\n  }\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  network inet stream,\n  /etc/p.conf r,\n}\n",
    remedy: "Put the profiles into files of their own, and the rules outside of conditionals.",
    check: Check::Raised(&[Code::RefNetworkTable]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static DENY_ALL: Rule = Rule {
    code: "AA0356",
    name: "ref-deny-all",
    summary: "apparmor_parser denies less than `deny all` says",
    why: "It denies files of the program's user only.",
    bad: "profile p /usr/bin/p {\n  deny all,\n}\n",
    good: "profile p /usr/bin/p {\n  deny /** rwlkm,\n  deny network,\n  deny capability,\n}\n",
    remedy: "Name the classes.",
    check: Check::Raised(&[Code::RefDenyAll]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static DENY_WIDER: Rule = Rule {
    code: "AA0357",
    name: "ref-deny-wider",
    summary: "apparmor_parser denies more than the rule says",
    why: "It drops conditions that the kernel does not mediate, and denies everything. armorer never denies more than is written.",
    bad: "profile p /usr/bin/p {\n  network inet stream,\n  deny network inet stream port=80,\n}\n",
    good: "profile p /usr/bin/p {\n  network inet stream,\n}\n",
    remedy: "Leave the condition to the firewall.",
    check: Check::Raised(&[Code::RefDenyWider]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ICMP: Rule = Rule {
    code: "AA0358",
    name: "ref-icmp",
    summary: "apparmor_parser gives icmp another protocol number",
    why: "It writes 2 for a mask where the kernel asks for 1.",
    bad: "profile p /usr/bin/p {\n  network (send) inet icmp,\n}\n",
    good: "profile p /usr/bin/p {\n  network inet raw,\n  network inet dgram,\n}\n",
    remedy: "Name the types of the sockets.",
    check: Check::Raised(&[Code::RefIcmp]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static QUEUE: Rule = Rule {
    code: "AA0359",
    name: "ref-queue-label",
    summary: "apparmor_parser writes the label of a System V queue twice",
    why: "The rule never matches there.",
    bad: "profile p /usr/bin/p {\n  mqueue (read) label=q,\n}\n",
    good: "profile p /usr/bin/p {\n  mqueue (read),\n}\n",
    remedy: "Leave the label out.",
    check: Check::Raised(&[Code::RefQueueLabel]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ADDRESS: Rule = Rule {
    code: "AA0360",
    name: "ref-unix-address",
    summary: "apparmor_parser drops the first byte of a variable in an address",
    why: "The address is another one there.",
    bad: "@{name} = @one @two\n\nprofile p /usr/bin/p {\n  unix (send) addr=@{name},\n}\n",
    good: "profile p /usr/bin/p {\n  unix (send) addr=@one,\n  unix (send) addr=@two,\n}\n",
    remedy: "Write the address out.",
    check: Check::Raised(&[Code::RefUnixAddress]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static KILL: Rule = Rule {
    code: "AA0361",
    name: "ref-kill-signal",
    summary: "apparmor_parser leaves kill.signal out",
    why: "It looks for the feature under a name that no kernel announces.",
    bad: "profile p /usr/bin/p flags=(kill kill.signal=term) {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p flags=(kill) {\n  /etc/p.conf r,\n}\n",
    remedy: "Do not rely on it with that compiler.",
    check: Check::Raised(&[Code::RefKillSignal]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static FLAGS: Rule = Rule {
    code: "AA0362",
    name: "ref-flag-order",
    summary: "apparmor_parser loses a flag that does not stand first",
    why: "`debug` and `interruptible` count there only at the beginning of the list.",
    bad: "profile p /usr/bin/p flags=(complain, debug) {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p flags=(debug, complain) {\n  /etc/p.conf r,\n}\n",
    remedy: "Write it first.",
    check: Check::Raised(&[Code::RefFlagOrder]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static NAMESPACE: Rule = Rule {
    code: "AA0363",
    name: "ref-namespace",
    summary: "apparmor_parser leaves children of a profile in a namespace outside of it",
    why: "They are loaded into the namespace of whoever loads them.",
    bad: "profile :ns:p /usr/bin/p {\n  /usr/bin/q Cx -> q,\n\n  profile q {\n    /usr/bin/q mr,\n  }\n}\n",
    good: "profile :ns:p /usr/bin/p {\n  /usr/bin/q ix,\n}\n",
    remedy: "Load the file in the namespace instead.",
    check: Check::Raised(&[Code::RefNamespace]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CHILD: Rule = Rule {
    code: "AA0364",
    name: "ref-nested-child",
    summary: "apparmor_parser names the target of a transition to a child wrongly",
    why: "In a child profile the exec fails there.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/q Cx -> q,\n\n  profile q {\n    /usr/bin/r Cx -> r,\n\n    profile r {\n      /usr/bin/r mr,\n    }\n  }\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/q Cx -> q,\n\n  profile q {\n    /usr/bin/r ix,\n  }\n}\n",
    remedy: "Write the full name: `Px -> p//q//r`.",
    check: Check::Raised(&[Code::RefNestedChild]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ATTACHMENT: Rule = Rule {
    code: "AA0365",
    name: "ref-attachment",
    severity: Severity::Note,
    summary: "apparmor_parser writes the attachment in a form that the kernel misreads",
    why: "On Linux 7.2 some of the programs that it names run unconfined.",
    bad: "profile p /{usr/,}{bin,sbin}/syslogd {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/syslogd {\n  /etc/p.conf r,\n}\n",
    remedy: "Compile with armorer.",
    check: Check::Raised(&[Code::RefAttachment]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static START: Rule = Rule {
    code: "AA0366",
    name: "ref-start",
    summary: "apparmor_parser loses a rule that matches any text from the first byte on",
    why: "The kernel does not look at the permissions of the first state.",
    bad: "@{any} = **\n\nprofile p /usr/bin/p {\n  @{any} r,\n}\n",
    good: "@{any} = /**\n\nprofile p /usr/bin/p {\n  @{any} r,\n}\n",
    remedy: "Let the pattern begin with a slash.",
    check: Check::Raised(&[Code::RefStart]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static EXEC: Rule = Rule {
    code: "AA0367",
    name: "ref-exec-conflict",
    summary: "apparmor_parser may refuse kinds of exec that another rule decides",
    why: "It depends on memory addresses there whether the file compiles.",
    bad: "profile p /usr/bin/p {\n  /f? px,\n  /?a ix,\n  /fa cx,\n\n  profile a /fa {\n    /etc/p.conf r,\n  }\n}\n",
    good: "profile p /usr/bin/p {\n  /f? px,\n  /a ix,\n}\n",
    remedy: "Make the patterns disjoint, or give them the same kind of exec.",
    check: Check::Raised(&[Code::RefExecConflict]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static LOCK: Rule = Rule {
    code: "AA0368",
    name: "ref-lock",
    severity: Severity::Note,
    summary: "apparmor_parser lets a profile without file rules lock files",
    why: "A file that it is handed open it may lock.",
    bad: "profile p /usr/bin/p {\n  capability chown,\n}\n",
    good: "profile p /usr/bin/p {\n  capability chown,\n  /usr/bin/p mr,\n}\n",
    remedy: "Write a file rule.",
    check: Check::Raised(&[Code::RefLock]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static LIMIT: Rule = Rule {
    code: "AA0369",
    name: "ref-limit",
    severity: Severity::Note,
    summary: "apparmor_parser refuses so large a profile",
    why: "It has limits that kernels no longer have.",
    bad: "profile p /usr/bin/p {\n  /usr/bin/1 Px -> t1,\n  /usr/bin/2 Px -> t2,\n  /usr/bin/3 Px -> t3,\n  /usr/bin/4 Px -> t4,\n  /usr/bin/5 Px -> t5,\n  /usr/bin/6 Px -> t6,\n  /usr/bin/7 Px -> t7,\n  /usr/bin/8 Px -> t8,\n  /usr/bin/9 Px -> t9,\n  /usr/bin/10 Px -> t10,\n  /usr/bin/11 Px -> t11,\n  /usr/bin/12 Px -> t12,\n  /usr/bin/13 Px -> t13,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/* Px,\n}\n",
    remedy: "Compile with armorer.",
    check: Check::Raised(&[Code::RefLimit]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static BLOCK: Rule = Rule {
    code: "AA0370",
    name: "ref-block",
    summary: "apparmor_parser drops or changes a rule of a block",
    why: "In `deny { … }` and its kind it keeps file, link and change_profile rules only, and turns an inner deny into an allow.",
    bad: "profile p /usr/bin/p {\n  audit {\n    network inet stream,\n  }\n}\n",
    good: "profile p /usr/bin/p {\n  audit network inet stream,\n}\n",
    remedy: "Write the prefix before each rule.",
    check: Check::Raised(&[Code::BlockKept]),
    ..Rule::BASE
};
