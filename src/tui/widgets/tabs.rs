//! The header: the product's mark, and a tab for each view with its count.
//!
//! Where there is little room, first the counts go (but for those that want a person), then the long titles, then the air between
//! them; and where even that is too much, the tabs around the open one are shown.

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;
use crate::tui::text::{brief, width};
use crate::tui::theme::Role;

/// The product's mark.
pub(crate) const MARK: &str = "▞ quarterdeck";
const SHORT_MARK: &str = "▞";

/// A tab.
#[derive(Debug, Clone)]
pub(crate) struct Tab {
    /// Its title.
    pub title: &'static str,
    /// The same where there is little room.
    pub short: &'static str,
    /// What stands beside it.
    pub count: Option<u64>,
    /// The count wants a person: it stays, however little room there is.
    pub wants: bool,
}

/// How much each tab says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Title and count, numbers before them, the mark in full.
    Full,
    /// Title and count.
    Counts,
    /// Titles.
    Titles,
    /// Short titles.
    Short,
    /// Short titles with one blank between them, and no mark.
    Tight,
}

const STYLES: [Style; 5] = [Style::Full, Style::Counts, Style::Titles, Style::Short, Style::Tight];

/// Draws the header; returns where each tab is, for clicks: nowhere for those that have no room.
pub(crate) fn draw(area: Rect, tabs: &[Tab], open: usize, canvas: &mut Canvas) -> Vec<Rect> {
    canvas.fill(area, Role::Raised);
    let style = STYLES.into_iter().find(|style| total(tabs, *style) <= area.width).unwrap_or(Style::Tight);
    let mut x = canvas.put(area.x + 1, area.y, mark(style), area.width, Role::Accent) + gap(style);
    let (first, mut places) =
        (first(tabs, open, style, area.right().saturating_sub(x)), vec![Rect::default(); tabs.len()]);
    if first > 0 {
        canvas.put(x.saturating_sub(1), area.y, "‹", 1, Role::Dim);
    }
    for (at, tab) in tabs.iter().enumerate().skip(first) {
        let wide = wide(tab, style);
        let more = u16::from(at + 1 < tabs.len());
        if x + wide + more > area.right() {
            canvas.put(area.right().saturating_sub(1), area.y, "›", 1, Role::Dim);
            break;
        }
        let (role, count) = if at == open { (Role::TabOpen, Role::TabOpen) } else { (Role::Tab, Role::Count) };
        let start = x;
        // Between two tight tabs there is one blank, and it belongs to the open one.
        if style != Style::Tight || at == first || at != open + 1 {
            canvas.put(x, area.y, " ", 1, role);
        }
        x = canvas.put(x + 1, area.y, title(tab, style), 20, role);
        if let Some(words) = beside(tab, style) {
            x = canvas.put(x, area.y, " ", 1, count);
            x = canvas.put(x, area.y, &words, 8, count);
        }
        canvas.put(x, area.y, " ", 1, role);
        x += u16::from(style != Style::Tight);
        places[at] = Rect { x: start, width: x - start, y: area.y, height: 1 };
        x += u16::from(style == Style::Full);
    }
    places
}

/// Is there room for every tab?
pub(crate) fn fits(tabs: &[Tab], cells: u16) -> bool {
    total(tabs, Style::Tight) <= cells
}

/// The first tab in sight: the open one must be, too.
fn first(tabs: &[Tab], open: usize, style: Style, room: u16) -> usize {
    let until = |first: usize| tabs[first..=open].iter().map(|tab| wide(tab, style)).sum::<u16>() + 2;
    if total(tabs, style) <= room + width(mark(style)) as u16 + gap(style) + 1 || open >= tabs.len() {
        return 0;
    }
    (0..=open).find(|first| until(*first) <= room).unwrap_or(open)
}

fn mark(style: Style) -> &'static str {
    match style {
        Style::Full => MARK,
        Style::Tight => "",
        _ => SHORT_MARK,
    }
}

fn title(tab: &Tab, style: Style) -> &'static str {
    if matches!(style, Style::Short | Style::Tight) { tab.short } else { tab.title }
}

fn beside(tab: &Tab, style: Style) -> Option<String> {
    let told = tab.wants || matches!(style, Style::Full | Style::Counts);
    tab.count.filter(|_| told).map(brief)
}

fn gap(style: Style) -> u16 {
    match style {
        Style::Full => 3,
        Style::Tight => 0,
        _ => 1,
    }
}

/// Cells of a tab.
fn wide(tab: &Tab, style: Style) -> u16 {
    let air = match style {
        Style::Full => 3,
        Style::Tight => 1,
        _ => 2,
    };
    (width(title(tab, style)) + air + beside(tab, style).map_or(0, |words| words.len() + 1)) as u16
}

fn total(tabs: &[Tab], style: Style) -> u16 {
    let tabs: u16 = tabs.iter().map(|tab| wide(tab, style)).sum();
    // One more: the last tight tab has a blank behind it.
    1 + width(mark(style)) as u16 + gap(style) + tabs + u16::from(style == Style::Tight)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::tui::theme::{ColorMode, Theme};

    const NAMES: [(&str, &str); 13] = [
        ("Inbox", "Inbox"),
        ("Fleet", "Fleet"),
        ("Agents", "Agents"),
        ("Sessions", "Sess"),
        ("Runs", "Runs"),
        ("Approvals", "Appr"),
        ("Policies", "Pols"),
        ("Events", "Evts"),
        ("Outbox", "Outbox"),
        ("Incidents", "Incs"),
        ("Others", "Other"),
        ("Connections", "Conn"),
        ("Search", "Find"),
    ];

    fn drawn(width: u16, open: usize) -> (String, Vec<Rect>) {
        let tab = |(title, short): (&'static str, &'static str)| Tab {
            title,
            short,
            count: Some(24),
            wants: matches!(title, "Inbox" | "Outbox"),
        };
        let tabs: Vec<Tab> = NAMES.into_iter().map(tab).collect();
        let area = Rect { x: 0, y: 0, width, height: 1 };
        let (mut buffer, theme) = (Buffer::empty(area), Theme::fallback(ColorMode::None));
        let mut canvas = Canvas::new(&mut buffer, &theme, Timestamp::UNIX_EPOCH);
        let places = draw(area, &tabs, open, &mut canvas);
        canvas.finish();
        (buffer.content().iter().map(|cell| cell.symbol()).collect(), places)
    }

    #[test]
    fn every_tab_fits_into_eighty_columns_with_the_counts_that_want_a_person() {
        for open in 0..NAMES.len() {
            let (line, places) = drawn(80, open);
            for (_, short) in NAMES {
                assert!(line.contains(short), "{short} is missing: {line}");
            }
            assert!(line.contains("Inbox 24") && line.contains("Outbox 24"), "{line}");
            assert!(places.iter().all(|place| place.width > 0 && place.right() <= 80), "{places:?}");
        }
    }

    #[test]
    fn the_open_tab_is_in_sight_however_narrow_it_is() {
        for width in 24..200 {
            for open in 0..NAMES.len() {
                let (line, places) = drawn(width, open);
                let place = places[open];
                assert!(place.width > 0 && place.right() <= width, "{width} {open}: {line}");
                let shown: String = line.chars().skip(usize::from(place.x)).take(usize::from(place.width)).collect();
                assert!(shown.contains(NAMES[open].0) || shown.contains(NAMES[open].1), "{width} {open}: {line}");
            }
        }
    }
}
