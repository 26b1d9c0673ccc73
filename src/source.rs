//! The sources of text: the [`SourceMap`] that owns every file of a run, positions in it, and the [`Loader`] that finds files.
//!
//! All text is bytes: the profile language has no encoding (`apparmor.d(5)`), and a path may hold any byte but NUL.
//!
//! ```
//! use armorer::source::{SourceMap, Span};
//!
//! let sources = SourceMap::new();
//! let id = sources.add("demo", *b"profile p {\n  /a r,\n}\n")?;
//! let span = Span::new(id, 14, 16);
//! assert_eq!(sources.get(id).slice(span), b"/a");
//! assert_eq!(sources.get(id).line_column(span.start), (2, 3));
//! assert_eq!(sources.describe(span), "demo:2:3");
//! # Ok::<(), armorer::source::SourceError>(())
//! ```

#[cfg(all(any(feature = "agent", feature = "draft"), target_os = "linux"))]
mod beneath;
mod loader;
#[cfg(all(feature = "draft", target_os = "linux"))]
mod rooted;
mod text;

use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

#[cfg(all(any(feature = "agent", feature = "draft"), target_os = "linux"))]
pub use beneath::Beneath;
#[cfg(any(feature = "cli", feature = "log", feature = "suite"))]
pub(crate) use loader::read_limited;
pub use loader::{DirEntry, FileKind, FileSystem, Loader, Memory};
#[cfg(all(feature = "draft", target_os = "linux"))]
pub(crate) use rooted::{Rooted, RootedFile};
pub use text::Text;

/// Names one text of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceId(u32);

impl SourceId {
    /// The id with this number.
    #[cfg(feature = "cache")]
    pub(crate) fn new(number: u32) -> Self {
        SourceId(number)
    }

    /// Its number.
    #[cfg(feature = "cache")]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// Marks the texts that several maps share.
    const SHARED: u32 = 1 << 31;

    /// The place of spans without a text (built by a program).
    pub const NONE: SourceId = SourceId(u32::MAX);
}

/// A range of bytes in one source.
///
/// ```
/// use armorer::source::{SourceId, Span};
///
/// let word = |start, end| Span::new(SourceId::NONE, start, end);
/// assert_eq!(word(2, 4).to(word(8, 9)), word(2, 9));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Span {
    /// The text the range lies in.
    pub source: SourceId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Default for Span {
    fn default() -> Self {
        Span::NONE
    }
}

impl Span {
    /// The span of nodes without a place in a text.
    pub const NONE: Span = Span { source: SourceId::NONE, start: 0, end: 0 };

    /// The range `start..end` of `source`.
    #[must_use]
    pub fn new(source: SourceId, start: u32, end: u32) -> Self {
        Span { source, start, end }
    }

    /// The smallest span that covers both, which lie in the same source.
    #[must_use]
    pub fn to(self, end: Span) -> Span {
        Span { source: self.source, start: self.start.min(end.start), end: self.end.max(end.end) }
    }
}

/// A value with the place it was written at.
///
/// Equality and hashing look at the value only, so that two trees are equal when they say the same, wherever they stand.
///
/// ```
/// use armorer::source::{SourceId, Span, Spanned};
///
/// let read = Spanned::new("chown", Span::new(SourceId::NONE, 7, 12));
/// assert_eq!(read, Spanned::bare("chown"));
/// assert_eq!((read.len(), read.span.start), (5, 7));
/// ```
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The place where it was written; absent for a value without a place in a text.
    #[serde(default)]
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value and its place.
    pub fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }

    /// A value without a place in a text.
    pub fn bare(value: T) -> Self {
        Spanned { value, span: Span::NONE }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: std::hash::Hash> std::hash::Hash for Spanned<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// One text with its name.
///
/// ```
/// use armorer::source::{SourceMap, Span};
///
/// let sources = SourceMap::new();
/// let id = sources.add("demo", *b"profile p {\r\n  /a r,\r\n}\r\n")?;
/// let source = sources.get(id);
/// assert_eq!((source.name(), source.text().len()), ("demo", 25));
/// let path = Span::new(id, 15, 17);
/// assert_eq!((source.slice(path), source.line_column(path.start)), (&b"/a"[..], (2, 3)));
/// assert_eq!((source.line(2), source.line_start(2)), (&b"  /a r,"[..], Some(13)));
/// assert_eq!(sources.describe(path), "demo:2:3");
/// # Ok::<(), armorer::source::SourceError>(())
/// ```
pub struct Source {
    name: String,
    text: Box<[u8]>,
    /// Offsets of the first byte of each line. Most texts of a run are never asked for them.
    lines: OnceLock<Vec<u32>>,
}

/// The name and the length: nobody reads a text as a list of bytes, and errors that hold sources are printed so by `main`.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).field("len", &self.text.len()).finish_non_exhaustive()
    }
}

impl Source {
    fn new(name: String, text: Box<[u8]>) -> Result<Source, SourceError> {
        if u32::try_from(text.len()).is_ok_and(|len| len <= SourceMap::MAX_LEN) {
            Ok(Source { name, text, lines: OnceLock::new() })
        } else {
            Err(SourceError::TooLarge { name, limit: SourceMap::MAX_LEN })
        }
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', &self.text);
            std::iter::once(0).chain(newlines.filter_map(|at| u32::try_from(at + 1).ok())).collect()
        })
    }

    /// The name shown in diagnostics: a path, or `<stdin>`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The bytes of a span; empty where the span does not fit the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &[u8] {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Line and column of an offset, both counted from 1; the column counts bytes.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let lines = self.lines();
        let line = lines.partition_point(|&start| start <= offset);
        let start = line.checked_sub(1).and_then(|i| lines.get(i)).copied().unwrap_or(0);
        (u32::try_from(line).unwrap_or(u32::MAX), offset - start + 1)
    }

    /// Returns the offset of a line (counted from 1); `None` after the last.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<usize> {
        (line as usize).checked_sub(1).and_then(|index| self.lines().get(index)).map(|&start| start as usize)
    }

    /// The text of a line (counted from 1) without its line end.
    #[must_use]
    pub fn line(&self, line: u32) -> &[u8] {
        let (index, lines) = (line as usize, self.lines());
        let Some(&start) = index.checked_sub(1).and_then(|i| lines.get(i)) else { return &[] };
        let end = lines.get(index).map_or(self.text.len(), |&next| next as usize);
        let bytes = self.text.get(start as usize..end).unwrap_or_default();
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }
}

/// Reasons why a text was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Offsets are 32 bits wide.
    #[error("{name} is larger than {limit} bytes")]
    TooLarge {
        /// The text's name.
        name: String,
        /// The most that is taken.
        limit: u32,
    },
    /// More texts than ids.
    #[error("too many files in one run")]
    TooMany,
}

/// Every text of a run. It only grows, and threads share it.
///
/// Maps of runs that include the same files share the texts of those; each has its inputs to itself.
#[derive(Debug, Default)]
pub struct SourceMap {
    own: Texts,
    shared: Arc<Texts>,
}

type Texts = RwLock<Vec<Arc<Source>>>;

impl SourceMap {
    /// The largest text in bytes; the greatest real profile with all includes has about 1 MB.
    pub const MAX_LEN: u32 = 256 << 20;

    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a text in and names it.
    ///
    /// # Errors
    /// When the text is larger than [`SourceMap::MAX_LEN`].
    pub fn add(&self, name: impl Into<String>, text: impl Into<Box<[u8]>>) -> Result<SourceId, SourceError> {
        Ok(SourceId(push(&self.own, Source::new(name.into(), text.into())?)?))
    }

    /// Takes in a text for all maps that share it.
    pub(crate) fn add_shared(
        &self,
        name: impl Into<String>,
        text: impl Into<Box<[u8]>>,
    ) -> Result<SourceId, SourceError> {
        Ok(SourceId(push(&self.shared, Source::new(name.into(), text.into())?)? | SourceId::SHARED))
    }

    /// A map without texts of its own that shares those that this one shares.
    pub(crate) fn sharing(&self) -> SourceMap {
        SourceMap { own: Texts::default(), shared: Arc::clone(&self.shared) }
    }

    /// Returns the number of its own texts, and of those that it shares.
    #[cfg(test)]
    pub(crate) fn counts(&self) -> (usize, usize) {
        let count = |texts: &Texts| texts.read().unwrap_or_else(PoisonError::into_inner).len();
        (count(&self.own), count(&self.shared))
    }

    /// The list that has an id, and the place there.
    fn list(&self, id: SourceId) -> (&Texts, usize) {
        let list = if id.0 & SourceId::SHARED == 0 { &self.own } else { &self.shared };
        (list, (id.0 & !SourceId::SHARED) as usize)
    }

    /// Puts another text into the place of one, under the same id.
    ///
    /// # Errors
    /// When the text is larger than [`SourceMap::MAX_LEN`].
    #[cfg(feature = "ide")]
    pub(crate) fn replace(&self, id: SourceId, text: impl Into<Box<[u8]>>) -> Result<(), SourceError> {
        let source = Source::new(self.get(id).name.clone(), text.into())?;
        let (list, at) = self.list(id);
        if let Some(place) = list.write().unwrap_or_else(PoisonError::into_inner).get_mut(at) {
            *place = Arc::new(source);
        }
        Ok(())
    }

    /// The same texts under the same ids. What happens to this map later does not show there.
    #[cfg(feature = "ide")]
    pub(crate) fn fork(&self) -> SourceMap {
        let copy = |texts: &Texts| RwLock::new(texts.read().unwrap_or_else(PoisonError::into_inner).clone());
        SourceMap { own: copy(&self.own), shared: Arc::new(copy(&self.shared)) }
    }

    /// The text with an id; an empty one for ids of another map.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Arc<Source> {
        let (list, at) = self.list(id);
        match list.read().unwrap_or_else(PoisonError::into_inner).get(at) {
            Some(source) => Arc::clone(source),
            None => Arc::new(Source { name: "<none>".into(), text: Box::default(), lines: OnceLock::new() }),
        }
    }

    /// `name:line:column` of the start of a span.
    #[must_use]
    pub fn describe(&self, span: Span) -> String {
        let source = self.get(span.source);
        let (line, column) = source.line_column(span.start);
        format!("{}:{line}:{column}", source.name())
    }
}

/// Appends a text, and returns its number.
fn push(texts: &Texts, source: Source) -> Result<u32, SourceError> {
    let mut texts = texts.write().unwrap_or_else(PoisonError::into_inner);
    let number = u32::try_from(texts.len()).ok().filter(|&number| number < SourceId::SHARED - 1);
    let number = number.ok_or(SourceError::TooMany)?;
    texts.push(Arc::new(source));
    Ok(number)
}
