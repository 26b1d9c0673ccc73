//! The two pages that clusters ask an agent for, over plain HTTP.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::metrics::Metrics;

/// No request line of a scraper is longer.
const MAX_REQUEST: u64 = 8192;

/// Nobody who is served takes longer; others are not waited for.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Serves in a thread of its own, one request after the other. Gives the address, of which the port may have been 0.
pub(super) fn serve(address: SocketAddr, metrics: Arc<Mutex<Metrics>>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away is its own affair.
            let _ = answer(&stream, &metrics);
        }
    });
    Ok(address)
}

/// Reads until a point in time, however slowly the bytes come.
struct Until<'a> {
    stream: &'a TcpStream,
    deadline: Instant,
}

impl Read for Until<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

fn answer(mut stream: &TcpStream, metrics: &Mutex<Metrics>) -> io::Result<()> {
    stream.set_write_timeout(Some(TIMEOUT))?;
    let mut request = BufReader::new(Until { stream, deadline: Instant::now() + TIMEOUT }.take(MAX_REQUEST));
    let mut line = String::new();
    request.read_line(&mut line)?;
    // The headers say nothing of interest, but a client may not like an answer before it has sent them.
    let mut header = String::new();
    while request.read_line(&mut header)? > 2 {
        header.clear();
    }
    let mut words = line.split_ascii_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let metrics = metrics.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, body) = match (method, path.split('?').next().unwrap_or_default()) {
        ("GET" | "HEAD", "/metrics") => ("200 OK", metrics.text()),
        ("GET" | "HEAD", "/healthz") if metrics.is_healthy() => ("200 OK", "ok\n".to_owned()),
        ("GET" | "HEAD", "/healthz") => ("503 Service Unavailable", "no pass has ended in time\n".to_owned()),
        ("GET" | "HEAD", _) => ("404 Not Found", "there are /metrics and /healthz\n".to_owned()),
        _ => ("405 Method Not Allowed", String::new()),
    };
    drop(metrics);
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(body.as_bytes())?;
    }
    stream.flush()
}
