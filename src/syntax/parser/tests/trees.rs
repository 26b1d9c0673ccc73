//! The trees of texts, and the places in them.

use serde_json::Value;

use super::{SAMPLE, parsed};
use crate::source::SourceMap;
use crate::syntax::ast::ItemKind;
use crate::syntax::parser::parse;

/// The tree without places.
fn bare(value: Value) -> Value {
    match value {
        Value::Object(mut map) if map.len() == 2 && map.contains_key("value") && map.contains_key("span") => {
            bare(map.remove("value").unwrap_or_default())
        }
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, bare(value))).collect(),
        Value::Array(list) => list.into_iter().map(bare).collect(),
        other => other,
    }
}

#[test]
fn sample() {
    let parsed = parsed(SAMPLE);
    assert_eq!(parsed.diagnostics, []);
    insta::assert_json_snapshot!(bare(serde_json::to_value(&parsed.file).expect("trees are JSON")));
}

#[test]
fn trees_survive_json() {
    let file = parsed(SAMPLE).file;
    let json = serde_json::to_string(&file).expect("trees are JSON");
    assert_eq!(serde_json::from_str::<crate::syntax::ast::File>(&json).expect("the same tree"), file);
}

#[test]
fn spans_cover_what_was_written() {
    let sources = SourceMap::new();
    let id = sources.add("test", SAMPLE.as_bytes()).expect("the text is small");
    let source = sources.get(id);
    let parsed = parse(&source, id);
    let text = |span| String::from_utf8_lossy(source.slice(span)).into_owned();
    let starts: Vec<String> = parsed.file.items.iter().map(|item| text(item.kind.span)).collect();
    assert_eq!(starts[0], "abi <abi/4.0>,");
    assert_eq!(starts[2], "#include if exists \"local/x\"");
    assert_eq!(starts[3], "alias /usr/ -> /mnt/usr/,");
    assert_eq!(starts[4], "@{bin} = /bin \"/usr/my bin\" \\\n  /sbin");
    assert!(starts[6].starts_with("profile demo:x") && starts[6].ends_with("\n}"));
    let ItemKind::SetVariable(variable) = &parsed.file.items[4].kind.value else { panic!("a variable") };
    assert_eq!(text(variable.name.span), "bin");
    let ItemKind::BoolVariable(variable) = &parsed.file.items[5].kind.value else { panic!("a variable") };
    assert_eq!(text(variable.value.span), "not (defined @{X} or $y) and @{bin} == /bin");
    let ItemKind::Profile(profile) = &parsed.file.items[6].kind.value else { panic!("a profile") };
    assert_eq!(text(profile.xattrs.as_ref().expect("xattrs").span), "xattrs=(user.a=\"x\", user.b)");
    assert_eq!(text(profile.flags.as_ref().expect("flags").span), "flags=(complain, audit)");
    let rule = profile.body.items.iter().find_map(|item| match &item.kind.value {
        ItemKind::Rule(rule) if rule.prefix.priority.is_some() => Some(rule),
        _ => None,
    });
    assert_eq!(text(rule.expect("a rule with priority").prefix.span), "priority=-5 audit deny owner");
}
