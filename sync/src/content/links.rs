//! Which result answers which call.
//!
//! By the id that both name. Where the result names none: the nearest earlier call of the same tool that nothing has
//! answered yet, else the nearest of any tool. A result whose id nobody called answers something that is not here.

use std::collections::HashMap;

use super::marks;
use super::message::Reading;
use crate::model::{Answer, Entry, Part, Usage};

/// What the entries of one session have to do with each other: calls with results, and what is said twice.
#[derive(Debug, Clone, Default)]
pub struct Links {
    pairs: Vec<Pair>,
    /// Places of entries whose usage a later one repeats.
    repeated: Vec<u32>,
    open: Open,
    /// The model's answers that told their usage, and where they did last.
    turns: HashMap<String, u32>,
}

#[derive(Debug, Clone)]
struct Pair {
    call: Spot,
    answer: Spot,
    tool: String,
    subagent: Option<String>,
}

/// A part of an entry.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spot {
    place: u32,
    part: usize,
}

/// The calls so far. Stacks keep calls that were answered meanwhile until they come to the top: each is taken off once.
#[derive(Debug, Clone, Default)]
struct Open {
    calls: Vec<Called>,
    by_id: HashMap<String, usize>,
    by_tool: HashMap<String, Vec<usize>>,
    all: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Called {
    spot: Spot,
    tool: String,
    answered: bool,
}

impl Links {
    /// The next entry, in order.
    pub(super) fn note(&mut self, reading: &Reading) {
        let Reading { entry, turn } = reading;
        for (part, what) in entry.parts.iter().enumerate() {
            let spot = Spot { place: entry.place, part };
            match what {
                Part::Call(call) => self.open.push(spot, call.id.as_deref(), &call.tool),
                Part::Result(answer) => {
                    if let Some((call, tool)) = self.open.answered_by(answer) {
                        self.pairs.push(pair(call, spot, tool, answer, entry));
                    }
                }
                _ => {}
            }
        }
        // A model's answer that is sent block by block tells its usage each time: the last one has all of it.
        if let Some(turn) = turn.clone().filter(|_| !entry.usage.is_empty()) {
            self.repeated.extend(self.turns.insert(turn, entry.place));
        }
    }

    /// Writes what is known into entries that follow each other without a gap.
    pub(super) fn apply(&self, entries: &mut [Entry]) {
        let Some(first) = entries.first().map(|entry| entry.place) else { return };
        for Pair { call, answer, tool, subagent } in &self.pairs {
            if let Some((Part::Call(found), of)) = part(entries, first, *call) {
                found.answered_at.get_or_insert(answer.place);
                if of.is_none() {
                    of.clone_from(subagent);
                }
            }
            if let Some((Part::Result(found), of)) = part(entries, first, *answer) {
                found.called_at = Some(call.place);
                found.tool.get_or_insert_with(|| tool.clone());
                if of.is_none() {
                    of.clone_from(subagent);
                }
            }
        }
        for place in &self.repeated {
            if let Some(entry) = entry(entries, first, *place) {
                entry.usage = Usage { duration_ms: entry.usage.duration_ms, ..Usage::default() };
            }
        }
    }
}

fn pair(call: Spot, answer: Spot, tool: String, said: &Answer, entry: &Entry) -> Pair {
    let subagent = marks::starts_subagents(&tool).then(|| entry.subagent.clone().or_else(|| marks::started(said)));
    Pair { call, answer, tool, subagent: subagent.flatten() }
}

fn entry(entries: &mut [Entry], first: u32, place: u32) -> Option<&mut Entry> {
    entries.get_mut(place.checked_sub(first)? as usize)
}

fn part(entries: &mut [Entry], first: u32, spot: Spot) -> Option<(&mut Part, &mut Option<String>)> {
    let entry = entry(entries, first, spot.place)?;
    Some((entry.parts.get_mut(spot.part)?, &mut entry.subagent))
}

impl Open {
    fn push(&mut self, spot: Spot, id: Option<&str>, tool: &str) {
        let at = self.calls.len();
        self.calls.push(Called { spot, tool: tool.to_owned(), answered: false });
        if let Some(id) = id {
            self.by_id.insert(id.to_owned(), at);
        }
        self.by_tool.entry(tool.to_owned()).or_default().push(at);
        self.all.push(at);
    }

    fn answered_by(&mut self, answer: &Answer) -> Option<(Spot, String)> {
        let at = match (&answer.call, &answer.tool) {
            (Some(id), _) => *self.by_id.get(id)?,
            (None, tool) => {
                let of_tool = tool.as_ref().and_then(|tool| self.by_tool.get_mut(tool));
                let nearest = of_tool.and_then(|stack| unanswered(stack, &self.calls));
                nearest.or_else(|| unanswered(&mut self.all, &self.calls))?
            }
        };
        let call = self.calls.get_mut(at)?;
        call.answered = true;
        Some((call.spot, call.tool.clone()))
    }
}

/// Takes the nearest call off the stack that nothing has answered.
fn unanswered(stack: &mut Vec<usize>, calls: &[Called]) -> Option<usize> {
    while let Some(at) = stack.pop() {
        if calls.get(at).is_some_and(|call| !call.answered) {
            return Some(at);
        }
    }
    None
}
