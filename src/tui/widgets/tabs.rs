//! The header: the product's mark, and a tab for each view with its count.

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
}

/// Draws the header; returns where each tab is, for clicks.
pub(crate) fn draw(area: Rect, tabs: &[Tab], open: usize, canvas: &mut Canvas) -> Vec<Rect> {
    canvas.fill(area, Role::Raised);
    let style = [Style::Full, Style::Counts, Style::Titles, Style::Short]
        .into_iter()
        .find(|style| total(tabs, *style) <= area.width)
        .unwrap_or(Style::Short);
    let mark = if style == Style::Full { MARK } else { SHORT_MARK };
    let mut x = canvas.put(area.x + 1, area.y, mark, area.width, Role::Accent) + gap(style);
    let mut places = Vec::with_capacity(tabs.len());
    for (at, tab) in tabs.iter().enumerate() {
        let start = x;
        let (role, count) = if at == open { (Role::TabOpen, Role::TabOpen) } else { (Role::Tab, Role::Count) };
        x = canvas.put(x, area.y, " ", 1, role);
        x = canvas.put(x, area.y, title(tab, style), 20, role);
        if let Some(words) = beside(tab, style) {
            x = canvas.put(x, area.y, " ", 1, count);
            x = canvas.put(x, area.y, &words, 8, count);
        }
        x = canvas.put(x, area.y, " ", 1, role);
        places.push(Rect { x: start, width: x - start, y: area.y, height: 1 });
        x += if style == Style::Full { 1 } else { 0 };
    }
    places
}

fn title(tab: &Tab, style: Style) -> &'static str {
    if style == Style::Short { tab.short } else { tab.title }
}

fn beside(tab: &Tab, style: Style) -> Option<String> {
    match style {
        Style::Full | Style::Counts => tab.count.map(brief),
        _ => None,
    }
}

fn gap(style: Style) -> u16 {
    if style == Style::Full { 3 } else { 1 }
}

fn total(tabs: &[Tab], style: Style) -> u16 {
    let mark = if style == Style::Full { MARK } else { SHORT_MARK };
    let tabs: usize = tabs
        .iter()
        .map(|tab| {
            width(title(tab, style))
                + 2
                + beside(tab, style).map_or(0, |words| words.len() + 1)
                + usize::from(style == Style::Full)
        })
        .sum();
    (1 + width(mark) + usize::from(gap(style)) + tabs) as u16
}
