//! The memory that there is.

use std::fs;
use std::path::{Path, PathBuf};

/// The limit for the process that compiles, unless an option sets another.
const ENOUGH: u64 = 160 << 20;

/// The memory of the agent itself, and what the kernel counts for both processes.
const RESERVED: u64 = 16 << 20;

/// Below this no profile compiles.
const LEAST: u64 = 8 << 20;

/// The memory of the process that compiles: a fourth of that again is for the policy that the agent takes from it.
pub(super) fn for_compiling() -> u64 {
    within(limit_of_control_group())
}

fn within(limit: Option<u64>) -> u64 {
    let Some(limit) = limit else { return ENOUGH };
    (limit.saturating_sub(RESERVED) / 3 * 2).clamp(LEAST, ENOUGH)
}

/// The least limit of the control groups that this process is in, as far as they can be seen.
fn limit_of_control_group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    groups.lines().filter_map(|line| limit_of(line, Path::new("/sys/fs/cgroup"))).min()
}

/// The limit of a group in the form of `/proc/self/cgroup`: `0::/path`, or `4:memory:/path` of the first version.
fn limit_of(group: &str, root: &Path) -> Option<u64> {
    let mut fields = group.splitn(3, ':');
    let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
    let (root, file) = match controllers {
        "" => (root.to_owned(), "memory.max"),
        controllers if controllers.split(',').any(|name| name == "memory") => {
            (root.join("memory"), "memory.limit_in_bytes")
        }
        _ => return None,
    };
    // In a container, what is mounted may begin at its own group.
    let path = PathBuf::from(path.trim_start_matches('/'));
    let groups = path.ancestors().map(|path| root.join(path)).filter(|group| group.starts_with(&root));
    groups.filter_map(|group| fs::read_to_string(group.join(file)).ok()?.trim().parse().ok()).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_the_limit_with_room() {
        assert_eq!(within(None), 160 << 20);
        for limit in [48, 64, 128, 256, 1024] {
            let memory = within(Some(limit << 20));
            assert!(memory + memory / 4 + (12 << 20) <= limit << 20, "{limit}: {memory}");
        }
        assert_eq!([within(Some(256 << 20)), within(Some(64 << 20)), within(Some(1))], [160 << 20, 32 << 20, 8 << 20]);
    }

    #[test]
    fn groups_of_both_versions() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        fs::create_dir_all(at("a/b")).unwrap();
        fs::create_dir_all(at("memory/c")).unwrap();
        fs::write(at("a/memory.max"), "300\n").unwrap();
        fs::write(at("a/b/memory.max"), "max\n").unwrap();
        fs::write(at("memory/c/memory.limit_in_bytes"), "200\n").unwrap();
        let of = |group: &str| limit_of(group, directory.path());
        assert_eq!([of("0::/a/b"), of("0::/gone"), of("4:cpu:/c")], [Some(300), None, None]);
        assert_eq!([of("4:cpu,memory:/c"), of("nonsense")], [Some(200), None]);
    }
}
