//! Texts of an entry as lines: prose with its blocks of code, commands, what tools answer; long ones folded to their beginning.

use std::sync::Arc;

use quarterdeck_sync::text::Clean;

use super::lines::{INDENT, Line, MOST, Paper, Sheet, Span, WORDS};
use crate::tui::code::{Colours, Cutter};
use crate::tui::kept::Kept;
use crate::tui::pieces::{Of, Piece, blocks};
use crate::tui::text::{grouped, wrap_start};
use crate::tui::theme::Role;

/// Lines of a note.
const NOTE: usize = 12;

impl Paper<'_> {
    /// Puts the notes about an entry below its first line.
    pub(super) fn notes(&self, kept: &Kept, place: usize, lines: &mut Vec<Line>) {
        let head = lines.iter().position(|line| line.head).map_or(0, |head| head + 1);
        let room = usize::from(self.cells.saturating_sub(INDENT + 2)).max(8);
        let mut notes = Vec::new();
        for note in kept.notes_at(u64::try_from(place).ok()) {
            // The secrets of the session may be in sight; those of a note are not among them.
            let (texts, _) = wrap_start(Clean::block(&note.text).as_str(), room, NOTE);
            for (row, text) in texts.into_iter().enumerate() {
                let mut line = Line::of(INDENT, if row == 0 { "✎" } else { " " }, Role::Accent);
                line.add(1, text, Role::Warn);
                notes.push(line);
            }
        }
        lines.splice(head.min(lines.len())..head.min(lines.len()), notes);
    }
}

impl Sheet<'_> {
    /// Words of a person or a model: headings stand out, code is told from prose.
    pub(super) fn words(&mut self, text: &str, number: u16) {
        let text = text.trim_end();
        let limit = self.limit(WORDS, number);
        let blocks = blocks(text);
        let (mut block, mut colours, mut row) = (0, None, 0);
        let (mut at, mut shown, mut made) = (0, 0, 0);
        for paragraph in text.split('\n') {
            if made >= limit {
                break;
            }
            while blocks.get(block).is_some_and(|known| known.code.end <= at) {
                block += 1;
            }
            let inside = blocks.get(block).filter(|known| known.code.start <= at);
            if inside.is_some_and(|known| known.code.start == at) {
                (colours, row) = (self.colours(number, Of::Block(block as u16)), 0);
            }
            let plain = match () {
                () if inside.is_some() => Role::Text,
                () if paragraph.trim_start().starts_with("```") => Role::Quiet,
                () if paragraph.starts_with('#') => Role::Title,
                () if paragraph.starts_with('>') => Role::Dim,
                () => Role::Text,
            };
            let runs =
                colours.as_deref().filter(|_| inside.is_some()).map_or(&[][..], |known: &Colours| known.line(row));
            let (lines, seen) = wrap_start(paragraph, self.room(), limit - made);
            made += lines.len();
            let mut cutter = Cutter::new(paragraph, runs);
            for line in lines {
                self.put(cutter.cut(&line, plain), number);
            }
            (at, row) = (at + paragraph.len() + 1, row + 1);
            shown = if seen < paragraph.len() { at - paragraph.len() - 1 + seen } else { at };
            if seen < paragraph.len() {
                break;
            }
        }
        self.rest(text, shown.min(text.len()), number);
    }

    /// A text, folded to its first lines; `of` says which piece of code it is, if it may be one.
    pub(super) fn body(&mut self, text: &str, folded: usize, role: Role, number: u16, of: Option<Of>) {
        let text = text.trim_end();
        let limit = self.limit(folded, number);
        let colours = of.and_then(|of| self.colours(number, of));
        let Some(colours) = colours else {
            let (lines, shown) = wrap_start(text, self.room(), limit);
            lines.into_iter().for_each(|line| self.push(Line::of(INDENT, line, role), number));
            return self.rest(text, shown, number);
        };
        let (mut at, mut made) = (0, 0);
        for (row, paragraph) in text.split('\n').enumerate() {
            if made >= limit {
                break;
            }
            let (lines, seen) = wrap_start(paragraph, self.room(), limit - made);
            made += lines.len();
            let mut cutter = Cutter::new(paragraph, colours.line(row));
            for line in lines {
                self.put(cutter.cut(&line, role), number);
            }
            if seen < paragraph.len() {
                at += seen;
                break;
            }
            at += paragraph.len() + 1;
        }
        self.rest(text, at.min(text.len()), number);
    }

    /// The colours of a text, if they are here.
    pub(super) fn colours(&self, part: u16, of: Of) -> Option<Arc<Colours>> {
        self.paper.ink.of(Piece { entry: self.at, part, of })
    }

    /// A line in several styles.
    fn put(&mut self, parts: Vec<(String, Role)>, number: u16) {
        let mut line =
            Line { spans: vec![Span { x: INDENT, text: String::new(), role: Role::Text }], ..Line::default() };
        line.extend(parts);
        line.spans.remove(0);
        self.push(line, number);
    }

    pub(super) fn limit(&self, folded: usize, number: u16) -> usize {
        if self.paper.folds.open(self.at, number) { MOST } else { folded }
    }

    /// Tells what is not shown of a text.
    fn rest(&mut self, text: &str, shown: usize, number: u16) {
        let rest = text.get(shown..).unwrap_or_default().trim_end();
        if rest.is_empty() {
            return;
        }
        let lines = rest.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1;
        let much = match lines {
            1 => format!("{} more characters", grouped(rest.chars().count() as u64)),
            lines => format!("{} more lines", grouped(lines)),
        };
        self.folded(much, number);
    }

    pub(super) fn folded(&mut self, much: String, number: u16) {
        let open = self.paper.folds.open(self.at, number);
        let words = if open { format!("… {much}: too long to be shown here") } else { format!("▸ {much}") };
        self.push(Line::of(INDENT, words, if open { Role::Warn } else { Role::Accent }), number);
    }
}
