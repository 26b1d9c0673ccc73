//! The words of the syntax tree with what they are there for: each word of an item, the word at an offset, and the variables
//! that a word refers to.

mod role;

use super::construct::Construct;
use crate::source::{Span, Spanned};
use crate::syntax::ast::condition::as_written;
use crate::syntax::ast::{
    Block, Condition, ConditionValue, Conditional, Else, Expr, File, FileBody, Group, Item, ItemKind, Permissions,
    Profile, RuleKind,
};
use crate::syntax::variable_reference::{self, bare_name};
use crate::syntax::word::Word;
use crate::vocab::{SocketKind, Vocabulary};
use role::ValueRole;
pub(crate) use role::{WordRole, socket_role, value_role};

/// A word of the tree as written, of whatever type it is there.
pub(crate) type WordRef<'a> = Spanned<&'a [u8]>;

/// Receives the words.
type Visit<'v, 'a> = &'v mut dyn FnMut(WordRole, WordRef<'a>);

/// Hands one word on.
fn one<'a, T: AsRef<[u8]>>(role: WordRole, word: &'a Spanned<T>, visit: Visit<'_, 'a>) {
    visit(role, as_written(word));
}

fn each<'a, T: AsRef<[u8]> + 'a>(
    words: impl IntoIterator<Item = &'a Spanned<T>>,
    role: WordRole,
    visit: Visit<'_, 'a>,
) {
    words.into_iter().for_each(|word| one(role, word, visit));
}

/// Calls `visit` for every word of an item in the order of the text; those of the items inside it are left out, those of all
/// conditions of an `if … else if …` are not.
pub(crate) fn words<'a>(item: &'a Item, visit: &mut dyn FnMut(WordRole, WordRef<'a>)) {
    match &item.kind.value {
        ItemKind::Abi(abi) => one(WordRole::AbiPath, &abi.path.path, visit),
        ItemKind::Include(include) => one(WordRole::IncludePath, &include.path.path, visit),
        ItemKind::Alias(alias) => {
            one(WordRole::AliasFrom, &alias.from, visit);
            one(WordRole::AliasTo, &alias.to, visit);
        }
        ItemKind::SetVariable(variable) => {
            one(WordRole::VariableName, &variable.name, visit);
            each(&variable.values, WordRole::VariableValue, visit);
        }
        ItemKind::BoolVariable(variable) => {
            one(WordRole::BoolName, &variable.name, visit);
            expression(&variable.value, visit);
        }
        ItemKind::Profile(profile) => header(profile, visit),
        ItemKind::Conditional(conditional) => {
            for conditional in chain(conditional) {
                expression(&conditional.condition, visit);
            }
        }
        ItemKind::Rlimit(rlimit) => {
            one(WordRole::Rlimit, &rlimit.resource, visit);
            one(WordRole::RlimitValue, &rlimit.value, visit);
            each(&rlimit.unit, WordRole::Unit, visit);
        }
        ItemKind::Block(block) => each(&block.prefix.priority, WordRole::Priority, visit),
        ItemKind::Rule(rule) => {
            each(&rule.prefix.priority, WordRole::Priority, visit);
            self::rule(Construct::of_item(&item.kind.value), &rule.kind, visit);
        }
    }
}

/// A conditional and those after its `else if`.
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

fn header<'a>(profile: &'a Profile, visit: Visit<'_, 'a>) {
    one(WordRole::ProfileName, &profile.name, visit);
    each(&profile.attachment, WordRole::Attachment, visit);
    for condition in profile.xattrs.iter().flat_map(|group| &group.conditions) {
        one(WordRole::XattrName, &condition.name, visit);
        condition.value.value.each_value(&mut |value| visit(WordRole::XattrValue, value));
    }
    for list in &profile.identities {
        each(&list.value, WordRole::Identity, visit);
    }
    if let Some(flags) = &profile.flags {
        each(&flags.value, WordRole::Flag, visit);
    }
}

/// The words of an expression. What is nested is kept on a stack of its own: the parser's limit holds for recursion.
fn expression<'a>(whole: &'a Spanned<Expr>, visit: Visit<'_, 'a>) {
    let mut rest = vec![whole];
    while let Some(expr) = rest.pop() {
        match &expr.value {
            Expr::Or(list) | Expr::And(list) => rest.extend(list.iter().rev()),
            Expr::Not(inner) | Expr::Paren(inner) => rest.push(inner),
            Expr::Defined(word) | Expr::Bool(word) => one(WordRole::Variable, word, visit),
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
    one(if variable { WordRole::Variable } else { WordRole::Operand }, word, visit);
}

fn rule<'a>(construct: Construct, rule: &'a RuleKind, visit: Visit<'_, 'a>) {
    match rule {
        RuleKind::File(file) => {
            let FileBody::Access { leading, path, permissions, target, .. } = &file.body else { return };
            if !leading {
                one(WordRole::Path, path, visit);
            }
            one(WordRole::Permission(construct), permissions, visit);
            if *leading {
                one(WordRole::Path, path, visit);
            }
            each(target, if permissions.links() { WordRole::LinkTarget } else { WordRole::ExecTarget }, visit);
        }
        RuleKind::Link(link) => {
            one(WordRole::Path, &link.link, visit);
            one(WordRole::LinkTarget, &link.target, visit);
        }
        RuleKind::ChangeProfile(change) => {
            each(&change.exec, WordRole::Path, visit);
            each(&change.target, WordRole::ChangeProfileTarget, visit);
        }
        RuleKind::Capability(capability) => each(&capability.names, WordRole::Capability, visit),
        RuleKind::Network(network) => {
            permissions(construct, &network.permissions, visit);
            each(&network.family, WordRole::Family, visit);
            if let Some(socket) = &network.socket {
                let protocol = matches!(socket.value(), Some(SocketKind::Protocol(_)));
                one(if protocol { WordRole::Protocol } else { WordRole::SocketType }, socket, visit);
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
            each(&mount.source, WordRole::MountSource, visit);
            conditions(construct, &mount.point_conditions, visit);
            each(&mount.point, WordRole::MountPoint, visit);
        }
        RuleKind::PivotRoot(pivot) => {
            conditions(construct, &pivot.conditions, visit);
            each(&pivot.new_root, WordRole::Path, visit);
            each(&pivot.target, WordRole::ChangeProfileTarget, visit);
        }
        RuleKind::Mqueue(mqueue) => {
            permissions(construct, &mqueue.permissions, visit);
            conditions(construct, &mqueue.conditions, visit);
            each(&mqueue.name, WordRole::QueueName, visit);
        }
        RuleKind::IoUring(ring) => {
            permissions(construct, &ring.permissions, visit);
            conditions(construct, &ring.conditions, visit);
            group(construct, &ring.group, visit);
        }
        RuleKind::Userns(_) | RuleKind::All(_) => {}
    }
}

fn permissions<'a, P: Vocabulary>(
    construct: Construct,
    list: &'a Option<Spanned<Permissions<P>>>,
    visit: Visit<'_, 'a>,
) {
    if let Some(list) = list {
        each(&list.words, WordRole::Permission(construct), visit);
    }
}

fn conditions<'a, V: ValueRole>(construct: Construct, list: &'a [Spanned<Condition<V>>], visit: Visit<'_, 'a>) {
    for condition in list {
        one(WordRole::ConditionName(construct), &condition.name, visit);
        let role = condition.value.value.role().unwrap_or(WordRole::ConditionValue(construct));
        condition.value.value.each_value(&mut |value| visit(role, value));
    }
}

fn group<'a, V: ValueRole>(construct: Construct, group: &'a Option<Spanned<Group<V>>>, visit: Visit<'_, 'a>) {
    if let Some(group) = group {
        one(WordRole::ConditionName(construct), &group.name, visit);
        conditions(construct, &group.conditions, visit);
    }
}

/// The element at an offset.
#[derive(Clone, Debug)]
pub(crate) struct ElementAtOffset<'a> {
    /// The innermost item.
    pub(crate) item: &'a Item,
    /// The items around it, the outermost first.
    pub(crate) around: Vec<&'a Item>,
    /// The word of the item, if the offset is in one or directly after it.
    pub(crate) word: Option<(WordRole, WordRef<'a>)>,
}

/// The innermost item at an offset, or directly after it.
pub(crate) fn at(file: &File, offset: u32) -> Option<ElementAtOffset<'_>> {
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
    Some(ElementAtOffset { item, around, word })
}

/// The item of a list at an offset. The items are in the order of the text.
fn item_at(items: &[Item], offset: u32) -> Option<&Item> {
    let behind = items.partition_point(|item| item.kind.span.start <= offset);
    let item = items.get(behind.checked_sub(1)?)?;
    (offset <= item.kind.span.end).then_some(item)
}

/// A reference to a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VariableReference<'a> {
    /// The name, without sigil and braces.
    pub(crate) name: &'a [u8],
    /// The place of the whole reference, including sigil and braces.
    pub(crate) span: Span,
    /// Whether it is a boolean variable.
    pub(crate) boolean: bool,
}

impl VariableReference<'_> {
    /// Returns the place of the name.
    pub(crate) fn name_span(&self) -> Span {
        let length = u32::try_from(self.name.len()).unwrap_or(0);
        let braces = u32::from(self.span.end - self.span.start > length + 1);
        let start = self.span.start + 1 + braces;
        Span::new(self.span.source, start, start + length)
    }
}

/// The variables that a word refers to: `@{X}` anywhere in most words, and the whole word in expressions. Words that the
/// compiler takes literally (includes, aliases, capabilities, …) refer to none.
pub(crate) fn variable_references(role: WordRole, word: WordRef<'_>) -> Vec<VariableReference<'_>> {
    if role == WordRole::Variable {
        let boolean = word.first() == Some(&b'$');
        return bare_name(word.value)
            .map(|name| VariableReference { name, span: word.span, boolean })
            .into_iter()
            .collect();
    }
    if !expands(role) {
        return Vec::new();
    }
    let place = |range: std::ops::Range<usize>| {
        let at = |offset: usize| {
            word.span.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)).min(word.span.end)
        };
        Span::new(word.span.source, at(range.start), at(range.end))
    };
    variable_reference::variable_references(word.value)
        .map(|(name, range)| VariableReference { name, span: place(range), boolean: false })
        .collect()
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

#[cfg(test)]
mod tests;
