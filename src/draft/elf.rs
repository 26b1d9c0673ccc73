//! The dynamic section of ELF files. Only the parts that are needed are read, and sizes that a file claims are bounded.

use std::fs::File;
use std::os::unix::fs::FileExt;

use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::{Endianness, pod};

/// The most segments of a file; real ones have about a dozen.
const MAX_SEGMENTS: u16 = 512;

/// The most entries of a dynamic section.
const MAX_DYNAMIC: u64 = 8192;

/// The longest table of dynamic strings. That of a browser engine has some megabytes.
const MAX_STRINGS: u64 = 64 << 20;

/// The most libraries that one file needs.
const MAX_NEEDED: usize = 256;

/// The longest path in a file.
const MAX_PATH: u64 = 4096;

/// Facts about an ELF file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Elf {
    /// Whether its class is that of 64 bits, and its machine.
    pub(super) architecture: (bool, u16),
    pub(super) interpreter: Option<Vec<u8>>,
    /// Names of libraries, in order.
    pub(super) needed: Vec<Vec<u8>>,
    /// The directories of `DT_RPATH`, with `:` between them.
    pub(super) rpath: Option<Vec<u8>>,
    /// The directories of `DT_RUNPATH`, with `:` between them.
    pub(super) runpath: Option<Vec<u8>>,
    /// The names that its dynamic symbols have, as strings with NUL bytes between them.
    pub(super) names: Vec<u8>,
}

/// Reasons why a file is no ELF file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ElfError {
    #[error("neither an ELF file nor a script")]
    NotElf,
    #[error("damaged ELF file: {0}")]
    Damaged(&'static str),
}

/// Bytes by their place.
pub(super) trait Bytes {
    /// `len` bytes from `offset`; `None` where there are fewer.
    fn at(&self, offset: u64, len: u64) -> Option<Vec<u8>>;
}

impl Bytes for File {
    fn at(&self, offset: u64, len: u64) -> Option<Vec<u8>> {
        // A buffer only for what is there.
        let size = self.metadata().ok()?.len();
        offset.checked_add(len).filter(|&end| end <= size)?;
        let mut buffer = vec![0; usize::try_from(len).ok()?];
        self.read_exact_at(&mut buffer, offset).ok()?;
        Some(buffer)
    }
}

impl Bytes for [u8] {
    fn at(&self, offset: u64, len: u64) -> Option<Vec<u8>> {
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        self.get(start..end).map(<[u8]>::to_vec)
    }
}

/// Reads the facts. `with_names` asks for the names of symbols as well.
pub(super) fn read(file: &(impl Bytes + ?Sized), with_names: bool) -> Result<Elf, ElfError> {
    let ident = file.at(0, 16).ok_or(ElfError::NotElf)?;
    match ident.as_slice() {
        [0x7f, b'E', b'L', b'F', 1, ..] => parse::<FileHeader32<Endianness>>(file, with_names),
        [0x7f, b'E', b'L', b'F', 2, ..] => parse::<FileHeader64<Endianness>>(file, with_names),
        [0x7f, b'E', b'L', b'F', ..] => Err(ElfError::Damaged("unknown class")),
        _ => Err(ElfError::NotElf),
    }
}

/// A segment that is mapped.
struct ElfSegment {
    address: u64,
    offset: u64,
    size: u64,
}

/// Returns the place of an address in the file, and the number of bytes from there on.
fn locate(loads: &[ElfSegment], address: u64) -> Option<(u64, u64)> {
    loads.iter().find_map(|load| {
        let inside = address.checked_sub(load.address).filter(|&inside| inside < load.size)?;
        Some((load.offset.checked_add(inside)?, load.size - inside))
    })
}

fn parse<E: FileHeader<Endian = Endianness>>(file: &(impl Bytes + ?Sized), with_names: bool) -> Result<Elf, ElfError> {
    let damaged = ElfError::Damaged;
    let size = |of: usize| of as u64;
    let head = file.at(0, size(size_of::<E>())).ok_or(damaged("no header"))?;
    let header = E::parse(head.as_slice()).map_err(|_| damaged("no valid header"))?;
    let endian = header.endian().map_err(|_| damaged("unknown byte order"))?;
    let mut elf = Elf { architecture: (header.is_class_64(), header.e_machine(endian).0), ..Elf::default() };

    let count = header.e_phnum(endian);
    if count > MAX_SEGMENTS {
        return Err(damaged("too many segments"));
    }
    let table = file.at(header.e_phoff(endian).into(), u64::from(count) * size(size_of::<E::ProgramHeader>()));
    let table = table.ok_or(damaged("segments that are not in the file"))?;
    let segments = pod::slice_from_all_bytes::<E::ProgramHeader>(&table).map_err(|()| damaged("no valid segments"))?;

    let mut loads = Vec::new();
    let mut dynamic = None;
    for segment in segments {
        let (offset, length) = (segment.p_offset(endian).into(), segment.p_filesz(endian).into());
        match segment.p_type(endian) {
            elf::PT_LOAD => loads.push(ElfSegment { address: segment.p_vaddr(endian).into(), offset, size: length }),
            elf::PT_DYNAMIC => dynamic = Some((offset, length)),
            elf::PT_INTERP if length <= MAX_PATH => {
                let path = file.at(offset, length).ok_or(damaged("an interpreter that is not in the file"))?;
                elf.interpreter = Some(path.split(|&byte| byte == 0).next().unwrap_or_default().to_vec());
            }
            elf::PT_INTERP => return Err(damaged("the path of the interpreter is too long")),
            _ => {}
        }
    }
    let Some((offset, length)) = dynamic else { return Ok(elf) };
    let entry = size(size_of::<E::Dyn>());
    if length / entry > MAX_DYNAMIC {
        return Err(damaged("too many dynamic entries"));
    }
    let table = file.at(offset, length - length % entry).ok_or(damaged("a dynamic section that is not in the file"))?;
    let entries = pod::slice_from_all_bytes::<E::Dyn>(&table).map_err(|()| damaged("no valid dynamic section"))?;
    read_dynamic(file, &loads, entries, endian, with_names, &mut elf)?;
    Ok(elf)
}

fn read_dynamic<D: Dyn<Endian = Endianness>>(
    file: &(impl Bytes + ?Sized),
    loads: &[ElfSegment],
    entries: &[D],
    endian: Endianness,
    with_names: bool,
    elf: &mut Elf,
) -> Result<(), ElfError> {
    let damaged = ElfError::Damaged;
    let (mut needed, mut rpath, mut runpath, mut strings, mut length) = (Vec::new(), None, None, None, None);
    for entry in entries {
        let value: u64 = entry.d_val(endian).into();
        match entry.d_tag(endian) {
            elf::DT_NULL => break,
            elf::DT_NEEDED => needed.push(value),
            elf::DT_RPATH => rpath = Some(value),
            elf::DT_RUNPATH => runpath = Some(value),
            elf::DT_STRTAB => strings = Some(value),
            elf::DT_STRSZ => length = Some(value),
            _ => {}
        }
    }
    if needed.len() > MAX_NEEDED {
        return Err(damaged("too many libraries"));
    }
    let Some(address) = strings else {
        return if needed.is_empty() { Ok(()) } else { Err(damaged("no table of strings")) };
    };
    let (start, there) = locate(loads, address).ok_or(damaged("a table of strings that is not in the file"))?;
    let length = length.unwrap_or(there).min(there);
    if length > MAX_STRINGS {
        return Err(damaged("too large a table of strings"));
    }
    let string = |at: u64| -> Result<Vec<u8>, ElfError> {
        let rest = length.checked_sub(at).ok_or(damaged("a string outside of its table"))?;
        let offset = start.checked_add(at).ok_or(damaged("a string outside of its table"))?;
        let text = file.at(offset, rest.min(MAX_PATH)).ok_or(damaged("a string that is not in the file"))?;
        let end = memchr::memchr(0, &text).ok_or(damaged("a string without end"))?;
        Ok(text.get(..end).unwrap_or_default().to_vec())
    };
    elf.needed = needed.into_iter().map(string).collect::<Result<_, _>>()?;
    elf.rpath = rpath.map(string).transpose()?;
    elf.runpath = runpath.map(string).transpose()?;
    if with_names {
        elf.names = file.at(start, length).ok_or(damaged("a table of strings that is not in the file"))?;
    }
    Ok(())
}

impl Elf {
    /// The first of some names that its dynamic symbols have.
    pub(super) fn first_name(&self, wanted: &[&'static str]) -> Option<&'static str> {
        let mut names = self.names.split(|&byte| byte == 0);
        names.find_map(|name| wanted.iter().copied().find(|wanted| wanted.as_bytes() == name))
    }
}
