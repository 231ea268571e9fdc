//! The fleet in numbers and one agent's time: what they show, and where they lead.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use quarterdeck_sync::engine::{ConnectionError, ConnectionReport, Event as SyncEvent};
use quarterdeck_sync::model::{Kind, ListKey, Timestamp, ToldBudget};
use quarterdeck_sync::platform::manifest::Figures;
use quarterdeck_sync::platform::{BudgetView, FetchKind};

use super::screens::{SIZES, snapshot};
use super::sifting::click;
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
        let figures = Figures { version: vec!["/version".into()], system: vec!["/os".into()], ..Figures::default() };
        let of_agents = self.lists.iter().filter(|list| list.kind == Kind::Agent);
        numbers.figured = of_agents.map(|list| (list.list.clone(), figures.clone())).collect();
        let (mut agents, mut runs, mut versions, mut systems) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (row, doc) in &self.rows {
            let at = row.updated_at.and_then(day_of);
            match (row.kind, at) {
                (Kind::Agent | Kind::Run, _) if row.gone_at.is_some() => {}
                (Kind::Agent, _) => {
                    agents.extend(row.status.as_deref().map(|status| share(status, None)));
                    let doc: serde_json::Value = serde_json::from_str(doc).unwrap();
                    systems.extend(doc["os"].as_str().map(|os| share(os, None)));
                    let place = row.list.connection.as_str();
                    versions.extend(doc["version"].as_str().map(|version| share(version, Some(place))));
                }
                (Kind::Run, _) => runs.extend(row.status.as_deref().map(|status| share(status, None))),
                (Kind::Session, Some(at)) if row.gone_at.is_some() => numbers.sessions[at].gone += 1,
                (Kind::Session, Some(at)) => numbers.sessions[at].listed += 1,
                (Kind::Event, Some(at)) => {
                    let label = row.status.clone();
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
                day.told = 3 * busy;
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
            agent: if ask.machine {
                Agent { connection: row.list.connection.clone(), id: name, title: None, machine: Some(2), list: None }
            } else {
                Agent {
                    connection: row.list.connection.clone(),
                    id: row.id.clone(),
                    title: Some(name),
                    machine: None,
                    list: (row.kind == Kind::Agent).then(|| row.list.clone()),
                }
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
    assert!(text.contains("Fleet › 2026-11-15 › Sessions"), "{text}");
    console.press("<Esc> . j <Enter>");
    let text = console.text();
    assert!(text.contains("outcome:\"review\" on:2026-11-15"), "{text}");
    console.press("<Esc> . j <Enter>");
    assert!(console.text().contains("exo.lab.example"), "{}", console.text());
}

/// A fleet whose numbers could lead elsewhere: much of it is gone, some events say nothing of their outcome, a status begins like
/// another, and an agent is called like a system and tells of a version that is not its own.
fn misleading() -> World {
    let mut world = World::small().with_costs();
    for (at, (row, _)) in world.rows.iter_mut().enumerate() {
        match row.kind {
            Kind::Session | Kind::Event if at % 3 == 0 => row.gone_at = Some(outbox::ago(600)),
            Kind::Run if at % 4 == 0 => row.status = Some("FAILED_\"hard\" \\o/".into()),
            _ => {}
        }
        if row.kind == Kind::Event && at % 5 == 0 {
            row.status = None;
        }
    }
    let doc = serde_json::json!({"id": "agt_linux", "os": "darwin", "version": "1.4.1", "policy_version": "1.4.2"});
    let agents = ("agents", Kind::Agent);
    world.add(("turen", "turen"), agents, "agt_linux".into(), Some("linux"), Some("active"), (None, None), 5, doc);
    for (model, _) in [("last-24h", 0), ("anthropic/claude", 0), ("openai/gpt", 0)] {
        let connection = if model == "last-24h" { ("lab", "exo") } else { ("acme", "runagents") };
        let doc = serde_json::json!({"id": model});
        world.add(connection, ("costs", Kind::Other), model.into(), None, None, (None, None), 9, doc);
    }
    world.count();
    world
}

impl Console {
    /// How many records the list in sight says it has.
    fn listed(&self) -> u64 {
        let text = self.text();
        let head = text.lines().take(5).collect::<Vec<_>>().join("\n");
        let told = [r"([\d,]+) of [\d,]+ match", r"(?m)\b\d+/([\d,]+)$", r"(?m) {3}([\d,]+)$"];
        let found = told.iter().find_map(|told| regex::Regex::new(told).unwrap().captures(&head));
        found.map_or(0, |found| found[1].replace(',', "").parse().unwrap())
    }

    /// Opens what is under the cursor, holds the list against the number, and comes back.
    fn leads_to(&mut self, count: u64, what: &str) {
        self.press("<Enter>");
        assert!(self.text().contains("Fleet ›"), "{what} leads nowhere:\n{}", self.text());
        assert_eq!(self.listed(), count, "{what}:\n{}", self.text());
        self.press("<Esc>");
        assert!(self.text().contains("Agents by status"), "{what}: no way back\n{}", self.text());
    }
}

#[test]
fn every_number_leads_to_a_list_of_as_many() {
    let numbers = misleading().numbers();
    assert!(numbers.sessions.iter().any(|day| day.gone > 0) && numbers.outcomes.iter().any(|one| one.label.is_none()));
    let mut console = Console::with((160, 60), misleading(), connections(), TuiSettings::default());
    console.press("@fleet");
    for shares in [&numbers.agents, &numbers.versions, &numbers.systems, &numbers.runs] {
        for (at, share) in shares.items.iter().enumerate() {
            if at > 0 {
                console.press("j");
            }
            console.leads_to(share.count, &format!("{share:?}"));
        }
        console.press(".");
    }
    for day in numbers.sessions.iter().rev().take(12) {
        if day.here() > 0 {
            assert!(console.text().contains(&format!("{} session", day.here())), "{day:?}:\n{}", console.text());
            console.leads_to(day.here(), &format!("{day:?}"));
        }
        console.press("k");
    }
    console.press("G .");
    for (at, series) in numbers.outcomes.iter().enumerate() {
        if at > 0 {
            console.press("j");
        }
        for count in series.counts.iter().rev().take(3) {
            console.leads_to(*count, &format!("{} on a day", series.name()));
            console.press("h");
        }
        console.press("l l l");
    }
    console.press(". .");
    for at in 0..3 {
        if at > 0 {
            console.press("j");
        }
        console.leads_to(1, "what was spent");
    }
}

/// What stands behind the mark of the cursor in the panel that has it; of its heading, which has a mark too, nothing.
fn under(console: &Console) -> String {
    let text = console.text();
    let marked = text.lines().filter_map(|line| line.split_once('▌')).map(|(_, rest)| rest);
    marked.filter(|rest| !rest.starts_with(' ')).map(|rest| rest.chars().take(34).collect::<String>()).collect()
}

#[test]
fn a_click_selects_the_line_that_stands_there() {
    let mut console = Console::with((160, 60), World::believable().with_costs(), connections(), TuiSettings::default());
    console.press("@fleet");
    // Below the chart.
    for label in ["openai/gpt", "anthropic/claude", "last-24h"] {
        click(&mut console, label);
        assert!(under(&console).contains(label), "{label}: {}", console.text());
    }
    // Among curves, which may be two rows high.
    for outcome in ["block", "allow", "review"] {
        click(&mut console, outcome);
        assert!(under(&console).contains(outcome), "{outcome}: {}", console.text());
    }
}

#[test]
fn a_click_selects_the_line_that_stands_there_where_a_panel_has_scrolled() {
    let mut world = World::believable();
    let agents = world.rows.iter_mut().filter(|(row, _)| row.kind == Kind::Agent).enumerate();
    agents.for_each(|(at, (row, _))| row.status = Some(format!("state{at:02}")));
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    console.press("@fleet G k");
    let chosen = under(&console);
    let label = |line: &str| line.split_whitespace().find(|word| word.starts_with("state")).map(str::to_owned);
    let chosen = label(&chosen).expect("a status under the cursor");
    let text = console.text();
    let labels: Vec<String> = text.lines().filter_map(label).collect();
    let at = labels.iter().position(|known| *known == chosen).expect("the chosen one");
    assert!(at > 1, "{text}");
    let above = &labels[at - 1];
    click(&mut console, above);
    assert!(under(&console).contains(above), "{above}: {}", console.text());
}

#[test]
fn a_day_that_only_a_calendar_knows_of_opens_no_empty_list() {
    let mut console = Console::new((160, 48));
    let numbers = World::believable().numbers();
    let ago = numbers.sessions.iter().rev().position(|day| day.here() == 0 && day.told > 0).expect("such a day");
    console.press("@fleet . . . .");
    for _ in 0..ago {
        console.press("k");
    }
    assert!(console.text().contains("0 sessions here; the platform's calendar tells of "), "{}", console.text());
    console.press("<Enter>");
    let text = console.text();
    assert!(
        text.contains("Only the platform's calendar knows of these") && text.contains("Agents by status"),
        "{text}"
    );
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
fn the_item_one_has_chosen_stays_in_sight_while_time_goes_on() {
    let mut console = Console::new((160, 48));
    // The axis ends with now, and what is chosen is on it.
    console.press("=");
    let chosen = console.selected();
    assert!(!chosen.is_empty(), "{}", console.text());
    fake::later(4 * 86_400);
    console.pass(Duration::from_secs(1));
    assert_eq!(console.selected(), chosen, "{}", console.text());
    assert!(console.text().contains("▲"), "the axis shows where it is:\n{}", console.text());
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

fn told(connection: &str, left: u64, seconds: i64) -> ToldBudget {
    let budget = BudgetView { limit: Some(1_000), remaining: Some(left), ..BudgetView::default() };
    ToldBudget { connection: connection.into(), told_at: outbox::ago(seconds), budget }
}

#[test]
fn a_budget_that_another_qd_was_told_is_shown_with_its_age() {
    let world = World { budgets: vec![told("turen", 120, 7_300), told("lab", 900, 10)], ..World::believable() };
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    console.press("@fleet");
    let text = console.text();
    assert!(
        text.contains("120 of 1,000 requests left, 2h ago") && text.contains("900 of 1,000 requests left\n"),
        "{text}"
    );
    assert_eq!(text.matches("no rate budget told yet").count(), 1, "nobody was told acme's: {text}");
    assert!(!text.contains("120/1000 left"), "what was told hours ago is no alarm now: {text}");
    console.press("@connections");
    let text = console.text();
    assert!(text.contains("120 of 1000 requests left, as told 2h ago"), "{text}");
}

#[test]
fn what_this_qd_is_told_of_a_budget_counts_until_something_newer_is_known() {
    let world = World { budgets: vec![told("turen", 120, 600)], ..World::believable() };
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    console.press("@fleet");
    let progress = |budget| {
        let list = ListKey::new("turen", "sessions");
        Outside::Sync(SyncEvent::Progress { list, rows: 1, total: None, budget })
    };
    console.news(progress(told("turen", 77, 0).budget));
    assert!(console.text().contains("77 of 1,000 requests left"), "{}", console.text());
    // The mirror still has what was told before; and a page that tells of no budget takes nothing away.
    console.news(Outside::Committed);
    console.news(progress(BudgetView::default()));
    assert!(console.text().contains("77 of 1,000 requests left"), "{}", console.text());
}
