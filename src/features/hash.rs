//! The hash that identifies of a features text.

/// The seed that libapparmor uses.
const SEED: u32 = 5381;

/// 32-bit MurmurHash3 (the x86 variant; public domain algorithm by Austin Appleby).
pub(super) fn murmur3(bytes: &[u8]) -> u32 {
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = SEED;
    for &block in blocks {
        hash ^= scramble(u32::from_le_bytes(block));
        hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    let last = tail.iter().rev().fold(0, |word: u32, &byte| word << 8 | u32::from(byte));
    if !tail.is_empty() {
        hash ^= scramble(last);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the algorithm takes the length modulo 2^32")]
    let length = bytes.len() as u32;
    hash ^= length;
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

fn scramble(word: u32) -> u32 {
    word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        assert_eq!(murmur3(b""), 0xc56c_89ee);
        assert_eq!(murmur3(b"a"), 0x13e2_86eb);
        assert_eq!(murmur3(b"file {yes\n}\n"), 0xc328_cbea);
    }
}
