//! Lowers `capability` rules.

use super::Context;
use super::condition::{ConditionReader, choices, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::features::Features;
use crate::policy::CapabilityRule;
use crate::syntax::ast;
use crate::vocab::{Capability, Vocabulary, nearest};

/// The features entry whose words are capabilities, each at the position of its number.
const MASK: &str = "caps/mask";

pub(super) fn lower(rule: &ast::CapabilityRule, context: &mut Context<'_>) -> Option<CapabilityRule> {
    if rule.names.is_empty() {
        return Some(CapabilityRule { mask: u64::MAX });
    }
    let mut reader = ConditionReader::new("capability", context.diagnostics);
    let mut mask = 0;
    for name in &rule.names {
        // Names are bare words, so that their text is what is stored. A kernel may have capabilities that have no word here.
        let word = name.as_bytes();
        let known = name.value().map(|capability| capability.number());
        if let Some(number) = known.or_else(|| position(context.kernel, word)) {
            mask |= 1u64.checked_shl(number.into()).unwrap_or(0);
        } else if position(context.policy, word).is_some() {
            let message = format!("the target kernel does not have the capability `{}`", shown(word));
            reader.warn(Diagnostic::new(Code::CapUnknown, message, name.span).with_label("this capability is ignored"));
        } else {
            let message = format!("unknown capability `{}`", shown(word));
            let error = Diagnostic::new(Code::CapInvalid, message, name.span);
            reader.error(error.with_nearest(word, nearest(word, Capability::words()), || {
                format!("write the name in lower case and without `CAP_`, for example {}", choices(["chown"]))
            }));
        }
    }
    reader.finish(CapabilityRule { mask })
}

/// The number of a capability that only a feature set names.
fn position(features: &Features, word: &[u8]) -> Option<u8> {
    let position = features.words(MASK).position(|name| name == word)?;
    u8::try_from(position).ok().filter(|&number| number < 64)
}
