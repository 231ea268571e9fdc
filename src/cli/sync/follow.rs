//! Tells what happens during a sync, on a thread of its own: neither a slow terminal nor a slow pipe holds up the engine.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use quarterdeck_sync::engine::{ContentReport, Event};
use quarterdeck_sync::outbox::sender::SendEvent;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::bars::Bars;
use super::report;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::JsonWrite;
use crate::error::{Failure, Kind};

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Not at all: a report at the end is enough.
    Nothing,
    /// As one line of JSON for each event, on stdout.
    Lines,
    /// As progress bars on stderr.
    Bars,
}

impl Show {
    /// What suits the caller.
    pub fn of(cx: &Context) -> Self {
        match cx.form {
            Form::Ndjson => Show::Lines,
            _ if cx.style.progress && !cx.quiet => Show::Bars,
            _ => Show::Nothing,
        }
    }
}

/// What is told.
#[expect(clippy::large_enum_variant, reason = "a few a second, each moved twice: a box would cost more than it saves")]
enum News {
    Sync(Event),
    Send(SendEvent),
    Contents(String, Box<ContentReport>),
}

/// The thread that tells.
pub struct Follower {
    sender: Sender<Option<News>>,
    thread: JoinHandle<Result<(), Failure>>,
    gone: Arc<Notify>,
}

/// A handle for the engine's callback.
#[derive(Clone)]
pub struct Teller(Sender<Option<News>>);

impl Teller {
    /// Passes an event on; never waits.
    pub fn tell(&self, event: Event) {
        let _ = self.0.send(Some(News::Sync(event)));
    }

    /// The same for contents that were fetched after a pull.
    pub fn tell_contents(&self, connection: String, report: Box<ContentReport>) {
        let _ = self.0.send(Some(News::Contents(connection, report)));
    }

    /// The same for what becomes of writes.
    pub fn tell_write(&self, event: SendEvent) {
        let _ = self.0.send(Some(News::Send(event)));
    }
}

impl Follower {
    /// Starts the thread.
    pub fn start(show: Show) -> io::Result<Self> {
        let (sender, events) = channel::<Option<News>>();
        let gone = Arc::new(Notify::new());
        let at_end = gone.clone();
        let thread = std::thread::Builder::new().name("qd-follow".to_owned()).spawn(move || {
            let told = follow(show, &mut events.into_iter().map_while(|event| event));
            if told.is_err() {
                at_end.notify_one();
            }
            told
        })?;
        Ok(Self { sender, thread, gone })
    }

    /// A handle to tell events with.
    pub fn teller(&self) -> Teller {
        Teller(self.sender.clone())
    }

    /// Resolves when nothing can be told any more: whoever read stdout has left.
    pub async fn gone(&self) {
        self.gone.notified().await;
    }

    /// Waits until everything is told that was given up to now.
    pub fn finish(self) -> Result<(), Failure> {
        let _ = self.sender.send(None);
        self.thread.join().unwrap_or_else(|_| Err(Failure::new(Kind::Internal, "telling the progress panicked")))
    }
}

fn follow(show: Show, events: &mut dyn Iterator<Item = News>) -> Result<(), Failure> {
    match show {
        Show::Nothing => events.for_each(drop),
        Show::Bars => {
            let mut bars = Bars::new();
            for news in events {
                if let News::Sync(event) = news {
                    bars.take(event);
                }
            }
        }
        Show::Lines => {
            let mut out = Out::new();
            for news in events {
                match news {
                    News::Sync(event) => out.json(&line(event))?,
                    News::Send(event) => out.json(&write_line(&event))?,
                    News::Contents(connection, report) => out.json(&contents_line(&connection, &report))?,
                }
                out.flush()?;
            }
            out.finish()?;
        }
    }
    Ok(())
}

/// An event as one JSON object.
pub fn line(event: Event) -> Value {
    match event {
        Event::Started { connection, lists } => json!({"event": "started", "connection": connection, "lists": lists}),
        Event::Progress { list, rows, total, budget } => json!({
            "event": "progress", "connection": list.connection, "collection": list.collection,
            "rows": rows, "total": total, "budget": budget,
        }),
        Event::Listed(report) => {
            let mut value = serde_json::to_value(&report).unwrap_or_default();
            if let Value::Object(map) = &mut value {
                map.shift_insert(0, "event".to_owned(), "listed".into());
            }
            value
        }
        Event::Contents { connection, report, budget } => json!({
            "event": "contents", "connection": connection, "due": report.due, "fetched": report.fetched,
            "unchanged": report.unchanged, "absent": report.absent, "failed": report.failed, "bytes": report.bytes,
            "budget": budget,
        }),
        Event::Finished(report) => report::finished(&report::pulled(report)),
    }
}

/// How the fetching of contents after a pull ended, as one JSON object.
fn contents_line(connection: &str, report: &ContentReport) -> Value {
    json!({"event": "fetched", "connection": connection, "content": report})
}

/// What became of a write, as one JSON object.
fn write_line(event: &SendEvent) -> Value {
    match event {
        SendEvent::Moved(write) => json!({"event": "write", "write": JsonWrite::new(write)}),
        SendEvent::Paused { connection, message } => {
            json!({"event": "paused", "connection": connection, "message": message})
        }
    }
}
