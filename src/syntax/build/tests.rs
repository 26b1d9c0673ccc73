use proptest::collection::vec;
use proptest::prelude::*;

use crate::analysis::{Access, Subject};
use crate::ast::{
    CapabilityRule, DbusRule, File, FileRule, MountRule, NetworkRule, Profile, ProfileFlag, PtraceRule, Rule,
    SignalRule, UnixRule,
};
use crate::syntax::{NameError, Pattern, PatternError, ProfileName};
use crate::vocab::{Capability, ExecMode, FilePermissions, MountOperation, NetworkPermissions, SignalPermissions};
use crate::{Compiler, Features};

/// Bytes of hostile names: everything that means something somewhere, and some that do not.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => proptest::sample::select(br#"/*?[]{}^,\"@#: =()<>&-~'$%.;+!|"#.to_vec()),
        2 => proptest::sample::select(b"abcd0129xn".to_vec()),
        1 => 1..=255_u8,
    ];
    vec(byte, 0..12)
}

/// A policy with one profile for the file, and what it says about reading a path.
fn allows(path: &[u8]) -> (String, impl Fn(&[u8]) -> bool) {
    let profile = Profile::new("p").unwrap().rule(FileRule::new(Pattern::literal(path).unwrap(), FilePermissions::READ));
    let text = File::from(profile).to_bytes();
    let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap());
    let blob = match compiler.compile_text("p", &text) {
        Ok(policy) => policy.to_blob().unwrap(),
        Err(error) => panic!("{}: {error}", text.escape_ascii()),
    };
    let ask = move |path: &[u8]| {
        let subject = Subject::from_blob(&blob).unwrap();
        let access = Access::parse(&[&b"file"[..], path, b"r"]).unwrap();
        subject.ask(None, &access).unwrap().is_allowed()
    };
    (text.escape_ascii().to_string(), ask)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// The rule for a literal path allows this path and none that differs a little.
    #[test]
    fn literal_paths_mean_themselves(name in hostile(), place in any::<prop::sample::Index>(), byte in 1..=255_u8) {
        let path = [b"/", name.as_slice()].concat();
        let (text, allows) = allows(&path);
        prop_assert!(allows(&path), "{} does not allow {}", text, path.escape_ascii());
        let at = place.index(path.len());
        let mut others = vec![[path.as_slice(), b"x"].concat(), [path.as_slice(), b"/x"].concat()];
        let mut changed = path.clone();
        changed[at] = byte;
        others.push(changed);
        let mut shorter = path.clone();
        shorter.remove(at);
        others.push(shorter);
        for other in others.into_iter().filter(|other| *other != path && other.starts_with(b"/")) {
            prop_assert!(!allows(&other), "{} allows {}", text, other.escape_ascii());
        }
    }

    /// Whatever a name is, the file that is built has one profile with one rule, of that name, and is what parsing gives.
    #[test]
    fn names_are_never_syntax(name in hostile(), path in hostile(), comment in hostile()) {
        let profile = Profile::new(&name).unwrap_or_else(|_| Profile::new("p").unwrap());
        let path = Pattern::literal([b"x", path.as_slice()].concat()).unwrap();
        let file = File::from(
            profile
                .attach(Pattern::literal("/bin/x").unwrap())
                .comment(&String::from_utf8_lossy(&comment))
                .flag(ProfileFlag::DisconnectedPath(comment.as_slice().into()))
                .rule(PtraceRule::new().peer(path.clone()))
                .rule(DbusRule::new().bus(path.clone()).peer_label(path.clone()))
                .rule(UnixRule::new().peer_label(path.clone()))
                .rule(MountRule::new(MountOperation::Mount).fstype(path.clone()).source(path.clone()).point(path)),
        );
        let text = file.to_bytes();
        let parsed = crate::parse(&text).map_err(|error| TestCaseError::fail(format!("{error}: {}", text.escape_ascii())))?;
        prop_assert_eq!(&parsed, &file, "{}", text.escape_ascii());
    }

    /// A glob never ends its word, and keeps its meaning.
    #[test]
    fn globs_are_one_word(glob in hostile()) {
        let Ok(pattern) = Pattern::glob(&glob) else { return Ok(()) };
        let file = File::from(Profile::new("p").unwrap().rule(SignalRule::new().peer(pattern)));
        prop_assert_eq!(crate::parse(&file.to_bytes()).ok(), Some(file));
    }
}

#[test]
fn what_no_profile_can_say() {
    assert_eq!(Pattern::literal(b"/a\0b"), Err(PatternError::Nul));
    assert_eq!(Pattern::literal(b""), Err(PatternError::Empty));
    assert_eq!(Pattern::glob(b"/a\\"), Err(PatternError::Backslash));
    for (name, error) in [
        (&b""[..], NameError::Empty),
        (b"/bin/sh", NameError::Start { byte: b'/' }),
        (b":ns:a", NameError::Start { byte: b':' }),
        (b"a\nb", NameError::Byte { byte: b'\n' }),
        (b"a{b}", NameError::Byte { byte: b'{' }),
        (b"a//b", NameError::Separator),
    ] {
        assert_eq!(ProfileName::new(name), Err(error), "{}", name.escape_ascii());
    }
    assert!(SignalRule::new().permissions(SignalPermissions::NONE).is_err(), "no permission would be all of them");
    assert!(SignalRule::new().signals([]).is_err());
    assert!(NetworkRule::new().permissions(NetworkPermissions::NONE).is_err());
}

#[test]
fn rules_as_they_are_written() {
    let path = || Pattern::literal("/usr/bin/x").unwrap();
    let name = ProfileName::new("x y").unwrap();
    for (rule, text) in [
        (FileRule::allow(path(), "rw".parse().unwrap()).owner(), "owner /usr/bin/x rw,"),
        (FileRule::deny(path(), FilePermissions::ALL).audit(), "audit deny /usr/bin/x mrwlk,"),
        (Rule::from(FileRule::new(path(), FilePermissions::NONE).exec(ExecMode::PROFILE).target(&name)), "/usr/bin/x Px -> \"x y\","),
        (
            Rule::from(FileRule::new(path(), FilePermissions::READ).exec(ExecMode::INHERIT.with_environment(true))),
            "unsafe /usr/bin/x rix,",
        ),
        (Rule::from(CapabilityRule::all()), "capability,"),
        (Rule::from(CapabilityRule::new(Capability::Bpf)), "capability bpf,"),
        (Rule::from(NetworkRule::new()), "network,"),
    ] {
        assert_eq!(rule.to_string(), text);
    }
}
