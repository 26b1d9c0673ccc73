//! Every code with its severity and meaning, in one table.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Severity;

macro_rules! codes {
    ($($name:ident = $slug:literal, $severity:ident, $description:literal;)*) => {
        /// The stable name of a diagnostic, written in kebab case: `dup-profile`. What is promised is the written name
        /// ([`Code::as_str`]); the variants of this enum are not.
        ///
        /// ```
        /// use armorer::diagnostic::{Code, Severity};
        ///
        /// let code = Code::ALL.iter().find(|code| code.as_str() == "unknown-keyword").unwrap();
        /// assert_eq!(code.severity(), Severity::Error);
        /// assert_eq!(code.description(), "unknown keyword");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $description] #[doc(hidden)] #[serde(rename = $slug)] $name,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The code as it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $slug,)* }
            }

            /// Returns the severity unless somebody decides otherwise.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }

            /// The general description, independent of a case.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(Code::$name => $description,)* }
            }
        }
    };
}

codes! {
    // The text.
    UnexpectedChar = "unexpected-char", Error, "unexpected byte";
    Syntax = "syntax", Error, "syntax error";
    MissingComma = "missing-comma", Error, "missing comma at the end of a rule";
    UnknownKeyword = "unknown-keyword", Error, "unknown keyword";
    NestingLimit = "nesting-limit", Error, "blocks or expressions are nested too deeply";
    TrailingComma = "trailing-comma", Error, "comma at the end of a variable assignment";
    FormatChanged = "format-changed", Error, "formatting would change the meaning of the file";
    SortUnproved = "sort-unproved", Error, "sorting does not provably keep the policy";
    NulByte = "nul-byte", Error, "NUL byte in the text";
    MisplacedItem = "misplaced-item", Error, "item that is not allowed in this place";
    // Includes and abi.
    IncludeOpen = "include-open", Error, "unreadable included file";
    IncludeDir = "include-dir", Error, "unreadable included directory";
    IncludeLimit = "include-limit", Error, "too many includes";
    AbiOpen = "abi-open", Error, "unreadable `abi` file";
    AbiNotFile = "abi-notfile", Error, "`abi` rule that does not name a file";
    AbiDiffers = "abi-differs", Warning, "second `abi` rule without effect";
    AbiMissing = "abi-missing", Warning, "file without an `abi` rule";
    PoundInclude = "pound-include", Warning, "`#include`, which looks like a comment";
    // Variables and conditionals.
    VarRedeclared = "var-redeclared", Error, "variable declared twice";
    VarAddUndeclared = "var-add-undeclared", Error, "values added to an undeclared variable";
    BoolAdd = "bool-add", Error, "values added to a boolean variable";
    BoolInvalid = "bool-invalid", Error, "invalid boolean value";
    BoolUnset = "bool-unset", Error, "boolean variable that is not set";
    VarRetrieve = "var-retrieve", Error, "comparison with an undeclared variable";
    VarBoolInSet = "var-bool-in-set", Error, "boolean variable in place of a set variable";
    CmpMixed = "cmp-mixed", Error, "comparison of a number with text";
    NumRange = "num-range", Error, "number out of range";
    Expand = "expand", Error, "undeclared variable";
    VarName = "var-name", Error, "invalid variable name";
    VarUndeclared = "var-undeclared", Error, "value that refers to an undeclared variable";
    VarRecursive = "var-recursive", Error, "variable that refers to itself";
    VarLimit = "var-limit", Error, "variable that expands to too much text";
    VarNotExpanded = "var-not-expanded", Warning, "variable in a place where variables are not expanded";
    OwnNameEscape = "own-name-escape", Warning, "`@{profile_name}` that does not match the label of the profile";
    OldAlternation = "old-alternation", Warning, "variable reference that a comma makes an alternation";
    DuplicateAlias = "duplicate-alias", Warning, "duplicate alias";
    // Headers.
    NsUnterminated = "ns-unterminated", Error, "namespace without its closing colon";
    NsEmpty = "ns-empty", Error, "empty namespace";
    NameEmpty = "name-empty", Error, "empty name";
    ProfileName = "profile-name", Error, "profile name that needs the keyword `profile`";
    ProfileNameStack = "profile-name-stack", Error, "profile name that is a stack";
    PathName = "path-name", Warning, "profile named by a path";
    Attachment = "attachment", Error, "attachment that does not begin with `/` or a variable";
    CondGroup = "cond-group", Error, "group of conditions that is not allowed in this place";
    HatXattrs = "hat-xattrs", Error, "hat with `xattrs`";
    IdentitySpace = "identity-space", Error, "identity that contains a space and does not begin with `/`";
    FlagInvalid = "flag-invalid", Error, "unknown profile flag";
    FlagConflict = "flag-conflict", Error, "contradictory profile flags";
    FlagSignal = "flag-signal", Error, "unknown signal in `kill.signal`";
    FlagError = "flag-error", Error, "unknown error name in `error`";
    Disconnected = "disconnected", Error, "path of `attach_disconnected` that does not begin with `/`";
    DupProfile = "dup-profile", Error, "profile defined twice";
    NameUnloadable = "name-unloadable", Warning, "profile name that kernels mishandle";
    ParentMissing = "parent-missing", Warning, "hat or child profile without a parent in the file";
    DupHat = "dup-hat", Error, "hat or child profile defined twice";
    ProfileAare = "profile-aare", Error, "profile name that is not a valid pattern";
    // Rules.
    PriorityRange = "priority-range", Error, "priority outside -1000 to 1000";
    PriorityBlock = "priority-block", Error, "priority on a block";
    Prefix = "prefix", Error, "prefix that is not allowed on the rule";
    BlockMode = "block-mode", Error, "rule that contradicts the mode of the block around it";
    BlockKept = "block-kept", Warning, "rule of a block that apparmor_parser drops or changes";
    AwConflict = "aw-conflict", Error, "append and write permission in one rule";
    XQualConflict = "x-qual-conflict", Error, "conflicting exec transitions in one rule";
    XNeedsQual = "x-needs-qual", Error, "exec permission without a transition";
    DenyXQual = "deny-x-qual", Error, "denied exec with a transition";
    SubsetNonlink = "subset-nonlink", Error, "`subset` with another permission than link";
    LinkExecConflict = "link-exec-conflict", Error, "link and exec permission in a rule with a target";
    LinkNs = "link-ns", Error, "link target with a namespace";
    UnsafeNonexec = "unsafe-nonexec", Error, "`safe` or `unsafe` without an exec permission";
    TooManyTransitions = "too-many-transitions", Error, "more exec targets than the policy format allows";
    UpperCasePerms = "upper-case-perms", Warning, "permission letter in upper case";
    LinkExecTarget = "link-exec-target", Warning, "target of a rule with link and exec permission";
    UnusedTarget = "unused-target", Warning, "exec target without an exec permission";
    DangerousUx = "dangerous-ux", Warning, "`ux`, which runs a program unconfined with its environment";
    CpExecMissing = "cp-exec-missing", Error, "`safe` or `unsafe` without an exec condition";
    CpExecPath = "cp-exec-path", Error, "exec condition that does not begin with `/` or a variable";
    CpPrefix = "cp-prefix", Warning, "prefix of `change_profile` without the expected effect";
    CapInvalid = "cap-invalid", Error, "unknown capability";
    CapPrefix = "cap-prefix", Warning, "prefix of a capability rule without effect";
    CapUnknown = "cap-unknown", Warning, "capability that the kernel does not have";
    RlimitName = "rlimit-name", Error, "unknown resource limit";
    RlimitValue = "rlimit-value", Error, "invalid value of a resource limit";
    RlimitUnit = "rlimit-unit", Warning, "resource limit without a unit";
    OctalNumber = "octal-number", Warning, "number that a leading zero makes octal";
    PermWord = "perm-word", Error, "unknown word in a list of permissions";
    CondInvalid = "cond-invalid", Error, "unknown condition";
    CondOp = "cond-op", Error, "condition with the wrong operator";
    CondOnce = "cond-once", Error, "condition specified twice";
    CondMulti = "cond-multi", Error, "condition with more than one value";
    CondSide = "cond-side", Error, "condition on the wrong side of a rule";
    CondIgnored = "cond-ignored", Warning, "condition without effect";
    CondUnsupported = "cond-unsupported", Error, "unsupported condition";
    NetInvalid = "net-invalid", Error, "unknown address family or socket type";
    NetIp = "net-ip", Error, "invalid IP address";
    NetPort = "net-port", Error, "invalid port";
    NetPeerIface = "net-peer-iface", Error, "interface of a peer";
    NetFamilyCond = "net-family-cond", Error, "condition that does not apply to the address family";
    NetPermPeer = "net-perm-peer", Error, "permission that cannot be combined with a peer";
    NetInterface = "net-interface", Error, "invalid interface pattern";
    UnixType = "unix-type", Error, "unknown socket type";
    UnixAddr = "unix-addr", Error, "invalid unix socket address";
    UnixPermPeer = "unix-perm-peer", Error, "permission that cannot be combined with a peer";
    DbusLabel = "dbus-label", Error, "`label` outside of `peer`";
    DbusMixed = "dbus-mixed", Error, "conditions on messages and on a service in one rule";
    DbusBind = "dbus-bind", Error, "`bind` with conditions on messages";
    DbusService = "dbus-service", Error, "`send` or `receive` with the name of a service";
    DbusEavesdrop = "dbus-eavesdrop", Error, "`eavesdrop` with a condition other than `bus`";
    SignalUnknown = "signal-unknown", Error, "unknown signal";
    MqType = "mq-type", Error, "unknown message queue type";
    MqName = "mq-name", Error, "invalid message queue name";
    MountCond = "mount-cond", Error, "unknown mount condition";
    MountDstCond = "mount-dst-cond", Error, "condition on a mount point";
    MountOption = "mount-option", Error, "unknown mount option";
    MountFlagConflict = "mount-flag-conflict", Error, "contradictory mount options";
    MountEncode = "mount-encode", Error, "mount rule that matches no operation";
    MountSource = "mount-source", Warning, "mount source that is used as mount point";
    MountFstype = "mount-fstype", Warning, "`fstype` that limits a rule to new mounts";
    PivotCond = "pivot-cond", Error, "unknown pivot_root condition";
    PivotTarget = "pivot-target", Warning, "target profile of pivot_root without effect";
    // Patterns and policy.
    Aare = "aare", Error, "invalid pattern";
    AareEscape = "aare-escape", Warning, "needless backslash";
    AareSet = "aare-set", Warning, "ambiguous set in a pattern";
    MergeXConflict = "merge-x-conflict", Error, "conflicting exec transitions for one path";
    DfaXConflict = "dfa-x-conflict", Error, "conflicting exec transitions of overlapping patterns";
    StackUnsupported = "stack-unsupported", Error, "profile stacking that the target kernel does not support";
    NotEnforced = "rule-not-enforced", Warning, "rule that the target kernel does not mediate";
    Downgraded = "rule-downgraded", Warning, "rule that the target kernel mediates only in part";
    // Where apparmor_parser does not do what the text says, and armorer does.
    RefDefined = "ref-defined", Warning, "`defined $X`, which apparmor_parser evaluates as false";
    RefVariable = "ref-variable", Warning, "variable of which apparmor_parser uses old values";
    RefInclude = "ref-include", Warning, "include that apparmor_parser skips because of a branch that is not taken";
    RefMerge = "ref-merge", Warning, "rule that apparmor_parser drops as a duplicate";
    RefNetworkUnix = "ref-network-unix", Warning, "network rule from which apparmor_parser derives other unix rules";
    RefNetworkTable = "ref-network-table", Warning, "socket rules that apparmor_parser applies to all profiles of a file";
    RefDenyAll = "ref-deny-all", Warning, "`deny all`, of which apparmor_parser denies less";
    RefDenyWider = "ref-deny-wider", Warning, "rule by which apparmor_parser denies more";
    RefIcmp = "ref-icmp", Warning, "protocol that apparmor_parser encodes wrongly";
    RefQueueLabel = "ref-queue-label", Warning, "label of a System V queue that apparmor_parser encodes twice";
    RefUnixAddress = "ref-unix-address", Warning, "address of which apparmor_parser drops the first byte";
    RefKillSignal = "ref-kill-signal", Warning, "`kill.signal` that apparmor_parser omits";
    RefFlagOrder = "ref-flag-order", Warning, "flag that apparmor_parser ignores unless it is the first one";
    RefNamespace = "ref-namespace", Warning, "child profile that apparmor_parser does not put into the namespace";
    RefNestedChild = "ref-nested-child", Warning, "exec target in a child profile that apparmor_parser encodes wrongly";
    RefAttachment = "ref-attachment", Note, "attachment that apparmor_parser encodes in a form that the kernel misreads";
    RefStart = "ref-start", Warning, "rule that apparmor_parser drops because it matches any text";
    RefExecConflict = "ref-exec-conflict", Warning, "overridden conflict of exec transitions that apparmor_parser may reject";
    RefLock = "ref-lock", Note, "profile without file rules that apparmor_parser lets lock files";
    RefLimit = "ref-limit", Note, "profile that is too large for apparmor_parser";
    CarriageReturn = "carriage-return", Note, "CR LF at line ends, of which apparmor_parser reads some CRs as text";
    // Changes of modes (`armorer mode`).
    DenyInComplain = "deny-in-complain", Warning, "`deny` rule that still applies in complain mode";
    ModeKept = "mode-kept", Warning, "profile that confines nothing and keeps its mode";
    ModeOverridden = "mode-overridden", Warning, "link that overrides whether and how a file is loaded";
    // Kubernetes manifests.
    YamlSyntax = "yaml-syntax", Error, "invalid YAML";
    YamlLimit = "yaml-limit", Error, "manifest that is too large or nested too deeply";
    YamlDuplicateKey = "yaml-duplicate-key", Error, "duplicate key in a YAML mapping";
    ManifestInvalid = "manifest-invalid", Error, "manifest field that Kubernetes does not accept";
    // Limits and files.
    StateLimit = "state-limit", Error, "automaton that is too large";
    SizeLimit = "size-limit", Error, "value that is too long for the policy format";
    FeaturesInvalid = "features-invalid", Error, "invalid feature set";
    Io = "io", Error, "file that cannot be read or written";
}

impl Code {
    /// Whether it is said when modes are changed, and not of a text as it is: no lint rule takes it over.
    #[doc(hidden)]
    #[must_use]
    pub fn is_about_modes(self) -> bool {
        matches!(self, Code::DenyInComplain | Code::ModeKept | Code::ModeOverridden)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
