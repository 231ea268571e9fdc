//! Which view is open, and the way back: views that were opened over others.
//!
//! A list that is opened over another view is a view of its own, so whoever goes back finds the very row, place and filter that
//! were left, through any depth. The breadcrumbs say how one came here.

use std::time::Instant;

use quarterdeck_sync::model::ListKey;
use ratatui::layout::Rect;

use super::{App, Overlay};
use crate::tui::canvas::Canvas;
use crate::tui::data::DraftOf;
use crate::tui::links::view_of;
use crate::tui::reading::Reading;
use crate::tui::text::{fit, width};
use crate::tui::theme::Role;
use crate::tui::views::{
    self, Aim, CONNECTIONS, Came, EDITOR, Goal, Narrow, OUTBOX, SEARCH, TIMELINE, TRANSCRIPT, Traced, VIEWS,
};

/// Views that one can go back through; beyond, the first ones are forgotten.
const UNDER: usize = 100;
/// Between two breadcrumbs.
const STEP: &str = " › ";
/// Cells of what a list was opened from, at most: titles of sessions are whole sentences.
const ABOUT: usize = 40;

/// How many views have a tab: they come first in the registry.
pub(super) fn tabs() -> usize {
    VIEWS.iter().filter(|view| view.tab).count()
}

impl App {
    /// The tab one is in: that of the open view, or of the view it lies over.
    pub(super) fn tab(&self) -> usize {
        let trail = std::iter::once(&self.open).chain(self.under.iter().rev());
        trail.map(|view| self.views.kind(*view)).find(|kind| VIEWS[*kind].tab).unwrap_or(0)
    }

    /// Opens a view with a tab; nothing leads back.
    pub(super) fn show(&mut self, view: usize, clock: Instant) {
        if view >= tabs() || (view == self.open && self.under.is_empty()) {
            return;
        }
        self.with_view(clock, |view, cx| view.leaving(cx));
        let before = std::mem::replace(&mut self.open, view);
        let left: Vec<usize> = self.under.drain(..).chain([before]).filter(|left| *left != view).collect();
        for left in left {
            self.leave(left);
        }
        if before != view {
            self.with_view(clock, |view, cx| view.enter(cx));
        }
    }

    /// Opens a view over the open one, to come back there.
    pub(super) fn lay_over(&mut self, view: usize, clock: Instant) {
        if view == self.open {
            return;
        }
        self.cover(view);
        self.with_view(clock, |view, cx| view.enter(cx));
    }

    /// Opens a list over what is open, with the rows that pass.
    pub(super) fn open_list(&mut self, view: &str, about: Option<String>, narrow: Narrow, clock: Instant) {
        let kind = views::number(view);
        let view = self.views.lay(kind, about);
        self.recall_columns(view, kind);
        self.cover(view);
        self.with_view(clock, |view, cx| view.narrow(narrow, cx));
        self.dirty = true;
    }

    /// Opens the editor on a document, over what is open.
    pub(super) fn compose(&mut self, of: DraftOf, aim: Aim, clock: Instant) {
        let view = views::number(EDITOR);
        if view != self.open {
            self.cover(view);
        }
        self.with_view(clock, |view, cx| view.compose(of, aim, cx));
    }

    /// Opens a transcript over what is open.
    pub(in crate::tui) fn read(&mut self, reading: Reading, clock: Instant) {
        let view = views::number(TRANSCRIPT);
        let title = self.views.entry(self.open).title.to_owned();
        let came = match self.open == view {
            true => Came::Here,
            false if self.under.contains(&view) => Came::Over(title),
            false => Came::Fresh(title),
        };
        if view != self.open {
            self.cover(view);
        }
        self.with_view(clock, |view, cx| view.read(reading, came, cx));
    }

    /// What came of asking for the entries of a session: told to whoever reads it or decides by it, else said.
    pub(super) fn fetched(&mut self, list: &ListKey, id: &str, failed: Option<String>, clock: Instant) {
        let why = failed.as_deref();
        let view = views::number(TRANSCRIPT);
        let on_sheet = match &mut self.overlay {
            Some(Overlay::Sheet(sheet)) => sheet.fetched(list, id, why),
            _ => false,
        };
        let read = self.with(view, clock, |view, cx| view.fetched(list, id, why, cx)) && self.open == view;
        match failed {
            Some(why) if !read && !on_sheet => self.toasts.say(why, clock),
            Some(_) => {}
            None => self.refresh(clock),
        }
        self.dirty = true;
    }

    /// Opens something where it lives, over what is open, in a view of its own: that of the tab stays as it was left.
    pub(super) fn show_goal(&mut self, goal: &Goal, clock: Instant) {
        let kind = match goal {
            Goal::Row(kind, key) => {
                let narrow = Narrow { select: Some(*key), ..Narrow::default() };
                return self.open_list(view_of(*kind), None, narrow, clock);
            }
            Goal::Write(_) | Goal::Writes(_) => OUTBOX,
            Goal::Connection(_) => CONNECTIONS,
            Goal::Query(_) => SEARCH,
        };
        self.lay_another(views::number(kind), clock);
        self.with_view(clock, |view, cx| view.seek(goal, cx));
    }

    /// Opens the search over what is open. One comes back to a search that lies below as it was left: over that lies another.
    pub(super) fn lay_search(&mut self, clock: Instant) {
        let search = views::number(SEARCH);
        if self.views.kind(self.open) == search {
            return;
        }
        match self.under.contains(&search) {
            true => self.lay_another(search, clock),
            false => self.lay_over(search, clock),
        }
    }

    /// Opens another view of a kind over what is open.
    fn lay_another(&mut self, kind: usize, clock: Instant) {
        let view = self.views.lay(kind, None);
        self.recall_columns(view, kind);
        self.lay_over(view, clock);
    }

    /// Opens a timeline over what is open.
    pub(super) fn trace(&mut self, of: Traced, about: String, clock: Instant) {
        let view = self.views.lay(views::number(TIMELINE), Some(about));
        self.cover(view);
        self.with_view(clock, |view, cx| view.trace(of, cx));
        self.dirty = true;
    }

    fn cover(&mut self, view: usize) {
        let covered = std::mem::replace(&mut self.open, view);
        self.views[covered].covered();
        self.under.push(covered);
        if self.under.len() > UNDER {
            let first = self.under.remove(0);
            if self.views.extra(first) {
                self.leave(first);
            }
        }
    }

    /// Closes a view unless something still leads back to it: whether nothing does.
    fn leave(&mut self, left: usize) -> bool {
        let last = left != self.open && !self.under.contains(&left);
        if last {
            self.views.close(left);
            self.wakes.retain(|(view, _)| *view != left);
        }
        last
    }

    /// Back to the view that the open one was opened over; false when it lies over none.
    pub(super) fn go_back(&mut self, clock: Instant) -> bool {
        if self.under.is_empty() {
            return false;
        }
        while let Some(view) = self.under.pop() {
            let left = std::mem::replace(&mut self.open, view);
            self.leave(left);
            if !self.views[view].bare() {
                break;
            }
        }
        self.with_view(clock, |view, cx| view.enter(cx));
        self.dirty = true;
        true
    }

    /// Back to the view at this place of the way; the others are closed.
    pub(super) fn go_back_to(&mut self, place: usize, clock: Instant) {
        let Some(view) = self.under.get(place).copied() else { return };
        // What is being written there is kept, as wherever one leaves.
        self.with_view(clock, |view, cx| view.leaving(cx));
        let left: Vec<usize> = self.under.drain(place..).skip(1).chain([self.open]).collect();
        self.open = view;
        for left in left {
            // Where one view lies on the way more than once, what it showed last is left.
            if !self.leave(left) && self.views.has(left) {
                self.with(left, clock, |view, cx| view.step_out(cx));
            }
        }
        if !(self.views[view].bare() && self.go_back(clock)) {
            self.with_view(clock, |view, cx| view.enter(cx));
        }
        self.dirty = true;
    }

    /// A list lies over another view: the way here is shown.
    pub(super) fn has_crumbs(&self) -> bool {
        self.under.iter().chain([&self.open]).any(|view| self.views.extra(*view))
    }

    /// The way here, view by view: what each is called, after what it was opened from.
    fn crumbs(&self) -> Vec<String> {
        let said = |view: &usize| match self.views.about(*view) {
            // What somebody else wrote must not pass for another step.
            Some(about) => {
                let about = about.replace('›', ">");
                format!("{}{STEP}{}", fit(&about, ABOUT), self.views.entry(*view).title)
            }
            None => self.views.entry(*view).title.to_owned(),
        };
        self.under.iter().chain([&self.open]).map(said).collect()
    }

    /// Draws the way here on one line; where it is too long, its end.
    pub(super) fn draw_crumbs(&mut self, area: Rect, canvas: &mut Canvas) {
        self.crumb_places.clear();
        let crumbs = self.crumbs();
        let room = usize::from(area.width.saturating_sub(4));
        let wide = |from: usize| crumbs[from..].iter().map(|crumb| width(crumb) + width(STEP)).sum::<usize>() + 2;
        let first = (0..crumbs.len()).find(|from| wide(*from) <= room).unwrap_or(crumbs.len().saturating_sub(1));
        let mut x = area.x + 2;
        if first > 0 {
            x = canvas.put(x, area.y, "…", 1, Role::Dim);
            x = canvas.put(x, area.y, STEP, 3, Role::Dim);
        }
        for (at, crumb) in crumbs.iter().enumerate().skip(first) {
            let here = at + 1 == crumbs.len();
            let begin = x;
            x = canvas.put(
                x,
                area.y,
                crumb,
                area.right().saturating_sub(x + 1),
                if here { Role::Accent } else { Role::Text },
            );
            self.crumb_places.push((Rect { x: begin, width: x - begin, y: area.y, height: 1 }, at));
            if !here {
                x = canvas.put(x, area.y, STEP, area.right().saturating_sub(x), Role::Dim);
            }
        }
    }
}
