//! The terminal: taken over at the start, given back at the end, however the end comes.
//!
//! [`Terminal`] gives it back when dropped; a panic of the drawing thread gives it back before its message is printed, so that the
//! message can be read. Panics of other threads go to the log alone: their text would land in the middle of the screen.

use std::io;
use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use crossterm::event::EventStream;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode, size};
use futures_util::StreamExt;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use tokio::sync::oneshot;

use super::app::Message;
use super::frames::{Face, Frames, send};
use super::linear::Reader;
use super::paint::Painter;
use super::{TuiSettings, signals};

/// Alternate screen, hidden cursor, bracketed paste; the title is saved and set.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[22;2t\x1b]2;quarterdeck\x07";
/// The reverse, in reverse; attributes and scroll region first.
const LEAVE: &str =
    "\x1b[?2026l\x1b[0m\x1b[r\x1b[23;2t\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?25h\x1b[?1049l";
/// Line by line nothing is taken but the keys.
const ENTER_LINES: &str = "\x1b[?2004h";
/// The reverse.
const LEAVE_LINES: &str = "\x1b[0m\x1b[?2004l\r\n";
/// Clicks and the wheel, with coordinates beyond 223.
const MOUSE: &str = "\x1b[?1000h\x1b[?1006h";
/// The reverse.
const NO_MOUSE: &str = "\x1b[?1006l\x1b[?1000l";

/// The terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// It was taken line by line.
static LINES: AtomicBool = AtomicBool::new(false);

/// The terminal, taken over.
pub(crate) struct Terminal {
    frames: Frames<Tty>,
    mouse: bool,
}

impl Terminal {
    /// Takes it over.
    pub fn new(settings: &TuiSettings) -> io::Result<Self> {
        let face = match settings.manner.linear {
            true => Face::Lines(Reader::default()),
            false => Face::Picture(Painter::new(settings.erase)),
        };
        let mut terminal = Self { frames: Frames::new(tty()?, face), mouse: settings.mouse };
        terminal.enter()?;
        terminal.frames.fit(size)?;
        Ok(terminal)
    }

    fn enter(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        self.frames.forget();
        let lines = self.frames.lines();
        LINES.store(lines, Ordering::SeqCst);
        if lines {
            return self.frames.send(ENTER_LINES.as_bytes());
        }
        let mouse = if self.mouse { MOUSE } else { "" };
        self.frames.send(format!("{ENTER}{mouse}").as_bytes())
    }

    /// Draws one frame, and says how many bytes that took. Whatever size the terminal has now is the frame's size.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Buffer) -> Option<Position>) -> io::Result<usize> {
        self.frames.draw(size, draw)
    }

    /// Takes clicks and the wheel, or leaves them to the terminal.
    pub fn take_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        match self.frames.lines() {
            false => self.frames.send(if on { MOUSE } else { NO_MOUSE }.as_bytes()),
            true => Ok(()),
        }
    }

    /// Sends something that draws nothing.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.frames.send(bytes)
    }

    /// What is on the screen is not what was drawn.
    pub fn forget(&mut self) {
        self.frames.forget();
    }

    /// Gives the terminal back, stops the process until it is continued, and takes the terminal again.
    pub fn suspend(&mut self) -> io::Result<()> {
        restore();
        signals::stop()?;
        self.enter()
    }

    /// Gives the terminal back while `act` runs, and takes it again.
    pub fn aside<T>(&mut self, act: impl FnOnce() -> T) -> io::Result<T> {
        restore();
        let aside = signals::Aside::new();
        let result = act();
        drop(aside);
        self.enter()?;
        Ok(result)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, if it is ours. Called again it does nothing. There is nobody to tell if it fails.
fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let leave = if LINES.load(Ordering::SeqCst) { LEAVE_LINES } else { LEAVE };
        let _ = send(&mut io::stdout().lock(), leave.as_bytes());
        let _ = disable_raw_mode();
    }
}

/// Where the terminal is written to. Nothing stands in between that would cut a frame at its line breaks, or where a buffer ends.
#[cfg(unix)]
type Tty = std::fs::File;
/// There the standard output translates for the console.
#[cfg(not(unix))]
type Tty = io::Stdout;

#[cfg(unix)]
fn tty() -> io::Result<Tty> {
    use std::os::fd::AsFd;

    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn tty() -> io::Result<Tty> {
    Ok(io::stdout())
}

type Hook = Box<dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync>;

/// While it lives, a panic gives the terminal back first.
pub(crate) struct PanicGuard;

static BEFORE: Mutex<Option<Hook>> = Mutex::new(None);

impl PanicGuard {
    /// Puts itself before the hook there is.
    pub fn new() -> Self {
        let drawing = thread::current().id();
        if let Ok(mut before) = BEFORE.lock() {
            *before = Some(panic::take_hook());
        }
        panic::set_hook(Box::new(move |info| {
            if TAKEN.load(Ordering::SeqCst) && thread::current().id() != drawing {
                tracing::error!("{info}");
                return;
            }
            restore();
            if let Ok(before) = BEFORE.lock()
                && let Some(hook) = before.as_ref()
            {
                hook(info);
            }
        }));
        Self
    }
}

impl Drop for PanicGuard {
    fn drop(&mut self) {
        // While panicking the hook cannot be changed; the process is on its way out then.
        if !thread::panicking() {
            drop(panic::take_hook());
            if let Some(hook) = BEFORE.lock().ok().and_then(|mut before| before.take()) {
                panic::set_hook(hook);
            }
        }
    }
}

/// The thread that reads keys. It sleeps in the kernel until one comes, or until this is dropped.
pub(crate) struct Input {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Input {
    /// Starts reading into `queue`.
    pub fn new(queue: Sender<Message>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let (stop, mut stopped) = oneshot::channel();
        let read = async move {
            let mut events = EventStream::new();
            loop {
                let event = tokio::select! {
                    biased;
                    _ = &mut stopped => return,
                    event = events.next() => event,
                };
                let Some(Ok(event)) = event else {
                    // The terminal is gone. If nobody listens any more, that is the end just as well.
                    let _ = queue.send(Message::Terminate);
                    return;
                };
                if queue.send(Message::Input(event)).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("keys".into()).spawn(move || runtime.block_on(read))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
