//! The version of armorer in files that cargo knows nothing of: `packaging/version` writes all of them.

use std::path::Path;

#[test]
fn every_file_names_the_version_of_the_package() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, text) in [
        ("pyproject.toml", format!("\nversion = \"{version}\"\n")),
        ("pyproject.toml", format!("\"armorer=={version}\"")),
        ("packaging/action/action.yml", format!("default: \"{version}\"")),
        ("packaging/action/action.yml", format!("@v{version}\n")),
        ("examples/ci/github.yml", format!("packaging/action@v{version}\n")),
        ("examples/ci/gitlab.yml", format!("armorer=={version}\n")),
        ("examples/kubernetes/daemonset.yaml", format!("/armorer:{version}\n")),
        ("docs/install.md", format!("./armorer_{version}-1_amd64.deb\n")),
        ("README.md", format!("./armorer_{version}-1_amd64.deb\n")),
        ("docs/install.md", format!(" armorer-{version}-1.x86_64.rpm\n")),
        ("docs/install.md", format!(" armorer-{version}-kubernetes.tar.gz\n")),
        ("docs/install.md", format!(" armorer-{version}-x86_64-linux.tar.gz\n")),
        ("docs/install.md", format!("rev: v{version}\n")),
        ("examples/editors/vscode/package.json", format!("\"version\": \"{version}\"")),
        ("examples/editors/vscode/package-lock.json", format!("\"version\": \"{version}\"")),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let found = std::fs::read_to_string(path).unwrap();
        assert!(found.contains(&text), "{file} does not contain {text:?}");
    }
}
