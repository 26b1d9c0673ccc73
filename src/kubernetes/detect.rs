//! Distinguishes manifests and profiles from other files and values.

use std::path::Path;

/// Whether a file is taken for YAML: by its ending, and standard input (no path) by a first line that no profile begins with.
///
/// ```
/// use armorer::kubernetes::is_manifest;
/// assert!(is_manifest(Some("pod.yaml".as_ref()), b""));
/// assert!(is_manifest(None, b"# nginx\napiVersion: v1\n"));
/// assert!(!is_manifest(None, b"abi <abi/4.0>,\n"));
/// ```
#[must_use]
pub fn is_manifest(path: Option<&Path>, text: &[u8]) -> bool {
    if let Some(path) = path {
        let ending = path.extension().and_then(|ending| ending.to_str());
        return ending.is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"));
    }
    let mut lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
    lines
        .find(|line| !line.is_empty() && !line.starts_with(b"#"))
        .is_some_and(|line| line == b"---" || line.starts_with(b"apiVersion:") || line.starts_with(b"kind:"))
}

/// Whether a value of a ConfigMap is profile text, a broken one too: it has a line that only profiles have.
pub(super) fn is_profile(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        let include = line.strip_prefix('#').unwrap_or(line).strip_prefix("include").map(str::trim_start);
        let include = include.map(|rest| rest.strip_prefix("if exists").map_or(rest, str::trim_start));
        let abi = line.strip_prefix("abi").map(str::trim_start);
        let header = line.split(" #").next().unwrap_or(line);
        let begins = ["profile ", "hat ", "/", "\"/", "@{", "^"].iter().any(|start| header.starts_with(start));
        include.is_some_and(|rest| rest.starts_with("<abstractions/") || rest.starts_with("<tunables/"))
            || abi.is_some_and(|rest| rest.starts_with("<abi/") || rest.starts_with("<kernel>"))
            || begins && (header.contains(" {") || header.contains("\t{"))
    })
}

#[cfg(test)]
mod tests {
    use super::is_profile;

    #[test]
    fn profiles_are_told_from_other_values() {
        for text in [
            "profile x {\n}\n",
            "# c\nabi <abi/4.0>,\n",
            "include if exists <tunables/global>\n",
            "#include <abstractions/base>",
            "/usr/bin/x {\n /a r\n",
            "profile x /y flags=(complain) { /a r, }",
            "@{bin}/x {",
        ] {
            assert!(is_profile(text), "{text}");
        }
        for text in [
            "server {\n  location / {\n    root /srv;\n  }\n}\n",
            "profile: x\n",
            "include /etc/nginx/mime.types;\n",
            "#include <stdio.h>\n",
            "key=value\n",
            "",
        ] {
            assert!(!is_profile(text), "{text}");
        }
    }
}
