//! How the editor looks: a head, the text with its numbers and marks, what stands beside or below it, and a foot.

use ratatui::layout::Rect;

use super::beside::sign;
use super::{Focus, Open, line};
use crate::tui::canvas::Canvas;
use crate::tui::drafting::{Checked, Weight};
use crate::tui::text::width;
use crate::tui::theme::Role;
use crate::tui::views::Scene;

/// From this width on the panes stand beside the text, below it where there is less.
const WIDE: u16 = 110;
/// Cells for marks before the line numbers, and behind them.
const MARKS: u16 = 2;
/// Cells kept free beside the cursor in a long line.
const AHEAD: usize = 4;

impl Open {
    pub(super) fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.head(Rect { height: 1, ..area }, scene, canvas);
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        if let Some(why) = &self.failure {
            canvas.put(
                body.x + 2,
                body.y + 1,
                &format!("✗ Not to be edited: {why}."),
                body.width.saturating_sub(3),
                Role::Bad,
            );
            canvas.put(body.x + 2, body.y + 2, "esc leads back.", body.width.saturating_sub(3), Role::Dim);
            return;
        }
        if self.opening.is_none() {
            canvas.put(body.x + 2, body.y + 1, "opening …", body.width.saturating_sub(3), Role::Dim);
            return;
        }
        let (text, side) = if body.width >= WIDE {
            let wide = body.width * 3 / 5;
            canvas.rule_down(body.x + wide, body.y, body.height, Role::Line);
            let side = Rect { x: body.x + wide + 2, width: body.width - wide - 3, ..body };
            (Rect { width: wide, ..body }, side)
        } else {
            let high = (body.height * 2 / 5).max(4).min(body.height);
            let split = body.bottom().saturating_sub(high);
            canvas.rule_across(body, split.saturating_sub(1), Role::Line);
            let text = Rect { height: split.saturating_sub(1).saturating_sub(body.y), ..body };
            (text, Rect { x: body.x + 1, y: split, width: body.width.saturating_sub(2), height: high })
        };
        let foot = Rect { y: text.bottom().saturating_sub(1), height: 1, ..text };
        self.lines(Rect { height: text.height.saturating_sub(1), ..text }, canvas);
        self.foot(foot, canvas);
        self.side = side;
        let focused = matches!(self.focus, Focus::Beside);
        self.beside.draw(side, self.checked.as_deref(), self.opening.as_deref(), focused, canvas);
        if matches!(self.focus, Focus::Leaving) {
            self.question(body, canvas);
        }
    }

    fn head(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        canvas.fill(area, Role::Raised);
        let Some(opening) = &self.opening else {
            canvas.put(area.x + 1, area.y, "Editor", area.width, Role::Title);
            return;
        };
        let key = &opening.key;
        let what = if key.write.is_some() { "Settling" } else { "Editing" };
        let mut x = canvas.put(area.x + 1, area.y, what, 10, Role::Dim) + 1;
        x = canvas.put(x, area.y, &key.id, area.width / 3, Role::Title) + 2;
        let place = format!(
            "{} · {} · {}",
            key.list.connection,
            opening.platform,
            key.list.collection.replace(['-', '_'], " ")
        );
        x = canvas.put(x, area.y, &place, area.width / 3, Role::Dim) + 2;
        let (words, role) = self.state(canvas, scene);
        let wide = width(&words) as u16;
        if x + wide < area.right() {
            canvas.put_right(area.right().saturating_sub(1), area.y, &words, wide, role);
        }
    }

    fn state(&self, canvas: &Canvas, _scene: &Scene) -> (String, Role) {
        let kept = self.opening.as_ref().and_then(|opening| opening.kept.as_ref());
        let moved = self.opening.as_ref().is_some_and(|opening| opening.moved);
        match (self.changed, kept.filter(|_| self.resumed)) {
            (true, Some((_, at))) => {
                let ago = canvas.age(*at);
                let ago = if ago == "now" { "just now".to_owned() } else { format!("{ago} ago") };
                let moved = if moved { "; it has changed there since" } else { "" };
                (format!("● goes on with what was typed {ago}{moved}"), Role::Warn)
            }
            (true, None) => ("● not in the outbox yet".to_owned(), Role::Warn),
            (false, _) => ("as it is".to_owned(), Role::Dim),
        }
    }

    fn lines(&mut self, area: Rect, canvas: &mut Canvas) {
        let high = usize::from(area.height);
        self.text.page = high.max(1);
        let (at, column) = self.text.cursor();
        self.top = self.top.max((at + 1).saturating_sub(high)).min(at);
        let none = Vec::new();
        let known = self.checked.as_ref().map_or(&none, |checked| &checked.secrets);
        let digits = self.text.lines().len().max(100).ilog10() as u16 + 1;
        let x = area.x + MARKS + digits + 1;
        let room = usize::from(area.right().saturating_sub(x));
        let here = self.text.lines().get(at).map_or(0, |line| line::cell_of(line, known, column));
        if here < self.left + AHEAD.min(self.left) {
            self.left = here.saturating_sub(room / 2);
        } else if here + AHEAD > self.left + room {
            self.left = (here + room / 2).saturating_sub(room);
        }
        self.area = Rect { x, width: area.right().saturating_sub(x), ..area };
        let (from, to) = self.text.selection().unwrap_or(((0, 0), (0, 0)));
        for (row, text) in self.text.lines().iter().enumerate().skip(self.top).take(high) {
            let y = area.y + (row - self.top) as u16;
            if let Some(weight) = worst(self.checked.as_deref(), row + 1) {
                let (sign, role) = sign(weight);
                canvas.put(area.x, y, sign, 1, role);
            }
            let role = if row == at { Role::Accent } else { Role::Dim };
            canvas.put_right(area.x + MARKS + digits, y, &(row + 1).to_string(), digits, role);
            for unit in line::units(text, known, self.left..self.left + room) {
                let Some(cell) = unit.cell.checked_sub(self.left) else { continue };
                let place = x + cell as u16;
                let chosen = (row, unit.column) >= from && (row, unit.behind) <= to;
                canvas.put(place, y, &unit.words, area.right().saturating_sub(place), unit.role);
                if chosen {
                    let wide = (unit.wide as u16).min(area.right().saturating_sub(place));
                    let cells = Rect { x: place, y, width: wide, height: 1 };
                    canvas.tint(cells, Role::Selected);
                    canvas.settle(cells, Role::Selected);
                }
            }
            if row == at && matches!(self.focus, Focus::Text) {
                canvas.set_cursor(x + here.saturating_sub(self.left) as u16, y);
            }
        }
    }

    /// Puts the cursor where somebody clicked.
    pub(super) fn point(&mut self, x: u16, y: u16) {
        let row = self.top + usize::from(y.saturating_sub(self.area.y));
        let cell = self.left + usize::from(x.saturating_sub(self.area.x));
        let none = Vec::new();
        let known = self.checked.as_ref().map_or(&none, |checked| &checked.secrets);
        let last = self.text.lines().len().saturating_sub(1);
        let column = self.text.lines().get(row.min(last)).map_or(0, |line| line::column_of(line, known, cell));
        self.text.go_to(row.min(last), column);
    }

    fn foot(&self, area: Rect, canvas: &mut Canvas) {
        if let Focus::Find(input, _) = &self.focus {
            let x = canvas.put(area.x, area.y, "find ", 6, Role::Accent);
            return input.draw(canvas, x, area.y, area.right().saturating_sub(x), "words");
        }
        let (row, column) = self.text.cursor();
        let place = format!("line {}, column {}", row + 1, column + 1);
        let x = canvas.put(area.x + 1, area.y, &place, area.width, Role::Dim) + 2;
        let waiting = self.tickets[1].is_some() || self.check_due.is_some();
        let (words, role) = match (&self.checked, waiting) {
            (_, true) | (None, _) => ("checking …".to_owned(), Role::Dim),
            (Some(checked), false) => told(checked),
        };
        let wide = (width(&words) as u16).min(area.right().saturating_sub(x));
        canvas.put_right(area.right().saturating_sub(1), area.y, &words, wide, role);
        // What is wrong where the cursor is, said where one looks.
        let end = area.right().saturating_sub(wide + 2);
        let remarks = self.checked.iter().flat_map(|checked| &checked.remarks);
        let mut here = remarks.filter(|remark| remark.place.is_some_and(|(line, _)| line == row + 1));
        if let Some(remark) = here.next().filter(|_| x + 8 < end) {
            let (sign, role) = sign(remark.weight);
            canvas.put(x, area.y, &format!("{sign} {}", remark.words), end - x, role);
        }
    }

    fn question(&self, area: Rect, canvas: &mut Canvas) {
        let words = ["What you typed is not in the outbox.", "Enter keeps it for later; C-d throws it away."];
        let wide = (words.iter().map(|line| width(line)).max().unwrap_or(0) as u16 + 4).min(area.width);
        let high = 4.min(area.height);
        let place = Rect {
            x: area.x + (area.width - wide) / 2,
            y: area.y + (area.height - high) / 3,
            width: wide,
            height: high,
        };
        let inside = canvas.boxed(place, "Leave the editor");
        for (at, line) in words.iter().enumerate().take(usize::from(inside.height)) {
            canvas.put(inside.x, inside.y + at as u16, line, inside.width, Role::Text);
        }
    }
}

/// The weightiest remark about a line.
fn worst(checked: Option<&Checked>, line: usize) -> Option<Weight> {
    let remarks = checked?.remarks.iter().filter(|remark| remark.place.is_some_and(|(at, _)| at == line));
    remarks.map(|remark| remark.weight).min()
}

fn told(checked: &Checked) -> (String, Role) {
    let (wrong, doubts) = (checked.count(Weight::Wrong), checked.count(Weight::Doubt));
    let changes = checked.changes.len() + checked.more_changes;
    let changed = match changes {
        0 => "no changes".to_owned(),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    match (wrong, doubts) {
        (0, 0) => (format!("✓ {changed}"), Role::Good),
        (0, doubts) => (format!("! {doubts} to look at · {changed}"), Role::Warn),
        (wrong, _) => (format!("✗ {wrong} wrong"), Role::Bad),
    }
}
