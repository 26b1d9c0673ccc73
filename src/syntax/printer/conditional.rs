//! `if … { … } else if … { … } else { … }`

use super::item::Printer;
use super::line::PrintedRule;
use crate::source::Spanned;
use crate::syntax::ast::{Compare, Conditional, Else, Expr};
use crate::syntax::word::Word;

impl Printer {
    pub(super) fn conditional(&mut self, conditional: &Conditional) {
        self.header(&head(conditional));
        self.append(b" ");
        self.block(&conditional.then);
        let mut otherwise = conditional.otherwise.as_ref();
        while let Some(written) = otherwise {
            self.append(b" else ");
            otherwise = match written {
                Else::Block(block) => {
                    self.block(block);
                    None
                }
                Else::If(conditional) => {
                    let mut text = Vec::new();
                    head(conditional).write(&mut text, 0, b"");
                    self.append(&text);
                    self.append(b" ");
                    self.block(&conditional.then);
                    conditional.otherwise.as_ref()
                }
            };
        }
    }
}

fn head(conditional: &Conditional) -> PrintedRule {
    let mut line = PrintedRule::new();
    line.part("if");
    line.part(expression(&conditional.condition));
    line
}

/// The text of an expression, on one line.
pub(super) fn expression(expression: &Expr) -> Vec<u8> {
    let mut out = Vec::new();
    write(expression, &mut out);
    out
}

/// Writes an expression; returns whether its last word would run on over a closing parenthesis, as words that begin like a path do.
fn write(expression: &Expr, out: &mut Vec<u8>) -> bool {
    match expression {
        Expr::Or(operands) => join(operands, b" or ", out, |operand| matches!(operand, Expr::Or(_))),
        Expr::And(operands) => join(operands, b" and ", out, |operand| matches!(operand, Expr::Or(_) | Expr::And(_))),
        Expr::Not(operand) => {
            out.extend_from_slice(b"not ");
            nested(operand, matches!(operand.value, Expr::Or(_) | Expr::And(_)), out)
        }
        Expr::Paren(inner) => nested(inner, true, out),
        Expr::Defined(variable) => {
            out.extend_from_slice(b"defined ");
            word(variable, out)
        }
        Expr::Bool(operand) | Expr::Operand(operand) => word(operand, out),
        Expr::Compare { left, op, right } => {
            word(left, out);
            out.push(b' ');
            out.extend_from_slice(operator(op.value));
            out.push(b' ');
            word(right, out)
        }
    }
}

fn word(word: &Word, out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(word);
    matches!(word.first(), Some(b'/' | b'@' | b':' | b'&'))
}

/// Writes operands; those that bind less than the operator get the parentheses that a parsed tree has anyway.
fn join(operands: &[Spanned<Expr>], operator: &[u8], out: &mut Vec<u8>, binds_less: impl Fn(&Expr) -> bool) -> bool {
    let mut runs_on = false;
    for (i, operand) in operands.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(operator);
        }
        runs_on = nested(operand, binds_less(operand), out);
    }
    runs_on
}

/// Writes an operand, in parentheses where it needs them.
fn nested(operand: &Expr, parentheses: bool, out: &mut Vec<u8>) -> bool {
    if !parentheses {
        return write(operand, out);
    }
    out.push(b'(');
    if write(operand, out) {
        out.push(b' ');
    }
    out.push(b')');
    false
}

fn operator(op: Compare) -> &'static [u8] {
    match op {
        Compare::Equal => b"==",
        Compare::NotEqual => b"!=",
        Compare::In => b"in",
        Compare::Less => b"<",
        Compare::LessEqual => b"<=",
        Compare::Greater => b">",
        Compare::GreaterEqual => b">=",
    }
}

#[cfg(test)]
mod tests {
    use super::expression;
    use crate::source::Spanned;
    use crate::syntax::ast::Expr;

    fn operand(text: &str) -> Spanned<Expr> {
        Spanned::bare(Expr::Operand(Spanned::bare(text.into())))
    }

    #[test]
    fn a_word_that_begins_like_a_path_does_not_swallow_the_parenthesis() {
        let inner = Expr::And(vec![operand("a"), operand("/b")]);
        assert_eq!(expression(&Expr::Paren(Box::new(Spanned::bare(inner)))), b"(a and /b )");
        assert_eq!(expression(&Expr::Paren(Box::new(operand("a")))), b"(a)");
    }

    #[test]
    fn a_tree_without_parentheses_keeps_its_meaning() {
        let either = Spanned::bare(Expr::Or(vec![operand("a"), operand("b")]));
        assert_eq!(expression(&Expr::Not(Box::new(either.clone()))), b"not (a or b)");
        assert_eq!(expression(&Expr::And(vec![either, operand("c")])), b"(a or b) and c");
    }
}
