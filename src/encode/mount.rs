//! `mount`, `remount` and `umount` rules: `CLASS mount point, NUL, source, NUL, type, NUL, flags`; umount has the mount point alone.
//!
//! Flags are the bytes *bit number + 1* in ascending order. Each command of the kernel looks at its own flags, so a rule that does
//! not say which command it is about becomes one expression for each.

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::glob::Nul;
use super::support::Support;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Glob, MountOperation, MountRule};
use crate::vocab::{classes, mount as flags};

/// The permission to mount or remount.
const MOUNT: u32 = 0x2;
/// The permission to unmount.
const UMOUNT: u32 = 0x4;
/// A byte that is no flag; that it may follow says nothing, and stands for "no flags".
const NO_FLAG: u8 = 0xfe;
/// Flags that make a rule one about propagation.
const CHANGES_TYPE: u32 = flags::PROPAGATION | flags::REC;

/// Adds what a rule contributes; `None` where it cannot be encoded.
pub(super) fn encode(
    rule: &MountRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    if !support.mount {
        reports.not_enforced(origin.span, "mounts");
        return Some(());
    }
    let class = Expression::literal([classes::MOUNT]);
    let point = reports.condition(rule.point.as_ref(), Expression::any_field)?;
    if rule.operation == MountOperation::Umount {
        out.push(origin.grant(class.then(point), UMOUNT));
        return Some(());
    }
    let fields = MountFields {
        point: rule.point.is_some().then_some(point),
        source: match &rule.source {
            Some(source) => Some(self::source(source, reports)?),
            None => None,
        },
        source_as_written: match &rule.source {
            Some(source) => Some(reports.glob(source, Nul::Excluded)?),
            None => None,
        },
        fstypes: fstypes(&rule.fstypes, reports)?,
    };
    let (required, optional) = flag_sets(rule);
    let mut strings = Vec::new();
    let mut new_for_fstype = false;
    for &required in &required {
        for &optional in &optional {
            let commands = commands(required, optional, &fields);
            let narrowed = required != 0 && required != flags::EVERY && required & flags::COMMANDS != 0;
            new_for_fstype |= narrowed && commands == [MountCommand::New];
            strings.extend(commands.into_iter().map(|command| fields.string(command, required, optional)));
        }
    }
    if strings.is_empty() {
        let message = "no mount operation has these flags with this source, mount point and type";
        let help = "write the mount point after `->`, and no `fstype` with bind, move, remount and propagation flags";
        reports.push(Diagnostic::new(Code::MountEncode, message, origin.span).with_help(help));
        return None;
    }
    if new_for_fstype {
        let message =
            "`fstype`, source or mount point do not fit these flags, so that the rule only applies to new mounts";
        reports.push(Diagnostic::new(Code::MountFstype, message, origin.span));
    }
    out.extend(strings.into_iter().map(|string| origin.grant(class.clone().then(string), MOUNT)));
    Some(())
}

/// A mount command of the kernel, which decides the strings that it looks up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MountCommand {
    Remount,
    Bind,
    ChangeType,
    Move,
    New,
}

/// The fields of a rule; `None` where nothing is written.
struct MountFields {
    point: Option<Expression>,
    source: Option<Expression>,
    /// The source where it is taken for a mount point: `detached` is a name then.
    source_as_written: Option<Expression>,
    fstypes: Option<Expression>,
}

impl MountFields {
    /// Returns the text after the class byte.
    fn string(&self, command: MountCommand, required: u32, optional: u32) -> Expression {
        let field = |value: Option<&Expression>| value.cloned().unwrap_or_else(Expression::any_field);
        let (point, source, fstypes) = (self.point.as_ref(), self.source.as_ref(), self.fstypes.as_ref());
        let (point, source, fstypes, mask) = match command {
            MountCommand::Remount => (point, None, None, flags::REMOUNT_MASK),
            MountCommand::Bind => (point, source, None, flags::BIND_MASK),
            // A rule without mount point means its source: an old way to write it.
            MountCommand::ChangeType => (point.or(self.source_as_written.as_ref()), None, None, flags::MAKE_MASK),
            MountCommand::Move => (point, source, None, flags::MOVE_MASK),
            MountCommand::New => (point, source, fstypes, flags::NEW_MASK),
        };
        let fields = [field(point), field(source), field(fstypes)];
        let fields = fields.into_iter().flat_map(|field| [field, Expression::nul()]);
        Expression::concat(fields.chain([flag_bytes(required & mask, optional & mask)]))
    }
}

/// The commands that a rule is about.
fn commands(required: u32, optional: u32, fields: &MountFields) -> Vec<MountCommand> {
    let (source, typed) = (fields.source.is_some(), fields.fstypes.is_some());
    let both = source && fields.point.is_some();
    let possible = |command: MountCommand| match command {
        MountCommand::Remount => !source && !typed,
        MountCommand::Bind | MountCommand::Move => !typed,
        MountCommand::ChangeType => !both && !typed,
        MountCommand::New => true,
    };
    let all =
        [MountCommand::Remount, MountCommand::Bind, MountCommand::ChangeType, MountCommand::Move, MountCommand::New];
    let asked = |command: MountCommand| match command {
        MountCommand::Remount => required & flags::REMOUNT != 0,
        MountCommand::Bind => required & flags::BIND != 0,
        MountCommand::ChangeType => required & CHANGES_TYPE != 0,
        MountCommand::Move => required & flags::MOVE != 0,
        MountCommand::New => (required | optional) & !flags::COMMANDS != 0,
    };
    let possible = all.into_iter().filter(|&command| possible(command));
    if required == 0 || required == flags::EVERY {
        possible.collect()
    } else {
        possible.filter(|&command| asked(command)).take(1).collect()
    }
}

/// The sets of flags that must be set and that may be set; the rule is about every pair.
fn flag_sets(rule: &MountRule) -> (Vec<u32>, Vec<u32>) {
    let remount = if rule.operation == MountOperation::Remount { flags::REMOUNT } else { 0 };
    let required: Vec<u32> = rule.options.iter().map(|list| list.set | remount).collect();
    let optional: Vec<u32> = rule.optional.iter().map(|list| list.set | list.clear).collect();
    match (required.is_empty(), optional.is_empty()) {
        (true, true) if remount != 0 => (vec![remount], vec![flags::REMOUNT_MASK & !remount]),
        (true, true) => (vec![flags::EVERY], vec![flags::EVERY]),
        (true, false) => (vec![remount], optional),
        (false, true) => (required, vec![0]),
        (false, false) => (required, optional),
    }
}

fn flag_bytes(required: u32, optional: u32) -> Expression {
    let mut bytes = Vec::new();
    for bit in 0_u8..32 {
        let byte = Expression::literal([bit + 1]);
        if optional >> bit & 1 == 1 {
            bytes.push(byte.optional());
        } else if required >> bit & 1 == 1 {
            bytes.push(byte);
        }
    }
    if bytes.is_empty() { Expression::literal([NO_FLAG]).optional() } else { Expression::concat(bytes) }
}

/// The source; the kernel has none for a detached mount.
fn source(source: &Glob, reports: &mut DiagnosticCollector) -> Option<Expression> {
    if source.value.as_bytes() == b"detached" {
        return Some(Expression::EMPTY);
    }
    reports.condition(Some(source), Expression::any_field)
}

fn fstypes(fstypes: &[Glob], reports: &mut DiagnosticCollector) -> Option<Option<Expression>> {
    if fstypes.is_empty() {
        return Some(None);
    }
    let each: Option<Vec<Expression>> =
        fstypes.iter().map(|fstype| reports.condition(Some(fstype), Expression::any_field)).collect();
    Some(Some(Expression::alternation(each?)))
}
