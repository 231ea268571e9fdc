//! Text that is gathered piece by piece, each on a line of its own, and no piece twice.

use memchr::memmem;

use super::uncoloured;

/// How many bytes may be looked through to see whether pieces are already there.
const LOOKS: usize = 4 << 20;

/// Places of one piece that are looked at.
const TRIES: usize = 64;

/// What was gathered.
#[derive(Debug)]
pub struct Gathered {
    text: String,
    most: usize,
    looks: usize,
}

impl Gathered {
    /// Nothing yet, and never more than `most` bytes.
    pub fn new(most: usize) -> Self {
        Self { text: String::new(), most, looks: LOOKS }
    }

    /// Adds a piece as far as there is room for it; `false` when there is no more.
    pub fn add(&mut self, piece: &str) -> bool {
        let piece = uncoloured(piece);
        if piece.is_empty() {
            return true;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let room = self.most.saturating_sub(self.text.len());
        let end = (0..=room.min(piece.len())).rev().find(|&end| piece.is_char_boundary(end)).unwrap_or(0);
        self.text.push_str(&piece[..end]);
        end == piece.len()
    }

    /// The same, unless all its words stand there already, side by side.
    pub fn add_new(&mut self, piece: &str) -> bool {
        let Some(left) = self.looks.checked_sub(self.text.len()) else { return self.add(piece) };
        self.looks = left;
        stands_in(&self.text, &uncoloured(piece)) || self.add(piece)
    }

    /// All of it.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// Does a piece stand in the text with all its words whole? `deploy` does not in `deployments`, nor does it in `re-deploy`: words that
/// signs join are one, too. Says `false` rather than look for long: then words are there twice.
fn stands_in(text: &str, piece: &str) -> bool {
    let bytes = text.as_bytes();
    let places = memmem::find_iter(bytes, piece).take(TRIES);
    places.map(|at| (at, at + piece.len())).any(|(start, end)| {
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        let (after, then) = (bytes.get(end), bytes.get(end + 1));
        let over = after.is_some_and(|after| b".:-".contains(after)) && then.is_none_or(u8::is_ascii_whitespace);
        before.is_none_or(parts) && (over || after.is_none_or(parts))
    })
}

/// Does this byte part what stands before it from what stands behind? What joins words, and what is no ASCII, does not.
fn parts(byte: &u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"_-./:@+=".contains(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_there_only_with_all_its_words_whole() {
        let text = "https://api.acme.dev/deployments/17\nre-deploy now, (later): v2\n部署失败了";
        for piece in
            ["https://api.acme.dev/deployments/17", "now", "later", "re-deploy now", "v2", "re-deploy now, (later)"]
        {
            assert!(stands_in(text, piece), "{piece}");
        }
        for piece in ["deploy", "17/", "acme", "deployments", "re", "v", "部署", "nowhere"] {
            assert!(!stands_in(text, piece), "{piece}");
        }
        assert!(stands_in("a: 1", "a") && !stands_in("a:1", "a") && !stands_in("x.y", "x"));
    }

    #[test]
    fn there_is_room_for_so_much_and_characters_stay_whole() {
        let mut text = Gathered::new(5);
        assert!(text.add("a") && text.add("") && text.add_new("a"));
        assert!(!text.add("äöü"));
        assert_eq!(text.into_text(), "a\nä");
    }
}
