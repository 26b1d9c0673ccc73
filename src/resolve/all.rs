//! `all,`: one bare rule of each kind.

use crate::policy::{Exec, FileRule, Glob, LinkTarget, Prefix, Rule, RuleKind, RuleMode, RuleOrigin};
use crate::source::{Span, Text};
use crate::syntax::ast;
use crate::vocab::{ExecMode, FilePermissions, MountOperation};

use super::body::ProfileBody;
use super::{Resolver, compat, lower};

/// Every path.
const ANYTHING: &str = "/{**,}";

/// Any other exec rule wins over that of `all`.
const EXEC_PRIORITY: i32 = -2;

impl Resolver<'_> {
    /// Expands `all` with the prefix in effect.
    pub(super) fn all(&mut self, prefix: Prefix, span: Span, body: &mut ProfileBody) {
        compat::all(&prefix, span, &mut self.diagnostics);
        for kind in bare() {
            let mut context = lower::Context {
                diagnostics: &mut self.diagnostics,
                kernel: &self.options.kernel,
                policy: &self.policy,
            };
            if let Some(kind) = lower::kind(&kind, &prefix, span, &mut context) {
                self.push(Rule { prefix, kind, span, origin: RuleOrigin::All }, body);
            }
        }
        let mode = if prefix.mode == Some(RuleMode::Deny) { ExecMode::BARE } else { ExecMode::INHERIT };
        let exec = Exec { mode, target: None };
        let origin = RuleOrigin::All;
        self.push(Rule { prefix, kind: file(FilePermissions::ALL, None, span), span, origin }, body);
        let prefix = Prefix { priority: EXEC_PRIORITY, ..prefix };
        self.push(Rule { prefix, kind: file(FilePermissions::NONE, Some(exec), span), span, origin }, body);
    }
}

fn file(access: FilePermissions, exec: Option<Exec>, span: Span) -> RuleKind {
    let path = Glob::new(Text::from(ANYTHING), span);
    RuleKind::File(FileRule { path, access, exec, link: LinkTarget::Any, unused_target: None })
}

/// A bare rule of each kind but for files, in the order of `apparmor.d(5)`'s `ALL RULE`.
fn bare() -> Vec<ast::RuleKind> {
    use ast::RuleKind::{Capability, Dbus, IoUring, Mqueue, Network, PivotRoot, Ptrace, Signal, Unix, Userns};
    let mount = |operation| {
        ast::RuleKind::Mount(ast::MountRule {
            operation,
            conditions: Vec::new(),
            source: None,
            point_conditions: Vec::new(),
            point: None,
        })
    };
    vec![
        Capability(ast::CapabilityRule { names: Vec::new() }),
        Network(Box::new(ast::NetworkRule {
            permissions: None,
            family: None,
            socket: None,
            conditions: Vec::new(),
            peer: None,
        })),
        mount(MountOperation::Mount),
        mount(MountOperation::Remount),
        mount(MountOperation::Umount),
        PivotRoot(ast::PivotRootRule { conditions: Vec::new(), new_root: None, target: None }),
        Unix(ast::UnixRule { permissions: None, conditions: Vec::new(), peer: None }),
        Dbus(ast::DbusRule { permissions: None, conditions: Vec::new(), peer: None }),
        Signal(ast::SignalRule { permissions: None, conditions: Vec::new() }),
        Ptrace(ast::PtraceRule { permissions: None, conditions: Vec::new() }),
        Mqueue(ast::MqueueRule { permissions: None, conditions: Vec::new(), name: None }),
        Userns(ast::UsernsRule { create: false }),
        IoUring(ast::IoUringRule { permissions: None, conditions: Vec::new(), group: None }),
    ]
}
