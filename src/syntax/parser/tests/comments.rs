//! No comment is lost, and each stands on its item.

use super::{SAMPLE, parsed};
use crate::syntax::ast::{Block, Conditional, Else, File, Item, ItemKind, Trivia};

fn in_trivia(trivia: &[Trivia]) -> usize {
    trivia.iter().filter(|trivia| matches!(trivia, Trivia::Comment(_))).count()
}

fn in_items(items: &[Item]) -> usize {
    items
        .iter()
        .map(|item| {
            let inside = match &item.kind.value {
                ItemKind::Profile(profile) => in_block(&profile.body),
                ItemKind::Block(block) => in_block(&block.block),
                ItemKind::Conditional(conditional) => in_conditional(conditional),
                _ => 0,
            };
            in_trivia(&item.leading) + usize::from(item.trailing.is_some()) + inside
        })
        .sum()
}

fn in_conditional(conditional: &Conditional) -> usize {
    let otherwise = match &conditional.otherwise {
        None => 0,
        Some(Else::Block(block)) => in_block(block),
        Some(Else::If(conditional)) => in_conditional(conditional),
    };
    in_block(&conditional.then) + otherwise
}

fn in_block(block: &Block) -> usize {
    usize::from(block.opening.is_some()) + in_items(&block.items) + in_trivia(&block.tail)
}

fn in_file(file: &File) -> usize {
    in_items(&file.items) + in_trivia(&file.tail)
}

#[test]
fn every_comment_of_the_sample_is_kept() {
    let comments =
        SAMPLE.lines().filter(|line| line.contains('#') && !line.trim_start().starts_with("#include")).count();
    // The old spelling of include has a comment after it.
    assert_eq!(in_file(&parsed(SAMPLE).file), comments + 1);
}

#[test]
fn comments_between_any_two_tokens_are_kept_in_order() {
    let text = "profile # 1\n/x # 2\n{ # 3\n/a # 4\nr # 5\n, # 6\npriority=1 # 7\ncapability # 8\nchown # 9\n, if true { # 10\n} # 11\nelse # 12\nif true { } # 13\n# 14\n} # 15\n# 16\n";
    let text = text.replacen("profile # 1\n", "# 0\nprofile p # 1\n", 1);
    let file = parsed(&text).file;
    assert_eq!(in_file(&file), 17);
    let [profile] = &file.items[..] else { panic!("one item") };
    let ItemKind::Profile(inner) = &profile.kind.value else { panic!("a profile") };
    let text_of = |trivia: &Trivia| match trivia {
        Trivia::Comment(comment) => comment.to_string(),
        Trivia::Blank => String::new(),
    };
    let leading = |item: &Item| item.leading.iter().map(text_of).collect::<Vec<_>>();
    assert_eq!(leading(profile), ["# 0", "# 1", "# 2"]);
    assert_eq!(leading(&inner.body.items[0]), ["# 4", "# 5"]);
    assert_eq!(leading(&inner.body.items[1]), ["# 7", "# 8", "# 9"]);
    assert_eq!(leading(&inner.body.items[2]), ["# 11", "# 12"]);
    assert_eq!(inner.body.items[2].trailing, Some(crate::source::Spanned::bare("# 13".into())));
    assert_eq!(inner.body.tail.iter().map(text_of).collect::<Vec<_>>(), ["# 14"]);
}

#[test]
fn blank_lines_are_kept_between_items_only() {
    let file = parsed("\n\n/a r,\n\n\n/b r,\n # c\t \n\n/c r, /d r,\nprofile p {\n\n/e r,\n\n}\n\n").file;
    let leading: Vec<Vec<bool>> =
        file.items.iter().map(|item| item.leading.iter().map(|trivia| *trivia == Trivia::Blank).collect()).collect();
    assert_eq!(leading, [vec![], vec![true], vec![false, true], vec![], vec![]]);
    assert_eq!(file.tail, []);
    let ItemKind::Profile(profile) = &file.items[4].kind.value else { panic!("a profile") };
    assert_eq!(profile.body.tail, []);
    assert_eq!(profile.body.items[0].leading, []);
    assert_eq!(file.items[2].leading[0], Trivia::Comment(crate::source::Spanned::bare("# c".into())));
}

/// Every file of the trees parses, and no comment of theirs is lost: the words `#` at the beginning of a line, which can be
/// nothing else there, are all in the tree.
#[test]
fn trees_of_real_profiles() {
    let mut directories = crate::material::trees("comments of real profiles");
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).expect("a readable directory") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                // Those files hold features.
                if path.file_name() != Some("abi".as_ref()) {
                    directories.push(path);
                }
                continue;
            }
            let text = std::fs::read(&path).expect("a readable file");
            let parsed = parsed(&text);
            assert_eq!(parsed.diagnostics, [], "{}", path.display());
            let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_start);
            let comments = lines.filter(|line| line.starts_with(b"#") && !line.starts_with(b"#include")).count();
            let inside = text
                .split(|&byte| byte == b'\n')
                .map(<[u8]>::trim_ascii_start)
                .filter(|line| !line.starts_with(b"#") && line.windows(2).any(|pair| pair == b" #"));
            let kept = in_file(&parsed.file);
            assert!((comments..=comments + inside.count() + 1).contains(&kept), "{}: {kept}", path.display());
        }
    }
}
