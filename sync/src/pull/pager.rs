//! Where to read next, and what the pages so far reveal about the list. Pure.
//!
//! The list may move while it is read, and the server may lie. Offset pages overlap by one row, the *anchor*: when
//! it is not where it was left, rows were inserted or removed above, and the pager steps back until it stands
//! on known ground again. The reply, not the manual, says how a list goes on and when it ends; where its signs contradict
//! each other the pager reads on, and a page without a new id ends the walk.

use super::lie::Lie;
use super::seen::Seen;
use crate::platform::{At, Style};

/// Consecutive pages without a new id after which even a growing list is given up.
const STAGNANT_PAGES: u32 = 5;

/// The same while stepping back over known ground, which brings nothing new by design.
const STAGNANT_STEPS: u32 = 64;

/// Pages over which a list must have held still before it is read ahead again.
const CALM_PAGES: u32 = 8;

/// Rows read beyond what the server announced, as a factor and a number, before the list is taken to be endless.
const ENDLESS: (u64, u64) = (3, 10_000);

/// What the pager is told of a page.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Rows it carried, good and bad.
    pub len: u64,
    /// Rows whose id was not met before in this walk.
    pub fresh: u64,
    /// Rows without a readable id: they may be new, or the same again.
    pub nameless: u64,
    /// Its first row had been met before, or could not be read.
    pub first_met: bool,
    /// Place of the anchor on it.
    pub anchor_at: Option<u64>,
    /// Key of its last row's id, if that row could be read: the next anchor.
    pub last: Option<u64>,
    /// Different ids met so far in this walk.
    pub met: u64,
    /// Rows in the whole list, as told.
    pub total: Option<u64>,
    /// More to come, as told.
    pub has_more: Option<bool>,
    /// The next cursor, as told.
    pub next_cursor: Option<String>,
    /// The page size the server used, as told.
    pub limit: Option<u64>,
    /// The page size we asked for.
    pub asked: Option<u64>,
    /// How the reply is to be continued.
    pub style: Option<Style>,
}

/// What to do after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Read here next.
    Read(At),
    /// The list ends here, as far as can be told.
    End,
    /// Stop: the server contradicts itself.
    Stop(Lie),
}

/// Follows one walk over a list.
#[derive(Debug)]
pub struct Pager {
    /// Rows at which a list that announces no total is taken to be endless.
    max_rows: u64,
    /// Row number just behind the last row read, in the server's present count.
    end: u64,
    anchor: Option<u64>,
    /// Rows of a full page, as far as seen.
    page: u64,
    pages: u64,
    first_total: Option<u64>,
    total: Option<u64>,
    moved: bool,
    shrank: bool,
    /// The total changed.
    recounted: bool,
    /// Pages since the list was last seen to move.
    calm: u32,
    /// Pages to step back by, while the walk has lost its footing.
    stepping_back: u64,
    stagnant: u32,
    /// Highest row number read: below it, pages without a new id are no surprise.
    furthest: u64,
    /// Cursors that were given, at eight bytes each.
    cursors: Seen,
}

impl Pager {
    /// A walk that has read nothing yet.
    pub fn new(max_rows: u64) -> Self {
        Self {
            max_rows,
            end: 0,
            anchor: None,
            page: 0,
            pages: 0,
            first_total: None,
            total: None,
            moved: false,
            shrank: false,
            recounted: false,
            calm: 0,
            stepping_back: 0,
            stagnant: 0,
            furthest: 0,
            cursors: Seen::default(),
        }
    }

    /// Pages read.
    pub fn pages(&self) -> u64 {
        self.pages
    }

    /// The row on which the next page should begin.
    pub fn anchor(&self) -> Option<u64> {
        self.anchor
    }

    /// Rows in the whole list, as last told.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Rows in the whole list, as first told.
    pub fn first_total(&self) -> Option<u64> {
        self.first_total
    }

    /// Nothing told of a move, but little could: pages of one row share none with their neighbours, and one row that went
    /// while another came leaves the total as it was.
    pub fn is_blindfold(&self) -> bool {
        self.pages > 1 && self.overlap() == 0 && !self.moved
    }

    /// The list was seen to move under the walk.
    pub fn moved(&self) -> bool {
        self.moved
    }

    /// Rows were seen to be taken away under the walk.
    pub fn shrank(&self) -> bool {
        self.shrank
    }

    /// The list was seen to move with the last page: replies to what was asked before are of another list.
    pub fn just_moved(&self) -> bool {
        self.moved && self.calm == 0
    }

    /// Offset that may be read ahead after `offset`, when nothing is in doubt.
    pub fn ahead_of(&self, offset: u64) -> Option<u64> {
        let total = self.total?;
        let stride = self.page.saturating_sub(self.overlap());
        let next = offset.saturating_add(stride);
        let firm = self.stepping_back == 0 && (!self.moved || self.calm >= CALM_PAGES);
        (stride > 0 && firm && next.saturating_add(self.overlap()) < total).then_some(next)
    }

    /// Takes note of the page read at `at`, and says what comes next.
    pub fn turn(&mut self, at: &At, facts: &Facts) -> Turn {
        let was_total = self.total;
        self.pages += 1;
        self.calm += 1;
        self.note_total(facts.total);
        self.page = self.page.max(facts.len);
        let ceiling =
            self.first_total.map_or(self.max_rows, |total| total.saturating_mul(ENDLESS.0).saturating_add(ENDLESS.1));
        if facts.met > ceiling {
            return Turn::Stop(Lie::Endless { met: facts.met });
        }
        match facts.style {
            Some(Style::Cursor) => self.turn_cursor(facts),
            Some(Style::Page) => self.turn_page(at, facts),
            Some(Style::Offset) => self.turn_offset(at, facts, was_total),
            Some(Style::Whole) | None => {
                self.end = facts.len;
                self.finish(facts)
            }
        }
    }

    fn note_total(&mut self, told: Option<u64>) {
        let Some(told) = told else { return };
        self.first_total.get_or_insert(told);
        if let Some(before) = self.total {
            if told != before {
                self.recounted = true;
                self.note_move();
            }
            self.shrank |= told < before;
            // What was read stands further down now.
            self.furthest = self.furthest.saturating_add(told.saturating_sub(before));
        }
        self.total = Some(told);
    }

    fn note_move(&mut self) {
        self.moved = true;
        self.calm = 0;
    }

    /// One row is read again with each page, where pages hold more than one.
    fn overlap(&self) -> u64 {
        u64::from(self.page >= 2)
    }

    fn turn_offset(&mut self, at: &At, facts: &Facts, was_total: Option<u64>) -> Turn {
        let offset = match at {
            At::Offset(offset) => *offset,
            _ => 0,
        };
        let end = offset.saturating_add(facts.len);
        let growth = match (was_total, facts.total) {
            (Some(was), Some(is)) => is.cast_signed().saturating_sub(was.cast_signed()),
            _ => 0,
        };
        if let Some(back) = self.regain_footing(offset, facts) {
            return Turn::Read(At::Offset(back));
        }
        let known_ground = end <= self.furthest;
        self.end = end;
        self.furthest = self.furthest.max(end);
        self.anchor = facts.last;
        self.stepping_back = 0;
        let only_the_anchor = self.overlap() == 1 && facts.len == 1 && facts.anchor_at == Some(0);
        if facts.len == 0 || only_the_anchor {
            return self.finish(facts);
        }
        if facts.fresh > 0 {
            self.stagnant = 0;
        } else if self.pages > 1 {
            self.stagnant += 1;
            let unanchored = self.overlap() == 0;
            if unanchored {
                // What was read before comes again: rows came in above.
                self.note_move();
            }
            // Rows that moved up past us push known ones down without changing the total; one page more tells.
            let shifted = facts.first_met && facts.anchor_at != Some(0);
            let patience = match (known_ground, growth) {
                (true, _) => STAGNANT_STEPS,
                (false, 1..) => STAGNANT_PAGES,
                (false, _) if unanchored => STAGNANT_PAGES,
                (false, _) => patience_with(facts).max(u32::from(shifted)),
            };
            if self.stagnant > patience {
                return self.repeated(facts);
            }
        }
        if self.offset_list_ends(end, facts) {
            return self.finish(facts);
        }
        Turn::Read(At::Offset(match (self.overlap(), growth) {
            // Pages of one row cannot overlap: the total is all that tells of a shift before this page.
            (0, ..=-1) => {
                self.furthest = end;
                offset.saturating_sub(growth.unsigned_abs())
            }
            // Rows come in above as fast as we read: run ahead of them.
            (overlap, 1..) if facts.fresh == 0 => (end - overlap).saturating_add(growth.unsigned_abs()),
            (overlap, _) => end - overlap,
        }))
    }

    /// After a page that should have begun with the anchor: where to step back to when it did not.
    fn regain_footing(&mut self, offset: u64, facts: &Facts) -> Option<u64> {
        if self.pages == 1 || self.overlap() == 0 || self.anchor.is_none() {
            return None;
        }
        let stands = facts.first_met || facts.anchor_at == Some(0);
        if facts.len > 0 && facts.anchor_at != Some(0) {
            self.note_move();
        }
        if stands || offset == 0 {
            return None;
        }
        self.note_move();
        self.shrank = true;
        self.furthest = self.furthest.max(offset.saturating_add(facts.len));
        self.stepping_back = self.stepping_back.saturating_mul(2).max(2);
        Some(offset.saturating_sub(self.stepping_back.saturating_mul(self.page - 1)))
    }

    fn offset_list_ends(&self, end: u64, facts: &Facts) -> bool {
        let full = facts.len >= facts.limit.or(facts.asked).unwrap_or(facts.len);
        match (facts.has_more, facts.total) {
            (Some(true), _) => false,
            (Some(false), Some(total)) => end >= total,
            (Some(false), None) => true,
            (None, Some(total)) => end >= total && (!full || self.pages == 1 && end == total),
            (None, None) => false,
        }
    }

    fn turn_cursor(&mut self, facts: &Facts) -> Turn {
        self.end = facts.met;
        let told_more = facts.has_more == Some(true);
        let short = facts.total.is_some_and(|total| facts.met < total);
        let next = match (&facts.next_cursor, facts.has_more) {
            (Some(cursor), Some(false)) if short => Some(cursor),
            (_, Some(false)) | (None, _) => None,
            (Some(cursor), _) => Some(cursor),
        };
        let Some(cursor) = next else {
            return if told_more { Turn::Stop(Lie::NoWayOn { met: facts.met }) } else { self.finish(facts) };
        };
        self.stagnant = if facts.fresh == 0 { self.stagnant + 1 } else { 0 };
        let patience = if facts.len == 0 { STAGNANT_PAGES } else { patience_with(facts) };
        let looped = !self.cursors.insert(Seen::key(cursor));
        let stuck = self.stagnant > patience && self.pages > 1;
        if looped || stuck {
            return self.repeated(facts);
        }
        Turn::Read(At::Cursor(cursor.clone()))
    }

    fn turn_page(&mut self, at: &At, facts: &Facts) -> Turn {
        let number = match at {
            At::Page(number) => *number,
            _ => 1,
        };
        self.end += facts.len;
        if facts.len == 0 {
            return self.finish(facts);
        }
        self.stagnant = if facts.fresh == 0 { self.stagnant + 1 } else { 0 };
        if self.stagnant > patience_with(facts) && number > 1 {
            return self.repeated(facts);
        }
        let full = facts.len >= facts.limit.or(facts.asked).unwrap_or(facts.len);
        let ends = match (facts.has_more, facts.total) {
            (Some(true), _) => false,
            (Some(false), total) => total.is_none_or(|total| self.end >= total),
            (None, Some(total)) => self.end >= total && (!full || number == 1),
            (None, None) => false,
        };
        if ends { self.finish(facts) } else { Turn::Read(At::Page(number.saturating_add(1))) }
    }

    /// A page without a new id: the end, or a server that goes in circles?
    fn repeated(&self, facts: &Facts) -> Turn {
        let full = facts.len >= facts.limit.or(facts.asked).unwrap_or(facts.len);
        match facts.total {
            Some(total) if facts.met >= total => Turn::End,
            // A short page that comes again is a server that ignores the offset and showed everything at once.
            None if !full && facts.has_more != Some(true) => Turn::End,
            // Rows come in above as fast as they are read: whoever walks judges what that means.
            _ if self.recounted => Turn::End,
            total => Turn::Stop(Lie::Repeats { met: facts.met, total }),
        }
    }

    /// The list seems to end: does that agree with what was announced?
    fn finish(&self, facts: &Facts) -> Turn {
        if facts.has_more == Some(true) {
            return Turn::Stop(Lie::NoWayOn { met: facts.met });
        }
        match self.total {
            Some(total) if !self.moved && self.end != total && facts.met != total => {
                Turn::Stop(Lie::WrongTotal { met: facts.met, total })
            }
            _ => Turn::End,
        }
    }
}

/// Pages without a new id that are read on from: rows that cannot be told apart may be new ones for a while.
fn patience_with(facts: &Facts) -> u32 {
    if facts.nameless > 0 { STAGNANT_PAGES } else { 0 }
}

#[cfg(test)]
#[path = "pager_tests.rs"]
mod tests;
