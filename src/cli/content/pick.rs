//! Which entries of a session are listed.

use jiff::{Timestamp, Zoned};
use quarterdeck_index::query::Flaw;
use quarterdeck_sync::model::{Entry, EntryKind};

use crate::error::Failure;
use crate::filter;
use crate::names::nearest;

/// Flags that pick entries; without any, all are.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Picking {
    /// Only entries of these kinds: user, assistant, tool, thinking, progress, system, summary, snapshot, other
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind)]
    kind: Vec<EntryKind>,
    /// Only entries in which this tool is called or answers, in any case; may be repeated
    #[arg(long, value_name = "NAME")]
    tool: Vec<String>,
    /// Only entries in which something failed
    #[arg(long)]
    errors: bool,
    /// From this place on; the first is 0
    #[arg(long, value_name = "N")]
    from: Option<u32>,
    /// Up to this place, which is listed too
    #[arg(long, value_name = "N", conflicts_with = "limit")]
    to: Option<u32>,
    /// At most so many entries; 0 is all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    limit: u64,
    /// Only entries since this time: 2026-02-01, 3h, yesterday
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only entries until this time; a day is meant to its end
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// The flags, understood.
#[derive(Debug)]
pub struct Pick<'a> {
    args: &'a Picking,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Picking {
    /// Understands the times in it.
    ///
    /// # Errors
    /// Usage, when one is no time.
    pub fn pick(&self, now: &Zoned) -> Result<Pick<'_>, Failure> {
        let wrong =
            |flag: &str, flaw: Flaw| Failure::usage(format!("{flag}: {}", flaw.message)).hint(flaw.hint.clone());
        let since = self.since.as_deref().map(|time| filter::since(time, now)).transpose();
        let until = self.until.as_deref().map(|time| filter::until(time, now)).transpose();
        Ok(Pick {
            args: self,
            since: since.map_err(|flaw| wrong("--since", flaw))?,
            until: until.map_err(|flaw| wrong("--until", flaw))?,
        })
    }
}

impl Pick<'_> {
    /// Is it to be listed? Where a time is asked for, an entry without one is not.
    fn takes(&self, entry: &Entry) -> bool {
        let args = self.args;
        let tools = || entry.tools();
        (args.kind.is_empty() || args.kind.contains(&entry.kind))
            && (args.tool.is_empty() || tools().iter().any(|tool| args.tool.iter().any(|one| same(one, tool))))
            && (!args.errors || entry.error)
            && args.from.is_none_or(|from| entry.place >= from)
            && args.to.is_none_or(|to| entry.place <= to)
            && self.since.is_none_or(|since| entry.at.is_some_and(|at| at >= since))
            && self.until.is_none_or(|until| entry.at.is_some_and(|at| at < until))
    }

    /// Those of `entries` that are to be listed.
    pub fn of<'e>(&self, entries: &'e [Entry]) -> impl Iterator<Item = &'e Entry> {
        let limit = if self.args.limit == 0 { u64::MAX } else { self.args.limit };
        entries.iter().filter(|entry| self.takes(entry)).take(usize::try_from(limit).unwrap_or(usize::MAX))
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn kind(text: &str) -> Result<EntryKind, String> {
    let word = text.trim().to_ascii_lowercase();
    word.parse().map_err(|()| {
        let known = EntryKind::ALL.map(EntryKind::as_str);
        match nearest(&word, known) {
            Some(near) => format!("there is no such kind; did you mean {near}?"),
            None => format!("there is no such kind; there are {}", known.join(", ")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(args: &Picking, entries: &[Entry]) -> Vec<u32> {
        let now = "2026-03-10T09:30:00+00:00[UTC]".parse().unwrap();
        args.pick(&now).unwrap().of(entries).map(|entry| entry.place).collect()
    }

    #[test]
    fn entries_are_picked_by_what_they_are_and_where_they_stand() {
        let entry = |place: u32, kind, error| Entry {
            place,
            kind,
            error,
            at: (place > 0).then(|| Timestamp::from_second(1_772_323_200 + i64::from(place) * 3600).unwrap()),
            ..Entry::default()
        };
        let entries = [
            entry(0, EntryKind::User, false),
            entry(1, EntryKind::Tool, true),
            entry(2, EntryKind::Tool, false),
            entry(3, EntryKind::Assistant, false),
        ];
        let all = Picking::default();
        assert_eq!(places(&all, &entries), [0, 1, 2, 3]);
        assert_eq!(
            places(&Picking { kind: vec![EntryKind::Tool, EntryKind::User], ..all.clone() }, &entries),
            [0, 1, 2]
        );
        assert_eq!(places(&Picking { errors: true, ..all.clone() }, &entries), [1]);
        assert_eq!(places(&Picking { from: Some(1), to: Some(2), ..all.clone() }, &entries), [1, 2]);
        assert_eq!(places(&Picking { from: Some(1), limit: 1, ..all.clone() }, &entries), [1]);
        assert_eq!(
            places(&Picking { since: Some("2026-03-01T02:00:00Z".to_owned()), ..all.clone() }, &entries),
            [2, 3]
        );
        assert_eq!(places(&Picking { until: Some("2026-03-01T02:00:00Z".to_owned()), ..all }, &entries), [1]);
    }

    #[test]
    fn a_kind_that_there_is_not_is_told_with_those_there_are() {
        assert_eq!(kind(" Tool"), Ok(EntryKind::Tool));
        assert!(kind("tol").unwrap_err().contains("tool"));
        assert!(kind("zzzzzz").unwrap_err().contains("snapshot"));
    }
}
