//! armorer itself inside the machine: the program, and the libraries that it is linked with.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::kernel::vm::File;

/// The program as `/bin/armorer`, with its libraries.
pub(crate) fn armorer(directory: &Path) -> Vec<File> {
    with_libraries(Path::new(env!("CARGO_BIN_EXE_armorer")), directory)
}

/// A program of `examples`, which are built with the tests, in `/bin`, with its libraries.
pub(crate) fn example(name: &str, directory: &Path) -> Vec<File> {
    let programs = Path::new(env!("CARGO_BIN_EXE_armorer")).parent().unwrap();
    with_libraries(&programs.join("examples").join(name), directory)
}

fn with_libraries(built: &Path, directory: &Path) -> Vec<File> {
    let name = built.file_name().unwrap().to_str().unwrap();
    let stripped = directory.join(name);
    let strip = Command::new("strip").arg("-o").arg(&stripped).arg(built).status();
    assert!(strip.expect("the kernel tests need strip: install binutils").success(), "strip fails");
    let mut files = vec![File::program(format!("/bin/{name}"), std::fs::read(stripped).unwrap())];
    let libraries = Command::new("ldd").arg(built).output().expect("the kernel tests need ldd");
    for line in String::from_utf8_lossy(&libraries.stdout).lines() {
        // `libc.so.6 => /lib/…/libc.so.6 (0x…)`, or the loader as `/lib64/ld-linux-x86-64.so.2 (0x…)`.
        let path = line.split_whitespace().find(|word| word.starts_with('/'));
        if let Some(path) = path {
            files.push(File::program(path, std::fs::read(path).unwrap()));
        }
    }
    files
}

/// The files below a directory as those below another inside the machine.
pub(crate) fn tree(from: &Path, to: &str) -> Vec<File> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let inside = format!("{to}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            files.extend(tree(&path, &inside));
        } else if path.is_file() {
            files.push(File::data(inside, std::fs::read(&path).unwrap()));
        }
    }
    files
}

/// The files below a directory at the same places inside the machine, with their modes and links. Links at the top are left out: the
/// archive makes directories of those names.
pub(crate) fn image(root: &Path) -> Vec<File> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            add_image(root, &path, &mut files);
        }
    }
    files
}

fn add_image(root: &Path, directory: &Path, files: &mut Vec<File>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let (path, metadata) = (entry.path(), entry.metadata().unwrap());
        let inside = format!("/{}", path.strip_prefix(root).unwrap().to_str().unwrap());
        if metadata.is_dir() {
            add_image(root, &path, files);
        } else if metadata.is_symlink() {
            files.push(File::link(inside, std::fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()));
        } else if metadata.is_file() {
            let mode = metadata.permissions().mode() & 0o7777;
            files.push(File { path: inside, mode, bytes: std::fs::read(&path).unwrap() });
        }
    }
}
