//! Properties of changes.

use proptest::prelude::*;

use super::plan::{FilePlan, LinkChange, write};
use super::tree::headers;
use super::verb::Verb;
use crate::cli::links::ProfileList;
use crate::edit::Editor;

/// A header up to its flags.
const NAMES: &[&str] =
    &["profile NAME", "profile NAME /usr/bin/{x,y}", "profile NAME xattrs=(user.a=b)", "profile \"NAME b\""];

const FLAGS: &[&str] = &[
    "",
    " flags=(complain)",
    " flags=(audit)",
    " flags=( attach_disconnected,  kill )",
    " (audit complain)",
    " flags=(prompt, mediate_deleted,audit)",
    " flags=(unconfined)",
    " flags=(enforce)",
];

const BODIES: &[&str] =
    &["/a  r, # complain", "deny /b w,", "# flags=(complain)", "include <abstractions/base>", "capability chown,", ""];

/// A text in which each profile has its header on one line, with the numbers of these lines.
fn texts() -> impl Strategy<Value = (String, Vec<usize>)> {
    let profile =
        (0..NAMES.len(), 0..FLAGS.len(), proptest::collection::vec(0..BODIES.len(), 0..4), 0..3_usize, any::<bool>());
    proptest::collection::vec(profile, 1..4).prop_map(|profiles| {
        let (mut lines, mut headers) = (vec!["# a comment".to_owned()], Vec::new());
        for (number, (name, flags, body, hats, comment)) in profiles.into_iter().enumerate() {
            headers.push(lines.len());
            let comment = if comment { " # flags=(audit)" } else { "" };
            lines.push(format!("{}{} {{{comment}", NAMES[name].replace("NAME", &format!("p{number}")), FLAGS[flags]));
            lines.extend(body.iter().map(|&rule| format!("   {}", BODIES[rule])));
            for hat in 0..hats {
                headers.push(lines.len());
                lines.push(format!("  ^h{hat}{} {{", FLAGS[(flags + hat) % FLAGS.len()]));
                lines.push("    /h r,".into());
                lines.push("  }".into());
            }
            lines.push("}".into());
        }
        (lines.join("\n") + "\n", headers)
    })
}

proptest! {
    /// Only the headers of the meant profiles change, and they get the mode, or the flag, and keep everything else.
    #[test]
    fn changes_touch_headers_only((text, lines) in texts(), meant in any::<u8>(), verb in 0..7_usize) {
        let verb = [
            Verb::Enforce, Verb::Complain, Verb::Kill, Verb::Prompt, Verb::Unconfined, Verb::Audit, Verb::NoAudit,
        ][verb];
        let mut editor = Editor::new(text.as_str()).unwrap();
        let before = headers(&editor);
        prop_assert_eq!(before.len(), lines.len());
        let is_meant = |index: usize| meant >> (index % 8) & 1 == 1;
        for (index, header) in before.iter().enumerate().filter(|(index, _)| is_meant(*index)) {
            let changed = verb.edit(&mut editor, str::from_utf8(&header.written).unwrap()).unwrap();
            let now = headers(&editor).swap_remove(index);
            prop_assert_eq!(now.mode, verb.mode().unwrap_or(header.mode));
            let audit = match verb { Verb::Audit => true, Verb::NoAudit => false, _ => header.audit };
            prop_assert_eq!(now.audit, audit);
            prop_assert!(changed || (now.mode, now.audit) == (header.mode, header.audit));
        }
        let after = String::from_utf8(editor.finish()).unwrap();
        let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), after.lines().collect());
        prop_assert_eq!(old.len(), new.len());
        for (number, (old, new)) in old.iter().zip(&new).enumerate() {
            let header = lines.iter().position(|&line| line == number);
            if header.is_none_or(|index| !is_meant(index)) {
                prop_assert_eq!(old, new);
            }
            let outside = |line: &str| {
                let (head, tail) = line.split_once('{').unwrap_or((line, ""));
                let tail = line.rsplit_once('{').map_or(tail, |(_, tail)| tail);
                (head.split(" flags=").next().unwrap().split(" (").next().unwrap().trim_end().to_owned(), tail.to_owned())
            };
            prop_assert_eq!(outside(old), outside(new), "name and comment stay");
        }
    }
}

#[test]
fn what_was_written_before_a_failure_is_taken_back() {
    let base = tempfile::tempdir().unwrap();
    let plan = |name: &str, links: Vec<LinkChange>| {
        let path = base.path().join(name);
        std::fs::write(&path, "old").unwrap();
        FilePlan {
            path,
            old: b"old".to_vec(),
            new: b"new".to_vec(),
            profiles: Vec::new(),
            inner: 0,
            links,
            is_disabled: false,
            is_forced: false,
        }
    };
    let link = |list: ProfileList| {
        let entry = list.entry(base.path(), "b".as_ref());
        LinkChange { list, entry, adds: true }
    };
    let plans = [plan("a", Vec::new()), plan("b", vec![link(ProfileList::Disable), link(ProfileList::ForceComplain)])];
    // The last step fails: a file is where the directory of the list should be.
    std::fs::write(base.path().join("force-complain"), "").unwrap();
    let error = write(base.path(), &plans).unwrap_err();
    assert!(error.ends_with("; nothing is changed"), "{error}");
    let texts = || ["a", "b"].map(|name| std::fs::read_to_string(base.path().join(name)).unwrap());
    assert_eq!(texts(), ["old", "old"]);
    assert!(!ProfileList::Disable.has(base.path(), "b".as_ref()));
    std::fs::remove_file(base.path().join("force-complain")).unwrap();
    write(base.path(), &plans).unwrap();
    assert_eq!(texts(), ["new", "new"]);
    assert!(ProfileList::Disable.has(base.path(), "b".as_ref()));
    // What somebody else changed meanwhile is not overwritten.
    let error = write(base.path(), &plans).unwrap_err();
    assert!(error.contains("the file was changed meanwhile; nothing is written"), "{error}");
}
