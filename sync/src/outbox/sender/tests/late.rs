//! Deadlines, and looks that have grown old while a request waited to leave.

use std::time::Duration;

use super::fake::{Fault, Stage};
use crate::model::WriteState::{Confirmed, Expired};

#[tokio::test(start_paused = true)]
async fn what_is_held_back_past_its_deadline_is_never_sent_late() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    stage.with(|world| world.faults.push_back(Fault::Held(90)));
    let id = stage.decide_in(&stage.outbox, "suspend", "a1", Some(Duration::from_secs(60)));
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
    let brief = crate::outbox::sender::SendOptions { patience: Duration::ZERO, ..stage.options() };
    stage.send(brief).await;
    assert_eq!((stage.state(&id), stage.applied().len()), (Confirmed, 1), "{:?}", stage.verdict(&id));
    assert_eq!(stage.with(|world| world.looks), 3, "before each of two tries, and after");
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
