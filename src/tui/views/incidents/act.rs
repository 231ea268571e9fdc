//! What the keys do to incidents.

use quarterdeck_sync::model::{IncidentId, Kind, ListKey, Place};

use super::rows::Of;
use super::{Incidents, Taken};
use crate::incident::{Pinned, Thing};
use crate::tui::actions::{Act, verbs};
use crate::tui::decisions::Target;
use crate::tui::incidents::{Chosen, Deed, Purpose, Want};
use crate::tui::motion;
use crate::tui::reading::Reading;
use crate::tui::views::typed::Sifted;
use crate::tui::views::{Copied, Goal};
use crate::tui::views::{Cx, Wanted, Wish, value};

impl Incidents {
    pub(super) fn do_act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        if self.typed.open() {
            return self.act_typing(act, cx);
        }
        match act {
            Act::FilterIncidents => {
                self.inside = false;
                self.begin_typing();
            }
            Act::Back if !self.inside && !self.sieve.is_empty() => self.sift("", cx),
            Act::EnterIncident if self.inside => self.follow_thing(cx),
            Act::EnterIncident => {
                self.inside = self.case().is_some();
                self.work_on(cx);
            }
            Act::LeaveIncident => self.inside = false,
            Act::Back if self.inside => self.inside = false,
            Act::NextPart | Act::PreviousPart => {
                self.inside = self.case().is_some();
                self.rows.turn(act == Act::NextPart);
            }
            Act::ShowClosed => {
                let selected = self.id();
                (self.closed, self.staying) = (!self.closed, None);
                self.point_to(selected.as_ref().map(IncidentId::as_str));
                self.follow(cx);
                cx.say(if self.closed { "Closed incidents are shown" } else { "Closed incidents are hidden" });
            }
            Act::ContainPinned => self.contain(cx),
            Act::Undo => return self.put_back(cx),
            act => return self.change(act, cx) || self.motion(act, count, cx),
        }
        true
    }

    fn motion(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let page = if self.inside { self.rows.page } else { self.page };
        let Some(by) = motion::lines(act, count, page) else { return false };
        if self.inside {
            self.rows.step(by);
        } else {
            self.cursor = motion::among(self.shown().len(), self.cursor, by);
            self.moved(cx);
        }
        true
    }

    /// What is pinned from now on goes into the selected incident.
    fn work_on(&self, cx: &mut Cx) {
        if let Some(line) = self.selected().filter(|line| line.incident.closed_at.is_none()) {
            cx.wishes.push(Wish::Incident(Want::WorkOn(line.incident.id.clone())));
        }
    }

    /// Changes the selected incident, or something in it; false when it is no such action, or nothing is selected.
    fn change(&mut self, act: Act, cx: &mut Cx) -> bool {
        let Some(line) = self.selected() else { return false };
        let (id, closed, title) =
            (line.incident.id.clone(), line.incident.closed_at.is_some(), line.incident.title.clone());
        let of = self.of();
        let note = |at: usize| self.case().and_then(|case| case.notes.get(at)).cloned();
        let want = match (act, of) {
            (Act::WriteNote, _) => Want::Write { purpose: Purpose::Note(id), text: String::new(), of: title },
            (Act::EditIncident, Some(Of::Note(at))) => match note(at) {
                Some(note) => Want::Write { purpose: Purpose::ChangeNote(note.id), text: note.text, of: title },
                None => return false,
            },
            (Act::EditIncident, _) => Want::Write { purpose: Purpose::Rename(id), text: title.clone(), of: title },
            (Act::CloseIncident, _) if closed => {
                self.taken.take_if(|taken| *taken == Taken::Closed(id.clone()));
                Want::Do(Deed::Reopen(id))
            }
            (Act::CloseIncident, _) => {
                self.taken = Some(Taken::Closed(id.clone()));
                Want::Do(Deed::Close(id))
            }
            (Act::ExportIncident, _) => Want::Do(Deed::Export(id)),
            (Act::TakeOut, Some(Of::Pin(at))) => {
                let Some(place) = self.case().and_then(|case| case.pinned.get(at)).map(|one| one.place().clone())
                else {
                    return false;
                };
                self.taken = Some(Taken::Pin(id.clone(), Chosen::at(&place)));
                Want::Do(Deed::Unpin(id, place))
            }
            (Act::TakeOut, Some(Of::Note(at))) => {
                let Some(note) = note(at) else { return false };
                self.taken = Some(Taken::Note(id, note.text));
                Want::Do(Deed::DropNote(note.id))
            }
            _ => return false,
        };
        cx.wishes.push(Wish::Incident(want));
        true
    }

    /// Puts back what was taken out last, or opens again what was closed; false when nothing was.
    fn put_back(&mut self, cx: &mut Cx) -> bool {
        let deed = match self.taken.take() {
            Some(Taken::Pin(id, chosen)) => Deed::Pin(Some(id), vec![chosen]),
            Some(Taken::Note(id, text)) => Deed::Note(id, text),
            Some(Taken::Closed(id)) => Deed::Reopen(id),
            None => return false,
        };
        cx.wishes.push(Wish::Incident(Want::Do(deed)));
        true
    }

    /// A sheet about every agent and run that is pinned. What cannot be contained stands there too, with the reason.
    fn contain(&mut self, cx: &mut Cx) {
        let Some(case) = self.case() else { return };
        let acting: Vec<&Pinned> = case.pinned.iter().filter(|pinned| pinned.acts()).collect();
        let able = |act: Act| {
            let known = cx.fleet.capabilities.as_ref();
            acting.iter().any(|pinned| known.is_some_and(|all| all.lacks(&pinned.list(), verbs(act)).is_none()))
        };
        // Where no agent is among them the runs are stopped, which is all that can be done to a run.
        let act = if able(Act::Contain) { Act::Contain } else { Act::StopRun };
        let mut wanted: Vec<Wanted> = Vec::new();
        for pinned in &acting {
            let one = (pinned.list(), Target::Named(pinned.list(), pinned.place().id.clone()));
            if !wanted.contains(&one) {
                wanted.push(one);
            }
        }
        cx.wishes.push(Wish::Decide(act, wanted));
    }

    /// What can be copied: inside of an incident the id of what the cursor is on, or the text of a note; else its own id, and the
    /// folder of its evidence.
    pub(super) fn to_copy(&self, more: bool) -> Option<Copied<'_>> {
        let note = |at: usize| self.case().and_then(|case| case.notes.get(at));
        match (self.of(), more) {
            (Some(Of::Note(at)), true) => note(at).map(|note| Copied::Text("note", note.text.as_str().into())),
            (_, true) => {
                let of = &self.selected()?.incident.id;
                let (_, folder) = self.evidence.as_ref().filter(|(whose, _)| whose == of)?;
                Some(Copied::Text("folder", folder.as_str().into()))
            }
            (Some(Of::Pin(at)), _) => Copied::id(&self.case()?.pinned.get(at)?.place().id),
            (Some(Of::Moment(at)), _) => Copied::id(&self.case()?.timeline.get(at)?.place.as_ref()?.id),
            _ => Copied::id(self.selected()?.incident.id.as_str()),
        }
    }

    /// To where the selected thing lives.
    fn follow_thing(&mut self, cx: &mut Cx) {
        let Some(case) = self.case() else { return };
        let place = match self.of() {
            Some(Of::Pin(at)) => case.pinned.get(at).map(Pinned::place),
            Some(Of::Note(at)) => case.notes.get(at).and_then(|note| note.place.as_ref()),
            Some(Of::Moment(at)) => case.timeline.get(at).and_then(|moment| moment.place.as_ref()),
            None => None,
        };
        let Some(place) = place else { return };
        let pinned = case.pinned.iter().find(|pinned| pinned.place() == place);
        let title = pinned.map_or_else(|| place.id.clone(), Pinned::title);
        let gone = pinned.and_then(Pinned::row).is_some_and(|row| row.gone_at.is_some());
        let missing = pinned.is_some_and(|pinned| pinned.thing == Thing::Missing);
        let wish = match missing {
            true => return cx.say("It is not kept here any more"),
            false => lead(place, title, gone, cx),
        };
        cx.wishes.push(wish);
    }
}

/// What opens a place: the outbox, the transcript at the entry, or the list at the record.
fn lead(place: &Place, title: String, gone: bool, cx: &Cx) -> Wish {
    if place.collection == Place::OUTBOX {
        return Wish::Show(Goal::Write(quarterdeck_sync::model::WriteId::new(&place.id)));
    }
    let list = ListKey::new(&place.connection, &place.collection);
    let kind = cx.fleet.lists.iter().find(|known| known.list == list).map_or(Kind::Other, |known| known.kind);
    if place.entry.is_some() || matches!(kind, Kind::Session | Kind::Run) {
        let at = place.entry.and_then(|entry| u32::try_from(entry).ok());
        return Wish::Read(Reading { of: Target::Named(list, place.id.clone()), title, at, query: String::new() });
    }
    let gone = if gone { " is:gone" } else { "" };
    let (id, connection, collection) = (value(&place.id), value(&place.connection), value(&place.collection));
    let filter = format!("id:{id} connection:{connection} collection:{collection}{gone}");
    Wish::List { view: kind.plural(), filter, select: None }
}
