//! What can be done from a timeline: with what the cursor is on, as in its own list, and with the agent that it is about.
//!
//! Decisions about agents are about the agent whose timeline it is, whatever the cursor is on; all others are about the record under
//! the cursor, of a write about the one that it changes. A sheet names what is meant, as anywhere.

use quarterdeck_sync::model::{Kind, ListKey};

use super::Timelines;
use crate::timeline::{Item, Lane};
use crate::tui::actions::{Act, Facts, of_agents, verbs};
use crate::tui::data::DraftOf;
use crate::tui::decisions::Target;
use crate::tui::reading::Reading;
use crate::tui::views::of_record::{self, OfRecord};
use crate::tui::views::{Aim, Cx, Goal, Wanted, Wish};

impl Timelines {
    /// Does what can be done with a record; false when it is none of that, or nothing is there to do it with.
    pub(super) fn on_record(&self, act: Act, cx: &mut Cx) -> bool {
        let behind = self.agent().filter(|_| of_agents(act));
        let Some(item) = self.selected() else {
            cx.wishes.extend(behind.map(|agent| Wish::Decide(act, vec![agent])));
            return of_agents(act);
        };
        let wish = match act {
            Act::Links => Wish::LinksAndItself(target(item)),
            Act::Read => {
                Wish::Read(Reading { of: target(item), title: item.title.clone(), at: None, query: String::new() })
            }
            act if of_record::leads(act) => {
                let Some(key) = item.row else {
                    cx.say("Not from a write: go to its record first");
                    return true;
                };
                let of = OfRecord { key, list: &item.list, id: &item.id, title: &item.title };
                match of_record::wish(act, of) {
                    Some(wish) => wish,
                    None => return false,
                }
            }
            act if !verbs(act).is_empty() => {
                Wish::Decide(act, vec![behind.unwrap_or_else(|| (item.list.clone(), target(item)))])
            }
            _ => return false,
        };
        cx.wishes.push(wish);
        true
    }

    /// What is known of what can be done here.
    pub(super) fn known(&self, facts: &mut Facts) {
        let (item, agent) = (self.selected(), self.agent());
        (facts.on_record, facts.selected) = (true, item.is_some());
        facts.traced = self.timeline.as_ref().is_none_or(|timeline| timeline.agent.machine.is_none());
        facts.readable = item.is_some_and(|item| !matches!(item.lane, Lane::Policy | Lane::Write));
        let lists = |wanted: Option<ListKey>| wanted.into_iter().collect();
        let behind = agent.map(|(list, _)| list);
        facts.targets = lists(item.map(|item| item.list.clone()).or_else(|| behind.clone()));
        facts.agents = lists(behind);
    }

    /// The agent whose timeline it is; none on that of a machine, and where the mirror does not have the agent.
    fn agent(&self) -> Option<Wanted> {
        let agent = &self.timeline.as_ref()?.agent;
        let list = agent.list.clone()?;
        Some((list.clone(), Target::Named(list, agent.id.clone())))
    }

    /// Opens what the cursor is on where it lives; of a policy the version that was seen at that moment.
    pub(super) fn behind(&self, cx: &Cx) -> Option<Wish> {
        let item = self.selected()?;
        if let (Lane::Write, Some(write)) = (item.lane, &item.write) {
            return Some(Wish::Show(Goal::Write(write.clone())));
        }
        if item.lane == Lane::Policy {
            let known = cx.fleet.capabilities.as_ref().and_then(|all| all.find(&item.list, verbs(Act::Versions)));
            // Versions stand beside the editor: where nothing can be edited, there is the policy itself.
            return item.row.map(|key| match known.is_some_and(|known| known.lacks.is_none()) {
                true => Wish::Compose(DraftOf::Record(Target::Row(key)), Aim::Version(item.at)),
                false => Wish::Find(Target::Row(key)),
            });
        }
        let kind = match item.lane {
            Lane::Session => Kind::Session,
            Lane::Run => Kind::Run,
            Lane::Event => Kind::Event,
            Lane::Approval => Kind::Approval,
            Lane::Policy | Lane::Write => Kind::Policy,
        };
        item.row.map(|key| Wish::Show(Goal::Row(kind, key)))
    }
}

/// The record that an item is, or that it is about.
fn target(item: &Item) -> Target {
    item.row.map_or_else(|| Target::Named(item.list.clone(), item.id.clone()), Target::Row)
}
