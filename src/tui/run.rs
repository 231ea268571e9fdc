//! The loop: wait, take in, draw.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Instant;

use jiff::Timestamp;

use super::app::{App, Message, Order};
use super::pace::Pace;
use super::signals::Listener;
use super::terminal::{Input, PanicGuard, Terminal};
use super::{Edit, Manner, Setup};

/// Messages taken in before a frame gets its turn.
const BURST: usize = 4_096;

/// Runs the console until the person leaves. Takes the terminal, and gives it back whatever happens.
///
/// # Errors
/// When the terminal cannot be taken, or written to.
pub fn run(setup: Setup) -> io::Result<()> {
    let (queue, inbox) = mpsc::channel();
    let answers = queue.clone();
    let settings = setup.settings.clone();
    // Asked before the terminal is touched: the mirror answers while we set up.
    let mut app =
        App::new(&setup.store, setup.asks, setup.connections, setup.settings, Timestamp::now, move |answered| {
            // Once the loop has ended nobody waits for answers.
            let _ = answers.send(Message::Answer(answered));
        });
    app.start(Instant::now());
    let outside = queue.clone();
    thread::Builder::new().name("outside".into()).spawn(move || {
        for news in setup.outside {
            if outside.send(Message::Outside(news)).is_err() {
                return;
            }
        }
    })?;
    let _panic = PanicGuard::new();
    let _signals = Listener::new(queue.clone())?;
    let terminal = Terminal::new(&settings)?;
    let input = Some(Input::new(queue.clone())?);
    turn(&mut app, &inbox, &mut Screen { terminal, input, queue, edit: setup.edit, manner: settings.manner })
}

/// The terminal, who reads its keys, and what takes its place for a while.
struct Screen {
    terminal: Terminal,
    input: Option<Input>,
    queue: Sender<Message>,
    edit: Edit,
    manner: Manner,
}

impl Screen {
    /// Gives the terminal to an editor, and takes it back.
    fn edit(&mut self, name: &str, text: &str) -> io::Result<Result<Option<String>, String>> {
        // Keys are the editor's now: nobody else may read them.
        drop(self.input.take());
        let edit = &mut self.edit;
        let result = self.terminal.aside(|| edit(name, text))?;
        self.input = Some(Input::new(self.queue.clone())?);
        Ok(result)
    }
}

fn turn(app: &mut App, inbox: &Receiver<Message>, screen: &mut Screen) -> io::Result<()> {
    let mut pace = Pace::new(screen.manner, Instant::now());
    loop {
        let until = [app.dirty().then(|| pace.due(app.ready())), app.deadline()].into_iter().flatten().min();
        let first = wait(inbox, until);
        if first.is_none() && until.is_none() {
            return Ok(());
        }
        for message in first.into_iter().chain(inbox.try_iter().take(BURST)) {
            if matches!(message, Message::Input(_)) {
                pace.typed();
            }
            app.handle(message, Instant::now());
        }
        app.tick(Instant::now());
        for order in app.take_orders() {
            match order {
                Order::Quit => return Ok(()),
                Order::Suspend => screen.terminal.suspend()?,
                Order::Redraw => screen.terminal.forget(),
                Order::Mouse(on) => screen.terminal.take_mouse(on)?,
                Order::Send(bytes) => screen.terminal.send(&bytes)?,
                Order::Edit { name, text } => {
                    let result = screen.edit(&name, &text)?;
                    app.edited(result, Instant::now());
                }
            }
            app.redraw();
        }
        let now = Instant::now();
        if app.dirty() && now >= pace.due(app.ready()) {
            let bytes = screen.terminal.draw(|buffer| app.draw(buffer, now))?;
            if pace.drew(bytes, now) {
                app.shown();
            }
        }
    }
}

/// The next message; none when the time has come, or nobody can send any more.
fn wait(inbox: &Receiver<Message>, until: Option<Instant>) -> Option<Message> {
    let Some(until) = until else { return inbox.recv().ok() };
    inbox.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
}
