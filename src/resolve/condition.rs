//! Boolean expressions: the conditions of `if`, and the values of boolean variables.
//!
//! They are evaluated where they stand, with the variables known there; automatic variables are not. Every operand is
//! evaluated, so an error after a settled `or` is an error.

use std::rc::Rc;

use super::compat;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{Span, Spanned, Text};
use crate::syntax::ast::{Compare, Expr};
use crate::syntax::word::{Word, stored};

use super::variables::{AutomaticVariables, ExpandedValues, MissingVariable, VariableContents, Variables};

/// The name inside `@{name}`, `@name`, `${name}` or `$name`.
fn name_behind(word: &[u8], sigil: u8) -> Option<&[u8]> {
    let name = word.strip_prefix(&[sigil])?;
    match name {
        [b'{', inner @ .., b'}'] => Some(inner),
        _ => Some(name),
    }
    .filter(|name| !name.is_empty() && name.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// Evaluates expressions.
pub(super) struct Evaluator<'a> {
    pub(super) variables: &'a mut Variables,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Evaluator<'_> {
    /// The value of an expression; `None` after an error.
    pub(super) fn evaluate(&mut self, expr: &Spanned<Expr>) -> Option<bool> {
        match &expr.value {
            Expr::Or(operands) => self.all(operands).map(|values| values.contains(&true)),
            Expr::And(operands) => self.all(operands).map(|values| !values.contains(&false)),
            Expr::Not(inner) => self.evaluate(inner).map(|value| !value),
            Expr::Paren(inner) => self.evaluate(inner),
            Expr::Defined(word) => self.defined(word),
            Expr::Bool(word) => self.boolean(word),
            Expr::Operand(word) => self.operand(word),
            Expr::Compare { left, op, right } => {
                let (left, right) = (self.set(left), self.set(right));
                let (left, right) = (left?, right?);
                self.compare(&left, op, &right, expr.span)
            }
        }
    }

    fn all(&mut self, operands: &[Spanned<Expr>]) -> Option<Vec<bool>> {
        // Not `collect` on the iterator: every operand is looked at, also those after an error.
        let values: Vec<_> = operands.iter().map(|operand| self.evaluate(operand)).collect();
        values.into_iter().collect()
    }

    fn defined(&mut self, word: &Word) -> Option<bool> {
        if let Some(name) = name_behind(word, b'$') {
            let defined = matches!(self.variables.get(name), Some((VariableContents::Bool(_), _)));
            if defined {
                compat::defined_boolean(word, self.diagnostics);
            }
            return Some(defined);
        }
        let name = name_behind(word, b'@')?;
        Some(matches!(self.variables.get(name), Some((VariableContents::Set(_), _))))
    }

    fn boolean(&mut self, word: &Word) -> Option<bool> {
        let name = name_behind(word, b'$')?;
        let diagnostic = match self.variables.get(name) {
            Some((&VariableContents::Bool(value), _)) => return value,
            Some((VariableContents::Set(_), span)) => {
                let message = format!("`{}` is a set variable, not a boolean one", word.value);
                Diagnostic::new(Code::BoolUnset, message, word.span).and_label(span, "declared here")
            }
            None if self.variables.incomplete => return None,
            None => {
                Diagnostic::new(Code::BoolUnset, format!("boolean variable `{}` is not set", word.value), word.span)
                    .with_help(format!("set it in the preamble: `{} = true`", word.value))
            }
        };
        self.diagnostics.push(diagnostic);
        None
    }

    fn operand(&mut self, word: &Word) -> Option<bool> {
        let text = stored(word);
        if text.eq_ignore_ascii_case(b"true") {
            Some(true)
        } else if text.eq_ignore_ascii_case(b"false") {
            Some(false)
        } else {
            let message = format!("`{}` is not a boolean value", word.value);
            let diagnostic = Diagnostic::new(Code::BoolInvalid, message, word.span);
            self.diagnostics.push(diagnostic.with_help("compare it with `==` or `in`, or test it with `defined`"));
            None
        }
    }

    /// The values of one side of a comparison, sorted.
    fn set(&mut self, word: &Word) -> Option<Rc<ExpandedValues>> {
        let Some(name) = name_behind(word, b'@') else {
            return Some(Rc::new(ExpandedValues::new(vec![stored(word).into()], false)));
        };
        self.variables.compare(name);
        let diagnostic = match self.variables.expand(name, &mut AutomaticVariables::default(), self.diagnostics) {
            Ok(expanded) => {
                self.variables.forget_errors();
                return expanded;
            }
            Err(MissingVariable::Undeclared) if self.variables.incomplete => return None,
            Err(MissingVariable::Undeclared) => {
                let message = format!("variable `{}` is not declared", word.value);
                let mut diagnostic = Diagnostic::new(Code::VarRetrieve, message, word.span);
                self.variables.suggest(&mut diagnostic, name);
                diagnostic
            }
            Err(MissingVariable::Boolean(span)) => {
                let message = format!("boolean variable `{}` cannot be compared with values", word.value);
                let diagnostic = Diagnostic::new(Code::VarBoolInSet, message, word.span);
                diagnostic.and_label(span, "declared here").with_help("use a boolean variable by itself: `if $name`")
            }
        };
        self.diagnostics.push(diagnostic);
        None
    }

    fn compare(
        &mut self,
        left: &ExpandedValues,
        op: &Spanned<Compare>,
        right: &ExpandedValues,
        span: Span,
    ) -> Option<bool> {
        let (a, b) = (left.values.as_slice(), right.values.as_slice());
        let ordering = match op.value {
            Compare::Equal => return Some(a == b),
            Compare::NotEqual => return Some(a != b),
            Compare::In => return Some(a.iter().all(|value| b.binary_search(value).is_ok())),
            _ => match (number(a), number(b)) {
                (OperandView::Number(a), OperandView::Number(b)) => a.cmp(&b),
                (OperandView::Text, OperandView::Text) => a.cmp(b),
                (OperandView::TooLarge, _) | (_, OperandView::TooLarge) => {
                    self.diagnostics.push(Diagnostic::new(Code::NumRange, "number out of range", span));
                    return None;
                }
                _ => {
                    let message = "a number can only be compared with a number";
                    self.diagnostics.push(Diagnostic::new(Code::CmpMixed, message, span));
                    return None;
                }
            },
        };
        Some(match op.value {
            Compare::Less => ordering.is_lt(),
            Compare::LessEqual => ordering.is_le(),
            Compare::Greater => ordering.is_gt(),
            _ => ordering.is_ge(),
        })
    }
}

/// The view that `<` and similar operators have of a set.
enum OperandView {
    Number(i64),
    TooLarge,
    Text,
}

/// A set counts as a number if it has one value that C's `strtol` reads to its end, base found by the prefix.
fn number(values: &[Text]) -> OperandView {
    let [value] = values else { return OperandView::Text };
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let start = value.iter().position(|byte| !blank(byte)).unwrap_or(value.len());
    let text = value.get(start..).unwrap_or_default();
    let (sign, digits) = match text {
        [b'-', digits @ ..] => ("-", digits),
        [b'+', digits @ ..] => ("", digits),
        _ => ("", text),
    };
    let (radix, digits) = match digits {
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => (16, digits),
        [b'0', ..] => (8, digits),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.iter().all(|&digit| char::from(digit).is_digit(radix)) {
        return OperandView::Text;
    }
    let digits = String::from_utf8_lossy(digits);
    match i64::from_str_radix(&format!("{sign}{digits}"), radix) {
        Ok(number) => OperandView::Number(number),
        Err(_) => OperandView::TooLarge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(name_behind(b"@{X}", b'@'), Some(&b"X"[..]));
        assert_eq!(name_behind(b"@X", b'@'), Some(&b"X"[..]));
        assert_eq!(name_behind(b"${X}", b'$'), Some(&b"X"[..]));
        assert_eq!(name_behind(b"/@{X}", b'@'), None);
        assert_eq!(name_behind(b"@{X}/y", b'@'), None);
        assert_eq!(name_behind(b"@{}", b'@'), None);
    }

    #[test]
    fn numbers() {
        for (text, expected) in [
            ("10", Some(10)),
            ("010", Some(8)),
            ("0x10", Some(16)),
            (" -7", Some(-7)),
            ("+5", Some(5)),
            ("08", None),
            ("", None),
            ("1a", None),
            ("-", None),
            ("0x", None),
        ] {
            let found = match number(&[Text::from(text)]) {
                OperandView::Number(n) => Some(n),
                _ => None,
            };
            assert_eq!(found, expected, "{text:?}");
        }
        assert!(matches!(number(&["99999999999999999999".into()]), OperandView::TooLarge));
        assert!(matches!(number(&["1".into(), "2".into()]), OperandView::Text));
    }
}
