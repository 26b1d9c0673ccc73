use super::*;

#[test]
fn a_configuration_of_oci() {
    let config = r#"{
        "process": {
            "args": ["/usr/sbin/web", "-g"],
            "capabilities": {"bounding": ["CAP_KILL"], "effective": ["CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_X#"]}
        },
        "hostname": "h",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs"},
            {"destination": "/data/", "type": "bind", "options": ["rbind", "rw"]},
            {"destination": "/etc/web.conf", "options": ["ro"]},
            {"destination": "/scratch", "type": "tmpfs"},
            {"destination": "/var/run/docker.sock"},
            {"destination": "../x"}
        ],
        "linux": {"maskedPaths": ["/data/secret", "/proc/kcore"], "readonlyPaths": ["/data/fixed"]}
    }"#;
    let draft = Drafter::new(compiler("")).oci(config.as_bytes()).unwrap();
    assert_eq!(
        body(&draft),
        "
  # process.capabilities.effective
  capability chown,

  # process.args
  /usr/sbin/web mr,

  # The mount of /data/
  /data rwk,
  /data/ rw,
  /data/** rwk,

  # The mount of /etc/web.conf
  /etc/web.conf r,
  /etc/web.conf/ r,
  /etc/web.conf/** r,

  # The mount of /scratch
  /scratch/ rw,
  /scratch/** rwk,

  # linux.maskedPaths
  deny /data/secret rw,
  deny /data/secret/** rw,

  # linux.readonlyPaths
  deny /data/fixed w,
  deny /data/fixed/** w,

  # Omitted because the linter warns about it:
  #   AA0108 capability sys_admin, (process.capabilities.effective)
  #   AA0126 /run/docker.sock rwk, (the mount of /var/run/docker.sock)

  # Not in this profile:
  #   process.capabilities.effective names the unknown capability `CAP_X\\x23`
  #   no rule for the mount of ../x
"
    );
    assert!(draft.file().to_string().contains("\nprofile web flags=(attach_disconnected,mediate_deleted) {\n"));
    let oci = |text: &str| Drafter::new(compiler("")).oci(text.as_bytes());
    assert!(message(oci("[")).starts_with("not a valid OCI configuration: "));
    assert!(message(oci(&"[".repeat(100_000))).starts_with("not a valid OCI configuration: "));
    assert!(message(oci(&" ".repeat(5 << 20))).ends_with("larger than 4 MiB"));
    assert!(message(oci(r#"{"process": {"apparmorProfile": "/x"}}"#)).contains("cannot be the name"));
    assert!(message(oci("{}")).contains("cannot be the name"), "nothing says what to call it");
}

#[test]
fn the_command_of_a_container_is_looked_for_in_its_image() {
    let image = image(&[("usr/bin/web", b"#!/usr/bin/sh\n"), ("usr/bin/sh", &elf("", &[], "", &[]))]);
    let config = r#"{"process": {"args": ["web"], "apparmorProfile": "k8s-web"}}"#;
    let draft = drafter(image.path()).oci(config.as_bytes()).unwrap();
    let expected = "
  # /usr/bin/web, the program
  /usr/bin/web r,

  # /usr/bin/sh, the interpreter
  /usr/bin/sh mr,
";
    assert_eq!((body(&draft).as_str(), draft.name().as_bytes()), (expected, &b"k8s-web"[..]));
}

#[test]
fn the_services_of_a_compose_file() {
    let text = r#"
x-common: &common
  cap_drop: [ALL]
services:
  web:
    <<: *common
    command: web --port 80
    cap_add: [NET_BIND_SERVICE]
    ports: ["80:80", {target: 53, protocol: udp}, "9:9/sctp"]
    volumes:
      - ./conf:/etc/web.conf:ro
      - cache:/var/cache/web
      - {type: bind, source: /srv, target: /srv, read_only: true}
      - $DATA:/x$$y
      - a:/z${Z}
    secrets: [token]
    tmpfs: /run/web:size=1m
  db:
    image: postgres
    cap_drop: [mknod, CAP_NET_RAW]
    security_opt: ["apparmor=site-db"]
"#;
    let drafts = Drafter::new(compiler("")).compose(text.as_bytes()).unwrap();
    let [web, db] = drafts.as_slice() else { panic!("two services") };
    assert_eq!(
        body(web),
        "
  # cap_add of service web
  capability net_bind_service,

  # ports of service web
  network inet stream,
  network inet6 stream,
  network inet dgram,
  network inet6 dgram,

  # command of service web
  /{,usr/,usr/local/}{,s}bin/web mr,

  # volumes of service web
  /etc/web.conf r,
  /etc/web.conf/ r,
  /etc/web.conf/** r,
  /var/cache/web/ rw,
  /var/cache/web/** rwk,
  /srv/ r,
  /srv/** r,
  \"/x$y\" rwk,
  \"/x$y/\" rw,
  \"/x$y/**\" rwk,

  # tmpfs of service web
  /run/web/ rw,
  /run/web/** rwk,

  # secrets of service web
  /run/secrets/token r,

  # Not in this profile:
  #   no rule for volumes of service web: `/z${Z}`
  #   no rule for ports of service web: the protocol `sctp`
"
    );
    assert_eq!(db.name().as_bytes(), b"site-db");
    let text = body(db);
    assert!(text.contains("  capability setuid,\n") && !text.contains("mknod") && !text.contains("net_raw"), "{text}");
    assert_eq!(db.remarks(), ["the program of service db is that of the image `postgres`"]);
}

#[test]
fn compose_files_that_are_none() {
    let compose = |text: &[u8]| message(Drafter::new(compiler("")).compose(text).map(|mut drafts| drafts.remove(0)));
    for (text, part) in [
        (&b"services: {}"[..], "there are no services"),
        (b"a: b", "there is no mapping `services`"),
        (b"", "not one YAML document"),
        (b"services: {a: {}, a: {}}", "line 1, column 19"),
        (b"services: {a: 1}", "a service that is not a mapping"),
        (b"services: [", "line 1"),
        (b"\xff", "UTF-8"),
        (
            b"services: {a: {security_opt: ['apparmor=x']}, b: {security_opt: ['apparmor:x']}}",
            "two services have a profile `x`",
        ),
    ] {
        let message = compose(text);
        assert!(message.contains(part), "{message}");
    }
    let bomb = "services:\n  a: {volumes: &a [".to_owned() + &"x,".repeat(1000) + "]}\n" + "  b: {volumes: *a}\n";
    assert!(Drafter::new(compiler("")).compose(bomb.as_bytes()).is_ok());
    let deep = compose(&b"services: ".iter().copied().chain(b"[".repeat(1000)).collect::<Vec<_>>());
    assert!(deep.contains("recursion limit exceeded"), "{deep}");
}

#[test]
fn a_thousand_mounts_end_at_the_limit() {
    let mounts: Vec<_> =
        (0..1000).map(|number| serde_json::json!({"destination": format!("/data/{number}")})).collect();
    let config = serde_json::json!({"hostname": "h", "mounts": mounts});
    let draft = Drafter::new(compiler("")).oci(config.to_string().as_bytes()).unwrap();
    assert!(draft.remarks().contains(&"only the first 600 rules are written".to_owned()));
    assert_eq!(body(&draft).lines().filter(|line| line.ends_with(',')).count(), 600);
}
