//! When the next frame is due: not too soon after the one before it, but at once when a person waits for it.

use std::time::{Duration, Instant};

use super::manner::Manner;

/// How long the first frame waits for the mirror to answer.
const FIRST: Duration = Duration::from_millis(30);

/// Says when the next frame is due.
pub(super) struct Pace {
    manner: Manner,
    begun: Instant,
    drawn: Option<Instant>,
    /// When the last frame was drawn that a person waited for.
    answered: Option<Instant>,
    /// Somebody has typed something since the last frame.
    waited_for: bool,
    /// Time between the last frame and the next.
    between: Duration,
}

impl Pace {
    pub fn new(manner: Manner, begun: Instant) -> Self {
        Self { manner, begun, drawn: None, answered: None, waited_for: false, between: manner.pace(0) }
    }

    /// Somebody has typed something.
    pub fn typed(&mut self) {
        self.waited_for = true;
    }

    /// When the next frame is due. Frames that nobody asked for, as of a sync, do not keep a person waiting; on a slow link they
    /// do, since they have to get there first. `ready`: the first has something to show.
    pub fn due(&self, ready: bool) -> Instant {
        let Some(drawn) = self.drawn else { return if ready { self.begun } else { self.begun + FIRST } };
        let in_turn = drawn + self.between;
        if !self.waited_for || self.manner.low_bandwidth {
            return in_turn;
        }
        self.answered.map_or(drawn, |answered| answered + self.between).min(in_turn)
    }

    /// A frame of so many bytes was drawn; `true` when it was the first.
    pub fn drew(&mut self, bytes: usize, now: Instant) -> bool {
        self.between = self.manner.pace(bytes);
        if std::mem::take(&mut self.waited_for) {
            self.answered = Some(now);
        }
        self.drawn.replace(now).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(begun: Instant, milliseconds: u64) -> Instant {
        begun + Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_key_waits_for_no_frame_that_nobody_asked_for() {
        let begun = Instant::now();
        let mut pace = Pace::new(Manner::default(), begun);
        assert_eq!((pace.due(true), pace.due(false)), (begun, after(begun, 30)));
        assert!(pace.drew(9_000, begun));
        assert_eq!(pace.due(true), after(begun, 16), "a commit can wait");
        assert!(!pace.drew(500, after(begun, 16)));
        pace.typed();
        assert!(pace.due(true) <= after(begun, 17), "a person cannot");
        pace.drew(500, after(begun, 17));
        pace.typed();
        assert_eq!(pace.due(true), after(begun, 33), "a key that is held down is drawn as often as anything");
    }

    #[test]
    fn on_a_slow_link_a_key_stands_behind_what_is_on_its_way() {
        let begun = Instant::now();
        let mut pace = Pace::new(Manner { low_bandwidth: true, ..Manner::default() }, begun);
        pace.drew(960, begun);
        pace.typed();
        assert_eq!(pace.due(true), after(begun, 100));
    }
}
