//! Features that a kernel, or the policy version of a profile, can mediate.
//!
//! A features text is a tree of names: the directory `/sys/kernel/security/apparmor/features` written down, the contents of an
//! `abi/…` file, the `.features` file of a policy cache. A directory or file becomes `name {…}`; the words of a file are the
//! leaves of the tree, so `caps/mask/chown` is a path like any other.
//!
//! ```
//! use armorer::features::Features;
//!
//! let features = Features::parse(b"policy {versions {v7 {yes\n}\n}\n}\ncaps {mask {chown kill\n}\n}\n")?;
//! assert!(features.supports("policy/versions/v7"));
//! assert!(features.supports("caps/mask/kill"));
//! assert!(!features.supports("versions/v7"));
//! assert!(features.words("caps/mask").eq([&b"chown"[..], b"kill"]));
//! # Ok::<(), armorer::features::FeaturesError>(())
//! ```

mod builtin;
mod hash;
mod parse;
mod read;
mod running;
mod serialize;
mod tree;

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use tree::FeatureNode;

/// The deepest nesting that is read; kernels have four levels.
pub const MAX_DEPTH: usize = 32;

/// The longest text that is read; kernels' have less than three thousand bytes.
pub const MAX_SIZE: usize = 1 << 20;

/// A set of features: the text as it was read, and the tree that it describes.
///
/// Two sets are equal when their texts are, byte by byte; that is what the identity of a policy cache means by it, too.
#[derive(Clone)]
pub struct Features {
    text: Box<[u8]>,
    root: Vec<FeatureNode>,
}

/// Reasons why a features text cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FeaturesError {
    /// The text is malformed.
    #[error("malformed features text at byte {offset}: {problem}")]
    Syntax {
        /// Offset in bytes from the start.
        offset: usize,
        /// The problem.
        problem: SyntaxProblem,
    },
    /// A file or directory cannot be read.
    #[error("cannot read the features in {}", path.display())]
    Read {
        /// The path that was asked for.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// There is more than any kernel's features could be.
    #[error("{} holds more than {MAX_SIZE} bytes of features", path.display())]
    TooLarge {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// This is no Linux.
    #[error("only Linux has AppArmor features; name a built-in set or a features file")]
    NotLinux,
}

/// A problem of a features text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SyntaxProblem {
    /// `{` without a name before it.
    #[error("`{{` without a name before it")]
    MissingName,
    /// `}` without its `{`.
    #[error("`}}` without a `{{`")]
    UnexpectedClose,
    /// The text ends inside braces; the offset is that of the opening one.
    #[error("unclosed `{{`")]
    Unclosed,
    /// Deeper than [`MAX_DEPTH`].
    #[error("nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// Longer than [`MAX_SIZE`].
    #[error("longer than {MAX_SIZE} bytes")]
    TooLong,
}

impl Features {
    /// Whether the path leads somewhere. Every component is matched whole; the words of a file are components, too, and empty
    /// components count for nothing; but a path that is empty or begins with `/` is never found.
    #[must_use]
    pub fn supports(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    /// The words of a file, in their order; nothing where the path is not found.
    pub fn words(&self, path: &str) -> impl Iterator<Item = &[u8]> {
        let children = self.find(path).map(FeatureNode::children).unwrap_or_default();
        children.iter().filter(|child| child.is_word()).map(FeatureNode::name)
    }

    /// The text: as it was read, or for a computed set in the form in which kernels' directories are written down.
    #[must_use]
    pub fn to_text(&self) -> &[u8] {
        &self.text
    }

    /// The identity that the reference compiler names its cache directories by: a hash of the text.
    ///
    /// ```
    /// # use armorer::features::Features;
    /// assert_eq!(Features::builtin("linux-6.12").map(|f| f.id()), Some(0x979b_3ac6));
    /// ```
    #[must_use]
    pub fn id(&self) -> u32 {
        hash::murmur3(&self.text)
    }

    /// Returns the features that both sets have.
    ///
    /// ```
    /// # use armorer::features::Features;
    /// let a = Features::parse(b"file {mask {read write\n}\n}\ndbus {yes\n}\n")?;
    /// let b = Features::parse(b"file {mask {write exec\n}\n}\n")?;
    /// assert_eq!(a.intersect(&b).to_text(), b"file {mask {write\n}\n}\n");
    /// # Ok::<(), armorer::features::FeaturesError>(())
    /// ```
    #[must_use]
    pub fn intersect(&self, other: &Features) -> Features {
        Features::from_tree(tree::intersect(&self.root, &other.root))
    }

    /// The paths that this set has and the other lacks, in the order of the text. Needs the feature `cli`.
    ///
    /// ```
    /// # use armorer::features::Features;
    /// let a = Features::parse(b"file {mask {read write\n}\n}\n")?;
    /// let b = Features::parse(b"file {mask {read\n}\n}\n")?;
    /// assert_eq!(a.missing_in(&b), ["file/mask/write"]);
    /// # Ok::<(), armorer::features::FeaturesError>(())
    /// ```
    #[must_use]
    #[cfg(feature = "cli")]
    pub fn missing_in(&self, other: &Features) -> Vec<String> {
        let mut missing = Vec::new();
        tree::missing(&self.root, &other.root, "", &mut missing);
        missing
    }

    fn find(&self, path: &str) -> Option<&FeatureNode> {
        if path.starts_with('/') {
            return None;
        }
        let components: Vec<&[u8]> = path.as_bytes().split(|&byte| byte == b'/').filter(|c| !c.is_empty()).collect();
        tree::find(&self.root, &components)
    }

    fn from_tree(root: Vec<FeatureNode>) -> Features {
        let mut text = Vec::new();
        tree::write(&root, &mut text);
        Features { text: text.into(), root }
    }
}

impl PartialEq for Features {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Features {}

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.text))
    }
}

impl fmt::Debug for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Features")
            .field("id", &format_args!("{:08x}", self.id()))
            .field("text", &format_args!("{self}"))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Features {
        Features::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn components_match_whole() {
        let features =
            parse("mynet {b {yes\n}\n}\npolicy {notify_versions {v5 {yes\n}\n}\nversions {v7 {yes\n}\n}\n}\n");
        for (path, found) in [
            ("mynet/b", true),
            ("mynet/b/yes", true),
            ("mynet//b/", true),
            ("/mynet", false),
            ("net", false),
            ("net/b", false),
            ("policy/versions/v7", true),
            ("policy/versions/v5", false),
            ("policy/versions/v7/yes/no", false),
            ("", false),
            ("/", false),
        ] {
            assert_eq!(features.supports(path), found, "{path}");
        }
    }

    #[test]
    fn a_name_may_stand_twice() {
        let features = parse("a {x {yes\n}\n}\na {y {yes\n}\n}\n");
        assert!(features.supports("a/x") && features.supports("a/y"));
    }

    #[test]
    fn words_are_not_directories() {
        let features = parse("a {c {one two\n}\n}\n");
        assert!(features.supports("a/c/two"));
        assert_eq!(features.words("a").count(), 0);
        assert!(features.words("a/c").eq([&b"one"[..], b"two"]));
        assert_eq!(features.words("b").count(), 0);
    }

    #[test]
    fn intersection() {
        let old = Features::builtin("linux-6.1").unwrap();
        let new = Features::builtin("linux-7.2").unwrap();
        let both = old.intersect(&new);
        assert!(both.supports("network_v8") && !both.supports("network_v9") && !both.supports("io_uring"));
        assert_eq!(both, old.intersect(&old));
        assert_eq!(old.intersect(&old), old);
        assert_eq!(both.to_text(), old.to_text());
    }
}
