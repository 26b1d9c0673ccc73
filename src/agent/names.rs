//! The profiles that an agent may load.

/// The names that belong to an agent.
///
/// ```
/// use armorer::agent::Names;
///
/// let names = Names::any().prefix("k8s-").name("nginx");
/// assert!(names.owns("k8s-web") && names.owns("k8s-web//hat") && names.owns("nginx"));
/// assert!(!names.owns("nginx2"));
/// assert!(names.admits("k8s-web") && !names.admits("docker-default"));
/// assert!(Names::any().admits("docker-default") && !Names::any().owns("docker-default"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    prefixes: Vec<String>,
    names: Vec<String>,
}

impl Names {
    /// Any name that nobody else has loaded.
    #[must_use]
    pub fn any() -> Names {
        Names::default()
    }

    /// Names with this beginning belong to the agent; those that nothing gives it are refused from now on.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Names {
        self.prefixes.push(prefix.into());
        self
    }

    /// This name belongs to the agent; those that nothing gives it are refused from now on.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Names {
        self.names.push(name.into());
        self
    }

    /// Whether the agent may replace a profile of that name whoever loaded it. Hats and children go with their profile.
    #[must_use]
    pub fn owns(&self, name: &str) -> bool {
        let top = name.split("//").next().unwrap_or(name);
        // `:ns://name` is a name in a namespace, not a child of `:ns:`.
        let top = if name.starts_with(':') { name } else { top };
        self.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str())) || self.names.iter().any(|own| own == top)
    }

    /// Whether the agent may load a profile of that name at all.
    #[must_use]
    pub fn admits(&self, name: &str) -> bool {
        self.prefixes.is_empty() && self.names.is_empty() || self.owns(name)
    }
}
