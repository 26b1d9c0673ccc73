//! A client that speaks to `armorer lsp` over pipes, as an editor does: its own framing, so that nothing of the server's is taken on
//! trust.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// The time limit for a message of the server. Far more than anything takes: a server that hangs is to fail the test, not to
/// stall it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with the client's side of its session.
pub(crate) struct Client {
    child: Child,
    /// To the thread that writes: a server that does not read must not stall the test. `None` once the stream is closed.
    to_server: Option<Sender<Vec<u8>>>,
    from_server: Receiver<Result<Value, String>>,
    stderr: Arc<Mutex<Vec<u8>>>,
    next: i64,
    /// Answers by the text of their id, until they are asked for.
    answers: HashMap<String, Value>,
    /// Notifications that nobody has asked for yet, in order.
    told: Vec<Value>,
    /// The last notifications that were not what a test looked for: shown when it fails.
    passed: VecDeque<Value>,
    /// Requests of the server, all of which are granted.
    pub(crate) asked: Vec<Value>,
}

impl Client {
    /// Starts a server and nothing more.
    pub(crate) fn start() -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_armorer"))
            .arg("lsp")
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut errors = child.stderr.take().unwrap();
        let (to_server, to_write) = mpsc::channel::<Vec<u8>>();
        std::thread::spawn(move || {
            // A server that has gone reads no more; what it did say is what the test looks at.
            while let Ok(bytes) = to_write.recv() {
                if stdin.write_all(&bytes).and_then(|()| stdin.flush()).is_err() {
                    break;
                }
            }
        });
        let (heard, from_server) = mpsc::channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = read(&mut stdout).transpose() {
                let broken = message.is_err();
                if heard.send(message).is_err() || broken {
                    break;
                }
            }
        });
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&stderr);
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(len @ 1..) = errors.read(&mut piece) {
                written.lock().unwrap().extend_from_slice(&piece[..len]);
            }
        });
        let to_server = Some(to_server);
        let (answers, told, passed, asked) = (HashMap::new(), Vec::new(), VecDeque::new(), Vec::new());
        Client { child, to_server, from_server, stderr, next: 0, answers, told, passed, asked }
    }

    /// Starts a server, and a session on a directory, with all that clients may be capable of.
    pub(crate) fn session(folder: &Path) -> Client {
        Client::session_with(folder, json!({}), &["utf-16"])
    }

    /// The same with `initializationOptions`, and with the position encodings that the client offers.
    pub(crate) fn session_with(folder: &Path, options: Value, encodings: &[&str]) -> Client {
        let mut client = Client::start();
        client.initialize(folder, options, encodings);
        client
    }

    /// Begins the session; gives what the server says of itself.
    pub(crate) fn initialize(&mut self, folder: &Path, options: Value, encodings: &[&str]) -> Value {
        let uri = uri(folder);
        let result = self.ask(
            "initialize",
            json!({
                "processId": null,
                "rootUri": uri,
                "workspaceFolders": [{ "uri": uri, "name": "tree" }],
                "initializationOptions": options,
                "capabilities": capabilities(encodings),
            }),
        );
        self.notify("initialized", json!({}));
        result
    }

    /// Writes bytes as they are.
    pub(crate) fn raw(&mut self, bytes: impl Into<Vec<u8>>) {
        let sender = self.to_server.as_ref().expect("the stream is open");
        // The thread ends with the server; then there is no answer, which is what is reported.
        _ = sender.send(bytes.into());
    }

    /// Sends a message.
    pub(crate) fn send(&mut self, message: &Value) {
        self.raw(frame(message.to_string().as_bytes()));
    }

    /// Tells the server something.
    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request, and does not wait for the answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = json!(self.next);
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The answer to a request: the whole message.
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        loop {
            if let Some(answer) = self.answers.remove(&id.to_string()) {
                let (result, error) = (answer.get("result"), answer.get("error"));
                if result.is_some() == error.is_some() {
                    self.fail(&format!("an answer has a result or an error: {answer}"));
                }
                return answer;
            }
            self.hear(&format!("the answer to {id}"));
        }
    }

    /// Returns the result of a request.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        let mut answer = self.answer(&id);
        match answer.get_mut("result") {
            Some(result) => result.take(),
            None => self.fail(&format!("{method} is refused: {answer}")),
        }
    }

    /// Returns the reason why a request is refused.
    pub(crate) fn refused(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        let mut answer = self.answer(&id);
        match answer.get_mut("error") {
            Some(error) => error.take(),
            None => self.fail(&format!("{method} is not refused: {answer}")),
        }
    }

    /// The refusal of something that had no id.
    pub(crate) fn refusal(&mut self) -> Value {
        self.answer(&Value::Null)["error"].take()
    }

    /// Waits for a notification of which something holds, and passes over those before it.
    pub(crate) fn wait(&mut self, method: &str, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let mut told = std::mem::take(&mut self.told).into_iter();
            while let Some(mut message) = told.next() {
                if message["method"] == method && wanted(&message["params"]) {
                    self.told = told.collect();
                    return message["params"].take();
                }
                self.passed.push_back(message);
                if self.passed.len() > 3 {
                    self.passed.pop_front();
                }
            }
            self.hear(&format!("{method} with what the test looks for"));
        }
    }

    /// Waits until a text has problems of which something holds.
    pub(crate) fn problems(&mut self, uri: &str, mut wanted: impl FnMut(&[Value]) -> bool) -> Vec<Value> {
        let is_wanted = |params: &Value| params["uri"] == uri && wanted(params["diagnostics"].as_array().unwrap());
        let params = self.wait("textDocument/publishDiagnostics", is_wanted);
        params["diagnostics"].as_array().unwrap().clone()
    }

    /// Waits until a version of a text has a problem with a code.
    pub(crate) fn problem(&mut self, uri: &str, code: &str) -> Vec<Value> {
        self.problems(uri, |list| list.iter().any(|problem| problem["code"] == code))
    }

    /// Opens a text as version 1.
    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        let language = if uri.ends_with(".yaml") { "yaml" } else { "apparmor" };
        let item = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Sends changes of an open text.
    pub(crate) fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Puts another text into the place of an open one.
    pub(crate) fn replace(&mut self, uri: &str, version: i32, text: &str) {
        self.change(uri, version, json!([{ "text": text }]));
    }

    pub(crate) fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// The edits that formatting gives.
    pub(crate) fn format(&mut self, uri: &str) -> Value {
        self.ask("textDocument/formatting", json!({ "textDocument": { "uri": uri }, "options": options() }))
    }

    /// Ends the session as the protocol has it.
    pub(crate) fn finish(mut self) {
        let result = self.ask("shutdown", Value::Null);
        if !result.is_null() {
            self.fail(&format!("shutdown gives {result}"));
        }
        self.notify("exit", Value::Null);
        let status = self.ended();
        if status.code() != Some(0) {
            self.fail(&format!("after shutdown and exit: {status}"));
        }
        self.said_nothing();
    }

    /// Closes the stream, or sends `exit`, without `shutdown`; the server ends, and says so by its status.
    pub(crate) fn leave(mut self, exit: bool) {
        if exit {
            self.notify("exit", Value::Null);
        }
        self.hang_up();
        let status = self.ended();
        if status.code() != Some(1) {
            self.fail(&format!("left without shutdown: {status}"));
        }
        self.said_nothing();
    }

    /// Ends the stream to the server, after all that was sent.
    pub(crate) fn hang_up(&mut self) {
        self.to_server = None;
    }

    /// Waits until the server has ended.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        loop {
            match self.from_server.recv_timeout(PATIENCE) {
                Ok(Ok(message)) => self.take(message),
                Ok(Err(problem)) => self.fail(&problem),
                // Its stream has ended, so it ends, or has closed it.
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => self.fail("the server does not end"),
            }
        }
        for _ in 0..PATIENCE.as_millis() / 10 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.fail("the server does not end")
    }

    /// Asserts that nothing was written to standard error, where caught panics would be seen.
    fn said_nothing(&mut self) {
        if !self.stderr.lock().unwrap().is_empty() {
            self.fail("a session without faults writes nothing to standard error");
        }
    }

    /// Waits for one message.
    fn hear(&mut self, awaited: &str) {
        match self.from_server.recv_timeout(PATIENCE) {
            Ok(Ok(message)) => self.take(message),
            Ok(Err(problem)) => self.fail(&problem),
            Err(mpsc::RecvTimeoutError::Disconnected) => self.fail(&format!("the server has gone; awaited: {awaited}")),
            Err(mpsc::RecvTimeoutError::Timeout) => self.fail(&format!("nothing is heard; awaited: {awaited}")),
        }
    }

    fn take(&mut self, message: Value) {
        if message["jsonrpc"] != "2.0" {
            self.fail(&format!("this is no message: {message}"));
        }
        match (message.get("id"), message.get("method").and_then(Value::as_str)) {
            (Some(id), Some(method)) => {
                let result = if method == "workspace/applyEdit" { json!({ "applied": true }) } else { Value::Null };
                // A server that is shutting down may have gone.
                if self.to_server.is_some() {
                    self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
                }
                self.asked.push(message);
            }
            (Some(id), None) => {
                let known = self.answers.insert(id.to_string(), message.clone());
                // What could not be read has no id.
                if known.is_some() && !message["id"].is_null() {
                    self.fail(&format!("answered twice: {message}"));
                }
            }
            (None, Some(_)) => self.told.push(message),
            (None, None) => self.fail(&format!("this is no message: {message}")),
        }
    }

    /// Fails the test with what the server had to say.
    #[track_caller]
    pub(crate) fn fail(&mut self, what: &str) -> ! {
        _ = self.child.kill();
        let status = self.child.wait();
        let stderr = self.stderr.lock().unwrap();
        let passed: String = self.passed.iter().map(|message| format!("\ntold before: {message:.1500}")).collect();
        let stderr = String::from_utf8_lossy(&stderr);
        panic!("{what:.4000}{passed}\nserver: {status:?}\nits standard error:\n{stderr}");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A body with its header.
pub(crate) fn frame(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Reads a message; `None` at the end of the stream. Nothing but what the protocol says may be there.
fn read(stream: &mut impl BufRead) -> Result<Option<Value>, String> {
    let failed = |error: io::Error| format!("the server's stream: {error}");
    let mut header = String::new();
    if stream.read_line(&mut header).map_err(failed)? == 0 {
        return Ok(None);
    }
    let length = header.strip_prefix("Content-Length: ").and_then(|rest| rest.strip_suffix("\r\n")?.parse().ok());
    let length: usize = length.ok_or_else(|| format!("the server's header: {header:?}"))?;
    let mut blank = [0; 2];
    stream.read_exact(&mut blank).map_err(failed)?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).map_err(failed)?;
    if blank != *b"\r\n" {
        return Err(format!("no blank line behind {header:?}"));
    }
    serde_json::from_slice(&body).map(Some).map_err(|error| format!("the server's message: {error}"))
}

/// The URI of a path, as VS Code would write it.
pub(crate) fn uri(path: &Path) -> String {
    let mut uri = String::from("file://");
    for &byte in path.to_str().unwrap().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// Returns the formatting options that editors send; profiles have one form.
pub(crate) fn options() -> Value {
    json!({ "tabSize": 2, "insertSpaces": true })
}

fn capabilities(encodings: &[&str]) -> Value {
    json!({
        "general": { "positionEncodings": encodings },
        "workspace": {
            "applyEdit": true,
            "configuration": true,
            "didChangeConfiguration": { "dynamicRegistration": true },
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "inlayHint": { "refreshSupport": true },
            "symbol": {},
            "workspaceEdit": { "documentChanges": true },
            "workspaceFolders": true,
        },
        "textDocument": {
            "callHierarchy": {},
            "codeAction": {
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix", "source.fixAll"] } },
            },
            "completion": {
                "completionItem": { "snippetSupport": true, "documentationFormat": ["markdown", "plaintext"] },
            },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "foldingRange": {},
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "inlayHint": {},
            "publishDiagnostics": { "relatedInformation": true, "tagSupport": { "valueSet": [1] }, "versionSupport": true },
            "rename": { "prepareSupport": true },
            "selectionRange": {},
            "semanticTokens": {
                "requests": { "full": true, "range": true },
                "tokenTypes": [], "tokenModifiers": [], "formats": ["relative"],
            },
            "signatureHelp": {},
            "synchronization": {},
        },
    })
}
