//! Patches as edits: unified diffs, the form that begins with `*** Begin Patch`, and the hunks of a `structuredPatch`.

use crate::json::Json;
use crate::model::Edit;

/// More changes than this in one message are not told apart: nobody reads them one by one.
pub(super) const MOST: usize = 4096;

/// The text holds a patch that can be read.
pub(super) fn is_patch(text: &str) -> bool {
    text.contains("*** Begin Patch") || ((text.contains("\n+++ ") || text.starts_with("--- ")) && text.contains("@@"))
}

/// The hunks of a patch, an edit each.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    let mut reader = Reader::default();
    for line in text.lines() {
        reader.line(line);
        if reader.edits.len() >= MOST {
            break;
        }
    }
    reader.ends_hunk();
    reader.edits
}

#[derive(Default)]
struct Reader {
    edits: Vec<Edit>,
    path: Option<String>,
    hunk: Option<Edit>,
    /// Lines of before and after that the hunk still has to come, where its head says so.
    left: Option<(u64, u64)>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        // Inside of a hunk that counts its lines, `--- x` is a line taken away and no head of a file.
        let inside = self.left.is_some_and(|left| left != (0, 0));
        if !inside && self.heads(line) {
            return;
        }
        let Some(hunk) = &mut self.hunk else { return };
        let (sign, text) = if line.is_empty() { (" ", "") } else { line.split_at_checked(1).unwrap_or((" ", line)) };
        let (before, after) = match sign {
            " " => (true, true),
            "-" => (true, false),
            "+" => (false, true),
            _ => return,
        };
        if let Some((old, new)) = &mut self.left {
            (*old, *new) = (old.saturating_sub(u64::from(before)), new.saturating_sub(u64::from(after)));
        }
        add(hunk, before, after, text);
    }

    /// The line is the head of a file or a hunk, or stands between them.
    fn heads(&mut self, line: &str) -> bool {
        let named = |mark: &str| line.strip_prefix(mark).map(|path| path.trim().to_owned());
        if let Some(path) = named("*** Update File:").or_else(|| named("*** Delete File:")) {
            self.begins_file(Some(path.clone()));
            // Nothing follows the head of a file that is deleted: the edit is that it is.
            self.hunk = line.starts_with("*** Delete").then(|| Edit { path: Some(path), ..Edit::default() });
        } else if let Some(path) = named("*** Add File:") {
            self.begins_file(Some(path));
            self.begins_hunk(None);
        } else if let Some(path) = named("*** Move to:") {
            self.path = Some(path);
        } else if line.starts_with("*** ") || line.starts_with("diff --git ") {
            self.begins_file(None);
        } else if let Some(path) = line.strip_prefix("--- ") {
            self.begins_file(file(path));
        } else if let Some(path) = line.strip_prefix("+++ ") {
            self.path = file(path).or(self.path.take());
        } else if line.starts_with("@@") {
            self.begins_hunk(Some(line));
        } else {
            return self.left.is_some();
        }
        true
    }

    fn begins_file(&mut self, path: Option<String>) {
        self.ends_hunk();
        self.path = path;
    }

    fn begins_hunk(&mut self, head: Option<&str>) {
        self.ends_hunk();
        let counts = head.and_then(counts);
        self.left = counts.map(|(_, old, new)| (old, new));
        let line = counts.map(|(line, ..)| line);
        self.hunk = Some(Edit { path: self.path.clone(), line, ..Edit::default() });
    }

    fn ends_hunk(&mut self) {
        self.left = None;
        self.edits.extend(self.hunk.take());
    }
}

fn add(hunk: &mut Edit, before: bool, after: bool, text: &str) {
    for (wanted, side) in [(before, &mut hunk.before), (after, &mut hunk.after)] {
        if wanted {
            side.push_str(text);
            side.push('\n');
        }
    }
}

/// The path in `--- a/src/main.rs`, without what git writes before it and diff behind it.
fn file(name: &str) -> Option<String> {
    let name = name.split('\t').next().unwrap_or_default().trim();
    let bare = name.strip_prefix("a/").or_else(|| name.strip_prefix("b/")).unwrap_or(name);
    (name != "/dev/null" && !bare.is_empty()).then(|| bare.to_owned())
}

/// `@@ -1,2 +3,4 @@`: the line at which it begins afterwards, and how many lines it has before and afterwards.
fn counts(head: &str) -> Option<(u64, u64, u64)> {
    let mut words = head.split_whitespace().skip(1);
    let mut range = |sign| {
        let range = words.next()?.strip_prefix(sign)?;
        let (line, count) = range.split_once(',').unwrap_or((range, "1"));
        Some((line.parse::<u64>().ok()?, count.parse::<u64>().ok()?))
    };
    let ((_, old), (line, new)) = (range('-')?, range('+')?);
    Some((line, old, new))
}

/// The hunks of a `structuredPatch`: `[{oldStart, oldLines, newStart, newLines, lines: [" a", "-b", "+c"]}]`.
pub(super) fn structured(hunks: Json<'_>, path: Option<&str>) -> Vec<Edit> {
    let read = |hunk: Json<'_>| {
        let object = hunk.object()?;
        let mut edit = Edit { path: path.map(str::to_owned), line: object.get("newStart")?.count(), ..Edit::default() };
        for line in object.get("lines")?.items().filter_map(Json::string) {
            match line.split_at_checked(1) {
                Some(("-", text)) => add(&mut edit, true, false, text),
                Some(("+", text)) => add(&mut edit, false, true, text),
                Some((" ", text)) => add(&mut edit, true, true, text),
                None => add(&mut edit, true, true, ""),
                _ => {}
            }
        }
        Some(edit)
    };
    hunks.items().take(MOST).filter_map(read).collect()
}
