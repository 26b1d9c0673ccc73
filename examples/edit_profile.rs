//! Edits a profile: prints which lines of the text change, and nothing else does.
//!
//! `cargo run --example edit_profile [FILE PROFILE]`

use std::error::Error;
use std::ops::Range;

use armorer::Pattern;
use armorer::ast::{CapabilityRule, FileRule, ItemKind};
use armorer::edit::{Edit, Editor};
use armorer::vocab::{Capability, ProfileMode};

pub(crate) const DEMO: &str = "\
# The web server.
profile web /usr/sbin/web {
  include <abstractions/base>

  capability   setgid,
  capability   setuid,      # drops its privileges

  # what it serves
  /srv/web/   r,
  /srv/web/** r,

  # settings
  /etc/web.old  r,
  /etc/web.conf r,
}
";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let report = match (arguments.next(), arguments.next()) {
        (Some(path), Some(profile)) => report(&std::fs::read(path)?, &profile.to_string_lossy())?,
        _ => report(DEMO.as_bytes(), "web")?,
    };
    print!("{report}");
    Ok(())
}

/// The changes of a text, as lines that go and lines that come.
pub(crate) fn report(text: &[u8], profile: &str) -> Result<String, Box<dyn Error>> {
    Ok(changes(text, &edit(text, profile)?))
}

// ANCHOR: edit
/// The edits that set a profile to complain mode, give it a capability, a file and an include, and remove the rule for a file.
fn edit(text: &[u8], profile: &str) -> Result<Vec<Edit>, Box<dyn Error>> {
    let mut editor = Editor::new(text)?;
    editor.set_mode(profile, ProfileMode::Complain)?;
    editor.add_rule(profile, CapabilityRule::new(Capability::NetBindService))?;
    // A name from elsewhere: whatever it holds, it stays one path.
    editor.add_rule(profile, FileRule::allow(Pattern::literal("/srv/web/upload, /** rwx")?, "rw".parse()?))?;
    editor.add_include(profile, "abstractions/nameservice")?;
    let old = ItemKind::from(FileRule::new(Pattern::literal("/etc/web.old")?, "r".parse()?));
    if let Err(error) = editor.remove_rule(profile, old) {
        println!("{error}");
    }
    Ok(editor.edits().to_vec())
}
// ANCHOR_END: edit

/// The lines before and after each edit, as in a diff without context.
fn changes(text: &[u8], edits: &[Edit]) -> String {
    let slice = |range: Range<usize>| text.get(range).unwrap_or_default();
    let mut out = String::new();
    for edit in edits {
        let Range { start, end } = edit.range();
        let line = slice(0..start).iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let is_whole = start == line && (start == end || slice(0..end).ends_with(b"\n"));
        let rest = if is_whole { 0 } else { slice(end..text.len()).iter().take_while(|&&byte| byte != b'\n').count() };
        let after = [slice(line..start), &edit.replacement, slice(end..end + rest)].concat();
        let number = slice(0..start).iter().filter(|&&byte| byte == b'\n').count() + 1;
        out += &format!("line {number}\n");
        for (sign, lines) in [('-', slice(line..end + rest)), ('+', &after)] {
            for line in String::from_utf8_lossy(lines).lines() {
                out += &format!("{sign}{line}\n");
            }
        }
    }
    out
}
