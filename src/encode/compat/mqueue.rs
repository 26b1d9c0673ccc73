//! Rules about message queues.

use crate::diagnostic::{Code, Diagnostic};
use crate::encode::contribution::DiagnosticCollector;
use crate::encode::mqueue::kinds;
use crate::encode::support::Support;
use crate::policy::MqueueRule;

/// A rule for queues of both kinds with a label.
pub(super) fn rule(rule: &MqueueRule, support: &Support, reports: &mut DiagnosticCollector) {
    if let (Some(label), (true, true)) = (&rule.label, kinds(rule, support)) {
        let message = "apparmor_parser encodes the label of a System V queue twice, so that the rule never matches";
        reports.push(Diagnostic::new(Code::RefQueueLabel, message, label.span));
    }
}
