//! Where the values of a JSON text stand.

use std::collections::{BTreeMap, BTreeSet};

use super::escape;

/// An object or a list that is being read.
struct Level {
    /// How long its own pointer is.
    base: usize,
    /// The item one is at, in a list.
    index: Option<usize>,
    /// In an object: the next string is a name.
    name: bool,
}

/// Line and column, from 1 and in characters, of those pointers that the text has: of a member its name, of an item the item. The
/// text was read as JSON before; in one that is none, what is found up to the first surprise.
pub(super) fn places<'a>(text: &str, wanted: &BTreeSet<&'a str>) -> BTreeMap<&'a str, (usize, usize)> {
    let bytes = text.as_bytes();
    let (mut at, mut line, mut begin) = (0, 1, 0);
    let mut found = BTreeMap::new();
    let mut path = String::new();
    let mut open: Vec<Level> = Vec::new();
    while let Some(byte) = bytes.get(at).copied().filter(|_| found.len() < wanted.len()) {
        let here = at;
        at += 1;
        let mut stands = false;
        match byte {
            b'\n' => (line, begin) = (line + 1, at),
            b' ' | b'\t' | b'\r' | b':' => {}
            b'{' | b'[' => {
                note(text, &path, wanted, (line, begin, here), &mut found);
                let index = (byte == b'[').then_some(0);
                open.push(Level { base: path.len(), index, name: byte == b'{' });
                if index.is_some() {
                    path.push_str("/0");
                }
            }
            b'}' | b']' => match open.pop() {
                Some(level) => path.truncate(level.base),
                None => break,
            },
            b',' => {
                let Some(level) = open.last_mut() else { break };
                path.truncate(level.base);
                match &mut level.index {
                    Some(index) => {
                        *index += 1;
                        path.push_str(&format!("/{index}"));
                    }
                    None => level.name = true,
                }
            }
            b'"' => {
                at = end_of_string(bytes, at);
                stands = true;
                if let Some(level) = open.last_mut().filter(|level| level.name) {
                    level.name = false;
                    let name: String =
                        text.get(here..at).and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default();
                    path.truncate(level.base);
                    path.push('/');
                    path.push_str(&escape(&name));
                }
            }
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n');
                at = bytes.iter().skip(at).position(ends).map_or(bytes.len(), |more| at + more);
                stands = true;
            }
        }
        if stands {
            note(text, &path, wanted, (line, begin, here), &mut found);
        }
    }
    found
}

/// Where a string ends, behind its closing quote; `from` stands behind the opening one.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn note<'a>(
    text: &str,
    path: &str,
    wanted: &BTreeSet<&'a str>,
    (line, begin, here): (usize, usize, usize),
    found: &mut BTreeMap<&'a str, (usize, usize)>,
) {
    if let Some(pointer) = wanted.get(path) {
        let column = text.get(begin..here).map_or(0, |before| before.chars().count()) + 1;
        found.entry(*pointer).or_insert((line, column));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_items_and_the_whole_are_found() {
        let text = "{\n  \"a\": {\"b/c\": [1, {\"d\": \"x\\\"y\"}]},\n  \"é\": [], \"e\": -1.5\n}";
        let wanted = ["", "/a", "/a/b~1c", "/a/b~1c/0", "/a/b~1c/1/d", "/é", "/e", "/none"].into();
        let found = places(text, &wanted);
        let told: Vec<_> = found.into_iter().collect();
        assert_eq!(
            told,
            [
                ("", (1, 1)),
                ("/a", (2, 3)),
                ("/a/b~1c", (2, 9)),
                ("/a/b~1c/0", (2, 17)),
                ("/a/b~1c/1/d", (2, 21)),
                ("/e", (3, 12)),
                ("/é", (3, 3)),
            ]
        );
    }

    #[test]
    fn a_broken_text_is_no_trouble() {
        for text in ["", "{", "]", "{\"a", "{\"a\\", ",,,", "[[[[", "{\"a\": \u{1F600}}", "}{\"a\":1}"] {
            let _ = places(text, &["/a", "", "/0"].into());
        }
    }
}
