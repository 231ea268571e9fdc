//! A theme at work: the parts of a screen, small.

use quarterdeck_sync::text::Clean;

use crate::theme::codes::painted;
use crate::theme::{BADGES, Role, Theme};

/// Columns of the sample.
const WIDTH: usize = 72;

/// A piece of a line: what it means, and its text.
type Piece = (Role, &'static str);

/// The sample: on a ground of a role, pieces one after the other.
const LINES: &[(Role, &[Piece])] = &[
    (
        Role::Raised,
        &[
            (Role::Accent, " ▞  "),
            (Role::TabOpen, " Inbox "),
            (Role::Tab, "  Agents "),
            (Role::Count, "12 "),
            (Role::Tab, "  Sessions "),
            (Role::Count, "1,204"),
        ],
    ),
    (Role::Paper, &[(Role::Dim, "  AGENT         STATUS        LAST SEEN    NOTE")]),
    (Role::Selected, &[(Role::Selected, "▌ web-01        ● active      2m           the chosen row")]),
    (Role::SelectedIdle, &[(Role::SelectedIdle, "▌ web-02        ● active      3m           chosen, keys elsewhere")]),
    (
        Role::Paper,
        &[
            (Role::Text, "  build-07      "),
            (Role::Good, "✓ done    "),
            (Role::Busy, "◐ running  "),
            (Role::Warn, "! waiting  "),
            (Role::Bad, "✗ failed  "),
            (Role::Quiet, "– off  "),
            (Role::Gone, "gone"),
        ],
    ),
    (
        Role::Paper,
        &[
            (Role::Title, "  Heading  "),
            (Role::Field, "field "),
            (Role::Text, "text "),
            (Role::Match, "found"),
            (Role::Text, "  "),
            (Role::JsonKey, "\"key\""),
            (Role::Dim, ": "),
            (Role::JsonText, "\"text\""),
            (Role::Dim, ", "),
            (Role::JsonNumber, "42"),
            (Role::Dim, ", "),
            (Role::JsonWord, "true"),
        ],
    ),
    (Role::Paper, &[(Role::LineFocus, "  ━━━━━━━━━━━━━━━━━━"), (Role::Line, "──────────────────")]),
    (Role::Overlay, &[(Role::Overlay, "  A sheet or a message, over everything else")]),
    (Role::Raised, &[(Role::Key, "  ⏎ "), (Role::Hint, "open   "), (Role::Key, "/ "), (Role::Hint, "filter   ")]),
];

/// The sample of a theme, its name above it.
pub(super) fn draw(name: &str, theme: &Theme, colour: bool) -> String {
    let show = |role: Role, ground: Role, text: &str| {
        if !colour {
            return text.to_owned();
        }
        // What has no ground of its own stands on that of the line.
        painted(theme.style(ground).patch(theme.style(role)), text)
    };
    let title = format!("{} · {}", Clean::line(name), Clean::line(&theme.title));
    let mut out = format!("{title}\n");
    for (ground, pieces) in LINES {
        let cells: usize = pieces.iter().map(|(_, text)| text.chars().count()).sum();
        out.extend(pieces.iter().map(|(role, text)| show(*role, *ground, text)));
        out.push_str(&show(*ground, *ground, &" ".repeat(WIDTH.saturating_sub(cells))));
        out.push('\n');
    }
    let badges = ["  turen  ", "  lab  ", "  acme  ", "  prod  ", "  west  "];
    let cells: usize = badges.iter().map(|text| text.len()).sum();
    out.extend(BADGES.iter().zip(badges).map(|(role, text)| show(*role, Role::Paper, text)));
    out.push_str(&show(Role::Paper, Role::Paper, &" ".repeat(WIDTH - cells)));
    out.push('\n');
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::ColorMode;

    #[test]
    fn a_sample_shows_every_role_but_those_of_frames() {
        let shown: Vec<Role> = LINES
            .iter()
            .flat_map(|(ground, pieces)| pieces.iter().map(|(role, _)| *role).chain([*ground]))
            .chain(BADGES)
            .collect();
        let missing: Vec<&str> =
            Role::ALL.iter().filter(|role| !shown.contains(role)).map(|role| role.name()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn without_colour_it_is_plain_text() {
        let theme = Theme::named("dark", ColorMode::None).unwrap();
        let text = draw("dark", &theme, false);
        assert!(text.starts_with("dark · ") && !text.contains('\x1b'), "{text}");
        let coloured = draw("dark", &Theme::named("dark", ColorMode::True).unwrap(), true);
        assert!(coloured.contains("\x1b[") && coloured.lines().count() == text.lines().count());
    }
}
