//! Lowers `signal` rules.

use super::Context;
use super::condition::{ConditionReader, shown};
use crate::diagnostic::{Code, Detail, Diagnostic};
use crate::policy::SignalRule;
use crate::source::Spanned;
use crate::syntax::ast::{self, ConditionValue, Named, SignalCondition};
use crate::vocab::{PermissionSet, Signal, Vocabulary, nearest, signals};

pub(super) fn lower(rule: &ast::SignalRule, context: &mut Context<'_>) -> Option<SignalRule> {
    let mut reader = ConditionReader::new("signal", context.diagnostics);
    let permissions = reader.permissions(rule.permissions.as_ref()).or_all();
    let mut signals = Vec::new();
    let mut peer = None;
    for condition in &rule.conditions {
        match &condition.value.value {
            SignalCondition::Set(words) => {
                if reader.has_equal(condition) {
                    signals.extend(words.iter().filter_map(|word| signal(word, &mut reader)));
                }
            }
            SignalCondition::Peer(value) => reader.once_glob(condition, value, &mut peer),
            SignalCondition::Unknown(_) => reader.unknown(condition, SignalCondition::NAMES),
        }
    }
    signals.sort_unstable();
    signals.dedup();
    reader.finish(SignalRule { permissions, signals, peer })
}

fn signal(word: &Spanned<Named<Signal>>, reader: &mut ConditionReader<'_>) -> Option<Signal> {
    if word.value().is_none() {
        let text = word.stored();
        let lower = text.to_ascii_lowercase();
        let bare = lower.strip_prefix(b"sig").unwrap_or(&lower);
        let error = Diagnostic::new(Code::SignalUnknown, format!("unknown signal `{}`", shown(&text)), word.span);
        reader.error(if text.starts_with(b"rtmin") {
            error.with_help(format!("write a real-time signal from `rtmin+0` to `rtmin+{}`", signals::REALTIME_LAST))
        } else if Signal::from_word(bare).is_some() {
            error
                .with_help(format!("write `{}`", shown(bare)))
                .with_detail(Detail::unknown_word(&text, Some(&shown(bare))))
        } else {
            error.with_nearest(&text, nearest(&text, Signal::words()), || {
                "write the name that kill(1) uses in lower case and without `SIG`, for example `hup`, `term` or `rtmin+1`".into()
            })
        });
    }
    word.value().copied()
}
