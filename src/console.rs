//! Opens the console: the one place that knows both the engine's live side ([`crate::live`]) and [`crate::tui`].
//!
//! The console reads the mirror through its own handle and opens on whatever is there; the live side starts beside it
//! and sends what happens into the console's queue.

mod seen;

use std::cell::{Cell, OnceCell};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::platform::Registry;
use quarterdeck_sync::store::{Access, Mirror, StoreError};

pub use self::seen::Seen;
use crate::config::{Connection, Connections, Env, Lease, Paths, Settings};
use crate::error::{Code, Failure, Kind};
use crate::live::{self, Live, LiveEvent, Plan};
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
}

impl Opening {
    /// On what is at `paths`, as it is set there.
    pub fn new(env: Env, paths: Paths) -> Self {
        Self { env, paths, every: None, no_color: false, label: None }
    }
}

/// Opens the console, and returns when its user leaves.
///
/// # Errors
/// When there is no terminal to open it on, or our own files cannot be used. What a platform does wrong is shown inside.
pub fn run(opening: Opening) -> Result<Code, Failure> {
    check_terminal(&opening.env)?;
    let settings = Settings::load(&opening.paths.settings())?;
    let connections = Connections::load(&opening.paths.connections())?.pick(&[])?;
    opening.paths.make_data_dir()?;
    let seen = Seen::new(mirror(&opening.paths)?, &opening.paths.outbox());
    let (news, outside) = channel();
    let shown = connections.iter().map(|(name, one)| info(name, one)).collect();
    let tui_settings = tui_settings(&opening, &settings);
    // Manifests, certificates and the network can wait until there is something to see.
    let waiting = Cell::new(Some((opening, settings, connections, news)));
    let live = OnceCell::new();
    let asks = move |ask| {
        if let Some((opening, settings, connections, news)) = waiting.take()
            && let Some(begun) = begin(&opening, settings, connections, news)
        {
            let _ = live.set(begun);
        }
        match (ask, live.get()) {
            (tui::Ask::SyncNow(which), Some(live)) => live.ask(live::Ask::SyncNow(which)),
            (tui::Ask::SyncNow(_), None) | (tui::Ask::Shown | tui::Ask::Decide(_), _) => {}
        }
    };
    let setup = Setup {
        store: Arc::new(seen),
        outside,
        asks: Box::new(asks),
        connections: shown,
        settings: tui_settings,
        edit: Box::new(|_, _| Ok(None)),
    };
    // What it was given goes with it: the live side has ended when this returns.
    tui::run(setup).map_err(|error| Failure::new(Kind::Io, format!("the terminal cannot be used: {error}")))?;
    Ok(Code::Done)
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
    opening: &Opening,
    settings: Settings,
    connections: Vec<(String, Connection)>,
    news: Sender<Outside>,
) -> Option<Live> {
    let (registry, wrong) = Registry::load(&opening.paths.platforms());
    for error in wrong {
        let _ = news.send(Outside::Notice(format!("manifest left out: {error}")));
    }
    let plan = Plan {
        paths: opening.paths.clone(),
        outbox: outbox(opening, &news),
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
            LiveEvent::Send(_) => return,
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
        theme: settings.theme.clone(),
        themes: themes(&opening.paths.themes()),
        keys,
        mouse: settings.mouse,
        label: opening.label.clone(),
        ..TuiSettings::default()
    };
    let mut set = set.with_env(|name| opening.env.var(name));
    if opening.no_color {
        set.color = ColorMode::None;
    }
    set
}

/// The operator's own themes: name and text. One that cannot be read is as good as not there; the console says when
/// the theme that was set is none it knows.
fn themes(folder: &Path) -> Vec<(String, String)> {
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
