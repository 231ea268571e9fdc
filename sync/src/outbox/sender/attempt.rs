//! One write, one move on: look, compare, commit `sending`, send, settle.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::lanes::Contact;
use super::outcome::{
    NOT_SHOWN, PAUSED, contact, in_a_row, look_failed, not_told, of_look, of_stop, of_write, says_both, sent_in,
    verdict,
};
use super::run::{Sender, Went};
use super::steps::{half_done, has_begun};
use super::{SendError, SendEvent};
use crate::model::{Verdict, Write, WriteState};
use crate::outbox::action::{self, Plan, Sent, Sight};
use crate::outbox::state::{Facts, LONGEST_TOLD, Outcome, after_attempt};
use crate::outbox::{OutboxError, Reach, Turn};
use crate::platform::manifest::Action;
use crate::platform::write::{NotTold, Reached, WriteCall};
use crate::platform::{FetchError, FetchKind};

/// How long a request may go by a look, from its answer on, while it waits for a budget or a session, or while the machine
/// sleeps. Doubled by each failure in a row, a few times: on a platform that lets one request through a minute, a look could else
/// never be followed by what it is for.
const LOOK_HOLDS: SignedDuration = SignedDuration::from_secs(20);
const DOUBLINGS: u32 = 3;

/// Where a write is moved to, and why.
pub(super) struct Move {
    pub(super) outcome: Outcome,
    pub(super) verdict: Option<Verdict>,
    /// What a recipe has done, when that changed.
    pub(super) memory: Option<Value>,
    pub(super) contact: Contact,
    /// How long the platform asked to be left alone.
    pub(super) asked_wait: Option<Duration>,
}

impl Move {
    pub(super) fn to(outcome: Outcome, verdict: Verdict) -> Self {
        Self { outcome, verdict: Some(verdict), memory: None, contact: Contact::Answered, asked_wait: None }
    }

    /// To where a failed request leads.
    pub(super) fn after(error: &FetchError, outcome: Outcome, verdict: Verdict) -> Self {
        Self { contact: contact(error), asked_wait: error.retry_after, ..Self::to(outcome, verdict) }
    }
}

impl<R: Reach> Sender<'_, R> {
    /// Its deadline has passed while it was not on the platform.
    pub(super) async fn expire(&self, write: Write) -> Result<Went, SendError> {
        let turn = super::expire::turn(&write, self.now());
        self.turn(write, turn).await
    }

    /// Looks at the target and goes on from there.
    pub(super) async fn carry(&self, write: Write, failures: u32) -> Result<Went, SendError> {
        let Some(action) = self.reach.manifest().actions.get(&write.intent.action) else {
            let message =
                format!("the manifest of {} has no action {:?} any more", self.reach.name(), write.intent.action);
            return self.settle(write, failures, Move::to(Outcome::Missing, verdict("no_action", message, None))).await;
        };
        if write.state == WriteState::Accepted {
            return self.prove(write, action, failures).await;
        }
        let asked_at = self.now();
        let sight = match self.look(&write, action).await {
            Ok(sight) => sight,
            Err(error) => return self.blind(write, failures, &error).await,
        };
        let before = self.sent_before(&write, action).await?;
        let (sent, begun) = (before == Sent::Maybe, before == Sent::Partly);
        match action::plan(self.reach.manifest(), &write, &sight, before, self.now()) {
            Plan::Done(verdict) => {
                self.show_done(&write, &sight, asked_at).await?;
                self.settle(write, failures, Move::to(Outcome::Done, verdict)).await
            }
            // Half of it is what nobody has decided: begun in time, it is brought to its end.
            Plan::Stop(WriteState::Expired, _) if begun => self.recipe(write, action, failures).await,
            Plan::Stop(to, verdict) => {
                self.show(&write, &sight, asked_at).await?;
                let (sent, verdict) = if begun { (true, half_done(&write, verdict)) } else { (sent, verdict) };
                self.stop(write, failures, to, sent, verdict).await
            }
            // What was sent before had no effect: on the disk first, and then from the top.
            Plan::Send(_) if write.state == WriteState::Unknown => {
                let words = match action.provable() {
                    true => verdict("no_effect", "a look shows that it had no effect", None),
                    false => {
                        verdict("no_answer", "no look can tell whether it arrived: a person has to find out", None)
                    }
                };
                self.settle(write, failures, Move::to(Outcome::Clear, words)).await
            }
            Plan::Send(call) => {
                let holds = self.now().checked_add(LOOK_HOLDS * (1 << failures.min(DOUBLINGS))).ok();
                let not_after = holds.into_iter().chain(action::last_moment(action, &write, &sight)).min();
                self.post(write, action, failures, &sight, &WriteCall { not_after, ..call }).await
            }
            Plan::Steps => self.recipe(write, action, failures).await,
        }
    }

    /// Sends it, once.
    async fn post(
        &self,
        write: Write,
        action: &Action,
        failures: u32,
        sight: &Sight,
        call: &WriteCall,
    ) -> Result<Went, SendError> {
        let memory = action::before_sending(self.reach.manifest(), &write, sight);
        let write = match self.sending(write, Some(memory)).await? {
            Ok(write) => write,
            Err(elsewhere) => return Ok(elsewhere),
        };
        match self.reach.write(call).await {
            Ok(told) => {
                let words = verdict("accepted", "the platform said yes", Some(told.status));
                let went = self.settle(write, 0, Move::to(Outcome::Accepted, words)).await?;
                match went.write.state {
                    WriteState::Accepted => self.prove(went.write, action, 0).await,
                    _ => Ok(went),
                }
            }
            Err(not) => {
                let outcome = of_write(&not);
                let words = not_told(&outcome, &not.error);
                if outcome == Outcome::Refused {
                    return self.refused(write, action, failures, words).await;
                }
                if says_both(&not) {
                    return self.contradicted(write, action, failures, &not).await;
                }
                let again = self.waited_too_long(call, &not) && failures < DOUBLINGS;
                let went = self.settle(write, failures, Move::after(&not.error, outcome, words)).await?;
                Ok(Went { again: again && went.write.state == WriteState::Retrying, ..went })
            }
        }
    }

    /// It did not leave, for it may not leave any more.
    fn waited_too_long(&self, call: &WriteCall, not: &NotTold) -> bool {
        let over = call.not_after.is_some_and(|at| at <= self.now());
        over && not.reached == Reached::No && not.error.kind == FetchKind::Unusable
    }

    /// Commits that it is being sent; gives the write up to whoever moved it meanwhile.
    pub(super) async fn sending(&self, write: Write, memory: Option<Value>) -> Result<Result<Write, Went>, SendError> {
        let turn = Turn { attempt: true, memory, ..Turn::to(WriteState::Sending, self.now()) };
        match self.outbox.turn_async(&write.id, &[write.state], turn).await? {
            Some(write) => {
                self.moved(&write);
                Ok(Ok(write))
            }
            None => Ok(Err(self.elsewhere(write).await?)),
        }
    }

    /// The platform did nothing, and will not: a look tells whether somebody else is the reason.
    async fn refused(&self, write: Write, action: &Action, failures: u32, words: Verdict) -> Result<Went, SendError> {
        let asked_at = self.now();
        if let Ok(sight) = self.look(&write, action).await {
            self.show(&write, &sight, asked_at).await?;
            let before = match self.sent_before(&write, action).await? {
                Sent::Maybe => Sent::Maybe,
                _ => Sent::Refused,
            };
            match action::plan(self.reach.manifest(), &write, &sight, before, self.now()) {
                Plan::Done(verdict) => return self.settle(write, failures, Move::to(Outcome::Done, verdict)).await,
                Plan::Stop(WriteState::Conflicted, found) if before == Sent::Refused => {
                    let message = format!("{}; the platform said: {}", found.message, words.message);
                    let found = Verdict { message, status: words.status, ..found };
                    // As if it had not been sent: it is certain that nothing was done.
                    return self
                        .settle_from(WriteState::Queued, write, failures, Move::to(Outcome::Moved, found))
                        .await;
                }
                _ => {}
            }
        }
        self.settle(write, failures, Move::to(Outcome::Refused, words)).await
    }

    /// The platform said yes and no in one answer: a look tells which it was. Where it shows that nothing was done, that was a
    /// refusal, and sending again would bring the same.
    async fn contradicted(
        &self,
        write: Write,
        action: &Action,
        failures: u32,
        not: &NotTold,
    ) -> Result<Went, SendError> {
        let asked_at = self.now();
        if let Ok(sight) = self.look(&write, action).await {
            match action::plan(self.reach.manifest(), &write, &sight, Sent::Maybe, self.now()) {
                Plan::Done(verdict) => {
                    self.show_done(&write, &sight, asked_at).await?;
                    return self.settle(write, failures, Move::to(Outcome::Done, verdict)).await;
                }
                Plan::Send(_) => {
                    self.show(&write, &sight, asked_at).await?;
                    let message = format!("{}; a look shows that nothing was done", not.error.message);
                    let words = verdict("refused", message, not.error.status);
                    return self.settle(write, failures, Move::to(Outcome::Refused, words)).await;
                }
                Plan::Stop(..) | Plan::Steps => {}
            }
        }
        let words = not_told(&Outcome::Unanswered, &not.error);
        self.settle(write, failures, Move::to(Outcome::Unanswered, words)).await
    }

    /// After a yes: does a look show it?
    pub(super) async fn prove(&self, write: Write, action: &Action, failures: u32) -> Result<Went, SendError> {
        if !action.steps.is_empty() {
            return self.prove_recipe(write, action, failures).await;
        }
        let asked_at = self.now();
        let sight = match self.look_at_target(&write, action).await {
            Ok(sight) => sight,
            Err(error) => return self.blind(write, failures, &error).await,
        };
        match action::shown(self.reach.manifest(), &write, &sight) {
            Some(altered) => {
                self.show_done(&write, &sight, asked_at).await?;
                let message = match altered.len() {
                    0 => "the platform said yes, and a look shows it".to_owned(),
                    1 => "the platform said yes, and changed one field of what was sent".to_owned(),
                    more => format!("the platform said yes, and changed {more} fields of what was sent"),
                };
                let words = Verdict { altered, ..verdict("applied", message, None) };
                self.settle(write, failures, Move::to(Outcome::Done, words)).await
            }
            // The yes counts: texts may have been changed on the way in, and then nothing there is equal to what was sent.
            None if action.creates => {
                self.show_done(&write, &sight, asked_at).await?;
                let words = "the platform said yes; its list shows nothing that is quite what was sent";
                self.settle(write, failures, Move::to(Outcome::Done, verdict("accepted", words, None))).await
            }
            None => self.not_shown(write, failures).await,
        }
    }

    pub(super) async fn not_shown(&self, write: Write, failures: u32) -> Result<Went, SendError> {
        let looks = self.alike(&write, &Outcome::NotYetShown).await?.saturating_add(1);
        let words = format!("the platform said yes, but does not show it (looked at {looks} times)");
        self.settle(write, failures, Move::to(Outcome::NotYetShown, verdict("not_shown", words, None))).await
    }

    /// The target could not be looked at.
    pub(super) async fn blind(&self, write: Write, failures: u32, error: &FetchError) -> Result<Went, SendError> {
        let outcome = of_look(error);
        let words = look_failed(&outcome, error);
        self.settle(write, failures, Move::after(error, outcome, words)).await
    }

    /// A plan says that it must not be sent. `sent`: it may have left before.
    async fn stop(
        &self,
        write: Write,
        failures: u32,
        to: WriteState,
        sent: bool,
        verdict: Verdict,
    ) -> Result<Went, SendError> {
        let outcome = of_stop(to, write.state == WriteState::Unknown);
        // What left once and was not answered may be what moved the record: no conflict, which promises that it did nothing.
        let cautious = to == WriteState::Unknown || (sent && outcome == Outcome::Moved);
        let from = if cautious { WriteState::Unknown } else { write.state };
        self.settle_from(from, write, failures, Move::to(outcome, verdict)).await
    }

    /// What became of earlier tries. Asked of its history, for what waits for a retry was perhaps refused with an answer, and
    /// perhaps never left.
    async fn sent_before(&self, write: &Write, action: &Action) -> Result<Sent, SendError> {
        // The steps of a recipe look for themselves at what they did before.
        if !action.steps.is_empty() {
            return Ok(if has_begun(write) { Sent::Partly } else { Sent::Never });
        }
        if write.state == WriteState::Unknown {
            return Ok(Sent::Maybe);
        }
        if write.attempts == 0 {
            return Ok(Sent::Never);
        }
        let id = write.id.clone();
        self.ask(move |outbox| Ok(sent_in(&outbox.turns(&id)?))).await
    }

    /// Hands what was seen of the target to the mirror.
    pub(super) async fn show(&self, write: &Write, sight: &Sight, asked_at: Timestamp) -> Result<(), SendError> {
        match &sight.target {
            Some(seen) => self.keep(&write.intent.collection, seen.incoming.clone(), asked_at).await,
            None => Ok(()),
        }
    }

    /// The same once it is done: a record that is not there any more is gone, one that was not there before is new.
    async fn show_done(&self, write: &Write, sight: &Sight, asked_at: Timestamp) -> Result<(), SendError> {
        let collection = &write.intent.collection;
        match (&sight.rows, &write.intent.target) {
            (Some(rows), _) => {
                self.keep_whole(collection, rows.iter().map(|seen| seen.incoming.clone()), asked_at).await
            }
            (None, Some(id)) if sight.target.is_none() => self.keep_gone(collection, id, asked_at).await,
            _ => self.show(write, sight, asked_at).await,
        }
    }

    /// Moves the write on as the table says.
    pub(super) async fn settle(&self, write: Write, failures: u32, step: Move) -> Result<Went, SendError> {
        self.settle_from(write.state, write, failures, step).await
    }

    pub(super) async fn settle_from(
        &self,
        from: WriteState,
        write: Write,
        failures: u32,
        step: Move,
    ) -> Result<Went, SendError> {
        let action = self.reach.manifest().actions.get(&write.intent.action);
        let alike = self.alike(&write, &step.outcome).await?;
        let failures = failures.max(alike);
        let facts = Facts {
            attempts: write.attempts,
            failures,
            alike,
            provable: action.is_some_and(Action::provable),
            now: self.now(),
            jitter: jitter(),
        };
        let next = after_attempt(from, &step.outcome, &facts);
        if next.pause {
            self.pause(step.verdict.as_ref()).await?;
        }
        let due_at = not_before(next.due_at, step.asked_wait, facts.now);
        let turn = Turn { due_at, verdict: step.verdict, memory: step.memory, ..Turn::to(next.state, facts.now) };
        let failures = match step.outcome {
            Outcome::Done | Outcome::Accepted => 0,
            // That a look works says nothing of the request: a server that fails at each is asked less and less often.
            Outcome::Clear => failures,
            _ => failures.saturating_add(1),
        };
        let went = self.turn(write, turn).await?;
        Ok(Went { failures, contact: step.contact, paused: next.pause, ..went })
    }

    /// How often in a row it came to this before, where that is what ends it. The disk remembers it: a command that looks a few
    /// times and leaves would else begin to count anew each time, and never come to the end.
    async fn alike(&self, write: &Write, outcome: &Outcome) -> Result<u32, SendError> {
        let codes: &'static [&'static str] = match (write.state, outcome) {
            (_, Outcome::Clash) => &["clash"],
            (WriteState::Accepted, Outcome::NotYetShown | Outcome::Clear | Outcome::Refused) => &NOT_SHOWN,
            _ => return Ok(0),
        };
        let id = write.id.clone();
        self.ask(move |outbox| Ok(in_a_row(&outbox.turns(&id)?, codes))).await
    }

    async fn turn(&self, write: Write, turn: Turn) -> Result<Went, SendError> {
        match self.outbox.turn_async(&write.id, &[write.state], turn).await? {
            Some(write) => {
                self.moved(&write);
                Ok(Went { write, failures: 0, contact: Contact::None, paused: false, again: false })
            }
            None => self.elsewhere(write).await,
        }
    }

    /// Somebody moved it while we were at it: so it stands now.
    pub(super) async fn elsewhere(&self, write: Write) -> Result<Went, SendError> {
        let write =
            self.ask(move |outbox| outbox.get(&write.id)?.ok_or_else(|| OutboxError::Unknown(write.id.to_string())));
        Ok(Went { write: write.await?, failures: 0, contact: Contact::None, paused: false, again: false })
    }

    async fn pause(&self, verdict: Option<&Verdict>) -> Result<(), SendError> {
        let words = verdict.map(|verdict| verdict.message.as_str()).unwrap_or_default();
        let message = words.strip_prefix(PAUSED).unwrap_or(words).to_owned();
        let (connection, at) = (self.reach.name().to_owned(), self.now());
        if !self.told_paused.swap(true, Ordering::Relaxed) {
            let told = SendEvent::Paused { connection: connection.clone(), message: message.clone() };
            self.ask(move |outbox| outbox.pause(&connection, &message, at)).await?;
            (self.on_event)(told);
        }
        Ok(())
    }
}

/// A wait of ours is no shorter than what the platform asked for, as it may with a 503; up to an hour, like all that we are told.
fn not_before(due: Option<Timestamp>, asked: Option<Duration>, now: Timestamp) -> Option<Timestamp> {
    let asked = asked.and_then(|wait| now.checked_add(wait.min(LONGEST_TOLD)).ok());
    due.map(|due| asked.map_or(due, |asked| due.max(asked)))
}

/// A number in 0..1.
fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish() >> 11;
    random as f64 / (1u64 << 53) as f64
}
