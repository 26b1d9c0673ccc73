//! The tree of a features text.

/// A name, with braces and what stands in them, or a bare word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FeatureNode {
    name: Box<[u8]>,
    /// `None` for a bare word.
    children: Option<Vec<FeatureNode>>,
}

impl FeatureNode {
    pub(super) fn word(name: &[u8]) -> FeatureNode {
        FeatureNode { name: name.into(), children: None }
    }

    pub(super) fn entry(name: &[u8], children: Vec<FeatureNode>) -> FeatureNode {
        FeatureNode { name: name.into(), children: Some(children) }
    }

    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    pub(super) fn is_word(&self) -> bool {
        self.children.is_none()
    }

    pub(super) fn children(&self) -> &[FeatureNode] {
        self.children.as_deref().unwrap_or_default()
    }
}

/// The first node that the components lead to. A name may stand several times in a hand-made text, so all of them are tried; no
/// node is looked at twice, because its depth fixes the component it is compared with.
pub(super) fn find<'a>(nodes: &'a [FeatureNode], components: &[&[u8]]) -> Option<&'a FeatureNode> {
    let (first, rest) = components.split_first()?;
    let mut named = nodes.iter().filter(|node| node.name() == *first);
    if rest.is_empty() { named.next() } else { named.find_map(|node| find(node.children(), rest)) }
}

/// Returns the nodes that both have, in the order of `a`.
pub(super) fn intersect(a: &[FeatureNode], b: &[FeatureNode]) -> Vec<FeatureNode> {
    let mut both = Vec::new();
    for node in a {
        let Some(twin) = b.iter().find(|twin| twin.name == node.name && twin.is_word() == node.is_word()) else {
            continue;
        };
        both.push(match &node.children {
            None => node.clone(),
            Some(children) => FeatureNode::entry(&node.name, intersect(children, twin.children())),
        });
    }
    both
}

/// Appends the paths of the nodes of `a` that `b` lacks.
#[cfg(feature = "cli")]
pub(super) fn missing(a: &[FeatureNode], b: &[FeatureNode], above: &str, paths: &mut Vec<String>) {
    for node in a {
        let path = format!("{above}{}", String::from_utf8_lossy(node.name()));
        let twin = b.iter().find(|twin| twin.name == node.name);
        let below = format!("{path}/");
        if twin.is_none() {
            paths.push(path);
        }
        missing(node.children(), twin.map_or(&[], FeatureNode::children), &below, paths);
    }
}

/// Appends the text of the nodes: words with blanks between them and a line end after the last, braces without blanks.
pub(super) fn write(nodes: &[FeatureNode], text: &mut Vec<u8>) {
    let mut follows_word = false;
    for node in nodes {
        match &node.children {
            None => {
                if follows_word {
                    text.push(b' ');
                }
                text.extend_from_slice(&node.name);
                follows_word = true;
            }
            Some(children) => {
                if follows_word {
                    text.push(b'\n');
                }
                text.extend_from_slice(&node.name);
                text.extend_from_slice(b" {");
                write(children, text);
                text.extend_from_slice(b"}\n");
                follows_word = false;
            }
        }
    }
    if follows_word {
        text.push(b'\n');
    }
}
