//! The two pages that clusters ask an agent for, over plain HTTP.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::metrics::Metrics;

/// No request line of a scraper is longer.
const MAX_REQUEST: u64 = 8192;

/// Nobody who is served takes longer; others are not waited for.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The most clients that are served at the same time. The next one takes the place of the one who has been there longest.
const MAX_CLIENTS: usize = 16;

/// After accepting failed, for want of descriptors, say.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves in threads of its own. Gives the address, of which the port may have been 0.
pub(super) fn serve(address: SocketAddr, metrics: Arc<Mutex<Metrics>>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    thread::Builder::new().name("http".into()).stack_size(STACK).spawn(move || {
        let mut clients: VecDeque<Arc<TcpStream>> = VecDeque::new();
        for stream in listener.incoming() {
            let Ok(stream) = stream.map(Arc::new) else {
                thread::sleep(PAUSE);
                continue;
            };
            // Those that were answered are held by nobody else.
            clients.retain(|client| Arc::strong_count(client) > 1);
            if clients.len() >= MAX_CLIENTS
                && let Some(oldest) = clients.pop_front()
            {
                let _ = oldest.shutdown(Shutdown::Both);
            }
            clients.push_back(Arc::clone(&stream));
            let metrics = Arc::clone(&metrics);
            let served = thread::Builder::new().stack_size(STACK).spawn(move || {
                // A client that goes away is its own affair.
                let _ = answer(&stream, &metrics);
                // The list of clients still holds it.
                let _ = stream.shutdown(Shutdown::Both);
            });
            if served.is_err() {
                thread::sleep(PAUSE);
            }
        }
    })?;
    Ok(address)
}

/// The stack size of a thread; there may be many, in little memory.
const STACK: usize = 128 << 10;

/// A stream that is used until a point in time, however slowly the bytes come and go.
struct DeadlineStream<'a> {
    stream: &'a TcpStream,
    deadline: Instant,
}

impl DeadlineStream<'_> {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for DeadlineStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer)
    }
}

impl Write for DeadlineStream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn answer(stream: &TcpStream, metrics: &Mutex<Metrics>) -> io::Result<()> {
    let deadline = Instant::now() + TIMEOUT;
    let mut request = BufReader::new(DeadlineStream { stream, deadline }.take(MAX_REQUEST));
    let mut line = String::new();
    request.read_line(&mut line)?;
    // The headers say nothing of interest, but a client may not like an answer before it has sent them.
    let mut header = String::new();
    while request.read_line(&mut header)? > 2 {
        header.clear();
    }
    let mut words = line.split_ascii_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, body) = page(method, path, metrics);
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut to = DeadlineStream { stream, deadline };
    to.write_all(head.as_bytes())?;
    if method != "HEAD" {
        to.write_all(body.as_bytes())?;
    }
    Ok(())
}

/// The status line and the text. Nothing is read or written while the numbers are held.
fn page(method: &str, path: &str, metrics: &Mutex<Metrics>) -> (&'static str, String) {
    let metrics = metrics.lock().unwrap_or_else(PoisonError::into_inner);
    match (method, path.split('?').next().unwrap_or_default()) {
        ("GET" | "HEAD", "/metrics") => ("200 OK", metrics.text()),
        ("GET" | "HEAD", "/healthz") => match metrics.trouble() {
            None => ("200 OK", "ok\n".to_owned()),
            Some(trouble) => ("503 Service Unavailable", trouble + "\n"),
        },
        ("GET" | "HEAD", _) => ("404 Not Found", "there are /metrics and /healthz\n".to_owned()),
        _ => ("405 Method Not Allowed", String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(address: SocketAddr, path: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    #[test]
    fn silent_clients_starve_nobody() {
        let metrics = Arc::new(Mutex::new(Metrics::new(Duration::from_secs(10))));
        metrics.lock().unwrap().note_alive();
        let address = serve("127.0.0.1:0".parse().unwrap(), metrics).unwrap();
        let silent: Vec<_> = (0..40).map(|_| TcpStream::connect(address).unwrap()).collect();
        let began = Instant::now();
        assert!(get(address, "/healthz").unwrap().ends_with("\r\n\r\nok\n"));
        assert!(get(address, "/metrics").unwrap().contains("\narmorer_passes_total 0\n"));
        assert!(get(address, "/else").unwrap().starts_with("HTTP/1.1 404 "));
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        drop(silent);
    }

    #[test]
    fn a_client_that_never_ends_its_request_is_sent_away() {
        let metrics = Arc::new(Mutex::new(Metrics::new(Duration::from_secs(10))));
        let address = serve("127.0.0.1:0".parse().unwrap(), metrics).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty());
    }
}
