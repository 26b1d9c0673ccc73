//! Plans for small trees.

use super::*;
use crate::analysis::Access;
use crate::compiler::Compiler;
use crate::features::Features;
use crate::source::Memory;

const TUNABLES: &str =
    "@{HOME} = /home/*/ /root/\n@{PROC} = /proc/\n@{pid} = [1-9]{[0-9],}{[0-9],}{[0-9],}\n@{run} = /run /var/run\n";

fn tree(text: &str) -> SuggestTree {
    let files = Memory::new().with("/base/tunables/global", TUNABLES);
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(files);
    let mut tree = SuggestTree::new(compiler);
    tree.add("web", format!("abi <kernel>,\ninclude <tunables/global>\n{text}")).unwrap();
    tree
}

fn accept(words: &[&str]) -> SuggestOptions {
    words.iter().fold(SuggestOptions::default(), |options, word| options.accept(*word))
}

fn need(profile: &str, words: &[&str]) -> Need {
    Need::new(profile, Access::parse(words).unwrap())
}

/// The text after the preamble after a plan.
fn after(tree: &SuggestTree, plan: &SuggestionPlan) -> String {
    let changes = plan.changes(tree).unwrap();
    let [change] = &changes[..] else { panic!("{changes:?}") };
    String::from_utf8(change.new.clone()).unwrap().split_once("<tunables/global>\n").unwrap().1.to_owned()
}

fn candidates(plan: &SuggestionPlan, number: usize) -> Vec<String> {
    match &plan.suggestions[number].outcome {
        SuggestionOutcome::Candidates { list, .. } => list.iter().map(Candidate::text).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rules_go_into_their_place_and_the_same_needs_then_suggest_nothing() {
    let text = "profile web {\n  # settings\n  /etc/web.conf   r, # read at start\n  /srv/** r,\n\n  profile worker {\n  }\n}\n";
    let tree = tree(text);
    let needs = [
        need("web", &["file", "owner", "/var/log/web.log", "w"]),
        need("web", &["file", "/etc/web.conf", "w"]),
        need("web//worker", &["signal", "send", "term", "web"]),
        need("web", &["capability", "net_bind_service"]),
        need("web", &["file", "/srv/a", "r"]),
        need("web", &["file", "owner", "/var/log/web.log", "create"]),
    ];
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    let written = after(&tree, &plan);
    assert_eq!(
        written,
        "profile web {\n  capability net_bind_service,\n\n  # settings\n  /etc/web.conf   rw, # read at start\n  /srv/** r,\n  \
         owner /var/log/web.log w,\n\n  profile worker {\n    signal send set=(term) peer=web,\n  }\n}\n"
    );
    assert!(matches!(plan.suggestions[4].outcome, SuggestionOutcome::Allowed));
    assert_eq!(plan.suggestions[0].needs, [0, 5]);
    let again = super::tests::tree(&written);
    let plan = SuggestionPlan::new(&again, &needs, &SuggestOptions::default()).unwrap();
    assert!(plan.suggestions.iter().all(|suggestion| matches!(suggestion.outcome, SuggestionOutcome::Allowed)));
}

#[test]
fn a_deny_rule_is_named_and_stays() {
    let tree = tree("profile web {\n  deny /etc/secret r,\n}\n");
    let plan = SuggestionPlan::new(&tree, &[need("web", &["file", "/etc/secret", "r"])], &accept(&["all"])).unwrap();
    let SuggestionOutcome::Refused(rule) = &plan.suggestions[0].outcome else { panic!() };
    assert_eq!(rule.place(), "web:4:3");
    assert!(plan.changes(&tree).unwrap().is_empty());
}

#[test]
fn danger_is_a_decision() {
    let tree = tree("profile web {\n  /srv/plugin ix,\n}\n");
    let needs = [
        need("web", &["file", "/etc/shadow", "r"]),
        need("web", &["file", "/srv/plugin", "w"]),
        need("web", &["file", "/srv/data", "w"]),
    ];
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    let codes: Vec<_> = plan.decisions().map(|(_, dangers)| dangers[0].name).collect();
    assert_eq!(codes, ["readable-secrets", "write-and-exec"]);
    assert_eq!(after(&tree, &plan), "profile web {\n  /srv/data w,\n  /srv/plugin ix,\n}\n");
    let plan = SuggestionPlan::new(&tree, &needs, &accept(&["write-and-exec", "AA0127"])).unwrap();
    let all = "profile web {\n  /etc/shadow r,\n  /srv/data w,\n  /srv/plugin wix,\n}\n";
    assert_eq!(after(&tree, &plan), all);
}

#[test]
fn execs_lead_to_what_is_there() {
    let text = "profile web {\n  profile helper /usr/bin/helper {\n  }\n}\nprofile other /usr/bin/other {\n}\n";
    let tree = tree(text);
    let needs = ["helper", "other", "tool"].map(|name| need("web", &["file", &format!("/usr/bin/{name}"), "x"]));
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    let first = |number| candidates(&plan, number).swap_remove(0);
    assert_eq!([first(0), first(1), first(2)], ["/usr/bin/helper Cx,", "/usr/bin/other Px,", "/usr/bin/tool ix,"]);
    let needs =
        ["web//null-/usr/bin/helper", "web//null-/usr/bin/other", "web//null-/usr/bin/tool//null-/usr/bin/helper"]
            .map(|name| need(name, &["file", "/x", "r"]));
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    let profiles: Vec<_> = plan.suggestions.iter().map(|suggestion| suggestion.profile.to_string()).collect();
    assert_eq!(profiles, ["web//helper", "other"]);
    assert_eq!(plan.suggestions[0].needs, [0, 2]);
}

#[test]
fn candidates_are_ranked_by_what_they_open() {
    let tree = tree("profile web {\n}\n");
    let needs = [
        need("web", &["file", "owner", "/home/alice/.ssh/id_rsa", "r"]),
        need("web", &["file", "owner", "/tmp/web.Xa81Kz", "rw"]),
        need("web", &["file", "/proc/123/stat", "r"]),
        need("web", &["file", "/run/web.pid", "r"]),
    ];
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    let random = ["owner /tmp/web.?????? rw,", "owner /tmp/web.Xa81Kz rw,"];
    assert_eq!(candidates(&plan, 1), random);
    assert_eq!(candidates(&plan, 3), ["@{run}/web.pid r,", "/run/web.pid r,"]);
    let process = candidates(&plan, 2);
    assert!(process[0].ends_with("/@{pid}/stat r,"), "{process:?}");
    let SuggestionOutcome::Candidates { list, .. } = &plan.suggestions[0].outcome else { panic!() };
    let exact = list.iter().find(|one| one.is_exact).unwrap();
    assert_eq!((exact.opens.size, &exact.opens.sensitive[..]), (0, &[][..]));
    let general = list.iter().find(|one| !one.is_exact).unwrap();
    assert_eq!(general.text(), "owner @{HOME}/.ssh/id_rsa r,");
    assert!(general.opens.size > 100 && !general.opens.examples.is_empty());
}

#[test]
fn names_without_a_profile() {
    let mut tree = tree("profile web {\n}\n");
    let needs = [need("/usr/bin/new", &["file", "/x", "r"]), need("web", &["file", "/y", "l"])];
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    assert!(matches!(plan.suggestions[0].outcome, SuggestionOutcome::NoProfile));
    assert!(matches!(plan.suggestions[1].outcome, SuggestionOutcome::NoRule(NoRule::LinkTarget)));
    tree.create("usr.bin.new", b"/usr/bin/new").unwrap();
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    let changes = plan.changes(&tree).unwrap();
    assert_eq!(changes[0].old, b"");
    assert!(String::from_utf8_lossy(&changes[0].new).ends_with("/usr/bin/new {\n  /x r,\n}\n"));
}

#[test]
fn a_hostile_name_is_one_rule() {
    let tree = tree("profile web {\n}\n");
    let name = "/x\" rw, /** rwix,\n}\nprofile y {";
    let needs = [need("web", &["file", name, "r"]), need(name, &["capability", "chown"])];
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    let written = after(&tree, &plan);
    assert_eq!(written, "profile web {\n  \"/x\\042 rw\\, /\\*\\* rwix\\,\\012\\}\\012profile y \\{\" r,\n}\n");
    assert!(matches!(plan.suggestions[1].outcome, SuggestionOutcome::NoProfile));
}

#[test]
fn a_thousand_events() {
    let tree = tree("profile web {\n  /etc/** r,\n}\n");
    let needs: Vec<Need> = (0..1_000)
        .map(|number| need("web", &["file", &format!("/home/user/.cache/web/{}", number % 250), "rw"]))
        .collect();
    let start = std::time::Instant::now();
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    println!("1,000 events: {:?}", start.elapsed());
    let start = std::time::Instant::now();
    plan.changes(&tree).unwrap();
    println!("writing: {:?}", start.elapsed());
    assert_eq!(plan.suggestions.len(), 250);
    assert_eq!(plan.suggestions.iter().map(|suggestion| suggestion.times).sum::<u64>(), 1_000);
    assert_eq!(after(&tree, &plan).lines().count(), 253);
}

#[test]
fn names_with_the_number_of_the_process_are_general() {
    let tree = tree("profile web {\n}\n");
    let needs = [
        need("web", &["file", "/srv/key.tmp190", "rw"]).pid(190),
        need("web", &["file", "/srv/key", "->", "/srv/key.tmp190"]).pid(190),
        need("web", &["file", "/srv/other190", "r"]).pid(191),
    ];
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    let rules = "  /srv/key.tmp@{pid} rw,\n  /srv/other190 r,\n  link /srv/key -> /srv/key.tmp@{pid},\n";
    assert!(after(&tree, &plan).contains(rules), "{}", after(&tree, &plan));
}

#[test]
fn rules_go_into_the_local_include_as_told() {
    let files = Memory::new().with("/base/local/web", "# ours\n/srv/a r,\n");
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(files);
    let mut tree = SuggestTree::new(compiler);
    let text = "profile web {\n  include if exists <local/web>\n}\nprofile db {\n  include if exists <local/db>\n}\nprofile x {\n}\n";
    tree.add("web", text).unwrap();
    let needs = ["web", "db", "x"].map(|profile| need(profile, &["file", "/srv/a", "rw"]));
    let plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default().local(true)).unwrap();
    let changes = plan.changes(&tree).unwrap();
    let shown: Vec<_> = changes.iter().map(|change| (&*change.file, String::from_utf8_lossy(&change.new))).collect();
    assert_eq!(shown[0], ("/base/local/db", "/srv/a rw,\n".into()));
    assert_eq!(shown[1], ("/base/local/web", "# ours\n/srv/a rw,\n".into()));
    assert!(shown[2].0 == "web" && shown[2].1.ends_with("profile x {\n  /srv/a rw,\n}\n"));
}

#[test]
fn abstractions_are_offered_and_never_picked() {
    let files = Memory::new()
        .with("/base/abstractions/secrets", "/etc/shadow r,\n/etc/gshadow r,\n")
        .with("/base/abstractions/broken", "/etc/{shadow r,\n");
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(files);
    let mut tree = SuggestTree::new(compiler);
    tree.add("web", "profile web {\n}\n").unwrap();
    let plan =
        SuggestionPlan::new(&tree, &[need("web", &["file", "/etc/shadow", "r"])], &SuggestOptions::default()).unwrap();
    assert!(candidates(&plan, 0).contains(&"include <abstractions/secrets>".to_owned()));
    let SuggestionOutcome::Candidates { list, picked } = &plan.suggestions[0].outcome else { panic!() };
    assert_eq!(*picked, None);
    let abstraction = list.iter().find(|one| one.is_abstraction).unwrap();
    assert_eq!(abstraction.opens.examples, ["reading /etc/gshadow"]);
}

#[test]
fn rules_of_ones_own_are_checked() {
    let tree = tree("profile web {\n}\n");
    let needs = [need("web", &["file", "/srv/a", "r"])];
    let mut plan = SuggestionPlan::new(&tree, &needs, &SuggestOptions::default()).unwrap();
    assert!(plan.offer(&tree, 0, "/srv/b r,").is_err(), "it does not allow the access");
    assert!(plan.offer(&tree, 0, "/srv/a r, } profile x { /srv/a r,").is_err());
    assert!(plan.offer(&tree, 0, "/srv/a r").is_err());
    let number = plan.offer(&tree, 0, "/srv/* r,").unwrap();
    assert!(plan.pick(0, Some(number)));
    assert_eq!(after(&tree, &plan), "profile web {\n  /srv/* r,\n}\n");
}
