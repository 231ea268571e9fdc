//! Lines of names and words, wrapped to a width: what the confirmation sheet and the outbox say.
//!
//! Our own words and text of others never look alike: what a platform or an agent wrote stands behind a bar, with every hidden
//! character visible, so that nothing in it can pass for a line of ours.

use quarterdeck_sync::model::Dispute;
use quarterdeck_sync::text::secrets::{mask_json_under, mask_under};
use quarterdeck_sync::text::{Clean, hidden_count};
use ratatui::layout::Rect;
use serde_json::Value;

use crate::tui::canvas::{Canvas, unmarked};
use crate::tui::text::{fit, width, wrap, wrap_shown};
use crate::tui::theme::Role;
use crate::tui::unsealed::{self, Place, Unsealed};

/// Cells for names.
const NAMES: u16 = 11;
/// Cells for names of others: they are longer.
const FOREIGN_NAMES: u16 = 16;
/// Lines that one thing may take.
const LINES: usize = 4;

#[derive(Debug, Clone, PartialEq)]
enum Line {
    Blank,
    Heading(String),
    Field {
        name: String,
        glyph: &'static str,
        words: String,
        role: Role,
    },
    Listed {
        sign: &'static str,
        words: String,
        role: Role,
    },
    Foreign {
        name: String,
        words: String,
        role: Role,
    },
    /// The same, in line with what is ours.
    Said {
        name: String,
        words: String,
    },
    /// Something of ours, and the id that it is about.
    Headline {
        name: String,
        ours: String,
        id: String,
    },
    /// All of a text of others goes on here: the one thing that can be shown with its secrets.
    Whole(String),
    /// Two of those in one line: name, value, name, value.
    Pair(Box<[String; 4]>),
}

fn foreign(name: &str, words: String, role: Role) -> Line {
    Line::Foreign { name: name.to_owned(), words, role }
}

/// The lines, for one width.
#[derive(Debug, Default)]
pub(crate) struct Page {
    cells: u16,
    lines: Vec<Line>,
    unsealed: Option<Unsealed>,
}

impl Page {
    /// An empty page.
    pub fn new(cells: u16) -> Self {
        Self { cells, lines: Vec::new(), unsealed: None }
    }

    /// The same, for whoever may see the secrets of what it is about.
    pub fn unsealed(self, unsealed: Option<&Unsealed>) -> Self {
        Self { unsealed: unsealed.cloned(), ..self }
    }

    /// Lines on it.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// A blank line, unless one stands there or nothing does.
    pub fn blank(&mut self) {
        if self.lines.last().is_some_and(|last| *last != Line::Blank) {
            self.lines.push(Line::Blank);
        }
    }

    /// A heading with a rule behind it.
    pub fn heading(&mut self, words: impl Into<String>) {
        self.blank();
        self.lines.push(Line::Heading(words.into()));
    }

    /// Something of ours.
    pub fn field(&mut self, name: &str, words: &str, role: Role) {
        self.marked(name, "", words, role);
    }

    /// Something of ours with a sign before it.
    pub fn marked(&mut self, name: &str, glyph: &'static str, words: &str, role: Role) {
        let room = self.cells.saturating_sub(NAMES + 2 + if glyph.is_empty() { 0 } else { 2 });
        // An id is text of others too: no line break in it may begin a line of ours.
        let words = Clean::line(words);
        for (at, words) in wrap(words.as_str(), usize::from(room), LINES).into_iter().enumerate() {
            let (name, glyph) = if at == 0 { (name, glyph) } else { ("", if glyph.is_empty() { "" } else { " " }) };
            self.lines.push(Line::Field { name: name.to_owned(), glyph, words, role });
        }
    }

    /// What people call the thing that all of this is about, in one line: a name can be checked at a glance, an id cannot. It is a
    /// text of others like any. False when it had to be cut: it is to be said in full then.
    pub fn named(&mut self, title: &str) -> bool {
        let line = unmarked(Clean::line(title).as_str()).into_owned();
        let shown = fit(&line, usize::from(self.cells.saturating_sub(2))).into_owned();
        let whole = shown == line;
        self.lines.push(foreign("", shown, Role::Title));
        self.tell_hidden(hidden_count(title));
        whole
    }

    /// What is done, and the id of what it is done to; behind a name that was told before, the id is the lesser part.
    pub fn headline(&mut self, name: &str, ours: &str, id: &str, named: bool) {
        let room = usize::from(self.cells.saturating_sub(NAMES + 2));
        if !named || ours.is_empty() || width(ours) + 1 + width(id) > room {
            let role = if named && ours.is_empty() { Role::Dim } else { Role::Title };
            return self.field(name, format!("{ours} {id}").trim(), role);
        }
        let [name, ours, id] = [name, ours, id].map(|words| Clean::line(words).as_str().to_owned());
        self.lines.push(Line::Headline { name, ours, id });
    }

    /// Something of ours without a name, over as many lines as it takes.
    pub fn plain(&mut self, words: &str, role: Role) {
        self.listed("", words, role);
    }

    /// Something of ours in a list, behind a sign.
    pub fn listed(&mut self, sign: &'static str, words: &str, role: Role) {
        let room = usize::from(self.cells.saturating_sub(if sign.is_empty() { 0 } else { 2 }));
        for (at, words) in wrap(Clean::line(words).as_str(), room, LINES).into_iter().enumerate() {
            let sign = if at == 0 || sign.is_empty() { sign } else { " " };
            self.lines.push(Line::Listed { sign, words, role });
        }
    }

    /// All of a text of others, however long it is.
    pub fn foreign_whole(&mut self, words: &str) {
        let secrets = unsealed::secrets(self.unsealed.as_ref());
        let room = usize::from(self.cells.saturating_sub(2));
        let lines = wrap_shown(&unmarked(words), secrets, room, usize::MAX - 1);
        self.lines.extend(lines.into_iter().map(Line::Whole));
        self.tell_hidden(hidden_count(words));
    }

    /// Text of others.
    pub fn foreign(&mut self, name: &str, words: &str) {
        self.foreign_in(name, words, Role::Text);
    }

    /// Text of others, under a short name and in line with what is ours.
    pub fn said(&mut self, name: &str, words: &str) {
        let room = usize::from(self.cells.saturating_sub(NAMES + 2));
        for (at, words) in wrap(&unmarked(words), room, LINES).into_iter().enumerate() {
            self.lines.push(Line::Said { name: if at == 0 { name.to_owned() } else { String::new() }, words });
        }
        self.tell_hidden(hidden_count(words));
    }

    fn foreign_in(&mut self, name: &str, words: &str, role: Role) {
        self.foreign_lines(name, words, role, LINES);
    }

    fn foreign_lines(&mut self, name: &str, words: &str, role: Role, limit: usize) {
        let room = self.cells.saturating_sub(2 + if name.is_empty() { 0 } else { FOREIGN_NAMES + 2 });
        // Before it is wrapped: it becomes longer.
        for (at, words) in wrap(&unmarked(words), usize::from(room), limit).into_iter().enumerate() {
            // A name of one blank keeps the further lines of a value below the first.
            let name = if at == 0 || name.is_empty() { name } else { " " };
            self.lines.push(foreign(name, words, role));
        }
        self.tell_hidden(hidden_count(words) + hidden_count(name));
    }

    fn tell_hidden(&mut self, hidden: usize) {
        if hidden > 0 {
            let noun = if hidden == 1 { "character" } else { "characters" };
            let words = format!("! {hidden} hidden {noun} made visible");
            self.lines.push(foreign(" ", words, Role::Warn));
        }
    }

    /// Text of others that is strange, and said to be.
    pub fn foreign_warning(&mut self, words: &str) {
        self.foreign_lines("", &format!("! {words}"), Role::Warn, LINES * 2);
    }

    /// Text of others in one line, cut where it does not fit.
    pub fn foreign_line(&mut self, words: &str) {
        let room = usize::from(self.cells.saturating_sub(2));
        self.lines.extend(wrap(&unmarked(words), room, 1).into_iter().map(|words| foreign("", words, Role::Text)));
    }

    /// The same, where a new thing begins.
    pub fn foreign_title(&mut self, words: &str) {
        let room = usize::from(self.cells.saturating_sub(2));
        self.lines.extend(wrap(&unmarked(words), room, 1).into_iter().map(|words| foreign("", words, Role::Title)));
    }

    /// Text of others in a few lines, of which it is told elsewhere what is hidden in it.
    pub fn foreign_few(&mut self, name: &str, words: &str, limit: usize) {
        let room = self.cells.saturating_sub(FOREIGN_NAMES + 4);
        for (at, words) in wrap(&unmarked(words), usize::from(room), limit).into_iter().enumerate() {
            self.lines.push(foreign(if at == 0 { name } else { " " }, words, Role::Text));
        }
    }

    /// Names and values of others; two short ones share a line.
    pub fn foreign_pairs(&mut self, pairs: &[(&str, &str)]) {
        let half = usize::from(self.cells / 2).saturating_sub(usize::from(FOREIGN_NAMES) + 5);
        let short = |value: &str| width(value) <= half && hidden_count(value) == 0 && !value.contains('\n');
        let mut rest = pairs;
        while let Some(((name, value), more)) = rest.split_first() {
            rest = more;
            match more.split_first() {
                Some(((beside, other), more)) if short(value) && short(other) => {
                    rest = more;
                    let cells =
                        [name, &*mask_under(name, value), beside, &*mask_under(beside, other)].map(str::to_owned);
                    self.lines.push(Line::Pair(Box::new(cells)));
                }
                _ => self.foreign(name, &mask_under(name, value)),
            }
        }
    }

    /// What changes, field by field: from what was seen to what is wanted.
    pub fn diff(&mut self, disputes: &[Dispute]) {
        for dispute in disputes {
            self.foreign_in("", place(&dispute.at), Role::JsonKey);
            if let Some(base) = &dispute.base {
                self.foreign_in("", &format!("- {}", value(&dispute.at, base)), Role::Bad);
            }
            if let Some(mine) = &dispute.mine {
                self.foreign_in("", &format!("+ {}", value(&dispute.at, mine)), Role::Good);
            }
        }
    }

    /// Fields on which two sides differ, with what was seen, what is wanted and what is there.
    pub fn disputes(&mut self, disputes: &[Dispute]) {
        for dispute in disputes {
            let word = |side: &Option<Value>| {
                side.as_ref().map_or_else(|| "(not there)".to_owned(), |side| value(&dispute.at, side))
            };
            self.foreign_in("", place(&dispute.at), Role::JsonKey);
            for (name, side) in [("  base", &dispute.base), ("  mine", &dispute.mine), ("  theirs", &dispute.theirs)] {
                self.foreign(name, &word(side));
            }
        }
    }

    /// Draws as many lines as fit, beginning with `top`.
    pub fn draw(&self, area: Rect, top: usize, canvas: &mut Canvas) {
        for (at, line) in self.lines.iter().skip(top).take(usize::from(area.height)).enumerate() {
            draw_line(line, area, area.y + at as u16, self.unsealed.as_ref(), canvas);
        }
    }
}

/// A pointer as a person reads it.
fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "(the whole document)" } else { pointer }
}

/// The value under `name`, which may be a pointer, in one line; strings stand bare. What the name tells of it counts, so secrets are
/// masked here, where both are known.
pub(crate) fn value(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => mask_under(name, text).into_owned(),
        other => mask_json_under(name, &other.to_string()).into_owned(),
    }
}

fn draw_line(line: &Line, area: Rect, y: u16, unsealed: Option<&Unsealed>, canvas: &mut Canvas) {
    match line {
        Line::Blank => {}
        Line::Heading(words) => {
            let x = canvas.put(area.x, y, words, area.width, Role::Field);
            let rest = Rect { x: x + 1, width: area.right().saturating_sub(x + 1), y, height: 1 };
            canvas.rule_across(rest, y, Role::Line);
        }
        Line::Field { name, glyph, words, role } => {
            canvas.put(area.x, y, name, NAMES, Role::Field);
            let mut x = area.x + NAMES + 2;
            if !glyph.is_empty() {
                x = canvas.put(x, y, glyph, 1, *role) + 1;
            }
            canvas.put(x, y, words, area.right().saturating_sub(x), *role);
        }
        Line::Said { name, words } => {
            canvas.mark_foreign(area.x, y);
            canvas.put(area.x + 2, y, name, NAMES - 1, Role::Dim);
            let x = area.x + NAMES + 2;
            canvas.put(x, y, words, area.right().saturating_sub(x), Role::Text);
        }
        Line::Headline { name, ours, id } => {
            canvas.put(area.x, y, name, NAMES, Role::Field);
            let x = area.x + NAMES + 2;
            let x = canvas.put(x, y, ours, area.right().saturating_sub(x), Role::Title) + 1;
            canvas.put(x, y, id, area.right().saturating_sub(x), Role::Dim);
        }
        Line::Listed { sign, words, role } => {
            let x = if sign.is_empty() { area.x } else { canvas.put(area.x, y, sign, 1, *role) + 1 };
            canvas.put(x, y, words, area.right().saturating_sub(x), if sign.is_empty() { *role } else { Role::Text });
        }
        Line::Pair(cells) => {
            let [name, value, beside, other] = &**cells;
            for (x, name, value) in [(area.x, name, value), (area.x + area.width / 2, beside, other)] {
                canvas.mark_foreign(x, y);
                canvas.put(x + 2, y, name, FOREIGN_NAMES, Role::Dim);
                let at = x + FOREIGN_NAMES + 4;
                canvas.put(at, y, value, area.right().saturating_sub(at), Role::Text);
            }
        }
        Line::Whole(words) => {
            canvas.mark_foreign(area.x, y);
            let place = Place { unsealed, x: area.x + 2, y, cells: area.width.saturating_sub(2) };
            unsealed::put(place, words, Role::Text, canvas);
        }
        Line::Foreign { name, words, role } => {
            canvas.mark_foreign(area.x, y);
            let mut x = area.x + 2;
            if !name.is_empty() {
                canvas.put(x, y, name, FOREIGN_NAMES, Role::Dim);
                x += FOREIGN_NAMES + 2;
            }
            canvas.put(x, y, words, area.right().saturating_sub(x), *role);
        }
    }
}
