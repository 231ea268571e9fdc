//! Which texts of a transcript are code: blocks in what somebody says, commands, changes of files, files that were read.
//!
//! A [`Piece`] names one such text of a transcript, so that a worker can be asked for its [`Colours`] without a copy of it.

use std::ops::Range;
use std::sync::Arc;

use quarterdeck_sync::model::{Edit, Part};

use super::code::{self, Colours, Language};
use super::reading::Transcript;

/// Bytes of a text that are looked through for blocks of code, and blocks that are told apart.
const LOOKED_AT: usize = 256 * 1024;
const BLOCKS: usize = 100;

/// The place of a text that is code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Piece {
    /// The entry, by its place.
    pub entry: usize,
    /// Its part, by number.
    pub part: u16,
    /// Which text of the part.
    pub of: Of,
}

/// Which text of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Of {
    /// A block in words, by number.
    Block(u16),
    /// The command of a call.
    Command,
    /// What a tool answers.
    Answer,
    /// What a change of a file leaves there, by the number of the change.
    Change(u16),
}

/// A block of code in words, between two fences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block<'a> {
    /// What it is written in, as its fence says; empty when that says nothing.
    pub language: &'a str,
    /// Its bytes in the text, without the fences.
    pub code: Range<usize>,
}

/// The blocks of code in a text, in order.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(&str, &str, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let sign = ["```", "~~~"].into_iter().find(|sign| bare.starts_with(*sign));
        let after = at + line.len();
        match (open, sign) {
            (None, Some(sign)) => {
                let info = bare.trim_start_matches(['`', '~']);
                let language = info.split([' ', ',', '{', ':']).next().unwrap_or_default();
                // ``` words ``` is code within a line.
                if !info.contains(sign) {
                    open = Some((sign, language, after));
                }
            }
            (Some((opened, language, from)), Some(sign))
                if sign == opened && bare.trim_matches(['`', '~']).is_empty() =>
            {
                found.push(Block { language, code: from..at });
                open = None;
            }
            _ => {}
        }
        at = after;
        if at > LOOKED_AT || found.len() >= BLOCKS {
            return found;
        }
    }
    // One that nobody has closed goes to the end.
    if let Some((_, language, from)) = open {
        found.push(Block { language, code: from.min(text.len())..text.len() });
    }
    found
}

/// The colours of some pieces; none of those that are no code, or in a language that nobody knows.
pub fn coloured(transcript: &Transcript, pieces: &[Piece]) -> Vec<(Piece, Option<Arc<Colours>>)> {
    let colour = |piece: &Piece| {
        let (language, text) = text_of(transcript, *piece)?;
        code::colour(language, text).map(Arc::new)
    };
    pieces.iter().map(|piece| (*piece, colour(piece))).collect()
}

fn text_of(transcript: &Transcript, piece: Piece) -> Option<(Language<'_>, &str)> {
    let part = transcript.entries.get(piece.entry)?.parts.get(usize::from(piece.part))?;
    match (piece.of, part) {
        (Of::Block(number), Part::Text(text)) => {
            let block = blocks(text).into_iter().nth(usize::from(number))?;
            Some((Language::Called(block.language), text.get(block.code)?))
        }
        (Of::Command, Part::Call(call)) => {
            let tool = call.tool.to_ascii_lowercase();
            let language = if tool.contains("powershell") || tool == "pwsh" { "powershell" } else { "bash" };
            Some((Language::Called(language), call.command.as_deref()?.trim()))
        }
        (Of::Answer, Part::Result(answer)) => {
            // What a tool that was given one file answers is mostly what stands in it.
            let called = transcript.entries.get(answer.called_at? as usize)?;
            let calls =
                called.parts.iter().filter_map(|part| if let Part::Call(call) = part { Some(call) } else { None });
            let mut calls = calls.filter(|call| call.id.is_none() || answer.call.is_none() || call.id == answer.call);
            let call = calls.next().filter(|call| call.command.is_none() && call.edits.is_empty())?;
            let [path] = &call.paths[..] else { return None };
            Some((Language::Of(path), answer.text.trim_end()))
        }
        (Of::Change(number), Part::Call(call)) => changed(&call.edits, number, call.paths.first()),
        (Of::Change(number), Part::Result(answer)) => changed(&answer.edits, number, None),
        _ => None,
    }
}

fn changed<'a>(edits: &'a [Edit], number: u16, path: Option<&'a String>) -> Option<(Language<'a>, &'a str)> {
    let edit = edits.get(usize::from(number))?;
    Some((Language::Of(edit.path.as_ref().or(path)?), &edit.after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, &str)> {
        blocks(text).into_iter().map(|block| (block.language, &text[block.code])).collect()
    }

    #[test]
    fn blocks_of_code_are_found_in_words() {
        let text = "Look:\n```rust,ignore\nfn a() {}\n```\nand ```x``` too\n  ~~~\nplain\n```\n  ~~~\n````sh\nls\n````";
        assert_eq!(found(text), [("rust", "fn a() {}\n"), ("", "plain\n```\n"), ("sh", "ls\n")]);
        assert_eq!(found("```py\nnever closed"), [("py", "never closed")]);
        assert_eq!(found("no code\n> here"), []);
        assert_eq!(found("```"), [("", "")]);
    }

    #[test]
    fn a_text_of_fences_alone_is_survived() {
        assert_eq!(blocks(&"```\nx\n```\n".repeat(100_000)).len(), BLOCKS);
        assert!(blocks(&"y".repeat(5_000_000)).is_empty());
    }
}
