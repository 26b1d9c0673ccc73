//! Properties that hold for every input.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::unit::clean;
use super::*;

/// Text with everything that means something in profiles, units, JSON or YAML.
fn hostile() -> impl Strategy<Value = String> {
    let words = [
        "\"",
        "'",
        "\\",
        ",",
        "\n",
        "\r",
        "#",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "*",
        "?",
        "@{HOME}",
        "^",
        "&",
        "$",
        "%n",
        "%",
        ":",
        ";",
        "=",
        " ",
        "\t",
        "/",
        "//",
        "/../",
        "/etc/shadow",
        " rwix,",
        "\n  /** rwix,\n",
        "# armorer: allow-file(all) x",
        "#include <abstractions/base>",
        "deny",
        "profile x {",
        "é",
        "\u{202e}",
        "\u{1b}[2J",
        "-linux-gnu",
        "x86_64-linux-gnu",
        "a",
        "b",
        "0",
    ];
    vec(proptest::sample::select(words.to_vec()), 0..8).prop_map(|words| words.concat())
}

/// Accesses that no input here requests.
const NEVER: [&[&[u8]]; 6] = [
    &[b"file", b"/usr/bin/program", b"w"],
    &[b"file", b"/root/.ssh/id_ed25519", b"r"],
    &[b"file", b"/somewhere/else", b"r"],
    &[b"capability", b"sys_admin"],
    &[b"network", b"inet", b"raw"],
    &[b"userns", b"create"],
];

/// A draft keeps what drafts promise, and allows some files and nothing of [`NEVER`].
fn keeps(draft: &Draft, compiler: &Compiler) -> Result<query::Subject, TestCaseError> {
    let text = checked(draft, compiler);
    let subject = subject(draft, compiler);
    for access in NEVER {
        prop_assert!(!allows(&subject, access), "{:?}: {}", access, text);
    }
    Ok(subject)
}

/// Whether a path can be spoken of by a test: the laws of the other rules of the draft do not meet it.
fn is_apart(path: &str) -> bool {
    ["/etc/", "/usr/", "/bin/", "/sbin/", "/lib", "/proc/", "/dev/"].iter().all(|known| !path.starts_with(known))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_read_as_elf(bytes in vec(any::<u8>(), 0..400), edits in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)) {
        let _ = super::super::elf::read(bytes.as_slice(), true);
        let header = [&b"\x7fELF\x02\x01\x01"[..], &bytes].concat();
        let _ = super::super::elf::read(header.as_slice(), true);
        let mut file = elf("/lib/ld.so", &["liba.so.1", "libb.so"], "$ORIGIN:/x", &["system"]);
        for (at, byte) in edits {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let image = image(&[("usr/bin/program", &file), ("lib/ld.so", b""), ("x/liba.so.1", &file)]);
        if let Ok(draft) = drafter(image.path()).program("program") {
            keeps(&draft, &compiler(""))?;
        }
    }

    #[test]
    fn names_in_elf_files_and_scripts_stay_names(name in hostile(), other in hostile()) {
        let mut known = vec![("usr/bin/program".to_owned(), elf("", &[&name, "libz.so"], &other, &["system"]))];
        if let Some(path) = clean(&format!("/x/{name}")).filter(|path| path.len() < 200 && !name.is_empty()) {
            known.push((String::from_utf8(path).unwrap(), elf("", &[], "", &[])));
        }
        known.push(("usr/bin/script".into(), format!("#!/x/{name}\n{other}").into_bytes()));
        let files: Vec<(&str, &[u8])> = known.iter().map(|(path, text)| (path.as_str(), text.as_slice())).collect();
        let image = image(&files);
        for program in ["program", "script"] {
            if let Ok(draft) = drafter(image.path()).program(program) {
                keeps(&draft, &compiler(""))?;
            }
        }
    }

    #[test]
    fn units_stay_within_what_they_say(lines in vec((0..12_usize, hostile()), 0..6), raw in hostile()) {
        const KEYS: [&str; 12] = [
            "RuntimeDirectory", "StateDirectory", "LogsDirectory", "PIDFile", "AmbientCapabilities", "BusName", "ExecReload",
            "RestrictAddressFamilies", "User", "AppArmorProfile", "Sockets", "Type",
        ];
        let lines: String = lines.iter().map(|(key, value)| format!("{}={value}\n", KEYS[*key])).collect();
        let unit = format!("[Service]\nExecStart=/usr/bin/program\n{lines}{raw}");
        let socket = format!("[Socket]\nListenStream={raw}\nListenDatagram=@{raw}\n");
        let image = image(&[
            ("usr/bin/program", &elf("", &[], "", &[])),
            ("etc/systemd/system/u.service", unit.as_bytes()),
            ("etc/systemd/system/u.socket", socket.as_bytes()),
        ]);
        if let Ok(draft) = drafter(image.path()).unit("u") {
            keeps(&draft, &compiler(""))?;
        }
    }

    #[test]
    fn mounts_are_for_their_paths_alone(path in hostile(), name in hostile(), mask in hostile()) {
        let path = format!("/m{path}");
        let config = serde_json::json!({
            "hostname": name,
            "process": {"args": [format!("/m-{name}")], "capabilities": {"effective": [mask]}},
            "mounts": [{"destination": path, "type": name}],
            "linux": {"readonlyPaths": [mask]},
        });
        let Ok(draft) = Drafter::new(compiler("")).oci(config.to_string().as_bytes()) else { return Ok(()) };
        let subject = keeps(&draft, &compiler(""))?;
        if let Some(clean) = clean(&path).filter(|_| is_apart(&path) && name != "tmpfs" && draft.left_out().is_empty()) {
            prop_assert!(allows(&subject, &[b"file", &clean, b"r"]), "{}", draft.file());
            let next = [clean.as_slice(), b"x"].concat();
            prop_assert!(!allows(&subject, &[b"file", &next, b"w"]), "{}", draft.file());
        }
    }

    #[test]
    fn compose_files_stay_within_what_they_say(service in hostile(), target in hostile(), command in hostile(), raw in hostile()) {
        // JSON is YAML.
        let text = serde_json::json!({"services": {
            format!("s{service}"): {
                "command": [format!("/m{command}")],
                "volumes": [format!("/host:/v{target}"), {"target": format!("/v{target}")}],
                "cap_drop": ["ALL"],
                "cap_add": [target],
                "ports": [target],
                "secrets": [command],
                "security_opt": [format!("apparmor={service}")],
            },
        }});
        for text in [text.to_string(), format!("{text}\n{raw}"), format!("services:\n  a: {raw}\n")] {
            for draft in Drafter::new(compiler("")).compose(text.as_bytes()).unwrap_or_default() {
                keeps(&draft, &compiler(""))?;
            }
        }
    }
}
