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
pub(super) enum Opt {
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
pub(super) struct Long {
    pub(super) name: &'static str,
    pub(super) argument: Argument,
    pub(super) option: Opt,
}

/// A short option.
pub(super) struct Short {
    pub(super) letter: u8,
    pub(super) argument: Argument,
    pub(super) option: Opt,
}

const fn long(name: &'static str, argument: Argument, option: Opt) -> Long {
    Long { name, argument, option }
}

const fn short(letter: u8, argument: Argument, option: Opt) -> Short {
    Short { letter, argument, option }
}

use Argument::{None, Optional, Required};

/// The long options in the order of the reference's table, which shows in messages about ambiguous beginnings.
pub(super) const LONG: &[Long] = &[
    long("add", None, Opt::Add),
    long("binary", None, Opt::Binary),
    long("base", Required, Opt::Base),
    long("subdomainfs", Required, Opt::SubdomainFs),
    long("help", Optional, Opt::Help),
    long("replace", None, Opt::Replace),
    long("reload", None, Opt::Replace),
    long("version", None, Opt::Version),
    long("complain", None, Opt::Complain),
    long("Complain", None, Opt::Complain),
    long("Include", Required, Opt::Include),
    long("remove", None, Opt::Remove),
    long("names", None, Opt::Names),
    long("stdout", None, Opt::Stdout),
    long("ofile", Required, Opt::Ofile),
    long("match-string", Required, Opt::MatchString),
    long("features-file", Required, Opt::FeaturesFile),
    long("quiet", None, Opt::Quiet),
    long("skip-kernel-load", None, Opt::SkipKernelLoad),
    long("verbose", None, Opt::Verbose),
    long("namespace", Required, Opt::Namespace),
    long("readimpliesX", None, Opt::ReadImpliesX),
    long("skip-cache", None, Opt::SkipCache),
    long("skip-read-cache", None, Opt::SkipReadCache),
    long("write-cache", None, Opt::WriteCache),
    long("show-cache", None, Opt::ShowCache),
    long("cache-loc", Required, Opt::CacheLoc),
    long("debug", Optional, Opt::Debug),
    long("dump", Required, Opt::Dump),
    long("Dump", Required, Opt::Dump),
    long("optimize", Required, Opt::Optimize),
    long("Optimize", Required, Opt::Optimize),
    long("preprocess", None, Opt::Preprocess),
    long("jobs", Required, Opt::Jobs),
    long("zstd-compress-level", Optional, Opt::CompressLevel),
    long("skip-bad-cache", None, Opt::SkipBadCache),
    long("purge-cache", None, Opt::PurgeCache),
    long("create-cache-dir", None, Opt::CreateCacheDir),
    long("abort-on-error", None, Opt::AbortOnError),
    long("skip-bad-cache-rebuild", None, Opt::SkipBadCacheRebuild),
    long("warn", Required, Opt::Warn),
    long("Werror", Optional, Opt::Werror),
    long("debug-cache", None, Opt::DebugCache),
    long("max-jobs", Required, Opt::MaxJobs),
    long("print-cache-dir", None, Opt::PrintCacheDir),
    long("kernel-features", Required, Opt::KernelFeatures),
    long("policy-features", Required, Opt::PolicyFeatures),
    long("compile-features", Required, Opt::PolicyFeatures),
    long("print-config-file", None, Opt::PrintConfigFile),
    long("override-policy-abi", Required, Opt::OverridePolicyAbi),
    long("config-file", Required, Opt::ConfigFile),
    long("estimated-compile-size", Required, Opt::EstimatedCompileSize),
    long("prompt-compat", Required, Opt::PromptCompat),
    // Version 5.0.2 wants a value and ignores it; later versions take none.
    long("print-prompt-compat", Optional, Opt::PrintPromptCompat),
    // Of version 6.0, where it is built with a cache of automata.
    long("dfa-cache-loc", Required, Opt::DfaCacheLoc),
    long("show-dfa-cache", None, Opt::ShowDfaCache),
];

/// The short options.
pub(super) const SHORT: &[Short] = &[
    short(b'a', None, Opt::Add),
    short(b'd', Optional, Opt::Debug),
    short(b'f', Required, Opt::SubdomainFs),
    short(b'h', Optional, Opt::Help),
    short(b'r', None, Opt::Replace),
    short(b'R', None, Opt::Remove),
    short(b'V', None, Opt::Version),
    short(b'v', None, Opt::Verbose),
    short(b'I', Required, Opt::Include),
    short(b'b', Required, Opt::Base),
    short(b'B', None, Opt::Binary),
    short(b'C', None, Opt::Complain),
    short(b'D', Required, Opt::Dump),
    short(b'N', None, Opt::Names),
    short(b'S', None, Opt::Stdout),
    short(b'm', Required, Opt::MatchString),
    short(b'M', Required, Opt::FeaturesFile),
    short(b'q', None, Opt::Quiet),
    short(b'Q', None, Opt::SkipKernelLoad),
    short(b'n', Required, Opt::Namespace),
    short(b'X', None, Opt::ReadImpliesX),
    short(b'K', None, Opt::SkipCache),
    short(b'T', None, Opt::SkipReadCache),
    short(b'W', None, Opt::WriteCache),
    short(b'k', None, Opt::ShowCache),
    short(b'L', Required, Opt::CacheLoc),
    short(b'O', Required, Opt::Optimize),
    short(b'P', None, Opt::Refused),
    short(b'p', None, Opt::Preprocess),
    short(b'o', Required, Opt::Ofile),
    short(b'j', Required, Opt::Jobs),
    short(b'c', Optional, Opt::CompressLevel),
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
