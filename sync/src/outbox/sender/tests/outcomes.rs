//! What becomes of one write, whatever the platform does.

use std::time::Duration;

use super::fake::{Fault, Stage, now};
use crate::model::WriteState::{self, Cancelled, Confirmed, Conflicted, Expired, Queued, Retrying, Unknown, Wedged};
use crate::outbox::Turn;
use crate::platform::FetchKind;

#[tokio::test(start_paused = true)]
async fn a_decision_is_sent_once_and_confirmed_by_a_look() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    let id = stage.decide("suspend", "a1");
    assert_eq!(stage.send(stage.options()).await, ["sending", "accepted", "confirmed"]);
    assert_eq!(stage.applied(), ["PUT /registered-agents/a1/status"]);
    assert_eq!((stage.verdict(&id).code.as_str(), stage.get(&id).attempts), ("applied", 1));
    assert!(stage.send(stage.options()).await.is_empty(), "nothing is left to do");
}

#[tokio::test(start_paused = true)]
async fn every_fault_ends_in_one_effect_or_in_none_and_an_honest_word() {
    let cases: [(&[Fault], WriteState, usize, &str); 16] = [
        (&[Fault::LostAck], Confirmed, 1, "applied"),
        (&[Fault::Reset], Confirmed, 1, "applied"),
        (&[Fault::Reset, Fault::LostAck], Confirmed, 1, "applied"),
        (&[Fault::NoNetwork, Fault::NoNetwork], Confirmed, 1, "applied"),
        (&[Fault::Status(503)], Confirmed, 1, "applied"),
        (&[Fault::Status(429)], Confirmed, 1, "applied"),
        (&[Fault::Status(403)], Wedged, 0, "refused"),
        (&[Fault::Status(404)], Wedged, 0, "refused"),
        (&[Fault::Status(422)], Wedged, 0, "refused"),
        (&[Fault::Status(409)], Confirmed, 1, "applied"),
        (&[Fault::BeatenTo], Confirmed, 0, "already_done"),
        (&[Fault::Late(1)], Confirmed, 1, "applied"),
        (&[Fault::Late(4)], Confirmed, 1, "applied"),
        (&[Fault::Hollow], Wedged, 0, "not_shown"),
        (&[Fault::Both(true)], Confirmed, 1, "applied"),
        (&[Fault::Both(false)], Wedged, 0, "refused"),
    ];
    for (faults, state, applied, code) in cases {
        let stage = Stage::new("turen");
        stage.agent("a1");
        stage.with(|world| world.faults.extend(faults));
        let id = stage.decide("suspend", "a1");
        let moves = stage.send(stage.options()).await;
        let verdict = stage.verdict(&id);
        let found = (stage.state(&id), stage.applied().len(), verdict.code.as_str());
        assert_eq!(found, (state, applied, code), "{faults:?}: {moves:?}: {}", verdict.message);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_always_fails_is_asked_less_and_less_often() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    stage.with(|world| world.faults.extend([Fault::Status(500); 10]));
    let id = stage.decide("suspend", "a1");
    let waits = std::sync::Mutex::new(Vec::new());
    let on_event = |event| {
        if let super::super::SendEvent::Moved(write) = event
            && write.state == Unknown
        {
            let due = write.due_at.unwrap();
            waits.lock().unwrap().push(due.duration_since(write.updated_at).as_secs_f64());
        }
    };
    super::super::send(&stage.outbox, &stage.mirror, &stage.fake, &stage.options(), &on_event).await.unwrap();
    let waits = waits.into_inner().unwrap();
    assert_eq!(waits.len(), 10);
    for (wait, whole) in waits.iter().zip([2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0_f64]) {
        assert!((whole * 0.79..whole * 1.21).contains(wait), "each failure doubles the wait: {waits:?}");
    }
    assert_eq!((stage.state(&id), stage.most_applied()), (Confirmed, 1));
}

#[tokio::test(start_paused = true)]
async fn somebody_else_was_first() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    let id = stage.decide("suspend", "a1");
    stage.with(|world| {
        let doc = world.docs.values_mut().next().unwrap();
        doc["status"] = "deleted".into();
    });
    stage.send(stage.options()).await;
    assert_eq!((stage.state(&id), stage.applied().len()), (Conflicted, 0));

    let gone = stage.decide("suspend", "a2");
    stage.send(stage.options()).await;
    assert_eq!((stage.state(&gone), stage.applied().len()), (Wedged, 0));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_accept_us_is_paused_until_it_is_mended() {
    let stage = Stage::new("turen");
    (0..5).for_each(|n| stage.agent(&format!("a{n}")));
    let ids: Vec<_> = (0..5).map(|n| stage.decide("suspend", &format!("a{n}"))).collect();
    stage.with(|world| world.always = Some(Fault::Status(401)));
    let moves = stage.send(stage.options()).await;
    assert_eq!(moves.iter().filter(|one| *one == "paused").count(), 1, "{moves:?}");
    assert!(ids.iter().all(|id| stage.state(id) == Queued));
    let looks = stage.with(|world| world.looks);
    stage.send(stage.options()).await;
    assert_eq!(stage.with(|world| world.looks), looks, "it is left alone");

    stage.with(|world| world.always = None);
    assert!(stage.outbox.resume("prod", now()).unwrap());
    stage.send(stage.options()).await;
    assert!(ids.iter().all(|id| stage.state(id) == Confirmed));
    assert_eq!(stage.most_applied(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_passes_while_the_network_is_down_or_the_connection_paused() {
    for paused in [false, true] {
        let stage = Stage::new("turen");
        stage.agent("a1");
        stage.with(|world| world.blind = Some(FetchKind::Unreachable));
        if paused {
            stage.outbox.pause("prod", "no", now()).unwrap();
        }
        let id = stage.decide_in(&stage.outbox, "suspend", "a1", Some(Duration::from_secs(1_800)));
        let options = super::super::SendOptions { forever: true, ..stage.options() };
        let mut commits = stage.outbox.commits();
        let expired = async {
            while stage.state(&id) != Expired {
                commits.changed().await.unwrap();
            }
        };
        tokio::select! {
            moves = stage.send(options) => panic!("it goes on for ever: {moves:?}"),
            () = expired => {}
        }
        let lived = stage.get(&id).updated_at.duration_since(stage.get(&id).created_at).as_secs();
        assert!(lived >= 1_800, "paused: {paused}: after {lived} s");
        stage.with(|world| world.blind = None);
        stage.outbox.resume("prod", now()).unwrap();
        stage.send(stage.options()).await;
        assert!(stage.applied().is_empty(), "what expired is never sent");
    }
}

#[tokio::test(start_paused = true)]
async fn with_the_network_down_a_command_returns_and_says_so() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    stage.agent("a2");
    stage.with(|world| world.blind = Some(FetchKind::Unreachable));
    let ids = ["a1", "a2"].map(|id| stage.decide("suspend", id));
    let options = super::super::SendOptions { patience: Duration::ZERO, lanes: 1, ..stage.options() };
    stage.send(options).await;
    assert_eq!(ids.each_ref().map(|id| stage.state(id)), [Retrying, Queued], "one has knocked for both");
    stage.with(|world| world.blind = None);
    stage.send(stage.options()).await;
    assert_eq!(ids.each_ref().map(|id| stage.state(id)), [Confirmed, Confirmed]);
}

#[tokio::test(start_paused = true)]
async fn what_was_left_sending_by_a_process_that_died_is_looked_at_first() {
    for applied in [true, false] {
        let stage = Stage::new("turen");
        stage.agent("a1");
        let id = stage.decide("suspend", "a1");
        let turn = Turn { attempt: true, ..Turn::to(WriteState::Sending, now()) };
        stage.outbox.turn(&id, &[Queued], turn).unwrap().unwrap();
        if applied {
            stage.with(|world| world.docs.values_mut().for_each(|doc| doc["status"] = "suspended".into()));
        }
        let moves = stage.send(stage.options()).await;
        assert_eq!(moves[0], "unknown");
        assert_eq!((stage.state(&id), stage.applied().len()), (Confirmed, usize::from(!applied)), "{moves:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_mirror_shows_the_effect_before_the_write_is_confirmed() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    stage.decide("suspend", "a1");
    let shown = std::sync::Mutex::new(None);
    let on_event = |event| {
        if let super::super::SendEvent::Moved(write) = event
            && write.state == Confirmed
        {
            let reader = stage.mirror.reader().unwrap();
            let found = reader.find(&crate::model::Scope::default(), "a1", 2).unwrap();
            *shown.lock().unwrap() = found[0].row.status.clone();
        }
    };
    super::super::send(&stage.outbox, &stage.mirror, &stage.fake, &stage.options(), &on_event).await.unwrap();
    assert_eq!(shown.into_inner().unwrap().as_deref(), Some("suspended"));
}

#[tokio::test(start_paused = true)]
async fn what_is_cancelled_while_others_are_sent_is_not_sent() {
    let stage = Stage::new("turen");
    (0..20).for_each(|n| stage.agent(&format!("a{n:02}")));
    let ids: Vec<_> = (0..20).map(|n| stage.decide("suspend", &format!("a{n:02}"))).collect();
    let on_event = |event| {
        if let super::super::SendEvent::Moved(write) = event
            && write.id == ids[0]
            && write.state == WriteState::Sending
        {
            let cancelled = stage.outbox.turn(&ids[19], &[Queued], Turn::to(Cancelled, now())).unwrap();
            assert!(cancelled.is_some());
        }
    };
    let options = super::super::SendOptions { lanes: 2, ..stage.options() };
    super::super::send(&stage.outbox, &stage.mirror, &stage.fake, &options, &on_event).await.unwrap();
    assert_eq!(stage.state(&ids[19]), Cancelled);
    assert_eq!(stage.applied().len(), 19);
    assert!(!stage.all().iter().any(|write| write.state == Unknown));
}

/// Scripts call one command after the other, and each of them looks a few times and leaves.
#[tokio::test(start_paused = true)]
async fn what_other_commands_came_to_counts_and_a_persons_retry_begins_anew() {
    use WriteState::{Accepted, Sending};
    for (fault, rests, code, before, end) in
        [(Fault::Hollow, Accepted, "not_shown", 5, Wedged), (Fault::Status(409), Retrying, "clash", 3, Conflicted)]
    {
        let stage = Stage::new("turen");
        stage.agent("a1");
        stage.with(|world| world.always = Some(fault));
        let id = stage.decide("suspend", "a1");
        let turn = |from: WriteState, to: WriteState, code: &str| {
            let verdict = (to != Sending).then(|| super::super::outcome::verdict(code, "as before", None));
            let turn = Turn { attempt: to == Sending, due_at: Some(now()), verdict, ..Turn::to(to, now()) };
            stage.outbox.turn(&id, &[from], turn).unwrap().unwrap();
        };
        turn(Queued, Sending, "");
        turn(Sending, rests, if rests == Accepted { "accepted" } else { code });
        for _ in 1..before + u32::from(rests == Accepted) {
            if rests == Retrying {
                turn(Retrying, Sending, "");
                turn(Sending, Retrying, "rate_limited");
                turn(Retrying, Sending, "");
                turn(Sending, Retrying, code);
            } else {
                turn(Accepted, Accepted, "look_failed");
                turn(Accepted, Accepted, code);
            }
        }
        stage.send(super::super::SendOptions { patience: Duration::ZERO, ..stage.options() }).await;
        let words = stage.verdict(&id);
        assert_eq!((stage.state(&id), words.code.as_str()), (end, code), "{fault:?}: {}", words.message);
        let (looks, asked) = stage.with(|world| (world.looks, world.asked.len()));
        assert_eq!((looks, asked), (1, usize::from(rests == Retrying)), "{fault:?}: this once, and no more");

        if end == Wedged {
            turn(Wedged, Queued, "");
            stage.send(super::super::SendOptions { patience: Duration::ZERO, ..stage.options() }).await;
            let turns = stage.outbox.turns(&id).unwrap();
            let first = turns.iter().find(|turn| {
                turn.verdict.as_ref().is_some_and(|verdict| verdict.message.ends_with("(looked at 1 times)"))
            });
            assert_eq!(first.map(|turn| turn.to), Some(Accepted), "it is waited for again");
        }
    }
}

/// A look that could not be had is none that does not show it.
#[tokio::test(start_paused = true)]
async fn a_network_that_was_down_after_the_yes_does_not_shorten_the_wait_for_the_effect() {
    let stage = Stage::new("turen");
    stage.agent("a1");
    stage.with(|world| world.faults.push_back(Fault::Late(11)));
    let id = stage.decide("suspend", "a1");
    let on_event = |event| {
        let super::super::SendEvent::Moved(write) = event else { return };
        let turns = stage.outbox.turns(&id).unwrap().len();
        stage.with(|world| {
            let down = write.state == WriteState::Accepted && turns < 12;
            world.blind = down.then_some(FetchKind::Unreachable);
        });
    };
    super::super::send(&stage.outbox, &stage.mirror, &stage.fake, &stage.options(), &on_event).await.unwrap();
    assert_eq!((stage.state(&id), stage.applied().len()), (Confirmed, 1), "{:?}", stage.verdict(&id));
}
