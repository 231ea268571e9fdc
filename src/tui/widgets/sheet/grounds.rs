//! What an answer rests on, below what the sheet says itself. Pure; made once for each width, since a payload may be long.

use crate::tui::decisions::Item;
use crate::tui::grounds::{Earlier, Fetch, Grounds, Past, Payload, RunSoFar, Step};
use crate::tui::hosts;
use crate::tui::text::{beginning, grouped, moment, word};
use crate::tui::theme::Role;
use crate::tui::unsealed::Unsealed;
use crate::tui::widgets::page::Page;

/// Bytes of a payload or a record that are laid out; what lies behind is told, never left out in silence.
const LAID_OUT: usize = 1 << 20;

/// The lines.
pub(super) fn page(
    item: &Item,
    grounds: &Result<Grounds, String>,
    fetch: &Fetch,
    unsealed: Option<&Unsealed>,
    cells: u16,
) -> Page {
    let mut page = Page::new(cells).unsealed(unsealed);
    for (name, value) in &item.rests_on {
        for doubt in hosts::doubts(value) {
            page.blank();
            page.foreign_warning(&format!("{name}: {doubt}"));
        }
    }
    let grounds = match grounds {
        Ok(grounds) => grounds,
        Err(why) => {
            page.blank();
            page.marked("beware", "✗", &format!("what it rests on could not be read: {why}"), Role::Bad);
            return page;
        }
    };
    payload(grounds.payload.as_ref(), &mut page);
    if let Some(run) = &grounds.run {
        run_so_far(run, fetch, &mut page);
    }
    page.heading("RULES THAT FIT");
    page.plain(&grounds.rules_told, Role::Dim);
    for rule in &grounds.rules {
        page.foreign("", &format!("{} {}: fits {}", rule.policy, rule.at, rule.fits));
        page.foreign("", &format!("  {}", rule.says));
    }
    earlier(&grounds.earlier, &mut page);
    page.heading("THE WHOLE RECORD");
    whole(&grounds.record, &mut page);
    page
}

fn payload(payload: Option<&Payload>, page: &mut Page) {
    let Some(payload) = payload else {
        page.heading("PAYLOAD");
        return page.plain("The platform does not send it: what is approved is what the record says.", Role::Warn);
    };
    let bytes = if payload.bytes == 1 { "byte" } else { "bytes" };
    page.heading(format!("PAYLOAD  {} {bytes}", grouped(payload.bytes as u64)));
    if payload.hidden > 0 {
        let noun = if payload.hidden == 1 { "hidden character" } else { "hidden characters" };
        page.listed("!", &format!("{} {noun} in it", payload.hidden), Role::Warn);
    }
    whole(&payload.text, page);
}

/// All of a text, as far as it is laid out.
fn whole(text: &str, page: &mut Page) {
    let shown = beginning(text, LAID_OUT);
    page.foreign_whole(shown);
    if shown.len() < text.len() {
        let more = grouped((text.len() - shown.len()) as u64);
        page.listed("!", &format!("{more} bytes more are not shown here: qd approvals show has them all"), Role::Bad);
    }
}

fn run_so_far(run: &RunSoFar, fetch: &Fetch, page: &mut Page) {
    page.heading("THE RUN SO FAR");
    let status = run.status.as_deref().map_or(String::new(), |status| format!("  {}", word(status)));
    page.foreign("", &format!("{}{status}", run.id));
    if let Some(missing) = &run.missing {
        page.plain(missing, Role::Dim);
    }
    match fetch {
        Fetch::Asked(list, _) => page.listed("⋯", &format!("{} is asked for it", list.connection), Role::Busy),
        Fetch::Failed(why) => {
            page.listed("○", "it was asked for, and did not come:", Role::Warn);
            page.foreign("", why);
        }
        // There is a newer look to come, or nothing was to be asked.
        Fetch::Answered | Fetch::No => {}
    }
    if run.total > run.steps.len() {
        let (shown, total) = (run.steps.len(), grouped(run.total as u64));
        let or_more = if run.uncounted { " or more" } else { "" };
        page.plain(&format!("the last {shown} of {total}{or_more} steps:"), Role::Dim);
    }
    for step in &run.steps {
        page.foreign("", &one_step(step));
    }
}

fn one_step(step: &Step) -> String {
    let at = step.at.map_or_else(|| "–".to_owned(), |at| moment(at).chars().skip(11).take(8).collect());
    let failed = if step.failed { "✗ " } else { "" };
    format!("{at}  {}  {failed}{}", step.who.to_lowercase(), step.words)
}

fn earlier(earlier: &Earlier, page: &mut Page) {
    page.heading("THE LIKE OF IT BEFORE");
    if earlier.counts.is_empty() {
        return page.plain(&format!("none that is known ({})", earlier.alike), Role::Dim);
    }
    let counts: Vec<String> =
        earlier.counts.iter().map(|(status, count)| format!("{count} {}", word(status))).collect();
    page.foreign("", &format!("{}: {}", earlier.alike, counts.join(", ")));
    for past in &earlier.list {
        page.foreign("", &one_past(past));
    }
}

fn one_past(past: &Past) -> String {
    let at = past.at.map_or_else(|| "–".to_owned(), |at| moment(at).chars().take(16).collect());
    let agent = past.agent.as_deref().map_or(String::new(), |agent| format!("  {agent}"));
    let ours = if past.ours { ", from here" } else { "" };
    let who = past.who.as_deref().map_or(String::new(), |who| format!("  by {who}{ours}"));
    let reason = past.reason.as_deref().map_or(String::new(), |reason| format!("  “{reason}”"));
    format!("{at}  {}{agent}  {}{who}{reason}", word(&past.status), past.id)
}
