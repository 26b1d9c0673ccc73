//! Properties that hold for any log: it is read without panic, and a rule that an event asks for is about the names of that event only.

use armorer::analysis::Subject;
use armorer::ast::{File, Profile};
use armorer::log::suggest::{Need, exact};
use armorer::log::{Reader, Summary};
use armorer::source::{Memory, Text};
use armorer::vocab::ExecMode;
use armorer::{Access, Compiler, Features, Input};

/// No more needs of a log are compiled.
const COMPILED: usize = 2;

/// Any bytes are a log.
pub(crate) fn log(bytes: &[u8]) {
    for need in read(bytes).iter().take(COMPILED) {
        allows_itself_alone(need);
    }
}

/// The needs of a log. What is read of it can be shown; the exact rules print as rules that parse to the same.
pub(crate) fn read(bytes: &[u8]) -> Vec<Need> {
    let mut summary = Summary::new(20);
    for event in Reader::new(bytes) {
        let event = event.expect("memory is readable");
        assert!(serde_json::to_string(&event).is_ok());
        summary.add(event);
    }
    let mut needs = Vec::new();
    for (kind, count) in summary.iter() {
        let active = |c: char| c.is_control();
        assert!(!kind.what.contains(active), "{:?}", kind.what);
        needs.extend(Need::of(&count.event).into_iter().map(|need| need.times(count.times)));
    }
    for need in &needs {
        let Some(text) = text(need) else { continue };
        let file = armorer::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", text.escape_ascii()));
        assert_eq!(file.items.len(), 1, "{}", text.escape_ascii());
        assert_eq!(file.to_bytes(), text, "{}", text.escape_ascii());
    }
    needs
}

/// A profile with the exact rules for a need; `None` where no rule is about it alone.
fn text(need: &Need) -> Option<Vec<u8>> {
    let rules = exact(need, ExecMode::INHERIT).ok()?;
    Some(File::from(Profile::new("p").expect("a name").rules(rules)).to_bytes())
}

/// The exact rules compile, allow the access, and deny it to names beside its own.
pub(crate) fn allows_itself_alone(need: &Need) {
    let Some(text) = text(need) else { return };
    let compiler = Compiler::new(Features::builtin("linux-7.2").expect("built in")).loader(Memory::new());
    let shown = text.escape_ascii().to_string();
    let compiled = compiler.compile(Input::text("log", text)).unwrap_or_else(|error| panic!("{shown}: {error}"));
    let subject = Subject::from_compiled(compiled).expect("a policy");
    let allows = |access: &Access| subject.ask(None, access).map(|answer| answer.is_allowed());
    // Queues are not among what this kernel mediates, and nothing can be asked of them.
    if let Ok(allowed) = allows(&need.access) {
        assert!(allowed, "{}: {shown}", need.access);
    }
    for other in neighbours(&need.access) {
        assert!(!allows(&other).unwrap_or(false), "{other} is allowed by the rule for {}: {shown}", need.access);
    }
}

/// The same access to names that differ little.
fn neighbours(access: &Access) -> Vec<Access> {
    let beside = |name: &Text| -> Vec<Text> {
        let mut all = vec![Text::from([name, &b"x"[..]].concat()), Text::from([name, &b"/x"[..]].concat())];
        if let Some((last, start)) = name.split_last().filter(|(_, start)| !start.is_empty()) {
            all.push(Text::from([start, &[if *last == b'a' { b'b' } else { b'a' }]].concat()));
            all.push(Text::from(start));
        }
        all
    };
    let with = |name: &Text, make: &dyn Fn(Text) -> Access| beside(name).into_iter().map(make).collect();
    match access {
        Access::File(file) => with(&file.path, &|path| {
            let mut file = file.clone();
            file.path = path;
            Access::File(file)
        }),
        Access::Signal(signal) => with(&signal.peer, &|peer| {
            let mut signal = signal.clone();
            signal.peer = peer;
            Access::Signal(signal)
        }),
        Access::Ptrace(ptrace) => with(&ptrace.peer, &|peer| {
            let mut ptrace = ptrace.clone();
            ptrace.peer = peer;
            Access::Ptrace(ptrace)
        }),
        Access::ChangeProfile(change) => with(&change.target, &|target| {
            let mut change = change.clone();
            change.target = target;
            Access::ChangeProfile(change)
        }),
        Access::Dbus(dbus) if !dbus.path.is_empty() => with(&dbus.path, &|path| {
            let mut dbus = dbus.clone();
            dbus.path = path;
            Access::Dbus(dbus)
        }),
        _ => Vec::new(),
    }
}
