use proptest::prelude::*;

use super::*;

fn label(mode: ContributionMode, priority: i32, word: u32, second: u32) -> ContributionLabel {
    ContributionLabel { mode, priority, word, second, exact: false, transition: 0 }
}

fn resolved(kind: AutomatonKind, labels: &[ContributionLabel]) -> Result<StatePermissions, Conflict> {
    let labels: Vec<_> = (0..).map(LabelId::new).zip(labels.iter().copied()).collect();
    resolve(kind, &labels)
}

#[test]
fn deny_goes_before_allow_and_priority_before_both() {
    let (allow, deny) = (label(ContributionMode::Allow, 0, 0x6, 0), label(ContributionMode::Deny, 0, 0x2, 0x2));
    let both = resolved(AutomatonKind::Policy, &[allow, deny]).unwrap();
    assert_eq!((both.allow, both.quiet), (0x4, 0x2));
    let first = ContributionLabel { priority: 1, ..allow };
    let both = resolved(AutomatonKind::Policy, &[first, deny]).unwrap();
    assert_eq!((both.allow, both.quiet), (0x6, 0));
    let prompt = label(ContributionMode::Prompt, 0, 0xe, 0xe);
    let all = resolved(AutomatonKind::Policy, &[allow, deny, prompt]).unwrap();
    assert_eq!((all.allow, all.prompt, all.audit, all.quiet), (0x4, 0x8, 0x8, 0x2));
}

#[test]
fn an_exact_exec_erases_audit_of_another() {
    let audited = label(ContributionMode::Allow, 0, 0x1f_c076, 0x1f_c076);
    let exact = ContributionLabel { exact: true, second: 0, ..audited };
    let both = resolved(AutomatonKind::Policy, &[audited, exact]).unwrap();
    assert_eq!((both.allow, both.audit), (0x1f_c076, 0x1f_8076));
}

#[test]
fn exec_types_travel_with_the_winner() {
    let (px, ix) = (label(ContributionMode::Allow, 0, 0x240_4901, 0), label(ContributionMode::Allow, 0, 0x80_4201, 0));
    let conflict = Conflict { first: LabelId::new(0), second: LabelId::new(1) };
    assert_eq!(resolved(AutomatonKind::File, &[px, ix]), Err(conflict));
    let exact = ContributionLabel { exact: true, ..ix };
    let both = resolved(AutomatonKind::File, &[px, exact]).unwrap();
    assert_eq!((both.allow, both.owner_exec.bits, both.other_exec.bits), (0x10_4041, 0x200, 0x200));
    let other_target = ContributionLabel { transition: 1, ..px };
    assert!(resolved(AutomatonKind::File, &[px, other_target]).is_err());
    // What a deny covers is no conflict.
    assert!(resolved(AutomatonKind::File, &[px, ix, label(ContributionMode::Deny, 0, 0x4001, 0)]).is_ok());
}

#[test]
fn inherited_exec_implies_mmap() {
    let ix = label(ContributionMode::Allow, 0, 0x80_4201, 0);
    let denied = |priority| label(ContributionMode::Deny, priority, 0x10_0040, 0x10_0040);
    assert_eq!(resolved(AutomatonKind::File, &[ix]).unwrap().allow, 0x10_4041);
    for priority in [-1, 0, 1] {
        assert_eq!(resolved(AutomatonKind::File, &[ix, denied(priority)]).unwrap().allow, 0x4001);
    }
}

fn labels(kind: AutomatonKind) -> impl Strategy<Value = ContributionLabel> {
    let mode = prop_oneof![
        Just(ContributionMode::Allow),
        Just(ContributionMode::Allow),
        Just(ContributionMode::Deny),
        Just(ContributionMode::Prompt)
    ];
    // Few bits and types, so that labels have something to do with each other.
    let word = (0_u32..8, 0_u32..4, any::<bool>()).prop_map(|(low, exec_type, other)| {
        let low = low.max(1);
        let half = low & 3 | (low & 4) << 4 | if low & 1 == 1 { exec_type << 8 } else { 0 };
        half | if other { half << bits::OTHER } else { 0 }
    });
    (mode, -1..=1, word, any::<u32>(), any::<bool>(), 0_u16..2).prop_map(
        move |(mode, priority, word, mask, exact, transition)| {
            let contribution = Contribution {
                pattern: crate::automata::Pattern::Empty,
                exact,
                mode,
                priority,
                word,
                second: word & mask,
                transition,
                span: crate::source::Span::NONE,
            };
            ContributionLabel::of(kind, &contribution)
        },
    )
}

/// A kind, and something for it.
fn of_a_kind<S: Strategy>(strategy: impl Fn(AutomatonKind) -> S) -> impl Strategy<Value = (AutomatonKind, S::Value)> {
    prop_oneof![Just(AutomatonKind::File), Just(AutomatonKind::Policy)]
        .prop_flat_map(move |kind| (Just(kind), strategy(kind)))
}

proptest! {
    /// Labels absorbed by others have no effect in the automata.
    #[test]
    fn absorbed_labels_mean_nothing((kind, set) in of_a_kind(|kind| prop::collection::vec(labels(kind), 1..6))) {
        for broad in &set {
            for narrow in set.iter().filter(|narrow| *narrow != broad && broad.absorbs(kind, narrow)) {
                let without: Vec<ContributionLabel> = set.iter().filter(|each| *each != narrow).copied().collect();
                let (with, without) = (resolved(kind, &set), resolved(kind, &without));
                prop_assert_eq!(with.ok(), without.ok(), "{:?} absorbs {:?}", broad, narrow);
                prop_assert!(!narrow.absorbs(kind, broad));
            }
        }
    }

    #[test]
    fn absorption_is_transitive((kind, (a, b, c)) in of_a_kind(|kind| (labels(kind), labels(kind), labels(kind)))) {
        prop_assert!(!a.absorbs(kind, &b) || !b.absorbs(kind, &c) || a.absorbs(kind, &c));
        prop_assert!(a.absorbs(kind, &a));
    }
}
