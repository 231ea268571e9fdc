//! Deadlines, and looks that have grown old while a request waited to leave.

use std::time::Duration;

use super::fake::{Fault, Stage, now};
use super::recipes::{policies, runs};
use crate::model::WriteState::{Confirmed, Expired, Queued, Unknown, Wedged};
use crate::outbox::Turn;
use crate::outbox::sender::SendOptions;

const DAY: Duration = Duration::from_secs(86_400);

/// One try, without waiting for timers.
fn brief(stage: &Stage) -> SendOptions {
    SendOptions { patience: Duration::ZERO, ..stage.options() }
}

/// An agent to be contained within a day, of whose two runs the second gives no answer.
async fn half_contained() -> (Stage, crate::model::WriteId) {
    let stage = super::recipes::stage();
    stage.with(|world| world.stubborn.insert("/runs/r2".to_owned(), Fault::Reset));
    let id = stage.decide_in(&stage.outbox, "contain", "bot", Some(DAY));
    stage.send(brief(&stage)).await;
    assert_eq!(
        (stage.state(&id), &runs(&stage)[..2]),
        (Unknown, &["FAILED".to_owned(), "PAUSED_APPROVAL".to_owned()][..])
    );
    stage.with(|world| world.stubborn.clear());
    tokio::time::advance(2 * DAY).await;
    (stage, id)
}

#[tokio::test(start_paused = true)]
async fn what_is_held_back_past_its_deadline_is_never_sent_late() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    stage.with(|world| world.faults.push_back(Fault::Held(90_000)));
    let id = stage.decide_in(&stage.outbox, "suspend", "a1", Some(DAY));
    stage.send(stage.options()).await;
    assert_eq!((stage.state(&id), stage.applied().len()), (Expired, 0), "{:?}", stage.verdict(&id));
}

#[tokio::test(start_paused = true)]
async fn what_was_held_back_for_long_is_looked_at_again_before_it_is_sent() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    stage.with(|world| world.faults.push_back(Fault::Held(90)));
    let id = stage.decide("suspend", "a1");
    // One that waits for nothing more than what it is at: no timer is sat out.
    stage.send(brief(&stage)).await;
    assert_eq!((stage.state(&id), stage.applied().len()), (Confirmed, 1), "{:?}", stage.verdict(&id));
    assert!(stage.with(|world| world.looks) >= 3, "before each of two tries, and after");
}

#[tokio::test(start_paused = true)]
async fn on_a_platform_that_always_lets_wait_decisions_get_through_all_the_same() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    stage.with(|world| world.always = Some(Fault::Held(100)));
    let id = stage.decide("suspend", "a1");
    stage.send(stage.options()).await;
    assert_eq!((stage.state(&id), stage.applied().len()), (Confirmed, 1), "{:?}", stage.verdict(&id));
}

#[tokio::test(start_paused = true)]
async fn what_was_tried_until_its_deadline_is_not_said_to_have_never_been_sent() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    stage.with(|world| world.always = Some(Fault::Status(429)));
    let id = stage.decide_in(&stage.outbox, "suspend", "a1", Some(DAY));
    stage.send(stage.options()).await;
    let words = stage.verdict(&id).message;
    assert_eq!(stage.state(&id), Expired);
    assert!(words.contains("tried before") && !words.contains("nothing was sent"), "{words}");
}

#[tokio::test(start_paused = true)]
async fn a_half_contained_agent_is_contained_wholly_though_the_deadline_has_passed() {
    let (stage, id) = half_contained().await;
    stage.send(stage.options()).await;
    assert_eq!(stage.state(&id), Confirmed, "{:?}", stage.verdict(&id));
    assert_eq!(runs(&stage)[..2], ["FAILED", "FAILED"]);
    assert_eq!(policies(&stage)[0], "quarterdeck-deny-all");
}

#[tokio::test(start_paused = true)]
async fn a_half_contained_agent_that_is_too_late_to_go_on_is_told_as_half_contained() {
    let (stage, id) = half_contained().await;
    stage.outbox.turn(&id, &[Unknown], Turn::to(Queued, now())).unwrap().unwrap();
    stage.send(stage.options()).await;
    let words = stage.verdict(&id).message;
    assert_eq!(stage.state(&id), Wedged, "{words}");
    assert!(words.contains("stop on runs: r1") && !words.contains("nothing was sent"), "{words}");
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_outweighs_refusals_that_come_after_it() {
    for refusal in [429, 401] {
        let stage = super::recipes::stage();
        stage.with(|world| {
            world.stubborn.insert("/runs/r1".to_owned(), Fault::Reset);
            world.stubborn.insert("/runs/r2".to_owned(), Fault::Status(refusal));
        });
        let id = stage.decide("contain", "bot");
        stage.send(brief(&stage)).await;
        let found = stage.get(&id);
        assert_eq!(
            found.state, Unknown,
            "{refusal}: it may have been applied, and cannot be taken back: {:?}",
            found.verdict
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_when_to_come_again_is_left_alone_so_long() {
    for (told, wait) in [(120, 120), (9_999_999, 3_600)] {
        let stages = [Stage::new("turen"), super::recipes::stage()];
        stages[0].agent("a1");
        for (stage, verb, id) in [(&stages[0], "suspend", "a1"), (&stages[1], "contain", "bot")] {
            stage.with(|world| world.faults.push_back(Fault::ComeAgain(told)));
            let id = stage.decide(verb, id);
            stage.send(brief(stage)).await;
            let write = stage.get(&id);
            let waits = write.due_at.expect("it is tried again").duration_since(write.updated_at).as_secs();
            assert_eq!(waits, wait, "{verb}, {told} s: {:?}", write.verdict);
        }
    }
}
