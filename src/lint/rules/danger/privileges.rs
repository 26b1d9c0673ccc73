//! Capabilities and rules of other classes that undo the confinement.

use crate::diagnostic::Severity;
use crate::lint::check::{Access, Check, ItemView, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::{LinkTarget, MountOperation, Owner, ProfileMode, RuleKind};
use crate::syntax::ast::{self, ItemKind};
use crate::vocab::{FilePermissions, PtracePermissions, capabilities};

pub(in crate::lint::rules) static SYS_ADMIN: Rule = Rule {
    code: "AA0108",
    name: "capability-sys-admin",
    severity: Severity::Note,
    summary: "`capability sys_admin` is allowed",
    why: "It is a hundred permissions in one: mounting, namespaces, devices, and more with every kernel. Only mount rules, \
          `userns` and file rules hold it in check.",
    bad: "profile p /usr/bin/p {\n  capability sys_admin,\n}\n",
    good: "profile p /usr/bin/p {\n  capability net_admin,\n}\n",
    remedy: "Find out what it is needed for; many of its uses have capabilities of their own now (`bpf`, `perfmon`, \
             `checkpoint_restore`).",
    check: Check::Profile(sys_admin),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SYS_MODULE: Rule = Rule {
    code: "AA0109",
    name: "capability-sys-module",
    summary: "`capability sys_module` is allowed",
    why: "A loaded module is code in the kernel: it turns AppArmor off.",
    bad: "profile p /usr/bin/p {\n  capability sys_module,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/bin/kmod Px,\n}\n",
    remedy: "Let `kmod` load modules, in a profile of its own.",
    check: Check::Profile(sys_module),
    ..Rule::BASE
};

pub(in crate::lint::rules) static MAC_ADMIN: Rule = Rule {
    code: "AA0110",
    name: "capability-mac-admin",
    summary: "`capability mac_admin` or `mac_override` is allowed",
    why: "`mac_admin` loads, replaces and removes profiles: this one, too.",
    bad: "profile p /usr/bin/p {\n  capability mac_admin,\n}\n",
    good: "profile p /usr/bin/p {\n  /usr/sbin/apparmor_parser Px,\n}\n",
    remedy: "Leave loading of policy to a program that does nothing else.",
    check: Check::Profile(mac_admin),
    ..Rule::BASE
};

pub(in crate::lint::rules) static RAW_IO: Rule = Rule {
    code: "AA0111",
    name: "capability-sys-rawio",
    summary: "`capability sys_rawio` is allowed",
    why: "It opens I/O ports, `/dev/mem` and raw commands to disks, past every rule about paths.",
    bad: "profile p /usr/bin/p {\n  capability sys_rawio,\n}\n",
    good: "profile p /usr/bin/p {\n  /sys/class/hwmon/ r,\n}\n",
    remedy: "Look for an interface of the kernel that gives the same without raw access.",
    check: Check::Profile(raw_io),
    ..Rule::BASE
};

pub(in crate::lint::rules) static DAC: Rule = Rule {
    code: "AA0112",
    name: "dac-override-with-broad-files",
    summary: "permissions of files are overridden, and file rules are broad",
    why: "With `dac_override` only the file rules of the profile protect files, and here they allow to write everywhere.",
    bad: "profile p /usr/bin/p {\n  capability dac_override,\n  /** rw,\n}\n",
    good: "profile p /usr/bin/p {\n  capability dac_override,\n  /srv/p/** rw,\n}\n",
    remedy: "Name the directories, or leave the capability out.",
    check: Check::Profile(dac),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ALL_CAPABILITIES: Rule = Rule {
    code: "AA0113",
    name: "all-capabilities",
    summary: "every capability is allowed",
    why: "`capability,` takes in those that turn AppArmor off, and those of kernels to come.",
    bad: "profile p /usr/bin/p {\n  capability,\n}\n",
    good: "profile p /usr/bin/p {\n  capability setgid setuid,\n}\n",
    remedy: "Name those that the program needs; `audit capability,` in a test run shows them.",
    check: Check::Profile(all_capabilities),
    ..Rule::BASE
};

pub(in crate::lint::rules) static PTRACE: Rule = Rule {
    code: "AA0114",
    name: "ptrace-any",
    summary: "processes of other profiles, or unconfined ones, may be traced",
    why: "Who traces a process makes it do anything: the confinement is that of the most powerful process it can reach. \
          With `capability sys_ptrace` those of other users are among them.",
    bad: "profile p /usr/bin/p {\n  ptrace,\n}\n",
    good: "profile p /usr/bin/p {\n  ptrace trace peer=p,\n  ptrace read,\n}\n",
    remedy: "Name the profile that is traced (`peer=`), or allow `read` only, which is what most programs need.",
    check: Check::Profile(ptrace_any),
    ..Rule::BASE
};

pub(in crate::lint::rules) static MOUNT: Rule = Rule {
    code: "AA0115",
    name: "mount-any",
    summary: "anything may be mounted anywhere",
    why: "A bind mount gives any file another path, which other rules of the profile allow: rules about paths protect nothing.",
    bad: "profile p /usr/bin/p {\n  capability sys_admin,\n  mount,\n}\n",
    good: "profile p /usr/bin/p {\n  capability sys_admin,\n  mount fstype=tmpfs options=(rw, nosuid) -> /run/p/,\n}\n",
    remedy: "Say what is mounted, with which options, and where.",
    check: Check::Profile(mount_any),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CHANGE_PROFILE: Rule = Rule {
    code: "AA0116",
    name: "change-profile-unconfined",
    summary: "the program may leave its profile",
    why: "`change_profile` to `unconfined`, or to any profile, is a way out that the program takes whenever it likes.",
    bad: "profile p /usr/bin/p {\n  change_profile -> unconfined,\n}\n",
    good: "profile p /usr/bin/p {\n  change_profile -> p//worker,\n\n  profile worker {\n    /etc/p.conf r,\n  }\n}\n",
    remedy: "Name the profiles that it may change to.",
    check: Check::Profile(change_profile),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ALL: Rule = Rule {
    code: "AA0117",
    name: "allow-all",
    summary: "everything is allowed (`all,`)",
    why: "The profile confines nothing; `deny` rules beside it have to think of everything.",
    bad: "profile p /usr/bin/p {\n  all,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Allow what the program needs. A profile that only gives a name is `flags=(unconfined)`.",
    check: Check::Item(all),
    ..Rule::BASE
};

pub(in crate::lint::rules) static FILE_ALL: Rule = Rule {
    code: "AA0118",
    name: "file-all",
    aliases: &["too-wide"],
    summary: "every access to every file is allowed (`file,`)",
    why: "It is `/** rwlkmix` and more. Denies beside it miss other spellings of the same file: `/bin/sh` and \
          `/usr/bin/sh`, mounts, hard links.",
    bad: "profile p /usr/bin/p {\n  file,\n  deny /etc/shadow r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n  /var/lib/p/** rw,\n}\n",
    remedy: "Name the files.",
    check: Check::Item(file_all),
    ..Rule::BASE
};

pub(in crate::lint::rules) static NETWORK: Rule = Rule {
    code: "AA0129",
    name: "network-any",
    severity: Severity::Note,
    summary: "sockets of every family are allowed (`network,`)",
    why: "Old and rare families are where the kernel's holes are, and `packet` and `netlink` sockets reach further than a \
          service needs.",
    bad: "profile p /usr/bin/p {\n  network,\n}\n",
    good: "profile p /usr/bin/p {\n  network inet stream,\n  network inet6 stream,\n}\n",
    remedy: "Name family and type.",
    check: Check::Item(network),
    ..Rule::BASE
};

pub(in crate::lint::rules) static IPC: Rule = Rule {
    code: "AA0130",
    name: "ipc-any",
    severity: Severity::Note,
    summary: "every message is allowed (`dbus,`, `signal,` or `unix,`)",
    why: "Services on a bus do things for whoever asks: to allow all messages is to allow all that any service does.",
    bad: "profile p /usr/bin/p {\n  dbus,\n}\n",
    good: "profile p /usr/bin/p {\n  dbus send bus=system path=/org/example interface=org.example member=Get,\n}\n",
    remedy: "Name bus, path, interface and member; peers and signals.",
    check: Check::Item(ipc),
    ..Rule::BASE
};

pub(in crate::lint::rules) static UNCONFINED_MODE: Rule = Rule {
    code: "AA0131",
    name: "unconfined-profile",
    severity: Severity::Note,
    default: false,
    summary: "the profile confines nothing (`unconfined`, `default_allow`)",
    why: "It only gives the program a name. The rules in it have no effect but where they hold in such a profile.",
    bad: "profile p /usr/bin/p flags=(unconfined) {\n  userns,\n}\n",
    good: "profile p /usr/bin/p {\n  userns,\n  /usr/bin/p mr,\n}\n",
    remedy: "Confine the program, or leave it so knowingly.",
    check: Check::Profile(unconfined_mode),
    ..Rule::BASE
};

pub(in crate::lint::rules) static COMPLAIN: Rule = Rule {
    code: "AA0132",
    name: "complain-mode",
    severity: Severity::Note,
    default: false,
    summary: "the profile only logs what it does not allow (`complain`)",
    why: "It is a mode for writing a profile; forgotten, it protects nothing.",
    bad: "profile p /usr/bin/p flags=(complain) {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Take the flag out once the log is quiet.",
    check: Check::Profile(complain),
    ..Rule::BASE
};

pub(in crate::lint::rules) static LINK_SUBSET: Rule = Rule {
    code: "AA0133",
    name: "link-of-others",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    default: false,
    summary: "hard links to files of other users are not held to the permissions of their target",
    why: "The test that a link has no more permissions than its target is made for files of the program's user only: \
          apparmor_parser and armorer write it so, and kernels want it so.",
    bad: "profile p /usr/bin/p {\n  /srv/p/** rl,\n}\n",
    good: "profile p /usr/bin/p {\n  owner /srv/p/** rl,\n}\n",
    remedy: "Write `owner` before rules with `l`.",
    check: Check::Profile(link_subset),
    ..Rule::BASE
};

pub(in crate::lint::rules) static USERNS: Rule = Rule {
    code: "AA0134",
    name: "userns-with-sys-admin",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    summary: "user namespaces are allowed together with `sys_admin`",
    why: "In a namespace of its own any user has `sys_admin`, and with it most of the kernel that only root reached before.",
    bad: "profile p /usr/bin/p {\n  userns,\n  capability sys_admin,\n}\n",
    good: "profile p /usr/bin/p {\n  userns,\n  capability net_bind_service,\n}\n",
    remedy: "Make the sandbox in a helper with a profile of its own, as sandboxes of browsers do.",
    check: Check::Profile(userns),
    ..Rule::BASE
};

/// A bit for a capability.
fn bit(name: &str) -> u64 {
    capabilities::number(name.as_bytes()).and_then(|number| 1_u64.checked_shl(number.into())).unwrap_or(0)
}

/// Reports rules that name one of the capabilities. Those that allow all have a finding of their own.
fn capability(view: &ProfileView<'_>, names: &[&str], what: &str, reporter: &mut Reporter<'_>) {
    for (rule, mask) in view.capabilities() {
        if let Some(name) = names.iter().find(|name| mask != u64::MAX && mask & bit(name) != 0) {
            reporter.report(rule.span, format!("`{name}` {what}"));
        }
    }
}

fn sys_admin(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    capability(view, &["sys_admin"], "allows far more than one thing", reporter);
}

fn sys_module(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    capability(view, &["sys_module"], "lets the program put code into the kernel", reporter);
}

fn mac_admin(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    capability(view, &["mac_admin", "mac_override"], "lets the program change policy", reporter);
}

fn raw_io(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    capability(view, &["sys_rawio"], "gives access past every path", reporter);
}

fn dac(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    let mut broad = view.allowed_files().filter(|(rule, file)| {
        rule.prefix.owner != Some(Owner::Owner) && Access::Write.is_in(file) && view.is_broad(file)
    });
    let Some((wide, _)) = broad.next() else { return };
    for (rule, mask) in view.capabilities() {
        if mask & bit("dac_override") != 0 {
            let finding = reporter.finding(rule.span, "permissions of files do not count, and file rules are broad");
            reporter.push(finding.and_label(wide.span, "allows to write everywhere"));
        }
    }
}

fn all_capabilities(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for (rule, mask) in view.capabilities() {
        if mask == u64::MAX
            && !view.profile.rules.iter().any(|other| other.span == rule.span && other.kind != rule.kind)
        {
            reporter.report(rule.span, "every capability is allowed");
        }
    }
}

fn ptrace_any(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for rule in view.allowed() {
        let RuleKind::Ptrace(found) = &rule.kind else { continue };
        if !found.permissions.contains(PtracePermissions::TRACE) {
            continue;
        }
        let whom = match &found.peer {
            None => "any process".to_owned(),
            Some(peer) if matches!(peer.value.as_bytes(), b"unconfined" | b"**" | b"*") => format!("`{}`", peer.value),
            Some(_) => continue,
        };
        let powerful = view.capabilities().any(|(_, mask)| mask & bit("sys_ptrace") != 0);
        let others = if powerful { ", of other users too" } else { "" };
        reporter.report(rule.span, format!("{whom} may be traced{others}"));
    }
}

fn mount_any(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for rule in view.allowed() {
        let RuleKind::Mount(mount) = &rule.kind else { continue };
        let bare = mount.source.is_none() && mount.point.is_none() && mount.fstypes.is_empty();
        if mount.operation == MountOperation::Mount && bare && mount.options.is_empty() && mount.optional.is_empty() {
            reporter.report(rule.span, "anything may be mounted anywhere");
        }
    }
}

fn change_profile(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for rule in view.allowed() {
        let RuleKind::ChangeProfile(change) = &rule.kind else { continue };
        let target = change.target.as_ref().map(|target| target.value.as_bytes());
        let to = match target {
            None | Some(b"**") => "any profile",
            Some(b"unconfined" | b":unconfined:unconfined") => "`unconfined`",
            Some(_) => continue,
        };
        let when = if change.exec.is_some() { " when it starts that program" } else { "" };
        reporter.report(rule.span, format!("the program may change to {to}{when}"));
    }
}

/// An allowing rule of an item.
fn allowing<'a>(view: &ItemView<'a>) -> Option<&'a ast::RuleKind> {
    let rule = view.rule()?;
    (rule.prefix.mode != Some(ast::RuleMode::Deny)).then_some(&rule.kind)
}

fn all(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some(ast::RuleKind::All(_)) = allowing(view) {
        reporter.report(view.span(), "everything is allowed");
    }
}

fn file_all(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some(ast::RuleKind::File(ast::FileRule { body: ast::FileBody::All, .. })) = allowing(view) {
        let denies = view.siblings.iter().filter(|item| {
            matches!(&item.kind.value, ItemKind::Rule(ast::Rule { prefix, kind: ast::RuleKind::File(_) })
                if prefix.mode == Some(ast::RuleMode::Deny))
        });
        let finding = reporter.finding(view.span(), "every access to every file is allowed");
        reporter.push(match denies.count() {
            0 => finding,
            count => {
                finding.with_help(format!("the {count} deny rules beside it miss other spellings of the same files"))
            }
        });
    }
}

fn network(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some(ast::RuleKind::Network(rule)) = allowing(view)
        && rule.family.is_none()
        && rule.socket.is_none()
        && rule.conditions.is_empty()
        && rule.peer.is_none()
    {
        reporter.report(view.span(), "sockets of every family are allowed");
    }
}

/// Whether neither permissions nor conditions narrow a rule.
fn bare<P, C>(permissions: &Option<P>, conditions: &[C]) -> bool {
    permissions.is_none() && conditions.is_empty()
}

fn ipc(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let what = match allowing(view) {
        Some(ast::RuleKind::Dbus(rule)) if bare(&rule.permissions, &rule.conditions) && rule.peer.is_none() => {
            "message on every bus"
        }
        Some(ast::RuleKind::Unix(rule)) if bare(&rule.permissions, &rule.conditions) && rule.peer.is_none() => {
            "unix socket"
        }
        Some(ast::RuleKind::Signal(rule)) if bare(&rule.permissions, &rule.conditions) => "signal",
        _ => return,
    };
    reporter.report(view.span(), format!("every {what} is allowed"));
}

fn unconfined_mode(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if matches!(view.profile.flags.mode, ProfileMode::Unconfined | ProfileMode::DefaultAllow) {
        reporter.report(view.profile.span, format!("profile `{}` confines nothing", view.profile.name));
    }
}

fn complain(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if view.profile.flags.mode == ProfileMode::Complain {
        reporter.report(view.profile.span, format!("profile `{}` only logs", view.profile.name));
    }
}

fn link_subset(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file) in view.allowed_files() {
        if file.access.contains(FilePermissions::LINK)
            && file.link == LinkTarget::Any
            && rule.prefix.owner != Some(Owner::Owner)
        {
            reporter.report(rule.span, "links to files of others are not held to the permissions of their target");
        }
    }
}

fn userns(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if !matches!(view.profile.flags.mode, ProfileMode::Enforce | ProfileMode::Kill) {
        return;
    }
    let Some((admin, _)) = view.capabilities().find(|(_, mask)| mask & bit("sys_admin") != 0) else { return };
    for rule in view.allowed().filter(|rule| rule.kind == RuleKind::Userns) {
        if rule.span != admin.span {
            let finding = reporter.finding(rule.span, "user namespaces and `sys_admin` together");
            reporter.push(finding.and_label(admin.span, "`sys_admin`"));
        }
    }
}
