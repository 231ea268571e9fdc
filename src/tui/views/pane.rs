//! Where what is known of the selected thing stands: beside its list, below it, or nowhere.

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;

/// From this width on it stands beside, unless the operator says otherwise.
pub(super) const BESIDE: u16 = 108;
/// Less than this cannot be shared by two side by side.
const NARROW: u16 = 70;
/// Widest pane: longer lines are hard to read.
const WIDEST: u16 = 78;
/// Lines below which one of the two has them all.
const LOW: u16 = 12;

/// Where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Pane {
    /// Where there is room.
    #[default]
    Auto,
    Side,
    Below,
    Off,
}

impl Pane {
    /// What it is called where it is remembered; nothing for what it is by itself.
    pub fn id(self) -> &'static str {
        match self {
            Pane::Auto => "",
            Pane::Side => "side",
            Pane::Below => "below",
            Pane::Off => "off",
        }
    }

    /// What is called so; as it is by itself, where nothing is.
    pub fn of(id: &str) -> Self {
        [Pane::Side, Pane::Below, Pane::Off].into_iter().find(|pane| pane.id() == id).unwrap_or(Pane::Auto)
    }

    /// The next one after `self`, which by itself means `now`.
    pub fn next(self, now: Pane) -> Self {
        match if self == Pane::Auto { now } else { self } {
            Pane::Side => Pane::Below,
            Pane::Below => Pane::Off,
            _ => Pane::Side,
        }
    }

    /// What it means at this width, of a list beside which there is always something to tell.
    pub fn at(self, width: u16) -> Self {
        match self {
            Pane::Auto if width >= BESIDE => Pane::Side,
            Pane::Auto => Pane::Below,
            Pane::Side if width < NARROW => Pane::Below,
            pane => pane,
        }
    }
}

/// Where a list of `lines` lines and what is known of the selected one stand in `body`, with the line between them drawn. One that
/// is not shown has no height. `reading`: the keys go to what is known.
pub(super) fn share(body: Rect, pane: Pane, lines: usize, reading: bool, canvas: &mut Canvas) -> (Rect, Rect) {
    let inside = |area: Rect| Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    match pane.at(body.width) {
        Pane::Side => {
            let wide = (body.width / 2).min(WIDEST);
            let list = Rect { width: body.width - wide - 1, ..body };
            canvas.rule_down(list.right(), body.y, body.height, Role::Line);
            (list, Rect { x: list.right() + 2, width: wide.saturating_sub(2), ..body })
        }
        Pane::Below if body.height >= LOW => {
            // No more lines for the list than it has, within half of the height; the one that is read gets the rest.
            let wanted = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(1);
            let most = if reading { body.height / 4 } else { body.height / 2 };
            let list = Rect { height: wanted.min(most).max(4), ..body };
            canvas.rule_across(Rect { height: 1, ..body }, list.bottom(), Role::Line);
            let y = list.bottom() + 1;
            (list, inside(Rect { y, height: body.bottom().saturating_sub(y), ..body }))
        }
        _ if reading => (Rect { height: 0, ..body }, inside(body)),
        _ => (body, Rect { height: 0, ..body }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{ColorMode, Theme};

    #[test]
    fn the_two_never_lie_over_one_another_and_one_is_always_there() {
        let theme = Theme::fallback(ColorMode::None);
        for (width, height) in [(40, 6), (80, 11), (80, 12), (80, 40), (108, 20), (200, 60)] {
            let body = Rect { x: 0, y: 1, width, height };
            for pane in [Pane::Auto, Pane::Side, Pane::Below, Pane::Off] {
                for (lines, reading) in [(0, false), (3, true), (500, false), (500, true)] {
                    let mut buffer = ratatui::buffer::Buffer::empty(Rect { y: 0, height: height + 1, ..body });
                    let mut canvas = Canvas::new(&mut buffer, &theme, jiff::Timestamp::UNIX_EPOCH);
                    let (list, known) = share(body, pane, lines, reading, &mut canvas);
                    assert!(list.intersection(known).is_empty(), "{list} {known}");
                    assert!(list.height + known.height > 0 && body.union(list).union(known) == body, "{list} {known}");
                    assert!(!reading || known.height > 0);
                }
            }
        }
    }
}
