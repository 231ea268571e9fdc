//! One record, whole: what we extracted from it first, then its document as a foldable tree.
//!
//! While the cursor runs through a list the pane names the record and stays empty: a document that belongs to another
//! row than the selected one is never shown, and a held key costs a slow line nothing.

use quarterdeck_sync::model::{Kind, Row, RowKey, Timestamp};
use quarterdeck_sync::text::hidden_count;
use ratatui::layout::Rect;
use serde_json::Value;

use crate::tui::canvas::Canvas;
use crate::tui::data::Opened;
use crate::tui::fleet::Fleet;
use crate::tui::looks::{look, status};
use crate::tui::text::{AHEAD, is_ahead, moment, word, wrap};
use crate::tui::theme::Role;
use crate::tui::unsealed::{self, Unsealed};
use crate::tui::views::Copied;
use crate::tui::widgets::tree::{self, Folds};

/// What is said of a record that was listed, and is gone since.
const MISSING: &str = "This record is no longer in the mirror.";

/// Cells for the names of the extracted fields.
const NAMES: u16 = 11;

/// A line of the pane.
#[derive(Debug, Clone)]
enum Line {
    Blank,
    Heading(&'static str),
    Field { name: &'static str, glyph: &'static str, words: String, role: Role },
    Tree(tree::Line),
}

/// The pane's state.
#[derive(Debug, Default)]
pub(super) struct Detail {
    opened: Option<Box<Opened>>,
    /// The record was looked for and is not there.
    missing: Option<RowKey>,
    /// The record could not be read, and why: it is not asked for again until something changes.
    failed: Option<(RowKey, String)>,
    /// What its project is called, where the record gives but an id.
    project: Option<String>,
    /// The time of the last frame.
    now: Timestamp,
    folds: Folds,
    lines: Vec<Line>,
    /// What the lines were made for: cells, and a number that changes with content and folds.
    made_for: Option<(u16, u64)>,
    version: u64,
    cursor: usize,
    top: usize,
    page: usize,
}

impl Detail {
    /// Takes in what is known of a record; nothing: it is not there any more. The same record keeps its place; another one begins at its top, with the folds as they were:
    /// documents of one kind are alike.
    pub fn show(&mut self, key: RowKey, opened: Option<Box<Opened>>) {
        if self.key() != Some(key) || self.opened.is_none() {
            (self.cursor, self.top) = (0, 0);
        }
        self.missing = opened.is_none().then_some(key);
        self.failed = None;
        self.opened = opened;
        self.version += 1;
    }

    /// Its project is called so.
    pub fn call(&mut self, project: Option<String>) {
        if self.project != project {
            self.project = project;
            self.version += 1;
        }
    }

    /// A record could not be read.
    pub fn fail(&mut self, key: RowKey, why: String) {
        self.clear();
        self.failed = Some((key, why));
    }

    /// Forgets the record.
    pub fn clear(&mut self) {
        let was = self.key().is_some();
        (self.opened, self.missing, self.failed) = (None, None, None);
        if was {
            (self.cursor, self.top) = (0, 0);
            self.version += 1;
        }
    }

    /// The row of the record it holds.
    pub fn row(&self) -> Option<&Row> {
        self.opened.as_ref().map(|opened| &opened.record.row)
    }

    /// There are secrets in the document it holds.
    pub fn has_secrets(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.secrets)
    }

    /// The document it holds, with the right to see the secrets in it where they are shown.
    pub fn document(&self) -> Option<Copied<'_>> {
        self.opened.as_ref().map(|opened| Copied::Document(&opened.doc, opened.unsealed.as_ref()))
    }

    /// The record it holds, or could not read.
    pub fn key(&self) -> Option<RowKey> {
        let failed = self.failed.as_ref().map(|(key, _)| *key);
        self.opened.as_ref().map(|opened| opened.record.row.key).or(self.missing).or(failed)
    }

    /// Moves the cursor.
    pub fn step(&mut self, by: i64) {
        let last = self.lines.len().saturating_sub(1) as i64;
        self.cursor = (self.cursor as i64).saturating_add(by).clamp(0, last) as usize;
    }

    /// Moves the text under the cursor, for the wheel.
    pub fn page(&self) -> usize {
        self.page.max(1)
    }

    /// Puts the cursor on a line of the pane.
    pub fn point(&mut self, line: usize) {
        self.cursor = (self.top + line).min(self.lines.len().saturating_sub(1));
    }

    /// Folds or unfolds what the cursor is on: itself, else what it stands in. False when it is no part of the document.
    pub fn fold(&mut self) -> bool {
        let Some(Line::Tree(line)) = self.lines.get(self.cursor) else { return false };
        let path = match line.fold {
            Some(_) => line.path.clone(),
            None => line.path.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned()),
        };
        if path.is_empty() {
            return false;
        }
        self.folds.turn(&path);
        self.version += 1;
        // The cursor follows the fold: what it stood on may be inside it.
        if let Some((cells, _)) = self.made_for {
            self.make(cells);
            let found = self.lines.iter().position(|line| matches!(line, Line::Tree(line) if line.path == path));
            self.cursor = found.unwrap_or(self.cursor);
        }
        true
    }

    /// Everything open, or folded.
    pub fn fold_all(&mut self, open: bool) {
        self.folds.all(open);
        self.version += 1;
    }

    /// Draws it under a heading made from the selected row.
    pub fn draw(&mut self, area: Rect, row: Option<&Row>, focused: bool, fleet: &Fleet, canvas: &mut Canvas) {
        if area.width < 8 || area.height == 0 {
            return;
        }
        let Some(row) = row else {
            if self.missing.is_some() {
                canvas.put(area.x, area.y, MISSING, area.width, Role::Dim);
            }
            return;
        };
        self.heading(area, row, focused, canvas);
        let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
        self.now = canvas.now();
        self.page = usize::from(body.height);
        if self.missing.is_some() {
            canvas.put(body.x, body.y + 1, MISSING, body.width, Role::Dim);
            return;
        }
        if self.key() != Some(row.key) {
            return;
        }
        if let Some((_, why)) = &self.failed {
            canvas.put(body.x, body.y + 1, &format!("✗ {why}"), body.width, Role::Bad);
            return;
        }
        if self.made_for != Some((body.width, self.version)) {
            self.make(body.width);
        }
        self.settle();
        let unsealed = self.opened.as_ref().and_then(|opened| opened.unsealed.clone());
        for (at, line) in self.lines.iter().enumerate().skip(self.top).take(self.page) {
            let y = body.y + (at - self.top) as u16;
            if focused && at == self.cursor {
                canvas.tint(Rect { y, height: 1, ..body }, Role::Selected);
            }
            draw_line(line, body, y, unsealed.as_ref(), canvas);
            if focused && at == self.cursor {
                canvas.settle(Rect { y, height: 1, ..body }, Role::Selected);
            }
        }
        if let Some(row) = self.opened.as_ref().map(|opened| &opened.record.row) {
            self.badge(row, body, fleet, canvas);
        }
    }

    fn heading(&self, area: Rect, row: &Row, focused: bool, canvas: &mut Canvas) {
        let role = if focused { Role::Accent } else { Role::Dim };
        let kind = row.list.collection.replace(['_', '-'], " ");
        let mut x = canvas.put(area.x, area.y, &kind, area.width, role);
        if self.opened.as_ref().is_some_and(|opened| opened.unsealed.is_some() && opened.record.row.key == row.key) {
            x = canvas.put(x + 2, area.y, unsealed::SIGN, area.right().saturating_sub(x + 2), Role::Bad);
        }
        let id = &row.id;
        canvas.put(x + 2, area.y, id, (area.right()).saturating_sub(x + 2), Role::Dim);
    }

    /// The connection's name in its own colour over the line that names it.
    fn badge(&self, row: &Row, body: Rect, fleet: &Fleet, canvas: &mut Canvas) {
        let at = self.lines.iter().position(|line| matches!(line, Line::Field { name: "connection", .. }));
        if let Some(at) = at.filter(|at| (self.top..self.top + self.page).contains(at)) {
            let y = body.y + (at - self.top) as u16;
            let name = &row.list.connection;
            canvas.put(body.x + NAMES + 2, y, name, body.width.saturating_sub(NAMES + 2), fleet.badge(name));
        }
    }

    fn settle(&mut self) {
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
        let lowest = (self.cursor + 1).saturating_sub(self.page.max(1));
        self.top = self.top.clamp(lowest, self.cursor);
    }

    fn make(&mut self, cells: u16) {
        self.made_for = Some((cells, self.version));
        self.lines.clear();
        let Some(opened) = &self.opened else { return };
        let room = usize::from(cells.saturating_sub(NAMES + 2)).max(8);
        let told = (self.project.as_deref(), self.now);
        fields(&mut self.lines, &opened.record.row, told, usize::from(cells), room);
        let hidden = hidden_in(&opened.doc);
        if hidden > 0 {
            let words = format!("{hidden} hidden characters made visible");
            self.lines.push(Line::Field { name: "hidden", glyph: "!", words, role: Role::Warn });
        }
        self.lines.push(Line::Blank);
        self.lines.push(Line::Heading("DOCUMENT"));
        let secrets = unsealed::secrets(opened.unsealed.as_ref());
        let tree = tree::lines(&opened.doc, &self.folds, usize::from(cells), secrets);
        self.lines.extend(tree.into_iter().map(Line::Tree));
    }
}

/// Characters in a document that would act instead of being seen. Counted in the parsed text: JSON writes them as escapes.
fn hidden_in(value: &Value) -> usize {
    match value {
        Value::String(text) => hidden_count(text),
        Value::Array(list) => list.iter().map(hidden_in).sum(),
        Value::Object(map) => map.iter().map(|(name, value)| hidden_count(name) + hidden_in(value)).sum(),
        _ => 0,
    }
}

fn fields(lines: &mut Vec<Line>, row: &Row, told: (Option<&str>, Timestamp), cells: usize, room: usize) {
    let (called, now) = told;
    let title = row.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).unwrap_or(&row.id);
    for words in wrap(title, cells, 4) {
        lines.push(Line::Field { name: "", glyph: "", words, role: Role::Title });
    }
    lines.push(Line::Blank);
    let mut field = |name: &'static str, glyph: &'static str, words: String, role: Role| {
        let room = if glyph.is_empty() { room } else { room.saturating_sub(2) };
        for (at, words) in wrap(&words, room, 3).into_iter().enumerate() {
            let (name, glyph) = if at == 0 { (name, glyph) } else { (" ", "") };
            lines.push(Line::Field { name, glyph, words, role });
        }
    };
    if let Some(known) = &row.status {
        let (glyph, role) = status(known);
        field("status", glyph, word(known), role);
    }
    // What was decided and is not there yet stands right below what it changes.
    for mark in &row.pending {
        let (glyph, role) = look(mark.state);
        let until = mark.deadline.map_or(String::new(), |at| format!(", not sent after {}", moment(at)));
        let asked = moment(mark.created_at);
        field("pending", glyph, format!("{} {}, asked {asked}{until}", mark.action, mark.state), role);
    }
    if let Some(agent) = &row.agent {
        let name = row.agent_title.as_ref().unwrap_or(agent);
        field("agent", "", name.clone(), Role::Text);
        if row.agent_doubt {
            field(" ", "!", "several agents share this key; this is the latest".to_owned(), Role::Warn);
        }
    }
    if let Some(project) = &row.project {
        // Approvals and events are often told by the run they are of, which is no project.
        let name = if matches!(row.kind, Kind::Approval | Kind::Event) { "belongs to" } else { "project" };
        field(name, "", called.unwrap_or(project).to_owned(), Role::Text);
    }
    for (name, at) in [("created", row.created_at), ("updated", row.updated_at)] {
        match at {
            Some(at) if is_ahead(now, at) => {
                field(name, AHEAD, format!("{}, ahead of the clock here", moment(at)), Role::Warn);
            }
            Some(at) => field(name, "", moment(at), Role::Text),
            None => {}
        }
    }
    field("confirmed", "", moment(row.confirmed_at), Role::Text);
    if let Some(at) = row.gone_at {
        field("gone", "†", format!("no longer listed since {}", moment(at)), Role::Warn);
    }
    field("connection", "", format!("{} · {}", row.list.connection, row.platform), Role::Text);
}

fn draw_line(line: &Line, body: Rect, y: u16, unsealed: Option<&Unsealed>, canvas: &mut Canvas) {
    match line {
        Line::Blank => {}
        Line::Heading(words) => {
            let x = canvas.put(body.x, y, words, body.width, Role::Field);
            let rest = Rect { x: x + 1, width: body.right().saturating_sub(x + 1), y, height: 1 };
            canvas.rule_across(rest, y, Role::Line);
        }
        Line::Field { name: "", words, role, .. } => {
            canvas.put(body.x, y, words, body.width, *role);
        }
        Line::Field { name, glyph, words, role } => {
            canvas.put(body.x, y, name, NAMES, Role::Field);
            let mut x = body.x + NAMES + 2;
            if !glyph.is_empty() {
                x = canvas.put(x, y, glyph, 2, *role) + 1;
            }
            canvas.put(x, y, words, body.right().saturating_sub(x), *role);
        }
        Line::Tree(line) => {
            let x = body.x + line.indent as u16;
            let cells = body.width.saturating_sub(line.indent as u16);
            if let Some(open) = line.fold {
                canvas.put(x, y, if open { "▾" } else { "▸" }, 1, Role::Accent);
            }
            let place = unsealed::Place { unsealed, x: x + 2, y, cells: cells.saturating_sub(2) };
            unsealed::put(place, &line.name, Role::JsonKey, canvas);
            let at = body.x + line.value_at as u16;
            let place = unsealed::Place { x: at, cells: body.right().saturating_sub(at), ..place };
            unsealed::put(place, &line.value, line.role, canvas);
        }
    }
}
