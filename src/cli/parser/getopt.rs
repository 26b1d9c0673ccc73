//! Splitting a command line as GNU `getopt_long` does it: `getopt_long(3)`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::table::{Argument, LONG, LongOption, OptionMeaning, SHORT, ShortOption};

/// A word of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CommandLineWord {
    /// An option.
    Option(GivenOption),
    /// Anything else.
    Operand(OsString),
}

/// An option as it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GivenOption {
    pub(super) option: OptionMeaning,
    pub(super) value: Option<OsString>,
}

/// The words of a command line: options and operands in any order, bundles of short options taken apart.
pub(super) struct Items<'a> {
    rest: std::slice::Iter<'a, OsString>,
    /// The rest of a bundle of options.
    bundle: &'a [u8],
    /// After `--`.
    operands_only: bool,
}

impl<'a> Items<'a> {
    pub(super) fn new(arguments: &'a [OsString]) -> Items<'a> {
        Items { rest: arguments.iter(), bundle: &[], operands_only: false }
    }

    fn short(&mut self, letter: u8, rest: &'a [u8]) -> Result<CommandLineWord, String> {
        let known = SHORT.iter().find(|short| short.letter == letter);
        let Some(&ShortOption { argument, option, .. }) = known else {
            self.bundle = rest;
            return Err(format!("invalid option -- '{}'", char::from(letter)));
        };
        let attached = (!rest.is_empty()).then(|| OsString::from_vec(rest.to_vec()));
        let value = match argument {
            Argument::None => {
                self.bundle = rest;
                None
            }
            Argument::Optional => attached,
            Argument::Required => Some(match attached.or_else(|| self.rest.next().cloned()) {
                Some(value) => value,
                None => return Err(format!("option requires an argument -- '{}'", char::from(letter))),
            }),
        };
        Ok(CommandLineWord::Option(GivenOption { option, value }))
    }

    fn long(&mut self, text: &[u8]) -> Result<CommandLineWord, String> {
        let (name, value) = match text.iter().position(|&byte| byte == b'=') {
            Some(at) => (text.get(..at), text.get(at + 1..).map(|value| OsString::from_vec(value.to_vec()))),
            None => (Some(text), None),
        };
        let &LongOption { name, argument, option } = find(name.unwrap_or_default(), text)?;
        let value = match (argument, value) {
            (Argument::None, Some(_)) => return Err(format!("option '--{name}' doesn't allow an argument")),
            (Argument::Required, None) => match self.rest.next() {
                Some(value) => Some(value.clone()),
                None => return Err(format!("option '--{name}' requires an argument")),
            },
            (_, value) => value,
        };
        Ok(CommandLineWord::Option(GivenOption { option, value }))
    }
}

/// The option with a name, or the one that a beginning of a name can only mean.
fn find(name: &[u8], text: &[u8]) -> Result<&'static LongOption, String> {
    let shown = String::from_utf8_lossy(text);
    if let Some(exact) = LONG.iter().find(|long| long.name.as_bytes() == name) {
        return Ok(exact);
    }
    let candidates: Vec<&LongOption> = LONG.iter().filter(|long| long.name.as_bytes().starts_with(name)).collect();
    match candidates.as_slice() {
        [] => Err(format!("unrecognized option '--{shown}'")),
        // Two names of one option are no ambiguity.
        [first, rest @ ..] if rest.iter().all(|other| other.option == first.option) => Ok(first),
        several => {
            let first = several.first().map(|long| long.option);
            let others = several.iter().enumerate().filter(|(index, long)| *index == 0 || Some(long.option) != first);
            let names: String = others.map(|(_, long)| format!(" '--{}'", long.name)).collect();
            Err(format!("option '--{shown}' is ambiguous; possibilities:{names}"))
        }
    }
}

impl Iterator for Items<'_> {
    type Item = Result<CommandLineWord, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if let [letter, rest @ ..] = std::mem::take(&mut self.bundle) {
            return Some(self.short(*letter, rest));
        }
        let word: &OsStr = self.rest.next()?;
        Some(match word.as_bytes() {
            _ if self.operands_only => Ok(CommandLineWord::Operand(word.to_owned())),
            b"--" => {
                self.operands_only = true;
                return self.next();
            }
            [b'-', b'-', text @ ..] => self.long(text),
            [b'-', letter, rest @ ..] => self.short(*letter, rest),
            _ => Ok(CommandLineWord::Operand(word.to_owned())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(words: &[&str]) -> Result<Vec<CommandLineWord>, String> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        Items::new(&words).collect()
    }

    fn option(option: OptionMeaning, value: Option<&str>) -> CommandLineWord {
        CommandLineWord::Option(GivenOption { option, value: value.map(OsString::from) })
    }

    fn operand(word: &str) -> CommandLineWord {
        CommandLineWord::Operand(word.into())
    }

    #[test]
    fn bundles_prefixes_and_any_order() {
        let items = split(&["f", "-rWL", "DIR", "--versio", "-hdump", "-h", "x", "-o-", "--cache-loc=a=b", "--", "-r"]);
        let expected = [
            operand("f"),
            option(OptionMeaning::Replace, None),
            option(OptionMeaning::WriteCache, None),
            option(OptionMeaning::CacheLoc, Some("DIR")),
            option(OptionMeaning::Version, None),
            option(OptionMeaning::Help, Some("dump")),
            option(OptionMeaning::Help, None),
            operand("x"),
            option(OptionMeaning::Ofile, Some("-")),
            option(OptionMeaning::CacheLoc, Some("a=b")),
            operand("-r"),
        ];
        assert_eq!(items.unwrap(), expected);
        assert_eq!(split(&["-"]).unwrap(), [operand("-")]);
        // The next word is the value, whatever it looks like.
        assert_eq!(split(&["-j", "-3", "-n", "--"]).unwrap().len(), 2);
        assert_eq!(split(&["-j=3"]).unwrap(), [option(OptionMeaning::Jobs, Some("=3"))]);
        assert_eq!(split(&["--opti=x"]).unwrap(), [option(OptionMeaning::Optimize, Some("x"))]);
        assert_eq!(split(&["--Werror"]).unwrap(), [option(OptionMeaning::Werror, None)]);
        assert_eq!(split(&["--debug"]).unwrap(), [option(OptionMeaning::Debug, None)]);
    }

    proptest::proptest! {
        #[test]
        fn any_words_end(words in proptest::collection::vec("[-=arWLxh,:]{0,6}", 0..8)) {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            let items = Items::new(&words).count();
            let bytes: usize = words.iter().map(|word| word.len().max(1)).sum();
            proptest::prop_assert!(items <= bytes);
        }
    }

    #[test]
    fn messages() {
        for (words, message) in [
            (&["--foo=1"][..], "unrecognized option '--foo=1'"),
            (&["-z"], "invalid option -- 'z'"),
            (&["-Kz"], "invalid option -- 'z'"),
            (&["-o"], "option requires an argument -- 'o'"),
            (&["--ofil"], "option '--ofile' requires an argument"),
            (&["--version=3"], "option '--version' doesn't allow an argument"),
            (&["--re"], "option '--re' is ambiguous; possibilities: '--replace' '--remove' '--readimpliesX'"),
            (&["--comp"], "option '--comp' is ambiguous; possibilities: '--complain' '--compile-features'"),
        ] {
            assert_eq!(split(words).unwrap_err(), message, "{words:?}");
        }
    }
}
