//! The console's state, and what changes it. Knows nothing of the terminal: messages in, cells out.
//!
//! Time comes in with every call, so a test decides what time it is. What is due later stands in [`App::deadline`]; the loop
//! sleeps until then, or for ever.

mod choices;
mod copy;
mod decide;
mod fates;
mod finding;
mod follow;
mod frame;
mod incidents;
mod input;
mod layers;
mod news;
mod remember;
mod resume;
mod testing;
mod trail;
mod unmasking;

use std::sync::Arc;
use std::time::Instant;

use crossterm::event::Event;
use jiff::Timestamp;
use ratatui::layout::Rect;

use super::actions::{self, Act, Copies, Facts};
use super::data::{Answer, Answered, Desk, Lane, Owner, Store, Ticket};
use super::fleet::{ConnectionInfo, Fleet};
use super::keys::Keymap;
use super::memory::Memory;
use super::theme::Theme;
use super::views::{Cx, View, Wish};
use super::widgets::help::Help;
use super::widgets::palette::Palette;
use super::widgets::sheet::Sheet;
use super::widgets::toast::Toasts;
use super::widgets::unmasking::Unmasking;
use super::widgets::writing::Writing;
use super::{Ask, Outside, TuiSettings};
use choices::load;
use decide::Deciding;
use finding::Finding;
use follow::Following;
use layers::Layers;

/// Time after which ages may be drawn again.
const AGES: i64 = 60;

/// What the frame itself asks for.
const HEALTH: u8 = 0;

/// Everything that comes in.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "each is moved twice: a box would cost more than it saves")]
pub(crate) enum Message {
    /// From the terminal.
    Input(Event),
    /// From the desk.
    Answer(Answered),
    /// From outside of the console.
    Outside(Outside),
    /// From the operating system: leave.
    Terminate,
    /// From the operating system: step aside.
    #[cfg_attr(not(unix), allow(dead_code, reason = "only Unix asks for it"))]
    Suspend,
}

/// What the app wants of the loop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    Quit,
    Suspend,
    Redraw,
    /// Take clicks and the wheel, or leave them to the terminal.
    Mouse(bool),
    /// Let the person edit a text; what comes back goes to [`App::edited`].
    Edit {
        /// What it is, for the file's name.
        name: String,
        /// The text.
        text: String,
    },
    /// Send these bytes to the terminal, between two frames.
    Send(Vec<u8>),
}

/// What lies over the view.
enum Overlay {
    Help(Help),
    Palette(Box<Palette>),
    Sheet(Box<Sheet>),
    Writing(Box<Writing>),
    Unmasking(Box<Unmasking>),
}

/// The state.
pub(crate) struct App {
    desk: Desk,
    asks: Box<dyn Fn(Ask) + Send>,
    now: fn() -> Timestamp,
    fleet: Fleet,
    views: Layers,
    open: usize,
    /// The views that lie under the open one, the lowest first: `back` leads there.
    under: Vec<usize>,
    overlay: Option<Overlay>,
    deciding: Deciding,
    watched: fates::Watched,
    following: Following,
    finding: Finding,
    incidents: incidents::Incidents,
    unsealing: unmasking::Unsealing,
    toasts: Toasts,
    keys: Keymap,
    /// What is wrong with the operator's settings.
    trouble: Vec<String>,
    settings: TuiSettings,
    theme: Theme,
    theme_name: String,
    /// What was remembered, with what is to be.
    memory: Memory,
    /// A number being typed before a motion.
    count: Option<String>,
    health: Option<Ticket>,
    refreshed: Option<Instant>,
    refresh_due: Option<Instant>,
    /// When what happened meanwhile is drawn, on a calm screen.
    stir_due: Option<Instant>,
    /// Views that want to be woken.
    wakes: Vec<(usize, Instant)>,
    ages_due: Option<Instant>,
    tabs: Vec<Rect>,
    /// Where the breadcrumbs are, each with its place on the way.
    crumb_places: Vec<(Rect, usize)>,
    dirty: bool,
    orders: Vec<Order>,
}

impl App {
    /// The console over `store`; answers reach `deliver`, which puts them into the queue.
    pub fn new(
        store: &Arc<dyn Store>,
        asks: Box<dyn Fn(Ask) + Send>,
        connections: Vec<ConnectionInfo>,
        settings: TuiSettings,
        now: fn() -> Timestamp,
        deliver: impl Fn(Answered) + Send + Clone + 'static,
    ) -> Self {
        let (keys, mut trouble) = Keymap::new(&settings.keys);
        let memory = settings.memory.clone();
        let theme_name = settings.theme.clone();
        let theme = load(&settings, &theme_name).unwrap_or_else(|why| {
            trouble.push(why);
            Theme::fallback(settings.color)
        });
        Self {
            desk: Desk::new(store, deliver),
            asks,
            now,
            fleet: Fleet::new(connections),
            views: Layers::new(),
            open: 0,
            under: Vec::new(),
            overlay: None,
            deciding: Deciding::default(),
            watched: fates::Watched::default(),
            following: Following::default(),
            finding: Finding::default(),
            incidents: incidents::Incidents::default(),
            unsealing: unmasking::Unsealing::default(),
            toasts: Toasts::new(settings.manner.is_calm()),
            keys,
            trouble,
            settings,
            theme,
            theme_name,
            memory,
            count: None,
            health: None,
            refreshed: None,
            refresh_due: None,
            stir_due: None,
            wakes: Vec::new(),
            ages_due: None,
            tabs: Vec::new(),
            crumb_places: Vec::new(),
            dirty: true,
            orders: Vec::new(),
        }
    }

    /// Asks for what the first screen shows.
    pub fn start(&mut self, clock: Instant) {
        self.recall();
        self.ask_health(Lane::Now);
        self.with_view(clock, |view, cx| view.enter(cx));
        self.tell_others(clock);
        if !self.trouble.is_empty() {
            let more = if self.trouble.len() > 1 {
                format!(" (and {} more, see help)", self.trouble.len() - 1)
            } else {
                String::new()
            };
            self.toasts.say(format!("{}{more}", self.trouble[0]), clock);
        }
    }

    /// Something on screen would change.
    pub fn dirty(&self) -> bool {
        self.dirty
    }

    /// The first screen has something to show.
    pub fn ready(&self) -> bool {
        self.fleet.known && self.views[self.open].ready()
    }

    /// What the loop is to do, once each.
    pub fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    /// Takes the whole screen to be lost.
    pub fn redraw(&mut self) {
        self.dirty = true;
    }

    /// When [`App::tick`] is due, if ever.
    pub fn deadline(&self) -> Option<Instant> {
        let wake = self.wakes.iter().map(|(_, at)| *at).min();
        [self.refresh_due, self.stir_due, wake, self.ages_due, self.toasts.next()].into_iter().flatten().min()
    }

    /// Does what is due.
    pub fn tick(&mut self, clock: Instant) {
        if self.refresh_due.is_some_and(|at| at <= clock) {
            self.refresh(clock);
        }
        let due: Vec<usize> = self.wakes.extract_if(.., |(_, at)| *at <= clock).map(|(view, _)| view).collect();
        for view in due {
            self.with(view, clock, |view, cx| view.wake(cx));
        }
        let stirred = self.stir_due.take_if(|at| *at <= clock).is_some();
        if stirred || self.ages_due.take_if(|at| *at <= clock).is_some() || self.toasts.expire(clock) {
            self.dirty = true;
        }
    }

    /// Takes a message in.
    pub fn handle(&mut self, message: Message, clock: Instant) {
        match message {
            Message::Input(event) => self.input(event, clock),
            Message::Answer(answered) => self.answer(answered, clock),
            Message::Outside(news) => self.outside(news, clock),
            Message::Terminate => self.quit(clock),
            Message::Suspend => self.suspend(clock),
        }
        self.seal_left(clock);
    }

    fn answer(&mut self, answered: Answered, clock: Instant) {
        match answered.slot.owner {
            // It may have been closed meanwhile.
            Owner::View(view) if !self.views.has(view) => return,
            Owner::View(view) => self.with(view, clock, |view, cx| view.answer(answered, cx)),
            Owner::Links => self.linked(answered, clock),
            Owner::Palette => self.found(answered),
            Owner::Secrets => self.unsealed(answered, clock),
            Owner::Frame if answered.slot.part != HEALTH => self.looked(answered, clock),
            Owner::Frame if self.health == Some(answered.ticket) => match answered.answer {
                Answer::Health(health) => self.fleet.health(health),
                Answer::Failed(why) => {
                    self.fleet.known = true;
                    self.toasts.say(format!("How things stand could not be read: {why}"), clock);
                }
                _ => {}
            },
            Owner::Frame => return,
        }
        self.dirty = true;
    }

    /// Lets a view handle something, and grants its wishes.
    fn with<T>(&mut self, number: usize, clock: Instant, act: impl FnOnce(&mut dyn View, &mut Cx) -> T) -> T {
        let mut cx =
            Cx { desk: &self.desk, view: number, fleet: &self.fleet, now: (self.now)(), clock, wishes: Vec::new() };
        let result = act(self.views[number].as_mut(), &mut cx);
        let mut wanted = Vec::new();
        for wish in cx.wishes {
            match wish {
                Wish::Say(words) => self.toasts.reply(words, clock),
                Wish::Wake(after) => self.wakes.push((number, clock + after)),
                wish => wanted.push(wish),
            }
        }
        wanted.into_iter().for_each(|wish| self.grant(wish, clock));
        result
    }

    fn with_view<T>(&mut self, clock: Instant, act: impl FnOnce(&mut dyn View, &mut Cx) -> T) -> T {
        self.with(self.open, clock, act)
    }

    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts {
            connected: !self.fleet.connections.is_empty(),
            reading: self.fleet.lease.is_some(),
            views: trail::tabs(),
            read_only: self.settings.manner.read_only,
            ..Facts::default()
        };
        facts.incidents.pinnable = !self.views[self.open].chosen().is_empty();
        self.views[self.open].facts(&mut facts);
        facts.masks = self.views[self.open].masks().is_some();
        facts.copies = Copies { id: self.copied(false).is_some(), more: self.copied(true).is_some() };
        self.deciding_facts(&mut facts);
        facts
    }

    /// Does an action, wherever it was asked for.
    fn act(&mut self, act: Act, count: Option<u32>, clock: Instant) {
        self.dirty = true;
        if let Some(why) = actions::row(act).why_not(&self.facts()) {
            return self.toasts.reply(format!("Not now: {why}."), clock);
        }
        let (tabs, tab) = (trail::tabs(), self.tab());
        match act {
            Act::Quit => self.quit(clock),
            Act::Suspend => self.suspend(clock),
            Act::Reveal => self.reveal(clock),
            Act::Redraw => self.orders.push(Order::Redraw),
            Act::Mouse => self.turn_mouse(clock),
            Act::Help => self.overlay = Some(Overlay::Help(Help::default())),
            Act::Palette => self.open_palette(),
            Act::NextView => self.show((tab + 1) % tabs, clock),
            Act::PreviousView => self.show((tab + tabs - 1) % tabs, clock),
            Act::Search => {
                self.lay_search(clock);
                self.with_view(clock, |view, cx| view.act(Act::Search, None, cx));
            }
            Act::NextTheme => self.next_theme(clock),
            Act::Sync => self.sync(None, clock),
            Act::Undo => self.undo(clock),
            Act::CopyId | Act::CopyMore => self.copy_chosen(act == Act::CopyMore, clock),
            Act::OpenIncident => self.open_incident(),
            Act::Pin => self.pin(),
            Act::Count => self.count = Some(String::new()),
            Act::Back => {
                // What lies on top of everything goes first.
                if !self.toasts.dismiss()
                    && !self.with_view(clock, |view, cx| view.act(Act::Back, None, cx))
                    && !self.go_back(clock)
                {
                    self.toasts.clear();
                }
            }
            act => match actions::view_number(act) {
                Some(view) => self.show(view, clock),
                None => {
                    self.with_view(clock, |view, cx| view.act(act, count, cx));
                }
            },
        }
    }

    /// Tells that the first frame is on the screen.
    pub fn shown(&self) {
        (self.asks)(Ask::Shown);
    }

    /// Back to the shell: whoever comes back may be somebody else.
    fn suspend(&mut self, clock: Instant) {
        self.seal(clock);
        self.orders.push(Order::Suspend);
    }

    fn turn_mouse(&mut self, clock: Instant) {
        self.settings.mouse = !self.settings.mouse;
        let words = if self.settings.mouse { "The mouse is ours" } else { "The mouse is the terminal's" };
        self.toasts.reply(words.to_owned(), clock);
        self.orders.push(Order::Mouse(self.settings.mouse));
    }

    fn sync(&mut self, name: Option<String>, clock: Instant) {
        let words = name.as_ref().map_or("Syncing every connection".to_owned(), |name| format!("Syncing {name}"));
        self.toasts.reply(words, clock);
        (self.asks)(Ask::SyncNow(name));
    }

    /// Draws in another theme from now on.
    #[cfg(test)]
    pub fn wear(&mut self, theme: Theme) {
        self.theme = theme;
    }

    /// Questions without an answer yet.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.desk.open()
    }
}
