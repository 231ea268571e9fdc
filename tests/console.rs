//! The console in a terminal of its own: what a person sees, and what their terminal is like afterwards.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::cli_harness::Home;

/// How long anything may take before the test gives up.
const LIMIT: Duration = Duration::from_secs(60);

/// A pseudo-terminal with `qd` in it.
struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    terminal: vt100::Parser,
    raw: Vec<u8>,
    _home: Home,
}

fn size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

impl Pty {
    fn start(args: &[&str], at: (u16, u16)) -> Self {
        let home = Home::new();
        let pair = native_pty_system().openpty(size(at)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_qd"));
        command.args(args);
        command.env_clear();
        command.env("QD_HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/qd-tests");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 16 * 1024];
            while let Ok(read) = reader.read(&mut chunk) {
                if read == 0 || send.send(chunk[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let terminal = vt100::Parser::new(cells(at.1), cells(at.0), 0);
        Self { child, master: pair.master, keys, output, terminal, raw: Vec::new(), _home: home }
    }

    fn screen(&self) -> String {
        self.terminal.screen().contents()
    }

    /// Waits until the screen is as wanted.
    fn until(&mut self, what: &str, seen: impl Fn(&vt100::Screen) -> bool) {
        let end = Instant::now() + LIMIT;
        while !seen(self.terminal.screen()) {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(chunk) = self.output.recv_timeout(left) else {
                panic!("never saw {what}:\n{}", self.screen());
            };
            self.terminal.process(&chunk);
            self.raw.extend(chunk);
        }
    }

    fn until_text(&mut self, text: &str) {
        self.until(text, |screen| screen.contents().contains(text));
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn resize(&mut self, to: (u16, u16)) {
        self.terminal.screen_mut().set_size(cells(to.1), cells(to.0));
        self.master.resize(size(to)).unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits for the end; the terminal must be as it was before.
    fn ends_well(mut self) {
        self.until("the screen given back", |screen| !screen.alternate_screen());
        assert_eq!(self.child.wait().unwrap().exit_code(), 0);
        let screen = self.terminal.screen();
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are still marked");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let frames = self.raw.windows(8).filter(|bytes| bytes == b"\x1b[?2026h").count();
        let ends = self.raw.windows(8).filter(|bytes| bytes == b"\x1b[?2026l").count();
        // Leaving ends an update that may have been cut off.
        assert!(frames > 0 && ends == frames + 1, "{frames} frames begun, {ends} ended");
    }
}

#[test]
fn a_person_looks_round_in_the_demo_and_leaves() {
    let mut pty = Pty::start(&["demo"], (120, 36));
    pty.until_text("active");
    pty.press("2");
    pty.until_text("SESSION ");
    pty.resize((80, 24));
    pty.until("a narrow screen", |screen| {
        screen.contents().lines().count() <= 24 && screen.contents().contains("palette")
    });
    pty.press("?");
    pty.until_text("Everywhere");
    pty.press("q");
    pty.resize((120, 36));
    pty.until_text("DOCUMENT");
    pty.press("q");
    pty.ends_well();
}

#[test]
fn whoever_has_nothing_yet_is_told_how_to_begin() {
    let mut pty = Pty::start(&[], (80, 24));
    pty.until_text("qd connect add");
    pty.press("\u{3}");
    pty.ends_well();
}

#[test]
fn a_signal_ends_it_like_a_key() {
    for signal in ["-TERM", "-HUP", "-INT"] {
        let mut pty = Pty::start(&[], (80, 24));
        pty.until_text("Welcome");
        pty.signal(signal);
        pty.ends_well();
    }
}

#[test]
fn stepping_aside_gives_the_terminal_back_and_coming_back_draws_it_all() {
    let mut pty = Pty::start(&[], (80, 24));
    pty.until_text("Welcome");
    pty.press("\u{1a}");
    pty.until("the shell's screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
    // It gives the terminal back before it stops, and only what has stopped can be continued: so more than once.
    let end = Instant::now() + LIMIT;
    while !(pty.terminal.screen().alternate_screen() && pty.screen().contains("Welcome")) {
        assert!(Instant::now() < end, "never came back:\n{}", pty.screen());
        pty.signal("-CONT");
        if let Ok(chunk) = pty.output.recv_timeout(Duration::from_millis(100)) {
            pty.terminal.process(&chunk);
        }
    }
    pty.press("q");
    pty.until("the screen given back", |screen| !screen.alternate_screen());
    assert_eq!(pty.child.wait().unwrap().exit_code(), 0);
}
