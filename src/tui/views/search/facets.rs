//! What was found, counted by kind, connection, agent, project and tool, and the query narrowed to one of them.
//!
//! Narrowing adds a piece to the query (`tool:"Bash"`), and takes it away again: what the query says is all there is.

use ratatui::layout::Rect;

use crate::search::{Answer, Count, Facet};
use crate::tui::canvas::Canvas;
use crate::tui::text::{brief, fit_end, width};
use crate::tui::theme::Role;

/// Values of one facet.
const VALUES: usize = 7;

/// A line of the pane.
#[derive(Debug, Clone, PartialEq)]
enum Line {
    Blank,
    Heading(Facet),
    Value(Facet, Count),
}

/// How it is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Keys go to it.
    pub focused: bool,
    /// It was counted for what stood there before.
    pub old: bool,
}

/// The pane.
#[derive(Debug, Default)]
pub(super) struct Facets {
    lines: Vec<Line>,
    /// A line with a value.
    cursor: usize,
    top: usize,
}

impl Facets {
    /// Takes in the counts of an answer. The value that was chosen stays chosen if it is still there.
    pub fn show(&mut self, answer: Option<&Answer>) {
        let chosen = self.chosen();
        self.lines.clear();
        for facet in Facet::ALL {
            let Some(counts) = answer.and_then(|answer| answer.counts.get(&facet)).filter(|counts| !counts.is_empty())
            else {
                continue;
            };
            if !self.lines.is_empty() {
                self.lines.push(Line::Blank);
            }
            self.lines.push(Line::Heading(facet));
            self.lines.extend(counts.iter().take(VALUES).map(|count| Line::Value(facet, count.clone())));
        }
        let piece = |line: &Line| if let Line::Value(facet, count) = line { Some(count.narrow(*facet)) } else { None };
        let found = self.lines.iter().position(|line| chosen.is_some() && piece(line) == chosen);
        self.cursor = found.or_else(|| self.lines.iter().position(|line| piece(line).is_some())).unwrap_or(0);
    }

    /// The piece of query that the chosen value stands for.
    pub fn chosen(&self) -> Option<String> {
        match self.lines.get(self.cursor)? {
            Line::Value(facet, count) => Some(count.narrow(*facet)),
            _ => None,
        }
    }

    /// Moves over the values.
    pub fn step(&mut self, by: i64) {
        let values: Vec<usize> =
            (0..self.lines.len()).filter(|at| matches!(self.lines[*at], Line::Value(..))).collect();
        let at = values.iter().position(|at| *at == self.cursor).unwrap_or(0) as i64;
        let last = values.len().saturating_sub(1) as i64;
        if let Some(next) = values.get(at.saturating_add(by).clamp(0, last) as usize) {
            self.cursor = *next;
        }
    }

    /// Chooses the value on a line of the pane.
    pub fn point(&mut self, line: usize) {
        if let Some(Line::Value(..)) = self.lines.get(self.top + line) {
            self.cursor = self.top + line;
        }
    }

    /// Draws it; values that the query asks for are marked.
    pub fn draw(&mut self, area: Rect, query: &str, look: Look, canvas: &mut Canvas) {
        let page = usize::from(area.height).max(1);
        let lowest = (self.cursor + 1).saturating_sub(page);
        // The heading above the first value stays in sight with it.
        self.top = self.top.clamp(lowest, self.cursor.saturating_sub(1).max(lowest));
        for (line, (at, y)) in self.lines.iter().skip(self.top).zip((self.top..).zip(area.top()..area.bottom())) {
            let row = Rect { y, height: 1, ..area };
            let look = Look { focused: look.focused && at == self.cursor, ..look };
            match line {
                Line::Blank => {}
                Line::Heading(facet) => {
                    let x = canvas.put(area.x + 2, y, &facet.as_str().to_uppercase(), area.width, Role::Field);
                    let rest = Rect { x: x + 1, width: area.right().saturating_sub(x + 1), ..row };
                    canvas.rule_across(rest, y, Role::Line);
                }
                Line::Value(facet, count) => value(row, *facet, count, query, look, canvas),
            }
        }
    }
}

fn value(row: Rect, facet: Facet, count: &Count, query: &str, look: Look, canvas: &mut Canvas) {
    if look.focused {
        canvas.tint(row, Role::Selected);
        canvas.put(row.x, row.y, "▌", 1, Role::Accent);
    }
    let on = asks(query, &count.narrow(facet));
    if on {
        canvas.put(row.x + 2, row.y, "✓", 1, Role::Accent);
    }
    let number = brief(count.count);
    let at = canvas.put_right(row.right(), row.y, &number, row.width, Role::Dim);
    let room = at.saturating_sub(row.x + 5);
    let label = count.label.as_ref().unwrap_or(&count.value);
    let label = if facet == Facet::Project { fit_end(label, usize::from(room)) } else { label.as_str().into() };
    let role = match on {
        true => Role::Accent,
        false if look.old => Role::Dim,
        false => Role::Text,
    };
    debug_assert!(width(&number) <= 6);
    canvas.put(row.x + 4, row.y, &label, room, role);
    if look.focused {
        canvas.settle(row, Role::Selected);
    }
}

/// Where `piece` stands in a query as a word of its own.
fn stands(query: &str, piece: &str) -> Option<usize> {
    let edge = |c: Option<char>| c.is_none_or(char::is_whitespace);
    query
        .match_indices(piece)
        .map(|(at, _)| at)
        .find(|at| edge(query[..*at].chars().next_back()) && edge(query[at + piece.len()..].chars().next()))
}

fn asks(query: &str, piece: &str) -> bool {
    stands(query, piece).is_some()
}

/// The query with `piece` in it, or without it when it was there.
pub(super) fn turn(query: &str, piece: &str) -> String {
    match stands(query, piece) {
        Some(at) => {
            let (before, after) = (query[..at].trim_end(), query[at + piece.len()..].trim_start());
            [before, after].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        }
        None => [query.trim(), piece].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_is_written_into_the_query_and_taken_out_again() {
        let piece = r#"tool:"Bash""#;
        let narrowed = turn(" refund  -flaky ", piece);
        assert_eq!(narrowed, r#"refund  -flaky tool:"Bash""#);
        assert!(asks(&narrowed, piece) && !asks(&narrowed, r#"tool:"Ba""#));
        assert_eq!(turn(&narrowed, piece), "refund  -flaky");
        assert_eq!(turn(&turn("", piece), piece), "");
        assert_eq!(turn(r#"a tool:"Bash" b"#, piece), "a b");
        // What only looks like it at its end stays.
        assert_eq!(turn(r#"-tool:"Bash""#, piece), r#"-tool:"Bash" tool:"Bash""#);
    }
}
