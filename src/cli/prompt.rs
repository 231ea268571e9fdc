//! Questions to a person, on stderr: only when stdin is a terminal. A script is never asked.

use std::io::{self, BufRead, IsTerminal, Read};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal;
use quarterdeck_sync::platform::Secret;

use super::out::talk;
use crate::error::Failure;

/// Most bytes of a secret on stdin.
const LIMIT: u64 = 64 << 10;

/// Is there a person to ask?
pub fn someone() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for one line.
pub fn line(question: &str) -> Result<String, Failure> {
    talk(question);
    let mut text = String::new();
    if io::stdin().lock().read_line(&mut text)? == 0 {
        return Err(gave_up());
    }
    Ok(text.trim().to_owned())
}

/// Reads a secret: typed unseen on a terminal, else the first line of stdin.
pub fn secret(question: &str) -> Result<Secret, Failure> {
    if someone() {
        // Silent before it asks: whoever types at once is not seen either.
        let unseen = Unseen::start()?;
        talk(question);
        let typed = unseen.read();
        talk("\n");
        return typed.map(Secret::new);
    }
    let mut text = String::new();
    io::stdin()
        .lock()
        .take(LIMIT)
        .read_to_string(&mut text)
        .map_err(|_| Failure::usage("stdin does not hold text").hint("pipe the secret into stdin, on one line"))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

fn gave_up() -> Failure {
    Failure::usage("no answer was given; nothing was changed")
}

/// The terminal in raw mode, so that nothing typed is shown; given back when dropped.
struct Unseen;

impl Unseen {
    fn start() -> Result<Self, Failure> {
        terminal::enable_raw_mode()?;
        Ok(Self)
    }

    fn read(self) -> Result<String, Failure> {
        let mut text = String::new();
        loop {
            match read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => match meaning(key) {
                    Typed::Char(c) => text.push(c),
                    Typed::Back => drop(text.pop()),
                    Typed::Clear => text.clear(),
                    Typed::Enter => return Ok(text),
                    Typed::GiveUp => return Err(gave_up()),
                    Typed::Nothing => {}
                },
                Event::Paste(pasted) => text.push_str(&pasted),
                _ => {}
            }
        }
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        let _ = terminal::disable_raw_mode();
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Char(char),
    Back,
    Clear,
    Enter,
    GiveUp,
    Nothing,
}

fn meaning(key: KeyEvent) -> Typed {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c' | 'd') if control => Typed::GiveUp,
        KeyCode::Char('u') if control => Typed::Clear,
        KeyCode::Char('j' | 'm') if control => Typed::Enter,
        KeyCode::Char('h') if control => Typed::Back,
        KeyCode::Char(_) if control => Typed::Nothing,
        KeyCode::Char(c) => Typed::Char(c),
        KeyCode::Backspace => Typed::Back,
        KeyCode::Enter => Typed::Enter,
        KeyCode::Esc => Typed::GiveUp,
        _ => Typed::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_can_leave_and_correct_what_they_cannot_see() {
        let control = |c| meaning(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
        assert_eq!(control('c'), Typed::GiveUp);
        assert_eq!(control('u'), Typed::Clear);
        assert_eq!(meaning(KeyEvent::from(KeyCode::Esc)), Typed::GiveUp);
        assert_eq!(meaning(KeyEvent::new(KeyCode::Char('K'), KeyModifiers::SHIFT)), Typed::Char('K'));
    }
}
