use super::*;

/// Effect, class and cause of each change of a text.
fn changes(from: &str, to: &str, text: &str) -> Vec<(Effect, String, Cause)> {
    let kernel = |name: &str| match name {
        "default" => Features::default_policy(),
        _ => Features::builtin(name).unwrap(),
    };
    let loader = crate::source::Memory::new()
        .with("/etc/apparmor.d/abi/old", Features::builtin("linux-6.12").unwrap().to_text())
        .with("/etc/apparmor.d/abi/new", Features::builtin("linux-7.2").unwrap().to_text());
    let comparer = Comparer::new(&kernel(from), &kernel(to), |compiler| compiler.loader(loader.clone()));
    let found = comparer.compare(&Input::text("p", text)).unwrap();
    found
        .into_iter()
        .flat_map(|profile| profile.changes)
        .map(|change| (change.effect, change.class, change.cause))
        .collect()
}

fn words(found: &[(Effect, String, Cause)]) -> Vec<String> {
    found.iter().map(|(effect, class, cause)| format!("{class}: {effect}, {cause}")).collect()
}

#[test]
fn a_kernel_to_itself() {
    for kernel in Features::builtin_names() {
        assert_eq!(changes(kernel, kernel, "profile p {\n  dbus,\n  unix,\n  /x r,\n}\n"), []);
    }
}

#[test]
fn classes_that_the_new_kernel_lacks() {
    let found = changes("linux-7.2", "linux-6.12", "abi <abi/new>,\nprofile p { }\n");
    assert_eq!(words(&found), ["dbus: no longer enforced, class not mediated"]);
    let found = changes("linux-6.12", "linux-6.1", "abi <abi/new>,\nprofile p {\n  userns,\n}\n");
    assert_eq!(
        words(&found),
        ["io_uring: no longer enforced, class not mediated"],
        "what is all allowed loses nothing"
    );
    let found =
        changes("linux-7.2", "linux-6.12", "abi <abi/new>,\nprofile p {\n  dbus,\n  deny dbus bus=session,\n}\n");
    assert_eq!(words(&found), ["dbus: no longer enforced, class not mediated"]);
}

#[test]
fn a_profile_without_abi_denies_what_it_never_mentioned() {
    let text = "profile p {\n  network inet,\n  unix type=stream addr=@a,\n}\n";
    let found = words(&changes("linux-6.12", "linux-7.2", text));
    assert!(found.contains(&"dbus: now denied, abi unpinned".to_owned()), "{found:?}");
    assert!(found.contains(&"unix: now denied, abi unpinned".to_owned()), "{found:?}");
    assert_eq!(changes("linux-6.12", "linux-7.2", &format!("abi <abi/old>,\n{text}")), []);
    let kernel = words(&changes("linux-6.12", "linux-7.2", &format!("abi <kernel>,\n{text}")));
    assert_eq!(kernel, found);
}

#[test]
fn conditions_that_the_new_kernel_lacks() {
    let text = "abi <abi/new>,\nprofile p {\n  dbus,\n  unix type=stream addr=@a,\n}\n";
    let found = words(&changes("linux-7.2", "linux-6.12", text));
    assert!(found.contains(&"unix: no longer enforced, downgrade".to_owned()), "{found:?}");
    let all = text.replace("unix type=stream addr=@a", "unix");
    assert_eq!(changes("linux-7.2", "linux-6.12", &all), [], "what is all allowed loses nothing");
    let comparer = Comparer::new(
        &Features::builtin("linux-7.2").unwrap(),
        &Features::builtin("linux-6.12").unwrap(),
        |compiler| compiler,
    );
    let profiles =
        comparer.compare(&Input::text("p", "profile p {\n  unix type=stream addr=@a,\n  dbus,\n}\n")).unwrap();
    let rules: Vec<_> = profiles[0].rules.iter().map(|rule| (rule.place.line, rule.cause)).collect();
    assert_eq!(rules, [(2, Cause::Downgrade), (3, Cause::NotMediated)]);
    assert!(profiles[0].loses_enforcement());
}

#[test]
fn groups_of_a_tree() {
    let comparer = Comparer::new(
        &Features::builtin("linux-7.2").unwrap(),
        &Features::builtin("linux-6.12").unwrap(),
        |compiler| compiler,
    );
    let profiles =
        comparer.compare(&Input::text("p", "profile a { }\nprofile b { }\nprofile c flags=(unconfined) { }\n"));
    let summary = ChangeSummary::of(&profiles.unwrap());
    let dbus = summary.groups.iter().find(|group| group.class == "dbus").unwrap();
    assert!(dbus.profiles.contains("a") && dbus.profiles.contains("b"));
    assert!(summary.to_string().contains("no longer enforced  dbus"), "{summary}");
}
