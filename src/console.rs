//! Opens the console: the one place that knows both the engine's live side ([`crate::live`]) and [`crate::tui`].
//!
//! The console reads the mirror through its own handle and opens on whatever is there; the live side starts beside it
//! and sends what happens into the console's queue.

mod able;
mod affected;
mod answers;
mod board;
mod contained;
mod contents;
mod deeds;
mod drafting;
mod drafts;
mod grounds;
mod house;
mod inbox;
mod incidents;
mod keeping;
mod links;
mod memory;
mod searches;
mod seen;
#[cfg(test)]
mod tests;
mod trying;

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use quarterdeck_sync::engine::Opened;
use quarterdeck_sync::model::Write;
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::outbox::sender::SendEvent;
use quarterdeck_sync::platform::Registry;
use quarterdeck_sync::store::{Access, Mirror, StoreError};
use quarterdeck_sync::text::{Clean, secrets};

use self::house::{House, Open};
use self::incidents::Exports;
pub use self::seen::Seen;
use crate::config::{Connection, Connections, Env, Lease, Paths, Settings};
use crate::editor;
use crate::error::{Code, Failure, Kind};
use crate::live::{self, Live, LiveEvent, Plan};
pub use crate::tui::Manner;
use crate::tui::decisions::why;
use crate::tui::{self, ColorMode, ConnectionInfo, Outside, Setup, TuiSettings};

/// What the console is opened on.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The environment as it was at start.
    pub env: Env,
    /// Where things are.
    pub paths: Paths,
    /// Time between two pulls; none: as it is set.
    pub every: Option<Duration>,
    /// No colour was asked for on the command line.
    pub no_color: bool,
    /// Shown beside the product's name.
    pub label: Option<String>,
    /// Opens on the first view, wherever one was the last time.
    pub fresh: bool,
    /// How the console is to behave, beside what is set.
    pub manner: Manner,
    /// Name of the theme, in place of the one that is set.
    pub theme: Option<String>,
}

impl Opening {
    /// On what is at `paths`, as it is set there.
    pub fn new(env: Env, paths: Paths) -> Self {
        Self {
            env,
            paths,
            every: None,
            no_color: false,
            label: None,
            fresh: false,
            manner: Manner::default(),
            theme: None,
        }
    }
}

/// Opens the console, and returns when its user leaves.
///
/// # Errors
/// When there is no terminal to open it on, or our own files cannot be used. What a platform does wrong is shown inside.
pub fn run(opening: Opening) -> Result<Code, Failure> {
    check_terminal(&opening.env)?;
    let ready = make_ready();
    let settings = Settings::load(&opening.paths.settings())?;
    let connections = Connections::load(&opening.paths.connections())?.pick(&[])?;
    opening.paths.make_data_dir()?;
    let platforms = connections.iter().map(|(name, one)| (name.clone(), one.platform.clone())).collect();
    let mirror = mirror(&opening.paths)?;
    let seen = Seen::new(mirror, &opening.paths.outbox());
    let house = Arc::new(House::new(seen, opening.paths.clone(), opening.env.by(), platforms));
    let _ = ready.send(house.clone());
    let (news, outside) = channel();
    let (asks, asked) = channel();
    let (remembered, said) = memory::load(&opening.paths.session(), opening.fresh);
    if let Some(words) = said {
        let _ = news.send(Outside::Notice(words));
    }
    let setup = Setup {
        store: house.clone(),
        outside,
        asks: Box::new(move |ask| drop(asks.send(ask))),
        connections: connections.iter().map(|(name, one)| info(name, one)).collect(),
        settings: TuiSettings { memory: remembered, ..tui_settings(&opening, &settings) },
        edit: editor(opening.env.clone()),
    };
    let work = move || serve(&asked, &house, opening, settings, connections, &news);
    let behind = thread::Builder::new().name("qd-asks".to_owned()).spawn(work);
    let behind = behind.map_err(|error| Failure::new(Kind::Io, format!("no threads to be had: {error}")))?;
    let ended =
        tui::run(setup).map_err(|error| Failure::new(Kind::Io, format!("the terminal cannot be used: {error}")));
    // What was confirmed last is kept, and the live side has ended, when this returns.
    let _ = behind.join();
    ended.map(|()| Code::Done)
}

/// Makes ready what the first questions need, in the order in which they need it, while the files are read and the terminal is
/// taken: a person waits. Without a thread each is made when it is needed.
fn make_ready() -> Sender<Arc<House>> {
    let (ready, opened) = channel::<Arc<House>>();
    let work = move || {
        crate::inbox::prepare();
        if let Ok(house) = opened.recv() {
            house.seen.open();
            secrets::prepare();
        }
    };
    let _ = thread::Builder::new().name("qd-ready".to_owned()).spawn(work);
    ready
}

/// Does what the console asks for, until it has ended. Nothing is begun before the first thing is asked: manifests, certificates
/// and the network can wait until there is something to see.
fn serve(
    asked: &Receiver<tui::Ask>,
    house: &Arc<House>,
    opening: Opening,
    settings: Settings,
    connections: Vec<(String, Connection)>,
    news: &Sender<Outside>,
) {
    let Ok(first) = asked.recv() else { return };
    let copied = opening.paths.copied();
    let session = opening.paths.session();
    let live = begin(house, &opening, settings, connections, news);
    let mut exports = Exports::default();
    for ask in std::iter::once(first).chain(asked) {
        match ask {
            tui::Ask::SyncNow(which) => live.iter().for_each(|live| live.ask(live::Ask::SyncNow(which.clone()))),
            tui::Ask::Test { name, resume } => trying::begin(house, name, resume, news),
            tui::Ask::Decide(confirmed) => {
                let outcome = house.carry_out(&confirmed.deed);
                let _ = news.send(Outside::Decided { sheet: confirmed.sheet, outcome });
            }
            tui::Ask::Fetch(list, id) => match &live {
                Some(live) => live.ask(live::Ask::Open { list, id }),
                None => {
                    let failed = Some("nothing is synced by this qd: see the message at the start".to_owned());
                    drop(news.send(Outside::Fetched { list, id, failed }));
                }
            },
            tui::Ask::Own(keep) => {
                let news_of = house.remember(&keep).map_or_else(Outside::Notice, |()| Outside::Outbox);
                drop(news.send(news_of));
            }
            tui::Ask::Flag(flag) => tell_kept(house.flag(&flag), news),
            tui::Ask::Unflag(kind, place) => tell_kept(house.unflag(kind, &place), news),
            tui::Ask::SaveSearch { name, query } => {
                let _ = news.send(Outside::Notice(house.save_search(&name, &query)));
                let _ = news.send(Outside::Outbox);
            }
            tui::Ask::ForgetSearch(name) => {
                let _ = news.send(Outside::Notice(house.forget_search(&name)));
                let _ = news.send(Outside::Outbox);
            }
            tui::Ask::Keep(what, text) => drop(news.send(Outside::Notice(keep(&copied, what, &text)))),
            tui::Ask::Remember(memory) => {
                if let Err(why) = memory::keep(&session, &memory) {
                    let _ = news.send(Outside::Notice(why));
                }
            }
            tui::Ask::Incident(deed) => exports.take(house, *deed, news),
            tui::Ask::KeepDraft(kept) => {
                let told = drafts::keep(&opening.paths.drafts(), &kept);
                told.unwrap_or_else(|why| {
                    drop(news.send(Outside::Notice(format!("What you type is not kept: {why}"))))
                });
            }
            tui::Ask::DropDraft(key) => {
                let told = drafts::drop(&opening.paths.drafts(), &key);
                told.unwrap_or_else(|why| drop(news.send(Outside::Notice(format!("A draft is still there: {why}")))));
            }
            tui::Ask::Shown => {}
        }
    }
}

/// What a person keeps for themselves is to be seen at once.
fn tell_kept(kept: Result<(), String>, news: &Sender<Outside>) {
    let told = match kept {
        Ok(()) => Outside::Outbox,
        Err(why) => Outside::Notice(format!("Not kept: {why}")),
    };
    // The console may have been left already.
    let _ = news.send(told);
}

/// Keeps what no clipboard takes, safe to show as it was on the screen; what became of it, for a person.
fn keep(path: &Path, what: &str, text: &str) -> String {
    match crate::config::replace(path, Clean::block(text).as_str()) {
        Ok(()) => format!("The {what} is too long for a clipboard: it lies in {}", path.display()),
        Err(error) => format!("The {what} is too long for a clipboard, and was not kept: {error}"),
    }
}

/// The person's own editor, while the console has given the terminal back.
fn editor(env: Env) -> tui::Edit {
    Box::new(move |name, text| editor::edit(&env, name, text).map_err(|failure| failure.message))
}

/// Is there a terminal the console can be opened on?
///
/// # Errors
/// A usage failure that says what is missing.
pub fn check_terminal(env: &Env) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Err(Failure::usage("the console needs a terminal, and this is none")
            .hint("without one: qd sync, qd status, qd agents list; qd help lists the rest"));
    }
    if env.dumb() {
        return Err(Failure::usage("the console needs a terminal that can move its cursor, and TERM says dumb")
            .hint("set TERM to what your terminal is, for example xterm-256color"));
    }
    Ok(())
}

/// The mirror, to read. One that an older program wrote is brought up to date first, which needs the lease.
fn mirror(paths: &Paths) -> Result<Mirror, Failure> {
    match Mirror::open(&paths.mirror(), Access::ReadOnly) {
        Err(StoreError::Older { .. }) => {
            let _lease = Lease::take(&paths.lease(), "console")?;
            drop(Mirror::open(&paths.mirror(), Access::ReadWrite)?);
            Ok(Mirror::open(&paths.mirror(), Access::ReadOnly)?)
        }
        opened => Ok(opened?),
    }
}

/// Starts the live side. What keeps it from starting is told on the screen, which goes on showing the mirror.
fn begin(
    house: &House,
    opening: &Opening,
    settings: Settings,
    connections: Vec<(String, Connection)>,
    news: &Sender<Outside>,
) -> Option<Live> {
    let (registry, wrong) = Registry::load(&opening.paths.platforms());
    for error in wrong {
        let _ = news.send(Outside::Notice(format!("manifest left out: {error}")));
    }
    let outbox = outbox(opening, news);
    let open = house.open.get_or_init(|| Open::new(&registry, outbox.clone()));
    let shown: Vec<ConnectionInfo> = connections.iter().map(|(name, one)| info(name, one)).collect();
    let _ = news.send(Outside::Capabilities(able::capabilities(&shown, &open.manifests)));
    let plan = Plan {
        paths: opening.paths.clone(),
        outbox,
        options: settings.sync_options(),
        every: opening.every.unwrap_or(settings.refresh),
        settings,
        registry,
        connections,
        command: "console".to_owned(),
        lease: None,
    };
    let teller = news.clone();
    let tell = move |event| {
        let told = match event {
            LiveEvent::Sync(event) => Outside::Sync(event),
            LiveEvent::Commit => Outside::Committed,
            LiveEvent::Opened { list, id, outcome } => {
                let failed = match outcome {
                    Opened::Failed(why) => Some(why),
                    Opened::Unreachable(error) => Some(error.message),
                    Opened::Fetched { .. } | Opened::UpToDate | Opened::Absent | Opened::NotFetched => None,
                };
                Outside::Fetched { list, id, failed }
            }
            // What goes as it should is seen where it is listed.
            LiveEvent::Send(SendEvent::Moved(write)) if write.state.needs_person() => Outside::Notice(failed(&write)),
            LiveEvent::Send(_) | LiveEvent::Contents { .. } => return,
            LiveEvent::LeaseHeldBy(who) => Outside::LeaseHeldBy(who),
            LiveEvent::Problem(text) => Outside::Notice(text),
            LiveEvent::LeaseTaken => Outside::LeaseTaken,
        };
        // The console may have been left already.
        let _ = teller.send(told);
    };
    Live::start(plan, tell)
        .inspect_err(|error| {
            drop(news.send(Outside::Notice(format!("nothing is synced: no threads to be had: {error}"))))
        })
        .ok()
}

/// What a person is told of a write that waits for them now.
fn failed(write: &Write) -> String {
    let intent = &write.intent;
    let target = intent.target.as_deref().unwrap_or_default();
    let why = write.verdict.as_ref().map_or(String::new(), |verdict| format!(": {}", why(verdict)));
    format!("{} {target} is {}{why}", intent.verb, write.state)
}

/// What people decided, to be sent. Without it the console shows and syncs all the same.
fn outbox(opening: &Opening, news: &Sender<Outside>) -> Option<Outbox> {
    let notice = |text: String| drop(news.send(Outside::Notice(text)));
    let opened = Outbox::open(&opening.paths.outbox(), opening.env.by());
    let (outbox, aside) = opened.inspect_err(|error| notice(format!("nothing is sent: {error}"))).ok()?;
    if let Some(aside) = aside {
        notice(format!("the outbox was damaged ({}) and lies in {} now", aside.reason, aside.path.display()));
    }
    Some(outbox)
}

fn info(name: &str, connection: &Connection) -> ConnectionInfo {
    ConnectionInfo { name: name.to_owned(), platform: connection.platform.clone(), url: connection.url.clone() }
}

fn tui_settings(opening: &Opening, settings: &Settings) -> TuiSettings {
    let keys = settings.keys.iter().map(|(action, keys)| (action.clone(), keys.all().to_vec())).collect();
    let set = TuiSettings {
        theme: opening.theme.clone().unwrap_or_else(|| settings.theme.clone()),
        themes: own_themes(&opening.paths.themes()),
        keys,
        mouse: settings.mouse,
        label: opening.label.clone(),
        manner: manner(opening.manner, settings),
        ..TuiSettings::default()
    };
    let mut set = set.with_env(|name| opening.env.var(name));
    if opening.no_color || set.manner.linear {
        set.color = ColorMode::None;
    }
    if set.manner.low_bandwidth {
        // A true colour costs four times the bytes of one of the sixteen.
        set.color = set.color.min(ColorMode::Ansi);
    }
    set
}

/// What was asked for on the command line or is set.
fn manner(asked: Manner, settings: &Settings) -> Manner {
    Manner {
        read_only: asked.read_only || settings.read_only,
        reduced_motion: asked.reduced_motion || settings.reduced_motion,
        low_bandwidth: asked.low_bandwidth || settings.low_bandwidth,
        linear: asked.linear || settings.linear,
    }
}

/// The operator's own themes: name and text. One that cannot be read is as good as not there; the console says when
/// the theme that was set is none it knows.
pub fn own_themes(folder: &Path) -> Vec<(String, String)> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut themes: Vec<(String, String)> = files
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), std::fs::read_to_string(&path).ok()?)))
        .collect();
    themes.sort();
    themes
}
