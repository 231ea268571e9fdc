//! The table in docs/outbox.md is what the function does, and the function keeps its promises whatever comes.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const DOC: &str = include_str!("../../../../docs/outbox.md");

fn outcomes() -> Vec<Outcome> {
    use Outcome::*;
    vec![
        Done,
        Moved,
        Missing,
        Late,
        Clear,
        Accepted,
        NotSent,
        Throttled(Some(Duration::from_secs(77))),
        Unanswered,
        Unauthorized,
        Refused,
        Clash,
        LookFailed,
        NotYetShown,
    ]
}

/// The word for an outcome. Whoever adds one is stopped here, and adds a line to the table.
fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Done",
        Outcome::Moved => "Moved",
        Outcome::Missing => "Missing",
        Outcome::Late => "Late",
        Outcome::Clear => "Clear",
        Outcome::Accepted => "Accepted",
        Outcome::NotSent => "NotSent",
        Outcome::Throttled(_) => "Throttled",
        Outcome::Unanswered => "Unanswered",
        Outcome::Unauthorized => "Unauthorized",
        Outcome::Refused => "Refused",
        Outcome::Clash => "Clash",
        Outcome::LookFailed => "LookFailed",
        Outcome::NotYetShown => "NotYetShown",
    }
}

fn facts(failures: u32, provable: bool) -> Facts {
    Facts {
        attempts: 1,
        failures,
        alike: failures,
        provable,
        now: Timestamp::from_second(1_000_000).unwrap(),
        jitter: 0.5,
    }
}

/// A move, in the words of the table.
fn told(next: &Next, facts: &Facts) -> String {
    let wait = next.due_at.map(|due| due.duration_since(facts.now).as_millis());
    let common = i128::try_from(back_off(facts).as_millis()).unwrap();
    let when = match wait {
        None => "",
        Some(0) => " (now)",
        Some(77_000) => " (told)",
        Some(wait) if wait == common => " (wait)",
        Some(wait) if wait == common / 2 => " (half)",
        Some(_) => " (odd)",
    };
    format!("{}{when}{}", next.state, if next.pause { ", pause" } else { "" })
}

/// What a cell says, for given facts: its notes are rules for facts that are not the common ones.
fn meant(cell: &str, failures: u32, provable: bool) -> String {
    let (cell, note) = cell.rsplit_once(" [").map_or((cell, ""), |(cell, note)| (cell, note.trim_end_matches(']')));
    match note {
        "a" if !provable => cell.replace(" (wait)", "").replace(" (told)", ""),
        "b" if !provable => "unknown".to_owned(),
        "c" if failures < 5 => cell.replace("(wait)", "(half)"),
        "c" => "wedged".to_owned(),
        "d" if !provable => "confirmed".to_owned(),
        "e" if failures == 0 => cell.to_owned(),
        "e" if failures < 3 => cell.replace("(now)", "(wait)"),
        "e" => "conflicted".to_owned(),
        _ => cell.to_owned(),
    }
}

/// The cells of the table in the docs, by outcome and state.
fn table() -> BTreeMap<(String, WriteState), String> {
    let (_, rest) = DOC.split_once("<!-- the table: read by a test -->").unwrap();
    let mut rows = rest.trim_start().lines().take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let head: Vec<Vec<WriteState>> = cells(rows.next().unwrap())[1..]
        .iter()
        .map(|states| states.split(", ").map(|state| state.parse().unwrap()).collect())
        .collect();
    let mut table = BTreeMap::new();
    for row in rows.skip(1) {
        let row = cells(row);
        let outcome = row[0].split('`').nth(1).unwrap().to_owned();
        for (states, cell) in head.iter().zip(&row[1..]) {
            for state in states {
                table.insert((outcome.clone(), *state), cell.clone());
            }
        }
    }
    table
}

#[test]
fn the_table_in_the_docs_is_what_happens() {
    let table = table();
    let moving =
        [WriteState::Queued, WriteState::Retrying, WriteState::Sending, WriteState::Unknown, WriteState::Accepted];
    assert_eq!(table.len(), outcomes().len() * moving.len());
    for state in WriteState::ALL {
        for outcome in outcomes() {
            for (failures, provable) in
                [(0, true), (1, true), (2, true), (3, true), (4, true), (5, true), (9, true), (0, false), (9, false)]
            {
                let facts = facts(failures, provable);
                let next = after_attempt(state, &outcome, &facts);
                let expected = match table.get(&(word(&outcome).to_owned(), state)) {
                    Some(cell) => meant(cell, failures, provable),
                    None => state.to_string(),
                };
                let case = format!("{state}, {outcome:?}, {failures} failures, provable: {provable}");
                assert_eq!(told(&next, &facts), expected, "{case}");
            }
        }
    }
}

#[test]
fn waits_grow_from_seconds_to_minutes_and_what_is_told_is_kept() {
    let wait = |failures, jitter| {
        let facts = Facts { jitter, ..facts(failures, true) };
        let next = after_attempt(WriteState::Queued, &Outcome::NotSent, &facts);
        next.due_at.unwrap().duration_since(facts.now).as_millis()
    };
    let waits: Vec<_> = [0, 1, 2, 3, 7, 8, 100, u32::MAX].map(|failures| wait(failures, 0.5)).to_vec();
    assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 256_000, 300_000, 300_000, 300_000]);
    assert_eq!([0.0, 1.0, -3.0, 7.0, f64::NAN].map(|jitter| wait(0, jitter)), [1_600, 2_400, 1_600, 2_400, 2_000]);
    let told = |seconds| {
        let facts = facts(3, true);
        let outcome = Outcome::Throttled(Some(Duration::from_secs(seconds)));
        let next = after_attempt(WriteState::Sending, &outcome, &facts);
        next.due_at.unwrap().duration_since(facts.now).as_secs()
    };
    assert_eq!([0, 1, 90, 3600, u64::MAX].map(told), [1, 1, 90, 3600, 3600]);
    let unsaid = after_attempt(WriteState::Sending, &Outcome::Throttled(None), &facts(1, true));
    assert_eq!(unsaid.due_at, Some(Timestamp::from_second(1_000_004).unwrap()));
    let end = Facts { now: Timestamp::MAX, ..facts(0, true) };
    assert_eq!(after_attempt(WriteState::Queued, &Outcome::NotSent, &end).due_at, Some(Timestamp::MAX));
}

/// Outcomes that come of a look at the target which could be read.
fn is_a_look(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Done | Outcome::Moved | Outcome::Missing | Outcome::Clear | Outcome::NotYetShown)
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let told = proptest::option::of(0u64..100_000).prop_map(|told| Outcome::Throttled(told.map(Duration::from_secs)));
    prop_oneof![9 => proptest::sample::select(outcomes()), 1 => told]
}

proptest! {
    /// Whatever comes, in whatever order.
    #[test]
    fn nothing_that_comes_breaks_a_promise(
        provable: bool,
        steps in proptest::collection::vec((any_outcome(), 0u32..9, -0.5f64..1.5), 1..60),
    ) {
        let (mut state, mut since_sent_blind) = (WriteState::Queued, false);
        for (outcome, failures, jitter) in steps {
            let facts = Facts { failures, jitter, ..facts(failures, provable) };
            let next = after_attempt(state, &outcome, &facts);
            // What is over stays over.
            if !state.is_open() {
                prop_assert_eq!(next, Next { state, due_at: None, pause: false });
            }
            // Nobody answered: never sent again before a look has shown that it had no effect.
            if outcome == Outcome::Unanswered && state.is_open() && state != WriteState::Accepted {
                prop_assert_eq!(next.state, WriteState::Unknown);
                since_sent_blind = true;
            }
            let sendable = matches!(next.state, WriteState::Queued | WriteState::Retrying | WriteState::Sending);
            if since_sent_blind && sendable {
                prop_assert!(provable && outcome == Outcome::Clear, "sent again after {:?}", outcome);
            }
            since_sent_blind &= next.state == WriteState::Unknown;
            // Nothing can tell, nobody answered: a person has to.
            if !provable && next.state == WriteState::Unknown && !next.pause {
                prop_assert_eq!(next.due_at, None);
            }
            // Conflicted and expired promise that it was not applied.
            if matches!(next.state, WriteState::Conflicted | WriteState::Expired) && next.state != state {
                prop_assert!(!matches!(state, WriteState::Unknown | WriteState::Accepted));
            }
            // A time in the past is never due, and a pause leaves something to go on with.
            prop_assert!(next.due_at.is_none_or(|due| due >= facts.now));
            prop_assert!(!next.pause || next.state.is_open());
            state = next.state;
        }
    }
}

/// Every way round from a state back to it has a wait, a look or a person in it.
#[test]
fn nothing_goes_round_without_a_wait_or_a_look() {
    for provable in [true, false] {
        // Moves that cost neither: edges of a graph that must have no circle, but for a yes that is said again to what has one.
        let mut edges: BTreeMap<WriteState, Vec<WriteState>> = BTreeMap::new();
        for state in WriteState::ALL.into_iter().filter(|state| state.is_open()) {
            for outcome in outcomes().into_iter().filter(|outcome| !is_a_look(outcome)) {
                // The first clash brings about a look, which is not in this graph; all further ones are.
                for failures in [1, 9] {
                    let facts = facts(failures, provable);
                    let next = after_attempt(state, &outcome, &facts);
                    let at_once = next.due_at == Some(facts.now) && !next.pause;
                    if at_once && next.state != state {
                        edges.entry(state).or_default().push(next.state);
                    }
                }
            }
        }
        for start in WriteState::ALL {
            let (mut seen, mut ahead) = (Vec::new(), edges.get(&start).cloned().unwrap_or_default());
            while let Some(state) = ahead.pop() {
                assert_ne!(state, start, "round and round");
                if !seen.contains(&state) {
                    seen.push(state);
                    ahead.extend(edges.get(&state).into_iter().flatten().copied());
                }
            }
        }
    }
}
