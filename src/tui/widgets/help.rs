//! The help: every key that counts, read off the action table, with what is disabled and why.

use ratatui::layout::Rect;

use crate::tui::actions::{ACTIONS, Facts, Scope, typing, view_number};
use crate::tui::canvas::Canvas;
use crate::tui::keys::Keymap;
use crate::tui::text::wrap;
use crate::tui::theme::Role;

/// Cells for the keys of an action, and where its words begin.
const KEYS: u16 = 20;
const LABEL: u16 = 24;
/// Lines that the words of one action may take.
const WORDS: usize = 4;

/// The open help.
#[derive(Debug, Default)]
pub(crate) struct Help {
    top: usize,
    page: usize,
    lines: usize,
}

enum Line {
    Blank,
    Heading(&'static str),
    Key { keys: String, label: String, role: Role },
    Note(String),
}

impl Help {
    /// Moves through it.
    pub fn step(&mut self, by: i64) {
        let last = self.lines.saturating_sub(self.page) as i64;
        self.top = (self.top as i64).saturating_add(by).clamp(0, last) as usize;
    }

    /// Lines in sight.
    pub fn page(&self) -> usize {
        self.page.max(1)
    }

    /// Draws it over `area`.
    pub fn draw(
        &mut self,
        area: Rect,
        here: Scope,
        keys: &Keymap,
        facts: &Facts,
        trouble: &[String],
        canvas: &mut Canvas,
    ) {
        let wide = area.width.min(104);
        let lines = lines(here, keys, facts, trouble, usize::from(wide.saturating_sub(8)));
        let high = area.height.saturating_sub(2).min(lines.len() as u16 + 2).max(5).min(area.height);
        let place = Rect {
            x: area.x + (area.width - wide) / 2,
            y: area.y + (area.height - high) / 2,
            width: wide,
            height: high,
        };
        let inside = canvas.boxed(place, "Keys");
        (self.lines, self.page) = (lines.len(), usize::from(inside.height));
        self.step(0);
        for (at, line) in lines.iter().skip(self.top).take(self.page).enumerate() {
            let y = inside.y + at as u16;
            match line {
                Line::Blank => {}
                Line::Heading(words) => {
                    canvas.put(inside.x, y, words, inside.width, Role::Accent);
                }
                Line::Note(words) => {
                    canvas.put(inside.x, y, words, inside.width, Role::Warn);
                }
                Line::Key { keys, label, role } => {
                    canvas.put(inside.x + 2, y, keys, KEYS, Role::Key);
                    canvas.put(inside.x + LABEL, y, label, inside.width.saturating_sub(LABEL), *role);
                }
            }
        }
        if self.lines > self.page {
            let more = format!(" {}–{} of {} ", self.top + 1, (self.top + self.page).min(self.lines), self.lines);
            canvas.put_right(place.right() - 2, place.bottom() - 1, &more, wide, Role::Dim);
        }
    }
}

/// What counts where the help was asked for stands first, what counts everywhere behind it, then the rest.
fn in_order(here: Scope) -> Vec<Scope> {
    let chain = here.chain();
    let mut scopes: Vec<Scope> = Scope::ALL.to_vec();
    scopes.sort_by_key(|scope| match scope {
        Scope::Global | Scope::Move => 1,
        scope if chain.contains(scope) => 0,
        _ => 2,
    });
    scopes
}

fn lines(here: Scope, keys: &Keymap, facts: &Facts, trouble: &[String], cells: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for words in trouble {
        lines.extend(wrap(&format!("! {words}"), cells, 3).into_iter().map(Line::Note));
    }
    if !trouble.is_empty() {
        lines.push(Line::Blank);
    }
    for scope in in_order(here) {
        lines.push(Line::Heading(scope.title()));
        for action in ACTIONS.iter().filter(|action| action.scope == scope) {
            // Nine lines that say the same would hide what is worth reading.
            if let Some(number) = view_number(action.act) {
                if number == 0 {
                    lines.push(numbers(keys, facts.views));
                }
                continue;
            }
            let written = match keys.keys_of(action.act) {
                keys if keys.is_empty() => "–".to_owned(),
                keys => keys.join("  "),
            };
            let (label, role) = match action.why_not(facts) {
                Some(why) => (format!("{} ({why})", action.label), Role::Dim),
                None => (action.label.to_owned(), Role::Text),
            };
            let mut keys = written;
            for label in wrap(&label, cells.saturating_sub(usize::from(LABEL)), WORDS) {
                lines.push(Line::Key { keys: std::mem::take(&mut keys), label, role });
            }
        }
        lines.push(Line::Blank);
    }
    for (title, edits) in typing::ALL {
        lines.push(Line::Heading(title));
        for edits in edits {
            let mut keys = edits.keys.join("  ");
            for label in wrap(edits.label, cells.saturating_sub(usize::from(LABEL)), WORDS) {
                lines.push(Line::Key { keys: std::mem::take(&mut keys), label, role: Role::Text });
            }
        }
        lines.push(Line::Blank);
    }
    lines.pop();
    lines
}

/// The keys that open views by number, in one line.
fn numbers(keys: &Keymap, views: usize) -> Line {
    let bound: Vec<String> = ACTIONS
        .iter()
        .filter(|action| view_number(action.act).is_some_and(|number| number < views))
        .filter_map(|action| keys.keys_of(action.act).into_iter().next())
        .collect();
    let written = match (bound.first(), bound.last()) {
        (Some(first), Some(last)) if bound.len() > 1 => format!("{first} … {last}"),
        (Some(only), _) => only.clone(),
        _ => "–".to_owned(),
    };
    Line::Key { keys: written, label: "Open a view by its number".to_owned(), role: Role::Text }
}
