use super::*;

/// The labels at the `|` of a text.
fn labels(text: &str) -> Vec<String> {
    let cursor = u32::try_from(text.find('|').unwrap()).unwrap();
    let text = text.replacen('|', "", 1);
    keywords(&CursorContext::new(text.as_bytes(), cursor)).into_iter().map(|candidate| candidate.label).collect()
}

#[track_caller]
fn offers(text: &str, with: &[&str], without: &[&str]) {
    let labels = labels(text);
    for word in with {
        assert!(labels.iter().any(|label| label == word), "{text}: no {word} in {labels:?}");
    }
    for word in without {
        assert!(labels.iter().all(|label| label != word), "{text}: {word} in {labels:?}");
    }
    let mut unique = labels.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), labels.len(), "{labels:?}");
}

#[test]
fn statements() {
    let all = ["capability", "network", "deny", "include", "set rlimit", "hat", "priority=", "owner", "if", "profile"];
    offers("profile p {\n  |\n}\n", &all, &["abi", "alias", "else", "set", "rewrite", "unmount"]);
    offers("|\nprofile p {\n}\n", &["abi", "alias", "include", "profile", "if"], &["capability", "deny"]);
    offers("|\n/a r,\n", &["abi", "capability", "deny", "profile"], &[]);
    offers("profile p {\n  deny |", &["owner", "capability", "file"], &["audit", "deny", "include", "profile", "if"]);
    offers("profile p {\n  audit owner |", &["file", "link"], &["deny", "capability", "owner"]);
    offers("profile p {\n  if $X {\n  } |", &["else", "capability"], &[]);
    offers("profile p {\n  if $X {\n  } else |", &["if"], &["capability"]);
    offers("profile p {\n  # |", &[], &["capability"]);
    offers("profile p {\n  /a|", &[], &["capability"]);
}

#[test]
fn arguments_of_rules() {
    offers("profile p { capability chown |", &["kill", "sys_admin"], &["chown"]);
    offers("profile p { network |", &["send", "inet", "stream", "peer=", "ip="], &["read", "r"]);
    offers("profile p { network inet |", &["stream", "tcp", "icmp", "port="], &["inet6", "send"]);
    offers("profile p { network inet6 |", &["tcp"], &["icmp"]);
    offers("profile p { network inet tcp |", &["port="], &["udp", "stream"]);
    offers("profile p { signal |", &["send", "set=", "peer="], &["label="]);
    offers("profile p { signal (send, |", &["receive"], &["send", "set="]);
    offers("profile p { signal send set=(hup |", &["kill", "term"], &["hup", "send"]);
    offers("profile p { signal set=|", &["kill"], &["send"]);
    offers("profile p { signal send peer=|", &["unconfined"], &[]);
    offers("profile p { dbus send bus=|", &["system", "session"], &[]);
    offers("profile p { dbus send bus=system |", &["path=", "peer="], &["bus=", "send", "label="]);
    offers("profile p { dbus send peer=(name=x |", &["label="], &["name=", "path="]);
    offers("profile p { unix type=|", &["stream", "seqpacket"], &["tcp"]);
    offers("profile p { mount options=(ro, |", &["nosuid", "rbind"], &["ro", "R", "make-private"]);
    offers("profile p { mount |", &["options=", "fstype="], &["->", "vfstype="]);
    offers("profile p { mount /a |", &["->"], &[]);
    offers("profile p { userns |", &["create"], &[]);
    offers("profile p { mqueue type=|", &["posix", "sysv"], &[]);
    offers("profile p { io_uring |", &["sqpoll", "label="], &[]);
    offers("profile p { change_profile |", &["->", "unsafe"], &[]);
    offers("profile p { change_profile -> |", &["unconfined"], &["->"]);
    offers("profile p { link |", &["subset"], &["->"]);
    offers("profile p { link /a |", &["->"], &["subset"]);
}

#[test]
fn limits() {
    offers("profile p { set |", &["rlimit"], &["cpu"]);
    offers("profile p { set rlimit |", &["cpu", "nofile"], &["<="]);
    offers("profile p { set rlimit cpu |", &["<="], &["cpu"]);
    offers("profile p { set rlimit cpu <= |", &["infinity"], &["<="]);
    offers("profile p { set rlimit cpu <= 3 |", &["min", "hour"], &["MB"]);
    offers("profile p { set rlimit as <= 3|", &["infinity"], &[]);
    offers("profile p { set rlimit as <= 3 |", &["MB"], &["min"]);
    offers("profile p { set rlimit nofile <= 3 |", &[], &["MB", "min"]);
}

#[test]
fn permissions_of_files() {
    offers("profile p { /a |", &["r", "w", "Px", "ix", "PUx"], &["x", "->"]);
    offers("profile p { /a r|", &["rw", "rPx", "rk"], &["rr", "r"]);
    offers("profile p { /a rP|", &["rPx", "rPix", "rPUx"], &["rPw"]);
    offers("profile p { /a rix|", &["rixw"], &["rixPx"]);
    offers("profile p { deny /a r|", &["rx", "rw"], &["rix", "rPx"]);
    offers("profile p { /a rPx |", &["->"], &["r"]);
    offers("profile p { /a r |", &[], &["->", "w"]);
    offers("profile p { file |", &["unsafe"], &["r"]);
    offers("profile p { file /a |", &["r", "Px"], &[]);
}

#[test]
fn headers_and_expressions() {
    offers("profile p |", &["flags=", "xattrs="], &["capability"]);
    offers("profile p flags=(|", &["complain", "attach_disconnected", "error"], &["error="]);
    offers("profile p flags=(complain, |", &["audit"], &["complain", "enforce"]);
    offers("profile p flags=(attach_disconnected, |", &["audit"], &["no_attach_disconnected"]);
    offers("/bin/p (|", &["complain"], &[]);
    offers("if |", &["not", "defined"], &["and"]);
    offers("if $X |", &["and", "==", "in"], &["not"]);
    offers("include |", &["if exists"], &[]);
    offers("include <|", &[], &["if exists"]);
    offers("profile p { /a/@{|", &["profile_name", "exec_path"], &[]);
}

#[test]
fn the_word_at_the_cursor_is_replaced() {
    let text = b"profile p { capability cho_x";
    let candidates = keywords(&CursorContext::new(text, 26));
    assert!(candidates.iter().all(|candidate| candidate.replaces == (23..28)));
    let candidates = keywords(&CursorContext::new(b"profile p { /x/@{pro", 20));
    assert!(candidates.iter().all(|candidate| candidate.replaces == (17..20)));
    assert!(candidates.iter().all(|candidate| !candidate.detail.is_empty() && !candidate.documentation.is_empty()));
}
