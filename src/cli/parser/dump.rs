//! Output in place of policy: names and variables.

use super::load::parents_first;
use crate::policy::Policy;
use crate::resolve::VariableValue;
use crate::source::Text;

/// `-N`: a full name a line, as the kernel will know it.
pub(super) fn names(policy: &Policy) -> Vec<u8> {
    parents_first(policy).into_iter().flat_map(|name| [&name.full[..], b"\n"].concat()).collect()
}

/// `-D variables`, `-D expanded-variables`
pub(super) fn variables(variables: &[VariableValue], expanded: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for variable in variables {
        match variable {
            VariableValue::Bool { name, value } => {
                let value = value.map_or("unknown", |value| if value { "true" } else { "false" });
                out.extend_from_slice(&[b"$", &name[..], b" = ", value.as_bytes(), b"\n"].concat());
            }
            VariableValue::Set { name, written, expanded: values } => {
                let values: Vec<&Text> = match values {
                    Some(values) if expanded => values.iter().collect(),
                    _ => written.iter().map(|value| &value.value).collect(),
                };
                out.extend_from_slice(&[b"@", &name[..], b" ="].concat());
                values.iter().for_each(|value| out.extend_from_slice(&[b" \"", &value[..], b"\""].concat()));
                out.push(b'\n');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiler, Features, Input};

    #[test]
    fn every_dump() {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let text = b"$b = true\n@{V}=q \"r s\"\n@{W}=@{V}x\nprofile :ns:@{W} /bin/x { /a rwl, /b pix, ^h { } }\n";
        let resolved = compiler.resolve(Input::text("t", text)).unwrap();
        let variables_of = |expanded| String::from_utf8(variables(&compiler.variables(&resolved), expanded)).unwrap();
        assert_eq!(variables_of(false), "$b = true\n@V = \"q\" \"r s\"\n@W = \"@{V}x\"\n");
        assert_eq!(variables_of(true), "$b = true\n@V = \"q\" \"r s\"\n@W = \"qx\" \"r sx\"\n");
        assert_eq!(names(&resolved.policies()[0]), b":ns://{qx,r sx}\n:ns://{qx,r sx}//h\n");
    }
}
