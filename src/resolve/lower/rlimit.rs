//! Lowers `set rlimit`.

use super::Context;
use super::condition::{ConditionReader, choices, shown, suggest};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::syntax::ast::{self, Named};
use crate::vocab::rlimits::{self, RlimitUnit};
use crate::vocab::{LimitUnit, Resource, RlimitValue, Vocabulary};

/// Nice values go from here …
const NICE_LEAST: i64 = -20;
/// … to here, and are stored counted from the least.
const NICE_MOST: i64 = 19;

pub(super) fn lower(rlimit: &ast::Rlimit, context: &mut Context<'_>) -> Option<(usize, u64)> {
    let mut reader = ConditionReader::new("set rlimit", context.diagnostics);
    let Some(&resource) = rlimit.resource.value() else {
        let known: Vec<_> = Resource::words().collect();
        let text = rlimit.resource.as_bytes();
        let message = format!("unknown resource limit `{}`", shown(text));
        reader.error(suggest(Diagnostic::new(Code::RlimitName, message, rlimit.resource.span), text, &known));
        return None;
    };
    if rlimit.value.value() == Some(&RlimitValue::Infinity) {
        return Some((resource.number().into(), rlimits::INFINITY));
    }
    let value = value(rlimit, resource, &mut reader)?;
    reader.finish((resource.number().into(), value))
}

fn value(rlimit: &ast::Rlimit, resource: Resource, reader: &mut ConditionReader<'_>) -> Option<u64> {
    let (word, unit) = (&rlimit.value, rlimit.unit.as_ref());
    let (name, written, kind) = (shown(rlimit.resource.as_bytes()), shown(word.as_bytes()), resource.unit());
    let number = number(word, reader)?;
    if kind == RlimitUnit::Nice {
        no_unit(rlimit, unit, reader)?;
        let in_range = (NICE_LEAST..=NICE_MOST).contains(&number);
        let stored = u64::try_from(number.saturating_sub(NICE_LEAST)).ok().filter(|_| in_range);
        if stored.is_none() {
            let message = format!("nice value outside {NICE_LEAST} to {NICE_MOST}");
            reader.error(Diagnostic::new(Code::RlimitValue, message, word.span));
        }
        return stored;
    }
    let Ok(number) = u64::try_from(number) else {
        let message = format!("`{name}` cannot be negative");
        reader.error(Diagnostic::new(Code::RlimitValue, message, word.span));
        return None;
    };
    let (factor, base, base_name) = match kind {
        RlimitUnit::Number | RlimitUnit::Nice => {
            no_unit(rlimit, unit, reader)?;
            return Some(number);
        }
        RlimitUnit::Bytes => (unit.map(|unit| unit.value()?.bytes()), 1, "bytes"),
        RlimitUnit::Seconds => (unit.map(|unit| unit.value()?.microseconds()), 1_000_000, "seconds"),
        RlimitUnit::Microseconds => (unit.map(|unit| unit.value()?.microseconds()), 1, "microseconds"),
    };
    let (Some(unit), Some(factor)) = (unit, factor) else {
        if kind != RlimitUnit::Bytes {
            let message = format!("value of `{name}` without a unit is read as {base_name}");
            let unit = if kind == RlimitUnit::Seconds { "s" } else { "us" };
            let help = format!("write `{written} {unit}`");
            reader.warn(Diagnostic::new(Code::RlimitUnit, message, word.span).with_help(help));
        }
        return Some(number);
    };
    let unit_name = shown(unit.as_bytes());
    let Some(factor) = factor else {
        let message = format!("`{name}` does not take the unit `{unit_name}`");
        let known: Vec<_> =
            if kind == RlimitUnit::Bytes { LimitUnit::sizes().collect() } else { LimitUnit::times().collect() };
        reader.error(suggest(Diagnostic::new(Code::RlimitValue, message, unit.span), unit.as_bytes(), &known));
        return None;
    };
    // 64 bits times 64 bits fit.
    let scaled = u128::from(number) * u128::from(factor) / base;
    let span = word.span.to(unit.span);
    let Some(value) = u64::try_from(scaled).ok().filter(|&value| value != rlimits::INFINITY) else {
        let message = format!("`{written} {unit_name}` does not fit into 64 bits");
        let help = "write `infinity`, or a smaller value";
        reader.error(Diagnostic::new(Code::RlimitValue, message, span).with_help(help));
        return None;
    };
    if value == 0 && kind != RlimitUnit::Bytes {
        let message = format!("`{written} {unit_name}` is below the smallest possible value");
        let help = if kind == RlimitUnit::Seconds {
            "write whole seconds, the resolution of `cpu`"
        } else {
            "write whole microseconds, the resolution of `rttime`"
        };
        reader.error(Diagnostic::new(Code::RlimitValue, message, span).with_help(help));
        return None;
    }
    Some(value)
}

fn no_unit(
    rlimit: &ast::Rlimit,
    unit: Option<&Spanned<Named<LimitUnit>>>,
    reader: &mut ConditionReader<'_>,
) -> Option<()> {
    if let Some(unit) = unit {
        let message = format!("`{}` does not take a unit", shown(rlimit.resource.as_bytes()));
        let help = format!("remove `{}`", shown(unit.as_bytes()));
        reader.error(Diagnostic::new(Code::RlimitValue, message, unit.span).with_help(help));
        return None;
    }
    Some(())
}

/// The number, with a warning where it is not the one that its digits seem to say.
fn number(word: &Spanned<Named<RlimitValue>>, reader: &mut ConditionReader<'_>) -> Option<i64> {
    let text = shown(word.as_bytes());
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let Some(RlimitValue::Number(number)) = word.value() else {
        let (message, help) = if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            (format!("`{text}` is not a number"), format!("write a decimal number or {}", choices(["infinity"])))
        } else {
            (format!("`{text}` does not fit into 63 bits"), "write `infinity`, or a smaller value".to_owned())
        };
        reader.error(Diagnostic::new(Code::RlimitValue, message, word.span).with_help(help));
        return None;
    };
    if digits.len() > 1 && digits.starts_with('0') {
        let message = format!("the leading zero makes `{text}` an octal number with the value {number}");
        reader.warn(Diagnostic::new(Code::OctalNumber, message, word.span).with_help(format!("write `{number}`")));
    }
    Some(*number)
}
