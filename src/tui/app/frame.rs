//! One frame: header, view, status bar, hints, and what lies over them.

use std::time::{Duration, Instant};

use quarterdeck_sync::model::WriteState;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{AGES, App, Overlay};
use crate::tui::actions::{Act, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::linear;
use crate::tui::theme::Role;
use crate::tui::views::{Counts, Scene, VIEWS};
use crate::tui::widgets::tabs::Tab;
use crate::tui::widgets::{statusbar, tabs};

/// What is hinted at over the help.
const HELP: [(Act, &str); 4] =
    [(Act::Back, "close"), (Act::Down, "down"), (Act::PageDown, "page down"), (Act::Last, "end")];

/// Less than this cannot hold a list.
const LEAST: (u16, u16) = (40, 10);

impl App {
    /// Draws everything into `buffer`; returns where the terminal's cursor is to be seen, if anywhere.
    pub fn draw(&mut self, buffer: &mut Buffer, clock: Instant) -> Option<Position> {
        self.dirty = false;
        self.toasts.hold(self.decides(), clock);
        let area = buffer.area;
        let theme = self.theme.clone();
        let mut canvas = Canvas::new(buffer, &theme, (self.now)());
        if area.width < LEAST.0 || area.height < LEAST.1 {
            self.too_small(area, &mut canvas);
            return None;
        }
        let line = |y: u16| Rect { y, height: 1, ..area };
        // With room to spare, a blank line lets the header breathe.
        let air = u16::from(area.height >= 30);
        let mut body = Rect { y: area.y + 1 + air, height: area.height - 3 - air, ..area };
        self.header(line(area.y), &mut canvas);
        self.crumb_places.clear();
        if self.has_crumbs() {
            self.draw_crumbs(line(area.y + 1), &mut canvas);
            body = Rect { y: area.y + 2, height: area.height - 4, ..area };
        }
        // Read out line by line, a message in a corner would stand in one line with a row.
        let said = if self.settings.manner.linear { linear::SAID.min(body.height / 3) } else { 0 };
        body.height -= said;
        // Below what a person decides by, and not over it.
        let answer = self.toasts.answer().filter(|_| said == 0).map(|words| statusbar::wrapped(words, area.width));
        let more = answer.as_ref().map_or(0, |lines| lines.len() as u16 - 1).min(body.height);
        body.height -= more;
        let scene = Scene { fleet: &self.fleet, keys: &self.keys, read_only: self.settings.manner.read_only };
        self.views[self.open].draw(body, &scene, &mut canvas);
        match &answer {
            Some(lines) => statusbar::said(Rect { y: body.bottom(), height: more + 1, ..area }, lines, &mut canvas),
            None => statusbar::draw(line(area.bottom() - 2), &self.fleet, &mut canvas),
        }
        let facts = self.facts();
        if self.settings.manner.linear && self.overlay.is_some() {
            // Read out line by line, what lies behind a box would stand in one line with what is in it.
            canvas.fill(body, Role::Paper);
        }
        match &mut self.overlay {
            Some(Overlay::Help(help)) => {
                help.draw(body, self.views[self.open].scope(), &self.keys, &facts, &self.trouble, &mut canvas)
            }
            Some(Overlay::Palette(palette)) => palette.draw(body, &self.keys, &mut canvas),
            Some(Overlay::Sheet(sheet)) => sheet.draw(body, &self.fleet, &self.keys, &mut canvas),
            Some(Overlay::Writing(writing)) => writing.draw(body, &self.keys, &mut canvas),
            Some(Overlay::Unmasking(question)) => question.draw(body, &self.keys, &mut canvas),
            None => {}
        }
        // After the sheet: it can be confirmed once it is drawn, and the hints say so in the same frame.
        self.hints(line(area.bottom() - 1), &mut canvas);
        match said {
            0 => self.toasts.draw(body, &mut canvas),
            said => self.toasts.list(Rect { y: body.bottom(), height: said, ..body }, &mut canvas),
        }
        let (cursor, changes) = canvas.finish();
        self.ages_due = changes.map(|seconds| clock + Duration::from_secs(seconds.max(AGES) as u64));
        self.with_view(clock, |view, cx| view.drawn(cx));
        cursor
    }

    /// Is something open that a person decides by, or writes?
    pub(super) fn decides(&self) -> bool {
        matches!(&self.overlay, Some(Overlay::Sheet(_) | Overlay::Writing(_) | Overlay::Unmasking(_)))
    }

    fn header(&mut self, area: Rect, canvas: &mut Canvas) {
        let list: Vec<Tab> = VIEWS
            .iter()
            .filter(|view| view.tab)
            .enumerate()
            .map(|(at, view)| {
                let count = match view.counts {
                    Counts::Own => self.views[at].count().unwrap_or(0),
                    Counts::Kind(kind) => self.fleet.live(kind),
                    Counts::Connections => self.fleet.connections.len() as u64,
                    Counts::Outbox => self.fleet.standing.sum(WriteState::needs_person),
                    Counts::Nothing => 0,
                };
                // No number beside the outbox is good news.
                let told = self.fleet.known
                    && (count > 0 || !matches!(view.counts, Counts::Own | Counts::Outbox | Counts::Nothing));
                let wants = matches!(view.counts, Counts::Own | Counts::Outbox);
                Tab { title: view.title, short: view.short, count: told.then_some(count), wants }
            })
            .collect();
        let manner = self.settings.manner.words();
        let label: Vec<&str> = self.settings.label.as_deref().into_iter().chain(manner).collect();
        let label = label.join(" · ");
        // That nothing can be decided here matters more than what the tabs count; a name does not matter more than a tab.
        let room = |label: &str| if label.is_empty() { 0 } else { label.len() as u16 + 5 };
        let named = tabs::fits(&list, area.width.saturating_sub(room(&label)));
        let label = if named { label } else { manner.unwrap_or_default().to_owned() };
        let width = area.width.saturating_sub(room(&label));
        canvas.fill(area, Role::Raised);
        self.tabs = tabs::draw(Rect { width, ..area }, &list, self.tab(), canvas);
        let end = self.tabs.iter().map(|tab| tab.right()).max().unwrap_or(area.x);
        if !label.is_empty() && end + 3 + (label.len() as u16) < area.right() {
            canvas.put_right(area.right() - 1, area.y, &label, 30, Role::Dim);
        }
    }

    fn hints(&self, area: Rect, canvas: &mut Canvas) {
        let Some(scope) = self.focus() else {
            return statusbar::only(area, &HELP, &self.keys, canvas);
        };
        let count = self.count.as_ref().map_or(String::new(), |count| format!("{count}_"));
        statusbar::hints(area, scope, &self.facts(), &self.keys, &count, canvas);
    }

    /// Where the keys count; none over the help, where there is nothing to do but to read it.
    fn focus(&self) -> Option<Scope> {
        Some(match &self.overlay {
            Some(Overlay::Help(_)) => return None,
            Some(Overlay::Palette(_)) => Scope::Prompt,
            Some(Overlay::Sheet(_)) => Scope::Sheet,
            Some(Overlay::Writing(writing)) => writing.scope(),
            Some(Overlay::Unmasking(_)) => Scope::Unmasking,
            None => self.views[self.open].scope(),
        })
    }

    /// What is hinted at, whatever fits.
    #[cfg(test)]
    pub fn hinted(&self) -> Vec<Act> {
        match self.focus() {
            Some(scope) => statusbar::hinted(scope, &self.facts()).into_iter().map(|action| action.act).collect(),
            None => HELP.map(|(act, _)| act).to_vec(),
        }
    }

    fn too_small(&self, area: Rect, canvas: &mut Canvas) {
        let words = format!("{}x{}: too small", area.width, area.height);
        let need = format!("{}x{} will do", LEAST.0, LEAST.1);
        let y = area.y + area.height.saturating_sub(2) / 2;
        canvas.put_centre(area, y, &words, Role::Warn);
        canvas.put_centre(area, y + 1, &need, Role::Dim);
    }
}
