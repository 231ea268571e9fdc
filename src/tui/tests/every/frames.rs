//! What reaches the terminal: each frame in one write, between the marks of one update, also after a write that failed.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::num::NonZeroU16;

use crate::tui::Manner;
use crate::tui::frames::{Face, Frames};
use crate::tui::linear::Reader;
use crate::tui::paint::Painter;

use super::*;

const SIZE: (u16, u16) = (120, 36);
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// A terminal that keeps every write apart, and can be told to take badly what comes.
#[derive(Default)]
struct Counting {
    writes: Vec<Vec<u8>>,
    flushed: usize,
    /// What becomes of the next writes: at most so many bytes are taken, or an error.
    next: VecDeque<Result<usize, ErrorKind>>,
}

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.next.pop_front().unwrap_or(Ok(usize::MAX))?.min(bytes.len());
        self.writes.push(bytes[..taken].to_vec());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushed = self.writes.len();
        Ok(())
    }
}

/// Begins and ends as one update of the screen, and holds no other.
fn is_one_update(bytes: &[u8]) -> bool {
    let count = |mark: &[u8]| bytes.windows(mark.len()).filter(|part| *part == mark).count();
    bytes.starts_with(BEGIN) && bytes.ends_with(END) && (count(BEGIN), count(END)) == (1, 1)
}

/// A console before a terminal that is watched.
struct Watched {
    console: Console,
    frames: Frames<Counting>,
    seen: usize,
    /// Frames that changed something.
    painted: usize,
}

impl Watched {
    fn new(console: Console) -> Self {
        let frames = Frames::new(Counting::default(), Face::Picture(Painter::new(true)));
        Self { console, frames, seen: 0, painted: 0 }
    }

    /// Draws a frame of this size, as the loop does. The writes it took.
    fn frame(&mut self, (width, height): (u16, u16)) -> io::Result<Vec<Vec<u8>>> {
        let (app, clock) = (&mut self.console.app, self.console.clock);
        let drawn = self.frames.draw(|| Ok((width, height)), |buffer| app.draw(buffer, clock));
        let terminal = self.frames.terminal();
        let writes = terminal.writes[self.seen..].to_vec();
        self.seen = terminal.writes.len();
        drawn.map(|bytes| {
            assert!(writes.is_empty() || terminal.flushed == self.seen, "nothing is kept back");
            assert_eq!(bytes, writes.iter().map(Vec::len).sum::<usize>());
            writes
        })
    }

    /// Draws what a step has led to, and what comes of it later: each frame is one write or none.
    fn is_one_write(&mut self, size: (u16, u16), step: &str) {
        let writes = self.frame(size).expect("a terminal that takes everything");
        assert!(writes.len() <= 1, "{step}: {} writes", writes.len());
        for bytes in &writes {
            assert!(is_one_update(bytes), "{step}: {}", String::from_utf8_lossy(bytes).escape_debug());
        }
        self.painted += writes.len();
        assert_eq!(self.frame(size).expect("the same").len(), 0, "{step}: what did not change is not written");
    }

    /// Presses keys, each followed by a frame before and one after the answers.
    fn go(&mut self, keys: &str, size: (u16, u16)) {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            self.console.strike(key);
            self.is_one_write(size, key);
            self.console.settle();
            self.is_one_write(size, key);
        }
    }
}

#[test]
fn every_frame_of_every_place_is_one_write_and_one_update_or_nothing_at_all() {
    for place in PLACES {
        let mut watched = Watched::new(Console::before(place, Data, SIZE));
        watched.go(place.opens, SIZE);
        watched.go("j j <PgDn> G g <Enter> <Esc> ? <PgDn> <Esc> : ~open <Esc>", SIZE);
        assert!(watched.painted > 10, "{}: {} frames", place.name, watched.painted);
    }
}

#[test]
fn scrolling_resizing_sheets_and_messages_are_one_write_a_frame() {
    let mut watched = Watched::new(Console::before(&PLACES[0], Data, SIZE));
    let sizes = [(120, 36), (200, 50), (80, 24), (1, 1), (40, 8), (160, 48)];
    for size in sizes {
        watched.is_one_write(size, "another size");
        watched.go("@sessions j j j j j j j j k <PgDn> C-u # 9 j G g", size);
        watched.go("@agents j j j j s ~why <Esc> * c <Esc> <Esc> : ~theme <Esc> T T", size);
        watched.go("@outbox j j M <Esc> r", size);
        // Messages come, stay and go by themselves.
        watched.console.clock += Duration::from_secs(60);
        watched.console.app.tick(watched.console.clock);
        watched.is_one_write(size, "a message goes");
        watched.console.app.redraw();
        watched.frames.forget();
        let writes = watched.frame(size).expect("a frame");
        assert!(writes.len() == 1 && is_one_update(&writes[0]), "the whole screen is one write as well");
    }
    assert!(watched.painted > 150, "{}", watched.painted);
}

#[test]
fn over_a_slow_link_a_frame_is_one_write_as_well() {
    let manner = Manner { low_bandwidth: true, reduced_motion: true, ..Manner::default() };
    let settings = TuiSettings { manner, ..settings("dark", ColorMode::Ansi) };
    let mut watched = Watched::new(Console::started(SIZE, world(Data, false), connections(), settings));
    watched.go("j j j @sessions j j j <PgDn> G g t j j <Esc> @agents s <Esc> ? <Esc>", SIZE);
    assert!(watched.painted > 15, "{}", watched.painted);
}

/// What the terminal shows after all that it has taken.
fn shown(writes: &[Vec<u8>]) -> String {
    let size = |cells| NonZeroU16::new(cells).expect("not zero");
    let mut parser = vt100::Parser::new(size(SIZE.1), size(SIZE.0), 0);
    writes.iter().for_each(|bytes| parser.process(bytes));
    let lines: Vec<String> = parser.screen().rows(0, SIZE.0).map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n").trim_end().to_owned()
}

#[test]
fn after_a_write_that_failed_the_next_frame_is_whole_and_right() {
    let mut watched = Watched::new(Console::before(&PLACES[2], Data, SIZE));
    watched.go("@agents j", SIZE);
    for (taken, what) in [(0, "nothing"), (9, "the mark alone"), (60, "a part")] {
        let script = [Ok(taken), Err(ErrorKind::BrokenPipe)].into_iter().skip(usize::from(taken == 0));
        watched.frames.terminal_mut().next = script.collect();
        watched.console.strike("j");
        assert_eq!(watched.frame(SIZE).expect_err("it fails").kind(), ErrorKind::BrokenPipe, "{what}");
        watched.console.settle();
        let writes = watched.frame(SIZE).expect("it works again");
        assert!(writes.len() == 1 && is_one_update(&writes[0]), "{what} was taken");
        assert!(writes[0].starts_with(b"\x1b[?2026h\x1b[?25l\x1b[0m\x1b[r\x1b[2J"), "{what} was taken: from nothing");
        let text = watched.console.text();
        assert_eq!(shown(&watched.frames.terminal().writes), text.trim_end(), "{what} was taken");
    }
}

#[test]
fn a_terminal_that_takes_a_frame_in_pieces_gets_all_of_it_once_and_in_order() {
    let mut watched = Watched::new(Console::before(&PLACES[2], Data, SIZE));
    watched.go("@agents j", SIZE);
    let slow =
        [Ok(5), Err(ErrorKind::WouldBlock), Err(ErrorKind::Interrupted), Ok(1), Err(ErrorKind::WouldBlock), Ok(30)];
    for _ in 0..3 {
        watched.frames.terminal_mut().next = slow.into_iter().collect();
        watched.console.strike("j");
        watched.console.settle();
        let writes = watched.frame(SIZE).expect("it takes its time");
        assert!(writes.len() > 3 && is_one_update(&writes.concat()), "{} writes", writes.len());
        assert_eq!(shown(&watched.frames.terminal().writes), watched.console.text().trim_end());
    }
}

/// On a socket that keeps writes apart it is the operating system that counts.
#[cfg(unix)]
#[test]
fn the_operating_system_sees_one_write_a_frame_line_breaks_or_not() {
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixDatagram;

    for lines in [false, true] {
        let (ours, theirs) = UnixDatagram::pair().expect("a pair of sockets");
        theirs.set_nonblocking(true).expect("to look whether more has come");
        let face = if lines { Face::Lines(Reader::default()) } else { Face::Picture(Painter::new(true)) };
        let mut frames = Frames::new(File::from(OwnedFd::from(ours)), face);
        let mut console = Console::before(&PLACES[0], Data, SIZE);
        for key in ["@agents", "j", "j", "?", "<Esc>", "G", "s"] {
            console.go(key);
            let (app, clock) = (&mut console.app, console.clock);
            let bytes = frames.draw(|| Ok(SIZE), |buffer| app.draw(buffer, clock)).expect("it is taken");
            let mut one = vec![0; 1 << 20];
            assert_eq!(theirs.recv(&mut one).expect("a write"), bytes, "{key}, lines: {lines}");
            assert!(lines || is_one_update(&one[..bytes]), "{key}");
            assert_eq!(theirs.recv(&mut one).expect_err("no second").kind(), ErrorKind::WouldBlock, "{key}");
        }
    }
}
