//! Records of the world beside what the reference's library reads from them.

use std::collections::BTreeMap;
use std::path::Path;

use armorer::log::{Event, Verdict, events};

use crate::support::material;

/// Cases where armorer reads something else, and why that is better.
const BETTER: [(&str, &str, &str); 5] = [
    ("ptrace_garbage_lp1689667_2", "", "a denial with garbage as target is a denial; the reference has no record"),
    ("testcase_dbus_06", "Command", DAEMON),
    ("testcase_dbus_08", "Command", DAEMON),
    ("testcase_dbus_09", "Command", DAEMON),
    ("testcase_dbus_11", "Command", DAEMON),
];

const DAEMON: &str = "the daemon that decided is not the command that was denied; it stays under `exe`";

/// What the reference calls the fields, and what they are in an event.
fn fields(event: &Event) -> BTreeMap<&'static str, String> {
    let text = |text: &armorer::source::Text| text.to_str_lossy().into_owned();
    let mut all = BTreeMap::new();
    let mut put = |key, value: Option<String>| all.extend(value.map(|value| (key, value)));
    let other = |keys: &[&str]| keys.iter().find_map(|key| event.field(key)).map(text);
    if let Some(time) = event.time {
        put("Audit ID", time.serial.map(|serial| format!("{time}:{serial}")));
        put("Epoch", Some(time.seconds.to_string()));
        put("Audit subid", time.serial.map(|serial| serial.to_string()));
    }
    put("Operation", Some(text(&event.operation)));
    put("Profile", event.profile.as_ref().map(text));
    put("Name", event.name.as_ref().map(text));
    put("Mask", event.requested.as_ref().map(text));
    put("Denied Mask", event.denied.as_ref().map(text));
    put("Name2", event.target.as_ref().map(text));
    put("Peer profile", event.peer.as_ref().map(text));
    put("Peer", event.peer.as_ref().map(text));
    put("Command", event.comm.as_ref().map(text));
    put("PID", event.pid.map(|number| number.to_string()));
    put("fsuid", event.fsuid.map(|number| number.to_string()));
    put("ouid", event.ouid.map(|number| number.to_string()));
    put("ErrorCode", event.error.map(|number| number.unsigned_abs().to_string()));
    put("Info", event.info.as_ref().map(text));
    for (theirs, ours) in [
        ("Parent", &["parent"][..]),
        ("Peer PID", &["peer_pid"]),
        ("Network family", &["family"]),
        ("Socket type", &["sock_type"]),
        ("Protocol", &["protocol"]),
        ("Local addr", &["laddr", "saddr"]),
        ("Foreign addr", &["faddr", "daddr"]),
        ("Local port", &["lport", "src"]),
        ("Foreign port", &["fport", "dest"]),
        ("DBus bus", &["bus"]),
        ("DBus path", &["path"]),
        ("DBus interface", &["interface"]),
        ("DBus member", &["member", "method"]),
        ("Token", &["magic_token"]),
        ("Attribute", &["attribute"]),
        ("Task", &["task"]),
        ("Flags", &["flags"]),
        ("Src name", &["srcname"]),
        ("Signal", &["signal"]),
        ("Net Addr", &["addr"]),
        ("FS Type", &["fstype"]),
        ("Execpath", &["execpath"]),
        ("Class", &["class"]),
    ] {
        put(theirs, other(ours));
    }
    all
}

fn verdict(word: &str) -> Option<Verdict> {
    Some(match word {
        "AA_RECORD_DENIED" => Verdict::Denied,
        "AA_RECORD_ALLOWED" => Verdict::Allowed,
        "AA_RECORD_AUDIT" => Verdict::Audit,
        "AA_RECORD_STATUS" => Verdict::Status,
        "AA_RECORD_HINT" => Verdict::Hint,
        "AA_RECORD_ERROR" => Verdict::Error,
        _ => return None,
    })
}

/// What differs in a case.
fn compare(directory: &Path, case: &str) -> Vec<String> {
    let read = |kind: &str| std::fs::read(directory.join(format!("{case}.{kind}"))).expect("a file of the case");
    let events: Vec<Event> = read("in").split(|byte| *byte == b'\n').flat_map(events).collect();
    let expected = String::from_utf8_lossy(&read("out")).into_owned();
    let expected: Vec<(&str, &str)> = expected
        .lines()
        .filter_map(|line| line.split_once(": ").or(line.strip_suffix(':').map(|key| (key, ""))))
        .collect();
    let kind = expected.iter().find(|(key, _)| *key == "Event type").and_then(|(_, kind)| verdict(kind));
    let (event, kind) = match (&events[..], kind) {
        ([], None) => return Vec::new(),
        ([event], Some(kind)) => (event, kind),
        ([_], None) if BETTER.iter().any(|(name, field, _)| (*name, *field) == (case, "")) => return Vec::new(),
        (events, kind) => return vec![format!("{} events for {kind:?}", events.len())],
    };
    let ours = fields(event);
    let mut differences = Vec::new();
    if event.verdict != kind {
        differences.push(format!("{:?}, not {kind:?}", event.verdict));
    }
    for (key, value) in expected {
        if matches!(key, "File" | "Event type") {
            continue;
        }
        let own = ours.get(key).map(String::as_str);
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let named = match (key, own) {
            ("Protocol", Some("0")) => Some("ip"),
            ("Protocol", Some("6")) => Some("tcp"),
            ("Protocol", Some("17")) => Some("udp"),
            ("Protocol", Some("768")) => Some("unknown(768)"),
            (_, Some(number)) if is_number(number) => {
                Some(number.trim_start_matches('0')).filter(|rest| !rest.is_empty()).or(own)
            }
            _ => own,
        };
        if named != Some(value) && !BETTER.iter().any(|(name, field, _)| (*name, *field) == (case, key)) {
            differences.push(format!("{key}: {own:?}, not {value:?}"));
        }
    }
    differences
}

#[test]
fn records_are_read_as_the_reference_reads_them() {
    let Some(directory) = material::directory("ARMORER_LOGS", "records beside the reference's reading") else { return };
    let directory = directory.join("cases");
    let mut cases: Vec<String> = std::fs::read_dir(&directory)
        .expect("the cases are readable")
        .filter_map(|entry| entry.expect("readable").file_name().to_str()?.strip_suffix(".in").map(str::to_owned))
        .collect();
    cases.sort();
    assert!(cases.len() > 100, "{} cases", cases.len());
    let mut differences = Vec::new();
    for case in &cases {
        differences.extend(compare(&directory, case).into_iter().map(|difference| format!("{case}: {difference}")));
    }
    assert_eq!(differences, Vec::<String>::new());
}
