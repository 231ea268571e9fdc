//! Deciding: from a key to a sheet, from a confirmed sheet to the outside, and what came of it.
//!
//! Always true: [`Ask::Decide`] goes out from [`App::confirm`] alone, which the sheet's own key alone reaches; so does an
//! [`Ask::Test`] that lets writes go out.

use std::time::Instant;

use quarterdeck_sync::model::{Record, WriteId};
use quarterdeck_sync::outbox::action::Asked;
use quarterdeck_sync::outbox::decide::Decision;
use quarterdeck_sync::text::Secrets;

use super::fates::FATES;
use super::follow::Asker;
use super::{App, Order, Overlay};
use crate::tui::Ask;
use crate::tui::actions::{self, ACTIONS, Act, Facts, Reason};
use crate::tui::data::{Answer, Answered, DraftOf, Lane, Owner, Question, Slot, Ticket};
use crate::tui::decisions::{Change, Confirmed, Deed, Draft, Outcome, Subject};
use crate::tui::links::Then;
use crate::tui::looks::so_many;
use crate::tui::text::fit;
use crate::tui::views::{Narrow, Wanted, Wish};
use crate::tui::widgets::sheet::{Rests, Sheet};

/// What the frame asks for: what an open sheet is about.
const BRIEF: u8 = 1;
/// What the frame asks for: the text for an editor.
const DRAFT: u8 = 2;

/// What the frame asks for: what the answer on an open sheet rests on.
const GROUNDS: u8 = 3;

/// Cells that the name of what was decided on takes in a message.
pub(super) const NAMED: usize = 40;

/// What is being decided.
#[derive(Debug, Default)]
pub(super) struct Deciding {
    /// Sheets opened so far.
    sheets: u64,
    /// Sheets that were confirmed and not answered yet, each with the view it was opened from.
    confirmed: Vec<(u64, usize)>,
    /// The last decision of this session: what `undo` takes back.
    last: Vec<WriteId>,
    /// The text that was asked for, and whose it is.
    draft: Option<(Ticket, DraftOf, Asker)>,
    /// The text in the person's editor is that of the console's own.
    inside: bool,
    /// What is in the editor.
    editing: Option<(DraftOf, Option<Box<Record>>)>,
    /// What came out of the editor and was not kept yet: the next edit of the same goes on with it.
    unkept: Option<(DraftOf, String)>,
}

fn slot(part: u8) -> Slot {
    Slot { owner: Owner::Frame, part }
}

impl App {
    /// Grants what a view wants of the outside.
    pub(super) fn grant(&mut self, wish: Wish, clock: Instant) {
        match wish {
            Wish::Decide(act, targets) => self.decide(act, targets),
            Wish::Change(id, change) => self.open_sheet(Subject::Writes { ids: vec![id], change }),
            Wish::Changes(ids, change) => self.open_sheet(Subject::Writes { ids, change }),
            Wish::Draft(of) => {
                let ticket = self.desk.ask(slot(DRAFT), Lane::Now, Question::Draft(of.clone()));
                self.deciding.draft = Some((ticket, of, self.asker()));
            }
            Wish::Compose(of, aim) => self.compose(of, aim, clock),
            Wish::Outside(name, text) => {
                self.orders.push(Order::Edit { name, text });
                self.deciding.inside = true;
            }
            Wish::Sheet(_) if self.settings.manner.read_only => {
                self.toasts.reply("Not now: this console is read-only.".to_owned(), clock);
            }
            Wish::Sheet(subject) => self.open_sheet(*subject),
            Wish::KeepDraft(kept) => (self.asks)(Ask::KeepDraft(kept)),
            Wish::DropDraft(key) => (self.asks)(Ask::DropDraft(key)),
            Wish::Say(words) => self.toasts.reply(words, clock),
            Wish::Read(reading) => self.read(reading, clock),
            Wish::Show(goal) => self.show_goal(&goal, clock),
            Wish::Trace(of, about) => self.trace(of, about, clock),
            Wish::Flag(flag) => (self.asks)(Ask::Flag(flag)),
            Wish::Unflag(kind, place) => (self.asks)(Ask::Unflag(kind, place)),
            Wish::List { view, filter, select } => {
                self.open_list(view, None, Narrow { filter, select, ..Narrow::default() }, clock);
            }
            Wish::Behind { view, about, narrow } => self.open_list(view, Some(about), *narrow, clock),
            Wish::Sync(name) => self.sync(Some(name), clock),
            Wish::Test(name) => self.test(name, clock),
            Wish::Remember => self.remember_columns(),
            Wish::Links(of) => self.ask_links(of, Then::Offer { itself: false }),
            Wish::LinksAndItself(of) => self.ask_links(of, Then::Offer { itself: true }),
            Wish::Find(of) => self.ask_links(of, Then::Show),
            Wish::Incident(want) => self.grant_incident(want),
            Wish::Back => drop(self.go_back(clock)),
            Wish::Fetch(list, id) => (self.asks)(Ask::Fetch(list, id)),
            Wish::Own(keep) => (self.asks)(Ask::Own(keep)),
            Wish::SaveSearch(name, query) => (self.asks)(Ask::SaveSearch { name, query }),
            Wish::ForgetSearch(name) => (self.asks)(Ask::ForgetSearch(name)),
            Wish::Copy(what, text) => self.copy(what, &text, Secrets::Masked, clock),
            Wish::CopyShown(what, text, _) => self.copy(what, &text, Secrets::Revealed, clock),
            Wish::Wake(_) => {}
        }
    }

    fn decide(&mut self, act: Act, wanted: Vec<Wanted>) {
        let verbs = actions::verbs(act);
        let known = self.fleet.capabilities.as_ref();
        // Of the words that the key stands for, the one that most of the records' lists know.
        let able = |list| known.and_then(|all| all.find(list, verbs)).filter(|found| found.lacks.is_none());
        let Some(verb) = wanted.iter().find_map(|(list, _)| able(list)).map(|found| found.verb.clone()) else { return };
        let asked = Asked { verb, ..Asked::default() };
        self.open_sheet(Subject::Records { targets: wanted.into_iter().map(|(_, target)| target).collect(), asked });
    }

    pub(super) fn open_sheet(&mut self, subject: Subject) {
        self.deciding.sheets += 1;
        let sheet = Sheet::new(self.deciding.sheets, subject);
        self.overlay = Some(Overlay::Sheet(Box::new(sheet)));
        self.look_again();
        self.dirty = true;
    }

    /// Looks again at what an open sheet is about.
    pub(super) fn look_again(&mut self) {
        if let Some(Overlay::Sheet(sheet)) = &mut self.overlay
            && sheet.looks()
        {
            let question = Question::Brief(Box::new(sheet.question()));
            sheet.ticket = Some(self.desk.ask(slot(BRIEF), Lane::Now, question));
        }
    }

    /// An answer to one of the frame's own questions about decisions.
    pub(super) fn looked(&mut self, answered: Answered, clock: Instant) {
        if answered.slot.part == FATES {
            return self.fated(answered, clock);
        }
        if answered.slot.part == DRAFT {
            let asked = self.deciding.draft.take_if(|(ticket, ..)| *ticket == answered.ticket);
            let Some((_, of, asker)) = asked else { return };
            return match answered.answer {
                Answer::Draft(_) if !self.still_waits(&asker) => {
                    self.toasts.reply("Nothing was edited: something else was opened meanwhile.".to_owned(), clock);
                }
                Answer::Draft(draft) => self.edit(of, *draft),
                Answer::Failed(why) => self.toasts.reply(format!("Not now: {why}."), clock),
                _ => {}
            };
        }
        let Some(Overlay::Sheet(sheet)) = &mut self.overlay else { return };
        if answered.slot.part == GROUNDS {
            match answered.answer {
                Answer::Grounds(grounds) => sheet.rest_on(answered.ticket, Ok(*grounds)),
                Answer::InShort(shorts) => sheet.rest_in_short(answered.ticket, Ok(shorts)),
                Answer::Failed(why) => sheet.rest_on_nothing(answered.ticket, why),
                _ => return,
            }
            // Another process that syncs fetches it in its turn, and would not hear of it.
            let due = if self.fleet.lease.is_none() { sheet.wants_content() } else { None };
            if let Some((list, id)) = due {
                (self.asks)(Ask::Fetch(list, id));
            }
            return;
        }
        if sheet.ticket.take_if(|ticket| *ticket == answered.ticket).is_none() {
            return;
        }
        match answered.answer {
            Answer::Brief(brief) => {
                sheet.show(*brief, &self.fleet);
                self.ask_grounds();
            }
            Answer::Failed(why) => sheet.fail(format!("it could not be looked at: {why}")),
            _ => {}
        }
    }

    /// Asks what the answer on an open sheet rests on.
    pub(super) fn ask_grounds(&mut self) {
        let Some(Overlay::Sheet(sheet)) = &mut self.overlay else { return };
        let question = match sheet.rests() {
            Rests::Nothing => return,
            Rests::One(item) => Question::Grounds(Box::new(item.clone()), sheet.unsealed().cloned()),
            Rests::Several(items) => Question::InShort(items.into_iter().cloned().collect()),
        };
        sheet.grounds_ticket = Some(self.desk.ask(slot(GROUNDS), Lane::Now, question));
    }

    fn edit(&mut self, of: DraftOf, draft: Draft) {
        let unkept = self.deciding.unkept.as_ref().filter(|(whose, _)| *whose == of);
        let text = unkept.map_or(draft.text, |(_, text)| text.clone());
        self.orders.push(Order::Edit { name: draft.name, text });
        self.deciding.editing = Some((of, draft.record));
    }

    /// What came back from the editor.
    pub fn edited(&mut self, result: Result<Option<String>, String>, clock: Instant) {
        if std::mem::take(&mut self.deciding.inside) {
            return match result {
                Ok(Some(text)) => self.with_view(clock, |view, cx| view.edited(text, cx)),
                Ok(None) => self.toasts.reply("Left as it was.".to_owned(), clock),
                Err(why) => self.toasts.reply(format!("Nothing was edited: {why}."), clock),
            };
        }
        let Some((of, record)) = self.deciding.editing.take() else { return };
        let unkept = self.deciding.unkept.take_if(|(whose, _)| *whose == of).map(|(_, text)| text);
        let text = match result {
            Err(why) => return self.toasts.reply(format!("Nothing was edited: {why}."), clock),
            // Left as it was when it was opened, which may be what an earlier edit left behind.
            Ok(text) => text.or(unkept),
        };
        let Some(text) = text else {
            return self.toasts.reply("Left as it was: nothing to decide.".to_owned(), clock);
        };
        self.deciding.unkept = Some((of.clone(), text.clone()));
        match (of, record) {
            (DraftOf::Write(id), _) => {
                self.open_sheet(Subject::Writes { ids: vec![id], change: Change::Edited(text) });
            }
            (DraftOf::Record(_), Some(record)) => {
                let asked = Asked { verb: actions::verbs(Act::Edit)[0].to_owned(), ..Asked::default() };
                self.open_sheet(Subject::Edited { record, text, asked });
            }
            (DraftOf::Record(_), None) => {}
        }
    }

    /// Takes back the selected write of the outbox, else the last decision of this session.
    pub(super) fn undo(&mut self, clock: Instant) {
        if self.with_view(clock, |view, cx| view.act(Act::Undo, None, cx)) {
            return;
        }
        let ids = self.deciding.last.clone();
        if !ids.is_empty() {
            self.open_sheet(Subject::Writes { ids, change: Change::Undo });
        }
    }

    /// The sheet's own key was pressed.
    pub(super) fn confirm(&mut self, clock: Instant) {
        let Some(Overlay::Sheet(sheet)) = &mut self.overlay else { return };
        match sheet.confirm() {
            None => {}
            // What comes of it is told where the connection stands.
            Some(Deed::Resume { connection, seen }) => {
                self.overlay = None;
                self.try_it(connection, Some(seen), clock);
            }
            Some(deed) => {
                self.deciding.confirmed.push((sheet.number, self.open));
                (self.asks)(Ask::Decide(Box::new(Confirmed { sheet: sheet.number, deed })));
            }
        }
    }

    /// What became of a confirmed sheet.
    pub(super) fn decided(&mut self, number: u64, outcome: Outcome, clock: Instant) {
        let from = self.deciding.confirmed.extract_if(.., |(sheet, _)| *sheet == number).map(|(_, view)| view).last();
        let sheet = match &mut self.overlay {
            Some(Overlay::Sheet(sheet)) if sheet.number == number => Some(sheet),
            _ => None,
        };
        match outcome {
            Outcome::Kept(results) => {
                let refused: Vec<&String> = results.iter().filter_map(|result| result.as_ref().err()).collect();
                if refused.len() == results.len()
                    && let Some(sheet) = sheet
                {
                    return sheet.fail(refused.first().map_or_else(String::new, |why| (*why).clone()));
                }
                self.close_sheet(number, from);
                self.kept(&results, clock);
            }
            Outcome::Changed(results) => {
                let refused = results.iter().find_map(|result| result.as_ref().err());
                match (refused, sheet) {
                    (Some(why), Some(sheet)) if results.iter().all(Result::is_err) => return sheet.fail(why.clone()),
                    (Some(why), _) => self.tell(format!("Not all of it: {why}"), clock),
                    (None, _) => {}
                }
                let states: Vec<String> =
                    results.iter().flatten().map(|write| format!("{} {}", write.intent.verb, write.state)).collect();
                self.close_sheet(number, from);
                self.watch(results.iter().flatten().map(|write| write.id.clone()));
                self.look_after_outbox(clock);
                let changed = |id: &WriteId| results.iter().flatten().any(|write| write.id == *id);
                self.deciding.last.retain(|id| !changed(id));
                match states.as_slice() {
                    [] => {}
                    [only] => self.tell(format!("{only}."), clock),
                    many => self.tell(format!("{} writes changed.", many.len()), clock),
                }
            }
            Outcome::Moved => {
                if let Some(sheet) = sheet {
                    sheet.missed();
                }
                self.look_again();
            }
            Outcome::Failed(why) => match sheet {
                Some(sheet) => sheet.fail(why),
                None => self.toasts.say(format!("Nothing was kept: {why}"), clock),
            },
        }
    }

    /// The sheet has done its work, which was begun in the view `from`.
    fn close_sheet(&mut self, number: u64, from: Option<usize>) {
        let sheet = self.overlay.take_if(|overlay| matches!(overlay, Overlay::Sheet(sheet) if sheet.number == number));
        let later = if let Some(Overlay::Sheet(sheet)) = &sheet { sheet.later() } else { &[] };
        self.deciding.unkept = None;
        for view in self.views.iter_mut() {
            view.overtaken();
        }
        // The marks have done their work there, but for what the sheet had no room for. Those of other views are for something else.
        if let Some(view) = from.filter(|view| self.views.has(*view)) {
            self.views[view].decided_but(later);
        }
    }

    fn kept(&mut self, results: &[Result<Decision, String>], clock: Instant) {
        self.deciding.last.clear();
        let (mut queued, mut back, mut already) = (Vec::new(), 0, 0);
        for decision in results.iter().flatten() {
            match decision {
                Decision::Queued(write) => {
                    self.deciding.last.push(write.id.clone());
                    queued.push(write);
                }
                Decision::TookBack { .. } => back += 1,
                Decision::Already(_) => already += 1,
            }
        }
        self.watch(queued.iter().map(|write| write.id.clone()));
        let mut said = Vec::new();
        match queued.as_slice() {
            [] => {}
            [one] => {
                let target = one.intent.title.as_deref().or(one.intent.target.as_deref()).unwrap_or("(new)");
                let target = fit(target, NAMED);
                said.push(format!("{} {target}: queued", one.intent.verb));
            }
            [first, ..] => {
                said.push(format!("{} {}: queued", first.intent.verb, so_many(queued.len(), &first.intent.collection)))
            }
        }
        if back > 0 {
            said.push("it took back a decision that had not been sent: nothing will be sent".to_owned());
        }
        if already > 0 {
            said.push("the same is on its way already".to_owned());
        }
        let refused = results.iter().filter(|result| result.is_err()).count();
        if let Some(why) = results.iter().find_map(|result| result.as_ref().err()) {
            said.push(format!("{refused} refused: {why}"));
        }
        let said = format!("{}.", said.join("; "));
        if refused == 0 {
            self.said_of_watched(said.clone());
        }
        self.tell(said, clock);
        self.look_after_outbox(clock);
    }

    /// Tells what came of a deed: an answer to its key, but for whoever has begun with the next one meanwhile.
    pub(super) fn tell(&mut self, words: String, clock: Instant) {
        if self.decides() { self.toasts.say(words, clock) } else { self.toasts.reply(words, clock) }
    }

    /// What was kept is to be seen at once, not with the next commit of somebody.
    fn look_after_outbox(&mut self, clock: Instant) {
        self.refresh_due = Some(clock);
    }

    /// What can be decided, and why what cannot be cannot.
    pub(super) fn deciding_facts(&self, facts: &mut Facts) {
        facts.undoable |= !self.deciding.last.is_empty();
        if let Some(Overlay::Sheet(sheet)) = &self.overlay {
            facts.unconfirmed = sheet.unconfirmed();
            facts.moved = sheet.moved();
            facts.masks = sheet.masks().is_some();
        }
        if facts.targets.is_empty() {
            return;
        }
        for act in ACTIONS.iter().map(|action| action.act).filter(|act| !actions::verbs(*act).is_empty()) {
            let targets =
                if actions::of_agents(act) && !facts.agents.is_empty() { &facts.agents } else { &facts.targets };
            let why: Option<Reason> = match &self.fleet.capabilities {
                None => Some("the manifests are still being read".into()),
                Some(known) => {
                    let mut whys = targets.iter().map(|list| known.lacks(list, actions::verbs(act)));
                    // One list that can is enough: the sheet says what is left out.
                    whys.try_fold(None, |first: Option<String>, why| why.map(|why| Some(first.unwrap_or(why))))
                        .flatten()
                        .map(Into::into)
                }
            };
            facts.lacking.extend(why.map(|why| (act, why)));
        }
    }
}
