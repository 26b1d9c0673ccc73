//! Meanings of the kernel's remarks (`info="…"` in `security/apparmor/`), and remedies.

/// The start of a remark, and what it means.
const REMARKS: [(&str, &str); 22] = [
    (
        "Failed name lookup - disconnected",
        "the file is not below the root of the process's mount namespace; a profile that needs it has the flag \
         attach_disconnected, best with a path of its own (attach_disconnected.path=/…)",
    ),
    (
        "Failed name lookup - deleted",
        "the file was deleted while it was open; with the flag mediate_deleted it is mediated by the name that it had",
    ),
    ("Failed name lookup - name too long", "the path is longer than what the kernel takes (parameter path_max)"),
    ("Failed name lookup", "the kernel could not determine the path of the file"),
    (
        "no new privs",
        "the process has given up new privileges (NO_NEW_PRIVS), and the exec would lead to a profile that may do more; run the program \
         under the same profile (ix), or stack the new one (px -> &name)",
    ),
    ("profile transition not found", "the profile that the exec leads to is not loaded"),
    ("profile not found", "the profile that the exec leads to is not loaded"),
    ("label not found", "the profile to change to is not loaded, or has another name"),
    ("ptrace prevents transition", "another process traces this one, and may not trace it under the new profile"),
    ("unconfined can not change_hat", "only a process under a profile with hats can change to one"),
    (
        "link not subset of target",
        "the new name would allow what the old one does not; a link needs a rule for both, `l -> target`",
    ),
    ("failed mntpnt match", "no mount rule has this mount point"),
    ("failed srcname match", "no mount rule has this source"),
    ("failed type match", "no rule has this type: of file system, or of socket"),
    ("failed flags match", "no mount rule has these options; `options=(…)` must list all of them"),
    ("failed data match", "no mount rule has this data"),
    ("failed af match", "no rule applies to sockets of this address family"),
    ("failed protocol match", "no rule applies to this protocol"),
    ("failed cmd selection match", "no rule allows this operation on the socket"),
    ("failed local label match", "no rule has this label for the socket"),
    ("failed peer", "no rule has this peer address or peer profile"),
    (
        "Userns create",
        "the system restricts user namespaces of programs without a profile; give the program a profile with `userns,`",
    ),
];

/// Returns the meaning of a remark; `None` for unknown remarks.
pub(super) fn of(info: &str) -> Option<&'static str> {
    REMARKS.iter().find(|(start, _)| info.starts_with(start)).map(|(_, meaning)| *meaning)
}
