//! `armorer query`: what does a policy say about an access?

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::form::FormArgs;
use super::inputs::CommandInput;
use super::policy;
use super::target::TargetArgs;
use super::{Status, print_json, settle};
use crate::analysis::{Access, Answer, QueryError, Subject, is_blob};

/// Exit status: 0 all that is asked is allowed, 1 some of it is not (or the profiles have errors), 2 usage or input/output
/// errors. What a profile in complain mode only logs counts as not allowed.
#[derive(clap::Args)]
#[command(after_help = ACCESSES)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    /// Profile, hat (`profile//hat`) or child; optional if there is only one
    #[arg(short, long, value_name = "NAME")]
    profile: Option<OsString>,

    #[command(flatten)]
    form: FormArgs,

    /// Binary policy or profile text; `-` is standard input
    #[arg(value_name = "POLICY")]
    policy: PathBuf,

    /// Access in the words of the profile language; write options before it
    #[arg(value_name = "CLASS ARGS", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    access: Vec<OsString>,
}

pub(super) const ACCESSES: &str = "\
Accesses (without permissions, all of the class are asked):
  file [owner|other] PATH [PERMISSIONS]      file /etc/shadow rw; file /bin/sh x; file /a l -> /b
  capability NAME…                           capability net_admin
  network [PERMISSIONS] FAMILY TYPE          network create inet stream; network inet tcp
  unix [PERMISSIONS] TYPE [@NAME] [addr=@NAME] [peer=PROFILE] [peer-addr=@NAME]
                                             unix connect stream @name peer=server
  dbus send|receive BUS NAME PATH INTERFACE MEMBER [peer=PROFILE]
  dbus bind BUS NAME; dbus eavesdrop BUS
  signal [PERMISSIONS] SIGNAL PEER           signal send term server
  ptrace [PERMISSIONS] PEER                  ptrace trace server
  mount SOURCE POINT [FSTYPE] [FLAG,…]       mount /dev/sda1 /mnt/ ext4 ro,nosuid
  mount POINT PROPAGATION; remount POINT [FLAG,…]; umount POINT
  pivot_root NEW-ROOT OLD-ROOT
  change_profile [PROGRAM ->] TARGET
  userns
  mqueue [PERMISSIONS] NAME|KEY [label=PROFILE]
  io_uring sqpoll; io_uring override_creds LABEL
  attach PATH                                whether the profile attaches to a program

Exit status: 0 all that is asked is allowed; 1 some of it is not; 2 wrong usage, or something could not be read.";

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let words: Vec<&[u8]> = args.access.iter().map(|word| word.as_encoded_bytes()).collect();
    let access = Access::parse(&words).map_err(|error| error.to_string())?;
    let name = args.profile.as_deref().map(OsStr::as_encoded_bytes);
    let input = CommandInput::of(&args.policy);
    let bytes = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
    let say = |error: QueryError| format!("{}: {error}", input.shown());
    if is_blob(&bytes) {
        let answer = Subject::from_blob(&bytes).and_then(|subject| subject.ask(name, &access));
        return print(&answer.map_err(say)?, args.form.is_json());
    }
    let compiler = args.target.compiler()?;
    let Some(policy) = policy::compile(&compiler, &input, bytes)? else { return Ok(Status::Findings) };
    let subject = Subject::from_compiled(policy).map_err(say)?;
    print(&subject.ask(name, &access).map_err(say)?, args.form.is_json())
}

fn print(answer: &Answer, json: bool) -> Result<Status, String> {
    if json { print_json(answer) } else { super::print(&answer.to_string()) }?;
    Ok(if answer.is_allowed() { Status::Fine } else { Status::Findings })
}
