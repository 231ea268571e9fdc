//! The last two lines: how each connection stands, and what the keys do.

use quarterdeck_sync::model::WriteState;
use ratatui::layout::Rect;

use crate::tui::actions::{ACTIONS, Act, Action, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::fleet::{Connection, Fleet, Verdict, budget_words};
use crate::tui::keys::Keymap;
use crate::tui::looks::look;
use crate::tui::text::{grouped, width, wrap};
use crate::tui::theme::Role;

/// Room for one connection that cannot be reached: `turen ! unreachable, 5h old`, and for how many there are besides.
const ONE: u16 = 32;

/// Each connection with its verdict; on the right, problems and who syncs.
pub(crate) fn draw(area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
    canvas.fill(area, Role::Raised);
    let mut right = area.right().saturating_sub(1);
    for (words, role) in right_words(fleet) {
        // What only informs leaves room for how the connections stand; the rest for one of them, and for how old what it shows is.
        let room = if role == Role::Dim { area.width / 2 } else { ONE };
        if width(&words) as u16 + room < right.saturating_sub(area.x) {
            right = canvas.put_right(right, area.y, &words, area.width, role).saturating_sub(3);
        }
    }
    let mut x = area.x + 1;
    if fleet.connections.is_empty() {
        canvas.put(x, area.y, "no connection", right.saturating_sub(x), Role::Dim);
    }
    let stands = stands(fleet, right.saturating_sub(x), canvas);
    for (at, stand) in stands.iter().enumerate() {
        if x + stand.wide() > right {
            canvas.put(x, area.y, &format!("+{}", stands.len() - at), right.saturating_sub(x), Role::Dim);
            return;
        }
        let Stand { name, verdict, budget } = stand;
        x = canvas.put(x, area.y, name, 24, fleet.badge(name)) + 1;
        x = canvas.put(x, area.y, verdict.glyph, 1, verdict.role) + 1;
        x = canvas.put(x, area.y, &verdict.words, 40, verdict.role);
        if let Some(words) = budget {
            x = canvas.put(x, area.y, &format!(" ({words})"), 24, Role::Warn);
        }
        x += 3;
    }
}

/// Lines that an answer to a key takes at most.
const SAID: usize = 3;

/// An answer to a key, as lines; at least one.
pub(crate) fn wrapped(words: &str, cells: u16) -> Vec<String> {
    let mut lines = wrap(words, usize::from(cells.saturating_sub(2)), SAID);
    lines.resize(lines.len().max(1), String::new());
    lines
}

/// The answer to a key, where how the connections stand is told otherwise.
pub(crate) fn said(area: Rect, lines: &[String], canvas: &mut Canvas) {
    canvas.fill(area, Role::Raised);
    for (y, words) in (area.y..area.bottom()).zip(lines) {
        canvas.put(area.x + 1, y, words, area.width.saturating_sub(1), Role::Text);
    }
}

/// How one connection stands.
struct Stand<'a> {
    name: &'a str,
    verdict: Verdict,
    budget: Option<String>,
}

impl Stand<'_> {
    fn wide(&self) -> u16 {
        let budget = self.budget.as_ref().map_or(0, |words| width(words) + 3);
        (width(self.name) + width(&self.verdict.words) + 3 + budget) as u16
    }
}

/// Every connection in its own place; where they do not all fit, those in trouble come first.
fn stands<'a>(fleet: &'a Fleet, room: u16, canvas: &Canvas) -> Vec<Stand<'a>> {
    let now = canvas.now();
    let stand = |connection: &'a Connection| {
        let verdict = fleet.verdict(connection, now);
        verdict.since.iter().for_each(|since| drop(canvas.age(*since)));
        Stand { name: &connection.info.name, verdict, budget: budget_words(connection, now) }
    };
    let mut stands: Vec<Stand> = fleet.connections.iter().map(stand).collect();
    if stands.iter().map(|stand| stand.wide() + 3).sum::<u16>() > room + 3 {
        stands.sort_by_key(|stand| match stand.verdict.role {
            Role::Bad => 0,
            Role::Warn => 1,
            _ => 2,
        });
    }
    stands
}

/// States of writes that are told everywhere, what a person has to see first.
const TOLD: [WriteState; 7] = [
    WriteState::Conflicted,
    WriteState::Wedged,
    WriteState::Expired,
    WriteState::Unknown,
    WriteState::Retrying,
    WriteState::Queued,
    WriteState::Sending,
];

fn right_words(fleet: &Fleet) -> Vec<(String, Role)> {
    let mut out = Vec::new();
    out.extend(fleet.standing.trouble.iter().map(|trouble| (format!("! {trouble}"), Role::Bad)));
    for paused in &fleet.standing.paused {
        out.push((format!("! {} is not written to", paused.connection), Role::Bad));
    }
    for (state, count) in TOLD.map(|state| (state, fleet.standing.of(state))) {
        if count > 0 {
            let (glyph, role) = look(state);
            out.push((format!("{glyph} {} {state}", grouped(count)), if state.is_open() { Role::Dim } else { role }));
        }
    }
    let problems = fleet.problems.len() as u64;
    if problems > 0 {
        let noun = if problems == 1 { "problem" } else { "problems" };
        out.push((format!("! {} {noun}", grouped(problems)), Role::Warn));
    }
    if let Some(holder) = &fleet.lease {
        out.push((format!("reading only: {holder} syncs"), Role::Dim));
    }
    out
}

/// What the keys do here, most useful first, as many as fit.
pub(crate) fn hints(area: Rect, scope: Scope, facts: &Facts, keys: &Keymap, count: &str, canvas: &mut Canvas) {
    let mut x = area.x + 1;
    if !count.is_empty() {
        x = canvas.put(x, area.y, &format!("# {count}"), 12, Role::Accent) + 3;
    }
    let room = |action: &Action| Some(width(&keys.hint_of(action.act)?) as u16 + width(action.short) as u16 + 4);
    let hinted = hinted(scope, facts);
    // The way to everything else is always in sight, however much can be done here.
    let mut kept: Vec<&Action> = hinted.iter().copied().filter(|action| KEPT.contains(&action.act)).collect();
    for action in hinted {
        let Some((key, wide)) = keys.hint_of(action.act).zip(room(action)) else { continue };
        kept.retain(|kept| kept.act != action.act);
        let ahead: u16 = kept.iter().filter_map(|kept| room(kept)).sum();
        if x + wide + ahead > area.right() + 2 {
            continue;
        }
        x = canvas.put(x, area.y, &key, 12, Role::Key) + 1;
        x = canvas.put(x, area.y, action.short, 24, Role::Hint) + 3;
    }
}

/// What these keys do, and nothing else, as many as fit.
pub(crate) fn only(area: Rect, acts: &[(Act, &str)], keys: &Keymap, canvas: &mut Canvas) {
    let mut x = area.x + 1;
    for (act, words) in acts {
        let Some(key) = keys.hint_of(*act) else { continue };
        if x + (width(&key) + width(words)) as u16 + 1 > area.right() {
            return;
        }
        x = canvas.put(x, area.y, &key, 12, Role::Key) + 1;
        x = canvas.put(x, area.y, words, 24, Role::Hint) + 3;
    }
}

/// Hints that others make room for.
const KEPT: [Act; 2] = [Act::Help, Act::Palette];

/// What is hinted at, most useful first, whatever fits.
pub(crate) fn hinted(scope: Scope, facts: &Facts) -> Vec<&'static Action> {
    let shown = |action: &&Action| {
        // How to move everybody knows, or finds in the help.
        let here = scope.chain().contains(&action.scope) && (action.scope == scope || action.scope != Scope::Move);
        here && action.hint > 0 && action.why_not(facts).is_none()
    };
    let mut actions: Vec<&Action> = ACTIONS.iter().filter(shown).collect();
    actions.sort_by_key(|action| action.hint);
    actions
}
