//! How differences of documents look.

use std::fmt::Write as _;

use quarterdeck_sync::model::Dispute;
use quarterdeck_sync::text::Clean;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::cli::style::{Role, Style};

/// Lines around a change.
const AROUND: usize = 3;

/// Field by field: the pointer, what it was and what it is to be. Ends with a line break, if there is anything.
pub(super) fn changes(changes: &[Dispute], style: Style) -> String {
    let mut out = String::new();
    for change in changes {
        let at = if change.at.is_empty() { "(all of it)" } else { &change.at };
        let _ = writeln!(out, "{}", style.paint(Role::Heading, Clean::line(at).as_str()));
        let sides = [("-", &change.base, Role::Bad), ("+", &change.mine, Role::Good)];
        for (sign, value, role) in sides {
            if let Some(value) = value {
                let _ = writeln!(out, "{}", style.paint(role, &format!("  {sign} {}", one_line(value))));
            }
        }
    }
    out
}

/// What three people made of a field.
pub(super) fn disputes(disputes: &[Dispute], style: Style) -> String {
    let mut out = String::new();
    for dispute in disputes {
        let _ = writeln!(out, "{}", style.paint(Role::Heading, Clean::line(&dispute.at).as_str()));
        let sides = [
            ("it was", &dispute.base, Role::Faint),
            ("mine  ", &dispute.mine, Role::Good),
            ("theirs", &dispute.theirs, Role::Bad),
        ];
        for (word, value, role) in sides {
            let value = value.as_ref().map_or_else(|| "(nothing)".to_owned(), one_line);
            let _ = writeln!(out, "{}", style.paint(role, &format!("  {word} {value}")));
        }
    }
    out
}

fn one_line(value: &Value) -> String {
    Clean::line(&value.to_string()).into_string()
}

/// The texts as a unified diff; empty when they are the same.
pub(super) fn unified(from: &str, to: &str, names: (&str, &str), style: Style) -> String {
    let diff = TextDiff::from_lines(from, to);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(AROUND).iter_hunks() {
        if out.is_empty() {
            let _ = writeln!(out, "--- {}\n+++ {}", Clean::line(names.0), Clean::line(names.1));
        }
        let _ = writeln!(out, "{}", style.paint(Role::Faint, &hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches(['\r', '\n']);
            let line = format!("{}{}", change.tag(), Clean::line(line));
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
