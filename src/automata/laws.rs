//! Laws that the whole pipeline keeps, on random patterns and inputs.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// Patterns over few bytes, so that random inputs match now and then.
fn any_pattern() -> impl Strategy<Value = Pattern> {
    let set = prop_oneof![
        vec(prop::sample::select(b"abc/".as_slice()), 0..4).prop_map(|bytes| bytes.into_iter().collect::<ByteSet>()),
        Just(ByteSet::ALL),
        Just(ByteSet::single(b'/').negate()),
        Just(ByteSet::single(0).negate()),
    ];
    let leaf = prop_oneof![
        Just(Pattern::Empty),
        Just(Pattern::OutOfBand),
        set.prop_map(Pattern::Set),
        "[abc/]{0,4}".prop_map(Pattern::literal),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Pattern::concat),
            vec(inner.clone(), 0..4).prop_map(Pattern::alternation),
            inner.clone().prop_map(Pattern::star),
            inner.prop_map(Pattern::plus),
        ]
    })
}

fn any_symbol() -> impl Strategy<Value = Symbol> {
    prop_oneof![
        9 => prop::sample::select(b"abc/\0z".as_slice()).prop_map(Symbol::Byte),
        1 => Just(Symbol::OutOfBand),
    ]
}

/// Patterns, labelled by number modulo 4, so that some share a label.
fn build(patterns: &[Pattern]) -> Dfa {
    let mut builder = Builder::new(Config::default());
    for (label, pattern) in (0..).zip(patterns) {
        builder.add(pattern, LabelId::new(label % 4));
    }
    builder.build().unwrap()
}

/// The labels as bits, and 0 as the value of no label.
fn bits(labels: &[LabelId]) -> Result<u32, Infallible> {
    Ok(labels.iter().map(|label| 1 << label.0).sum())
}

fn minimal(patterns: &[Pattern]) -> MinimalDfa<u32> {
    build(patterns).classify(bits).unwrap().minimise()
}

fn all_symbols() -> impl Iterator<Item = Symbol> {
    (0..=255).map(Symbol::Byte).chain([Symbol::OutOfBand])
}

/// Whether every input has the same value in both.
fn mean_the_same(a: &MinimalDfa<u32>, b: &MinimalDfa<u32>) -> bool {
    let mut pairs = BTreeSet::from([(StateId::START, StateId::START)]);
    let mut queue: Vec<_> = pairs.iter().copied().collect();
    while let Some((x, y)) = queue.pop() {
        if a.value(x) != b.value(y) {
            return false;
        }
        queue.extend(
            all_symbols().map(|symbol| (a.step(x, symbol), b.step(y, symbol))).filter(|&pair| pairs.insert(pair)),
        );
    }
    true
}

/// Returns the number of states of the minimal automaton, by Moore's textbook algorithm over all 257 symbols.
fn moore_count(dfa: &ClassifiedDfa<u32>) -> usize {
    let symbols: Vec<Symbol> = all_symbols().collect();
    let states: Vec<StateId> = (0..dfa.len() as u32).map(StateId).collect();
    let step: Vec<Vec<usize>> =
        states.iter().map(|&s| symbols.iter().map(|&c| dfa.step(s, c).0 as usize).collect()).collect();
    // The start is told apart from all others.
    let mut block: Vec<usize> =
        states.iter().map(|&s| if s == StateId::START { usize::MAX } else { *dfa.value(s) as usize }).collect();
    loop {
        let mut numbers = BTreeMap::new();
        let refined: Vec<usize> = (0..states.len())
            .map(|s| {
                let next = numbers.len();
                let row: Vec<usize> = step[s].iter().map(|&t| block[t]).collect();
                *numbers.entry((block[s], row)).or_insert(next)
            })
            .collect();
        if numbers.len() == block.iter().collect::<BTreeSet<_>>().len() {
            return numbers.len();
        }
        block = refined;
    }
}

proptest! {
    #[test]
    fn label_sets_are_the_patterns_that_match(
        patterns in vec(any_pattern(), 0..6),
        inputs in vec(vec(any_symbol(), 0..8), 1..12),
    ) {
        let dfa = build(&patterns);
        for input in inputs {
            let state = input.iter().fold(StateId::START, |state, &symbol| dfa.step(state, symbol));
            let matching = (0..).zip(&patterns).filter(|(_, pattern)| pattern.matches(&input));
            let expected: BTreeSet<LabelId> = matching.map(|(label, _)| LabelId::new(label % 4)).collect();
            prop_assert_eq!(dfa.labels(state), expected.into_iter().collect::<Vec<_>>(), "on {:?}", input);
        }
    }

    #[test]
    fn order_of_patterns_does_not_matter(mut patterns in vec(any_pattern(), 0..5)) {
        let label_all = |patterns: &[Pattern]| {
            let mut builder = Builder::new(Config::default());
            patterns.iter().for_each(|pattern| builder.add(pattern, LabelId::new(0)));
            let dfa = builder.build().unwrap();
            (dfa.len(), dfa.classify(bits).unwrap().minimise().len())
        };
        let forwards = label_all(&patterns);
        patterns.reverse();
        prop_assert_eq!(forwards, label_all(&patterns));
    }

    #[test]
    fn minimising_keeps_the_meaning_and_leaves_no_two_states_alike(patterns in vec(any_pattern(), 0..5)) {
        let dfa = build(&patterns).classify(bits).unwrap();
        let minimal = dfa.clone().minimise();
        prop_assert_eq!(minimal.len(), moore_count(&dfa));
        // The product of both, from the start, meets no two states with different values.
        let mut pairs = BTreeSet::from([(StateId::START, StateId::START)]);
        let mut queue: Vec<_> = pairs.iter().copied().collect();
        while let Some((a, b)) = queue.pop() {
            prop_assert_eq!(dfa.value(a), minimal.value(b));
            for symbol in all_symbols() {
                let pair = (dfa.step(a, symbol), minimal.step(b, symbol));
                if pairs.insert(pair) {
                    queue.push(pair);
                }
            }
        }
        let reached: BTreeSet<StateId> = pairs.into_iter().map(|(_, b)| b).chain([StateId::TRAP]).collect();
        prop_assert_eq!(reached.len(), minimal.len());
    }

    #[test]
    fn absorption_keeps_the_meaning(patterns in vec((any_pattern(), 1..8_usize), 0..6)) {
        // Labels are sets of bits, and of all labels together only the union counts.
        let mut builder = Builder::new(Config::default());
        patterns.iter().for_each(|(pattern, bits)| builder.add(pattern, LabelId::new(*bits)));
        let union = |labels: &[LabelId]| Ok::<_, Infallible>(labels.iter().fold(0, |all, label| all | label.0));
        let plain = builder.clone().build().unwrap();
        let absorbed = builder.build_absorbing(|a, b| a.0 | b.0 == a.0).unwrap();
        prop_assert!(absorbed.len() <= plain.len());
        let pack = |dfa: Dfa| dfa.classify(union).unwrap().minimise().pack(PackOptions::default(), |_, &value| (value, 0));
        prop_assert_eq!(pack(plain), pack(absorbed));
    }

    #[test]
    fn what_automata_share_does_not_show(automata in vec(vec((any_pattern(), 1..8_usize), 0..4), 1..6)) {
        let mut cache = BuildCache::default();
        for patterns in automata {
            let mut builder = Builder::new(Config::default());
            patterns.iter().for_each(|(pattern, bits)| builder.add(pattern, LabelId::new(*bits)));
            let absorbs = |a: LabelId, b: LabelId| a.0 | b.0 == a.0;
            let union = |labels: &[LabelId]| labels.iter().fold(0, |all, label| all | label.0);
            let pack = |minimal: MinimalDfa<u32>| minimal.pack(PackOptions::default(), |_, &value| (value, 0));
            let long_way = |dfa: Dfa| pack(dfa.classify(|labels| Ok::<_, Infallible>(union(labels))).unwrap().minimise());
            let short = builder.merge_with(&mut cache, &absorbs, &mut |labels| Some(union(labels))).unwrap();
            let shared = builder.build_with(&mut cache, &absorbs).unwrap();
            let alone = long_way(builder.build_absorbing(absorbs).unwrap());
            prop_assert_eq!(&pack(short), &alone);
            prop_assert_eq!(long_way(shared), alone);
        }
    }

    #[test]
    fn tables_do_what_the_automaton_does(patterns in vec(any_pattern(), 0..6), diff_encode: bool) {
        let minimal = minimal(&patterns);
        let options = PackOptions { diff_encode, accept2: true };
        let tables = minimal.pack(options, |state, &value| (value, state.0)).unwrap();
        prop_assert_eq!(tables.verify(), Ok(()));
        prop_assert!(diff_encode || !tables.is_diff_encoded());
        for state in minimal.states() {
            prop_assert_eq!(tables.accept[state.0 as usize], *minimal.value(state));
            prop_assert_eq!(tables.accept2.as_ref().unwrap()[state.0 as usize], state.0);
            for symbol in all_symbols() {
                prop_assert_eq!(tables.step(state.0, symbol), minimal.step(state, symbol).0);
            }
        }
        // Nobody owns the free cells, and nothing but the trap owns cell 0.
        prop_assert_eq!((tables.next[0], tables.check[0]), (0, 0));
        prop_assert!(tables.next.iter().zip(&tables.check).all(|(&next, &check)| check != 0 || next == 0));
    }

    #[test]
    fn diff_encoding_needs_no_more_cells(patterns in vec(any_pattern(), 0..6)) {
        let minimal = minimal(&patterns);
        let owned = |diff_encode| {
            let options = PackOptions { diff_encode, accept2: false };
            let tables = minimal.pack(options, |_, &value| (value, 0)).unwrap();
            tables.check.iter().filter(|&&owner| owner != 0).count()
        };
        prop_assert!(owned(true) <= owned(false));
    }

    #[test]
    fn only_loops_descend_in_reverse_postorder(patterns in vec(any_pattern(), 0..5)) {
        let before = minimal(&patterns);
        let dfa = before.clone().renumber_reverse_postorder();
        prop_assert_eq!(dfa.len(), before.len());
        let step = |state: StateId| all_symbols().map(|symbol| dfa.step(state, symbol)).collect::<BTreeSet<_>>();
        let rows: Vec<_> = dfa.states().map(step).collect();
        // The edges that do not ascend are those that close a loop, if each leads to a state from which ascending edges
        // lead back to where it comes from.
        for state in dfa.states().skip(1) {
            for &to in &rows[state.0 as usize] {
                if to > state || to == StateId::TRAP {
                    continue;
                }
                let mut reached = BTreeSet::from([to]);
                let mut queue = vec![to];
                while let Some(at) = queue.pop() {
                    let ascending = rows[at.0 as usize].iter().filter(|&&next| next > at);
                    queue.extend(ascending.filter(|&&next| reached.insert(next)));
                }
                prop_assert!(reached.contains(&state));
            }
        }
        prop_assert!(mean_the_same(&dfa, &before));
    }

    #[test]
    fn depth_first_numbers_change_no_meaning(patterns in vec(any_pattern(), 0..5)) {
        let before = minimal(&patterns);
        let dfa = before.clone().renumber_depth_first();
        prop_assert_eq!(dfa.len(), before.len());
        prop_assert!(mean_the_same(&dfa, &before));
    }

    #[test]
    fn witnesses_are_shortest(patterns in vec(any_pattern(), 1..5)) {
        let dfa = build(&patterns);
        let mut last = 0;
        for (set, labels) in dfa.label_sets().skip(1) {
            let witness = dfa.witness(set).unwrap();
            let state = witness.iter().fold(StateId::START, |state, &symbol| dfa.step(state, symbol));
            prop_assert_eq!(dfa.labels(state), labels);
            prop_assert!(last <= witness.len());
            last = witness.len();
        }
    }
}

#[test]
fn nothing_at_all_makes_two_states() {
    let minimal = minimal(&[]);
    assert!(minimal.is_empty());
    let tables = minimal.pack(PackOptions::default(), |_, &value| (value, 0)).unwrap();
    assert_eq!((tables.states(), tables.next.len(), tables.verify()), (2, 256, Ok(())));
}

#[test]
fn the_start_is_never_merged() {
    // `a*`: the state after `a` means what the start means.
    let minimal = minimal(&[Pattern::star(Pattern::literal("a"))]);
    assert_eq!(minimal.len(), 3);
    let after = minimal.walk(b"a");
    assert_ne!(after, StateId::START);
    assert_eq!((minimal.value(StateId::START), minimal.value(after), minimal.walk(b"aaa")), (&1, &1, after));
}

#[test]
fn dead_ends_become_the_trap() {
    let pattern = Pattern::concat([Pattern::literal("abc"), Pattern::any_byte()]);
    let mut builder = Builder::new(Config::default());
    builder.add(&pattern, LabelId::new(0));
    builder.add(&Pattern::literal("abx"), LabelId::new(1));
    let dfa = builder.build().unwrap();
    let only_one = |labels: &[LabelId]| Ok::<_, Infallible>(labels == [LabelId::new(1)]);
    let minimal = dfa.classify(only_one).unwrap().minimise();
    assert_eq!(minimal.walk(b"abc"), StateId::TRAP);
    assert_eq!(minimal.len(), 5);
}

#[test]
fn classify_reports_the_soonest_conflict() {
    let mut builder = Builder::new(Config::default());
    for (label, text) in [(1, "/abc"), (2, "/ab"), (3, "/ab"), (4, "/abc")] {
        builder.add(&Pattern::literal(text), LabelId::new(label));
    }
    let error =
        builder.build().unwrap().classify(|labels| if labels.len() > 1 { Err("two") } else { Ok(0) }).unwrap_err();
    let witness = b"/ab".map(Symbol::Byte).to_vec();
    assert_eq!(error, Unclassified { error: "two", labels: vec![LabelId::new(2), LabelId::new(3)], witness });
}

#[test]
fn exponential_patterns_hit_the_limit_and_are_named() {
    let mut parts = vec![Pattern::star(Pattern::any_byte()), Pattern::literal("a")];
    parts.extend(std::iter::repeat_n(Pattern::any_byte(), 25));
    let pattern = Pattern::concat(parts);
    let build = |config| {
        let mut builder = Builder::new(config);
        builder.add(&Pattern::literal("/harmless"), LabelId::new(1));
        builder.add(&pattern, LabelId::new(2));
        builder.build().unwrap_err()
    };
    let error = build(Config { max_states: 20_000, ..Config::default() });
    assert_eq!(error, BuildError::TooManyStates { limit: 20_000, labels: vec![LabelId::new(2)] });
    let error = build(Config { max_words: 10_000, ..Config::default() });
    let BuildError::TooLarge { states: 100.., labels, .. } = error else { panic!("{error:?}") };
    assert_eq!(labels, [LabelId::new(2)]);
}

#[test]
fn a_broad_loop_absorbs_narrow_ones() {
    let mut builder = Builder::new(Config::default());
    let all = || Pattern::star(Pattern::any_byte());
    builder.add(&all(), LabelId::new(0));
    for label in 1..8 {
        builder.add(&Pattern::concat([all(), Pattern::literal([b'a' + label]), all()]), LabelId::new(label.into()));
    }
    assert!(builder.clone().build().unwrap().len() > 128);
    assert_eq!(builder.build_absorbing(|a, _| a == LabelId::new(0)).unwrap().len(), 3);
}

#[test]
fn long_literals_and_deep_nesting_are_fine() {
    let long = vec![b'x'; 16_384];
    assert_eq!(minimal(&[Pattern::literal(&long)]).len(), long.len() + 2);
    let deep = (0..200).fold(Pattern::literal("a"), |inner, i| match i % 4 {
        0 => Pattern::concat([Pattern::Empty, inner]),
        1 => Pattern::alternation([inner, Pattern::Empty]),
        2 => Pattern::plus(inner),
        _ => Pattern::star(inner),
    });
    // All of it means `a*`.
    assert_eq!(minimal(&[deep]).len(), 3);
}

/// Example: two rules on `/a` and `/b/*`, where `*` takes no dot, whose packed form is written out in full.
#[test]
fn tables_of_two_rules() {
    let name = Pattern::Set([0, b'.', b'/'].into_iter().collect::<ByteSet>().negate());
    let minimal = minimal(&[Pattern::literal("/a"), Pattern::concat([Pattern::literal("/b/"), Pattern::plus(name)])]);
    let plain = minimal.pack(PackOptions::default(), |_, &value| (value, 0)).unwrap();
    assert_eq!(minimal.len(), 7);
    // `/`; `a`, `b`; `/`; and twice NUL, `.`, `/`.
    assert_eq!(plain.used_cells(), 10);
    // The last of these rows begins at cell 5, and all 256 cells from there on must exist.
    assert_eq!(plain.next.len(), 261);
    let diff = minimal.pack(PackOptions { diff_encode: true, accept2: false }, |_, &value| (value, 0)).unwrap();
    assert_eq!((diff.used_cells(), diff.next.len()), (7, 259));
    for text in [&b"/a"[..], b"/b/", b"/b/x", b"/b/xy", b"/b/x.", b"/b/x/", b"/b/x\0", b"/b/.", b"/c", b""] {
        assert_eq!(diff.walk(1, text), plain.walk(1, text));
    }
    let name = minimal.walk(b"/b/x").0 as usize;
    assert_eq!((diff.base[name], diff.default[name]), (tables::BASE_DIFF_ENCODED, minimal.walk(b"/b/").0));
}

/// An out-of-band transition has its cell one below the base.
#[test]
fn tables_with_an_out_of_band_transition() {
    let field = [Pattern::OutOfBand, Pattern::literal("\0b")];
    let path = Pattern::literal("/a");
    let minimal = minimal(&[path.clone(), Pattern::concat([path].into_iter().chain(field))]);
    let tables = minimal.pack(PackOptions::default(), |_, &value| (value, 0)).unwrap();
    let state = tables.walk(1, b"/a");
    assert_eq!(tables.base[state as usize], tables::BASE_OUT_OF_BAND | 2);
    assert_eq!(tables.check[1], state);
    assert_eq!(tables.next.len(), 258);
    let after = tables.step(state, Symbol::OutOfBand);
    assert_ne!(tables.accept[tables.walk(after, b"\0b") as usize], 0);
    assert_eq!(tables.step(after, Symbol::OutOfBand), 0);
}

#[test]
fn limits_do_not_depend_on_what_was_built_before() {
    let mut cache = BuildCache::default();
    let build = |cache: &mut BuildCache<()>, count: u8| {
        let mut builder = Builder::new(Config { max_states: 300, ..Config::default() });
        (0..count).for_each(|i| builder.add(&Pattern::literal([b'/', i, b'x']), LabelId::new(0)));
        builder.build_with(cache, &|_, _| false).map(|dfa| dfa.len())
    };
    let few = build(&mut cache, 200);
    assert!(few.is_ok());
    // Equal endings are one state, so that only many different ones reach the limit.
    let mut many = Builder::new(Config { max_states: 100, ..Config::default() });
    (0..=255).for_each(|i| many.add(&Pattern::literal([i]), LabelId::new(i.into())));
    assert!(matches!(many.build_with(&mut cache, &|_, _| false), Err(BuildError::TooManyStates { limit: 100, .. })));
    assert_eq!(build(&mut cache, 200), few);
}
