//! The console, driven as a person would: keys in, screens out, over a made-up mirror.

mod behaviour;
mod beside;
mod board;
mod copying;
mod deciding;
mod drafts;
mod editing;
mod editor_screens;
mod every;
mod fake;
mod following;
mod grounds;
mod in_sight;
mod incidents;
mod left;
mod manner;
mod outbox;
mod reading;
mod remembering;
mod screens;
mod searching;
mod several;
mod sifting;
mod testing;
mod timelines;
mod told;
mod transcripts;
mod unmasking;
mod wanting;
mod wants;
mod wants_again;
mod wants_many;
mod wants_more;
mod ways;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use quarterdeck_sync::model::{
    ContentTotals, CountOf, Freshness, IncidentId, Kind, ListKey, Problem, Query, Record, Row, RowKey, Scope,
    ToldBudget, Window, WriteId,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::app::{App, Message, Order};
use super::data::{DraftOf, NamedWords, Store};
use super::decisions::{Brief, Draft, Item, OpenedWrite, Standing, Subject, Target, WriteLine};
use super::drafting::{Affected, Check, Checked, Opening, Version};
use super::grounds::{Grounds, Short};
use super::kept::{Flagged, Kept};
use super::links::Links;
use super::reading::{Kin, Read, Transcript};
use super::theme::ColorMode;
use super::unsealed::Unsealed;
use super::views::{self, VIEWS};
use super::{Ask, ConnectionInfo, Outside, TuiSettings};
use crate::inbox::{Findings, Inbox, gather};
use crate::incident::{Case, Line};
use crate::numbers::Numbers;
use crate::search::{Answer, Question, SavedSearch};
use crate::timeline::{self, Timeline};
use fake::World;

/// Longest a test waits for an answer that must come.
const PATIENCE: Duration = Duration::from_secs(120);

/// The made-up mirror. Reading it on the thread that draws is a failure.
struct FakeStore {
    world: Mutex<World>,
    drawing: ThreadId,
    broken: AtomicBool,
    panics: AtomicBool,
    windows: AtomicUsize,
    lists: AtomicUsize,
    finds: AtomicUsize,
    numbers: AtomicUsize,
    /// What the audit log says of secrets.
    revealed: Mutex<Vec<String>>,
    /// Most items of one answer about a timeline.
    stretch: AtomicUsize,
}

impl FakeStore {
    fn read<T>(&self, read: impl FnOnce(&World) -> T) -> Result<T, String> {
        assert_ne!(std::thread::current().id(), self.drawing, "a view read the mirror on the thread that draws");
        match self.broken.load(Ordering::SeqCst) {
            // As a panic does, but without a word in the log of the tests.
            true if self.panics.load(Ordering::SeqCst) => std::panic::resume_unwind(Box::new("a bug below")),
            true => Err("disk I/O error".to_owned()),
            false => Ok(read(&self.world.lock().unwrap())),
        }
    }
}

impl Store for FakeStore {
    fn window(&self, query: &Query) -> Result<Window, String> {
        self.windows.fetch_add(1, Ordering::SeqCst);
        self.read(|world| world.window(query))
    }

    fn count(&self, query: &Query, _cap: u64) -> Result<CountOf, String> {
        self.read(|world| world.number(query))
    }

    fn record(&self, key: RowKey) -> Result<Option<Record>, String> {
        self.read(|world| world.record(key))
    }

    fn freshness(&self) -> Result<Vec<Freshness>, String> {
        self.read(|world| world.lists.clone())
    }

    fn problems(&self, _limit: usize) -> Result<Vec<Problem>, String> {
        self.read(|world| world.problems.clone())
    }

    fn statuses(&self, scope: &Scope) -> Result<Vec<(String, u64)>, String> {
        self.read(|world| world.statuses(scope))
    }

    fn budgets(&self) -> Result<Vec<ToldBudget>, String> {
        self.read(|world| world.budgets.clone())
    }

    fn standing(&self) -> Result<Standing, String> {
        self.read(World::standing)
    }

    fn writes(&self, finished: bool, about: Option<&(ListKey, String)>) -> Result<Vec<WriteLine>, String> {
        self.lists.fetch_add(1, Ordering::SeqCst);
        self.read(|world| world.lines(finished, about))
    }

    fn write(&self, id: &WriteId) -> Result<Option<OpenedWrite>, String> {
        self.read(|world| world.opened(id))
    }

    fn brief(&self, subject: &Subject) -> Result<Brief, String> {
        self.read(|world| world.brief(subject))
    }

    fn draft(&self, of: &DraftOf) -> Result<Draft, String> {
        let DraftOf::Record(target) = of else { return Ok(self.read(|world| world.opening(of))??.draft) };
        let record = self.read(|world| world.target(target))?.ok_or("it is not there any more")?;
        let text = serde_json::from_str::<serde_json::Value>(&record.doc).map_err(|error| error.to_string())?;
        let name = format!("{}-{}", record.row.list.collection, record.row.id);
        Ok(Draft { name, text: format!("{text:#}"), record: Some(Box::new(record)) })
    }

    fn grounds(&self, item: &Item, unsealed: Option<&Unsealed>) -> Result<Grounds, String> {
        self.read(|world| world.groundless.clone().map_or_else(|| Ok(world.grounds(item, unsealed)), Err))?
    }

    fn in_short(&self, items: &[Item]) -> Result<Vec<Short>, String> {
        let short = |world: &World| items.iter().map(|item| world.short(item)).collect();
        self.read(|world| world.groundless.clone().map_or_else(|| Ok(short(world)), Err))?
    }

    fn unseal(&self, list: &ListKey, id: &str) -> Result<Unsealed, String> {
        self.revealed.lock().unwrap().push(format!("{}/{}/{id}", list.connection, list.collection));
        self.read(|world| world.sealed.clone().map_or_else(|| Ok(Unsealed::written(list.clone(), id.into())), Err))?
    }

    fn opening(&self, of: &DraftOf) -> Result<Opening, String> {
        self.read(|world| world.opening(of))?
    }

    fn check(&self, check: &Check) -> Result<Checked, String> {
        self.read(|world| world.check(check))?
    }

    fn affected(&self, _policy: &Record) -> Result<Affected, String> {
        self.read(World::affected)
    }

    fn versions(&self, record: &Record) -> Result<Vec<Version>, String> {
        self.read(|world| world.versions(record))?
    }

    fn transcript(&self, of: &Target, known: Option<&Transcript>, unsealed: Option<&Unsealed>) -> Result<Read, String> {
        self.read(|world| world.transcript(of, known, unsealed))
    }

    fn kept(&self, _list: &ListKey, id: &str) -> Result<Kept, String> {
        self.read(|world| world.kept.get(id).cloned().unwrap_or_default())
    }

    fn flagged(&self, kind: Kind) -> Result<Flagged, String> {
        self.read(|world| world.flagged(kind))
    }

    fn kin(&self, of: RowKey, _names: &[(String, usize)]) -> Result<Kin, String> {
        self.read(|world| world.kin.get(&of).cloned().unwrap_or_default())
    }

    fn find(&self, question: &Question) -> Result<Answer, String> {
        self.finds.fetch_add(1, Ordering::SeqCst);
        self.read(|world| world.find(question))
    }

    fn inbox(&self, findings: &Findings) -> Result<Inbox, String> {
        self.read(|world| gather(world, findings, fake::now()))?
    }

    fn findings(&self) -> Result<Findings, String> {
        self.finds.fetch_add(1, Ordering::SeqCst);
        self.read(|world| world.findings.clone())
    }

    fn numbers(&self) -> Result<Numbers, String> {
        self.numbers.fetch_add(1, Ordering::SeqCst);
        self.read(World::numbers)
    }

    fn timeline(&self, ask: &timeline::Ask) -> Result<Option<Timeline>, String> {
        let found = self.read(|world| world.timeline(ask))?;
        self.stretch.fetch_max(found.as_ref().map_or(0, |found| found.items.len()), Ordering::SeqCst);
        Ok(found)
    }

    fn words(&self, _scope: &Scope) -> Result<NamedWords, String> {
        self.read(World::words)
    }

    fn ids(&self, begun: &str) -> Result<Vec<Row>, String> {
        self.read(|world| {
            world.rows.iter().map(|(row, _)| row.clone()).filter(|row| row.id.starts_with(begun)).take(12).collect()
        })
    }

    fn contents(&self) -> Result<Vec<ContentTotals>, String> {
        self.read(World::content_totals)
    }

    fn links(&self, of: &Target) -> Result<Option<Links>, String> {
        self.read(|world| world.links(of))
    }

    fn searches(&self) -> Result<Vec<SavedSearch>, String> {
        self.read(|world| world.searches.clone())
    }

    fn incidents(&self) -> Result<Vec<Line>, String> {
        self.read(World::incident_lines)
    }

    fn incident(&self, id: &IncidentId) -> Result<Option<Case>, String> {
        self.read(|world| world.case(id))
    }
}

/// A console without a terminal.
struct Console {
    app: App,
    store: Arc<FakeStore>,
    inbox: Receiver<Message>,
    asked: Receiver<Ask>,
    screen: Terminal<TestBackend>,
    clock: Instant,
    orders: Vec<Order>,
}

fn connections() -> Vec<ConnectionInfo> {
    [
        ("turen", "turen", "https://api.prod.turen.io/api/v1"),
        ("lab", "exo", "https://exo.lab.example/api/v1"),
        ("acme", "runagents", "https://acme.runagents.io/api/v1"),
    ]
    .map(|(name, platform, url)| ConnectionInfo { name: name.into(), platform: platform.into(), url: url.into() })
    .to_vec()
}

impl Console {
    fn new(size: (u16, u16)) -> Self {
        Self::with(size, World::believable(), connections(), TuiSettings::default())
    }

    /// On the list of agents, which most of what is tried here is about.
    fn with(size: (u16, u16), world: World, connections: Vec<ConnectionInfo>, settings: TuiSettings) -> Self {
        let mut console = Self::started(size, world, connections, settings);
        console.press("@agents");
        console
    }

    /// As it opens, with every first answer.
    fn started(size: (u16, u16), world: World, connections: Vec<ConnectionInfo>, settings: TuiSettings) -> Self {
        let mut console = Self::opened(size, world, connections, settings);
        console.settle();
        console
    }

    /// Before the first answer.
    fn opened(size: (u16, u16), world: World, connections: Vec<ConnectionInfo>, settings: TuiSettings) -> Self {
        let drawing = std::thread::current().id();
        let store = Arc::new(FakeStore {
            broken: AtomicBool::new(world.broken),
            world: Mutex::new(world),
            drawing,
            panics: AtomicBool::new(false),
            windows: AtomicUsize::new(0),
            lists: AtomicUsize::new(0),
            finds: AtomicUsize::new(0),
            numbers: AtomicUsize::new(0),
            revealed: Mutex::default(),
            stretch: AtomicUsize::new(0),
        });
        let (queue, inbox) = mpsc::channel();
        let (ask, asked) = mpsc::channel();
        let face: Arc<dyn Store> = store.clone();
        let asks = Box::new(move |wanted| ask.send(wanted).unwrap());
        let deliver = move |answered| drop(queue.send(Message::Answer(answered)));
        let app = App::new(&face, asks, connections, settings, fake::now, deliver);
        let screen = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
        let mut console = Self { app, store, inbox, asked, screen, clock: Instant::now(), orders: Vec::new() };
        console.app.start(console.clock);
        console.app.handle(Message::Outside(Outside::Capabilities(outbox::capabilities())), console.clock);
        console
    }

    /// Takes in every answer there will be, drawing as the loop does.
    fn settle(&mut self) {
        loop {
            self.draw();
            if self.app.waiting() == 0 && !self.take_waiting() {
                self.draw();
                if self.app.waiting() == 0 {
                    return;
                }
            }
            if self.app.waiting() > 0 {
                let message = self.inbox.recv_timeout(PATIENCE).expect("an answer");
                self.app.handle(message, self.clock);
            }
        }
    }

    fn take_waiting(&mut self) -> bool {
        let mut some = false;
        while let Ok(message) = self.inbox.try_recv() {
            self.app.handle(message, self.clock);
            some = true;
        }
        some
    }

    fn draw(&mut self) {
        let (app, clock) = (&mut self.app, self.clock);
        self.screen
            .draw(|frame| {
                app.draw(frame.buffer_mut(), clock);
            })
            .unwrap();
        self.orders.extend(self.app.take_orders());
    }

    /// Time passes, and what is due is done.
    fn pass(&mut self, time: Duration) {
        self.clock += time;
        self.app.tick(self.clock);
        self.settle();
    }

    /// Presses keys as they are written in the settings, apart by enough time to be seen apart. `@agents` opens the view of that
    /// name, wherever its tab stands.
    fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.pass(Duration::from_secs(1));
            match key.strip_prefix('@') {
                Some(view) => self.open(view),
                None => self.key(key),
            }
            self.settle();
        }
    }

    /// Opens a view as a person does: by its number, or with the palette where it has none.
    fn open(&mut self, view: &str) {
        let number = views::number(view);
        assert_eq!(VIEWS[number].id, view, "there is no such view");
        if number < 9 {
            return self.key(&(number + 1).to_string());
        }
        self.key(":");
        self.type_text(&format!("Open {}", VIEWS[number].title));
        self.key("<Enter>");
    }

    /// One key, at this very moment.
    fn key(&mut self, written: &str) {
        let (rest, control) = match written.split_at_checked(2) {
            Some(("C-", rest)) => (rest, KeyModifiers::CONTROL),
            Some(("A-", rest)) => (rest, KeyModifiers::ALT),
            _ => (written, KeyModifiers::NONE),
        };
        let code = match rest {
            "<Enter>" => KeyCode::Enter,
            "<Esc>" => KeyCode::Esc,
            "<Tab>" => KeyCode::Tab,
            "<BackTab>" => KeyCode::BackTab,
            "<End>" => KeyCode::End,
            "<Home>" => KeyCode::Home,
            "<Right>" => KeyCode::Right,
            "<Left>" => KeyCode::Left,
            "<Up>" => KeyCode::Up,
            "<BS>" => KeyCode::Backspace,
            "<Down>" => KeyCode::Down,
            "<PgDn>" => KeyCode::PageDown,
            "<Space>" => KeyCode::Char(' '),
            one => KeyCode::Char(one.chars().next().unwrap()),
        };
        self.app.handle(Message::Input(Event::Key(KeyEvent::new(code, control))), self.clock);
    }

    /// Types text, key by key.
    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            let event = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
            self.app.handle(Message::Input(Event::Key(event)), self.clock);
        }
        self.settle();
    }

    /// News from outside, then everything that follows from it.
    fn news(&mut self, news: Outside) {
        self.app.handle(Message::Outside(news), self.clock);
        self.pass(Duration::from_secs(1));
    }

    /// The text on the screen.
    fn text(&self) -> String {
        let buffer = self.screen.backend().buffer();
        let mut out = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            let mut covered = 0;
            for x in 0..buffer.area.width {
                let symbol = buffer.cell((x, y)).unwrap().symbol();
                if covered == 0 {
                    line.push_str(symbol);
                    covered = super::text::width(symbol).saturating_sub(1);
                } else {
                    covered -= 1;
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// The line on the screen that holds the cursor's mark.
    fn selected(&self) -> String {
        let text = self.text();
        let line = text.lines().find(|line| line.starts_with(['▌', '▏']));
        line.map(|line| line.split('│').next().unwrap().trim_end().to_owned()).unwrap_or_default()
    }
}

fn settings(theme: &str, color: ColorMode) -> TuiSettings {
    TuiSettings { theme: theme.into(), color, ..TuiSettings::default() }
}
