//! `armorer new`: what it prints, writes and refuses.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::command::{run, status, text};
use crate::support::elf::elf;

/// A place with an image, and a base with one profile.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &[u8]| {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let program = elf("", &[], "", &[]);
    write("image/usr/bin/tool", &program);
    write("image/usr/bin/known", &program);
    write("image/usr/bin/README", &program);
    write(
        "image/etc/systemd/system/tool.service",
        b"[Service]\nExecStart=/usr/bin/tool\nCapabilityBoundingSet=CAP_SYS_ADMIN\n",
    );
    let abi = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/apparmor.d/abi/armorer");
    write("base/abi/4.0", &fs::read(abi).unwrap());
    write("base/abstractions/base", b"  /etc/ld.so.cache r,\n");
    write("base/usr.bin.known", b"profile known /usr/bin/known {\n}\n");
    place
}

fn new(place: &Path, arguments: &[&str]) -> Output {
    run(place, &[&["new", "--base", "base", "--root", "image"], arguments].concat(), b"")
}

#[test]
fn a_profile_is_printed_or_written() {
    let place = place();
    let printed = new(place.path(), &["tool"]);
    assert_eq!((status(&printed), text(&printed.stderr)), (0, ""));
    assert!(text(&printed.stdout).contains("\nprofile tool /usr/{,s}bin/tool {\n"));
    let formatted = run(place.path(), &["fmt", "--check", "--base", "base"], &printed.stdout);
    assert_eq!(status(&formatted), 0);
    let linted = run(place.path(), &["lint", "--no-config", "--base", "base"], &printed.stdout);
    assert_eq!((status(&linted), text(&linted.stdout)), (0, ""));

    assert_eq!(status(&new(place.path(), &["tool", "--output", "draft"])), 0);
    let read = |path: &str| fs::read(place.path().join(path)).unwrap();
    assert_eq!(read("draft"), printed.stdout);
    let written = new(place.path(), &["tool", "--write"]);
    assert_eq!((status(&written), text(&written.stderr)), (0, "wrote base/tool\n"));
    assert_eq!(read("base/tool"), printed.stdout);
}

#[test]
fn nothing_is_overwritten_without_force() {
    let place = place();
    fs::write(place.path().join("base/other"), "# mine\n").unwrap();
    for arguments in [&["tool", "--name", "other", "--write"][..], &["tool", "--output", "base/other"]] {
        let refused = new(place.path(), arguments);
        assert_eq!(
            (status(&refused), text(&refused.stderr)),
            (2, "armorer: base/other: the file exists; --force replaces it\n")
        );
        assert_eq!(fs::read(place.path().join("base/other")).unwrap(), b"# mine\n");
    }
    assert_eq!(status(&new(place.path(), &["tool", "--name", "other", "--write", "--force"])), 0);
    assert_ne!(fs::read(place.path().join("base/other")).unwrap(), b"# mine\n");

    let attached = new(place.path(), &["known", "--write"]);
    let expected = "warning: the profile `known` in base/usr.bin.known attaches to the program already\n\
                    armorer: nothing is written; --force writes a second profile for the program\n";
    assert_eq!((status(&attached), text(&attached.stderr)), (2, expected));
    assert!(!place.path().join("base/known").exists());
    assert_eq!(status(&new(place.path(), &["known"])), 0, "printing it does no harm");

    let skipped = new(place.path(), &["README", "--write"]);
    assert_eq!(
        (status(&skipped), text(&skipped.stderr)),
        (2, "armorer: files called `README` are no policy: choose a name with --name\n")
    );
}

#[test]
fn what_is_left_out_is_reported() {
    let place = place();
    let unit = new(place.path(), &["--unit", "tool"]);
    let expected = "note: tool: left out `capability sys_admin,` (CapabilityBoundingSet= of tool.service): `sys_admin` allows a large \
                    set of unrelated operations; see `armorer explain AA0108`\n";
    assert_eq!((status(&unit), text(&unit.stderr)), (0, expected));
    let by_path = new(place.path(), &["--unit", "image/etc/systemd/system/tool.service"]);
    assert_eq!((status(&by_path), &by_path.stdout), (0, &unit.stdout));
}

#[test]
fn containers_come_from_files_or_standard_input() {
    let place = place();
    let compose = b"services: {a: {command: [/a]}, b: {command: [/b]}}\n";
    fs::write(place.path().join("compose.yaml"), compose).unwrap();
    let file = new(place.path(), &["--compose", "compose.yaml"]);
    let input = run(place.path(), &["new", "--base", "base", "--root", "image", "--compose", "-"], compose);
    assert_eq!((status(&file), &file.stdout), (0, &input.stdout));
    assert_eq!(text(&file.stdout).matches("\nprofile ").count(), 2);
    let written = new(place.path(), &["--compose", "compose.yaml", "--write"]);
    assert_eq!(status(&written), 0);
    assert!(place.path().join("base/a").exists() && place.path().join("base/b").exists());
    let oci = run(place.path(), &["new", "--base", "base", "--oci", "-"], br#"{"process": {"args": ["/bin/x"]}}"#);
    assert!(text(&oci.stdout).contains("\n  /{,usr/}bin/x mr,\n"), "{}", text(&oci.stdout));
}

#[test]
fn user_namespaces_alone() {
    let place = place();
    let output = new(place.path(), &["--userns", "tool"]);
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    let expected = "profile tool /usr/{,s}bin/tool flags=(unconfined) {\n  # `/usr/bin/tool` creates user namespaces; this profile does not \
                    confine it otherwise.\n  userns,\n\n  include if exists <local/tool>\n}\n";
    assert!(text(&output.stdout).ends_with(expected), "{}", text(&output.stdout));
    let linted = run(place.path(), &["lint", "--no-config", "--base", "base"], &output.stdout);
    assert_eq!((status(&linted), text(&linted.stdout)), (0, ""));
}

#[test]
fn files_that_are_none_are_refused_at_once() {
    let place = place();
    nix::unistd::mkfifo(&place.path().join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    fs::create_dir_all(place.path().join("image/usr/sbin")).unwrap();
    nix::unistd::mkfifo(&place.path().join("image/usr/sbin/pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let huge = fs::File::create(place.path().join("huge.service")).unwrap();
    huge.set_len(1 << 30).unwrap();
    let sparse = fs::File::create(place.path().join("image/usr/bin/sparse")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    for (arguments, part) in [
        (&["--oci", "fifo"][..], "fifo: not a regular file"),
        (&["--compose", "/dev/zero"], "not a regular file"),
        (&["--unit", "./none.service"], "no such unit"),
        (&["--unit", "./huge.service"], "larger than 1048576 bytes"),
        (&["pipe"], "not a regular file"),
        (&["sparse"], "neither an ELF file nor a script"),
        (&["gone"], "no program `gone` in the usual directories"),
        (&["/usr/bin"], "not a regular file"),
        (&["a\x1bb"], "no program `a\\x1bb`"),
    ] {
        let output = new(place.path(), arguments);
        assert!(status(&output) == 2 && output.stdout.is_empty(), "{arguments:?}");
        assert!(text(&output.stderr).contains(part), "{arguments:?}: {}", text(&output.stderr));
    }
    for arguments in [&[][..], &["tool", "--unit", "x"], &["--oci", "a", "--compose", "b"], &["--userns"]] {
        assert_eq!(status(&new(place.path(), arguments)), 2, "{arguments:?}");
    }
}

/// The programs of the machine that runs the tests: each has a draft that is formatted and lint-clean, or an error that says why not.
#[test]
fn programs_of_this_machine() {
    let place = place();
    let mut drafted = 0;
    for program in ["sh", "ls", "env", "sleep", "tar"] {
        let output = run(place.path(), &["new", "--base", "base", program], b"");
        if status(&output) != 0 {
            continue;
        }
        drafted += 1;
        for check in [&["fmt", "--check", "--base", "base"][..], &["lint", "--no-config", "--base", "base"]] {
            let checked = run(place.path(), check, &output.stdout);
            assert_eq!((status(&checked), text(&checked.stdout)), (0, ""), "{program}: {}", text(&output.stdout));
        }
    }
    assert!(drafted > 0, "no machine is without programs");
}
