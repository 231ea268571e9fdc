//! The wholes of a document's texts.

use super::stream::Seen;
use super::{Scan, fold_into, places};

/// Finds wholes, each once a document.
#[derive(Debug, Default)]
pub(crate) struct Wholes {
    seen: Seen,
    folded: String,
}

impl Wholes {
    /// Calls `each` with every whole of the texts of a document, folded.
    pub fn each(&mut self, texts: &[&str], mut each: impl FnMut(&str)) {
        self.seen.clear();
        for text in texts {
            let mut at = 0;
            while let Some(stretch) = places::next(text, at) {
                at = stretch.end;
                self.each_of(&text[stretch], &mut each);
            }
        }
    }

    fn each_of(&mut self, text: &str, each: &mut impl FnMut(&str)) {
        let mut scan = Scan::new(text);
        let mut more = true;
        while more {
            more = scan.next_word().is_some();
            let Some(whole) = scan.take_whole() else { continue };
            self.folded.clear();
            fold_into(&text[whole], &mut self.folded);
            if !self.folded.is_empty() && self.seen.is_new(&self.folded) {
                each(&self.folded);
            }
        }
    }
}
