//! The configuration file: long options without their dashes, one a line.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::getopt::GivenOption;
use super::options::{EarlyExit, ParserOptions};
use super::output::StreamOutput;
use super::table::{Argument, LONG, OptionMeaning};

/// The longest line; what is after it counts as another.
const MAX_LINE: usize = 255;

/// Applies a configuration file.
pub(super) fn apply(text: &[u8], options: &mut ParserOptions, output: &mut StreamOutput) -> Result<(), EarlyExit> {
    for line in text.split(|&byte| byte == b'\n').flat_map(|line| line.chunks(MAX_LINE)) {
        apply_line(line, options, output)?;
    }
    // An action is only one on the command line; what it implies stays.
    options.actions = 0;
    options.action = super::options::Action::Add;
    Ok(())
}

fn apply_line(line: &[u8], options: &mut ParserOptions, output: &mut StreamOutput) -> Result<(), EarlyExit> {
    let line = line.trim_ascii_start();
    if matches!(line.first(), None | Some(b'#')) {
        return Ok(());
    }
    let end = line.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'='));
    let (key, value) = match end {
        Some(end) => (line.get(..end), line.get(end + 1..).filter(|value| !value.is_empty())),
        None => (Some(line), None),
    };
    let key = key.unwrap_or_default();
    let Some(long) = LONG.iter().find(|long| long.name.as_bytes() == key) else {
        let key = String::from_utf8_lossy(key);
        output.err_line(&format!("{}: unknown option ({key}) in config file.", options.program));
        return Ok(());
    };
    let value = match (long.argument, value) {
        (Argument::None, _) => None,
        (Argument::Required, None) => return Err(EarlyExit(1)),
        (Argument::Optional, None) if long.option == OptionMeaning::Werror => Some(OsString::new()),
        (_, value) => value.map(|value| OsString::from_vec(value.to_vec())),
    };
    options.apply(&GivenOption { option: long.option, value }, output)
}

#[cfg(test)]
mod tests {
    use super::super::options::Action;
    use super::*;

    fn read(text: &str) -> (ParserOptions, String, Result<(), EarlyExit>) {
        let (mut options, mut output) = (ParserOptions::new("PROG".into()), StreamOutput::default());
        let result = apply(text.as_bytes(), &mut options, &mut output);
        (options, output.text().1, result)
    }

    #[test]
    fn lines() {
        let (options, errors, result) = read("# c\n\n   quiet\nnames\nOptimize=no-minimize\ncache-loc\t/c\nfoo x\n");
        assert_eq!((result, errors.as_str()), (Ok(()), "PROG: unknown option (foo) in config file.\n"));
        assert!(options.quiet && !options.kernel_load && options.actions == 0 && options.action == Action::Add);
        assert_eq!(options.cache_locations, [std::path::PathBuf::from("/c")]);
    }

    #[test]
    fn wrong_lines() {
        assert_eq!(read("base\n").2, Err(EarlyExit(1)));
        let (_, errors, result) = read("Werror\n");
        assert_eq!((result, errors.as_str()), (Err(EarlyExit(1)), "PROG: Invalid --Werror option \n"));
        let (_, errors, _) = read("base = x\n");
        assert_eq!(errors, "Error: basedir = x is not a directory, skipping.\n");
        let (_, errors, _) = read("cache = x\n");
        assert_eq!(errors, "PROG: unknown option (cache) in config file.\n");
        let long = format!("# {}\n{}quiet\n", "c".repeat(400), " ".repeat(255));
        assert!(read(&long).1.contains("unknown option (cc"), "the rest of a long line is a line");
    }
}
