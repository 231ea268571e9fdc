//! The floor: the smallest program that shows a list of the same rows with ratatui, for the console to be held against.

use std::io::Read as _;

use ratatui::text::Line;
use ratatui::widgets::{List, ListItem};

/// Draws the newest rows of the mirror at `path` once, and waits for a key.
pub fn run(path: &str) {
    let open = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
    let rows: Vec<String> = open
        .and_then(|db| {
            let mut query =
                db.prepare("SELECT id || '  ' || coalesce(title, '') FROM record ORDER BY rowid DESC LIMIT 100")?;
            let rows = query.query_map([], |row| row.get(0))?;
            rows.collect()
        })
        .unwrap_or_default();
    let mut terminal = ratatui::init();
    let drawn = terminal.draw(|frame| {
        let items = rows.iter().map(|row| ListItem::new(Line::raw(row.as_str())));
        frame.render_widget(List::new(items), frame.area());
    });
    if drawn.is_ok() {
        let _ = std::io::stdin().read(&mut [0]);
    }
    ratatui::restore();
}
