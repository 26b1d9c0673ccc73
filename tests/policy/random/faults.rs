//! The differences that are there on purpose: a predicate for each fault of the reference.
//!
//! The numbers are those of the list that says where apparmor_parser 5.0.2 is wrong; `tests/policy/differential/known.md` has
//! examples. A predicate holds when armorer has told the user about the fault in this very text, and the finding is one that the
//! fault can cause: the same class of rules, the same field. Everything else is a bug.

use armorer::analysis::access::Asked;
use armorer::analysis::{Difference, ProfilePart};
use armorer::automata::Symbol;
use armorer::blob::Automaton;
use armorer::diagnostic::Code;

use crate::random::compare::{Case, Finding, Said};

/// A fault of the reference: its number, and whether it explains a finding.
type Fault = (u8, fn(&Case<'_>, &Finding) -> bool);

/// In order of their numbers.
const FAULTS: [Fault; 25] = [
    (2, names_are_compared_without_their_first_byte),
    (3, blocks_lose_rules),
    (4, defined_booleans),
    (5, stale_variables),
    (6, unix_rules_of_network_rules),
    (7, deny_all),
    (8, one_legacy_table_for_all),
    (9, denied_conditions_that_are_not_mediated),
    (10, denied_addresses_and_protocols),
    (11, doubled_label),
    (12, unchecked_words),
    (13, first_byte_of_an_address),
    (15, priority_and_prompt_of_change_profile),
    (16, capabilities_unknown_to_the_kernel),
    (19, kill_signal),
    (20, children_outside_of_the_namespace),
    (24, crashes_and_hangs),
    (31, nested_child_targets),
    (33, wildcards_in_sets),
    (34, contradictions_that_others_decide),
    (35, many_transitions),
    (37, flags_behind_the_first),
    (25, carriage_returns),
    (38, real_time_kill_signals),
    (39, rules_for_everything),
];

/// The number of the fault that explains a finding.
pub(crate) fn explain(case: &Case<'_>, finding: &Finding) -> Option<u8> {
    FAULTS.iter().find(|(_, explains)| explains(case, finding)).map(|(number, _)| *number)
}

/// The numbers of all faults that explain something.
pub(crate) fn numbers() -> impl Iterator<Item = u8> {
    FAULTS.iter().map(|(number, _)| *number)
}

/// Whether the finding is a difference with these properties.
fn differs(finding: &Finding, how: impl Fn(&Difference) -> bool) -> bool {
    matches!(finding, Finding::Differs(difference) if how(difference))
}

fn in_field(difference: &Difference, names: &[&str]) -> bool {
    matches!(difference.place, ProfilePart::Field(field) if names.iter().any(|name| field.starts_with(name)))
}

/// In the file automaton.
fn in_files(difference: &Difference) -> bool {
    difference.place == ProfilePart::Automaton(Automaton::File)
}

/// In the policy automaton, in one of these classes.
fn in_classes(difference: &Difference, classes: &[u8]) -> bool {
    difference.place == ProfilePart::Automaton(Automaton::Policydb)
        && matches!(difference.witness.first(), Some(Symbol::Byte(class)) if classes.contains(class))
}

/// Whether a string of the policy automaton begins with these bytes.
fn begins(difference: &Difference, bytes: &[u8]) -> bool {
    difference.place == ProfilePart::Automaton(Automaton::Policydb)
        && difference.witness.len() >= bytes.len()
        && difference.witness.iter().zip(bytes).all(|(symbol, byte)| *symbol == Symbol::Byte(*byte))
}

/// Whether a rule, without its prefixes, can cause this difference.
fn is_about(rule: &str, difference: &Difference) -> bool {
    let prefixes = ["audit", "allow", "deny", "prompt", "owner", "other", "user"];
    let word = rule.split_whitespace().find(|word| !prefixes.contains(word) && !word.starts_with("priority="));
    let word = word.unwrap_or_default().trim_end_matches(',');
    match word {
        "capability" => in_field(difference, &["capability"]),
        "network" | "unix" => {
            in_classes(difference, &[0x04, 0x0e, 0x0f, 0x1e]) || in_field(difference, &["net_allowed_af"])
        }
        "dbus" => in_classes(difference, &[0x20]),
        "signal" => in_classes(difference, &[0x0a, 0x10]),
        "ptrace" => in_classes(difference, &[0x09, 0x10]),
        "mount" | "remount" | "umount" | "unmount" | "pivot_root" => in_classes(difference, &[0x07]),
        "mqueue" => in_classes(difference, &[0x11, 0x12]),
        "userns" => in_classes(difference, &[0x15]),
        "io_uring" => in_classes(difference, &[0x16]),
        "set" => in_field(difference, &["rlimit"]),
        "all" => true,
        _ => in_files(difference),
    }
}

fn names_are_compared_without_their_first_byte(case: &Case<'_>, finding: &Finding) -> bool {
    let conflict = |why: &str| why.contains("conflicting x modifiers");
    case.says(Code::RefMerge, "")
        && match finding {
            Finding::OnlyTheReferenceRefuses(why) => conflict(why),
            finding => differs(finding, in_files),
        }
}

/// Rules of blocks other than for files are dropped, the modes of those are replaced; limits in branches are dropped.
fn blocks_lose_rules(case: &Case<'_>, finding: &Finding) -> bool {
    let kept: Vec<&Said> = case.diagnostics.iter().filter(|said| said.diagnostic.code == Code::BlockKept).collect();
    let of_block = |said: &Said| {
        let span = said.diagnostic.span();
        let inside = |kept: &&Said| {
            let outer = kept.diagnostic.span();
            (outer.source, outer.start) <= (span.source, span.start) && span.end <= outer.end
        };
        said.diagnostic.code == Code::BlockMode
            || said.diagnostic.code == Code::Prefix && case.text.contains("owner {")
            || kept.iter().any(inside)
    };
    let refused = |why: &str| why.contains("Invalid perms") || why.contains("conflicting x modifiers");
    match finding {
        Finding::OnlyArmorerRefuses => case.errors().all(of_block),
        // What a rule of a block is taken for may be what is refused.
        Finding::OnlyTheReferenceRefuses(why) => {
            refused(why)
                && (case.says(Code::BlockKept, "rule of a block") || case.says(Code::BlockKept, "prefix of the block"))
        }
        Finding::Differs(difference) => kept.iter().any(|said| is_about(&said.texts[0], difference)),
        _ => false,
    }
}

fn defined_booleans(case: &Case<'_>, finding: &Finding) -> bool {
    case.says(Code::RefDefined, "") && matches!(finding, Finding::Differs(_))
}

fn stale_variables(case: &Case<'_>, finding: &Finding) -> bool {
    let warned = case.says(Code::RefVariable, "");
    let refused = |said: &Said| matches!(said.diagnostic.code, Code::VarUndeclared | Code::VarRecursive);
    match finding {
        Finding::Crashes(_) | Finding::OnlyArmorerRefuses => {
            case.errors().next().is_some() && case.errors().all(refused)
        }
        finding => warned && matches!(finding, Finding::Differs(_)),
    }
}

fn unix_rules_of_network_rules(case: &Case<'_>, finding: &Finding) -> bool {
    const CLASSES: [u8; 4] = [0x04, 0x0e, 0x0f, 0x1e];
    // What is denied quietly makes a class mediated where nothing else does, as in an unconfined profile.
    let mediated = |difference: &Difference| difference.witness.len() == 1 && in_classes(difference, &CLASSES);
    let unix = |difference: &Difference| CLASSES.iter().any(|&class| begins(difference, &[class, 0, 1]));
    case.says(Code::RefNetworkUnix, "") && differs(finding, |difference| mediated(difference) || unix(difference))
}

fn deny_all(case: &Case<'_>, finding: &Finding) -> bool {
    let place = |difference: &Difference| {
        matches!(difference.place, ProfilePart::Automaton(_)) || in_field(difference, &["capability", "net_allowed_af"])
    };
    case.says(Code::RefDenyAll, "") && differs(finding, place)
}

fn one_legacy_table_for_all(case: &Case<'_>, finding: &Finding) -> bool {
    case.says(Code::RefNetworkTable, "") && differs(finding, |difference| in_field(difference, &["net_allowed_af"]))
}

fn denied_conditions_that_are_not_mediated(case: &Case<'_>, finding: &Finding) -> bool {
    let sockets = |difference: &Difference| {
        in_classes(difference, &[0x0e, 0x0f, 0x1e]) || in_field(difference, &["net_allowed_af"])
    };
    case.says(Code::RefDenyWider, "the rule is ignored") && differs(finding, sockets)
}

fn denied_addresses_and_protocols(case: &Case<'_>, finding: &Finding) -> bool {
    let inet = |difference: &Difference| in_classes(difference, &[0x0e, 0x0f, 0x1e]);
    (case.says(Code::RefDenyWider, "override all other rules") || case.says(Code::RefIcmp, ""))
        && differs(finding, inet)
}

fn priority_and_prompt_of_change_profile(case: &Case<'_>, finding: &Finding) -> bool {
    // A change at exec may be told by the path of the program alone (kernel: `security/apparmor/include/perms.h`).
    const MAY_ONEXEC: u32 = 0x2000_0000;
    let changes = |difference: &Difference| {
        matches!(difference.access, Some(Asked::ChangeProfile(_) | Asked::Onexec(_)))
            || difference.permissions & MAY_ONEXEC != 0
    };
    case.says(Code::CpPrefix, "before version 6.0")
        && differs(finding, |difference| in_files(difference) && changes(difference))
}

fn doubled_label(case: &Case<'_>, finding: &Finding) -> bool {
    case.says(Code::RefQueueLabel, "") && differs(finding, |difference| in_classes(difference, &[0x12]))
}

/// Words that the reference does not check, and values that it drops.
fn unchecked_words(case: &Case<'_>, finding: &Finding) -> bool {
    let unchecked = |said: &Said| {
        let message = &said.diagnostic.message;
        match said.diagnostic.code {
            Code::PermWord => message.contains("io_uring"),
            Code::CondMulti => true,
            Code::SignalUnknown => message.contains("rtmin+"),
            Code::RlimitValue => true,
            Code::MqName => message.contains("is not the key"),
            _ => false,
        }
    };
    matches!(finding, Finding::OnlyArmorerRefuses) && case.errors().all(unchecked)
}

fn first_byte_of_an_address(case: &Case<'_>, finding: &Finding) -> bool {
    let refused = |said: &Said| said.diagnostic.code == Code::UnixAddr;
    match finding {
        Finding::OnlyArmorerRefuses => case.errors().all(refused),
        Finding::OnlyTheReferenceRefuses(_) => case.says(Code::RefUnixAddress, ""),
        _ => false,
    }
}

fn capabilities_unknown_to_the_kernel(case: &Case<'_>, finding: &Finding) -> bool {
    case.says(Code::CapUnknown, "") && differs(finding, |difference| in_field(difference, &["capability"]))
}

fn kill_signal(case: &Case<'_>, finding: &Finding) -> bool {
    case.says(Code::RefKillSignal, "") && differs(finding, |difference| in_field(difference, &["kill"]))
}

/// The children are there in both, in other namespaces.
fn children_outside_of_the_namespace(case: &Case<'_>, finding: &Finding) -> bool {
    let child = |difference: &Difference| {
        difference.place == ProfilePart::Profile
            && difference.profile.contains("//")
            && (difference.a == "has it") == difference.namespace.is_some()
    };
    case.says(Code::RefNamespace, "") && differs(finding, child)
}

fn crashes_and_hangs(case: &Case<'_>, finding: &Finding) -> bool {
    match finding {
        // armorer expands variables in labels of network rules.
        Finding::Crashes(why) => case.errors().next().is_some() || why.contains("Invalidate conditional label"),
        Finding::Hangs => case.says(Code::AareSet, ""),
        _ => false,
    }
}

fn carriage_returns(case: &Case<'_>, finding: &Finding) -> bool {
    case.text.contains('\r') && !matches!(finding, Finding::OnlyArmorerRefuses)
}

fn nested_child_targets(case: &Case<'_>, finding: &Finding) -> bool {
    case.says(Code::RefNestedChild, "") && differs(finding, in_files)
}

fn wildcards_in_sets(case: &Case<'_>, finding: &Finding) -> bool {
    let literal = |said: &Said| {
        said.diagnostic.code == Code::AareSet
            && said.diagnostic.help.as_deref().is_some_and(|help| help.contains("only if it is meant as a member"))
    };
    case.diagnostics.iter().any(literal) && matches!(finding, Finding::Differs(_) | Finding::OnlyTheReferenceRefuses(_))
}

fn contradictions_that_others_decide(case: &Case<'_>, finding: &Finding) -> bool {
    let refused = |why: &str| why.contains("conflicting x modifiers");
    case.says(Code::RefExecConflict, "") && matches!(finding, Finding::OnlyTheReferenceRefuses(why) if refused(why))
}

fn many_transitions(case: &Case<'_>, finding: &Finding) -> bool {
    case.says(Code::RefLimit, "exec targets")
        && matches!(finding, Finding::OnlyTheReferenceRefuses(why) if why.contains("too many specified profile transitions"))
}

fn flags_behind_the_first(case: &Case<'_>, finding: &Finding) -> bool {
    case.says(Code::RefFlagOrder, "") && differs(finding, |difference| in_field(difference, &["flags"]))
}

/// The reference writes signals that no kernel takes there.
fn real_time_kill_signals(case: &Case<'_>, finding: &Finding) -> bool {
    let refused =
        |said: &Said| said.diagnostic.code == Code::FlagSignal && said.diagnostic.message.contains("real-time");
    matches!(finding, Finding::OnlyArmorerRefuses) && case.errors().all(refused)
}

/// The only state is the start, whose permissions no kernel with permission tables looks at.
fn rules_for_everything(case: &Case<'_>, finding: &Finding) -> bool {
    case.says(Code::RefStart, "") && differs(finding, in_files)
}
