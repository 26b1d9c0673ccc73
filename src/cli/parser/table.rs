//! Every option with its names.

/// The argument of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    None,
    Required,
    /// Attached only: `-hdump`, `--help=dump`.
    Optional,
}

/// The meaning of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptionMeaning {
    Add,
    Binary,
    Base,
    SubdomainFs,
    Help,
    Replace,
    Version,
    Complain,
    Include,
    Remove,
    Names,
    Stdout,
    Ofile,
    MatchString,
    FeaturesFile,
    Quiet,
    SkipKernelLoad,
    Verbose,
    Namespace,
    ReadImpliesX,
    SkipCache,
    SkipReadCache,
    WriteCache,
    ShowCache,
    CacheLoc,
    Debug,
    Dump,
    Optimize,
    Preprocess,
    Jobs,
    CompressLevel,
    SkipBadCache,
    PurgeCache,
    CreateCacheDir,
    AbortOnError,
    SkipBadCacheRebuild,
    Warn,
    Werror,
    DebugCache,
    MaxJobs,
    PrintCacheDir,
    KernelFeatures,
    PolicyFeatures,
    PrintConfigFile,
    OverridePolicyAbi,
    ConfigFile,
    EstimatedCompileSize,
    PromptCompat,
    PrintPromptCompat,
    DfaCacheLoc,
    ShowDfaCache,
    /// `-P`: known, and refused without a word.
    Refused,
}

/// A long option.
pub(super) struct LongOption {
    pub(super) name: &'static str,
    pub(super) argument: Argument,
    pub(super) option: OptionMeaning,
}

/// A short option.
pub(super) struct ShortOption {
    pub(super) letter: u8,
    pub(super) argument: Argument,
    pub(super) option: OptionMeaning,
}

const fn long(name: &'static str, argument: Argument, option: OptionMeaning) -> LongOption {
    LongOption { name, argument, option }
}

const fn short(letter: u8, argument: Argument, option: OptionMeaning) -> ShortOption {
    ShortOption { letter, argument, option }
}

use Argument::{None, Optional, Required};

/// The long options in the order of the reference's table, which shows in messages about ambiguous beginnings.
pub(super) const LONG: &[LongOption] = &[
    long("add", None, OptionMeaning::Add),
    long("binary", None, OptionMeaning::Binary),
    long("base", Required, OptionMeaning::Base),
    long("subdomainfs", Required, OptionMeaning::SubdomainFs),
    long("help", Optional, OptionMeaning::Help),
    long("replace", None, OptionMeaning::Replace),
    long("reload", None, OptionMeaning::Replace),
    long("version", None, OptionMeaning::Version),
    long("complain", None, OptionMeaning::Complain),
    long("Complain", None, OptionMeaning::Complain),
    long("Include", Required, OptionMeaning::Include),
    long("remove", None, OptionMeaning::Remove),
    long("names", None, OptionMeaning::Names),
    long("stdout", None, OptionMeaning::Stdout),
    long("ofile", Required, OptionMeaning::Ofile),
    long("match-string", Required, OptionMeaning::MatchString),
    long("features-file", Required, OptionMeaning::FeaturesFile),
    long("quiet", None, OptionMeaning::Quiet),
    long("skip-kernel-load", None, OptionMeaning::SkipKernelLoad),
    long("verbose", None, OptionMeaning::Verbose),
    long("namespace", Required, OptionMeaning::Namespace),
    long("readimpliesX", None, OptionMeaning::ReadImpliesX),
    long("skip-cache", None, OptionMeaning::SkipCache),
    long("skip-read-cache", None, OptionMeaning::SkipReadCache),
    long("write-cache", None, OptionMeaning::WriteCache),
    long("show-cache", None, OptionMeaning::ShowCache),
    long("cache-loc", Required, OptionMeaning::CacheLoc),
    long("debug", Optional, OptionMeaning::Debug),
    long("dump", Required, OptionMeaning::Dump),
    long("Dump", Required, OptionMeaning::Dump),
    long("optimize", Required, OptionMeaning::Optimize),
    long("Optimize", Required, OptionMeaning::Optimize),
    long("preprocess", None, OptionMeaning::Preprocess),
    long("jobs", Required, OptionMeaning::Jobs),
    long("zstd-compress-level", Optional, OptionMeaning::CompressLevel),
    long("skip-bad-cache", None, OptionMeaning::SkipBadCache),
    long("purge-cache", None, OptionMeaning::PurgeCache),
    long("create-cache-dir", None, OptionMeaning::CreateCacheDir),
    long("abort-on-error", None, OptionMeaning::AbortOnError),
    long("skip-bad-cache-rebuild", None, OptionMeaning::SkipBadCacheRebuild),
    long("warn", Required, OptionMeaning::Warn),
    long("Werror", Optional, OptionMeaning::Werror),
    long("debug-cache", None, OptionMeaning::DebugCache),
    long("max-jobs", Required, OptionMeaning::MaxJobs),
    long("print-cache-dir", None, OptionMeaning::PrintCacheDir),
    long("kernel-features", Required, OptionMeaning::KernelFeatures),
    long("policy-features", Required, OptionMeaning::PolicyFeatures),
    long("compile-features", Required, OptionMeaning::PolicyFeatures),
    long("print-config-file", None, OptionMeaning::PrintConfigFile),
    long("override-policy-abi", Required, OptionMeaning::OverridePolicyAbi),
    long("config-file", Required, OptionMeaning::ConfigFile),
    long("estimated-compile-size", Required, OptionMeaning::EstimatedCompileSize),
    long("prompt-compat", Required, OptionMeaning::PromptCompat),
    // Version 5.0.2 wants a value and ignores it; later versions take none.
    long("print-prompt-compat", Optional, OptionMeaning::PrintPromptCompat),
    // Of version 6.0, where it is built with a cache of automata.
    long("dfa-cache-loc", Required, OptionMeaning::DfaCacheLoc),
    long("show-dfa-cache", None, OptionMeaning::ShowDfaCache),
];

/// The short options.
pub(super) const SHORT: &[ShortOption] = &[
    short(b'a', None, OptionMeaning::Add),
    short(b'd', Optional, OptionMeaning::Debug),
    short(b'f', Required, OptionMeaning::SubdomainFs),
    short(b'h', Optional, OptionMeaning::Help),
    short(b'r', None, OptionMeaning::Replace),
    short(b'R', None, OptionMeaning::Remove),
    short(b'V', None, OptionMeaning::Version),
    short(b'v', None, OptionMeaning::Verbose),
    short(b'I', Required, OptionMeaning::Include),
    short(b'b', Required, OptionMeaning::Base),
    short(b'B', None, OptionMeaning::Binary),
    short(b'C', None, OptionMeaning::Complain),
    short(b'D', Required, OptionMeaning::Dump),
    short(b'N', None, OptionMeaning::Names),
    short(b'S', None, OptionMeaning::Stdout),
    short(b'm', Required, OptionMeaning::MatchString),
    short(b'M', Required, OptionMeaning::FeaturesFile),
    short(b'q', None, OptionMeaning::Quiet),
    short(b'Q', None, OptionMeaning::SkipKernelLoad),
    short(b'n', Required, OptionMeaning::Namespace),
    short(b'X', None, OptionMeaning::ReadImpliesX),
    short(b'K', None, OptionMeaning::SkipCache),
    short(b'T', None, OptionMeaning::SkipReadCache),
    short(b'W', None, OptionMeaning::WriteCache),
    short(b'k', None, OptionMeaning::ShowCache),
    short(b'L', Required, OptionMeaning::CacheLoc),
    short(b'O', Required, OptionMeaning::Optimize),
    short(b'P', None, OptionMeaning::Refused),
    short(b'p', None, OptionMeaning::Preprocess),
    short(b'o', Required, OptionMeaning::Ofile),
    short(b'j', Required, OptionMeaning::Jobs),
    short(b'c', Optional, OptionMeaning::CompressLevel),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (index, long) in LONG.iter().enumerate() {
            assert!(LONG.iter().skip(index + 1).all(|other| other.name != long.name), "{}", long.name);
        }
        for (index, short) in SHORT.iter().enumerate() {
            assert!(SHORT.iter().skip(index + 1).all(|other| other.letter != short.letter), "{}", short.letter);
        }
    }
}
