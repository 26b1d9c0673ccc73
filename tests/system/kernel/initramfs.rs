//! The archive that a kernel unpacks as its first file system: cpio in the format "newc"
//! (`Documentation/driver-api/early-userspace/buffer-format.rst`).

use std::collections::BTreeSet;

use crate::kernel::vm::File;

const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
pub(crate) const SYMBOLIC_LINK: u32 = 0o120_000;
const KIND: u32 = 0o170_000;
const CHARACTER_DEVICE: u32 = 0o020_000;

/// Devices that programs need before anything could make them: name, major and minor number.
const DEVICES: &[(&str, u32, u32)] = &[("dev/console", 5, 1), ("dev/null", 1, 3), ("dev/zero", 1, 5)];

/// The archive of the files, all directories on the way to them, and a few devices.
pub(crate) fn archive(files: &[File]) -> Vec<u8> {
    let mut directories = BTreeSet::from(["dev".to_owned(), "proc".to_owned(), "sys".to_owned()]);
    for file in files {
        let path = file.path.trim_start_matches('/');
        directories.extend(path.match_indices('/').filter_map(|(end, _)| path.get(..end)).map(str::to_owned));
    }
    let mut archive = Archive::default();
    for path in &directories {
        archive.add(path, DIRECTORY | 0o755, (0, 0), &[]);
    }
    for &(path, major, minor) in DEVICES {
        archive.add(path, CHARACTER_DEVICE | 0o666, (major, minor), &[]);
    }
    for file in files {
        let mode = if file.mode & KIND == 0 { REGULAR | file.mode } else { file.mode };
        archive.add(file.path.trim_start_matches('/'), mode, (0, 0), &file.bytes);
    }
    archive.add("TRAILER!!!", 0, (0, 0), &[]);
    archive.bytes
}

#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    inode: u32,
}

impl Archive {
    fn add(&mut self, path: &str, mode: u32, device: (u32, u32), contents: &[u8]) {
        self.inode += 1;
        let size = u32::try_from(contents.len()).unwrap();
        let name_size = u32::try_from(path.len()).unwrap() + 1;
        // inode, mode, owner, group, links, time, size, device of the file (2), device it is (2), length of the name, checksum
        let fields = [self.inode, mode, 0, 0, 1, 0, size, 0, 0, device.0, device.1, name_size, 0];
        self.bytes.extend_from_slice(b"070701");
        for field in fields {
            self.bytes.extend_from_slice(format!("{field:08x}").as_bytes());
        }
        self.bytes.extend_from_slice(path.as_bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(contents);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}
