//! What is known of a connection, or of a list of it, as a page. What a platform says stands behind the bar of others.

use quarterdeck_sync::model::{ContentTotals, Freshness, Offered, Problem, Timestamp};

use super::rows::Line;
use crate::amounts::size;
use crate::tui::canvas::Canvas;
use crate::tui::fleet::{Connection, Fleet, Trial};
use crate::tui::text::{grouped, moment};
use crate::tui::theme::Role;
use crate::tui::widgets::page::Page;

/// Problems that are told in full.
const TOLD: usize = 100;

/// Everything about a row, for so many cells.
pub(super) fn page(line: &Line, fleet: &Fleet, contents: &[ContentTotals], cells: u16, canvas: &Canvas) -> Page {
    let mut page = Page::new(cells);
    let info = &line.connection.info;
    let (glyph, words, role, since) = line.stands(fleet, canvas.now());
    if let Some(since) = since {
        canvas.age(since);
    }
    match line.list {
        None => page.field("connection", &info.name, Role::Title),
        Some(list) => page.field("list", &format!("{} of {}", list.list.collection, info.name), Role::Title),
    }
    page.marked("stands", glyph, &words, role);
    match line.list {
        None => connection(&mut page, line, fleet, contents, canvas),
        Some(list) => counts(&mut page, list),
    }
    let error = line.connection.ended.as_ref().and_then(|ended| ended.error.as_ref()).map(|(_, message)| message);
    if let Some(message) = error {
        page.heading("LAST PULL");
        page.foreign("", message);
    }
    // What stopped the whole connection has been said.
    let problems: Vec<&Problem> =
        line.problems(fleet).into_iter().filter(|problem| Some(&problem.message) != error).collect();
    if !problems.is_empty() {
        page.heading("PROBLEMS");
    }
    for problem in problems.iter().take(TOLD) {
        let about = if line.list.is_none() { format!("{}, ", problem.list.collection) } else { String::new() };
        page.marked("", "!", &format!("{about}since {}", canvas.age(problem.since)), Role::Warn);
        let id = problem.id.as_ref().map_or(String::new(), |id| format!("{id}: "));
        page.foreign("", &format!("{id}{}", problem.message));
    }
    if problems.len() > TOLD {
        page.plain(&format!("and {} more", grouped((problems.len() - TOLD) as u64)), Role::Dim);
    }
    page
}

fn connection(page: &mut Page, line: &Line, fleet: &Fleet, contents: &[ContentTotals], canvas: &Canvas) {
    let info = &line.connection.info;
    page.field("platform", &info.platform, Role::Text);
    page.field("at", &info.url, Role::Text);
    match &line.connection.trial {
        None => {}
        Some(Trial::Running) => page.marked("tested", "↻", "being tested: signs in and reads one row", Role::Busy),
        Some(Trial::Good(at, answer)) => {
            page.marked("tested", "✓", &moment(*at), Role::Good);
            page.field("", &answer.words(), Role::Good);
        }
        Some(Trial::Bad(at, why)) => {
            page.marked("tested", "!", &moment(*at), Role::Bad);
            page.foreign("", why);
        }
    }
    if let Some((words, role)) = budget(line.connection, canvas) {
        page.field("budget", &words, role);
    }
    if let Some(words) = contents.iter().find(|one| one.connection == info.name).and_then(content) {
        page.field("contents", &words, Role::Dim);
    }
    let missing: Vec<&str> = fleet
        .lists
        .iter()
        .filter(|list| list.list.connection == info.name && matches!(list.offered, Offered::No { .. }))
        .map(|list| list.list.collection.as_str())
        .collect();
    if !missing.is_empty() {
        page.field("not offered", &missing.join(", "), Role::Dim);
    }
}

fn counts(page: &mut Page, list: &Freshness) {
    page.field("kind", list.kind.as_str(), Role::Text);
    let count = |count: Option<u64>| count.map_or_else(|| "not told".to_owned(), grouped);
    page.field("server", &count(list.server_count), Role::Text);
    let agree = list.server_count.is_none_or(|count| count == list.mirror_count);
    page.field("mirror", &grouped(list.mirror_count), if agree { Role::Text } else { Role::Warn });
    if let Some(index) = list.index_count {
        page.field("index", &grouped(index), Role::Text);
    }
    if list.gone_count > 0 {
        page.field("gone", &format!("† {} are kept", grouped(list.gone_count)), Role::Dim);
    }
    let at = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), moment);
    page.field("checked", &at(list.checked_at), Role::Text);
    page.field("read whole", &at(list.walked_at), Role::Text);
}

/// What a connection may still ask for, where that is known.
fn budget(connection: &Connection, canvas: &Canvas) -> Option<(String, Role)> {
    let (budget, now) = (&connection.budget, canvas.now());
    if let Some(until) = budget.paused_until.filter(|until| *until > now) {
        return Some((format!("used up, waits until {}", moment(until)), Role::Warn));
    }
    let (limit, left) = budget.limit.zip(budget.remaining)?;
    let reset =
        budget.reset_at.filter(|at| *at > now).map_or(String::new(), |at| format!(", full again at {}", moment(at)));
    let role = if left.saturating_mul(4) <= limit { Role::Warn } else { Role::Dim };
    let told = connection.budget_at.map(|at| canvas.age(at)).filter(|age| age != "now");
    let told = told.map_or(String::new(), |age| format!(", as told {age} ago"));
    Some((format!("{left} of {limit} requests left{told}{reset}"), role))
}

/// How much of what was said and done is here.
fn content(totals: &ContentTotals) -> Option<String> {
    let here = totals.held + totals.stale;
    if here + totals.missing + totals.dropped == 0 {
        return None;
    }
    let kept = match totals.in_records {
        0 => size(totals.packed_bytes),
        // Their bytes are those of the lists above.
        all if all >= here => "as records of their own".to_owned(),
        some => format!("{}, and {} as records of their own", size(totals.packed_bytes), grouped(some)),
    };
    let mut said = vec![format!("{} here ({kept})", grouped(here))];
    for (count, words) in [
        (totals.stale, "of them older than their records"),
        (totals.missing, "not fetched"),
        (totals.failing, "failed"),
        (totals.dropped, "dropped to make room"),
    ] {
        if count > 0 {
            said.push(format!("{} {words}", grouped(count)));
        }
    }
    Some(said.join(", "))
}
