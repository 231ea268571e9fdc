//! stdout is data, stderr is talk. Whoever reads stdout may leave at any time: that ends the command, well.

use std::io::{self, BufWriter, Stdout, Write};

use quarterdeck_sync::text::{Secrets, json_safe};
use serde::Serialize;

use crate::error::{Failure, Kind};

/// The form in which a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a person.
    Plain,
    /// One JSON object.
    Json,
    /// One JSON value a line.
    Ndjson,
}

impl Form {
    /// Is it for a script?
    pub fn is_json(self) -> bool {
        self != Form::Plain
    }
}

/// stdout, buffered. Call [`Out::finish`] at the end, or what is left is written unseen and its errors are lost.
#[derive(Debug)]
pub struct Out {
    to: BufWriter<Stdout>,
    secrets: Secrets,
}

impl Out {
    /// Takes stdout.
    pub fn new() -> Self {
        Self::showing(Secrets::Masked)
    }

    /// The same, with secrets in JSON as a person was allowed to see them.
    pub fn showing(secrets: Secrets) -> Self {
        Self { to: BufWriter::with_capacity(64 << 10, io::stdout()), secrets }
    }

    /// Writes text that has passed the text boundary (it may hold our own colours), and a line break.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.raw(text)?;
        self.raw("\n")
    }

    /// Writes text that has passed the text boundary.
    pub fn raw(&mut self, text: &str) -> Result<(), Failure> {
        self.to.write_all(text.as_bytes()).map_err(stdout_failed)
    }

    /// For whoever writes a document of their own, whose text has passed the text boundary.
    pub fn writer(&mut self) -> &mut dyn Write {
        &mut self.to
    }

    /// Writes one line of JSON: secrets in its strings are masked, hidden characters become escapes.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.json_part(value)?;
        self.raw("\n")
    }

    /// The same without the line break: part of a longer answer.
    pub fn json_part(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(value).map_err(|error| Failure::new(Kind::Internal, error.to_string()))?;
        let text = self.secrets.json(&text);
        self.raw(&json_safe(&text))
    }

    /// Writes what is buffered: after each line of a stream that somebody follows.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.to.flush().map_err(stdout_failed)
    }

    /// Writes what is buffered, and says whether it arrived.
    pub fn finish(mut self) -> Result<(), Failure> {
        self.flush()
    }
}

impl Default for Out {
    fn default() -> Self {
        Self::new()
    }
}

fn stdout_failed(error: io::Error) -> Failure {
    let mut failure = Failure::from(error);
    if failure.kind != Kind::BrokenPipe {
        failure.message = format!("stdout: {}", failure.message);
    }
    failure
}

/// Says something on stderr. Nobody there to read it is no failure.
pub fn talk(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
