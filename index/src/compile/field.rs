//! Fields: facets and times.

use std::ops::Bound;

use jiff::Timestamp;
use tantivy::Term;
use tantivy::query::{EmptyQuery, ExistsQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::any_word::any_word;
use super::many::{ASKED, Anything};
use super::{Asked, Compiler, Pattern, any_of, unscored};
use crate::error::Error;
use crate::face::Asks;
use crate::query::{Value, ValueKind};
use crate::schema::facet_name;
use crate::token::folded_value;

impl Compiler<'_> {
    /// `begun`: the last value may be the beginning of one.
    pub(super) fn field(&self, name: &str, values: &[Value], begun: bool) -> Result<Asked, Error> {
        let Some((_, asks)) = self.search.fields.iter().find(|(known, _)| *known == name) else {
            return Ok(Some(Box::new(EmptyQuery)));
        };
        let mut any = Vec::new();
        for (place, value) in values.iter().enumerate() {
            let begun = begun && place + 1 == values.len() && is_bare(value);
            any.extend(match asks {
                Asks::Whole(facet) => self.facets(&[*facet], value, begun, false)?,
                Asks::AnyOf(facets) => self.facets(facets, value, begun, false)?,
                Asks::Part(facet) => self.facets(&[*facet], value, begun, true)?,
                Asks::Title => self.text_of(value, begun, true)?,
                Asks::Text => self.text_of(value, begun, false)?,
                Asks::After | Asks::Before | Asks::On => self.time(*asks, value),
            });
        }
        Ok(any_of(any))
    }

    fn facets(&self, facets: &[usize], value: &Value, begun: bool, part: bool) -> Result<Asked, Error> {
        let mut any = Vec::new();
        for facet in facets {
            any.extend(self.facet(*facet, value, begun, part)?);
        }
        Ok(any_of(any))
    }

    fn facet(&self, facet: usize, value: &Value, begun: bool, part: bool) -> Result<Asked, Error> {
        let Some(field) = self.index.shape.facets.get(facet).copied() else {
            return Ok(Some(Box::new(EmptyQuery)));
        };
        let words = match &value.kind {
            ValueKind::Prefix(text) if text.is_empty() => {
                return Ok(Some(self.any_value(facet, field)));
            }
            ValueKind::Text(text) | ValueKind::Prefix(text) if part => {
                let pattern = regex_syntax::escape(&folded_value(text));
                let Some(pattern) = self.pattern(Pattern::anywhere(&pattern), &pattern) else {
                    return Ok(self.unreadable());
                };
                self.words(field, "", &pattern, ASKED)?
            }
            ValueKind::Text(text) if !begun => vec![Term::from_field_text(field, &folded_value(text))],
            ValueKind::Text(text) | ValueKind::Prefix(text) => {
                self.words(field, &folded_value(text), &Anything, ASKED)?
            }
            ValueKind::Regex(pattern) => {
                let Some(pattern) = self.pattern(Pattern::anywhere(pattern), pattern) else {
                    return Ok(self.unreadable());
                };
                self.words(field, "", &pattern, ASKED)?
            }
            ValueKind::Time(when) => vec![Term::from_field_text(field, &folded_value(&when.to_string()))],
        };
        Ok(Some(match words.as_slice() {
            [word] => unscored(TermQuery::new(word.clone(), IndexRecordOption::Basic)),
            _ => unscored(any_word(words)),
        }))
    }

    fn any_value(&self, facet: usize, field: Field) -> Box<dyn Query> {
        match self.index.shape.layout.facets.get(facet).is_some_and(|facet| facet.counted) {
            true => unscored(ExistsQuery::new(facet_name(facet), false)),
            false => unscored(RangeQuery::new(Bound::Included(Term::from_field_text(field, "")), Bound::Unbounded)),
        }
    }

    fn text_of(&self, value: &Value, begun: bool, title: bool) -> Result<Asked, Error> {
        let field = if title { self.index.shape.title } else { self.index.shape.text };
        match &value.kind {
            ValueKind::Prefix(text) if text.is_empty() => {
                let words = self.words(field, "", &Anything, ASKED)?;
                Ok(Some(unscored(any_word(words))))
            }
            ValueKind::Text(text) => self.spelled(field, text, begun),
            ValueKind::Prefix(text) => self.spelled(field, text, true),
            ValueKind::Time(when) => self.spelled(field, &when.to_string(), begun),
            ValueKind::Regex(pattern) => {
                let Some(pattern) = self.pattern(Pattern::new(pattern), pattern) else { return Ok(self.unreadable()) };
                Ok(Some(unscored(self.matching(field, &pattern)?)))
            }
        }
    }

    /// What is no time narrows nothing while it is typed, and finds nothing else.
    fn time(&self, asks: Asks, value: &Value) -> Asked {
        let ValueKind::Time(when) = &value.kind else {
            return match self.search.typing {
                true => None,
                false => Some(Box::new(EmptyQuery)),
            };
        };
        let now = self.search.now;
        let (from, to) = match asks {
            Asks::After => (Some(when.start(now)), None),
            Asks::Before => (None, Some(when.start(now))),
            _ => {
                let (from, to) = when.days(now);
                (Some(from), Some(to))
            }
        };
        let at = |time: Timestamp| Term::from_field_i64(self.index.shape.at, millis_up(time));
        let query = RangeQuery::new(
            from.map_or(Bound::Unbounded, |from| Bound::Included(at(from))),
            to.map_or(Bound::Unbounded, |to| Bound::Excluded(at(to))),
        );
        Some(unscored(query))
    }
}

/// Milliseconds, rounded up: a document's time is cut to whole ones, and none that is before a moment counts as after it.
pub(crate) fn millis_up(time: Timestamp) -> i64 {
    let millis = time.as_millisecond();
    let exact = Timestamp::from_millisecond(millis).is_ok_and(|whole| whole >= time);
    if exact { millis } else { millis.saturating_add(1) }
}

/// It was written without quotes, or those are open.
pub(crate) fn is_bare(value: &Value) -> bool {
    matches!(&value.kind, ValueKind::Text(text) if value.span.end - value.span.start <= text.len() + 1)
}
