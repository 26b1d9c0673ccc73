//! Graphs of small policies, and the same questions put to `query`.

use super::{Edge, EdgeClass, EdgeKind, Graph, NodeKind};
use crate::analysis::Access;
use crate::analysis::query::Subject;
use crate::{Compiler, Features, Input};

const TREE: &str = r"
profile web /usr/sbin/web {
  /usr/bin/helper Px,
  /usr/bin/tool Cx -> tool,
  /usr/bin/c[0-9] Cx,
  /usr/bin/stacked px -> &helper,
  /usr/bin/free Ux,
  /usr/bin/maybe* PUx,
  /usr/bin/gone px -> gone,
  /usr/bin/here ix,
  change_profile -> helper,
  change_profile /usr/bin/late -> late,
  change_profile -> vanished,
  ptrace trace peer=helper,
  signal send set=term peer=/usr/bin/maybe1,
  signal send peer=late,
  dbus send bus=system path=/org peer=(name=org.helper, label=helper),
  unix (connect, send, receive) type=stream peer=(addr=@helper, label=helper),
  profile tool { /x r, }
  profile c1 /usr/bin/c1 { /x r, }
  ^guest { /x r, }
}
profile helper /usr/bin/helper {
  ptrace tracedby peer=web,
  signal,
  dbus receive bus=system peer=(label=web),
  unix (receive, send) type=stream peer=(label=web),
}
profile late { /x r, }
profile lost { /x r, }
/usr/bin/maybe1 {
  signal receive peer=web,
}
profile open flags=(unconfined) { }
profile all /opt/** {
  signal peer=**,
  ptrace trace,
  change_profile -> **,
  /{,**} pux,
}
";

fn subject(text: &str) -> Subject {
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    Subject::from_compiled(compiler.compile(Input::text("tree", text)).unwrap()).unwrap()
}

fn graph(text: &str) -> Graph {
    Graph::of(&subject(text)).unwrap()
}

/// The edges from a node as lines.
fn from(graph: &Graph, name: &str, class: EdgeClass) -> Vec<String> {
    let node = graph.find(name).unwrap();
    let edges = graph.edges.iter().filter(|edge| (edge.from, edge.class) == (node, class));
    let line = |edge: &Edge| {
        let to = edge.to.map_or("any", |to| graph.name(to));
        let path = edge.path.as_ref().map(|path| format!(" {path}")).unwrap_or_default();
        let lines = edge.rules.iter().map(|&rule| graph.rules[rule].line.to_string());
        let refused = if edge.accepted || edge.to.is_none() { "" } else { " refused" };
        format!("{to} {:?}{path}{refused} {}", edge.kind, lines.collect::<Vec<_>>().join(","))
    };
    let mut lines: Vec<String> = edges.map(line).collect();
    lines.sort();
    lines
}

#[test]
fn exec_leads_to_what_the_automata_say() {
    let graph = graph(TREE);
    assert_eq!(
        from(&graph, "web", EdgeClass::Exec),
        [
            "/usr/bin/maybe1 Attachment /usr/bin/maybe1 8",
            "gone Named /usr/bin/gone 9",
            "helper Attachment /usr/bin/helper 3",
            "helper Stack /usr/bin/stacked 6",
            "unconfined Fallback /usr/bin/maybe 8",
            "unconfined Unconfined /usr/bin/free 7",
            "web//c1 ChildAttachment /usr/bin/c1 5",
            "web//tool Named /usr/bin/tool 4",
        ]
    );
    let all = from(&graph, "all", EdgeClass::Exec);
    assert_eq!(all.iter().filter(|line| line.contains("Attachment")).count(), 3, "{all:?}");
    assert!(all.iter().any(|line| line.starts_with("unconfined Fallback")), "{all:?}");
    assert_eq!(from(&graph, "web", EdgeClass::Hat).len(), 1);
}

#[test]
fn names_are_looked_up_as_peers_and_targets() {
    let graph = graph(TREE);
    assert_eq!(
        from(&graph, "web", EdgeClass::ChangeProfile),
        ["helper Named 11", "late Named 12", "vanished Named 13"]
    );
    assert_eq!(from(&graph, "web", EdgeClass::Ptrace), ["helper Named 14"]);
    assert_eq!(from(&graph, "web", EdgeClass::Signal), ["/usr/bin/maybe1 Named 15", "late Named refused 16"]);
    assert_eq!(from(&graph, "web", EdgeClass::Dbus), ["helper Named 17"]);
    assert_eq!(from(&graph, "web", EdgeClass::Unix), ["helper Named 18"]);
    for class in [EdgeClass::Signal, EdgeClass::Ptrace, EdgeClass::ChangeProfile] {
        let lines = from(&graph, "all", class);
        assert!(matches!(&lines[..], [only] if only.starts_with("any Named")), "{class:?} {lines:?}");
    }
    let open = graph.edges.iter().filter(|edge| edge.from == graph.find("open").unwrap());
    assert!(open.clone().all(|edge| edge.to.is_none() && edge.kind == EdgeKind::Unmediated));
    assert_eq!(open.count(), 5);
}

/// Every edge is one that `query` allows, and what is no edge is denied.
#[test]
fn query_gives_the_same_answers() {
    let subject = subject(TREE);
    let graph = Graph::of(&subject).unwrap();
    let profiles = graph.nodes.iter().enumerate().filter(|(_, node)| node.mode.is_some());
    let mut asked = 0;
    for (from, node) in profiles {
        for (to, other) in graph.nodes.iter().enumerate().filter(|&(to, _)| to != from) {
            if other.kind == NodeKind::Missing {
                continue;
            }
            let peer = other.name.as_str();
            let message = ["dbus", "send", "system", "org.helper", "/org", "i", "m"];
            let label = format!("peer={peer}");
            let questions = [
                (EdgeClass::Ptrace, vec!["ptrace", "trace", peer]),
                (EdgeClass::Signal, vec!["signal", "send", "term", peer]),
                (EdgeClass::ChangeProfile, vec!["change_profile", peer]),
                (EdgeClass::ChangeProfile, vec!["change_profile", "/usr/bin/late", "->", peer]),
                (EdgeClass::Dbus, [&message[..], &[&label]].concat()),
                (EdgeClass::Unix, vec!["unix", "send", "stream", "peer-addr=@helper", &label]),
            ];
            let leads = |class: EdgeClass, at_exec: bool| {
                graph.edges.iter().any(|edge| {
                    let there = edge.to == Some(to) || edge.to.is_none() && !edge.except.contains(&to);
                    let kind = edge.kind != EdgeKind::Stack && (at_exec || edge.kind != EdgeKind::AtExec);
                    edge.from == from && edge.class == class && there && kind
                })
            };
            for (class, words) in questions {
                let access = Access::parse(&words).unwrap();
                let answer = subject.ask(Some(node.name.as_bytes()), &access).unwrap();
                let at_exec = words.contains(&"->");
                // At the exec of one program: what may happen at once may be forbidden there.
                let expected = leads(class, at_exec);
                if answer.is_allowed() {
                    assert!(expected, "{} {words:?}", node.name);
                } else if !at_exec {
                    assert!(!expected, "{} {words:?}", node.name);
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 400, "{asked}");
    for edge in graph.edges.iter().filter(|edge| edge.class == EdgeClass::Exec && graph.nodes[edge.from].mode.is_some())
    {
        let access = Access::parse(&["file", edge.path.as_deref().unwrap(), "x"]).unwrap();
        let answer = subject.ask(Some(graph.name(edge.from).as_bytes()), &access).unwrap();
        assert!(answer.is_allowed(), "{edge:?}");
        let exec = answer.verdicts[0].exec.clone().unwrap();
        let to = graph.name(edge.to.unwrap());
        match edge.kind {
            EdgeKind::Attachment | EdgeKind::ChildAttachment => assert!(exec.candidates.iter().any(|name| name == to)),
            EdgeKind::Named => assert_eq!(exec.to.word(), to),
            EdgeKind::Stack => assert_eq!(exec.to.word(), format!("&{to}")),
            EdgeKind::Unconfined => assert_eq!(exec.to.word(), "unconfined"),
            EdgeKind::Fallback => assert!(exec.candidates.is_empty()),
            _ => panic!("{edge:?}"),
        }
    }
}

#[test]
fn ways_are_shortest_and_both_sides_allow_each_step() {
    let graph = graph(TREE);
    let way = |from: &str, to: &str, classes: &[EdgeClass]| {
        let [from, to] = [from, to].map(|name| graph.find(name).unwrap());
        graph.ways(from, to, classes).map(|ways| ways.to_string())
    };
    assert_eq!(way("web", "late", &[EdgeClass::Signal]), None);
    assert_eq!(way("helper", "web", &EdgeClass::BECOMES), None);
    assert_eq!(way("web", "web", &EdgeClass::BECOMES).as_deref(), Some("web\n"));
    assert_eq!(
        way("web", "late", &EdgeClass::BECOMES).unwrap(),
        "web\n  change_profile → late  tree:12:3  change_profile /usr/bin/late -> late,\n"
    );
    let far = way("unconfined", "web//tool", &EdgeClass::BECOMES).unwrap();
    assert!(far.contains("exec /usr/sbin/web, which web attaches to → web"), "{far}");
    assert!(far.ends_with("exec /usr/bin/tool → web//tool  tree:4:3  /usr/bin/tool Cx -> tool,\n"), "{far}");
}

#[test]
fn the_summary_names_what_nothing_leads_to() {
    let text = "profile a /a { /b px -> none, }\nprofile b { /x r, }\n";
    let summary = graph(text).summary();
    assert!(summary.contains("not reachable by exec from unconfined: 1\n  b\n"), "{summary}");
    assert!(summary.contains("missing targets: 1\n  none  tree:1:16\n"), "{summary}");
}

#[test]
fn hostile_names_stay_names_for_other_programs() {
    let text = "profile \"a\\\";x|<b>\" { signal send peer=b, }\nprofile b { signal receive, }\n";
    let graph = graph(text);
    assert!(graph.to_dot().contains(r#"[label="a\\\";x|<b>"]"#), "{}", graph.to_dot());
    let mermaid = graph.to_mermaid();
    assert!(!mermaid.contains("<b>") && mermaid.contains("#60;b#62;"), "{mermaid}");
}

#[test]
fn only_what_a_looser_profile_executes_is_a_way_out() {
    let text = "\
profile strict { /srv/{a,b,c} w, owner /proc/*/attr/current w, change_profile -> loose, }
profile equal { /srv/a ix, }
profile loose { /srv/b ix, /srv/c px -> equal, /usr/bin/free Ux, deny /srv/d x, /srv/[d-z] ix, }
profile writer { /srv/d w, /srv/e w, }
";
    let subject = subject(text);
    let mut graph = Graph::of(&subject).unwrap();
    let lines = |graph: &Graph| -> Vec<String> {
        let line = |escape: &super::Escape| {
            let names = |nodes: &[usize]| nodes.iter().map(|&node| graph.name(node)).collect::<Vec<_>>().join(" ");
            let path = escape.path.as_deref().unwrap_or_default();
            format!("{:?} {path} {} | {}", escape.kind, names(&escape.actors), names(&escape.others))
        };
        graph.escapes.iter().map(line).collect()
    };
    graph.find_escapes(&subject).unwrap();
    let found = lines(&graph);
    assert_eq!(found[..2], ["Program /srv/b strict | loose", "Program /srv/e writer | loose"]);
    // A rule for change_profile implies those for the files to do it with.
    assert!(found[2..].iter().all(|line| line.starts_with("Attributes /proc/1/attr/") && line.ends_with(" strict | ")));
    assert_eq!(found.len(), 6);
}

#[test]
fn code_configuration_and_tasks_of_looser_profiles_are_escapes() {
    let text = "\
profile strict {
  /etc/app/* w,
  /usr/lib/x.so w,
  ptrace trace,
  signal send set=term,
}
profile loose {
  /etc/app/conf r,
  /usr/lib/** mr,
  /usr/bin/free Ux,
  ptrace tracedby peer=strict,
  signal receive peer=strict,
}
profile equal {
  /etc/app/conf r,
  /usr/lib/** mr,
  ptrace tracedby,
  signal receive,
}
profile silent flags=(complain) { signal receive set=exists, }
";
    let subject = subject(text);
    let mut graph = Graph::of(&subject).unwrap();
    graph.find_escapes(&subject).unwrap();
    let line = |escape: &super::Escape| {
        let names = |nodes: &[usize]| nodes.iter().map(|&node| graph.name(node)).collect::<Vec<_>>().join(" ");
        let lines = |rules: &[usize]| rules.iter().map(|&rule| graph.rules[rule].line).collect::<Vec<_>>();
        let path = escape.path.as_deref().unwrap_or_default();
        let [first, second] = [lines(&escape.rules), lines(&escape.other_rules)];
        format!("{:?} {path} {} | {} {first:?} {second:?}", escape.kind, names(&escape.actors), names(&escape.others))
    };
    let found: Vec<String> = graph.escapes.iter().map(line).collect();
    assert_eq!(
        found,
        [
            "Library /usr/lib/x.so strict | loose [3] [9]",
            "Configuration /etc/app/conf strict | loose [2] [8]",
            "Trace  strict | loose unconfined [4] [11]",
            "Signal  strict | loose unconfined [5] [12]",
        ]
    );
    let text = graph.escapes_text();
    assert!(
        text.contains(
            "tasks of loose, unconfined: traced by strict\n  trace tree:4:3  ptrace trace,\n  allow tree:11:3"
        ),
        "{text}"
    );
}

#[test]
fn flags_and_named_targets_stand_with_the_profile() {
    let targets: Vec<String> = (0..11).map(|n| format!("  /bin/{n} px -> t{n},\n")).collect();
    let graph = graph(&format!("profile p flags=(attach_disconnected) {{\n{}}}\nprofile q {{ }}\n", targets.concat()));
    let p = &graph.nodes[graph.find("p").unwrap()];
    assert_eq!((p.transitions, &p.flags[..]), (11, &["attach_disconnected".to_owned()][..]));
    let summary = graph.summary();
    let title = "at least 10 exec targets by name, of which Linux 6.1 and apparmor_parser allow 12: 1\n  p  11\n";
    assert!(summary.contains(title), "{summary}");
}
