//! The piece of a text that is shown with a hit.

use std::ops::Range;

use super::{Place, joined};

/// A piece of a text, on one line, around what a query asks for.
///
/// It is text of a platform still: whatever shows it makes it safe first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// The piece; white space and ends of lines in it are single spaces.
    pub text: String,
    /// What to mark in it, in bytes; in order, not overlapping.
    pub marks: Vec<Range<usize>>,
    /// The text has more before.
    pub cut_before: bool,
    /// The text has more after.
    pub cut_after: bool,
}

/// What a piece may lose at its end so as not to end within a word, in characters.
const LOOSE: usize = 16;

pub(super) fn cut(text: &str, places: &[Place], width: usize) -> Snippet {
    let marks = joined(places);
    let best = best(places, width);
    let start = best.map_or(0, |(start, end)| before(text, start, end, width));
    let first = marks.partition_point(|mark| mark.end <= start);
    let mut snippet = Snippet::default();
    let end = fill(&mut snippet, text, start, &marks[first..], width);
    trim(&mut snippet, end < text.len() && !text[..end].ends_with(char::is_whitespace));
    snippet.cut_before = !text[..start].trim().is_empty();
    snippet.cut_after = snippet.cut_after || !text[end..].trim().is_empty();
    snippet
}

/// Where the places begin and end that are most worth showing, within `width` bytes: those with the most different terms, of
/// these with the rarest in this text, of these the most.
fn best(places: &[Place], width: usize) -> Option<(usize, usize)> {
    let terms = places.iter().map(|place| place.term + 1).max().unwrap_or(0);
    let mut counts = vec![0usize; terms];
    places.iter().for_each(|place| counts[place.term] += 1);
    let worth = |term: usize| 1.0 + 1.0 / counts[term] as f64;
    let mut within = vec![0usize; terms];
    let mut sum = 0.0;
    let mut first = 0;
    let mut best = None;
    for (last, place) in places.iter().enumerate() {
        within[place.term] += 1;
        if within[place.term] == 1 {
            sum += worth(place.term);
        }
        while first < last && place.at.end.saturating_sub(places[first].at.start) > width {
            let term = places[first].term;
            within[term] -= 1;
            if within[term] == 0 {
                sum -= worth(term);
            }
            first += 1;
        }
        // Sums that went up and down again differ in their last digits.
        let score = ((sum * 1e6) as u64, last - first);
        if best.is_none_or(|(known, _, _)| score > known) {
            best = Some((score, places[first].at.start, place.at.end));
        }
    }
    best.map(|(_, start, end)| (start, end))
}

/// Where to begin so that what is at `start..end` stands in the middle, at a word.
fn before(text: &str, start: usize, end: usize, width: usize) -> usize {
    let taken = text[start..end].chars().take(width).count();
    let lead = (width - taken) / 2;
    let rest = text[end..].chars().take(width).count();
    // At the end of a text there is more room before.
    let lead = lead.max((width - taken).saturating_sub(rest));
    let Some((from, _)) = text[..start].char_indices().rev().take(lead).last() else { return start };
    if from == 0 || text[..from].ends_with(char::is_whitespace) {
        return from;
    }
    match text[from..start].find(char::is_whitespace) {
        Some(space) => {
            let word = text[from + space..].trim_start();
            (text.len() - word.len()).min(start)
        }
        None => from,
    }
}

/// Copies from `start` on, with white space made one; answers where it stopped.
fn fill(snippet: &mut Snippet, text: &str, start: usize, marks: &[Range<usize>], width: usize) -> usize {
    let mut marks = marks.iter().peekable();
    let mut open = None;
    let mut space = false;
    let mut count = 0;
    for (at, c) in text[start..].char_indices().map(|(at, c)| (start + at, c)) {
        if marks.peek().is_some_and(|mark| mark.end <= at) {
            close(snippet, &mut open);
            marks.next();
        }
        if c.is_whitespace() {
            space = !snippet.text.is_empty();
            continue;
        }
        if count + 1 + usize::from(space) > width {
            close(snippet, &mut open);
            return at;
        }
        if std::mem::take(&mut space) {
            snippet.text.push(' ');
            count += 1;
        }
        if open.is_none() && marks.peek().is_some_and(|mark| mark.start <= at) {
            open = Some(snippet.text.len());
        }
        snippet.text.push(c);
        count += 1;
    }
    close(snippet, &mut open);
    text.len()
}

/// Ends a mark with the last word copied.
fn close(snippet: &mut Snippet, open: &mut Option<usize>) {
    if let Some(start) = open.take() {
        let end = snippet.text.len();
        if start < end {
            snippet.marks.push(start..end);
        }
    }
}

/// Takes a broken word off the end, unless it is marked.
fn trim(snippet: &mut Snippet, cut: bool) {
    let Some(space) = snippet.text.rfind(' ').filter(|_| cut) else { return };
    let marked = snippet.marks.last().is_some_and(|mark| mark.end > space);
    if !marked && snippet.text[space..].chars().count() <= LOOSE {
        snippet.text.truncate(space);
        snippet.cut_after = true;
    }
}
