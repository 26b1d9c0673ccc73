//! Classes of warnings, and which of armorer's codes belong to each.

use crate::diagnostic::Code;

/// A set of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Classes(u32);

const fn class(number: u32) -> Classes {
    Classes(1 << number)
}

impl Classes {
    pub(super) const NONE: Classes = Classes(0);
    pub(super) const NOT_ENFORCED: Classes = class(0);
    pub(super) const DOWNGRADED: Classes = class(1);
    pub(super) const ABI: Classes = class(2);
    pub(super) const DEPRECATED: Classes = class(3);
    pub(super) const CONFIG: Classes = class(4);
    pub(super) const CACHE: Classes = class(5);
    pub(super) const DEBUG_CACHE: Classes = class(6);
    pub(super) const JOBS: Classes = class(7);
    pub(super) const DANGEROUS: Classes = class(8);
    pub(super) const UNEXPECTED: Classes = class(9);
    pub(super) const FORMAT: Classes = class(10);
    pub(super) const MISSING: Classes = class(11);
    pub(super) const OVERRIDE: Classes = class(12);
    pub(super) const POUND_INCLUDE: Classes = class(13);
    /// Advice of armorer that the reference does not give: shown with `--warn=all`, and never an error, as callers turn all
    /// warnings into errors to have the reference's verdict.
    pub(super) const ADVICE: Classes = class(14);

    /// On unless somebody says otherwise.
    pub(super) const DEFAULT: Classes =
        Self::CONFIG.with(Self::CACHE).with(Self::JOBS).with(Self::UNEXPECTED).with(Self::OVERRIDE);
    /// For those who write policy.
    const DEV: Classes = Self::NAMED.without(Self::CONFIG).without(Self::CACHE).without(Self::JOBS);
    /// All that have a name.
    const NAMED: Classes = Classes((1 << 14) - 1);
    const ALL: Classes = Self::NAMED.with(Self::ADVICE);

    const fn with(self, other: Classes) -> Classes {
        Classes(self.0 | other.0)
    }

    const fn without(self, other: Classes) -> Classes {
        Classes(self.0 & !other.0)
    }

    /// Whether it has all of the other.
    pub(super) const fn contains(self, other: Classes) -> bool {
        self.0 & other.0 == other.0
    }

    /// All that warnings can be turned into errors by.
    pub(super) const fn every_error() -> Classes {
        Self::NAMED
    }

    /// Adds a class, or takes away one (`no-NAME`); `None` for an unknown name.
    pub(super) fn change(self, name: &str) -> Option<Classes> {
        let (plain, add) = name.strip_prefix("no-").map_or((name, true), |plain| (plain, false));
        let &(_, classes, _) = NAMES.iter().find(|&&(known, ..)| known == plain)?;
        Some(if add { self.with(classes) } else { self.without(classes) })
    }

    /// The names of what is in it, groups where all of them is.
    pub(super) fn names(self) -> String {
        let inside = NAMES.iter().filter(|&&(_, classes, _)| self.contains(classes.without(Self::ADVICE)));
        inside.map(|&(name, ..)| name).collect::<Vec<_>>().join(", ")
    }
}

/// Every name with its classes and meaning.
pub(super) const NAMES: &[(&str, Classes, &str)] = &[
    ("rule-not-enforced", Classes::NOT_ENFORCED, "rules that the kernel does not mediate"),
    ("rule-downgraded", Classes::DOWNGRADED, "rules that the kernel mediates only in part"),
    ("abi", Classes::ABI, "files without an abi rule, or with two different ones"),
    ("deprecated", Classes::DEPRECATED, "deprecated syntax"),
    ("config", Classes::CONFIG, "the configuration file"),
    ("cache", Classes::CACHE, "the cache"),
    ("debug-cache", Classes::DEBUG_CACHE, "reasons why a cache file is not used"),
    ("jobs", Classes::JOBS, "the number of jobs"),
    ("dangerous", Classes::DANGEROUS, "dangerous policy"),
    ("unexpected", Classes::UNEXPECTED, "unexpected conditions"),
    ("format", Classes::FORMAT, "needless or misleading spelling"),
    ("missing", Classes::MISSING, "missing values with a default"),
    ("override", Classes::OVERRIDE, "options that override the policy"),
    ("dev", Classes::DEV, "hints for writing policy"),
    ("pound-include", Classes::POUND_INCLUDE, "#include"),
    ("all", Classes::ALL, "all warnings, including armorer's own"),
];

/// The class that a diagnostic belongs to.
pub(super) fn class_of(code: Code) -> Classes {
    match code {
        Code::NotEnforced => Classes::NOT_ENFORCED,
        Code::Downgraded => Classes::DOWNGRADED,
        Code::AbiDiffers | Code::AbiMissing => Classes::ABI,
        Code::PathName | Code::UpperCasePerms | Code::MountSource | Code::LinkExecTarget => Classes::DEPRECATED,
        Code::DangerousUx => Classes::DANGEROUS,
        Code::AareEscape => Classes::FORMAT,
        Code::RlimitUnit => Classes::MISSING,
        Code::PoundInclude => Classes::POUND_INCLUDE,
        _ => Classes::ADVICE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_the_reference_shows_them() {
        let default = Classes::DEFAULT;
        assert_eq!(default.names(), "config, cache, jobs, unexpected, override");
        let all = "rule-not-enforced, rule-downgraded, abi, deprecated, config, cache, debug-cache, jobs, dangerous, \
                   unexpected, format, missing, override, dev, pound-include, all";
        assert_eq!(default.change("dev").unwrap().names(), all);
        assert_eq!(default.change("all").unwrap().names(), all);
        assert_eq!(default.change("no-all").unwrap(), Classes::NONE);
        assert_eq!(default.change("all").unwrap().change("no-dev").unwrap().names(), "config, cache, jobs");
        assert_eq!(default.change("foo"), None);
        assert!(!default.change("dev").unwrap().contains(Classes::ADVICE));
        assert!(default.change("all").unwrap().contains(Classes::ADVICE));
    }

    #[test]
    fn the_default_is_quiet_about_texts() {
        assert!(!Code::ALL.iter().any(|&code| Classes::DEFAULT.contains(class_of(code))));
    }
}
