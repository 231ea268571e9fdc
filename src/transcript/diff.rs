//! A change of a file, line by line.

use quarterdeck_sync::model::Edit;
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff};

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line<'a> {
    /// Stands in both.
    Same(&'a str),
    /// Stood before.
    Removed(&'a str),
    /// Stands now.
    Added(&'a str),
    /// So many lines that stand in both are left out here.
    Skipped(usize),
}

/// Lines that stand in both, kept around what changed.
const AROUND: usize = 3;

/// Largest product of the two numbers of lines that are compared; beyond, the one is shown as taken away and the other as
/// put in its place. What is compared comes from outside: it must not cost minutes.
const MOST: usize = 4_000_000;

/// The lines that tell the change.
pub fn lines(edit: &Edit) -> Vec<Line<'_>> {
    // A line break at the end of both is no line.
    let ends = |text: &str| text.ends_with('\n') || text.is_empty();
    let both = ends(&edit.before) && ends(&edit.after);
    let (before, after) = (split(&edit.before, both), split(&edit.after, both));
    if before.len().saturating_mul(after.len()) > MOST {
        return before.into_iter().map(Line::Removed).chain(after.into_iter().map(Line::Added)).collect();
    }
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_slices(&before, &after);
    let mut told = Vec::new();
    let mut done = 0;
    for group in diff.grouped_ops(AROUND) {
        let from = group.first().map_or(done, |op| op.old_range().start);
        if from > done {
            told.push(Line::Skipped(from - done));
        }
        done = group.last().map_or(done, |op| op.old_range().end);
        told.extend(group.iter().flat_map(|op| changes(&diff, op)));
    }
    if before.len() > done {
        told.push(Line::Skipped(before.len() - done));
    }
    told
}

fn changes<'a>(diff: &TextDiff<'a, 'a, '_, str>, op: &DiffOp) -> Vec<Line<'a>> {
    let lines = diff.iter_changes(op).map(|change| {
        let text = change.value();
        match change.tag() {
            ChangeTag::Equal => Line::Same(text),
            ChangeTag::Delete => Line::Removed(text),
            ChangeTag::Insert => Line::Added(text),
        }
    });
    lines.collect()
}

fn split(text: &str, ended: bool) -> Vec<&str> {
    match (text.is_empty(), ended) {
        (true, _) => Vec::new(),
        (false, true) => text.strip_suffix('\n').unwrap_or(text).split('\n').collect(),
        (false, false) => text.split('\n').collect(),
    }
}

/// How many lines were taken away and put in.
pub fn counts(lines: &[Line<'_>]) -> (usize, usize) {
    let removed = lines.iter().filter(|line| matches!(line, Line::Removed(_))).count();
    let added = lines.iter().filter(|line| matches!(line, Line::Added(_))).count();
    (removed, added)
}
