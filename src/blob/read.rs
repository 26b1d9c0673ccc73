//! Reads the profiles of a blob from its bytes.

use super::compressed;
use super::container;
use super::element::{ElementCursor, ReadError, tag};
use super::layout::{AutomatonLayout, ProfileLayout};
use super::profile::{BlobProfile, Capabilities, ForeignFields, Perms, PolicyDb, Rlimits, Secmark, Xmatch};
use super::verify::Automaton;
use crate::automata::Tables;

type Result<T, E = ReadError> = std::result::Result<T, E>;

type KeyValue = (Vec<u8>, Vec<u8>);

/// Reads the profiles of a policy: ABI 5 to 9, with any of the optional fields, whoever wrote it.
///
/// The structure is checked, the values are not: see [`super::verify()`]. What is allocated is bounded by the length of the
/// input, or by [`MAX_UNCOMPRESSED`](super::compressed::MAX_UNCOMPRESSED) where that is compressed with zstd. An empty input holds no
/// profile.
///
/// # Errors
///
/// [`ReadError`], with the offset of the byte where the input stops being a policy.
///
/// # Examples
///
/// ```
/// use armorer::blob;
///
/// let error = blob::read(b"\x04\x08\x00version\0\x02\x03\0\0\0").unwrap_err();
/// assert_eq!(error.to_string(), "byte 11: unsupported ABI number 3 (5 to 9 are known)");
/// ```
pub fn read(bytes: &[u8]) -> Result<Vec<BlobProfile>> {
    Ok(read_with_layout(bytes)?.into_iter().map(|(profile, _)| profile).collect())
}

/// [`read()`], and how each profile is laid out. Offsets in a compressed policy count in what it decompresses to.
///
/// # Errors
///
/// Those of [`read()`].
pub fn read_with_layout(bytes: &[u8]) -> Result<Vec<(BlobProfile, ProfileLayout)>> {
    let plain = compressed::decompress(bytes)?;
    let mut cursor = ElementCursor::new(&plain);
    let mut profiles = Vec::new();
    let mut version = None;
    while !cursor.at_end() {
        let offset = cursor.offset();
        let mut layout = ProfileLayout { offset, ..ProfileLayout::default() };
        let profile = profile(&mut cursor, version, &mut layout)?;
        layout.bytes = cursor.offset() - offset;
        version = Some(profile.version);
        profiles.push((profile, layout));
    }
    Ok(profiles)
}

fn profile(cursor: &mut ElementCursor<'_>, inherited: Option<u32>, layout: &mut ProfileLayout) -> Result<BlobProfile> {
    let version = version(cursor, inherited)?;
    let namespace = cursor.named_string("namespace")?;
    layout.element = cursor.offset();
    cursor.required("profile", tag::STRUCT)?;
    let mut foreign = ForeignFields::default();
    let name = cursor.unnamed_string("the profile name")?;
    foreign.rename = cursor.named_string("rename")?;
    foreign.attach = cursor.named_string("attach")?;
    skip_tags(cursor, &mut foreign)?;
    let xmatch = match automaton(cursor, Automaton::Xmatch, layout)? {
        Some(dfa) => Some(Xmatch { dfa, len: cursor.unnamed_u32("the attachment length")? }),
        None => None,
    };
    let disconnected = cursor.named_string("disconnected")?;
    let disconnected_ipc = cursor.named_string("disconnected_ipc")?;
    let kill = cursor.named_u32("kill")?;
    let error = cursor.named_u32("error")?;
    let [flags, mode, audit] = flags(cursor)?;
    let path_flags = cursor.named_u32("path_flags")?;
    let capabilities = capabilities(cursor)?;
    foreign.capsx = capsx(cursor)?;
    let identity = cursor.named("identity", tag::ARRAY)?.then(|| strings(cursor, "identity")).transpose()?;
    let xattrs = xattrs(cursor)?;
    let rlimits = rlimits(cursor)?;
    foreign.secmark = secmark(cursor)?;
    let net_allowed_af = net_allowed_af(cursor)?;
    let policydb = if cursor.named("policydb", tag::STRUCT)? {
        let offset = cursor.offset();
        let db = section(cursor, Automaton::Policydb, layout, &mut foreign)?;
        cursor.unnamed(tag::STRUCTEND, "policydb")?;
        Some(db.ok_or(ReadError::BadAutomaton { offset, why: "the policydb has none" })?)
    } else {
        None
    };
    let file = section(cursor, Automaton::File, layout, &mut foreign)?;
    foreign.data = data(cursor)?;
    cursor.unnamed(tag::STRUCTEND, "profile")?;
    Ok(BlobProfile {
        version,
        namespace,
        name,
        xmatch,
        disconnected,
        disconnected_ipc,
        kill,
        error,
        flags,
        mode,
        audit,
        path_flags,
        capabilities,
        identity,
        xattrs,
        rlimits,
        net_allowed_af,
        policydb,
        file,
        foreign,
    })
}

fn version(cursor: &mut ElementCursor<'_>, inherited: Option<u32>) -> Result<u32> {
    let offset = cursor.offset();
    // Profiles after the first may omit it.
    let word = match (cursor.named_u32("version")?, inherited) {
        (Some(word), _) | (None, Some(word)) => word,
        (None, None) => {
            cursor.required("version", tag::U32)?;
            cursor.word("version")?
        }
    };
    let abi = word & 0x3ff;
    if !(5..=9).contains(&abi) {
        // The word stands after its name.
        return Err(ReadError::UnsupportedVersion { offset: offset.saturating_add(11), abi });
    }
    Ok(word)
}

fn flags(cursor: &mut ElementCursor<'_>) -> Result<[u32; 3]> {
    cursor.required("flags", tag::STRUCT)?;
    let words =
        [cursor.unnamed_u32("flags")?, cursor.unnamed_u32("the profile mode")?, cursor.unnamed_u32("the audit flag")?];
    cursor.unnamed(tag::STRUCTEND, "flags")?;
    Ok(words)
}

fn capabilities(cursor: &mut ElementCursor<'_>) -> Result<Capabilities> {
    const WHAT: &str = "a capability word";
    let mut low = [0; 4];
    for word in &mut low {
        *word = cursor.unnamed_u32(WHAT)?;
    }
    let mut high = [0; 4];
    if cursor.named("caps64", tag::STRUCT)? {
        for word in &mut high {
            *word = cursor.unnamed_u32(WHAT)?;
        }
        cursor.unnamed(tag::STRUCTEND, "caps64")?;
    }
    let [allow, audit, quiet, extended] = low;
    let [allow_high, audit_high, quiet_high, extended_high] = high;
    Ok(Capabilities {
        allow: join(allow, allow_high),
        audit: join(audit, audit_high),
        quiet: join(quiet, quiet_high),
        extended: join(extended, extended_high),
    })
}

fn capsx(cursor: &mut ElementCursor<'_>) -> Result<Option<u64>> {
    if !cursor.named("capsx", tag::STRUCT)? {
        return Ok(None);
    }
    let word = join(cursor.unnamed_u32("capsx")?, cursor.unnamed_u32("capsx")?);
    cursor.unnamed(tag::STRUCTEND, "capsx")?;
    Ok(Some(word))
}

fn join(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

fn xattrs(cursor: &mut ElementCursor<'_>) -> Result<Vec<Vec<u8>>> {
    if !cursor.named("xattrs", tag::STRUCT)? {
        return Ok(Vec::new());
    }
    cursor.unnamed(tag::ARRAY, "xattrs")?;
    let names = strings(cursor, "xattrs")?;
    cursor.unnamed(tag::STRUCTEND, "xattrs")?;
    Ok(names)
}

fn rlimits(cursor: &mut ElementCursor<'_>) -> Result<Option<Rlimits>> {
    if !cursor.named("rlimits", tag::STRUCT)? {
        return Ok(None);
    }
    let mut rlimits = Rlimits { mask: cursor.unnamed_u32("the rlimit mask")?, ..Rlimits::default() };
    let offset = cursor.offset();
    cursor.unnamed(tag::ARRAY, "rlimits")?;
    let (count, _) = cursor.count(1, "rlimits")?;
    let Some(values) = rlimits.values.get_mut(..count) else {
        let value = u32::try_from(count).unwrap_or(u32::MAX);
        return Err(ReadError::BadValue { offset, what: "the number of rlimits", value });
    };
    for value in values {
        *value = cursor.unnamed_u64("an rlimit")?;
    }
    cursor.unnamed(tag::ARRAYEND, "rlimits")?;
    cursor.unnamed(tag::STRUCTEND, "rlimits")?;
    Ok(Some(rlimits))
}

fn secmark(cursor: &mut ElementCursor<'_>) -> Result<Option<Vec<Secmark>>> {
    if !cursor.named("secmark", tag::STRUCT)? {
        return Ok(None);
    }
    cursor.unnamed(tag::ARRAY, "secmark")?;
    let (count, capacity) = cursor.count(8, "secmark")?;
    let mut entries = Vec::with_capacity(capacity);
    for _ in 0..count {
        let audit = cursor.unnamed_u8("secmark")?;
        let deny = cursor.unnamed_u8("secmark")?;
        let label = cursor.unnamed_string("secmark")?;
        entries.push(Secmark { audit, deny, label });
    }
    cursor.unnamed(tag::ARRAYEND, "secmark")?;
    cursor.unnamed(tag::STRUCTEND, "secmark")?;
    Ok(Some(entries))
}

fn net_allowed_af(cursor: &mut ElementCursor<'_>) -> Result<Option<Vec<[u16; 3]>>> {
    const NAME: &str = "net_allowed_af";
    if !cursor.named(NAME, tag::ARRAY)? {
        return Ok(None);
    }
    let (count, capacity) = cursor.count(9, NAME)?;
    let mut families = Vec::with_capacity(capacity);
    for _ in 0..count {
        families.push([cursor.unnamed_u16(NAME)?, cursor.unnamed_u16(NAME)?, cursor.unnamed_u16(NAME)?]);
    }
    cursor.unnamed(tag::ARRAYEND, NAME)?;
    Ok(Some(families))
}

/// A policydb section; `None` if none of its fields stands here.
fn section(
    cursor: &mut ElementCursor<'_>,
    which: Automaton,
    layout: &mut ProfileLayout,
    foreign: &mut ForeignFields,
) -> Result<Option<PolicyDb>> {
    skip_tags(cursor, foreign)?;
    let offset = cursor.offset();
    let perms = perms(cursor)?;
    // Kernels look for it after a table only: elsewhere it is out of place.
    let perms_version = if perms.is_some() { cursor.named_u32("permsv")? } else { None };
    let Some(dfa) = automaton(cursor, which, layout)? else {
        if cursor.offset() != offset {
            return Err(ReadError::BadAutomaton { offset, why: "a permission table without automaton" });
        }
        return Ok(None);
    };
    // Kernels take the second name after the file section, too.
    let start = match which {
        Automaton::File => cursor.named_u32("dfa_start")?,
        Automaton::Policydb | Automaton::Xmatch => None,
    };
    let start = if start.is_none() { cursor.named_u32("start")? } else { start };
    let mut transitions = Vec::new();
    if cursor.named("xtable", tag::STRUCT)? {
        cursor.unnamed(tag::ARRAY, "xtable")?;
        let (count, capacity) = cursor.count(4, "xtable")?;
        transitions.reserve(capacity);
        for _ in 0..count {
            transitions.push(cursor.unnamed_text("xtable")?);
        }
        cursor.unnamed(tag::ARRAYEND, "xtable")?;
        cursor.unnamed(tag::STRUCTEND, "xtable")?;
    }
    Ok(Some(PolicyDb { perms, perms_version, dfa, start, transitions }))
}

fn perms(cursor: &mut ElementCursor<'_>) -> Result<Option<Vec<Perms>>> {
    if !cursor.named("perms", tag::STRUCT)? {
        return Ok(None);
    }
    let offset = cursor.offset();
    match cursor.named_u32("version")? {
        Some(1) => {}
        version => {
            let value = version.unwrap_or(0);
            return Err(ReadError::BadValue { offset, what: "the version of a permission table", value });
        }
    }
    cursor.unnamed(tag::ARRAY, "perms")?;
    let (count, capacity) = cursor.count(14 * 5, "perms")?;
    let mut entries = Vec::with_capacity(capacity);
    for _ in 0..count {
        let mut words = [0; 14];
        for word in &mut words {
            *word = cursor.unnamed_u32("a permission entry")?;
        }
        entries.push(Perms::from_words(words));
    }
    cursor.unnamed(tag::ARRAYEND, "perms")?;
    cursor.unnamed(tag::STRUCTEND, "perms")?;
    Ok(Some(entries))
}

fn automaton(cursor: &mut ElementCursor<'_>, which: Automaton, layout: &mut ProfileLayout) -> Result<Option<Tables>> {
    if !cursor.named("aadfa", tag::BLOB)? {
        return Ok(None);
    }
    let (bytes, offset) = cursor.blob("an automaton")?;
    // Whatever the writer meant to align: kernels skip this many bytes and no others.
    let pad = bytes.len() % 8;
    let tables = bytes.get(pad..).unwrap_or_default();
    let (tables, found) = container::decode(tables, offset.saturating_add(pad))?;
    layout.automata.push((which, AutomatonLayout { padding: pad, ..found }));
    Ok(Some(tables))
}

fn strings(cursor: &mut ElementCursor<'_>, what: &'static str) -> Result<Vec<Vec<u8>>> {
    let (count, capacity) = cursor.count(4, what)?;
    let mut strings = Vec::with_capacity(capacity);
    for _ in 0..count {
        strings.push(cursor.unnamed_string(what)?);
    }
    cursor.unnamed(tag::ARRAYEND, what)?;
    Ok(strings)
}

/// Steps over a `tags` struct and keeps its bytes.
fn skip_tags(cursor: &mut ElementCursor<'_>, foreign: &mut ForeignFields) -> Result<()> {
    const WHAT: &str = "tags";
    let start = cursor.offset();
    if !cursor.named(WHAT, tag::STRUCT)? {
        return Ok(());
    }
    let offset = cursor.offset();
    let version = cursor.named_u32("version")?.unwrap_or(0);
    if version != 1 {
        return Err(ReadError::BadValue { offset, what: "the version of tags", value: version });
    }
    if cursor.named("strs", tag::STRUCT)? {
        cursor.unnamed(tag::ARRAY, WHAT)?;
        for _ in 0..cursor.count(4, WHAT)?.0 {
            cursor.unnamed_text(WHAT)?;
        }
        cursor.unnamed(tag::ARRAYEND, WHAT)?;
        cursor.unnamed(tag::STRUCTEND, WHAT)?;
    }
    for (name, words) in [("hdrs", 4), ("sets", 1)] {
        if cursor.named(name, tag::ARRAY)? {
            for _ in 0..cursor.count(words * 5, WHAT)?.0.saturating_mul(words) {
                cursor.unnamed_u32(WHAT)?;
            }
            cursor.unnamed(tag::ARRAYEND, WHAT)?;
        }
    }
    cursor.unnamed(tag::STRUCTEND, WHAT)?;
    foreign.tags.push(cursor.since(start).to_vec());
    Ok(())
}

fn data(cursor: &mut ElementCursor<'_>) -> Result<Option<Vec<KeyValue>>> {
    if !cursor.named("data", tag::STRUCT)? {
        return Ok(None);
    }
    let mut pairs = Vec::new();
    while !cursor.next_is(tag::STRUCTEND) {
        let key = cursor.unnamed_string("data")?;
        cursor.unnamed(tag::BLOB, "data")?;
        pairs.push((key, cursor.blob("data")?.0.to_vec()));
    }
    cursor.unnamed(tag::STRUCTEND, "data")?;
    Ok(Some(pairs))
}
