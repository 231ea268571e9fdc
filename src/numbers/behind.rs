//! What is behind a number: which records were counted, told so that a list shows those and no others.
//!
//! Most numbers can be asked for in the query language. What cannot is a filter made here: a figure stands anywhere in a document,
//! where the manifest says, and the same word elsewhere in it is another matter.

use std::any::Any;
use std::sync::Arc;

use quarterdeck_sync::model::{Content, Field, Filter, Judge, Judged, ListKey, Match, Record};
use serde_json::Value;

use super::{Numbers, Share, told};

/// A figure that agents are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// [`Numbers::versions`].
    Version,
    /// [`Numbers::systems`].
    System,
}

/// The records whose documents say this of a figure.
#[derive(Debug)]
struct Says {
    lists: Vec<(ListKey, Vec<String>)>,
    /// In lower case.
    label: String,
    asks: String,
}

impl Judge for Says {
    fn asks(&self) -> &str {
        &self.asks
    }

    fn holds(&self, record: &Record, _content: &dyn Fn() -> Option<Content>) -> bool {
        let Some((_, places)) = self.lists.iter().find(|(list, _)| *list == record.row.list) else { return false };
        let Ok(doc) = serde_json::from_str::<Value>(&record.doc) else { return false };
        let value = places.iter().find_map(|at| doc.pointer(at).filter(|value| !value.is_null()));
        value.and_then(told::of_value).is_some_and(|text| text.to_lowercase() == self.label)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Numbers {
    /// The agents that were counted as this share.
    pub fn having(&self, of: Of, share: &Share) -> Filter {
        let here = |list: &ListKey| share.connection.as_ref().is_none_or(|name| *name == list.connection);
        let lists = self.figured.iter().filter(|(list, _)| here(list)).map(|(list, figures)| {
            let places = if of == Of::Version { &figures.version } else { &figures.system };
            (list.clone(), places.clone())
        });
        let asks = format!("{of:?} {:?} {:?}", share.connection, share.label);
        let says = Says { lists: lists.collect(), label: share.label.to_lowercase(), asks };
        Filter::Judged(Judged(Arc::new(says)))
    }

    /// The events that were counted: those that are no entries of runs.
    pub fn counted_events(&self) -> Filter {
        let is = |field, text: &str| Filter::Field(field, Match::Is(text.to_owned()));
        let list = |list: &ListKey| {
            Filter::And(vec![is(Field::Connection, &list.connection), is(Field::Collection, &list.collection)])
        };
        match self.entries.as_slice() {
            [] => Filter::All,
            entries => Filter::Not(Box::new(Filter::Or(entries.iter().map(list).collect()))),
        }
    }
}
