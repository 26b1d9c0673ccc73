//! The words of the syntax tree with what they are there for: each word of an item, the word at an offset, and the variables
//! that a word refers to.

use super::construct::Construct;
use crate::resolve::reference::{Piece, pieces};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{
    Block, Condition, Conditional, Else, Expr, File, FileBody, Group, Item, ItemKind, Permissions, Profile, RuleKind,
};
use crate::syntax::word::Word;
use crate::vocab;

/// What a word is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum WordRole {
    /// A word of the language itself; the tree holds none of them as words.
    Keyword,
    /// A path of a file or link rule, or of `change_profile`, or of `pivot_root`.
    Path,
    /// What a mount rule mounts: a device, a directory, or any word.
    MountSource,
    /// Where a mount rule mounts.
    MountPoint,
    /// The name of a message queue.
    QueueName,
    /// The name in a profile's or hat's header.
    ProfileName,
    /// What a profile attaches to.
    Attachment,
    /// A word of `flags=(…)`, with its value behind `=`.
    Flag,
    /// The label of another task: a profile's name, or a pattern.
    Label,
    /// Behind the arrow of a file rule with exec permission.
    ExecTarget,
    /// Behind the arrow of a link rule, or of a file rule that links.
    LinkTarget,
    /// Behind the arrow of `change_profile` and `pivot_root`.
    ChangeProfileTarget,
    /// The path of an include.
    IncludePath,
    /// The path of an abi.
    AbiPath,
    /// The name of a set variable where it is assigned to, without `@{}`.
    VariableName,
    /// The name of a boolean variable where it is assigned to, without `$`.
    BoolName,
    /// A value of a set variable.
    VariableValue,
    /// A variable in an expression, as it is written there.
    Variable,
    /// Any other operand of an expression.
    Operand,
    /// Permissions of a rule: letters of a file rule, words of the others.
    Permission(Construct),
    /// A capability.
    Capability,
    /// A signal.
    Signal,
    /// The name of a resource limit.
    Rlimit,
    /// The value of a resource limit.
    RlimitValue,
    /// The unit of a resource limit.
    Unit,
    /// An address family.
    Family,
    /// A socket type.
    SocketType,
    /// A protocol.
    Protocol,
    /// A mount option.
    MountOption,
    /// The type of a file system.
    Fstype,
    /// The type of a message queue.
    QueueType,
    /// The name of a condition.
    ConditionName(Construct),
    /// Any other value of a condition.
    ConditionValue(Construct),
    /// The name of an extended attribute in a header.
    XattrName,
    /// Its value.
    XattrValue,
    /// A value of `+identities=(…)`.
    Identity,
    /// The number of `priority=`.
    Priority,
    /// The prefix of paths that an alias replaces.
    AliasFrom,
    /// What an alias puts in its place.
    AliasTo,
}

/// Receives the words.
type Visit<'v, 'a> = &'v mut dyn FnMut(WordRole, &'a Word);

/// Calls `visit` for every word of an item in the order of the text; those of the items inside it are left out, those of all
/// conditions of an `if … else if …` are not.
pub(crate) fn words<'a>(item: &'a Item, visit: &mut dyn FnMut(WordRole, &'a Word)) {
    match &item.kind.value {
        ItemKind::Abi(abi) => visit(WordRole::AbiPath, &abi.path.path),
        ItemKind::Include(include) => visit(WordRole::IncludePath, &include.path.path),
        ItemKind::Alias(alias) => {
            visit(WordRole::AliasFrom, &alias.from);
            visit(WordRole::AliasTo, &alias.to);
        }
        ItemKind::SetVariable(variable) => {
            visit(WordRole::VariableName, &variable.name);
            each(&variable.values, WordRole::VariableValue, visit);
        }
        ItemKind::BoolVariable(variable) => {
            visit(WordRole::BoolName, &variable.name);
            expression(&variable.value, visit);
        }
        ItemKind::Profile(profile) => header(profile, visit),
        ItemKind::Conditional(conditional) => {
            for conditional in chain(conditional) {
                expression(&conditional.condition, visit);
            }
        }
        ItemKind::Rlimit(rlimit) => {
            visit(WordRole::Rlimit, &rlimit.name);
            visit(WordRole::RlimitValue, &rlimit.value);
            rlimit.unit.iter().for_each(|word| visit(WordRole::Unit, word));
        }
        ItemKind::Block(block) => block.prefix.priority.iter().for_each(|word| visit(WordRole::Priority, word)),
        ItemKind::Rule(rule) => {
            rule.prefix.priority.iter().for_each(|word| visit(WordRole::Priority, word));
            self::rule(Construct::of_item(&item.kind.value), &rule.kind, visit);
        }
    }
}

/// A conditional and those behind its `else if`.
pub(crate) fn chain(first: &Conditional) -> impl Iterator<Item = &Conditional> {
    std::iter::successors(Some(first), |conditional| match &conditional.otherwise {
        Some(Else::If(next)) => Some(&*next.value),
        _ => None,
    })
}

/// The blocks of an item: none for most, several for a conditional.
pub(crate) fn blocks(item: &Item) -> Vec<&Block> {
    match &item.kind.value {
        ItemKind::Profile(profile) => vec![&profile.body],
        ItemKind::Block(block) => vec![&block.block],
        ItemKind::Conditional(conditional) => {
            let mut found = Vec::new();
            for conditional in chain(conditional) {
                found.push(&conditional.then);
                if let Some(Else::Block(block)) = &conditional.otherwise {
                    found.push(block);
                }
            }
            found
        }
        _ => Vec::new(),
    }
}

fn each<'a>(words: &'a [Word], role: WordRole, visit: Visit<'_, 'a>) {
    words.iter().for_each(|word| visit(role, word));
}

fn header<'a>(profile: &'a Profile, visit: Visit<'_, 'a>) {
    visit(WordRole::ProfileName, &profile.name);
    profile.attachment.iter().for_each(|word| visit(WordRole::Attachment, word));
    for condition in profile.xattrs.iter().flat_map(|group| &group.conditions) {
        visit(WordRole::XattrName, &condition.name);
        if let Some(value) = &condition.value.value {
            each(value.values.words(), WordRole::XattrValue, visit);
        }
    }
    for list in &profile.identities {
        each(list, WordRole::Identity, visit);
    }
    if let Some(flags) = &profile.flags {
        each(flags, WordRole::Flag, visit);
    }
}

/// The words of an expression. What is nested is kept on a stack of its own: the parser's limit holds for recursion.
fn expression<'a>(whole: &'a Spanned<Expr>, visit: Visit<'_, 'a>) {
    let mut rest = vec![whole];
    while let Some(expr) = rest.pop() {
        match &expr.value {
            Expr::Or(list) | Expr::And(list) => rest.extend(list.iter().rev()),
            Expr::Not(inner) | Expr::Paren(inner) => rest.push(inner),
            Expr::Defined(word) | Expr::Bool(word) => visit(WordRole::Variable, word),
            Expr::Compare { left, right, .. } => {
                operand(left, visit);
                operand(right, visit);
            }
            Expr::Operand(word) => operand(word, visit),
        }
    }
}

fn operand<'a>(word: &'a Word, visit: Visit<'_, 'a>) {
    let variable = word.first() == Some(&b'@') && bare_name(word).is_some();
    visit(if variable { WordRole::Variable } else { WordRole::Operand }, word);
}

fn rule<'a>(construct: Construct, rule: &'a RuleKind, visit: Visit<'_, 'a>) {
    match rule {
        RuleKind::File(file) => {
            let FileBody::Access { leading, path, permissions, target, .. } = &file.body else { return };
            if !leading {
                visit(WordRole::Path, path);
            }
            visit(WordRole::Permission(construct), permissions);
            if *leading {
                visit(WordRole::Path, path);
            }
            let links = permissions.iter().any(|letter| letter.eq_ignore_ascii_case(&b'l'));
            let execs = permissions.iter().any(|letter| letter.eq_ignore_ascii_case(&b'x'));
            let role = if links && !execs { WordRole::LinkTarget } else { WordRole::ExecTarget };
            target.iter().for_each(|word| visit(role, word));
        }
        RuleKind::Link(link) => {
            visit(WordRole::Path, &link.link);
            visit(WordRole::LinkTarget, &link.target);
        }
        RuleKind::ChangeProfile(change) => {
            change.exec.iter().for_each(|word| visit(WordRole::Path, word));
            change.target.iter().for_each(|word| visit(WordRole::ChangeProfileTarget, word));
        }
        RuleKind::Capability(capability) => each(&capability.names, WordRole::Capability, visit),
        RuleKind::Network(network) => {
            permissions(construct, &network.permissions, visit);
            for (index, word) in network.sockets.iter().enumerate() {
                visit(socket_role(index, word), word);
            }
            conditions(construct, &network.conditions, visit);
            group(construct, &network.peer, visit);
        }
        RuleKind::Unix(unix) => {
            permissions(construct, &unix.permissions, visit);
            conditions(construct, &unix.conditions, visit);
            group(construct, &unix.peer, visit);
        }
        RuleKind::Dbus(dbus) => {
            permissions(construct, &dbus.permissions, visit);
            conditions(construct, &dbus.conditions, visit);
            group(construct, &dbus.peer, visit);
        }
        RuleKind::Signal(signal) => {
            permissions(construct, &signal.permissions, visit);
            conditions(construct, &signal.conditions, visit);
        }
        RuleKind::Ptrace(ptrace) => {
            permissions(construct, &ptrace.permissions, visit);
            conditions(construct, &ptrace.conditions, visit);
        }
        RuleKind::Mount(mount) => {
            conditions(construct, &mount.conditions, visit);
            mount.source.iter().for_each(|word| visit(WordRole::MountSource, word));
            conditions(construct, &mount.point_conditions, visit);
            mount.point.iter().for_each(|word| visit(WordRole::MountPoint, word));
        }
        RuleKind::PivotRoot(pivot) => {
            conditions(construct, &pivot.conditions, visit);
            pivot.new_root.iter().for_each(|word| visit(WordRole::Path, word));
            pivot.target.iter().for_each(|word| visit(WordRole::ChangeProfileTarget, word));
        }
        RuleKind::Mqueue(mqueue) => {
            permissions(construct, &mqueue.permissions, visit);
            conditions(construct, &mqueue.conditions, visit);
            mqueue.name.iter().for_each(|word| visit(WordRole::QueueName, word));
        }
        RuleKind::IoUring(ring) => {
            permissions(construct, &ring.permissions, visit);
            conditions(construct, &ring.conditions, visit);
            group(construct, &ring.group, visit);
        }
        RuleKind::Userns(_) | RuleKind::All(_) => {}
    }
}

fn permissions<'a>(construct: Construct, list: &'a Option<Spanned<Permissions>>, visit: Visit<'_, 'a>) {
    if let Some(list) = list {
        each(&list.words, WordRole::Permission(construct), visit);
    }
}

fn conditions<'a>(construct: Construct, list: &'a [Spanned<Condition>], visit: Visit<'_, 'a>) {
    for condition in list {
        visit(WordRole::ConditionName(construct), &condition.name);
        if let Some(value) = &condition.value.value {
            each(value.values.words(), value_role(construct, &condition.name), visit);
        }
    }
}

fn group<'a>(construct: Construct, group: &'a Option<Spanned<Group>>, visit: Visit<'_, 'a>) {
    if let Some(group) = group {
        visit(WordRole::ConditionName(construct), &group.name);
        conditions(construct, &group.conditions, visit);
    }
}

/// What a word of a network rule is: the first a family if there is one of that name, else a type or protocol.
pub(crate) fn socket_role(index: usize, word: &[u8]) -> WordRole {
    let word = crate::syntax::word::unquoted(word);
    if index == 0 && vocab::families::number(word).is_some() {
        WordRole::Family
    } else if vocab::protocols::find(word).is_some() {
        WordRole::Protocol
    } else if index > 0 || vocab::sockets::number(word).is_some() {
        WordRole::SocketType
    } else {
        WordRole::Family
    }
}

/// What the value of a condition is.
pub(crate) fn value_role(construct: Construct, name: &[u8]) -> WordRole {
    match (construct, name) {
        (Construct::Signal, b"set") => WordRole::Signal,
        (Construct::Signal | Construct::Ptrace, b"peer") | (_, b"label") => WordRole::Label,
        (Construct::Mount | Construct::Remount | Construct::Umount, b"options" | b"option") => WordRole::MountOption,
        (Construct::Mount | Construct::Remount | Construct::Umount, b"fstype" | b"vfstype") => WordRole::Fstype,
        (Construct::Unix, b"type") => WordRole::SocketType,
        (Construct::Mqueue, b"type") => WordRole::QueueType,
        (Construct::PivotRoot, b"oldroot") => WordRole::Path,
        _ => WordRole::ConditionValue(construct),
    }
}

/// What stands at an offset.
#[derive(Clone, Debug)]
pub(crate) struct Found<'a> {
    /// The innermost item.
    pub(crate) item: &'a Item,
    /// The items around it, the outermost first.
    pub(crate) around: Vec<&'a Item>,
    /// The word of the item, if the offset is in one or directly behind it.
    pub(crate) word: Option<(WordRole, &'a Word)>,
}

/// The innermost item at an offset, or directly behind it.
pub(crate) fn at(file: &File, offset: u32) -> Option<Found<'_>> {
    let mut around = Vec::new();
    let mut item = item_at(&file.items, offset)?;
    while let Some(inner) = blocks(item).into_iter().find_map(|block| item_at(&block.items, offset)) {
        around.push(item);
        item = inner;
    }
    let mut word = None;
    words(item, &mut |role, found| {
        // Of two words that touch, the second begins here.
        if found.span.start <= offset && offset <= found.span.end {
            word = Some((role, found));
        }
    });
    Some(Found { item, around, word })
}

/// The item of a list at an offset. The items are in the order of the text.
fn item_at(items: &[Item], offset: u32) -> Option<&Item> {
    let behind = items.partition_point(|item| item.kind.span.start <= offset);
    let item = items.get(behind.checked_sub(1)?)?;
    (offset <= item.kind.span.end).then_some(item)
}

/// A reference to a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// The name, without sigil and braces.
    pub(crate) name: &'a [u8],
    /// Where the whole reference stands, sigil and braces included.
    pub(crate) span: Span,
    /// Whether it is a boolean variable.
    pub(crate) boolean: bool,
}

impl Reference<'_> {
    /// Where the name stands.
    pub(crate) fn name_span(&self) -> Span {
        let length = u32::try_from(self.name.len()).unwrap_or(0);
        let braces = u32::from(self.span.end - self.span.start > length + 1);
        let start = self.span.start + 1 + braces;
        Span::new(self.span.source, start, start + length)
    }
}

/// The variables that a word refers to: `@{X}` anywhere in most words, and the whole word in expressions. Words that the
/// compiler takes literally (includes, aliases, capabilities, …) refer to none.
pub(crate) fn references(role: WordRole, word: &Word) -> Vec<Reference<'_>> {
    if role == WordRole::Variable {
        let boolean = word.first() == Some(&b'$');
        return bare_name(word).map(|name| Reference { name, span: word.span, boolean }).into_iter().collect();
    }
    if !expands(role) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = word.span.start;
    for piece in pieces(word) {
        let length = match piece {
            Piece::Literal(text) | Piece::OldAlternation(text) => text.len(),
            Piece::Reference(name) | Piece::BadName(name) => name.len() + 3,
        };
        let end = at.saturating_add(u32::try_from(length).unwrap_or(u32::MAX)).min(word.span.end);
        if let Piece::Reference(name) = piece {
            found.push(Reference { name, span: Span::new(word.span.source, at, end), boolean: false });
        }
        at = end;
    }
    found
}

/// Whether references in words of a role mean the variable's values.
fn expands(role: WordRole) -> bool {
    matches!(
        role,
        WordRole::Path
            | WordRole::MountSource
            | WordRole::MountPoint
            | WordRole::QueueName
            | WordRole::ProfileName
            | WordRole::Attachment
            | WordRole::Flag
            | WordRole::Label
            | WordRole::LinkTarget
            | WordRole::ChangeProfileTarget
            | WordRole::VariableValue
            | WordRole::Fstype
            | WordRole::ConditionValue(Construct::Dbus | Construct::Unix | Construct::Signal | Construct::Ptrace)
    )
}

/// The name in a word that is nothing but a variable.
fn bare_name(word: &[u8]) -> Option<&[u8]> {
    let rest = word.strip_prefix(b"@").or_else(|| word.strip_prefix(b"$"))?;
    let name = rest.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or(rest);
    let valid = name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_');
    valid.then_some(name)
}

#[cfg(test)]
mod tests;
