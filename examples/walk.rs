//! Parses a profile and walks its syntax tree: capabilities and file permissions as types, with their places.
//!
//! `cargo run --example walk [FILE]`

use armorer::ast::{FileBody, FileLetter, ItemKind, Rule, RuleKind, RuleMode};

/// A profile with a mistake, which is a node of the tree too.
pub(crate) const DEMO: &str = "\
profile demo /usr/bin/demo {
  capability chown setuid, # drops its privileges
  deny capability sys_admin,
  /usr/bin/helper rPx,
  ^worker {
    capability net_bind_servce,
  }
}
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = match std::env::args_os().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => DEMO.into(),
    };
    print!("{}", walk(&text)?);
    Ok(())
}

/// A line for each capability and each permission of a file.
pub(crate) fn walk(text: &[u8]) -> Result<String, armorer::ParseError> {
    let mut lines = Vec::new();
    let file = armorer::parse(text)?;
    file.walk(&mut |item| {
        let ItemKind::Rule(Rule { prefix, kind }) = &item.kind.value else { return };
        let verb = if prefix.mode == Some(RuleMode::Deny) { "denied" } else { "granted" };
        match kind {
            RuleKind::Capability(rule) => {
                for name in &rule.names {
                    match name.value() {
                        Some(capability) => {
                            lines.push(format!(
                                "{verb} at byte {}: {capability:?}, number {}",
                                name.span.start,
                                capability.number()
                            ));
                        }
                        None => {
                            lines.push(format!("at byte {}: `{}` is not a capability", name.span.start, name.value))
                        }
                    }
                }
            }
            RuleKind::File(rule) => {
                let FileBody::Access { path, permissions, .. } = &rule.body else { return };
                for letter in permissions.letters() {
                    let place = letter.span.start;
                    match letter.value {
                        FileLetter::Permission(one) => {
                            lines.push(format!("{verb} at byte {place}: {one:?} of {}", path.value))
                        }
                        FileLetter::Exec(mode) => {
                            lines.push(format!("{verb} at byte {place}: exec of {} as {:?}", path.value, mode.kind()));
                        }
                    }
                }
            }
            _ => {}
        }
    });
    lines.push(String::new());
    Ok(lines.join("\n"))
}
