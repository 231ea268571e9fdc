//! Where the panels are: bands of panels beside each other, as many as fit; the rest by scrolling. Pure.

use ratatui::layout::Rect;

use super::Panel;

/// From this width on four panels stand beside each other.
const WIDE: u16 = 110;

/// Panels beside each other, with the share of the width that each has, and how high they are at least and at best.
pub(super) struct Band {
    pub panels: Vec<(Panel, u16)>,
    pub least: u16,
    pub most: u16,
}

fn band(panels: &[(Panel, u16)], least: u16, most: u16) -> Band {
    Band { panels: panels.to_vec(), least, most }
}

/// The bands for a width, the most telling first. `connections` is how many there are; `costs` whether any are told.
pub(super) fn bands(width: u16, connections: u16, costs: bool) -> Vec<Band> {
    use Panel::{Agents, Connections, Costs, Outcomes, Runs, Sessions, Systems, Versions};
    let lines = connections.clamp(1, 12) + 2;
    if width >= WIDE {
        let events: &[(Panel, u16)] = if costs { &[(Outcomes, 3), (Costs, 2)] } else { &[(Outcomes, 1)] };
        let mut bands = vec![
            band(&[(Agents, 1), (Versions, 1), (Systems, 1), (Runs, 1)], 7, 9),
            band(&[(Sessions, 1)], 11, 11),
            band(events, 8, 14),
            band(&[(Connections, 1)], lines, lines),
        ];
        if !costs {
            bands.push(band(&[(Costs, 1)], 3, 3));
        }
        return bands;
    }
    vec![
        band(&[(Agents, 1), (Runs, 1)], 7, 8),
        band(&[(Sessions, 1)], 11, 11),
        band(&[(Outcomes, 1)], 7, 9),
        band(&[(Connections, 1)], lines, lines),
        band(&[(Versions, 1), (Systems, 1)], 7, 9),
        band(&[(Costs, 1)], if costs { 8 } else { 3 }, 10),
    ]
}

/// The places of the panels in `area`, from band `top` on, which is moved so that `focus` is in sight; and how many bands are in
/// sight. What does not fit whole is left out, but for a single band that fits nowhere.
pub(super) fn places(area: Rect, bands: &[Band], top: &mut usize, focus: Panel) -> (Vec<(Panel, Rect)>, usize) {
    let focused = bands.iter().position(|band| band.panels.iter().any(|(panel, _)| *panel == focus)).unwrap_or(0);
    let fitting = |from: usize| {
        let mut room = area.height;
        let fits = |band: &&Band| {
            let left = room.checked_sub(band.least);
            room = left.unwrap_or(0);
            left.is_some()
        };
        bands.iter().skip(from).take_while(fits).count().max(1)
    };
    *top = (*top).min(focused).min(bands.len().saturating_sub(1));
    while *top + fitting(*top) <= focused {
        *top += 1;
    }
    // No room is wasted below while bands are hidden above.
    while *top > 0 && *top - 1 + fitting(*top - 1) >= bands.len() {
        *top -= 1;
    }
    let shown = fitting(*top).min(bands.len().saturating_sub(*top));
    let seen = bands.get(*top..*top + shown).unwrap_or_default();
    let mut spare = area.height.saturating_sub(seen.iter().map(|band| band.least).sum());
    let (mut places, mut y) = (Vec::new(), area.y);
    for band in seen {
        let more = spare.min(band.most.saturating_sub(band.least));
        spare -= more;
        let height = (band.least + more).min(area.bottom().saturating_sub(y));
        let whole: u16 = band.panels.iter().map(|(_, share)| share).sum::<u16>().max(1);
        let (mut x, mut taken) = (area.x, 0);
        for (panel, share) in &band.panels {
            taken += share;
            let right = area.x + (u32::from(area.width) * u32::from(taken) / u32::from(whole)) as u16;
            places.push((*panel, Rect { x, y, width: right - x, height }));
            x = right;
        }
        y += height;
    }
    (places, shown)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::views::fleet::ALL;

    proptest! {
        #[test]
        fn panels_stay_in_their_area_and_never_lie_over_each_other(
            width in 1u16..300, height in 1u16..80, x in 0u16..9, y in 0u16..9,
            connections in 0u16..40, costs in any::<bool>(), top in 0usize..9, focus in 0usize..8,
        ) {
            let area = Rect { x, y, width, height };
            let bands = bands(width, connections, costs);
            let named: usize = bands.iter().map(|band| band.panels.len()).sum();
            prop_assert_eq!(named, ALL.len());
            let mut top = top;
            let (places, shown) = places(area, &bands, &mut top, ALL[focus]);
            prop_assert!(shown >= 1 && top + shown <= bands.len());
            prop_assert!(places.iter().any(|(panel, _)| *panel == ALL[focus]));
            for (at, (_, place)) in places.iter().enumerate() {
                prop_assert_eq!(place.intersection(area), *place);
                for (_, other) in &places[at + 1..] {
                    prop_assert!(place.intersection(*other).is_empty());
                }
            }
        }
    }
}
