//! What the palette offers, and the theme in force.

use std::time::Instant;

use super::App;
use crate::tui::TuiSettings;
use crate::tui::actions::{self, Act, Scope};
use crate::tui::theme::{self, ColorMode, Theme};
use crate::tui::views::{self, VIEWS};
use crate::tui::widgets::palette::{self, Choice};

impl App {
    /// Everything the palette offers.
    pub(super) fn choices(&self) -> Vec<palette::Entry> {
        let facts = self.facts();
        let mut entries: Vec<palette::Entry> = VIEWS
            .iter()
            .enumerate()
            .filter(|(_, view)| view.tab)
            .map(|(at, view)| palette::Entry {
                choice: Choice::View(at),
                label: format!("Open {}", view.title),
                note: if at < 9 { format!("view  {}", at + 1) } else { String::new() },
                disabled: None,
            })
            .collect();
        let here = self.views[self.open].scope().chain();
        // What lists and records offer is there everywhere, with the reason why it cannot be done where it cannot.
        let near = |action: &&actions::Action| match action.scope {
            Scope::Global => actions::view_number(action.act).is_none() && action.act != Act::Palette,
            scope => here.contains(&scope) || matches!(scope, Scope::List | Scope::Record),
        };
        for action in actions::ACTIONS.iter().filter(near) {
            entries.push(palette::Entry {
                choice: Choice::Act(action.act),
                label: action.label.to_owned(),
                note: self.keys.keys_of(action.act).join("  "),
                disabled: action.why_not(&facts),
            });
        }
        for connection in &self.fleet.connections {
            entries.push(palette::Entry {
                choice: Choice::Sync(connection.info.name.clone()),
                label: format!("Sync {}", connection.info.name),
                note: connection.info.platform.clone(),
                disabled: actions::row(Act::Sync).why_not(&facts),
            });
        }
        for connection in &self.fleet.connections {
            entries.push(palette::Entry {
                choice: Choice::Connection(connection.info.name.clone()),
                label: format!("Open connection {}", connection.info.name),
                note: connection.info.url.clone(),
                disabled: None,
            });
        }
        for name in self.theme_names() {
            let label = format!("Theme {name}");
            entries.push(palette::Entry { choice: Choice::Theme(name), label, note: "theme".into(), disabled: None });
        }
        // Whatever works in other places, with where that is.
        let far = |action: &&actions::Action| action.scope != Scope::Global && !near(action);
        entries.extend(actions::ACTIONS.iter().filter(far).map(|action| palette::Entry {
            choice: Choice::Elsewhere(action.act),
            label: action.label.to_owned(),
            note: String::new(),
            disabled: Some(where_it_works(action.scope).into()),
        }));
        entries
    }

    /// An action was chosen that works elsewhere: to its view where it has one, and how it is done there.
    pub(super) fn go_for(&mut self, act: Act, clock: Instant) {
        let action = actions::row(act);
        let place = where_it_works(action.scope);
        let key = self.keys.hint_of(act).map_or_else(|| "it has no key".to_owned(), |key| format!("{key} does it"));
        match home(action.scope) {
            Some(view) => {
                self.show(views::number(view), clock);
                self.toasts.reply(format!("It works {place}: {key}."), clock);
            }
            None => self.toasts.reply(format!("Not here: it works {place}, and {key}."), clock),
        }
    }

    /// The palette has this action, here or elsewhere.
    #[cfg(test)]
    pub fn offers(&self, act: Act) -> bool {
        let choices = self.choices();
        choices.iter().any(|entry| matches!(entry.choice, Choice::Act(it) | Choice::Elsewhere(it) if it == act))
    }

    fn theme_names(&self) -> Vec<String> {
        let own = self.settings.themes.iter().map(|(name, _)| name.clone());
        let mut names: Vec<String> = theme::names().map(str::to_owned).collect();
        names.extend(own.filter(|name| !theme::names().any(|known| known == name)));
        names
    }

    pub(super) fn next_theme(&mut self, clock: Instant) {
        let names = self.theme_names();
        let at = names.iter().position(|name| *name == self.theme_name).unwrap_or(0);
        let next = names[(at + 1) % names.len()].clone();
        self.set_theme(&next, clock);
    }

    pub(super) fn set_theme(&mut self, name: &str, clock: Instant) {
        match load(&self.settings, name) {
            Ok(theme) => {
                let note = if self.settings.color == ColorMode::None { " (this terminal shows no colour)" } else { "" };
                self.toasts.reply(format!("Theme: {}{note}", theme.title), clock);
                self.theme = theme;
                self.theme_name = name.to_owned();
            }
            Err(why) => self.toasts.reply(why, clock),
        }
    }
}

/// Where the actions of a scope work, in the middle of a sentence.
fn where_it_works(scope: Scope) -> String {
    let title = scope.title();
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The view in which the actions of a scope work, where it is one view that is there at any time.
fn home(scope: Scope) -> Option<&'static str> {
    match scope {
        Scope::Inbox => Some(views::INBOX),
        Scope::Panels => Some(views::FLEET),
        Scope::Outbox => Some(views::OUTBOX),
        Scope::Incidents => Some(views::INCIDENTS),
        Scope::Hits | Scope::Found | Scope::Facets => Some(views::SEARCH),
        Scope::Connection => Some(views::CONNECTIONS),
        _ => None,
    }
}

/// The operator's theme of this name, else the built-in one.
pub(super) fn load(settings: &TuiSettings, name: &str) -> Result<Theme, String> {
    let own = settings.themes.iter().find(|(known, _)| known == name);
    match own.filter(|_| settings.color != ColorMode::None) {
        Some((_, text)) => Theme::parse(text, settings.color).map_err(|why| format!("theme {name}: {why}")),
        None => Theme::named(name, settings.color).ok_or_else(|| {
            let mut known: Vec<&str> = theme::names().collect();
            known.extend(settings.themes.iter().map(|(own, _)| own.as_str()));
            format!("there is no theme `{name}`: take {}", known.join(", "))
        }),
    }
}
