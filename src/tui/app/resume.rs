//! Taking up again where one left: the open view, and the views that it lay over.
//!
//! Nothing is asked for here but by the view that comes into sight. What is gone since is found out by that view, and it leads to
//! what it was opened from; a step that means nothing here is left out, and the way is as long as what is left of it.

use super::{App, trail};
use crate::tui::memory::trail::{STEPS, Step};
use crate::tui::views::{self, CONNECTIONS, Counts, EDITOR, SEARCH, TIMELINE, TRANSCRIPT, VIEWS};

impl App {
    /// The way to the open view, to be remembered: its beginning, and the last of it.
    pub(super) fn steps(&self) -> Vec<Step> {
        let way: Vec<usize> = self.under.iter().copied().chain([self.open]).collect();
        let left_out = way.len().saturating_sub(STEPS);
        let kept = way.iter().enumerate().filter(|(at, _)| *at == 0 || *at > left_out);
        let mut steps: Vec<Step> = Vec::new();
        for step in kept.filter_map(|(_, view)| self.step(*view)) {
            // One transcript and one editor lie there, however often one came through them: they tell of all that is in them at once.
            let told = one_for_all(&step.view) && steps.iter().any(|before| before.view == step.view);
            steps.push(if told { Step::of(&step.view, None) } else { step });
        }
        steps
    }

    fn step(&self, number: usize) -> Option<Step> {
        let view = &self.views[number];
        let mut step = Step::of(self.views.entry(number).id, self.views.about(number));
        view.leave_off(&mut step);
        if !self.views.extra(number) {
            step.narrow = None;
            // How it is looked at stands among the lists.
            step.list = step.list.filter(|_| view.keep().is_none());
            return Some(step);
        }
        let of_own = step.list.is_some() && lies_as_it_was(self.views.kind(number));
        (step.narrow.is_some() || step.traced.is_some() || of_own).then_some(step)
    }

    /// Opens what was left.
    pub(super) fn take_up(&mut self, steps: &[Step]) {
        let mut way: Vec<usize> = Vec::new();
        let (mut sessions, mut documents) = (0, 0);
        // A document that no step leads back to would come into sight where something else was left.
        let ways = steps.iter().filter(|step| step.view == EDITOR).count();
        for step in steps {
            let Some(kind) = VIEWS.iter().position(|entry| entry.id == step.view) else { continue };
            if way.is_empty() && kind >= trail::tabs() {
                way.push(0);
            }
            let number = match step.view.as_str() {
                EDITOR => {
                    let mut step = step.clone();
                    step.edited.drain(..step.edited.len().saturating_sub(ways));
                    if self.views[kind].take_up(&step, (self.now)()) {
                        documents = step.edited.len();
                    }
                    documents.checked_sub(1).map(|left| {
                        documents = left;
                        kind
                    })
                }
                TRANSCRIPT => {
                    if !step.read.is_empty() && self.views[kind].take_up(step, (self.now)()) {
                        sessions = step.read.iter().filter(|read| read.from.is_some()).count().max(1);
                    }
                    // As often as one can leave it again.
                    sessions.checked_sub(1).map(|left| {
                        sessions = left;
                        kind
                    })
                }
                TIMELINE => self.lay_again(kind, step),
                _ if step.list.is_some() && lies_as_it_was(kind) => self.lay_again(kind, step),
                // Only lists are opened over others as lists of their own.
                _ if step.narrow.is_some() && matches!(VIEWS[kind].counts, Counts::Kind(_) | Counts::Outbox) => {
                    self.lay_again(kind, step)
                }
                _ => self.views[kind].take_up(step, (self.now)()).then_some(kind),
            };
            way.extend(number.filter(|number| way.last() != Some(number)));
        }
        if let Some(open) = way.pop() {
            (self.open, self.under) = (open, way);
        }
    }

    fn lay_again(&mut self, kind: usize, step: &Step) -> Option<usize> {
        let number = self.views.lay(kind, step.about.clone());
        self.recall_columns(number, kind);
        if self.views[number].take_up(step, (self.now)()) {
            return Some(number);
        }
        self.views.close(number);
        None
    }
}

/// There is one view of this kind, which holds all that was opened in it.
fn one_for_all(view: &str) -> bool {
    [TRANSCRIPT, EDITOR].contains(&view)
}

/// A view of this kind that lies over another shows no part of anything: how it is looked at is all that is to be known of it.
fn lies_as_it_was(kind: usize) -> bool {
    [CONNECTIONS, SEARCH].iter().any(|view| views::number(view) == kind)
}
