//! What stands beside the text: what is wrong with it, what it changes, what would be sent, who is affected, which versions there
//! were, and the sides of a conflict.

use quarterdeck_sync::model::Timestamp;
use ratatui::layout::Rect;

use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::drafting::{Affected, Bound, Checked, Opening, Remark, Version, Weight};
use crate::tui::looks::{so_many, status};
use crate::tui::motion;
use crate::tui::text::{beginning, fit, word};
use crate::tui::theme::Role;
use crate::tui::views::Aim;
use crate::tui::widgets::page::Page;

/// Bytes of a request's body that are shown: the text holds the rest.
const BODY: usize = 64 << 10;
/// Pointers of a version that are named.
const NAMED: usize = 6;

/// One pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pane {
    Problems,
    Sides,
    Changes,
    Request,
    Affected,
    Versions,
}

/// All of them, and which is open.
pub(super) struct Beside {
    panes: Vec<Pane>,
    open: usize,
    affected: Option<Result<Affected, String>>,
    versions: Option<Result<Vec<Version>, String>>,
    /// The problem, or the version, that is chosen.
    cursor: usize,
    /// The version that is to be chosen once they are known: the one that was first seen then.
    sought: Option<Timestamp>,
    top: usize,
    high: usize,
    /// What is drawn: for which pane and how many cells, its lines, and the line at which each thing to choose begins.
    made: Option<(Pane, u16, Page, Vec<usize>)>,
}

impl Beside {
    /// With the problems in sight, or the versions.
    pub fn new(aim: Aim) -> Self {
        let panes = vec![Pane::Problems, Pane::Changes, Pane::Request, Pane::Affected, Pane::Versions];
        let open = if aim == Aim::Text { 0 } else { panes.len() - 1 };
        let sought = if let Aim::Version(at) = aim { Some(at) } else { None };
        Self { panes, open, affected: None, versions: None, cursor: 0, sought, top: 0, high: 1, made: None }
    }

    /// Takes in what the document is: a conflict has its sides, and only a record is bound to agents and has versions.
    pub fn offer(&mut self, opening: Option<&Opening>) {
        if opening.is_some_and(|opening| opening.sides.is_some()) {
            self.panes = vec![Pane::Sides, Pane::Problems, Pane::Changes, Pane::Request];
            self.open = 0;
        }
        self.renew();
    }

    /// What is shown may have changed.
    pub fn renew(&mut self) {
        self.made = None;
    }

    pub fn affects(&mut self, affected: Result<Affected, String>) {
        self.affected = Some(affected);
        self.renew();
    }

    pub fn versions(&mut self, versions: Result<Vec<Version>, String>) {
        if let (Ok(known), Some(at)) = (&versions, self.sought.take()) {
            self.cursor = known.iter().position(|version| version.seen_at == at).unwrap_or(0);
        }
        self.versions = Some(versions);
        self.renew();
    }

    fn pane(&self) -> Pane {
        self.panes.get(self.open).copied().unwrap_or(Pane::Problems)
    }

    /// Opens the next pane, or the one before.
    pub fn turn(&mut self, forward: bool) {
        let count = self.panes.len().max(1);
        self.open = if forward { self.open + 1 } else { self.open + count - 1 } % count;
        (self.cursor, self.top, self.made) = (0, 0, None);
    }

    /// The version under the cursor, when versions are in sight.
    pub fn version(&self) -> Option<&Version> {
        let versions = self.versions.as_ref().filter(|_| self.pane() == Pane::Versions)?;
        versions.as_ref().ok()?.get(self.cursor)
    }

    /// The problem under the cursor, when problems are in sight.
    pub fn problem(&self) -> Option<usize> {
        (self.pane() == Pane::Problems).then_some(self.cursor)
    }

    /// Moves the cursor, or the page where there is nothing to choose.
    pub fn motion(&mut self, act: Act, count: Option<u32>) {
        let Some(by) = motion::lines(act, count, self.high) else { return };
        let Some((_, _, lines, starts)) = &self.made else { return };
        if starts.is_empty() {
            self.top = motion::among(lines.len().saturating_sub(self.high) + 1, self.top, by);
        } else {
            let before = self.cursor;
            self.cursor = motion::among(starts.len(), self.cursor, by);
            // Of a version all that it would change is shown, and that is more than it was.
            if before != self.cursor && self.pane() == Pane::Versions {
                self.made = None;
            }
        }
    }

    /// Draws the names of the panes, and the open one below them.
    pub fn draw(
        &mut self,
        area: Rect,
        checked: Option<&Checked>,
        opening: Option<&Opening>,
        focused: bool,
        canvas: &mut Canvas,
    ) {
        self.heads(area, checked, focused, canvas);
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let pane = self.pane();
        if self.made.as_ref().is_none_or(|(made, cells, ..)| (*made, *cells) != (pane, body.width)) {
            let mut page = Page::new(body.width);
            let starts = self.make(pane, checked, opening, &mut page, canvas);
            self.made = Some((pane, body.width, page, starts));
        }
        let Some((_, _, page, starts)) = &self.made else { return };
        self.high = usize::from(body.height);
        let last = starts.len().saturating_sub(1);
        self.cursor = self.cursor.min(last);
        if let Some(start) = starts.get(self.cursor) {
            let end = starts.get(self.cursor + 1).copied().unwrap_or(page.len());
            self.top = self.top.max(end.saturating_sub(self.high)).min(*start);
        }
        self.top = self.top.min(page.len().saturating_sub(self.high));
        let chosen = starts.get(self.cursor).filter(|_| focused).map(|start| start.saturating_sub(self.top) as u16);
        let chosen = chosen.filter(|line| *line < body.height).map(|line| Rect { y: body.y + line, height: 1, ..body });
        if let Some(line) = chosen {
            canvas.tint(line, Role::Selected);
        }
        page.draw(body, self.top, canvas);
        if let Some(line) = chosen {
            canvas.settle(line, Role::Selected);
        }
        if page.len() > self.high && self.top + self.high < page.len() {
            let more = format!(" {} more ↓ ", page.len() - self.top - self.high);
            canvas.put_right(body.right(), body.bottom().saturating_sub(1), &more, 16, Role::Dim);
        }
    }

    fn heads(&self, area: Rect, checked: Option<&Checked>, focused: bool, canvas: &mut Canvas) {
        let mut x = area.x;
        // Where not all fit, the open one and what comes after it do.
        let short = area.width < 60;
        for (at, pane) in self.panes.iter().enumerate() {
            let open = at == self.open;
            let (name, brief, count) = self.head(*pane, checked);
            let name = if short && !open { brief } else { name };
            let words = if count.is_empty() { name.to_owned() } else { format!("{name} {count}") };
            let role = match (open, focused) {
                (true, true) => Role::Accent,
                (true, false) => Role::Title,
                _ => Role::Dim,
            };
            let mark = if open { "▸" } else { " " };
            x = canvas.put(x, area.y, &format!("{mark}{words} "), area.right().saturating_sub(x), role);
        }
    }

    fn head(&self, pane: Pane, checked: Option<&Checked>) -> (&'static str, &'static str, String) {
        let number = |count: usize| if count == 0 { String::new() } else { count.to_string() };
        match pane {
            Pane::Problems => {
                ("Problems", "Prob", number(checked.map_or(0, |checked| checked.remarks.len() + checked.more)))
            }
            Pane::Changes => {
                ("Changes", "Chg", number(checked.map_or(0, |checked| checked.changes.len() + checked.more_changes)))
            }
            Pane::Request => ("Request", "Req", String::new()),
            Pane::Affected => {
                let total = self.affected.iter().flatten().map(|affected| affected.total).sum();
                ("Affected", "Aff", number(total))
            }
            Pane::Versions => ("Versions", "Vers", number(self.versions.iter().flatten().map(Vec::len).sum())),
            Pane::Sides => ("Conflict", "Conf", String::new()),
        }
    }

    /// Makes the lines of a pane; where each thing to choose begins.
    fn make(
        &self,
        pane: Pane,
        checked: Option<&Checked>,
        opening: Option<&Opening>,
        page: &mut Page,
        canvas: &Canvas,
    ) -> Vec<usize> {
        let mut starts = Vec::new();
        match (pane, checked) {
            (Pane::Affected, _) => match &self.affected {
                None => page.plain("looking …", Role::Dim),
                Some(Err(why)) => page.plain(&format!("✗ {why}"), Role::Bad),
                Some(Ok(affected)) => affects(affected, page),
            },
            (Pane::Versions, _) => match &self.versions {
                None => page.plain("looking …", Role::Dim),
                Some(Err(why)) => page.plain(&format!("✗ {why}"), Role::Bad),
                Some(Ok(versions)) if versions.is_empty() => {
                    page.plain("No version was kept yet: the next sync keeps the first.", Role::Dim);
                }
                Some(Ok(versions)) => {
                    for (at, version) in versions.iter().enumerate() {
                        starts.push(page.len());
                        one_version(version, at == self.cursor, page, canvas);
                    }
                }
            },
            (Pane::Sides, _) => sides(opening, page),
            (_, None) => page.plain("checking …", Role::Dim),
            (Pane::Problems, Some(checked)) => {
                for remark in &checked.remarks {
                    starts.push(page.len());
                    one_remark(remark, page);
                }
                if checked.remarks.is_empty() {
                    page.plain("✓ Nothing is wrong with it.", Role::Good);
                }
                left_out(checked.more, page);
            }
            (Pane::Changes, Some(checked)) => {
                if checked.changes.is_empty() {
                    page.plain("It is as it was.", Role::Dim);
                }
                page.diff(&checked.changes);
                left_out(checked.more_changes, page);
            }
            (Pane::Request, Some(checked)) => request(checked, page),
        }
        starts
    }
}

fn left_out(more: usize, page: &mut Page) {
    if more > 0 {
        page.plain(&format!("and {more} more"), Role::Dim);
    }
}

/// How much a remark weighs, as a sign and a colour.
pub(super) fn sign(weight: Weight) -> (&'static str, Role) {
    match weight {
        Weight::Wrong => ("✗", Role::Bad),
        Weight::Doubt => ("!", Role::Warn),
        Weight::Note => ("·", Role::Dim),
    }
}

fn one_remark(remark: &Remark, page: &mut Page) {
    let (sign, role) = sign(remark.weight);
    let place = remark.place.map_or_else(|| "–".to_owned(), |(line, column)| format!("{line}:{column}"));
    let at = remark
        .at
        .as_deref()
        .map_or(String::new(), |at| format!("{} ", if at.is_empty() { "the document" } else { at }));
    page.listed(sign, &format!("{place}  {at}{}", remark.words), role);
}

fn request(checked: &Checked, page: &mut Page) {
    let request = match &checked.request {
        None => return page.plain("Nothing, as long as the text is wrong.", Role::Warn),
        Some(Err(_)) if checked.changes.is_empty() => return page.plain("Nothing: it is as it was.", Role::Dim),
        Some(Err(why)) => return page.plain(&format!("Nothing: {why}."), Role::Warn),
        Some(Ok(request)) => request,
    };
    page.plain(&format!("{} {}", request.method, request.path), Role::Title);
    for other in &request.or {
        page.plain(&format!("or, where that is not known: {other}"), Role::Dim);
    }
    if request.merged {
        page.plain("What was changed there since is in it: both are merged.", Role::Warn);
    }
    page.plain(
        "Before it is sent the policy is looked at again; if it has moved, the two are merged, or it is a conflict.",
        Role::Dim,
    );
    page.blank();
    let Some(body) = &request.body else { return };
    let shown = beginning(body, BODY);
    page.foreign_whole(shown);
    if shown.len() < body.len() {
        page.plain(&format!("and {} bytes more: they are in the text", body.len() - shown.len()), Role::Dim);
    }
}

fn affects(affected: &Affected, page: &mut Page) {
    page.plain(&format!("{}: {}.", so_many(affected.total, "agents"), affected.how), Role::Text);
    if let Some(version) = &affected.version {
        let words = match (affected.outdated, affected.unknown) {
            (0, 0) => format!("All have {version}."),
            (0, unknown) => format!("Of {unknown} it is not known whether they have {version}."),
            (outdated, 0) => format!("{outdated} had an older one than {version} when they were last heard of."),
            (outdated, unknown) => {
                format!("{outdated} had an older one than {version} when last heard of; of {unknown} it is not known.")
            }
        };
        page.plain(&words, if affected.outdated > 0 { Role::Warn } else { Role::Dim });
    }
    page.blank();
    for agent in &affected.agents {
        one_agent(agent, page);
    }
    left_out(affected.total.saturating_sub(affected.agents.len()), page);
}

fn one_agent(agent: &Bound, page: &mut Page) {
    let (mut sign, mut role) = agent.status.as_deref().map_or(("·", Role::Dim), status);
    if agent.outdated {
        (sign, role) = ("◷", Role::Warn);
    }
    let title =
        agent.title.as_deref().filter(|title| *title != agent.id).map_or(String::new(), |title| format!("  {title}"));
    let state = agent.status.as_deref().map_or(String::new(), |status| format!("  {}", word(status)));
    let version = match (&agent.version, agent.outdated) {
        (Some(version), true) => format!("  has {version}"),
        (Some(version), false) => format!("  {version}"),
        (None, _) => String::new(),
    };
    page.listed(sign, &format!("{}{title}{state}{version}", agent.id), role);
}

fn one_version(version: &Version, chosen: bool, page: &mut Page, canvas: &Canvas) {
    let label = version.label.as_deref().map_or(String::new(), |label| format!("  {label}"));
    let ours = version.write.as_ref().map_or(String::new(), |write| format!("  by our write {write}"));
    let age = canvas.age(version.seen_at);
    page.listed(
        if version.diff.is_empty() { "●" } else { "○" },
        &format!("{}{label}  {age}{ours}", version.number),
        Role::Text,
    );
    match &version.changed {
        None => page.plain("  the first that was seen", Role::Dim),
        Some(changed) => {
            let named: Vec<&str> = changed.iter().take(NAMED).map(String::as_str).collect();
            let more = changed.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            page.plain(&fit(&format!("  {}{more}", named.join(" ")), 200), Role::Dim);
        }
    }
    if chosen && version.diff.is_empty() {
        page.plain("  as it is now", Role::Dim);
    } else if chosen {
        page.plain("  bringing it back would change:", Role::Warn);
        page.diff(&version.diff);
    }
}

fn sides(opening: Option<&Opening>, page: &mut Page) {
    let Some(sides) = opening.and_then(|opening| opening.sides.as_ref()) else { return };
    page.plain("Both changed these. The text has mine; make of it what it is to be.", Role::Warn);
    page.disputes(&sides.disputes);
    page.heading("WHAT THEY CHANGED");
    page.diff(&sides.theirs);
    page.heading("WHAT I CHANGED");
    page.diff(&sides.mine);
}
