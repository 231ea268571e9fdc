//! A change of a file as lines: what is gone, what is new, and a little of what stays around them.

use quarterdeck_sync::model::Edit;
use similar::{ChangeTag, TextDiff};

use crate::tui::code::{Colours, Cutter};
use crate::tui::text::wrap_start;
use crate::tui::theme::Role;

/// Lines that stay, around each change.
const AROUND: usize = 2;
/// More lines than this are not compared: the old and the new ones stand one after the other.
const COMPARED: usize = 2_000;
/// Lines on screen for one line of a file.
const WRAPPED: usize = 4;

/// One line of a change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    /// `+`, `-`, a blank, or `⋯` where something is left out.
    pub sign: &'static str,
    /// What it says, in its styles.
    pub parts: Vec<(String, Role)>,
    /// Of the sign.
    pub role: Role,
}

/// Lines that some changes add and take away. Of those too long to be compared every line counts.
pub(super) fn size(edits: &[Edit]) -> (usize, usize) {
    let mut sum = (0, 0);
    for edit in edits {
        if !comparable(edit) {
            sum = (sum.0 + edit.after.lines().count(), sum.1 + edit.before.lines().count());
            continue;
        }
        for change in TextDiff::from_lines(&edit.before, &edit.after).iter_all_changes() {
            match change.tag() {
                ChangeTag::Insert => sum.0 += 1,
                ChangeTag::Delete => sum.1 += 1,
                ChangeTag::Equal => {}
            }
        }
    }
    sum
}

/// The lines of a change, of at most `cells`; at most `most` of them. What is new or gone has one colour, so that it stands out of what
/// stays; a file that is wholly new has those of its language. `colours` are of what is there now.
pub(super) fn lines(edit: &Edit, cells: usize, most: usize, colours: Option<&Colours>) -> Vec<Change> {
    let mut out = Vec::new();
    let room = cells.saturating_sub(2).max(8);
    let whole = edit.before.is_empty();
    let mut put = |tag: ChangeTag, text: &str, row: usize| {
        let (sign, role, ink) = match tag {
            ChangeTag::Delete => ("-", Role::Bad, None),
            ChangeTag::Insert => ("+", Role::Good, colours.filter(|_| whole)),
            ChangeTag::Equal => (" ", Role::Dim, colours),
        };
        let text = text.trim_end_matches('\n');
        let (lines, _) = wrap_start(text, room, WRAPPED);
        let mut cutter = Cutter::new(text, ink.map_or(&[], |known| known.line(row)));
        let plain = if whole && ink.is_some() { Role::Text } else { role };
        out.extend(lines.iter().map(|line| Change { sign, parts: cutter.cut(line, plain), role }));
        out.len() < most
    };
    if !comparable(edit) {
        let old = edit.before.lines().enumerate().map(|(row, line)| (ChangeTag::Delete, line, row));
        let new = edit.after.lines().enumerate().map(|(row, line)| (ChangeTag::Insert, line, row));
        let _ = old.chain(new).all(|(tag, line, row)| put(tag, line, row));
        return out;
    }
    let diff = TextDiff::from_lines(&edit.before, &edit.after);
    let groups = diff.grouped_ops(AROUND);
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            put(ChangeTag::Equal, "⋯", usize::MAX);
        }
        for op in group {
            let row = |change: &similar::Change<&str>| change.new_index().or(change.old_index()).unwrap_or(usize::MAX);
            if !diff.iter_changes(op).all(|change| put(change.tag(), change.value(), row(&change))) {
                return out;
            }
        }
    }
    out
}

fn comparable(edit: &Edit) -> bool {
    let lines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').take(COMPARED).count();
    lines(&edit.before) + lines(&edit.after) < COMPARED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(before: &str, after: &str) -> Edit {
        Edit { before: before.into(), after: after.into(), ..Edit::default() }
    }

    fn shown(edit: &Edit) -> Vec<String> {
        let text = |change: &Change| change.parts.iter().map(|(text, _)| text.as_str()).collect::<String>();
        let lines = lines(edit, 40, 99, None);
        lines.iter().map(|change| format!("{} {}", change.sign, text(change))).collect()
    }

    #[test]
    fn what_stays_is_told_only_around_a_change() {
        let before: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let after = before.replace("line 10\n", "line ten\nand a half\n");
        let edit = edit(&before, &after);
        assert_eq!(
            shown(&edit),
            ["  line 8", "  line 9", "- line 10", "+ line ten", "+ and a half", "  line 11", "  line 12"]
        );
        assert_eq!(size(&[edit]), (2, 1));
    }

    #[test]
    fn a_new_file_and_a_huge_change_are_drawn_too() {
        assert_eq!(shown(&edit("", "a\nb")), ["+ a", "+ b"]);
        let huge = edit(&"x\n".repeat(5_000), &"y\n".repeat(5_000));
        assert_eq!((lines(&huge, 40, 50, None).len(), size(&[huge])), (50, (5_000, 5_000)));
    }
}
