//! Frames on their way to the terminal.
//!
//! Always true: a frame is handed over in one write, whole, between the marks of a synchronized update; what does not fit at once
//! follows in its order before anything else. After a write that failed nobody knows what the terminal shows: the next frame is
//! drawn from nothing.
//!
//! Not here: taking and giving back the terminal (`terminal`), and what the bytes are (`paint`, `linear`).

use std::io::{self, ErrorKind, Write};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::linear::{self, Reader};
use super::paint::Painter;

/// How long a terminal that takes nothing is waited for. Only one that does not block can say so: another process may have made it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time between two tries.
const PAUSE: Duration = Duration::from_millis(2);

/// How a frame gets onto the terminal.
pub(crate) enum Face {
    /// As a picture.
    Picture(Painter),
    /// As lines.
    Lines(Reader),
}

/// What is drawn, and where its bytes go.
pub(crate) struct Frames<W> {
    out: W,
    face: Face,
    buffer: Buffer,
}

impl<W: Write> Frames<W> {
    /// Nothing is known yet of what the terminal behind `out` shows.
    pub fn new(out: W, face: Face) -> Self {
        Self { out, face, buffer: Buffer::empty(Rect::default()) }
    }

    /// It is told line by line.
    pub fn lines(&self) -> bool {
        matches!(self.face, Face::Lines(_))
    }

    /// Draws one frame of the size that `size` tells now, and says how many bytes that took: none when nothing has changed.
    ///
    /// # Errors
    /// When the terminal cannot be written to. What it shows is not known then.
    pub fn draw(
        &mut self,
        size: impl FnOnce() -> io::Result<(u16, u16)>,
        draw: impl FnOnce(&mut Buffer) -> Option<Position>,
    ) -> io::Result<usize> {
        self.fit(size)?;
        let cursor = draw(&mut self.buffer);
        let lines;
        let bytes = match &mut self.face {
            Face::Picture(painter) => painter.paint(&self.buffer, cursor),
            Face::Lines(reader) => {
                lines = reader.read(&self.buffer);
                lines.as_bytes()
            }
        };
        let many = bytes.len();
        let sent = if many > 0 { send(&mut self.out, bytes) } else { Ok(()) };
        self.lost_unless(sent)?;
        Ok(many)
    }

    /// Makes room for a frame of the size that `size` tells now: some of the time that the first frame takes, spent while what it
    /// shows is still being read.
    ///
    /// # Errors
    /// When there is no size to be had.
    pub fn fit(&mut self, size: impl FnOnce() -> io::Result<(u16, u16)>) -> io::Result<()> {
        let (width, height) = match self.face {
            Face::Picture(_) => size()?,
            // A page: what reads it out does not know how wide it is.
            Face::Lines(_) => (linear::WIDTH, linear::HEIGHT),
        };
        let area = Rect { x: 0, y: 0, width, height };
        if self.buffer.area != area {
            self.buffer = Buffer::empty(area);
            if let Face::Picture(painter) = &mut self.face {
                painter.fit(area);
            }
        }
        Ok(())
    }

    /// Sends something that draws nothing.
    ///
    /// # Errors
    /// As for [`Self::draw`].
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sent = send(&mut self.out, bytes);
        self.lost_unless(sent)
    }

    fn lost_unless(&mut self, sent: io::Result<()>) -> io::Result<()> {
        if sent.is_err() {
            self.forget();
        }
        sent
    }

    /// What is on the screen is not what was drawn.
    pub fn forget(&mut self) {
        match &mut self.face {
            Face::Picture(painter) => painter.forget(),
            Face::Lines(reader) => reader.forget(),
        }
    }
}

#[cfg(test)]
impl<W> Frames<W> {
    /// Where its bytes went.
    pub fn terminal(&self) -> &W {
        &self.out
    }

    /// The same, to be told how it takes what comes.
    pub fn terminal_mut(&mut self) -> &mut W {
        &mut self.out
    }
}

/// Hands all of `bytes` over: in one write, if the terminal takes them.
///
/// # Errors
/// When it cannot be written to, or takes nothing for too long.
pub(crate) fn send(out: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    let mut since = Instant::now();
    loop {
        let taken = match bytes.is_empty() {
            true => out.flush().map(|()| 0),
            false => out.write(bytes),
        };
        match taken {
            Ok(_) if bytes.is_empty() => return Ok(()),
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(taken) => {
                bytes = bytes.get(taken..).unwrap_or_default();
                since = Instant::now();
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock && since.elapsed() < PATIENCE => thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
}
