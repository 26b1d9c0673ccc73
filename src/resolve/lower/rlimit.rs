//! Lowers `set rlimit`.

use super::Context;
use super::condition::{Reader, choices, shown, suggestion};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast;
use crate::syntax::word::Word;
use crate::vocab::rlimits::{self, Unit};
use crate::vocab::units;

/// Nice values go from here …
const NICE_LEAST: i64 = -20;
/// … to here, and are stored counted from the least.
const NICE_MOST: i64 = 19;

pub(super) fn lower(rlimit: &ast::Rlimit, context: &mut Context<'_>) -> Option<(usize, u64)> {
    let mut reader = Reader::new("set rlimit", context.diagnostics);
    let Some((number, kind)) = rlimits::number(&rlimit.name.value).and_then(|n| Some((n, rlimits::unit(n)?))) else {
        let known: Vec<_> = rlimits::ALL.iter().map(|&(name, ..)| name).collect();
        let message = format!("unknown resource limit `{}`", rlimit.name.value);
        let help = suggestion(&rlimit.name.value, &known);
        reader.error(Diagnostic::new(Code::RlimitName, message, rlimit.name.span).with_help(help));
        return None;
    };
    if &*rlimit.value.value == b"infinity" {
        return Some((number.into(), rlimits::INFINITY));
    }
    let value = value(rlimit, kind, &mut reader)?;
    reader.finish((number.into(), value))
}

fn value(rlimit: &ast::Rlimit, kind: Unit, reader: &mut Reader<'_>) -> Option<u64> {
    let (word, unit) = (&rlimit.value, rlimit.unit.as_ref());
    let number = number(word, reader)?;
    if kind == Unit::Nice {
        no_unit(rlimit, unit, reader)?;
        let in_range = (NICE_LEAST..=NICE_MOST).contains(&number);
        let stored = u64::try_from(number.saturating_sub(NICE_LEAST)).ok().filter(|_| in_range);
        if stored.is_none() {
            let message = format!("nice values go from {NICE_LEAST} to {NICE_MOST}");
            reader.error(Diagnostic::new(Code::RlimitValue, message, word.span));
        }
        return stored;
    }
    let Ok(number) = u64::try_from(number) else {
        let message = format!("`{}` cannot be negative", rlimit.name.value);
        reader.error(Diagnostic::new(Code::RlimitValue, message, word.span));
        return None;
    };
    let (factor, base, table, base_name) = match kind {
        Unit::Number | Unit::Nice => {
            no_unit(rlimit, unit, reader)?;
            return Some(number);
        }
        Unit::Bytes => (unit.map(|unit| units::size(&unit.value)), 1, units::SIZE, "bytes"),
        Unit::Seconds => (unit.map(|unit| units::microseconds(&unit.value)), 1_000_000, units::TIME, "seconds"),
        Unit::Microseconds => (unit.map(|unit| units::microseconds(&unit.value)), 1, units::TIME, "microseconds"),
    };
    let (Some(unit), Some(factor)) = (unit, factor) else {
        if kind != Unit::Bytes {
            let message = format!("`{}` has no unit: {base_name} are taken", rlimit.name.value);
            let unit = if kind == Unit::Seconds { "s" } else { "us" };
            let help = format!("write `{} {unit}`", word.value);
            reader.warn(Diagnostic::new(Code::RlimitUnit, message, word.span).with_help(help));
        }
        return Some(number);
    };
    let Some(factor) = factor else {
        let message = format!("`{}` does not take the unit `{}`", rlimit.name.value, unit.value);
        let known: Vec<_> = table.iter().map(|&(name, _)| name).collect();
        let help = suggestion(&unit.value, &known);
        reader.error(Diagnostic::new(Code::RlimitValue, message, unit.span).with_help(help));
        return None;
    };
    // 64 bits times 64 bits fit.
    let scaled = u128::from(number) * u128::from(factor) / base;
    let span = word.span.to(unit.span);
    let Some(value) = u64::try_from(scaled).ok().filter(|&value| value != rlimits::INFINITY) else {
        let message = format!("`{} {}` is more than 64 bits hold", word.value, unit.value);
        let help = "write `infinity`, or a smaller value";
        reader.error(Diagnostic::new(Code::RlimitValue, message, span).with_help(help));
        return None;
    };
    if value == 0 && kind != Unit::Bytes {
        let message = format!("`{} {}` is less than the least value", word.value, unit.value);
        let help = if kind == Unit::Seconds { "`cpu` counts whole seconds" } else { "`rttime` counts microseconds" };
        reader.error(Diagnostic::new(Code::RlimitValue, message, span).with_help(help));
        return None;
    }
    Some(value)
}

fn no_unit(rlimit: &ast::Rlimit, unit: Option<&Word>, reader: &mut Reader<'_>) -> Option<()> {
    if let Some(unit) = unit {
        let message = format!("`{}` takes no unit", rlimit.name.value);
        let help = format!("remove `{}`", shown(&unit.value));
        reader.error(Diagnostic::new(Code::RlimitValue, message, unit.span).with_help(help));
        return None;
    }
    Some(())
}

/// The number as `strtoll` with base 0 reads it: a zero in front makes it octal, and the first byte that is no digit ends it.
fn number(word: &Word, reader: &mut Reader<'_>) -> Option<i64> {
    let text = std::str::from_utf8(&word.value).unwrap_or_default();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!("`{}` is no number", word.value);
        let help = format!("write a decimal number or {}", choices(["infinity"]));
        reader.error(Diagnostic::new(Code::RlimitValue, message, word.span).with_help(help));
        return None;
    }
    let octal = digits.len() > 1 && digits.starts_with('0');
    let (digits, radix) = match octal {
        true => (digits.split(['8', '9']).next().unwrap_or_default(), 8),
        false => (digits, 10),
    };
    let Ok(number) = i64::from_str_radix(&format!("{sign}{digits}"), radix) else {
        let message = format!("`{}` is more than 63 bits hold", word.value);
        let help = "write `infinity`, or a smaller value";
        reader.error(Diagnostic::new(Code::RlimitValue, message, word.span).with_help(help));
        return None;
    };
    if octal {
        let message = format!("the zero in front makes `{}` octal: it is {number}", word.value);
        reader.warn(Diagnostic::new(Code::OctalNumber, message, word.span).with_help(format!("write `{number}`")));
    }
    Some(number)
}
