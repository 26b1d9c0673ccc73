//! Parses a profile and walks its syntax tree: which capabilities are granted, and where?
//!
//! `cargo run --example walk [FILE]`

use armorer::syntax::ast::{ItemKind, Rule, RuleKind, RuleMode};

const DEMO: &str = "\
profile demo /usr/bin/demo {
  capability chown setuid, # drops its privileges
  deny capability sys_admin,
  ^worker {
    capability net_bind_service,
  }
}
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = match std::env::args_os().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => DEMO.into(),
    };
    let file = armorer::parse(&text)?;
    file.walk(&mut |item| {
        if let ItemKind::Rule(Rule { prefix, kind: RuleKind::Capability(rule) }) = &item.kind.value {
            let verb = if prefix.mode == Some(RuleMode::Deny) { "denied" } else { "granted" };
            for name in &rule.names {
                println!("{verb} at byte {}: {}", name.span.start, name.value);
            }
        }
    });
    Ok(())
}
