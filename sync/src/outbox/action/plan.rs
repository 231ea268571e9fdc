//! What is to be done with a write after a look at its target.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::ask::{done, platform_deadline, settled, settled_words, state};
use super::fill::{self, Places};
use super::same::{Conditions, meets, same, unmet, usual};
use super::{Plan, Sent, Sight, create, edit, related};
use crate::model::{Dispute, Verdict, Write, WriteState};
use crate::platform::Manifest;
use crate::platform::manifest::{Absence, Action, ActionRequest};
use crate::platform::write::Seen;

/// Where [`before_sending`] keeps when the record had last changed.
const SENT_OVER: &str = "sent_over";
/// Where it keeps what related records were, as far as that tells later whether the action was done.
const RELATED_BEFORE: &str = "related_before";
/// Where it keeps the document that an edit sends, secrets masked.
pub(super) const SENT: &str = "sent";
/// What a deletion is called, whatever shows that it is done.
const DELETE: &str = "delete";

/// Compares what the person saw with what is there, and says what to do, after what is known of earlier tries.
///
/// The order of the questions: is it done; was it perhaps done and taken back; is it too late; is everything as the person saw it.
pub fn plan(manifest: &Manifest, write: &Write, sight: &Sight, sent: Sent, now: Timestamp) -> Plan {
    let intent = &write.intent;
    let action = manifest.actions.get(&intent.action);
    let action = action.filter(|action| action.lacks.is_none() && action.on == intent.collection);
    let Some(action) = action else {
        let message = format!(
            "the manifest of {} has no action {} on {} any more",
            manifest.name, intent.action, intent.collection
        );
        return Plan::Stop(WriteState::Wedged, code("lacks", message));
    };
    if action.creates {
        let maybe = sent == Sent::Maybe;
        let late = !maybe && intent.deadline.is_some_and(|deadline| deadline <= now);
        return if late { expired(intent.deadline, sent) } else { create::plan(action, write, sight, maybe) };
    }
    let Some(seen) = &sight.target else { return missing(manifest, action, write, sight, sent, now) };
    let Ok(theirs) = serde_json::from_str::<Value>(&seen.incoming.doc) else {
        return Plan::Stop(WriteState::Wedged, code("unreadable", "the platform's record cannot be read".to_owned()));
    };
    let revision = revision(manifest, &intent.collection, seen);
    let case = Case { action, write, sight, theirs, revision, sent: sent == Sent::Maybe, before: sent, now };
    match &action.edits {
        Some(edits) => edit::plan(&case, edits),
        None => case.plan(),
    }
}

/// After which it must not leave, whatever it waits for: its own deadline, or the platform's as it is now.
pub fn last_moment(action: &Action, write: &Write, sight: &Sight) -> Option<Timestamp> {
    let theirs = sight.target.as_ref().and_then(|seen| platform_deadline(action, &seen.raw));
    write.intent.deadline.into_iter().chain(theirs).min()
}

/// What is to be remembered with the commit of `sending`, over what the write remembers already: what tells later, should no
/// answer come, whether somebody touched the record meanwhile, and what a look has to show.
pub fn before_sending(manifest: &Manifest, write: &Write, sight: &Sight) -> Value {
    let mut memory = write.memory.as_object().cloned().unwrap_or_default();
    let over = sight.target.as_ref().and_then(|seen| revision(manifest, &write.intent.collection, seen));
    memory.insert(SENT_OVER.to_owned(), over.map_or(Value::Null, Value::from));
    if let Some(rows) = &sight.rows {
        memory.insert(create::BEFORE.to_owned(), rows.iter().map(|seen| seen.incoming.id.as_str()).collect());
    }
    let action = manifest.actions.get(&write.intent.action);
    if let Some(action) = action.filter(|action| action.related.values().any(|related| !related.shows.is_empty())) {
        memory.insert(RELATED_BEFORE.to_owned(), related::before(action, &sight.related));
    }
    let edits = action.and_then(|action| action.edits.as_ref());
    let theirs = sight.target.as_ref().and_then(|seen| serde_json::from_str(&seen.incoming.doc).ok());
    if let (Some(edits), Some(theirs)) = (edits, theirs) {
        memory.insert(SENT.to_owned(), edit::sent(edits, write, &theirs));
    }
    Value::Object(memory)
}

/// What changes whenever somebody changes the record, and never by itself; `None` when it tells no such thing.
fn revision(manifest: &Manifest, collection: &str, seen: &Seen) -> Option<String> {
    let Some(pointers) = manifest.collections.get(collection).and_then(|it| it.revision.as_ref()) else {
        return seen.incoming.columns.updated_at.map(|at| at.to_string());
    };
    let found = pointers.iter().find_map(|at| seen.raw.pointer(at).filter(|value| !value.is_null()));
    found.map(Value::to_string)
}

/// A write, and what a look has shown of its target.
pub(super) struct Case<'a> {
    pub action: &'a Action,
    pub write: &'a Write,
    pub sight: &'a Sight,
    /// The target's document now, secrets masked.
    pub theirs: Value,
    /// What tells that somebody has changed the target, as it is now.
    pub revision: Option<String>,
    /// The write has left before, and nobody knows what became of it.
    pub sent: bool,
    /// All that is known of earlier tries, for words.
    pub before: Sent,
    pub now: Timestamp,
}

impl<'a> Case<'a> {
    fn plan(&self) -> Plan {
        let request = fill::way(&self.action.requests, &self.places());
        let (done, _) = done(self.action, request);
        // What also comes after it (an approval that has run out) shows that ours was applied, and not that nothing is left to do.
        let is_done = if self.sent { meets(&self.theirs, done) } else { usual(&self.theirs, done) };
        if !done.is_empty() && is_done {
            return Plan::Done(self.done(altered(request, &self.places(), done)));
        }
        let moved = self.moved();
        if self.sent && moved.is_empty() && self.touched() {
            return self.uncertain();
        }
        // Somebody else's answer is final where there is no way back: had ours been applied, this would show it.
        if self.sent && !moved.is_empty() && self.action.undo.is_some() {
            return self.uncertain();
        }
        if self.sent && !self.provable(done) {
            let message =
                "it was sent and not answered, and no look can tell whether it arrived: find out, and decide again";
            return Plan::Stop(WriteState::Unknown, code("uncertain", message.to_owned()));
        }
        if let (Some(late), true) = (self.late(), moved.is_empty() || !self.sent) {
            return late;
        }
        if !moved.is_empty() {
            return self.conflict(moved);
        }
        if !self.action.steps.is_empty() {
            return Plan::Steps;
        }
        let call = request.and_then(|request| fill::made(request, &self.places(), self.write.id.as_str()));
        call.map_or_else(unaskable, Plan::Send)
    }

    /// What requests are filled with: the documents as they are now, and what the person gave.
    pub fn places(&self) -> Places<'_> {
        let seen = Places::seen(&self.write.intent);
        Places { doc: &self.theirs, related: &self.sight.related, ..seen }
    }

    /// A look can tell whether it was applied. Recipes look for themselves.
    fn provable(&self, done: &Conditions) -> bool {
        let gone = self.action.done_gone || self.action.requests.iter().any(|request| request.done_gone);
        !done.is_empty() || gone || !self.action.steps.is_empty()
    }

    /// Everything that is not as the person saw it, or not as the action needs it.
    pub fn moved(&self) -> Vec<Dispute> {
        let base = &self.write.intent.base.doc;
        let mine = |at: &str| {
            let (done, _) = done(self.action, fill::way(&self.action.requests, &self.places()));
            done.get(at).and_then(|values| values.first()).cloned()
        };
        let dispute = |at: &str| Dispute {
            at: at.to_owned(),
            base: base.pointer(at).cloned(),
            mine: mine(at),
            theirs: self.theirs.pointer(at).cloned(),
        };
        let guards = self.action.guard.iter().filter(|at| !same(base.pointer(at), self.theirs.pointer(at)));
        let mut found: Vec<Dispute> = guards.map(|at| dispute(at)).collect();
        for (at, _) in unmet(&self.theirs, &self.action.needs) {
            if !found.iter().any(|known| known.at == at) {
                found.push(dispute(at));
            }
        }
        found.extend(related::moved(self.action, &self.write.intent, &self.sight.related));
        found
    }

    /// Has the record changed since the look before it was sent? Not, when no record says when it did.
    pub fn touched(&self) -> bool {
        let over = self.write.memory.get(SENT_OVER).and_then(Value::as_str);
        over.is_some_and(|over| self.revision.as_deref() != Some(over))
    }

    /// Its deadline has passed: its own, or the platform's own as it is now.
    pub fn late(&self) -> Option<Plan> {
        let theirs = platform_deadline(self.action, &self.theirs);
        let first = self.write.intent.deadline.into_iter().chain(theirs).min();
        first.filter(|at| *at <= self.now).map(|at| expired(Some(at), self.before))
    }

    /// It is as it was to be. `altered`: what differs from what was asked for all the same.
    pub fn done(&self, altered: Vec<Dispute>) -> Verdict {
        let (who, when) = settled(self.action, &self.theirs);
        let (done, _) = done(self.action, fill::way(&self.action.requests, &self.places()));
        let is = if done.is_empty() { "as it was to be".to_owned() } else { state(&self.theirs, done) };
        let by = settled_words(self.action, &self.theirs);
        let (word, message) = match self.sent {
            true => ("applied", format!("it was sent and not answered; a look shows that it is {is}{by}")),
            false => ("already_done", format!("it is {is} already{by}{}", self.before.end())),
        };
        Verdict { who, when, altered, ..code(word, message) }
    }

    /// Somebody got there first.
    pub fn conflict(&self, disputes: Vec<Dispute>) -> Plan {
        let by = settled_words(self.action, &self.theirs);
        let end = self.before.end();
        let settled_now = !self.action.needs.is_empty() && !meets(&self.theirs, &self.action.needs);
        let message = match settled_now {
            true => format!("it is {}{by}{end}", state(&self.theirs, &self.action.needs)),
            false => format!("it is not what you saw ({}){end}", edit::fields(&disputes)),
        };
        let (who, when) = if settled_now { settled(self.action, &self.theirs) } else { (None, None) };
        let theirs = Some(self.theirs.clone());
        Plan::Stop(WriteState::Conflicted, Verdict { who, when, disputes, theirs, ..code("moved", message) })
    }

    /// It may have been applied and taken back since.
    pub fn uncertain(&self) -> Plan {
        let message = "it was sent and not answered, and the record has changed since: it may have been applied and taken back; look, and decide again";
        let theirs = Some(self.theirs.clone());
        let disputes = self.moved();
        Plan::Stop(WriteState::Wedged, Verdict { disputes, theirs, ..code("uncertain", message.to_owned()) })
    }
}

/// The target is not there.
fn missing(manifest: &Manifest, action: &Action, write: &Write, sight: &Sight, before: Sent, now: Timestamp) -> Plan {
    let (intent, sent, end) = (&write.intent, before == Sent::Maybe, before.end());
    let places = Places::seen(intent);
    let (_, gone) = done(action, fill::way(&action.requests, &places));
    if gone || action.verb == DELETE {
        let (word, message) = match sent {
            true => ("applied", "it was sent and not answered; a look shows that it is gone".to_owned()),
            false => ("already_done", format!("it is gone already{end}")),
        };
        return Plan::Done(code(word, message));
    }
    let settles = manifest.collections.get(&intent.collection).is_some_and(|it| it.absence == Absence::Settled);
    match (settles, sent) {
        (true, true) => settled_since(action, write, sight),
        (true, false) => Plan::Stop(
            WriteState::Conflicted,
            code("settled", format!("the platform lists it no more: somebody else has settled it{end}")),
        ),
        (false, true) => Plan::Stop(
            WriteState::Wedged,
            code("missing", "it was sent and not answered, and the platform has no such record any more".to_owned()),
        ),
        (false, false) if intent.deadline.is_some_and(|deadline| deadline <= now) => expired(intent.deadline, before),
        (false, false) => {
            Plan::Stop(WriteState::Wedged, code("missing", format!("the platform has no such record any more{end}")))
        }
    }
}

/// It was sent and not answered, and is listed no more: answered by us or somebody else, in this way or the other, or never and
/// out of time. What else was read may tell which; where it does not, a person has to find out.
fn settled_since(action: &Action, write: &Write, sight: &Sight) -> Plan {
    let mut found = String::new();
    for (name, related) in action.related.iter().filter(|(_, related)| !related.shows.is_empty()) {
        let Some(now) = sight.related.get(name) else { continue };
        let sent = write.memory.get(RELATED_BEFORE).and_then(|all| all.get(name));
        let seen = write.intent.base.related.get(name);
        let was = |at: &str| sent.map_or_else(|| seen.and_then(|seen| seen.pointer(at)), |sent| sent.get(at));
        let is = format!("its {name} is {}", state(now, &related.shows));
        if related::shows(related, was, now) {
            let message = format!(
                "it was sent and not answered, and the platform lists it no more; {is} since: it was settled as it was to be, and nothing tells by whom"
            );
            return Plan::Done(code("settled", message));
        }
        found = format!("; {is}");
    }
    let message = format!(
        "it was sent and not answered, and the platform lists it no more{found}: nothing tells whether this, another answer or its time settled it; find out"
    );
    Plan::Stop(WriteState::Wedged, code("uncertain", message))
}

pub(super) fn code(code: &str, message: String) -> Verdict {
    Verdict { code: code.to_owned(), message, ..Verdict::default() }
}

fn expired(deadline: Option<Timestamp>, sent: Sent) -> Plan {
    let at = deadline.map(|at| format!(" at {at:.0}")).unwrap_or_default();
    let what = match sent {
        Sent::Maybe => "it was sent and not answered, and a look shows that it had no effect; it is not sent again",
        Sent::Never => "nothing was sent",
        Sent::Refused => "what was sent was refused",
        Sent::Partly => "not all of it was done",
    };
    Plan::Stop(WriteState::Expired, code("expired", format!("its deadline passed{at}: {what}")))
}

/// No request can be made for it.
pub(super) fn unaskable() -> Plan {
    let message = "no request can be made for it: the record lacks what the request names";
    Plan::Stop(WriteState::Wedged, code("unaskable", message.to_owned()))
}

/// Where the record now differs from what a request says, in members they share: a scope that somebody else chose, a comment that
/// the server changed.
pub(super) fn altered(request: Option<&ActionRequest>, places: &Places<'_>, done: &Conditions) -> Vec<Dispute> {
    let call = request.and_then(|request| fill::made(request, places, ""));
    let body = call.and_then(|call| call.body);
    let members: Map<String, Value> = body.and_then(|body| body.as_object().cloned()).unwrap_or_default();
    let differs = |(key, mine): (String, Value)| {
        let at = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
        let theirs = places.doc.pointer(&at)?;
        let differs = !done.contains_key(&at) && !same(Some(&mine), Some(theirs));
        differs.then(|| Dispute { at, base: None, mine: Some(mine), theirs: Some(theirs.clone()) })
    };
    members.into_iter().filter_map(differs).collect()
}
