//! An answer that was overtaken changes nothing, whatever was asked.

use std::collections::BTreeSet;

use super::*;
use crate::tui::data::{Answer, Answered, Ticket};

/// Said by every answer that comes too late: on screen it would be seen.
const OLD: &str = "an answer to what nobody asks any more";

/// Every kind of answer but a failure.
const KINDS: [&str; 32] = [
    "window",
    "count",
    "record",
    "health",
    "statuses",
    "writes",
    "write",
    "brief",
    "draft",
    "grounds",
    "in-short",
    "opening",
    "checked",
    "affected",
    "versions",
    "transcript",
    "found",
    "incidents",
    "incident",
    "kept",
    "kin",
    "colours",
    "search",
    "saved",
    "inbox",
    "findings",
    "numbers",
    "timeline",
    "links",
    "words",
    "rows",
    "contents",
];

/// Which question it answers. A new one stands here before this compiles.
fn kind(answer: &Answer) -> &'static str {
    match answer {
        Answer::Window(_) => "window",
        Answer::Count(_) => "count",
        Answer::Record(_) => "record",
        Answer::Health(..) => "health",
        Answer::Statuses(_) => "statuses",
        Answer::Writes(_) => "writes",
        Answer::Write(_) => "write",
        Answer::Brief(_) => "brief",
        Answer::Draft(_) => "draft",
        Answer::Grounds(_) => "grounds",
        Answer::InShort(_) => "in-short",
        Answer::Opening(_) => "opening",
        Answer::Checked(_) => "checked",
        Answer::Affected(_) => "affected",
        Answer::Versions(_) => "versions",
        Answer::Transcript(_) => "transcript",
        Answer::Found(_) => "found",
        Answer::Incidents(_) => "incidents",
        Answer::Incident(_) => "incident",
        Answer::Kept(_) => "kept",
        Answer::Kin(_) => "kin",
        Answer::Colours(_) => "colours",
        Answer::Search(_) => "search",
        Answer::Saved(_) => "saved",
        Answer::Inbox(_) => "inbox",
        Answer::Findings(_) => "findings",
        Answer::Numbers(_) => "numbers",
        Answer::Timeline(_) => "timeline",
        Answer::Links(_) => "links",
        Answer::Words(_) => "words",
        Answer::Rows(_) => "rows",
        Answer::Contents(_) => "contents",
        Answer::Fates(_) => "fates",
        Answer::Flagged(_) => "flagged",
        Answer::Unsealed(_) => "unsealed",
        Answer::Failed(_) => "failed",
    }
}

impl Console {
    /// Every answer there will be to what is asked now, kept back.
    fn held(&mut self) -> Vec<Answered> {
        let mut held = Vec::new();
        while self.app.waiting() > 0 {
            held.push(self.inbox.recv_timeout(Duration::from_secs(120)).expect("an answer"));
        }
        held.extend(self.inbox.try_iter());
        held.into_iter()
            .filter_map(|message| if let Message::Answer(one) = message { Some(one) } else { None })
            .collect()
    }

    fn give(&mut self, answer: Answered) {
        self.app.handle(Message::Answer(answer), self.clock);
    }

    /// Asks again for all that is in sight, and for what keys ask for.
    fn ask_again(&mut self, keys: &str) {
        self.clock += Duration::from_secs(3);
        self.app.handle(Message::Outside(Outside::Committed), self.clock);
        keys.split(' ').filter(|key| !key.is_empty()).for_each(|key| self.strike(key));
        self.clock += Duration::from_secs(1);
        self.app.tick(self.clock);
        self.draw();
    }
}

/// What was asked, and how an older answer to it was given.
#[derive(Default)]
struct Seen {
    /// A real one, which a newer question had overtaken.
    overtaken: BTreeSet<&'static str>,
    /// A failure, under an older number than that of what is asked.
    forged: BTreeSet<&'static str>,
}

/// Opens a place; while answers are on their way, all of it is asked for again, a few times. What was overtaken comes last, as it was
/// and as a failure, or, with `late` not so, never.
fn overtaken(place: &Place, late: bool, kinds: &mut Seen) -> String {
    let mut console = Console::before(place, Data, (120, 36));
    // A number older than that of anything it will ask.
    console.ask_again("");
    let before = console.held();
    let first: Option<Ticket> = before.iter().map(|answer| answer.ticket).min();
    before.into_iter().for_each(|answer| console.give(answer));
    place.opens.split(' ').filter(|key| !key.is_empty()).for_each(|key| console.strike(key));
    for round in 0..4 {
        // With the same in sight, and with something else.
        let keys = if round % 2 == 0 { "" } else { place.again };
        if round > 0 {
            console.ask_again(keys);
        }
        console.draw();
        let old = console.held();
        console.ask_again(keys);
        let new = console.held();
        let (stale, fresh): (Vec<Answered>, Vec<Answered>) =
            old.into_iter().partition(|old| new.iter().any(|new| new.slot == old.slot));
        for answer in fresh.into_iter().chain(new) {
            let (slot, kind) = (answer.slot, kind(&answer.answer));
            console.give(answer);
            if let Some(ticket) = first.filter(|_| late) {
                kinds.forged.insert(kind);
                console.give(Answered { slot, ticket, answer: Answer::Failed(OLD.to_owned()) });
            }
        }
        console.draw();
        for answer in stale.into_iter().filter(|_| late) {
            kinds.overtaken.insert(kind(&answer.answer));
            let (slot, ticket) = (answer.slot, answer.ticket);
            console.give(answer);
            console.give(Answered { slot, ticket, answer: Answer::Failed(OLD.to_owned()) });
        }
        console.draw();
        let text = console.text();
        assert!(!text.contains(OLD), "{}: {text}", place.name);
    }
    console.settle();
    console.pass(Duration::from_secs(30));
    console.text()
}

/// Nothing lies open in the person's own editor, but its text was asked for.
const OUTSIDE: Place = over("outside", POLICY, "E", "E");

#[test]
fn what_was_overtaken_changes_nothing_whatever_was_asked() {
    let mut kinds = Seen::default();
    for place in PLACES.iter().chain([&OUTSIDE]) {
        let text = overtaken(place, true, &mut kinds);
        let expected = overtaken(place, false, &mut kinds);
        assert!(text == expected, "{}:\n{text}\ninstead of\n{expected}", place.name);
    }
    let never: Vec<&str> = KINDS.into_iter().filter(|kind| !kinds.forged.contains(kind)).collect();
    // Asked once, on the way to where these places begin, or only after something was confirmed.
    assert!(
        never.iter().all(|kind| ["kin", "words", "fates", "unsealed"].contains(kind)),
        "no older answer was given to {never:?}"
    );
    // What is asked for again while the answer is on its way; the rest waits for it.
    let again =
        ["brief", "checked", "count", "found", "health", "record", "rows", "search", "timeline", "window", "write"];
    assert!(again.iter().all(|kind| kinds.overtaken.contains(kind)), "{:?}", kinds.overtaken);
}
