//! Features for serde: names are keys, the words of a file are a list.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Features;
use super::tree::FeatureNode;

impl Serialize for Features {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        map(&self.root, serializer)
    }
}

impl Serialize for FeatureNode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.children().iter().all(FeatureNode::is_word) {
            return map(self.children(), serializer);
        }
        let mut list = serializer.serialize_seq(Some(self.children().len()))?;
        for word in self.children() {
            list.serialize_element(&String::from_utf8_lossy(word.name()))?;
        }
        list.end()
    }
}

/// Words beside entries, which only hand-made texts have, become entries without words.
fn map<S: Serializer>(nodes: &[FeatureNode], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(nodes.len()))?;
    for node in nodes {
        map.serialize_entry(&String::from_utf8_lossy(node.name()), node)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested() {
        let features = Features::parse(b"a {b {c d\n}\n}\ne {f\n}\ng {h i {}}\n").unwrap();
        let json = serde_json::to_string(&features).unwrap();
        assert_eq!(json, r#"{"a":{"b":["c","d"]},"e":["f"],"g":{"h":[],"i":[]}}"#);
    }
}
