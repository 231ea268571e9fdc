//! What was seen, and comes again: as long as the same goes on it stays away, and what begins anew is not hidden by having been seen.

use std::time::Duration;

use quarterdeck_sync::model::{Flag, FlagKind, ListKey, Place, Problem, Timestamp, Write, WriteState};
use quarterdeck_sync::outbox::action::Asked;

use super::outbox::{ago, intent, write};
use super::wants::{seek as go_to, wanting};
use super::*;
use crate::inbox::seek;

const DAY: i64 = 86_400;

fn unreachable(name: &str, since: i64) -> Problem {
    Problem {
        list: ListKey::new(name, "agents"),
        id: None,
        code: "unreachable".into(),
        message: format!("GET /agents of {name}: no route to host"),
        since: ago(since),
        seen_at: ago(30),
    }
}

fn night() -> Console {
    let world = World { problems: vec![unreachable("acme", 4 * DAY)], ..World::believable().wanting() };
    started(world)
}

fn started(world: World) -> Console {
    let mut console = Console::started((120, 36), world, connections(), TuiSettings::default());
    console.pass(Duration::from_secs(1));
    console
}

impl Console {
    fn after(&mut self, change: impl FnOnce(&mut World)) {
        change(&mut self.store.world.lock().unwrap());
        self.news(Outside::Committed);
        self.pass(Duration::from_secs(60));
    }

    /// What was said so far was said three days ago.
    fn three_days_later(&mut self) {
        let at: Timestamp = ago(3 * DAY);
        self.store.world.lock().unwrap().flags.iter_mut().for_each(|flag| flag.made_at = at);
    }
}

#[test]
fn a_connection_that_recovers_and_fails_again_wants_you_again() {
    let mut console = night();
    let before = console.waiting_items();
    go_to(&mut console, "acme ");
    assert!(console.text().contains("it cannot be reached"), "{}", console.text());
    console.press("e");
    assert_eq!(console.keep_flags(), 1);
    console.three_days_later();
    assert_eq!(console.waiting_items(), before - 1);
    console.after(|world| world.problems.clear());
    assert_eq!(console.waiting_items(), before - 1, "it answers again");
    console.after(|world| world.problems.push(unreachable("acme", 3_600)));
    assert_eq!(console.waiting_items(), before, "whoever saw it on Monday has not seen it on Thursday");
}

#[test]
fn a_connection_that_goes_on_failing_stays_away_over_refreshes_and_restarts() {
    let mut console = night();
    let before = console.waiting_items();
    go_to(&mut console, "acme ");
    console.press("e");
    console.keep_flags();
    console.three_days_later();
    for list in ["runs", "approvals", "policies"] {
        // More of its lists are asked for in vain, and one that had failed before is not asked for any more.
        console.after(|world| {
            world.problems.push(Problem { list: ListKey::new("acme", list), ..unreachable("acme", 60) });
            world.problems.sort_by_key(|problem| problem.since);
            world.problems.iter_mut().for_each(|problem| problem.seen_at = ago(1));
        });
        assert_eq!(console.waiting_items(), before - 1, "{list}");
    }
    let world = console.store.world.lock().unwrap().clone();
    assert_eq!(started(world).waiting_items(), before - 1, "as it was left");
}

/// A decision about an agent that has waited for so many seconds.
fn stuck(world: &World, number: usize, seconds: i64) -> Write {
    let (row, doc) =
        world.rows.iter().find(|(row, _)| row.status.as_deref() == Some("active")).expect("an agent").clone();
    let asked = Asked { verb: "suspend".into(), ..Asked::default() };
    let intent = intent(&Record { row, doc }, &asked).expect("it can be");
    write(number, intent, WriteState::Queued, seconds)
}

#[test]
fn a_decision_that_is_stuck_is_not_hidden_by_having_seen_that_another_one_was() {
    let mut world = World::believable();
    world.writes = vec![stuck(&world, 1, 4 * DAY)];
    let mut console = started(world);
    let before = console.waiting_items();
    go_to(&mut console, "connection  turen");
    assert!(console.text().contains("a decision of yours has"), "{}", console.text());
    console.press("e");
    console.keep_flags();
    console.three_days_later();
    console.after(|world| world.writes.push(stuck(world, 2, 120)));
    assert_eq!(console.waiting_items(), before - 1, "it may still arrive");
    console.after(|world| world.writes.push(stuck(world, 3, 3_600)));
    assert_eq!(console.waiting_items(), before);
    go_to(&mut console, "connection  turen");
    assert!(console.text().contains("2 of your decisions have"), "{}", console.text());
}

#[test]
fn an_agent_that_is_cloned_again_wants_you_again() {
    let mut console = wanting((120, 36));
    let before = console.waiting_items();
    go_to(&mut console, "clone");
    console.press("e");
    assert_eq!(console.keep_flags(), 1);
    assert_eq!(console.waiting_items(), before - 1);
    // Its platform says that it is no clone any more.
    let place = console.store.world.lock().unwrap().flags[0].place.clone();
    let clones = console.store.world.lock().unwrap().findings.clones.clone();
    console.after(|world| {
        world.findings.clones.clear();
        world.findings.over = vec![place];
    });
    assert_eq!(console.keep_flags(), 1, "what was seen is over");
    assert!(console.store.world.lock().unwrap().flags.iter().all(|flag| flag.kind != FlagKind::Acknowledged));
    console.after(|world| {
        world.findings.over.clear();
        world.findings.clones = clones;
    });
    assert_eq!(console.waiting_items(), before);
}

#[test]
fn one_more_secret_in_a_session_that_was_seen_to_leak_wants_you_again_and_one_less_does_not() {
    let mut console = wanting((120, 36));
    let leaking = |world: &mut World, entries: &[u32]| {
        for leak in &mut world.findings.leaks {
            leak.entries = entries.len() as u64;
            leak.marks = entries.iter().map(|at| format!("entry {at}")).collect();
        }
    };
    console.after(|world| leaking(world, &[4, 9]));
    let before = console.waiting_items();
    go_to(&mut console, "leak");
    console.press("e");
    console.keep_flags();
    console.after(|world| leaking(world, &[9]));
    assert_eq!(console.waiting_items(), before - 1);
    console.after(|world| leaking(world, &[9, 12]));
    assert_eq!(console.waiting_items(), before);
}

#[test]
fn that_a_clone_which_was_seen_is_over_is_found_out_by_looking_at_the_agents() {
    let mut world = World::believable();
    let at = world.rows.iter().position(|(_, doc)| doc.contains("\"clone_detected\":true")).expect("a clone");
    let list = world.rows[at].0.list.clone();
    let place = Place::record(list.connection, list.collection, &world.rows[at].0.id);
    let seek = |world: &World| seek(world, &|_| Err("no index here".into()), fake::now());
    assert_eq!((seek(&world).clones.len(), seek(&world).over), (1, Vec::new()));
    let seen = Some("clone:active".to_owned());
    world.flags =
        vec![Flag { kind: FlagKind::Acknowledged, place: place.clone(), made_at: ago(DAY), until: None, seen }];
    assert_eq!(seek(&world).over, [], "it goes on");
    let cloned = world.rows[at].clone();
    world.rows[at].1 = cloned.1.replace("\"clone_detected\":true", "\"clone_detected\":false");
    assert_eq!(seek(&world).over, std::slice::from_ref(&place), "its platform does not say so any more");
    world.rows[at] = cloned;
    world.rows[at].0.status = Some("suspended".into());
    assert_eq!(seek(&world).over, [place], "it was stopped: whoever lets it go again looks again");
    world.flags[0].seen = Some("failure:FAILED".into());
    assert_eq!(seek(&world).over, [], "that was seen for something else");
}
