//! The last two lines: how each connection stands, and what the keys do.

use quarterdeck_sync::model::WriteState;
use ratatui::layout::Rect;

use crate::tui::actions::{ACTIONS, Act, Action, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::fleet::{Fleet, budget_words};
use crate::tui::keys::Keymap;
use crate::tui::looks::look;
use crate::tui::text::{grouped, width};
use crate::tui::theme::Role;

/// Each connection with its verdict; on the right, problems and who syncs.
pub(crate) fn draw(area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
    canvas.fill(area, Role::Raised);
    let mut right = area.right().saturating_sub(1);
    for (words, role) in right_words(fleet) {
        // What only informs leaves room for how the connections stand.
        let room = if role == Role::Dim { area.width / 2 } else { 20 };
        if width(&words) as u16 + room < right.saturating_sub(area.x) {
            right = canvas.put_right(right, area.y, &words, area.width, role).saturating_sub(3);
        }
    }
    let mut x = area.x + 1;
    if fleet.connections.is_empty() {
        canvas.put(x, area.y, "no connection", right.saturating_sub(x), Role::Dim);
    }
    let now = canvas.now();
    for (at, connection) in fleet.connections.iter().enumerate() {
        let verdict = fleet.verdict(connection, now);
        if let Some(since) = verdict.since {
            canvas.age(since);
        }
        let name = &connection.info.name;
        let mut wide = width(name) + width(&verdict.words) + 3;
        let budget = budget_words(&connection.budget, now);
        wide += budget.as_ref().map_or(0, |words| width(words) + 3);
        if x + wide as u16 > right {
            canvas.put(x, area.y, &format!("+{}", fleet.connections.len() - at), right.saturating_sub(x), Role::Dim);
            return;
        }
        x = canvas.put(x, area.y, name, 24, fleet.badge(name)) + 1;
        x = canvas.put(x, area.y, verdict.glyph, 1, verdict.role) + 1;
        x = canvas.put(x, area.y, &verdict.words, 40, verdict.role);
        if let Some(words) = budget {
            x = canvas.put(x, area.y, &format!(" ({words})"), 24, Role::Warn);
        }
        x += 3;
    }
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

fn hinted(scope: Scope, facts: &Facts) -> Vec<&'static Action> {
    let shown = |action: &&Action| {
        // How to move everybody knows, or finds in the help.
        let here = scope.chain().contains(&action.scope) && (action.scope == scope || action.scope != Scope::Move);
        here && action.hint > 0 && action.why_not(facts).is_none()
    };
    let mut actions: Vec<&Action> = ACTIONS.iter().filter(shown).collect();
    actions.sort_by_key(|action| action.hint);
    actions
}
