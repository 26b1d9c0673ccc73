//! The variables of one input file, and what their values expand to.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::compat;
use crate::diagnostic::{Code, Detail, Diagnostic, Diagnostics};
use crate::source::{Span, Spanned, Text};
use crate::syntax::ast::AssignOp;

use super::expanded::ValueProduct;
use crate::syntax::variable_reference::{TextPart, pieces};

pub(super) use super::expanded::{AUTOMATIC, AutomaticVariables, ExpandedValues, Expansion, MAX_TEXT, MAX_VALUES};

/// The most text that all expansions for one input file make, in bytes. The largest real file needs a few megabytes.
pub(super) const MAX_TOTAL: usize = 256 << 20;

/// Every variable and what is known of its values. Assignments forget what was expanded, so a comparison freezes nothing.
#[derive(Debug, Default)]
pub(super) struct Variables {
    declared: FxHashMap<Text, Variable>,
    /// Expansions that no automatic variable takes part in.
    expanded: FxHashMap<Text, Expansion>,
    /// Values of those that automatic variables take part in, in the first profile that uses them; whether another had others.
    first: FxHashMap<Text, (Rc<ExpandedValues>, bool)>,
    /// The variables that a comparison used: the reference compiler keeps their values of that moment.
    compared: FxHashSet<Text>,
    /// Whether text that might declare variables is missing: then undeclared ones are not reported.
    pub(super) incomplete: bool,
    /// Bytes of expanded text so far.
    total: usize,
    exhausted: bool,
}

#[derive(Debug)]
struct Variable {
    span: Span,
    value: VariableContents,
}

/// The value of a variable.
#[derive(Debug)]
pub(super) enum VariableContents {
    /// Values in stored form, as assigned.
    Set(Vec<Spanned<Text>>),
    /// `true` or `false`; `None` after an error in the expression.
    Bool(Option<bool>),
}

/// Reasons why a variable cannot be expanded here.
pub(super) enum MissingVariable {
    /// It is not declared.
    Undeclared,
    /// It is a boolean, declared there.
    Boolean(Span),
}

impl Variables {
    /// Declares, adds to or replaces a set variable.
    pub(super) fn assign_set(
        &mut self,
        name: &Spanned<Text>,
        op: AssignOp,
        values: impl Iterator<Item = Spanned<Text>>,
        diagnostics: &mut Diagnostics,
    ) {
        let declared = self.declared.get_mut(&name.value);
        match (op, declared) {
            (AssignOp::Set, Some(before)) => {
                diagnostics.push(
                    Diagnostic::new(
                        Code::VarRedeclared,
                        format!("variable `@{{{}}}` is declared twice", name.value),
                        name.span,
                    )
                    .and_label(before.span, "first declared here")
                    .with_help("write `+=` to add values, `:=` to replace them, or `?=` to set a default"),
                );
                return;
            }
            (AssignOp::Add, Some(Variable { value: VariableContents::Set(known), .. })) => {
                known.extend(values);
                if self.compared.contains(&name.value) {
                    compat::added_after_comparison(name, diagnostics);
                }
            }
            (AssignOp::Add, before) => {
                let message = match before {
                    Some(_) => format!("boolean variable `{}` does not take values", name.value),
                    None => format!("variable `@{{{}}}` is not declared", name.value),
                };
                let mut diagnostic = Diagnostic::new(Code::VarAddUndeclared, message, name.span);
                match before {
                    Some(before) => diagnostic = diagnostic.and_label(before.span, "declared here"),
                    None => {
                        let detail = Detail::Undeclared { variable: name.value.clone(), nearest: None };
                        diagnostic = diagnostic.with_help("declare it with `=` first").with_detail(detail);
                    }
                }
                diagnostics.push(diagnostic);
                return;
            }
            (AssignOp::Default, Some(_)) => return,
            (AssignOp::Set | AssignOp::Default | AssignOp::Replace, _) => {
                let value = VariableContents::Set(values.collect());
                self.declared.insert(name.value.clone(), Variable { span: name.span, value });
            }
        }
        self.expanded.clear();
    }

    /// Declares or replaces a boolean variable.
    pub(super) fn assign_bool(
        &mut self,
        name: &Spanned<Text>,
        op: &Spanned<AssignOp>,
        value: Option<bool>,
        diagnostics: &mut Diagnostics,
    ) {
        match (op.value, self.declared.get(&name.value)) {
            (AssignOp::Add, _) => {
                let message = format!("`+=` on the boolean variable `${}`", name.value);
                diagnostics.push(
                    Diagnostic::new(Code::BoolAdd, message, op.span).with_help("write `:=` to replace its value"),
                );
            }
            (AssignOp::Set, Some(before)) => diagnostics.push(
                Diagnostic::new(
                    Code::VarRedeclared,
                    format!("variable `${}` is declared twice", name.value),
                    name.span,
                )
                .and_label(before.span, "first declared here")
                .with_help("write `:=` to replace its value, or `?=` to set a default"),
            ),
            (AssignOp::Default, Some(_)) => {}
            (AssignOp::Set | AssignOp::Default | AssignOp::Replace, _) => {
                self.declared
                    .insert(name.value.clone(), Variable { span: name.span, value: VariableContents::Bool(value) });
                self.expanded.clear();
            }
        }
    }

    /// Returns the value of a variable, and the place of its declaration.
    pub(super) fn get(&self, name: &[u8]) -> Option<(&VariableContents, Span)> {
        self.declared.get(name).map(|variable| (&variable.value, variable.span))
    }

    /// The names of all declared variables, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &Text> {
        self.declared.keys()
    }

    /// Notes that a comparison looked at a variable, and through it at others.
    pub(super) fn compare(&mut self, name: &[u8]) {
        let mut open = vec![Text::from(name)];
        while let Some(name) = open.pop() {
            if let Some(Variable { value: VariableContents::Set(values), .. }) = self.declared.get(&name)
                && self.compared.insert(name)
            {
                let references = values.iter().flat_map(|value| pieces(value));
                open.extend(references.filter_map(|piece| match piece {
                    TextPart::Reference(name) => Some(Text::from(name)),
                    _ => None,
                }));
            }
        }
    }

    /// Adds expanded text to what the run has made so far; `false` where it grows past all measure.
    pub(super) fn charge(&mut self, bytes: usize, span: Span, diagnostics: &mut Diagnostics) -> bool {
        self.total = self.total.saturating_add(bytes);
        if self.total > MAX_TOTAL && !self.exhausted {
            self.exhausted = true;
            diagnostics.push(Diagnostic::new(
                Code::VarLimit,
                format!("variables and aliases expand this file to more than {} MiB", MAX_TOTAL >> 20),
                span,
            ));
        }
        !self.exhausted
    }

    /// The values of a variable, references in them multiplied out.
    ///
    /// `None` after an error in its values, which is reported once.
    pub(super) fn expand(
        &mut self,
        name: &[u8],
        automatic: &mut AutomaticVariables,
        diagnostics: &mut Diagnostics,
    ) -> Result<Expansion, MissingVariable> {
        if let Some(known) = self.known(name, automatic) {
            return Ok(known.clone());
        }
        match self.declared.get(name) {
            None => return Err(MissingVariable::Undeclared),
            Some(Variable { value: VariableContents::Bool(_), span }) => return Err(MissingVariable::Boolean(*span)),
            Some(Variable { value: VariableContents::Set(_), .. }) => {}
        }
        self.multiply_out(&name.into(), automatic, diagnostics);
        Ok(self.known(name, automatic).cloned().flatten())
    }

    /// Expands a declared set variable and those it refers to, innermost first. The depth is that of the text, so there is no
    /// recursion.
    fn multiply_out(&mut self, name: &Text, automatic: &mut AutomaticVariables, diagnostics: &mut Diagnostics) {
        let mut stack = vec![name.clone()];
        // Those whose own references are being expanded.
        let mut open: FxHashSet<Text> = FxHashSet::default();
        while let Some(top) = stack.last().cloned() {
            if self.known(&top, automatic).is_some() {
                stack.pop();
                continue;
            }
            let expansion = match self.needs(&top, automatic, &open) {
                Ok(needs) if needs.is_empty() => self.product(&top, automatic, diagnostics),
                Ok(needs) => {
                    open.insert(top);
                    stack.extend(needs);
                    continue;
                }
                Err(problem) => {
                    diagnostics.extend(problem.map(|problem| *problem));
                    None
                }
            };
            open.remove(&top);
            // What is wrong stays wrong whoever asks.
            if let Some(expanded) = expansion.as_ref().filter(|expanded| expanded.automatic) {
                self.compare_profiles(&top, expanded, diagnostics);
                automatic.expanded.insert(top, expansion);
            } else {
                self.expanded.insert(top, expansion);
            }
            stack.pop();
        }
    }

    fn known<'a>(&'a self, name: &[u8], automatic: &'a AutomaticVariables) -> Option<&'a Expansion> {
        automatic.values.get(name).or_else(|| self.expanded.get(name)).or_else(|| automatic.expanded.get(name))
    }

    /// The reference compiler gives a variable that automatic ones take part in the values it had in one profile everywhere.
    fn compare_profiles(&mut self, name: &Text, expanded: &Rc<ExpandedValues>, diagnostics: &mut Diagnostics) {
        let (first, reported) = self.first.entry(name.clone()).or_insert_with(|| (Rc::clone(expanded), false));
        if !*reported
            && first.values != expanded.values
            && let Some(variable) = self.declared.get(name)
        {
            *reported = true;
            compat::differs_between_profiles(name, variable.span, diagnostics);
        }
    }

    /// The variables that have to be expanded before `name` can be.
    fn needs(
        &self,
        name: &Text,
        automatic: &AutomaticVariables,
        open: &FxHashSet<Text>,
    ) -> Result<Vec<Text>, Option<Box<Diagnostic>>> {
        let Some(Variable { value: VariableContents::Set(values), .. }) = self.declared.get(name) else {
            return Ok(Vec::new());
        };
        let mut needs = Vec::new();
        for value in values {
            for piece in pieces(value) {
                let inner = match piece {
                    TextPart::Reference(inner) => Text::from(inner),
                    TextPart::BadName(bad) => return Err(Some(Box::new(bad_name(bad, value.span)))),
                    TextPart::Literal(_) | TextPart::OldAlternation(_) => continue,
                };
                if self.known(&inner, automatic).is_some() {
                    continue;
                }
                match self.declared.get(&inner) {
                    Some(Variable { value: VariableContents::Set(_), .. })
                        if inner == *name || open.contains(&inner) =>
                    {
                        let message = format!("variable `@{{{inner}}}` refers to itself");
                        return Err(Some(Box::new(Diagnostic::new(Code::VarRecursive, message, value.span))));
                    }
                    Some(Variable { value: VariableContents::Set(_), .. }) => needs.push(inner),
                    Some(Variable { value: VariableContents::Bool(_), span }) => {
                        let message = format!("boolean variable `{inner}` cannot be expanded");
                        let diagnostic = Diagnostic::new(Code::VarUndeclared, message, value.span);
                        return Err(Some(Box::new(diagnostic.and_label(*span, "declared here"))));
                    }
                    None if self.incomplete => return Err(None),
                    None => {
                        let message = format!("variable `@{{{inner}}}` is not declared");
                        let mut diagnostic = Diagnostic::new(Code::VarUndeclared, message, value.span);
                        self.suggest(&mut diagnostic, &inner);
                        return Err(Some(Box::new(diagnostic)));
                    }
                }
            }
        }
        Ok(needs)
    }

    /// The values of a variable whose references are all expanded.
    fn product(&mut self, name: &Text, automatic: &AutomaticVariables, diagnostics: &mut Diagnostics) -> Expansion {
        let Some(Variable { value: VariableContents::Set(values), span }) = self.declared.get(name) else {
            return None;
        };
        let span = *span;
        let mut product = ValueProduct::default();
        for value in values {
            let mut partial = vec![Vec::new()];
            for piece in pieces(value) {
                let fits = match piece {
                    TextPart::Literal(text) => product.append(&mut partial, &[text]),
                    TextPart::OldAlternation(text) => {
                        diagnostics.push(old_alternation(value.span));
                        product.append(&mut partial, &[text])
                    }
                    // `needs` has reported it.
                    TextPart::BadName(_) => return None,
                    TextPart::Reference(inner) => {
                        let expanded = self.known(inner, automatic)?.as_ref()?;
                        product.automatic |= expanded.automatic || AUTOMATIC.contains(&inner);
                        let endings: Vec<&[u8]> = expanded.values.iter().map(Text::as_bytes).collect();
                        product.append(&mut partial, &endings)
                    }
                };
                if !fits {
                    diagnostics.push(Diagnostic::new(
                        Code::VarLimit,
                        format!("variable `@{{{name}}}` expands to more than {MAX_VALUES} values or {MAX_TEXT} bytes"),
                        value.span,
                    ));
                    return None;
                }
            }
            product.text += partial.iter().map(Vec::len).sum::<usize>();
            product.values.extend(partial.into_iter().map(Text::from));
        }
        let ValueProduct { values, text, automatic } = product;
        let fits = self.charge(text, span, diagnostics);
        fits.then(|| Rc::new(ExpandedValues::new(values, automatic)))
    }

    /// Forgets what was wrong with values: where the automatic variables are there, it may not be.
    pub(super) fn forget_errors(&mut self) {
        self.expanded.retain(|_, expansion| expansion.is_some());
    }

    /// Reports a variable that is not declared, with the one that may be meant.
    pub(super) fn suggest(&self, diagnostic: &mut Diagnostic, name: &[u8]) {
        let mut names: Vec<_> = self.names().map(Text::to_str_lossy).collect();
        names.sort_unstable();
        let mut nearest = crate::vocab::nearest(name, names.iter().map(|name| &**name)).map(str::to_owned);
        if name == b"attach_path" || name == b"exec_path" {
            nearest = None;
            diagnostic.help = Some(
                "add an attachment: add an attachment: only profiles with an attachment have this variable".into(),
            );
        } else if let Some(near) = &nearest {
            diagnostic.help = Some(format!("did you mean `@{{{near}}}`?"));
        }
        diagnostic.detail = Some(Box::new(Detail::Undeclared { variable: name.into(), nearest }));
    }
}

/// The warning about `@{a,b}`.
pub(super) fn old_alternation(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::OldAlternation,
        "the comma makes this an alternation after a literal `@`, and later variables are not expanded",
        span,
    )
    .with_help(r"write `\@{a,b}` for an alternation")
}

/// The error about a reference with a name that none can have.
pub(super) fn bad_name(name: &[u8], span: Span) -> Diagnostic {
    Diagnostic::new(Code::VarName, format!("invalid variable name `{}`", name.escape_ascii()), span)
        .with_help(r"write a letter, followed by letters, digits and `_`; write `\@\{` for a literal `@{`")
}
