//! The palette: any action, view, connection or theme, found by typing some of its letters.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use quarterdeck_sync::model::RowKey;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use unicode_segmentation::UnicodeSegmentation;

use super::input::Input;
use super::picker::moving;
use crate::tui::actions::{Act, Reason, row};
use crate::tui::canvas::Canvas;
use crate::tui::keys::Keymap;
use crate::tui::text::width;
use crate::tui::theme::Role;

/// What choosing an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// An action, as if its key was pressed.
    Act(Act),
    /// An action of another place: what it would take to do it.
    Elsewhere(Act),
    /// Open this view.
    View(usize),
    /// Sync this connection.
    Sync(String),
    /// Take this theme.
    Theme(String),
    /// Open this connection among the others.
    Connection(String),
    /// Open this record in its list.
    Record(RowKey),
    /// Search for this again.
    Saved(String),
    /// Follow this one of the links that are offered.
    Link(usize),
}

impl Choice {
    /// What it is called in the settings, if it is an action.
    fn id(&self) -> Option<&'static str> {
        match self {
            Choice::Act(act) | Choice::Elsewhere(act) => Some(row(*act).id),
            _ => None,
        }
    }
}

/// Where somebody clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Click {
    /// On an entry.
    Entry,
    /// Beside the entries.
    Inside,
    /// Beside the palette.
    Outside,
}

/// Something that can be chosen.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// What it does.
    pub choice: Choice,
    /// What it is called.
    pub label: String,
    /// Beside it: keys, or what sort of thing it is.
    pub note: String,
    /// Why it cannot be chosen now.
    pub disabled: Option<Reason>,
}

/// The open palette.
pub(crate) struct Palette {
    /// What is typed.
    pub input: Input,
    /// More is asked for while one types: records by their ids.
    pub asks: bool,
    entries: Vec<Entry>,
    /// How long ago each was chosen last, in choices; none for never.
    recent: Vec<Option<usize>>,
    /// Entries that match, best first, with the places of the matched letters.
    found: Vec<(usize, Vec<u32>)>,
    cursor: usize,
    /// The box, and the lines of it that entries stand on from the one at `top` on; as last drawn.
    place: Rect,
    list: Rect,
    top: usize,
    matcher: Matcher,
    title: String,
    empty: &'static str,
}

impl Palette {
    /// Opens it over these entries.
    pub fn new(entries: Vec<Entry>) -> Self {
        let empty = "an action, a view, a connection, a saved search, a record's id";
        Self { asks: true, ..Self::titled(entries, "Do what?".to_owned(), empty) }
    }

    /// Opens it under a title of its own; `empty` stands there while nothing is typed.
    pub fn titled(entries: Vec<Entry>, title: String, empty: &'static str) -> Self {
        let mut palette = Self {
            input: Input::new(""),
            asks: false,
            recent: vec![None; entries.len()],
            entries,
            found: Vec::new(),
            cursor: 0,
            place: Rect::default(),
            list: Rect::default(),
            top: 0,
            matcher: Matcher::new(Config::DEFAULT),
            title,
            empty,
        };
        palette.search();
        palette
    }

    /// Puts first what was chosen lately: `rank` says how long ago that was, in choices.
    pub fn prefer(&mut self, rank: impl Fn(&Choice) -> Option<usize>) {
        self.recent = self.entries.iter().map(|entry| rank(&entry.choice)).collect();
        self.search();
    }

    /// Puts these in place of the entries that are like `which`. Who has moved through the entries, or has typed and may be about to
    /// choose what stands first, keeps the one under the cursor.
    pub fn replace(&mut self, which: impl Fn(&Choice) -> bool, entries: Vec<Entry>) {
        let chosen = self
            .chosen()
            .map(|entry| entry.choice.clone())
            .filter(|_| self.cursor > 0 || !self.input.text().trim().is_empty());
        let kept: Vec<(Entry, Option<usize>)> = std::mem::take(&mut self.entries)
            .into_iter()
            .zip(std::mem::take(&mut self.recent))
            .filter(|(entry, _)| !which(&entry.choice))
            .collect();
        let new = entries.into_iter().map(|entry| (entry, None));
        (self.entries, self.recent) = kept.into_iter().chain(new).unzip();
        self.search();
        let found = self.found.iter().position(|(at, _)| Some(&self.entries[*at].choice) == chosen.as_ref());
        self.cursor = found.unwrap_or(0);
    }

    /// Says something else beside an entry; `empty`: there is nothing to be had of it.
    pub fn note(&mut self, choice: &Choice, note: String, empty: bool) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.choice == *choice) {
            entry.disabled = empty.then(|| note.clone().into());
            entry.note = note;
        }
    }

    /// Finds again: the text has changed.
    pub fn search(&mut self) {
        let pattern = Pattern::parse(self.input.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut scored: Vec<(bool, u32, usize, Vec<u32>)> = Vec::new();
        let typed = self.input.text().trim().to_lowercase();
        let mut letters = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let mut places = Vec::new();
            let haystack = Utf32Str::new(&entry.label, &mut letters);
            let by_label = pattern.indices(haystack, &mut self.matcher, &mut places);
            // Who knows what an action is called in the settings and in keys.md need not know its sentence.
            let id = entry.choice.id().filter(|id| typed.len() > 1 && id.starts_with(&typed));
            let by_id = id.and_then(|id| {
                let score = pattern.score(Utf32Str::new(id, &mut letters), &mut self.matcher)?;
                Some(if id == typed { score * 2 } else { score })
            });
            if let Some(score) = by_label.max(by_id) {
                places.sort_unstable();
                // Of two that match as well, the one that begins so: a word in the middle of a sentence is seldom meant.
                let begins = places.first() == Some(&0) || by_id.is_some();
                // What can be done here is meant more often than what works elsewhere, but for whoever writes out what that is.
                let elsewhere = matches!(entry.choice, Choice::Elsewhere(_));
                let spelled = typed.len() > 2 && entry.label.to_lowercase().starts_with(&typed);
                let score = if elsewhere && !spelled { score / 4 * 3 } else { score };
                scored.push((begins, score, at, places));
            }
        }
        // Of two that match as well, the one that was chosen lately.
        let lately = |at: usize| self.recent[at].map_or(0, |ago| usize::MAX - ago);
        scored.sort_by_key(|(begins, score, at, _)| (Reverse((*score, *begins)), Reverse(lately(*at)), *at));
        self.found = scored.into_iter().map(|(_, _, at, places)| (at, places)).collect();
        self.cursor = 0;
    }

    /// Moves through what was found, round the ends.
    pub fn step(&mut self, down: bool) {
        let count = self.found.len().max(1);
        self.cursor = if down { self.cursor + 1 } else { self.cursor + count - 1 } % count;
    }

    /// A click: on an entry, which is under the cursor then; beside the entries; beside the box.
    pub fn click(&mut self, at: Position) -> Click {
        if !self.place.contains(at) {
            return Click::Outside;
        }
        let line = self.top + usize::from(at.y.saturating_sub(self.list.y));
        if !self.list.contains(at) || line >= self.found.len() {
            return Click::Inside;
        }
        self.cursor = line;
        Click::Entry
    }

    /// The entry under the cursor.
    pub fn chosen(&self) -> Option<&Entry> {
        self.found.get(self.cursor).map(|(at, _)| &self.entries[*at])
    }

    /// Draws it over the upper part of `area`.
    pub fn draw(&mut self, area: Rect, keys: &Keymap, canvas: &mut Canvas) {
        let wide = area.width.min(76);
        // A short list that nothing is added to needs no more room than it has lines.
        let most = if self.asks { 18 } else { (self.entries.len() + 4).clamp(8, 18) as u16 };
        let high = area.height.saturating_sub(2).clamp(5, most).min(area.height);
        let y = area.y + (area.height - high) / 4;
        let place = Rect { x: area.x + (area.width - wide) / 2, y, width: wide, height: high };
        let inside = canvas.boxed(place, &self.title);
        moving(place, keys, canvas);
        let x = canvas.put(inside.x, inside.y, ": ", 2, Role::Accent);
        self.input.draw(canvas, x, inside.y, inside.width.saturating_sub(2), self.empty);
        let list = Rect { y: inside.y + 2, height: inside.height.saturating_sub(2), ..inside };
        if self.found.is_empty() {
            let wide = list.width.saturating_sub(2);
            canvas.put(list.x + 2, list.y, "Nothing is called like that.", wide, Role::Dim);
            let words = "Here are actions, views and records by their id; `find` looks into all there is.";
            canvas.put(list.x + 2, list.y + 1, words, wide, Role::Dim);
        }
        let page = usize::from(list.height).max(1);
        let top = (self.cursor + 1).saturating_sub(page);
        (self.place, self.list, self.top) = (place, list, top);
        for (at, (entry, places)) in self.found.iter().enumerate().skip(top).take(page) {
            let y = list.y + (at - top) as u16;
            if at == self.cursor {
                canvas.tint(Rect { y, height: 1, ..list }, Role::Selected);
                canvas.put(list.x, y, "▌", 1, Role::Accent);
            }
            draw_entry(
                &self.entries[*entry],
                places,
                Rect { x: list.x + 2, width: list.width - 2, y, height: 1 },
                canvas,
            );
            if at == self.cursor {
                canvas.settle(Rect { y, height: 1, ..list }, Role::Selected);
            }
        }
    }
}

fn draw_entry(entry: &Entry, places: &[u32], area: Rect, canvas: &mut Canvas) {
    let note = entry.disabled.as_deref().unwrap_or(&entry.note);
    let wide = (width(note) as u16 + 1).min(area.width / 2);
    canvas.put_right(area.right().saturating_sub(1), area.y, note, wide, Role::Dim);
    let role = if entry.disabled.is_some() { Role::Dim } else { Role::Text };
    let room = area.width.saturating_sub(wide + 2);
    canvas.put(area.x, area.y, &entry.label, room, role);
    // Over the plain label, the letters that matched, one by one.
    let mut x = area.x;
    for (at, letter) in entry.label.graphemes(true).enumerate() {
        if x >= area.x + room.saturating_sub(1) {
            break;
        }
        let cells = width(letter) as u16;
        if places.contains(&(at as u32)) {
            let style = canvas.style(Role::Accent).add_modifier(Modifier::UNDERLINED);
            canvas.put_styled(x, area.y, letter, cells, style);
        }
        x += cells;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(label: &str, choice: Choice) -> Entry {
        Entry { choice, label: label.into(), note: String::new(), disabled: None }
    }

    #[test]
    fn a_label_that_begins_with_what_is_typed_comes_first() {
        let mut palette = Palette::new(vec![
            entry("Leave the console", Choice::Act(Act::Quit)),
            entry("Theme dark", Choice::Theme("dark".into())),
        ]);
        palette.input.insert("the");
        palette.search();
        assert_eq!(palette.chosen().unwrap().choice, Choice::Theme("dark".into()));
    }

    #[test]
    fn what_arrives_while_one_types_never_takes_the_place_of_what_would_be_chosen() {
        let mut palette = Palette::new(vec![entry("Leave the console", Choice::Act(Act::Quit))]);
        let saved = || vec![entry("the best match", Choice::Saved("the".into()))];
        palette.replace(|choice| matches!(choice, Choice::Saved(_)), saved());
        assert_eq!(palette.chosen().unwrap().choice, Choice::Act(Act::Quit), "in their order while nothing is typed");
        palette.replace(|choice| matches!(choice, Choice::Saved(_)), Vec::new());
        palette.input.insert("the");
        palette.search();
        palette.replace(|choice| matches!(choice, Choice::Saved(_)), saved());
        assert_eq!(palette.chosen().unwrap().choice, Choice::Act(Act::Quit));
        palette.search();
        assert_eq!(palette.chosen().unwrap().choice, Choice::Saved("the".into()), "with the next letter it is first");
    }

    #[test]
    fn an_action_is_found_by_what_the_settings_call_it() {
        let mut palette = Palette::new(vec![
            entry("Let a contained agent go", Choice::Act(Act::Release)),
            entry("Stop the agent with everything the platform has", Choice::Elsewhere(Act::Contain)),
        ]);
        palette.input.insert("Contain");
        palette.search();
        assert_eq!(palette.chosen().unwrap().choice, Choice::Elsewhere(Act::Contain));
    }

    #[test]
    fn some_letters_find_the_thing() {
        let mut palette = Palette::new(vec![
            entry("Open Agents", Choice::View(0)),
            entry("Open Approvals", Choice::View(3)),
            entry("Sync every connection now", Choice::Act(Act::Sync)),
        ]);
        assert_eq!(palette.chosen().unwrap().choice, Choice::View(0));
        palette.input.insert("appr");
        palette.search();
        assert_eq!(palette.chosen().unwrap().choice, Choice::View(3));
        palette.step(true);
        assert_eq!(palette.chosen().unwrap().choice, Choice::View(3), "only one is left, so the cursor stays on it");
        palette.input.insert("xyz");
        palette.search();
        assert!(palette.chosen().is_none());
    }
}
