//! The abstractions that a program needs, as far as its libraries, the functions that it calls and its interpreter tell.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::elf::Elf;
use super::libraries::LoadedLibrary;

/// Abstractions of which the first that a tree has is included.
pub(super) type Alternatives = &'static [&'static str];

/// A library whose users read more than the library's file.
struct KnownLibrary {
    /// The name up to the version.
    library: &'static str,
    /// Whether it counts as well where another library needs it.
    indirect: bool,
    abstractions: Alternatives,
}

const fn known(library: &'static str, indirect: bool, abstractions: Alternatives) -> KnownLibrary {
    KnownLibrary { library, indirect, abstractions }
}

const LIBRARIES: [KnownLibrary; 20] = [
    known("libcrypto.so.", true, &["openssl"]),
    known("libgnutls.so.", true, &["crypto"]),
    known("libgcrypt.so.", true, &["crypto"]),
    known("libkrb5.so.", true, &["kerberosclient"]),
    known("libp11-kit.so.", true, &["p11-kit"]),
    known("libnuma.so.", true, &["libnuma"]),
    known("libldap.so.", false, &["ldapclient"]),
    known("libldap-", false, &["ldapclient"]),
    known("libmariadb.so.", false, &["mysql"]),
    known("libmysqlclient.so.", false, &["mysql"]),
    known("libwrap.so.", false, &["hosts_access"]),
    known("libcups.so.", false, &["cups-client"]),
    known("libpython", false, &["python"]),
    known("libperl.so.", false, &["perl"]),
    known("libruby", false, &["ruby"]),
    known("libasound.so.", false, &["audio"]),
    known("libpulse.so.", false, &["audio"]),
    known("libfontconfig.so.", false, &["fonts"]),
    known("libX11.so.", false, &["X"]),
    known("libwayland-client.so.", false, &["wayland"]),
];

/// The abstractions for the libraries of a program, each with the library that asks for it.
pub(super) fn of_libraries(libraries: &[LoadedLibrary]) -> Vec<(Alternatives, &[u8])> {
    let mut out = Vec::new();
    for known in &LIBRARIES {
        let asks = |library: &&LoadedLibrary| {
            library.name.starts_with(known.library.as_bytes()) && (library.direct || known.indirect)
        };
        if let Some(library) = libraries.iter().find(asks) {
            out.push((known.abstractions, library.name.as_slice()));
        }
    }
    out
}

/// Functions that look up hosts and services.
const HOSTS: [&str; 8] = [
    "getaddrinfo",
    "gethostbyname",
    "gethostbyname2",
    "gethostbyname_r",
    "gethostbyaddr",
    "getnameinfo",
    "getservbyname",
    "getservbyport",
];

/// Functions that look up users and groups.
const USERS: [&str; 12] = [
    "getpwnam",
    "getpwnam_r",
    "getpwuid",
    "getpwuid_r",
    "getpwent",
    "getgrnam",
    "getgrnam_r",
    "getgrgid",
    "getgrgid_r",
    "getgrent",
    "getgrouplist",
    "initgroups",
];

/// The abstractions for the functions that a program calls, each with the function that asks for it.
pub(super) fn of_functions(elf: &Elf) -> Option<(Alternatives, &'static str)> {
    let hosts = elf.first_name(&HOSTS).map(|function| (&["nameservice"][..], function));
    hosts.or_else(|| elf.first_name(&USERS).map(|function| (&["nameservice-strict", "nameservice"][..], function)))
}

/// The abstraction for scripts of an interpreter.
pub(super) fn of_interpreter(path: &Path) -> Option<Alternatives> {
    let name = path.file_name()?.as_bytes();
    let known: [(&[u8], Alternatives); 6] = [
        (b"python", &["python"]),
        (b"perl", &["perl"]),
        (b"ruby", &["ruby"]),
        (b"php", &["php"]),
        (b"bash", &["bash"]),
        (b"fish", &["fish"]),
    ];
    let version = |rest: &[u8]| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    known.into_iter().find(|(word, _)| name.strip_prefix(*word).is_some_and(version)).map(|(_, found)| found)
}
