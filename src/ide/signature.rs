//! Signature help: the syntax of the rule around a cursor, and which part of it is being written. The rule need not be
//! finished.

use super::construct::Construct;
use super::context::{CursorContext, CursorSlot, EnclosingElement, PieceKind};

/// The syntax of a construct at a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConstructSignature {
    /// All of it.
    pub(crate) label: &'static str,
    /// Its parts, each a text of the label, with what it is.
    pub(crate) parameters: Vec<(&'static str, &'static str)>,
    /// The part at the cursor; as large as the number of parts where it is none of them.
    pub(crate) active: usize,
}

/// The label of a construct and its parts.
type ConstructSyntax = (&'static str, &'static [(&'static str, &'static str)]);

const ACCESS: (&str, &str) =
    ("(ACCESS)", "Permissions, one word or several in parentheses; without them, all that fit.");
const TARGET: (&str, &str) =
    ("-> TARGET", "The profile to change to: a name, or `&` and a name to stack it on this one.");
const SAFETY: (&str, &str) = ("[safe|unsafe]", "Scrubs the environment at exec, or does not.");
const LABEL: (&str, &str) = ("[label=LABEL]", "The label that the rule applies to: a profile name or a pattern.");

/// The syntax of each construct.
fn syntax(construct: Construct) -> Option<ConstructSyntax> {
    Some(match construct {
        Construct::Abi => (
            "abi <PATH>,",
            &[("<PATH>", "A features file, looked up in the include directories when in angle brackets.")],
        ),
        Construct::Include => (
            "include [if exists] <PATH>",
            &[
                ("[if exists]", "A missing file is not an error."),
                ("<PATH>", "A file or directory, looked up in the include directories when in angle brackets."),
            ],
        ),
        Construct::Alias => (
            "alias FROM -> TO,",
            &[
                ("FROM", "The prefix of paths that is replaced."),
                ("-> TO", "Its replacement. The original path stays allowed as well."),
            ],
        ),
        Construct::SetVariable => (
            "@{NAME} = VALUE …",
            &[(
                "VALUE …",
                "One or more values up to the end of the line; `+=` adds, `?=` sets if unset, `:=` replaces.",
            )],
        ),
        Construct::BoolVariable => {
            ("$NAME = EXPRESSION", &[("EXPRESSION", "`true`, `false`, variables, comparisons, `and`, `or`, `not`.")])
        }
        Construct::Profile => (
            "profile NAME [ATTACHMENT] [xattrs=(…)] [flags=(…)] {",
            &[
                ("NAME", "The profile's name; a path attaches to that program."),
                ("[ATTACHMENT]", "A pattern of the programs that get the profile when they are executed."),
                ("[xattrs=(…)]", "Extended attributes that the program must have."),
                ("[flags=(…)]", "The mode (`complain`, `kill`, …) and other flags."),
            ],
        ),
        Construct::Hat => (
            "hat NAME [flags=(…)] {",
            &[
                ("NAME", "The hat's name, as the program names it."),
                ("[flags=(…)]", "The mode and other flags; they are not inherited."),
            ],
        ),
        Construct::If => (
            "if CONDITION { … } else { … }",
            &[("CONDITION", "`$BOOL`, `defined @{X}`, `@{X} == value`, `in`, joined with `and`, `or`, `not`.")],
        ),
        Construct::Rlimit => (
            "set rlimit NAME <= VALUE [UNIT],",
            &[
                ("NAME", "The resource (`getrlimit(2)`)."),
                ("VALUE", "A number, or `infinity`."),
                ("[UNIT]", "`KB`, `MB`, `GB` for sizes; `us`, `ms`, `s`, `min`, `hour`, `day`, `week` for times."),
            ],
        ),
        Construct::File => (
            "[file] [safe|unsafe] PATH PERMISSIONS [-> TARGET],",
            &[
                SAFETY,
                (
                    "PATH",
                    "The files: `*` is anything but `/`, `**` anything, `{a,b}` one of them, `[abc]` one byte, `@{X}` a variable.",
                ),
                ("PERMISSIONS", "Letters of `m r w a l k`, then an exec mode such as `ix`, `Px`, `Cx`, `Ux`."),
                ("[-> TARGET]", "The profile to enter at exec, or the target of a link."),
            ],
        ),
        Construct::Link => (
            "link [subset] LINK -> TARGET,",
            &[
                ("[subset]", "The permissions on the link must be a subset of those on the target."),
                ("LINK", "The path of the new link."),
                ("-> TARGET", "The file that it leads to."),
            ],
        ),
        Construct::ChangeProfile => (
            "change_profile [safe|unsafe] [EXEC] -> TARGET,",
            &[SAFETY, ("[EXEC]", "The program at whose exec the change may happen."), TARGET],
        ),
        Construct::Capability => {
            ("capability NAME …,", &[("NAME …", "Capabilities (`capabilities(7)`); none named means all.")])
        }
        Construct::Network => (
            "network (ACCESS) [FAMILY] [TYPE|PROTOCOL] [ip=… port=…] [peer=(…)],",
            &[
                ACCESS,
                ("[FAMILY]", "The address family: `inet`, `inet6`, `netlink`, …"),
                ("[TYPE|PROTOCOL]", "`stream`, `dgram`, `raw`, …, or `tcp`, `udp`, `icmp`."),
                ("[ip=… port=…]", "The local address, port and interface."),
                ("[peer=(…)]", "Address and port of the other side."),
            ],
        ),
        Construct::Unix => (
            "unix (ACCESS) [type=TYPE] [addr=ADDRESS] [peer=(…)],",
            &[
                ACCESS,
                ("[type=TYPE]", "`stream`, `dgram` or `seqpacket`."),
                ("[addr=ADDRESS]", "`none`, `auto`, or an abstract name after `@`."),
                ("[peer=(…)]", "Label and address of the other side."),
            ],
        ),
        Construct::Dbus => (
            "dbus (ACCESS) [bus=BUS] [path=PATH] [interface=NAME] [member=NAME] [name=NAME] [peer=(…)],",
            &[
                ACCESS,
                ("[bus=BUS]", "`system`, `session`, or an address."),
                ("[path=PATH]", "The object's path."),
                ("[interface=NAME]", "The interface."),
                ("[member=NAME]", "The method or signal."),
                ("[name=NAME]", "The name to own, with `bind`."),
                ("[peer=(…)]", "Name and label of the other side."),
            ],
        ),
        Construct::Signal => (
            "signal (ACCESS) [set=(SIGNALS)] [peer=LABEL],",
            &[
                ACCESS,
                ("[set=(SIGNALS)]", "The signals; without it, all."),
                ("[peer=LABEL]", "The other task's label; without it, any."),
            ],
        ),
        Construct::Ptrace => {
            ("ptrace (ACCESS) [peer=LABEL],", &[ACCESS, ("[peer=LABEL]", "The other task's label; without it, any.")])
        }
        Construct::Mount => (
            "mount [fstype=TYPE] [options=(…)] [SOURCE] -> MOUNTPOINT,",
            &[
                ("[fstype=TYPE]", "The type of the file system."),
                ("[options=(…)]", "Mount options: with `=` exactly these, with `in` any selection."),
                ("[SOURCE]", "The device, or the directory of a bind mount."),
                ("-> MOUNTPOINT", "Where it is mounted; directories end in `/`."),
            ],
        ),
        Construct::Remount => (
            "remount [options=(…)] MOUNTPOINT,",
            &[("[options=(…)]", "The new options."), ("MOUNTPOINT", "What is remounted; directories end in `/`.")],
        ),
        Construct::Umount => ("umount MOUNTPOINT,", &[("MOUNTPOINT", "What is unmounted; directories end in `/`.")]),
        Construct::PivotRoot => (
            "pivot_root [oldroot=PATH] NEWROOT,",
            &[("[oldroot=PATH]", "Where the old root is mounted."), ("NEWROOT", "The new root.")],
        ),
        Construct::Mqueue => (
            "mqueue (ACCESS) [type=posix|sysv] [label=LABEL] NAME,",
            &[
                ACCESS,
                ("[type=posix|sysv]", "Which kind; without it, as the name says."),
                LABEL,
                ("NAME", "`/name` of a POSIX queue, or the number of a System V queue."),
            ],
        ),
        Construct::Userns => ("userns [create],", &[("[create]", "The only permission.")]),
        Construct::IoUring => ("io_uring (ACCESS) [label=LABEL],", &[ACCESS, LABEL]),
        Construct::Else | Construct::Block | Construct::All => return None,
    })
}

/// The syntax of the construct around the cursor.
pub(crate) fn signature(context: &CursorContext<'_>) -> Option<ConstructSignature> {
    if context.inside == EnclosingElement::Comment {
        return None;
    }
    // What begins like a path may still be a profile's name, but mostly is a file rule.
    let construct = context.construct?;
    let (label, parameters) = syntax(construct)?;
    let part = active(context, construct);
    let found = parameters.iter().position(|(label, _)| {
        let plain = label.trim_start_matches(['[', '-', '>', ' ', '(']);
        plain.strip_prefix(part).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    });
    let active = found.unwrap_or(parameters.len());
    Some(ConstructSignature { label, parameters: parameters.to_vec(), active })
}

/// The first word of the part at the cursor.
fn active<'t>(context: &CursorContext<'t>, construct: Construct) -> &'t str {
    let name = |range: &std::ops::Range<u32>| std::str::from_utf8(context.slice(range)).unwrap_or("?");
    let condition = |name: &'t str| match name {
        "ip" | "port" | "interface" => "ip",
        "vfstype" => "fstype",
        "option" => "options",
        "" => "?",
        name => name,
    };
    match &context.slot {
        CursorSlot::List if matches!(construct, Construct::Profile | Construct::Hat) => "flags",
        CursorSlot::List => "ACCESS",
        CursorSlot::ConditionValue { name: range, .. } => condition(name(range)),
        CursorSlot::GroupName { group } | CursorSlot::GroupValue { group, .. } => condition(name(group)),
        CursorSlot::Target | CursorSlot::Done => match construct {
            Construct::Alias => "TO",
            Construct::Mount => "MOUNTPOINT",
            _ => "TARGET",
        },
        CursorSlot::IncludePath => "<PATH>",
        CursorSlot::Name => "NAME",
        CursorSlot::Header if context.pieces.len() <= 2 => "ATTACHMENT",
        CursorSlot::Header => "flags",
        CursorSlot::Expression { .. } if construct == Construct::If => "CONDITION",
        CursorSlot::Expression { .. } => "EXPRESSION",
        CursorSlot::Value => "VALUE",
        CursorSlot::Start if construct == Construct::File => "PATH",
        CursorSlot::Argument => argument(context, construct),
        CursorSlot::Start | CursorSlot::Else | CursorSlot::Priority => "?",
    }
}

/// The part of a rule at the cursor, outside of conditions and not after an arrow.
fn argument(context: &CursorContext<'_>, construct: Construct) -> &'static str {
    match construct {
        Construct::Include => "if",
        Construct::Capability => "NAME",
        Construct::Alias => "FROM",
        Construct::Link => "LINK",
        Construct::Rlimit => match context.pieces.len() {
            0 | 1 => "?",
            2 => "NAME",
            3 | 4 => "VALUE",
            _ => "UNIT",
        },
        Construct::File if context.has_path() && !leading(context) => "PERMISSIONS",
        Construct::File => "PATH",
        Construct::ChangeProfile => "EXEC",
        Construct::Network => match context.sockets().len() {
            0 if context.pieces.len() == 1 => "ACCESS",
            0 => "FAMILY",
            1 => "TYPE",
            _ => "ip",
        },
        Construct::Unix | Construct::Dbus | Construct::Signal | Construct::Ptrace | Construct::IoUring
            if context.pieces.len() == 1 =>
        {
            "ACCESS"
        }
        Construct::Mqueue if context.pieces.len() == 1 => "ACCESS",
        Construct::Mqueue => "NAME",
        Construct::Mount => "SOURCE",
        Construct::Remount | Construct::Umount => "MOUNTPOINT",
        Construct::PivotRoot => "NEWROOT",
        Construct::Userns => "create",
        _ => "?",
    }
}

/// Whether the permissions of a file rule stand before its path.
fn leading(context: &CursorContext<'_>) -> bool {
    let first = context.pieces.iter().find(|piece| piece.kind == PieceKind::Word);
    first.is_some_and(|piece| context.letters(piece).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::construct::KEYWORDS;

    /// The active part at the `|` of a text; empty where there is none.
    fn part(text: &str) -> &'static str {
        let cursor = u32::try_from(text.find('|').unwrap()).unwrap();
        let text = text.replacen('|', "", 1);
        let context = CursorContext::new(text.as_bytes(), cursor);
        let signature = signature(&context);
        signature.and_then(|it| it.parameters.get(it.active).map(|(label, _)| *label)).unwrap_or("")
    }

    #[test]
    fn parts_are_texts_of_the_label() {
        let others = [Construct::SetVariable, Construct::BoolVariable];
        for construct in KEYWORDS.iter().map(|&(_, construct)| construct).chain(others) {
            let Some((label, parameters)) = syntax(construct) else { continue };
            let mut at = 0;
            for (part, text) in parameters {
                let found = label[at..].find(part).unwrap_or_else(|| panic!("{part} in {label}"));
                at += found + part.len();
                assert!(!text.is_empty());
            }
        }
    }

    #[test]
    fn the_part_at_the_cursor() {
        for (text, expected) in [
            ("profile p { signal |", "(ACCESS)"),
            ("profile p { signal (send, |", "(ACCESS)"),
            ("profile p { signal (send) set=(h|", "[set=(SIGNALS)]"),
            ("profile p { signal peer=|", "[peer=LABEL]"),
            ("profile p { capability chown |", "NAME …"),
            ("profile p { network |", "(ACCESS)"),
            ("profile p { network send |", "[FAMILY]"),
            ("profile p { network inet |", "[TYPE|PROTOCOL]"),
            ("profile p { network inet tcp port=8|", "[ip=… port=…]"),
            ("profile p { network peer=(ip=|", "[peer=(…)]"),
            ("profile p { dbus send member=|", "[member=NAME]"),
            ("profile p { /a |", "PERMISSIONS"),
            ("profile p { /a r|", "PERMISSIONS"),
            ("profile p { /a Px -> |", "[-> TARGET]"),
            ("profile p { file |", "PATH"),
            ("profile p { rw |", "PATH"),
            ("profile p { link /a -> |", "-> TARGET"),
            ("profile p { mount options=(|", "[options=(…)]"),
            ("profile p { mount fstype=ext4 |", "[SOURCE]"),
            ("profile p { mount /a -> |", "-> MOUNTPOINT"),
            ("profile p { set rlimit |", "NAME"),
            ("profile p { set rlimit cpu <= |", "VALUE"),
            ("profile p { set rlimit cpu <= 3 |", "[UNIT]"),
            ("profile p { change_profile -> |", "-> TARGET"),
            ("profile p { mqueue r type=posix /|", "NAME"),
            ("profile p { userns |", "[create]"),
            ("profile |", "NAME"),
            ("profile p |", "[ATTACHMENT]"),
            ("profile p /a flags=(|", "[flags=(…)]"),
            ("include <|", "<PATH>"),
            ("include if |", "[if exists]"),
            ("abi |", "<PATH>"),
            ("alias /a -> |", "-> TO"),
            ("@{X} = a |", "VALUE …"),
            ("$X = |", "EXPRESSION"),
            ("if |", "CONDITION"),
            ("profile p { all |", ""),
            ("profile p { # signal |", ""),
            ("|", ""),
        ] {
            assert_eq!(part(text), expected, "{text}");
        }
    }
}
