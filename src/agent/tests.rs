//! Passes over directories, with plain files in the place of a kernel.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::*;
use crate::analysis::new_access::Baseline;
use crate::compiler::Input;
use crate::features::Features;
use crate::kernel::hash::{self, PolicyHash};

/// A kernel of plain files, which takes what is written as a real one does when [`FakeKernel::settle`] is called.
struct FakeKernel {
    directory: tempfile::TempDir,
    loaded: BTreeMap<String, String>,
    revision: u64,
}

impl FakeKernel {
    fn new() -> FakeKernel {
        let mut machine = FakeKernel { directory: tempfile::tempdir().unwrap(), loaded: BTreeMap::new(), revision: 0 };
        fs::create_dir_all(machine.path("volume")).unwrap();
        fs::create_dir_all(machine.path("proc/2/task/2/attr/apparmor")).unwrap();
        fs::write(machine.path("proc/2/comm"), "kthreadd\n").unwrap();
        machine.task("unconfined\n");
        machine.show();
        machine
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn kernel(&self) -> Kernel {
        Kernel::at(self.path("kernel")).proc(self.path("proc"))
    }

    /// Has the one task run under that label.
    fn task(&self, label: &str) {
        fs::write(self.path("proc/2/task/2/attr/apparmor/current"), label).unwrap();
    }

    fn options(&self) -> AgentOptions {
        AgentOptions { state: Some(self.path("state")), ..AgentOptions::new([self.path("volume")]) }
    }

    fn agent(&self, options: AgentOptions) -> Agent {
        Agent::new(self.kernel(), options, || Compiler::new(Features::builtin("linux-7.2").unwrap()))
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path("volume").join(file), text).unwrap();
    }

    /// Shows what is loaded, and empties the files that are written to.
    fn show(&mut self) {
        let kernel = self.path("kernel");
        let _absent_at_first = fs::remove_dir_all(&kernel);
        fs::create_dir_all(kernel.join("policy/profiles")).unwrap();
        let list: String = self.loaded.keys().map(|name| format!("{name} (enforce)\n")).collect();
        fs::write(kernel.join("profiles"), list).unwrap();
        for (name, hash) in &self.loaded {
            let path = name.split("//").fold(kernel.join("policy"), |path, part| path.join("profiles").join(part));
            fs::create_dir_all(path.join("profiles")).unwrap();
            fs::write(path.join("name"), name.rsplit("//").next().unwrap()).unwrap();
            fs::write(path.join("sha256"), hash).unwrap();
        }
        for file in [".load", ".replace", ".remove"] {
            fs::write(kernel.join(file), "").unwrap();
        }
        fs::write(kernel.join("revision"), format!("{}\n", self.revision)).unwrap();
    }

    /// Does the writes, and returns the names of each file written to.
    fn settle(&mut self) -> Vec<String> {
        let mut done = Vec::new();
        for file in [".load", ".replace"] {
            let blob = fs::read(self.path("kernel").join(file)).unwrap();
            for (name, content) in hash::profiles(&blob).unwrap() {
                let name = String::from_utf8(name).unwrap();
                self.loaded.insert(name.clone(), content.hash(&PolicyHash::Sha256(String::new())).to_string());
                done.push(format!("{file} {name}"));
            }
        }
        let removed = fs::read(self.path("kernel/.remove")).unwrap();
        if let Some(name) = removed.split(|&byte| byte == 0).next().filter(|name| !name.is_empty()) {
            let name = String::from_utf8(name.to_vec()).unwrap();
            self.loaded.retain(|own, _| *own != name && !own.starts_with(&format!("{name}//")));
            done.push(format!(".remove {name}"));
        }
        self.revision += u64::from(!done.is_empty());
        self.show();
        done
    }
}

/// The outcome of each file and of vanished profiles, in a word each.
fn messages_of(report: &PassReport) -> Vec<String> {
    let files = report.files.iter().map(|file| {
        let name = file.file.file_name().unwrap().to_string_lossy();
        match &file.outcome {
            FileOutcome::Refused(refusal) => format!("{name}: {refusal}"),
            outcome => format!("{name}: {outcome}"),
        }
    });
    let vanished = report.vanished.iter().map(|vanished| match &vanished.kept {
        Some(reason) => format!("{} kept: {reason}", vanished.profile),
        None => format!("{} removed", vanished.profile),
    });
    files.chain(vanished).chain(report.problems.iter().map(ToString::to_string)).collect()
}

#[test]
fn loaded_replaced_unchanged() {
    let mut machine = FakeKernel::new();
    machine.write("web", "profile web { /srv/** r, ^h { /h r, } }\n");
    let mut agent = machine.agent(machine.options());
    assert_eq!(messages_of(&agent.pass()), ["web: loaded"]);
    assert_eq!(machine.settle(), [".load web", ".load web//h"]);
    assert_eq!(messages_of(&agent.pass()), ["web: unchanged"]);
    assert!(machine.settle().is_empty());
    machine.write("web", "profile web { /srv/** rw, ^h { /h r, } }\n");
    assert_eq!(messages_of(&agent.pass()), ["web: replaced"]);
    assert_eq!(machine.settle(), [".replace web", ".replace web//h"]);
    // A restart finds everything in order; also without a state.
    assert_eq!(messages_of(&machine.agent(machine.options()).pass()), ["web: unchanged"]);
    fs::remove_file(machine.path("state")).unwrap();
    assert_eq!(messages_of(&machine.agent(machine.options()).pass()), ["web: unchanged"]);
}

#[test]
fn somebody_elses_change_is_undone() {
    let mut machine = FakeKernel::new();
    machine.write("web", "profile web { }\n");
    let mut agent = machine.agent(machine.options());
    agent.pass();
    machine.settle();
    machine.loaded.insert("web".into(), "00".into());
    machine.show();
    assert_eq!(messages_of(&agent.pass()), ["web: replaced"]);
    machine.settle();
    machine.loaded.clear();
    machine.show();
    assert_eq!(messages_of(&agent.pass()), ["web: loaded"]);
}

#[test]
fn a_broken_file_keeps_the_last_good_policy() {
    let mut machine = FakeKernel::new();
    machine.write("web", "profile web { }\n");
    let mut agent = machine.agent(AgentOptions { prune: true, ..machine.options() });
    agent.pass();
    machine.settle();
    machine.write("web", "profile web {\n  /srv/** nonsense,\n}\n");
    machine.write("zed", "profile web { /z r, }\n");
    let report = agent.pass();
    let said = messages_of(&report);
    assert!(said[0].contains("volume/web:2:") && said[0].contains("error["), "{said:?}");
    assert!(said[1].starts_with("zed: \"web\" is also defined in"), "the broken file keeps its name: {said:?}");
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(machine.settle().is_empty() && !report.is_good() && !report.wants_retry());
}

#[test]
fn names_of_others_are_left_alone() {
    let mut machine = FakeKernel::new();
    machine.loaded.insert("docker-default".into(), "00".into());
    machine.loaded.insert("k8s-old".into(), "00".into());
    machine.show();
    machine.write("a", "profile docker-default { }\n");
    machine.write("b", "profile k8s-old { }\n");
    machine.write("c", "profile free { }\nprofile docker-default { }\n");
    let foreign = "is already loaded, but not by this agent";
    let said_any = messages_of(&machine.agent(machine.options()).pass());
    let twice = format!("c: \"docker-default\" is also defined in {}", machine.path("volume/a").display());
    assert_eq!(said_any, [format!("a: \"docker-default\" {foreign}"), format!("b: \"k8s-old\" {foreign}"), twice]);
    let names = Names::any().prefix("k8s-");
    let said = messages_of(&machine.agent(AgentOptions { names, ..machine.options() }).pass());
    let refused = "is not one of those that may be loaded";
    assert_eq!(said[..2], [format!("a: the name \"docker-default\" {refused}"), "b: replaced".into()]);
    assert_eq!(machine.settle(), [".replace k8s-old"]);
}

#[test]
fn profiles_that_attach_may_be_refused() {
    let machine = FakeKernel::new();
    machine.write("a", "profile a /usr/bin/a { }\n");
    machine.write("b", "/usr/bin/b { }\n");
    machine.write("c", "profile c { }\n");
    let said = messages_of(&machine.agent(AgentOptions { refuse_attachments: true, ..machine.options() }).pass());
    let refused = "attaches to programs of the node";
    assert_eq!(said, [format!("a: \"a\" {refused}"), format!("b: \"/usr/bin/b\" {refused}"), "c: loaded".into()]);
}

#[test]
fn what_exceeds_the_baseline_is_refused() {
    let mut machine = FakeKernel::new();
    let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    let text = "profile node { /srv/** rw, capability chown, }\n";
    let baseline = Baseline::new(&compiler.compile(Input::text("node", text)).unwrap()).unwrap();
    machine.write("a", "profile a { /srv/a/** r, }\n");
    machine.write("b", "profile b { /srv/b/** r, }\nprofile c { /etc/shadow r, }\n");
    machine.write("d", "profile d flags=(complain) { }\n");
    let mut agent = machine.agent(AgentOptions { baseline: Some(baseline), ..machine.options() });
    let report = agent.pass();
    let said = messages_of(&report);
    assert_eq!(said[0], "a: loaded");
    let excess = "file \"/etc/shadow\": new access: BASE denies, NEW allows r";
    assert_eq!(said[1], format!("b: exceeds the baseline: c: against node: {excess}"));
    assert!(said[2].starts_with("d: exceeds the baseline: d: against node: mode: new access"), "{said:?}");
    assert!(!report.is_good() && !report.wants_retry());
    assert_eq!(machine.settle(), [".load a"]);
}

#[test]
fn what_vanished_is_removed_only_on_request_and_unused() {
    let mut machine = FakeKernel::new();
    machine.write("web", "profile web { ^h { } }\n");
    let mut agent = machine.agent(machine.options());
    agent.pass();
    machine.settle();
    machine.write("web", "profile web { }\n");
    let not_asked = "profiles are removed only on request";
    assert_eq!(messages_of(&agent.pass()), ["web: replaced".to_owned(), format!("web//h kept: {not_asked}")]);
    machine.settle();
    fs::remove_file(machine.path("volume/web")).unwrap();
    let kept = ["web", "web//h"].map(|name| format!("{name} kept: {not_asked}"));
    let report = agent.pass();
    assert_eq!(messages_of(&report), kept);
    assert!(report.is_good() && !report.wants_retry());

    let mut agent = machine.agent(AgentOptions { prune: true, ..machine.options() });
    machine.task("web//h (enforce)\n");
    let report = agent.pass();
    assert_eq!(messages_of(&report), ["web kept: tasks run under it", "web//h kept: tasks run under it"]);
    assert!(report.wants_retry() && machine.settle().is_empty());
    machine.task("x//&web (enforce)\n");
    assert_eq!(messages_of(&agent.pass()), ["web kept: tasks run under it", "web//h removed"]);
    assert_eq!(machine.settle(), [".remove web//h"]);
    fs::write(machine.path("proc/2/comm"), "init\n").unwrap();
    assert!(messages_of(&agent.pass())[0].contains("the node's processes are not to be seen"));
    fs::write(machine.path("proc/2/comm"), "kthreadd\n").unwrap();
    machine.task("unconfined\n");
    assert_eq!(messages_of(&agent.pass()), ["web removed"]);
    assert_eq!(machine.settle(), [".remove web"]);
    assert!(messages_of(&agent.pass()).is_empty());
}

#[test]
fn a_directory_that_cannot_be_read_takes_nothing_with_it() {
    let mut machine = FakeKernel::new();
    machine.write("web", "profile web { }\n");
    let mut agent = machine.agent(AgentOptions { prune: true, ..machine.options() });
    agent.pass();
    machine.settle();
    fs::rename(machine.path("volume"), machine.path("elsewhere")).unwrap();
    let report = agent.pass();
    assert!(report.problems[0].to_string().contains("volume: No such file"), "{report:?}");
    assert!(report.vanished.is_empty() && report.wants_retry() && machine.settle().is_empty());
}

#[test]
fn names_that_cannot_be_kept_are_not_loaded() {
    let mut machine = FakeKernel::new();
    machine.write("web", "profile web { }\n");
    machine.write("blocked", "");
    let state = Some(machine.path("volume/blocked/state"));
    let report = machine.agent(AgentOptions { state, ..machine.options() }).pass();
    assert!(messages_of(&report)[1].starts_with("web: cannot save the names of the loaded profiles"), "{report:?}");
    assert!(report.wants_retry() && machine.settle().is_empty());
}

#[test]
fn sizes_and_counts_are_bounded() {
    let machine = FakeKernel::new();
    for file in ["a", "b", "c"] {
        machine.write(file, &format!("profile {file} {{ }}\n"));
    }
    machine.write("a", &"#".repeat(100));
    let options = AgentOptions { max_file_size: 64, max_files: 2, ..machine.options() };
    let said = messages_of(&machine.agent(options).pass());
    assert_eq!(said, ["a: has more than 64 bytes", "b: loaded", "c: there are more than 2 files"]);
}

/// Lays a volume out as the kubelet does, and switches it.
fn switch(volume: &Path, generation: u32, files: &[(&str, &str)]) {
    let data = format!("..2026_{generation}");
    fs::create_dir(volume.join(&data)).unwrap();
    for (file, text) in files {
        fs::write(volume.join(&data).join(file), text).unwrap();
        let link = volume.join(file);
        if fs::symlink_metadata(&link).is_err() {
            symlink(format!("..data/{file}"), link).unwrap();
        }
    }
    symlink(&data, volume.join("..data_tmp")).unwrap();
    fs::rename(volume.join("..data_tmp"), volume.join("..data")).unwrap();
}

#[test]
fn config_map_volumes_switch_as_a_whole() {
    let mut machine = FakeKernel::new();
    let volume = machine.path("volume");
    switch(&volume, 1, &[("web", "profile web { }\n"), ("db", "profile db { }\n")]);
    let mut agent = machine.agent(machine.options());
    let report = agent.pass_if_changed(&[]).unwrap();
    assert_eq!(messages_of(&report), ["db: loaded", "web: loaded"]);
    assert_eq!(report.files[0].file, volume.join("db"));
    // The kernel of plain files took only the last write; it is told of both.
    fs::write(machine.path("kernel/.load"), "").unwrap();
    for text in ["profile web { }\n", "profile db { }\n"] {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let blob = compiler.compile(Input::text("t", text)).unwrap().into_blob();
        fs::write(machine.path("kernel/.load"), blob).unwrap();
        machine.settle();
    }
    assert_eq!(messages_of(&agent.pass_if_changed(&[]).unwrap()), ["db: unchanged", "web: unchanged"]);
    assert!(agent.pass_if_changed(&[]).is_none(), "nothing has changed");
    switch(&volume, 2, &[("web", "profile web { /w r, }\n"), ("db", "profile db { }\n")]);
    assert_eq!(messages_of(&agent.pass_if_changed(&[]).unwrap()), ["db: unchanged", "web: replaced"]);
}

#[test]
fn who_is_replaced_after_replacing_stays_off() {
    let mut machine = FakeKernel::new();
    machine.loaded.insert("web".into(), "00".into());
    machine.show();
    machine.write("web", "profile web { }\n");
    let options = AgentOptions { names: Names::any().name("web"), prune: true, ..machine.options() };
    let mut agent = machine.agent(options.clone());
    assert_eq!(messages_of(&agent.pass()), ["web: replaced"]);
    machine.settle();
    assert_eq!(messages_of(&agent.pass()), ["web: unchanged"]);
    machine.loaded.insert("web".into(), "11".into());
    machine.show();
    let contested = "web: \"web\" is defined differently by another program, which keeps replacing this definition: its \
                     definition stays loaded";
    let report = agent.pass();
    assert_eq!(messages_of(&report), [contested]);
    assert!(!report.wants_retry() && machine.settle().is_empty());
    assert_eq!(messages_of(&machine.agent(options.clone()).pass()), [contested], "also after a restart");
    // Who changes the file means it.
    machine.write("web", "profile web { /x r, }\n");
    let mut agent = machine.agent(options);
    assert_eq!(messages_of(&agent.pass()), ["web: replaced"]);
    machine.settle();
    machine.loaded.insert("web".into(), "22".into());
    machine.show();
    fs::remove_file(machine.path("volume/web")).unwrap();
    assert_eq!(messages_of(&agent.pass()), ["web kept: another program has replaced it"]);
    assert!(machine.settle().is_empty());
}

#[test]
fn names_may_change_their_files() {
    let mut machine = FakeKernel::new();
    machine.write("a", "profile x { }\n");
    machine.write("b", "profile y { }\n");
    let mut agent = machine.agent(machine.options());
    assert_eq!(messages_of(&agent.pass()), ["a: loaded", "b: loaded"]);
    for name in ["x", "y"] {
        machine.loaded.insert(name.into(), "00".into());
    }
    fs::write(machine.path("kernel/.load"), "").unwrap();
    machine.show();
    // What `a` may load depends on `b`, which comes later.
    machine.write("a", "profile y { /y r, }\n");
    machine.write("b", "profile x { /x r, }\n");
    assert_eq!(messages_of(&agent.pass()), ["a: replaced", "b: replaced"]);
    machine.write("a", "profile x { /y r, }\n");
    let twice = format!("a: \"x\" is also defined in {}", machine.path("volume/b").display());
    assert_eq!(messages_of(&agent.pass())[0], twice);
}

#[test]
fn a_pass_can_be_ended() {
    let mut machine = FakeKernel::new();
    machine.write("a", "profile a { }\n");
    machine.write("b", "profile b { }\n");
    let mut left = 1;
    let goes_on = move || std::mem::replace(&mut left, 0) == 1;
    let mut agent = machine.agent(AgentOptions { prune: true, ..machine.options() }).while_running(goes_on);
    let report = agent.pass();
    assert_eq!(messages_of(&report), ["a: loaded"]);
    assert!(report.interrupted && report.wants_retry() && !report.is_good());
    machine.settle();
    let report = agent.pass();
    assert!(messages_of(&report).is_empty() && machine.settle().is_empty(), "what it did not look at is not removed");
}

#[test]
fn messages_quote_no_other_file() {
    let machine = FakeKernel::new();
    let secret = machine.path("secret");
    fs::write(&secret, "hunter2\n").unwrap();
    fs::write(machine.path("tunables"), "@{SECRET}=hunter2\n").unwrap();
    machine.write("own", "profile own {\n  chwon,\n}\n");
    machine.write("includes", &format!("profile p {{\n  include \"{}\"\n}}\n", secret.display()));
    let tunables = machine.path("tunables");
    machine.write(
        "variable",
        &format!("include \"{}\"\nprofile v {{\n  /@{{SECRET}} px, /@{{SECRET}} ix, \n}}\n", tunables.display()),
    );
    symlink(&secret, machine.path("volume/link")).unwrap();
    let linked = vec![machine.directory.path().to_owned()];
    let report = machine.agent(AgentOptions { linked, ..machine.options() }).pass();
    let said = messages_of(&report).join("\n");
    assert!(said.contains("own:2:3: error[unknown-keyword]: unknown keyword `chwon`"), "{said}");
    let redacted = format!("includes: {}:1:1: error[unknown-keyword]: unknown keyword", secret.display());
    assert!(said.contains(&redacted), "{said}");
    assert!(said.contains("volume/link:1:1: error[unknown-keyword]: unknown keyword"), "{said}");
    assert!(said.contains("variable: ") && !said.contains("hunter2"), "{said}");
}
