//! A year of days as a calendar: a column for each week, a row for each day of it, the denser the more happened.

use ratatui::layout::Rect;

use super::draw::Inside;
use crate::numbers::Numbers;
use crate::tui::canvas::Canvas;
use crate::tui::text::grouped;
use crate::tui::theme::Role;

/// Signs of how much there was, from nothing on. Each is told from the others without any colour.
pub(super) const SIGNS: [(&str, Role); 5] =
    [("·", Role::Line), ("░", Role::Busy), ("▒", Role::Busy), ("▓", Role::Busy), ("█", Role::Busy)];
/// Cells for the names of the days.
const NAMES: u16 = 4;
/// Cells for what stands beside.
const BESIDE: u16 = 32;
/// Weeks that are shown of the youngest fleet: a quarter. Cells that a week takes: the fewer there are, the wider.
const FEWEST: usize = 13;
const WIDTHS: (u16, u16) = (2, 6);

/// The sign for a number among numbers up to `most`: none only for nothing, the last only for the most.
pub(super) fn sign(count: u64, most: u64) -> usize {
    match count {
        0 => 0,
        count => 1 + (u128::from(count - 1) * 4 / u128::from(most.max(count))) as usize,
    }
}

/// Draws it, with the day under the cursor told below.
pub(super) fn draw(numbers: &Numbers, day: Option<usize>, inside: &Inside, canvas: &mut Canvas) {
    let area = inside.area;
    let beside = if area.width > 2 * 53 + NAMES + BESIDE { BESIDE } else { 0 };
    let room = area.width.saturating_sub(NAMES + beside);
    let weeks = Weeks::of(numbers, day, room);
    if area.height < 9 || weeks.seen == 0 {
        return told(numbers, day, area, canvas);
    }
    let most = numbers.sessions.iter().skip(weeks.first * 7).map(|day| day.all()).max().unwrap_or(0);
    months(numbers, weeks, area, canvas);
    for (row, name) in ["Mon", "", "Wed", "", "Fri", "", "Sun"].into_iter().enumerate() {
        canvas.put(area.x, area.y + 1 + row as u16, name, NAMES, Role::Dim);
    }
    for (at, sessions) in numbers.sessions.iter().enumerate().skip(weeks.first * 7) {
        let (x, y) = (weeks.x(at / 7, area), area.y + 1 + (at % 7) as u16);
        let (glyph, role) = SIGNS[sign(sessions.all(), most).min(SIGNS.len() - 1)];
        // Between two weeks there is a blank. A day without anything is a dot in the middle of its place.
        let solid = weeks.cells - 1;
        match sessions.all() {
            0 => canvas.put(x + (solid - 1) / 2, y, glyph, 1, role),
            _ => canvas.put(x, y, &glyph.repeat(usize::from(solid)), solid, role),
        };
        if inside.focused && day == Some(at) {
            let cell = Rect { x: x.saturating_sub(1), y, width: solid + 2, height: 1 };
            canvas.tint(cell, Role::Selected);
            canvas.put(cell.x, y, "[", 1, Role::Accent);
            canvas.put(x + solid, y, "]", 1, Role::Accent);
        }
    }
    if beside > 0 {
        // Beside the calendar, and not at the far end of the screen.
        let x = (weeks.x(weeks.first + weeks.seen, area) + 4).min(area.right() - beside + 2);
        sums(numbers, Rect { x, width: beside - 2, ..area }, most, canvas);
    }
    told(numbers, day, Rect { y: area.y + 8, height: 1, ..area }, canvas);
}

/// The weeks in sight, and how wide each is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Weeks {
    first: usize,
    seen: usize,
    cells: u16,
}

impl Weeks {
    /// As far back as there is something to see, or the cursor is, and no further than there is room: a year of a young fleet would
    /// be a field of dots.
    fn of(numbers: &Numbers, day: Option<usize>, room: u16) -> Self {
        let weeks = numbers.days.len().div_ceil(7);
        let begun = numbers.sessions.iter().position(|day| day.all() > 0);
        let first = begun.into_iter().chain(day).min().map_or(weeks, |day| day / 7);
        let wanted = weeks.saturating_sub(first).max(FEWEST).min(weeks);
        let seen = wanted.min(usize::from(room / WIDTHS.0));
        let share = room.checked_div(u16::try_from(seen).unwrap_or(u16::MAX)).unwrap_or(WIDTHS.0);
        Self { first: weeks - seen, seen, cells: share.clamp(WIDTHS.0, WIDTHS.1) }
    }

    /// Where a week begins; of one in sight, or the one behind them.
    fn x(self, week: usize, area: Rect) -> u16 {
        area.x + NAMES + self.cells * week.saturating_sub(self.first) as u16
    }
}

/// Names of the months over the weeks they begin in.
fn months(numbers: &Numbers, weeks: Weeks, area: Rect, canvas: &mut Canvas) {
    let (mut free, mut last) = (area.x, None);
    for week in 0..weeks.seen {
        let Some(monday) = numbers.days.get((weeks.first + week) * 7) else { break };
        let x = weeks.x(weeks.first + week, area);
        // A month is named once, and only where its name does not run into the one before.
        if last != Some(monday.month()) && x >= free && (week > 0 || monday.day() <= 7) && x + 3 <= area.right() {
            free = canvas.put(x, area.y, &monday.strftime("%b").to_string(), 3, Role::Dim) + 1;
        }
        last = Some(monday.month());
    }
}

/// What one day had, in words.
fn told(numbers: &Numbers, day: Option<usize>, area: Rect, canvas: &mut Canvas) {
    let Some((at, date)) = day.and_then(|at| Some((at, numbers.days.get(at)?))) else { return };
    let Some(sessions) = numbers.sessions.get(at) else { return };
    // What the list behind the day shows stands first, by itself.
    let mut words = format!("{}  {}", date.strftime("%a %d %b %Y"), grouped(sessions.here()));
    words.push_str(if sessions.here() == 1 { " session" } else { " sessions" });
    if sessions.gone > 0 {
        words.push_str(&format!(", {} no longer listed", grouped(sessions.gone)));
    }
    match (sessions.told, sessions.here()) {
        (0, _) => {}
        (told, 0) => words.push_str(&format!(" here; the platform's calendar tells of {}", grouped(told))),
        (told, _) => words.push_str(&format!("; {} more are only in the platform's calendar", grouped(told))),
    }
    canvas.put(area.x, area.y, &words, area.width, Role::Text);
}

/// What the last days come to, and what the signs mean.
fn sums(numbers: &Numbers, area: Rect, most: u64, canvas: &mut Canvas) {
    let last = |days: usize| numbers.sessions.iter().rev().take(days).map(|day| day.all()).sum::<u64>();
    let busiest = numbers.sessions.iter().zip(&numbers.days).max_by_key(|(day, _)| day.all());
    let lines = [
        ("today", last(1)),
        ("last 7 days", last(7)),
        ("last 30 days", last(30)),
        ("the whole year", last(numbers.sessions.len())),
    ];
    for (at, (what, count)) in lines.into_iter().enumerate() {
        let y = area.y + 1 + at as u16;
        canvas.put(area.x, y, what, area.width, Role::Dim);
        canvas.put_right(area.right(), y, &grouped(count), 10, Role::Text);
    }
    if let Some((day, date)) = busiest.filter(|(day, _)| day.all() > 0) {
        let what = format!("most, on {}", date.strftime("%a %d %b"));
        canvas.put(area.x, area.y + 5, &what, area.width, Role::Dim);
        canvas.put_right(area.right(), area.y + 5, &grouped(day.all()), 10, Role::Text);
    }
    let mut x = canvas.put(area.x, area.y + 7, "none ", area.width, Role::Dim);
    for (sign, role) in SIGNS {
        x = canvas.put(x, area.y + 7, sign, 1, role) + 1;
    }
    canvas.put(x, area.y + 7, &grouped(most), area.right().saturating_sub(x), Role::Dim);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_column_begins_with_a_monday() {
        let now = "2026-11-22T09:00:00Z[UTC]".parse().unwrap();
        let days = crate::numbers::days::weeks(&now, 53);
        assert!(days.chunks(7).all(|week| week[0].weekday() == jiff::civil::Weekday::Monday));
    }

    #[test]
    fn a_young_fleet_has_wide_weeks_and_the_cursor_is_always_among_them() {
        let busy = |from: usize| {
            let mut numbers = Numbers { days: vec!["2026-02-02".parse().unwrap(); 371], ..Numbers::default() };
            numbers.sessions = vec![Default::default(); 371];
            numbers.sessions[from..].iter_mut().for_each(|day| day.listed = 1);
            numbers
        };
        assert_eq!(Weeks::of(&busy(360), Some(370), 110), Weeks { first: 40, seen: FEWEST, cells: 6 });
        assert_eq!(Weeks::of(&busy(360), Some(7), 110), Weeks { first: 1, seen: 52, cells: 2 });
        assert_eq!(Weeks::of(&busy(0), Some(370), 110), Weeks { first: 0, seen: 53, cells: 2 });
        assert_eq!(Weeks::of(&busy(0), None, 0).seen, 0);
    }

    proptest! {
        #[test]
        fn more_is_never_shown_as_less(a in 0u64..1 << 50, b in 0u64..1 << 50, more in 0u64..1 << 50) {
            let most = a.max(b).saturating_add(more);
            prop_assert!(sign(a, most) < SIGNS.len());
            prop_assert_eq!(sign(a, most) == 0, a == 0);
            prop_assert!(a > b || sign(a, most) <= sign(b, most));
        }
    }
}
