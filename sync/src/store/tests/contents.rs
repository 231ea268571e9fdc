//! Contents that are planned while others write, and counted without being read.

use super::*;
use crate::model::{ContentPolicy, ContentSource, ContentState, Query, Scope};
use crate::store::NewContent;

/// Sessions whose content is fetched, as many as are looked at in several stretches.
const MANY: usize = 12_000;

async fn sessions(mirror: &Mirror) -> ListId {
    let content = Some(ContentSource::Fetched { changed: vec!["/v".to_owned()] });
    let spec = ListSpec { content, ..spec("main", "sessions", Kind::Session) };
    mirror.register(vec![spec]).await.unwrap()[0]
}

/// The session of this number, last active so many seconds after 1970.
fn active(number: usize, version: u64) -> Incoming {
    let columns = Columns { updated_at: Some(time(number as i64)), ..Columns::default() };
    Incoming { columns, ..row(&format!("s{number:05}"), version) }
}

async fn many(mirror: &Mirror) -> ListId {
    let list = sessions(mirror).await;
    for from in (0..MANY).step_by(4_000) {
        mirror.apply(list, rows((from..MANY.min(from + 4_000)).map(|n| active(n, 1))), time(1)).await.unwrap();
    }
    list
}

fn due(mirror: &Mirror, policy: ContentPolicy) -> (u64, bool) {
    let totals = mirror.reader().unwrap().content_totals(policy, time(MANY as i64)).unwrap();
    (totals[0].due, totals[0].settled)
}

#[tokio::test]
async fn whoever_writes_does_not_wait_until_all_contents_are_planned() {
    let place = Place::new();
    let mirror = place.open();
    let list = many(&mirror).await;
    let plan = mirror.plan_content(ContentPolicy::All, u64::MAX, time(1));
    let (planned, applied) = tokio::join!(plan, mirror.apply(list, rows([active(MANY, 1)]), time(2)));
    planned.unwrap();
    assert_eq!(applied.unwrap().inserted, 1);
    // Had the write waited for the plan, what it wrote would not be in it.
    assert_eq!(due(&mirror, ContentPolicy::All), (MANY as u64 + 1, true), "what was written meanwhile is planned too");
}

#[tokio::test]
async fn a_plan_that_nobody_waits_for_is_left_off_and_another_goes_on_with_it() {
    let place = Place::new();
    let mirror = place.open();
    many(&mirror).await;
    drop(futures_util::poll!(std::pin::pin!(mirror.plan_content(ContentPolicy::All, u64::MAX, time(1)))));
    drop(mirror);
    let mirror = place.open();
    mirror.plan_content(ContentPolicy::All, u64::MAX, time(1)).await.unwrap();
    assert_eq!(due(&mirror, ContentPolicy::All), (MANY as u64, true));
    // Two at a time: both are answered.
    let plan = || mirror.plan_content(ContentPolicy::All, u64::MAX, time(1));
    let (one, other) = tokio::join!(plan(), plan());
    one.and(other).unwrap();
}

#[tokio::test]
async fn what_is_counted_is_what_each_record_says_of_itself() {
    let place = Place::new();
    let mirror = place.open();
    let list = sessions(&mirror).await;
    mirror.apply(list, rows((0..60).map(|n| active(n, 1))), time(1)).await.unwrap();
    let now = time(60);
    let recent = ContentPolicy::Recent(jiff::SignedDuration::from_secs(20));
    mirror.plan_content(ContentPolicy::All, u64::MAX, now).await.unwrap();
    let asked = mirror.reader().unwrap().due_content(list, ContentPolicy::All, now, None, 60).unwrap();
    assert_eq!(asked.len(), 60);
    for (place, due) in asked.into_iter().enumerate() {
        let messages = format!("[{place}]");
        let got = match place % 5 {
            0 | 1 => NewContent::Messages { messages, count: 1, etag: None, partial: place % 2 == 0 },
            2 => NewContent::Absent,
            3 => NewContent::Failed { code: "content_server".into(), message: "no".into(), again_at: time(90) },
            _ => continue,
        };
        mirror.keep_content(due, got, now).await.unwrap();
    }
    // Some change, some are gone.
    let gone = (40..44).map(|n| format!("s{n:05}")).collect();
    let batch = Batch { gone, ..rows((0..60).filter(|n| n % 7 == 0 && !(40..44).contains(n)).map(|n| active(n, 2))) };
    mirror.apply(list, batch, time(2)).await.unwrap();
    for policy in [ContentPolicy::All, recent] {
        mirror.plan_content(policy, u64::MAX, now).await.unwrap();
        let reader = mirror.reader().unwrap();
        let scope = Scope { kinds: vec![Kind::Session], ..Scope::default() };
        let live = reader.window(&Query { limit: 100, ..Query::newest(scope) }).unwrap().rows;
        let infos: Vec<_> =
            live.iter().map(|row| (row.updated_at, reader.content_state(row.key).unwrap().unwrap())).collect();
        let count = |state| infos.iter().filter(|(_, info)| info.state == state).count() as u64;
        let waits: Vec<_> = infos
            .iter()
            .filter(|(at, info)| {
                matches!(info.state, ContentState::Missing | ContentState::Stale)
                    && at.is_some_and(|at| at.as_millisecond() >= policy.since(now))
            })
            .collect();
        let totals = &reader.content_totals(policy, now).unwrap()[0];
        assert!(totals.settled);
        let counted = (totals.held, totals.stale, totals.absent, totals.missing);
        let expected =
            [ContentState::Held, ContentState::Stale, ContentState::Absent, ContentState::Missing].map(count);
        assert_eq!(counted, expected.into(), "{policy}");
        assert_eq!(totals.due, waits.len() as u64, "{policy}");
        assert_eq!(totals.failing, waits.iter().filter(|(_, info)| info.failures > 0).count() as u64, "{policy}");
        assert!(count(ContentState::Stale) > 0 && totals.gone > 0 && totals.failing > 0, "{totals:?}");
    }
}

/// Opened before the change was planned, and not answered: the next plan finds the record as it was looked at then.
#[tokio::test]
async fn a_changed_session_that_failed_when_it_was_opened_is_still_due() {
    for was in
        [NewContent::Absent, NewContent::Messages { messages: "[1]".into(), count: 1, etag: None, partial: false }]
    {
        let place = Place::new();
        let mirror = place.open();
        let list = sessions(&mirror).await;
        let plan = || mirror.plan_content(ContentPolicy::All, u64::MAX, time(9));
        mirror.apply(list, rows([active(0, 1)]), time(1)).await.unwrap();
        plan().await.unwrap();
        let asked = mirror.reader().unwrap().due_content(list, ContentPolicy::All, time(9), None, 1).unwrap().remove(0);
        mirror.keep_content(asked.clone(), was.clone(), time(2)).await.unwrap();
        assert_eq!(due(&mirror, ContentPolicy::All).0, 0);
        let failed = |n| NewContent::Failed { code: "content_server".into(), message: "no".into(), again_at: time(n) };

        // Nothing has changed: what is known of it stands.
        mirror.keep_content(asked.clone(), failed(3), time(3)).await.unwrap();
        plan().await.unwrap();
        assert_eq!(due(&mirror, ContentPolicy::All).0, 0, "{was:?}");

        mirror.apply(list, rows([active(0, 2)]), time(4)).await.unwrap();
        mirror.keep_content(asked, failed(5), time(5)).await.unwrap();
        plan().await.unwrap();
        let reader = mirror.reader().unwrap();
        let scope = Scope { kinds: vec![Kind::Session], ..Scope::default() };
        let row = reader.window(&Query { limit: 1, ..Query::newest(scope) }).unwrap().rows.remove(0);
        let state = reader.content_state(row.key).unwrap().unwrap().state;
        let is = if was == NewContent::Absent { ContentState::Missing } else { ContentState::Stale };
        assert_eq!((state, due(&mirror, ContentPolicy::All).0), (is, 1), "{was:?}");
    }
}
