//! Texts about the program itself.

use std::fmt::Write;

use super::{flags, warnings};

/// What `--version` prints. Programs take the last word of the first line for the version whose behaviour they may expect: that
/// of the reference, not armorer's.
pub(super) const VERSION: &str = "AppArmor parser version 5.0.2
Copyright (C) 1999-2008 Novell Inc.
Copyright 2009-2018 Canonical Ltd.
";

/// What `--help` prints.
pub(super) fn usage(program: &str) -> String {
    format!(
        "armorer {version} in the place of apparmor_parser 5.0.2

Usage: {program} [options] [profile file or directory]...
Without an operand the profile is read from standard input.

What is done with the profiles:
  -a, --add                   Load them; they must be new [default]
  -r, --replace, --reload     Load them in the place of those with their names
  -R, --remove                Remove them from the kernel
  -N, --names                 Print their names
  -S, --stdout                Write the compiled policy to standard output
  -o, --ofile FILE            Write the compiled policy to a file
  -p, --preprocess            Print the text with all it includes
  -V, --version               Print the version that this program behaves as
  -h[X], --help[=X]           Print this text, or about warn, optimize, dump
      --print-cache-dir       Print the directories of the cache
      --print-config-file     Print the path of the configuration file
      --print-prompt-compat   Print how prompt rules are written
      --purge-cache           Empty the cache

How:
  -b, --base DIR              Directory of profiles, <...> includes, disable/ and force-complain/
  -I, --Include DIR           Look <...> includes up there before
  -f, --subdomainfs DIR       Directory with .load, .replace and .remove
  -C, --complain              All profiles in complain mode
  -B, --binary                The inputs are compiled policy
  -n, --namespace NS          Put all profiles into a namespace
  -X, --readimpliesX          Reading a file implies mapping it executable
  -Q, --skip-kernel-load      All but loading
  -q, --quiet                 No warnings
  -v, --verbose               Say what was loaded
  -d[jobs], --debug[=jobs]    Print the parsed profiles, or trace the jobs
  -D, --Dump X                Print variables or expanded-variables
  -O, --Optimize X            Accepted; armorer needs no such advice
  -j, --jobs N                Inputs compiled at a time: 0, N, xN, auto, max
      --max-jobs N            Most jobs
      --abort-on-error        Stop at the first input that fails
      --estimated-compile-size N[KB|MB|GB]
                              Accepted
  -c[L], --zstd-compress-level[=L]
                              Level of compression, for kernels that take compressed policy
      --warn X                Show a class of warnings (--help=warn)
      --Werror[=X]            Take shown warnings, or a class of them, for errors
      --config-file FILE      Configuration file [default: {config}]

The cache:
  -K, --skip-cache            Neither read nor write it
  -T, --skip-read-cache       Do not read it
  -W, --write-cache           Write it
  -k, --show-cache            Say what becomes of it
  -L, --cache-loc DIR[,DIR]   Where it is; the first is written
      --skip-bad-cache        Neither make nor empty a directory of it
      --skip-bad-cache-rebuild
                              Do not compile again what the kernel refuses
      --create-cache-dir      No effect
      --debug-cache           Say why a cache file is not used
      --dfa-cache-loc DIR     Accepted; armorer keeps no automata
      --show-dfa-cache        Say for each profile that its automata were not kept

Features:
  -M, --features-file FILE    Those of the kernel, and that the policy is written for
  -m, --match-string TEXT     The same from a text
      --kernel-features FILE  Those of the kernel
      --policy-features FILE  Those that policy without abi rule is written for
      --override-policy-abi FILE
                              Those that all policy is written for
      --prompt-compat X       How prompt rules are written: permsv2, default, ignore, flag
",
        version = env!("CARGO_PKG_VERSION"),
        config = super::options::CONFIG_FILE,
    )
}

/// What `--help=TOPIC` prints; `None` for topics that there are not.
pub(super) fn topic(topic: &str) -> Option<String> {
    let mut text = String::new();
    let mut line = |name: &str, meaning: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {name:<30}{meaning}");
    };
    match topic {
        "warn" | "Werror" => {
            line("show", "print what is on");
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
            line("variables", "the variables as written");
            line("expanded-variables", "the variables with what they refer to");
            for name in flags::DUMP {
                line(&format!("[no-]{name}"), "accepted, without effect");
            }
        }
        _ => return None,
    }
    Some(text)
}
