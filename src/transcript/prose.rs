//! Words and code: a text taken apart at the fences that people and models put around code.

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch<'a> {
    /// Words, with their line breaks.
    Words(&'a str),
    /// What stood between two fences: the language it names, and the lines.
    Code(&'a str, &'a str),
}

/// Takes `text` apart. A fence that is never closed reaches to the end. Nothing is lost but the fences and empty lines around
/// stretches.
pub fn stretches(text: &str) -> Vec<Stretch<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(Fence<'_>, usize)> = None;
    let (mut begun, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let Some(fence) = Fence::read(line) else { continue };
        match open {
            None => {
                words(&mut found, &text[begun..start]);
                open = Some((fence, end));
            }
            Some((opening, from)) if fence.closes(&opening) => {
                found.push(Stretch::Code(opening.language, without_break(&text[from..start])));
                (open, begun) = (None, end);
            }
            Some(_) => {}
        }
    }
    match open {
        Some((opening, from)) => found.push(Stretch::Code(opening.language, without_break(&text[from..]))),
        None => words(&mut found, &text[begun..]),
    }
    found
}

fn words<'a>(found: &mut Vec<Stretch<'a>>, text: &'a str) {
    // White space before the first word of a line is the line's: only whole empty lines go.
    let empty = text.len() - text.trim_start().len();
    let from = text.get(..empty).and_then(|empty| empty.rfind('\n')).map_or(0, |at| at + 1);
    let text = text.get(from..).unwrap_or(text).trim_end();
    if !text.is_empty() {
        found.push(Stretch::Words(text));
    }
}

fn without_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// A line of three or more backticks or tildes.
#[derive(Debug, Clone, Copy)]
struct Fence<'a> {
    mark: char,
    length: usize,
    language: &'a str,
}

impl<'a> Fence<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let line = line.trim();
        let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let rest = line.trim_start_matches(mark);
        let length = line.len() - rest.len();
        if length < 3 || rest.contains('`') {
            return None;
        }
        let language = rest.split_whitespace().next().unwrap_or_default();
        Some(Self { mark, length, language })
    }

    fn closes(&self, opening: &Fence<'_>) -> bool {
        self.mark == opening.mark && self.length >= opening.length && self.language.is_empty()
    }
}

/// The language of a stretch of code, where it is a plain word: what stands behind a fence can be anything.
pub fn plain_language(language: &str) -> &str {
    let plain =
        language.len() <= 20 && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-#_.".contains(&byte));
    if plain { language } else { "" }
}
