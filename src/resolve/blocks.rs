//! Qualifier blocks: what their prefix does to the rules in them, and what the reference compiler would make of those.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::{Prefix, RuleMode};
use crate::source::{Span, Spanned};

/// The blocks around an item of a body.
#[derive(Clone, Debug, Default)]
pub(super) struct EnclosingBlocks {
    /// Whether it stands in a branch of a conditional.
    branch: bool,
    /// The prefixes of the blocks around it, outermost first.
    blocks: Vec<Spanned<Prefix>>,
    /// The combined prefix of these blocks.
    combined: Prefix,
}

impl EnclosingBlocks {
    /// The place of the innermost block's prefix.
    pub(super) fn block(&self) -> Option<Span> {
        self.blocks.last().map(|prefix| prefix.span)
    }

    /// Whether it stands in a branch of a conditional.
    pub(super) fn is_branch(&self) -> bool {
        self.branch
    }

    /// The inside of a branch in this scope.
    pub(super) fn branch(&self) -> EnclosingBlocks {
        EnclosingBlocks { branch: true, ..self.clone() }
    }

    /// The inside of a block in this scope.
    pub(super) fn enter(&self, prefix: Spanned<Prefix>, diagnostics: &mut Diagnostics) -> EnclosingBlocks {
        let mut inner = self.clone();
        match self.fill(prefix.value, prefix.span, diagnostics) {
            Some(combined) => inner.combined = combined,
            None => {
                // The inner prefix stands alone, so that the contradiction is reported once.
                inner.combined = prefix.value;
                inner.blocks.clear();
            }
        }
        inner.blocks.push(prefix);
        inner
    }

    /// Fills the parts that a prefix leaves open in from the blocks around it; `None` where it contradicts them.
    pub(super) fn fill(&self, inner: Prefix, span: Span, diagnostics: &mut Diagnostics) -> Option<Prefix> {
        let outer = self.combined;
        let mut contradiction = |inner: String, outer: String| {
            let mut diagnostic = Diagnostic::new(
                Code::BlockMode,
                format!("`{inner}` contradicts the `{outer}` of the block around it"),
                span,
            );
            for block in &self.blocks {
                diagnostic = diagnostic.and_label(block.span, "the prefix of the block");
            }
            diagnostics.push(diagnostic.with_help("move the rule out of the block"));
        };
        let mut right = true;
        if let (Some(a), Some(b)) = (inner.mode, outer.mode)
            && a != b
        {
            contradiction(mode_name(a).into(), mode_name(b).into());
            right = false;
        }
        if let (Some(a), Some(b)) = (inner.owner, outer.owner)
            && a != b
        {
            contradiction(format!("{a:?}").to_lowercase(), format!("{b:?}").to_lowercase());
            right = false;
        }
        right.then_some(Prefix {
            priority: inner.priority,
            audit: inner.audit || outer.audit,
            mode: inner.mode.or(outer.mode),
            owner: inner.owner.or(outer.owner),
        })
    }

    /// Describes how the reference compiler treats a file, link or change_profile rule with the prefix `written`, if that
    /// differs from `effective`. It replaces mode and priority by the block's, and never clears its audit mark.
    pub(super) fn difference(&self, written: &Prefix, effective: &Prefix) -> Option<String> {
        let mut mark = marked(written.audit, written.mode);
        let mut mode = written.mode;
        for block in self.blocks.iter().rev() {
            mode = block.mode;
            mark |= marked(block.audit, block.mode);
        }
        let mode = mode.unwrap_or(RuleMode::Allow);
        let ours = effective.mode.unwrap_or(RuleMode::Allow);
        if mode != ours {
            Some(format!(
                "apparmor_parser compiles this rule of a block as `{}`, not `{}`",
                mode_name(mode),
                mode_name(ours)
            ))
        } else if mark != marked(effective.audit, effective.mode) {
            Some("apparmor_parser logs this rule of a block differently".into())
        } else if effective.priority != 0 {
            Some("apparmor_parser gives this rule of a block priority 0".into())
        } else {
            None
        }
    }
}

fn mode_name(mode: RuleMode) -> &'static str {
    match mode {
        RuleMode::Allow => "allow",
        RuleMode::Deny => "deny",
        RuleMode::Prompt => "prompt",
    }
}

/// The reference compiler's audit mark: "log" on what is allowed, "be quiet" on what is denied.
fn marked(audit: bool, mode: Option<RuleMode>) -> bool {
    audit != (mode == Some(RuleMode::Deny))
}
