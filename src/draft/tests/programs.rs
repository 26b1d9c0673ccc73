use std::collections::BTreeSet;

use super::*;
use crate::ProfileName;

const LINKER: &str = "/lib64/ld-linux-x86-64.so.2";

fn system<'a>(files: &[(&'a str, &'a [u8])]) -> tempfile::TempDir {
    let library = elf("", &["libc.so.6"], "", &[]);
    let usual: [(&str, &[u8]); 4] = [
        ("lib64", b"-> usr/lib64"),
        ("usr/lib64/ld-linux-x86-64.so.2", b"-> /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        ("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", &library),
        ("usr/lib/x86_64-linux-gnu/libc.so.6", &library),
    ];
    image(&[&usual[..], files].concat())
}

#[test]
fn libraries_are_found_as_the_dynamic_linker_finds_them() {
    let app = elf(
        LINKER,
        &["libown.so.1", "libcrypto.so.3", "libconf.so", "libgone.so.9"],
        "$ORIGIN/../app/lib",
        &["getaddrinfo"],
    );
    let own = elf("", &["libdeep.so.2"], "/opt/deep:relative:${LIB}", &["getpwnam"]);
    let plain = elf("", &["libc.so.6"], "", &[]);
    let mut other = plain.clone();
    other[18] = 183; // AArch64
    let image = system(&[
        ("usr/sbin/app", &app),
        ("usr/app/lib/libown.so.1", b"-> libown.so.1.20"),
        ("usr/app/lib/libown.so.1.20", &own),
        ("opt/deep/libdeep.so.2", &plain),
        ("usr/lib/x86_64-linux-gnu/libcrypto.so.3", &plain),
        ("etc/ld.so.conf", b"# none\ninclude /etc/ld.so.conf.d/*.conf\n"),
        ("etc/ld.so.conf.d/a.conf", b"/srv/other\n/srv/lib # comment\n"),
        ("srv/other/libconf.so", &other),
        ("srv/lib/libconf.so", &plain),
    ]);
    let draft = drafter(image.path()).program("app").unwrap();
    assert_eq!(
        body(&draft),
        "  # libcrypto.so.3, which /usr/sbin/app needs
  include <abstractions/openssl>
  # /usr/sbin/app calls `getaddrinfo`
  include <abstractions/nameservice>

  # /usr/sbin/app, the program
  /usr/{,s}bin/app mr,

  # Libraries that /usr/sbin/app needs
  /usr/app/lib/libown.so.1{,.*} mr,
  /usr/lib/*-linux-gnu*/libcrypto.so.3 mr,
  /srv/lib/libconf.so mr,
  /opt/deep/libdeep.so.2 mr,

  # Not in this profile:
  #   the library `libgone.so.9`, which /usr/sbin/app needs, was not found
"
    );
    assert_eq!((draft.name().as_bytes(), draft.program()), (&b"app"[..], Some(Path::new("/usr/sbin/app"))));
    let subject = subject(&draft, &compiler(""));
    for library in ["/usr/app/lib/libown.so.1.20", "/usr/app/lib/libown.so.1", "/usr/lib/x86_64-linux-gnu/libc.so.6"] {
        assert!(allows(&subject, &[b"file", library.as_bytes(), b"mr"]), "{library}");
    }
    assert!(!allows(&subject, &[b"file", b"/usr/app/lib/libown.so.10", b"r"]));
}

#[test]
fn scripts_name_their_interpreters() {
    let shell = elf(LINKER, &["libc.so.6"], "", &["getpwnam", "system"]);
    let image = system(&[
        ("bin", b"-> usr/bin"),
        ("usr/bin/dash", &shell),
        ("usr/bin/sh", b"-> dash"),
        ("usr/bin/env", &shell),
        ("usr/local/bin/python3", b"-> /usr/bin/python3.11"),
        ("usr/bin/python3.11", &shell),
        ("usr/bin/direct", b"#! /bin/sh -e\n"),
        ("usr/bin/search", b"#!/usr/bin/env -S A=b python3 -I\n"),
        ("usr/bin/lost", b"#!/usr/bin/env python9\n"),
        ("usr/bin/loop", b"#!/usr/bin/loop\n"),
        ("usr/bin/relative", b"#!sh\n"),
        ("usr/bin/text", b"hello"),
        ("usr/bin/empty", b""),
    ]);
    let drafter = drafter(image.path());
    let draft = |name| drafter.program(name);
    assert_eq!(
        body(&draft("direct").unwrap()),
        "
  # /usr/bin/direct, the program
  /usr/{,s}bin/direct r,

  # /usr/bin/dash, the interpreter
  /usr/bin/dash mr,
"
    );
    assert_eq!(
        body(&draft("/bin/search").unwrap()),
        "  # /usr/bin/python3.11, the interpreter
  include <abstractions/python>

  # /usr/bin/search, the program
  /usr/{,s}bin/search r,

  # /usr/bin/env, the interpreter
  /usr/bin/env mr,

  # /usr/bin/python3.11, which env executes
  /usr/bin/python3.11 mrix,
"
    );
    assert_eq!(draft("lost").unwrap().remarks(), ["`python9`, the interpreter of the script, was not found"]);
    for (name, part) in [
        ("loop", "/usr/bin/loop: more interpreters than the kernel takes"),
        ("relative", "its interpreter `sh` is not an absolute path"),
        ("text", "/usr/bin/text: neither an ELF file nor a script"),
        ("empty", "neither an ELF file nor a script"),
        ("gone", "no program `gone` in the usual directories"),
        ("/usr/bin", "/usr/bin: not a regular file"),
    ] {
        let message = message(draft(name));
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn names_follow_the_tree() {
    let program = elf("", &[], "", &[]);
    let image = image(&[
        ("usr/bin/tool", &program),
        ("usr/sbin/dual", &program),
        ("usr/bin/dual", &program),
        ("bin/old", &program),
        ("opt/a b/[", &program),
        ("usr/lib/x86_64-linux-gnu/helper", &program),
        ("usr/bin/x86_64-linux-gnu-gcc", &program),
    ]);
    let plain = drafter(image.path());
    let variables = "@{bin}=/{,usr/}bin\n@{sbin}=/{,usr/}sbin\n@{lib}=/{,usr/}lib\n@{multiarch}=*-linux-gnu*\n";
    let rich = Drafter::new(compiler(variables)).root(image.path());
    for (path, header, with_variables) in [
        ("/usr/bin/tool", "tool /usr/{,s}bin/tool", "tool @{bin}/tool"),
        ("/usr/bin/dual", "dual /usr/bin/dual", "dual @{bin}/dual"),
        ("/usr/sbin/dual", "dual /usr/sbin/dual", "dual @{sbin}/dual"),
        ("/bin/old", "old /{,usr/}bin/old", "old @{bin}/old"),
        ("/opt/a b/[", "\"_\" \"/opt/a b/\\[\"", "\"_\" \"/opt/a b/\\[\""),
        ("/usr/bin/x86_64-linux-gnu-gcc", "x86_64-linux-gnu-gcc /usr/{,s}bin/x86_64-linux-gnu-gcc", ""),
        (
            "/usr/lib/x86_64-linux-gnu/helper",
            "helper /usr/lib/{x86_64-linux-gnu,aarch64-linux-gnu,i386-linux-gnu,arm-linux-gnueabihf,riscv64-linux-gnu,s390x-linux-gnu,powerpc64le-linux-gnu}/helper",
            "",
        ),
    ] {
        let text = checked(&plain.program(path).unwrap(), &compiler(""));
        assert!(text.contains(&format!("\nprofile {header} {{\n")), "{header}: {text}");
        let text = checked(&rich.program(path).unwrap(), &compiler(variables));
        assert!(text.contains(&format!("\nprofile {with_variables}")), "{with_variables}: {text}");
    }
    let named = drafter(image.path()).name(ProfileName::new("site tool").unwrap()).program("tool").unwrap();
    assert!(checked(&named, &compiler("")).ends_with("\n  include if exists <local/site tool>\n}\n"));
}

#[test]
fn profiles_that_attach_already() {
    let image = image(&[("usr/bin/tool", &elf("", &[], "", &[]))]);
    let tree = crate::source::Memory::new()
        .with("/base/by-name", "profile by-name /usr/bin/t{oo,}l {\n}\n")
        .with("/base/by-path", "@{x}=/usr\n@{x}/bin/* {\n}\n")
        .with("/base/other", "profile other /usr/bin/other {\n}\n")
        .with("/base/broken", "profile broken /usr/bin/tool {\n")
        .with("/base/README", "profile readme /usr/bin/tool {\n}\n");
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(tree);
    let drafter = Drafter::new(compiler).root(image.path());
    let attached = drafter.attached(&drafter.program("tool").unwrap());
    let files: BTreeSet<&str> = attached.iter().map(|one| one.file.to_str().unwrap()).collect();
    assert_eq!(files, BTreeSet::from(["/base/broken", "/base/by-name", "/base/by-path"]));
    assert!(message(drafter.userns("tool")).contains("abi/4.0 is missing"));
}

#[test]
fn absurd_elf_files_end_early() {
    let good = elf(LINKER, &["liba.so"], "", &[]);
    let read = |bytes: &[u8]| super::super::elf::read(bytes, true).map_err(|error| error.to_string());
    assert_eq!(read(&good).unwrap().needed, [b"liba.so"]);
    let with = |at: usize, value: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        read(&bytes).unwrap_err()
    };
    let dynamic = 64 + 56;
    assert_eq!(with(56, &[0xff; 2]), "damaged ELF file: too many segments");
    assert_eq!(with(32, &[0xff; 8]), "damaged ELF file: segments that are not in the file");
    assert_eq!(with(dynamic + 32, &[0xff; 8]), "damaged ELF file: too many dynamic entries");
    assert_eq!(with(dynamic + 8, &[0xff; 8]), "damaged ELF file: a dynamic section that is not in the file");
    assert_eq!(with(dynamic + 56 + 32, &[0xff; 8]), "damaged ELF file: the path of the interpreter is too long");
    assert_eq!(with(4, &[9]), "damaged ELF file: unknown class");
    for end in 0..good.len() {
        // Whatever is cut off: an error or fewer facts.
        let _ = read(&good[..end]);
    }
}
