//! ConfigMaps: each key of `data` whose value is profile text. `binaryData` is not looked at.

use super::Object;
use super::detect::is_profile;
use super::reader::ManifestReader;
use super::yaml::YamlNode;

pub(super) fn read(node: &YamlNode, object: &Object, reader: &mut ManifestReader<'_>) {
    let Some(data) = node.get("data").filter(|data| !data.is_null()) else { return };
    if !data.is_mapping() {
        return reader.invalid(
            data.span,
            "`data` of a ConfigMap is not a mapping",
            "write `data:`, followed by one key per line",
        );
    }
    for (key, value) in data.entries() {
        let (Some(key), Some(scalar)) = (key.text(), value.scalar()) else { continue };
        if !is_profile(&scalar.value) {
            continue;
        }
        if !is_key(&key.value) {
            let message = format!("`{}` is not a valid key of a ConfigMap", key.value);
            reader.invalid(key.span, message, "use letters, digits, `-`, `_` and `.`, and do not begin with `..`");
        }
        reader.profile(object, key, value);
    }
}

fn is_key(key: &str) -> bool {
    let byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !key.is_empty() && key.len() <= 253 && key.bytes().all(byte) && key != "." && !key.starts_with("..")
}
