//! Many writes at once, and processes that come and go.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::super::{SendOptions, send};
use super::fake::{Fault, Stage};
use crate::model::By;
use crate::model::WriteState::{Confirmed, Wedged};
use crate::outbox::Outbox;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("a{n:03}")).collect()
}

#[tokio::test(start_paused = true)]
async fn with_every_acknowledgement_lost_each_is_applied_once() {
    let stage = Stage::new("turen");
    let names = names(100);
    names.iter().for_each(|name| stage.agent(name));
    stage.with(|world| world.always = Some(Fault::LostAck));
    names.iter().for_each(|name| drop(stage.decide("suspend", name)));
    stage.send(stage.options()).await;
    assert!(stage.all().iter().all(|write| write.state == Confirmed));
    assert_eq!((stage.applied().len(), stage.most_applied()), (100, 1));
}

#[tokio::test(start_paused = true)]
async fn one_wedged_write_leaves_the_others_flowing() {
    let stage = Stage::new("turen");
    let names = names(100);
    names.iter().for_each(|name| stage.agent(name));
    stage.with(|world| world.faults.push_back(Fault::Status(403)));
    names.iter().for_each(|name| drop(stage.decide("suspend", name)));
    stage.send(SendOptions { patience: Duration::ZERO, ..stage.options() }).await;
    let of = |state| stage.all().iter().filter(|write| write.state == state).count();
    assert_eq!((of(Wedged), of(Confirmed)), (1, 99));
}

#[tokio::test]
async fn two_add_while_a_third_sends_and_nothing_is_lost_or_sent_twice() {
    let stage = Stage::new("turen");
    let names = names(40);
    names.iter().for_each(|name| stage.agent(name));
    let path = stage.folder.path().join("outbox.db");
    let others = [(); 2].map(|()| Outbox::open(&path, By::default()).unwrap().0);
    let options = SendOptions { forever: true, now: jiff::Timestamp::now, nudges: None, ..stage.options() };
    let nothing = |_| {};
    let sending = send(&stage.outbox, &stage.mirror, &stage.fake, &options, &nothing);
    let adding = async {
        for (n, name) in names.iter().enumerate() {
            stage.decide_in(&others[n % 2], "suspend", name, None);
            tokio::task::yield_now().await;
        }
        let mut commits = stage.outbox.commits();
        while stage.all().iter().filter(|write| write.state == Confirmed).count() < 40 {
            commits.changed().await.unwrap();
        }
    };
    tokio::select! {
        ended = sending => panic!("{ended:?}"),
        () = adding => {}
    }
    assert_eq!((stage.applied().len(), stage.most_applied()), (40, 1));
}

/// Polls a future so often, and drops it. `true` when it had ended by itself.
pub async fn polled(future: impl Future, times: usize) -> bool {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn whoever_is_killed_at_any_moment_and_started_again_applies_each_once() {
    // A process lives for so many steps, again and again, until all is done.
    for life in [2, 3, 5, 8, 13, 21] {
        let stage = Stage::new("turen");
        let names = names(2);
        names.iter().for_each(|name| stage.agent(name));
        names.iter().for_each(|name| drop(stage.decide("suspend", name)));
        let mut lives = 0;
        while stage.all().iter().any(|write| write.state.is_open()) {
            // One that dies too young never gets anywhere: each life is a little longer.
            polled(stage.send(stage.options()), life + lives / 4).await;
            lives += 1;
        }
        assert!(stage.all().iter().all(|write| write.state == Confirmed), "{life}: {:?}", stage.all());
        assert_eq!((stage.applied().len(), stage.most_applied()), (2, 1), "{life}");
    }
}
