use super::*;

#[track_caller]
fn paths(files: &[(&str, &str)], text: &str) -> Vec<String> {
    let outcome = run_with(files, text);
    outcome.only_profile().rules.iter().filter_map(show).collect()
}

#[test]
fn search_order() {
    let files = [
        ("/inc/a", "/inc/a r,\n"),
        ("/base/a", "/base/a r,\n"),
        ("/base/b", "/base/b r,\n"),
        ("/cwd/c", "/cwd/c r,\n"),
        ("/abs", "/abs r,\n"),
    ];
    let text = "profile p { include <a>\n include <b>\n include \"c\"\n include c\n include \"/abs\"\n include if exists <nope>\n }\n";
    assert_eq!(paths(&files, text), ["/inc/a r", "/base/b r", "/cwd/c r", "/abs r"]);
}

#[test]
fn once_a_body() {
    let files = [("/base/a", "/a r,\ninclude <b>\n"), ("/base/b", "/b r,\ninclude <a>\n")];
    // Cycles end by the set, too.
    let text = "profile p { include <a>\n include <a>\n { include <a>\n } include <b>\n ^h { include <b>\n } include <a>\n }\n";
    let outcome = run_with(&files, text);
    assert_eq!(outcome.codes(), []);
    let profile = &outcome.policy.profiles[0];
    assert_eq!(rules_of(profile), ["/a r", "/b r"]);
    assert_eq!(rules_of(&profile.children[0]), ["/b r", "/a r"]);
}

#[test]
fn keys_are_text() {
    let files = [("/base/a", "/a r,\n")];
    let text = "profile p { include <a>\n include <./a>\n }\n";
    assert_eq!(run_with(&files, text).policy.profiles[0].rules.len(), 2, "two paths, two files");
    let files = [("/base/v", "@{A}+=x\n")];
    assert_eq!(run_with(&files, "@{A}=a\ninclude <v>\ninclude <v>\ninclude <./v>\n").codes(), []);
}

#[test]
fn directories_are_read_last_name_first() {
    let names = ["B", "a", "_", "1", "Z", ".hid", "README", "x~", "y.orig", "sub/s"];
    let files: Vec<_> = names.iter().map(|name| (format!("/base/d/{name}"), format!("/{name} r,\n"))).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(paths(&files, "profile p { include <d>\n }\n"), ["/a r", "/_ r", "/Z r", "/B r", "/1 r"]);
}

#[test]
fn a_file_of_a_directory_is_not_included_by_another() {
    let files = [("/base/d/a", "/a r,\n"), ("/base/d/b", "include <d/a>\n/b r,\n")];
    assert_eq!(paths(&files, "profile p { include <d>\n }\n"), ["/b r", "/a r"]);
}

#[test]
fn the_preamble_and_profiles_may_be_included() {
    let files = [("/base/tunables", "@{A}=x\nabi <kernel>,\n"), ("/base/profiles", "profile q { /@{A} r, }\n")];
    let outcome = run_with(&files, "include <tunables>\nprofile p { /@{A} w, }\ninclude <profiles>\n");
    assert_eq!(outcome.codes(), []);
    let names: Vec<_> = outcome.policy.profiles.iter().map(|profile| profile.name.to_string()).collect();
    assert_eq!(names, ["p", "q"]);
}

#[test]
fn branches_not_taken_include_nothing() {
    let files = [("/base/a", "/a r,\n")];
    let outcome = run_with(&files, "profile p { if false { include <a>\n } else { include <a>\n } }\n");
    assert_eq!(rules_of(&outcome.policy.profiles[0]), ["/a r"]);
    assert_eq!(outcome.codes(), [(Code::RefInclude, "include <a>".into())]);
}

#[test]
fn errors() {
    for (text, code, at) in [
        ("include <nope>\n", Code::IncludeOpen, "nope"),
        ("profile p { include <nope>\n }\n", Code::IncludeOpen, "nope"),
        ("profile p { include \"\"\n }\n", Code::IncludeOpen, "\"\""),
        ("abi <nope>,\n", Code::AbiOpen, "nope"),
        ("abi <d>,\n", Code::AbiNotFile, "d"),
        ("include <rules>\nprofile p { }\n", Code::MisplacedItem, "/rules r,"),
        ("profile p { include <variables>\n }\n", Code::MisplacedItem, "@{A}=x"),
    ] {
        let files = [("/base/d/f", ""), ("/base/rules", "/rules r,\n/more r,\n"), ("/base/variables", "@{A}=x\n")];
        assert_eq!(run_with(&files, text).codes(), [(code, at.into())], "{text}");
    }
}

#[test]
fn help_names_what_is_near() {
    let files = [("/base/abstractions/base", ""), ("/base/abstractions/bash", "")];
    let help = |text| run_with(&files, text).diagnostics[0].help.clone().unwrap();
    assert_eq!(help("include <abstractions/bsae>\n"), "did you mean `abstractions/base`?");
    assert_eq!(help("include <zzz>\n"), "searched in /inc, /base/");
    assert_eq!(help("include \"zzz\"\n"), "searched in /cwd");
}

#[test]
fn a_missing_include_hides_what_it_may_have_declared() {
    let text = "include <nope>\n$C = $D\nprofile p { /@{A} r, if @{A} == x { } }\n";
    assert_eq!(run(text).codes(), [(Code::IncludeOpen, "nope".into())]);
}

#[test]
fn diagnostics_of_included_files_come_once_with_their_chain() {
    let files = [("/base/a", "#include <b>\n"), ("/base/b", "/@{X} r,\n")];
    let outcome = run_with(&files, "profile p { include <a>\n }\nprofile q { include <a>\n }\n");
    assert_eq!(outcome.codes(), [(Code::PoundInclude, "#include <b>".into()), (Code::Expand, "/@{X}".into())]);
    assert_eq!(outcome.diagnostics[1].include_chain.len(), 2);
    let sources = &outcome.session.sources;
    assert_eq!(sources.describe(outcome.diagnostics[1].include_chain[0]), "/base/a:1:1");
    assert_eq!(sources.describe(outcome.diagnostics[1].include_chain[1]), "input:1:13");
}

#[test]
fn endless_nesting_ends() {
    // A body has a set of its own, so the set does not end this.
    let files = [("/base/a", "profile a { include <a>\n }\n")];
    let codes: Vec<_> = run_with(&files, "profile p { include <a>\n }\n").codes().into_iter().map(|c| c.0).collect();
    assert_eq!(codes.len(), 1, "{codes:?}");
    let twice = [("/base/a", "profile a { include <a>\n }\nprofile b { include <a>\n }\n")];
    let codes: Vec<_> = run_with(&twice, "profile p { include <a>\n }\n").codes().into_iter().map(|c| c.0).collect();
    assert_eq!(
        codes,
        [Code::NestingLimit, Code::NestingLimit],
        "both profiles of the deepest file, and nothing for what would follow"
    );
}

#[test]
fn included_text_is_bounded() {
    let large = "# 64 bytes are a line of this file, which no profile ever needs.\n".repeat(1 << 14);
    let files = [("/base/large", large.as_str())];
    let profiles: String = (0..140).map(|number| format!("profile p{number} {{ include <large>\n }}\n")).collect();
    let codes: Vec<_> = run_with(&files, &profiles).codes().into_iter().map(|c| c.0).collect();
    assert_eq!(codes, [Code::IncludeLimit]);
}

#[test]
fn abi() {
    let old = String::from_utf8(Features::builtin("linux-6.1").unwrap().to_text().to_vec()).unwrap();
    let files = [("/base/abi/old", old.as_str()), ("/base/include", "abi <kernel>,\n")];
    let outcome = run_with(&files, "abi <abi/old>,\nabi <abi/old>,\ninclude <include>\nprofile p { abi <default>, }\n");
    let expected = [(Code::AbiDiffers, "abi <kernel>,".into()), (Code::AbiDiffers, "abi <default>,".into())];
    assert_eq!(outcome.codes(), expected);
    assert_eq!(*outcome.policy.features, Features::builtin("linux-6.1").unwrap());

    let session = Session::new(Memory::new());
    let input = session.sources.add("input", *b"profile p { }\n").unwrap();
    let mut diagnostics = Diagnostics::new();
    let options = ResolveOptions::new(Arc::new(Features::builtin("linux-7.2").unwrap()));
    let policy = resolve(&session, input, &options, &mut diagnostics);
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::AbiMissing]);
    assert_eq!(*policy.features, Features::default_policy());
}
