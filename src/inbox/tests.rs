use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use quarterdeck_sync::model::{Flag, FlagKind, Freshness, Kind, ListKey, Offered, Place, Problem, Record, Row, RowKey};
use quarterdeck_sync::outbox::{Lot, Paused};
use serde_json::json;

use super::findings::{marks, says_yes};
use super::item::{Item, Reason, Standing, Subject};
use super::troubles::{Known, find};
use super::{CAUSES, Cause, Leak, Risk, flags, rank, states, why};

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

fn reason(cause: Cause, risk: Risk, since: Option<i64>, left: Option<i64>) -> Reason {
    Reason {
        cause,
        risk,
        why: "because".to_owned(),
        print: "as it is".to_owned(),
        since: since.map(ago),
        deadline: left.map(|seconds| ago(-seconds)),
        came: None,
        entry: None,
    }
}

fn item(id: &str, reasons: Vec<Reason>) -> Item {
    Item {
        place: Place::record("prod", "runs", id),
        platform: "turen".to_owned(),
        subject: Subject::Record { key: RowKey(1), kind: Kind::Run },
        reasons,
        title: id.to_owned(),
        status: None,
        agent: None,
        agent_name: None,
        within: Vec::new(),
        can: Vec::new(),
        standing: Standing::Waiting,
    }
}

fn row(kind: Kind, status: &str, seconds: i64) -> Row {
    Row {
        key: RowKey(7),
        status: Some(status.to_owned()),
        created_at: Some(ago(seconds + 60)),
        updated_at: Some(ago(seconds)),
        confirmed_at: now(),
        ..Row::bare(ListKey::new("prod", kind.plural()), "turen", kind, "4711")
    }
}

fn any_reason() -> impl Strategy<Value = Reason> {
    let cause = (0..CAUSES.len()).prop_map(|at| CAUSES[at].cause);
    let risk = prop::sample::select(Risk::ALL.to_vec());
    // Few different times: ties are what an order is tried on.
    (cause, risk, prop::option::of(0..4_i64), prop::option::of(1..4_i64))
        .prop_map(|(cause, risk, since, left)| reason(cause, risk, since, left))
}

fn any_items() -> impl Strategy<Value = Vec<Item>> {
    prop::collection::vec(prop::collection::vec(any_reason(), 1..3), 0..24)
        .prop_map(|all| all.into_iter().enumerate().map(|(at, reasons)| item(&format!("{at:02}"), reasons)).collect())
}

proptest! {
    /// However the items come in, they stand in one order; and one that goes away leaves the others as they stood.
    #[test]
    fn there_is_one_order_and_a_refresh_keeps_it(
        (items, shuffled) in any_items().prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle())),
        gone in any::<prop::sample::Index>(),
    ) {
        let (mut one, mut other) = (items, shuffled);
        rank(&mut one);
        rank(&mut other);
        prop_assert_eq!(&one, &other);
        if !one.is_empty() {
            let gone = gone.get(&one).place.clone();
            other.reverse();
            other.retain(|item| item.place != gone);
            rank(&mut other);
            one.retain(|item| item.place != gone);
            prop_assert_eq!(one, other);
        }
    }

    /// The order is by risk first: nothing of a lower one stands before something of a higher one.
    #[test]
    fn the_highest_risk_stands_first(mut items in any_items()) {
        rank(&mut items);
        prop_assert!(items.windows(2).all(|pair| pair[0].risk() >= pair[1].risk()));
    }
}

#[test]
fn of_two_with_one_risk_the_one_with_less_time_left_comes_first_then_the_one_that_waits_longer() {
    let high = |id: &str, since, left| item(id, vec![reason(Cause::Approval, Risk::High, since, left)]);
    let mut items = vec![
        high("waits since nobody knows when", None, None),
        high("waits for a minute", Some(60), None),
        high("has an hour", Some(9_000), Some(3_600)),
        high("waits for a day", Some(86_400), None),
        high("has a minute", Some(1), Some(60)),
        item("low", vec![reason(Cause::Silent, Risk::Low, Some(999_999), Some(1))]),
    ];
    rank(&mut items);
    let order: Vec<&str> = items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(
        order,
        [
            "has a minute",
            "has an hour",
            "waits for a day",
            "waits for a minute",
            "waits since nobody knows when",
            "low"
        ]
    );
}

#[test]
fn the_table_of_causes_stands_in_the_order_of_the_enum_and_the_page_tells_it() {
    let page = include_str!("../../docs/inbox.md");
    for (at, about) in CAUSES.iter().enumerate() {
        assert_eq!(about.cause as usize, at, "{}", about.cause);
        let line = format!("| {} | {} | {} | {} |", about.words.0, about.when, about.risk, about.act);
        assert!(page.contains(&line), "docs/inbox.md lacks\n{line}");
    }
    let told = page.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 5).count();
    assert_eq!(told, CAUSES.len() + 1, "docs/inbox.md tells of causes that there are not");
}

#[test]
fn words_of_platforms_bring_in_what_they_mean_and_nothing_else() {
    let is = |pattern: &str, word: &str| {
        regex::RegexBuilder::new(pattern).case_insensitive(true).build().unwrap().is_match(word)
    };
    for word in ["PENDING", "pending", "awaiting_approval", "needs-review", "waiting for approval"] {
        assert!(is(states::PENDING, word), "{word}");
    }
    for word in ["FAILED", "timed_out", "timeout", "CrashLoopBackOff", "errored"] {
        assert!(is(states::FAILED, word), "{word}");
    }
    for word in ["block", "BLOCKED", "deny"] {
        assert!(is(states::BLOCKED, word), "{word}");
    }
    for word in ["approved", "completed", "allow", "expired", "cancelled", "unblocked", "suspended", ""] {
        for pattern in [
            states::PENDING,
            states::FAILED,
            states::BLOCKED,
            states::REVIEW,
            states::ALERT,
            states::AT_WORK,
            states::ACTIVE,
        ] {
            assert!(!is(pattern, word), "{word} in {pattern}");
        }
    }
    assert!(states::halted(Some("Suspended")) && !states::halted(Some("active")) && !states::halted(None));
}

#[test]
fn an_approval_whose_time_has_run_out_waits_at_the_end() {
    let pending = row(Kind::Approval, "PENDING", 600);
    let at = |left: Option<i64>| why::approval(&pending, left.map(|seconds| ago(-seconds)), now());
    assert_eq!((at(None).risk, at(None).deadline), (Risk::High, None));
    assert_eq!(at(Some(3_600)).deadline, Some(ago(-3_600)));
    assert_ne!(at(Some(3_600)).why, at(Some(60)).why, "who has little time is told so");
    let late = at(Some(-1));
    assert_eq!((late.risk, late.deadline), (Risk::Low, None));
    assert_eq!(at(None).since, pending.created_at, "an approval waits from when it was asked for");
}

fn flag(kind: FlagKind, id: &str, until: Option<Timestamp>, seen: Option<String>) -> Flag {
    Flag { kind, place: Place::record("prod", "runs", id), made_at: ago(300), until, seen }
}

#[test]
fn what_was_acknowledged_is_back_when_there_is_another_reason_or_another_state() {
    let failed = |status: &str| why::by_status(&row(Kind::Run, status, 600), Cause::Failed);
    let before = item("a", vec![failed("FAILED")]);
    let seen = [flag(FlagKind::Acknowledged, "a", None, Some(before.fingerprint()))];
    let standing = |reasons: Vec<Reason>| {
        let mut items = [item("a", reasons)];
        flags::lay(&mut items, &seen, now());
        items[0].standing
    };
    assert_eq!(standing(vec![failed("FAILED")]), Standing::Acknowledged(ago(300)));
    assert_eq!(standing(vec![failed("ERROR")]), Standing::Waiting, "it stands otherwise now");
    let leak =
        why::leak(&Leak { key: RowKey(7), entries: 1, entry: Some(3), at: None, marks: vec!["entry 3".to_owned()] });
    assert_eq!(standing(vec![failed("FAILED"), leak]), Standing::Waiting, "it leaks, too");
}

#[test]
fn an_acknowledgement_of_two_reasons_holds_while_one_of_them_is_not_known_yet() {
    let failed = why::by_status(&row(Kind::Run, "FAILED", 600), Cause::Failed);
    let leak =
        why::leak(&Leak { key: RowKey(7), entries: 1, entry: Some(3), at: None, marks: vec!["entry 3".to_owned()] });
    let both = item("a", vec![leak, failed.clone()]);
    let seen = [flag(FlagKind::Acknowledged, "a", None, Some(both.fingerprint()))];
    let mut items = [item("a", vec![failed])];
    flags::lay(&mut items, &seen, now());
    assert_eq!(items[0].standing, Standing::Acknowledged(ago(300)), "what the index says comes later than the rest");
}

#[test]
fn a_snooze_ends_by_time_and_says_when() {
    let mut items = [item("a", vec![]), item("b", vec![]), item("c", vec![]), item("d", vec![])];
    let until =
        |id: &str, seconds: i64| flag(FlagKind::Snoozed, id, Some(now() + SignedDuration::from_secs(seconds)), None);
    let ends = flags::lay(
        &mut items,
        &[until("a", 900), until("b", 60), until("c", -1), flag(FlagKind::Snoozed, "d", None, None)],
        now(),
    );
    assert_eq!(ends, Some(ago(-60)), "the first to end");
    let standing = items.map(|item| item.standing);
    let waits = Standing::Waiting;
    assert_eq!(standing, [Standing::Snoozed(ago(-900)), Standing::Snoozed(ago(-60)), waits, waits]);
}

fn list(name: &str, seconds: Option<i64>) -> Freshness {
    Freshness {
        list: ListKey::new(name, "agents"),
        platform: "turen".to_owned(),
        kind: Kind::Agent,
        offered: Offered::Yes,
        walked_at: None,
        checked_at: seconds.map(ago),
        server_count: None,
        mirror_count: 4,
        index_count: None,
        gone_count: 0,
        walking: false,
        problems: 0,
    }
}

fn problem(name: &str, collection: &str, code: &str, id: Option<&str>, seconds: i64) -> Problem {
    Problem {
        list: ListKey::new(name, collection),
        id: id.map(str::to_owned),
        code: code.to_owned(),
        message: "\u{1b}[31mtheir words".to_owned(),
        since: ago(seconds),
        seen_at: now(),
    }
}

#[test]
fn a_connection_in_trouble_stands_once_and_a_failing_list_by_itself() {
    let connections = ["fine", "refused", "old", "new", "odd"].map(|name| (name.to_owned(), "turen".to_owned()));
    let lists = [list("fine", Some(60)), list("refused", Some(90)), list("old", Some(7_200)), list("odd", Some(30))];
    let problems = [
        problem("refused", "agents", "forbidden", None, 900),
        problem("refused", "sessions", "forbidden", None, 4_000),
        problem("odd", "events", "mass_disappearance", None, 50),
        problem("odd", "events", "bad_row", Some("17"), 40),
        problem("odd", "sessions", "content_server", Some("18"), 40),
        problem("gone-from-settings", "agents", "unreachable", None, 40),
    ];
    let waiting = [Lot { connection: "refused".to_owned(), count: 2, oldest: ago(400), newest: ago(310) }];
    let paused = [Paused { connection: "refused".to_owned(), since: ago(100), message: "401".to_owned() }];
    let known = Known {
        connections: &connections,
        lists: &lists,
        problems: &problems,
        paused: &paused,
        waiting: &waiting,
        now: now(),
    };
    let found: Vec<_> = find(&known)
        .into_iter()
        .map(|((name, list), reasons)| (name, list, reasons.iter().map(|it| (it.risk, it.since)).collect()))
        .collect();
    let expected = vec![
        ("new".to_owned(), None, vec![(Risk::Medium, None)]),
        ("odd".to_owned(), Some("events".to_owned()), vec![(Risk::Low, Some(ago(50))), (Risk::Low, Some(ago(40)))]),
        ("old".to_owned(), None, vec![(Risk::Low, Some(ago(7_200)))]),
        (
            "refused".to_owned(),
            None,
            vec![(Risk::High, Some(ago(100))), (Risk::High, Some(ago(4_000))), (Risk::High, Some(ago(400)))],
        ),
    ];
    assert_eq!(found, expected);
}

fn record(doc: &serde_json::Value) -> Record {
    Record { row: row(Kind::Agent, "active", 60), doc: doc.to_string() }
}

#[test]
fn what_is_left_of_a_secret_tells_it_from_another_one_and_tells_nothing_of_it() {
    let secret = |last: &str| format!("ghp_16C7e42F292c6912E7710c838347Ae178B{last}");
    let of = |tokens: &[String]| marks(&record(&json!({"env": tokens})));
    let (one, other) = (of(&[secret("4a")]), of(&[secret("4b")]));
    assert_eq!(one.len(), 1, "{one:?}");
    assert_eq!(one, of(&[secret("4a")]), "the same on every look");
    assert_ne!(one, other);
    assert!(one[0].len() < 16 && !secret("4a").contains(one[0].trim_start_matches("secret ")), "{one:?}");
    let both = of(&[secret("4b"), secret("4a")]);
    assert!(one.iter().chain(&other).all(|mark| both.contains(mark)), "{both:?}");
    assert!(marks(&record(&json!({"env": "none"}))).is_empty());

    let leaks = |marks: Vec<String>| why::leak(&Leak { key: RowKey(7), entries: 0, entry: None, at: None, marks });
    let seen = item("a", vec![leaks(one.clone())]).fingerprint();
    let standing = |marks: Vec<String>| {
        let mut items = [item("a", vec![leaks(marks)])];
        flags::lay(&mut items, &[flag(FlagKind::Acknowledged, "a", None, Some(seen.clone()))], now());
        items[0].standing
    };
    assert_eq!(standing(one), Standing::Acknowledged(ago(300)), "it is the one that was seen");
    assert_eq!(standing(other), Standing::Waiting, "the secret was changed and leaks again");
    assert_eq!(standing(both), Standing::Waiting, "another one leaks, too");
    assert_eq!(standing(Vec::new()), Standing::Acknowledged(ago(300)), "a secret less is no news");
}

#[test]
fn a_flag_is_read_however_a_platform_writes_it() {
    for yes in [json!(true), json!("true"), json!(1), json!("yes"), json!("two machines"), json!(["m-1"])] {
        assert!(says_yes(Some(&yes)), "{yes}");
    }
    for no in [json!(false), json!("false"), json!("No"), json!(0), json!(null), json!(""), json!([]), json!({})] {
        assert!(!says_yes(Some(&no)), "{no}");
    }
    assert!(!says_yes(None));
}
