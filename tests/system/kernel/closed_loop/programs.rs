//! The programs of the loop, their exercises, and what people have to decide about them.

/// A program from a Debian package, or one of ours that runs in an interpreter from one.
pub(super) struct Program {
    /// The name of its exercise (`exercises/NAME.sh`).
    pub(super) name: &'static str,
    /// The path of the program: of the file itself where that has links.
    pub(super) path: &'static str,
    /// The lines that its exercise prints.
    pub(super) said: &'static [&'static str],
    /// Things that a profile allows only when a person says so, and that this program needs: the words of `--accept`.
    pub(super) accept: &'static [&'static str],
    /// The canary's attempts that the program makes itself. They are allowed, all others are not.
    pub(super) needs: &'static [&'static str],
    /// Whether it is tried in the short run as well.
    pub(super) short: bool,
}

const LEAST: Program = Program { name: "", path: "", said: &[], accept: &[], needs: &[], short: false };

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "nginx",
        path: "/usr/sbin/nginx",
        said: &["<p>hello</p>", "HTTP/1.1 404 Not Found", "1", "stopped"],
        short: true,
        ..LEAST
    },
    Program {
        name: "redis",
        path: "/usr/bin/redis-check-rdb",
        said: &["OK", "OK", "Background saving started", "green", "stopped"],
        ..LEAST
    },
    Program { name: "mariadb", path: "/usr/sbin/mariadbd", said: &["spanner", "anvil", "stopped"], ..LEAST },
    Program {
        name: "dropbear",
        path: "/usr/sbin/dropbear",
        said: &["the message of the day", "stopped"],
        // It looks up whether the account is locked.
        accept: &["AA0127"],
        needs: &["shadow"],
        ..LEAST
    },
    Program {
        name: "backup",
        path: "/usr/local/bin/backup",
        said: &["./", "./index.html", "<p>hello</p>"],
        short: true,
        ..LEAST
    },
    Program { name: "inventory", path: "/usr/local/bin/inventory", said: &["anvil, spanner", "1", "1"], ..LEAST },
    Program {
        name: "dbus-daemon",
        path: "/usr/bin/dbus-daemon",
        said: &["   boolean true", "ping", "stopped"],
        short: true,
        ..LEAST
    },
    Program { name: "dbus-send", path: "/usr/bin/dbus-send", said: &["35", "   boolean false", "stopped"], ..LEAST },
    Program {
        name: "mount",
        path: "/usr/bin/mount",
        said: &["kept", "<p>hello</p>", "Read-only file system"],
        accept: &["AA0108"],
        short: true,
        ..LEAST
    },
    Program { name: "sqlite3", path: "/usr/bin/sqlite3", said: &["2,spanner", "1,hammer"], short: true, ..LEAST },
    Program { name: "dnsmasq", path: "/usr/sbin/dnsmasq", said: &["10.1.2.3", "unknown", "stopped"], ..LEAST },
    Program {
        name: "memcached",
        path: "/usr/bin/memcached",
        said: &["STORED", "VALUE colour 0 5", "green", "END", "stopped"],
        ..LEAST
    },
];

/// Paths of all kinds that a confined program might reach for, to see how broad a profile is.
pub(super) const PATHS: &[&str] = &[
    "/boot/vmlinuz",
    "/dev/kmsg",
    "/dev/mem",
    "/dev/null",
    "/dev/sda",
    "/dev/shm/other",
    "/dev/tty1",
    "/dev/urandom",
    "/etc/apparmor.d/nginx",
    "/etc/dbus-1/bus.conf",
    "/etc/dbus-1/session.conf",
    "/etc/dnsmasq.conf",
    "/etc/dropbear/dropbear_ed25519_host_key",
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/motd",
    "/etc/mysql/my.cnf",
    "/etc/nginx/mime.types",
    "/etc/nginx/nginx.conf",
    "/etc/nginx/sites-enabled/default",
    "/etc/passwd",
    "/etc/redis/redis.conf",
    "/etc/resolv.conf",
    "/etc/shadow",
    "/etc/ssh/ssh_host_ed25519_key",
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/private/server.key",
    "/etc/sudoers",
    "/home/user/.bashrc",
    "/home/user/.ssh/id_ed25519",
    "/home/user/mail",
    "/mnt/scratch/note",
    "/proc/1/environ",
    "/proc/1/maps",
    "/proc/kcore",
    "/proc/meminfo",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/net/ipv4/ip_forward",
    "/root/.ssh/authorized_keys",
    "/run/dbus/bus",
    "/run/mysqld/mysqld.sock",
    "/run/nginx.pid",
    "/run/redis/redis-server.pid",
    "/srv/data/shop.db",
    "/srv/www/.htpasswd",
    "/srv/www/index.html",
    "/sys/devices/system/cpu/online",
    "/sys/kernel/security/apparmor/profiles",
    "/tmp/other",
    "/tmp/tmp.aAbBcC/all.tar",
    "/usr/bin/dash",
    "/usr/bin/python3.11",
    "/usr/bin/tar",
    "/usr/lib/python3.11/json/decoder.py",
    "/usr/lib/x86_64-linux-gnu/libc.so.6",
    "/usr/lib/x86_64-linux-gnu/libcrypto.so.3",
    "/usr/local/bin/backup",
    "/usr/sbin/dropbear",
    "/usr/share/mysql/charsets/Index.xml",
    "/usr/share/zoneinfo/Europe/Berlin",
    "/var/backups/site/0.tar.gz",
    "/var/lib/dpkg/status",
    "/var/lib/inventory/items.json",
    "/var/lib/mysql/ibdata1",
    "/var/lib/mysql/shop/orders.ibd",
    "/var/lib/nginx/body/1",
    "/var/lib/redis/dump.rdb",
    "/var/log/auth.log",
    "/var/log/inventory.log",
    "/var/log/nginx/access.log",
    "/var/spool/cron/crontabs/root",
    "/var/tmp/other",
];
