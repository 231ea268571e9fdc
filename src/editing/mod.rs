//! Documents as text that a person edits, and back again.
//!
//! [`Editable`] is one document as the operator sees it, with what its platform lets be changed. Its [`text`](Editable::text) goes
//! into an editor or a file; [`read`](Editable::read) takes what came back and says what is wrong with it, all of it at once and
//! with places, or hands over the whole document as it is to be: what [`Editable::asked`] asks for. [`judge`](Editable::judge) says
//! more of a text that is still being typed: what is doubtful too, held against what documents of the sort hold ([`Habits`]). Pure;
//! shared by the command line and the console.
//!
//! Always true: what the platform does not let be changed is as it was; a field that changed its sort (a number became a text),
//! a field that stands there twice, a number that cannot be kept to the digit and a mask that was moved away from what it hides are
//! refused before anything is queued.
//!
//! Not here: editors, files, questions; and what other people made of the document meanwhile (`sync::outbox::merge`).

mod habits;
mod json;
mod judge;
mod place;
mod shape;
#[cfg(test)]
mod tests;

use std::fmt;

pub use habits::Habits;
pub use judge::{Judged, Remark, Weight};
use quarterdeck_sync::model::{By, Dispute};
use quarterdeck_sync::outbox::action::{self, Asked, Refusal};
use quarterdeck_sync::outbox::merge::{carry, differences_under};
use quarterdeck_sync::platform::Manifest;
use quarterdeck_sync::platform::manifest::Edits;
use quarterdeck_sync::text::json_safe;
use serde_json::{Map, Value};

/// The verb by which a document is changed.
pub const VERB: &str = "update";

/// Something that is wrong with an edited text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Line and column, from 1, when it is about the text.
    pub place: Option<(usize, usize)>,
    /// JSON pointer, when it is about a field.
    pub at: Option<String>,
    /// What is wrong, for a person.
    pub message: String,
}

impl Complaint {
    fn text(line: usize, column: usize, message: impl Into<String>) -> Self {
        Self { place: Some((line, column)), at: None, message: message.into() }
    }

    fn field(at: &str, message: impl Into<String>) -> Self {
        Self { place: None, at: Some(at.to_owned()), message: message.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        if let Some(at) = &self.at {
            write!(f, "{}: ", if at.is_empty() { "the document" } else { at })?;
        }
        f.write_str(&self.message)
    }
}

/// What a person wants, read from their text.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    /// The whole document as it is to be.
    pub doc: Value,
    /// In what it differs from what it is: `base` before, `mine` after.
    pub changes: Vec<Dispute>,
    /// What they should know, and need not mend.
    pub notes: Vec<Complaint>,
}

/// A document that may be edited.
#[derive(Debug, Clone)]
pub struct Editable {
    doc: Value,
    rules: Edits,
}

impl Editable {
    /// The document `doc` of a record of `collection`, as the operator sees it (`decide::seen`). `raw` is the text the mirror has.
    ///
    /// # Errors
    /// When the platform does not let it be changed, or it holds a number that would come back as another.
    pub fn new(manifest: &Manifest, collection: &str, doc: Value, raw: &str) -> Result<Self, Refusal> {
        let (_, action) = action::find(manifest, collection, VERB)?;
        let Some(rules) = action.edits.clone() else {
            return Err(Refusal::Lacks(format!("{} does not let documents of {collection} be edited", manifest.title)));
        };
        if let Some(lost) = rules.fields.iter().find_map(|at| json::inexact_below(raw, at)) {
            return Err(Refusal::NotNow(format!(
                "it holds {lost}, a number with more digits than could be sent back as they are: change it in {} itself",
                manifest.title
            )));
        }
        Ok(Self { doc, rules })
    }

    /// The document as it is.
    pub fn doc(&self) -> &Value {
        &self.doc
    }

    /// The part that may be changed.
    pub fn part(&self) -> Value {
        self.part_of(&self.doc)
    }

    fn part_of(&self, doc: &Value) -> Value {
        let mut part = Value::Object(Map::new());
        for at in &self.rules.fields {
            if let Some(value) = doc.pointer(at) {
                put(&mut part, at, Some(value.clone()));
            }
        }
        part
    }

    /// That part as JSON over several lines, for an editor. Ends with a line break.
    pub fn text(&self) -> String {
        text_of(&self.part())
    }

    /// The same of another document of the kind: a version of it, somebody's wish.
    pub fn text_of(&self, doc: &Value) -> String {
        text_of(&self.part_of(doc))
    }

    /// What the text makes of the document. It holds the editable part, or the whole document; a field that may be changed and
    /// is not in it stays as it is.
    pub fn read(&self, text: &str) -> Result<Edited, Vec<Complaint>> {
        let edited = json::parse(text).map_err(|complaint| vec![complaint])?;
        let mut complaints = json::inexact(text);
        if !edited.is_object() {
            complaints.push(Complaint::text(1, 1, "this is JSON, but no object with fields"));
            return Err(complaints);
        }
        shape::outside(&self.rules.fields, &edited, &self.doc, &mut complaints);
        let mut doc = self.doc.clone();
        let mut notes = Vec::new();
        for at in &self.rules.fields {
            match edited.pointer(at) {
                Some(value) => put(&mut doc, at, Some(value.clone())),
                None if self.doc.pointer(at).is_some() => {
                    notes.push(Complaint::field(at, "is not in the text and stays as it is"))
                }
                None => {}
            }
        }
        self.check(doc, notes, complaints)
    }

    /// Everything that may be changed as it is in `other`: what brings a version back. What that one lacks goes.
    pub fn restore(&self, other: &Value) -> Result<Edited, Vec<Complaint>> {
        let mut doc = self.doc.clone();
        for at in &self.rules.fields {
            put(&mut doc, at, other.pointer(at).cloned());
        }
        self.check(doc, Vec::new(), Vec::new())
    }

    fn check(
        &self,
        doc: Value,
        mut notes: Vec<Complaint>,
        mut complaints: Vec<Complaint>,
    ) -> Result<Edited, Vec<Complaint>> {
        shape::sorts(&self.doc, &doc, &mut complaints, &mut notes);
        if let Err(strays) = carry(&self.doc, &self.doc, &doc, &self.rules) {
            let message =
                "a secret is hidden here, and which one cannot be told: write it out, or leave the mask where it was";
            complaints.extend(strays.iter().map(|at| Complaint::field(at, message)));
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let changes = self.changes(&self.doc, &doc);
        Ok(Edited { doc, changes, notes })
    }

    /// In what two documents of this sort differ, in the part that may be changed: `base` is `from`, `mine` is `to`.
    pub fn changes(&self, from: &Value, to: &Value) -> Vec<Dispute> {
        differences_under(&self.part_of(from), &self.part_of(to), &self.rules)
    }

    /// What is to be asked for to have `edited`.
    pub fn asked(edited: Edited, reason: Option<String>, by: By) -> Asked {
        Asked { verb: VERB.to_owned(), args: [("doc".to_owned(), edited.doc)].into(), reason, by, ..Asked::default() }
    }
}

/// A member's name as a token of a pointer.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn text_of(part: &Value) -> String {
    let text = serde_json::to_string_pretty(part).unwrap_or_default();
    format!("{}\n", json_safe(&text))
}

/// Sets what stands at `pointer`, or takes it away; objects on the way are made. What is no object on the way stays.
fn put(doc: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((front, last)) = pointer.rsplit_once('/') else {
        if let Some(value) = value {
            *doc = value;
        }
        return;
    };
    let mut here = doc;
    let name = |token: &str| token.replace("~1", "/").replace("~0", "~");
    for token in front.split('/').skip(1) {
        let Value::Object(members) = here else { return };
        here = members.entry(name(token)).or_insert_with(|| Value::Object(Map::new()));
    }
    if let Value::Object(members) = here {
        match value {
            Some(value) => drop(members.insert(name(last), value)),
            None => drop(members.shift_remove(&name(last))),
        }
    }
}
