//! The piece of a text that says most of why it was found.

use quarterdeck_index::Marker;
use quarterdeck_sync::text::Secrets;

use super::face::Snippet;

/// Most characters of a snippet.
const WIDTH: usize = 240;

/// Cuts it from `text`; from the title where only that has the words. Secrets are masked in the whole before anything is cut.
pub fn cut(text: &str, title: Option<&str>, marker: &Marker, secrets: Secrets) -> Snippet {
    let of_text = piece(text, marker, secrets);
    let of_title = || title.map(|title| piece(title, marker, secrets)).filter(|piece| !piece.marks.is_empty());
    match of_text.marks.is_empty() {
        true => of_title().unwrap_or(of_text),
        false => of_text,
    }
}

fn piece(text: &str, marker: &Marker, secrets: Secrets) -> Snippet {
    let found = marker.snippet(&secrets.text(text), WIDTH);
    // Masked already; and once more when the pieces are one again.
    let visible = |piece: &str| Secrets::Revealed.line(piece);
    let mut snippet = Snippet::default();
    let mut shown = String::new();
    if found.cut_before {
        shown.push('…');
    }
    let mut at = 0;
    for mark in &found.marks {
        let (Some(before), Some(marked)) = (found.text.get(at..mark.start), found.text.get(mark.clone())) else {
            continue;
        };
        // Cut at its marks, since what is made visible is longer than it was.
        shown.push_str(visible(before).as_str());
        let start = shown.len();
        shown.push_str(visible(marked).as_str());
        snippet.marks.push(start..shown.len());
        at = mark.end;
    }
    shown.push_str(visible(found.text.get(at..).unwrap_or_default()).as_str());
    if found.cut_after {
        shown.push('…');
    }
    snippet.text = secrets.line(&shown);
    // Pieces that only together look like a secret: better no mark than one in the wrong place.
    if snippet.text.as_str() != shown {
        snippet.marks.clear();
    }
    snippet
}
