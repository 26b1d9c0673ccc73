//! A language server as a child process: its messages over pipes, with the time at which each came.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::{Value, json};

/// The time limit of a server for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Command line of a server, and the settings that it expects.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) command: Vec<OsString>,
    /// `initializationOptions` for a folder of profiles.
    pub(crate) options: fn(&Path) -> Value,
    /// The settings that `workspace/didChangeConfiguration` carries for a folder of profiles.
    pub(crate) settings: fn(&Path) -> Value,
}

/// The outcome of a request.
pub(crate) struct Answer {
    /// The result, or what the server says is wrong.
    pub(crate) result: Result<Value, String>,
    pub(crate) time: Duration,
}

/// A running server.
pub(crate) struct Client {
    child: Child,
    stdin: ChildStdin,
    inbox: Receiver<(Instant, Vec<u8>)>,
    requests: i64,
    /// Parameters of `textDocument/publishDiagnostics` that nobody waited for yet.
    published: Vec<(Instant, Value)>,
    pub(crate) capabilities: Value,
    /// From the start of the process to the answer to `initialize`.
    pub(crate) start: Duration,
    pub(crate) started: Instant,
}

/// The body of the next message.
fn message(stdout: &mut BufReader<ChildStdout>) -> Option<Vec<u8>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length?];
    stdout.read_exact(&mut body).ok()?;
    Some(body)
}

/// Returns the capabilities of the client: those of a full editor.
fn client_capabilities() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "workspace": {
            "applyEdit": true, "configuration": false, "workspaceFolders": true, "symbol": {}, "executeCommand": {},
            "workspaceEdit": {"documentChanges": true}, "didChangeConfiguration": {},
        },
        "textDocument": {
            "synchronization": {"didSave": true},
            "publishDiagnostics": {"relatedInformation": true, "versionSupport": true, "codeDescriptionSupport": true},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"]}},
            "signatureHelp": {"signatureInformation": {"documentationFormat": ["markdown"]}},
            "definition": {}, "references": {}, "documentHighlight": {}, "rename": {"prepareSupport": true},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}}},
            "codeLens": {}, "documentLink": {}, "formatting": {}, "rangeFormatting": {}, "onTypeFormatting": {},
            "foldingRange": {"lineFoldingOnly": true}, "selectionRange": {}, "inlayHint": {}, "callHierarchy": {},
            "semanticTokens": {
                "requests": {"full": true, "range": true}, "formats": ["relative"], "tokenModifiers": ["declaration"],
                "tokenTypes": ["namespace", "type", "class", "enum", "parameter", "variable", "property", "enumMember",
                    "function", "macro", "keyword", "modifier", "comment", "string", "number", "regexp", "operator"],
            },
        },
    })
}

impl Client {
    /// Starts a server for a workspace whose profiles are in `apparmor.d`.
    pub(crate) fn start(server: &Server, workspace: &Path) -> Client {
        let (program, arguments) = server.command.split_first().expect("a program");
        let started = Instant::now();
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(workspace)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the server starts");
        let (stdin, stdout) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        let (sender, inbox) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::with_capacity(1 << 20, stdout);
            while let Some(body) = message(&mut stdout) {
                if sender.send((Instant::now(), body)).is_err() {
                    break;
                }
            }
        });
        let (published, capabilities, start) = (Vec::new(), Value::Null, Duration::ZERO);
        let mut client = Client { child, stdin, inbox, requests: 0, published, capabilities, start, started };
        let uri = uri(workspace);
        let profiles = workspace.join("apparmor.d");
        let initialize = json!({
            "processId": std::process::id(), "rootUri": uri, "workspaceFolders": [{"uri": uri, "name": "workspace"}],
            "capabilities": client_capabilities(), "initializationOptions": (server.options)(&profiles),
        });
        let answer = client.request("initialize", &initialize);
        client.start = started.elapsed();
        client.capabilities = answer.result.expect("an answer to initialize")["capabilities"].take();
        client.notify("initialized", &json!({}));
        let settings = (server.settings)(&profiles);
        if !settings.is_null() {
            client.notify("workspace/didChangeConfiguration", &json!({"settings": settings}));
        }
        client
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        // A server that is gone is seen by the answers that do not come.
        let _ = write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| self.stdin.flush());
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Takes the next message; gives back what answers a request of ours.
    fn receive(&mut self, patience: Duration) -> Result<Option<(Instant, Value)>, RecvTimeoutError> {
        let (time, body) = self.inbox.recv_timeout(patience)?;
        let mut message: Value = serde_json::from_slice(&body).expect("the server writes JSON");
        let (is_request, method) = (message.get("id").is_some(), message["method"].as_str().unwrap_or_default());
        match (is_request, method) {
            (true, "") => return Ok(Some((time, message))),
            (true, method) => {
                let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                let result =
                    if method == "workspace/configuration" { json!(vec![Value::Null; items]) } else { Value::Null };
                self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": result}));
            }
            (false, "textDocument/publishDiagnostics") => self.published.push((time, message["params"].take())),
            (false, _) => {}
        }
        Ok(None)
    }

    /// Asks, and waits for the answer; its time runs from `since`.
    pub(crate) fn request_since(&mut self, since: Instant, method: &str, params: &Value) -> Answer {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (time, mut message) = match self.receive(deadline.saturating_duration_since(Instant::now())) {
                Ok(Some(answer)) => answer,
                Ok(None) => continue,
                Err(error) => return Answer { result: Err(error.to_string()), time: since.elapsed() },
            };
            if message["id"] == id {
                let result = match message.get("error") {
                    Some(error) => Err(format!("{} {}", error["code"], error["message"].as_str().unwrap_or_default())),
                    None => Ok(message["result"].take()),
                };
                return Answer { result, time: time - since };
            }
        }
    }

    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Answer {
        self.request_since(Instant::now(), method, params)
    }

    /// Forgets what was published so far.
    pub(crate) fn forget(&mut self) {
        while self.receive(Duration::ZERO).is_ok() {}
        self.published.clear();
    }

    /// Waits until diagnostics of a file are published that are as wanted: the time and the diagnostics.
    pub(crate) fn diagnostics(
        &mut self,
        uri: &str,
        patience: Duration,
        wanted: impl Fn(&[Value]) -> bool,
    ) -> Option<(Instant, Vec<Value>)> {
        let deadline = Instant::now() + patience;
        loop {
            for (time, params) in std::mem::take(&mut self.published) {
                let diagnostics = params["diagnostics"].as_array().cloned().unwrap_or_default();
                if params["uri"] == uri && wanted(&diagnostics) {
                    return Some((time, diagnostics));
                }
            }
            self.receive(deadline.saturating_duration_since(Instant::now())).ok()?;
        }
    }

    /// The greatest memory that the server took so far, in KiB.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // All of its group, since it may run below a script.
        let group = Pid::from_raw(i32::try_from(self.child.id()).expect("a process number"));
        killpg(group, Signal::SIGKILL).expect("own children can be killed");
        self.child.wait().expect("an own child can be waited for");
    }
}

/// The URI of a path that needs no escapes.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
