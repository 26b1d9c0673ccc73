//! Small ELF files: 64 bits, little endian, with no code in them.

/// A file for x86-64 with an interpreter, needed libraries, a `DT_RUNPATH` and names of symbols; empty texts are left out.
pub(crate) fn elf(interpreter: &str, needed: &[&str], runpath: &str, names: &[&str]) -> Vec<u8> {
    let mut strings = vec![0_u8];
    let mut string = |text: &str| {
        let at = strings.len() as u64;
        strings.extend(text.bytes().chain([0]));
        at
    };
    let mut dynamic: Vec<(u64, u64)> = needed.iter().map(|name| (1, string(name))).collect();
    if !runpath.is_empty() {
        dynamic.push((29, string(runpath)));
    }
    for name in names {
        string(name);
    }
    let segments: u64 = if interpreter.is_empty() { 2 } else { 3 };
    let interpreter_at = 64 + segments * 56;
    let path = [interpreter.as_bytes(), b"\0"].concat();
    let dynamic_at = interpreter_at + path.len() as u64;
    let strings_at = dynamic_at + (dynamic.len() as u64 + 3) * 16;
    dynamic.extend([(5, strings_at), (10, strings.len() as u64), (0, 0)]);
    let end = strings_at + strings.len() as u64;

    let mut out = b"\x7fELF\x02\x01\x01".to_vec();
    out.resize(16, 0);
    let mut half = |value: u16| out.extend(value.to_le_bytes());
    half(3); // ET_DYN
    half(62); // EM_X86_64
    out.extend(1_u32.to_le_bytes());
    for word in [0_u64, 64, 0] {
        out.extend(word.to_le_bytes());
    }
    out.extend(0_u32.to_le_bytes());
    for half in [64_u16, 56, segments as u16, 64, 0, 0] {
        out.extend(half.to_le_bytes());
    }
    let mut segment = |kind: u32, offset: u64, size: u64| {
        out.extend(kind.to_le_bytes());
        out.extend(4_u32.to_le_bytes());
        for word in [offset, offset, offset, size, size, 8] {
            out.extend(word.to_le_bytes());
        }
    };
    segment(1, 0, end);
    segment(2, dynamic_at, dynamic.len() as u64 * 16);
    if !interpreter.is_empty() {
        segment(3, interpreter_at, path.len() as u64);
    }
    out.extend(path);
    for (tag, value) in dynamic {
        out.extend(tag.to_le_bytes().into_iter().chain(value.to_le_bytes()));
    }
    out.extend(strings);
    out
}
