//! Pasted records, asked in workspaces of a few texts.

use std::path::Path;

use super::*;
use crate::ide::EditorSettings;

fn record(profile: &str, rest: &str) -> String {
    format!(r#"audit: type=1400 audit(1.5:2): apparmor="DENIED" {rest} profile="{profile}" pid=7 comm="x""#)
}

fn open(profile: &str, name: &str, mask: &str) -> String {
    record(
        profile,
        &format!(r#"operation="open" name="{name}" requested_mask="{mask}" denied_mask="{mask}" fsuid=0 ouid=1"#),
    )
}

/// A workspace with open texts below a directory that is empty.
fn workspace(directory: &Path, texts: &[(&str, &str)]) -> Workspace {
    let mut workspace = Workspace::new(Some(directory.to_owned()), EditorSettings::default());
    for (name, text) in texts {
        workspace.open(directory.join(name), text.as_bytes());
    }
    workspace
}

fn at(workspace: &mut Workspace, path: &Path, needle: &str) -> Denials {
    let text = workspace.source(path).unwrap().text().to_vec();
    let start = memchr::memmem::find(&text, needle.as_bytes()).unwrap();
    let start = u32::try_from(start).unwrap();
    workspace.denials_at(path, start..start).unwrap()
}

fn new(change: &TextChange) -> &str {
    let text = crate::edit::apply(&change.old, &change.edits).unwrap();
    assert_eq!(text, change.new);
    std::str::from_utf8(&change.new).unwrap()
}

#[test]
fn a_rule_takes_the_place_of_its_record_and_of_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let (first, other) = (open("web", "/etc/web.conf", "w"), open("web", "/srv/x", "r"));
    let text =
        format!("# mine\nprofile web {{\n  {first}\n  /etc/web.conf r, # why\n\t#\t{other}\n  deny /srv/y r,\n}}\n");
    let mut workspace = workspace(directory.path(), &[("web", &text)]);
    let path = directory.path().join("web");
    let denials = at(&mut workspace, &path, "/etc/web.conf");
    assert_eq!((denials.list().len(), denials.left_out()), (1, 0));
    let why = &denials.reasons()[0];
    assert_eq!(why.to_string(), format!("no rule for \"web\" in {} allows it\n", path.display()));
    let remedies = denials.remedies(false).unwrap();
    let best = &remedies.list[0];
    assert_eq!((&*best.rules, best.is_preferred, best.is_exact), ("/etc/web.conf w,", true, true));
    assert_eq!(
        new(&best.changes[0]),
        format!("# mine\nprofile web {{\n  /etc/web.conf rw, # why\n\t#\t{other}\n  deny /srv/y r,\n}}\n")
    );
    // Nothing on a line without a record, nor where the record is not denied anything.
    assert!(workspace.denials_at(&path, 0..3).is_none());
}

#[test]
fn what_is_dangerous_is_never_preferred() {
    let directory = tempfile::tempdir().unwrap();
    let line = record("web", r#"operation="capable" capability=21 capname="sys_admin""#);
    let text = format!("profile web {{\n}}\n# {line}\n");
    let mut workspace = workspace(directory.path(), &[("web", &text)]);
    let denials = at(&mut workspace, &directory.path().join("web"), "apparmor");
    let remedies = denials.remedies(false).unwrap();
    let [only] = &remedies.list[..] else { panic!("{remedies:?}") };
    assert_eq!((only.is_preferred, only.dangers[0].code), (false, "AA0108"));
    assert_eq!(new(&only.changes[0]), "profile web {\n  capability sys_admin,\n}\n");
}

#[test]
fn the_profile_may_be_in_another_text_and_the_texts_of_the_editor_count() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("abstractions")).unwrap();
    std::fs::write(directory.path().join("db"), "profile db {\n}\n").unwrap();
    std::fs::write(directory.path().join("mail"), "profile mail {\n  deny /srv/secret r,\n}\n").unwrap();
    let line = open("db", "/srv/db", "r");
    let note = format!("{line}\n# {}\n", open("web", "/srv/web", "r"));
    let mut workspace =
        workspace(directory.path(), &[("db", "profile db {\n  /srv/* w,\n}\n"), ("abstractions/note", &note)]);
    let denials = at(&mut workspace, &directory.path().join("abstractions/note"), "/srv/db");
    let remedies = denials.remedies(false).unwrap();
    let changes = &remedies.list[0].changes;
    let changed: Vec<_> =
        changes.iter().map(|change| (change.path.file_name().unwrap().to_str().unwrap(), new(change))).collect();
    let rest = format!("# {}\n", open("web", "/srv/web", "r"));
    assert_eq!(changed, [("db", "profile db {\n  /srv/* w,\n  /srv/db r,\n}\n"), ("note", &*rest)]);
    // A log that is pasted nowhere; a file that is not open.
    let log = [&line, "noise", &line, &open("mail", "/srv/secret", "r"), &open("nobody", "/x", "r")]
        .map(String::from)
        .join("\n");
    let denials = workspace.denials(log.as_bytes());
    let asked: Vec<_> = denials.list().iter().map(|denial| denial.times).collect();
    assert_eq!(asked, [2, 1, 1]);
    let reasons: Vec<String> = denials.reasons().iter().map(ToString::to_string).collect();
    assert!(reasons[1].starts_with("a rule denies it\n") && reasons[1].contains("mail:2:"), "{}", reasons[1]);
    assert_eq!(reasons[2], "no file of the tree defines \"nobody\"\n");
    let remedies = denials.remedies(true).unwrap();
    assert!(remedies.list.iter().all(|remedy| remedy.denials == [0]), "{remedies:?}");
    assert_eq!(remedies.list[0].changes.len(), 1, "the note is left as it is");
}

#[test]
fn a_record_in_a_manifest_and_one_of_a_stack() {
    let directory = tempfile::tempdir().unwrap();
    let line = open("web", "/srv/x", "r");
    let yaml = format!(
        "kind: ConfigMap\ndata: # mine\n  web: |\n     profile web {{\n       {line}\n       deny /srv/y w,\n     }}\n"
    );
    let stack = open("a//&b", "/srv/x", "r");
    let text = format!("profile a {{\n}}\nprofile b {{\n}}\n# {stack}\n");
    let mut workspace = workspace(directory.path(), &[("web.yaml", &yaml), ("stack", &text)]);
    let denials = at(&mut workspace, &directory.path().join("web.yaml"), "/srv/x");
    let remedies = denials.remedies(false).unwrap();
    assert_eq!(
        new(&remedies.list[0].changes[0]),
        "kind: ConfigMap\ndata: # mine\n  web: |\n     profile web {\n       /srv/x r,\n       deny /srv/y w,\n     }\n"
    );
    let log = open("web", "/srv/y", "w");
    let why = &workspace.denials(log.as_bytes()).reasons()[0];
    let expected = format!("a rule denies it\n  {}:6:8  deny /srv/y w,\n", directory.path().join("web.yaml").display());
    assert_eq!(why.to_string(), expected);
    // The record stays until both profiles allow it.
    let path = directory.path().join("stack");
    let remedies = at(&mut workspace, &path, "/srv/x").remedies(false).unwrap();
    let first = new(&remedies.list[0].changes[0]).to_owned();
    assert_eq!(first, text.replace("profile a {\n", "profile a {\n  /srv/x r,\n"));
    workspace.open(path.clone(), first.as_bytes());
    let remedies = at(&mut workspace, &path, "apparmor").remedies(false).unwrap();
    assert_eq!(new(&remedies.list[0].changes[0]), "profile a {\n  /srv/x r,\n}\nprofile b {\n  /srv/x r,\n}\n");
}

#[test]
fn a_hostile_log_is_bounded_and_adds_rules_for_its_names_only() {
    let directory = tempfile::tempdir().unwrap();
    let name = "2F7372762F612220722C0A20202F2A2A2072776978"; // /srv/a" r,\n  /** rwix
    let hostile = open("web", "NAME", "r").replace("\"NAME\"", name);
    let mut workspace = workspace(directory.path(), &[("web", &format!("profile web {{\n  {hostile}\n}}\n"))]);
    let remedies = at(&mut workspace, &directory.path().join("web"), "apparmor").remedies(false).unwrap();
    let text = new(&remedies.list[0].changes[0]);
    let file = crate::parse(text.as_bytes()).unwrap();
    assert_eq!(file.items.len(), 1);
    assert_eq!(text.lines().count(), 3, "{text}");
    let many: String = (0..1000).map(|number| open("web", &format!("/srv/{number}"), "r") + "\n").collect();
    let denials = workspace.denials(many.as_bytes());
    assert_eq!((denials.list().len(), denials.left_out()), (MAX_DENIALS, 1000 - MAX_DENIALS));
}
