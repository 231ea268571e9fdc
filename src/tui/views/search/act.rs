//! What the keys do in search.

use super::naming::Naming;
use super::{CHUNK, Focus, Search};
use crate::search::{Hit, Order};
use crate::tui::actions::{Act, verbs};
use crate::tui::decisions::Target;
use crate::tui::motion;
use crate::tui::reading::Reading;
use crate::tui::views::of_record::{self, OfRecord};
use crate::tui::views::{Cx, Wish};
use crate::tui::widgets::input::Input;
use quarterdeck_sync::model::Kind;

/// The order in words.
pub(super) fn order_name(order: Order) -> &'static str {
    match order {
        Order::Best => "best first",
        Order::Newest => "newest first",
        Order::Oldest => "oldest first",
    }
}

impl Search {
    pub(super) fn do_act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        // Whoever presses another key waits for nothing any more.
        self.opening = false;
        if self.naming.is_some() {
            return self.act_naming(act, cx);
        }
        if act == Act::Search {
            self.preview.leave();
            self.focus = Focus::Query;
            // Another search, most likely; `/` goes on with this one.
            self.input.choose();
            return true;
        }
        if self.preview.act(act, count, cx) {
            return true;
        }
        if self.preview.entered() {
            return self.act_found(act, cx);
        }
        match self.focus {
            Focus::Query => return self.act_typing(act, cx),
            Focus::Facets => {
                if self.act_facets(act, count, cx) {
                    return true;
                }
            }
            Focus::Hits => {
                if let Some(by) = motion::lines(act, count, self.page) {
                    match self.input.text().trim().is_empty() {
                        true => self.choose(by),
                        false => self.step(by, cx),
                    }
                    return true;
                }
            }
        }
        match act {
            Act::Back => cx.wishes.push(Wish::Back),
            Act::EditQuery => self.focus = Focus::Query,
            Act::ToFacets => self.focus = Focus::Facets,
            Act::SaveSearch => self.naming = Some(Naming::keep()),
            Act::ForgetSearch => {
                let chosen = self.saved.get(self.chosen);
                self.naming = chosen.map(|(saved, _)| Naming::forget(&saved.name));
            }
            Act::OpenHit => self.open_newest(cx),
            Act::HitLinks => cx.wishes.extend(self.selected().map(|hit| Wish::LinksAndItself(Target::Row(hit.key)))),
            Act::Preview => self.preview.turn(),
            Act::HitOrder => {
                self.order = match self.order {
                    Order::Best => Order::Newest,
                    Order::Newest => Order::Oldest,
                    Order::Oldest => Order::Best,
                };
                self.cursor = 0;
                self.stale = true;
                self.ask(true, cx);
                cx.say(format!("Found, {}", order_name(self.order)));
            }
            _ => return false,
        }
        true
    }

    /// With a record that was found what can be done with one in its list; false when it is none of that.
    fn act_found(&mut self, act: Act, cx: &mut Cx) -> bool {
        let Some(hit) = self.selected() else { return false };
        let title = hit.title.as_deref().unwrap_or(&hit.id);
        let wish = match act {
            Act::OpenFound => Wish::Find(Target::Row(hit.key)),
            Act::Links => Wish::LinksAndItself(Target::Row(hit.key)),
            Act::Read => Wish::Read(reading(hit, &self.answered)),
            act if !verbs(act).is_empty() && !of_record::leads(act) => {
                Wish::Decide(act, vec![(hit.list.clone(), Target::Row(hit.key))])
            }
            act => match of_record::wish(act, OfRecord { key: hit.key, list: &hit.list, id: &hit.id, title }) {
                Some(wish) => wish,
                None => return false,
            },
        };
        cx.wishes.push(wish);
        true
    }

    fn act_typing(&mut self, act: Act, cx: &mut Cx) -> bool {
        let empty = self.input.text().trim().is_empty();
        match act {
            Act::Following | Act::Preceding if empty => {
                self.choose(if act == Act::Following { 1 } else { -1 });
            }
            Act::Following | Act::Preceding => self.step(if act == Act::Following { 1 } else { -1 }, cx),
            Act::Accept if empty => {
                if let Some((saved, _)) = self.saved.get(self.chosen) {
                    self.input = Input::new(&saved.query);
                    self.ask(false, cx);
                }
            }
            Act::Accept => {
                self.focus = Focus::Hits;
                self.open_newest(cx);
            }
            Act::Cancel if empty => {
                self.focus = Focus::Hits;
                cx.wishes.push(Wish::Back);
            }
            Act::Cancel => self.focus = Focus::Hits,
            _ => return false,
        }
        true
    }

    fn act_facets(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        match act {
            Act::ToHits | Act::Back => self.focus = Focus::Hits,
            Act::Narrow => {
                if let Some(piece) = self.facets.chosen() {
                    self.input = Input::new(&super::facets::turn(self.input.text(), &piece));
                    self.cursor = 0;
                    self.ask(false, cx);
                }
            }
            act => match motion::lines(act, count, self.page) {
                Some(by) => self.facets.step(by),
                None => return false,
            },
        }
        true
    }

    /// Moves among the saved searches.
    fn choose(&mut self, by: i64) {
        self.chosen = motion::among(self.saved.len(), self.chosen, by);
    }

    pub(super) fn step(&mut self, by: i64, cx: &mut Cx) {
        let beyond = by.saturating_add(self.cursor as i64).saturating_sub(self.hits.len() as i64 - 1);
        self.owed = if self.has_more() { beyond.clamp(0, CHUNK as i64) } else { 0 };
        self.cursor = motion::among(self.hits.len(), self.cursor, by);
        self.moved(cx);
    }

    /// Opens the selected hit; while hits of an older query are on the screen, the first of the newer ones as soon as it is there.
    pub(super) fn open_newest(&mut self, cx: &mut Cx) {
        match self.stale && self.ticket.is_some() {
            true => self.opening = true,
            false => self.open(cx),
        }
    }

    /// Opens the selected hit where it stands: an entry in its transcript, a record in the pane beside the hits.
    pub(super) fn open(&mut self, cx: &mut Cx) {
        let Some(hit) = self.selected() else { return };
        match hit.entry.is_some() || matches!(hit.kind, Kind::Session | Kind::Run) {
            true => cx.wishes.push(Wish::Read(reading(hit, &self.answered))),
            false => self.preview.enter(),
        }
    }
}

/// The transcript of a hit, at its entry.
fn reading(hit: &Hit, query: &str) -> Reading {
    Reading {
        of: Target::Row(hit.key),
        title: hit.title.clone().unwrap_or_else(|| hit.id.clone()),
        at: hit.entry.as_ref().map(|entry| entry.place),
        query: query.to_owned(),
    }
}
