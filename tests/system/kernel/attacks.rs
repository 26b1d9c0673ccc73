//! Policy that kernels mishandle, in the hands of armorer: refused, whatever it is, and the kernel goes on accepting policy.
//!
//! Each attack is a binary policy, and is tried in two ways. armorer has to refuse it under the code given here, without a change of
//! the loaded profiles. Written to the kernel directly, as a program without checks would do it, it has to do what the table of
//! [`armorer::kernel`] says for that kernel: else the checks guard against nothing. After each, a canary that is never twice the same
//! has to load; where it does not, armorer has to recover the kernel. A process runs under the canary all the time.
//!
//! `ARMORER_UNCHECKED=1` tries the first way without armorer: the suite as it is without the checks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use armorer::blob::{self, BlobProfile};
use armorer::{Compiler, Features, Input};

use crate::kernel::program;
use crate::kernel::vm::{File, Vm};
use crate::support;

/// The effect of an attack on a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// It refuses it, and goes on.
    Refuses,
    /// It refuses it, and all policy from then on.
    Wedges,
    /// It loads what should not be there.
    Loads,
    /// It takes the profile for another that is loaded, and replaces that.
    Replaces,
}

use Effect::{Loads, Refuses, Replaces, Wedges};

struct Attack {
    name: &'static str,
    /// The namespaces and names of the profiles in one policy.
    profiles: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    code: &'static str,
    /// On Linux 6.1, 6.12, 7.2.
    effects: [Effect; 3],
}

/// An attack of profiles, each `NAME` or `:NAMESPACE:NAME`.
fn attack(name: &'static str, profiles: &[&[u8]], code: &'static str, effects: [Effect; 3]) -> Attack {
    let split = |text: &&[u8]| match text.strip_prefix(b":ns:") {
        Some(name) => (Some(b"ns".to_vec()), name.to_vec()),
        None => (None, text.to_vec()),
    };
    Attack { name, profiles: profiles.iter().map(split).collect(), code, effects }
}

/// A profile in a namespace of any name.
fn space(name: &'static str, namespace: &[u8], effects: [Effect; 3]) -> Attack {
    let profiles = vec![(Some(namespace.to_vec()), b"inside".to_vec())];
    Attack { name, profiles, code: "name-unloadable", effects }
}

const ORPHAN: &str = "parent-missing";
const NAME: &str = "name-unloadable";

fn attacks() -> Vec<Attack> {
    let long = |bytes: usize| "a".repeat(bytes).into_bytes();
    let child = |bytes: usize| [b"canary//", &long(bytes)[..]].concat();
    vec![
        attack("orphan", &[b"k8s-a//b"], ORPHAN, [Refuses, Refuses, Wedges]),
        attack("orphan-hat-of-hat", &[b"canary//b//c"], ORPHAN, [Refuses, Refuses, Wedges]),
        attack("orphan-behind-good", &[b"good", b"k8s-b//b"], ORPHAN, [Refuses, Refuses, Wedges]),
        attack("child-first", &[b"c1//b", b"c1"], ORPHAN, [Wedges, Refuses, Wedges]),
        attack("grandchild-only", &[b"c2", b"c2//b//c"], ORPHAN, [Refuses, Refuses, Wedges]),
        attack("parent-elsewhere", &[b":ns:canary//h"], ORPHAN, [Refuses, Refuses, Refuses]),
        attack("twice", &[b"two", b"two"], "dup-profile", [Loads, Loads, Loads]),
        attack("stack", &[b"x//&y"], NAME, [Refuses, Refuses, Wedges]),
        attack("stack-of-canary", &[b"canary//&y"], NAME, [Loads, Loads, Loads]),
        attack("dots-above", &[b"x//../y"], NAME, [Refuses, Refuses, Wedges]),
        attack("dots-child", &[b"canary//.."], NAME, [Loads, Loads, Loads]),
        attack("empty-child", &[b"canary//"], NAME, [Loads, Loads, Loads]),
        attack("empty-parent", &[b"//x"], NAME, [Refuses, Refuses, Wedges]),
        attack("slashes", &[b"//"], NAME, [Refuses, Refuses, Wedges]),
        attack("long-254", &[&long(254)], NAME, [Wedges, Refuses, Wedges]),
        attack("long-255", &[&long(255)], NAME, [Wedges, Refuses, Wedges]),
        attack("long-262", &[&long(262)], NAME, [Wedges, Refuses, Wedges]),
        attack("long-65000", &[&long(65_000)], NAME, [Wedges, Refuses, Wedges]),
        attack("long-path", &[&b"/a".repeat(130)], NAME, [Wedges, Refuses, Wedges]),
        attack("long-child", &[&child(256)], NAME, [Wedges, Refuses, Wedges]),
        attack("line-end", &[b"forged\nroot (enforce)"], NAME, [Loads, Loads, Loads]),
        attack("escape", &[b"x\x1b]0;y\x07"], NAME, [Loads, Loads, Loads]),
        attack("delete", &[b"x\x7f"], NAME, [Loads, Loads, Loads]),
        attack("blank-behind", &[b"canary "], NAME, [Replaces, Replaces, Replaces]),
        attack("blank-before", &[b" canary"], NAME, [Loads, Loads, Loads]),
        attack("blank-in-utf-8", &["voilà".as_bytes()], NAME, [Loads, Loads, Loads]),
        attack("only-blank", &[b" "], NAME, [Loads, Loads, Loads]),
        attack("colons", &[b":spoofed:x"], NAME, [Loads, Loads, Loads]),
        space("space-line-end", b"a\nb", [Loads, Loads, Loads]),
        space("space-colon", b"a:b", [Loads, Loads, Loads]),
        space("space-slash", b"a/b", [Refuses, Refuses, Refuses]),
        space("space-dots", b"..", [Refuses, Refuses, Refuses]),
        space("space-long", &long(256), [Refuses, Refuses, Refuses]),
    ]
}

/// Returns policies that are loaded all the same: names that only look odd.
fn harmless() -> Vec<Attack> {
    [
        attack("parent-and-child", &[b"ok1", b"ok1//b", b"ok1//b//c"], "", [Loads; 3]),
        attack("child-of-canary", &[b"canary//h", b"canary///bin/x"], "", [Loads; 3]),
        attack("space-and-child", &[b":ns:ok2", b":ns:ok2//b"], "", [Loads; 3]),
        attack("long-235", &[&b"o".repeat(235)], "", [Loads; 3]),
        attack("not-so-long", &["*é".repeat(200).as_bytes()], "", [Loads; 3]),
        attack("odd", &[b"ok (enforce)", b"o&k:\\", b"..."], "", [Loads; 3]),
        attack("no-utf-8", &[b"ok\xff\xfe"], "", [Loads; 3]),
    ]
    .into()
}

/// The script for a wedged namespace without a profile with whose help it recovers.
const LAST: &str = r#"
echo "RESULT sleeper: $(cat /proc/$SLEEPER/attr/current)"
write replace /bad-in-new
if armorer replace -q /good-in-new 2> /said; then echo loaded; else sed 's/.*EEXIST/EEXIST/; s/ since.*//' /said; fi | sed 's/^/RESULT nothing-to-recover: /'
remove :new://good
rmdir $POLICY/policy/namespaces/new
armorer replace -q /good-in-new; echo "RESULT namespace-removed: $?"
"#;

#[test]
fn attacks_on_linux_6_1() {
    try_all("6.1", "linux-6.1", 0);
}

#[test]
fn attacks_on_linux_6_12() {
    try_all("6.12", "linux-6.12", 1);
}

#[test]
fn attacks_on_linux_7_2() {
    try_all("sid", "linux-7.2", 2);
}

fn try_all(image: &str, kernel: &str, column: usize) {
    let Some(kernels) = support::directory("ARMORER_KERNELS", &format!("attacks on {kernel}")) else { return };
    let directory = tempfile::tempdir().unwrap();
    let compiler = Compiler::new(Features::builtin(kernel).unwrap());
    let base = compiler.compile(Input::text("base", "profile base { }")).unwrap().into_blob();
    let base = blob::read(&base).unwrap().remove(0);
    let unchecked = std::env::var_os("ARMORER_UNCHECKED").is_some();

    let mut files = program::armorer(directory.path());
    let mut script = format!("UNCHECKED={}\n{}", u8::from(unchecked), include_str!("attacks.sh"));
    let (attacks, harmless) = (attacks(), harmless());
    for attack in attacks.iter().chain(&harmless) {
        let profile = |(namespace, name): &(Option<Vec<u8>>, Vec<u8>)| BlobProfile {
            name: name.clone(),
            namespace: namespace.clone(),
            ..base.clone()
        };
        let policy = blob::write(&attack.profiles.iter().map(profile).collect::<Vec<_>>()).unwrap();
        files.push(File::data(format!("/attacks/{}", attack.name), policy));
        writeln!(script, "try_{} {}", if attack.code.is_empty() { "harmless" } else { "attack" }, attack.name).unwrap();
    }
    let mut file = |path: &str, namespace: Option<&str>, name: &str| {
        let profile = BlobProfile { name: name.into(), namespace: namespace.map(Into::into), ..base.clone() };
        files.push(File::data(path, blob::write(&[profile]).unwrap()));
    };
    file("/spare", None, "spare");
    file("/bad-in-new", Some("new"), &"a".repeat(262));
    file("/good-in-new", Some("new"), "good");
    script += LAST;
    // No two canaries are alike: the kernel takes what it has loaded already for no change at all.
    for number in 0..3 * attacks.len() + harmless.len() + 2 {
        let text = format!("profile canary {{\n  /** rix,\n  /number/{number} w,\n}}\n");
        let canary = compiler.compile(Input::text("canary", text)).unwrap().into_blob();
        files.push(File::data(format!("/canaries/{number}"), canary));
    }
    let run = Vm { kernel: &kernels.join(image), files, script }.run();

    let said: BTreeMap<&str, &str> = run.results.iter().filter_map(|line| line.split_once(": ")).collect();
    let mut wrong = String::new();
    let mut expect = |what: String, expected: String| {
        let got = said.get(&what[..]).copied().unwrap_or("nothing");
        if got != expected {
            writeln!(wrong, "{what}: {got}, not {expected}").unwrap();
        }
    };
    for attack in &attacks {
        expect(format!("armorer {}", attack.name), format!("[{}] same canary", attack.code));
        let effect = match attack.effects[column] {
            Refuses => "refused same canary",
            Wedges => "refused same wedged recovered",
            Loads => "loaded changed canary",
            Replaces => "loaded same canary",
        };
        expect(format!("kernel {}", attack.name), effect.to_owned());
    }
    for attack in &harmless {
        expect(format!("armorer {}", attack.name), "loaded canary".to_owned());
    }
    expect("sleeper".to_owned(), "canary (enforce)".to_owned());
    let expected = "EEXIST, but no such profile is in the way: the kernel accepts no policy in the namespace \"new\"";
    expect("nothing-to-recover".to_owned(), if column == 1 { "loaded" } else { expected }.to_owned());
    expect("namespace-removed".to_owned(), "0".to_owned());
    assert!(wrong.is_empty(), "attacks on {kernel}:\n{wrong}\nThe console:\n{}", run.console);
    support::say!(
        "{kernel}: {} attacks are refused, the kernel does what is expected of it without checks",
        attacks.len()
    );
}
