//! Motions and jumps: to lines and entries, to what an entry shows, to words, to what a person has marked.

use super::Open;
use super::scroll::Spot;
use crate::tui::actions::Act;
use crate::tui::motion;
use crate::tui::reading::Shows;
use crate::tui::views::Cx;

/// What one jumps to: what it shows, and its name.
fn jump_of(act: Act) -> Option<(Shows, bool, &'static str)> {
    Some(match act {
        Act::NextError => (Shows::ERROR, true, "error"),
        Act::PreviousError => (Shows::ERROR, false, "error"),
        Act::NextCall => (Shows::CALL, true, "call"),
        Act::PreviousCall => (Shows::CALL, false, "call"),
        Act::NextChange => (Shows::EDIT, true, "change"),
        Act::PreviousChange => (Shows::EDIT, false, "change"),
        Act::NextPrompt => (Shows::USER, true, "message of a person"),
        Act::PreviousPrompt => (Shows::USER, false, "message of a person"),
        Act::NextApproval => (Shows::APPROVAL, true, "question for permission"),
        Act::PreviousApproval => (Shows::APPROVAL, false, "question for permission"),
        _ => return None,
    })
}

/// Moves; false when it is no motion.
pub(super) fn motion(open: &mut Open, act: Act, count: Option<u32>) -> bool {
    if let Act::NextEntry | Act::PreviousEntry = act {
        if let Some(book) = &open.book {
            let times = i64::from(count.unwrap_or(1));
            let by = if act == Act::NextEntry { times } else { -times };
            let to = motion::among(book.count(), open.scroll.cursor.entry, by);
            open.reach(to, false);
        }
        return true;
    }
    let Some(by) = motion::lines(act, count, open.scroll.page) else { return false };
    if let Some(book) = &mut open.book {
        let count = book.count();
        open.scroll.step(by, count, |at| book.height(at));
    }
    true
}

/// Jumps; false when it is no jump.
pub(super) fn jump(open: &mut Open, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
    let times = count.unwrap_or(1).max(1) as usize;
    if let Act::NextMatch | Act::PreviousMatch = act {
        to_match(open, act == Act::NextMatch, times, cx);
        return true;
    }
    if act == Act::NextMark {
        to_mark(open, times, cx);
        return true;
    }
    let Some((shows, forward, name)) = jump_of(act) else { return false };
    let Some(book) = &open.book else { return true };
    let at = open.scroll.cursor.entry;
    let is = |at: &usize| book.shows(*at).any(shows);
    let to = if forward {
        (at + 1..book.count()).filter(is).take(times).last()
    } else {
        (0..at).rev().filter(is).take(times).last()
    };
    match to {
        Some(to) => open.reach(to, false),
        None => cx.say(format!("No {name} {} here", if forward { "below" } else { "above" })),
    }
    true
}

/// To the next line that holds the marked words: in this entry, else in the next one that does.
pub(super) fn to_match(open: &mut Open, forward: bool, times: usize, cx: &mut Cx) {
    for _ in 0..times {
        if !step_match(open, forward) {
            let where_to = if forward { "below" } else { "above" };
            return cx.say(match open.words.is_empty() {
                true => "Nothing is looked for: / begins".to_owned(),
                false => format!("Nothing found {where_to} here"),
            });
        }
    }
}

fn step_match(open: &mut Open, forward: bool) -> bool {
    let Some(book) = &mut open.book else { return false };
    if open.words.is_empty() {
        return false;
    }
    let Spot { entry: at, line } = open.scroll.cursor;
    if forward && let Some(line) = book.marked(at, line + 1, &open.words, false) {
        let count = book.count();
        open.scroll.reach(Spot { entry: at, line }, count, |at| book.height(at));
        return true;
    }
    let shown = |place: &&u32| {
        let number = book.number(**place as usize);
        let stands = book.place(number) == Some(**place as usize);
        stands && if forward { number > at } else { number < at }
    };
    let next = if forward { open.found.iter().find(shown) } else { open.found.iter().rev().find(shown) };
    let Some(place) = next.copied() else { return false };
    let number = book.number(place as usize);
    open.reach(number, true);
    true
}

/// To the next entry with a bookmark or a note; behind the last comes the first.
fn to_mark(open: &mut Open, times: usize, cx: &mut Cx) {
    let Some(book) = &open.book else { return };
    let marked = book.kept().entries();
    let last = book.transcript().entries.len();
    let here = book.place(open.scroll.cursor.entry);
    let after = marked.iter().filter(|at| **at < last).position(|at| here.is_none_or(|here| *at > here));
    let next = marked.iter().filter(|at| **at < last).cycle().nth(after.unwrap_or(0) + times - 1);
    match next.copied() {
        Some(place) => {
            let number = book.number(place);
            open.reach(number, false);
        }
        None => cx.say("No bookmark and no note here: b sets one, i writes one"),
    }
}
