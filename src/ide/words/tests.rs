use super::{Construct, WordRole, describe, describe_at, list};
use crate::syntax::ast::FileLetters;
use crate::vocab::{
    AddressFamily, Capability, DbusPermissions, ExecMode, IoUringPermissions, LimitUnit, MountOption, MqueueKind,
    MqueuePermissions, NetworkPermissions, Protocol, PtracePermissions, Resource, RlimitValue, Signal,
    SignalPermissions, SocketType, Vocabulary, flags,
};

fn described<'a>(role: WordRole, words: impl IntoIterator<Item = &'a str>) {
    let mut count = 0;
    for word in words {
        let found = describe(role, word.as_bytes()).unwrap_or_else(|| panic!("{role:?} {word} has no description"));
        assert!(found.text.ends_with('.') && found.text.len() >= 5, "{word}: {}", found.text);
        count += 1;
    }
    assert!(count > 0, "{role:?}");
}

#[test]
fn every_word_of_the_vocabulary_is_described() {
    let permission = WordRole::Permission;
    described(WordRole::Capability, Capability::words());
    described(WordRole::Signal, Signal::words());
    described(WordRole::Signal, ["rtmin+0", "rtmin+32"]);
    described(WordRole::Rlimit, Resource::words());
    described(WordRole::Unit, LimitUnit::words());
    described(WordRole::Flag, flags::words());
    described(WordRole::MountOption, MountOption::words());
    described(WordRole::Family, AddressFamily::words());
    described(WordRole::SocketType, SocketType::words());
    described(WordRole::Protocol, Protocol::words());
    described(permission(Construct::Network), NetworkPermissions::words());
    described(permission(Construct::Unix), NetworkPermissions::words());
    described(permission(Construct::Dbus), DbusPermissions::words());
    described(permission(Construct::Signal), SignalPermissions::words());
    described(permission(Construct::Ptrace), PtracePermissions::words());
    described(permission(Construct::Mqueue), MqueuePermissions::words());
    described(permission(Construct::IoUring), IoUringPermissions::words());
    described(permission(Construct::File), ExecMode::words());
    described(permission(Construct::File), ["m", "r", "w", "a", "l", "k", "x"]);
    described(WordRole::Keyword, crate::ide::construct::KEYWORDS.iter().map(|(word, _)| *word));
    described(WordRole::Keyword, crate::ide::construct::PREFIXES.iter().copied());
    described(WordRole::Variable, ["@{profile_name}", "attach_path", "@exec_path"]);
}

#[test]
fn every_described_word_is_one() {
    fn known<V: Vocabulary>(role: WordRole) {
        for (word, _) in list(role) {
            assert!(V::from_word(word.as_bytes()).is_some(), "{role:?} {word}");
        }
    }
    let permission = WordRole::Permission;
    known::<Capability>(WordRole::Capability);
    known::<Signal>(WordRole::Signal);
    known::<Resource>(WordRole::Rlimit);
    known::<RlimitValue>(WordRole::RlimitValue);
    known::<LimitUnit>(WordRole::Unit);
    known::<MountOption>(WordRole::MountOption);
    known::<AddressFamily>(WordRole::Family);
    known::<SocketType>(WordRole::SocketType);
    known::<Protocol>(WordRole::Protocol);
    known::<MqueueKind>(WordRole::QueueType);
    known::<NetworkPermissions>(permission(Construct::Network));
    known::<DbusPermissions>(permission(Construct::Dbus));
    known::<SignalPermissions>(permission(Construct::Signal));
    known::<PtracePermissions>(permission(Construct::Ptrace));
    known::<MqueuePermissions>(permission(Construct::Mqueue));
    known::<IoUringPermissions>(permission(Construct::IoUring));
    for (word, _) in list(permission(Construct::File)) {
        assert!(word.parse::<FileLetters>().is_ok(), "{word}");
    }
    assert!(list(WordRole::Flag).all(|(word, _)| flags::words().any(|flag| flag == word)));
}

#[test]
fn permissions_are_described_letter_by_letter() {
    let text = describe(WordRole::Permission(Construct::File), b"mrwPix").unwrap().text;
    let words: Vec<_> = text.lines().filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(words, ["m", "r", "w", "Pix"]);
    assert!(describe(WordRole::Permission(Construct::File), b"rq").is_none());
    assert!(describe(WordRole::Permission(Construct::Dbus), b"rwr").unwrap().text.contains("`w`"));
    assert!(describe(WordRole::Flag, b"error=EPERM").is_some());
    assert!(describe(WordRole::Path, b"/a").is_none());
}

#[test]
fn describes_what_stands_at_an_offset() {
    let text = "profile p {\n  deny owner /a/@{profile_name} rw, # deny\n  userns create,\n}\n";
    let file = crate::parse(text.as_bytes()).unwrap();
    let at = |needle: &str| {
        let offset = u32::try_from(text.find(needle).unwrap()).unwrap();
        describe_at(&file, text.as_bytes(), offset + 1).map(|(found, span)| (found.title, span.start - offset))
    };
    assert_eq!(at("deny"), Some(("deny".into(), 0)));
    assert_eq!(at("@{prof"), Some(("profile_name".into(), 0)));
    assert_eq!(at("rw,"), Some(("rw".into(), 0)));
    assert_eq!(at("create"), Some(("create".into(), 0)));
    assert_eq!(at("profile p"), Some(("profile".into(), 0)));
    assert_eq!(at("# deny"), None);
}
