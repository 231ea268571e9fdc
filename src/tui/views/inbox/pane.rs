//! What is known of the selected item: why it is here, what can be done with which key, and below that the record or the write
//! itself.

use ratatui::layout::Rect;

use super::Inboxes;
use super::draw::risk;
use super::lines::Line;
use crate::inbox::{Can, Item, More, Standing, Subject, Whole};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::keys::Keymap;
use crate::tui::text::{grouped, moment};
use crate::tui::theme::Role;
use crate::tui::views::Scene;
use crate::tui::views::outbox::page as write_page;
use crate::tui::widgets::page::Page;

impl Inboxes {
    pub(super) fn pane(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if self.rest.running() {
            return;
        }
        let item = match self.line() {
            Some(Line::Item(item)) => item,
            Some(Line::More(more, _)) => return beyond(more, area, scene.keys, canvas),
            None => return,
        };
        let page = page(item, area, scene, canvas);
        page.draw(area, 0, canvas);
        let high = page.len() as u16 + 1;
        if area.height < high + 6 {
            return;
        }
        let rest = Rect { y: area.y + high, height: area.height - high, ..area };
        match (&item.subject, &self.write) {
            (Subject::Write { id, .. }, Some((known, opened))) if known == id => match opened {
                Ok(opened) => write_page(opened, rest.width, canvas).draw(rest, 0, canvas),
                Err(why) => drop(canvas.put(rest.x, rest.y, &format!("✗ {why}"), rest.width, Role::Bad)),
            },
            (Subject::Record { key, .. }, _) if self.detail.key() == Some(*key) => {
                let row = self.detail.row().cloned();
                self.detail.draw(rest, row.as_ref(), false, scene.fleet, canvas);
            }
            (Subject::Connection, _) => problems(&item.place.connection, rest, scene, canvas),
            _ => {}
        }
    }
}

/// What a line about more says.
fn beyond(more: &More, area: Rect, keys: &Keymap, canvas: &mut Canvas) {
    let mut page = Page::new(area.width);
    page.heading("MORE THAN IS LISTED");
    page.field("how many", &more.told(grouped), Role::Text);
    page.field("listed", "those that press most, and the newest", Role::Dim);
    let key = keys.hint_of(Act::OpenItem).unwrap_or_else(|| "(no key)".to_owned());
    page.field(&key, &format!("the list of all {}", more.cause.about().words.1), Role::Text);
    page.draw(area, 0, canvas);
}

/// What an item is a part of: `workflow run`, and what it is called.
fn part_of(whole: &Whole) -> (String, String) {
    let word = whole.list.collection.trim_end_matches('s').replace(['-', '_'], " ");
    match &whole.status {
        Some(status) => (word, format!("{}, {status}", whole.title)),
        None => (word, whole.title.clone()),
    }
}

/// Why it is here, and what can be done.
fn page(item: &Item, area: Rect, scene: &Scene, canvas: &Canvas) -> Page {
    let mut page = Page::new(area.width);
    let roomy = area.height > 12;
    page.foreign_line(&item.title);
    if roomy {
        page.heading("WHY IT IS HERE");
    }
    for reason in &item.reasons {
        let (glyph, role) = risk(reason.risk);
        page.marked(reason.cause.as_str(), glyph, &reason.why, role);
    }
    if let Some(since) = item.since() {
        let words = if roomy { format!("{}, {}", canvas.age(since), moment(since)) } else { canvas.age(since) };
        page.field("waits", &words, Role::Text);
    }
    if let Some(at) = item.deadline() {
        let words = format!("until {}: {}", moment(at), canvas.age(at));
        page.field("time left", &words, Role::Warn);
    }
    for (word, title) in item.within.iter().map(part_of) {
        page.foreign(&word, &title);
    }
    if let Some(agent) = &item.agent {
        page.field("agent", &agent.title, Role::Text);
    }
    match item.standing {
        Standing::Waiting => {}
        Standing::Snoozed(until) => page.field("snoozed", &format!("until {}", moment(until)), Role::Quiet),
        Standing::Acknowledged(at) => page.field("seen", &moment(at), Role::Quiet),
    }
    if scene.read_only {
        // Nothing is offered that cannot be done.
        page.field("read-only", "nothing is decided in this console", Role::Dim);
        return page;
    }
    if roomy {
        page.heading("WHAT CAN BE DONE");
    }
    for (key, words) in steps(item, scene.keys) {
        page.field(&key, &words, Role::Text);
    }
    if roomy {
        page.field("", item.cause().about().act, Role::Dim);
    }
    page
}

/// What can be done here, each with its key.
fn steps(item: &Item, keys: &Keymap) -> Vec<(String, String)> {
    let key = |act| keys.hint_of(act).unwrap_or_else(|| "(no key)".to_owned());
    let mut steps: Vec<(String, String)> = Vec::new();
    let mut outside: Vec<&str> = Vec::new();
    for Can { verb, agent } in &item.can {
        let act = match *verb {
            "approve" => Act::Approve,
            "reject" => Act::Reject,
            "suspend" => Act::SuspendAgent,
            "contain" => Act::Contain,
            "stop" => Act::StopRun,
            "acknowledge" => Act::Acknowledge,
            verb => {
                outside.push(verb);
                continue;
            }
        };
        let whom = if *agent { " the agent" } else { "" };
        steps.push((key(act), format!("{verb}{whom}")));
    }
    if !outside.is_empty() {
        steps.push((key(Act::OpenItem), format!("{}, in the outbox", outside.join(", "))));
    }
    steps
}

/// What is the matter with a connection, in the words of its problems.
fn problems(name: &str, area: Rect, scene: &Scene, canvas: &mut Canvas) {
    let mut page = Page::new(area.width);
    let mine = scene.fleet.problems.iter().filter(|problem| problem.list.connection == name);
    for (at, problem) in mine.take(usize::from(area.height)).enumerate() {
        if at == 0 {
            page.heading("IN ITS WORDS");
        }
        page.foreign(&problem.list.collection, &problem.message);
    }
    page.draw(area, 0, canvas);
}
