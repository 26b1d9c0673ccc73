use super::{Construct, WordRole, describe, describe_at, list};
use crate::vocab::{
    capabilities, dbus, families, file, flags, io_uring, mount, mqueue, network, protocols, ptrace, rlimits, signals,
    sockets, units,
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

fn names<'a, T: 'a>(table: &'a [(&'a str, T)]) -> impl Iterator<Item = &'a str> {
    table.iter().map(|(name, _)| *name)
}

#[test]
fn every_word_of_the_vocabulary_is_described() {
    let permission = WordRole::Permission;
    described(WordRole::Capability, names(capabilities::ALL));
    described(WordRole::Signal, names(signals::ALL));
    described(WordRole::Signal, ["rtmin+0", "rtmin+32"]);
    described(WordRole::Rlimit, rlimits::ALL.iter().map(|(name, ..)| *name));
    described(WordRole::Unit, names(units::SIZE).chain(names(units::TIME)));
    described(WordRole::Flag, flags::words());
    described(WordRole::MountOption, mount::ALL.iter().map(|flag| flag.name));
    described(WordRole::Family, names(families::ALL));
    described(WordRole::SocketType, names(sockets::ALL).chain(names(sockets::UNIX_ONLY)));
    described(WordRole::Protocol, protocols::ALL.iter().map(|protocol| protocol.name));
    described(permission(Construct::Network), names(network::ALL));
    described(permission(Construct::Unix), names(network::ALL));
    described(permission(Construct::Dbus), names(dbus::ALL));
    described(permission(Construct::Signal), names(signals::PERMISSIONS));
    described(permission(Construct::Ptrace), names(ptrace::ALL));
    described(permission(Construct::Mqueue), names(mqueue::ALL));
    described(permission(Construct::IoUring), names(io_uring::ALL));
    described(permission(Construct::File), file::EXEC_FORMS.iter().map(|form| form.name));
    described(permission(Construct::File), ["m", "r", "w", "a", "l", "k", "x"]);
    described(WordRole::Keyword, crate::ide::construct::KEYWORDS.iter().map(|(word, _)| *word));
    described(WordRole::Keyword, crate::ide::construct::PREFIXES.iter().copied());
    described(WordRole::Variable, ["@{profile_name}", "attach_path", "@exec_path"]);
}

#[test]
fn every_described_word_is_one() {
    let known = |role, is: fn(&[u8]) -> bool| {
        for (word, _) in list(role) {
            assert!(is(word.as_bytes()), "{role:?} {word}");
        }
    };
    known(WordRole::Capability, |word| capabilities::number(word).is_some());
    known(WordRole::Signal, |word| signals::number(word).is_some());
    known(WordRole::Rlimit, |word| rlimits::number(word).is_some());
    known(WordRole::Unit, |word| units::size(word).is_some() || units::microseconds(word).is_some());
    known(WordRole::MountOption, |word| mount::flag(word).is_some());
    known(WordRole::Family, |word| families::number(word).is_some());
    known(WordRole::SocketType, |word| sockets::unix_number(word).is_some());
    known(WordRole::Permission(Construct::Network), |word| network::bits(word).is_some());
    known(WordRole::Permission(Construct::Dbus), |word| dbus::bits(word).is_some());
    known(WordRole::Permission(Construct::Signal), |word| signals::bits(word).is_some());
    known(WordRole::Permission(Construct::Ptrace), |word| ptrace::bits(word).is_some());
    known(WordRole::Permission(Construct::Mqueue), |word| mqueue::bits(word).is_some());
    known(WordRole::Flag, |word| flags::words().any(|flag| flag.as_bytes() == word));
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
