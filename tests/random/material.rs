//! What the random profiles refer to: features sets and included files, of our own or from the directory of features files.

use std::path::{Path, PathBuf};

use armorer::Features;

/// A features set with all that none of the built-in kernels has: message queues, conditions on addresses, further flags.
const EXTENDED: &str = "extended";

/// Included files, by their path under the base directory. Those of a directory are read last name first.
const INCLUDES: [(&str, &str); 6] = [
    ("tunables/one", "@{Y} = /y y\n"),
    ("abstractions/one", "/one r,\ncapability chown,\nsignal peer=one,\ninclude <abstractions/two>\n"),
    ("abstractions/two", "/a/two rw,\nowner @{W}/two rk,\n"),
    ("directory/a", "/a/first r,\n"),
    ("directory/b", "deny /a/second w,\nnetwork inet,\n"),
    ("directory/b.rpmsave", "this is skipped\n"),
];

/// The directory with it, and the sets that everything is compared for.
pub(crate) struct Material {
    directory: tempfile::TempDir,
    pub(crate) targets: Vec<Target>,
}

/// A features set.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) features: Features,
}

impl Material {
    pub(crate) fn new(features: &Path) -> Material {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let write = |path: &str, text: &str| {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().expect("it has a parent")).expect("a directory");
            std::fs::write(&path, text).expect("a file is written");
            path
        };
        for (path, text) in INCLUDES {
            write(path, text);
        }
        let read = |name: &str| std::fs::read_to_string(features.join(name)).expect("the features are readable");
        let targets = ["linux-6.1", "linux-6.12", "linux-7.2", "all", EXTENDED].map(|name| {
            let text = if name == EXTENDED { extended(&read("linux-7.2")) } else { read(name) };
            let path = write(&format!("abi/{name}"), &text);
            Target { name, features: Features::from_path(&path).expect("the features are readable"), path }
        });
        Material { directory, targets: targets.into() }
    }

    /// Where `<…>` paths begin.
    pub(crate) fn base(&self) -> &Path {
        self.directory.path()
    }
}

/// The features of a kernel, and what patches to it have announced.
fn extended(kernel: &str) -> String {
    let more = [
        ("network_v8 {", "af_inet {yes\n}\n"),
        ("network_v9 {", "af_inet {yes\n}\n"),
        ("policy {", "profile {interruptible {yes\n}\nkill.signal {yes\n}\nerror {yes\n}\n}\n"),
        ("domain {", "disconnected.ipc {yes\n}\n"),
    ];
    let queues =
        "ipc {posix_mqueue {create read write open delete setattr getattr\n}\nsysv_mqueue {create read write\n}\n}\n";
    let text = more.iter().fold(kernel.to_owned(), |text, (behind, more)| {
        assert!(text.contains(behind), "{behind}");
        text.replacen(behind, &format!("{behind}{more}"), 1)
    });
    format!("{text}{queues}")
}
