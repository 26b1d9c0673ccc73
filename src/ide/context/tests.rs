use super::*;

/// The context at the `|` of a text.
fn at(text: &str) -> (String, u32) {
    let cursor = text.find('|').unwrap();
    (text.replacen('|', "", 1), u32::try_from(cursor).unwrap())
}

fn slot(text: &str) -> (Option<Construct>, String, String) {
    let (text, cursor) = at(text);
    let context = CursorContext::new(text.as_bytes(), cursor);
    let slot = match &context.slot {
        CursorSlot::ConditionValue { name, .. } => format!("value of {}", String::from_utf8_lossy(context.slice(name))),
        CursorSlot::GroupName { group } => format!("in {}", String::from_utf8_lossy(context.slice(group))),
        CursorSlot::GroupValue { name, .. } => format!("grouped {}", String::from_utf8_lossy(context.slice(name))),
        other => format!("{other:?}"),
    };
    (context.construct, slot, String::from_utf8_lossy(context.partial()).into_owned())
}

#[test]
fn slots() {
    use Construct as C;
    for (text, construct, slot_name, partial) in [
        ("|", None, "Start", ""),
        ("prof|", None, "Start", "prof"),
        ("profile p {\n  cap|", None, "Start", "cap"),
        ("profile p {\n  deny |", None, "Start", ""),
        ("profile p {\n  capability ch|", Some(C::Capability), "Argument", "ch"),
        ("profile p {\n  capability chown |kill,", Some(C::Capability), "Argument", ""),
        ("profile p {\n  capability chown,|", None, "Start", ""),
        ("profile p {\n  signal (send, |", Some(C::Signal), "List", ""),
        ("profile p {\n  signal (send) set=(hu|", Some(C::Signal), "value of set", "hu"),
        ("profile p {\n  signal send peer=|", Some(C::Signal), "value of peer", ""),
        ("profile p {\n  dbus send peer=(na|", Some(C::Dbus), "in peer", "na"),
        ("profile p {\n  dbus send peer=(name=x, label=y|", Some(C::Dbus), "grouped label", "y"),
        ("profile p {\n  /usr/bin/x r|", Some(C::File), "Argument", "r"),
        ("profile p {\n  /usr/b|", Some(C::File), "Start", "/usr/b"),
        ("profile p {\n  /usr/bin/x rPx -> |", Some(C::File), "Target", ""),
        ("profile p {\n  include <abs|", Some(C::Include), "IncludePath", "abs"),
        ("include if exists \"a|", Some(C::Include), "IncludePath", "a"),
        ("abi <abi/|", Some(C::Abi), "IncludePath", "abi/"),
        ("profile |", Some(C::Profile), "Name", ""),
        ("profile p |", Some(C::Profile), "Header", ""),
        ("profile p flags=(|", Some(C::Profile), "value of flags", ""),
        ("/bin/x flags=(com|", Some(C::Profile), "value of flags", "com"),
        ("@{X} = a b|", Some(C::SetVariable), "Value", "b"),
        ("$X = |", Some(C::BoolVariable), "Expression { operand: true }", ""),
        ("profile p {\n  if $X |", Some(C::If), "Expression { operand: false }", ""),
        ("profile p {\n  set rlimit |", Some(C::Rlimit), "Argument", ""),
        ("profile p {\n  set rlimit cpu <= 3|", Some(C::Rlimit), "Argument", "3"),
        ("profile p {\n  mount options=(ro, no|", Some(C::Mount), "value of options", "no"),
        ("profile p {\n  mount /a -> |", Some(C::Mount), "Target", ""),
        ("profile p {\n  change_profile -> q|", Some(C::ChangeProfile), "Target", "q"),
        ("profile p {\n  capability chown\n  netw|", Some(C::Capability), "Argument", "netw"),
        ("profile p {\n  capability chown\n  network in|", Some(C::Network), "Argument", "in"),
        ("profile p {\n  signal (send\n  network in|", Some(C::Network), "Argument", "in"),
        ("profile p {\n  /a r\n  /b|", Some(C::File), "Start", "/b"),
        ("profile p {\n  \"/a b|", Some(C::File), "Start", "/a b"),
        ("profile p {\n  \"/a b\n  signal |", Some(C::Signal), "Argument", ""),
    ] {
        assert_eq!(slot(text), (construct, slot_name.to_owned(), partial.to_owned()), "{text}");
    }
}

#[test]
fn inside() {
    for (text, inside) in [
        ("# a|", EnclosingElement::Comment),
        ("profile p { # a|", EnclosingElement::Comment),
        ("profile p {\n  /a#b|", EnclosingElement::Code),
        ("\"/a |", EnclosingElement::Quotes),
        ("profile p {\n  @{HO|", EnclosingElement::Variable { boolean: false, name: 16..18 }),
        ("profile p {\n  /x/@{|", EnclosingElement::Variable { boolean: false, name: 19..19 }),
        ("profile p {\n  \"@{A}/@{|", EnclosingElement::Variable { boolean: false, name: 22..22 }),
        ("profile p {\n  /x/\\@{|", EnclosingElement::Code),
        ("if $|", EnclosingElement::Variable { boolean: true, name: 4..4 }),
        ("if defined ${ab|", EnclosingElement::Variable { boolean: true, name: 13..15 }),
    ] {
        let (text, cursor) = at(text);
        assert_eq!(CursorContext::new(text.as_bytes(), cursor).inside, inside, "{text}");
    }
}

#[test]
fn wanted() {
    for (text, wanted) in [
        ("profile p {\n  include <abs|", vec![CandidateQuery::Includes { angle: true }]),
        ("abi |", vec![CandidateQuery::AbiFiles { angle: false }]),
        ("profile p {\n  @{|", vec![CandidateQuery::Variables { boolean: false }]),
        ("profile p {\n  /usr/|", vec![CandidateQuery::Paths]),
        ("profile p {\n  file /usr/|", vec![CandidateQuery::Paths]),
        ("profile p {\n  /usr/x |", vec![]),
        ("profile p {\n  signal peer=|", vec![CandidateQuery::Profiles, CandidateQuery::Children]),
        ("profile p {\n  unix peer=(label=|", vec![CandidateQuery::Profiles, CandidateQuery::Children]),
        ("profile p {\n  /x Px -> |", vec![CandidateQuery::Profiles, CandidateQuery::Children]),
        ("profile p {\n  /x l -> |", vec![CandidateQuery::Paths]),
        ("profile p {\n  capability |", vec![]),
        ("# include <|", vec![]),
    ] {
        let (text, cursor) = at(text);
        assert_eq!(CursorContext::new(text.as_bytes(), cursor).wanted(), wanted, "{text}");
    }
}

/// The blocks around an offset by the parser's tree.
fn parsed_blocks(file: &crate::syntax::ast::File, offset: u32) -> Vec<BlockKind> {
    use crate::syntax::ast::{Block, Else, Item, ItemKind, ProfileKeyword};
    fn inner<'a>(items: &'a [Item], offset: u32, found: &mut Vec<BlockKind>) {
        for item in items {
            let span = item.kind.span;
            if offset <= span.start || offset >= span.end {
                continue;
            }
            // Where a block begins and ends: the tree does not say, its items and the braces around them do.
            let mut blocks: Vec<(BlockKind, &'a Block)> = Vec::new();
            match &item.kind.value {
                ItemKind::Profile(profile) => {
                    let hat = matches!(profile.keyword, ProfileKeyword::Hat | ProfileKeyword::Caret);
                    blocks.push((if hat { BlockKind::Hat } else { BlockKind::Profile }, &profile.body));
                }
                ItemKind::Block(block) => blocks.push((BlockKind::Prefix, &block.block)),
                ItemKind::Conditional(conditional) => {
                    for conditional in crate::ide::visit::chain(conditional) {
                        blocks.push((BlockKind::If, &conditional.then));
                        if let Some(Else::Block(block)) = &conditional.otherwise {
                            blocks.push((BlockKind::Else, block));
                        }
                    }
                }
                _ => {}
            }
            for (kind, block) in blocks {
                let within = |item: &Item| item.kind.span.start <= offset && offset <= item.kind.span.end;
                if block.items.iter().any(within) {
                    found.push(kind);
                    inner(&block.items, offset, found);
                    return;
                }
            }
        }
    }
    let mut found = Vec::new();
    inner(&file.items, offset, &mut found);
    found
}

/// The blocks agree with the parser's wherever an item begins or ends.
fn agrees(text: &str) {
    let file = match crate::parse(text.as_bytes()) {
        Ok(file) => file,
        Err(error) => panic!("{error}\n{text}"),
    };
    let mut places = Vec::new();
    file.walk(&mut |item| places.extend([item.kind.span.start, item.kind.span.end]));
    for place in places {
        let context = CursorContext::new(text.as_bytes(), place);
        let scanned: Vec<_> = context.blocks.iter().map(|block| block.kind).collect();
        assert_eq!(scanned, parsed_blocks(&file, place), "at {place} of\n{text}");
    }
    let context = CursorContext::new(text.as_bytes(), u32::MAX);
    assert!(context.blocks.is_empty() && context.pieces.is_empty(), "{context:?}");
}

const ITEMS: &[&str] = &[
    "abi <abi/4.0>,",
    "include <abstractions/base>",
    "#include <abstractions/base>",
    "include if exists \"a b\"",
    "/usr/bin/{a,b} rw,",
    "/a,b{c,d}[e-f] mrwPix -> x//y,",
    "r /a, rw subset /b,",
    "\"/a {\" r,",
    "audit deny owner /a/** rwk,",
    "priority = -5 allow other @{HOME}/x r,",
    "file,",
    "file /a r,",
    "unsafe /a px,",
    "link subset /a -> /b,",
    "capability,",
    "capability chown\n    kill,",
    "network,",
    "network (send, receive) inet stream ip=::1 port=80 peer=(ip=127.0.0.1),",
    "unix (bind, listen) type=stream addr=\"@a {\" peer=(label=b),",
    "dbus send bus=system path=\"/a/{b,c}\"\n    interface=a.b\n    member={c,d}\n    peer=(name=\"(a)\", label=x{y,z}),",
    "signal (send\n receive) set=(hup, int)\n  peer=a//b,",
    "signal\n  set=(term),",
    "ptrace (read) peer=@{profile_name},",
    "mount fstype=(ext4, tmpfs) options in (ro, nosuid) /dev/{a,b} -> /mnt/,",
    "mount options=(ro,\n  remount) /a,",
    "mount /a ->\n   /b,",
    "umount /mnt/{a,b}/,",
    "pivot_root oldroot=/a /b -> c,",
    "mqueue (create, open) type=posix /q,",
    "userns create,",
    "io_uring (sqpoll) label=x,",
    "all,",
    "change_profile unsafe /bin/x -> :n:p,",
    "set rlimit cpu <= 3min,",
    "set rlimit nofile <= infinity,",
    "# comment { \"",
    "/a r, # comment {",
    "alias /a{ -> /b,",
    "@{X} = a {b,c} \"d {\" # {\n",
    "@{X} += a \\\n  b\n",
    "$X = not (@{A} == \"{\") or ${b}\n",
];

#[test]
fn agrees_with_the_parser_on_every_item() {
    for item in ITEMS {
        for (before, after) in [
            ("profile p {\n", "\n}\n"),
            ("profile p /a/{b,c} flags=(complain, audit) { ", "\n}\n"),
            ("/bin/{p,q} xattrs=(a=\"{\") (complain) {\n  ", "\n  ^h {\n    /x r,\n  }\n}\n"),
            ("profile p {\n  hat h {\n", "\n  }\n}\n"),
            ("if defined @{X} and a == {b} {\n", "\n} else if $Y {\n/a r,\n} else {\n/b r,\n}\n"),
            ("profile p { audit deny {\n", "\n} }\n"),
        ] {
            agrees(&format!("{before}{item}{after}"));
        }
    }
}

mod random {
    use super::*;
    use proptest::prelude::*;

    fn body(depth: u32) -> impl Strategy<Value = String> {
        let item = proptest::sample::select(ITEMS).prop_map(|item| format!("{item}\n"));
        item.prop_recursive(depth, 24, 4, |inner| {
            let items = proptest::collection::vec(inner, 0..4).prop_map(|items| items.concat());
            let head = proptest::sample::select(
                &["profile c {", "^h {", "hat h flags=(audit) {", "deny {", "{", "if $a {", "profile \"a {\" /b {"][..],
            );
            (head, items, any::<bool>()).prop_map(|(head, items, otherwise)| {
                let tail = if otherwise && head.starts_with("if") { "} else {\n/z r,\n}\n" } else { "}\n" };
                format!("{head}\n{items}{tail}")
            })
        })
    }

    proptest! {
        #[test]
        fn agrees_on_generated_profiles(items in proptest::collection::vec(body(3), 0..6)) {
            agrees(&format!("profile p {{\n{}}}\n", items.concat()));
        }

        #[test]
        fn survives_any_bytes(text in proptest::collection::vec(
            prop_oneof![
                proptest::sample::select(&b"{}(),=->@$\"#\\ \n\n/axr<+:^"[..]).prop_map(|byte| vec![byte]),
                proptest::sample::select(ITEMS).prop_map(|item| item.as_bytes().to_vec()),
                any::<u8>().prop_map(|byte| vec![byte]),
            ],
            0..60,
        ), cursor in any::<proptest::sample::Index>()) {
            let text = text.concat();
            let cursor = u32::try_from(cursor.index(text.len() + 1)).unwrap();
            let context = CursorContext::new(&text, cursor);
            prop_assert!(context.word.start <= cursor && context.word.end == cursor);
            context.wanted();
            context.arguments();
        }
    }
}
