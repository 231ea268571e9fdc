//! The arithmetic of a time axis: moments to cells and back, ticks, and the lengths one zooms through. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Lengths of the axis in minutes, the shortest first: a quarter of an hour to a year.
pub const SPANS: [i64; 11] = [15, 60, 180, 720, 1_440, 4_320, 10_080, 40_320, 131_040, 262_080, 525_600];

/// What a length is called.
pub fn span_name(minutes: i64) -> String {
    match minutes {
        m if m < 60 => format!("{m} minutes"),
        60 => "1 hour".to_owned(),
        m if m < 1_440 => format!("{} hours", m / 60),
        1_440 => "1 day".to_owned(),
        m if m <= 10_080 => format!("{} days", m / 1_440),
        m => format!("{} weeks", m / 10_080),
    }
}

/// A stretch of time over so many cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    from: i64,
    to: i64,
    cells: u16,
}

/// A tick: its cell and its words, which fit before the next tick and the end of the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The cell.
    pub cell: u16,
    /// A time of day, a day or a month, in UTC.
    pub label: String,
}

/// Steps of ticks in minutes; beyond a day they are days.
const STEPS: [i64; 14] = [1, 5, 15, 30, 60, 180, 360, 720, 1_440, 2_880, 4_320, 10_080, 20_160, 43_200];
/// Cells between two ticks, at least.
const APART: i64 = 12;

impl Axis {
    /// From one moment up to another, which is at least a millisecond later; at least a cell.
    pub fn new(from: Timestamp, to: Timestamp, cells: u16) -> Self {
        let from = from.as_millisecond();
        Self { from, to: to.as_millisecond().max(from + 1), cells: cells.max(1) }
    }

    /// So many minutes around a moment, so that it lies three quarters of the way; never beyond what the calendar holds.
    pub fn around(at: Timestamp, minutes: i64, cells: u16) -> Self {
        let minutes = minutes.clamp(1, 60 * 24 * 366 * 10);
        let back = |parts: i64| at.checked_sub(SignedDuration::from_secs(minutes * 15 * parts));
        let from = back(3).unwrap_or(Timestamp::MIN);
        let to = back(-1).unwrap_or(Timestamp::MAX);
        Self::new(from, to, cells)
    }

    /// Where it begins.
    pub fn from(&self) -> Timestamp {
        Timestamp::from_millisecond(self.from).unwrap_or(Timestamp::MIN)
    }

    /// Where it ends.
    pub fn to(&self) -> Timestamp {
        Timestamp::from_millisecond(self.to).unwrap_or(Timestamp::MAX)
    }

    /// Does it show this moment?
    pub fn shows(&self, at: Timestamp) -> bool {
        (self.from..self.to).contains(&at.as_millisecond())
    }

    /// The cell of a moment that it shows.
    pub fn cell(&self, at: Timestamp) -> Option<u16> {
        let at = at.as_millisecond();
        if !(self.from..self.to).contains(&at) {
            return None;
        }
        let share = i128::from(at - self.from) * i128::from(self.cells) / i128::from(self.to - self.from);
        Some((share as u16).min(self.cells - 1))
    }

    /// The edges of the cells, one more than there are cells.
    pub fn edges(&self) -> Vec<Timestamp> {
        let edge = |cell: u16| {
            // The first millisecond that belongs to the cell: rounded up, as cells are rounded down.
            let long = i128::from(self.to - self.from);
            let past = (long * i128::from(cell) + i128::from(self.cells) - 1) / i128::from(self.cells);
            Timestamp::from_millisecond(self.from + past as i64).unwrap_or(Timestamp::MAX)
        };
        (0..=self.cells).map(edge).collect()
    }

    /// Ticks at round times in UTC, as close as their words allow: two operators who talk about one see the same.
    pub fn ticks(&self) -> Vec<Tick> {
        let long = (self.to - self.from) / 60_000;
        let needed = |step: &&i64| **step * i64::from(self.cells) >= APART * long.max(1);
        let step = STEPS.iter().find(needed).copied().unwrap_or(STEPS[STEPS.len() - 1]);
        let mut ticks: Vec<Tick> = Vec::new();
        let Ok(begin) = self.from().to_zoned(TimeZone::UTC).start_of_day() else { return ticks };
        let (mut at, mut steps) = (begin.clone(), 0i64);
        while at.timestamp().as_millisecond() < self.to && steps < 2_000 {
            if let Some(cell) = self.cell(at.timestamp()) {
                let label = label(&at, step);
                let wide = label.len() as u16;
                let free = ticks.last().is_none_or(|last| last.cell + (last.label.len() as u16) < cell);
                if free && wide <= self.cells - cell {
                    ticks.push(Tick { cell, label });
                }
            }
            steps += 1;
            // Hours are counted from midnight as they pass; days by the calendar.
            let next = match step {
                1_440.. => begin.checked_add((steps * (step / 1_440)).days()),
                _ => begin.checked_add(SignedDuration::from_mins(steps * step)),
            };
            match next {
                Ok(next) => at = next,
                Err(_) => break,
            }
        }
        ticks
    }
}

fn label(at: &jiff::Zoned, step: i64) -> String {
    let midnight = at.hour() == 0 && at.minute() == 0;
    let form = match step {
        43_200.. => "%b %Y",
        1_440.. => "%d %b",
        _ if midnight => "%d %b",
        _ => "%H:%M",
    };
    at.strftime(form).to_string()
}
