//! Short messages in a corner. They go away by themselves and take no key, but for this: whoever presses Esc right after a key was
//! answered means the answer, and not what lies below it.
//!
//! Always true: nothing lies over what a person decides by. As long as that is open ([`Toasts::hold`]), the answer to the last key
//! stands below it, and everything else waits until it is left.

use std::time::{Duration, Instant};

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;
use crate::tui::text::{width, wrap};
use crate::tui::theme::Role;

/// How long a message stays, at least; long ones stay longer.
const STAY: Duration = Duration::from_secs(3);
/// Messages at once.
const MOST: usize = 3;

/// The messages on screen.
#[derive(Debug, Default)]
pub(crate) struct Toasts {
    list: Vec<(String, Instant)>,
    /// The last answer to a key.
    reply: Option<String>,
    /// It has come since the last key, or since the one before.
    fresh: bool,
    on_top: bool,
    /// They stay until they are answered, or the next key is.
    stay: bool,
    /// Nothing may lie over what is open.
    held: bool,
}

impl Toasts {
    /// None yet; with `stay` they do not go away by themselves.
    pub fn new(stay: bool) -> Self {
        Self { stay, ..Self::default() }
    }

    /// Answers a key. The answer to the next key takes its place.
    pub fn reply(&mut self, words: String, now: Instant) {
        self.forget_reply();
        self.reply = Some(words.clone());
        self.fresh = true;
        self.say(words, now);
    }

    /// Takes the answer to the last key away, if nothing was pressed since. True when there was one.
    pub fn dismiss(&mut self) -> bool {
        let before = self.list.len();
        if self.on_top {
            self.forget_reply();
        }
        before != self.list.len()
    }

    /// Says something that happened.
    pub fn say(&mut self, words: String, now: Instant) {
        self.list.retain(|(said, _)| *said != words);
        if self.list.len() == MOST {
            self.list.remove(0);
        }
        let until = now + stay(&words);
        self.list.push((words, until));
    }

    /// From now on nothing may lie over what is open, or it may again: then what has waited has its time.
    pub fn hold(&mut self, held: bool, now: Instant) {
        if held == self.held {
            return;
        }
        self.held = held;
        if !self.fresh {
            self.forget_reply();
        }
        if !held {
            self.list.iter_mut().for_each(|(words, until)| *until = now + stay(words));
        }
    }

    /// The answer to the last key, while everything else waits.
    pub fn answer(&self) -> Option<&str> {
        self.reply.as_deref().filter(|_| self.held)
    }

    fn forget_reply(&mut self) {
        if let Some(reply) = self.reply.take() {
            self.list.retain(|(said, _)| *said != reply);
        }
    }

    /// Takes back what is no longer so.
    pub fn unsay(&mut self, words: &str) {
        self.list.retain(|(said, _)| said != words);
    }

    /// A key was pressed: what has been there long enough was read.
    pub fn key(&mut self, now: Instant) {
        if self.held {
            self.forget_reply();
        } else {
            self.list.retain(|(_, until)| *until > now);
        }
        self.on_top = std::mem::take(&mut self.fresh);
    }

    /// Takes away what has been there long enough. True when something went.
    pub fn expire(&mut self, now: Instant) -> bool {
        if self.waits() {
            return false;
        }
        let before = self.list.len();
        self.list.retain(|(_, until)| *until > now);
        before != self.list.len()
    }

    /// Do they not go away by themselves?
    fn waits(&self) -> bool {
        self.stay || self.held
    }

    /// Takes all of them away. True when there were some.
    pub fn clear(&mut self) -> bool {
        let some = !self.list.is_empty();
        self.list.clear();
        some
    }

    /// When the next one goes.
    pub fn next(&self) -> Option<Instant> {
        if self.waits() { None } else { self.list.iter().map(|(_, until)| *until).min() }
    }

    /// Draws them one below the other, each on lines of its own; where there are more than fit, the latest.
    pub fn list(&self, area: Rect, canvas: &mut Canvas) {
        let cells = usize::from(area.width.saturating_sub(4));
        let told = self.list.iter().map(|(words, _)| words.as_str());
        let told = told.filter(|words| !self.held || self.reply.as_deref() == Some(words));
        let lines: Vec<String> = told.flat_map(|words| wrap(words, cells, 4)).collect();
        let first = lines.len().saturating_sub(usize::from(area.height));
        for (at, line) in lines.iter().skip(first).enumerate() {
            canvas.put(area.x + 2, area.y + at as u16, line, area.width.saturating_sub(2), Role::Text);
        }
    }

    /// Draws them in the lower right corner of `area`.
    pub fn draw(&self, area: Rect, canvas: &mut Canvas) {
        if self.held {
            return;
        }
        let mut bottom = area.bottom();
        for (words, _) in self.list.iter().rev() {
            let cells = usize::from(area.width.saturating_sub(6)).min(64);
            let lines = wrap(words, cells, 4);
            let wide = lines.iter().map(|line| width(line)).max().unwrap_or(0) as u16 + 4;
            let high = lines.len() as u16 + 2;
            if bottom < area.y + high || wide + 2 > area.width {
                return;
            }
            let place = Rect { x: area.right() - wide - 2, y: bottom - high, width: wide, height: high };
            let inside = canvas.boxed(place, "");
            for (at, line) in lines.iter().enumerate() {
                canvas.put(inside.x, inside.y + at as u16, line, inside.width, Role::Text);
            }
            bottom -= high;
        }
    }
}

/// How long it takes to read.
fn stay(words: &str) -> Duration {
    STAY + Duration::from_millis(40 * words.len().min(150) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_a_decision_only_the_answer_to_the_last_key_is_told_and_the_rest_afterwards() {
        let (mut toasts, now) = (Toasts::default(), Instant::now());
        let later = now + Duration::from_secs(60);
        toasts.reply("to a key before".into(), now);
        toasts.key(now);
        toasts.say("happened".into(), now);
        toasts.hold(true, now);
        assert!(!toasts.expire(later));
        assert_eq!((toasts.answer(), toasts.next()), (None, None));
        toasts.reply("not yet".into(), later);
        assert_eq!(toasts.answer(), Some("not yet"));
        toasts.key(later);
        assert_eq!(toasts.answer(), None);
        toasts.reply("kept".into(), later);
        toasts.hold(false, later);
        let said: Vec<&str> = toasts.list.iter().map(|(words, _)| words.as_str()).collect();
        assert_eq!(said, ["happened", "kept"], "what was said to the key that left it stays");
        assert!(toasts.answer().is_none() && toasts.next().unwrap() > later + STAY, "it has its time now");
    }

    #[test]
    fn on_a_calm_screen_a_message_waits_for_a_key() {
        let (mut toasts, now) = (Toasts::new(true), Instant::now());
        let later = now + Duration::from_secs(60);
        toasts.say("read me".into(), now);
        assert_eq!((toasts.next(), toasts.expire(later), toasts.list.len()), (None, false, 1));
        toasts.key(now);
        assert_eq!(toasts.list.len(), 1, "nobody can have read it yet");
        toasts.key(later);
        assert!(toasts.list.is_empty());
    }

    #[test]
    fn a_message_goes_away_by_itself_and_is_never_doubled() {
        let (mut toasts, now) = (Toasts::default(), Instant::now());
        toasts.say("one".into(), now);
        toasts.say("one".into(), now);
        assert_eq!(toasts.list.len(), 1);
        assert!(!toasts.expire(now + Duration::from_secs(1)));
        assert!(toasts.expire(toasts.next().unwrap()));
        assert_eq!(toasts.next(), None);
        toasts.say("kept".into(), now);
        toasts.reply("first".into(), now);
        toasts.reply("second".into(), now);
        let said: Vec<&str> = toasts.list.iter().map(|(words, _)| words.as_str()).collect();
        assert_eq!(said, ["kept", "second"]);
    }

    #[test]
    fn only_the_answer_to_the_key_before_is_taken_away() {
        let (mut toasts, now) = (Toasts::default(), Instant::now());
        toasts.say("happened".into(), now);
        toasts.key(now);
        assert!(!toasts.dismiss(), "nobody asked for it");
        toasts.reply("copied".into(), now);
        toasts.key(now);
        assert!(toasts.dismiss());
        assert!(!toasts.dismiss(), "once");
        toasts.reply("copied".into(), now);
        toasts.key(now);
        toasts.key(now);
        assert!(!toasts.dismiss(), "another key came between");
        assert_eq!(toasts.list.len(), 2);
    }
}
