//! Lowers `signal` rules.

use super::Context;
use super::condition::{Reader, name, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::SignalRule;
use crate::syntax::ast;
use crate::syntax::word::{Word, stored};
use crate::vocab::{nearest, signals};

pub(super) fn lower(rule: &ast::SignalRule, context: &mut Context<'_>) -> Option<SignalRule> {
    let mut reader = Reader::new("signal", context.diagnostics);
    let permissions = match reader.permissions(rule.permissions.as_ref(), signals::bits, signals::PERMISSIONS) {
        0 => signals::ANY,
        written => written,
    };
    let mut numbers = Vec::new();
    let mut peer = None;
    for condition in &rule.conditions {
        match &*name(condition) {
            b"set" => {
                for word in reader.list(condition) {
                    numbers.extend(signal(word, &mut reader));
                }
            }
            b"peer" => reader.once(condition, &mut peer),
            _ => reader.unknown(condition, &["set", "peer"]),
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    reader.finish(SignalRule { permissions, signals: numbers, peer })
}

fn signal(word: &Word, reader: &mut Reader<'_>) -> Option<u8> {
    let text = stored(&word.value);
    let number = signals::number(&text);
    if number.is_none() {
        let lower = text.to_ascii_lowercase();
        let bare = lower.strip_prefix(b"sig").unwrap_or(&lower);
        let known = signals::ALL.iter().map(|&(name, _)| name);
        let help = if text.starts_with(b"rtmin") {
            format!("real-time signals are `rtmin+0` to `rtmin+{}`", signals::REALTIME_LAST)
        } else if signals::number(bare).is_some() {
            format!("write `{}`", shown(bare))
        } else if let Some(near) = nearest(&text, known) {
            format!("did you mean `{near}`?")
        } else {
            "signals are named as by kill(1), in lower case and without `SIG`: `hup`, `term`, `rtmin+1`".to_owned()
        };
        let message = format!("unknown signal `{}`", shown(&text));
        reader.error(Diagnostic::new(Code::SignalUnknown, message, word.span).with_help(help));
    }
    number
}
