//! How well an ink stands out from its ground: the contrast ratio of WCAG 2.2, at least 4.5 for text (success criterion 1.4.3).

use ratatui::style::Color;

/// What text needs to be read.
pub const READABLE: f64 = 4.5;

/// Levels of red, green and blue in the cube of a 256-colour terminal.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Red, green and blue of a colour, where they are known: what the first sixteen are is up to whoever owns the terminal.
pub fn shade(colour: Color) -> Option<(u8, u8, u8)> {
    match colour {
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(number @ 16..=231) => {
            let at = |n: u8| STEPS[usize::from(n % 6)];
            let n = number - 16;
            Some((at(n / 36), at(n / 6), at(n)))
        }
        Color::Indexed(number @ 232..) => {
            let grey = 8 + 10 * (number - 232);
            Some((grey, grey, grey))
        }
        _ => None,
    }
}

/// Relative luminance: 0 is black, 1 is white.
pub fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
    let part = |c: u8| match f64::from(c) / 255.0 {
        c if c <= 0.04045 => c / 12.92,
        c => ((c + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
}

/// (lighter + 0.05) / (darker + 0.05): from 1, the same, to 21, black on white.
pub fn between(one: (u8, u8, u8), other: (u8, u8, u8)) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The same of colours, where both are known.
pub fn ratio(ink: Color, ground: Color) -> Option<f64> {
    Some(between(shade(ink)?, shade(ground)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_is_the_most_there_is_and_numbers_are_known_from_sixteen_on() {
        let (black, white) = (Color::Indexed(16), Color::Indexed(231));
        assert!((ratio(black, white).unwrap() - 21.0).abs() < 1e-9);
        assert_eq!(shade(Color::Indexed(67)), Some((95, 135, 175)), "xterm's SteelBlue");
        assert_eq!(shade(Color::Indexed(255)), Some((238, 238, 238)));
        assert_eq!((shade(Color::Indexed(15)), ratio(Color::Reset, white)), (None, None));
    }
}
