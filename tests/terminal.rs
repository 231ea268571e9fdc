//! `qd` in a terminal of its own: keys go in, and what a person would see comes out.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the test gives up.
pub const LIMIT: Duration = Duration::from_secs(120);

/// A pseudo-terminal with `qd` in it.
pub struct Pty {
    pub child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    pub output: Receiver<Vec<u8>>,
    pub terminal: vt100::Parser,
    /// Every byte it wrote.
    pub raw: Vec<u8>,
    /// What it wrote that is not shown yet.
    ahead: Vec<u8>,
    /// Over a slow link: lets some more bytes through.
    through: Option<Sender<()>>,
}

/// Ends a frame.
const END: &[u8] = b"\x1b[?2026l";

/// Bytes that a slow link lets through at once: a tenth of what one of 9,600 bytes a second carries in a second.
const THROUGH: usize = 960;

fn size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

impl Pty {
    /// Starts `qd` with these arguments in this home, on a screen of so many columns and rows.
    pub fn start(home: &Path, args: &[&str], at: (u16, u16)) -> Self {
        Self::start_with(home, args, at, &[])
    }

    /// The same with more variables in its environment.
    pub fn start_with(home: &Path, args: &[&str], at: (u16, u16), more: &[(&str, &str)]) -> Self {
        Self::linked(home, args, at, more, None)
    }

    /// The same over a link that takes no more than a few bytes, until somebody waits for more: whatever writes too much to it is held
    /// up, as over a line that is full.
    pub fn start_slow(home: &Path, args: &[&str], at: (u16, u16)) -> Self {
        let (through, gate) = mpsc::channel();
        let mut pty = Self::linked(home, args, at, &[], Some(gate));
        pty.through = Some(through);
        pty
    }

    fn linked(home: &Path, args: &[&str], at: (u16, u16), more: &[(&str, &str)], gate: Option<Receiver<()>>) -> Self {
        let pair = native_pty_system().openpty(size(at)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_qd"));
        command.args(args);
        command.env_clear();
        command.env("QD_HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/qd-tests");
        more.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut chunk = vec![0; if gate.is_some() { THROUGH } else { 16 * 1024 }];
            let open = || gate.as_ref().is_none_or(|gate| gate.recv().is_ok());
            while open()
                && let Ok(read) = reader.read(&mut chunk)
            {
                if read == 0 || send.send(chunk[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let terminal = vt100::Parser::new(cells(at.1), cells(at.0), 0);
        Self { child, master: pair.master, keys, output, terminal, raw: Vec::new(), ahead: Vec::new(), through: None }
    }

    pub fn screen(&self) -> String {
        self.terminal.screen().contents()
    }

    /// Has every frame that was begun arrived to its end? Before that nobody has seen it.
    fn whole(&self) -> bool {
        let last = |mark: &[u8]| self.raw.windows(mark.len()).rposition(|bytes| bytes == mark);
        last(b"\x1b[?2026h") <= last(END)
    }

    /// Waits until the screen is as wanted.
    pub fn until(&mut self, what: &str, seen: impl Fn(&vt100::Screen) -> bool) {
        let end = Instant::now() + LIMIT;
        while !(self.whole() && seen(self.terminal.screen())) {
            let left = end.saturating_duration_since(Instant::now());
            if let Some(through) = &self.through {
                // One that has ended takes no more.
                let _ = through.send(());
            }
            assert!(self.show_next(left), "never saw {what}:\n{}", self.screen());
        }
    }

    /// Shows what comes next, up to the end of a frame: one that is soon followed by another is seen as well. False when nothing comes
    /// so long.
    fn show_next(&mut self, wait: Duration) -> bool {
        if self.ahead.is_empty() {
            let Ok(chunk) = self.output.recv_timeout(wait) else { return false };
            self.ahead = chunk;
        }
        let end = self.ahead.windows(END.len()).position(|bytes| bytes == END).map(|at| at + END.len());
        let rest = self.ahead.split_off(end.unwrap_or(self.ahead.len()));
        let shown = std::mem::replace(&mut self.ahead, rest);
        self.terminal.process(&shown);
        self.raw.extend(shown);
        true
    }

    pub fn until_text(&mut self, text: &str) {
        self.until(text, |screen| screen.contents().contains(text));
    }

    /// Reads on until something that is not on the screen is so.
    pub fn until_so(&mut self, what: &str, so: impl Fn() -> bool) {
        let end = Instant::now() + LIMIT;
        while !so() {
            assert!(Instant::now() < end, "never so: {what}\n{}", self.screen());
            self.show_next(Duration::from_millis(50));
        }
    }

    /// Continues a `qd` that stepped aside, until its screen is back with this text on it.
    pub fn until_back(&mut self, text: &str) {
        self.until("the shell's screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
        // It gives the terminal back before it stops, and only what has stopped can be continued: so more than once.
        let end = Instant::now() + LIMIT;
        while !(self.terminal.screen().alternate_screen() && self.screen().contains(text)) {
            assert!(Instant::now() < end, "never came back:\n{}", self.screen());
            self.signal("-CONT");
            self.show_next(Duration::from_millis(100));
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub fn resize(&mut self, to: (u16, u16)) {
        self.terminal.screen_mut().set_size(cells(to.1), cells(to.0));
        self.master.resize(size(to)).unwrap();
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits for the end; the terminal must be as it was before.
    pub fn ends_well(mut self) {
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

    /// Bytes written, and processor time used in ticks of the clock, while nobody touches it for so long.
    pub fn left_alone(&mut self, time: Duration) -> (usize, u64) {
        let (bytes, ticks) = (self.raw.len(), self.ticks());
        let end = Instant::now() + time;
        while self.show_next(end.saturating_duration_since(Instant::now())) {}
        (self.raw.len() - bytes, self.ticks() - ticks)
    }

    /// Processor time of all its threads so far, in ticks of the clock: a hundredth of a second each. None is told where there is
    /// no `/proc`.
    pub fn ticks(&self) -> u64 {
        let pid = self.child.process_id().unwrap();
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return 0 };
        // The name in brackets may hold blanks: user and system time are the 12th and 13th field behind it (proc(5)).
        let fields: Vec<u64> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(1)
            .map(|field| field.parse().unwrap_or(0))
            .collect();
        fields[10] + fields[11]
    }

    /// Reads until nothing has come for `quiet`.
    pub fn settle(&mut self, quiet: Duration) {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end && self.show_next(quiet) {}
    }
}

impl Drop for Pty {
    /// One that a test left running would go on asking whoever gets the ports of its platforms next.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
