use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::encode::EncodeCache;
use crate::source::{DirEntry, FileKind, Loader, Memory};

fn blob(text: &str) -> Vec<u8> {
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    compiler.compile(Input::text("test", text)).unwrap().into_blob()
}

#[test]
fn labels_of_network_rules_expand_variables() {
    let with = |label: &str| blob(&format!("profile p {{\n  network send peer=(label={label}),\n}}\n"));
    assert_eq!(with("@{profile_name}"), with("p"));
    assert_ne!(with("q"), with("p"), "the unix rules that it implies keep the label");
}

#[test]
fn what_profiles_share_does_not_show() {
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    let common = "/etc/common/** r,\n  /usr/bin/*x rix,\n  signal send peer=q,";
    for own in ["/a/** rw,", "deny /etc/common/b r,", "/usr/bin/tool px -> other,", "/a/** rw,"] {
        let text = format!("profile p {{\n  {common}\n  {own}\n}}\n");
        let shared = compiler.compile(Input::text("test", text.as_str())).unwrap().into_blob();
        assert!(shared == blob(&text), "{own}");
    }
}

#[cfg(feature = "cli")]
#[test]
fn the_only_input_comes_to_the_same_and_leaves_nothing() {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/apparmor.d");
    let compiler = || Compiler::new(Features::builtin("linux-7.2").unwrap()).base(&tree);
    let many = compiler();
    let mut compiled = 0;
    for file in std::fs::read_dir(&tree).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let of = |compiler: &Compiler| match compiler.compile(file.as_path()) {
            Ok(compiled) => (compiled.diagnosis().to_string(), compiled.into_blob()),
            Err(error) => (error.to_string(), Vec::new()),
        };
        let one = compiler().for_one(true);
        let alone = of(&one);
        assert!(alone == of(&many), "{}", file.display());
        assert_eq!((one.encode_cache.remembered(), one.sessions.kept().1), ((0, 0), 0), "{}", file.display());
        compiled += usize::from(!alone.1.is_empty());
    }
    assert!(compiled > 3, "{compiled} files compile");
}

/// A tree that counts how many files are read.
struct Counting {
    tree: Memory,
    read: Arc<AtomicUsize>,
}

impl Loader for Counting {
    fn kind(&self, path: &Path) -> std::io::Result<FileKind> {
        self.tree.kind(path)
    }
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        self.read.fetch_add(1, Ordering::Relaxed);
        self.tree.read(path)
    }
    fn read_dir(&self, path: &Path) -> std::io::Result<Vec<DirEntry>> {
        self.tree.read_dir(path)
    }
}

#[test]
fn a_file_of_the_preamble_is_included_by_a_profile_as_well() {
    let read = Arc::new(AtomicUsize::new(0));
    let tree = Memory::new().with("/base/both", "include if exists <more>\n\r\n").with("/base/more", "# nothing\n");
    let text = "include <both>\nprofile p {\n  include <both>\n  /etc/p r,\n}\nprofile q {\n  include <both>\n}\n";
    let of = |is_for_one| {
        let loader = Counting { tree: tree.clone(), read: Arc::clone(&read) };
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(loader);
        let compiled = Compiler { is_for_one, ..compiler }.compile(Input::text("test", text)).unwrap();
        (compiled.diagnosis().to_string(), compiled.into_blob())
    };
    let (one, many) = (of(true), of(false));
    assert!(one == many && one.0.contains("CR LF"), "{}\n{}", one.0, many.0);
    assert_eq!(read.load(Ordering::Relaxed), 4, "each compiler reads each file once");
}

#[test]
fn an_empty_file_is_an_empty_policy() {
    assert!(blob("# nothing\n").is_empty());
}

/// The memory of a compiler: texts of its own and shared ones, bytes of included files, remembered rules.
fn kept(compiler: &Compiler) -> ((usize, usize), usize, usize) {
    let (counts, held) = compiler.sessions.kept();
    (counts, held, compiler.encode_cache.remembered().0)
}

#[test]
fn a_compiler_that_lives_long_does_not_grow_with_each_call() {
    let tree = Memory::new().with("/base/own", "/etc/own r,\n/etc/own/bad rwW,\n");
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(tree);
    let compile = |number: usize| {
        let text = format!("profile p{number} {{\n  include <own>\n  /etc/p r,\n}}\n");
        compiler.compile(Input::text(format!("text {number}"), text)).unwrap()
    };
    let first = compile(0);
    let before = kept(&compiler);
    assert_eq!(before.0, (0, 1), "the included file is kept, and the input is not");
    for number in 1..1_000 {
        compile(number);
    }
    assert_eq!(kept(&compiler), before);
    let sources = first.diagnosis().sources();
    assert_eq!(sources.get(first.provenance(0).unwrap().grants().last().unwrap().span.source).name(), "text 0");
}

#[test]
fn what_is_kept_of_included_files_and_rules_is_bounded() {
    let tree = Memory::new().with("/base/own", "/etc/own r,\n");
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(tree);
    let compiler = compiler.included_limit(10_000);
    let mut most = 0;
    for number in 0..1000 {
        let text = format!("profile p {{\n  include <own>\n  include if exists <missing/{number}>\n}}\n");
        assert!(!compiler.check(Input::text("text", text)).unwrap().has_errors());
        most = most.max(kept(&compiler).1);
    }
    assert!((9_000..11_000).contains(&most), "{most}");
    for text in 0..20 {
        let rules: String = (0..2000).map(|rule| format!("  /srv/{text}/{rule} r,\n")).collect();
        compiler.check(Input::text("text", format!("profile p {{\n{rules}}}\n"))).unwrap();
    }
    let (rules, labels) = compiler.encode_cache.remembered();
    assert!(rules <= EncodeCache::MOST.0 && labels <= EncodeCache::MOST.1, "{rules} {labels}");
}

#[test]
fn included_files_are_read_again_when_they_are_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base(directory.path());
    let compile = || compiler.compile(Input::text("text", "profile p { include <own> }")).map(Compiled::into_blob);
    std::fs::write(directory.path().join("own"), "/a r,\n").unwrap();
    let first = compile().unwrap();
    std::fs::write(directory.path().join("own"), "/b r,\n").unwrap();
    assert_eq!(compile().unwrap(), first);
    compiler.forget_included();
    assert_ne!(compile().unwrap(), first);
}

#[test]
fn errors_say_where() {
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).loader(Memory::new());
    let error = compiler.compile(Path::new("/none")).unwrap_err();
    assert_eq!(error.to_string(), "/none: entity not found");
    assert!(std::error::Error::source(&error).is_some());
    let error = compiler.compile(Input::text("p", "profile p {\n  /a q,\n  /b q,\n}\n")).unwrap_err();
    assert!(error.to_string().starts_with("p:2:6: error[syntax]: "), "{error}");
    assert!(error.to_string().ends_with("(and another error)"), "{error}");
}

/// The metadata of compiled profiles agrees with their blob.
fn known(input: Input) -> Vec<CompiledProfile> {
    let compiled = Compiler::new(Features::builtin("linux-7.2").unwrap()).compile(input).unwrap();
    let read = crate::blob::read_with_layout(compiled.blob()).unwrap();
    assert_eq!(read.len(), compiled.profiles().len());
    for ((record, layout), known) in read.iter().zip(compiled.profiles()) {
        assert_eq!((&*known.name, known.namespace.as_deref()), (&*record.name, record.namespace.as_deref()));
        assert_eq!((known.bytes.start, known.size(), known.element), (layout.offset, layout.bytes, layout.element));
        assert_eq!((known.version, known.hat), (record.version, record.flags & crate::vocab::flags::HAT != 0));
    }
    assert!(read.iter().map(|(record, _)| record).eq(compiled.records()));
    compiled.profiles().to_vec()
}

#[test]
fn compiled_profiles_are_those_of_the_blob() {
    let text = "profile b /bin/{b,c} { /a r, ^h { } }\nprofile :ns:a flags=(complain) { profile c { } }\n/bin/d { }\n";
    let profiles = known(Input::text("t", text));
    let attachments = profiles.iter().map(|profile| profile.attachment.as_ref().map(ToString::to_string));
    let expected = [Some("/bin/d"), Some("/bin/{b,c}"), None, None, None];
    assert!(attachments.eq(expected.map(|text| text.map(str::to_owned))), "{profiles:?}");
}

#[cfg(feature = "kubernetes")]
#[test]
fn the_policy_of_a_manifest_is_that_of_all_its_profiles() {
    let yaml = "kind: ConfigMap\ndata:\n  a: |\n    profile a { /a r, }\n  b: |\n    profile b { /b r, ^h { } }\n";
    let names = known(Input::manifest("m.yaml", yaml)).into_iter().map(|profile| profile.listed_name().to_string());
    assert!(names.eq(["a", "b", "b//h"]));
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    assert!(compiler.compile(Input::manifest("m.yaml", "kind: ConfigMap\n")).unwrap().blob().is_empty());
    let resolved = compiler.resolve(Input::manifest("m.yaml", yaml)).unwrap();
    assert_eq!(resolved.policies().len(), 2);
    assert_eq!(
        compiler.encode(&resolved).unwrap().blob(),
        compiler.compile(Input::manifest("m", yaml)).unwrap().blob()
    );
}
