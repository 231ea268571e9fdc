//! How a screen is coloured, in a form that can be read and compared: runs of letters, and what a letter is in each theme.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::tui::theme::{ColorMode, Theme};

/// The themes that are kept: two grounds, and none.
pub(super) const KEPT: [(&str, ColorMode); 3] =
    [("dark", ColorMode::True), ("light", ColorMode::True), ("mono", ColorMode::None)];

pub(super) fn theme(name: &str, mode: ColorMode) -> Theme {
    Theme::named(name, mode).expect("a theme of ours")
}

fn colour(colour: Color) -> String {
    match colour {
        Color::Reset => "-".to_owned(),
        Color::Rgb(r, g, b) => format!("{r:02x}{g:02x}{b:02x}"),
        other => other.to_string(),
    }
}

fn style(cell: &Cell) -> String {
    let mut out = format!("{}/{}", colour(cell.fg), colour(cell.bg));
    let marks = [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::REVERSED, "reversed"),
        (Modifier::CROSSED_OUT, "struck"),
    ];
    for (_, word) in marks.iter().filter(|(mark, _)| cell.modifier.contains(*mark)) {
        let _ = write!(out, " {word}");
    }
    out
}

/// One screen in all the themes: a line for each run of alike lines, `from-to`, then letters with the number of cells they fill,
/// and below what each letter is, as `ink/ground` with `-` for the terminal's own.
pub(super) fn map(screens: &[Buffer]) -> String {
    let first = &screens[0];
    let mut known: Vec<Vec<String>> = Vec::new();
    let mut lines: Vec<(u16, u16, String)> = Vec::new();
    for y in 0..first.area.height {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for x in 0..first.area.width {
            let looks: Vec<String> = screens.iter().map(|screen| style(&screen[(x, y)])).collect();
            let letter = known.iter().position(|one| *one == looks).unwrap_or_else(|| {
                known.push(looks);
                known.len() - 1
            });
            match runs.last_mut() {
                Some((last, count)) if *last == letter => *count += 1,
                _ => runs.push((letter, 1)),
            }
        }
        let line = runs.iter().map(|(letter, count)| format!("{}{count}", name(*letter))).collect::<Vec<_>>().join(" ");
        match lines.last_mut() {
            Some((_, to, last)) if *last == line => *to = y,
            _ => lines.push((y, y, line)),
        }
    }
    let mut out = String::new();
    for (from, to, line) in lines {
        let place = if from == to { format!("{from}") } else { format!("{from}-{to}") };
        let _ = writeln!(out, "{place:>5}  {line}");
    }
    for (at, looks) in known.iter().enumerate() {
        let told: Vec<String> = KEPT.iter().zip(looks).map(|((theme, _), look)| format!("{theme} {look}")).collect();
        let _ = writeln!(out, "{:>5}  {}", name(at), told.join(", "));
    }
    out
}

fn name(letter: usize) -> char {
    ('a'..='z').chain('A'..='Z').nth(letter).expect("fewer than 52 styles on one screen")
}
