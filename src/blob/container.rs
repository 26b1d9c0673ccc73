//! The tables of an automaton as bytes: a header, then one block a table. All integers are big-endian.

use super::element::ReadError;
use super::layout::{AutomatonLayout, TableLayout};
use crate::automata::Tables;

/// `YYTH_MAGIC` of the kernel.
const MAGIC: u32 = 0x1b5e_783d;
/// Length of the header that is written; readers take it from the header itself.
const HEADER: u32 = 24;
/// Shortest header that holds the flags.
const MIN_HEADER: usize = 14;
/// Length of the header of a table.
const TABLE_HEADER: usize = 12;
/// The version string, used since the format was taken from flex.
const VERSION: &[u8; 10] = b"notflex\0\0\0";

const ACCEPT: u16 = 1;
const BASE: u16 = 2;
const CHECK: u16 = 3;
const DEFAULT: u16 = 4;
const CLASSES: u16 = 5;
const ACCEPT2: u16 = 7;
const NEXT: u16 = 8;

/// Header flag and `base` bit of diff-encoded states.
const FLAG_DIFF: u16 = 1;
const BASE_DIFF: u32 = 1 << 31;
/// Header flag and `base` bit of states with an out-of-band transition.
const FLAG_OUT_OF_BAND: u16 = 2;
const BASE_OUT_OF_BAND: u32 = 1 << 29;

/// Above this number of states the state tables have 32-bit elements.
const MAX_STATES_16: usize = 0xffff;

/// Writes the tables; fails with a reason if they are inconsistent or too large.
pub(super) fn encode(tables: &Tables, out: &mut Vec<u8>) -> Result<(), &'static str> {
    check(tables)?;
    let wide = tables.base.len() > MAX_STATES_16;
    let start = out.len();
    out.reserve(most(tables, wide));
    let mut flags = 0;
    if tables.base.iter().any(|base| base & BASE_DIFF != 0) {
        flags |= FLAG_DIFF;
    }
    if tables.base.iter().any(|base| base & BASE_OUT_OF_BAND != 0) {
        flags |= FLAG_OUT_OF_BAND;
    }
    out.extend(MAGIC.to_be_bytes());
    out.extend(HEADER.to_be_bytes());
    out.extend([0; 4]);
    out.extend(flags.to_be_bytes());
    out.extend(VERSION);

    words(ACCEPT, &tables.accept, out)?;
    if let Some(accept2) = &tables.accept2 {
        words(ACCEPT2, accept2, out)?;
    }
    if let Some(classes) = &tables.classes {
        block(CLASSES, 1, classes.len(), out, |out| out.extend(classes.iter()))?;
    }
    words(BASE, &tables.base, out)?;
    for (id, values) in [(DEFAULT, &tables.default), (NEXT, &tables.next), (CHECK, &tables.check)] {
        if wide {
            words(id, values, out)?;
        } else {
            // `check` has made sure that every value is a state number, so nothing is cut off.
            let half = |value| u16::try_from(value).unwrap_or(0);
            block(id, 2, values.len(), out, |out| {
                values.iter().for_each(|&value| out.extend_from_slice(&half(value).to_be_bytes()));
            })?;
        }
    }
    let size = u32::try_from(out.len() - start).map_err(|_| "the tables are larger than 4 GiB")?;
    if let Some(field) = out.get_mut(start + 8..start + 12) {
        field.copy_from_slice(&size.to_be_bytes());
    }
    Ok(())
}

fn check(tables: &Tables) -> Result<(), &'static str> {
    let states = tables.base.len();
    if tables.accept.len() != states || tables.default.len() != states {
        return Err("accept, base and default differ in length");
    }
    if tables.accept2.as_ref().is_some_and(|accept2| accept2.len() != states) {
        return Err("accept and accept2 differ in length");
    }
    if tables.next.len() != tables.check.len() {
        return Err("next and check differ in length");
    }
    if states == 0 || tables.next.is_empty() {
        return Err("a table is empty");
    }
    let state = |&value: &u32| usize::try_from(value).is_ok_and(|value| value < states);
    if ![&tables.default, &tables.next, &tables.check].into_iter().flatten().all(state) {
        return Err("a successor is not a state");
    }
    Ok(())
}

/// The most bytes that the tables take.
fn most(tables: &Tables, wide: bool) -> usize {
    let Tables { accept, accept2, classes, base, default, next, check } = tables;
    let words = [accept, base].into_iter().chain(accept2).map(|table| 4 * table.len()).sum::<usize>();
    let cells = [default, next, check].map(|table| if wide { 4 } else { 2 } * table.len()).iter().sum::<usize>();
    // Each of at most eight tables has a header, and ends at a multiple of 8.
    HEADER as usize + 8 * (TABLE_HEADER + 7) + classes.as_ref().map_or(0, |classes| classes.len()) + words + cells
}

fn words(id: u16, values: &[u32], out: &mut Vec<u8>) -> Result<(), &'static str> {
    block(id, 4, values.len(), out, |out| {
        values.iter().for_each(|value| out.extend_from_slice(&value.to_be_bytes()));
    })
}

fn block(
    id: u16,
    size: u16,
    count: usize,
    out: &mut Vec<u8>,
    data: impl FnOnce(&mut Vec<u8>),
) -> Result<(), &'static str> {
    let start = out.len();
    let count = u32::try_from(count).map_err(|_| "a table has more than 2^32 entries")?;
    out.extend(id.to_be_bytes());
    out.extend(size.to_be_bytes());
    out.extend([0; 4]);
    out.extend(count.to_be_bytes());
    data(out);
    out.resize(start + (out.len() - start).next_multiple_of(8), 0);
    Ok(())
}

/// Reads the tables that fill `data` exactly; `offset` is the place of `data` in the policy, for errors.
///
/// Checks what concerns the form: the numbers in the tables are for [`super::verify()`].
pub(super) fn decode(data: &[u8], offset: usize) -> Result<(Tables, AutomatonLayout), ReadError> {
    let bad = |at: usize, why| ReadError::BadAutomaton { offset: offset.saturating_add(at), why };
    let magic = be32(data, 0).ok_or(bad(0, "shorter than its header"))?;
    if magic != MAGIC {
        return Err(bad(0, "wrong magic number"));
    }
    let header = be32(data, 4).and_then(|size| usize::try_from(size).ok());
    let header = header.ok_or(bad(4, "shorter than its header"))?;
    if header < MIN_HEADER || header > data.len() {
        return Err(bad(4, "wrong header size"));
    }
    let flags = be16(data, 12).ok_or(bad(12, "shorter than its header"))?;
    if flags & !(FLAG_DIFF | FLAG_OUT_OF_BAND) != 0 {
        return Err(bad(12, "unknown header flags"));
    }

    let mut found = ParsedTables::default();
    let mut at = header;
    while at < data.len() {
        at = found.table(data, at).map_err(|why| bad(at, why))?;
    }
    let layout = AutomatonLayout { offset, bytes: data.len(), padding: 0, tables: std::mem::take(&mut found.layout) };
    let tables = found.finish().map_err(|why| bad(0, why))?;
    let has = |bit: u32| tables.base.iter().any(|base| base & bit != 0);
    if flags & FLAG_DIFF == 0 && has(BASE_DIFF) {
        return Err(bad(12, "diff-encoded states without the header flag"));
    }
    if flags & FLAG_OUT_OF_BAND == 0 && has(BASE_OUT_OF_BAND) {
        return Err(bad(12, "out-of-band transitions without the header flag"));
    }
    Ok((tables, layout))
}

#[derive(Default)]
struct ParsedTables {
    accept: Option<Vec<u32>>,
    accept2: Option<Vec<u32>>,
    classes: Option<Box<[u8; 256]>>,
    base: Option<Vec<u32>>,
    default: Option<Vec<u32>>,
    next: Option<Vec<u32>>,
    check: Option<Vec<u32>>,
    layout: Vec<TableLayout>,
}

impl ParsedTables {
    /// Reads the table at `at` and returns where the next one begins.
    fn table(&mut self, data: &[u8], at: usize) -> Result<usize, &'static str> {
        const CUT: &str = "a table is cut off";
        let rest = data.get(at..).ok_or(CUT)?;
        let id = be16(rest, 0).ok_or(CUT)?;
        let size = usize::from(be16(rest, 2).ok_or(CUT)?);
        let count = be32(rest, 8).and_then(|count| usize::try_from(count).ok()).ok_or(CUT)?;
        if count == 0 {
            return Err("a table is empty");
        }
        let end = count.checked_mul(size).and_then(|len| len.checked_add(TABLE_HEADER)).ok_or(CUT)?;
        let next = end.checked_next_multiple_of(8).ok_or(CUT)?;
        if next > rest.len() {
            return Err(CUT);
        }
        let values = rest.get(TABLE_HEADER..end).ok_or(CUT)?;
        if id == CLASSES {
            if self.classes.is_some() {
                return Err("a table occurs twice");
            }
            if size != 1 {
                return Err("wrong element size");
            }
            let classes = <[u8; 256]>::try_from(values).map_err(|_| "the class table has not 256 bytes")?;
            self.classes = Some(Box::new(classes));
            self.layout.push(TableLayout { name: "classes", element: 1, count });
            return Ok(at.saturating_add(next));
        }
        let (place, narrow, name) = match id {
            ACCEPT => (&mut self.accept, false, "accept"),
            ACCEPT2 => (&mut self.accept2, false, "accept2"),
            BASE => (&mut self.base, false, "base"),
            DEFAULT => (&mut self.default, true, "default"),
            NEXT => (&mut self.next, true, "next"),
            CHECK => (&mut self.check, true, "check"),
            _ => return Err("unknown table"),
        };
        if place.is_some() {
            return Err("a table occurs twice");
        }
        *place = Some(match (size, narrow) {
            (4, _) => values.as_chunks().0.iter().map(|&bytes| u32::from_be_bytes(bytes)).collect(),
            (2, true) => values.as_chunks().0.iter().map(|&bytes| u16::from_be_bytes(bytes).into()).collect(),
            _ => return Err("wrong element size"),
        });
        self.layout.push(TableLayout { name, element: size, count });
        Ok(at.saturating_add(next))
    }

    fn finish(self) -> Result<Tables, &'static str> {
        const MISSING: &str = "a table is missing";
        let tables = Tables {
            accept: self.accept.ok_or(MISSING)?,
            accept2: self.accept2,
            classes: self.classes,
            base: self.base.ok_or(MISSING)?,
            default: self.default.ok_or(MISSING)?,
            next: self.next.ok_or(MISSING)?,
            check: self.check.ok_or(MISSING)?,
        };
        let states = tables.base.len();
        if tables.accept.len() != states || tables.default.len() != states {
            return Err("accept, base and default differ in length");
        }
        if tables.accept2.as_ref().is_some_and(|accept2| accept2.len() != states) {
            return Err("accept and accept2 differ in length");
        }
        if tables.next.len() != tables.check.len() {
            return Err("next and check differ in length");
        }
        Ok(tables)
    }
}

fn be16(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..)?.first_chunk().map(|&bytes| u16::from_be_bytes(bytes))
}

fn be32(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..)?.first_chunk().map(|&bytes| u32::from_be_bytes(bytes))
}
