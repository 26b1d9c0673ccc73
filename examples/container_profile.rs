//! The profile of a container from what its runtime knows of it, as a container engine would make it: nothing in names, paths and
//! labels that others choose can become a rule.
//!
//! `cargo run --example container_profile`

use armorer::ast::{
    CapabilityRule, File, FileRule, Include, IncludePath, MountRule, NetworkRule, Profile, PtraceRule, Rule, SignalRule,
};
use armorer::query::Subject;
use armorer::vocab::{AddressFamily, Capability, ExecMode, FilePermissions, MountOperation, ProfileMode};
use armorer::{Access, Compiler, Features, Input, Pattern, ProfileName};

/// The parts of a container's specification that its profile depends on.
struct Spec {
    name: &'static str,
    root: &'static str,
    volumes: &'static [(&'static str, bool)],
    capabilities: &'static [&'static str],
    network: bool,
    learning: bool,
}

/// A hostile request: in a profile made from a template, the path of the second volume would end its rule and allow every file.
const SPEC: Spec = Spec {
    name: "tenant-a.web",
    root: "/var/lib/containers/7f3a",
    volumes: &[("/srv/data with blanks", true), ("/srv/a\" r, /** rwix, \"/b", false)],
    capabilities: &["net_bind_service", "chown"],
    network: true,
    learning: false,
};

fn profile(spec: &Spec) -> Result<File, Box<dyn std::error::Error>> {
    let name = ProfileName::new(spec.name)?;
    let below = |path: &str| -> Result<Pattern, Box<dyn std::error::Error>> {
        // The path is escaped; the glob after it is not, because it does not come from the tenant.
        Ok(Pattern::literal(path)?.then("/**")?)
    };
    let mut profile = Profile::new(spec.name)?
        .comment("made by the container runtime")
        .include(Include::new("local/containers")?.if_exists())
        .rule(FileRule::new(below(spec.root)?, "rwlkm".parse()?).exec(ExecMode::INHERIT))
        .rule(Rule::deny(FileRule::new(Pattern::glob("/proc/sys/kernel/**")?, FilePermissions::WRITE)))
        .rule(SignalRule::new().peer(name.to_pattern()))
        .rule(PtraceRule::new().peer(name.to_pattern()))
        .rule(Rule::deny(MountRule::new(MountOperation::Mount)).audit());
    if spec.learning {
        profile = profile.mode(ProfileMode::Complain);
    }
    for (path, writable) in spec.volumes {
        let permissions = if *writable { "rwk".parse()? } else { FilePermissions::READ };
        profile = profile.rule(FileRule::new(below(path)?, permissions));
    }
    for word in spec.capabilities {
        profile = profile.rule(CapabilityRule::new(word.parse::<Capability>()?));
    }
    if spec.network {
        profile = profile.rules([AddressFamily::Inet, AddressFamily::Inet6].map(|one| NetworkRule::new().family(one)));
    }
    Ok(File::from(profile).abi(IncludePath::new("kernel")?))
}

/// The profile, and what it says about three files.
pub(crate) fn report() -> Result<String, Box<dyn std::error::Error>> {
    let mut report = profile(&SPEC)?.to_string();
    let compiler = Compiler::new(Features::builtin("linux-6.12").ok_or("no such kernel")?);
    let compiled = compiler.compile(Input::text("spec", report.as_str()))?;
    let subject = Subject::from_compiled(compiled)?;
    for path in ["/srv/data with blanks/x", "/srv/a\" r, /** rwix, \"/b/x", "/etc/shadow"] {
        let verdict = subject.ask(None, &Access::parse(&["file", path, "r"])?)?.is_allowed();
        report += &format!("# reading {path}: {}\n", if verdict { "allowed" } else { "denied" });
    }
    Ok(report)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", report()?);
    Ok(())
}
