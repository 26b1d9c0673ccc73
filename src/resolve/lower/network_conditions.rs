//! The values of conditions of `network` rules.

use super::condition::{ConditionReader, refers_to_variable, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Glob, IpAddress};
use crate::source::Spanned;
use crate::syntax::ast::Named;
use crate::vocab::{PortRange, addresses};

/// `none`, or an IPv4 or IPv6 address without prefix length.
pub(super) fn address(value: &Spanned<Named<IpAddress>>, reader: &mut ConditionReader<'_>) -> Option<IpAddress> {
    if value.value().is_none() {
        let text = value.stored();
        let help = if text.contains(&b'/') {
            "write a single address: address ranges (`/24`) are not supported"
        } else if refers_to_variable(&text) {
            "write the address instead of the variable: variables are not expanded in `network` rules"
        } else {
            "write an IPv4 or IPv6 address, or `none`"
        };
        let message = format!("`{}` is not an IP address", shown(&text));
        reader.error(Diagnostic::new(Code::NetIp, message, value.span).with_help(help));
    }
    value.value().copied()
}

/// One port, or a range of them.
pub(super) fn port(value: &Spanned<Named<PortRange>>, reader: &mut ConditionReader<'_>) -> Option<PortRange> {
    if value.value().is_none() {
        let text = value.stored();
        let text = std::str::from_utf8(&text).unwrap_or_default();
        let ends = text.split_once('-').and_then(|(from, to)| addresses::port(from).zip(addresses::port(to)));
        let help = match ends {
            Some((from, to)) => format!("write the lower port first: `{to}-{from}`"),
            None => "write a number from 0 to 65535, or a range: `8000-8080`".to_owned(),
        };
        let message = format!("`{text}` is not a port");
        reader.error(Diagnostic::new(Code::NetPort, message, value.span).with_help(help));
    }
    value.value().copied()
}

/// A pattern. It is the one condition whose grouping is checked whether or not the kernel mediates it.
pub(super) fn interface(value: Glob, reader: &mut ConditionReader<'_>) -> Option<Glob> {
    if refers_to_variable(&value.value) {
        let message = "`interface` does not expand variables";
        let mut error = Diagnostic::new(Code::VarNotExpanded, message, value.span)
            .with_help("write the name instead of the variable");
        error.severity = crate::diagnostic::Severity::Error;
        reader.error(error);
        return None;
    }
    if let Some(problem) = grouping_problem(&value.value) {
        let message = format!("invalid pattern `{}`: {problem}", shown(&value.value));
        reader.error(Diagnostic::new(Code::NetInterface, message, value.span));
        return None;
    }
    Some(value)
}

/// The maximum depth of nested alternations.
const DEEPEST: usize = 49;

/// Returns the problem with the braces, brackets and backslashes of a glob.
fn grouping_problem(glob: &[u8]) -> Option<&'static str> {
    // For each open brace: whether a comma was seen.
    let mut open: Vec<bool> = Vec::new();
    let mut in_set = false;
    let mut bytes = glob.iter();
    while let Some(byte) = bytes.next() {
        match (byte, in_set) {
            (b'\\', _) => match bytes.next() {
                Some(_) => {}
                None => return Some("it ends with a backslash"),
            },
            (b'[', true) => return Some("`[` inside a set"),
            (b'[', false) => in_set = true,
            (b']', true) => in_set = false,
            (b']', false) => return Some("`]` without a `[`"),
            (_, true) => {}
            (b'{', _) if open.len() >= DEEPEST => return Some("alternations are nested too deep"),
            (b'{', _) => open.push(false),
            (b',', _) => {
                if let Some(comma) = open.last_mut() {
                    *comma = true;
                }
            }
            (b'}', _) => match open.pop() {
                Some(true) => {}
                Some(false) => return Some("an alternation needs a comma: `{a,b}`"),
                None => return Some("`}` without a `{`"),
            },
            _ => {}
        }
    }
    match (in_set, open.is_empty()) {
        (true, _) => Some("`[` without a `]`"),
        (_, false) => Some("`{` without a `}`"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::grouping_problem;

    #[test]
    fn grouping() {
        for good in ["eth0", "eth*", "{a,b}", "{,a{b,c}}", "[a-z]", "[^{}]", r"\{", "a,b", "[]", ""] {
            assert_eq!(grouping_problem(good.as_bytes()), None, "{good}");
        }
        for bad in ["{a}", "{", "}", "a]", "[a", r"a\", "{a,b", "{a,{b}}"] {
            assert!(grouping_problem(bad.as_bytes()).is_some(), "{bad}");
        }
        let nested = |depth| [b"{".repeat(depth), b"a".to_vec(), b",}".repeat(depth)].concat();
        assert_eq!(grouping_problem(&nested(49)), None);
        assert!(grouping_problem(&nested(50)).is_some());
    }
}
