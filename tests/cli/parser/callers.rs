//! Uses of apparmor_parser by other programs, each with its command line: a test for each caller.
//!
//! They rely on the exit status, a few words of the output, and what reaches the kernel.

use crate::parser::place::Place;

const PROFILE: &str =
    "include <tunables/own>\nprofile snap.demo /snap/demo/** {\n  include <abstractions/own>\n  @{OWN}/** rw,\n}\n";

/// A machine with a tree of profiles.
fn machine() -> Place {
    let place = Place::new();
    place.write("base/tunables/own", "@{OWN} = /srv/own\n");
    place.write("base/abstractions/own", "/etc/own.conf r,\n");
    place.write("base/demo", PROFILE);
    for file in ["base/tunables/own", "base/abstractions/own", "base/demo"] {
        place.touch(file, -1000);
    }
    place
}

/// The policy of the file `base/demo`.
fn demo(place: &Place) -> Vec<u8> {
    let blob = place.called(&["-S", "base/demo"], "").bytes;
    assert!(!blob.is_empty());
    blob
}

#[test]
fn boot_scripts() {
    let place = machine();
    place.write("base/second", "profile second { /a r, }\n");
    // The tree has directories that hold no profiles, and these are not read.
    for (action, file) in [("--add", "D/.load"), ("--replace", "D/.replace")] {
        place.called(&[action, "--", "base"], "").is_quiet();
        // Each file is a write of its own from the first byte on: the longest is seen to its end.
        assert!(place.read(file).starts_with(b"\x04\x08\0version\0"));
        place.called(&["--quiet", action, "--", "base"], "").is_quiet();
    }
    place.write("base/broken", "profile broken {\n  /a r\n}\n");
    let failed = place.called(&["--replace", "--", "base"], "");
    assert_eq!((failed.status, &*failed.out), (1, ""));
    assert!(failed.err.contains("parser error for base in profile base/broken at line 3"), "{}", failed.err);
}

#[test]
fn snap_and_upstart_hooks() {
    let place = machine();
    place.called(&["-L", "cache", "-r", "-W", "base/demo"], "").is_quiet();
    assert_eq!(place.read("D/.replace"), demo(&place));
    assert_eq!(place.read("cache/f89a5403.0/demo"), demo(&place));
}

#[test]
fn dh_apparmor() {
    let place = machine();
    // The entry of another policy of that name does not count.
    place.called(&["-L", "cache", "-r", "-W", "base/demo"], "").is_quiet();
    place.write("base/demo", "profile other { }\n");
    place.touch("base/demo", -2000);
    place.called(&["-L", "cache", "-r", "-T", "-W", "base/demo"], "").is_quiet();
    assert_eq!(place.read("cache/f89a5403.0/demo"), demo(&place));
    assert_eq!(place.loaded("cache/f89a5403.0/demo"), ["other"]);
}

#[test]
fn aa_remove_unknown() {
    let place = machine();
    place.write("base/kids", "@{N}=kids\nprofile \"@{N} x\" { ^hat { } profile sub { } }\n");
    let names = place.called(&["-N", "base"], "");
    let expected = "snap.demo\nkids x\nkids x//hat\nkids x//sub\n";
    assert_eq!((names.status, &*names.out, &*names.err), (0, expected, ""));
}

#[test]
fn aa_enforce_complain_and_disable() {
    let place = machine();
    let base = place.word("base");
    place.called(&[&format!("-I{base}"), "--base", &base, "-r", "base/demo"], "").is_quiet();
    assert_eq!(place.loaded("D/.replace"), ["snap.demo"]);
    place.called(&[&format!("-I{base}"), "--base", &base, "-R", "base/demo"], "").is_quiet();
    assert_eq!(place.read("D/.remove"), b"snap.demo\0");
}

#[test]
fn easyprof_and_sudo() {
    let place = machine();
    let text = place.called(&["-p", "--base", "base", "--Include", "base", "base/demo"], "");
    assert_eq!((text.status, &*text.err), (0, ""));
    assert!(text.out.contains("##included <abstractions/own>\n/etc/own.conf r,\n"), "{}", text.out);
    place.write("base/broken", "profile broken {\n  /a r\n}\n");
    assert_eq!(place.called(&["-p", "base/broken"], "").status, 1);
}

#[test]
fn docker_containerd_and_podman() {
    let place = machine();
    let profile = "profile docker-default flags=(attach_disconnected,mediate_deleted) {\n  network,\n  capability,\n  file,\n  \
                   umount,\n  signal (receive) peer=unconfined,\n  deny @{PROC}/* w,\n}\n";
    let profile = format!("@{{PROC}}=/proc/\n{profile}");
    place.called(&["-Kr"], &profile).is_quiet();
    assert_eq!(place.loaded("D/.replace"), ["docker-default"]);
    place.write("docker", &profile);
    place.called(&["-Kr", &place.word("docker")], "").is_quiet();
    // Versions are compared word by word.
    let version = place.bare(&["--version"], "");
    assert_eq!((version.status, &*version.err), (0, ""));
    assert_eq!(version.out.lines().next().unwrap().rsplit(' ').next(), Some("5.0.2"));
    let failed = place.called(&["-Kr"], "profile docker-default {\n  capabilty,\n}\n");
    assert!(failed.status == 1 && failed.err.contains("AppArmor parser error at line 2: "), "{}", failed.err);
}

#[test]
fn libvirt() {
    let place = machine();
    place.write(
        "base/libvirt/libvirt-1234",
        "profile libvirt-1234 {\n  include \"base/libvirt/libvirt-1234.files\"\n}\n",
    );
    place.write("base/libvirt/libvirt-1234.files", "  \"/var/lib/disk.img\" rwk,\n");
    let path = place.word("base/libvirt/libvirt-1234");
    for (action, file) in [("-a", "D/.load"), ("-r", "D/.replace")] {
        place.called(&["-L", "cache", action, &path], "").is_quiet();
        assert_eq!(place.loaded(file), ["libvirt-1234"]);
    }
    place.called(&["-R", &path], "").is_quiet();
    assert_eq!(place.read("D/.remove"), b"libvirt-1234\0");
}

#[test]
fn lxd_incus_and_lxc() {
    let place = machine();
    let (cache, file) = (place.word("cache"), place.word("base/demo"));
    std::fs::create_dir(place.path("cache")).unwrap();
    place.called(&["-rWL", &cache, &file], "").is_quiet();
    assert_eq!(place.read("D/.replace"), demo(&place));
    // The second time from the cache.
    place.write("D/.replace", "");
    place.called(&["-rWL", &cache, &file], "").is_quiet();
    assert_eq!(place.read("D/.replace"), demo(&place));
    place.called(&["-QWL", &cache, &file], "").is_quiet();
    place.called(&["-RWL", &cache, &file], "").is_quiet();
    assert_eq!(place.read("D/.remove"), b"snap.demo\0");
    let directory = place.called(&["-L", &cache, "--print-cache-dir"], "");
    assert_eq!((directory.status, directory.out), (0, format!("{cache}/f89a5403.0\n")));
    assert_eq!(place.entries("cache/f89a5403.0"), [".features", "demo"]);
}

#[test]
fn snapd_loads() {
    let place = machine();
    let cache = format!("--cache-loc={}", place.word("cache"));
    std::fs::create_dir(place.path("cache")).unwrap();
    place.write("base/second", "profile snap.second { /a r, }\n");
    place.touch("base/second", -1000);
    for optimisation in ["no-expr-simplify", "expr-simplify"] {
        let options = ["--replace", "--write-cache", "-O", optimisation, &cache, "-j2", "--quiet"];
        place.called(&[&options[..], &["base/demo", "base/second"]].concat(), "").is_quiet();
        place
            .called(&[&options[..], &["--skip-read-cache", "--skip-kernel-load", "base/demo"]].concat(), "")
            .is_quiet();
    }
    assert_eq!(place.entries("cache/f89a5403.0"), [".features", "demo", "second"]);
    // The vendored parser, whose features are pinned.
    place
        .bare(
            &[
                "--config-file",
                "conf",
                "--base",
                "base",
                "--policy-features",
                "F",
                "--kernel-features",
                "F",
                "-f",
                "D",
                "--replace",
                "--write-cache",
                "-O",
                "expr-simplify",
                &cache,
                "--quiet",
                "base/demo",
            ],
            "",
        )
        .is_quiet();
    place.write("base/broken", "profile snap.broken {\n  /a r\n}\n");
    let failed = place.called(&["--replace", "--write-cache", &cache, "--quiet", "base/broken", "base/demo"], "");
    assert!(failed.status != 0 && failed.err.contains("parser error"), "{}", failed.err);
    assert_eq!(place.entries("cache/f89a5403.0"), [".features", "demo", "second"]);
}

#[test]
fn snapd_probes() {
    let place = machine();
    for line in [
        "change_profile unsafe /**,",
        "#include if exists \"/foo\"",
        "network qipcrtr dgram,",
        "network xdp,",
        "mqueue,",
        "capability bpf,",
        "capability audit_read,",
        "userns,",
        "prompt /foo r,",
    ] {
        let probe = place.fed(&["--preprocess"], &format!("profile snap-test {{\n {line}\n}}\n"));
        assert_eq!(probe.status, 0, "{line}: {}", probe.err);
    }
    assert_eq!(
        place.fed(&["--preprocess"], "profile snap-test flags=(unconfined) {\n # test unconfined\n}\n").status,
        0
    );
    assert_ne!(place.fed(&["--preprocess"], "profile snap-test {\n no such rule,\n}\n").status, 0);
}

#[test]
fn test_suites() {
    let place = machine();
    let text = std::str::from_utf8(&place.read("base/demo")).unwrap().to_owned();
    assert_eq!(place.called(&["-QKS"], &text).bytes, demo(&place));
    for arguments in [&["-Q", "-K"][..], &["-L", "c", "-r", "-W"], &["-K", "-T", "-a", "--"], &["-K", "-T", "-R", "--"]]
    {
        place.called(&[arguments, &["base/demo"]].concat(), "").is_quiet();
    }
    assert_eq!(place.called(&["--preprocess", "-Q", "base/demo"], "").status, 0);
    let names = place
        .bare(&["--names", "--skip-cache", "--config-file=/dev/null", "-b", "base", "-M", "F", "--", "base/demo"], "");
    assert_eq!((names.status, &*names.out), (0, "snap.demo\n"));
    place.write("base/abi/F", std::str::from_utf8(&place.read("F")).unwrap());
    place.write("base/demo", &format!("abi <abi/F>,\n{text}"));
    let strict = [
        "--base",
        "base",
        "--config-file",
        "conf",
        "--warn",
        "all",
        "--Werror",
        "--skip-cache",
        "--skip-kernel-load",
        "--verbose",
        "--ofile",
        "out",
        "base/demo",
        "-M",
        "F",
    ];
    let compiled = place.bare(&strict, "");
    // Of what only goes to a file nothing is said.
    compiled.is_quiet();
    let loaded = place.called(&["--skip-cache", "--replace", "--verbose", "--binary", "out"], "");
    assert_eq!((loaded.status, &*loaded.out), (0, "Cached reload succeeded for \"out\".\n"));
    assert_eq!(place.read("D/.replace"), place.read("out"));
}

#[test]
fn a_profile_on_a_pipe_anywhere() {
    let place = machine();
    let text = std::str::from_utf8(&place.read("base/demo")).unwrap().to_owned();
    place.called(&["-r", "/dev/stdin"], &text).is_quiet();
    assert_eq!(place.read("D/.replace"), demo(&place));
}
