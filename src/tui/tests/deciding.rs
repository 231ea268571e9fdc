//! Deciding: what leads to a sheet, what the sheet shows, and that nothing else ever acts.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use quarterdeck_sync::model::{Kind, Verdict, WriteState};
use quarterdeck_sync::outbox::decide::Decision;

use super::*;
use crate::tui::decisions::{Change, Confirmed, Deed, Outcome};

const SIZE: (u16, u16) = (160, 48);

impl Console {
    /// What was asked of the outside since the last look, but for syncs.
    pub(super) fn deeds(&self) -> Vec<Confirmed> {
        let asked = self.asked.try_iter();
        asked.filter_map(|ask| if let Ask::Decide(confirmed) = ask { Some(*confirmed) } else { None }).collect()
    }

    /// The outside keeps what was confirmed, and says so.
    fn keep(&mut self) -> Vec<WriteId> {
        let confirmed = self.deeds();
        self.keep_all(confirmed)
    }

    /// The same, of what was taken in already.
    pub(super) fn keep_all(&mut self, confirmed: Vec<Confirmed>) -> Vec<WriteId> {
        let mut ids = Vec::new();
        for Confirmed { sheet, deed } in confirmed {
            let outcome = match deed {
                Deed::Decide { asked, seen } => {
                    let mut world = self.store.world.lock().unwrap();
                    let keep = |item: &crate::tui::decisions::Item| {
                        let write = world.keep(outbox::intent(&item.record, &asked)?);
                        ids.push(write.id.clone());
                        Ok(Decision::Queued(write))
                    };
                    Outcome::Kept(seen.iter().map(keep).collect())
                }
                Deed::Change { seen, change } => {
                    let mut world = self.store.world.lock().unwrap();
                    let to = match change {
                        Change::Retry | Change::Mine | Change::Edited(_) => WriteState::Queued,
                        Change::Discard | Change::Theirs => WriteState::Discarded,
                        Change::Cancel | Change::Undo => WriteState::Cancelled,
                    };
                    let change = |(id, _): &(WriteId, WriteState)| {
                        world.turn(id, to, None);
                        Ok(world.opened(id).expect("a write").write)
                    };
                    Outcome::Changed(seen.iter().map(change).collect())
                }
                Deed::Resume { connection, .. } => panic!("{connection} is let go on by a test alone"),
            };
            self.news(Outside::Decided { sheet, outcome });
        }
        ids
    }

    /// Changes a record behind the console's back, as a pull does.
    fn change(&mut self, id: &str, change: impl FnOnce(&mut quarterdeck_sync::model::Row, &mut String)) {
        let mut world = self.store.world.lock().unwrap();
        let (row, doc) = world.rows.iter_mut().find(|(row, _)| row.id == id).expect("a record");
        change(row, doc);
        drop(world);
        self.news(Outside::Committed);
    }
}

#[test]
fn a_key_opens_a_sheet_and_only_the_sheets_own_key_acts() {
    let mut console = Console::new(SIZE);
    console.press("s");
    let text = console.text();
    assert!(text.contains("Suspend 1 agent") && text.contains("agt_0000"), "{text}");
    assert!(
        text.contains("● active → ■ suspended") && text.contains("machines fetch the policy every 15 min"),
        "{text}"
    );
    // The key that opened it, and every key one might hit in haste.
    console.press("s y Y <Enter> <Enter> <Space> q 1");
    assert_eq!(console.deeds(), []);
    assert_eq!(console.orders, []);
    assert!(console.text().contains("syY q1"), "{}", console.text());
    console.press("C-y");
    let deeds = console.deeds();
    let [Confirmed { deed: Deed::Decide { asked, seen }, .. }] = deeds.as_slice() else { panic!("{deeds:?}") };
    assert_eq!((asked.verb.as_str(), asked.reason.as_deref()), ("suspend", Some("syY q1")));
    assert_eq!(seen.iter().map(|item| item.record.row.id.as_str()).collect::<Vec<_>>(), ["agt_0000"]);
}

#[test]
fn leaving_the_sheet_does_nothing() {
    let mut console = Console::new(SIZE);
    console.press("s <Esc>");
    assert!(!console.text().contains("Suspend 1 agent"));
    console.press("C-y");
    assert_eq!(console.deeds(), []);
}

#[test]
fn pasted_text_never_confirms() {
    let mut console = Console::new(SIZE);
    console.press("s");
    console.app.handle(Message::Input(Event::Paste("because\n\u{19}y\r\n".into())), console.clock);
    console.settle();
    assert_eq!(console.deeds(), []);
    assert!(console.text().contains("because"), "{}", console.text());
}

#[test]
fn keys_that_run_ahead_of_the_sheet_confirm_nothing() {
    let mut console = Console::new(SIZE);
    console.key("s");
    console.key("C-y");
    console.settle();
    assert_eq!(console.deeds(), []);
    assert!(console.text().contains("it is still being looked at"), "{}", console.text());
    console.press("C-y");
    assert_eq!(console.deeds().len(), 1);
}

#[test]
fn what_has_not_been_on_the_screen_yet_cannot_be_confirmed() {
    let mut console = Console::new(SIZE);
    console.key("s");
    // The answer is there, and no frame was drawn with it.
    let answer = console.inbox.recv_timeout(Duration::from_secs(120)).expect("an answer");
    console.app.handle(answer, console.clock);
    console.key("C-y");
    assert_eq!(console.deeds(), []);
    console.settle();
    console.key("C-y");
    assert_eq!(console.deeds().len(), 1);
}

#[test]
fn no_click_and_no_turn_of_the_wheel_confirms_or_closes_a_sheet() {
    let mut console = Console::new((80, 24));
    console.press("s");
    let before = console.text();
    for kind in [MouseEventKind::Down(MouseButton::Left), MouseEventKind::ScrollDown, MouseEventKind::ScrollUp] {
        for (column, row) in (0..80).step_by(2).flat_map(|column| (0..24).map(move |row| (column, row))) {
            let mouse = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
            console.app.handle(Message::Input(Event::Mouse(mouse)), console.clock);
        }
        console.settle();
        assert_eq!(console.deeds(), [], "{kind:?}");
    }
    assert_eq!(console.text(), before, "it stays as it is");
}

#[test]
fn confirming_twice_decides_once() {
    let mut console = Console::new(SIZE);
    console.press("s C-y C-y C-y");
    assert_eq!(console.deeds().len(), 1);
}

#[test]
fn while_a_decision_is_kept_nobody_is_told_that_nothing_is_done() {
    let mut console = Console::new(SIZE);
    console.press("s");
    assert!(console.text().contains("leave, nothing is done"), "{}", console.text());
    console.press("C-y");
    let text = console.text();
    assert!(text.contains("close; it is being kept") && !text.contains("nothing is done"), "{text}");
}

#[test]
fn a_decision_is_seen_at_once_and_its_mark_goes_when_it_is_confirmed() {
    let mut console = Console::new(SIZE);
    console.press("s C-y");
    let ids = console.keep();
    let text = console.text();
    assert!(text.contains("-00: queued") && !text.contains("agt_0000: queued"), "{text}");
    assert!(console.selected().contains("■ suspended ⋯queued"), "{}", console.selected());
    assert!(text.contains("⋯ suspend queued, asked"), "the details say it too: {text}");
    for (state, word) in [(WriteState::Sending, "↑sending"), (WriteState::Accepted, "◌accepted")] {
        console.store.world.lock().unwrap().turn(&ids[0], state, None);
        console.news(Outside::Outbox);
        assert!(console.selected().contains(&format!("■ suspended {word}")), "{}", console.selected());
    }
    console.store.world.lock().unwrap().turn(&ids[0], WriteState::Confirmed, None);
    console.news(Outside::Outbox);
    assert!(console.selected().contains("■ suspended  "), "{}", console.selected());
}

#[test]
fn what_changed_while_the_sheet_was_open_must_be_looked_at_again() {
    let mut console = Console::new(SIZE);
    console.press("@approvals a");
    assert!(console.text().contains("sha256:9f2c41aa"), "{}", console.text());
    console.change("apr-000", |_, doc| *doc = doc.replace("9f2c41aa", "deadbeef"));
    assert!(console.text().contains("This changed while the sheet was open"), "{}", console.text());
    assert!(!console.text().contains("deadbeef"), "what was confirmed is what was on screen");
    console.press("C-y");
    assert_eq!(console.deeds(), []);
    console.press("C-r");
    assert!(console.text().contains("deadbeef"), "{}", console.text());
    console.press("C-y");
    let deeds = console.deeds();
    let [Confirmed { deed: Deed::Decide { seen, .. }, .. }] = deeds.as_slice() else { panic!("{deeds:?}") };
    assert!(seen[0].record.doc.contains("deadbeef"), "what was seen last is what is bound");
}

#[test]
fn a_sync_that_changes_nothing_leaves_the_sheet_alone() {
    let mut console = Console::new(SIZE);
    console.press("s");
    console.change("agt_0000", |row, _| row.confirmed_at = fake::now());
    assert!(!console.text().contains("changed while"), "{}", console.text());
    console.press("C-y");
    assert_eq!(console.deeds().len(), 1);
}

#[test]
fn what_was_seen_and_is_not_there_any_more_is_not_kept() {
    let mut console = Console::new(SIZE);
    console.press("s C-y");
    let sheet = console.deeds()[0].sheet;
    {
        let mut world = console.store.world.lock().unwrap();
        world.rows[0].1.push(' ');
    }
    console.news(Outside::Decided { sheet, outcome: Outcome::Moved });
    assert!(console.text().contains("This changed while the sheet was open"), "{}", console.text());
}

#[test]
fn a_stale_look_never_replaces_a_newer_one() {
    let mut console = Console::new(SIZE);
    console.press("/");
    console.type_text("connection:turen");
    console.press("<Enter>");
    console.key("s");
    let stale = console.inbox.recv_timeout(PATIENCE).unwrap();
    console.key("<Esc>");
    console.key("j");
    console.settle();
    console.key("s");
    console.settle();
    let before = console.text();
    assert!(before.contains("agt_0001"), "{before}");
    console.app.handle(stale, console.clock);
    console.draw();
    assert_eq!(console.text(), before);
}

#[test]
fn what_a_platform_lacks_is_said_and_opens_nothing() {
    let mut console = Console::new(SIZE);
    console.press("/");
    console.type_text("connection:acme");
    console.press("<Enter> s");
    assert!(console.text().contains("Not now: RunAgents has no suspend: contain the agent"), "{}", console.text());
    console.press("a");
    assert!(console.text().contains("Not now: acme has no way to approve its agents."), "{}", console.text());
    console.press("?");
    let said = "Suspend the agent (RunAgents has no suspend";
    let mut pages = (0..9).map(|_| {
        console.press("C-d");
        console.text()
    });
    assert!(pages.any(|page| page.contains(said)), "{said}");
}

#[test]
fn what_makes_no_sense_now_is_said_on_the_sheet_and_cannot_be_confirmed() {
    let mut console = Console::new(SIZE);
    console.press("S");
    assert!(console.text().contains("✗ it is active already"), "{}", console.text());
    assert!(!console.text().contains("yes, resume"), "nothing is offered: {}", console.text());
    console.press("C-y");
    assert_eq!(console.deeds(), []);
    assert!(console.text().contains("Not now: nothing of it can be done."), "{}", console.text());
}

#[test]
fn marks_survive_scrolling_are_counted_and_go_with_esc() {
    let mut console = Console::new((160, 24));
    console.press("<Space> <Space> G <Space>");
    assert!(console.text().contains("* 3 marked"), "{}", console.text());
    console.press("g");
    assert!(console.selected().starts_with("▌*"), "{}", console.selected());
    console.press("<Esc>");
    assert!(!console.text().contains("marked"), "{}", console.text());
}

#[test]
fn a_decision_takes_away_the_marks_that_it_was_made_with_and_no_others() {
    let mut console = Console::new(SIZE);
    console.press("@sessions <Space> <Space> @agents <Space> s C-y");
    console.keep();
    assert!(!console.text().contains(" marked"), "{}", console.text());
    console.press("@sessions");
    assert!(console.text().contains("* 2 marked"), "{}", console.text());
}

#[test]
fn one_decision_about_many_names_each_and_says_what_is_left_out() {
    let mut console = Console::new(SIZE);
    console.press("/");
    console.type_text("connection:turen");
    console.press("<Enter> *");
    assert!(console.text().contains("34 marked"), "{}", console.text());
    console.press("s");
    let text = console.text();
    assert!(text.contains("Suspend 34 agents") && text.contains("31 of 34 marked"), "{text}");
    assert!(
        text.contains("3 that cannot be")
            && text.contains("-05  ✗ it is suspended already, and only what is active can be: suspend  agt_0005"),
        "{text}"
    );
    console.press("<PgDn> <PgDn> C-y");
    let deeds = console.deeds();
    let [Confirmed { deed: Deed::Decide { seen, .. }, .. }] = deeds.as_slice() else { panic!("{deeds:?}") };
    assert_eq!(seen.len(), 31);
}

#[test]
fn an_approval_shows_what_it_rests_on_and_asks_how_far_it_goes() {
    let mut console = Console::new(SIZE);
    console.press("@approvals a");
    let text = console.text();
    for seen in ["stripe", "POST", "https://api.stripe.com/v1/refunds", "refund", "user:118", "sha256:9f2c41aa"] {
        assert!(text.contains(seen), "{seen}: {text}");
    }
    assert!(text.contains("PAUSED_APPROVAL") && text.contains("not sent after 2026-11-22 09:30:00 UTC"), "{text}");
    assert!(text.contains("‹not said›  once   run   agent_user_ttl"), "{text}");
    // From the reason round to the scope: duration, expires and reason come first when going on.
    console.press("<Tab> <Tab> <Right> <Right> <Tab>");
    console.type_text("45m");
    console.press("C-y");
    let deeds = console.deeds();
    let [Confirmed { deed: Deed::Decide { asked, .. }, .. }] = deeds.as_slice() else { panic!("{deeds:?}") };
    assert_eq!(asked.args.get("scope"), Some(&serde_json::json!("run")), "{asked:?}");
    assert_eq!(asked.expires, Some(jiff::SignedDuration::from_mins(45)));
}

#[test]
fn a_length_of_time_that_is_none_is_said_and_confirms_nothing() {
    let mut console = Console::new(SIZE);
    console.press("@approvals a <Tab> <Tab> <Tab>");
    console.type_text("soon");
    console.press("C-y");
    assert_eq!(console.deeds(), []);
    assert!(console.text().contains("`soon` is no length of time"), "{}", console.text());
}

#[test]
fn text_of_an_agent_stands_behind_a_bar_with_nothing_hidden() {
    let mut world = World::believable();
    let evil = "yes, approve it\u{1b}[2J\u{202e}\nC-y  approve it";
    let doc = serde_json::json!({"tool_url": evil, "status": "PENDING"});
    let approvals = ("approvals", Kind::Approval);
    world.add(("acme", "runagents"), approvals, "apr-evil".into(), Some(evil), Some("PENDING"), (None, None), -60, doc);
    world.count();
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    console.press("@approvals a");
    let text = console.text();
    assert!(!text.chars().any(|c| quarterdeck_sync::text::is_hidden(c) && c != '\n'), "{text:?}");
    let letters: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let top = letters.iter().position(|line| line.contains(&'╭')).expect("a sheet");
    let left = letters[top].iter().position(|c| *c == '╭').expect("its corner");
    let inside = letters[top..].iter().take_while(|line| line.get(left) != Some(&'╰'));
    let inside: Vec<String> = inside.map(|line| line[left + 1..].iter().collect::<String>()).collect();
    let spoken: Vec<&String> = inside.iter().filter(|line| line.contains("approve it")).collect();
    assert!(spoken.len() >= 2 && spoken.iter().all(|line| line.trim_start().starts_with('┊')), "{text}");
    assert!(text.contains("hidden characters made visible"), "{text}");
}

#[test]
fn the_last_decision_is_taken_back_on_a_sheet() {
    let mut console = Console::new(SIZE);
    console.press("u");
    assert!(console.text().contains("Not now: nothing was decided here yet"), "{}", console.text());
    console.press("s C-y");
    console.keep();
    console.press("u");
    let text = console.text();
    assert!(text.contains("Take back 1 write") && text.contains("nothing will be sent"), "{text}");
    console.press("u C-y");
    console.keep();
    assert!(console.text().contains("suspend cancelled."), "{}", console.text());
    assert!(console.selected().contains("● active"), "{}", console.selected());
}

#[test]
fn what_became_of_a_decision_is_told_once() {
    let mut console = Console::new(SIZE);
    console.press("s C-y");
    let ids = console.keep();
    console.store.world.lock().unwrap().turn(&ids[0], WriteState::Confirmed, None);
    console.news(Outside::Outbox);
    let told = console.text();
    assert!(told.contains(": confirmed.") && !told.contains(": queued."), "{told}");
    console.pass(Duration::from_secs(60));
    console.news(Outside::Outbox);
    assert!(!console.text().contains(": confirmed."), "{}", console.text());
}

#[test]
fn a_refusal_is_asked_for_its_reason_once() {
    let mut console = Console::new(SIZE);
    console.press("@approvals x C-y");
    assert_eq!(console.deeds(), []);
    assert!(console.text().contains("say why; or confirm once more"), "{}", console.text());
    console.type_text("not safe");
    console.press("C-y");
    let deeds = console.deeds();
    assert!(format!("{deeds:?}").contains("not safe"), "{deeds:?}");

    let mut console = Console::new(SIZE);
    console.press("@approvals x C-y C-y");
    assert_eq!(console.deeds().len(), 1);
}

#[test]
fn what_failed_to_be_kept_is_said_on_the_sheet() {
    let mut console = Console::new(SIZE);
    console.press("s C-y");
    let sheet = console.deeds()[0].sheet;
    console.news(Outside::Decided { sheet, outcome: Outcome::Failed("the disk is full".into()) });
    assert!(console.text().contains("the disk is full"), "{}", console.text());
    assert!(!console.selected().contains("queued"));
}

#[test]
fn looking_again_lifts_neither_a_decision_on_its_way_nor_a_refusal() {
    let mut console = Console::new(SIZE);
    console.press("s C-y");
    let sheet = console.deeds()[0].sheet;
    console.press("C-r");
    let text = console.text();
    assert!(text.contains("being kept") && text.contains("nothing has changed"), "{text}");
    console.press("C-y");
    assert_eq!(console.deeds(), [], "one decision is made once");
    console.news(Outside::Decided { sheet, outcome: Outcome::Failed("the disk is full".into()) });
    console.press("C-r");
    assert!(console.text().contains("the disk is full"), "{}", console.text());
    console.press("C-y");
    assert_eq!(console.deeds(), [], "nothing newer was looked at");
}

#[test]
fn when_it_is_sent_is_said_before_it_is_confirmed() {
    let mut console = Console::new(SIZE);
    console.press("s");
    assert!(console.text().contains("as soon as turen answers"), "{}", console.text());
    console.press("<Esc>");
    let mut world = console.store.world.lock().unwrap();
    let message = "401: the key is not accepted".to_owned();
    world.paused.push(quarterdeck_sync::outbox::Paused { connection: "turen".into(), since: outbox::ago(60), message });
    drop(world);
    console.news(Outside::Outbox);
    console.press("s");
    assert!(console.text().contains("when turen is mended: paused, 401"), "{}", console.text());
}

#[test]
fn an_edit_is_shown_as_a_difference_before_it_is_kept() {
    let mut console = Console::new(SIZE);
    console.press("@policies /");
    console.type_text("acme default");
    console.press("<Enter> E");
    let [Order::Edit { name, text }] = console.orders.as_slice() else { panic!("{:?}", console.orders) };
    assert_eq!(name, "policy-default");
    let edited = text.replace("\"min_scorecard\": 5", "\"min_scorecard\": 7");
    console.app.edited(Ok(Some(edited)), console.clock);
    console.settle();
    let text = console.text();
    assert!(text.contains("/rules/min_scorecard") && text.contains("- 5") && text.contains("+ 7"), "{text}");
    console.press("C-y");
    assert_eq!(console.deeds().len(), 1);
    console.press("<Esc>");
    console.app.edited(Ok(None), console.clock);
}

#[test]
fn an_edit_that_changed_nothing_decides_nothing() {
    let mut console = Console::new(SIZE);
    console.press("@policies /");
    console.type_text("acme default");
    console.press("<Enter> E");
    console.app.edited(Ok(None), console.clock);
    console.settle();
    assert!(console.text().contains("Left as it was"), "{}", console.text());
    assert_eq!(console.deeds(), []);
}

#[test]
fn a_conflict_is_marked_and_has_no_effect() {
    let mut console = Console::new(SIZE);
    console.press("s C-y");
    let ids = console.keep();
    let verdict = Verdict { code: "moved".into(), message: "somebody was faster".into(), ..Verdict::default() };
    console.store.world.lock().unwrap().turn(&ids[0], WriteState::Conflicted, Some(verdict));
    console.news(Outside::Outbox);
    assert!(console.selected().contains("● active ≠conflicted"), "{}", console.selected());
}

fn with_writes(size: (u16, u16)) -> Console {
    let mut console = Console::with(size, World::believable().with_writes(), connections(), TuiSettings::default());
    console.press("@outbox");
    console
}

#[test]
fn what_waits_for_a_person_is_told_everywhere_and_stands_first() {
    let mut console = with_writes(SIZE);
    assert!(console.text().contains("Outbox 2") && console.text().contains("≠ 1 conflicted"), "{}", console.text());
    assert!(console.selected().contains("✗ wedged") && console.text().contains("this key may not stop runs"));
    console.press("@sessions");
    assert!(console.text().contains("⋯ 2 queued") && console.text().contains("≠ 1 conflicted"), "{}", console.text());
}

#[test]
fn an_outbox_without_writes_is_a_pleasant_sight() {
    let mut console = Console::new(SIZE);
    console.press("@outbox");
    assert!(console.text().contains("✓ Nothing waits."), "{}", console.text());
    assert!(!console.text().contains("Outbox 0") && !console.text().contains("queued"));
}

#[test]
fn a_conflict_shows_all_three_sides_and_is_settled_on_a_sheet() {
    let mut console = with_writes(SIZE);
    console.press("j");
    let text = console.text();
    for seen in
        ["base            PENDING", "mine            APPROVED", "theirs          REJECTED", "by jonas@acme.example"]
    {
        assert!(text.contains(seen), "{seen}: {text}");
    }
    console.press("M M <Enter>");
    assert_eq!(console.deeds(), []);
    assert!(console.text().contains("It stays as it is there."), "{}", console.text());
    console.press("C-y");
    let deeds = console.deeds();
    let [Confirmed { deed: Deed::Change { seen, change }, .. }] = deeds.as_slice() else { panic!("{deeds:?}") };
    assert_eq!((seen.len(), seen[0].1, change), (1, WriteState::Conflicted, &Change::Theirs));
}

#[test]
fn what_has_left_is_not_cancelled_and_what_has_not_is() {
    let mut console = with_writes(SIZE);
    console.press("x");
    assert!(console.text().contains("only what was not sent can be; this one is wedged"), "{}", console.text());
    console.press(". . . x");
    assert!(console.text().contains("Cancel 1 write"), "{}", console.text());
    console.press("C-y");
    assert_eq!(console.keep().len(), 0);
    assert!(console.text().contains("reject cancelled."), "{}", console.text());
}

#[test]
fn the_outbox_is_filtered_by_state() {
    let mut console = with_writes(SIZE);
    console.press(".");
    assert!(console.text().contains("‹≠ 1 conflicted›") && console.text().contains("1/1"), "{}", console.text());
    console.press("<Esc>");
    assert!(console.text().contains("2/7"), "the same write is selected: {}", console.text());
    console.press("z");
    assert!(console.text().contains("✓ confirmed") && console.text().contains("2/8"), "{}", console.text());
}

#[test]
fn a_write_that_changes_while_its_sheet_is_open_must_be_looked_at_again() {
    let mut console = with_writes(SIZE);
    console.press(". . . x");
    let id = console.store.world.lock().unwrap().writes[6].id.clone();
    console.store.world.lock().unwrap().turn(&id, WriteState::Sending, None);
    console.news(Outside::Outbox);
    console.press("C-y");
    assert_eq!(console.deeds(), []);
    console.press("C-r C-y");
    assert_eq!(console.deeds(), [], "it has left: there is nothing to cancel");
    assert!(console.text().contains("it has been sent"), "{}", console.text());
}

#[test]
fn the_selected_write_stays_selected_while_others_come_and_go() {
    let mut console = with_writes(SIZE);
    console.press("j j j");
    let before = console.selected();
    {
        let mut world = console.store.world.lock().unwrap();
        let id = world.writes[6].id.clone();
        world.turn(&id, WriteState::Confirmed, None);
    }
    console.news(Outside::Outbox);
    assert_eq!(console.selected(), before);
}

#[test]
fn a_thousand_writes_that_are_flushed_cost_a_few_refreshes() {
    let mut console = with_writes(SIZE);
    console.pass(Duration::from_secs(5));
    let before = console.store.lists.load(Ordering::SeqCst);
    for _ in 0..1_000 {
        console.app.handle(Message::Outside(Outside::Outbox), console.clock);
        console.pass(Duration::from_millis(1));
    }
    let lists = console.store.lists.load(Ordering::SeqCst) - before;
    assert!((3..=6).contains(&lists), "{lists} readings of the outbox in a second");
}

#[test]
fn deadlines_do_not_tick() {
    let mut console = with_writes(SIZE);
    console.pass(Duration::from_secs(30));
    assert!(!console.app.dirty());
    assert!(console.app.deadline().expect("ages change some day") >= console.clock + Duration::from_secs(60));
}

#[test]
fn everything_pending_is_found_with_the_filter() {
    let mut console = with_writes(SIZE);
    console.press("@agents /");
    console.type_text("is:pending");
    console.press("<Enter>");
    assert!(console.text().contains("4 of 49 match"), "{}", console.text());
    assert!(console.text().contains("■ suspended ↑sending"), "{}", console.text());
}
