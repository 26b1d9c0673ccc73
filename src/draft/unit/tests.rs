use super::clean;
use super::syntax::{UnitNames, UnitSettings, parse, words};
use crate::draft::tests::{body, drafter, elf, image, message};

fn settings(text: &str) -> UnitSettings {
    let mut assignments = Vec::new();
    assert!(parse(text.as_bytes(), &mut assignments));
    UnitSettings::new(assignments)
}

#[test]
fn assignments_of_a_unit() {
    let unit = settings(
        "A=outside\n[Service]\nA = 1 \\\n# a comment between\n  2\n; another\nA=3\nB=1\nB=\nB=2\r\n[Other]\nA=4\n[Service]\nA=5 \\",
    );
    assert_eq!(unit.list("Service", "A"), ["1    2", "3", "5"]);
    assert_eq!((unit.list("Service", "B"), unit.last("Other", "A")), (vec!["2"], Some("4")));
    assert!(!parse("A=1\n".repeat(20_000).as_bytes(), &mut Vec::new()));
    assert!(!parse(format!("A={}", "x".repeat(2 << 20)).as_bytes(), &mut Vec::new()));
}

#[test]
fn words_specifiers_and_paths() {
    assert_eq!(words(r#" a "b c" 'd"'e\x41\s\t "" "#).unwrap(), ["a", "b c", "d\"eA \t", ""]);
    for wrong in ["\"a", "\\", "\\q", "\\x0", "\\x00", "\\U00110000"] {
        assert_eq!(words(wrong), None, "{wrong}");
    }
    let names = UnitNames { full: "web-x@one.service".into() };
    assert_eq!(names.expand("%t/%p/%i/%n %% %j").unwrap(), "/run/web-x/one/web-x@one.service % x");
    assert_eq!((names.expand("%h"), names.expand("%")), (None, None));
    for (path, expected) in [
        ("//a/./b/", Some("/a/b")),
        ("/var/run/x", Some("/run/x")),
        ("/var/runx", Some("/var/runx")),
        ("/a/../b", None),
        ("/", None),
    ] {
        assert_eq!(clean(path).as_deref(), expected.map(str::as_bytes), "{path}");
    }
}

#[test]
fn a_service_with_drop_ins_and_a_socket() {
    let program = elf("", &[], "", &[]);
    let unit = b"[Service]\nExecStartPre=/usr/bin/setup\nExecStartPre=+/usr/sbin/webd -t\nExecStart=@-/usr/sbin/webd webd $OPTS\n\
        Type=notify\nEnvironmentFile=/etc/default/web\nRuntimeDirectory=web web/sub\nStateDirectory=%N:link /bad\nLogsDirectory=old\n\
        ConfigurationDirectory=web\nCacheDirectory=../x\nPIDFile=/var/run/web.pid\nBusName=org.example.Web\nUser=www\n\
        CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SYS_ADMIN CAP_CHOWN\nAmbientCapabilities=CAP_NET_BIND_SERVICE CAP_KILL\n\
        ReadWritePaths=-/srv/dir /srv/file \"/srv/a b\" %h/x\nReadOnlyPaths=/\nRestrictAddressFamilies=AF_INET AF_UNIX\n";
    let image = image(&[
        ("usr/sbin/webd", &program),
        ("usr/bin/setup", &program),
        ("usr/lib/systemd/system/web.service", unit),
        ("usr/lib/systemd/system/web.service.d/10-logs.conf", b"[Service]\nLogsDirectory=\nLogsDirectory=web\n"),
        ("usr/lib/systemd/system/web.service.d/20-gone.conf", b"[Service]\nReadWritePaths=/gone\n"),
        ("etc/systemd/system/web.service.d/20-gone.conf", b"-> /dev/null"),
        ("etc/systemd/system/service.d/all.conf", b"[Service]\nPIDFile=/run/all.pid\n"),
        (
            "usr/lib/systemd/system/web.socket",
            b"[Socket]\nListenStream=80\nListenStream=/run/web.sock\nListenDatagram=@web\nListenStream=vsock:2:1\n",
        ),
        ("srv/dir/x", b""),
        ("srv/file", b""),
    ]);
    let draft = drafter(image.path()).unit("web.service").unwrap();
    assert_eq!(
        body(&draft),
        "
  # AmbientCapabilities= of web.service
  capability net_bind_service,

  # RestrictAddressFamilies= of web.service
  network inet stream,
  network inet dgram,

  # ListenStream= of web.socket
  network inet6 stream,

  # BusName= of web.service
  dbus bind bus=system name=org.example.Web,

  # ListenDatagram= of web.socket
  unix (listen, accept, getattr, setattr, getopt, setopt, send, receive) type=dgram addr=@web,

  # /usr/sbin/webd, the program
  /usr/{,s}bin/webd mr,

  # RuntimeDirectory= of web.service
  /run/web/ rw,
  /run/web/** rwk,

  # StateDirectory= of web.service
  /var/lib/web/ rw,
  /var/lib/web/** rwk,

  # LogsDirectory= of web.service
  /var/log/web/ rw,
  /var/log/web/** rw,

  # ConfigurationDirectory= of web.service
  /etc/web/ r,
  /etc/web/** r,

  # ReadWritePaths= of web.service
  /srv/dir/ rw,
  /srv/dir/** rwk,
  /srv/file rwk,
  \"/srv/a b\" rwk,
  \"/srv/a b/\" rw,
  \"/srv/a b/**\" rwk,

  # PIDFile= of web.service
  /run/all.pid rwk,

  # Type= or WatchdogSec= of web.service
  /run/systemd/notify w,

  # ListenStream= of web.socket
  /run/web.sock rw,

  # Not in this profile:
  #   ExecStartPre= of web.service runs `/usr/bin/setup`, to which this profile does not attach
  #   no rule for StateDirectory= of web.service: `/bad`
  #   no rule for CacheDirectory= of web.service: `../x`
  #   no rule for ReadWritePaths= of web.service: `%h/x`
  #   no rule for ReadOnlyPaths= of web.service: `/`
  #   no rule for ListenStream= of web.socket: `vsock:2:1`
"
    );
    let by_socket = drafter(image.path()).unit("web.socket").unwrap();
    assert_eq!(by_socket.file(), draft.file());
}

#[test]
fn a_unit_that_names_its_profile() {
    let program = elf("", &[], "", &[]);
    let image = image(&[
        ("opt/worker", &program),
        ("opt/clean", &program),
        (
            "etc/systemd/system/worker@.service",
            b"[Service]\nAppArmorProfile=-site-worker\nExecStart=/opt/worker\nExecStopPost=/opt/clean %i\nDynamicUser=on\nStateDirectory=w/%i\n",
        ),
        ("etc/systemd/system/none.service", b"[Service]\nType=oneshot\n"),
        ("etc/systemd/system/lost.service", b"[Service]\nExecStart=/opt/lost\n"),
        ("etc/systemd/system/bad.service", b"[Service]\nAppArmorProfile=/x\nExecStart=/opt/worker\n"),
    ]);
    let drafter = drafter(image.path());
    let draft = drafter.unit("worker@one").unwrap();
    assert!(draft.file().to_string().contains("\nprofile site-worker {\n"), "nothing but the unit asks for it");
    let text = body(&draft);
    for rule in ["/opt/worker mr,", "/opt/clean mr,", "/var/lib/w/one/** rwk,", "/var/lib/private/w/one/ rw,"] {
        assert!(text.contains(&format!("\n  {rule}\n")), "{rule}: {text}");
    }
    assert!(drafter.attached(&draft).is_empty());
    for (unit, part) in [
        ("gone", "unit `gone.service`: no such unit"),
        ("none", "no program in ExecStart="),
        ("lost", "/opt/lost: no such file"),
        ("bad", "`/x` cannot be the name of the profile"),
        ("a\0b", "no such unit"),
    ] {
        let message = message(drafter.unit(unit));
        assert!(message.contains(part), "{message}");
    }
}
