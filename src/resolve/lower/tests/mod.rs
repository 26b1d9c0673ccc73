//! Tables of rules with the rules that they lower to and their diagnostics.

mod capability;
mod change_profile;
mod dbus;
mod file;
mod mount;
mod network;
mod others;
mod prefix;
mod rlimit;
mod unix;

use serde_json::Value;

use super::{Context, finish, rule};
use crate::diagnostic::{Diagnostics, Severity};
use crate::features::Features;
use crate::policy::Rule;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::ItemKind;
use crate::syntax::parser::parse;
use crate::vocab::NetworkPermissions;

/// Features with a capability that no table knows, and stacking.
const FEATURES: &[u8] = b"caps {mask {chown wake_the_dead\n}\n}\ndomain {stack {yes\n}\n}\n";
/// Features without either.
const OLD_FEATURES: &[u8] = b"domain {version {1.2\n}\n}\n";

/// The outcome for a rule.
struct LoweredRule {
    rule: Option<Rule>,
    rlimit: Option<(usize, u64)>,
    /// Code and text of the place of each diagnostic.
    said: Vec<(Severity, &'static str, String)>,
}

fn lower(text: &str) -> LoweredRule {
    lower_for(text, FEATURES, FEATURES)
}

fn lower_for(text: &str, kernel: &[u8], policy: &[u8]) -> LoweredRule {
    let sources = SourceMap::new();
    let id = sources.add("rule", text.as_bytes()).unwrap();
    let parsed = parse(&sources.get(id), id);
    assert_eq!(parsed.diagnostics, [], "{text}");
    let [item] = parsed.file.items.as_slice() else { panic!("{text} is not one rule") };
    let item = &item.kind;
    let (kernel, policy) = (Features::parse(kernel).unwrap(), Features::parse(policy).unwrap());
    let mut diagnostics = Diagnostics::new();
    let mut context = Context { diagnostics: &mut diagnostics, kernel: &kernel, policy: &policy };
    let (mut lowered, mut limit) = (None, None);
    match &item.value {
        ItemKind::Rule(written) => lowered = rule(written, item.span, &mut context),
        ItemKind::Rlimit(written) => limit = super::rlimit(written, &mut context),
        other => panic!("{other:?}"),
    }
    let lowered = lowered.and_then(|mut rule| finish(&mut rule, &mut diagnostics).then_some(rule));
    let source = sources.get(id);
    let slice = |span: Span| String::from_utf8_lossy(source.slice(span)).into_owned();
    let said = diagnostics.iter().map(|said| (said.severity, said.code.as_str(), slice(said.span()))).collect();
    LoweredRule { rule: lowered, rlimit: limit, said }
}

/// Serialised, with spans, nulls, `false` and empty lists left out.
fn brief(value: Value) -> Value {
    match value {
        Value::Object(map) if map.len() == 2 && map.contains_key("span") && map.contains_key("value") => {
            map.get("value").cloned().unwrap()
        }
        Value::Object(map) => {
            let fields = map.into_iter().map(|(name, value)| (name, brief(value)));
            Value::Object(
                fields
                    .filter(|(_, value)| !matches!(value, Value::Null | Value::Bool(false)))
                    .filter(|(_, value)| value.as_array().is_none_or(|list| !list.is_empty()))
                    .collect(),
            )
        }
        Value::Array(list) => Value::Array(list.into_iter().map(brief).collect()),
        other => other,
    }
}

/// Each rule lowers to the JSON beside it, without an error or warning; `EVERY` stands for all permissions of sockets.
fn check_rules(table: &[(&str, &str)]) {
    for (text, expected) in table {
        let outcome = lower(text);
        assert_eq!(outcome.said, [], "{text}");
        let rule = outcome.rule.unwrap_or_else(|| panic!("{text} was not lowered"));
        let kind = brief(serde_json::to_value(&rule.kind).unwrap());
        let every = serde_json::to_string(&NetworkPermissions::ALL).unwrap();
        let expected: Value = serde_json::from_str(&expected.replace("EVERY", &every))
            .unwrap_or_else(|error| panic!("{expected}: {error}"));
        // The kind's name is in the text.
        let kind = kind.as_object().and_then(|map| map.values().next()).unwrap_or(&kind);
        assert_eq!(kind, &expected, "{text}");
    }
}

/// Each rule is refused with exactly this code at this place.
fn check_errors(table: &[(&str, &str, &str)]) {
    for (text, code, place) in table {
        let outcome = lower(text);
        assert_eq!(outcome.said, [(Severity::Error, *code, (*place).to_owned())], "{text}");
        assert!(outcome.rule.is_none() && outcome.rlimit.is_none(), "{text}");
    }
}

/// Each rule is lowered with exactly this warning at this place.
fn check_warnings(table: &[(&str, &str, &str)]) {
    for (text, code, place) in table {
        let outcome = lower(text);
        assert_eq!(outcome.said, [(Severity::Warning, *code, (*place).to_owned())], "{text}");
        assert!(outcome.rule.is_some() || outcome.rlimit.is_some(), "{text}");
    }
}

/// Each rule is lowered without a diagnostic.
fn check_silent(table: &[&str]) {
    for text in table {
        let outcome = lower(text);
        assert_eq!(outcome.said, [], "{text}");
        assert!(outcome.rule.is_some() || outcome.rlimit.is_some(), "{text}");
    }
}
