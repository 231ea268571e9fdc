//! Styles as a terminal is told them: the parameters of SGR, ECMA-48 8.3.117, and the colours of xterm beyond the first eight.

use std::fmt::Write as _;

use ratatui::style::{Color, Modifier, Style};

/// What can be switched on, and its code.
pub const ATTRIBUTES: [(Modifier, &str); 6] = [
    (Modifier::BOLD, "1;"),
    (Modifier::DIM, "2;"),
    (Modifier::ITALIC, "3;"),
    (Modifier::UNDERLINED, "4;"),
    (Modifier::REVERSED, "7;"),
    (Modifier::CROSSED_OUT, "9;"),
];

/// Adds the codes of a colour: of the ink for `base` 30, of the ground for 40.
pub fn colour(codes: &mut String, colour: Color, base: u8) {
    let _ = match colour {
        Color::Rgb(r, g, b) => write!(codes, "{};2;{r};{g};{b};", base + 8),
        Color::Indexed(number @ 0..=7) => write!(codes, "{};", base + number),
        Color::Indexed(number @ 8..=15) => write!(codes, "{};", base + 60 + number - 8),
        Color::Indexed(number) => write!(codes, "{};5;{number};", base + 8),
        _ => write!(codes, "{};", base + 9),
    };
}

/// `text` in a style, everything switched off behind it. The text must have passed the text boundary.
pub fn painted(style: Style, text: &str) -> String {
    let mut codes = String::new();
    for (attribute, code) in ATTRIBUTES {
        if style.add_modifier.contains(attribute) {
            codes.push_str(code);
        }
    }
    for (named, base) in [(style.fg, 30), (style.bg, 40)] {
        if let Some(named) = named {
            colour(&mut codes, named, base);
        }
    }
    match codes.strip_suffix(';') {
        Some(codes) => format!("\x1b[{codes}m{text}\x1b[0m"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_switched_on_and_off_again() {
        let style = Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(9)).add_modifier(Modifier::BOLD);
        assert_eq!(painted(style, "x"), "\x1b[1;38;2;1;2;3;101mx\x1b[0m");
        assert_eq!(painted(Style::new(), "x"), "x");
    }
}
