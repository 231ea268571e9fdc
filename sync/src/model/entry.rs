//! Entries: the messages of a session, in the one form that those of all platforms come to.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::json;

/// What an entry is to whoever reads it, whatever its platform calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A person, or whoever stands in for one, speaks.
    User,
    /// The model speaks.
    Assistant,
    /// A tool is called, or answers.
    Tool,
    /// The model thinks.
    Thinking,
    /// Something that takes long says how far it is.
    Progress,
    /// The platform or the harness speaks.
    System,
    /// What went before, in short.
    Summary,
    /// Files as they were at this point.
    Snapshot,
    /// A kind we do not know: shown as it was sent.
    #[default]
    Other,
}

impl EntryKind {
    /// Every kind, in the order in which they are listed.
    pub const ALL: [EntryKind; 9] = [
        EntryKind::User,
        EntryKind::Assistant,
        EntryKind::Tool,
        EntryKind::Thinking,
        EntryKind::Progress,
        EntryKind::System,
        EntryKind::Summary,
        EntryKind::Snapshot,
        EntryKind::Other,
    ];

    /// The word in JSON and in queries.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryKind::User => "user",
            EntryKind::Assistant => "assistant",
            EntryKind::Tool => "tool",
            EntryKind::Thinking => "thinking",
            EntryKind::Progress => "progress",
            EntryKind::System => "system",
            EntryKind::Summary => "summary",
            EntryKind::Snapshot => "snapshot",
            EntryKind::Other => "other",
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EntryKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        EntryKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// One message of a session. One message is one entry, however many blocks it holds: those are its [`Part`]s.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// Its 0-based place among the session's messages.
    pub place: u32,
    /// What it is: that of its first part which says something to a reader (text before thinking before calls).
    pub kind: EntryKind,
    /// Who speaks, in the platform's own word (`user`, `assistant`, `tool`); the kind's word where it has none.
    pub role: String,
    /// The platform's own id of the message.
    pub id: Option<String>,
    /// When, as the platform says; none where it says nothing that is a time.
    pub at: Option<Timestamp>,
    /// What it holds, in its order.
    pub parts: Vec<Part>,
    /// Files and folders that it names outside of its calls: what a snapshot holds, what a result says it has read.
    pub files: Vec<String>,
    /// Something in it failed: a tool's result is marked as an error, a step or run failed.
    pub error: bool,
    /// What it took, where the platform says.
    pub usage: Usage,
    /// The session of the subagent that it starts or comes from, as the platform names it.
    pub subagent: Option<String>,
    /// It was said to or by a subagent, although it stands in this session.
    pub sidechain: bool,
    /// The message as it was sent: JSON text.
    pub raw: String,
}

/// One block of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Words.
    Text(String),
    /// Thoughts.
    Thinking(String),
    /// A tool is called.
    Call(Call),
    /// A tool answers.
    Result(Answer),
    /// A picture or another file: what sort, and how many bytes of it were sent.
    Attachment {
        /// Its media type, or the word its block is called by.
        media: String,
        /// Bytes, unpacked; 0 when only a reference was sent.
        bytes: u64,
    },
    /// A block of a sort we do not know: its own word for itself, and its JSON.
    Other {
        /// What it calls itself; empty when it does not.
        label: String,
        /// JSON text.
        json: String,
    },
}

/// A tool is called.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Call {
    /// By which its result names it.
    pub id: Option<String>,
    /// Name of the tool, as the platform says it.
    pub tool: String,
    /// The shell command, where it is one.
    pub command: Option<String>,
    /// Files and folders that it names.
    pub paths: Vec<String>,
    /// What it changes in files, where it says.
    pub edits: Vec<Edit>,
    /// What it is given: JSON text, or the text that was sent instead.
    pub input: String,
    /// Place of the entry that answers it.
    pub answered_at: Option<u32>,
}

/// A tool answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The call it answers, by its id.
    pub call: Option<String>,
    /// Name of the tool: its own, or that of the call it answers.
    pub tool: Option<String>,
    /// What it says.
    pub text: String,
    /// It failed.
    pub error: bool,
    /// What it says it changed in files. Its call may say the same with less around it.
    pub edits: Vec<Edit>,
    /// Place of the entry that called.
    pub called_at: Option<u32>,
}

/// One change of one file, so that it can be drawn as a diff.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    /// The file.
    pub path: Option<String>,
    /// What was there; empty for a new file.
    pub before: String,
    /// What is there now; empty for a file that is deleted.
    pub after: String,
    /// The line of the file, from 1, at which `after` begins, where that is known.
    pub line: Option<u64>,
}

/// What an entry took, as far as its platform says.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Usage {
    /// Tokens read: all that the model was given, also what came out of a cache or went into one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Those of the tokens read that came out of a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<u64>,
    /// Tokens written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

impl Usage {
    /// The platform says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Entry {
    /// The tools that it calls or that answer in it, each once, in order.
    pub fn tools(&self) -> Vec<&str> {
        let tools = self.parts.iter().filter_map(|part| match part {
            Part::Call(call) => Some(call.tool.as_str()),
            Part::Result(answer) => answer.tool.as_deref(),
            _ => None,
        });
        each_once(tools)
    }

    /// The files and folders that it names, each once, in order.
    pub fn paths(&self) -> Vec<&str> {
        let called = self.parts.iter().filter_map(|part| if let Part::Call(call) = part { Some(call) } else { None });
        let named = called.flat_map(|call| &call.paths).chain(&self.files).map(String::as_str);
        each_once(named.chain(self.edits().filter_map(|edit| edit.path.as_deref())))
    }

    /// The changes of files that it asks for, or says were made.
    pub fn edits(&self) -> impl Iterator<Item = &Edit> {
        let edits = |part| match part {
            &Part::Call(Call { ref edits, .. }) | &Part::Result(Answer { ref edits, .. }) => &edits[..],
            _ => &[],
        };
        self.parts.iter().flat_map(edits)
    }

    /// Everything that a person can read in it, part by part with line breaks between them. What is given to a tool reads as
    /// lines `name: value`, a command first.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for said in self.parts.iter().map(Part::text).filter(|said| !said.is_empty()) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&said);
        }
        text
    }
}

impl Part {
    /// Everything that a person can read in it.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Part::Text(said) | Part::Thinking(said) => said.into(),
            Part::Call(call) => call.text(),
            Part::Result(answer) => answer.text.as_str().into(),
            Part::Attachment { media, .. } => media.into(),
            Part::Other { json, .. } => json::readable(json, &[]).into(),
        }
    }
}

impl Call {
    fn text(&self) -> Cow<'_, str> {
        if self.command.is_none() && self.input.is_empty() {
            return self.paths.join("\n").into();
        }
        let Some(command) = &self.command else { return json::readable(&self.input, &[]).into() };
        let rest = json::readable(&self.input, &["command", "cmd"]);
        if rest.is_empty() || rest == *command { command.into() } else { format!("{command}\n{rest}").into() }
    }
}

fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.filter(|name| !name.is_empty() && seen.insert(*name)).collect()
}
