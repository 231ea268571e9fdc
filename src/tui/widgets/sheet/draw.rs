//! How a sheet looks: what will be done above, what is filled in and when it is sent below, and last what confirms it.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::fields::{Content, Field};
use super::{Below, Sheet, Stage, grounds, lines, several};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::decisions::Brief;
use crate::tui::fleet::Fleet;
use crate::tui::keys::Keymap;
use crate::tui::text::{width, wrap};
use crate::tui::theme::Role;
use crate::tui::unsealed::SIGN;

/// Widest sheet: longer lines are hard to read.
const WIDEST: u16 = 96;
/// Cells for the names of fields.
const NAMES: u16 = 13;

impl Sheet {
    /// Draws it over `area`.
    pub fn draw(&mut self, area: Rect, fleet: &Fleet, keys: &Keymap, canvas: &mut Canvas) {
        let wide = area.width.saturating_sub(2).min(WIDEST);
        let inner = wide.saturating_sub(4);
        let mut page = lines::page(self, inner, fleet, canvas);
        self.lay_out(inner, page.len(), canvas.now());
        if self.below.is_some() {
            page.blank();
        }
        let below = self.below.as_ref().map_or(0, |below| below.page.len());
        let lines = page.len() + below;
        let foot = self.foot(inner, fleet, canvas);
        // Two for the border, one for the rule between what is said and what is filled in.
        let fixed = 3 + self.fields.list.len() as u16 + foot.len() as u16;
        let high = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(fixed).max(fixed + 3).min(area.height);
        let place = Rect {
            x: area.x + (area.width - wide) / 2,
            y: area.y + (area.height - high) / 3,
            width: wide,
            height: high,
        };
        let title = lines::title(&self.subject, self.brief.as_ref());
        let inside = canvas.boxed(place, &title);
        if self.unsealed.is_some() {
            canvas.put_right(inside.right(), place.y, &format!(" {SIGN} "), 20, Role::Bad);
        }
        let body = Rect { height: inside.height.saturating_sub(fixed - 2), ..inside };
        (self.lines, self.page) = (lines, usize::from(body.height));
        self.step(0);
        if self.brief.is_none() && self.stage == Stage::Reading {
            canvas.put(body.x, body.y, "looking …", body.width, Role::Dim);
        }
        page.draw(body, self.top, canvas);
        if let Some(below) = &self.below {
            let shown = page.len().saturating_sub(self.top).min(self.page) as u16;
            let rest = Rect { y: body.y + shown, height: body.height - shown, ..body };
            below.page.draw(rest, self.top.saturating_sub(page.len()), canvas);
        }
        self.was_seen();
        canvas.rule_across(inside, body.bottom(), Role::Line);
        if self.lines > self.page {
            let (up, down) = (keys.hint_of(Act::SheetUp), keys.hint_of(Act::SheetDown));
            let keys: Vec<String> = [up, down].into_iter().flatten().collect();
            let to = (self.top + self.page).min(self.lines);
            let more = format!(" {}–{to} of {}, {} ", self.top + 1, self.lines, keys.join(" "));
            canvas.put_right(inside.right(), body.bottom(), &more, inside.width, Role::Dim);
        }
        let mut y = body.bottom() + 1;
        for (at, field) in self.fields.list.iter().enumerate() {
            draw_field(field, at == self.fields.focus, Rect { y, height: 1, ..inside }, canvas);
            y += 1;
        }
        for (words, role) in foot {
            canvas.put(inside.x, y, &words, inside.width, role);
            y += 1;
        }
        self.confirmation(Rect { y: place.bottom().saturating_sub(1), height: 1, ..inside }, keys, canvas);
    }

    /// Lays out what the answer rests on, or the several things that it is about, once for each width: below `head` lines.
    fn lay_out(&mut self, cells: u16, head: usize, now: Timestamp) {
        // What is said of writes has times in it that go on.
        let lasts = !matches!(self.brief, Some(Brief::Writes(_)));
        let mut as_before = true;
        if !(lasts && self.below.as_ref().is_some_and(|below| below.cells == cells && !below.stale)) {
            let below = self.laid_out(cells, now);
            let same = |now: &Below, before: &Below| now.cells == before.cells && now.ends == before.ends;
            as_before = self.below.as_ref().zip(below.as_ref()).is_some_and(|(before, now)| same(now, before));
            self.below = below;
        }
        let above = head + usize::from(self.below.is_some());
        if !as_before || above != self.above {
            self.above = above;
            self.carry();
        }
    }

    fn laid_out(&self, cells: u16, now: Timestamp) -> Option<Below> {
        let several = self.brief.as_ref().and_then(|brief| several::list(brief, self.shorts.as_ref(), cells, now));
        let item = self.wants_grounds().zip(self.grounds.as_ref());
        let one = || {
            let (item, grounds) = item?;
            Some((grounds::page(item, grounds, &self.fetch, self.unsealed.as_ref(), cells), Vec::new()))
        };
        several.or_else(one).map(|(page, ends)| Below { cells, page, ends, stale: false })
    }

    /// When it is sent, and what stands in the way of confirming it.
    fn foot(&self, cells: u16, fleet: &Fleet, canvas: &Canvas) -> Vec<(String, Role)> {
        let mut foot = Vec::new();
        let mut say = |name: &str, words: &str, role: Role, limit: usize| {
            let room = usize::from(cells.saturating_sub(NAMES));
            for (at, line) in wrap(words, room, limit).into_iter().enumerate() {
                let name = if at == 0 { name } else { "" };
                foot.push((format!("{name:<wide$}{line}", wide = usize::from(NAMES)), role));
            }
        };
        let (words, role) = match &self.brief {
            Some(Brief::Records { items, .. }) => {
                let mut places: Vec<&str> = items.iter().map(|item| item.record.row.list.connection.as_str()).collect();
                places.sort_unstable();
                places.dedup();
                match places.as_slice() {
                    [only] => fleet.sending(only, canvas.now()),
                    [] => (String::new(), Role::Text),
                    _ => ("as soon as each connection answers".to_owned(), Role::Text),
                }
            }
            _ => (String::new(), Role::Text),
        };
        if !words.is_empty() && self.able() && self.stage == Stage::Open {
            say("sent", &words, role, 2);
        }
        match &self.stage {
            Stage::Failed(why) => say("!", why, Role::Bad, 3),
            Stage::Moved(_) => {
                say("!", "This changed while the sheet was open. Look at it again before you decide.", Role::Bad, 2);
            }
            Stage::Keeping => say("", "being kept …", Role::Dim, 1),
            Stage::Reading | Stage::Open => {}
        }
        foot
    }

    /// The key that confirms, in the sheet's lower edge, with what it does.
    fn confirmation(&self, area: Rect, keys: &Keymap, canvas: &mut Canvas) {
        let mut x = area.x;
        let yes = format!("yes, {}", self.yes());
        let mut offers: Vec<(Act, String)> = Vec::new();
        match (&self.stage, self.barred().is_none()) {
            (Stage::Moved(_), _) => offers.push((Act::LookAgain, "look again".to_owned())),
            // What they rest on is still to come: nobody can say yet where the end is.
            (Stage::Open, true) if self.several() && self.groundless() => {}
            // None of it has been on the screen.
            (Stage::Open, true) if !self.drawn => {}
            (Stage::Open, true) => offers.push(match self.unread() {
                0 => (Act::Confirm, yes),
                left if self.leapt() => (Act::SheetFirst, format!("back to what was not in sight: {left} left")),
                left => (Act::SheetDown, format!("to the end to confirm: {left} left")),
            }),
            _ => {}
        }
        // Confirmed, it is on its way: leaving takes nothing back.
        let leave = if self.stage == Stage::Keeping { "close; it is being kept" } else { "leave, nothing is done" };
        offers.push((Act::Leave, leave.to_owned()));
        for (act, words) in offers {
            let Some(key) = keys.hint_of(act) else { continue };
            if x + (width(&key) + width(&words) + 4) as u16 > area.right() {
                return;
            }
            x = canvas.put(x, area.y, &format!(" {key} "), 12, Role::Key);
            x = canvas.put(x, area.y, &format!("{words} "), area.width, Role::Text) + 1;
        }
    }
}

fn draw_field(field: &Field, focused: bool, area: Rect, canvas: &mut Canvas) {
    let mark = if focused { "▸ " } else { "  " };
    let name = field.name.replace('_', " ");
    canvas.put(area.x, area.y, mark, 2, Role::Accent);
    canvas.put(area.x + 2, area.y, &name, NAMES - 3, if focused { Role::Accent } else { Role::Field });
    let (x, room) = (area.x + NAMES, area.width.saturating_sub(NAMES));
    match &field.content {
        Content::Text(input) if focused => input.draw(canvas, x, area.y, room, field.empty),
        Content::Text(input) if input.text().is_empty() => {
            canvas.put(x, area.y, field.empty, room, Role::Dim);
        }
        Content::Text(input) => {
            canvas.put(x, area.y, input.text(), room, Role::Text);
        }
        Content::Choice(values, chosen) => {
            let mut x = x;
            for (at, value) in values.iter().enumerate() {
                let (words, role) = match at == *chosen {
                    true => (format!("‹{value}›"), Role::Accent),
                    false => (format!(" {value} "), Role::Dim),
                };
                x = canvas.put(x, area.y, &words, area.right().saturating_sub(x), role) + 1;
            }
        }
    }
}
