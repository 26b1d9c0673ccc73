//! The attachment of a profile: which executables it applies to.

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::glob::{self, Nul};
use super::support::Support;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Profile, slashes};
use crate::vocab::file as bits;

/// The parts of an attachment automaton.
#[derive(Debug)]
pub(super) struct AttachmentParts {
    pub(super) contributions: Vec<Contribution>,
    /// The rank among overlapping attachments.
    pub(super) length: u32,
}

/// The attachment of a profile. `None` where it has none (the kernel then compares the name) or where a pattern is bad, which is
/// then reported.
pub(super) fn encode(
    profile: &Profile,
    support: &Support,
    reports: &mut DiagnosticCollector,
) -> Option<AttachmentParts> {
    let Profile { attachment, name_glob, alias_attachments, xattrs, .. } = profile;
    if !support.xattrs && !xattrs.is_empty() {
        reports.not_enforced(profile.span, "conditions on extended attributes, and the profile attaches without them");
    }
    // The name must be a pattern with a meaning even where nothing is made of it.
    if let (None, Err(error)) = (attachment, glob::read(&name_glob.value, Nul::Excluded)) {
        let message = format!("the profile name `{}` is not a valid pattern: {error}", profile.name);
        reports.push(Diagnostic::new(Code::ProfileAare, message, name_glob.span).with_help(error.help()));
        return None;
    }
    let needed = attachment.is_some()
        || !alias_attachments.is_empty()
        || !xattrs.is_empty()
        || glob::is_pattern(&name_glob.value);
    if !needed {
        return None;
    }
    let first = attachment.as_ref().unwrap_or(name_glob);
    let paths: Option<Vec<Expression>> = std::iter::once(first)
        .chain(alias_attachments)
        .map(|path| reports.text(&slashes::filter(&path.value), path.span, Nul::Excluded))
        .collect();
    let path = match <[Expression; 1]>::try_from(paths?) {
        Ok([only]) => only,
        Err(several) => Expression::alternation(several),
    };
    let length = path.length();
    let origin = ContributionOrigin::allow(0, profile.span);
    let mut expression = path;
    let mut contributions = vec![origin.grant(expression.clone(), bits::EXEC)];
    if support.xattrs {
        // Each attribute has an accepting state, so that the kernel can tell how many of them matched.
        for (_, value) in xattrs.iter().rev() {
            let value = match value {
                Some(value) => reports.glob(value, Nul::Allowed)?,
                None => Expression::anything(),
            };
            expression = Expression::concat([expression, Expression::out_of_band(), Expression::nul(), value]);
            contributions.push(origin.grant(expression.clone(), bits::EXEC));
        }
    }
    Some(AttachmentParts { contributions, length })
}
