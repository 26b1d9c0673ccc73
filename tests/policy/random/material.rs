//! Material of the random profiles: feature sets, and files of our own that they include.

use std::path::Path;

use armorer::Features;

use crate::support::features;
use crate::support::reference::Reference;

/// Included files, by their path under the base directory. Those of a directory are read last name first.
const INCLUDES: [(&str, &str); 7] = [
    ("abi/future", "capability {0xffffff\n}\ncaps {mask {chown kill shoot\n}\n}\nfile {mask {read write\n}\n}\n"),
    ("tunables/one", "@{Y} = /y y\n"),
    ("abstractions/one", "/one r,\ncapability chown,\nsignal peer=one,\ninclude <abstractions/two>\n"),
    ("abstractions/two", "/a/two rw,\nowner @{W}/two rk,\n"),
    ("directory/a", "/a/first r,\n"),
    ("directory/b", "deny /a/second w,\nnetwork inet,\n"),
    ("directory/b.rpmsave", "this is skipped\n"),
];

/// Seconds that the reference may take: hundreds of times what it usually does.
const PATIENCE: u64 = 8;

/// The directory with it, and what everything is compared for.
pub(crate) struct Material {
    directory: tempfile::TempDir,
    /// Three kernels and the set of every class.
    pub(crate) main: Vec<Target>,
    /// Those, and variants of a kernel that reach encodings which those do not.
    pub(crate) all: Vec<Target>,
}

/// A feature set.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) features: Features,
    path: std::path::PathBuf,
}

impl Material {
    pub(crate) fn new(sets: &Path) -> Material {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for (path, text) in INCLUDES {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().expect("it has a parent")).expect("a directory");
            std::fs::write(&path, text).expect("a file is written");
        }
        let abi = directory.path().join("abi");
        let read = |target: features::Target| {
            let features::Target { name, path } = target;
            Target { features: Features::from_path(&path).expect("the features are readable"), name, path }
        };
        let copied = |target: features::Target| {
            let path = abi.join(&target.name);
            std::fs::copy(&target.path, &path).expect("a file is copied");
            features::Target { path, ..target }
        };
        let main: Vec<Target> = features::targets(sets).into_iter().map(copied).map(read).collect();
        // `no-dbus` is about the names of features, and differs for every text.
        let variants = features::variants(sets, &abi).into_iter().filter(|target| target.name != "no-dbus").map(read);
        let all = main.iter().cloned().chain(variants).collect();
        Material { directory, main, all }
    }

    /// Returns the directory in which `<…>` paths are looked up.
    pub(crate) fn base(&self) -> &Path {
        self.directory.path()
    }

    /// The reference for a feature set.
    pub(crate) fn reference(&self, oracle: &Path, target: &Target) -> Reference {
        Reference::new(oracle, &target.path).base(self.base()).patience(PATIENCE)
    }
}
