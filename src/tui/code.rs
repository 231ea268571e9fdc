//! Code in colours: which parts of a text are words of its language, names, texts, numbers, remarks.
//!
//! The syntaxes are unpacked when the first code is in sight, by whichever worker is asked for it: neither the first frame nor a
//! key waits for them. What comes out are roles; a theme says how they look, and without colour they look like any text.
//!
//! Always true: what is looked at is bounded, and what has no colour is drawn as plain text. Colours never change what is said,
//! nor how many lines it takes.
//!
//! Not here: which texts are code ([`pieces`](super::pieces)), and drawing.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::theme::Role;

/// Lines of a text that get colours.
const LINES: usize = 4_000;
/// Bytes of a line: a longer one is data, whatever its language.
const LINE: usize = 2_000;
/// Bytes of a line number, as tools write them before the lines of a file.
const NUMBER: usize = 12;
/// Time for one text. Some patterns take long for what nobody writes but to be read by them.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language<'a> {
    /// As whoever wrote it calls it: `rust`, `sh`.
    Called(&'a str),
    /// What files of this path hold.
    Of(&'a str),
}

/// The colours of a text, line by line.
#[derive(Debug, Default, PartialEq)]
pub struct Colours(Vec<Vec<Run>>);

/// So many bytes of a line, and what they are.
pub type Run = (u32, Role);

impl Colours {
    /// The runs of a line, by its number; none when it has no colours. What they do not reach is plain.
    pub fn line(&self, number: usize) -> &[Run] {
        self.0.get(number).map_or(&[], Vec::as_slice)
    }
}

/// Colours a text; none when nothing is known of its language.
pub fn colour(language: Language<'_>, text: &str) -> Option<Colours> {
    let known = syntaxes();
    let syntax = find(known, language)?;
    let begun = Instant::now();
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut lines = Vec::new();
    for line in text.split('\n').take(LINES) {
        let number = numbered(line);
        let (before, code) = line.split_at(number);
        if code.len() > LINE {
            lines.push(Vec::new());
            continue;
        }
        if begun.elapsed() > PATIENCE {
            break;
        }
        let Ok(changes) = state.parse_line(&format!("{code}\n"), known) else { break };
        let mut runs = Vec::new();
        add(&mut runs, before.len(), Role::Quiet);
        let mut from = 0;
        for (at, change) in changes {
            let at = at.min(code.len());
            add(&mut runs, at.saturating_sub(from), role(&stack));
            from = at.max(from);
            // A stack that cannot be changed so is one that the rest of the text has no use for.
            if stack.apply(&change).is_err() {
                return Some(Colours(lines));
            }
        }
        add(&mut runs, code.len() - from, role(&stack));
        lines.push(runs);
    }
    Some(Colours(lines))
}

fn syntaxes() -> &'static SyntaxSet {
    static KNOWN: OnceLock<SyntaxSet> = OnceLock::new();
    KNOWN.get_or_init(two_face::syntax::extra_newlines)
}

fn find<'a>(known: &'a SyntaxSet, language: Language<'_>) -> Option<&'a SyntaxReference> {
    let found = match language {
        Language::Called(word) => {
            let word = word.trim();
            let other = match word.to_ascii_lowercase().as_str() {
                "console" | "shell-session" | "shellsession" => "sh",
                "jsonc" | "json5" | "jsonl" => "json",
                "golang" => "go",
                _ => word,
            };
            known.find_syntax_by_token(other)
        }
        Language::Of(path) => {
            let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
            let end = name.rsplit_once('.').map(|(_, end)| end);
            known.find_syntax_by_extension(name).or_else(|| known.find_syntax_by_extension(end?))
        }
    };
    found.filter(|syntax| syntax.name != "Plain Text")
}

/// Bytes of the line number that a tool has written before the line: digits, then an arrow, a tab's blanks or a bar.
fn numbered(line: &str) -> usize {
    let blank = line.len() - line.trim_start_matches(' ').len();
    let rest = &line[blank..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || blank + digits > NUMBER {
        return 0;
    }
    let after = &rest[digits..];
    ["→", "    ", " | ", "│"]
        .iter()
        .find(|sign| after.starts_with(**sign))
        .map_or(0, |sign| blank + digits + sign.len())
}

fn add(runs: &mut Vec<Run>, bytes: usize, role: Role) {
    match runs.last_mut() {
        _ if bytes == 0 => {}
        Some((so_far, last)) if *last == role => *so_far += bytes as u32,
        _ => runs.push((bytes as u32, role)),
    }
}

/// What a scope means to a reader; the first that fits counts.
const MEANINGS: [(&str, Role); 28] = [
    ("comment", Role::CodeNote),
    ("string.unquoted", Role::Text),
    ("string", Role::CodeText),
    ("constant.character.escape", Role::CodeNumber),
    ("constant.language", Role::CodeWord),
    ("constant", Role::CodeNumber),
    ("keyword.operator.word", Role::CodeWord),
    ("keyword.operator", Role::Text),
    ("keyword", Role::CodeWord),
    ("storage", Role::CodeWord),
    ("variable.language", Role::CodeWord),
    ("variable.function", Role::CodeName),
    ("variable", Role::Text),
    ("entity.name.tag", Role::CodeName),
    ("entity.name", Role::CodeName),
    ("entity.other.attribute-name", Role::CodeName),
    ("support.function", Role::CodeName),
    ("support.type", Role::CodeName),
    ("support.class", Role::CodeName),
    ("support.constant", Role::CodeNumber),
    ("markup.heading", Role::CodeName),
    ("markup.inserted", Role::Good),
    ("markup.deleted", Role::Bad),
    ("markup.raw", Role::CodeText),
    ("meta.diff.header", Role::CodeName),
    ("meta.diff.range", Role::CodeNote),
    ("invalid", Role::Text),
    ("source", Role::Text),
];

fn role(stack: &ScopeStack) -> Role {
    static SCOPES: OnceLock<Vec<(Scope, Role)>> = OnceLock::new();
    let known = SCOPES
        .get_or_init(|| MEANINGS.iter().filter_map(|(name, role)| Some((Scope::new(name).ok()?, *role))).collect());
    let meaning = |scope: &Scope| known.iter().find(|(name, _)| name.is_prefix_of(*scope)).map(|(_, role)| *role);
    stack.as_slice().iter().rev().find_map(meaning).unwrap_or(Role::Text)
}

/// A line of a text on its way over several lines of the screen.
#[derive(Debug)]
pub struct Cutter<'a> {
    line: &'a str,
    runs: &'a [Run],
    /// Bytes of the line that have been cut off, and of the first run that is left.
    at: usize,
    used: u32,
}

impl<'a> Cutter<'a> {
    /// At the beginning of a line.
    pub fn new(line: &'a str, runs: &'a [Run]) -> Self {
        Self { line, runs, at: 0, used: 0 }
    }

    /// The next line of the screen, in its parts. `shown` is what it says: the next of the line, without blanks that stood where it
    /// was broken. What has no colour gets `plain`.
    pub fn cut(&mut self, shown: &str, plain: Role) -> Vec<(String, Role)> {
        while let Some(rest) = self.line.get(self.at..).filter(|rest| !rest.starts_with(shown)) {
            let Some(blank) = rest.chars().next().filter(|c| c.is_whitespace()) else {
                return vec![(shown.to_owned(), plain)];
            };
            self.skip(blank.len_utf8());
        }
        let mut parts = Vec::new();
        let mut left = shown;
        while let (Some((bytes, role)), false) = (self.runs.first(), left.is_empty()) {
            let take = ((bytes - self.used) as usize).min(left.len());
            // Runs end where characters do; whatever made them may not know it.
            let Some((part, rest)) = left.split_at_checked(take) else { break };
            parts.push((part.to_owned(), if *role == Role::Text { plain } else { *role }));
            self.skip(take);
            left = rest;
        }
        if !left.is_empty() || parts.is_empty() {
            parts.push((left.to_owned(), plain));
            self.at += left.len();
        }
        parts
    }

    fn skip(&mut self, mut bytes: usize) {
        self.at += bytes;
        while let Some((run, _)) = self.runs.first().filter(|_| bytes > 0) {
            let take = ((run - self.used) as usize).min(bytes);
            (self.used, bytes) = (self.used + take as u32, bytes - take);
            if self.used >= *run {
                (self.runs, self.used) = (&self.runs[1..], 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(language: Language<'_>, text: &str) -> Vec<(String, Role)> {
        let colours = colour(language, text).unwrap_or_default();
        let lines = text.split('\n').enumerate();
        lines.flat_map(|(at, line)| Cutter::new(line, colours.line(at)).cut(line, Role::Text)).collect()
    }

    fn role_of(parts: &[(String, Role)], word: &str) -> Role {
        parts.iter().find(|(text, _)| text.contains(word)).unwrap_or_else(|| panic!("{word}: {parts:?}")).1
    }

    #[test]
    fn the_languages_of_agents_are_known() {
        let code = [
            ("rs", "fn main() { let x = \"hi\"; } // end", "fn", "hi", "end"),
            ("go", "func main() { x := \"hi\" } // end", "func", "hi", "end"),
            ("ts", "const x: string = \"hi\"; // end", "const", "hi", "end"),
            ("py", "def f(): return \"hi\" # end", "def", "hi", "end"),
            ("sh", "if true; then echo \"hi\"; fi # end", "if", "hi", "end"),
            ("java", "class A { String x = \"hi\"; } // end", "class", "hi", "end"),
        ];
        for (end, text, word, quoted, note) in code {
            let parts = parts(Language::Of(&format!("a/b.{end}")), text);
            let roles = [word, quoted, note].map(|word| role_of(&parts, word));
            assert_eq!(roles, [Role::CodeWord, Role::CodeText, Role::CodeNote], "{end}: {parts:?}");
        }
        for known in ["bash", "console", "json", "yaml", "toml", "sql", "dockerfile", "tsx", "diff", "kotlin", "html"] {
            assert!(colour(Language::Called(known), "x").is_some(), "{known}");
        }
        for path in ["Dockerfile", "Cargo.toml", "k8s/app.yml", "Makefile", "x.tf"] {
            assert!(colour(Language::Of(path), "x").is_some(), "{path}");
        }
        assert_eq!(colour(Language::Called("no such language"), "x"), None);
        assert_eq!(colour(Language::Of("notes.txt"), "x"), None);
    }

    #[test]
    fn numbers_of_lines_are_no_code() {
        let parts = parts(Language::Of("a.rs"), "    12→fn main() {}\n    13→// end");
        assert_eq!(parts[0], ("    12→".to_owned(), Role::Quiet));
        assert_eq!((role_of(&parts, "fn"), role_of(&parts, "end")), (Role::CodeWord, Role::CodeNote));
    }

    #[test]
    fn a_broken_line_keeps_its_colours_and_its_text() {
        let line = "let  name = \"two words\"; // a remark that goes on";
        let colours = colour(Language::Called("rust"), line).unwrap();
        for cells in 3..40 {
            let (shown, _) = crate::tui::text::wrap_start(line, cells, 99);
            let mut cutter = Cutter::new(line, colours.line(0));
            let mut said = String::new();
            for one in &shown {
                let parts = cutter.cut(one, Role::Text);
                assert_eq!(parts.iter().map(|(text, _)| text.as_str()).collect::<String>(), *one, "{cells}");
                for (text, role) in parts {
                    if text.trim() == "remark" || text.trim() == "two" {
                        assert!(matches!(role, Role::CodeNote | Role::CodeText), "{cells}: {text} is {role:?}");
                    }
                    said.push_str(&text);
                }
            }
            let blanks = |text: &str| text.replace(' ', "");
            assert_eq!(blanks(&said), blanks(line), "{cells}");
        }
    }

    #[test]
    fn what_nobody_writes_is_survived() {
        let deep = "[".repeat(1_900);
        let odd = ["", "\n\n", "```", "\"", "/*", "日本\"語", deep.as_str(), "99→", "\u{202e}→"];
        for language in ["rust", "json", "bash", "python", "markdown", "tsx", "html", "yaml"] {
            for text in odd {
                let text = format!("{text}\n{text}x\n{}", "y".repeat(5_000));
                let said: String = parts(Language::Called(language), &text).into_iter().map(|(text, _)| text).collect();
                assert_eq!(said, text.replace('\n', ""), "{language}");
            }
        }
    }
}
