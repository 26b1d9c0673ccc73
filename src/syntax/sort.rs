//! Sorting rules: by kind in the order of the conventions, then by what they say.
//!
//! The unit of sorting is a *group*: rules of the body of a profile (or of a piece of one) that follow each other without blank line.
//! Rules in blocks with a prefix and in conditionals stay; so does everything that is no rule, and rules do not pass it: includes,
//! variables, aliases, blocks, conditionals, profiles. So a group of rules is a set, but for limits of one resource, of which the last
//! holds: they keep their order.
//!
//! A comment goes with the rule that it stands above, unless it is the only one of its group and stands above the first rule: then
//! it is about the group. A group with a directive (`#aa:`) above a rule is left alone.

use super::ast::{Block, File, FileBody, Item, ItemKind, Prefix, Rule, RuleKind, RuleMode, Trivia};
use super::keep;
use super::printer::item_text;
use crate::source::{Span, Spanned};
use crate::vocab::MountOperation;

/// Sorts every group of a file, but for those with an item that `stays`. Says whether anything changed places.
pub(super) fn sort(file: &mut File, stays: &dyn Fn(Span) -> bool) -> bool {
    items(&mut file.items, stays)
}

fn items(list: &mut [Item], stays: &dyn Fn(Span) -> bool) -> bool {
    let mut changed = false;
    for item in list.iter_mut() {
        if let ItemKind::Profile(profile) = &mut item.kind.value {
            let Block { items: inner, .. } = &mut profile.body;
            changed |= items(inner, stays);
        }
    }
    for run in list.chunk_by_mut(|before, after| are_grouped(before, after, stays)) {
        changed |= group(run);
    }
    changed
}

/// Whether two items that follow each other are rules of one group, for what may not move.
pub(crate) fn are_grouped(before: &Item, after: &Item, stays: &dyn Fn(Span) -> bool) -> bool {
    let breaks = |item: &Item| !is_rule(&item.kind.value) || stays(item.kind.span) || leading_spans(item).any(stays);
    !breaks(before) && !breaks(after) && !has_blank(after)
}

fn leading_spans(item: &Item) -> impl Iterator<Item = Span> {
    item.leading.iter().filter_map(|piece| match piece {
        Trivia::Comment(comment) => Some(comment.span),
        Trivia::Blank => None,
    })
}

/// Whether an item is sorted.
pub(crate) fn is_rule(kind: &ItemKind) -> bool {
    matches!(kind, ItemKind::Rule(_) | ItemKind::Rlimit(_))
}

/// Whether a blank line stands above an item.
pub(crate) fn has_blank(item: &Item) -> bool {
    item.leading.contains(&Trivia::Blank)
}

/// Returns the number of pieces above the first item of a group that stand before the group: those up to the last blank line, or the end
/// of a region.
pub(crate) fn pieces_above_group(first: &Item) -> usize {
    let ends = |piece: &Trivia| match piece {
        Trivia::Blank => true,
        Trivia::Comment(text) => keep::comment(text) == b"fmt: on",
    };
    first.leading.iter().rposition(ends).map_or(0, |at| at + 1)
}

/// Returns the number of pieces above the first item of a group that do not belong to that item alone: all, if they are a heading.
pub(crate) fn pieces_above_first(first: &Item, others: &[Item]) -> usize {
    let split = pieces_above_group(first);
    let suppresses = |piece: &Trivia| matches!(piece, Trivia::Comment(text) if is_suppression(text));
    let is_heading =
        others.iter().all(|item| item.leading.is_empty()) && !first.leading.iter().skip(split).any(suppresses);
    if is_heading { first.leading.len() } else { split }
}

/// Sorts rules without blank lines between them.
fn group(run: &mut [Item]) -> bool {
    let Some((first, others)) = run.split_first_mut() else { return false };
    if others.is_empty() {
        return false;
    }
    let above =
        first.leading.iter().skip(pieces_above_group(first)).chain(others.iter().flat_map(|item| &item.leading));
    if above.into_iter().any(|piece| matches!(piece, Trivia::Comment(text) if text.starts_with(b"#aa:"))) {
        return false;
    }
    let rest = first.leading.split_off(pieces_above_first(first, others));
    let before = std::mem::replace(&mut first.leading, rest);
    let order: Vec<SortKey> = run.iter().map(|item| SortKey::new(&item.kind.value)).collect();
    let sorted = order.is_sorted();
    if !sorted {
        run.sort_by_cached_key(|item| SortKey::new(&item.kind.value));
    }
    if let Some(first) = run.first_mut() {
        first.leading.splice(0..0, before);
    }
    !sorted
}

/// Whether a comment is about the next rule and nothing else.
fn is_suppression(comment: &[u8]) -> bool {
    let text = keep::comment(comment);
    text.starts_with(b"armorer:") || text.starts_with(b"apparmor-lint:")
}

/// The place of a rule among others, in the order of the fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SortKey {
    /// The kind.
    pub(crate) rank: u8,
    /// Whether it is denied: those come last.
    pub(crate) denied: bool,
    /// The place in the file system.
    pub(crate) place: u8,
    /// The text without its prefix, or the path.
    text: Vec<u8>,
    /// The text with its prefix.
    whole: Vec<u8>,
}

impl SortKey {
    pub(crate) fn new(kind: &ItemKind) -> SortKey {
        let (rank, denied, place, text, whole) = match kind {
            // Of several limits of one resource the last holds.
            ItemKind::Rlimit(limit) => (1, false, 0, limit.resource.as_bytes().to_vec(), Vec::new()),
            ItemKind::Rule(rule) => {
                let denied = rule.prefix.mode == Some(RuleMode::Deny);
                let (place, path) = match &rule.kind {
                    RuleKind::File(file) => match &file.body {
                        FileBody::Access { path, .. } => (place(path), path.to_vec()),
                        FileBody::All => (0, Vec::new()),
                    },
                    _ => (0, Vec::new()),
                };
                let bare = || Rule { prefix: Spanned::bare(Prefix::default()), kind: rule.kind.clone() };
                let text = if path.is_empty() { printed(bare()) } else { path };
                (rank(&rule.kind), denied, place, text, printed(rule.clone()))
            }
            _ => (0, false, 0, Vec::new(), Vec::new()),
        };
        SortKey { rank, denied, place, text, whole }
    }
}

fn printed(rule: Rule) -> Vec<u8> {
    item_text(&ItemKind::Rule(rule))
}

/// The order of kinds.
fn rank(kind: &RuleKind) -> u8 {
    match kind {
        RuleKind::All(_) => 0,
        // Limits are no rules with a prefix: 1.
        RuleKind::Userns(_) => 2,
        RuleKind::Capability(_) => 3,
        RuleKind::Network(_) => 4,
        RuleKind::Mount(rule) => match rule.operation {
            MountOperation::Mount => 5,
            MountOperation::Remount => 6,
            MountOperation::Umount => 7,
        },
        RuleKind::PivotRoot(_) => 8,
        RuleKind::ChangeProfile(_) => 9,
        RuleKind::Mqueue(_) => 10,
        RuleKind::IoUring(_) => 11,
        RuleKind::Signal(_) => 12,
        RuleKind::Ptrace(_) => 13,
        RuleKind::Unix(_) => 14,
        RuleKind::Dbus(_) => 15,
        RuleKind::File(_) => 16,
        RuleKind::Link(_) => 17,
    }
}

/// Beginnings of paths in the order of the conventions: programs and libraries, shared data, configuration, the rest, what belongs
/// to users, temporary files, run-time files, the kernel's file systems, devices.
const PLACES: &[(u8, &[&str])] = &[
    (0, &["@{exec_path}"]),
    (9, &["@{run}/udev", "/run/udev", "/{,var/}run/udev"]),
    (3, &["/etc", "@{etc_"]),
    (2, &["/usr/share", "@{system_share_dirs}"]),
    (7, &["/tmp", "/var/tmp", "/{,var/}tmp", "/dev/shm", "@{tmp}"]),
    (5, &["/var", "/boot", "@{efi}"]),
    (6, &["/home", "/root", "@{HOME", "@{user_"]),
    (8, &["/run", "@{run}", "/{,var/}run"]),
    (10, &["/sys", "@{sys}"]),
    (11, &["/proc", "@{PROC}"]),
    (12, &["/dev"]),
    (1, &["/usr", "/bin", "/sbin", "/lib", "/opt", "/{,usr/}", "/{usr/,}", "@{bin}", "@{sbin}", "@{lib", "@{sh_path}"]),
];

fn place(path: &[u8]) -> u8 {
    let path = path.strip_prefix(b"\"").unwrap_or(path);
    let starts = |start: &&str| path.starts_with(start.as_bytes());
    PLACES.iter().find(|(_, starts_with)| starts_with.iter().any(starts)).map_or(4, |(place, _)| *place)
}

#[cfg(test)]
mod tests {
    use crate::source::SourceMap;
    use crate::syntax::{FormatOptions, format_with};

    fn sorted(body: &str) -> String {
        let sources = SourceMap::new();
        let id = sources.add("text", body.as_bytes()).unwrap();
        let options = FormatOptions { sort: true, lines: None };
        let formatted = format_with(&sources.get(id), id, &options).unwrap();
        let text = String::from_utf8(formatted.text).unwrap();
        assert_eq!(formatted.sorted, text != crate::parse(body.as_bytes()).unwrap().to_string());
        text
    }

    #[test]
    fn kinds_and_places_have_an_order() {
        assert_eq!(
            sorted(
                "  deny /b w,\n  /dev/null rw,\n  link /a -> /b,\n  dbus send bus=system,\n  owner @{HOME}/x r,\n  /etc/y r,\n  \
                 @{bin}/z rix,\n  network inet,\n  capability chown,\n  audit capability audit_read,\n  set rlimit nofile <= 2,\n  \
                 set rlimit nofile <= 1,\n  @{exec_path} mr,\n  umount /x/,\n  mount /z/,\n"
            ),
            "  set rlimit nofile <= 2,\n  set rlimit nofile <= 1,\n  audit capability audit_read,\n  capability chown,\n  \
             network inet,\n  mount /z/,\n  umount /x/,\n  dbus send bus=system,\n  @{exec_path} mr,\n  @{bin}/z rix,\n  \
             /etc/y r,\n  owner @{HOME}/x r,\n  /dev/null rw,\n  deny /b w,\n  link /a -> /b,\n"
        );
    }

    #[test]
    fn comments_travel_and_headings_stay() {
        assert_eq!(
            sorted("  # about b\n  /b r, # here\n  # about a\n  # in two lines\n  /a r,\n"),
            "  # about a\n  # in two lines\n  /a r,\n  # about b\n  /b r, # here\n"
        );
        assert_eq!(
            sorted("# file\n\n  # the heading\n  /b r,\n  /a r,\n"),
            "# file\n\n  # the heading\n  /a r,\n  /b r,\n"
        );
        assert_eq!(
            sorted("  # armorer: allow(AA0101) tested\n  /b r,\n  /a r,\n"),
            "  /a r,\n  # armorer: allow(AA0101) tested\n  /b r,\n"
        );
        let directive = "  /c r,\n  #aa:only apt\n  /b r,\n  /a r,\n";
        assert_eq!(sorted(directive), directive);
    }

    #[test]
    fn nothing_passes_what_may_change_its_meaning() {
        for between in [
            "include <abstractions/base>",
            "@{X} = y",
            "",
            "if defined $A {\n    /z r,\n    /y r,\n  }",
            "audit {\n    /z r,\n    /y r,\n  }",
        ] {
            let between = if between.is_empty() { String::new() } else { format!("  {between}") };
            let text = format!("profile p {{\n  /c r,\n{between}\n  /b r,\n}}\n");
            assert_eq!(sorted(&text), text);
        }
    }

    #[test]
    fn regions_and_other_lines_stay() {
        let text = "profile p {\n  # fmt: off\n  /c r,\n  /b r,\n  # fmt: on\n  /e r,\n  /d r,\n}\n";
        assert_eq!(sorted(text), "profile p {\n  # fmt: off\n  /c r,\n  /b r,\n  # fmt: on\n  /d r,\n  /e r,\n}\n");
    }
}
