//! Values of the variables of a file after all of it is read.

use crate::diagnostic::Diagnostics;
use crate::source::{SourceId, Spanned, Text};

use super::variables::{AutomaticVariables, VariableContents, Variables};
use super::{ResolveOptions, Resolver, Session};

/// A variable of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VariableValue {
    /// `$name`
    Bool {
        /// The name without `$`.
        name: Text,
        /// `None` after an error.
        value: Option<bool>,
    },
    /// `@{name}`
    Set {
        /// The name without `@{}`.
        name: Text,
        /// Its values in stored form with their places, in the order of assignment.
        written: Vec<Spanned<Text>>,
        /// The same with references multiplied out, sorted; `None` where they cannot be, or where every profile has its own.
        expanded: Option<Vec<Text>>,
    },
}

/// The variables that a file and what it includes declare: booleans, then sets, by name. What is wrong with the text is not said
/// here; [`resolve`](super::resolve()) does that.
#[must_use]
pub fn variables(session: &Session, input: SourceId, options: &ResolveOptions) -> Vec<VariableValue> {
    let mut resolver = Resolver::new(session, options);
    resolver.read(input);
    collect(&mut resolver.variables)
}

/// All variables with their values.
pub(super) fn collect(variables: &mut Variables) -> Vec<VariableValue> {
    let mut names: Vec<Text> = variables.names().cloned().collect();
    names.sort_unstable();
    let (booleans, sets): (Vec<_>, Vec<_>) = names
        .into_iter()
        .filter_map(|name| value(variables, name))
        .partition(|it| matches!(it, VariableValue::Bool { .. }));
    booleans.into_iter().chain(sets).collect()
}

fn value(variables: &mut Variables, name: Text) -> Option<VariableValue> {
    let written = match variables.get(&name)?.0 {
        VariableContents::Bool(value) => return Some(VariableValue::Bool { name, value: *value }),
        VariableContents::Set(values) => values.clone(),
    };
    let expansion = variables.expand(&name, &mut AutomaticVariables::default(), &mut Diagnostics::new()).ok().flatten();
    let expanded = expansion.map(|expanded| expanded.values.clone());
    Some(VariableValue::Set { name, written, expanded })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::features::Features;
    use crate::source::Memory;

    #[test]
    fn written_and_expanded() {
        let session = Session::new(Memory::new().with("/base/v", "@{V}=a\n$z=true\n"));
        let text = b"include <v>\n@{V}+=\"c d\" b\n@{W}=@{V}x\n@{E}=@{nope}\n$b=false\nprofile p { }\n";
        let input = session.sources.add("demo", *text).unwrap();
        let options =
            ResolveOptions { base: "/base".into(), ..ResolveOptions::new(Arc::new(Features::default_policy())) };
        let texts = |words: &[&str]| words.iter().copied().map(Text::from).collect::<Vec<_>>();
        let set = |name: &str, written: &[&str], expanded: Option<&[&str]>| VariableValue::Set {
            name: name.into(),
            written: texts(written).into_iter().map(Spanned::bare).collect(),
            expanded: expanded.map(texts),
        };
        let boolean = |name: &str, value| VariableValue::Bool { name: name.into(), value: Some(value) };
        assert_eq!(
            variables(&session, input, &options),
            [
                boolean("b", false),
                boolean("z", true),
                set("E", &["@{nope}"], None),
                set("V", &["a", "c d", "b"], Some(&["a", "b", "c d"])),
                set("W", &["@{V}x"], Some(&["ax", "bx", "c dx"])),
            ]
        );
    }
}
