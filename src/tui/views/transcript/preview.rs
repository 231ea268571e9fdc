//! A transcript seen from outside: an entry in its surroundings, for those who choose among entries.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::book::Book;
use super::draw::{Pen, draw_line};
use super::scroll::{Scroll, Spot};
use crate::tui::canvas::Canvas;
use crate::tui::marking::Words;
use crate::tui::reading::Transcript;

/// A window on a transcript.
#[derive(Debug)]
pub(in crate::tui::views) struct Window {
    book: Book,
    /// The entry it is about.
    goal: Option<u32>,
    reached: bool,
    scroll: Scroll,
}

impl Window {
    /// On an entry of `transcript`, or on its beginning.
    pub fn new(transcript: Arc<Transcript>, goal: Option<u32>) -> Self {
        Self { book: Book::new(transcript), goal, reached: false, scroll: Scroll::default() }
    }

    /// Turns to another entry of the same transcript.
    pub fn turn_to(&mut self, goal: Option<u32>) {
        if self.goal != goal {
            (self.goal, self.reached) = (goal, false);
        }
    }

    /// Draws it, the first marked line of the entry in sight.
    pub fn draw(&mut self, area: Rect, words: &Words, canvas: &mut Canvas) {
        let cells = area.width.saturating_sub(4);
        if cells < 12 || area.height == 0 {
            return;
        }
        let book = &mut self.book;
        book.set_cells(cells);
        self.scroll.page = usize::from(area.height);
        let count = book.count();
        let entry = self.goal.map_or(0, |goal| book.number(goal as usize));
        if !self.reached {
            self.reached = true;
            let marked = self.goal.and_then(|_| book.marked(entry, 0, words, true));
            let line = marked.unwrap_or_else(|| book.head(entry));
            self.scroll.top = Spot { entry, line };
            self.scroll.reach(Spot { entry, line }, count, |at| book.height(at));
            // A third of the page for what came before.
            self.scroll.step(0, count, |at| book.height(at));
        }
        self.scroll.settle(count, |at| book.height(at));
        let mut at = self.scroll.top;
        for y in area.top()..area.bottom() {
            if at.entry >= count {
                return;
            }
            let lines = book.lines(at.entry);
            if let Some(line) = lines.get(at.line) {
                let row = Rect { y, height: 1, ..area };
                draw_line(line, row, cells, false, Pen { words, unsealed: None }, canvas);
                if self.goal.is_some() && at.entry == entry {
                    canvas.put(area.x, y, "▏", 1, crate::tui::theme::Role::Accent);
                }
            }
            at = if at.line + 1 < lines.len() {
                Spot { line: at.line + 1, ..at }
            } else {
                Spot { entry: at.entry + 1, line: 0 }
            };
        }
    }
}
