//! The parser on whole texts.

mod accept;
mod comments;
mod errors;
mod laws;
mod trees;

use crate::source::SourceMap;

use super::{Parsed, parse};

/// Parses a text on its own.
fn parsed(text: impl AsRef<[u8]>) -> Parsed {
    let sources = SourceMap::new();
    let id = sources.add("test", text.as_ref()).expect("the text is small");
    parse(&sources.get(id), id)
}

/// One file with every construct.
const SAMPLE: &str = r#"# vim:syntax=apparmor
#   header

abi <abi/4.0>,
include <tunables/global>
#include if exists "local/x"  # old

alias /usr/ -> /mnt/usr/,  # moved
@{bin} = /bin "/usr/my bin" \
  /sbin  # three
$debug ?= not (defined @{X} or $y) and @{bin} == /bin

# the profile
profile demo:x "/usr/bin/d emo" xattrs=(user.a="x", user.b) +identities=(a, "/b c") flags=(complain, audit) { # opening

  # rules
  include <abstractions/base>

  set rlimit nofile <= 1024,
  set rlimit cpu <= 5 min, # five
  capability chown setuid,
  capability,
  network (send, receive) inet stream ip=1.2.3.4 peer=(ip=none port=(80)),
  unix bind type=stream addr="@/tmp/x y",
  dbus send
       bus=system
       peer=(name=a.b, label:=c),
  signal (send, receive) set=(term kill) peer=@{profile_name},
  ptrace readby peer=/usr/bin/x,
  mount options=(rw, nosuid) fstype=ext4 options in (ro) /dev/* -> /mnt/{a,b}/,
  remount /mnt/,
  umount /mnt/,
  pivot_root oldroot=/old /new -> other,
  mqueue (read, write) type=posix /name,
  userns create,
  io_uring sqpoll # why
    label=x,
  all,
  change_profile unsafe /bin/x -> a//b,
  link subset /a -> @{bin}/b,
  priority=-5 audit deny owner /etc/** rw,
  file,
  file safe /bin/a px -> b//c,
  rix subset /bin/b,
  @{exec_path} mr,
  /a\ b,c r,

  audit {
    /x w, # in a block
    # the end
  }

  if $debug and (@{bin} in @{X} ) { # then
    /y r,
  } else if true {
  } # between
  else {
    /z r,
  }

  ^hat flags=(complain) {
  }
  hat other {
  }
  profile child /bin/child {
    # nothing

  }
} # end of demo

/usr/bin/old {
}

# last
"#;
