//! A program in a pseudo-terminal, every byte of it with the time at which it came.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub const COLUMNS: u16 = 200;
pub const ROWS: u16 = 50;

/// Ends an update of the screen.
const END: &[u8] = b"\x1b[?2026l";

/// What a screen shows, line by line.
pub type Lines = Vec<String>;

/// A running program.
pub struct Session {
    pub started: Instant,
    output: Receiver<(Instant, Vec<u8>)>,
    pub seen: Vec<(Instant, Vec<u8>)>,
    /// What it shows now.
    shown: vt100::Parser,
    input: Box<dyn std::io::Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

impl Session {
    pub fn start(command: CommandBuilder) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let input = pair.master.take_writer().expect("its input");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if send.send((Instant::now(), buffer[..read].to_vec())).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).expect("the program runs");
        Self { started, output, seen: Vec::new(), shown: screen(), input, child, _master: pair.master }
    }

    /// Reads until nothing came for `quiet`, at most for `most`; what came, in bytes, and the time of the last of it.
    pub fn settle(&mut self, quiet: Duration, most: Duration) -> (usize, Option<Instant>) {
        let end = Instant::now() + most;
        let (mut bytes, mut last) = (0, None);
        while Instant::now() < end {
            match self.output.recv_timeout(quiet) {
                Ok((at, chunk)) => {
                    bytes += chunk.len();
                    last = Some(at);
                    self.take(at, chunk);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        (bytes, last)
    }

    fn take(&mut self, at: Instant, chunk: Vec<u8>) {
        self.shown.process(&chunk);
        self.seen.push((at, chunk));
    }

    /// Reads until what is shown passes, at most for `most`; when the last byte of it came.
    pub fn until(&mut self, most: Duration, passes: impl Fn(&Lines) -> bool) -> Option<Instant> {
        let end = Instant::now() + most;
        while let Ok((at, chunk)) = self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.take(at, chunk);
            if passes(&self.lines()) {
                return Some(at);
            }
        }
        None
    }

    /// The lines that are shown now.
    pub fn lines(&self) -> Lines {
        lines(self.shown.screen())
    }

    /// When the first update of the screen ended after which what is shown passes.
    pub fn first_update(&self, passes: impl Fn(&Lines) -> bool) -> Option<Duration> {
        let mut parser = screen();
        let mut rest: Vec<u8> = Vec::new();
        for (at, chunk) in &self.seen {
            rest.extend_from_slice(chunk);
            while let Some(end) = rest.windows(END.len()).position(|part| part == END) {
                parser.process(&rest[..end + END.len()]);
                rest.drain(..end + END.len());
                if passes(&lines(parser.screen())) {
                    return Some(*at - self.started);
                }
            }
        }
        None
    }

    /// Types a key.
    pub fn key(&mut self, key: &[u8]) -> Instant {
        let at = Instant::now();
        let _ = self.input.write_all(key).and_then(|()| self.input.flush());
        at
    }

    /// When nine tenths of the cells of the present screen stood there for the first time.
    pub fn settled(&self) -> Option<Duration> {
        let mut last = screen();
        self.seen.iter().for_each(|(_, chunk)| last.process(chunk));
        let cells = filled(last.screen());
        let mut parser = screen();
        for (at, chunk) in &self.seen {
            parser.process(chunk);
            let there =
                cells.iter().filter(|(row, column, text)| text_at(parser.screen(), *row, *column) == *text).count();
            if !cells.is_empty() && there * 10 >= cells.len() * 9 {
                return Some(*at - self.started);
            }
        }
        None
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap_or(0)
    }

    pub fn end(mut self, key: &[u8]) {
        self.key(key);
        self.settle(Duration::from_millis(300), Duration::from_secs(2));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn screen() -> vt100::Parser {
    let size = |cells| NonZeroU16::new(cells).expect("not zero");
    vt100::Parser::new(size(ROWS), size(COLUMNS), 0)
}

fn lines(screen: &vt100::Screen) -> Lines {
    screen.rows(0, COLUMNS).collect()
}

fn text_at(screen: &vt100::Screen, row: u16, column: u16) -> String {
    screen.cell(row, column).map(|cell| cell.contents().to_owned()).unwrap_or_default()
}

fn filled(screen: &vt100::Screen) -> Vec<(u16, u16, String)> {
    let places = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (row, column)));
    let cells = places.map(|(row, column)| (row, column, text_at(screen, row, column)));
    cells.filter(|(_, _, text)| !text.trim().is_empty()).collect()
}
