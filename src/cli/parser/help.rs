//! Texts about the program itself.

use std::fmt::Write;

use super::{flags, warnings};

/// The output of `--version`. Programs take the last word of the first line for the version whose behaviour they may expect:
/// that of the reference, not armorer's.
pub(super) const VERSION: &str = "AppArmor parser version 5.0.2
Copyright (C) 1999-2008 Novell Inc.
Copyright 2009-2018 Canonical Ltd.
";

/// Returns the output of `--help`.
pub(super) fn usage(program: &str) -> String {
    format!(
        "armorer {version}, drop-in replacement for apparmor_parser 5.0.2

Usage: {program} [options] [profile file or directory]...
Without an operand the profile is read from standard input.

Actions:
  -a, --add                   Load new profiles; fails if one is already loaded [default]
  -r, --replace, --reload     Load profiles, replacing loaded ones of the same name
  -R, --remove                Remove profiles from the kernel
  -N, --names                 Print the names of the profiles
  -S, --stdout                Write the compiled policy to standard output
  -o, --ofile FILE            Write the compiled policy to a file
  -p, --preprocess            Print the text with all included files
  -V, --version               Print the version of apparmor_parser that is emulated
  -h[X], --help[=X]           Print this text, or the topic warn, optimize or dump
      --print-cache-dir       Print the directories of the cache
      --print-config-file     Print the path of the configuration file
      --print-prompt-compat   Print how prompt rules are compiled
      --purge-cache           Empty the cache

Options:
  -b, --base DIR              Directory of profiles, <...> includes, disable/ and force-complain/
  -I, --Include DIR           Search <...> includes there first
  -f, --subdomainfs DIR       Directory with .load, .replace and .remove
  -C, --complain              Load all profiles in complain mode
  -B, --binary                Inputs are compiled policy
  -n, --namespace NS          Put all profiles into a namespace
  -X, --readimpliesX          Reading a file implies mapping it executable
  -Q, --skip-kernel-load      Do everything except loading
  -q, --quiet                 Do not print warnings
  -v, --verbose               Print the loaded profiles
  -d[jobs], --debug[=jobs]    Print the parsed profiles, or trace the jobs
  -D, --Dump X                Print variables or expanded-variables
  -O, --Optimize X            Accepted for compatibility, without effect
  -j, --jobs N                Number of parallel jobs: 0, N, xN, auto, max
      --max-jobs N            Maximum number of parallel jobs
      --abort-on-error        Stop at the first input that fails
      --estimated-compile-size N[KB|MB|GB]
                              Accepted for compatibility, without effect
  -c[L], --zstd-compress-level[=L]
                              Compression level, for kernels that accept compressed policy
      --warn X                Show a class of warnings (--help=warn)
      --Werror[=X]            Treat shown warnings, or a class of them, as errors
      --config-file FILE      Configuration file [default: {config}]

The cache:
  -K, --skip-cache            Neither read nor write the cache
  -T, --skip-read-cache       Do not read the cache
  -W, --write-cache           Write the cache
  -k, --show-cache            Report how the cache is used
  -L, --cache-loc DIR[,DIR]   Directories of the cache; the first is written
      --skip-bad-cache        Neither create nor clear a cache directory
      --skip-bad-cache-rebuild
                              Do not recompile policy that the kernel rejects
      --create-cache-dir      Accepted for compatibility, without effect
      --debug-cache           Report why a cache file is not used
      --dfa-cache-loc DIR     Accepted for compatibility, without effect
      --show-dfa-cache        Report for each profile that its automata are not cached

Features:
  -M, --features-file FILE    Features of the kernel and of the policy
  -m, --match-string TEXT     The same, given as text
      --kernel-features FILE  Features of the kernel
      --policy-features FILE  Features of policy without an abi rule
      --override-policy-abi FILE
                              Features of all policy
      --prompt-compat X       How prompt rules are compiled: permsv2, default, ignore, flag
",
        version = env!("CARGO_PKG_VERSION"),
        config = super::options::CONFIG_FILE,
    )
}

/// Returns the output of `--help=TOPIC`; `None` for unknown topics.
pub(super) fn topic(topic: &str) -> Option<String> {
    let mut text = String::new();
    let mut line = |name: &str, meaning: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {name:<30}{meaning}");
    };
    match topic {
        "warn" | "Werror" => {
            line("show", "print the enabled warnings");
            for &(name, _, meaning) in warnings::NAMES {
                line(&format!("[no-]{name}"), meaning);
            }
        }
        "optimize" | "O" => {
            line("show", "print the default");
            for &(name, negatable) in flags::OPTIMIZE {
                line(&if negatable { format!("[no-]{name}") } else { name.to_owned() }, "accepted, without effect");
            }
        }
        "dump" | "D" => {
            line("variables", "print the variables as written");
            line("expanded-variables", "print the variables with references expanded");
            for name in flags::DUMP {
                line(&format!("[no-]{name}"), "accepted, without effect");
            }
        }
        _ => return None,
    }
    Some(text)
}
