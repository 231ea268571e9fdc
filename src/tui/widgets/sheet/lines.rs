//! What a sheet says, from what was found out. Pure.
//!
//! Ids and our own words say what will be done; what a platform or an agent wrote stands behind a bar ([`Page::foreign`]).

use jiff::Timestamp;
use quarterdeck_sync::model::{Dispute, Intent, Row, WriteState};
use quarterdeck_sync::text::Clean;

use super::Sheet;
use crate::tui::canvas::Canvas;
use crate::tui::decisions::{Brief, Change, Item, OpenedWrite, Subject, WriteItem, why};
use crate::tui::fleet::Fleet;
use crate::tui::looks::{capital, look, meaning, so_many, status};
use crate::tui::text::{age, moment, word};
use crate::tui::theme::Role;
use crate::tui::widgets::page::{Page, value};

/// The heading: what would be done, to how many.
pub(super) fn title(subject: &Subject, brief: Option<&Brief>) -> String {
    match (subject, brief) {
        (_, Some(Brief::Records { asked, items })) => {
            let collection = items.first().map_or("records", |item| item.record.row.list.collection.as_str());
            let mixed = items.iter().any(|item| item.record.row.list.collection != collection);
            format!("{} {}", capital(&asked.verb), so_many(items.len(), if mixed { "records" } else { collection }))
        }
        (Subject::Records { asked, .. } | Subject::Edited { asked, .. } | Subject::Restored { asked, .. }, _) => {
            capital(&asked.verb)
        }
        (Subject::Resumed { connection }, _) => format!("Test {}", Clean::line(connection)),
        (Subject::Writes { ids, change }, _) => format!("{} {}", verb(change), so_many(ids.len(), "writes")),
    }
}

/// What is done to a write, as the first words of a sentence.
pub(super) fn verb(change: &Change) -> &'static str {
    match change {
        Change::Cancel => "Cancel",
        Change::Retry => "Try again",
        Change::Discard => "Let go of",
        Change::Undo => "Take back",
        Change::Mine | Change::Theirs | Change::Edited(_) => "Settle",
    }
}

/// What a sheet says.
pub(super) fn page(sheet: &Sheet, cells: u16, fleet: &Fleet, canvas: &Canvas) -> Page {
    let mut page = Page::new(cells);
    match sheet.brief() {
        None => {}
        Some(Brief::Records { items, .. }) if items.is_empty() => {
            page.field("", "What it was about is not in the mirror any more.", Role::Warn);
        }
        Some(Brief::Records { asked, items }) => match items.as_slice() {
            [only] => one(&mut page, &asked.verb, only, fleet, canvas),
            many => all(&mut page, &asked.verb, many, sheet.later().len(), fleet),
        },
        Some(Brief::Writes(items)) => match sheet.subject() {
            Subject::Writes { change, .. } => writes(&mut page, what(change), items, canvas),
            Subject::Resumed { connection } => {
                if let Some(paused) = fleet.standing.paused.iter().find(|paused| paused.connection == *connection) {
                    page.field("paused", &format!("since {}: {}", moment(paused.since), paused.message), Role::Warn);
                }
                let words = match items.len() {
                    0 => "Nothing waits for it any more. It is signed in to, and one row is read.".to_owned(),
                    count => format!(
                        "It is signed in to, and one row is read. If it answers, it goes on: {} then, each if nothing is in its way.",
                        if count == 1 {
                            "the write below is sent".to_owned()
                        } else {
                            format!("all {count} writes below are sent")
                        }
                    ),
                };
                writes(&mut page, &words, items, canvas);
            }
            _ => {}
        },
    }
    page
}

/// A decision about one record.
fn one(page: &mut Page, verb: &str, item: &Item, fleet: &Fleet, canvas: &Canvas) {
    let row = &item.record.row;
    let title = row.title.as_deref().filter(|title| *title != row.id && !title.trim().is_empty());
    let whole = title.is_none_or(|title| page.named(title));
    page.headline(verb, "", &row.id, title.is_some());
    page.field("on", &format!("{} · {} · {}", row.list.connection, row.platform, row.list.collection), Role::Text);
    match &item.intent {
        Err(why) => page.marked("cannot be", "✗", why, Role::Bad),
        Ok(intent) => page.field("status", &becomes(row, intent), Role::Text),
    }
    let ago = canvas.age(row.confirmed_at);
    let ago = if ago == "now" { "just now".to_owned() } else { format!("{ago} ago") };
    page.field("as read", &format!("{ago}, {}", moment(row.confirmed_at)), Role::Text);
    if row.gone_at.is_some() {
        page.marked("gone", "†", "its platform does not list it any more", Role::Warn);
    }
    for mark in &row.pending {
        let (glyph, role) = look(mark.state);
        page.marked("pending", glyph, &format!("{} {}: {}", mark.action, mark.state, meaning(mark.state)), role);
    }
    if let Ok(intent) = &item.intent {
        terms(page, verb, intent, row, fleet, canvas);
    }
    page.blank();
    if let Some(title) = title.filter(|_| !whole) {
        page.said("title", title);
    }
    // What is asked is often what the request is called: it need not be read twice.
    page.foreign_pairs(&rests_on(item).collect::<Vec<_>>());
    let diff = item.intent.as_ref().map(changes).unwrap_or_default();
    if diff.len() > 1 || diff.iter().any(|dispute| dispute.at != "/status") {
        page.heading("WHAT CHANGES");
        page.diff(&diff);
    }
}

/// What a decision rests on, without what is read above it.
pub(super) fn rests_on(item: &Item) -> impl Iterator<Item = (&str, &str)> {
    let title = item.record.row.title.as_deref();
    let told = move |name: &str, value: &str| matches!(name, "message" | "comment") && title == Some(value);
    let pairs = item.rests_on.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    pairs.filter(move |(name, value)| !told(name, value))
}

/// Deadline, way back, and what else is to be known before confirming.
fn terms(page: &mut Page, verb: &str, intent: &Intent, row: &Row, fleet: &Fleet, canvas: &Canvas) {
    if let Some(deadline) = intent.deadline {
        let left = age(canvas.now(), deadline).0;
        page.field("expires", &format!("not sent after {} ({left})", moment(deadline)), Role::Text);
    }
    let known = fleet.capabilities.as_ref().and_then(|all| all.find(&row.list, &[verb]));
    let note = known.and_then(|capability| capability.note.as_deref());
    match (known.map(|capability| capability.undo.as_deref()), note) {
        (Some(None), note) => {
            let note = note.map_or(String::new(), |note| format!(". {note}"));
            page.marked("way back", "!", &format!("none, once it is sent{note}"), Role::Warn);
        }
        (undo, note) => {
            if let Some(undo) = undo.flatten() {
                page.field("way back", undo, Role::Text);
            }
            if let Some(note) = note {
                page.marked("note", "!", note, Role::Warn);
            }
        }
    }
}

/// `active -> suspended`, in the words of tables.
pub(super) fn becomes(row: &Row, intent: &Intent) -> String {
    let now = row.status.as_deref().map_or("–".to_owned(), word);
    match &intent.effect.columns.status {
        Some(Some(after)) => format!("{} {now} → {} {}", status(&now).0, status(after).0, word(after)),
        Some(None) => format!("{} {now} → –", status(&now).0),
        None => format!("{} {now}", status(&now).0),
    }
}

/// What an intent does to its document.
pub(super) fn changes(intent: &Intent) -> Vec<Dispute> {
    let change = |(at, after): &(String, serde_json::Value)| Dispute {
        at: at.clone(),
        base: intent.base.doc.pointer(at).cloned(),
        mine: Some(after.clone()),
        theirs: None,
    };
    intent.effect.doc.iter().map(change).filter(|dispute| dispute.base != dispute.mine).collect()
}

/// One decision about many records; they are listed below it ([`super::several`]).
fn all(page: &mut Page, verb: &str, items: &[Item], later: usize, fleet: &Fleet) {
    let able = items.iter().filter(|item| item.intent.is_ok()).count();
    page.field(verb, &format!("{able} of {} marked", items.len() + later), Role::Title);
    if later > 0 {
        let words = format!(
            "{later} more stay marked, and nothing is done with them: no more than {} are decided at once, so that each can be read here",
            items.len()
        );
        page.marked("later", "!", &words, Role::Warn);
    }
    let mut places: Vec<String> = items.iter().map(|item| item.record.row.list.connection.clone()).collect();
    places.sort();
    places.dedup();
    page.field("on", &places.join(", "), Role::Text);
    let mut notes: Vec<&String> = Vec::new();
    for item in items {
        let known = fleet.capabilities.as_ref().and_then(|all| all.find(&item.record.row.list, &[verb]));
        notes.extend(known.and_then(|capability| capability.note.as_ref()));
    }
    notes.dedup();
    for note in notes {
        page.marked("note", "!", note, Role::Warn);
    }
    if able < items.len() {
        page.marked("left out", "✗", &format!("{} that cannot be: see below", items.len() - able), Role::Warn);
    }
    let oldest = items.iter().map(|item| item.record.row.confirmed_at).min();
    if let Some(oldest) = oldest {
        page.field("as read", &format!("at {} or later", moment(oldest)), Role::Text);
    }
}

/// What is done to a write.
fn what(change: &Change) -> &'static str {
    match change {
        Change::Cancel | Change::Undo => "It has not been sent. It is taken back, and nothing will be sent.",
        Change::Retry => {
            "It is tried again: first a look at how its target stands, and only then, if nothing is in the way, sent."
        }
        Change::Discard => "It is let go of. What the platform has stays as it is there.",
        Change::Mine => "What was wanted goes over what is there now, as a new write. The old one is let go of.",
        Change::Theirs => "It stays as it is there. The write is let go of.",
        Change::Edited(_) => "What was edited goes over what is there now, as a new write. The old one is let go of.",
    }
}

/// What is to become of writes; several are listed below it ([`super::several`]).
fn writes(page: &mut Page, words: &str, items: &[WriteItem], canvas: &Canvas) {
    if items.is_empty() || items.iter().any(|item| item.refused.is_none()) {
        page.field("what", words, Role::Text);
    }
    if let [only] = items {
        page.blank();
        one_write(page, only, canvas.now());
        conflict(page, &only.opened);
    }
}

/// One of the writes, and what is to be known before it is done.
pub(super) fn one_write(page: &mut Page, item: &WriteItem, now: Timestamp) {
    write(page, &item.opened, now);
    if let Some(why) = &item.refused {
        page.marked("cannot be", "✗", why, Role::Bad);
    } else if let Some(caution) = &item.caution {
        page.marked("beware", "!", caution, Role::Warn);
    }
}

/// A write, in our words and ids.
pub(crate) fn write(page: &mut Page, opened: &OpenedWrite, now: Timestamp) {
    let (write, intent) = (&opened.write, &opened.write.intent);
    let target = intent.target.as_deref().unwrap_or("(new)");
    let title = intent.title.as_deref().filter(|title| *title != target && !title.trim().is_empty());
    let whole = title.is_none_or(|title| page.named(title));
    page.field("write", write.id.as_str(), Role::Dim);
    page.headline("asked", &intent.verb, target, title.is_some());
    page.field("on", &format!("{} · {} · {}", intent.connection, intent.platform, intent.collection), Role::Text);
    let (glyph, role) = look(write.state);
    page.marked("state", glyph, &format!("{}: {}", write.state, meaning(write.state)), role);
    if let Some(verdict) = &write.verdict {
        page.said("why", &why(verdict));
        if let Some(when) = &verdict.when {
            page.said("when", when);
        }
    }
    let by = &intent.by;
    if !by.user.is_empty() {
        let ssh = by.ssh.as_ref().map_or(String::new(), |from| format!(" from {from}"));
        page.field("by", &format!("{}@{}{ssh}, {}", by.user, by.host, moment(write.created_at)), Role::Text);
    }
    if let Some(reason) = &intent.reason {
        page.field("reason", reason, Role::Text);
    }
    for (name, arg) in intent.args.iter().filter(|(name, _)| name.as_str() != "doc") {
        page.field(name, &value(name, arg), Role::Text);
    }
    let waits = write.state.is_open() && write.state != WriteState::Accepted;
    if let Some(deadline) = intent.deadline.filter(|_| waits) {
        page.field("expires", &format!("not sent after {} ({})", moment(deadline), age(now, deadline).0), Role::Text);
    }
    if let Some(title) = title.filter(|_| !whole) {
        page.said("title", title);
    }
}

/// What stands in a conflicted write's way, and what the server made of one that was sent.
pub(crate) fn conflict(page: &mut Page, opened: &OpenedWrite) {
    let Some(verdict) = &opened.write.verdict else { return };
    if !verdict.disputes.is_empty() {
        page.heading("IN THE WAY");
        page.disputes(&verdict.disputes);
    }
    if !verdict.altered.is_empty() {
        page.heading("CHANGED BY THE SERVER");
        page.disputes(&verdict.altered);
    }
}
