//! A theme on a terminal of 256 colours, which is what one gets over ssh: of the 240 that are the same everywhere, the nearest ones
//! that keep what the theme promises. A nearest colour alone does not: on grounds that all move a little, inks are lost.
//!
//! Grounds come first: the nearest on which the theme's inks can be read as they are meant, and a selected row never on the ground of
//! the others. Then each ink: the nearest that can be read on every ground it is drawn on.

use ratatui::style::{Color, Style};

use super::Role;
use super::contrast::{READABLE, between, shade};

/// Grounds that any ink without a ground of its own may stand on.
pub const GROUNDS: [Role; 5] = [Role::Paper, Role::Raised, Role::Overlay, Role::Selected, Role::SelectedIdle];

type Shade = (u8, u8, u8);

/// Puts numbers in the place of red, green and blue. `styles` are in the order of the roles.
pub fn fit(styles: &mut [Style]) {
    let meant: Vec<(Option<Shade>, Option<Shade>)> =
        styles.iter().map(|style| (style.fg.and_then(rgb), style.bg.and_then(rgb))).collect();
    let bare = |role: &Role| meant[*role as usize].1.is_none() && *role != Role::Line;
    let inks: Vec<Shade> =
        Role::ALL.iter().filter(|role| bare(role)).filter_map(|role| meant[*role as usize].0).collect();
    let mut taken: Vec<u8> = Vec::new();
    for role in Role::ALL {
        let at = *role as usize;
        let (Some(ground), own) = (meant[at].1, meant[at].0) else { continue };
        let on: Vec<Shade> =
            if GROUNDS.contains(role) { inks.iter().copied().chain(own).collect() } else { own.into_iter().collect() };
        let selected = matches!(role, Role::Selected | Role::SelectedIdle);
        let number = nearest(ground, &on, if selected { &taken } else { &[] });
        if matches!(role, Role::Paper | Role::Raised | Role::Overlay) {
            taken.push(number);
        }
        styles[at].bg = Some(Color::Indexed(number));
    }
    let grounds: Vec<Shade> = GROUNDS.iter().filter_map(|role| shade(styles[*role as usize].bg?)).collect();
    for role in Role::ALL {
        let at = *role as usize;
        let Some(ink) = meant[at].0 else { continue };
        let under: Vec<Shade> = match styles[at].bg {
            // A line is no text.
            _ if *role == Role::Line => Vec::new(),
            Some(own) => shade(own).into_iter().collect(),
            None => grounds.clone(),
        };
        styles[at].fg = Some(Color::Indexed(nearest(ink, &under, &[])));
    }
}

fn rgb(colour: Color) -> Option<Shade> {
    if let Color::Rgb(r, g, b) = colour { Some((r, g, b)) } else { None }
}

/// The number of the colour nearest to `wanted` that can be read with all of `beside`, or beside them stands out most; none of `not`.
fn nearest(wanted: Shade, beside: &[Shade], not: &[u8]) -> u8 {
    let distance = |a: Shade| {
        let part = |x: u8, y: u8| (i32::from(x) - i32::from(y)).pow(2);
        part(a.0, wanted.0) * 3 + part(a.1, wanted.1) * 6 + part(a.2, wanted.2)
    };
    let all = (16..=255u8).filter(|number| !not.contains(number));
    let all = all.filter_map(|number| Some((number, shade(Color::Indexed(number))?)));
    let least = |colour: Shade| beside.iter().map(|other| between(colour, *other)).fold(f64::INFINITY, f64::min);
    let rank = |colour: Shade| match least(colour) {
        contrast if contrast >= READABLE => (0, distance(colour)),
        // Where nothing can be read, what comes closest to it; a hundredth more or less is not seen.
        contrast => (1, -(contrast * 100.0) as i32),
    };
    all.min_by_key(|(_, colour)| rank(*colour)).map_or(0, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::contrast::ratio;
    use crate::theme::{ColorMode, Theme, names};

    #[test]
    fn a_selected_row_has_a_ground_of_its_own() {
        for name in names() {
            let theme = Theme::named(name, ColorMode::Indexed).unwrap();
            let [paper, selected, idle] =
                [Role::Paper, Role::Selected, Role::SelectedIdle].map(|role| theme.style(role).bg);
            assert!(paper.is_none() || (paper != selected && paper != idle), "{name}: {paper:?} {selected:?} {idle:?}");
        }
    }

    #[test]
    fn what_is_in_the_palette_stays_what_it_is() {
        assert_eq!(nearest((95, 135, 175), &[], &[]), 67);
        assert_ne!(nearest((95, 135, 175), &[], &[67]), 67);
    }

    #[test]
    fn a_theme_of_ones_own_that_nobody_can_read_is_made_no_worse() {
        let grey = |v| Style::new().fg(Color::Rgb(v, v, v));
        let mut styles = vec![grey(120); Role::ALL.len()];
        for role in GROUNDS {
            styles[role as usize] = grey(120).bg(Color::Rgb(110, 110, 110));
        }
        fit(&mut styles);
        let contrast =
            ratio(styles[Role::Text as usize].fg.unwrap(), styles[Role::Paper as usize].bg.unwrap()).unwrap();
        assert!(contrast >= READABLE, "{contrast}");
    }
}
