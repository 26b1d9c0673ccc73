use std::path::Path;

use super::Cache;
use crate::{Compiled, Compiler, Features};

/// A tree with a profile, what it includes, and a directory that it includes if it is there.
struct TestTree(tempfile::TempDir);

impl TestTree {
    fn new() -> TestTree {
        let tree = TestTree(tempfile::tempdir().unwrap());
        tree.write("profile", "include <tunables>\nprofile p {\n  include if exists <local>\n  /@{V} rW,\n}\n");
        tree.write("tunables", "@{V} = a\n");
        tree
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn compiler(&self, kernel: &str) -> Compiler {
        let compiler = Compiler::new(Features::builtin(kernel).unwrap()).base(self.path());
        compiler.cache(Cache::open(self.path().join("cache")).unwrap())
    }

    /// Compiles as a process of its own would; returns whether the result came from the cache.
    fn compile(&self, kernel: &str) -> (Compiled, bool) {
        let compiler = self.compiler(kernel);
        let policy = compiler.compile(self.path().join("profile")).unwrap();
        let statistics = compiler.cache_statistics().unwrap();
        assert_eq!((statistics.hits + statistics.misses, statistics.failures), (1, 0));
        let fresh = Compiler::new(Features::builtin(kernel).unwrap()).base(self.path());
        let expected = fresh.compile(self.path().join("profile")).unwrap();
        assert_eq!((policy.blob(), policy.profiles()), (expected.blob(), expected.profiles()));
        assert_eq!(policy.diagnosis().to_string(), expected.diagnosis().to_string());
        assert_eq!(policy.records(), expected.records());
        assert_eq!(policy.from_cache(), statistics.hits == 1);
        (policy, statistics.hits == 1)
    }

    fn entries(&self) -> Vec<std::path::PathBuf> {
        std::fs::read_dir(self.path().join("cache")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

#[test]
fn a_second_run_takes_what_the_first_made() {
    let tree = TestTree::new();
    let (first, hit) = tree.compile("linux-7.2");
    assert!(!hit && first.diagnosis().diagnostics().iter().any(|d| d.code == crate::diagnostic::Code::UpperCasePerms));
    assert!(tree.compile("linux-7.2").1);
    assert!(!tree.compile("linux-6.1").1, "another kernel is another entry");
    assert!(tree.compile("linux-6.1").1 && tree.compile("linux-7.2").1);
    assert_eq!(tree.entries().len(), 2, "and nothing is left behind");
}

#[test]
fn every_change_counts() {
    let tree = TestTree::new();
    tree.compile("linux-7.2");
    let changed = |what: &str, name: &str, text: &str| {
        tree.write(name, text);
        assert!(!tree.compile("linux-7.2").1, "{what}");
        assert!(tree.compile("linux-7.2").1, "{what}, again");
    };
    changed("an included file", "tunables", "@{V} = b\n");
    changed("a file where none was", "local", "/c RW,\n");
    tree.write("d/1", "/d1 r,\n");
    changed("the text", "profile", "include <tunables>\nprofile p {\n  include <d>\n  /@{V} r,\n}\n");
    changed("a new file in a directory", "d/2", "/d2 r,\n");
    std::fs::remove_file(tree.path().join("d/1")).unwrap();
    assert!(!tree.compile("linux-7.2").1, "a file that is gone");
}

#[test]
fn damaged_entries_are_made_again() {
    let tree = TestTree::new();
    tree.compile("linux-7.2");
    let [entry] = tree.entries().try_into().unwrap();
    let good = std::fs::read(&entry).unwrap();
    let damaged = |bytes: &[u8]| {
        std::fs::write(&entry, bytes).unwrap();
        assert!(!tree.compile("linux-7.2").1);
        assert_eq!(std::fs::read(&entry).unwrap(), good);
    };
    damaged(b"");
    damaged(&good[..good.len() - 1]);
    for at in [0, 20, 50, 60, good.len() / 2, good.len() - 1] {
        let mut bytes = good.clone();
        bytes[at] ^= 0x40;
        damaged(&bytes);
    }
}

#[test]
fn errors_are_not_kept() {
    let tree = TestTree::new();
    tree.write("tunables", "@{V} = a,\n");
    assert!(tree.compiler("linux-7.2").compile(tree.path().join("profile")).is_err());
    assert!(tree.entries().is_empty());
}

#[test]
fn a_cache_that_cannot_be_written_does_no_harm() {
    let tree = TestTree::new();
    let compiler = tree.compiler("linux-7.2");
    std::fs::remove_dir(tree.path().join("cache")).unwrap();
    assert!(compiler.compile(tree.path().join("profile")).is_ok());
    assert_eq!(compiler.cache_statistics().unwrap().failures, 1);
}

#[test]
fn two_at_once() {
    let tree = TestTree::new();
    for number in 0..20 {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let compiler = tree.compiler("linux-7.2");
                    let bytes = compiler.compile(tree.path().join("profile")).unwrap().into_blob();
                    assert!(!bytes.is_empty());
                });
            }
        });
        assert!(tree.compile("linux-7.2").1);
        tree.write("tunables", &format!("@{{V}} = v{number}\n"));
    }
}
