//! `armorer log` on generated logs of growing length, of the usual kinds: wall time and peak memory of the process.
//!
//! `ARMORER_BENCH_LINES` is the number of lines of the longest one (default 1,000,000).

#![expect(clippy::expect_used, reason = "a benchmark stops where it cannot go on")]

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Writes a line.
type Line = fn(&mut dyn Write, usize) -> io::Result<()>;

/// Kinds of logs.
const LOGS: [(&str, Line); 5] = [
    ("syslog, a record in ten lines, 300 kinds", syslog),
    ("audit log, records only, 300 kinds", audit),
    ("audit log, every record another name", names),
    ("journal as JSON, a record in ten lines, 300 kinds", journal),
    ("syslog without a record", noise),
];

fn record(out: &mut dyn Write, number: usize, name: usize) -> io::Result<()> {
    let (seconds, millis) = (1_700_000_000 + number / 1000, number % 1000);
    let (profile, pid) = (name % 7, 100 + number % 900);
    writeln!(
        out,
        "audit({seconds}.{millis:03}:{number}): apparmor=\"DENIED\" operation=\"open\" class=\"file\" profile=\"service-{profile}\" \
         name=\"/var/lib/service/data-{name}/state\" pid={pid} comm=\"worker\" requested_mask=\"r\" denied_mask=\"r\" fsuid=33 ouid=0"
    )
}

fn noise(out: &mut dyn Write, number: usize) -> io::Result<()> {
    writeln!(
        out,
        "Nov 28 12:{:02}:{:02} host service[{}]: request {number} from 192.0.2.{} took {} ms, status=200 type=text/html",
        number / 60 % 60,
        number % 60,
        1 + number % 999,
        number % 255,
        number % 77
    )
}

fn syslog(out: &mut dyn Write, number: usize) -> io::Result<()> {
    if !number.is_multiple_of(10) {
        return noise(out, number);
    }
    write!(out, "Nov 28 12:00:00 host kernel: [ 1612.{:06}] audit: type=1400 ", number % 1_000_000)?;
    record(out, number, number / 10 % 300)
}

fn audit(out: &mut dyn Write, number: usize) -> io::Result<()> {
    write!(out, "type=AVC msg=")?;
    record(out, number, number % 300)
}

fn names(out: &mut dyn Write, number: usize) -> io::Result<()> {
    write!(out, "type=AVC msg=")?;
    record(out, number, number)
}

fn journal(out: &mut dyn Write, number: usize) -> io::Result<()> {
    let time = 1_700_000_000_000_000 + number;
    let head = format!("{{\"__REALTIME_TIMESTAMP\":\"{time}\",\"_BOOT_ID\":\"0123456789abcdef\",\"PRIORITY\":\"5\",");
    if !number.is_multiple_of(10) {
        return writeln!(
            out,
            "{head}\"_TRANSPORT\":\"stdout\",\"SYSLOG_IDENTIFIER\":\"service\",\"MESSAGE\":\"request {number} took {} ms\"}}",
            number % 77
        );
    }
    let mut text = Vec::new();
    record(&mut text, number, number / 10 % 300)?;
    let text = String::from_utf8_lossy(text.trim_ascii_end()).replace('"', "\\\"");
    writeln!(
        out,
        "{head}\"_TRANSPORT\":\"kernel\",\"SYSLOG_IDENTIFIER\":\"kernel\",\"MESSAGE\":\"audit: type=1400 {text}\"}}"
    )
}

fn write(path: &Path, line: Line, lines: usize) -> io::Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    (0..lines).try_for_each(|number| line(&mut out, number))?;
    out.into_inner()?.metadata().map(|metadata| metadata.len())
}

/// The most memory that a process has had so far, in KiB.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
}

/// Wall time, and peak memory in KiB.
fn measure(path: &Path) -> (Duration, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_armorer"));
    let start = Instant::now();
    let mut child = command.arg("log").arg(path).stdout(Stdio::null()).spawn().expect("the program runs");
    let mut most = 0;
    loop {
        most = peak(child.id()).unwrap_or_default().max(most);
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            assert!(status.success(), "{status}");
            return (start.elapsed(), most);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn main() {
    let most = std::env::var("ARMORER_BENCH_LINES").ok().and_then(|lines| lines.parse().ok()).unwrap_or(1_000_000);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("log");
    println!("| log | lines | MB | wall | lines a second | peak memory |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (what, line) in LOGS {
        for lines in [most / 10, most] {
            let bytes = write(&path, line, lines).expect("room for a log");
            let (wall, memory) = measure(&path);
            let seconds = wall.as_secs_f64();
            println!(
                "| {what} | {lines} | {:.0} | {seconds:.2} s | {:.0} | {:.1} MiB |",
                bytes as f64 / 1e6,
                lines as f64 / seconds,
                memory as f64 / 1024.0
            );
        }
    }
}
