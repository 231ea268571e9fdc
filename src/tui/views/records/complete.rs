//! Completion of a filter while it is typed: names of fields, and values that there are; and what was understood of it, in words.

use quarterdeck_sync::model::{Field, Filter, Kind, Match};
use ratatui::layout::Rect;

use crate::filter::{STATES, fields};
use crate::tui::canvas::Canvas;
use crate::tui::text::width;
use crate::tui::theme::Role;

/// Suggestions shown at once.
const SHOWN: usize = 8;
/// Suggestions found, at most: nobody goes through more.
const MOST: usize = 64;
/// Fields that lists answer, in the order they are offered in.
const OFFERED: [&str; 17] = [
    "status",
    "outcome",
    "agent",
    "project",
    "title",
    "id",
    "connection",
    "platform",
    "collection",
    "kind",
    "is",
    "after",
    "before",
    "on",
    "host",
    "branch",
    "path",
];
/// Times that are offered, from the latest.
const TIMES: [&str; 7] = ["today", "yesterday", "1h", "24h", "7d", "30d", "now"];

/// The values there are.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub statuses: Vec<String>,
    pub agents: Vec<String>,
    pub projects: Vec<String>,
    pub connections: Vec<String>,
    pub platforms: Vec<String>,
    pub collections: Vec<String>,
}

/// What may stand where one types.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Suggested {
    /// Where it would stand, in bytes.
    from: usize,
    list: Vec<String>,
    /// The one that was taken last.
    chosen: Option<usize>,
}

impl Suggested {
    /// What may stand at the end of `text`.
    pub fn new(text: &str, known: &Known) -> Self {
        let start = word_start(text);
        let word = &text[start..];
        let sign = word.len() - word.trim_start_matches('-').len();
        let (word, start) = (&word[sign..], start + sign);
        let (from, list) = match word.split_once(':') {
            Some((field, value)) => {
                let begun = value.rsplit(',').next().unwrap_or_default();
                (text.len() - begun.len(), values(&field.to_ascii_lowercase(), begun, known))
            }
            None if word.is_empty() => (start, Vec::new()),
            None => (start, field_names(word)),
        };
        Self { from, list, chosen: None }
    }

    /// There is something to choose from.
    pub fn any(&self) -> bool {
        !self.list.is_empty()
    }

    /// Takes the next one, or the one before: the text with it. What is found by a field's name alone is its values.
    pub fn take(&mut self, text: &str, forward: bool) -> Option<String> {
        let last = self.list.len().checked_sub(1)?;
        let next = match (self.chosen, forward) {
            (None, true) => 0,
            (None, false) => last,
            (Some(at), true) => {
                if at == last {
                    0
                } else {
                    at + 1
                }
            }
            (Some(at), false) => {
                if at == 0 {
                    last
                } else {
                    at - 1
                }
            }
        };
        self.chosen = Some(next);
        Some(format!("{}{}", text.get(..self.from)?, self.list.get(next)?))
    }

    /// Draws them below the place they would stand at.
    pub fn draw(&self, text: &str, area: Rect, canvas: &mut Canvas) {
        if self.list.is_empty() || area.height == 0 {
            return;
        }
        let before = text.get(..self.from).unwrap_or_default();
        let wide = self.list.iter().map(|words| width(words)).max().unwrap_or(0).clamp(10, 40) as u16 + 2;
        let x = (area.x + width(before) as u16).min(area.right().saturating_sub(wide + 1)).max(area.x);
        let page = SHOWN.min(usize::from(area.height));
        let top = self.chosen.map_or(0, |at| (at + 1).saturating_sub(page));
        for (at, words) in self.list.iter().enumerate().skip(top).take(page) {
            let line = Rect { x, y: area.y + (at - top) as u16, width: wide, height: 1 };
            canvas.fill(line, Role::Overlay);
            let here = self.chosen == Some(at);
            if here {
                canvas.tint(line, Role::Selected);
            }
            canvas.put(x, line.y, "│", 1, Role::LineFocus);
            canvas.put(x + 1, line.y, words, wide - 2, Role::Text);
            if here {
                canvas.put(x, line.y, "▌", 1, Role::Accent);
                canvas.settle(line, Role::Selected);
            }
        }
    }
}

/// Where the last word of a filter begins; what stands in quotes is one.
fn word_start(text: &str) -> usize {
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | ')' if !quoted => start = at + 1,
            c if c.is_whitespace() && !quoted => start = at + c.len_utf8(),
            _ => {}
        }
    }
    start
}

fn field_names(begun: &str) -> Vec<String> {
    let begun = begun.to_ascii_lowercase();
    let known = fields();
    let fits = OFFERED.iter().filter(|name| name.starts_with(&begun) && known.get(name).is_some());
    fits.map(|name| format!("{name}:")).collect()
}

fn values(field: &str, begun: &str, known: &Known) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let all: Vec<String> = match field {
        "status" | "outcome" => known.statuses.clone(),
        "agent" | "host" => known.agents.clone(),
        "project" => known.projects.clone(),
        "connection" => known.connections.clone(),
        "platform" => known.platforms.clone(),
        "collection" => known.collections.clone(),
        "kind" => words(&Kind::ALL.map(Kind::as_str)),
        "is" => words(&STATES),
        "after" | "before" | "on" => words(&TIMES),
        _ => return Vec::new(),
    };
    let bare = begun.trim_matches('"').to_lowercase();
    let place = |value: &String| value.to_lowercase().find(&bare);
    let mut found: Vec<(usize, String)> =
        all.into_iter().filter_map(|value| place(&value).map(|at| (at.min(1), value))).collect();
    // Those that begin so come first, each part in the order it came in.
    found.sort_by_key(|(at, _)| *at);
    let mut list: Vec<String> = found.into_iter().filter_map(|(_, value)| written(&value)).take(MOST).collect();
    if let [only] = list.as_slice()
        && only == begun
    {
        list.clear();
    }
    list
}

/// A value as it is written in a filter; none where that cannot be.
fn written(value: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || "-_./@+".contains(c);
    let hidden = value.contains(['"', '\\']) || value.chars().any(quarterdeck_sync::text::is_hidden);
    match (value.is_empty() || hidden, value.chars().all(plain)) {
        (true, _) => None,
        (false, true) => Some(value.to_owned()),
        (false, false) => Some(format!("\"{value}\"")),
    }
}

/// What a filter asks for, in words: what one typed is understood so.
pub(super) fn understood(filter: &Filter) -> String {
    match filter {
        Filter::All => String::new(),
        Filter::None => "nothing".to_owned(),
        Filter::And(all) => all.iter().map(understood).collect::<Vec<_>>().join(", "),
        Filter::Or(any) => any.iter().map(understood).collect::<Vec<_>>().join(" or "),
        Filter::Not(not) => format!("not ({})", understood(not)),
        Filter::Field(field, what) => format!("{} {}", named(*field), matched(what)),
        Filter::Text(what) => format!("anything {}", matched(what)),
        Filter::Judged(_) => "with these words".to_owned(),
        Filter::After(at) => format!("since {}", crate::tui::text::moment(*at)),
        Filter::Before(at) => format!("before {}", crate::tui::text::moment(*at)),
        Filter::Gone => "gone".to_owned(),
        Filter::Pending => "with unfinished writes".to_owned(),
    }
}

fn named(field: Field) -> &'static str {
    match field {
        Field::Kind => "kind",
        Field::Connection => "connection",
        Field::Platform => "platform",
        Field::Collection => "collection",
        Field::Id => "id",
        Field::Title => "title",
        Field::Status => "status",
        Field::Agent => "agent",
        Field::Project => "project",
    }
}

fn matched(what: &Match) -> String {
    match what {
        Match::Is(text) => format!("is {text}"),
        Match::Contains(text) => format!("has {text}"),
        Match::Prefix(text) => format!("begins with {text}"),
        Match::Regex(pattern) => format!("is like /{pattern}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Known {
            statuses: words(&["COMPLETED", "FAILED", "PAUSED_APPROVAL"]),
            agents: words(&["kb-writer", "release notes", "kb \"quoted\""]),
            connections: words(&["turen", "lab"]),
            ..Known::default()
        }
    }

    fn list(text: &str) -> Vec<String> {
        Suggested::new(text, &known()).list
    }

    #[test]
    fn fields_and_values_are_completed_where_they_stand() {
        assert_eq!(list("st"), ["status:"]);
        assert_eq!(list("failed -con"), ["connection:"]);
        assert_eq!(list("status:f"), ["FAILED", "PAUSED_APPROVAL"].map(str::to_owned)[..1]);
        assert_eq!(list("(status:failed OR connection:l"), ["lab"]);
        assert_eq!(list("status:failed,pa"), ["PAUSED_APPROVAL"]);
        assert_eq!(list("agent:"), ["kb-writer", "\"release notes\""]);
        assert_eq!(list("agent:\"release no"), ["\"release notes\""]);
        assert_eq!(list("is:"), STATES);
        assert!(list("flaky").is_empty() && list("").is_empty() && list("\"status").is_empty());
        assert!(list("connection:lab").is_empty(), "there is nothing left to complete");
    }

    #[test]
    fn suggestions_are_gone_through_in_a_ring_and_keep_what_stands_before() {
        let text = "x -status:";
        let mut suggested = Suggested::new(text, &known());
        let taken: Vec<String> = (0..4).filter_map(|_| suggested.take(text, true)).collect();
        assert_eq!(
            taken,
            ["x -status:COMPLETED", "x -status:FAILED", "x -status:PAUSED_APPROVAL", "x -status:COMPLETED"]
        );
        assert_eq!(suggested.take(text, false).unwrap(), "x -status:PAUSED_APPROVAL");
    }

    #[test]
    fn every_field_that_is_offered_is_one_of_the_language() {
        let known = fields();
        assert!(OFFERED.iter().all(|name| known.get(name).is_some()));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_never_cut_within_a_letter(text in "\\PC{0,40}") {
            let mut suggested = Suggested::new(&text, &known());
            let _ = suggested.take(&text, true);
        }
    }
}
