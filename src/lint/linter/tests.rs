use crate::lint::{Linter, Selection};
use crate::source::Memory;
use crate::{Compiler, Features, Input};

fn compiler() -> Compiler {
    let tree = Memory::new().with("/base/own", "/etc/own rr,\n");
    Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(tree)
}

#[test]
fn a_linter_that_lives_long_does_not_grow_with_each_call() {
    let linter = Linter::new(&compiler()).scope("/base");
    let lint = |number: usize| {
        let text = format!("profile p{number} {{\n  include <own>\n  /etc/p Ux,\n}}\n");
        linter.lint([Input::text(format!("text {number}"), text)]).unwrap()
    };
    let kept = || (linter.sessions.kept(), linter.memory().len());
    let first = lint(0);
    let before = kept();
    assert_eq!(before.0.0, (0, 1), "the included file is kept, and the input is not");
    for number in 1..200 {
        lint(number);
    }
    assert_eq!(kept(), before);
    let names: Vec<_> =
        first.findings.iter().map(|found| first.sources().get(found.span().source).name().to_owned()).collect();
    assert!(names.contains(&"text 0".into()) && names.contains(&"/base/own".into()), "{names:?}");
}

#[test]
fn what_is_remembered_of_patterns_and_paths_is_bounded() {
    let mut linter = Linter::new(&compiler().included_limit(4_000));
    linter.memory_limit = 300;
    let (mut held, mut remembered) = (0, 0);
    for number in 0..100 {
        let rules: String = (0..10).map(|rule| format!("  /srv/{number}/{rule}/* r,\n")).collect();
        let text = format!("profile p {{\n  include if exists <missing/{number}>\n{rules}}}\n");
        linter.lint([Input::text("text", text)]).unwrap();
        held = held.max(linter.sessions.kept().1);
        remembered = remembered.max(linter.memory.lock().unwrap().len());
    }
    assert!((3_000..5_000).contains(&held), "{held}");
    assert!((300..600).contains(&remembered), "{remembered}");
}

#[test]
fn files_that_another_call_included_are_no_matter() {
    let linter = Linter::new(&compiler()).scope("/base").selection(Selection::only(["AA0401"]).unwrap());
    let lint = |text: &str| linter.lint([Input::text("p", text)]).unwrap().findings.len();
    assert_eq!(lint("profile p {\n  include <own>\n}\n"), 1);
    assert_eq!(lint("profile p {\n  /etc/p r,\n}\n"), 0);
    linter.forget_included();
    assert_eq!(lint("profile p {\n  include <own>\n}\n"), 1);
}
