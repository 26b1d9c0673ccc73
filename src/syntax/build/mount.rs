//! `mount`, `remount`, `umount` and `pivot_root` rules.

use super::{EmptyList, bare, condition, list, words};
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::ast::{ConditionOp, MountCondition, MountRule, PivotRootCondition, PivotRootRule};
use crate::vocab::{MountOperation, MountOption};

impl MountRule {
    /// Every operation of the kind given.
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{MountRule, Rule};
    /// use armorer::vocab::MountOperation;
    ///
    /// let rule = MountRule::new(MountOperation::Mount)
    ///     .fstype(Pattern::literal("tmpfs")?)
    ///     .options(["rw".parse()?, "nosuid".parse()?])?
    ///     .point(Pattern::literal("/run/app/")?);
    /// assert_eq!(Rule::from(rule).to_string(), "mount fstype=tmpfs options=(rw, nosuid) -> /run/app/,");
    ///
    /// let bind = MountRule::new(MountOperation::Mount)
    ///     .options_in(["bind".parse()?, "ro".parse()?])?
    ///     .source(Pattern::literal("/srv/data/")?);
    /// assert_eq!(Rule::from(bind).to_string(), "mount options in (bind, ro) /srv/data/,");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(operation: MountOperation) -> MountRule {
        MountRule { operation, conditions: Vec::new(), source: None, point_conditions: Vec::new(), point: None }
    }

    /// The same rule for one type of file system.
    #[must_use]
    pub fn fstype(mut self, fstype: Pattern) -> MountRule {
        self.conditions.push(condition("fstype", MountCondition::Fstype(vec![bare(fstype)])));
        self
    }

    /// The same rule for exactly these options.
    ///
    /// # Errors
    /// When there are none.
    pub fn options(mut self, options: impl IntoIterator<Item = MountOption>) -> Result<MountRule, EmptyList> {
        self.conditions.push(list("options", MountCondition::Options(words(options, "options")?)));
        Ok(self)
    }

    /// The same rule for any of these options.
    ///
    /// # Errors
    /// When there are none.
    pub fn options_in(mut self, options: impl IntoIterator<Item = MountOption>) -> Result<MountRule, EmptyList> {
        let mut condition = list("options", MountCondition::Options(words(options, "options")?));
        condition.value.op = Some(Spanned::bare(ConditionOp::In));
        self.conditions.push(condition);
        Ok(self)
    }

    /// The same rule for a device or directory that is mounted; `mount` only.
    #[must_use]
    pub fn source(self, source: Pattern) -> MountRule {
        MountRule { source: Some(bare(source)), ..self }
    }

    /// The same rule for a mount point.
    #[must_use]
    pub fn point(self, point: Pattern) -> MountRule {
        MountRule { point: Some(bare(point)), ..self }
    }
}

impl PivotRootRule {
    /// Any change of the root file system.
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{PivotRootRule, Rule};
    ///
    /// let rule = PivotRootRule::new()
    ///     .old_root(Pattern::literal("/new/old/")?)
    ///     .new_root(Pattern::literal("/new/")?);
    /// assert_eq!(Rule::from(rule).to_string(), "pivot_root oldroot=/new/old/ /new/,");
    /// # Ok::<(), armorer::PatternError>(())
    /// ```
    #[must_use]
    pub fn new() -> PivotRootRule {
        PivotRootRule { conditions: Vec::new(), new_root: None, target: None }
    }

    /// The same rule for a place that the old root is moved to.
    #[must_use]
    pub fn old_root(mut self, place: Pattern) -> PivotRootRule {
        self.conditions = vec![condition("oldroot", PivotRootCondition::OldRoot(vec![bare(place)]))];
        self
    }

    /// The same rule for a new root.
    #[must_use]
    pub fn new_root(self, place: Pattern) -> PivotRootRule {
        PivotRootRule { new_root: Some(bare(place)), ..self }
    }
}

impl Default for PivotRootRule {
    fn default() -> Self {
        PivotRootRule::new()
    }
}
