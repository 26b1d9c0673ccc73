//! Policies compressed with zstd: a header of 8 bytes and a frame, once for all or once a profile.
//!
//! No kernel up to Linux 7.2 takes them; the reference compiler writes them for kernels that announce
//! `policy/compressed_load`. armorer reads them.

use std::borrow::Cow;
use std::io::Read;

use ruzstd::decoding::StreamingDecoder;

use super::element::ReadError;

/// Most bytes that a compressed policy may have when it is not compressed: far above any real one, and bearable.
pub const MAX_UNCOMPRESSED: usize = 256 << 20;

/// Header version, compression level, six zero bytes.
const HEADER: usize = 8;
/// The header version.
const VERSION: u8 = 1;
/// The magic number of a zstd frame.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Whether the bytes begin like a compressed policy.
#[must_use]
pub fn is_compressed(bytes: &[u8]) -> bool {
    bytes.first() == Some(&VERSION) && bytes.get(HEADER..HEADER + MAGIC.len()) == Some(&MAGIC)
}

/// The bytes without compression.
pub(crate) fn decompress(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ReadError> {
    within(bytes, MAX_UNCOMPRESSED)
}

/// The bytes without compression, of which there may be at most `limit`.
fn within(bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, ReadError> {
    if !is_compressed(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut plain = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let offset = bytes.len() - rest.len();
        rest = frame(rest, &mut plain, limit).map_err(|why| ReadError::Compressed { offset, why })?;
    }
    Ok(Cow::Owned(plain))
}

/// Decompresses the frame that `bytes` begins with, and returns what stands after it.
fn frame<'a>(bytes: &'a [u8], plain: &mut Vec<u8>, limit: usize) -> Result<&'a [u8], &'static str> {
    if !is_compressed(bytes) {
        return Err("no header of a compressed profile");
    }
    let frame = bytes.get(HEADER..).unwrap_or_default();
    let mut decoder = StreamingDecoder::new(frame).map_err(|_| "the zstd frame is damaged")?;
    let room = limit.saturating_sub(plain.len());
    let beyond = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    let read = decoder.by_ref().take(beyond).read_to_end(plain).map_err(|_| "the zstd frame is damaged")?;
    if read > room {
        return Err("it has more than 256 MiB without compression");
    }
    let (rest, decoder) = decoder.into_parts();
    if decoder.get_checksum_from_data().is_some_and(|sum| decoder.get_calculated_checksum() != Some(sum)) {
        return Err("the checksum of the zstd frame is wrong");
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;
    use crate::blob::{BlobProfile, read, write};

    fn packed(plain: &[u8]) -> Vec<u8> {
        [&[VERSION, 3, 0, 0, 0, 0, 0, 0][..], &compress_to_vec(plain, CompressionLevel::Fastest)].concat()
    }

    fn profile(name: &str) -> BlobProfile {
        BlobProfile { version: 7, name: name.into(), ..BlobProfile::default() }
    }

    #[test]
    fn a_frame_for_all_or_one_a_profile() {
        let profiles = [profile("a"), profile("b")];
        let plain = write(&profiles).unwrap();
        assert_eq!(read(&packed(&plain)).unwrap(), profiles);
        let each: Vec<u8> =
            profiles.iter().flat_map(|profile| packed(&write(std::slice::from_ref(profile)).unwrap())).collect();
        assert_eq!(read(&each).unwrap(), profiles);
    }

    #[test]
    fn damage_is_an_error() {
        let plain = write(&[profile("a")]).unwrap();
        let good = packed(&plain);
        for length in 12..good.len() {
            assert!(read(&good[..length]).is_err(), "{length}");
        }
        for at in 8..good.len() {
            let mut changed = good.clone();
            changed[at] ^= 0x55;
            // Whatever it is then: it ends. The checksum is not mandatory, so that some changes are not noticed.
            let _ = read(&changed);
        }
        let both = [&good[..], b"\0"].concat();
        let error = ReadError::Compressed { offset: good.len(), why: "no header of a compressed profile" };
        assert_eq!(read(&both), Err(error));
    }

    #[test]
    fn bombs_are_refused() {
        const LIMIT: usize = 1 << 20;
        let why = "it has more than 256 MiB without compression";
        let most = packed(&[0; LIMIT]);
        assert_eq!(within(&most, LIMIT).unwrap().len(), LIMIT);
        let bomb = packed(&[0; LIMIT + 1]);
        assert!(bomb.len() < LIMIT / 100);
        assert_eq!(within(&bomb, LIMIT), Err(ReadError::Compressed { offset: 0, why }));
        // What the frames before have is counted as well.
        let offset = most.len();
        let frames = [most, packed(b"x")].concat();
        assert_eq!(within(&frames, LIMIT), Err(ReadError::Compressed { offset, why }));
    }
}
