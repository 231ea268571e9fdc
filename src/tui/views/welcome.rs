//! What a person sees before there is any connection.

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;

const LINES: &[(&str, &str)] = &[
    ("Add a platform:", ""),
    ("", "qd connect add prod --platform turen"),
    ("", "qd connect add lab  --platform exo --url https://exo.corp --user me@corp"),
    ("", "qd connect add acme --platform runagents --url https://acme.runagents.io"),
    ("", ""),
    ("Or look round first, without any account:", ""),
    ("", "qd demo"),
];

/// Draws it in the middle of `area`.
pub(super) fn draw(area: Rect, canvas: &mut Canvas) {
    let wide = LINES.iter().map(|(words, command)| words.len().max(command.len() + 4)).max().unwrap_or(0) as u16;
    let wide = wide.min(area.width.saturating_sub(4));
    let left = area.x + (area.width - wide) / 2;
    let top = area.y + area.height.saturating_sub(LINES.len() as u16 + 3) / 2;
    canvas.put(left, top, "Welcome aboard.", wide, Role::Accent);
    for (at, (words, command)) in LINES.iter().enumerate() {
        let y = top + 2 + at as u16;
        if y >= area.bottom() {
            return;
        }
        canvas.put(left, y, words, wide, Role::Text);
        canvas.put(left + 4, y, command, wide.saturating_sub(4), Role::Key);
    }
}
