//! The commands of the book's sections about nodes, boot and images, run in a machine that has what they are about.

use std::fmt::Write;
use std::path::Path;

use crate::kernel::program;
use crate::kernel::said;
use crate::kernel::vm::{File, Vm};
use crate::support;

/// The pages and sections whose `sh` blocks are run, in this order, as one session.
const SECTIONS: [(&str, &str); 3] = [
    (include_str!("../../../docs/kubernetes.md"), "## On the nodes"),
    (include_str!("../../../docs/boot.md"), "## At boot"),
    (include_str!("../../../docs/boot.md"), "## For the image of another machine"),
];

/// The commands of the `sh` blocks of a section.
fn commands(page: &str, section: &str) -> String {
    let (_, text) = page.split_once(section).unwrap_or_else(|| panic!("there is no section {section}"));
    let text = text.split("\n#").next().unwrap();
    text.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect()
}

#[test]
fn commands_for_nodes_boot_and_images() {
    let mut script =
        String::from("export PATH=/applets:/bin:/sbin\nmkdir -p /run /sbin /var/cache /tmp\nln -s busybox /bin/ls\n");
    let mut expected = Vec::new();
    for (number, (page, section)) in SECTIONS.iter().enumerate() {
        let commands = commands(page, section);
        assert!(!commands.is_empty(), "{section} has no command");
        for (line, command) in commands.lines().enumerate() {
            // A line of its own is run on its own; what it prints is shown, and only its status counts.
            writeln!(script, "echo '$ {command}'\n{command}\necho \"RESULT {number}.{line} $?\"").unwrap();
            expected.push((format!("{number}.{line}"), "0"));
        }
    }
    let Some(kernels) = support::directory("ARMORER_KERNELS", "the book's commands") else { return };
    let directory = tempfile::tempdir().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/apparmor.d");
    let mut files = program::armorer(directory.path());
    files.extend(program::tree(&examples, "/etc/apparmor.d"));
    files.extend(program::tree(&examples, "/image/etc/apparmor.d"));
    files.push(File::data("/profiles/k8s-nginx", std::fs::read(examples.join("k8s-nginx")).unwrap()));
    let run = Vm { kernel: &kernels.join("6.12"), files, script }.run();
    let expected: Vec<(&str, &str)> = expected.iter().map(|(name, status)| (name.as_str(), *status)).collect();
    said::judge(&run, &expected, "the book's commands");
}
