//! Progress bars: a line for each connection, and one for each of its lists that is being read.

use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use quarterdeck_sync::engine::{Event, Outcome};
use quarterdeck_sync::model::{ListKey, Timestamp};
use quarterdeck_sync::platform::BudgetView;
use quarterdeck_sync::text::Clean;

use crate::cli::columns::{grouped, size};

/// Redraws a second: an SSH link carries them easily.
const RATE: u8 = 8;

/// A list that is read faster than this never gets a bar: it would only flicker.
const SHORT: Duration = Duration::from_millis(300);

/// How long a list must have been read before its speed means anything.
const SURE: Duration = Duration::from_secs(1);

/// The bars of one sync.
pub struct Bars {
    all: MultiProgress,
    connections: HashMap<String, Connection>,
    lists: HashMap<ListKey, Reading>,
}

/// A list that is being read; it gets a bar once it takes long enough to be looked at.
struct Reading {
    since: Instant,
    bar: Option<ProgressBar>,
}

struct Connection {
    line: ProgressBar,
    lists: usize,
    done: usize,
    rows: u64,
    /// Contents asked for, due, and bytes of those that came.
    contents: Option<(u64, u64, u64)>,
    budget: BudgetView,
}

impl Bars {
    /// Draws nothing yet.
    pub fn new() -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(RATE));
        Self { all, connections: HashMap::new(), lists: HashMap::new() }
    }

    /// Shows what happened.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Started { connection, lists } => {
                let line = self.all.add(bar(&connection, "{spinner} {prefix:<18} {msg}"));
                line.enable_steady_tick(Duration::from_millis(250));
                let state = Connection { line, lists, done: 0, rows: 0, contents: None, budget: BudgetView::default() };
                state.show();
                self.connections.insert(connection, state);
            }
            Event::Progress { list, rows, total, budget } => {
                let after = self.connections.get_mut(&list.connection).map(|connection| {
                    connection.budget = budget;
                    connection.show();
                    connection.line.clone()
                });
                let reading =
                    self.lists.entry(list.clone()).or_insert_with(|| Reading { since: Instant::now(), bar: None });
                if reading.since.elapsed() < SHORT {
                    return;
                }
                let bar = reading.bar.get_or_insert_with(|| list_bar(&self.all, after.as_ref(), &list));
                if let Some(total) = total
                    && bar.length() != Some(total.max(rows))
                {
                    bar.set_length(total.max(rows));
                    bar.set_style(style("    {prefix:<16} {bar:24} {human_pos}/{human_len}  {rate}{left}"));
                }
                bar.set_position(rows);
            }
            Event::Listed(report) => {
                if let Some(bar) = self.lists.remove(&report.list).and_then(|reading| reading.bar) {
                    bar.finish_and_clear();
                    self.all.remove(&bar);
                }
                if let Some(connection) = self.connections.get_mut(&report.list.connection) {
                    connection.done += 1;
                    connection.rows += report.rows;
                    connection.show();
                }
            }
            Event::Contents { connection, report, budget } => {
                if let Some(line) = self.connections.get_mut(&connection) {
                    line.budget = budget;
                    line.contents = Some((report.done(), report.due, report.bytes));
                    line.show();
                }
            }
            Event::Finished(report) => {
                if let Some(connection) = self.connections.remove(&report.connection) {
                    let trouble =
                        report.lists.iter().filter(|l| matches!(l.outcome, Outcome::Failed | Outcome::Partial));
                    let end = match (&report.error, trouble.count()) {
                        (Some(error), _) => Clean::line(&error.message).into_string(),
                        (None, 0) => format!("{} rows read", grouped(connection.rows)),
                        (None, lists) => {
                            format!("{} rows read, {lists} lists not completely", grouped(connection.rows))
                        }
                    };
                    connection.line.finish_with_message(end);
                }
            }
        }
    }
}

impl Drop for Bars {
    /// A sync that was stopped leaves no half-drawn lines.
    fn drop(&mut self) {
        let lists = self.lists.values().filter_map(|reading| reading.bar.as_ref());
        for bar in lists.chain(self.connections.values().map(|connection| &connection.line)) {
            bar.finish_and_clear();
        }
    }
}

impl Connection {
    fn show(&self) {
        let contents = self.contents.map_or_else(String::new, |(done, due, bytes)| {
            format!(", {}/{} contents ({})", grouped(done), grouped(due.max(done)), size(bytes))
        });
        let budget = budget(&self.budget, Timestamp::now());
        self.line.set_message(format!("{}/{} lists{contents}{budget}", self.done, self.lists));
    }
}

fn list_bar(all: &MultiProgress, after: Option<&ProgressBar>, list: &ListKey) -> ProgressBar {
    let bar = bar(&list.collection, "    {prefix:<16} {human_pos} rows  {rate}");
    match after {
        Some(line) => all.insert_after(line, bar),
        None => all.add(bar),
    }
}

/// A bar that is drawn by nobody yet: one with a target of its own would draw itself among the others.
fn bar(name: &str, template: &str) -> ProgressBar {
    ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
        .with_style(style(template))
        .with_prefix(Clean::line(name).into_string())
}

/// What is left of the rate budget, and what we wait for.
fn budget(budget: &BudgetView, now: Timestamp) -> String {
    let wait =
        |until: Option<Timestamp>| until.map(|at| at.duration_since(now).as_secs()).filter(|seconds| *seconds > 0);
    let mut out = match (budget.remaining, budget.limit) {
        (Some(left), Some(limit)) => format!(", budget {}/{}", grouped(left), grouped(limit)),
        (Some(left), None) => format!(", budget {}", grouped(left)),
        _ => String::new(),
    };
    if let Some(seconds) = wait(budget.paused_until) {
        out.push_str(&format!(", waiting {seconds} s as the platform asks"));
    } else if let (Some(seconds), false) = (wait(budget.reset_at), out.is_empty()) {
        out.push_str(&format!(", whole in {seconds} s"));
    }
    out
}

/// Templates are our own words: a wrong one falls back to indicatif's.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
        .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
            // Before a second has passed the rate is a guess.
            if state.elapsed() >= SURE {
                let _ = write!(out, "{} rows/s", grouped(state.per_sec().round() as u64));
            }
        })
        .with_key("left", |state: &ProgressState, out: &mut dyn fmt::Write| {
            if state.elapsed() >= SURE && state.eta() >= SURE {
                let _ = write!(out, ", {:#} left", HumanDuration(state.eta()));
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_explained() {
        let now = Timestamp::UNIX_EPOCH;
        let at = |seconds| Some(now + jiff::SignedDuration::from_secs(seconds));
        let view = BudgetView { limit: Some(1000), remaining: Some(18), reset_at: at(40), paused_until: None };
        assert_eq!(budget(&view, now), ", budget 18/1,000, whole in 40 s");
        let paused = BudgetView { paused_until: at(7), ..view };
        assert_eq!(budget(&paused, now), ", budget 18/1,000, waiting 7 s as the platform asks");
        assert_eq!(budget(&BudgetView::default(), now), "");
    }
}
