//! The sheet on which a request for approval is answered: all there is to know about it is on it, and nothing that an agent writes can
//! pass for a word of ours.

use std::collections::BTreeSet;

use proptest::prelude::*;
use quarterdeck_sync::model::{Kind, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::tui::decisions::Item;
use crate::tui::grounds::{Earlier, Grounds, Past, Payload, Rule, RunSoFar, Step};
use crate::tui::unsealed::secrets;

/// Widest sheet, and the cells of its edges.
const WIDEST: u16 = 96;
/// A letter that none of our words has.
const THEIRS: char = 'Ж';

fn at(clock: &str) -> Option<Timestamp> {
    format!("2026-11-22T{clock}Z").parse().ok()
}

impl World {
    /// What an answer to a request rests on.
    pub fn grounds(&self, item: &Item, unsealed: Option<&Unsealed>) -> Grounds {
        let doc: Value = serde_json::from_str(&item.record.doc).unwrap_or_default();
        if doc == json!({}) {
            return Grounds::default();
        }
        let told = doc["reason"].as_str().unwrap_or("the charge is a duplicate of ch_3Pw");
        let payload = doc.get("payload").map(|payload| Payload {
            from: "payload".into(),
            text: serde_json::to_string_pretty(payload).unwrap(),
            bytes: payload.to_string().len(),
            hidden: 2,
        });
        let step = |clock: &str, who: &str, words: &str, failed| Step {
            at: at(clock),
            who: who.into(),
            words: words.into(),
            failed,
        };
        let run = RunSoFar {
            id: "run-8f21".into(),
            status: Some("PAUSED_APPROVAL".into()),
            steps: vec![
                step("08:56:02", "USER_MESSAGE", "A customer was charged twice, please look", false),
                step("08:56:40", "TOOL_CALLED", "stripe.charges.search customer=cus_Q4", false),
                step("08:57:11", "TOOL_RESPONSE", "429 Too Many Requests", true),
                step("08:57:30", "AGENT_MESSAGE", told, false),
            ],
            total: 17,
            uncounted: false,
            missing: None,
            due: None,
        };
        let run = match self.unfetched {
            true => RunSoFar {
                steps: Vec::new(),
                total: 0,
                missing: Some("what it did is not here yet".into()),
                due: Some(ListKey::new("acme", "runs")),
                ..run
            },
            false => run,
        };
        let rule = Rule {
            policy: "refunds-under-50".into(),
            at: "/spec/policies/0".into(),
            says:
                r#"{"permission":"approval_required","operations":["POST"],"resource":"https://api.stripe.com/v1/*"}"#
                    .into(),
            fits: "POST, resource https://api.stripe.com/v1/*".into(),
        };
        let past = |id: &str, status: &str, clock: &str, who: &str, ours| Past {
            id: id.into(),
            agent: Some("refund-helper".into()),
            status: status.into(),
            at: at(clock),
            who: Some(who.into()),
            reason: (status == "REJECTED").then(|| "amount over the limit".into()),
            ours,
        };
        Grounds {
            payload,
            run: Some(run),
            rules_told: "of the policies that name this agent".into(),
            rules: vec![rule],
            earlier: Earlier {
                alike: "same tool and capability".into(),
                counts: vec![("approved".into(), 11), ("rejected".into(), 2)],
                list: vec![
                    past("apr-019", "APPROVED", "07:02:00", "mara", true),
                    past("apr-014", "REJECTED", "05:40:00", "jonas@acme.example", false),
                ],
            },
            record: secrets(unsealed).json(&serde_json::to_string_pretty(&doc).unwrap()).into_owned(),
        }
    }
}

/// A world with one request, in which an agent wrote `words` wherever it can.
fn asking(words: &str) -> World {
    let mut world = World::default();
    // As long in every world, so that the sheet fills the screen in all of them.
    let lines: Vec<String> = (0..60).map(|line| format!("line {line}")).collect();
    let doc = json!({"id": "apr-000", "subject": words, "agent_id": words, "tool_id": words, "status": "PENDING", "capability": words,
        "tool_method": words, "tool_url": format!("https://api.stripe.com/{words}"), "payload_hash": words, "run_id": words,
        "payload": {"to": lines, "note": words}, "reason": words, words: 1});
    let title = Some(words);
    world.add(
        ("acme", "runagents"),
        ("approvals", Kind::Approval),
        "apr-000".into(),
        title,
        Some("PENDING"),
        (None, None),
        40,
        doc,
    );
    world.count();
    world
}

fn sheet(words: &str, size: (u16, u16)) -> Console {
    let mut console = Console::with(size, asking(words), connections(), TuiSettings::default());
    console.press("@approvals a");
    console
}

/// The same of several requests, of which the first is an ordinary one.
fn several(words: &str, size: (u16, u16)) -> Console {
    let mut world = asking(words);
    let (row, doc) = world.rows[0].clone();
    for (at, title) in [(1, words), (2, "stripe.refund  POST /v1/refunds")] {
        let doc: Value = serde_json::from_str(&doc).unwrap();
        let list = ("approvals", Kind::Approval);
        world.add(
            ("acme", "runagents"),
            list,
            format!("apr-00{at}"),
            Some(title),
            row.status.as_deref(),
            (None, None),
            40,
            doc,
        );
    }
    world.count();
    let mut console = Console::with(size, world, connections(), TuiSettings::default());
    console.press("@approvals * a");
    console
}

/// Without the numbers in them: how far one has scrolled differs with how long texts are.
fn unnumbered(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| line.chars().filter(|c| !c.is_ascii_digit() && !"─ ".contains(*c)).collect()).collect()
}

/// Where the sheet stands on a screen that it fills.
struct Place {
    left: u16,
    right: u16,
    top: u16,
    bottom: u16,
}

impl Place {
    fn of(size: (u16, u16)) -> Self {
        let wide = (size.0 - 2).min(WIDEST);
        let left = (size.0 - wide) / 2;
        let air = u16::from(size.1 >= 30);
        Self { left, right: left + wide - 1, top: 1 + air, bottom: size.1 - 3 }
    }
}

impl Console {
    fn cells(&self, y: u16, from: u16, to: u16) -> String {
        let buffer = self.screen.backend().buffer();
        (from..=to).filter_map(|x| buffer.cell((x, y))).map(|cell| cell.symbol()).collect()
    }

    /// Frame, fields, foot, what confirms, and the hints: everything that is ours whatever the sheet is about.
    fn ours(&self, place: &Place, size: (u16, u16)) -> Vec<String> {
        let mut found = vec![
            self.cells(place.top, place.left, place.right),
            self.cells(place.bottom, place.left, place.right),
            self.cells(size.1 - 1, 0, size.0 - 1),
        ];
        for y in place.top..=place.bottom {
            found.push(format!("{}{}", self.cells(y, place.left, place.left), self.cells(y, place.right, place.right)));
        }
        let rule = self.rule(place);
        found.extend((rule + 1..place.bottom).map(|y| self.cells(y, place.left, place.right)));
        found
    }

    /// The line between what is said and what is filled in.
    fn rule(&self, place: &Place) -> u16 {
        let is_rule = |y: &u16| self.cells(*y, place.left + 2, place.left + 12) == "─".repeat(11);
        (place.top + 1..place.bottom).rev().find(is_rule).expect("a rule")
    }

    /// Lines of the sheet's page that do not stand behind the mark: what they say, apart from numbers.
    fn unmarked(&self, place: &Place, found: &mut BTreeSet<String>) {
        let half = place.left + 2 + (place.right - place.left - 3) / 2;
        for y in place.top + 1..self.rule(place) {
            let line = self.cells(y, place.left + 2, place.right - 2);
            let marks: Vec<u16> = (place.left + 2..=place.right - 2).filter(|x| self.cells(y, *x, *x) == "┊").collect();
            match marks.as_slice() {
                [] => {
                    assert!(!line.contains(THEIRS), "text of an agent stands outside of the mark: {line}");
                    let plain: String = line.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
                    let plain = plain.replace(',', "").replace('─', " ");
                    found.insert(
                        plain.split_whitespace().map(|word| word.trim_start_matches('0')).collect::<Vec<_>>().join(" "),
                    );
                }
                [first] => assert_eq!(*first, place.left + 2, "{line}"),
                [first, second] => assert_eq!((*first, *second), (place.left + 2, half), "{line}"),
                more => panic!("{} marks in {line}", more.len()),
            }
        }
    }

    /// Goes through all of the sheet; what it says in our words.
    fn walk(&mut self, place: &Place) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut last = String::new();
        for _ in 0..400 {
            self.unmarked(place, &mut found);
            let text = self.text();
            if text == last {
                return found;
            }
            last = text;
            self.key("<PgDn>");
            self.draw();
        }
        panic!("the sheet has no end");
    }
}

fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("┊".to_owned()),
        Just("│ ".to_owned()),
        Just("╭─ Approve 1 approval ─╮\n".to_owned()),
        Just("╰ C-y  yes, approve it  esc  leave, nothing is done ╯\n".to_owned()),
        Just("\nPAYLOAD  0 bytes ───\n".to_owned()),
        Just("\r\nexpires      not sent after\n".to_owned()),
        Just("\u{1b}[2J\u{1b}[H\u{9b}31m".to_owned()),
        Just("\u{202e}\u{2066}\u{200b}\u{feff}".to_owned()),
        Just("日本語👩‍👩‍👧".to_owned()),
        Just("e\u{301}\u{301}\u{301}".to_owned()),
        Just("x".repeat(300)),
        Just("a b ".repeat(60)),
        "\\PC{0,12}",
        any::<String>(),
    ];
    // Their letter stands in every piece, so that wherever they are it is seen.
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| {
        let told: String = pieces.iter().flat_map(|piece| [&**piece, "Ж"]).collect();
        format!("Ж\u{202e}{told}\u{200b}Ж")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nothing_an_agent_writes_can_pass_for_a_word_of_ours(words in hostile()) {
        for size in [(80, 24), (160, 48)] {
            let place = Place::of(size);
            let mut calm = sheet("Ж\u{202e}calm\u{200b}Ж", size);
            let mut console = sheet(&words, size);
            prop_assert_eq!(calm.ours(&place, size), console.ours(&place, size));
            let (known, said) = (calm.walk(&place), console.walk(&place));
            prop_assert_eq!(calm.ours(&place, size), console.ours(&place, size));
            let strange: Vec<&String> = said.difference(&known).collect();
            prop_assert!(strange.is_empty(), "said in our place: {strange:?}");
        }
    }

    #[test]
    fn nor_where_several_requests_are_answered_at_once(words in hostile()) {
        for size in [(80, 24), (160, 48)] {
            let place = Place::of(size);
            let mut calm = several("Ж\u{202e}calm\u{200b}Ж", size);
            let mut console = several(&words, size);
            prop_assert_eq!(unnumbered(calm.ours(&place, size)), unnumbered(console.ours(&place, size)));
            let (known, said) = (calm.walk(&place), console.walk(&place));
            prop_assert_eq!(calm.ours(&place, size), console.ours(&place, size));
            let strange: Vec<&String> = said.difference(&known).collect();
            prop_assert!(strange.is_empty(), "said in our place: {strange:?}");
        }
    }
}

#[test]
fn all_there_is_to_know_is_on_the_sheet() {
    let mut console = Console::new((160, 48));
    console.press("@approvals a");
    let mut seen = String::new();
    for _ in 0..6 {
        seen.push_str(&console.text());
        console.press("<PgDn>");
    }
    for words in [
        "Approve 1 approval",
        "PAYLOAD",
        "2 hidden characters in it",
        "\"amount\": 12900",
        "THE RUN SO FAR",
        "the last 4 of 17 steps",
        "✗ 429 Too Many Requests",
        "RULES THAT FIT",
        "refunds-under-50 /spec/policies/0: fits POST",
        "THE LIKE OF IT BEFORE",
        "11 approved, 2 rejected",
        "by mara, from here",
        "THE WHOLE RECORD",
        "scope",
        "reason",
    ] {
        assert!(seen.contains(words), "{words} is not on the sheet:\n{seen}");
    }
}

#[test]
fn a_long_payload_is_there_to_its_last_line() {
    let mut world = asking("Ж");
    let items: Vec<String> = (0..3_000).map(|at| format!("item number {at}")).collect();
    world.rows[0].1 = json!({"id": "apr-000", "status": "PENDING", "payload": items, "tool_id": "stripe"}).to_string();
    let mut console = Console::with((80, 24), world, connections(), TuiSettings::default());
    console.press("@approvals a");
    assert!(console.text().contains("1–"), "{}", console.text());
    let mut last = String::new();
    let mut seen = false;
    while last != console.text() {
        last = console.text();
        seen |= last.contains("item number 2999");
        console.key("<PgDn>");
        console.draw();
    }
    assert!(seen, "{last}");
}

#[test]
fn a_host_that_only_looks_right_is_pointed_out() {
    let mut world = asking("calm");
    let doc = json!({"id": "apr-000", "status": "PENDING", "tool_url": "https://\u{430}pi.stripe.com/v1/refunds", "payload": {}});
    world.rows[0].1 = doc.to_string();
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    console.press("@approvals a");
    let text = console.text();
    let line = text.lines().find(|line| line.contains("mixes scripts")).expect("a warning");
    assert!(
        line.contains("┊ ! tool url") && line.contains("it looks like") && text.contains("api.stripe.com and is not"),
        "{text}"
    );
}

#[test]
fn it_cannot_be_confirmed_before_what_it_rests_on_was_on_the_screen() {
    let mut console = Console::with((160, 48), asking("calm"), connections(), TuiSettings::default());
    console.press("@approvals");
    console.key("a");
    let brief = console.inbox.recv_timeout(PATIENCE).expect("an answer");
    console.app.handle(brief, console.clock);
    console.draw();
    console.key("C-y");
    let decided = |ask: &Ask| matches!(ask, Ask::Decide(_));
    assert!(!console.asked.try_iter().any(|ask| decided(&ask)));
    console.settle();
    console.press("C-y");
    assert!(console.asked.try_iter().any(|ask| decided(&ask)));
}

#[test]
fn what_it_rests_on_may_be_unreadable_and_that_is_said() {
    let mut console = Console::new((160, 48));
    console.press("@approvals a");
    assert!(!console.text().contains("could not be read"), "{}", console.text());
    console.press("<Esc>");
    console.store.world.lock().unwrap().groundless = Some("disk I/O error".to_owned());
    console.press("a");
    assert!(console.text().contains("what it rests on could not be read: disk I/O error"), "{}", console.text());
    console.press("C-y");
    assert!(console.asked.try_iter().any(|ask| matches!(ask, Ask::Decide(_))));
}

/// A world in which what the run did is not here.
fn unread() -> World {
    let mut world = World { unfetched: true, ..asking("calm") };
    let doc = json!({"id": "apr-000", "status": "PENDING", "tool_id": "stripe", "run_id": "run-8f21", "payload": {"amount": 5}});
    world.rows[0].1 = doc.to_string();
    world
}

fn fetches(console: &Console) -> Vec<Ask> {
    console.asked.try_iter().filter(|ask| matches!(ask, Ask::Fetch(..))).collect()
}

#[test]
fn what_the_run_did_is_fetched_while_one_reads_the_sheet() {
    let mut console = Console::with((160, 48), unread(), connections(), TuiSettings::default());
    console.press("@approvals a");
    let list = ListKey::new("acme", "runs");
    assert_eq!(fetches(&console), [Ask::Fetch(list.clone(), "run-8f21".into())]);
    let text = console.text();
    assert!(text.contains("what it did is not here yet") && text.contains("acme is asked for it"), "{text}");
    console.news(Outside::Committed);
    assert_eq!(fetches(&console), [], "asked once");
    console.store.world.lock().unwrap().unfetched = false;
    console.news(Outside::Fetched { list, id: "run-8f21".into(), failed: None });
    let text = console.text();
    assert!(text.contains("A customer was charged twice") && !text.contains("is asked for it"), "{text}");
    assert_eq!(fetches(&console), []);
}

#[test]
fn a_run_that_cannot_be_fetched_says_why_and_is_not_asked_for_again_and_again() {
    let mut console = Console::with((160, 48), unread(), connections(), TuiSettings::default());
    console.press("@approvals a");
    fetches(&console);
    let failed = Some("no route to host".to_owned());
    console.news(Outside::Fetched { list: ListKey::new("acme", "runs"), id: "run-8f21".into(), failed });
    let text = console.text();
    assert!(text.contains("it was asked for, and did not come:") && text.contains("┊ no route to host"), "{text}");
    console.news(Outside::Committed);
    assert_eq!(fetches(&console), []);
    console.press("C-y");
    assert!(console.asked.try_iter().any(|ask| matches!(ask, Ask::Decide(_))), "a person decides all the same");
}

#[test]
fn beside_another_qd_that_syncs_nobody_is_asked() {
    let mut console = Console::with((160, 48), unread(), connections(), TuiSettings::default());
    console.news(Outside::LeaseHeldBy("qd (pid 4242)".into()));
    console.press("@approvals a");
    assert_eq!(fetches(&console), []);
}
