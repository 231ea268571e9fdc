//! The colours of code that have come, and those that are still to be asked for.
//!
//! Laying an entry out says which colours it wants; drawing never waits for them. They change no heights, so whoever reads stays
//! where they are when they come.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::tui::code::Colours;
use crate::tui::pieces::Piece;

/// Pieces whose colours are kept; beyond, all are let go.
const KEPT: usize = 4_000;
/// Pieces that are asked for at once: those wanted last come first.
const ASKED: usize = 48;

/// The colours of one transcript's code.
#[derive(Debug, Default)]
pub(super) struct Ink {
    known: HashMap<Piece, Option<Arc<Colours>>>,
    wanted: RefCell<Vec<Piece>>,
    asked: HashSet<Piece>,
}

impl Ink {
    /// The colours of a piece, if they are here; if not, they are wanted.
    pub fn of(&self, piece: Piece) -> Option<Arc<Colours>> {
        match self.known.get(&piece) {
            Some(known) => known.clone(),
            None => {
                self.wanted.borrow_mut().push(piece);
                None
            }
        }
    }

    /// What is to be asked for now.
    pub fn ask(&mut self) -> Vec<Piece> {
        let wanted = self.wanted.get_mut();
        let mut pieces = Vec::new();
        while let Some(piece) = wanted.pop().filter(|_| pieces.len() < ASKED) {
            if !self.known.contains_key(&piece) && self.asked.insert(piece) {
                pieces.push(piece);
            }
        }
        pieces
    }

    /// Takes in what was asked for; the entries that look otherwise now.
    pub fn learn(&mut self, found: Vec<(Piece, Option<Arc<Colours>>)>) -> Vec<usize> {
        if self.known.len() > KEPT {
            self.known.clear();
        }
        self.asked.clear();
        let coloured = |(piece, colours): &(Piece, Option<Arc<Colours>>)| colours.is_some().then_some(piece.entry);
        let changed = found.iter().filter_map(coloured).collect();
        self.known.extend(found);
        changed
    }

    /// No answer will come to what was asked.
    pub fn give_up(&mut self) {
        self.known.extend(self.asked.drain().map(|piece| (piece, None)));
    }
}
