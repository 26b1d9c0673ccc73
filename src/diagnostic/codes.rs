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
        /// assert_eq!(code.description(), "a word that no rule begins with");
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

            /// How much it matters unless somebody decides otherwise.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }

            /// What it says, whatever the case at hand.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(Code::$name => $description,)* }
            }
        }
    };
}

codes! {
    // The text.
    UnexpectedChar = "unexpected-char", Error, "a byte that cannot stand here";
    Syntax = "syntax", Error, "the text does not follow the grammar";
    MissingComma = "missing-comma", Error, "a rule without the comma that ends it";
    UnknownKeyword = "unknown-keyword", Error, "a word that no rule begins with";
    NestingLimit = "nesting-limit", Error, "blocks or expressions are nested too deep";
    TrailingComma = "trailing-comma", Error, "a variable assignment does not take a comma";
    FormatChanged = "format-changed", Error, "formatting would change what the file says";
    SortUnproved = "sort-unproved", Error, "nothing proves that sorting leaves the policy as it is";
    NulByte = "nul-byte", Error, "a NUL byte in the text";
    MisplacedItem = "misplaced-item", Error, "an item that is not allowed at this place of a file";
    // Includes and abi.
    IncludeOpen = "include-open", Error, "an included file cannot be read";
    IncludeDir = "include-dir", Error, "an included directory cannot be read";
    IncludeLimit = "include-limit", Error, "more includes than any policy needs";
    AbiOpen = "abi-open", Error, "the abi file cannot be read";
    AbiNotFile = "abi-notfile", Error, "the abi rule does not name a file";
    AbiDiffers = "abi-differs", Warning, "a second, different abi has no effect";
    AbiMissing = "abi-missing", Warning, "a file without abi rule gets the default policy features";
    PoundInclude = "pound-include", Warning, "#include is an include, not a comment";
    // Variables and conditionals.
    VarRedeclared = "var-redeclared", Error, "a variable is declared twice";
    VarAddUndeclared = "var-add-undeclared", Error, "values are added to a variable that is not declared";
    BoolAdd = "bool-add", Error, "a boolean variable takes no added values";
    BoolInvalid = "bool-invalid", Error, "a value that is neither true nor false";
    BoolUnset = "bool-unset", Error, "a boolean variable that is not set";
    VarRetrieve = "var-retrieve", Error, "a comparison with an undefined variable";
    VarBoolInSet = "var-bool-in-set", Error, "a boolean variable where a set is wanted";
    CmpMixed = "cmp-mixed", Error, "a number is compared with text";
    NumRange = "num-range", Error, "a number out of range";
    Expand = "expand", Error, "an undefined variable";
    VarName = "var-name", Error, "a reference with a bad variable name";
    VarUndeclared = "var-undeclared", Error, "a variable's value refers to an undefined variable";
    VarRecursive = "var-recursive", Error, "a variable refers to itself";
    VarLimit = "var-limit", Error, "a variable expands to too much text";
    VarNotExpanded = "var-not-expanded", Warning, "a variable where none is expanded";
    OwnNameEscape = "own-name-escape", Warning, "`@{profile_name}` does not match the label of the profile";
    OldAlternation = "old-alternation", Warning, "a comma inside a variable reference makes it an alternation";
    DuplicateAlias = "duplicate-alias", Warning, "an alias is given twice";
    // Headers.
    NsUnterminated = "ns-unterminated", Error, "a namespace without its closing colon";
    NsEmpty = "ns-empty", Error, "an empty namespace";
    NameEmpty = "name-empty", Error, "an empty name";
    ProfileName = "profile-name", Error, "a profile name without keyword must begin with a slash or a namespace";
    ProfileNameStack = "profile-name-stack", Error, "a profile name cannot be a stack";
    PathName = "path-name", Warning, "a profile is named by a path";
    Attachment = "attachment", Error, "an attachment must begin with a slash or a variable";
    CondGroup = "cond-group", Error, "a group of conditions that is not allowed here";
    HatXattrs = "hat-xattrs", Error, "a hat cannot have xattrs";
    IdentitySpace = "identity-space", Error, "an identity with a blank must begin with a slash";
    FlagInvalid = "flag-invalid", Error, "an unknown profile flag";
    FlagConflict = "flag-conflict", Error, "two profile flags exclude each other";
    FlagSignal = "flag-signal", Error, "kill.signal names an unknown signal";
    FlagError = "flag-error", Error, "error names an unknown errno";
    Disconnected = "disconnected", Error, "the path of attach_disconnected must begin with a slash";
    DupProfile = "dup-profile", Error, "a profile is defined twice";
    NameUnloadable = "name-unloadable", Warning, "a name that kernels mishandle, so that the profile is not loaded";
    ParentMissing = "parent-missing", Warning, "the parent of a hat or child profile is not defined";
    DupHat = "dup-hat", Error, "a hat or child profile is defined twice";
    ProfileAare = "profile-aare", Error, "the profile name is not a valid pattern";
    // Rules.
    PriorityRange = "priority-range", Error, "a priority outside -1000 to 1000";
    PriorityBlock = "priority-block", Error, "a block takes no priority";
    Prefix = "prefix", Error, "a prefix that this rule does not take";
    BlockMode = "block-mode", Error, "a rule contradicts the mode of the block around it";
    BlockKept = "block-kept", Warning, "apparmor_parser drops or changes this rule of a block";
    AwConflict = "aw-conflict", Error, "append and write exclude each other";
    XQualConflict = "x-qual-conflict", Error, "two kinds of exec in one rule";
    XNeedsQual = "x-needs-qual", Error, "exec needs a transition kind";
    DenyXQual = "deny-x-qual", Error, "a denied exec takes no transition kind";
    SubsetNonlink = "subset-nonlink", Error, "subset goes with link permission only";
    LinkExecConflict = "link-exec-conflict", Error, "link and exec in one rule with a target";
    LinkNs = "link-ns", Error, "a link target cannot have a namespace";
    UnsafeNonexec = "unsafe-nonexec", Error, "safe and unsafe need exec permission";
    TooManyTransitions = "too-many-transitions", Error, "more exec targets than the policy format takes";
    UpperCasePerms = "upper-case-perms", Warning, "an upper-case permission letter";
    LinkExecTarget = "link-exec-target", Warning, "the target of a rule with link and exec is taken as exec target";
    UnusedTarget = "unused-target", Warning, "an exec target without exec permission";
    DangerousUx = "dangerous-ux", Warning, "ux runs a program unconfined with its environment";
    CpExecMissing = "cp-exec-missing", Error, "safe and unsafe need an exec condition";
    CpExecPath = "cp-exec-path", Error, "the exec condition must begin with a slash or a variable";
    CpPrefix = "cp-prefix", Warning, "a prefix has no effect on change_profile";
    CapInvalid = "cap-invalid", Error, "an unknown capability";
    CapPrefix = "cap-prefix", Warning, "a prefix has no effect on capability rules";
    CapUnknown = "cap-unknown", Warning, "the kernel does not know a capability";
    RlimitName = "rlimit-name", Error, "an unknown resource limit";
    RlimitValue = "rlimit-value", Error, "a bad value for a resource limit";
    RlimitUnit = "rlimit-unit", Warning, "a resource limit without unit";
    OctalNumber = "octal-number", Warning, "a number that its leading zero makes octal";
    PermWord = "perm-word", Error, "an unknown word in a list of permissions";
    CondInvalid = "cond-invalid", Error, "an unknown condition";
    CondOp = "cond-op", Error, "a condition with the wrong operator";
    CondOnce = "cond-once", Error, "a condition is given twice";
    CondMulti = "cond-multi", Error, "a condition takes one value only";
    CondSide = "cond-side", Error, "a condition stands on the wrong side";
    CondIgnored = "cond-ignored", Warning, "a condition that has no effect";
    CondUnsupported = "cond-unsupported", Error, "a condition that is not supported";
    NetInvalid = "net-invalid", Error, "an unknown address family or socket type";
    NetIp = "net-ip", Error, "a bad IP address";
    NetPort = "net-port", Error, "a bad port";
    NetPeerIface = "net-peer-iface", Error, "a peer has no interface";
    NetFamilyCond = "net-family-cond", Error, "the address family takes no such conditions";
    NetPermPeer = "net-perm-peer", Error, "the permission does not go with a peer";
    NetInterface = "net-interface", Error, "a bad interface pattern";
    UnixType = "unix-type", Error, "an unknown socket type";
    UnixAddr = "unix-addr", Error, "a bad unix socket address";
    UnixPermPeer = "unix-perm-peer", Error, "the permission does not go with a peer";
    DbusLabel = "dbus-label", Error, "label belongs inside peer";
    DbusMixed = "dbus-mixed", Error, "conditions of messages and of services in one rule";
    DbusBind = "dbus-bind", Error, "bind does not go with these conditions";
    DbusService = "dbus-service", Error, "send and receive do not go with a service name";
    DbusEavesdrop = "dbus-eavesdrop", Error, "eavesdrop takes only a bus";
    SignalUnknown = "signal-unknown", Error, "an unknown signal";
    MqType = "mq-type", Error, "an unknown message queue type";
    MqName = "mq-name", Error, "a bad message queue name";
    MountCond = "mount-cond", Error, "an unknown mount condition";
    MountDstCond = "mount-dst-cond", Error, "a condition on the mount point";
    MountOption = "mount-option", Error, "an unknown mount option";
    MountFlagConflict = "mount-flag-conflict", Error, "a mount flag is set and cleared";
    MountEncode = "mount-encode", Error, "a mount rule that cannot be expressed";
    MountSource = "mount-source", Warning, "a mount source is used as mount point";
    MountFstype = "mount-fstype", Warning, "fstype turns this into a rule for new mounts";
    PivotCond = "pivot-cond", Error, "an unknown pivot_root condition";
    PivotTarget = "pivot-target", Warning, "the target profile of pivot_root has no effect";
    // Patterns and policy.
    Aare = "aare", Error, "a bad pattern";
    AareEscape = "aare-escape", Warning, "a backslash that is not needed";
    AareSet = "aare-set", Warning, "a set in a pattern that may not mean what it looks like";
    MergeXConflict = "merge-x-conflict", Error, "one path with two kinds of exec";
    DfaXConflict = "dfa-x-conflict", Error, "two overlapping patterns with different kinds of exec";
    StackUnsupported = "stack-unsupported", Error, "the target kernel does not stack profiles";
    NotEnforced = "rule-not-enforced", Warning, "the target kernel does not mediate this";
    Downgraded = "rule-downgraded", Warning, "the target kernel mediates this only in part";
    // Where apparmor_parser does not do what the text says, and armorer does.
    RefDefined = "ref-defined", Warning, "apparmor_parser takes `defined $X` for false";
    RefVariable = "ref-variable", Warning, "apparmor_parser uses old values of a variable";
    RefInclude = "ref-include", Warning, "apparmor_parser leaves out what a branch that is not taken includes";
    RefMerge = "ref-merge", Warning, "apparmor_parser loses one of two rules";
    RefNetworkUnix = "ref-network-unix", Warning, "apparmor_parser makes other unix rules of a network rule";
    RefNetworkTable = "ref-network-table", Warning, "apparmor_parser gives all profiles of a file one table of sockets";
    RefDenyAll = "ref-deny-all", Warning, "apparmor_parser denies less than `deny all` says";
    RefDenyWider = "ref-deny-wider", Warning, "apparmor_parser denies more than the rule says";
    RefIcmp = "ref-icmp", Warning, "apparmor_parser gives icmp another protocol number";
    RefQueueLabel = "ref-queue-label", Warning, "apparmor_parser writes the label of a System V queue twice";
    RefUnixAddress = "ref-unix-address", Warning, "apparmor_parser drops the first byte of a variable in an address";
    RefKillSignal = "ref-kill-signal", Warning, "apparmor_parser leaves kill.signal out";
    RefFlagOrder = "ref-flag-order", Warning, "apparmor_parser loses a flag that does not stand first";
    RefNamespace = "ref-namespace", Warning, "apparmor_parser leaves children of a profile in a namespace outside of it";
    RefNestedChild = "ref-nested-child", Warning, "apparmor_parser names the target of a transition to a child wrongly";
    RefAttachment = "ref-attachment", Note, "apparmor_parser writes the attachment in a form that the kernel misreads";
    RefStart = "ref-start", Warning, "apparmor_parser loses a rule that matches any text from the first byte on";
    RefExecConflict = "ref-exec-conflict", Warning, "apparmor_parser may refuse kinds of exec that another rule decides";
    RefLock = "ref-lock", Note, "apparmor_parser lets a profile without file rules lock files";
    RefLimit = "ref-limit", Note, "apparmor_parser refuses so large a profile";
    CarriageReturn = "carriage-return", Note, "lines end in CR LF; apparmor_parser takes some of the CRs for text";
    // Changes of modes (`armorer mode`).
    DenyInComplain = "deny-in-complain", Warning, "a `deny` rule still applies in complain mode";
    ModeKept = "mode-kept", Warning, "a profile that confines nothing keeps its mode";
    ModeOverridden = "mode-overridden", Warning, "a link beside the profiles decides whether and how a file is loaded";
    // Kubernetes manifests.
    YamlSyntax = "yaml-syntax", Error, "a manifest that is no YAML";
    YamlLimit = "yaml-limit", Error, "a manifest larger or deeper than any that is meant";
    YamlDuplicateKey = "yaml-duplicate-key", Error, "a key that a YAML mapping has twice";
    ManifestInvalid = "manifest-invalid", Error, "a field of a manifest that Kubernetes does not take";
    // Limits and files.
    StateLimit = "state-limit", Error, "the automaton grows too large";
    SizeLimit = "size-limit", Error, "a value too long for the policy format";
    FeaturesInvalid = "features-invalid", Error, "a features set that cannot be read";
    Io = "io", Error, "a file cannot be read or written";
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
