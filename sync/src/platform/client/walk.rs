//! Reads a list to its end, to find one record or to have them all. Pure: says where to read next.
//!
//! What hangs on it is whether a record is *not* there, so a list that moves under the reading is read anew rather than
//! believed: pages by row number overlap by one row, which has to be found again at its place, the rows met must be as many as
//! the list says it has, and that number must hold. A list that never ends, or goes in circles, is an error and never "not
//! there". What is not seen through: a list that tells no total, and in which rows change their order while others go.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

use crate::platform::{At, Page, Style};

/// Most different rows of one list; also bounds what is remembered of them, at eight bytes each.
pub(super) const MOST_ROWS: usize = 50_000;
/// Most pages of one list, for servers that make them small.
const MOST_PAGES: u32 = 5_000;
/// Pages in a row without a new row while others come in above.
const STAGNANT: u32 = 3;

/// What to do after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    /// Read here next.
    Read(At),
    /// That was all.
    End,
    /// It moved while it was read, and rows may have been missed: begin again.
    Moved,
    /// It cannot be read to its end, and why.
    Stop(String),
}

/// One reading of one list.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Rows met, and pages asked for by cursor.
    met: HashSet<u64>,
    cursors: HashSet<u64>,
    /// Id of the last row read: the next page begins with it.
    anchor: Option<String>,
    /// Rows that could not be taken.
    bad: u64,
    /// Rows came in above what had been read: one of those further down may have gone up there.
    shifted: bool,
    /// The total of the first page.
    total: Option<u64>,
    pages: u32,
    stagnant: u32,
}

impl Walk {
    /// Takes note of the page that was read at `at`.
    pub(super) fn turn(&mut self, at: &At, page: &Page) -> Turn {
        self.pages += 1;
        let before = self.met.len();
        self.met.extend(page.rows.iter().map(|row| xxh3_64(row.id.as_bytes())));
        let fresh = self.met.len() > before;
        self.stagnant = if fresh { 0 } else { self.stagnant + 1 };
        self.bad += page.bad.len() as u64;
        if self.pages == 1 {
            self.total = page.total;
        }
        if self.met.len() > MOST_ROWS || self.pages > MOST_PAGES {
            return Turn::Stop(format!("it has more than {} rows, and none of them is certain", self.met.len()));
        }
        match page.style {
            Style::Whole if page.has_more == Some(true) => {
                Turn::Stop("it has more rows, and no way to them".to_owned())
            }
            Style::Whole => self.end(page),
            Style::Offset => self.by_offset(at, page, fresh),
            Style::Cursor => self.by_cursor(page),
            Style::Page => self.by_number(at, page, fresh),
        }
    }

    fn by_offset(&mut self, at: &At, page: &Page, fresh: bool) -> Turn {
        let offset = if let At::Offset(offset) = at { *offset } else { 0 };
        let mut only_the_anchor = false;
        if let Some(anchor) = self.anchor.take().filter(|_| offset > 0) {
            match page.rows.iter().position(|row| row.id == anchor) {
                None => return Turn::Moved,
                Some(place) => {
                    self.shifted |= place > 0;
                    only_the_anchor = place == 0 && page.carried == 1;
                }
            }
        }
        let end = offset.saturating_add(page.carried);
        let ends = match (page.has_more, page.total) {
            (Some(more), _) => !more,
            (None, Some(total)) => end >= total,
            (None, None) => false,
        };
        if ends || page.carried == 0 || only_the_anchor {
            return self.end(page);
        }
        if !fresh && let Some(turn) = self.repeats(page) {
            return turn;
        }
        // A page of one row cannot overlap with the next and get on; then the count alone tells of a shift.
        let overlap = u64::from(page.carried > 1 && page.bad.is_empty());
        self.anchor = page.rows.last().map(|row| row.id.clone()).filter(|_| overlap == 1);
        Turn::Read(At::Offset(end - overlap))
    }

    fn by_cursor(&mut self, page: &Page) -> Turn {
        match &page.next_cursor {
            Some(cursor) if page.has_more != Some(false) => {
                if self.cursors.insert(xxh3_64(cursor.as_bytes())) && self.stagnant <= STAGNANT {
                    Turn::Read(At::Cursor(cursor.clone()))
                } else {
                    Turn::Stop("it goes in circles".to_owned())
                }
            }
            None if page.has_more == Some(true) => Turn::Stop("it has more rows, and no way to them".to_owned()),
            _ => self.end(page),
        }
    }

    fn by_number(&mut self, at: &At, page: &Page, fresh: bool) -> Turn {
        let number = if let At::Page(number) = at { *number } else { 1 };
        let ends = match (page.has_more, page.total) {
            (Some(more), _) => !more,
            (None, Some(total)) => self.met.len() as u64 + self.bad >= total,
            (None, None) => false,
        };
        if ends || page.carried == 0 {
            return self.end(page);
        }
        if !fresh && let Some(turn) = self.repeats(page) {
            return turn;
        }
        Turn::Read(At::Page(number.saturating_add(1)))
    }

    /// A page of known rows: new ones came in above, it is the end, or the server shows the same again and again.
    fn repeats(&self, page: &Page) -> Option<Turn> {
        let full = page.limit.or(page.asked.map(u64::from)).is_some_and(|size| page.carried >= size);
        match page.total {
            Some(total) if self.met.len() as u64 + self.bad >= total => Some(self.end(page)),
            // A short page that comes again is all that a server has which does not know about pages: the same one, and so
            // with the anchor at its end.
            None if !full && page.has_more != Some(true) => Some(Turn::End),
            _ if self.stagnant > STAGNANT => Some(Turn::Stop("it shows the same rows again and again".to_owned())),
            _ => None,
        }
    }

    fn end(&self, page: &Page) -> Turn {
        let met = self.met.len() as u64 + self.bad;
        let short = page.total.is_some_and(|total| met < total);
        if short || self.shifted || page.total != self.total { Turn::Moved } else { Turn::End }
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy as _;

    use super::*;
    use crate::model::{Columns, Incoming};

    fn page(ids: &[&str], style: Style) -> Page {
        let row = |id: &&str| Incoming {
            id: (*id).to_owned(),
            columns: Columns::default(),
            join: None,
            hash: 0,
            doc: String::new(),
        };
        Page {
            rows: ids.iter().map(row).collect(),
            order_by: vec![None; ids.len()],
            bad: Vec::new(),
            carried: ids.len() as u64,
            style,
            total: None,
            has_more: None,
            next_cursor: None,
            limit: None,
            offset: None,
            asked: Some(3),
            etag: None,
            last_modified: None,
        }
    }

    /// Walks over pages that come one after the other, whatever is asked for; how it ended.
    fn walk(pages: &[Page]) -> (Vec<At>, Turn) {
        let (mut walk, mut at, mut asked) = (Walk::default(), At::Start, Vec::new());
        for page in pages {
            match walk.turn(&at, page) {
                Turn::Read(next) => {
                    asked.push(next.clone());
                    at = next;
                }
                turn => return (asked, turn),
            }
        }
        (asked, Turn::Read(at))
    }

    fn total(page: Page, total: u64) -> Page {
        Page { total: Some(total), ..page }
    }

    #[test]
    fn a_list_that_holds_still_is_read_once() {
        let offset = |ids: &[&str]| page(ids, Style::Offset);
        let cursor = |ids: &[&str], next: Option<&str>| Page {
            next_cursor: next.map(str::to_owned),
            has_more: Some(next.is_some()),
            ..page(ids, Style::Cursor)
        };
        for (pages, asked) in [
            (vec![page(&["a", "b"], Style::Whole)], vec![]),
            (vec![total(offset(&["a", "b", "c"]), 3)], vec![]),
            (vec![total(offset(&["a", "b", "c"]), 4), total(offset(&["c", "d"]), 4)], vec![At::Offset(2)]),
            // Nothing is said of an end: a server may make its pages smaller than was asked for.
            (vec![offset(&["a", "b"]), offset(&["b"])], vec![At::Offset(1)]),
            (vec![offset(&["a", "b"]), offset(&["a", "b"])], vec![At::Offset(1)]),
            (vec![cursor(&["a"], Some("x")), cursor(&["b"], None)], vec![At::Cursor("x".into())]),
            (vec![page(&["a"], Style::Page), page(&[], Style::Page)], vec![At::Page(2)]),
        ] {
            assert_eq!(walk(&pages), (asked, Turn::End), "{pages:?}");
        }
    }

    #[test]
    fn a_row_that_slips_past_is_not_taken_for_absent() {
        let offset = |ids: &[&str]| page(ids, Style::Offset);
        // `a` went while the first page was on its way: `d` has moved up, and the next page does not begin with `c`.
        assert_eq!(walk(&[total(offset(&["a", "b", "c"]), 5), total(offset(&["d", "e"]), 4)]).1, Turn::Moved);
        assert_eq!(walk(&[offset(&["a", "b", "c"]), offset(&["e"])]).1, Turn::Moved);
        assert_eq!(walk(&[offset(&["a", "b", "c"]), offset(&[])]).1, Turn::Moved);
        // One row a page: nothing overlaps, and the count tells.
        assert_eq!(walk(&[total(offset(&["a"]), 3), total(offset(&["c"]), 2)]).1, Turn::Moved);
        // Something came in above: it may be what was looked for, from further down.
        let pages = [offset(&["a", "b", "c"]), offset(&["b", "c", "d"]), offset(&["d"])];
        assert_eq!(walk(&pages).1, Turn::Moved);
    }

    #[test]
    fn a_list_without_an_end_is_no_proof_of_anything() {
        let more = |page: Page| Page { has_more: Some(true), ..page };
        let same = vec![more(page(&["a", "b", "c"], Style::Offset)); 10];
        assert!(matches!(walk(&same).1, Turn::Stop(_)));
        assert!(matches!(walk(&[more(page(&["a"], Style::Whole))]).1, Turn::Stop(_)));
        assert!(matches!(walk(&[more(page(&["a"], Style::Cursor))]).1, Turn::Stop(_)));
        let circle = Page { next_cursor: Some("x".into()), ..page(&["a"], Style::Cursor) };
        assert!(matches!(walk(&[circle.clone(), circle]).1, Turn::Stop(_)));
    }

    /// What happens to a list between two pages.
    #[derive(Debug, Clone)]
    enum Event {
        Comes,
        Goes(usize),
        /// To the top: something happened to it.
        Rises(usize),
    }

    /// A list with one row that is always somewhere in it, told as servers tell them.
    fn never_missed(rows: usize, place: usize, size: u32, totals: bool, events: &[Vec<Event>]) -> Result<(), String> {
        let sought = "sought".to_owned();
        let mut list: Vec<String> = (0..rows).map(|n| format!("row {n}")).collect();
        list.insert(place % (rows + 1), sought.clone());
        let (mut walk, mut at, mut fresh) = (Walk::default(), At::Start, 0);
        for happening in events {
            let offset = if let At::Offset(offset) = at { offset as usize } else { 0 };
            let ids: Vec<&str> = list.iter().skip(offset).take(size as usize).map(String::as_str).collect();
            if ids.contains(&"sought") {
                return Ok(());
            }
            let page =
                Page { total: totals.then_some(list.len() as u64), asked: Some(size), ..page(&ids, Style::Offset) };
            match walk.turn(&at, &page) {
                Turn::Read(next) => at = next,
                Turn::Moved | Turn::Stop(_) => return Ok(()),
                Turn::End => return Err(format!("said to be absent from {list:?}")),
            }
            for event in happening {
                match event {
                    Event::Comes => {
                        fresh += 1;
                        list.insert(0, format!("fresh {fresh}"));
                    }
                    Event::Goes(which) => {
                        let which = which % list.len();
                        if list[which] != sought {
                            list.remove(which);
                        }
                    }
                    // Without totals nothing tells of this together with a row that goes.
                    Event::Rises(which) if totals => {
                        let row = list.remove(which % list.len());
                        list.insert(0, row);
                    }
                    Event::Rises(_) => {}
                }
            }
        }
        Ok(())
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(4000))]
        #[test]
        fn a_row_that_is_there_is_never_said_to_be_absent(
            rows in 0usize..25,
            place in 0usize..25,
            // Pages of one row do not overlap, and a row that comes while another goes leaves the total as it was: nothing tells
            // what slips between them. Nobody asks for such pages, or gets them, where rows are looked for.
            size in 2u32..6,
            totals: bool,
            events in proptest::collection::vec(
                proptest::collection::vec(
                    proptest::prop_oneof![
                        proptest::strategy::Just(Event::Comes),
                        (0usize..30).prop_map(Event::Goes),
                        (0usize..30).prop_map(Event::Rises),
                    ],
                    0..3,
                ),
                30,
            ),
        ) {
            proptest::prop_assert_eq!(never_missed(rows, place, size, totals, &events), Ok(()));
        }
    }
}
