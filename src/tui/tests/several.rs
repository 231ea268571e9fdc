//! Several requests for approval on one sheet: each stands there with what it rests on, and nobody confirms what was not in sight.

use quarterdeck_sync::model::Kind;
use serde_json::{Value, json};

use super::*;
use crate::tui::decisions::{Confirmed, Deed, Item};
use crate::tui::grounds::{Earlier, Payload, Short};

impl World {
    /// What an answer to a request rests on, in short.
    pub fn short(&self, item: &Item) -> Short {
        let mut grounds = self.grounds(item, None);
        let doc: Value = serde_json::from_str(&item.record.doc).unwrap_or_default();
        let payload = grounds.payload.take();
        let line = |payload: Payload| Payload { text: doc["payload"].to_string(), ..payload };
        Short {
            key: item.record.row.key,
            asks: [("tool", "tool_id"), ("url", "tool_url")]
                .into_iter()
                .filter_map(|(name, field)| Some((name.to_owned(), doc[field].as_str()?.to_owned())))
                .collect(),
            payload: payload.map(line),
            rule: grounds.rules.pop(),
            more_rules: 2,
            earlier: Earlier { list: Vec::new(), ..grounds.earlier },
        }
    }
}

/// A night in which so many requests wait, the last one for a host that only looks right.
fn waiting(count: usize) -> World {
    let mut world = World::default();
    for at in 0..count {
        let host = if at + 1 == count { "\u{430}pi.stripe.com" } else { "api.stripe.com" };
        let doc = json!({"id": format!("apr-{at:03}"), "agent_id": format!("helper-{at}"), "tool_id": "stripe", "tool_method": "POST",
            "tool_url": format!("https://{host}/v1/refunds/{at}"), "capability": "refund", "status": "PENDING", "run_id": format!("run-{at}"),
            "payload": {"amount": 100 + at, "note": "please\u{202e} hurry\u{200b}"}});
        let (agent, title) = (format!("helper-{at}"), format!("stripe.refund number {at}"));
        let list = ("approvals", Kind::Approval);
        let ago = 30 + at as i64;
        world.add(
            ("acme", "runagents"),
            list,
            format!("apr-{at:03}"),
            Some(&title),
            Some("PENDING"),
            (Some(&agent), None),
            ago,
            doc,
        );
    }
    world.count();
    world
}

pub(super) fn all_marked(size: (u16, u16), count: usize) -> Console {
    let mut console = Console::with(size, waiting(count), connections(), TuiSettings::default());
    console.press("@approvals * a");
    console
}

/// Scrolls to where the key counts; all that was in sight on the way.
fn read(console: &mut Console) -> String {
    let mut seen = console.text();
    for _ in 0..300 {
        if console.text().contains("C-y yes, ") {
            return seen;
        }
        console.key("<PgDn>");
        console.draw();
        seen.push_str(&console.text());
    }
    panic!("the sheet has no end: {}", console.text());
}

fn decided(console: &Console) -> Vec<Item> {
    let mut deeds = console.deeds();
    match deeds.pop() {
        Some(Confirmed { deed: Deed::Decide { seen, .. }, .. }) if deeds.is_empty() => seen,
        other => panic!("{other:?} and {deeds:?}"),
    }
}

#[test]
fn each_of_several_requests_stands_there_with_what_it_rests_on() {
    let mut console = all_marked((160, 48), 3);
    let seen = read(&mut console);
    for at in 0..3 {
        let payload = format!("{{\"amount\":{}", 100 + at);
        let url = format!(".stripe.com/v1/refunds/{at}");
        let number = format!("REQUEST {} OF 3", at + 1);
        for words in [&number, &format!("stripe.refund number {at}"), &format!("helper-{at}"), &url, &payload] {
            assert!(seen.contains(words.as_str()), "{words} is not on the sheet:\n{seen}");
        }
    }
    for words in [
        "POST",
        "2 hidden characters in the payload",
        "refunds-under-50 /spec/policies/0: fits POST",
        "2 more fit",
        "11 approved, 2 rejected (same tool and capability)",
    ] {
        assert!(seen.matches(words).count() >= 3, "{words}:\n{seen}");
    }
    assert!(
        seen.contains("┊ ! tool url: ") && seen.contains("mixes scripts"),
        "the host that only looks right:\n{seen}"
    );
    console.press("C-y");
    assert_eq!(decided(&console).len(), 3);
}

#[test]
fn several_requests_are_not_approved_before_the_last_was_in_sight() {
    let mut console = all_marked((80, 24), 12);
    let text = console.text();
    assert!(!text.contains("C-y yes"), "{text}");
    assert!(text.contains("<PgDn> to the end to confirm: 12 left"), "{text}");
    console.press("C-y");
    assert_eq!(console.deeds(), []);
    assert!(
        console.text().contains("Not now: 12 of them have not been in sight: scroll through them"),
        "{}",
        console.text()
    );
    let mut left = 12;
    while left > 0 {
        // What was said of it lies over the sheet for a while.
        console.pass(Duration::from_secs(60));
        console.press("<PgDn>");
        let text = console.text();
        let told = text.split("to confirm: ").nth(1).and_then(|told| told.split(' ').next());
        let now = told.map_or(0, |told| told.parse().unwrap());
        assert!(now <= left, "{text}");
        left = now;
        console.press("C-y");
        assert!(left == 0 || console.deeds().is_empty(), "{left} are left: {text}");
    }
    assert_eq!(decided(&console).len(), 12, "at the end the key counts");
}

#[test]
fn who_leaps_over_requests_has_not_read_them() {
    let mut console = all_marked((80, 24), 12);
    console.press("C-<End>");
    let text = console.text();
    assert!(text.contains("helper-11") && !text.contains("C-y yes"), "{text}");
    assert!(text.contains("C-<Home> back to what was not in sight: 12 left"), "{text}");
    console.press("C-y");
    assert_eq!(console.deeds(), []);
    console.pass(Duration::from_secs(60));
    console.press("C-<Home>");
    read(&mut console);
    console.press("C-<End> C-y");
    assert_eq!(decided(&console).len(), 12);
}

#[test]
fn what_was_read_stays_read_when_one_scrolls_back_and_not_when_it_has_changed() {
    let mut console = all_marked((80, 24), 4);
    read(&mut console);
    for _ in 0..20 {
        console.press("C-b");
    }
    assert!(console.text().contains("C-y yes, approve 4"), "{}", console.text());
    {
        let mut world = console.store.world.lock().unwrap();
        let (_, doc) = &mut world.rows[3];
        *doc = doc.replace("\"amount\":103", "\"amount\":999103");
    }
    console.news(Outside::Committed);
    console.press("C-y");
    assert_eq!(console.deeds(), []);
    console.press("C-r C-y");
    assert_eq!(console.deeds(), [], "it is to be read anew");
    assert!(read(&mut console).contains("999103"));
    console.press("C-y");
    assert_eq!(decided(&console).len(), 4);
}

#[test]
fn no_more_requests_are_answered_than_stand_on_the_sheet_and_the_rest_stay_marked() {
    let mut console = all_marked((160, 48), 130);
    let text = console.text();
    assert!(text.contains("Approve 100 approvals") && text.contains("100 of 130 marked"), "{text}");
    assert!(text.contains("30 more stay marked, and nothing is done with them"), "{text}");
    let seen = read(&mut console);
    console.press("C-y");
    let confirmed = console.deeds();
    let Deed::Decide { seen: items, .. } = &confirmed[0].deed else { panic!("{confirmed:?}") };
    assert_eq!(items.len(), 100);
    for item in items {
        assert!(seen.contains(&item.record.row.id), "{} was not on the sheet", item.record.row.id);
    }
    console.keep_all(confirmed);
    assert!(console.text().contains("* 30 marked"), "{}", console.text());
    console.press("a");
    assert!(
        console.text().contains("Approve 30 approvals") && !console.text().contains("stay marked"),
        "{}",
        console.text()
    );
    read(&mut console);
    console.press("C-y");
    assert_eq!(decided(&console).len(), 30);
}

#[test]
fn what_several_rest_on_may_be_unreadable_and_that_is_said() {
    let mut world = waiting(3);
    world.groundless = Some("disk I/O error".to_owned());
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    console.press("@approvals * a");
    assert!(console.text().contains("what they rest on could not be read: disk I/O error"), "{}", console.text());
    console.press("C-y");
    assert_eq!(decided(&console).len(), 3, "a person decides all the same");
}

#[test]
fn what_cannot_be_answered_is_told_first_and_takes_no_room() {
    let mut world = waiting(5);
    world.rows[2].0.status = Some("EXPIRED".into());
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    console.press("@approvals * a");
    let text = console.text();
    assert!(text.contains("4 of 5 marked") && text.contains("BESIDE THE REQUESTS"), "{text}");
    assert!(text.contains("number 2  ✗ it is expired already"), "{text}");
    let seen = read(&mut console);
    assert!(seen.contains("REQUEST 4 OF 4"), "{seen}");
    console.press("C-y");
    let ids: Vec<String> = decided(&console).into_iter().map(|item| item.record.row.id).collect();
    assert_eq!(ids, ["apr-000", "apr-001", "apr-003", "apr-004"]);
}
