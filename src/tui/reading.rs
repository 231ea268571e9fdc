//! Content as the console reads it: one session or run with its entries, made ready once by a worker.
//!
//! Views lay out a few entries at a time while they draw, so nothing here is left for them that would have to look at
//! all of it: every text has passed the boundary as a whole (what is hidden is visible, secrets are masked) before
//! anybody cuts it into lines, and of every entry it is known what it shows ([`Shows`]).
//!
//! Not here: where content comes from (the [`Store`](super::Store)), and how it looks (`views::transcript`).

mod outside;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck_sync::model::{Call, Edit, Entry, Part, Row};
use quarterdeck_sync::text::{Secrets, secrets};

pub use self::outside::{Reach, reach};
use super::decisions::Target;
use super::marking::Words;
use super::unsealed::{self, Unsealed};

/// What is to be read, and where in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The session or run.
    pub of: Target,
    /// What it is called, until it has come.
    pub title: String,
    /// The entry to begin at: its place among the messages.
    pub at: Option<u32>,
    /// A query whose words are to be marked.
    pub query: String,
}

impl Reading {
    /// A row that is in sight, from its beginning.
    pub fn of_row(row: &Row, query: &str) -> Self {
        let title = row.title.clone().unwrap_or_else(|| row.id.clone());
        Self { of: Target::Row(row.key), title, at: None, query: query.to_owned() }
    }
}

/// Whether its content is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// It is in the mirror.
    Here {
        /// As of when.
        fetched_at: Timestamp,
        /// Its record says that there is more by now.
        stale: bool,
        /// Its platform may have more of it than it showed.
        partial: bool,
    },
    /// It has not been fetched yet.
    NotYet,
    /// It was asked for in vain: why, for a person.
    Failed(String),
    /// There is none to be had: why, for a person.
    NotOffered(String),
}

/// What came of asking for a session.
#[derive(Debug, Clone)]
pub enum Read {
    /// It is not in the mirror.
    Gone,
    /// It is no session or run, and names none that is in the mirror.
    Unnamed,
    /// Nothing has changed since it was read last.
    Same,
    /// As it is now.
    New(Arc<Transcript>),
}

/// The tree of sessions around one: from the top, each before those that it started.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kin {
    /// The sessions, the one that it is about among them.
    pub members: Vec<Member>,
    /// There are more.
    pub cut: bool,
}

/// A session of the tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Member {
    /// Its record, where the mirror has it.
    pub row: Option<Row>,
    /// What it is called else.
    pub name: String,
    /// Sessions between it and the top.
    pub depth: usize,
    /// The tree is about this one.
    pub here: bool,
    /// The first entry of that one which names it, of a subagent that is only named.
    pub entry: Option<usize>,
}

/// A session or run with its content.
#[derive(Debug, PartialEq)]
pub struct Transcript {
    /// Its record.
    pub row: Row,
    /// Whether its content is here.
    pub held: Held,
    /// The right to see the secrets in its entries; without it they are masked.
    pub unsealed: Option<Unsealed>,
    /// Its entries, every text clean. Entry *n* is message *n*.
    pub entries: Vec<Entry>,
    /// What each entry shows.
    pub shows: Vec<Shows>,
    /// What there is in all.
    pub sums: Sums,
    /// The entry that whatever led here is about.
    pub led: Option<u32>,
}

/// What an entry shows to whoever looks for something: a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shows(u16);

impl Shows {
    /// A person speaks.
    pub const USER: Self = Self(1);
    /// A tool is called.
    pub const CALL: Self = Self(2);
    /// A shell command is run.
    pub const COMMAND: Self = Self(4);
    /// Files are changed.
    pub const EDIT: Self = Self(8);
    /// Something failed.
    pub const ERROR: Self = Self(16);
    /// The network is reached.
    pub const NETWORK: Self = Self(32);
    /// There is a secret in it.
    pub const SECRET: Self = Self(64);
    /// Somebody is asked for permission, or gives it.
    pub const APPROVAL: Self = Self(128);
    /// Another session begins here, or is told of.
    pub const SUBAGENT: Self = Self(256);

    /// A tool is called that may act on the world: none of those that are known to look at files and no more.
    pub const ACTS: Self = Self(512);

    /// What the audit view is about: everything that touched the world, or may have, or failed.
    pub const AUDIT: Self = Self(4 | 8 | 16 | 32 | 64 | 128 | 256 | 512);

    /// Some of `other` is in it.
    pub fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn put(&mut self, other: Self, so: bool) {
        if so {
            self.0 |= other.0;
        }
    }
}

/// What a session holds in all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sums {
    /// Entries in which something failed.
    pub errors: usize,
    /// Calls of tools.
    pub calls: usize,
    /// Those of them that are known to look at files, and no more.
    pub looks: usize,
    /// Changes of files.
    pub edits: usize,
    /// Entries with a secret in them, masked or not.
    pub secrets: usize,
    /// Characters that would act instead of being seen.
    pub hidden: usize,
    /// Tokens read and written, where they are told.
    pub tokens: Option<(u64, u64)>,
    /// US dollars, where they are told.
    pub cost: Option<f64>,
    /// The first and the last time that is told.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Tools, and how often each is called; most first.
    pub tools: Vec<(String, usize)>,
    /// Files that are changed, and how often; most first.
    pub files: Vec<(String, usize)>,
    /// Sessions of subagents, each with the first entry that names it.
    pub subagents: Vec<(String, usize)>,
}

impl Transcript {
    /// Makes a session ready to be read, secrets masked.
    pub fn new(row: Row, held: Held, entries: Vec<Entry>) -> Self {
        Self::with(row, held, entries, None)
    }

    /// Makes a session ready to be read by whoever may see the secrets of a record: if it is this one. Secrets that their names alone
    /// tell are masked in the messages, before these are taken apart (`content::shown`); here every text is masked again.
    pub fn with(row: Row, held: Held, mut entries: Vec<Entry>, unsealed: Option<&Unsealed>) -> Self {
        let unsealed = unsealed.filter(|unsealed| unsealed.is_of(&row.list, &row.id)).cloned();
        let secrets = unsealed::secrets(unsealed.as_ref());
        let mut sums = Sums::default();
        let (mut tools, mut files) = (BTreeMap::new(), BTreeMap::new());
        let mut shows = Vec::with_capacity(entries.len());
        for (at, entry) in entries.iter_mut().enumerate() {
            let leaked = leaks(&entry.raw, secrets);
            sums.hidden += clean(entry, secrets);
            let mut found = look(entry, secrets);
            found.put(Shows::SECRET, leaked);
            shows.push(found);
            sums.add(at, entry, found);
            for part in &entry.parts {
                if let Part::Call(call) = part {
                    *tools.entry(call.tool.clone()).or_insert(0) += 1;
                    let paths = call.edits.iter().filter_map(|edit| edit.path.clone());
                    paths.for_each(|path| *files.entry(path).or_insert(0) += 1);
                }
            }
        }
        (sums.tools, sums.files) = (most_first(tools), most_first(files));
        Self { row, held, unsealed, entries, shows, sums, led: None }
    }

    /// Places of the entries whose text holds every one of `words`, in any case of letters.
    pub fn find(&self, words: &Words) -> Vec<u32> {
        let holds = |entry: &Entry| words.all_in(&said(entry));
        (0..).zip(&self.entries).filter(|(_, entry)| holds(entry)).map(|(at, _)| at).collect()
    }
}

/// Everything that is shown of an entry, unfolded.
fn said(entry: &Entry) -> String {
    let mut text = entry.text();
    let mut say = |more: &str| {
        text.push('\n');
        text.push_str(more);
    };
    entry.tools().into_iter().chain(entry.paths()).for_each(&mut say);
    for edit in entry.edits() {
        say(&edit.before);
        say(&edit.after);
    }
    text
}

impl Sums {
    fn add(&mut self, at: usize, entry: &Entry, found: Shows) {
        self.errors += usize::from(found.any(Shows::ERROR));
        self.secrets += usize::from(found.any(Shows::SECRET));
        let calls = entry.parts.iter().filter_map(|part| if let Part::Call(call) = part { Some(call) } else { None });
        for call in calls {
            self.calls += 1;
            self.looks += usize::from(reach(call) == Reach::Local);
            self.edits += call.edits.len();
        }
        let usage = &entry.usage;
        if usage.input_tokens.is_some() || usage.output_tokens.is_some() {
            let (read, written) = self.tokens.unwrap_or_default();
            let more = |sum: u64, by: Option<u64>| sum.saturating_add(by.unwrap_or_default());
            self.tokens = Some((more(read, usage.input_tokens), more(written, usage.output_tokens)));
        }
        if let Some(cost) = usage.cost.filter(|cost| cost.is_finite()) {
            self.cost = Some(self.cost.unwrap_or_default() + cost);
        }
        if let Some(time) = entry.at {
            let (first, last) = self.span.unwrap_or((time, time));
            self.span = Some((first.min(time), last.max(time)));
        }
        if let Some(id) = &entry.subagent
            && !self.subagents.iter().any(|(known, _)| known == id)
        {
            self.subagents.push((id.clone(), at));
        }
    }
}

fn most_first(counts: BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// Takes every text of an entry over the boundary; how many characters had to be made visible.
fn clean(entry: &mut Entry, secrets: Secrets) -> usize {
    let mut hidden = 0;
    let mut block = |text: &mut String| {
        hidden += quarterdeck_sync::text::hidden_count(text);
        *text = secrets.block(text).into_string();
    };
    for part in &mut entry.parts {
        match part {
            Part::Text(said) | Part::Thinking(said) => block(said),
            Part::Call(call) => {
                block(&mut call.tool);
                block(&mut call.input);
                call.command.iter_mut().for_each(&mut block);
                call.paths.iter_mut().for_each(&mut block);
                call.edits.iter_mut().for_each(|edit| clean_edit(edit, &mut block));
            }
            Part::Result(answer) => {
                block(&mut answer.text);
                answer.tool.iter_mut().for_each(&mut block);
                answer.edits.iter_mut().for_each(|edit| clean_edit(edit, &mut block));
            }
            Part::Attachment { media, .. } => block(media),
            Part::Other { label, json } => {
                block(label);
                block(json);
            }
        }
    }
    entry.files.iter_mut().for_each(&mut block);
    block(&mut entry.role);
    // What it holds is in the parts, and twice the memory is a lot for a long session. Where nothing could be made of
    // it, it is shown as it was sent.
    let mut raw = std::mem::take(&mut entry.raw);
    if entry.parts.is_empty() && !raw.is_empty() {
        block(&mut raw);
        entry.parts.push(Part::Other { label: String::new(), json: raw });
    }
    hidden
}

fn clean_edit(edit: &mut Edit, block: &mut impl FnMut(&mut String)) {
    edit.path.iter_mut().for_each(&mut *block);
    block(&mut edit.before);
    block(&mut edit.after);
}

fn look(entry: &Entry, secrets: Secrets) -> Shows {
    use quarterdeck_sync::model::EntryKind;
    let leaks = |text: &str| leaks(text, secrets);
    let mut found = Shows::default();
    found.put(Shows::USER, entry.kind == EntryKind::User);
    found.put(Shows::ERROR, entry.error);
    found.put(Shows::SUBAGENT, entry.subagent.is_some());
    found.put(Shows::APPROVAL, asks_permission(&entry.role));
    for part in &entry.parts {
        match part {
            Part::Call(call) => look_at_call(&mut found, call, leaks),
            Part::Result(answer) => {
                found.put(Shows::ERROR, answer.error);
                found.put(Shows::SECRET, leaks(&answer.text));
            }
            Part::Text(text) | Part::Thinking(text) => found.put(Shows::SECRET, leaks(text)),
            Part::Other { label, json } => {
                found.put(Shows::APPROVAL, asks_permission(label));
                found.put(Shows::SECRET, leaks(json));
            }
            Part::Attachment { .. } => {}
        }
    }
    found
}

fn look_at_call(found: &mut Shows, call: &Call, leaks: impl Fn(&str) -> bool) {
    found.put(Shows::CALL, true);
    found.put(Shows::COMMAND, call.command.is_some());
    found.put(Shows::EDIT, !call.edits.is_empty());
    found.put(Shows::APPROVAL, asks_permission(&call.tool));
    found.put(Shows::SECRET, leaks(&call.input) || call.command.as_deref().is_some_and(&leaks));
    found.put(Shows::NETWORK, reach(call) == Reach::Network);
    found.put(Shows::ACTS, reach(call) == Reach::Acts);
}

/// A secret was masked in it, or stands there; in a message as it was sent, also one that its name alone tells.
fn leaks(text: &str, secrets: Secrets) -> bool {
    let masked = text.contains('‹') && ["‹secret", "‹masked"].iter().any(|mark| text.contains(mark));
    masked || (secrets == Secrets::Revealed && secrets::holds(text))
}

fn asks_permission(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["approv", "permission", "confirm"].iter().any(|stem| word.contains(stem))
}
