//! Which write is due.

use super::super::lanes::{Contact, Job, Lanes};
use super::*;

fn lanes(writes: Vec<Write>) -> Lanes {
    let mut lanes = Lanes::new([]);
    lanes.learn(writes, false, 0);
    lanes
}

/// Takes everything that is due.
fn taken(lanes: &mut Lanes, now: i64) -> Vec<String> {
    std::iter::from_fn(|| lanes.take(time(now)))
        .map(|job| match job {
            Job::Carry(write, _) => write.id.to_string(),
            Job::Expire(write) => format!("{} expires", write.id),
        })
        .collect()
}

fn due(write: Write, at: i64) -> Write {
    Write { due_at: Some(time(at)), ..write }
}

fn deadline(mut write: Write, at: i64) -> Write {
    write.intent.deadline = Some(time(at));
    write
}

use WriteState::{Accepted, Conflicted, Queued, Retrying, Unknown, Wedged};

#[test]
fn one_target_goes_in_order_and_others_pass_it() {
    let mut lanes = lanes(vec![write("1", "a", Queued), write("2", "a", Queued), write("3", "b", Queued)]);
    assert_eq!(taken(&mut lanes, 0), ["1", "3"]);
    lanes.land(due(write("1", "a", Retrying), 5), 1, Contact::Answered, time(0));
    assert_eq!(taken(&mut lanes, 0), [""; 0], "the second waits for the first, whatever that waits for");
    assert_eq!(taken(&mut lanes, 5), ["1"]);
    lanes.land(write("1", "a", WriteState::Confirmed), 0, Contact::Answered, time(5));
    assert_eq!(taken(&mut lanes, 5), ["2"]);
}

#[test]
fn what_ended_badly_holds_nothing_up_and_what_waits_for_a_person_does() {
    for (state, goes) in [(Conflicted, true), (Wedged, true), (WriteState::Expired, true), (Unknown, false)] {
        let mut lanes = lanes(vec![write("1", "a", state), write("2", "a", Queued)]);
        assert_eq!(taken(&mut lanes, 0) == ["2"], goes, "{state}");
    }
}

#[test]
fn waits_end_when_they_are_due() {
    let cases = [
        (write("1", "a", Queued), Some(0)),
        (due(write("1", "a", Retrying), 7), Some(7)),
        (due(write("1", "a", Unknown), 8), Some(8)),
        (due(write("1", "a", Accepted), 9), Some(9)),
        (write("1", "a", Unknown), None),
    ];
    for (write, at) in cases {
        let state = write.state;
        let mut lanes = lanes(vec![write]);
        assert_eq!(lanes.next_due().map(|due| due.max(time(0))), at.map(time), "{state}");
        if at.is_some_and(|at| at > 0) {
            assert_eq!(taken(&mut lanes, at.unwrap_or_default() - 1), [""; 0], "{state}");
        }
        assert_eq!(taken(&mut lanes, 100).len(), usize::from(at.is_some()), "{state}");
    }
}

#[test]
fn deadlines_pass_whatever_stands_in_the_way() {
    let late = || vec![due(write("1", "a", Retrying), 50), deadline(write("2", "a", Queued), 10)];
    let mut paused = Lanes::new([]);
    paused.learn(late(), true, 0);
    assert_eq!(paused.wake_at(), Some(time(10)));
    assert_eq!(taken(&mut paused, 9), [""; 0]);
    assert_eq!(taken(&mut paused, 10), ["2 expires"], "paused");
    assert_eq!(taken(&mut lanes(late()), 10), ["2 expires"], "behind another");
    let sent = lanes(vec![deadline(due(write("1", "a", Unknown), 50), 10)]);
    assert_eq!(sent.wake_at(), Some(time(50)), "what may have left is looked at, not given up");
}

#[test]
fn a_paused_connection_is_left_alone_until_it_is_resumed() {
    let writes = || vec![write("1", "a", Queued), due(write("2", "b", Accepted), 0)];
    let mut lanes = lanes(writes());
    let before = lanes.epoch();
    lanes.pause();
    assert_eq!((taken(&mut lanes, 5), lanes.next_due()), (vec![], None));
    lanes.learn(writes(), false, before);
    assert_eq!(taken(&mut lanes, 5), [""; 0], "what was read before the pause does not end it");
    let now = lanes.epoch();
    lanes.learn(writes(), false, now);
    assert_eq!(taken(&mut lanes, 5), ["1", "2"]);
}

#[test]
fn an_older_reading_does_not_undo_what_was_learnt_by_working() {
    let writes = || vec![write("1", "a", Queued), write("2", "b", Queued)];
    let mut lanes = lanes(writes());
    assert_eq!(taken(&mut lanes, 0), ["1", "2"]);
    let before = lanes.epoch();
    lanes.land(write("1", "a", WriteState::Confirmed), 0, Contact::Answered, time(0));
    lanes.learn(writes(), false, before);
    assert_eq!(taken(&mut lanes, 0), [""; 0], "1 is through, 2 is being worked on");
    // A person put it back after it had ended.
    let now = lanes.epoch();
    lanes.learn(writes(), false, now);
    assert_eq!(taken(&mut lanes, 0), ["1"]);
}

#[test]
fn writes_asked_for_take_along_what_stands_before_them() {
    let mut lanes = Lanes::new([WriteId::new("3")]);
    let writes = ["1", "2", "3", "4"].map(|id| write(id, if id == "2" { "b" } else { "a" }, Queued));
    lanes.learn(writes.to_vec(), false, 0);
    assert_eq!(taken(&mut lanes, 0), ["1"]);
    lanes.land(write("1", "a", Wedged), 1, Contact::Answered, time(0));
    assert_eq!(taken(&mut lanes, 0), ["3"]);
    lanes.land(write("3", "a", WriteState::Confirmed), 0, Contact::Answered, time(0));
    assert_eq!((taken(&mut lanes, 0), lanes.next_due()), (vec![], None), "4 was not asked for");
}

#[test]
fn a_lost_connection_is_knocked_at_by_one_write_at_a_time() {
    let all = ["1", "2", "3"].map(|id| write(id, id, Queued)).to_vec();
    let mut lanes = lanes(all.clone());
    assert!(lanes.take(time(0)).is_some());
    lanes.land(due(write("1", "1", Retrying), 2), 1, Contact::Lost, time(0));
    assert_eq!((taken(&mut lanes, 1), lanes.next_due()), (vec![], Some(time(2))));
    assert_eq!(taken(&mut lanes, 2), ["1"]);
    // The longest wait of a write is longer than the network may be back unnoticed.
    lanes.land(due(write("1", "1", Retrying), 300), 1, Contact::Lost, time(2));
    assert_eq!(lanes.next_due(), Some(time(62)));
    // A new decision is tried at once.
    let epoch = lanes.epoch();
    let read = [vec![due(write("1", "1", Retrying), 300)], all[1..].to_vec(), vec![write("4", "4", Queued)]];
    lanes.learn(read.concat(), false, epoch);
    assert_eq!(taken(&mut lanes, 3), ["2"]);
    lanes.land(write("2", "2", WriteState::Confirmed), 0, Contact::Answered, time(3));
    let mut rest = taken(&mut lanes, 3);
    rest.sort();
    assert_eq!(rest, ["1", "3", "4"], "the first answer lets all go");
}

#[test]
fn somebody_in_a_hurry_cuts_waits_short() {
    let mut lanes = lanes(vec![due(write("1", "a", Retrying), 50), write("2", "b", Unknown)]);
    lanes.hurry();
    assert_eq!(taken(&mut lanes, 3), ["1"], "what waits for a person waits on");
}

#[test]
fn a_clock_that_was_set_back_holds_no_decision_up_for_days() {
    const DAY: i64 = 86_400;
    let all = ["1", "2"].map(|id| write(id, id, Queued)).to_vec();
    let mut lanes = lanes([due(all[0].clone(), 3 * DAY), due(all[1].clone(), 3_600)].to_vec());
    assert_eq!(taken(&mut lanes, 0), ["1"], "no wait is as long as that; an hour may be meant");
    // The connection was found lost by the clock as it was before.
    lanes.land(due(write("1", "1", Retrying), 3 * DAY + 2), 1, Contact::Lost, time(3 * DAY));
    assert_eq!(taken(&mut lanes, 3_600), ["1"]);
}
