//! From the values a row's slots took to its id, its columns and its join key.

use std::borrow::Cow;

use super::plan::{Piece, Rule};
use super::row::Pick;
use super::{Decoder, time};
use crate::model::{Columns, JoinKey};
use crate::text::shorten;

/// Longest text that is kept as a column, in characters; the document has the whole of it.
const LONGEST: usize = 500;

/// Longest id or key of a join, in bytes. These are compared and cannot be cut: what is longer is refused.
const LONGEST_ID: usize = 1024;

impl Decoder {
    /// The row's id. A child's number counts within its parent only, and gets the parent's id in front.
    pub(super) fn id(&self, picks: &[Option<Pick<'_>>], parent: Option<&str>) -> Result<String, String> {
        for rule in &self.plan.id {
            let id = match (rule, parent) {
                (Rule::Value(slot), Some(parent)) => match picks[*slot] {
                    Some(Pick::Number(number)) => Some(format!("{parent}/{number}")),
                    _ => named(rule, picks).map(Cow::into_owned),
                },
                _ => named(rule, picks).map(Cow::into_owned),
            };
            match id {
                Some(id) if id.len() > LONGEST_ID => return Err(format!("an id of {} bytes is too long", id.len())),
                Some(id) => return Ok(id),
                None => {}
            }
        }
        self.fixed_id.clone().ok_or_else(|| self.no_id(picks))
    }

    fn no_id(&self, picks: &[Option<Pick<'_>>]) -> String {
        let found = self.plan.id.iter().find_map(|rule| match rule {
            Rule::Value(slot) => picks[*slot],
            Rule::Joined(_) => None,
        });
        match found {
            None => format!("no id at {}", self.id_pointers),
            Some(Pick::Text(_)) => format!("the id at {} is empty", self.id_pointers),
            Some(Pick::Null) => format!("the id at {} is null", self.id_pointers),
            Some(_) => format!("the id at {} is neither a string nor a number", self.id_pointers),
        }
    }

    pub(super) fn parent_to_add<'s>(
        &'s self,
        picks: &[Option<Pick<'_>>],
        parent: Option<&'s str>,
    ) -> Option<(&'s str, &'s str)> {
        let absent = picks[self.plan.parent?].is_none();
        self.parent_key.as_deref().filter(|_| absent).zip(parent)
    }

    pub(super) fn columns(&self, picks: &[Option<Pick<'_>>]) -> Columns {
        let text = |slots: &[usize]| slots.iter().filter_map(|slot| picks[*slot]).find_map(text_of_pick);
        let time = |slots: &[usize]| {
            slots.iter().filter_map(|slot| text_of_pick(picks[*slot]?)).find_map(|text| time::parse(&text))
        };
        let title = self.plan.title.iter().find_map(|rule| named(rule, picks));
        let status = text(&self.plan.status);
        Columns {
            // The one record of a collection is called by its name, if by nothing else.
            title: title.map(short).or_else(|| self.fixed_id.clone()),
            status: status.map(|status| self.status_words.get(&*status).cloned().unwrap_or_else(|| short(status))),
            agent: text(&self.plan.agent).filter(|key| key.len() <= LONGEST_ID).map(Cow::into_owned),
            project: text(&self.plan.project).map(short),
            created_at: time(&self.plan.created_at),
            updated_at: time(&self.plan.updated_at),
        }
    }

    /// The value by which the list is ordered: kept as a watermark and sent back, so what is too long is none.
    pub(super) fn order_by(&self, picks: &[Option<Pick<'_>>]) -> Option<String> {
        let text = picks[self.plan.order_by?].and_then(text_of_pick)?;
        (text.len() <= LONGEST_ID).then(|| text.into_owned())
    }

    pub(super) fn join(&self, picks: &[Option<Pick<'_>>]) -> Option<JoinKey> {
        let key = text_of_pick(picks[self.plan.join_on?]?).filter(|key| key.len() <= LONGEST_ID)?.into_owned();
        let rank = self.plan.join_rank.and_then(|slot| text_of_pick(picks[slot]?));
        // A rank beyond the range, or none, is the lowest.
        Some(JoinKey { key, rank: rank.and_then(|rank| rank.parse().ok()).unwrap_or(0) })
    }
}

/// The text of a number or a text, or of all that are joined. What is a flag names nothing.
fn named<'p>(rule: &'p Rule, picks: &[Option<Pick<'p>>]) -> Option<Cow<'p, str>> {
    let value = |slot: &usize| match picks[*slot] {
        Some(pick @ (Pick::Number(_) | Pick::Text(_))) => text_of_pick(pick),
        _ => None,
    };
    match rule {
        Rule::Value(slot) => value(slot),
        Rule::Joined(pieces) => {
            let piece = |piece: &'p Piece| match piece {
                Piece::Text(text) => Some(Cow::Borrowed(&**text)),
                Piece::Value(slot) => value(slot),
            };
            pieces.iter().map(piece).collect::<Option<String>>().map(Cow::Owned)
        }
    }
}

/// Text for a column, cut where it is too long. Bytes are never fewer than characters: most texts need no counting.
fn short(text: Cow<'_, str>) -> String {
    if text.len() <= LONGEST { text.into_owned() } else { shorten(&text, LONGEST).into_owned() }
}

/// The text of a value that has one; an empty one says nothing.
fn text_of_pick(pick: Pick<'_>) -> Option<Cow<'_, str>> {
    match pick {
        Pick::Text(text) => Some(text.value()).filter(|text| !text.trim().is_empty()),
        Pick::Number(number) => Some(Cow::Borrowed(number)),
        Pick::Flag(flag) => Some(Cow::Borrowed(if flag { "true" } else { "false" })),
        Pick::Null | Pick::Nested => None,
    }
}
