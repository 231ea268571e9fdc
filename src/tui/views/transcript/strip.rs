//! A session in one line: how much happened when, where something failed, and the long pauses, cut short; below it where somebody
//! spoke, changed a file, asked for permission or sent a subagent.
//!
//! Entries without times stand one after the other, evenly. Made once for a width; only the mark of where one is moves.

use jiff::Timestamp;

use super::lines::lasting;
use crate::tui::reading::{Shows, Transcript};
use crate::tui::text::width;
use crate::tui::theme::Role;

/// A pause that is cut short.
const PAUSE: i64 = 10 * 60;
/// Cells for each pause that is told, at least: with less room the shorter ones are not.
const ROOM: usize = 14;
const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// What is told below a cell, the most telling first.
const SIGNS: [(Shows, &str, Role); 4] = [
    (Shows::APPROVAL, "◆", Role::Warn),
    (Shows::SUBAGENT, "⤷", Role::Accent),
    (Shows::EDIT, "±", Role::Good),
    (Shows::USER, "❯", Role::Accent),
];

/// The line.
#[derive(Debug, Default)]
pub(super) struct Strip {
    /// A sign and its role for each cell.
    pub cells: Vec<(&'static str, Role)>,
    /// Below each cell: the most telling of what its entries are.
    pub signs: Vec<Option<(&'static str, Role)>>,
    /// Pauses: the cell each begins at, and its words.
    pub pauses: Vec<(u16, String)>,
    /// For each entry the cell it stands in.
    places: Vec<u16>,
}

/// Entries that follow each other without a long pause.
struct Stretch {
    first: usize,
    from: i64,
    to: i64,
    /// How long the pause before it was.
    pause: i64,
}

impl Strip {
    /// The line of a transcript, so many cells wide.
    pub fn new(transcript: &Transcript, wide: u16) -> Self {
        let wide = usize::from(wide);
        let count = transcript.entries.len();
        if wide < 8 || count == 0 {
            return Self::default();
        }
        let times = times(transcript);
        let mut strip = Self { cells: vec![(" ", Role::Dim); wide], places: vec![0; count], ..Self::default() };
        match times {
            Some(times) => strip.by_time(&times, wide),
            None => {
                for (at, place) in strip.places.iter_mut().enumerate() {
                    *place = (at * wide / count) as u16;
                }
            }
        }
        strip.fill(&transcript.shows);
        strip
    }

    /// The cell of an entry.
    pub fn place(&self, entry: usize) -> Option<u16> {
        self.places.get(entry).copied()
    }

    /// The first entry at or after a cell.
    pub fn entry(&self, cell: u16) -> Option<usize> {
        let at = self.places.partition_point(|place| *place < cell);
        (!self.places.is_empty()).then(|| at.min(self.places.len() - 1))
    }

    fn by_time(&mut self, times: &[i64], wide: usize) {
        let stretches = stretches(times, wide / ROOM);
        let words: Vec<String> = stretches.iter().skip(1).map(|one| format!("┄{}┄", short(one.pause))).collect();
        let told: usize = words.iter().map(|words| width(words)).sum();
        // Every stretch has a cell; the rest is shared out by how long each lasts.
        let room = wide.saturating_sub(told + stretches.len());
        let lasts: i64 = stretches.iter().map(|one| one.to - one.from).sum::<i64>().max(1);
        let mut cell = 0;
        for (number, stretch) in stretches.iter().enumerate() {
            if let Some(words) = number.checked_sub(1).and_then(|at| words.get(at)) {
                self.pauses.push((cell as u16, words.clone()));
                cell += width(words);
            }
            let long = stretch.to - stretch.from;
            let cells = 1 + (room as i128 * i128::from(long) / i128::from(lasts)) as usize;
            let last = stretches.get(number + 1).map_or(times.len(), |next| next.first);
            for (place, time) in self.places[stretch.first..last].iter_mut().zip(&times[stretch.first..last]) {
                let share = i128::from(time - stretch.from) * (cells as i128 - 1) / i128::from(long.max(1));
                *place = (cell + share as usize).min(wide - 1) as u16;
            }
            cell += cells;
        }
    }

    fn fill(&mut self, shows: &[Shows]) {
        let mut counts = vec![0usize; self.cells.len()];
        let mut failed = vec![false; self.cells.len()];
        let mut told = vec![SIGNS.len(); self.cells.len()];
        for (place, shows) in self.places.iter().zip(shows) {
            let cell = usize::from(*place);
            counts[cell] += 1;
            failed[cell] |= shows.any(Shows::ERROR);
            let sign = SIGNS.iter().position(|(of, ..)| shows.any(*of)).unwrap_or(SIGNS.len());
            told[cell] = told[cell].min(sign);
        }
        self.signs = told.into_iter().map(|at| SIGNS.get(at).map(|(_, sign, role)| (*sign, *role))).collect();
        let most = counts.iter().copied().max().unwrap_or(1).max(1);
        for (at, cell) in self.cells.iter_mut().enumerate() {
            *cell = match (failed[at], counts[at]) {
                (true, _) => ("✗", Role::Bad),
                (_, 0) => (" ", Role::Dim),
                (_, count) => (BARS[(count * BARS.len()).div_ceil(most).clamp(1, BARS.len()) - 1], Role::Dim),
            };
        }
    }
}

/// The time of each entry in seconds, never going back; that of the one before where it says none. `None`: nobody says any.
fn times(transcript: &Transcript) -> Option<Vec<i64>> {
    let mut last = transcript.entries.iter().find_map(|entry| entry.at).map(Timestamp::as_second)?;
    let time = |at: Option<Timestamp>| {
        last = at.map_or(last, Timestamp::as_second).max(last);
        last
    };
    Some(transcript.entries.iter().map(|entry| entry.at).map(time).collect())
}

/// Cuts at the longest pauses, at most `most` of them.
fn stretches(times: &[i64], most: usize) -> Vec<Stretch> {
    let mut pauses: Vec<(i64, usize)> = times
        .windows(2)
        .enumerate()
        .map(|(at, pair)| (pair[1] - pair[0], at + 1))
        .filter(|one| one.0 >= PAUSE)
        .collect();
    pauses.sort_unstable_by_key(|(long, at)| (std::cmp::Reverse(*long), *at));
    pauses.truncate(most);
    pauses.sort_unstable_by_key(|(_, at)| *at);
    let mut starts = vec![(0, 0)];
    starts.extend(pauses);
    let end = |number: usize| starts.get(number + 1).map_or(times.len(), |(_, at)| *at);
    let stretch = |(number, (pause, first)): (usize, &(i64, usize))| Stretch {
        first: *first,
        from: times[*first],
        to: times[end(number) - 1],
        pause: *pause,
    };
    starts.iter().enumerate().map(stretch).collect()
}

/// A pause in its largest unit: `2h`.
fn short(seconds: i64) -> String {
    lasting(seconds).split(' ').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_cut_short_and_order_is_kept() {
        let mut strip = Strip { cells: vec![(" ", Role::Dim); 60], places: vec![0; 5], ..Strip::default() };
        strip.by_time(&[0, 60, 120, 120 + 7_200, 120 + 7_260], 60);
        assert_eq!(strip.pauses.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>(), ["┄2h┄"]);
        assert!(strip.places.is_sorted(), "{:?}", strip.places);
        let (cell, words) = &strip.pauses[0];
        assert!(strip.places[2] < *cell && strip.places[3] >= cell + width(words) as u16);
        strip.fill(&[Shows::USER, Shows::CALL, Shows::ERROR, Shows::CALL, Shows::CALL]);
        assert_eq!(strip.cells[usize::from(strip.places[2])].0, "✗");
        assert_eq!((strip.entry(0), strip.entry(59)), (Some(0), Some(4)));
    }

    #[test]
    fn times_that_jump_about_do_no_harm() {
        for times in [vec![0], vec![i64::MIN / 4, i64::MAX / 4], vec![5; 1_000]] {
            let mut strip =
                Strip { cells: vec![(" ", Role::Dim); 9], places: vec![0; times.len()], ..Strip::default() };
            strip.by_time(&times, 9);
            assert!(strip.places.iter().all(|place| *place < 9) && strip.places.is_sorted());
        }
    }
}
