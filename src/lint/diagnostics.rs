//! The pages of the most common errors, which no lint rule takes over: one file each in `diagnostics`, in the form of a rule's page.

use crate::diagnostic::Code;

macro_rules! pages {
    ($($code:ident = $name:literal;)*) => {
        /// Returns the sections of a code's page: why, examples, and what to do.
        pub(super) fn sections(code: Code) -> Option<&'static str> {
            match code {
                $(Code::$code => Some(include_str!(concat!("diagnostics/", $name, ".md"))),)*
                _ => None,
            }
        }
    };
}

pages! {
    UnexpectedChar = "unexpected-char";
    Syntax = "syntax";
    MissingComma = "missing-comma";
    UnknownKeyword = "unknown-keyword";
    MisplacedItem = "misplaced-item";
    IncludeOpen = "include-open";
    AbiOpen = "abi-open";
    VarRedeclared = "var-redeclared";
    VarAddUndeclared = "var-add-undeclared";
    Expand = "expand";
    VarUndeclared = "var-undeclared";
    VarRecursive = "var-recursive";
    Attachment = "attachment";
    FlagInvalid = "flag-invalid";
    FlagConflict = "flag-conflict";
    DupProfile = "dup-profile";
    AwConflict = "aw-conflict";
    XQualConflict = "x-qual-conflict";
    XNeedsQual = "x-needs-qual";
    DenyXQual = "deny-x-qual";
    CapInvalid = "cap-invalid";
    RlimitValue = "rlimit-value";
    PermWord = "perm-word";
    CondInvalid = "cond-invalid";
    NetInvalid = "net-invalid";
    SignalUnknown = "signal-unknown";
    MountOption = "mount-option";
    Aare = "aare";
    MergeXConflict = "merge-x-conflict";
    DfaXConflict = "dfa-x-conflict";
}
