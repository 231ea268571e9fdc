//! Incidents as a person works on them: opened from anywhere, pinned to, noted in, followed, contained.

use quarterdeck_sync::model::{EntryKind, Incident, IncidentId, Kind, ListKey, Note, NoteId, Pin, Place};

use super::*;
use crate::incident::{Case, Line, Moment, Pinned, Seen, Thing, What, place_of_write, timeline};
use crate::tui::decisions::Deed as Decided;
use crate::tui::incidents::{Chosen, Deed, Outcome};
use fake::now;
use outbox::ago;

fn id(text: &str) -> IncidentId {
    IncidentId::new(text)
}

fn incident(name: &str, title: &str, opened: i64, closed: Option<i64>) -> Incident {
    Incident { id: id(name), title: title.into(), opened_at: ago(opened), closed_at: closed.map(ago) }
}

fn note(name: &str, seconds: i64, text: &str) -> Note {
    let at = ago(seconds);
    Note {
        id: NoteId::new(name),
        place: None,
        incident: Some(id("01JA")),
        text: text.into(),
        made_at: at,
        changed_at: at,
    }
}

fn moment(seconds: i64, what: What, place: Option<&Place>, words: &str, text: &str) -> Moment {
    Moment { at: Some(ago(seconds)), what, place: place.cloned(), words: words.into(), text: text.into() }
}

impl World {
    fn pinned(&self, at: usize, place: Place, entry: Option<Seen>) -> Pinned {
        let list = ListKey::new(&place.connection, &place.collection);
        let row = self.rows.iter().find(|(row, _)| row.list == list && row.id == place.id);
        let thing = match self.writes.iter().find(|write| place_of_write(write) == place) {
            Some(write) => Thing::Write(Box::new(write.clone())),
            None => row.map_or(Thing::Missing, |(row, _)| Thing::Record(Box::new(row.clone()))),
        };
        Pinned { pin: Pin { place, pinned_at: ago(7_000 - at as i64) }, thing, entry }
    }

    /// Three incidents, one of them closed.
    pub fn with_incidents(mut self) -> Self {
        let run = self.rows.iter().find(|(row, _)| row.kind == Kind::Run).map(|(row, _)| row.id.clone()).unwrap();
        let write = place_of_write(&self.writes[0]);
        let places = [
            Place::record("turen", "agents", "agt_0004"),
            Place::record("acme", "agents", "refund-helper"),
            Place::record("acme", "runs", &run),
            Place::record("turen", "sessions", "90000").at(4),
            Place::record("acme", "approvals", "apr-000"),
            write.clone(),
            Place::record("lab", "agents", "6"),
            Place::record("lab", "workflows", "no-longer-kept"),
        ];
        let said = Seen {
            kind: EntryKind::Tool,
            at: Some(ago(9_000)),
            said: "stripe refunds create --charge ch_3Px --amount 12900".into(),
        };
        let pinned: Vec<Pinned> = places
            .iter()
            .enumerate()
            .map(|(at, place)| {
                let seen = place.entry.map(|_| said.clone());
                self.pinned(at, place.clone(), seen)
            })
            .collect();
        let notes = vec![
            note(
                "01N1",
                6_500,
                "Two refunds for one charge, 40 seconds apart.\nBoth approved by the same rule: see apr-000.",
            ),
            note("01N2", 1_800, "Told finance. Key rotated at 08:31."),
        ];
        let sources = vec![
            vec![moment(7_100, What::Opened, None, "the incident was opened", "Refund agent paid out twice")],
            pinned
                .iter()
                .map(|one| {
                    moment(
                        now().as_second() - one.pin.pinned_at.as_second(),
                        What::Pinned,
                        Some(one.place()),
                        &format!("{} pinned", one.word()),
                        &one.title(),
                    )
                })
                .collect(),
            notes
                .iter()
                .map(|note| moment(now().as_second() - note.made_at.as_second(), What::Note, None, "", &note.text))
                .collect(),
            vec![
                moment(9_000, What::Entry, Some(&places[3]), "entry 4, tool", &said.said),
                moment(
                    8_960,
                    What::Event,
                    Some(&Place::record("turen", "events", "ev_000003")),
                    "event, block",
                    "npm install left-pad@1.3.0",
                ),
                moment(
                    8_000,
                    What::Changed,
                    Some(&places[2]),
                    "run last changed, now running",
                    "Fix the flaky test in payments",
                ),
                moment(6_000, What::Write, Some(&write), "suspend agt_0004: queued, by mara@bridge", "leaked key"),
                moment(5_990, What::Write, Some(&write), "suspend agt_0004: conflicted", "it was resumed meanwhile"),
                moment(
                    90_000,
                    What::Gone,
                    Some(&places[6]),
                    "agent no longer listed by its platform",
                    "log-summariser",
                ),
            ],
        ];
        let first = Case {
            incident: incident("01JA", "Refund agent paid out twice", 7_100, None),
            pinned,
            notes,
            timeline: timeline::merge(sources),
            short: vec!["of turen/agents/agt_0004 the newest 200 events, runs, sessions and approvals are told, older ones are not".into()],
        };
        let empty = |incident| Case {
            incident,
            pinned: Vec::new(),
            notes: Vec::new(),
            timeline: Vec::new(),
            short: Vec::new(),
        };
        self.cases = vec![
            first,
            empty(incident("01JB", "Token of a CI runner in a public repository", 60_000, None)),
            empty(incident("01JC", "Policy server was down for twenty minutes", 900_000, Some(800_000))),
        ];
        self
    }

    pub fn incident_lines(&self) -> Vec<Line> {
        let line =
            |case: &Case| Line { incident: case.incident.clone(), pins: case.pinned.len(), notes: case.notes.len() };
        self.cases.iter().map(line).collect()
    }

    pub fn case(&self, id: &IncidentId) -> Option<Case> {
        self.cases.iter().find(|case| case.incident.id == *id).cloned()
    }
}

fn world() -> World {
    World::believable().with_writes().with_contents().with_incidents()
}

fn opened(size: (u16, u16), world: World, settings: TuiSettings) -> Console {
    let mut console = Console::with(size, world, connections(), settings);
    to_incidents(&mut console);
    console
}

fn to_incidents(console: &mut Console) {
    console.press(":");
    console.type_text("Open Incidents");
    console.press("<Enter>");
}

fn console() -> Console {
    opened((160, 48), world(), TuiSettings::default())
}

/// What was asked to be done to incidents since the last time.
fn deeds(console: &Console) -> Vec<Deed> {
    let asked = std::iter::from_fn(|| console.asked.try_recv().ok());
    asked.filter_map(|ask| if let Ask::Incident(deed) = ask { Some(*deed) } else { None }).collect()
}

fn done(console: &mut Console, said: &str, at: Option<&str>) {
    console.news(Outside::Incident(Outcome::Done { said: said.into(), at: at.map(id) }));
}

/// The line of the incident that the cursor is on.
fn under(console: &Console) -> String {
    let text = console.text();
    text.lines()
        .filter_map(|line| line.split_once('▌'))
        .map(|(_, rest)| rest.trim().to_owned())
        .next_back()
        .unwrap_or_default()
}

#[test]
fn an_incident_is_opened_from_anywhere_with_what_is_selected() {
    let mut console = Console::with((120, 36), world(), connections(), TuiSettings::default());
    console.press("j I");
    assert!(console.text().contains("Open an incident"), "{}", console.text());
    console.type_text("Leaked  key q");
    console.press("<Enter>");
    let deeds = deeds(&console);
    let [Deed::Open { title, pins }] = deeds.as_slice() else { panic!("{deeds:?}") };
    assert_eq!((title.as_str(), pins.len()), ("Leaked key q", 1), "text is text, and one line");
    assert!(!console.text().contains("Open an incident"));
    console.press("I");
    console.press("<Enter>");
    assert!(console.text().contains("nothing is written yet"), "{}", console.text());
    console.press("<Esc>");
    assert!(self::deeds(&console).is_empty());
}

#[test]
fn records_writes_entries_and_hits_are_pinned_to_the_one_that_is_worked_on() {
    let mut console = console();
    let _ = deeds(&console);
    console.press("j");
    let of = |console: &mut Console| match deeds(console).as_slice() {
        [Deed::Pin(to, chosen)] => (to.clone(), chosen.clone()),
        other => panic!("{other:?}"),
    };
    console.press(":");
    console.type_text("Open Sessions");
    console.press("<Enter> &");
    let (to, chosen) = of(&mut console);
    assert_eq!((to, chosen.len(), chosen[0].entry), (Some(id("01JB")), 1, None));
    console.press("t");
    console.press("J J &");
    assert!(of(&mut console).1[0].entry.is_some(), "the entry under the cursor");
    console.press("h f");
    console.type_text("refund");
    console.press("<Esc> &");
    assert_eq!(of(&mut console).1.len(), 1);
    console.press(":");
    console.type_text("Open Outbox");
    console.press("<Enter> &");
    let (_, chosen) = of(&mut console);
    assert!(matches!(&chosen[0].of, Target::Named(list, _) if list.collection == Place::OUTBOX), "{chosen:?}");
    // Marked records all go in.
    console.press(":");
    console.type_text("Open Agents");
    console.press("<Enter> <Space> <Space> &");
    assert_eq!(of(&mut console).1.len(), 2);
    // In the list of incidents there is nothing to be pinned.
    to_incidents(&mut console);
    console.press("&");
    assert!(deeds(&console).is_empty() && console.text().contains("nothing is selected that could be pinned"));
}

#[test]
fn an_entry_read_from_a_request_is_pinned_as_one_of_the_run_that_asked() {
    let mut world = world();
    let said = world.contents[&world.first_session()].1.clone();
    let of = |kind: Kind| world.rows.iter().map(|(row, _)| row).filter(move |row| row.kind == kind).cloned();
    let (run, approvals): (Row, Vec<Row>) = (of(Kind::Run).next().unwrap(), of(Kind::Approval).collect());
    let held = crate::tui::reading::Held::Here { fetched_at: ago(60), stale: false, partial: false };
    world.contents.insert(run.key, (held, said));
    world.leads = approvals.iter().map(|approval| (approval.key, run.key)).collect();
    world.led = Some(3);
    let mut console = Console::with((120, 36), world, connections(), TuiSettings::default());
    console.press("@approvals t &");
    let deeds = deeds(&console);
    let [Deed::Pin(_, chosen)] = deeds.as_slice() else { panic!("{deeds:?}") };
    let [Chosen { of, entry, .. }] = chosen.as_slice() else { panic!("{chosen:?}") };
    assert_eq!((of, *entry), (&Target::Named(run.list, run.id), Some(3)));
}

#[test]
fn a_note_has_lines_and_is_not_lost_when_it_is_left_or_cannot_be_kept() {
    let mut console = console();
    console.press("n");
    console.type_text("told q x");
    console.press("<Enter>");
    console.type_text("the team");
    console.press("<Esc>");
    assert!(deeds(&console).is_empty());
    console.press("n");
    assert!(console.text().contains("the team"), "{}", console.text());
    console.press("C-s");
    assert_eq!(deeds(&console), [Deed::Note(id("01JA"), "told q x\nthe team".into())]);
    let deed = Deed::Note(id("01JA"), "told q x\nthe team".into());
    console.news(Outside::Incident(Outcome::Failed(Box::new(deed), "the disk is full".into())));
    assert!(console.text().contains("the disk is full"));
    console.press("n");
    assert!(console.text().contains("the team"), "what was not kept is there again");
}

#[test]
fn a_pin_and_a_note_are_taken_out_and_put_back() {
    let mut console = console();
    console.press("l d");
    let place = Place::record("turen", "agents", "agt_0004");
    assert_eq!(deeds(&console), [Deed::Unpin(id("01JA"), place.clone())]);
    console.press("u");
    assert_eq!(deeds(&console), [Deed::Pin(Some(id("01JA")), vec![Chosen::at(&place)])]);
    console.press(". d");
    assert_eq!(deeds(&console), [Deed::DropNote(NoteId::new("01N1"))]);
    console.press("u");
    assert!(matches!(deeds(&console).as_slice(), [Deed::Note(_, text)] if text.starts_with("Two refunds")));
    console.press("e");
    console.type_text("!");
    console.press("C-s");
    assert!(matches!(deeds(&console).as_slice(), [Deed::ChangeNote(_, text)] if text.ends_with("see apr-000.!")));
    console.press(". d");
    assert!(deeds(&console).is_empty(), "a moment of the timeline is nobody's to take out");
}

#[test]
fn everything_that_acts_is_contained_through_the_sheet_and_what_cannot_be_is_told() {
    let mut console = console();
    console.press("c");
    let text = console.text();
    assert!(text.contains("Contain 3 records"), "{text}");
    assert!(text.contains("agt_0004") && text.contains("refund-helper") && text.contains("left out"), "{text}");
    console.press("c y <Enter>");
    assert!(console.asked.try_iter().all(|ask| !matches!(ask, Ask::Decide(_))), "only its own key confirms");
    console.press("C-y");
    let decided = console.asked.try_iter().find_map(|ask| if let Ask::Decide(it) = ask { Some(it.deed) } else { None });
    let Some(Decided::Decide { asked, seen }) = decided else { panic!("{decided:?}") };
    assert_eq!(asked.verb, "contain");
    let mut ids: Vec<&str> = seen.iter().map(|item| item.record.row.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["agt_0004"], "those that can be");
}

#[test]
fn with_nothing_that_acts_there_is_nothing_to_contain() {
    let mut console = console();
    console.press("j c");
    assert!(console.text().contains("no agent and no run is pinned"), "{}", console.text());
}

#[test]
fn a_pin_leads_to_where_it_lives_and_back() {
    let mut console = console();
    console.press("l <Enter>");
    assert!(console.text().contains("agt_0004"), "{}", console.text());
    assert!(!console.text().contains("TIMELINE"));
    console.press("<Esc>");
    for _ in 0..4 {
        if !console.text().contains("TIMELINE") {
            console.press("<Esc>");
        }
    }
    assert!(console.text().contains("TIMELINE"), "{}", console.text());
    // The entry, in its transcript.
    console.press("j j j");
    assert!(under(&console).starts_with("entry"), "{}", under(&console));
    console.press("<Enter>");
    assert!(!console.text().contains("TIMELINE"), "{}", console.text());
    console.press("h");
    assert!(console.text().contains("TIMELINE"));
    // The write, in the outbox.
    console.press("j j <Enter>");
    assert!(console.text().contains("TURNS"), "{}", console.text());
}

#[test]
fn a_pin_leads_to_its_own_connection_and_to_none_whose_name_begins_so() {
    let mut world = world();
    let agents = ("agents", Kind::Agent);
    let other = Some("the other one");
    world.add(("turen-eu", "turen"), agents, "agt_0004".into(), other, None, (None, None), 1, serde_json::json!({}));
    world.count();
    let mut console = opened((160, 48), world, TuiSettings::default());
    console.press("l <Enter>");
    let text = console.text();
    assert!(text.contains("agt_0004") && text.contains("1 of 50 match") && !text.contains("the other one"), "{text}");
}

#[test]
fn what_is_not_here_any_more_leads_nowhere_and_says_so() {
    let mut console = console();
    console.press("l j j j j j j j");
    assert!(under(&console).contains("not here"), "{}", under(&console));
    console.press("<Enter>");
    assert!(console.text().contains("this leads nowhere"), "{}", console.text());
}

#[test]
fn closing_opening_again_renaming_and_the_evidence() {
    let mut console = console();
    console.press("x w e");
    console.type_text(" (twice)");
    console.press("<Enter>");
    let deeds = deeds(&console);
    let title = "Refund agent paid out twice (twice)";
    assert_eq!(deeds, [Deed::Close(id("01JA")), Deed::Export(id("01JA")), Deed::Rename(id("01JA"), title.into())]);
    console.news(Outside::Incident(Outcome::Going("Writing the evidence: 3 of 8 …".into())));
    assert!(console.text().contains("3 of 8"));
    console.press("j");
    assert!(console.selected().contains("Token of a CI"), "the view stays usable: {}", console.selected());
    done(&mut console, "Evidence: 24 files, 1.2 MiB, in /home/mara/x", None);
    assert!(console.text().contains("24 files") && !console.text().contains("3 of 8"));
    console.press("z G x");
    assert_eq!(self::deeds(&console), [Deed::Reopen(id("01JC"))]);
}

/// The second incident is gone into and closed.
fn closed_inside() -> Console {
    let mut console = console();
    console.press("j <Enter> x");
    assert_eq!(deeds(&console), [Deed::Close(id("01JB"))]);
    console.store.world.lock().unwrap().cases[1].incident.closed_at = Some(now());
    done(&mut console, "It is closed", None);
    console
}

#[test]
fn after_an_incident_is_closed_the_next_keys_are_still_about_that_one() {
    let mut console = closed_inside();
    assert!(
        console.selected().contains("closed") && console.selected().contains("Token of a CI"),
        "{}",
        console.text()
    );
    console.press("w n");
    assert_eq!(deeds(&console), [Deed::Export(id("01JB"))]);
    let text = console.text();
    assert!(text.contains("A note in “Token of a CI runner in a public repository”"), "{text}");
    console.type_text("who closed this?");
    console.press("C-s x");
    assert_eq!(deeds(&console), [Deed::Note(id("01JB"), "who closed this?".into()), Deed::Reopen(id("01JB"))]);
}

#[test]
fn an_incident_that_was_closed_stays_until_one_goes_to_another() {
    let mut console = closed_inside();
    console.press("h k");
    assert!(console.selected().contains("Refund agent"), "{}", console.text());
    assert!(!console.text().contains("Token of a CI"), "{}", console.text());
    let mut console = closed_inside();
    console.press("@agents @incidents");
    assert!(!console.text().contains("Token of a CI"), "{}", console.text());
    // Nobody went into the one that has the cursor now.
    console.press("d");
    assert_eq!(deeds(&console), []);
}

#[test]
fn an_incident_that_was_closed_is_opened_again_by_taking_that_back() {
    let mut console = closed_inside();
    console.press("h k u");
    assert_eq!(deeds(&console), [Deed::Reopen(id("01JB"))]);
}

#[test]
fn showing_closed_incidents_leaves_the_cursor_on_its_own() {
    let mut world = world();
    world.cases.swap(1, 2);
    let mut console = opened((160, 48), world, TuiSettings::default());
    console.press("j l z");
    assert!(console.selected().contains("Token of a CI"), "{}", console.text());
    console.press("z");
    assert!(console.selected().contains("Token of a CI"), "{}", console.text());
}

#[test]
fn what_is_done_is_to_be_seen_at_once_and_the_selected_incident_keeps_the_cursor() {
    let mut console = console();
    console.press("j");
    let lines = console.store.world.lock().unwrap().cases.clone();
    let mut newer = lines[0].clone();
    newer.incident = incident("01JZ", "A newer one", 5, None);
    console.store.world.lock().unwrap().cases.insert(0, newer);
    done(&mut console, "Opened: A newer one", Some("01JZ"));
    assert!(console.text().contains("A newer one"));
    assert!(console.selected().contains("Token of a CI"), "{}", console.selected());
}

#[test]
fn the_cursor_skips_what_cannot_be_selected_and_stays_in_sight() {
    for size in [(80, 24), (160, 48)] {
        let mut console = opened(size, world(), TuiSettings::default());
        console.press("l");
        for _ in 0..40 {
            console.press("j");
            assert!(!under(&console).is_empty(), "{}", console.text());
        }
        assert!(under(&console).contains("note") || under(&console).contains("11-22"), "{}", under(&console));
        console.press("g");
        assert!(under(&console).starts_with("agent"), "{}", under(&console));
        assert!(console.text().contains("PINNED"), "its heading is in sight: {}", console.text());
    }
}

fn snapshot(name: &str, console: &Console) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, console.text()));
}

#[test]
fn how_incidents_look() {
    for size in [(80, 24), (160, 48)] {
        let name = |what: &str| format!("incidents-{what}-{}x{}", size.0, size.1);
        let mut console = opened(size, world(), TuiSettings::default());
        snapshot(&name("data"), &console);
        console.press("l j");
        snapshot(&name("inside"), &console);
        console.press("n");
        console.type_text("Told finance: both refunds were paid out, the second one is being claimed back.");
        console.press("<Enter>");
        console.type_text("Next: why did the rule pass it?");
        snapshot(&name("note"), &console);
        console.press("<Esc>");
        console.pass(Duration::from_secs(30));
        console.press("c");
        snapshot(&name("contain"), &console);
        console.press("<Esc> h");
        console.store.broken.store(true, Ordering::SeqCst);
        console.news(Outside::Committed);
        snapshot(&name("error"), &console);
        let mut console = opened(size, World::believable(), TuiSettings::default());
        snapshot(&name("empty"), &console);
        console.press("I");
        console.type_text("Leaked key");
        snapshot(&name("title"), &console);
        // Nobody has ever been connected: offline, and nothing to be read.
        let mut console = Console::with(size, World::default(), Vec::new(), TuiSettings::default());
        to_incidents(&mut console);
        snapshot(&name("offline"), &console);
    }
}

#[test]
fn long_and_hostile_incidents_keep_to_their_place() {
    for size in [(80, 24), (160, 48)] {
        let mut world = world();
        let evil = "\u{1b}]0;owned\u{7}\u{202e}\u{9b}2J\nC-y yes ".repeat(40);
        let case = &mut world.cases[0];
        case.incident.title = evil.clone();
        case.notes[0].text = evil.clone();
        for pinned in &mut case.pinned {
            pinned.pin.place.id = format!("{evil}{}", pinned.pin.place.id);
            if let Thing::Record(row) = &mut pinned.thing {
                (row.title, row.status) = (Some(evil.clone()), Some(evil.clone()));
            }
        }
        for moment in &mut case.timeline {
            (moment.words, moment.text) = (evil.clone(), evil.clone());
        }
        let mut console = opened(size, world, TuiSettings::default());
        console.press("l j");
        snapshot(&format!("incidents-hostile-{}x{}", size.0, size.1), &console);
        assert!(!console.text().chars().any(|c| quarterdeck_sync::text::is_hidden(c) && c != '\n'));
        console.press("G");
        assert!(!console.text().chars().any(|c| quarterdeck_sync::text::is_hidden(c) && c != '\n'));
    }
}

#[test]
fn every_theme_says_the_same_of_incidents() {
    let themes = [
        ("dark", ColorMode::True),
        ("light", ColorMode::True),
        ("ansi-16", ColorMode::Ansi),
        ("dark", ColorMode::None),
    ];
    for keys in ["j", "l j", "n"] {
        let texts: Vec<String> = themes
            .iter()
            .map(|(theme, mode)| {
                let mut console = opened((120, 36), world(), settings(theme, *mode));
                console.press(keys);
                console.text()
            })
            .collect();
        assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{keys}");
    }
}

/// When the answer has not come there is nothing wrong to be read.
#[test]
fn before_the_first_answer_it_says_that_it_reads() {
    let mut view =
        crate::tui::views::VIEWS.iter().find(|view| view.id == "incidents").map(|view| (view.make)()).unwrap();
    let theme = crate::tui::theme::Theme::fallback(ColorMode::None);
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 80, 20));
    let area = buffer.area;
    let (fleet, (keys, _)) =
        (crate::tui::fleet::Fleet::new(connections()), crate::tui::keys::Keymap::new(&Default::default()));
    let mut canvas = crate::tui::canvas::Canvas::new(&mut buffer, &theme, now());
    view.draw(area, &crate::tui::views::Scene { fleet: &fleet, keys: &keys, read_only: false }, &mut canvas);
    let shown: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
    assert!(shown.contains("reading …") && !shown.contains("Nothing has happened"), "{shown}");
    assert!(!view.ready());
}
