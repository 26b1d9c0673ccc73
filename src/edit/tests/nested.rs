//! Rules in qualifier blocks and conditionals, words that stay, and comments of duplicates.

use super::*;

const NESTED: &str = "\
profile p {
  deny {
    /x   w,   # why
    /y   w,
  }
  audit {
    owner { /z  rw, }
  }
  if $debug {
    /d r,
    deny { /x w, }
  } else if $other {
    /e r,
  } else {
    /d r,
  }
  profile c {
    /d r,
  }
}
";

fn replaced(text: &str, old: &str, new: &str) -> Result<String, EditError> {
    let mut editor = Editor::new(text).unwrap();
    editor.replace_rule("p", kind(old), kind(new))?;
    assert_eq!(apply(text.as_bytes(), editor.edits()).as_deref(), Some(editor.text()));
    Ok(String::from_utf8(editor.finish()).unwrap())
}

#[test]
fn a_rule_of_a_block_is_there() {
    let mut editor = Editor::new(NESTED).unwrap();
    for (rule, is_new) in
        [("deny /x w,", false), ("audit owner /z rw,", false), ("/x w,", true), ("/d r,", true), ("/d r,", false)]
    {
        assert_eq!(editor.add_rule("p", kind(rule)).unwrap(), is_new, "{rule}");
    }
}

#[test]
fn removing_reaches_into_blocks_and_branches() {
    let expected = NESTED.replacen("    /x   w,   # why\n", "", 1).replacen("deny { /x w, }", "deny { }", 1);
    assert_eq!(removed(NESTED, "deny /x w,"), expected);
    let of_child = "  profile c {\n    /d r,\n  }\n";
    let expected = NESTED.replace("    /d r,\n", "").replace("  profile c {\n  }\n", of_child);
    assert_eq!(removed(NESTED, "/d r,"), expected);
    assert_eq!(removed(NESTED, "audit owner /z rw,"), NESTED.replace("{ /z  rw, }", "{ }"));
    assert_eq!(removed(NESTED, "audit owner {\n  /z rw,\n}"), NESTED.replace("    owner { /z  rw, }\n", ""));
    let mut editor = Editor::new(NESTED).unwrap();
    for absent in ["/x w,", "/z rw,", "owner /z rw,", "audit /z rw,"] {
        let error = editor.remove_rule("p", kind(absent)).unwrap_err();
        assert!(matches!(error, EditError::NoSuchRule { .. }), "{error}");
    }
}

#[test]
fn replacing_reaches_into_blocks_and_branches() {
    let in_block = NESTED.replace("/y   w,", "/y   rw,");
    assert_eq!(replaced(NESTED, "deny /y w,", "deny /y rw,").unwrap(), in_block);
    assert_eq!(replaced(NESTED, "deny /y w,", "audit deny /y w,").unwrap(), NESTED.replace("/y   w,", "audit /y   w,"));
    assert_eq!(replaced(NESTED, "/e r,", "/e rw,").unwrap(), NESTED.replace("/e r,", "/e rw,"));
    let in_branches = NESTED.replacen("/d r,", "/f r,", 2);
    assert_eq!(replaced(NESTED, "/d r,", "/f r,").unwrap(), in_branches);
    // Which holds already, whatever the conditional says.
    assert_eq!(replaced(NESTED, "/e r,", "deny /y w,").unwrap(), NESTED.replace("    /e r,\n", ""));
}

#[test]
fn a_rule_that_the_block_contradicts_goes_out_of_it() {
    let text = "profile p {\n  /b r,\n  deny {\n    /x w,\n    /y w,\n  }\n}\n";
    let expected = "profile p {\n  /b r,\n  /x w,\n  deny {\n    /y w,\n  }\n}\n";
    assert_eq!(replaced(text, "deny /x w,", "/x w,").unwrap(), expected);
    let text = "profile p {\n  if $x {\n    deny {\n      /x w,\n    }\n  }\n}\n";
    let error = replaced(text, "deny /x w,", "/x w,").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`/x w,` contradicts the block around the rule on line 4; remove that rule and add the new one"
    );
}

#[test]
fn words_that_stay_keep_their_blanks() {
    for (old, new, expected) in [
        ("/b   r,", "/b rw,", "/b   rw,"),
        ("/b   r,", "/c r,", "/c   r,"),
        ("/b   r,", "owner /b r,", "owner /b   r,"),
        ("audit   deny  /b   r,", "deny /b r,", "deny  /b   r,"),
        ("audit   deny  /b   r,", "audit /b r,", "audit   /b   r,"),
        ("signal   send,", "signal send peer=x,", "signal   send peer=x,"),
        ("signal   send    peer=x,", "signal send,", "signal   send,"),
        ("signal (send,receive)   peer=x,", "signal (send, receive) peer=y,", "signal (send,receive)   peer=y,"),
        ("capability   chown # e\n  ,", "capability setuid,", "capability   setuid # e\n  ,"),
        ("\"/a b\"   r,", "\"/ab\" r,", "\"/ab\"   r,"),
        ("\"/a /b\"   r,", "\"/a/b\" r,", "\"/a/b\" r,"),
        ("r   /b,", "/b r,", "/b r,"),
    ] {
        let text = format!("profile p {{\n  {old} # c\n}}\n");
        let expected = format!("profile p {{\n  {expected} # c\n}}\n");
        let old = old.replace("# e\n", "");
        assert_eq!(replaced(&text, &old, new).unwrap(), expected);
    }
}

#[test]
fn a_comment_of_a_duplicate_goes_to_the_first() {
    for (text, expected) in [
        ("/a r,\n/b r,\n/a r,   # one\n", Some("/a r,   # one\n/b r,\n")),
        ("/a r,  \n/a r, # one\n", Some("/a r, # one  \n")),
        ("/a r, # one\n/a r, #  one \n", Some("/a r, # one\n")),
        ("/a r, # one\n/a r, #two\n", Some("/a r, # one; two\n")),
        ("/a r, # one\n/a r, #\n", Some("/a r, # one\n")),
        ("/a r, /a r, # one\n", Some("/a r, # one\n")),
        ("/a r, /b r,\n/a r, # one\n", None),
        ("/a r,\n/a r, # armorer: allow(AA0101) one\n", None),
        ("/a r, # armorer: allow(AA0101)\n/a r, # one\n", None),
        ("capability chown,\ncapability # one\n chown,\n", None),
        ("/a r,\r\n/a r, # one\r\n", Some("/a r, # one\r\n")),
    ] {
        let (file, source) = parse_source(text.as_bytes()).unwrap();
        let edits = merge(&source, SourceId::NONE, &file.items, 0, file.items.len() - 1);
        let edited = edits.map(|edits| String::from_utf8(apply(text.as_bytes(), &edits).unwrap()).unwrap());
        assert_eq!(edited.as_deref(), expected, "{text}");
    }
}

#[test]
fn only_the_header_of_a_profile_is_rewritten() {
    let text = "profile   p   /x  (complain) { # a\n  /b    r,\n}\n";
    let (file, source) = parse_source(text.as_bytes()).unwrap();
    let item = &file.items[0];
    let edit = rewrite(&source, SourceId::NONE, item, &item.kind.value).unwrap();
    assert_eq!((edit.range(), &*edit.replacement), (18..18, &b"flags="[..]));
}

#[test]
fn comments_are_written_and_removed() {
    let text = b"profile p {\r\n\t/a r, # a\r\n\t# b\r\n}\r\n";
    let at = |word: &[u8]| u32::try_from(memchr::memmem::find(text, word).unwrap()).unwrap();
    let above = comment_above(text, SourceId::NONE, at(b"r,") as usize, "# c");
    assert_eq!(apply(text, [&above]).unwrap(), b"profile p {\r\n\t# c\r\n\t/a r, # a\r\n\t# b\r\n}\r\n");
    let removed = |word: &[u8]| {
        let edit = comment_removal(text, Span::new(SourceId::NONE, at(word), at(word) + 3));
        apply(text, [&edit]).unwrap()
    };
    assert_eq!(removed(b"# a"), b"profile p {\r\n\t/a r,\r\n\t# b\r\n}\r\n");
    assert_eq!(removed(b"# b"), b"profile p {\r\n\t/a r, # a\r\n}\r\n");
}
