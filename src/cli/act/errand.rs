use jiff::Timestamp;
use quarterdeck_sync::model::{Intent, Write, WriteId};
use quarterdeck_sync::outbox::action::{self, Asked, Refusal};
use quarterdeck_sync::outbox::decide::{self, Decision, Target};
use quarterdeck_sync::platform::Manifest;

use super::desk::Desk;
use super::flags::Shared;
use super::{ask, outcome};
use crate::cli::context::Context;
use crate::error::{Code, Failure};

/// One thing to decide: on which platform, about what, what.
pub type Item<'a> = (&'a Manifest, Target<'a>, Asked);

/// What one command decides.
#[derive(Debug)]
pub struct Errand<'a> {
    /// The noun it was typed behind: `agents`.
    pub noun: &'a str,
    /// The verb: `suspend`.
    pub verb: &'a str,
    /// What is to be decided, in the order in which it is told.
    pub items: Vec<Item<'a>>,
    /// The targets were found, and not named: a person sees and confirms them, and those for which it makes no sense are left
    /// out without being a failure.
    pub bulk: bool,
}

/// Something that is not decided, and why.
#[derive(Debug)]
pub struct LeftOut {
    /// Its target, `connection/id`.
    pub target: String,
    /// Why.
    pub why: Refusal,
}

impl Errand<'_> {
    /// Shows, asks, keeps, sends, and tells what became of it.
    pub fn carry_out(mut self, cx: &Context, desk: &Desk, shared: &Shared) -> Result<Code, Failure> {
        let now = Timestamp::now();
        let considered = decide::consider(&desk.outbox, &desk.reader, &self.items, now)?;
        let mut left_out = Vec::new();
        let mut wanted: Vec<Intent> = Vec::new();
        let mut items = Vec::new();
        let single = self.items.len() == 1 && !self.bulk;
        for (item, answer) in std::mem::take(&mut self.items).into_iter().zip(considered) {
            match answer {
                Ok(intent) => {
                    wanted.push(intent);
                    items.push(item);
                }
                Err(why) if single && !matches!(why, Refusal::Same(_)) => return Err(refused(&item, why)),
                Err(why) => left_out.push(LeftOut { target: name(&item.1), why }),
            }
        }
        self.items = items;
        outcome::tell_left_out(cx, &left_out, self.bulk);
        if shared.dry_run {
            outcome::preview(cx, &would_be(wanted, now))?;
            self.notes().iter().for_each(|note| cx.say(&format!("note: {note}")));
            return Ok(Code::Done);
        }
        let code = outcome::code_of_left_out(&left_out, self.bulk);
        if wanted.is_empty() {
            if self.bulk {
                cx.say(&format!("there is nothing to {}", self.verb));
            }
            outcome::show(cx, &[])?;
            return Ok(code.unwrap_or(Code::Done));
        }
        // Whoever is asked is told what there is to know in the question.
        if self.has_to_be_confirmed() && !shared.yes {
            ask::confirm(&self, &wanted, shared)?;
        } else {
            self.notes().iter().for_each(|note| cx.say(&format!("note: {note}")));
        }
        let ids = self.keep(cx, desk)?;
        outcome::conclude(cx, desk, &self.command(), &ids, shared.sending, code)
    }

    /// As it is called: `agents suspend`.
    pub fn command(&self) -> String {
        format!("{} {}", self.noun, self.verb)
    }

    /// Decides, and says on stderr what was kept. The ids of the writes that are to be told about.
    fn keep(&self, cx: &Context, desk: &Desk) -> Result<Vec<WriteId>, Failure> {
        let decisions = decide::decide(&desk.outbox, &desk.reader, &self.items, Timestamp::now())?;
        let mut ids = Vec::new();
        for ((_, target, asked), decision) in self.items.iter().zip(decisions) {
            let (verb, target) = (&asked.verb, name(target));
            match decision {
                Ok(Decision::Queued(write)) => {
                    cx.say(&format!("kept {}: {verb} {target}", write.id));
                    ids.push(write.id);
                }
                Ok(Decision::TookBack { new, old }) => {
                    cx.say(&format!("took back {}, which had not been sent: {} {target}", old.id, old.intent.verb));
                    ids.extend([old.id, new.id]);
                }
                Ok(Decision::Already(write)) => {
                    cx.say(&format!("{} is that already, and on its way: {verb} {target}", write.id));
                    ids.push(write.id);
                }
                // Somebody decided while the person thought.
                Err(why) => outcome::tell_left_out(cx, &[LeftOut { target, why }], false),
            }
        }
        Ok(ids)
    }

    /// What destroys or stops something is confirmed, and what was found by a filter.
    fn has_to_be_confirmed(&self) -> bool {
        const HARD: [&str; 3] = ["delete", "contain", "stop"];
        let deletes = |item: &Item<'_>| {
            action_of(item).is_some_and(|action| action.requests.iter().any(|request| request.method == "DELETE"))
        };
        self.bulk || HARD.contains(&self.verb) || self.items.iter().any(deletes)
    }

    /// What there is to know before saying yes, from the manifests.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        for note in self.items.iter().filter_map(|item| action_of(item)?.note.clone()) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }
}

/// A refusal of the only thing asked for, with what can be done instead.
fn refused((manifest, target, _): &Item<'_>, why: Refusal) -> Failure {
    let lacks = matches!(why, Refusal::Lacks(_));
    let failure = Failure::from(why);
    match verbs(manifest, target) {
        verbs if lacks && !verbs.is_empty() => failure.hint(format!("{} can do: {verbs}", manifest.title)),
        _ => failure,
    }
}

fn action_of<'a>((manifest, target, asked): &Item<'a>) -> Option<&'a quarterdeck_sync::platform::manifest::Action> {
    action::find(manifest, collection(target), &asked.verb).ok().map(|(_, action)| action)
}

fn collection<'a>(target: &Target<'a>) -> &'a str {
    match target {
        Target::Record(record) => &record.row.list.collection,
        Target::New { collection, .. } => collection,
    }
}

/// The verbs the target's collection has.
fn verbs(manifest: &Manifest, target: &Target<'_>) -> String {
    let verbs = action::verbs(manifest, collection(target)).into_iter();
    verbs.filter_map(|(verb, action)| action.ok().map(|_| verb)).collect::<Vec<_>>().join(", ")
}

/// How a target is told: `connection/id`.
pub fn name(target: &Target<'_>) -> String {
    match target {
        Target::Record(record) => format!("{}/{}", record.row.list.connection, record.row.id),
        Target::New { connection, collection } => format!("{connection}/{collection}"),
    }
}

/// The writes that would be kept: as if they had been, without an id.
fn would_be(wanted: Vec<Intent>, now: Timestamp) -> Vec<Write> {
    let write = |intent| Write::unsent(WriteId::new(""), intent, now);
    wanted.into_iter().map(write).collect()
}
