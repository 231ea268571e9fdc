use std::num::NonZero;

use proptest::prelude::*;
use ratatui::style::Style;

use super::*;

const WIDE: u16 = 60;
const HIGH: u16 = 16;

/// A terminal to paint on, checked cell by cell.
struct Screen {
    terminal: vt100::Parser,
    painter: Painter,
}

impl Screen {
    fn new(erase: bool) -> Self {
        Self {
            terminal: vt100::Parser::new(NonZero::new(HIGH).unwrap(), NonZero::new(WIDE).unwrap(), 0),
            painter: Painter::new(erase),
        }
    }

    /// Paints, checks that the terminal shows exactly that, and returns the bytes it took.
    fn show(&mut self, next: &Buffer) -> usize {
        let bytes = self.painter.paint(next, None).to_vec();
        self.terminal.process(&bytes);
        for y in 0..HIGH {
            for x in 0..WIDE {
                let (want, got) = (next.cell((x, y)).unwrap(), self.terminal.screen().cell(y, x).unwrap());
                if got.is_wide_continuation() {
                    continue;
                }
                let text = if got.contents().is_empty() { " " } else { got.contents() };
                assert_eq!(text, want.symbol(), "at {x},{y}");
                assert_eq!(colour_of(got.bgcolor()), want.bg, "ground at {x},{y}");
                if text != " " {
                    assert_eq!(got.bold(), want.modifier.contains(Modifier::BOLD), "weight at {x},{y}");
                    assert_eq!(colour_of(got.fgcolor()), want.fg, "colour at {x},{y}");
                }
            }
        }
        bytes.len()
    }
}

fn colour_of(colour: vt100::Color) -> Color {
    match colour {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Idx(number) => Color::Indexed(number),
        vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}

fn list(from: usize, cursor: usize) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, WIDE, HIGH));
    let paper = Style::new().fg(Color::Rgb(200, 200, 200)).bg(Color::Rgb(16, 20, 27));
    buffer.set_style(buffer.area, paper);
    buffer.set_string(0, 0, "header", paper);
    for line in 0..HIGH - 2 {
        let number = from + usize::from(line);
        let style = if number == cursor { paper.bg(Color::Indexed(4)).add_modifier(Modifier::BOLD) } else { paper };
        buffer.set_style(Rect::new(0, line + 1, WIDE, 1), style);
        // Neighbours share no column: repainting every line is dear, scrolling is cheap.
        let words: String = "quarterdeck keeps a mirror".chars().cycle().skip(number * 5).take(30).collect();
        buffer.set_string(2, line + 1, format!("{number} 漢字 {words}"), style);
        buffer.set_string(44, line + 1, "running", style.fg(Color::Rgb(1, 2, 3)));
    }
    buffer.set_string(0, HIGH - 1, format!("at {cursor}"), paper);
    buffer
}

#[test]
fn scrolling_a_list_costs_little_and_shows_the_right_thing() {
    for erase in [true, false] {
        let mut screen = Screen::new(erase);
        let full = screen.show(&list(0, 0));
        for at in 1..40 {
            let bytes = screen.show(&list(at, at + 3));
            assert!(bytes * 3 < full, "{bytes} of {full}");
        }
        for at in (0..39).rev() {
            assert!(screen.show(&list(at, at + 3)) * 3 < full);
        }
        screen.show(&list(20, 23));
    }
}

#[test]
fn the_same_frame_again_costs_nothing() {
    let mut screen = Screen::new(true);
    screen.show(&list(0, 0));
    assert_eq!(screen.show(&list(0, 0)), 0);
    screen.painter.forget();
    assert!(screen.show(&list(0, 0)) > 100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Whatever comes after whatever, the terminal shows exactly the frame.
    #[test]
    fn any_frame_after_any_frame(
        frames in prop::collection::vec(
            (0usize..60, 0usize..16, prop::collection::vec((0u16..WIDE, 0u16..HIGH, "[ a-z漢✓]{0,20}", 0u8..3), 0..12)), 1..6),
        erase: bool,
    ) {
        let mut screen = Screen::new(erase);
        for (from, cursor, extras) in frames {
            let mut frame = list(from, from + cursor);
            for (x, y, text, ground) in extras {
                frame.set_string(x, y, text, Style::new().bg([Color::Reset, Color::Indexed(200), Color::Rgb(9, 9, 9)][usize::from(ground)]));
            }
            screen.show(&frame);
        }
    }
}
