//! The fleet in numbers and one agent's time: what they show, and where they lead.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use quarterdeck_sync::engine::{ConnectionError, ConnectionReport, Event as SyncEvent};
use quarterdeck_sync::model::{Kind, ListKey, Timestamp};
use quarterdeck_sync::platform::{BudgetView, FetchKind};

use super::screens::{SIZES, snapshot};
use super::*;
use crate::numbers::{Cost, Numbers, Series, Sessions, Share, Shares, WEEKS, days};
use crate::timeline::axis::Axis;
use crate::timeline::{Agent, Ask as Stretch, Item, Lane, LaneCounts, Timeline};

impl World {
    /// Counted the simple way. Before what the mirror has, a calendar tells of a busy spring and a quiet summer.
    pub fn numbers(&self) -> Numbers {
        let now = fake::now().to_zoned(TimeZone::UTC);
        let days = days::weeks(&now, WEEKS);
        let day_of = |at: Timestamp| days.iter().position(|day| *day == at.to_zoned(TimeZone::UTC).date());
        let mut numbers = Numbers { sessions: vec![Sessions::default(); days.len()], ..Numbers::default() };
        let share = |label: &str, connection: Option<&str>| Share {
            label: label.to_owned(),
            connection: connection.map(str::to_owned),
            count: 1,
        };
        let (mut agents, mut runs, mut versions, mut systems) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (row, doc) in self.rows.iter().filter(|(row, _)| row.gone_at.is_none()) {
            let at = row.updated_at.and_then(day_of);
            match (row.kind, at) {
                (Kind::Agent, _) => {
                    agents.extend(row.status.as_deref().map(|status| share(status, None)));
                    let doc: serde_json::Value = serde_json::from_str(doc).unwrap();
                    systems.extend(doc["os"].as_str().map(|os| share(os, None)));
                    versions.extend(doc["version"].as_str().map(|version| share(version, Some("turen"))));
                }
                (Kind::Run, _) => runs.extend(row.status.as_deref().map(|status| share(status, None))),
                (Kind::Session, Some(at)) => numbers.sessions[at].listed += 1,
                (Kind::Event, Some(at)) => {
                    let label = row.status.clone().unwrap();
                    let found = numbers.outcomes.iter().position(|series| series.label == label);
                    let found = found.unwrap_or_else(|| {
                        numbers.outcomes.push(Series { label, counts: vec![0; days.len()] });
                        numbers.outcomes.len() - 1
                    });
                    numbers.outcomes[found].counts[at] += 1;
                }
                _ => {}
            }
        }
        if !self.rows.is_empty() {
            for (at, day) in numbers.sessions.iter_mut().enumerate().take(days.len() - 9).skip(60) {
                let busy = [9, 11, 8, 14, 6, 0, 1][at % 7] * u64::from(at.is_multiple_of(3) || at < 200);
                (day.gone, day.told) = if at > 280 { (busy, 2 * busy) } else { (0, 3 * busy) };
            }
        }
        numbers.outcomes.sort_by_key(|series| std::cmp::Reverse(series.total()));
        (numbers.agents, numbers.runs) = (Shares::of(agents), Shares::of(runs));
        (numbers.versions, numbers.systems) = (Shares::of(versions), Shares::of(systems));
        Numbers { costs: self.costs.clone(), days, ..numbers }
    }

    /// Gathered the simple way: all there is, then the window.
    pub fn timeline(&self, ask: &Stretch) -> Option<Timeline> {
        let (row, _) = self.rows.iter().find(|(row, _)| row.list == ask.list && row.id == ask.id)?;
        // The machines of this world are numbered; what they did names them without the number.
        let host = row.title.as_deref().and_then(|title| title.rsplit_once('-')).map(|(host, _)| host.to_owned());
        let name = if row.kind == Kind::Agent { host.or(row.title.clone()) } else { row.agent.clone() }?;
        let of_row = |row: &quarterdeck_sync::model::Row| {
            Some(Item {
                lane: Lane::of(row.kind)?,
                at: row.updated_at?,
                since: row.created_at,
                title: row.title.clone().unwrap_or_default(),
                status: row.status.clone(),
                list: row.list.clone(),
                id: row.id.clone(),
                row: Some(row.key),
                write: None,
                pending: row.pending.iter().map(|mark| mark.state).collect(),
            })
        };
        let meant = |row: &quarterdeck_sync::model::Row| row.agent.as_ref() == Some(&name) || row.kind == Kind::Policy;
        let mut all: Vec<Item> =
            self.rows.iter().filter(|(row, _)| meant(row)).filter_map(|(row, _)| of_row(row)).collect();
        all.extend(self.writes.iter().take(2).map(|write| Item {
            lane: Lane::Write,
            at: write.created_at,
            since: None,
            title: format!("{} {name}", write.intent.verb),
            status: Some(write.state.to_string()),
            list: write.list(),
            id: write.intent.target.clone().unwrap_or_default(),
            row: None,
            write: Some(write.id.clone()),
            pending: vec![write.state],
        }));
        all.sort_by_key(|item| item.at);
        let axis = Axis::new(ask.from, ask.to, ask.cells);
        let count = |lane| {
            let mut counts = vec![0; usize::from(ask.cells)];
            for cell in all.iter().filter(|item| item.lane == lane).filter_map(|item| axis.cell(item.at)) {
                counts[usize::from(cell)] += 1;
            }
            LaneCounts { lane, counts, more: false }
        };
        let lanes = Lane::ALL.map(count).into();
        let middle = all.partition_point(|item| item.at < ask.around);
        let (from, to) = (middle.saturating_sub(ask.side), (middle + ask.side).min(all.len()));
        Some(Timeline {
            zone: TimeZone::UTC,
            agent: Agent {
                connection: row.list.connection.clone(),
                id: row.id.clone(),
                title: Some(name),
                machine: None,
            },
            lanes,
            earlier: from > 0,
            later: to < all.len(),
            items: all[from..to].to_vec(),
        })
    }

    pub(super) fn with_costs(mut self) -> Self {
        let first = fake::now().to_zoned(TimeZone::UTC).date().saturating_sub(29.days());
        for (at, day) in first.series(1.day()).take(30).enumerate() {
            self.costs.push(Cost {
                connection: "lab".into(),
                label: "last-24h".into(),
                day: Some(day),
                amount: [3.2, 4.1, 2.9, 6.4, 5.5, 0.4, 0.7][at % 7] + at as f64 / 9.0,
                currency: Some("USD".into()),
            });
        }
        for (model, amount) in [("anthropic/claude", 214.07), ("openai/gpt", 12.5)] {
            let (connection, label) = ("acme".to_owned(), model.to_owned());
            self.costs.push(Cost { connection, label, day: None, amount, currency: None });
        }
        self
    }
}

fn offline(console: &mut Console) {
    let error = ConnectionError {
        kind: Some(FetchKind::Unreachable),
        message: "https://api.prod.turen.io/api/v1: connection refused".into(),
    };
    let report = ConnectionReport {
        connection: "turen".into(),
        platform: "turen".into(),
        started_at: fake::now(),
        ended_at: fake::now(),
        lists: Vec::new(),
        content: None,
        error: Some(error),
        traffic: Default::default(),
        budget: BudgetView::default(),
    };
    console.news(Outside::Sync(SyncEvent::Finished(report)));
}

#[test]
fn the_fleet() {
    for size in SIZES {
        let name = |what: &str| format!("fleet-{what}-{}x{}", size.0, size.1);
        let mut console = Console::with(size, World::believable().with_costs(), connections(), TuiSettings::default());
        console.press("@fleet");
        snapshot(&name("costs"), &console.text());
        console.press(". . . . k k k h");
        snapshot(&name("day"), &console.text());
        console.press(". j");
        snapshot(&name("outcome"), &console.text());
        console.press(". . j");
        snapshot(&name("end"), &console.text());
        console.store.broken.store(true, Ordering::SeqCst);
        console.news(Outside::Committed);
        console.pass(Duration::from_secs(30));
        snapshot(&name("old"), &console.text());
    }
}

#[test]
fn long_and_hostile_labels_keep_to_their_panels() {
    for size in SIZES {
        let mut world = World::believable();
        let evil = "\u{1b}]0;owned\u{7}\u{202e}\u{9b}2J\n日本語 very long indeed ".repeat(9);
        for (row, _) in &mut world.rows {
            if let (Kind::Agent | Kind::Run | Kind::Event, Some(status)) = (row.kind, &mut row.status) {
                *status = format!("{status} {evil}");
            }
        }
        world.costs.push(Cost {
            connection: evil.clone(),
            label: evil.clone(),
            day: None,
            amount: 1e14,
            currency: Some(evil.clone()),
        });
        let mut console = Console::with(size, world, connections(), TuiSettings::default());
        console.press("@fleet");
        snapshot(&format!("fleet-hostile-{}x{}", size.0, size.1), &console.text());
        assert!(!console.text().chars().any(|c| quarterdeck_sync::text::is_hidden(c) && c != '\n'));
        console.press("@agents = +");
        snapshot(&format!("timeline-hostile-{}x{}", size.0, size.1), &console.text());
        assert!(!console.text().chars().any(|c| quarterdeck_sync::text::is_hidden(c) && c != '\n'));
    }
}

#[test]
fn a_number_leads_to_its_list_and_back() {
    let mut console = Console::new((160, 48));
    console.press("@fleet j j j <Enter>");
    let text = console.text();
    assert!(text.contains("status:\"suspended\""), "{text}");
    assert!(text.contains("Fleet › Agents"), "{text}");
    console.press("<Esc>");
    let text = console.text();
    assert!(text.contains("▌ Agents by status") && text.contains("▌■ suspended"), "{text}");
    console.press(". . . . h <Enter>");
    let text = console.text();
    assert!(text.contains("on:2026-11-15"), "{text}");
    assert!(text.contains("Fleet › Sessions"), "{text}");
    console.press("<Esc> . j <Enter>");
    let text = console.text();
    assert!(text.contains("outcome:\"review\" on:2026-11-15"), "{text}");
    console.press("<Esc> . j <Enter>");
    assert!(console.text().contains("exo.lab.example"), "{}", console.text());
}

#[test]
fn numbers_are_asked_for_again_while_the_mirror_changes_but_not_at_every_commit() {
    let mut console = Console::new((80, 24));
    console.press("@fleet");
    let before = console.store.numbers.load(Ordering::SeqCst);
    for _ in 0..20 {
        console.app.handle(Message::Outside(Outside::Committed), console.clock);
        console.pass(Duration::from_millis(50));
    }
    let asked = console.store.numbers.load(Ordering::SeqCst) - before;
    assert!(asked <= 2, "{asked} times in a second");
    console.pass(Duration::from_secs(5));
    console.pass(Duration::from_secs(5));
    assert!(console.store.numbers.load(Ordering::SeqCst) > before);
}

#[test]
fn timelines() {
    for size in SIZES {
        let name = |what: &str| format!("timeline-{what}-{}x{}", size.0, size.1);
        let mut console = Console::with(size, World::believable().with_writes(), connections(), TuiSettings::default());
        console.press("=");
        snapshot(&name("day"), &console.text());
        console.press("- - - k k h");
        snapshot(&name("weeks"), &console.text());
        console.press("+ + + + + g");
        snapshot(&name("first"), &console.text());
        console.store.broken.store(true, Ordering::SeqCst);
        console.press("n");
        snapshot(&name("old"), &console.text());
        let mut world = World::believable();
        world.rows.retain(|(row, _)| row.kind == Kind::Agent);
        let mut console = Console::with(size, world, connections(), TuiSettings::default());
        offline(&mut console);
        console.press("=");
        snapshot(&name("empty"), &console.text());
    }
}

#[test]
fn a_closer_look_at_a_timeline_lists_less_and_now_has_its_mark() {
    let mut console = Console::new((160, 48));
    console.press("=");
    let listed = |console: &Console| {
        let text = console.text();
        let item = |line: &&str| [" session ", " event ", " policy "].iter().any(|lane| line.contains(lane));
        text.lines().filter(item).count()
    };
    let day = listed(&console);
    assert!(console.text().contains("┴") && console.text().contains(" now "), "{}", console.text());
    console.press("+ + +");
    assert!((1..day).contains(&listed(&console)), "{day} in a day\n{}", console.text());
    assert!(console.text().contains("… earlier"), "{}", console.text());
}

#[test]
fn a_moment_of_a_policy_opens_that_policy_alone_and_leads_back() {
    let mut console = Console::new((160, 48));
    console.press("=");
    let chosen = console.selected();
    assert!(chosen.contains("policy"), "{chosen}");
    console.press("<Enter>");
    let text = console.text();
    assert!(text.contains("Timeline › deny-payments › Policies") && text.contains("1/1"), "{text}");
    console.press("<Esc>");
    assert_eq!(console.selected(), chosen);
}

#[test]
fn an_item_of_a_timeline_opens_where_it_lives_and_leads_back() {
    let mut console = Console::new((160, 48));
    console.press("@sessions =");
    let chosen = console.selected();
    console.press("k");
    assert_ne!(console.selected(), chosen);
    let chosen = console.selected();
    assert!(chosen.contains("session") || chosen.contains("event"), "{chosen}");
    console.press("<Enter>");
    assert!(!console.text().contains("▲"), "{}", console.text());
    console.press("<Esc>");
    while !console.text().contains("▲") {
        console.press("<Esc>");
    }
    assert_eq!(console.selected(), chosen);
}

#[test]
fn a_timeline_never_asks_for_more_than_a_window() {
    let mut console = Console::new((80, 24));
    console.press("= g");
    let first = console.selected();
    for _ in 0..60 {
        console.press("<PgDn>");
    }
    let last = console.selected();
    assert_ne!(first, last);
    let most = console.store.stretch.load(Ordering::SeqCst);
    assert!(most > 0 && most <= 240, "{most} items in one answer");
}

/// A budget is told with its number, whatever its bar looks like.
#[test]
fn the_budget_of_a_connection_stands_in_its_panel() {
    let mut console = Console::new((160, 48));
    console.press("@fleet");
    let budget = BudgetView { limit: Some(1_000), remaining: Some(120), ..BudgetView::default() };
    let list = ListKey::new("turen", "sessions");
    console.news(Outside::Sync(SyncEvent::Progress { list, rows: 1, total: None, budget }));
    assert!(console.text().contains("120 of 1,000 requests left"), "{}", console.text());
}
