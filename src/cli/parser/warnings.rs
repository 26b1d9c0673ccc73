//! Classes of warnings, and which of armorer's codes belong to each.

use crate::diagnostic::Code;

/// A set of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WarningClasses(u32);

const fn class(number: u32) -> WarningClasses {
    WarningClasses(1 << number)
}

impl WarningClasses {
    pub(super) const NONE: WarningClasses = WarningClasses(0);
    pub(super) const NOT_ENFORCED: WarningClasses = class(0);
    pub(super) const DOWNGRADED: WarningClasses = class(1);
    pub(super) const ABI: WarningClasses = class(2);
    pub(super) const DEPRECATED: WarningClasses = class(3);
    pub(super) const CONFIG: WarningClasses = class(4);
    pub(super) const CACHE: WarningClasses = class(5);
    pub(super) const DEBUG_CACHE: WarningClasses = class(6);
    pub(super) const JOBS: WarningClasses = class(7);
    pub(super) const DANGEROUS: WarningClasses = class(8);
    pub(super) const UNEXPECTED: WarningClasses = class(9);
    pub(super) const FORMAT: WarningClasses = class(10);
    pub(super) const MISSING: WarningClasses = class(11);
    pub(super) const OVERRIDE: WarningClasses = class(12);
    pub(super) const POUND_INCLUDE: WarningClasses = class(13);
    /// Advice of armorer that the reference does not give: shown with `--warn=all`, and never an error, as callers turn all
    /// warnings into errors to have the reference's verdict.
    pub(super) const ADVICE: WarningClasses = class(14);

    /// The warnings that are on by default.
    pub(super) const DEFAULT: WarningClasses =
        Self::CONFIG.with(Self::CACHE).with(Self::JOBS).with(Self::UNEXPECTED).with(Self::OVERRIDE);
    /// For those who write policy.
    const DEV: WarningClasses = Self::NAMED.without(Self::CONFIG).without(Self::CACHE).without(Self::JOBS);
    /// All that have a name.
    const NAMED: WarningClasses = WarningClasses((1 << 14) - 1);
    const ALL: WarningClasses = Self::NAMED.with(Self::ADVICE);

    const fn with(self, other: WarningClasses) -> WarningClasses {
        WarningClasses(self.0 | other.0)
    }

    const fn without(self, other: WarningClasses) -> WarningClasses {
        WarningClasses(self.0 & !other.0)
    }

    /// Whether it has all of the other.
    pub(super) const fn contains(self, other: WarningClasses) -> bool {
        self.0 & other.0 == other.0
    }

    /// All that warnings can be turned into errors by.
    pub(super) const fn every_error() -> WarningClasses {
        Self::NAMED
    }

    /// Adds a class, or takes away one (`no-NAME`); `None` for an unknown name.
    pub(super) fn change(self, name: &str) -> Option<WarningClasses> {
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
pub(super) const NAMES: &[(&str, WarningClasses, &str)] = &[
    ("rule-not-enforced", WarningClasses::NOT_ENFORCED, "rules that the kernel does not mediate"),
    ("rule-downgraded", WarningClasses::DOWNGRADED, "rules that the kernel mediates only in part"),
    ("abi", WarningClasses::ABI, "files without an abi rule, or with two different ones"),
    ("deprecated", WarningClasses::DEPRECATED, "deprecated syntax"),
    ("config", WarningClasses::CONFIG, "the configuration file"),
    ("cache", WarningClasses::CACHE, "the cache"),
    ("debug-cache", WarningClasses::DEBUG_CACHE, "reasons why a cache file is not used"),
    ("jobs", WarningClasses::JOBS, "the number of jobs"),
    ("dangerous", WarningClasses::DANGEROUS, "dangerous policy"),
    ("unexpected", WarningClasses::UNEXPECTED, "unexpected conditions"),
    ("format", WarningClasses::FORMAT, "needless or misleading spelling"),
    ("missing", WarningClasses::MISSING, "missing values with a default"),
    ("override", WarningClasses::OVERRIDE, "options that override the policy"),
    ("dev", WarningClasses::DEV, "hints for writing policy"),
    ("pound-include", WarningClasses::POUND_INCLUDE, "#include"),
    ("all", WarningClasses::ALL, "all warnings, including armorer's own"),
];

/// The class that a diagnostic belongs to.
pub(super) fn class_of(code: Code) -> WarningClasses {
    match code {
        Code::NotEnforced => WarningClasses::NOT_ENFORCED,
        Code::Downgraded => WarningClasses::DOWNGRADED,
        Code::AbiDiffers | Code::AbiMissing => WarningClasses::ABI,
        Code::PathName | Code::UpperCasePerms | Code::MountSource | Code::LinkExecTarget => WarningClasses::DEPRECATED,
        Code::DangerousUx => WarningClasses::DANGEROUS,
        Code::AareEscape => WarningClasses::FORMAT,
        Code::RlimitUnit => WarningClasses::MISSING,
        Code::PoundInclude => WarningClasses::POUND_INCLUDE,
        _ => WarningClasses::ADVICE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_the_reference_shows_them() {
        let default = WarningClasses::DEFAULT;
        assert_eq!(default.names(), "config, cache, jobs, unexpected, override");
        let all = "rule-not-enforced, rule-downgraded, abi, deprecated, config, cache, debug-cache, jobs, dangerous, \
                   unexpected, format, missing, override, dev, pound-include, all";
        assert_eq!(default.change("dev").unwrap().names(), all);
        assert_eq!(default.change("all").unwrap().names(), all);
        assert_eq!(default.change("no-all").unwrap(), WarningClasses::NONE);
        assert_eq!(default.change("all").unwrap().change("no-dev").unwrap().names(), "config, cache, jobs");
        assert_eq!(default.change("foo"), None);
        assert!(!default.change("dev").unwrap().contains(WarningClasses::ADVICE));
        assert!(default.change("all").unwrap().contains(WarningClasses::ADVICE));
    }

    #[test]
    fn the_default_is_quiet_about_texts() {
        assert!(!Code::ALL.iter().any(|&code| WarningClasses::DEFAULT.contains(class_of(code))));
    }
}
