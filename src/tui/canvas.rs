//! What views draw on: a buffer of cells, the theme, and the time the frame is drawn at.
//!
//! Every text passes [`Canvas::put`], and so the boundary for text from outside: nothing hidden reaches a cell, whatever
//! a view forgot. Ages drawn through the canvas tell it when they will read differently, so that an idle console
//! wakes only when something shown would change.

use std::borrow::Cow;
use std::cell::Cell as Slot;

use jiff::Timestamp;
use quarterdeck_sync::text::{Secrets, is_hidden, secrets};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::Widget;

use super::text;
use super::theme::{Role, Theme};
use super::unsealed::Shown;

/// One frame's drawing surface.
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    theme: &'a Theme,
    now: Timestamp,
    /// Seconds until some drawn age reads differently.
    changes_in: Slot<Option<i64>>,
    cursor: Option<Position>,
}

impl<'a> Canvas<'a> {
    /// A canvas over `buffer`, painted with the theme's paper.
    pub fn new(buffer: &'a mut Buffer, theme: &'a Theme, now: Timestamp) -> Self {
        let area = buffer.area;
        let mut canvas = Self { buffer, theme, now, changes_in: Slot::new(None), cursor: None };
        canvas.fill(area, Role::Paper);
        canvas
    }

    /// When the frame is drawn.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// All of it.
    pub fn area(&self) -> Rect {
        self.buffer.area
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Paints `area` blank in a ground role.
    pub fn fill(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
        }
    }

    /// Lays a role's style over what is drawn in `area`.
    pub fn tint(&mut self, area: Rect, role: Role) {
        self.buffer.set_style(area.intersection(self.buffer.area), self.style(role));
    }

    /// Ends the drawing of a row that a role was laid under. Where the theme marks it by turning colours round, colours of
    /// its parts would make grounds of all sorts; and on a ground that is one of the sixteen colours nobody knows which others can
    /// be read. There it gets the role's style alone.
    pub fn settle(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        let unknown = matches!(style.bg, Some(Color::Indexed(0..16)));
        if unknown || style.add_modifier.contains(Modifier::REVERSED) {
            let area = area.intersection(self.buffer.area);
            let plain = Style::reset().patch(style);
            self.buffer.set_style(area, plain);
        }
    }

    /// Writes `words` at a place, cut to `cells`; returns where the next cell is. The one way text gets on screen.
    pub fn put(&mut self, x: u16, y: u16, words: &str, cells: u16, role: Role) -> u16 {
        self.put_styled(x, y, words, cells, self.style(role))
    }

    /// [`Canvas::put`] with a style of its own.
    pub fn put_styled(&mut self, x: u16, y: u16, words: &str, cells: u16, style: Style) -> u16 {
        self.lay(x, y, words, cells, style, Secrets::Masked)
    }

    /// [`Canvas::put`] for text that a person has asked to see with its secrets in it. What could act is made visible all the same.
    pub fn put_shown(&mut self, x: u16, y: u16, words: Shown<'_>, cells: u16, role: Role) -> u16 {
        self.lay(x, y, words.text(), cells, self.style(role), Secrets::Revealed)
    }

    fn lay(&mut self, x: u16, y: u16, words: &str, cells: u16, style: Style, secrets: Secrets) -> u16 {
        let area = self.buffer.area;
        if y < area.top() || y >= area.bottom() || x >= area.right() {
            return x;
        }
        let cells = cells.min(area.right() - x);
        let words = passed(words, secrets);
        let words = text::fit(&words, usize::from(cells));
        self.cut_wide(Rect { x, y, width: 1, height: 1 });
        self.buffer.set_stringn(x, y, words.as_ref(), usize::from(cells), style).0
    }

    /// [`Canvas::put`], cut from the left: for paths, whose end says most.
    pub fn put_end(&mut self, x: u16, y: u16, words: &str, cells: u16, role: Role) -> u16 {
        // Before it is cut: what is left of a secret would not be known for one.
        let words = passed(words, Secrets::Masked);
        self.put(x, y, &text::fit_end(&words, usize::from(cells)), cells, role)
    }

    /// Writes `words` so that they end just before `right`.
    pub fn put_right(&mut self, right: u16, y: u16, words: &str, cells: u16, role: Role) -> u16 {
        let wide = (text::width(words) as u16).min(cells).min(right);
        self.put(right - wide, y, words, wide, role);
        right - wide
    }

    /// Writes `words` in the middle of `area`'s line `y`.
    pub fn put_centre(&mut self, area: Rect, y: u16, words: &str, role: Role) {
        let wide = (text::width(words) as u16).min(area.width);
        self.put(area.x + (area.width - wide) / 2, y, words, wide, role);
    }

    /// Draws a chart. Charts are made of numbers and of our own words: a text from outside never goes into one, but through
    /// [`Canvas::put`].
    pub fn chart(&mut self, area: Rect, chart: impl Widget) {
        chart.render(area.intersection(self.buffer.area), self.buffer);
    }

    /// How long ago `then` was.
    pub fn age(&self, then: Timestamp) -> String {
        let (words, next) = text::age(self.now, then);
        let soonest = self.changes_in.get().map_or(next, |soonest| soonest.min(next));
        self.changes_in.set(Some(soonest));
        words
    }

    /// How long ago something happened that somebody else dates, and what that means: what lies ahead of now is marked.
    pub fn happened(&self, then: Timestamp) -> (String, Role) {
        let age = self.age(then);
        match text::is_ahead(self.now, then) {
            true => (format!("{}{age}", text::AHEAD), Role::Warn),
            false => (age, Role::Dim),
        }
    }

    /// The mark before text of others. Nothing else draws it: where it stands in a text, its number is shown.
    pub fn mark_foreign(&mut self, x: u16, y: u16) {
        let style = self.style(Role::Warn);
        if let Some(cell) = self.buffer.cell_mut((x, y)) {
            cell.set_char(FOREIGN).set_style(style);
        }
    }

    /// A vertical line.
    pub fn rule_down(&mut self, x: u16, top: u16, height: u16, role: Role) {
        for y in top..top.saturating_add(height) {
            self.put(x, y, "│", 1, role);
        }
    }

    /// A horizontal line.
    pub fn rule_across(&mut self, area: Rect, y: u16, role: Role) {
        self.put(area.x, y, &"─".repeat(usize::from(area.width)), area.width, role);
    }

    /// An empty box with a round border and a title; returns its inside.
    pub fn boxed(&mut self, area: Rect, title: &str) -> Rect {
        let area = area.intersection(self.buffer.area);
        self.fill(area, Role::Overlay);
        self.cut_wide(area);
        if area.width < 4 || area.height < 3 {
            return area;
        }
        let across = "─".repeat(usize::from(area.width) - 2);
        self.put(area.x, area.y, &format!("╭{across}╮"), area.width, Role::LineFocus);
        self.put(area.x, area.bottom() - 1, &format!("╰{across}╯"), area.width, Role::LineFocus);
        self.rule_down(area.x, area.y + 1, area.height - 2, Role::LineFocus);
        self.rule_down(area.right() - 1, area.y + 1, area.height - 2, Role::LineFocus);
        if !title.is_empty() {
            self.put(area.x + 2, area.y, &format!(" {title} "), area.width - 4, Role::Title);
        }
        Rect { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: area.height - 2 }
    }

    /// Takes away what reaches from the left into `area`: a wide character there would take the place of its edge.
    fn cut_wide(&mut self, area: Rect) {
        let Some(x) = area.x.checked_sub(1) else { return };
        for y in area.top()..area.bottom() {
            if let Some(cell) = self.buffer.cell_mut((x, y)).filter(|cell| text::width(cell.symbol()) > 1) {
                cell.set_symbol(" ");
            }
        }
    }

    /// Shows the terminal's cursor there, for typing.
    pub fn set_cursor(&mut self, x: u16, y: u16) {
        self.cursor = Some(Position { x: x.min(self.buffer.area.right().saturating_sub(1)), y });
    }

    /// Where the terminal's cursor is to be, and in how many seconds some age will read differently.
    pub fn finish(self) -> (Option<Position>, Option<i64>) {
        (self.cursor, self.changes_in.get())
    }
}

/// What stands before every line of others.
pub(crate) const FOREIGN: char = '┊';

/// The text with our own mark in it as its number: a text must not look as if it were marked by us.
pub(crate) fn unmarked(words: &str) -> Cow<'_, str> {
    match words.contains(FOREIGN) {
        true => Cow::Owned(words.replace(FOREIGN, "⟨250A⟩")),
        false => Cow::Borrowed(words),
    }
}

/// The text behind the boundary. Nearly every text passes as it is, and is drawn without a copy.
fn passed(words: &str, secrets: Secrets) -> Cow<'_, str> {
    let acts = words.contains(|c| c == FOREIGN || is_hidden(c));
    match acts || (secrets == Secrets::Masked && secrets::holds(words)) {
        true => Cow::Owned(unmarked(secrets.line(words).as_str()).into_owned()),
        false => Cow::Borrowed(words),
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::ListKey;

    use super::*;
    use crate::tui::theme::ColorMode;
    use crate::tui::unsealed::Unsealed;

    #[test]
    fn nothing_hidden_reaches_a_cell() {
        let theme = Theme::fallback(ColorMode::None);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 1));
        let mut canvas = Canvas::new(&mut buffer, &theme, Timestamp::UNIX_EPOCH);
        canvas.put(0, 0, "a\u{1b}[2Jb\u{202e}c\u{9b}\0", 40, Role::Text);
        let shown: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
        assert!(!shown.chars().any(is_hidden), "{shown:?}");
        assert!(shown.starts_with("a␛[2Jb⟨202E⟩c"));
    }

    #[test]
    fn only_text_that_was_asked_for_is_drawn_with_its_secrets_and_it_acts_no_more_than_any() {
        let theme = Theme::fallback(ColorMode::None);
        let unsealed = Unsealed::written(ListKey::new("turen", "sessions"), "1".to_owned());
        let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 2));
        let mut canvas = Canvas::new(&mut buffer, &theme, Timestamp::UNIX_EPOCH);
        let words = "https://me:hunter2-and-more@host/a\u{1b}[2J\u{202e}┊";
        canvas.put_shown(0, 0, unsealed.shows(words), 60, Role::Text);
        canvas.put(0, 1, words, 60, Role::Text);
        let line = |y: u16| (0..60).map(|x| buffer.cell((x, y)).unwrap().symbol()).collect::<String>();
        assert!(line(0).starts_with("https://me:hunter2-and-more@host/a␛[2J⟨202E⟩⟨250A⟩"), "{}", line(0));
        assert!(!line(1).contains("hunter2"), "{}", line(1));
    }

    #[test]
    fn half_a_secret_is_not_drawn_whatever_it_is_cut_to() {
        let theme = Theme::fallback(ColorMode::None);
        let secret = "hunter2-and-more";
        let words = format!("https://me:{secret}@host/a");
        for cells in 1..40 {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 3));
            let mut canvas = Canvas::new(&mut buffer, &theme, Timestamp::UNIX_EPOCH);
            canvas.put(0, 0, &words, cells, Role::Text);
            canvas.put_end(0, 1, &words, cells, Role::Text);
            canvas.put_right(cells, 2, &words, cells, Role::Text);
            let shown: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
            assert!(!(0..secret.len() - 2).any(|at| shown.contains(&secret[at..at + 3])), "{cells}: {shown:?}");
        }
    }

    #[test]
    fn nothing_below_a_box_reaches_into_its_edge_and_no_text_looks_marked() {
        let theme = Theme::fallback(ColorMode::None);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 5));
        let mut canvas = Canvas::new(&mut buffer, &theme, Timestamp::UNIX_EPOCH);
        for y in 0..5 {
            canvas.put(0, y, "日本語日本語", 20, Role::Text);
        }
        let inside = canvas.boxed(Rect::new(5, 0, 10, 5), "");
        canvas.put(inside.x, inside.y, "a┊b", 20, Role::Text);
        let symbol = |x, y| buffer.cell((x, y)).map(|cell| cell.symbol().to_owned()).unwrap_or_default();
        assert!((0..5).all(|y| symbol(4, y) == " " && symbol(5, y) != " "), "{buffer:?}");
        assert_eq!((symbol(7, 1), symbol(8, 1)), ("a".to_owned(), "⟨".to_owned()));
    }

    #[test]
    fn what_a_platform_dates_ahead_of_now_is_marked() {
        let theme = Theme::fallback(ColorMode::None);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        let canvas = Canvas::new(&mut buffer, &theme, Timestamp::from_second(1_000_000).unwrap());
        let at = |second: i64| canvas.happened(Timestamp::from_second(second).unwrap());
        assert_eq!(at(1_000_000 + 3 * 3_600), ("»in 3h".to_owned(), Role::Warn));
        assert_eq!(at(1_000_000 + 30), ("now".to_owned(), Role::Dim));
        assert_eq!(at(1_000_000 - 7_200), ("2h".to_owned(), Role::Dim));
    }

    #[test]
    fn the_soonest_age_decides_when_to_wake() {
        let theme = Theme::fallback(ColorMode::None);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        let now = Timestamp::from_second(1_000_000).unwrap();
        let canvas = Canvas::new(&mut buffer, &theme, now);
        canvas.age(Timestamp::from_second(1_000_000 - 3_601).unwrap());
        canvas.age(Timestamp::from_second(1_000_000 - 130).unwrap());
        assert_eq!(canvas.finish().1, Some(50));
    }
}
