//! The columns of a list as the operator wants them: which, in what order, how wide; and the sheet they are chosen on.

use ratatui::layout::Rect;

use super::{Cx, Wish};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::memory::{ColumnState, WIDTHS};
use crate::tui::theme::Role;
use crate::tui::widgets::table::Column;

/// Cells a column is made wider or narrower by.
const STEP: u16 = 2;

/// What a list has to choose from. `C` says what a column shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer<C: 'static> {
    /// What is listed, many of it: `agents`.
    pub noun: &'static str,
    /// The columns it has by itself.
    pub own: &'static [Column<C>],
    /// Those that can be had besides.
    pub more: &'static [Column<C>],
    /// What a column is called where it is remembered.
    pub name: fn(C) -> &'static str,
}

/// A column, and what was chosen about it.
#[derive(Debug, Clone)]
struct Choice<C> {
    column: Column<C>,
    shown: bool,
    width: Option<u16>,
}

/// The columns of one list.
#[derive(Debug)]
pub(super) struct Chosen<C: 'static> {
    offer: Offer<C>,
    list: Vec<Choice<C>>,
    /// The one the cursor is on, while they are being chosen.
    cursor: Option<usize>,
}

impl<C: Copy + PartialEq> Chosen<C> {
    /// As they are by themselves: the list's own, and behind them those that can be had besides.
    pub fn new(offer: Offer<C>) -> Self {
        let own = offer.own.iter().map(|column| Choice { column: *column, shown: true, width: None });
        let known = |cell: C| offer.own.iter().any(|column| column.cell == cell);
        let more = offer.more.iter().filter(|column| !known(column.cell));
        let more = more.map(|column| Choice { column: *column, shown: false, width: None });
        Self { offer, list: own.chain(more).collect(), cursor: None }
    }

    /// The columns that are wanted, in their order.
    pub fn columns(&self) -> Vec<Column<C>> {
        let shown = self.list.iter().filter(|choice| choice.shown);
        shown
            .map(|choice| match choice.width {
                Some(cells) => Column { least: cells, most: cells, ..choice.column },
                None => choice.column,
            })
            .collect()
    }

    /// What is to be remembered; empty when nothing was chosen.
    pub fn keep(&self) -> Vec<ColumnState> {
        let state = |choice: &Choice<C>| ColumnState {
            name: (self.offer.name)(choice.column.cell).to_owned(),
            shown: choice.shown,
            width: choice.width,
        };
        let now: Vec<ColumnState> = self.list.iter().map(state).collect();
        let plain: Vec<ColumnState> = Self::new(self.offer).list.iter().map(state).collect();
        if now == plain { Vec::new() } else { now }
    }

    /// Takes what was remembered. Columns it does not name come last, as they are by themselves.
    pub fn recall(&mut self, kept: &[ColumnState]) {
        let cursor = self.cursor;
        let mut rest = Self::new(self.offer).list;
        let mut list = Vec::with_capacity(rest.len());
        for state in kept {
            let at = rest.iter().position(|choice| (self.offer.name)(choice.column.cell) == state.name);
            if let Some(at) = at {
                let choice = rest.remove(at);
                list.push(Choice { shown: state.shown || choice.column.rank == 0, width: state.width, ..choice });
            }
        }
        list.append(&mut rest);
        (self.list, self.cursor) = (list, cursor);
    }

    /// They are being chosen.
    pub fn open(&self) -> bool {
        self.cursor.is_some()
    }

    /// Begins or ends the choosing.
    pub fn turn(&mut self) {
        self.cursor = if self.open() { None } else { Some(0) };
    }

    /// Does an action on the sheet: `None` when it is none of its, else whether the columns are other ones now.
    pub fn act(&mut self, act: Act, count: Option<u32>) -> Option<bool> {
        let at = self.cursor?;
        let last = self.list.len().saturating_sub(1);
        let times = count.unwrap_or(1) as usize;
        let to = match act {
            Act::Down => at.saturating_add(times).min(last),
            Act::Up => at.saturating_sub(times),
            Act::First => 0,
            Act::Last => last,
            Act::ColumnLater | Act::ColumnEarlier => {
                let to = if act == Act::ColumnLater { (at + 1).min(last) } else { at.saturating_sub(1) };
                self.list.swap(at, to);
                self.cursor = Some(to);
                return Some(at != to);
            }
            act => return self.change(at, act),
        };
        self.cursor = Some(to);
        Some(false)
    }

    /// Does an action while the columns are being chosen; false when it is none of the sheet's.
    pub fn choose(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        match self.act(act, count) {
            Some(false) if act == Act::ColumnLater => cx.say("It is the last column already"),
            Some(false) if act == Act::ColumnEarlier => cx.say("It is the first column already"),
            Some(false) => {}
            Some(true) => cx.wishes.push(Wish::Remember),
            None if matches!(act, Act::ColumnsDone | Act::Back) => self.turn(),
            None => return false,
        }
        true
    }

    fn change(&mut self, at: usize, act: Act) -> Option<bool> {
        let choice = self.list.get_mut(at)?;
        match act {
            // What a record is called is what the list is for.
            Act::ShowColumn => choice.shown = !choice.shown || choice.column.rank == 0,
            Act::Wider | Act::Narrower => {
                let now = choice.width.unwrap_or(choice.column.least);
                let cells = if act == Act::Wider { now.saturating_add(STEP) } else { now.saturating_sub(STEP) };
                choice.width = Some(cells.clamp(*WIDTHS.start(), *WIDTHS.end()));
            }
            Act::NaturalWidth => choice.width = None,
            Act::PlainColumns => *self = Self { cursor: Some(0), ..Self::new(self.offer) },
            _ => return None,
        }
        Some(true)
    }

    /// Draws the sheet over the lower part of the list, so that what is changed is in sight.
    pub fn draw(&self, area: Rect, canvas: &mut Canvas) {
        let Some(cursor) = self.cursor else { return };
        let wide = area.width.min(46);
        let high = (self.list.len() as u16 + 2).min(area.height);
        let x = area.right().saturating_sub(wide + 1).max(area.x);
        let place = Rect { x, y: area.bottom().saturating_sub(high), width: wide, height: high };
        let inside = canvas.boxed(place, &format!("Columns of {}", self.offer.noun));
        let page = usize::from(inside.height).max(1);
        let top = (cursor + 1).saturating_sub(page);
        for (at, choice) in self.list.iter().enumerate().skip(top).take(page) {
            let line = Rect { y: inside.y + (at - top) as u16, height: 1, ..inside };
            if at == cursor {
                canvas.tint(line, Role::Selected);
                canvas.put(line.x, line.y, "▌", 1, Role::Accent);
            }
            let (sign, role) = if choice.shown { ("✓", Role::Text) } else { ("·", Role::Dim) };
            canvas.put(line.x + 2, line.y, sign, 1, role);
            let name = (self.offer.name)(choice.column.cell);
            let title = if choice.column.title.to_lowercase() == name { String::new() } else { format!(" ({name})") };
            let x = canvas.put(line.x + 4, line.y, choice.column.title, 14, role);
            canvas.put(x, line.y, &title, line.right().saturating_sub(x), Role::Dim);
            let cells = choice.width.map_or_else(|| "as it fits".to_owned(), |cells| format!("{cells} cells"));
            canvas.put_right(line.right(), line.y, &cells, 12, Role::Dim);
            if at == cursor {
                canvas.settle(line, Role::Selected);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::views::columns::{AGENTS, Cell, RUNS};
    use crate::tui::widgets::table::place;

    fn titles(chosen: &Chosen<Cell>) -> Vec<&'static str> {
        chosen.columns().iter().map(|column| column.title).collect()
    }

    #[test]
    fn nothing_chosen_is_the_list_as_it_always_was_and_nothing_to_remember() {
        let chosen = Chosen::new(RUNS.offer());
        assert_eq!(titles(&chosen), RUNS.columns.iter().map(|column| column.title).collect::<Vec<_>>());
        assert!(chosen.keep().is_empty());
    }

    #[test]
    fn what_was_chosen_is_found_again() {
        let mut chosen = Chosen::new(AGENTS.offer());
        chosen.turn();
        for act in [Act::ShowColumn, Act::Down, Act::Down, Act::ColumnEarlier, Act::Wider, Act::Wider] {
            chosen.act(act, None);
        }
        assert_eq!(titles(&chosen)[..2], ["PROJECT", "AGENT"], "the status is away, the project stands first");
        let mut again = Chosen::new(AGENTS.offer());
        again.recall(&chosen.keep());
        assert_eq!(titles(&again), titles(&chosen));
        assert_eq!(again.keep(), chosen.keep());
        assert_eq!(again.columns()[0].most, 16);
        again.turn();
        again.act(Act::PlainColumns, None);
        assert!(again.keep().is_empty());
    }

    #[test]
    fn strange_memories_leave_a_list_that_can_be_read() {
        let state = |name: &str, width| ColumnState { name: name.into(), shown: false, width };
        let mut chosen = Chosen::new(RUNS.offer());
        chosen.recall(&[
            state("nonsense", None),
            state("title", Some(4)),
            state("status", Some(200)),
            state("title", None),
        ]);
        assert!(titles(&chosen).contains(&"RUN"), "a list without what its records are called is no list");
        for total in 10..220 {
            let placed = place(&chosen.columns(), total);
            let end = placed.last().map_or(0, |column| column.x + column.width);
            assert!(end <= total, "{end} of {total}");
        }
    }
}
