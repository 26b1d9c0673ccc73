//! Profiles, and files of them.

use super::{bare, word};
use crate::source::Text;
use crate::syntax::ast::{
    Abi, AssignOp, Block, File, Include, IncludePath, Item, ItemKind, Named, PathForm, Profile, ProfileFlag,
    ProfileKeyword, Rlimit, Rule, SetVariable, Trivia,
};
use crate::syntax::{NameError, Pattern, ProfileName};
use crate::vocab::{LimitUnit, ProfileMode, Resource, RlimitValue};

impl Profile {
    /// An empty profile.
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{CapabilityRule, File, FileRule, Include, Profile, ProfileFlag, Rlimit, Rule};
    /// use armorer::vocab::{Capability, Resource, RlimitValue};
    ///
    /// // The path of a volume that ends the rule where a profile is a template: `"{path}" rw,`.
    /// let volume = "/srv/a\" rw, /** rwix, \"/b";
    /// let profile = Profile::new("web-1")?
    ///     .attach(Pattern::literal("/srv/app bin/web")?)
    ///     .flag(ProfileFlag::Audit)
    ///     .include(Include::new("abstractions/base")?)
    ///     .limit(Rlimit::new(Resource::Nofile, RlimitValue::Number(1024)))
    ///     .comment("The volumes of the pod.")
    ///     .rule(Rule::from(FileRule::new(Pattern::literal(volume)?, "rw".parse()?)).owner())
    ///     .rule(CapabilityRule::new(Capability::NetBindService))
    ///     .child(Profile::hat("worker")?);
    /// assert_eq!(
    ///     File::from(profile).to_string(),
    ///     r#"profile web-1 "/srv/app bin/web" flags=(audit) {
    ///   include <abstractions/base>
    ///   set rlimit nofile <= 1024,
    ///   ## The volumes of the pod.
    ///   owner "/srv/a\042 rw\, /\*\* rwix\, \042/b" rw,
    ///   capability net_bind_service,
    ///   hat worker {
    ///   }
    /// }
    /// "#
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When no profile can have that name: see [`ProfileName`].
    pub fn new(name: impl AsRef<[u8]>) -> Result<Profile, NameError> {
        Ok(Profile::of(ProfileKeyword::Profile, &ProfileName::new(name)?))
    }

    /// An empty hat, for [`Profile::child`].
    ///
    /// # Errors
    /// When no hat can have that name.
    pub fn hat(name: impl AsRef<[u8]>) -> Result<Profile, NameError> {
        Ok(Profile::of(ProfileKeyword::Hat, &ProfileName::new(name)?))
    }

    fn of(keyword: ProfileKeyword, name: &ProfileName) -> Profile {
        Profile {
            keyword,
            name: bare(name.written()),
            attachment: None,
            xattrs: None,
            identities: Vec::new(),
            flags: None,
            body: Block::default(),
        }
    }

    /// The same profile, attached to the programs that match.
    #[must_use]
    pub fn attach(self, programs: Pattern) -> Profile {
        Profile { attachment: Some(bare(programs)), ..self }
    }

    /// The same profile in another mode.
    ///
    /// ```
    /// use armorer::ast::{File, Profile};
    /// use armorer::vocab::ProfileMode;
    ///
    /// let profile = Profile::new("web")?.mode(ProfileMode::Complain);
    /// assert_eq!(File::from(profile).to_string(), "profile web flags=(complain) {\n}\n");
    /// # Ok::<(), armorer::NameError>(())
    /// ```
    #[must_use]
    pub fn mode(mut self, mode: ProfileMode) -> Profile {
        if let Some(flags) = &mut self.flags {
            flags.value.retain(|flag| !matches!(flag.value.value(), Some(ProfileFlag::Mode(_))));
        }
        let flags = self.flags.get_or_insert_with(|| bare(Vec::new()));
        flags.value.insert(0, word(ProfileFlag::Mode(mode)));
        self
    }

    /// The same profile with a further flag; a path in it is quoted where it must be.
    #[must_use]
    pub fn flag(mut self, flag: ProfileFlag) -> Profile {
        let written = crate::vocab::Vocabulary::to_word(&flag);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./=+@{}".contains(&byte);
        let flag = if written.bytes().all(plain) {
            Named::from(flag)
        } else {
            Named::parse(Text::from(Pattern::plain(written.as_bytes()).as_bytes()))
        };
        self.flags.get_or_insert_with(|| bare(Vec::new())).value.push(bare(flag));
        self
    }

    /// The same profile with one more rule.
    #[must_use]
    pub fn rule(self, rule: impl Into<Rule>) -> Profile {
        self.item(ItemKind::Rule(rule.into()))
    }

    /// The same profile with more rules.
    ///
    /// ```
    /// use armorer::ast::{CapabilityRule, File, Profile};
    /// use armorer::vocab::Capability;
    ///
    /// let granted = [Capability::Chown, Capability::Kill];
    /// let profile = Profile::new("web")?.rules(granted.map(CapabilityRule::new));
    /// assert_eq!(File::from(profile).to_string(), "profile web {\n  capability chown,\n  capability kill,\n}\n");
    /// # Ok::<(), armorer::NameError>(())
    /// ```
    #[must_use]
    pub fn rules<R: Into<Rule>>(self, rules: impl IntoIterator<Item = R>) -> Profile {
        rules.into_iter().fold(self, Profile::rule)
    }

    /// The same profile with a resource limit.
    #[must_use]
    pub fn limit(self, limit: Rlimit) -> Profile {
        self.item(ItemKind::Rlimit(limit))
    }

    /// The same profile with the rules of an included file.
    #[must_use]
    pub fn include(self, include: Include) -> Profile {
        self.item(ItemKind::Include(include))
    }

    /// The same profile with a child profile or hat.
    #[must_use]
    pub fn child(self, child: Profile) -> Profile {
        self.item(ItemKind::Profile(Box::new(child)))
    }

    /// The same profile with a comment, a line for each of the text's.
    #[must_use]
    pub fn comment(mut self, text: &str) -> Profile {
        self.body.tail.extend(comments(text));
        self
    }

    fn item(mut self, kind: ItemKind) -> Profile {
        let leading = std::mem::take(&mut self.body.tail);
        self.body.items.push(Item { leading, ..Item::from(kind) });
        self
    }
}

/// A text as comments: no part of it can be anything else.
fn comments(text: &str) -> impl Iterator<Item = Trivia> {
    text.split(['\n', '\r']).map(|line| {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let comment = format!("# {line}");
        Trivia::Comment(bare(comment.trim_ascii_end().into()))
    })
}

impl Rlimit {
    /// A limit of a resource.
    ///
    /// ```
    /// use armorer::ast::{File, Profile, Rlimit};
    /// use armorer::vocab::{Resource, RlimitValue};
    ///
    /// let files = Rlimit::new(Resource::Nofile, RlimitValue::Number(1024));
    /// let memory = Rlimit::new(Resource::As, RlimitValue::Number(512)).unit("MB".parse()?);
    /// let profile = Profile::new("web")?.limit(files).limit(memory);
    /// assert_eq!(
    ///     File::from(profile).to_string(),
    ///     "profile web {\n  set rlimit nofile <= 1024,\n  set rlimit as <= 512MB,\n}\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(resource: Resource, value: RlimitValue) -> Rlimit {
        Rlimit { resource: word(resource), value: word(value), unit: None }
    }

    /// The same limit with a unit.
    #[must_use]
    pub fn unit(self, unit: LimitUnit) -> Rlimit {
        Rlimit { unit: Some(word(unit)), ..self }
    }
}

impl Include {
    /// `include <path>`: a file or directory below the directories of includes.
    ///
    /// ```
    /// use armorer::ast::Include;
    /// assert!(Include::new("abstractions/base").is_ok());
    /// assert!(Include::new("local/web")?.if_exists().if_exists);
    /// assert!(Include::new("x>\n/** rwix,").is_err());
    /// # Ok::<(), armorer::NameError>(())
    /// ```
    ///
    /// # Errors
    /// When the path is empty, or holds a byte that a path in angle brackets cannot hold.
    pub fn new(path: impl AsRef<[u8]>) -> Result<Include, NameError> {
        Ok(Include { pound: false, if_exists: false, path: IncludePath::new(path)? })
    }

    /// The same, but without an error where there is no such file.
    #[must_use]
    pub fn if_exists(self) -> Include {
        Include { if_exists: true, ..self }
    }
}

impl IncludePath {
    /// `<path>`
    ///
    /// ```
    /// use armorer::ast::IncludePath;
    ///
    /// assert_eq!(IncludePath::new("abi/4.0")?.path.value, "abi/4.0".into());
    /// assert!(IncludePath::new("").is_err());
    /// # Ok::<(), armorer::NameError>(())
    /// ```
    ///
    /// # Errors
    /// When the path is empty, or holds a byte that a path in angle brackets cannot hold.
    pub fn new(path: impl AsRef<[u8]>) -> Result<IncludePath, NameError> {
        let path = path.as_ref();
        let refused = |byte: &&u8| byte.is_ascii_control() || b"<>\"".contains(byte);
        if let Some(&byte) = path.iter().find(refused) {
            return Err(NameError::Byte { byte });
        }
        if path.trim_ascii().len() != path.len() || path.is_empty() {
            return Err(NameError::Empty);
        }
        Ok(IncludePath { form: PathForm::Angle, path: bare(path.into()) })
    }
}

impl SetVariable {
    /// `@{name} = values`
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{File, ItemKind, SetVariable};
    ///
    /// let homes = SetVariable::new("homes", [Pattern::literal("/home")?, Pattern::literal("/srv/home")?])?;
    /// let file = File::default().item(ItemKind::SetVariable(homes));
    /// assert_eq!(file.to_string(), "@{homes} = /home /srv/home\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When `name` is not a letter with letters, digits and `_` after it.
    pub fn new(name: &str, values: impl IntoIterator<Item = Pattern>) -> Result<SetVariable, NameError> {
        let first = name.chars().next().ok_or(NameError::Empty)?;
        let refused = |c: &char| !c.is_ascii_alphanumeric() && *c != '_';
        if let Some(c) = name.chars().find(refused).or((!first.is_ascii_alphabetic()).then_some(first)) {
            return Err(NameError::Byte { byte: u8::try_from(c).unwrap_or(b'?') });
        }
        let values: Vec<_> = values.into_iter().map(bare).collect();
        if values.is_empty() {
            return Err(NameError::Empty);
        }
        Ok(SetVariable { name: bare(name.into()), op: bare(AssignOp::Set), values })
    }
}

impl File {
    /// The same file with `abi <path>,` before everything.
    #[must_use]
    pub fn abi(mut self, path: IncludePath) -> File {
        self.items.insert(0, Item::from(ItemKind::Abi(Abi { path })));
        self
    }

    /// The same file with one more item at its end.
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::{File, IncludePath, ItemKind, Profile, SetVariable};
    ///
    /// let variable = SetVariable::new("app", [Pattern::literal("/srv/app")?])?;
    /// let file = File::default()
    ///     .abi(IncludePath::new("abi/4.0")?)
    ///     .item(ItemKind::SetVariable(variable))
    ///     .item(ItemKind::from(Profile::new("web")?));
    /// assert_eq!(file.to_string(), "abi <abi/4.0>,\n@{app} = /srv/app\nprofile web {\n}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn item(mut self, kind: ItemKind) -> File {
        self.items.push(Item::from(kind));
        self
    }
}

impl From<Include> for ItemKind {
    fn from(include: Include) -> Self {
        ItemKind::Include(include)
    }
}

impl From<Rlimit> for ItemKind {
    fn from(limit: Rlimit) -> Self {
        ItemKind::Rlimit(limit)
    }
}

impl From<Profile> for ItemKind {
    fn from(profile: Profile) -> Self {
        ItemKind::Profile(Box::new(profile))
    }
}

impl From<Profile> for File {
    fn from(profile: Profile) -> Self {
        File::default().item(profile.into())
    }
}
