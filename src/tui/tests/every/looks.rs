//! How every place looks in every state, and what is true of all of them.

use std::fmt::Write;

use quarterdeck_sync::text::is_hidden;
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use super::styles::{KEPT, map, theme};
use super::*;
use crate::tui::theme::contrast;

impl Console {
    /// The screen as it is in another theme.
    fn worn(&mut self, name: &str, mode: ColorMode) -> Buffer {
        self.app.wear(theme(name, mode));
        // Not the terminal of the tests: what stands behind a wide letter keeps its old colours there.
        let mut screen = Buffer::empty(self.screen.backend().buffer().area);
        self.app.draw(&mut screen, self.clock);
        screen
    }
}

fn words(screen: &Buffer) -> Vec<&str> {
    screen.content.iter().map(|cell| cell.symbol()).collect()
}

/// No wide letter has something in its second half: what a terminal shows of that nobody knows.
fn letters_are_whole(screen: &Buffer, what: &str) {
    for (at, cell) in screen.content.iter().enumerate() {
        let (x, y) = screen.pos_of(at);
        if crate::tui::text::width(cell.symbol()) > 1 {
            let next = screen.cell((x + 1, y)).map(|cell| cell.symbol());
            assert!(next.is_some_and(|next| next.trim().is_empty()), "{what}: {cell:?} at {x},{y} is cut by {next:?}");
        }
    }
}

/// Every box that is begun is drawn to its end: no text has broken its edge.
fn boxes_are_whole(screen: &Buffer, what: &str) {
    let area = screen.area;
    let at = |x: u16, y: u16| screen.cell((x, y)).map_or(" ", |cell| cell.symbol());
    for y in 0..area.height {
        for x in (0..area.width).filter(|x| at(*x, y) == "╭") {
            let right = (x + 1..area.width).find(|right| at(*right, y) == "╮");
            let right = right.unwrap_or_else(|| panic!("{what}: the box at {x},{y} has no right edge"));
            let mut line = y + 1;
            while at(x, line) != "╰" {
                for side in [x, right] {
                    assert!(
                        "│├┤┃┆┊".contains(at(side, line)),
                        "{what}: {:?} in the edge at {side},{line}",
                        at(side, line)
                    );
                }
                line += 1;
            }
            assert_eq!(at(right, line), "╯", "{what}: at {right},{line}");
        }
    }
}

/// What a screen in this state has to say.
fn must(state: State) -> &'static str {
    match state {
        Data | Empty => "",
        Loading | Long => "…",
        Error => "disk I/O error",
        Offline => "5h",
    }
}

/// What is said in every theme, without colour, and whole.
fn sound(console: &mut Console, place: &Place, state: State) -> Vec<Buffer> {
    let what = format!("{} {state:?}", place.name);
    let screens: Vec<Buffer> = KEPT.iter().map(|(name, mode)| console.worn(name, *mode)).collect();
    let plain = console.worn("ansi-16", ColorMode::Ansi);
    for screen in screens.iter().chain([&plain]) {
        assert!(words(screen) == words(&screens[0]), "{what}: a theme says something else");
    }
    let coloured = screens[2].content.iter().find(|cell| (cell.fg, cell.bg) != (Color::Reset, Color::Reset));
    assert_eq!(coloured, None, "{what}: there is colour where there is none");
    boxes_are_whole(&screens[0], &what);
    letters_are_whole(&screens[0], &what);
    let text = console.text();
    assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'), "{what}: {text}");
    screens
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Both sizes in one file: what is said, then how it is coloured.
fn look(state: State) {
    let mut silent = Vec::new();
    for place in PLACES.iter().filter(|place| place.states.contains(&state)) {
        let mut out = String::new();
        for size in SIZES {
            let mut console = Console::at(place, state, size);
            let screens = sound(&mut console, place, state);
            // At a small size there may be nothing that is too long for it.
            let text = console.text().replace('⋯', "…");
            if !text.contains(must(state)) && (state != Long || size.0 > 100) {
                silent.push(format!("{} at {}x{}:\n{text}", place.name, size.0, size.1));
            }
            let _ = write!(out, "{}x{}\n{}\n{}\n", size.0, size.1, console.text(), map(&screens));
        }
        snapshot(&format!("{}-{}", place.name, format!("{state:?}").to_lowercase()), &out);
    }
    assert!(silent.is_empty(), "nothing says `{}`:\n{}", must(state), silent.join("\n"));
}

#[test]
fn with_real_looking_data() {
    look(Data);
}

#[test]
fn with_nothing_there() {
    look(Empty);
}

#[test]
fn before_the_first_answer() {
    look(Loading);
}

#[test]
fn with_a_mirror_that_cannot_be_read() {
    look(Error);
}

#[test]
fn with_no_network_for_hours() {
    look(Offline);
}

#[test]
fn with_texts_too_long_for_their_place() {
    look(Long);
}

/// Measured where it is drawn: whatever stands on whatever, marked words and selected rows among it; with all colours, and with
/// the 256 that are taken for all there is over ssh.
#[test]
fn every_letter_of_every_view_stands_out_from_its_ground() {
    let mut grounds = std::collections::HashSet::new();
    for mode in [ColorMode::True, ColorMode::Indexed] {
        let mut measured = 0;
        grounds.clear();
        for place in PLACES {
            let mut console = Console::at(place, Data, (120, 36));
            for name in crate::tui::theme::names() {
                let screen = console.worn(name, mode);
                for (at, cell) in screen.content.iter().enumerate() {
                    let letter = cell.symbol().chars().any(char::is_alphanumeric);
                    let Some(ratio) = contrast::ratio(cell.fg, cell.bg).filter(|_| letter) else { continue };
                    let (x, y) = screen.pos_of(at);
                    assert!(ratio >= 4.5, "{} in {name}: {cell:?} at {x},{y} has contrast {ratio:.2}", place.name);
                    assert!(!cell.modifier.contains(ratatui::style::Modifier::DIM), "{}: too faint", place.name);
                    measured += 1;
                    grounds.insert((name, cell.bg));
                }
            }
        }
        // Paper, what is raised, what lies over, what is selected with and without the focus, what was matched, the open tab; of 256
        // some are the same.
        let least = if mode == ColorMode::True { 7 * 5 } else { 7 * 3 };
        assert!(measured > 100_000 && grounds.len() >= least, "{measured} letters on {} grounds", grounds.len());
    }
}
