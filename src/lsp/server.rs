//! The server: its state, and the thread that answers.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use gen_lsp_types::Uri;
use lsp_server::{Message, Notification, RequestId, Response};
use rustc_hash::{FxHashMap, FxHashSet};

use super::SessionEnd;
use super::documents::{ClientDocument, PublishedProblems, lock};
use super::lines::Encoding;
use super::transport::{self, Incoming};
use super::uri;
use super::work::{STACK, WorkQueue};
use crate::ide::{EditorSettings, Workspace};

/// The maximum number of waiting messages; beyond it, the client has to wait.
const WAITING: usize = 256;

/// An event for the answering thread.
pub(super) enum ServerEvent {
    /// From the client.
    Incoming(Incoming),
    /// The client's stream has ended.
    End,
    /// An answer that took its time.
    Answer(Response),
    /// The problems of a text in this state.
    Problems(PublishedProblems),
    /// The index is there: what nobody included before may be included now.
    Indexed,
}

/// A message to write.
pub(super) enum Outgoing {
    Message(Message),
    /// An answer to what could not be read.
    Refusal(i32, String),
}

/// The capabilities of the client.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// Registers for changed files.
    pub(super) watches: bool,
    /// Takes edits of several files with their versions.
    pub(super) document_changes: bool,
    /// Knows trees of symbols.
    pub(super) nested_symbols: bool,
    /// Asks for inlay hints again when told.
    pub(super) refreshes_hints: bool,
}

/// The state of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Only `initialize` is answered.
    New,
    Running,
    /// Only `exit` is processed.
    Stopping,
}

pub(super) struct Server {
    pub(super) phase: Phase,
    pub(super) client: Client,
    pub(super) workspace: Workspace,
    pub(super) documents: FxHashMap<PathBuf, ClientDocument>,
    outgoing: Sender<Outgoing>,
    pub(super) events: Sender<ServerEvent>,
    /// The worker for problems that need no automata, and for all other long requests.
    pub(super) quick: WorkQueue,
    pub(super) slow: WorkQueue,
    /// The number of the last search for problems of each text: an older one is not begun.
    pub(super) searches: Arc<Mutex<FxHashMap<PathBuf, u64>>>,
    pub(super) next_search: u64,
    /// Requests whose answers nobody waits for any more.
    pub(super) cancelled: Arc<Mutex<FxHashSet<RequestId>>>,
    /// The texts whose problems are to be found.
    pub(super) dirty: Vec<PathBuf>,
    next_request: i32,
}

impl Server {
    /// Serves a client.
    pub(super) fn run(
        input: impl BufRead + Send + 'static,
        output: impl Write + Send + 'static,
    ) -> io::Result<SessionEnd> {
        let (events, heard) = bounded(WAITING);
        let (outgoing, to_write) = unbounded();
        let reader = events.clone();
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        thread("read").spawn(move || read(input, &reader))?;
        let writer = thread("write").spawn(move || write(output, &to_write))?;
        let server = Server {
            phase: Phase::New,
            client: Client::default(),
            workspace: Workspace::new(None, EditorSettings::default()),
            documents: FxHashMap::default(),
            outgoing,
            events,
            quick: WorkQueue::new("problems")?,
            slow: WorkQueue::new("automata")?,
            searches: Arc::default(),
            next_search: 0,
            cancelled: Arc::default(),
            dirty: Vec::new(),
            next_request: 0,
        };
        let answering = thread("answer").stack_size(STACK).spawn(move || server.listen(&heard))?;
        let end = answering.join().map_err(|_| io::Error::other("the answering thread has died"))?;
        writer.join().map_err(|_| io::Error::other("the writing thread has died"))??;
        Ok(end)
    }

    fn listen(mut self, events: &Receiver<ServerEvent>) -> SessionEnd {
        let mut asked = false;
        for event in events {
            match event {
                ServerEvent::Incoming(Incoming::Message(Message::Request(request))) => {
                    asked |= request.method == "shutdown";
                    self.request(request);
                }
                ServerEvent::Incoming(Incoming::Message(Message::Notification(notification))) => {
                    if notification.method == "exit" {
                        return if asked { SessionEnd::Exit } else { SessionEnd::Abrupt };
                    }
                    self.notification(notification);
                }
                // Answers to our own requests, which ask for nothing that is needed.
                ServerEvent::Incoming(Incoming::Message(Message::Response(_))) => {}
                ServerEvent::Incoming(Incoming::Broken(code, message)) => {
                    self.send_out(Outgoing::Refusal(code, message))
                }
                ServerEvent::End => return if asked { SessionEnd::Exit } else { SessionEnd::Abrupt },
                ServerEvent::Answer(response) => self.answer(response),
                ServerEvent::Problems(found) => self.publish(found),
                ServerEvent::Indexed => self.indexed(),
            }
            // One state of the texts is looked at, not each that came before the last.
            if events.is_empty() && self.phase == Phase::Running {
                self.find_problems();
            }
        }
        SessionEnd::Abrupt
    }

    fn send_out(&self, outgoing: Outgoing) {
        // The writer ends when the client does not listen any more; then its stream ends, too.
        _ = self.outgoing.send(outgoing);
    }

    /// Writes messages from other threads.
    pub(super) fn writer(&self) -> impl Fn(Message) + Send + 'static {
        let outgoing = self.outgoing.clone();
        move |message| _ = outgoing.send(Outgoing::Message(message))
    }

    /// Sends an answer, unless nobody waits for it.
    pub(super) fn answer(&self, response: Response) {
        let mut cancelled = lock(&self.cancelled);
        let response = if cancelled.remove(&response.id) {
            Response::new_err(response.id, lsp_server::ErrorCode::RequestCanceled as i32, "cancelled".into())
        } else {
            response
        };
        drop(cancelled);
        self.send_out(Outgoing::Message(response.into()));
    }

    /// Tells the client something.
    pub(super) fn notify<N: gen_lsp_types::Notification>(&self, params: N::Params) {
        let notification = Notification::new(N::METHOD.as_str().to_owned(), params);
        self.send_out(Outgoing::Message(notification.into()));
    }

    /// Asks the client for something, and goes on.
    pub(super) fn ask<R: gen_lsp_types::Request>(&mut self, params: R::Params) {
        self.next_request = self.next_request.wrapping_add(1);
        let id = RequestId::from(format!("armorer {}", self.next_request));
        let request = lsp_server::Request::new(id, R::METHOD.as_str().to_owned(), params);
        self.send_out(Outgoing::Message(request.into()));
    }

    /// The URI of a file, as the client writes it.
    pub(super) fn uri(&self, path: &Path) -> Uri {
        self.documents.get(path).map_or_else(|| uri::from_path(path), |document| document.uri.clone())
    }
}

fn read(mut input: impl BufRead, events: &Sender<ServerEvent>) {
    // An error of the stream is its end.
    while let Ok(Some(incoming)) = transport::read(&mut input) {
        let last = matches!(&incoming, Incoming::Message(Message::Notification(it)) if it.method == "exit");
        if events.send(ServerEvent::Incoming(incoming)).is_err() || last {
            return;
        }
    }
    _ = events.send(ServerEvent::End);
}

fn write(mut output: impl Write, messages: &Receiver<Outgoing>) -> io::Result<()> {
    for message in messages {
        match message {
            Outgoing::Message(message) => transport::write(&mut output, &message)?,
            Outgoing::Refusal(code, text) => transport::refuse(&mut output, code, &text)?,
        }
    }
    Ok(())
}
