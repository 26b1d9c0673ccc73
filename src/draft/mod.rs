//! Drafts of first profiles for programs, from the contents of their files.
//!
//! A [`Drafter`] reads a program, a systemd unit, an OCI configuration or a compose file, and writes a profile with the rules that
//! follow from it, each with a comment that names its origin:
//!
//! | source | rules |
//! | --- | --- |
//! | an ELF file | its own file `mr`; its dynamic linker and libraries `mr`, where no abstraction allows them; abstractions for libraries that read configuration, and for functions that look up users and hosts |
//! | a script | its own file `r`; its interpreter as a program; the program that `env` executes `rix`; the abstraction of the language |
//! | a unit | the program of `ExecStart=`, and those of other commands where `AppArmorProfile=` names the profile; directories that systemd makes; `ReadWritePaths=` and the like; capabilities; sockets of its socket units; `PIDFile=`, `BusName=`, `Type=notify`. systemd reads `EnvironmentFile=` itself: there is no rule for it |
//! | an OCI configuration | its command; mounts `rwk`, or `r` with the option `ro`; capabilities; masked and read-only paths, denied where a rule would allow them |
//! | a compose file | for each service its command; volumes; the default capabilities of runtimes with `cap_add` and without `cap_drop`; `tcp` and `udp` where ports are listed |
//!
//! A directory of libraries by architecture, such as `/usr/lib/x86_64-linux-gnu`, stands for those of all, and a program in `/usr/bin` for
//! one in `/usr/sbin`.
//!
//! The profile fits a tree: it includes only what the tree has, with its variables, and has no rule for what its abstractions
//! allow. A rule that the [linter](crate::lint) warns of is left out, and named in a comment and in [`Draft::left_out`].
//!
//! All input may be hostile. Files are opened as [`Beneath`](crate::source::Beneath) opens them, sizes and counts are bounded, and the
//! profile is built of typed nodes: no text of the input can become syntax, or steer the linter.
//!
//! ```
//! use armorer::draft::Drafter;
//! use armorer::{Compiler, Features, source::Memory};
//!
//! let image = tempfile::tempdir()?;
//! std::fs::create_dir_all(image.path().join("usr/bin"))?;
//! std::fs::write(image.path().join("usr/bin/report"), "#!/usr/bin/sh\necho done\n")?;
//! // The smallest ELF file: a header alone.
//! std::fs::write(image.path().join("usr/bin/sh"), [&b"\x7fELF\x02\x01\x01"[..], &[0; 57]].concat())?;
//!
//! let tree = Memory::new().with("/base/abi/4.0", "").with("/base/abstractions/base", "/etc/ld.so.cache mr,\n");
//! let compiler = Compiler::new(Features::builtin("linux-7.2").ok_or("no such kernel")?).base("/base").loader(tree);
//! let draft = Drafter::new(compiler).root(image.path()).program("/usr/bin/report")?;
//! assert_eq!(
//!     draft.file().to_string(),
//!     "\
//! ## Drafted by `armorer new`: run it in complain mode before you enforce it.
//!
//! abi <abi/4.0>,
//!
//! profile report /usr/{,s}bin/report {
//!   include <abstractions/base>
//!
//!   ## /usr/bin/report, the program
//!   /usr/{,s}bin/report r,
//!
//!   ## /usr/bin/sh, the interpreter
//!   /usr/bin/sh mr,
//!
//!   include if exists <local/report>
//! }
//! "
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod abstractions;
mod compose;
mod container;
mod elf;
mod error;
mod facts;
mod layout;
mod libraries;
mod oci;
mod program;
mod tree;
mod unit;
mod write;

#[cfg(test)]
mod tests;

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::ast::{File, ItemKind, Rule};
use crate::source::{Rooted, Text};
use crate::{Compiler, ProfileName};

pub use error::DraftError;

use facts::{DraftSubject, ProgramFacts};

/// Drafts profiles for a tree of profiles and the file system of a machine or image.
///
/// ```
/// use armorer::draft::Drafter;
/// use armorer::{Compiler, Features, ProfileName};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").ok_or("no such kernel")?).base("/nonexistent");
/// let compose = "services:\n  web:\n    command: [/app/web]\n    cap_drop: [ALL]\n    ports: ['80']\n";
/// let drafts = Drafter::new(compiler).compose(compose.as_bytes())?;
/// let text = drafts[0].file().to_string();
/// assert!(text.contains("\n  # ports of service web\n  network inet stream,\n  network inet6 stream,\n"), "{text}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Drafter {
    compiler: Compiler,
    root: Rooted,
    /// Whether the root is that of an image that somebody named.
    is_image: bool,
    name: Option<ProfileName>,
}

/// A drafted profile.
#[derive(Clone, Debug)]
pub struct Draft {
    name: ProfileName,
    program: Option<PathBuf>,
    attaches: bool,
    file: File,
    left_out: Vec<OmittedRule>,
    remarks: Vec<String>,
}

/// A rule that a draft does not have, because the linter warns of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OmittedRule {
    /// The rule.
    pub rule: Rule,
    /// The place that asks for it.
    pub origin: String,
    /// The code of the lint rule.
    pub code: &'static str,
    /// The linter's message.
    pub message: String,
}

/// A profile of a tree that attaches to a program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttachedProfile {
    /// The profile's name.
    pub profile: Text,
    /// The file that it is in.
    pub file: PathBuf,
}

impl Drafter {
    /// A drafter for a compiler's tree and kernel, and for the programs of this machine.
    #[must_use]
    pub fn new(compiler: Compiler) -> Drafter {
        Drafter { compiler, root: Rooted::new("/"), is_image: false, name: None }
    }

    /// The directory that stands for `/`: programs, libraries, links and units are looked for there.
    #[must_use]
    pub fn root(mut self, directory: impl Into<PathBuf>) -> Drafter {
        self.root = Rooted::new(directory);
        self.is_image = true;
        self
    }

    /// The name of the profile, where it is not to be that of its program.
    ///
    /// ```
    /// use armorer::draft::Drafter;
    /// use armorer::{Compiler, Features, ProfileName};
    ///
    /// let image = tempfile::tempdir()?;
    /// std::fs::write(image.path().join("tool"), [&b"\x7fELF\x02\x01\x01"[..], &[0; 57]].concat())?;
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").ok_or("no such kernel")?).base("/nonexistent");
    /// let draft = Drafter::new(compiler).root(image.path()).name(ProfileName::new("site-tool")?).program("/tool")?;
    /// assert_eq!(draft.name().as_bytes(), b"site-tool");
    /// assert_eq!((draft.program(), draft.left_out().len(), draft.remarks().len()), (Some("/tool".as_ref()), 0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn name(mut self, name: ProfileName) -> Drafter {
        self.name = Some(name);
        self
    }

    /// Drafts the profile of a program: a path from the root, or a name that is looked for in the usual directories.
    ///
    /// # Errors
    /// When it cannot be read, is neither an ELF file nor a script, or the tree has errors.
    pub fn program(&self, program: impl AsRef<Path>) -> Result<Draft, DraftError> {
        let place = program::find(&self.root, program.as_ref().as_os_str().as_bytes())?;
        let mut facts = ProgramFacts::default();
        program::add(&mut facts, &self.root, &place)?;
        write::draft(self, facts, DraftSubject { program: Some(place.path), attaches: true, ..DraftSubject::default() })
    }

    /// Drafts the profile of a service: the path of a unit file of this machine, or the name of a unit below the root. A socket unit
    /// stands for its service.
    ///
    /// ```
    /// use armorer::draft::Drafter;
    /// use armorer::{Compiler, Features};
    ///
    /// let image = tempfile::tempdir()?;
    /// std::fs::create_dir_all(image.path().join("etc/systemd/system"))?;
    /// std::fs::write(image.path().join("webd"), [&b"\x7fELF\x02\x01\x01"[..], &[0; 57]].concat())?;
    /// let unit = "[Service]\nExecStart=/webd\nLogsDirectory=web\n";
    /// std::fs::write(image.path().join("etc/systemd/system/web.service"), unit)?;
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").ok_or("no such kernel")?).base("/nonexistent");
    /// let draft = Drafter::new(compiler).root(image.path()).unit("web")?;
    /// assert!(draft.file().to_string().contains("\n  # LogsDirectory= of web.service\n  /var/log/web/ rw,\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such unit, it cannot be read, or it starts no program; and those of [`Drafter::program`].
    pub fn unit(&self, unit: &str) -> Result<Draft, DraftError> {
        let (facts, subject) = unit::read(&self.root, unit)?;
        write::draft(self, facts, subject)
    }

    /// Drafts the profile of a container from the text of its `config.json`. With a [root](Drafter::root) its command is looked for
    /// there.
    ///
    /// ```
    /// use armorer::draft::Drafter;
    /// use armorer::{Compiler, Features};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").ok_or("no such kernel")?).base("/nonexistent");
    /// let config = r#"{"process": {"args": ["/app/web"], "capabilities": {"effective": ["CAP_NET_BIND_SERVICE", "CAP_SYS_ADMIN"]}}}"#;
    /// let draft = Drafter::new(compiler).oci(config.as_bytes())?;
    /// assert!(draft.file().to_string().contains("profile web flags=(attach_disconnected,mediate_deleted) {"));
    /// let [left_out] = draft.left_out() else { panic!("one rule") };
    /// assert_eq!((left_out.rule.to_string().as_str(), left_out.code), ("capability sys_admin,", "AA0108"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When it is no OCI configuration, or the tree has errors.
    pub fn oci(&self, text: &[u8]) -> Result<Draft, DraftError> {
        let (facts, subject) = oci::read(self.image(), text)?;
        write::draft(self, facts, subject)
    }

    /// Drafts a profile for each service of a compose file. With a [root](Drafter::root) commands are looked for there.
    ///
    /// # Errors
    /// When it is no compose file, two services have profiles of one name, or the tree has errors.
    pub fn compose(&self, text: &[u8]) -> Result<Vec<Draft>, DraftError> {
        let services = compose::read(self.image(), text)?;
        let mut drafts: Vec<Draft> = Vec::new();
        for (facts, subject) in services {
            let draft = write::draft(self, facts, subject)?;
            if drafts.iter().any(|other| other.name == draft.name) {
                return Err(DraftError::SameName { name: facts::shown(draft.name.as_bytes()) });
            }
            drafts.push(draft);
        }
        Ok(drafts)
    }

    /// Drafts a profile that confines a program in nothing, and allows it to make user namespaces where the system refuses them to
    /// programs without profile, as Ubuntu does since 23.10.
    ///
    /// ```
    /// use armorer::draft::Drafter;
    /// use armorer::{Compiler, Features, source::Memory};
    ///
    /// let image = tempfile::tempdir()?;
    /// std::fs::write(image.path().join("browser"), "")?;
    /// let tree = Memory::new().with("/base/abi/4.0", "");
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").ok_or("no such kernel")?).base("/base").loader(tree);
    /// let draft = Drafter::new(compiler).root(image.path()).userns("/browser")?;
    /// assert!(draft.file().to_string().contains("profile browser /browser flags=(unconfined) {"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such program, or the tree has no ABI with user namespaces.
    pub fn userns(&self, program: impl AsRef<Path>) -> Result<Draft, DraftError> {
        let place = program::find(&self.root, program.as_ref().as_os_str().as_bytes())?;
        write::userns(self, &place.path)
    }

    /// The profiles of the tree that attach to the program of a draft already, in the order of their files.
    ///
    /// ```
    /// use armorer::draft::Drafter;
    /// use armorer::{Compiler, Features, source::Memory};
    ///
    /// let image = tempfile::tempdir()?;
    /// std::fs::write(image.path().join("tool"), [&b"\x7fELF\x02\x01\x01"[..], &[0; 57]].concat())?;
    /// let tree = Memory::new().with("/base/tools", "profile tools /{tool,other} {\n}\n");
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").ok_or("no such kernel")?).base("/base").loader(tree);
    /// let drafter = Drafter::new(compiler).root(image.path());
    /// let attached = drafter.attached(&drafter.program("/tool")?);
    /// assert_eq!((attached[0].profile.as_bytes(), attached[0].file.to_str()), (&b"tools"[..], Some("/base/tools")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn attached(&self, draft: &Draft) -> Vec<AttachedProfile> {
        let program = draft.program.as_deref().filter(|_| draft.attaches);
        program.map(|program| tree::attached(&self.compiler, program)).unwrap_or_default()
    }

    /// The root, if it is that of an image.
    fn image(&self) -> Option<&Rooted> {
        self.is_image.then_some(&self.root)
    }
}

impl Draft {
    /// The profile's name.
    #[must_use]
    pub fn name(&self) -> &ProfileName {
        &self.name
    }

    /// The path of the program, with links followed; none for containers.
    #[must_use]
    pub fn program(&self) -> Option<&Path> {
        self.program.as_deref()
    }

    /// The profile in a file of its own, with comments that say where each rule comes from.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The rules that the linter warns of, which the profile does not have.
    #[must_use]
    pub fn left_out(&self) -> &[OmittedRule] {
        &self.left_out
    }

    /// Sentences about what no rule stands for, such as libraries that were not found. They are comments of the profile as well.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

/// Several drafts in one file.
///
/// ```
/// use armorer::draft::{Drafter, together};
/// use armorer::{Compiler, Features};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").ok_or("no such kernel")?).base("/nonexistent");
/// let compose = "services:\n  web: {command: [/app/web]}\n  db: {command: [/app/db]}\n";
/// let file = together(Drafter::new(compiler).compose(compose.as_bytes())?).to_string();
/// assert_eq!((file.matches("\nabi ").count(), file.matches("\nprofile ").count()), (1, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn together(drafts: impl IntoIterator<Item = Draft>) -> File {
    let mut drafts = drafts.into_iter();
    let Some(first) = drafts.next() else { return File::default() };
    let profiles = drafts.flat_map(|draft| draft.file.items).filter_map(|item| match item.kind.value {
        ItemKind::Profile(profile) => Some(*profile),
        _ => None,
    });
    layout::together(first.file, profiles)
}
