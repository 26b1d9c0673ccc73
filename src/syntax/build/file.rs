//! File, link and `change_profile` rules.

use super::bare;
use crate::syntax::ast::{ChangeProfileRule, FileBody, FileLetters, FileRule, LinkRule, Rule, Safety};
use crate::syntax::{Pattern, ProfileName};
use crate::vocab::{ExecMode, FilePermissions, Vocabulary};

impl FileRule {
    /// Permissions for the files that match a path. Without permissions and [exec](FileRule::exec) the rule is no rule: the
    /// compiler refuses it.
    ///
    /// ```
    /// use armorer::ast::{FileRule, Rule};
    /// use armorer::vocab::{ExecMode, FilePermissions};
    /// use armorer::{Pattern, ProfileName};
    ///
    /// let data = FileRule::new(Pattern::glob("/srv/*.db")?, FilePermissions::READ | FilePermissions::WRITE);
    /// assert_eq!(Rule::from(data).to_string(), "/srv/*.db rw,");
    /// let tool = FileRule::new(Pattern::literal("/usr/bin/tool")?, "r".parse()?).exec(ExecMode::INHERIT);
    /// assert_eq!(Rule::from(tool).to_string(), "/usr/bin/tool rix,");
    /// let helper = FileRule::new(Pattern::literal("/usr/bin/helper")?, FilePermissions::NONE);
    /// let helper = helper.exec(ExecMode::PROFILE).target(&ProfileName::new("helper")?);
    /// assert_eq!(Rule::from(helper).to_string(), "/usr/bin/helper Px -> helper,");
    ///
    /// let secrets = Pattern::glob("/etc/ssl/private/**")?;
    /// assert_eq!(FileRule::deny(secrets.clone(), "r".parse()?).to_string(), "deny /etc/ssl/private/** r,");
    /// assert_eq!(FileRule::allow(secrets, "r".parse()?).to_string(), "/etc/ssl/private/** r,");
    /// assert_eq!(Rule::from(FileRule::all()).to_string(), "file,");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(path: Pattern, permissions: FilePermissions) -> FileRule {
        let permissions = bare(FileLetters::new(permissions, None));
        let body = FileBody::Access { leading: false, subset: false, path: bare(path), permissions, target: None };
        FileRule { keyword: false, safety: None, body }
    }

    /// `file,`: every permission to every file.
    #[must_use]
    pub fn all() -> FileRule {
        FileRule { keyword: true, safety: None, body: FileBody::All }
    }

    /// A rule that grants: `Rule::allow(FileRule::new(path, permissions))`.
    #[must_use]
    pub fn allow(path: Pattern, permissions: FilePermissions) -> Rule {
        Rule::allow(FileRule::new(path, permissions))
    }

    /// A rule that refuses: `Rule::deny(FileRule::new(path, permissions))`.
    #[must_use]
    pub fn deny(path: Pattern, permissions: FilePermissions) -> Rule {
        Rule::deny(FileRule::new(path, permissions))
    }

    /// The same rule with exec permission; no change for `file,`, which has it.
    #[must_use]
    pub fn exec(mut self, mode: ExecMode) -> FileRule {
        if let FileBody::Access { permissions, .. } = &mut self.body {
            *permissions = bare(FileLetters::new(permissions.permissions(), Some(mode)));
        }
        // `unsafe ix` has no letters of its own.
        let scrubs = mode.with_environment(false).to_word() == mode.to_word();
        self.safety = (mode.keeps_environment() && scrubs).then_some(Safety::Unsafe);
        self
    }

    /// The same rule, whose exec leads to this profile; no change for `file,`.
    #[must_use]
    pub fn target(mut self, profile: &ProfileName) -> FileRule {
        if let FileBody::Access { target, .. } = &mut self.body {
            *target = Some(bare(profile.written()));
        }
        self
    }
}

impl LinkRule {
    /// Permission to make `link` a hard link to `target`.
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{LinkRule, Rule};
    ///
    /// let rule = LinkRule::new(Pattern::glob("/srv/backup/**")?, Pattern::glob("/srv/data/**")?).subset();
    /// assert_eq!(Rule::from(rule).to_string(), "link subset /srv/backup/** -> /srv/data/**,");
    /// # Ok::<(), armorer::PatternError>(())
    /// ```
    #[must_use]
    pub fn new(link: Pattern, target: Pattern) -> LinkRule {
        LinkRule { subset: false, link: bare(link), target: bare(target) }
    }

    /// The same rule for links that have no more permissions than their target.
    #[must_use]
    pub fn subset(self) -> LinkRule {
        LinkRule { subset: true, ..self }
    }
}

impl ChangeProfileRule {
    /// Permission to change to a profile.
    ///
    /// ```
    /// use armorer::ast::{ChangeProfileRule, Rule, Safety};
    /// use armorer::{Pattern, ProfileName};
    ///
    /// let shell = ChangeProfileRule::new(&ProfileName::new("shell")?);
    /// let shell = shell.at_exec(Pattern::literal("/bin/sh")?, Safety::Safe);
    /// assert_eq!(Rule::from(shell).to_string(), "change_profile safe /bin/sh -> shell,");
    /// assert_eq!(Rule::from(ChangeProfileRule::any()).to_string(), "change_profile,");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(profile: &ProfileName) -> ChangeProfileRule {
        ChangeProfileRule { safety: None, exec: None, target: Some(bare(profile.written())) }
    }

    /// Permission to change to any profile.
    #[must_use]
    pub fn any() -> ChangeProfileRule {
        ChangeProfileRule { safety: None, exec: None, target: None }
    }

    /// The same rule, for a change at the exec of a program.
    #[must_use]
    pub fn at_exec(self, program: Pattern, safety: Safety) -> ChangeProfileRule {
        ChangeProfileRule { safety: Some(safety), exec: Some(bare(program)), ..self }
    }
}
