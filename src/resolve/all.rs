//! `all,`: one bare rule of each kind.

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{
    Exec, ExecFallback, ExecKind, FileAccess, FileRule, Glob, LinkTarget, Prefix, Rule, RuleKind, RuleMode,
};
use crate::source::{Span, Text};
use crate::syntax::ast::{self, MountOperation};

use super::body::Body;
use super::{Resolver, lower};

/// Every path.
const ANYTHING: &str = "/{**,}";

/// Any other exec rule wins over that of `all`.
const EXEC_PRIORITY: i32 = -2;

impl Resolver<'_> {
    /// Expands `all` with the prefix in effect.
    pub(super) fn all(&mut self, prefix: Prefix, span: Span, body: &mut Body) {
        if prefix.mode == Some(RuleMode::Deny) {
            let message = "apparmor_parser denies files to their owner only here, and logs the other way round";
            self.diagnostics.push(Diagnostic::new(Code::RefDenyAll, message, span));
        }
        for kind in bare() {
            let mut context = lower::Context {
                diagnostics: &mut self.diagnostics,
                kernel: &self.options.kernel,
                policy: &self.policy,
            };
            if let Some(kind) = lower::kind(&kind, &prefix, span, &mut context) {
                self.push(Rule { prefix, kind, span }, body);
            }
        }
        let kind = if prefix.mode == Some(RuleMode::Deny) { ExecKind::Bare } else { ExecKind::Inherit };
        let exec = Exec { kind, fallback: ExecFallback::None, keeps_environment: false, target: None };
        self.push(Rule { prefix, kind: file(FileAccess::ALL, None, span), span }, body);
        let prefix = Prefix { priority: EXEC_PRIORITY, ..prefix };
        self.push(Rule { prefix, kind: file(FileAccess::default(), Some(exec), span), span }, body);
    }
}

fn file(access: FileAccess, exec: Option<Exec>, span: Span) -> RuleKind {
    let path = Glob::new(Text::from(ANYTHING), span);
    RuleKind::File(FileRule { path, access, exec, link: LinkTarget::Any, unused_target: None })
}

/// A bare rule of each kind but for files, in the order of `apparmor.d(5)`'s `ALL RULE`.
fn bare() -> Vec<ast::RuleKind> {
    use ast::RuleKind::{Capability, Dbus, IoUring, Mqueue, Network, PivotRoot, Ptrace, Signal, Unix, Userns};
    let none = Vec::new;
    let mount = |operation| {
        ast::RuleKind::Mount(ast::MountRule {
            operation,
            conditions: none(),
            source: None,
            point_conditions: none(),
            point: None,
        })
    };
    vec![
        Capability(ast::CapabilityRule { names: Vec::new() }),
        Network(ast::NetworkRule { permissions: None, sockets: Vec::new(), conditions: none(), peer: None }),
        mount(MountOperation::Mount),
        mount(MountOperation::Remount),
        mount(MountOperation::Umount),
        PivotRoot(ast::PivotRootRule { conditions: none(), new_root: None, target: None }),
        Unix(ast::UnixRule { permissions: None, conditions: none(), peer: None }),
        Dbus(ast::DbusRule { permissions: None, conditions: none(), peer: None }),
        Signal(ast::SignalRule { permissions: None, conditions: none() }),
        Ptrace(ast::PtraceRule { permissions: None, conditions: none() }),
        Mqueue(ast::MqueueRule { permissions: None, conditions: none(), name: None }),
        Userns(ast::UsernsRule { create: false }),
        IoUring(ast::IoUringRule { permissions: None, conditions: none(), group: None }),
    ]
}
