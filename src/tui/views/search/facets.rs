//! What was found, counted by kind, connection, agent, project and tool, and the query narrowed to one of them.
//!
//! Narrowing writes a piece in front of the query (`tool:"Bash" refun`), and takes it away again: what the query says is all there is.
//! In front, since the last word may be the beginning of one, and a quote may be open.

use quarterdeck_index::query::{self, Ast, Node, NodeKind, Span};
use ratatui::layout::Rect;

use crate::filter;
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
        let ast = read(query).0;
        let asked: Vec<&str> = parts(&ast.root).iter().filter_map(|part| text_of(part, query)).collect();
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
                Line::Value(facet, count) => value(row, *facet, count, &asked, look, canvas),
            }
        }
    }
}

fn value(row: Rect, facet: Facet, count: &Count, asked: &[&str], look: Look, canvas: &mut Canvas) {
    if look.focused {
        canvas.tint(row, Role::Selected);
        canvas.put(row.x, row.y, "▌", 1, Role::Accent);
    }
    let on = asked.contains(&count.narrow(facet).as_str());
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

fn read(query: &str) -> (Ast, usize) {
    let (ast, flaws) = query::parse(query, &filter::fields());
    (ast, flaws.len())
}

/// What all has to be true, each for itself.
fn parts(root: &Node) -> &[Node] {
    match &root.kind {
        NodeKind::And(nodes) => nodes,
        _ => std::slice::from_ref(root),
    }
}

fn text_of<'a>(field: &Node, query: &'a str) -> Option<&'a str> {
    match field.kind {
        NodeKind::Field { .. } => query.get(field.span.start..field.span.end),
        _ => None,
    }
}

/// Where `piece` stands in a query as one of the things that all have to be true.
fn stands(query: &str, piece: &str) -> Option<Span> {
    let (ast, _) = read(query);
    parts(&ast.root).iter().find(|part| text_of(part, query) == Some(piece)).map(|part| part.span)
}

/// The query with `piece` in it, or without it when it was there.
pub(super) fn turn(query: &str, piece: &str) -> String {
    let query = query.trim();
    if query.is_empty() {
        return piece.to_owned();
    }
    if let Some(at) = stands(query, piece) {
        let (before, after) = (query[..at.start].trim_end(), query[at.end..].trim_start());
        return bare(&[before, after].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "));
    }
    let plain = format!("{piece} {query}");
    // What `OR` joins belongs together; behind a quote that is open nothing can be written.
    let grouped = [format!("{piece} ({query})"), format!("{piece} ({query}")];
    let narrowed = std::iter::once(plain.clone()).chain(grouped).find(|text| narrows(text, query, piece));
    narrowed.unwrap_or(plain)
}

/// Does `text` ask for what the query asks for, and for the piece?
fn narrows(text: &str, query: &str, piece: &str) -> bool {
    let (wide, narrow) = (read(query).0, read(text).0);
    match parts(&narrow.root) {
        [first, rest @ ..] => text_of(first, text) == Some(piece) && rest == parts(&wide.root),
        [] => false,
    }
}

/// The query without parentheses around all of it, where they hold together what `OR` joins.
fn bare(query: &str) -> String {
    let (ast, flaws) = read(query);
    let inner = query.strip_prefix('(').filter(|_| matches!(ast.root.kind, NodeKind::Or(_)));
    let ways = [inner.and_then(|inner| inner.strip_suffix(')')), inner];
    let same = |text: &&str| {
        let (without, told) = read(text);
        without == ast && told <= flaws
    };
    ways.into_iter().flatten().find(same).unwrap_or(query).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_is_written_into_the_query_and_taken_out_again() {
        let piece = r#"tool:"Bash""#;
        let narrowed = turn(" refund  -flaky ", piece);
        assert_eq!(narrowed, r#"tool:"Bash" refund  -flaky"#);
        assert!(stands(&narrowed, piece).is_some() && stands(&narrowed, r#"tool:"Ba""#).is_none());
        assert_eq!(turn(&narrowed, piece), "refund  -flaky");
        assert_eq!(turn(&turn("", piece), piece), "");
        assert_eq!(turn(r#"a tool:"Bash" b"#, piece), "a b");
        // What only looks like it at its end stays, and so does what is said in a quote.
        assert_eq!(turn(r#"-tool:"Bash""#, piece), r#"tool:"Bash" -tool:"Bash""#);
        assert_eq!(turn(r#"x "a tool:"#, piece), r#"tool:"Bash" x "a tool:"#);
    }

    #[test]
    fn what_is_begun_stays_begun_and_what_or_joins_stays_joined() {
        let piece = r#"tool:"Bash""#;
        for (query, narrowed) in [
            ("refun", r#"tool:"Bash" refun"#),
            (r#""deploy fai"#, r#"tool:"Bash" "deploy fai"#),
            ("deploy OR refund", r#"tool:"Bash" (deploy OR refund)"#),
            ("(a OR b)", r#"tool:"Bash" (a OR b)"#),
            ("(a) OR (b)", r#"tool:"Bash" ((a) OR (b))"#),
            ("(deploy OR ref", r#"tool:"Bash" (deploy OR ref"#),
            (r#"a OR "deploy fai"#, r#"tool:"Bash" (a OR "deploy fai"#),
            ("a OR b c", r#"tool:"Bash" (a OR b c)"#),
            ("OR a", r#"tool:"Bash" (OR a)"#),
        ] {
            assert_eq!(turn(query, piece), narrowed);
            let last = |text: &str| read(text).0.terms().last().map(|term| format!("{term:?}"));
            assert_eq!(last(narrowed), last(query));
            let back = query.strip_prefix("(a OR").map_or(query, |_| "a OR b");
            let back = back.strip_prefix("(deploy").map_or(back, |_| "deploy OR ref");
            assert_eq!(turn(narrowed, piece), if query == "OR a" { "(OR a)" } else { back });
        }
        let both = turn(&turn("a OR b", piece), r#"kind:"tool""#);
        assert_eq!(both, r#"kind:"tool" tool:"Bash" (a OR b)"#);
        assert_eq!(turn(&turn(&both, piece), r#"kind:"tool""#), "a OR b");
    }
}
