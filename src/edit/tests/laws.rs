//! Laws over random texts.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::nesting::places;
use super::*;
use crate::syntax::untidy::texts;

/// The parts in which two texts differ.
fn difference<'a>(old: &'a [u8], new: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    (&old[..old.len() - tail], &new[..new.len() - tail])
}

/// Every item that holds no others, with what it says in its profile and whether a conditional decides about it.
fn outline(file: &File, owner: ListOwner) -> Vec<(bool, ItemKind)> {
    let mut found = Vec::new();
    for place in places(file, owner) {
        for item in place.items.iter().filter(|item| item.kind.value.blocks().is_empty()) {
            let said = match place.nesting.stated(&item.kind.value) {
                Some(said) => said.into_owned(),
                // An include in a block: something else than one outside of it.
                None => kind("audit {\n}"),
            };
            found.push((item.kind.span.start, (place.nesting.is_conditional, said)));
        }
    }
    found.sort_by_key(|(start, _)| *start);
    found.into_iter().map(|(_, item)| item).collect()
}

/// The outlines of the file and of every profile, in the order of the text.
fn outlines(file: &File) -> Vec<Vec<(bool, ItemKind)>> {
    let mut owners = vec![ListOwner::File];
    file.walk(&mut |item| {
        if matches!(item.kind.value, ItemKind::Profile(_)) {
            owners.push(ListOwner::Profile(item.kind.span));
        }
    });
    owners.into_iter().map(|owner| outline(file, owner)).collect()
}

/// The items of all lists of an owner, with their effective prefixes.
fn effective_items(file: &File, owner: ListOwner) -> Vec<ItemKind> {
    let places = places(file, owner);
    let each = places.iter().flat_map(|place| {
        place.items.iter().filter_map(|item| place.nesting.stated(&item.kind.value)).map(|said| said.into_owned())
    });
    each.collect()
}

fn comments(file: &File) -> Vec<Vec<u8>> {
    let mut found: Vec<_> = file.comments().iter().map(|comment| comment.to_vec()).collect();
    found.sort();
    found
}

const RULES: &[&str] = &[
    "/aa r,",
    "/a w,",
    "deny /c w,",
    "network inet,",
    "capability chown,",
    "set rlimit nofile <= 2,",
    "include <x>",
    "include <y>",
    "include z",
    "include if exists <local/x>",
    "abi <abi/4.0>,",
    "@{Y} = y",
    "^child {\n  /a r,\n}",
    "audit {\n  /a r,\n}",
    "audit /a w,",
    "{\n  /aa r,\n}",
    "dbus send bus=system path=/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa interface=aaaaaaaaaa member=aaaaaaaaaaaa,",
];

/// Whether the bytes of one text, in their order, are all in another one.
fn is_subsequence(part: &[u8], text: &[u8]) -> bool {
    let mut bytes = text.iter();
    part.iter().all(|byte| bytes.any(|other| other == byte))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// An edit changes the tree by what was asked for, and no other byte than that takes.
    #[test]
    fn edits_do_one_thing(
        text in texts(),
        crlf in any::<bool>(),
        steps in proptest::collection::vec((0..6_usize, any::<Index>(), any::<Index>(), any::<Index>()), 1..6),
    ) {
        let text = if crlf { text.replace('\r', "").replace('\n', "\r\n") } else { text };
        let mut editor = Editor::new(text.as_str()).unwrap();
        for (step, scope, rule, which) in steps {
            let (old, before) = (editor.text().to_vec(), editor.file().clone());
            let Err(EditError::UnknownProfile { known, .. }) = editor.set_mode("?", ProfileMode::Kill) else { panic!() };
            let name = known.get(scope.index(known.len() + 1)).cloned();
            let place = name.as_deref().map_or(Scope::File, Scope::Profile);
            let owner = editor.owner(place).ok();
            let there = owner.map_or_else(Vec::new, |owner| effective_items(&before, owner));
            let new = kind(rule.get::<&str>(RULES));
            let target = (!there.is_empty()).then(|| which.get(&there).clone());
            let result = match (step, &target) {
                (0 | 1, _) => editor.add_rule(place, new.clone()).map(|_| ()),
                (2..=4, None) => Ok(()),
                (2, Some(target)) => editor.remove_rule(place, target.clone()),
                (3 | 4, Some(target)) => editor.replace_rule(place, target.clone(), new.clone()),
                _ => {
                    let modes = [ProfileMode::Kill, ProfileMode::Enforce, ProfileMode::Prompt];
                    editor.set_mode(name.as_deref().unwrap_or("p"), *rule.get(&modes)).map(|_| ())
                }
            };
            match result {
                Ok(()) => {}
                Err(EditError::AmbiguousProfile { .. } | EditError::UnknownProfile { .. } | EditError::OtherPrefix { .. }) => {
                    prop_assert_eq!(editor.text(), &old);
                    continue;
                }
                Err(error) => prop_assert!(false, "{}\nstep {} {:?} {:?} {:?}\n{}", error, step, place, target, new, String::from_utf8_lossy(&old)),
            }
            let applied = apply(text.as_bytes(), editor.edits());
            prop_assert_eq!(applied.as_deref(), Some(editor.text()));
            let (gone, come) = difference(&old, editor.text());
            let is_leaf = |kind: &ItemKind| kind.blocks().is_empty();
            let (olds, news) = (outlines(&before), outlines(editor.file()));
            // The outlines that differ, for a change of leaves.
            let changed: Vec<_> = olds.iter().zip(&news).filter(|(old, new)| old != new).collect();
            let leaves = is_leaf(&new) && target.as_ref().is_none_or(is_leaf);
            prop_assert!(!leaves || olds.len() == news.len() && changed.len() <= 1, "other profiles stay as they are");
            let (was, is) = changed.first().map(|&(old, new)| (old.clone(), new.clone())).unwrap_or_default();
            match (step, target) {
                (0 | 1, _) => {
                    prop_assert!(gone.trim_ascii().is_empty(), "an addition replaces nothing but blanks");
                    prop_assert_eq!(comments(&before), comments(editor.file()));
                    if leaves && !there.contains(&new) {
                        let mut rest = is.clone();
                        let at = rest.iter().zip(&was).take_while(|(a, b)| a == b).count();
                        prop_assert_eq!(rest.remove(at), (false, new));
                        prop_assert_eq!(rest, was);
                    }
                }
                (2, Some(target)) => {
                    prop_assert!(is_subsequence(editor.text(), &old), "a removal writes nothing");
                    if is_leaf(&target) {
                        let rest: Vec<_> = was.iter().filter(|(_, kind)| *kind != target).cloned().collect();
                        prop_assert_eq!(&is, &rest);
                        prop_assert!(!effective_items(editor.file(), editor.owner(place).unwrap()).contains(&target));
                    }
                }
                (3 | 4, Some(target)) if leaves && target != new => {
                    let others = |list: &[(bool, ItemKind)]| -> Vec<_> {
                        list.iter().filter(|(_, kind)| *kind != target && *kind != new).cloned().collect()
                    };
                    prop_assert_eq!(others(&was), others(&is));
                    let count = |list: &[(bool, ItemKind)], kind| list.iter().filter(|it| it.1 == kind).count();
                    prop_assert_eq!(count(&is, target.clone()), 0);
                    prop_assert!(effective_items(editor.file(), editor.owner(place).unwrap()).contains(&new));
                    prop_assert!(count(&is, new.clone()) <= count(&was, target.clone()) + count(&was, new.clone()));
                    let always = |list: &[(bool, ItemKind)], kind: &ItemKind| list.contains(&(false, kind.clone()));
                    prop_assert!(!always(&was, &target) || always(&is, &new), "it holds where the old one held");
                }
                (5, _) => {
                    prop_assert_eq!(olds, news);
                    prop_assert_eq!(comments(&before), comments(editor.file()));
                    prop_assert!(!come.contains(&b'\n') && !gone.contains(&b'\n') || gone.trim_ascii().starts_with(b"flags"));
                }
                _ => {}
            }
        }
    }

    /// Making another item of one keeps everything else, comments inside of it as well.
    #[test]
    fn an_item_becomes_another_one(text in texts(), which in any::<Index>(), rule in any::<Index>()) {
        let (file, source) = parse_source(text.as_bytes()).unwrap();
        let mut items = Vec::new();
        file.walk(&mut |item| items.push(item.clone()));
        prop_assume!(!items.is_empty());
        let (item, new) = (which.get(&items), kind(rule.get::<&str>(RULES)));
        prop_assume!(item.kind.value.blocks().is_empty());
        let Some(edit) = rewrite(&source, SourceId::NONE, item, &new) else {
            prop_assert!(item.leading.len() > lines::pieces_before(item), "only a comment inside is in the way");
            return Ok(());
        };
        let mut expected = file.clone();
        let owners = std::iter::once(ListOwner::File).chain(profiles(&file));
        for path in owners.flat_map(|owner| places(&file, owner)).map(|place| place.path) {
            let (list, _) = path.list(&mut expected).unwrap();
            let same = list.iter_mut().filter(|it| it.kind.span == item.kind.span);
            same.for_each(|it| it.kind.value = new.clone());
        }
        let edited = apply(text.as_bytes(), [&edit]).unwrap();
        prop_assert_eq!(crate::parse(&edited).unwrap(), expected, "{}", String::from_utf8_lossy(&edited));
    }

    /// The second of two equal items is removed, and its comment stays.
    #[test]
    fn a_duplicate_goes(text in texts()) {
        let (file, source) = parse_source(text.as_bytes()).unwrap();
        for owner in std::iter::once(ListOwner::File).chain(profiles(&file)) {
            for place in places(&file, owner) {
                for (second, item) in place.items.iter().enumerate() {
                    let first = place.items.iter().position(|it| it.kind.value == item.kind.value).unwrap();
                    if first == second || !item.kind.value.blocks().is_empty() {
                        continue;
                    }
                    let Some(edits) = merge(&source, SourceId::NONE, place.items, first, second) else { continue };
                    let edited = apply(text.as_bytes(), &edits).unwrap();
                    let mut expected = file.clone();
                    let (list, tail) = place.path.clone().list(&mut expected).unwrap();
                    let removal = remove::removal(TextLines(text.as_bytes()), list, second, remove::CommentsAbove::Keep);
                    removal.unwrap().apply(list, tail, second);
                    let kept = &mut list[first].trailing;
                    *kept = match (kept.take(), item.trailing.clone()) {
                        (None, other) | (other, None) => other,
                        (Some(one), Some(other)) if one == other => Some(one),
                        (Some(one), Some(other)) => {
                            let joined = [&*one.value, b"; ", &other.value[2..]].concat();
                            Some(crate::source::Spanned::bare(joined.into()))
                        }
                    };
                    let read = crate::parse(&edited).unwrap();
                    prop_assert_eq!(&read, &expected, "{}", String::from_utf8_lossy(&edited));
                    let words = |file: &File| comments(file).concat();
                    prop_assert!(words(&file).len() <= words(&read).len() + item.trailing.as_ref().map_or(0, |it| it.len()));
                }
            }
        }
    }
}

fn profiles(file: &File) -> Vec<ListOwner> {
    let mut found = Vec::new();
    file.walk(&mut |item| {
        if matches!(item.kind.value, ItemKind::Profile(_)) {
            found.push(ListOwner::Profile(item.kind.span));
        }
    });
    found
}
