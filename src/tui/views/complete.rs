//! Completion of a filter while it is typed: names of fields, and values that there are.

use std::collections::BTreeMap;

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;
use crate::tui::text::width;
use crate::tui::theme::Role;

/// Suggestions shown at once.
const SHOWN: usize = 8;
/// Suggestions found, at most: nobody goes through more.
const MOST: usize = 64;
/// Times that are offered, from the latest.
const TIMES: [&str; 7] = ["today", "yesterday", "1h", "24h", "7d", "30d", "now"];

/// What can be asked for: the fields, in the order they are offered in, and the values there are.
#[derive(Debug, Default)]
pub(super) struct Known {
    fields: &'static [&'static str],
    values: BTreeMap<&'static str, Vec<String>>,
}

impl Known {
    /// These fields, and no value of any yet.
    pub fn new(fields: &'static [&'static str]) -> Self {
        Self { fields, values: BTreeMap::new() }
    }

    /// These are the values there are for some fields of one meaning, each once.
    pub fn tell(&mut self, fields: &[&'static str], values: impl IntoIterator<Item = String>) {
        let mut list: Vec<String> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        list.extend(values.into_iter().filter(|value| seen.insert(value.clone())));
        for field in fields {
            self.values.insert(field, list.clone());
        }
    }
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
            None => (start, field_names(word, known)),
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

fn field_names(begun: &str, known: &Known) -> Vec<String> {
    let begun = begun.to_ascii_lowercase();
    known.fields.iter().filter(|name| name.starts_with(&begun)).map(|name| format!("{name}:")).collect()
}

fn values(field: &str, begun: &str, known: &Known) -> Vec<String> {
    let all: Vec<String> = match (known.values.get(field), field) {
        (Some(values), _) => values.clone(),
        (None, "after" | "before" | "on") if known.fields.contains(&field) => TIMES.map(str::to_owned).to_vec(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut known = Known::new(&["status", "agent", "connection", "is", "after"]);
        known.tell(&["status"], words(&["COMPLETED", "FAILED", "PAUSED_APPROVAL", "FAILED"]));
        known.tell(&["agent"], words(&["kb-writer", "release notes", "kb \"quoted\""]));
        known.tell(&["connection"], words(&["turen", "lab"]));
        known.tell(&["is"], words(&["gone"]));
        known
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
        assert_eq!(
            (list("is:"), list("after:y")),
            (vec!["gone".to_owned()], vec!["yesterday".to_owned(), "today".to_owned()])
        );
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

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_never_cut_within_a_letter(text in "\\PC{0,40}") {
            let mut suggested = Suggested::new(&text, &known());
            let _ = suggested.take(&text, true);
        }
    }
}
