//! Following links, and the way back.

use quarterdeck_sync::model::{Field, Filter, Kind, Match, Row, RowKey, Write, WriteState};
use quarterdeck_sync::outbox::action::Asked;

use super::*;
use crate::tui::data::FINISHED;
use crate::tui::links::{Link, Links, To};

const SIZE: (u16, u16) = (160, 48);

impl World {
    /// An agent leads to its sessions and runs; whatever names an agent, to it; a run also to what asked on its behalf.
    pub fn links(&self, of: &Target) -> Option<Links> {
        let row = match of {
            Target::Row(key) => self.rows.iter().find(|(row, _)| row.key == *key),
            Target::Named(list, id) => self.rows.iter().find(|(row, _)| row.list == *list && row.id == *id),
        };
        let row = row.map(|(row, _)| row.clone())?;
        let on = |agent: &str| {
            Filter::And(vec![
                Filter::Field(Field::Connection, Match::Is(row.list.connection.clone())),
                Filter::Field(Field::Agent, Match::Is(agent.to_owned())),
            ])
        };
        let list = |name: &str, kind, agent: &str| Link { name: name.into(), to: To::List(kind, on(agent)) };
        let host = |title: &str| title.rsplit_once('-').map_or(title, |(host, _)| host).to_owned();
        let links = match row.kind {
            Kind::Agent => {
                let agent = row.title.as_deref().map(host).unwrap_or_default();
                let machine = self.record(row.key).and_then(|record| crate::timeline::host_of(&record.doc));
                let machine = machine.map(|host| Link { name: "its machine".into(), to: To::Machine(host) });
                let named = [list("sessions", Kind::Session, &agent), list("events", Kind::Event, &agent)];
                named.into_iter().chain(machine).collect()
            }
            Kind::Run => {
                let agent = row.agent.clone().unwrap_or_default();
                vec![list("approvals", Kind::Approval, &agent)]
            }
            Kind::Policy => {
                let on = |write: &&Write| write.list() == row.list && write.intent.target.as_ref() == Some(&row.id);
                let writes = self.writes.iter().filter(on).count() as u64;
                let link = Link { name: "writes".into(), to: To::Writes(writes) };
                Some(link).filter(|_| writes > 0).into_iter().collect()
            }
            _ => {
                let agent = self
                    .rows
                    .iter()
                    .find(|(agent, _)| agent.kind == Kind::Agent && agent.title.as_deref().map(host) == row.agent);
                let to = agent.map(|(agent, _)| To::Record(Box::new(agent.clone())));
                let others = row.agent.as_deref().map(|agent| list("sessions", Kind::Session, agent));
                to.map(|to| Link { name: "agent".into(), to }).into_iter().chain(others).collect()
            }
        };
        Some(Links { of: row, links })
    }
}

/// The line of breadcrumbs.
fn crumbs(console: &Console) -> String {
    console.text().lines().nth(1).unwrap_or_default().trim().to_owned()
}

#[test]
fn an_agents_sessions_are_two_keys_away_and_esc_leads_back_to_the_very_row() {
    let mut console = Console::new(SIZE);
    console.press("# 1 1 j");
    let before = console.text();
    console.press("L");
    assert!(console.text().contains("leads to"), "{}", console.text());
    console.press("<Enter>");
    assert_eq!(crumbs(&console), "Agents › ci-runner-3-02 › Sessions");
    assert!(console.selected().contains("ci-runner-3"), "{}", console.selected());
    assert!(!console.text().contains("mbp-mara"), "{}", console.text());
    console.press("<Esc>");
    assert_eq!(console.text(), before, "the very row, on its line");
}

#[test]
fn every_step_of_a_long_way_is_found_again_as_it_was_left() {
    let mut console = Console::new(SIZE);
    let mut left = Vec::new();
    console.press("# 1 1 j");
    for _ in 0..30 {
        console.press("j j");
        left.push((console.selected(), crumbs(&console)));
        console.press("L <Enter>");
    }
    assert!(crumbs(&console).starts_with("… › "), "{}", crumbs(&console));
    for (selected, way) in left.into_iter().rev() {
        console.press("<Esc>");
        assert_eq!((console.selected(), crumbs(&console)), (selected, way));
    }
    console.press("@sessions");
    assert!(console.text().contains("1/1,204"), "the tab itself was never narrowed: {}", console.text());
}

#[test]
fn a_filter_typed_on_the_way_is_there_when_one_comes_back() {
    let mut console = Console::new(SIZE);
    console.press("L <Enter> /");
    console.type_text("flaky");
    console.press("<Enter> j L <Enter>");
    assert!(crumbs(&console).ends_with("Agents"), "{}", crumbs(&console));
    console.press("<Esc>");
    assert!(console.text().contains("/ flaky"), "{}", console.text());
    // First the filter goes, then the list.
    console.press("<Esc>");
    assert!(!console.text().contains("/ flaky") && crumbs(&console).ends_with("Sessions"), "{}", console.text());
    console.press("<Esc>");
    assert_eq!(crumbs(&console), "");
}

#[test]
fn a_single_link_is_followed_at_once() {
    let mut console = Console::new(SIZE);
    console.press("@runs j L");
    assert!(crumbs(&console).starts_with("Runs › "), "{}", console.text());
    assert!(crumbs(&console).ends_with("› Approvals"));
}

#[test]
fn a_record_that_leads_nowhere_says_so() {
    let mut console = Console::new(SIZE);
    console.press("@policies L");
    assert!(console.text().contains("It leads nowhere"), "{}", console.text());
}

#[test]
fn how_many_a_link_leads_to_comes_later() {
    let mut console = Console::new(SIZE);
    console.press("L");
    let text = console.text();
    let line = text.lines().find(|line| line.contains("sessions") && line.contains('│')).unwrap();
    assert!(line.chars().any(|c| c.is_ascii_digit()), "{line}");
}

#[test]
fn a_write_leads_to_its_record() {
    let mut console = Console::with(SIZE, World::believable().with_writes(), connections(), TuiSettings::default());
    console.press("@outbox L");
    assert!(crumbs(&console).starts_with("Outbox › "), "{}", console.text());
    assert!(!console.selected().is_empty(), "{}", console.text());
    console.press("<Esc>");
    assert!(console.text().contains("conflicted"));
}

#[test]
fn a_tab_leaves_the_way() {
    let mut console = Console::new(SIZE);
    console.press("L <Enter> L <Enter> @runs");
    assert_eq!(crumbs(&console), "");
    console.press("<Esc>");
    assert!(console.text().contains("/346"), "nothing leads back: {}", console.text());
}

#[test]
fn links_are_not_offered_over_what_was_opened_meanwhile() {
    let mut console = Console::new(SIZE);
    console.key("L");
    console.key("?");
    console.settle();
    assert!(console.text().contains("─ Keys ") && !console.text().contains("leads to"), "{}", console.text());
}

#[test]
fn several_writes_are_marked_for_one_change() {
    let mut console = Console::with(SIZE, World::believable().with_writes(), connections(), TuiSettings::default());
    console.press("@outbox <Space> <Space>");
    assert!(console.text().contains("* 2 marked"), "{}", console.text());
    console.press("d");
    let text = console.text();
    assert!(text.contains("yes, let go of it") || text.contains("nothing of it can be done"), "{text}");
    console.press("<Esc> <Esc>");
    assert!(!console.text().contains("marked"), "{}", console.text());
}

#[test]
fn a_transcript_leads_to_its_record_and_to_what_it_has_to_do_with_and_back() {
    let mut console = Console::with(SIZE, World::believable().with_contents(), connections(), TuiSettings::default());
    console.press("@sessions t");
    assert!(console.text().contains("Sessions › "), "{}", console.text());
    let before = console.text();
    console.press("L");
    let text = console.text();
    assert!(text.contains("leads to") && text.contains("this session: ") && text.contains("agent: "), "{text}");
    console.press("<Enter>");
    assert!(crumbs(&console).starts_with("Sessions › Transcript › "), "{}", crumbs(&console));
    assert!(console.text().contains(" 1/1"), "itself, alone: {}", console.text());
    console.press("<Esc>");
    assert_eq!(console.text(), before, "the very entry");
    console.press("L");
    console.type_text("agent");
    console.press("<Enter>");
    assert!(crumbs(&console).ends_with("› Agents"), "{}", crumbs(&console));
    console.press("<Esc> <Esc>");
    assert!(console.text().contains("SESSION"), "{}", console.text());
}

/// Marks a session that the agent of the newest one had before as gone, under a title of its own.
fn one_that_went(world: &mut World) -> RowKey {
    let session = |row: &Row| row.kind == Kind::Session && row.list.connection == "turen";
    let agent = world.rows.iter().find(|(row, _)| session(row)).and_then(|(row, _)| row.agent.clone());
    let of_agent = world.rows.iter_mut().filter(|(row, _)| session(row) && row.agent == agent);
    let (row, _) = of_agent.skip(1).min_by_key(|(row, _)| std::cmp::Reverse(row.updated_at)).expect("another one");
    (row.gone_at, row.title) = (Some(fake::now()), Some("The one that went".into()));
    row.key
}

/// Goes back through a timeline to the item that says this.
fn to_item(console: &mut Console, words: &str) {
    for _ in 0..400 {
        if console.selected().contains(words) {
            return;
        }
        console.press("k");
    }
    panic!("no item says {words}: {}", console.text());
}

#[test]
fn what_is_gone_is_opened_among_the_gone_ones_and_no_other_in_its_place() {
    let mut world = World::believable();
    one_that_went(&mut world);
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    console.press("@sessions =");
    to_item(&mut console, "The one that went");
    console.press("<Enter>");
    assert!(console.selected().contains("† The one that went"), "{}", console.text());
    assert!(console.text().contains("It is gone: gone records are shown"), "{}", console.text());
}

#[test]
fn what_is_not_here_at_all_any_more_is_said_when_it_is_opened() {
    let mut world = World::believable();
    let key = one_that_went(&mut world);
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    console.press("@sessions =");
    to_item(&mut console, "The one that went");
    console.store.world.lock().unwrap().rows.retain(|(row, _)| row.key != key);
    console.press("<Enter>");
    let text = console.text();
    assert!(text.contains("That record is not here any more"), "{text}");
    assert!(!text.contains("gone shown"), "what was looked for in vain leaves the list as it was: {text}");
}

#[test]
fn a_write_that_is_not_listed_is_said_to_be_so_and_moves_no_cursor_later() {
    let mut console = Console::with(SIZE, World::believable().with_writes(), connections(), TuiSettings::default());
    console.press("@agents =");
    to_item(&mut console, "approve ");
    let write = console.store.world.lock().unwrap().writes.remove(0);
    console.press("<Enter>");
    assert!(console.text().contains("That decision is not listed"), "{}", console.text());
    console.press("j");
    let selected = console.selected();
    console.store.world.lock().unwrap().writes.insert(0, write);
    console.news(Outside::Outbox);
    assert_eq!(console.selected(), selected);
}

/// The policy of one platform was edited three times, long ago; much else was decided since.
fn old_edits() -> World {
    let mut world = World::believable().with_writes();
    let policy = world.rows.iter().find(|(row, _)| row.kind == Kind::Policy && row.id == "default").expect("a policy");
    let record = Record { row: policy.0.clone(), doc: policy.1.clone() };
    let mut asked = Asked { verb: "update".into(), ..Asked::default() };
    asked.args.insert("doc".into(), serde_json::json!({"rules": {"min_scorecard": 7}}));
    let edit = outbox::intent(&record, &asked).expect("it can be");
    let other = world.writes.last().expect("a write").intent.clone();
    let over = |number: usize, intent| outbox::write(number, intent, WriteState::Confirmed, 90_000 - number as i64);
    world.writes.extend((100..103).map(|number| over(number, edit.clone())));
    world.writes.extend((200..205 + FINISHED).map(|number| over(number, other.clone())));
    world
}

#[test]
fn the_writes_on_one_record_are_all_there_and_no_others_are_counted() {
    let mut console = Console::with(SIZE, old_edits(), connections(), TuiSettings::default());
    console.press("@policies");
    for _ in 0..20 {
        if !console.selected().contains("Acme default") {
            console.press("j");
        }
    }
    console.press("L");
    let text = console.text();
    assert!(crumbs(&console).ends_with("› Outbox") && text.contains("1/3"), "however old they are: {text}");
    let head = text.lines().nth(2).unwrap_or_default();
    assert!(head.contains("3 confirmed") && !head.contains("queued") && !head.contains("newest"), "{head}");
    console.store.world.lock().unwrap().writes.retain(|write| write.intent.collection != "policy");
    console.news(Outside::Outbox);
    assert!(console.text().contains("Nothing was decided about this record yet."), "{}", console.text());
    console.press("z");
    assert!(console.text().contains("No decision about this record waits."), "{}", console.text());
}

#[test]
fn an_outbox_that_lists_no_more_of_what_is_over_says_so() {
    let mut console = Console::with(SIZE, old_edits(), connections(), TuiSettings::default());
    console.press("@outbox z");
    assert!(console.text().contains("newest 1,000 finished shown"), "{}", console.text());
}

#[test]
fn links_are_not_offered_to_who_types_a_filter_meanwhile() {
    let mut console = Console::new(SIZE);
    console.key("L");
    console.key("/");
    console.settle();
    console.type_text("ci-runner");
    let text = console.text();
    assert!(text.contains("/ ci-runner") && !text.contains("leads to"), "{text}");
}

#[test]
fn no_list_opens_beneath_a_sheet_or_over_another_view() {
    let mut console = Console::with(SIZE, World::believable().with_writes(), connections(), TuiSettings::default());
    console.press("@outbox");
    console.key("L");
    console.key("d");
    console.settle();
    console.press("<Esc>");
    assert!(crumbs(&console).is_empty() && console.text().contains("conflicted"), "{}", console.text());
    console.key("L");
    console.open("sessions");
    console.settle();
    assert_eq!(crumbs(&console), "");
}

#[test]
fn no_editor_opens_over_what_was_opened_meanwhile() {
    let mut console = Console::new(SIZE);
    console.press("@policies /");
    console.type_text("acme default");
    console.press("<Enter>");
    console.key("E");
    console.key("?");
    console.settle();
    assert_eq!(console.orders, []);
    console.press("<Esc> E");
    assert!(matches!(console.orders.as_slice(), [Order::Edit { .. }]), "{:?}", console.orders);
}
