//! What processes under the example profiles may do: commands inside the machine, and the word each prints.

/// A command and what it prints.
pub(crate) struct Check {
    /// The command line.
    pub(crate) command: &'static str,
    expected: &'static str,
    /// Where a kernel mediates less or says it otherwise.
    except: &'static [(&'static str, &'static str)],
}

impl Check {
    /// What the command prints on that kernel.
    pub(crate) fn expected(&self, kernel: &str) -> &'static str {
        self.except.iter().find(|&&(name, _)| name == kernel).map_or(self.expected, |&(_, word)| word)
    }
}

const fn check(command: &'static str, expected: &'static str) -> Check {
    Check { command, expected, except: &[] }
}

const fn differs(
    command: &'static str,
    expected: &'static str,
    except: &'static [(&'static str, &'static str)],
) -> Check {
    Check { command, expected, except }
}

/// The example profiles, each compiled and loaded by itself.
pub(crate) const PROFILES: &[&str] = &["k8s-nginx", "usr.bin.man", "usr.sbin.webapp", "backup"];

/// What the kernel lists when they are loaded, by name.
pub(crate) const LOADED: &[&str] = &[
    "backup (enforce)",
    "k8s-nginx (enforce)",
    "man (enforce)",
    "man-fetch (enforce)",
    "man//format (enforce)",
    "man//pager (enforce)",
    "webapp (enforce)",
    "webapp//static (enforce)",
    "webapp//upload (enforce)",
];

/// Where the probe stands in the machine: under names that the profiles know.
pub(crate) const PROBES: &[&str] = &[
    "/bin/probe",
    "/bin/dash",
    "/bin/sh",
    "/usr/bin/top",
    "/usr/sbin/nginx",
    "/usr/bin/man",
    "/usr/bin/groff",
    "/usr/bin/less",
    "/usr/bin/curl",
    "/usr/bin/gzip",
    "/usr/sbin/webapp",
    "/usr/sbin/backup",
];

/// Files that are there.
pub(crate) const FILES: &[&str] = &[
    "/boot/there",
    "/etc/passwd",
    "/etc/webapp/conf",
    "/home/there",
    "/lib/there",
    "/media/there",
    "/mnt/snapshot/srv/there",
    "/opt/there",
    "/root/.ssh/id_rsa",
    "/sbin/there",
    "/srv/www/static/page",
    "/srv/www/upload/there",
    "/tmp/there",
    "/usr/share/man/man1/ls.1",
    "/usr/share/groff/mac",
    "/var/backups/there",
    "/var/cache/man/index",
    "/var/lib/there",
    "/var/run/there",
];

/// The checks. `$N` runs the probe under the profile for nginx.
pub(crate) const CHECKS: &[Check] = &[
    // What is not denied is allowed.
    check("probe label", "unconfined"),
    check("$N label", "k8s-nginx (enforce)"),
    check("$N open-read /etc/passwd", "ok"),
    check("$N open-read /tmp/there", "ok"),
    check("$N open-write /var/lib/new", "ok"),
    check("$N open-write /var/run/nginx.pid", "ok"),
    check("$N link /var/lib/there /var/lib/link", "ok"),
    check("$N unlink /var/lib/link", "ok"),
    // Writing below the listed directories is denied, to root, too.
    check("$N open-write /tmp/x", "EACCES"),
    check("$N open-write /bin/x", "EACCES"),
    check("$N open-write /boot/there", "EACCES"),
    check("$N open-write /dev/null", "EACCES"),
    check("$N open-write /etc/passwd", "EACCES"),
    check("$N open-write /home/there", "EACCES"),
    check("$N open-write /lib/there", "EACCES"),
    check("$N open-write /media/there", "EACCES"),
    check("$N open-write /mnt/x", "EACCES"),
    check("$N open-write /opt/there", "EACCES"),
    check("$N open-write /proc/sys/kernel/hostname", "EACCES"),
    check("$N open-write /root/x", "EACCES"),
    check("$N open-write /sbin/there", "EACCES"),
    check("$N open-write /srv/x", "EACCES"),
    check("$N open-write /sys/kernel/uevent_seqnum", "EACCES"),
    check("$N open-write /usr/bin/x", "EACCES"),
    check("$N mkdir /tmp/directory", "EACCES"),
    check("$N unlink /tmp/there", "EACCES"),
    check("$N chmod /tmp/there", "EACCES"),
    check("$N link /var/lib/there /tmp/link", "EACCES"),
    check("$N open-write /tmp/there", "EACCES"),
    // A link must not give what its target does not.
    check("$N link /etc/passwd /var/lib/passwd", "EACCES"),
    // Shells are out of reach.
    check("$N open-read /bin/sh", "EACCES"),
    check("$N run /bin/sh label", "EACCES"),
    check("$N run /bin/dash label", "EACCES"),
    check("$N run /usr/bin/top label", "EACCES"),
    // But whoever puts a process under the profile, as a container runtime does, chooses its program freely.
    check("probe as k8s-nginx /bin/sh label", "k8s-nginx (enforce)"),
    check("$N run /usr/sbin/nginx label", "k8s-nginx (enforce)"),
    check("$N run /bin/busybox echo echoed", "echoed"),
    check("probe as k8s-nginx /bin/busybox sh -c 'echo > /tmp/x || echo failed'", "failed"),
    check("probe as k8s-nginx /bin/busybox sh -c 'read line < /etc/passwd && echo read'", "read"),
    // Sockets: family, type, protocol.
    check("$N socket 2 1 0", "ok"),
    check("$N socket 2 2 0", "ok"),
    check("$N socket 2 3 1", "EACCES"),
    check("$N socket 2 3 255", "EACCES"),
    check("$N socket 17 3 768", "EACCES"),
    check("$N socket 16 3 0", "EACCES"),
    check("$N socket 10 1 0", "EACCES"),
    check("$N socket 1 1 0", "ok"),
    check("$N bind-port 80", "ok"),
    // Capabilities.
    check("$N chown /var/lib/there", "ok"),
    check("$N setuid 1000", "ok"),
    check("$N sethostname x", "EPERM"),
    check("$N umount /mnt", "EPERM"),
    check("$N mount-rw /var/lib", "EACCES"),
    // Signals: to itself, and not to init.
    check("$N kill 0 0", "ok"),
    check("$N kill 1 0", "EACCES"),
    differs("$N userns", "EACCES", &[("linux-6.1", "ok")]),
    check("$N change-profile man", "EACCES"),
    // A parent with children and a profile that is only reached by name.
    check("/usr/bin/man label", "man (enforce)"),
    check("/usr/bin/man open-read /usr/share/man/man1/ls.1", "ok"),
    check("/usr/bin/man open-write /usr/share/man/man1/ls.1", "EACCES"),
    check("/usr/bin/man open-read /etc/passwd", "EACCES"),
    check("/usr/bin/man run /usr/bin/groff label", "man//format (enforce)"),
    check("/usr/bin/man run /usr/bin/less label", "man//pager (enforce)"),
    check("/usr/bin/man run /usr/bin/curl label", "man-fetch (enforce)"),
    check("/usr/bin/man run /usr/bin/gzip label", "man (enforce)"),
    check("/usr/bin/man run /bin/busybox true", "EACCES"),
    check("/usr/bin/man run /usr/bin/groff limit 0", "60"),
    check("/usr/bin/man run /usr/bin/groff limit 9", "1073741824"),
    check("/usr/bin/man run /usr/bin/groff open-read /usr/share/groff/mac", "ok"),
    check("/usr/bin/man open-read /usr/share/groff/mac", "EACCES"),
    check("/usr/bin/man run /usr/bin/groff run /usr/bin/less label", "EACCES"),
    check("/usr/bin/man run /usr/bin/less open-read /root/.ssh/id_rsa", "EACCES"),
    check("/usr/bin/man run /usr/bin/curl socket 2 1 0", "ok"),
    check("/usr/bin/man socket 2 1 0", "EACCES"),
    check("/usr/bin/groff label", "unconfined"),
    // A file of its own, and the same file of somebody else.
    check("/usr/bin/man open-write /var/cache/man/index", "ok"),
    check("chown 1000 /var/cache/man/index", ""),
    check("/usr/bin/man open-write /var/cache/man/index", "EACCES"),
    check("chown 0 /var/cache/man/index", ""),
    // Hats.
    check("/usr/sbin/webapp label", "webapp (enforce)"),
    check("/usr/sbin/webapp hat static label", "webapp//static (enforce)"),
    check("/usr/sbin/webapp hat static open-read /srv/www/static/page", "ok"),
    check("/usr/sbin/webapp open-read /srv/www/static/page", "EACCES"),
    check("/usr/sbin/webapp hat static open-read /etc/webapp/conf", "EACCES"),
    check("/usr/sbin/webapp hat upload open-write /srv/www/upload/picture", "ok"),
    check("/usr/sbin/webapp hat upload open-write /srv/www/upload/page.php", "EACCES"),
    check("/usr/sbin/webapp hat nowhere label", "ENOENT"),
    check("/usr/sbin/webapp bind-abstract webapp-1", "ok"),
    differs("/usr/sbin/webapp bind-abstract other", "EACCES", &[("linux-6.1", "ok"), ("linux-6.12", "ok")]),
    // Mounts, limits and links.
    check("/usr/sbin/backup label", "backup (enforce)"),
    check("/usr/sbin/backup mount-rw /mnt/snapshot", "EACCES"),
    check("/usr/sbin/backup mount-ro /mnt", "EACCES"),
    check("/usr/sbin/backup mount-ro /mnt/snapshot", "ok"),
    check("/usr/sbin/backup umount /mnt/snapshot", "ok"),
    check("/usr/sbin/backup bind-mount /srv /mnt/snapshot/srv", "ok"),
    check("/usr/sbin/backup bind-mount /etc /mnt/snapshot/srv", "EACCES"),
    check("/usr/sbin/backup umount /mnt/snapshot/srv", "ok"),
    check("/usr/sbin/backup umount /proc", "EACCES"),
    check("/usr/sbin/backup make-private /", "ok"),
    check("/usr/sbin/backup link /var/backups/there /var/backups/link", "ok"),
    check("rm /var/backups/link", ""),
    check("/usr/sbin/backup link /etc/passwd /var/backups/link", "EACCES"),
    check("/usr/sbin/backup open-read /root/.ssh/id_rsa", "EACCES"),
    check("/usr/sbin/backup open-read /home/there", "ok"),
    check("/usr/sbin/backup limit 7", "4096"),
    check("/usr/sbin/backup limit 4", "0"),
    check("/usr/sbin/backup chown /var/backups/there", "EPERM"),
    check("/usr/sbin/backup sethostname backup", "ok"),
    differs("/usr/sbin/backup userns", "EACCES", &[("linux-6.1", "ok")]),
];

/// What the kernel's log must say, as words that stand on one line in this order.
pub(crate) const AUDITED: &[&[&str]] = &[
    &[
        "apparmor=\"DENIED\"",
        "operation=\"open\"",
        "profile=\"k8s-nginx\"",
        "name=\"/tmp/there\"",
        "denied_mask=\"wc\"",
    ],
    &["apparmor=\"DENIED\"", "operation=\"mknod\"", "profile=\"k8s-nginx\"", "name=\"/tmp/x\"", "denied_mask=\"c\""],
    &["apparmor=\"DENIED\"", "operation=\"link\"", "profile=\"k8s-nginx\"", "name=\"/tmp/link\"", "denied_mask=\"l\""],
    &["apparmor=\"DENIED\"", "operation=\"exec\"", "profile=\"k8s-nginx\"", "name=\"/bin/sh\"", "denied_mask=\"x\""],
    &["apparmor=\"DENIED\"", "operation=\"create\"", "profile=\"k8s-nginx\"", "family=\"inet\"", "sock_type=\"raw\""],
    &["apparmor=\"DENIED\"", "operation=\"capable\"", "profile=\"k8s-nginx\"", "capname=\"sys_admin\""],
    &["apparmor=\"AUDIT\"", "operation=\"open\"", "profile=\"k8s-nginx\"", "name=\"/var/run/nginx.pid\""],
    &["apparmor=\"DENIED\"", "operation=\"mknod\"", "profile=\"webapp//upload\"", "name=\"/srv/www/upload/page.php\""],
];
