//! How differences of documents look.

use std::borrow::Cow;
use std::fmt::Write as _;

use quarterdeck_sync::model::Dispute;
use quarterdeck_sync::text::secrets::mask_json_under;
use quarterdeck_sync::text::{Clean, Secrets};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::cli::style::{Role, Style};

/// Lines around a change.
const AROUND: usize = 3;

/// Field by field: the pointer, what it was and what it is to be. Ends with a line break, if there is anything.
pub(super) fn changes(changes: &[Dispute], style: Style, secrets: Secrets) -> String {
    let mut out = String::new();
    for change in changes {
        let at = if change.at.is_empty() { "(all of it)" } else { &change.at };
        let _ = writeln!(out, "{}", style.paint(Role::Heading, Clean::line(at).as_str()));
        let sides = [("-", &change.base, Role::Bad), ("+", &change.mine, Role::Good)];
        for (sign, value, role) in sides {
            if let Some(value) = value {
                let _ = writeln!(
                    out,
                    "{}",
                    style.paint(role, &format!("  {sign} {}", one_line(&change.at, value, secrets)))
                );
            }
        }
    }
    out
}

/// What three people made of a field.
pub(super) fn disputes(disputes: &[Dispute], style: Style, secrets: Secrets) -> String {
    let mut out = String::new();
    for dispute in disputes {
        let _ = writeln!(out, "{}", style.paint(Role::Heading, Clean::line(&dispute.at).as_str()));
        let sides = [
            ("it was", &dispute.base, Role::Faint),
            ("mine  ", &dispute.mine, Role::Good),
            ("theirs", &dispute.theirs, Role::Bad),
        ];
        for (word, value, role) in sides {
            let value =
                value.as_ref().map_or_else(|| "(nothing)".to_owned(), |value| one_line(&dispute.at, value, secrets));
            let _ = writeln!(out, "{}", style.paint(role, &format!("  {word} {value}")));
        }
    }
    out
}

/// A value that stands at a pointer; what its name tells of it counts.
fn one_line(at: &str, value: &Value, secrets: Secrets) -> String {
    let text = value.to_string();
    match secrets {
        Secrets::Masked => Clean::line(&mask_json_under(at, &text)).into_string(),
        Secrets::Revealed => secrets.line(&text).into_string(),
    }
}

/// Documents, laid out as text, as a unified diff; empty when they are the same. Compared as they are and shown masked, so that a
/// secret that changed shows as a change.
pub(super) fn unified(from: &str, to: &str, names: (&str, &str), style: Style, secrets: Secrets) -> String {
    let diff = TextDiff::from_lines(from, to);
    let (from, to) = (Shown::new(from, secrets), Shown::new(to, secrets));
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(AROUND).iter_hunks() {
        if out.is_empty() {
            let _ = writeln!(out, "--- {}\n+++ {}", Clean::line(names.0), Clean::line(names.1));
        }
        let _ = writeln!(out, "{}", style.paint(Role::Faint, &hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let line = from.line(change.old_index()).or_else(|| to.line(change.new_index())).unwrap_or_default();
            let line = format!("{}{}", change.tag(), secrets.line(line));
            let line = match change.tag() {
                ChangeTag::Equal => line,
                ChangeTag::Delete => style.paint(Role::Bad, &line),
                ChangeTag::Insert => style.paint(Role::Good, &line),
            };
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// The lines of a document, masked as a whole: line by line, a name and its value may be apart. In JSON no string goes over a line, so
/// every line stays where it was.
struct Shown<'a>(Vec<Cow<'a, str>>);

impl<'a> Shown<'a> {
    fn new(json: &'a str, secrets: Secrets) -> Self {
        Self(match secrets.json(json) {
            Cow::Borrowed(text) => text.lines().map(Cow::Borrowed).collect(),
            Cow::Owned(text) => text.lines().map(|line| Cow::Owned(line.to_owned())).collect(),
        })
    }

    fn line(&self, at: Option<usize>) -> Option<&str> {
        self.0.get(at?).map(|line| &**line)
    }
}
