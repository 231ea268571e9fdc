//! What of an entry is worth being copied alone: blocks of code, commands, files, links.

use quarterdeck_sync::model::{Entry, Part};

use crate::tui::pieces::blocks;

/// Things of one entry, at most.
const MOST: usize = 60;
/// Bytes of a text that are looked through for links.
const LOOKED_AT: usize = 256 * 1024;

/// Something that can be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thing {
    /// What it is.
    pub what: &'static str,
    /// Its sign.
    pub sign: &'static str,
    /// All of it.
    pub text: String,
}

/// The things of an entry, each once, in order.
pub(super) fn things(entry: &Entry) -> Vec<Thing> {
    let mut found: Vec<Thing> = Vec::new();
    let mut add = |what, sign, text: &str| {
        let text = text.trim_end_matches('\n');
        if found.len() < MOST && !text.trim().is_empty() && !found.iter().any(|known| known.text == text) {
            found.push(Thing { what, sign, text: text.to_owned() });
        }
    };
    for part in &entry.parts {
        match part {
            Part::Text(text) | Part::Thinking(text) => {
                for block in blocks(text) {
                    add("code", "▤", text.get(block.code).unwrap_or_default());
                }
                links(text).into_iter().for_each(|link| add("link", "↗", link));
            }
            Part::Call(call) => {
                if let Some(command) = &call.command {
                    add("command", "$", command);
                }
                call.paths.iter().for_each(|path| add("path", "∕", path));
                for edit in &call.edits {
                    add("code", "▤", &edit.after);
                }
                links(call.command.as_deref().unwrap_or(&call.input))
                    .into_iter()
                    .for_each(|link| add("link", "↗", link));
            }
            Part::Result(answer) => links(&answer.text).into_iter().for_each(|link| add("link", "↗", link)),
            Part::Other { json, .. } => links(json).into_iter().for_each(|link| add("link", "↗", link)),
            Part::Attachment { .. } => {}
        }
    }
    entry.files.iter().for_each(|file| add("path", "∕", file));
    found
}

/// The links in a text: as far as a reader would take them to go.
fn links(text: &str) -> Vec<&str> {
    let end = (0..=LOOKED_AT.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let mut rest = &text[..end];
    let mut found = Vec::new();
    while let Some(at) = rest.find("http") {
        let from = &rest[at..];
        if !(from.starts_with("http://") || from.starts_with("https://")) {
            rest = &from["http".len()..];
            continue;
        }
        let stops = |c: char| c.is_whitespace() || c.is_control() || "\"'`<>|\\^{}".contains(c);
        let whole = from.find(stops).map_or(from, |end| &from[..end]);
        let mut link = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
        // A bracket belongs to a link only if it was opened in it.
        for (open, close) in [('(', ')'), ('[', ']')] {
            while link.ends_with(close) && link.matches(close).count() > link.matches(open).count() {
                link = link[..link.len() - 1].trim_end_matches(['.', ',', ';']);
            }
        }
        if let Some(cut) = link.find("](") {
            link = &link[..cut];
        }
        if link.ends_with("//") {
            rest = &from[whole.len()..];
            continue;
        }
        found.push(link);
        rest = &from[whole.len()..];
        if found.len() >= MOST {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::Call;

    use super::*;

    #[test]
    fn links_end_where_a_reader_would_end_them() {
        let text = "See https://a.example/x_(y), (http://b.example). \"https://c.example?q=1&r=2\" [d](https://d.example/e) http:// https:// \
                    httpd https://日本.example/道。 <https://e.example>";
        assert_eq!(
            links(text),
            [
                "https://a.example/x_(y)",
                "http://b.example",
                "https://c.example?q=1&r=2",
                "https://d.example/e",
                "https://日本.example/道。",
                "https://e.example"
            ]
        );
        assert_eq!(links(&"http".repeat(200_000)), [] as [&str; 0]);
    }

    #[test]
    fn everything_worth_copying_is_found_once() {
        let call = Call {
            command: Some("curl https://a.example".into()),
            paths: vec!["src/a.rs".into(), "src/a.rs".into()],
            ..Call::default()
        };
        let words = "First\n```sh\nls -l\n```\nthen https://a.example, twice: https://a.example";
        let entry = Entry { parts: vec![Part::Text(words.into()), Part::Call(call)], ..Entry::default() };
        let found: Vec<(&str, String)> = things(&entry).into_iter().map(|thing| (thing.what, thing.text)).collect();
        let expected = [
            ("code", "ls -l"),
            ("link", "https://a.example"),
            ("command", "curl https://a.example"),
            ("path", "src/a.rs"),
        ];
        assert_eq!(found, expected.map(|(what, text)| (what, text.to_owned())));
    }
}
