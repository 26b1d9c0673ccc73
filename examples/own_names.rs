//! A profile for a name that somebody else chose: it cannot become a rule.
//!
//! `cargo run --example own_names`

use armorer::ast::{File, FileRule, Profile};
use armorer::query::Subject;
use armorer::{Access, Compiler, Features, Input, Pattern};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let volume = "/srv/a\" r, /** rwix, \"/b";
    let profile = Profile::new("web-1")?.rule(FileRule::new(Pattern::literal(volume)?, "r".parse()?));
    let text = File::from(profile).to_string();
    assert_eq!(text, "profile web-1 {\n  \"/srv/a\\042 r\\, /\\*\\* rwix\\, \\042/b\" r,\n}\n");

    let compiler = Compiler::new(Features::builtin("linux-6.12").ok_or("a built-in set")?);
    let subject = Subject::from_compiled(compiler.compile(Input::text("web-1", text))?)?;
    for path in [volume, "/etc/shadow"] {
        let is_allowed = subject.ask(None, &Access::parse(&["file", path, "r"])?)?.is_allowed();
        println!("reading {path}: {}", if is_allowed { "allowed" } else { "denied" });
    }
    Ok(())
}
