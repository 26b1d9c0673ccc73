//! Facts about a container from its `config.json` (OCI runtime specification).

use serde::Deserialize;

use super::DraftError;
use super::container;
use super::facts::{DraftSubject, FileFact, PathExtent, ProgramFacts, READ, quoted, read_write, read_write_lock};
use super::unit::clean;
use crate::source::Rooted;
use crate::vocab::FilePermissions;

/// The largest configuration.
pub(super) const MAX_LEN: usize = 4 << 20;

#[derive(Deserialize)]
struct OciConfig {
    process: Option<OciProcess>,
    hostname: Option<String>,
    #[serde(default)]
    mounts: Vec<OciMount>,
    linux: Option<OciLinux>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OciProcess {
    #[serde(default)]
    args: Option<Vec<String>>,
    apparmor_profile: Option<String>,
    capabilities: Option<OciCapabilities>,
}

#[derive(Default, Deserialize)]
struct OciCapabilities {
    #[serde(default)]
    bounding: Option<Vec<String>>,
    #[serde(default)]
    effective: Option<Vec<String>>,
    #[serde(default)]
    permitted: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct OciMount {
    destination: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    options: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OciLinux {
    #[serde(default)]
    masked_paths: Option<Vec<String>>,
    #[serde(default)]
    readonly_paths: Option<Vec<String>>,
}

/// Mounts of the kernel's own file systems, about which abstractions and log events say more than their mount.
const KERNEL_MOUNTS: [&str; 6] = ["proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue"];

/// Reads the facts of a configuration.
pub(super) fn read(root: Option<&Rooted>, text: &[u8]) -> Result<(ProgramFacts, DraftSubject), DraftError> {
    let invalid = |reason: String| DraftError::Text { what: "OCI configuration", reason };
    if text.len() > MAX_LEN {
        return Err(invalid(format!("larger than {} MiB", MAX_LEN >> 20)));
    }
    // serde_json bounds the depth.
    let config: OciConfig = serde_json::from_slice(text).map_err(|error| invalid(error.to_string()))?;
    let mut facts = ProgramFacts::default();
    let process = config.process.as_ref();
    let command = process.and_then(|process| process.args.as_deref()).and_then(<[String]>::first).map(String::as_str);
    if let Some(command) = command {
        container::command(root, &mut facts, "process.args", command);
    }
    let listed = process.and_then(|process| process.capabilities.as_ref());
    let sets = listed.map(|listed| {
        let named = [
            ("process.capabilities.effective", &listed.effective),
            ("process.capabilities.permitted", &listed.permitted),
            ("process.capabilities.bounding", &listed.bounding),
        ];
        named.into_iter().find_map(|(name, set)| set.as_ref().map(|set| (name, set)))
    });
    if let Some((name, set)) = sets.flatten() {
        for capability in set.iter().take(256) {
            facts.capability(name, capability);
        }
    }
    for mount in &config.mounts {
        add_mount(&mut facts, mount);
    }
    let linux = config.linux.as_ref();
    let lists = [
        ("linux.maskedPaths", linux.and_then(|linux| linux.masked_paths.as_ref()), read_write()),
        ("linux.readonlyPaths", linux.and_then(|linux| linux.readonly_paths.as_ref()), FilePermissions::WRITE),
    ];
    for (origin, paths, permissions) in lists {
        for path in paths.into_iter().flatten() {
            let Some(clean) = clean(path).filter(|_| path.starts_with('/')) else {
                facts.remark(format!("no rule for {origin}: {}", quoted(path.as_bytes())));
                continue;
            };
            // What nothing allows need not be denied.
            if !facts.allows_near(&clean) {
                continue;
            }
            for extent in [PathExtent::File, PathExtent::Below] {
                facts.file(origin, FileFact { deny: true, ..FileFact::new(&clean, extent, permissions) });
            }
        }
    }
    let named = process.and_then(|process| process.apparmor_profile.clone()).filter(|name| name != "unconfined");
    let name = named.map(String::into_bytes);
    let default_name = container::name_of(command).or_else(|| config.hostname.map(String::into_bytes));
    Ok((facts, DraftSubject { name, default_name, container: true, ..DraftSubject::default() }))
}

fn add_mount(facts: &mut ProgramFacts, mount: &OciMount) {
    let kind = mount.kind.as_deref().unwrap_or("bind");
    if KERNEL_MOUNTS.contains(&kind) {
        return;
    }
    let options = mount.options.as_deref().unwrap_or_default();
    let has = |word: &str| options.iter().any(|option| option == word);
    // What runtimes mount on /dev and /dev/shm is there for every container.
    if kind == "tmpfs" && mount.destination.trim_end_matches('/') == "/dev" {
        return;
    }
    let origin = container::origin("the mount", &mount.destination);
    match clean(&mount.destination).filter(|_| mount.destination.starts_with('/')) {
        Some(path) => {
            let permissions = if has("ro") || has("rro") { READ } else { read_write_lock() };
            if kind != "tmpfs" {
                // Single files are mounted as well as directories.
                facts.file(&origin, FileFact::new(&path, PathExtent::File, permissions));
            }
            facts.tree(&origin, &path, permissions);
        }
        None => facts.remark(format!("no rule for {origin}")),
    }
}
