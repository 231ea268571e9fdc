//! Several things on one sheet: each with what has to be read before one key decides about all of them. Pure.
//!
//! Always true: what is decided about is listed, and what there is no room for is put off, and said to be. The list ends where its
//! last line does: the sheet is confirmed by nobody who has not had that in sight.

use jiff::Timestamp;
use quarterdeck_sync::model::{Kind, Row, RowKey};
use quarterdeck_sync::text::{Clean, hidden_count};

use super::lines::{becomes, one_write, rests_on};
use super::sight::NO_ROOM;
use crate::tui::actions::Reason;
use crate::tui::decisions::{Brief, Change, Item, Subject, WriteItem};
use crate::tui::grounds::{Payload, Short};
use crate::tui::hosts;
use crate::tui::text::{fit, grouped, word};
use crate::tui::theme::Role;
use crate::tui::widgets::page::Page;

/// Requests for approval that one sheet answers: each takes about ten lines.
pub(super) const REQUESTS: usize = 100;
/// Other records that one sheet decides about: each takes a line.
pub(super) const LISTED: usize = 500;
/// Cells that the name of one of them may take.
const NAMED: usize = 36;
/// Lines of a payload.
const PAYLOAD: usize = 2;

/// What a sheet's answers rest on, beside the records.
#[derive(Debug)]
pub(crate) enum Rests<'a> {
    /// Nothing: no request for approval is answered.
    Nothing,
    /// On much, that is all shown.
    One(&'a Item),
    /// On much, that is shown in short.
    Several(Vec<&'a Item>),
}

fn is_request(item: &Item) -> bool {
    item.record.row.kind == Kind::Approval
}

/// What the answers to what is on a sheet rest on.
pub(super) fn rests(brief: Option<&Brief>) -> Rests<'_> {
    let Some(Brief::Records { items, .. }) = brief else { return Rests::Nothing };
    if let [only] = items.as_slice() {
        return if is_request(only) { Rests::One(only) } else { Rests::Nothing };
    }
    let answered: Vec<&Item> = items.iter().filter(|item| is_request(item) && item.intent.is_ok()).collect();
    if answered.is_empty() { Rests::Nothing } else { Rests::Several(answered) }
}

/// Takes out what a sheet has no room for; which that is. What cannot be done anyway is only told, and takes no room.
pub(super) fn put_off(brief: &mut Brief) -> Vec<RowKey> {
    let Brief::Records { items, .. } = brief else { return Vec::new() };
    let most = if items.iter().any(is_request) { REQUESTS } else { LISTED };
    let (mut taken, mut later) = (0, Vec::new());
    items.retain(|item| {
        taken += usize::from(item.intent.is_ok());
        let stays = item.intent.is_err() || taken <= most;
        if !stays {
            later.push(item.record.row.key);
        }
        stays
    });
    later
}

/// Has each of the things on a sheet to be read before the key counts? What sends nothing may be taken back in haste.
pub(super) fn to_be_read(brief: Option<&Brief>, subject: &Subject) -> bool {
    match (brief, subject) {
        (Some(Brief::Records { items, .. }), _) => items.len() > 1,
        (Some(Brief::Writes(items)), Subject::Resumed { .. }) => items.len() > 1,
        (Some(Brief::Writes(items)), Subject::Writes { change, .. }) => {
            items.len() > 1 && matches!(change, Change::Retry | Change::Mine | Change::Edited(_))
        }
        _ => false,
    }
}

/// Why the key does not count while so many of them have not been in sight; `page` is how many lines are.
pub(super) fn unread(left: usize, page: usize) -> Option<Reason> {
    match (left, page) {
        (0, _) => None,
        (_, 0) => Some(NO_ROOM.into()),
        (1, _) => Some("the last of them has not been in sight: scroll through them first".into()),
        (left, _) => Some(format!("{left} of them have not been in sight: scroll through them first").into()),
    }
}

/// The things on a sheet, when they are several, and the line behind each.
pub(super) fn list(
    brief: &Brief,
    shorts: Option<&Result<Vec<Short>, String>>,
    cells: u16,
    now: Timestamp,
) -> Option<(Page, Vec<usize>)> {
    let (mut page, mut ends) = (Page::new(cells), Vec::new());
    match brief {
        Brief::Records { items, .. } if items.len() > 1 => records(items, shorts, &mut page, &mut ends),
        Brief::Writes(items) if items.len() > 1 => writes(items, now, &mut page, &mut ends),
        Brief::Records { .. } | Brief::Writes(_) => return None,
    }
    Some((page, ends))
}

fn writes(items: &[WriteItem], now: Timestamp, page: &mut Page, ends: &mut Vec<usize>) {
    for item in items {
        page.blank();
        one_write(page, item, now);
        ends.push(page.len());
    }
}

fn records(items: &[Item], shorts: Option<&Result<Vec<Short>, String>>, page: &mut Page, ends: &mut Vec<usize>) {
    let (requests, others): (Vec<&Item>, Vec<&Item>) =
        items.iter().partition(|item| is_request(item) && item.intent.is_ok());
    // What is left out comes first: it must not be found after the fact.
    let (taken, refused): (Vec<&Item>, Vec<&Item>) = others.into_iter().partition(|item| item.intent.is_ok());
    if !(taken.is_empty() && refused.is_empty()) {
        page.heading(if requests.is_empty() { "ONE BY ONE" } else { "BESIDE THE REQUESTS" });
    }
    for item in refused.into_iter().chain(taken) {
        page.foreign_line(&named(item));
        ends.push(page.len());
    }
    if let Some(Err(why)) = shorts.filter(|_| !requests.is_empty()) {
        page.blank();
        page.marked("beware", "✗", &format!("what they rest on could not be read: {why}"), Role::Bad);
    }
    for (at, item) in requests.iter().enumerate() {
        page.heading(format!("REQUEST {} OF {}", at + 1, requests.len()));
        let known = shorts.and_then(|shorts| shorts.as_ref().ok());
        let short = known.and_then(|all| all.iter().find(|short| short.key == item.record.row.key));
        request(item, short, page);
        ends.push(page.len());
    }
}

/// A record among many: what people call it, what becomes of it, its id. A name is what one can check at a glance, so that it is
/// the id that a narrow sheet cuts; and a long name never pushes what becomes of it out of sight.
fn named(item: &Item) -> String {
    let row = &item.record.row;
    let becomes = match &item.intent {
        Ok(intent) => becomes(row, intent),
        Err(why) => format!("✗ {why}"),
    };
    match title(row).map(|title| Clean::line(title).into_string()) {
        Some(title) => format!("{}  {becomes}  {}", fit(&title, NAMED), row.id),
        None => format!("{}  {becomes}", row.id),
    }
}

fn title(row: &Row) -> Option<&str> {
    row.title.as_deref().filter(|title| *title != row.id && !title.trim().is_empty())
}

/// A request among several: who asks, for what, with what, and what speaks for and against it. All of it is text of others.
fn request(item: &Item, short: Option<&Short>, page: &mut Page) {
    page.foreign_title(&named(item));
    // What had to be cut above is said in full.
    if let Some(title) = title(&item.record.row).filter(|title| fit(title, NAMED) != **title || hidden_count(title) > 0)
    {
        page.foreign("title", title);
    }
    let pairs = asked(item, short);
    page.foreign_pairs(&pairs);
    for (name, value) in &pairs {
        for doubt in hosts::doubts(value) {
            page.foreign_warning(&format!("{name}: {doubt}"));
        }
    }
    let Some(short) = short else { return };
    payload(short.payload.as_ref(), page);
    let rule = short.rule.as_ref().map_or_else(
        || "none fits by its words".to_owned(),
        |rule| format!("{} {}: fits {}{}", rule.policy, rule.at, rule.fits, and_more(short.more_rules)),
    );
    page.foreign("rule", &rule);
    let earlier = &short.earlier;
    let counts: Vec<String> =
        earlier.counts.iter().map(|(status, count)| format!("{count} {}", word(status))).collect();
    let counts = if counts.is_empty() { "none that is known".to_owned() } else { counts.join(", ") };
    page.foreign("before", &format!("{counts} ({})", earlier.alike));
}

fn and_more(rules: usize) -> String {
    match rules {
        0 => String::new(),
        1 => "; 1 more fits".to_owned(),
        more => format!("; {more} more fit"),
    }
}

/// What is asked for, by name: who asks stands first. What stands there already under another name is not said twice.
fn asked<'a>(item: &'a Item, short: Option<&'a Short>) -> Vec<(&'a str, &'a str)> {
    let row = &item.record.row;
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    let mut tell = |name: &'a str, value: &'a str| {
        let known = |(other, told): &(&str, &str)| *told == value && (other.contains(name) || name.contains(other));
        if !value.trim().is_empty() && !pairs.iter().any(known) {
            pairs.push((name, value));
        }
    };
    row.agent_title.iter().for_each(|agent| tell("agent", agent));
    rests_on(item).filter(|(name, _)| name.starts_with("agent")).for_each(|(name, value)| tell(name, value));
    row.agent.iter().for_each(|agent| tell("agent", agent));
    rests_on(item).for_each(|(name, value)| tell(name, value));
    short.iter().flat_map(|short| &short.asks).for_each(|(name, value)| tell(name, value));
    pairs
}

fn payload(payload: Option<&Payload>, page: &mut Page) {
    let Some(payload) = payload else { return page.foreign("payload", "not sent by the platform") };
    let size = format!("{} {}", grouped(payload.bytes as u64), if payload.bytes == 1 { "byte" } else { "bytes" });
    match payload.text.as_str() {
        "" if payload.bytes > 0 => page.foreign("payload", &format!("{size}: too long for a line; look at it alone")),
        text => page.foreign_few("payload", &format!("{size}: {text}"), PAYLOAD),
    }
    if payload.hidden > 0 {
        let noun = if payload.hidden == 1 { "character" } else { "characters" };
        page.foreign_warning(&format!("{} hidden {noun} in the payload", payload.hidden));
    }
}
