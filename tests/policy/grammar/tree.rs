//! Syntax trees made at random, in the shapes that parsing gives.

use armorer::Pattern;
use armorer::ast::*;
use armorer::source::Spanned;
use armorer::syntax::word::Word;
use armorer::vocab::{MountOperation, PermissionSet, Vocabulary};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

fn bare(text: &str) -> Word {
    Spanned::bare(text.into())
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = Word> + Clone {
    select(words).prop_map(bare)
}

/// A path or variable: begins like one, so that the scanner takes it anywhere.
fn path() -> impl Strategy<Value = Word> + Clone {
    one_of(&[
        "/",
        "/etc/{a,b}*.conf",
        "\"/a b\"",
        "\"/a\\\"b\"",
        "/a\\ b",
        "/a\\,",
        "/a,b{,c}",
        "@{HOME}/x",
        "/a\\",
        "/very/long/path/that/goes/on/and/on/until/the/line/is/full/and/then/some/more/so/that/it/breaks",
        "@{X}",
    ])
}

/// A path that is no lone variable.
fn whole_path() -> impl Strategy<Value = Word> + Clone {
    path().prop_filter("no variable", |word| !word.ends_with(b"}") || word.contains(&b'/'))
}

fn name() -> impl Strategy<Value = Word> + Clone {
    one_of(&["foo", "foo_bar2", "Zx", "nN"])
}

fn target() -> impl Strategy<Value = Word> + Clone {
    prop_oneof![path(), name(), one_of(&["&b", ":ns:b", "\"b c\"", "b//c", "safe", "b\\"])]
}

fn value() -> impl Strategy<Value = Word> + Clone {
    one_of(&[
        "a",
        "{a,b}",
        "\"\"",
        "\"a, b\"",
        "@{X}",
        "/x/*",
        "1.2.3.4",
        "a\\ b",
        "org.freedesktop.Some.Long.Name.Of.A.Bus",
    ])
}

fn list_value() -> impl Strategy<Value = Word> + Clone {
    one_of(&["a", "\"a b\"", "b\\)", "x=y", "@{X}", "c\\"])
}

fn number() -> impl Strategy<Value = Word> + Clone {
    one_of(&["0", "-5", "010"])
}

fn comment() -> impl Strategy<Value = Comment> {
    one_of(&["#", "# text", "#text, \"with {quotes", "## a"])
}

fn spanned<T: std::fmt::Debug>(inner: impl Strategy<Value = T>) -> impl Strategy<Value = Spanned<T>> {
    inner.prop_map(Spanned::bare)
}

fn trivia() -> impl Strategy<Value = Vec<Trivia>> {
    vec(prop_oneof![Just(Trivia::Blank), comment().prop_map(Trivia::Comment)], 0..3)
}

/// A condition as the parser reads it.
fn read<V: ConditionValue>(name: Word, op: Option<ConditionOp>, list: bool, values: Vec<Word>) -> Condition<V> {
    let value = V::read(&name, values);
    Condition { name, op: op.map(Spanned::bare), list, value }
}

fn condition<V: ConditionValue + std::fmt::Debug>() -> impl Strategy<Value = Spanned<Condition<V>>> {
    let op = prop_oneof![
        value().prop_map(|value| (ConditionOp::Equal, false, vec![value])),
        vec(list_value(), 1..4).prop_map(|values| (ConditionOp::Equal, true, values)),
        vec(list_value(), 1..4).prop_map(|values| (ConditionOp::In, true, values)),
    ];
    let known = one_of(&["bus", "path", "set", "label", "options", "fstype", "type", "addr", "ip", "oldroot"]);
    spanned((prop_oneof![name(), known], op).prop_map(|(name, (op, list, values))| read(name, Some(op), list, values)))
}

fn conditions<V: ConditionValue + std::fmt::Debug>() -> impl Strategy<Value = Vec<Spanned<Condition<V>>>> {
    vec(condition(), 0..4)
}

fn group<V: ConditionValue + std::fmt::Debug>(group: &'static str) -> impl Strategy<Value = Option<Spanned<Group<V>>>> {
    let op = select(&[ConditionOp::Equal, ConditionOp::ColonEqual][..]);
    let condition = (prop_oneof![name(), one_of(&["label", "name", "addr"])], of((op, any::<bool>(), list_value())));
    let condition = spanned(condition.prop_map(|(name, value)| match value {
        Some((op, list, value)) => read(name, Some(op), list, vec![value]),
        None => read(name, None, false, vec![]),
    }));
    of(spanned(vec(condition, 0..4).prop_map(move |conditions| Group { name: bare(group), conditions })))
}

fn named<T: Vocabulary>(word: Word) -> Spanned<Named<T>> {
    Spanned::bare(Named::parse(word.value))
}

/// A word that is a pattern, as a tree from elsewhere brings it.
fn pattern(word: Word) -> Spanned<Pattern> {
    let text = serde_json::to_value(&word.value).unwrap();
    Spanned::bare(serde_json::from_value(text).unwrap())
}

fn permissions<P: PermissionSet + std::fmt::Debug>(
    words: &'static [&'static str],
) -> impl Strategy<Value = Option<Spanned<Permissions<P>>>> {
    of(spanned(prop_oneof![
        one_of(words).prop_map(|word| Permissions { words: vec![named(word)], list: false }),
        vec(one_of(words), 0..4)
            .prop_map(|words| Permissions { words: words.into_iter().map(named).collect(), list: true }),
    ]))
}

fn expression() -> impl Strategy<Value = Spanned<Expr>> {
    let operand = || prop_oneof![path(), name(), number(), one_of(&["true", "\"a b\""])];
    let compare = select(
        &[
            Compare::Equal,
            Compare::NotEqual,
            Compare::In,
            Compare::Less,
            Compare::LessEqual,
            Compare::Greater,
            Compare::GreaterEqual,
        ][..],
    );
    // A backslash at the end of a word wants a line break, which an assignment does not take.
    let closed = |word: &Word| !word.ends_with(b"\\");
    let factor = prop_oneof![
        one_of(&["@{X}", "@X", "$X", "${X}"]).prop_map(Expr::Defined),
        one_of(&["$X", "${X}"]).prop_map(Expr::Bool),
        operand().prop_filter("closed", closed).prop_map(Expr::Operand),
        (operand().prop_filter("closed", closed), compare, operand().prop_filter("closed", closed))
            .prop_map(|(left, op, right)| Expr::Compare { left, op: Spanned::bare(op), right }),
    ];
    factor.prop_map(Spanned::bare).prop_recursive(4, 16, 3, |inner| {
        let negation = prop_oneof![
            4 => inner.clone().prop_map(|inner| match inner.value {
                Expr::Or(_) | Expr::And(_) => Spanned::bare(Expr::Paren(Box::new(inner))),
                _ => inner,
            }),
            1 => inner.clone().prop_map(|inner| match inner.value {
                Expr::Or(_) | Expr::And(_) => Spanned::bare(Expr::Paren(Box::new(inner))),
                _ => Spanned::bare(Expr::Not(Box::new(inner))),
            }),
        ];
        let term =
            prop_oneof![negation.clone(), vec(negation, 2..4).prop_map(|operands| Spanned::bare(Expr::And(operands))),];
        prop_oneof![term.clone(), vec(term, 2..4).prop_map(|operands| Spanned::bare(Expr::Or(operands)))]
    })
}

fn safety() -> impl Strategy<Value = Option<Safety>> + Clone {
    of(select(&[Safety::Safe, Safety::Unsafe][..]))
}

fn file_rule() -> impl Strategy<Value = RuleKind> {
    let modes = select(vec!["r", "rw", "Px", "mrwkl", "pix", "RW"]);
    let access = (any::<bool>(), any::<bool>(), path(), modes, of(target())).prop_map(
        |(leading, subset, path, permissions, target)| FileBody::Access {
            leading,
            subset: subset && leading,
            path: pattern(path),
            permissions: Spanned::bare(permissions.parse().unwrap()),
            target: target.map(pattern),
        },
    );
    prop_oneof![
        1 => Just(RuleKind::File(FileRule { keyword: true, safety: None, body: FileBody::All })),
        9 => (any::<bool>(), safety(), access)
            .prop_map(|(keyword, safety, body)| RuleKind::File(FileRule { keyword, safety, body })),
    ]
}

fn mount() -> impl Strategy<Value = RuleKind> {
    let operation = select(&[MountOperation::Mount, MountOperation::Remount, MountOperation::Umount][..]);
    (operation, conditions(), of(path()), conditions(), of(path())).prop_map(
        |(operation, conditions, source, point_conditions, point)| {
            let mount = operation == MountOperation::Mount;
            RuleKind::Mount(MountRule {
                operation,
                conditions,
                source: source.filter(|_| mount).map(pattern),
                point_conditions: if mount && point.is_some() { point_conditions } else { vec![] },
                point: point.map(pattern),
            })
        },
    )
}

fn rule() -> impl Strategy<Value = RuleKind> {
    let sockets = permissions(&["send", "receive", "bind", "rw"]);
    let families = one_of(&["inet", "unix", "packet", "foo_bar2"]);
    let kinds = one_of(&["stream", "tcp", "packet", "Zx"]);
    let words = prop_oneof![
        Just((None, None)),
        families.clone().prop_map(|family| (Some(named(family)), None)),
        one_of(&["stream", "tcp"]).prop_map(|kind| (None, Some(named(kind)))),
        (families, kinds).prop_map(|(family, kind)| (Some(named(family)), Some(named(kind)))),
    ];
    let network =
        (sockets, words, conditions(), group("peer")).prop_map(|(permissions, (family, socket), conditions, peer)| {
            NetworkRule { permissions, family, socket, conditions, peer }.into()
        });
    let change_profile = (safety(), of(whole_path()), of(target())).prop_map(|(safety, exec, target)| {
        RuleKind::ChangeProfile(ChangeProfileRule {
            safety: safety.filter(|_| exec.is_some()),
            exec: exec.map(pattern),
            target: target.map(pattern),
        })
    });
    prop_oneof![
        8 => file_rule(),
        1 => (any::<bool>(), path(), target())
            .prop_map(|(subset, link, target)| RuleKind::Link(LinkRule { subset, link: pattern(link), target: pattern(target) })),
        1 => change_profile,
        1 => vec(prop_oneof![name(), one_of(&["chown", "bpf"])], 0..3)
            .prop_map(|names| RuleKind::Capability(CapabilityRule { names: names.into_iter().map(named).collect() })),
        1 => network,
        1 => (permissions(&["send", "create"]), conditions(), group("peer"))
            .prop_map(|(permissions, conditions, peer)| RuleKind::Unix(UnixRule { permissions, conditions, peer })),
        2 => (permissions(&["send", "eavesdrop"]), conditions(), group("peer"))
            .prop_map(|(permissions, conditions, peer)| RuleKind::Dbus(DbusRule { permissions, conditions, peer })),
        1 => (permissions(&["send", "w"]), conditions())
            .prop_map(|(permissions, conditions)| RuleKind::Signal(SignalRule { permissions, conditions })),
        1 => (permissions(&["trace", "read"]), conditions())
            .prop_map(|(permissions, conditions)| RuleKind::Ptrace(PtraceRule { permissions, conditions })),
        2 => mount(),
        1 => (conditions(), of(whole_path()), of(target()))
            .prop_map(|(conditions, new_root, target)| RuleKind::PivotRoot(PivotRootRule {
                conditions,
                new_root: new_root.map(pattern),
                target: target.map(pattern),
            })),
        1 => (permissions(&["open", "rw"]), conditions(), of(prop_oneof![path(), one_of(&["12"])]))
            .prop_map(|(permissions, conditions, name)| RuleKind::Mqueue(MqueueRule { permissions, conditions, name: name.map(pattern) })),
        1 => any::<bool>().prop_map(|create| RuleKind::Userns(UsernsRule { create })),
        1 => (permissions(&["sqpoll"]), conditions(), group("peer"))
            .prop_map(|(permissions, conditions, group)| RuleKind::IoUring(IoUringRule { permissions, conditions, group })),
        1 => Just(RuleKind::All(All {})),
    ]
}

fn prefix() -> impl Strategy<Value = Spanned<Prefix>> {
    let mode = of(select(&[RuleMode::Allow, RuleMode::Deny, RuleMode::Prompt][..]));
    let owner = of(select(&[Owner::Owner, Owner::Other][..]));
    let written = (of(one_of(&["1", "-5", "+10"])), any::<bool>(), mode, owner)
        .prop_map(|(priority, audit, mode, owner)| Prefix { priority: priority.map(named), audit, mode, owner });
    spanned(prop_oneof![3 => Just(Prefix::default()), 1 => written])
}

fn include_path() -> impl Strategy<Value = IncludePath> {
    prop_oneof![
        one_of(&["abstractions/base", "\"a b\"", "a b"]).prop_map(|path| IncludePath { form: PathForm::Angle, path }),
        one_of(&["\"a b\"", "file"]).prop_map(|path| IncludePath { form: PathForm::Plain, path }),
    ]
}

fn simple() -> impl Strategy<Value = ItemKind> {
    let op = || spanned(select(&[AssignOp::Set, AssignOp::Add, AssignOp::Default, AssignOp::Replace][..]));
    let resource = one_of(&["cpu", "nofile", "fsize"]);
    let limit = prop_oneof![(number(), of(one_of(&["K", "min"]))), (one_of(&["infinity"]), of(one_of(&["K", "min"]))),];
    prop_oneof![
        12 => (prefix(), rule()).prop_map(|(prefix, kind)| ItemKind::Rule(Rule { prefix, kind })),
        1 => include_path().prop_map(|path| ItemKind::Abi(Abi { path })),
        2 => (any::<bool>(), any::<bool>(), include_path())
            .prop_map(|(pound, if_exists, path)| ItemKind::Include(Include { pound, if_exists, path })),
        1 => (resource, limit).prop_map(|(name, (value, unit))| ItemKind::Rlimit(Rlimit {
            resource: named(name),
            value: named(value),
            unit: unit.map(named),
        })),
        1 => (whole_path(), target()).prop_map(|(from, to)| ItemKind::Alias(Alias { from: pattern(from), to: pattern(to) })),
        1 => (name(), op(), vec(value(), 1..4))
            .prop_map(|(name, op, values)| ItemKind::SetVariable(SetVariable {
                name,
                op,
                values: values.into_iter().map(pattern).collect(),
            })),
        1 => (name(), op(), expression())
            .prop_map(|(name, op, value)| ItemKind::BoolVariable(BoolVariable { name, op, value })),
    ]
}

fn item(kind: impl Strategy<Value = ItemKind>) -> impl Strategy<Value = Item> {
    (trivia(), kind, of(comment())).prop_map(|(leading, kind, trailing)| Item {
        leading,
        kind: Spanned::bare(kind),
        trailing,
    })
}

fn block(item: impl Strategy<Value = Item>) -> impl Strategy<Value = Block> {
    (of(comment()), vec(item, 0..4), trivia()).prop_map(|(opening, items, tail)| Block { opening, items, tail })
}

/// Generates the items of a profile; variables and aliases are not allowed there.
fn body_item() -> impl Strategy<Value = Item> {
    let leaf = item(simple().prop_filter("no preamble", |kind| {
        !matches!(kind, ItemKind::Alias(_) | ItemKind::SetVariable(_) | ItemKind::BoolVariable(_))
    }));
    leaf.boxed().prop_recursive(3, 24, 4, |inner| {
        let inner = inner.boxed();
        let kind = prop_oneof![
            2 => profile(inner.clone(), false).prop_map(|profile| ItemKind::Profile(Box::new(profile))),
            1 => (prefix(), block(inner.clone()))
                .prop_map(|(prefix, block)| ItemKind::Block(QualifierBlock { prefix, block })),
            2 => conditional(inner.clone()).prop_map(|conditional| ItemKind::Conditional(Box::new(conditional))),
        ];
        item(kind).boxed()
    })
}

fn conditional(item: BoxedStrategy<Item>) -> impl Strategy<Value = Conditional> {
    let branch = (expression(), block(item.clone()));
    (vec(branch, 1..3), of(block(item))).prop_map(|(branches, last)| {
        let mut otherwise = last.map(Else::Block);
        let mut branches = branches.into_iter().rev();
        let (condition, then) = branches.next().unwrap();
        let mut chain = Conditional { condition, then, otherwise: otherwise.take() };
        for (condition, then) in branches {
            let otherwise = Some(Else::If(Spanned::bare(Box::new(chain))));
            chain = Conditional { condition, then, otherwise };
        }
        chain
    })
}

fn profile(item: BoxedStrategy<Item>, top: bool) -> impl Strategy<Value = Profile> {
    let keyword = prop_oneof![
        Just(ProfileKeyword::Profile),
        Just(ProfileKeyword::Hat),
        Just(ProfileKeyword::Caret),
        Just(if top { ProfileKeyword::None } else { ProfileKeyword::Profile }),
    ];
    let names = (one_of(&["/bin/x", ":ns:y", "/a\\ b"]), one_of(&["a", "\"a b\"", "deny", "flags", "in", "-x", "#a"]));
    let identities = vec(spanned(vec(list_value(), 1..3)), 0..2);
    let flags = one_of(&["complain", "attach_disconnected.path=/x", "\"a b\""]).prop_map(named);
    let flags = of(spanned(vec(flags, 1..3)));
    (keyword, names, of(path()), group("xattrs"), identities, flags, block(item)).prop_map(
        |(keyword, (path, name), attachment, xattrs, identities, flags, body)| {
            let name = if keyword == ProfileKeyword::None { path } else { name };
            let attachment = attachment.map(pattern);
            Profile { keyword, name: pattern(name), attachment, xattrs, identities, flags, body }
        },
    )
}

/// A whole file.
pub(crate) fn file() -> impl Strategy<Value = File> {
    let kind = prop_oneof![
        simple(),
        profile(body_item().boxed(), true).prop_map(|profile| ItemKind::Profile(Box::new(profile))),
    ];
    (vec(item(kind), 0..5), trivia()).prop_map(|(items, tail)| {
        let mut file = File { items, tail };
        tidy(&mut file.items, &mut file.tail);
        file
    })
}

/// Leaves blank lines only where [`Trivia::Blank`] says they are.
fn tidy(items: &mut [Item], tail: &mut Vec<Trivia>) {
    let mut after_blank = true;
    for item in items {
        squeeze(&mut item.leading, &mut after_blank);
        after_blank = false;
        match &mut item.kind.value {
            ItemKind::Profile(profile) => tidy(&mut profile.body.items, &mut profile.body.tail),
            ItemKind::Block(block) => tidy(&mut block.block.items, &mut block.block.tail),
            ItemKind::Conditional(conditional) => {
                let mut next = Some(&mut **conditional);
                while let Some(conditional) = next.take() {
                    tidy(&mut conditional.then.items, &mut conditional.then.tail);
                    match &mut conditional.otherwise {
                        Some(Else::Block(block)) => tidy(&mut block.items, &mut block.tail),
                        Some(Else::If(other)) => next = Some(&mut *other.value),
                        None => {}
                    }
                }
            }
            _ => {}
        }
    }
    squeeze(tail, &mut after_blank);
    if tail.last() == Some(&Trivia::Blank) {
        tail.pop();
    }
}

fn squeeze(trivia: &mut Vec<Trivia>, after_blank: &mut bool) {
    trivia.retain(|piece| {
        let blank = *piece == Trivia::Blank;
        let keep = !(blank && *after_blank);
        *after_blank = blank;
        keep
    });
}
