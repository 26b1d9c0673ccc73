//! The workspace of the tests: profiles of our own with everything that editors ask about.

use std::path::{Path, PathBuf};

use armorer::{Compiler, Features, Input};
use serde_json::Value;

use crate::lsp::client::{Client, uri};
use crate::lsp::text::Units;

/// The contents of `armorer.toml`.
pub(crate) const TOML: &str = "[target]\nbase = \"policy\"\nfeatures = \"linux-6.12\"\n";

/// Variables in two files, one of which adds to the other's.
const GLOBAL: &str = "include <tunables/places>\n\n@{lib}=/usr/lib /usr/local/lib\n@{spool}+=/srv/spool\n";
const PLACES: &str = "# Where things are.\n@{spool}=/var/spool/demo\n@{unused}=/nowhere\n$secure=true\n";

/// Abstractions, one inside of the other.
const COMMON: &str =
    "# What every program needs.\n\ninclude <abstractions/libraries>\n\n/etc/ld.so.cache r,\n@{spool}/ r,\n";
const LIBRARIES: &str = "# Shared libraries.\n@{lib}/** mr,\n";

pub(crate) const ALPHA: &str = "\
include <tunables/global>

# Starts beta, a child and a hat.
profile alpha /usr/bin/alpha {
  include <abstractions/common>

  capability chown kill,
  network inet stream,
  signal send set=(term, hup) peer=beta,
  mount options=(ro, bind) /srv/ -> @{spool}/mnt/,

  /usr/bin/alpha mr,
  /usr/bin/beta Px -> beta,
  /usr/bin/helper Cx -> helper,
  @{spool}/alpha/** rwk,
  owner /tmp/alpha-* rw,

  profile helper {
    include <abstractions/common>

    /usr/bin/helper mr,
    /usr/bin/gamma Px,
  }

  ^worker {
    @{spool}/work r,
  }
}
";

pub(crate) const BETA: &str = "\
include <tunables/global>

profile beta /usr/bin/beta {
  include <abstractions/common>

  /usr/bin/alpha Px,
  ptrace read peer=alpha//helper,
  signal receive peer=alpha,
  change_profile -> alpha//helper,
}

/usr/bin/gamma {
  include <abstractions/common>

  @{spool}/gamma w,
}
";

pub(crate) const MANIFEST: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: profiles
data:
  web: |
    include <tunables/global>

    profile web {
      include <abstractions/common>
      /srv/web/** r,
      /usr/bin/job Px -> job,
    }
  job: |
    include <tunables/global>

    profile job {
      @{spool}/job rw,
    }
---
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: example.org/web:1
      securityContext:
        appArmorProfile:
          type: Localhost
          localhostProfile: web
";

/// A copy of the workspace on the disk.
pub(crate) struct Tree {
    directory: tempfile::TempDir,
}

impl Tree {
    pub(crate) fn new() -> Tree {
        let tree = Tree { directory: tempfile::tempdir().unwrap() };
        for (name, text) in [
            ("armorer.toml", TOML),
            ("policy/tunables/global", GLOBAL),
            ("policy/tunables/places", PLACES),
            ("policy/abstractions/common", COMMON),
            ("policy/abstractions/libraries", LIBRARIES),
            ("policy/usr.bin.alpha", ALPHA),
            ("policy/usr.bin.beta", BETA),
            ("cluster/profiles.yaml", MANIFEST),
        ] {
            tree.write(name, text);
        }
        tree
    }

    pub(crate) fn folder(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        uri(&self.path(name))
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A session with some of the files open; gives their URIs.
    pub(crate) fn session<const N: usize>(&self, names: [&str; N]) -> (Client, [String; N]) {
        let mut client = Client::session(self.folder());
        let uris = names.map(|name| {
            let uri = self.uri(name);
            client.open(&uri, &self.read(name));
            uri
        });
        (client, uris)
    }

    /// An answer without what differs from run to run: the directory.
    pub(crate) fn redact(&self, answer: &Value) -> Value {
        let folder = self.folder().to_str().unwrap();
        redact(answer, &|text| text.replace(folder, "/TREE"))
    }

    /// Writes what a `WorkspaceEdit` says; gives the names of the files that it changes.
    pub(crate) fn apply(&self, edit: &Value) -> Vec<String> {
        let mut names = Vec::new();
        for change in edit["documentChanges"].as_array().expect("edits with versions") {
            let uri = change["textDocument"]["uri"].as_str().unwrap();
            let name =
                uri.strip_prefix(&format!("{}/", self.uri("").trim_end_matches('/'))).expect("a file of the tree");
            let new = Units::Utf16.apply(&self.read(name), &change["edits"]);
            self.write(name, &new);
            names.push(name.to_owned());
        }
        names.sort();
        names
    }

    /// Returns the binary policy of each file with profiles.
    pub(crate) fn policy(&self) -> Vec<(&'static str, Vec<u8>)> {
        let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap()).base(self.path("policy"));
        let compile = |name: &'static str| (name, compiler.compile(self.path(name)).unwrap().into_blob());
        let mut policy = vec![compile("policy/usr.bin.alpha"), compile("policy/usr.bin.beta")];
        let name = "cluster/profiles.yaml";
        policy.push((name, compiler.compile(Input::manifest(name, self.read(name))).unwrap().into_blob()));
        assert!(policy.iter().all(|(_, blob)| blob.len() > 1000));
        policy
    }
}

/// A value with every text changed, and every position and range as one short text, so that snapshots can be read.
pub(crate) fn redact(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => change(text).into(),
        Value::Array(list) => list.iter().map(|item| redact(item, change)).collect(),
        Value::Object(object) => match (place(value), object.len()) {
            (Some(place), 2) => place.into(),
            _ => {
                let redacted = object.iter().map(|(key, value)| (change(key), redact(value, change)));
                Value::Object(redacted.collect())
            }
        },
        other => other.clone(),
    }
}

/// `LINE:CHARACTER`, or `LINE:CHARACTER-LINE:CHARACTER`, as the protocol counts: from 0.
pub(crate) fn place(value: &Value) -> Option<String> {
    if let (Some(line), Some(character)) = (value.get("line"), value.get("character")) {
        return Some(format!("{line}:{character}"));
    }
    Some(format!("{}-{}", place(value.get("start")?)?, place(value.get("end")?)?))
}
