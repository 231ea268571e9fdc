//! The views there are: each of the registry once, and lists that were opened over others, each with a state of its own.
//!
//! Always true: a number that was given out once is never given out again, so an answer on its way to a view that is closed by now
//! reaches nobody else.

use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};

use crate::tui::views::{Entry, VIEWS, View};

/// A view, and what it is.
struct Layer {
    /// Its line in the registry.
    kind: usize,
    /// What it was opened from, for the breadcrumbs: the title of a record.
    about: Option<String>,
    view: Box<dyn View>,
}

/// All of them, by number: those of the registry have their place in it.
pub(super) struct Layers {
    all: BTreeMap<usize, Layer>,
    next: usize,
}

impl Layers {
    /// The views of the registry.
    pub fn new() -> Self {
        let made =
            VIEWS.iter().enumerate().map(|(kind, entry)| (kind, Layer { kind, about: None, view: (entry.make)() }));
        Self { all: made.collect(), next: VIEWS.len() }
    }

    /// Makes another view of a kind, to lie over what is open.
    pub fn lay(&mut self, kind: usize, about: Option<String>) -> usize {
        let number = self.next;
        self.next += 1;
        self.all.insert(number, Layer { kind, about, view: (VIEWS[kind].make)() });
        number
    }

    /// Closes a view that nothing leads back to. Those of the registry stay, ready to be opened again.
    pub fn close(&mut self, number: usize) {
        if self.extra(number) {
            self.all.remove(&number);
        } else if let Some(layer) = self.all.get_mut(&number) {
            layer.view.close();
        }
    }

    /// Is there such a view?
    pub fn has(&self, number: usize) -> bool {
        self.all.contains_key(&number)
    }

    /// It is none of the registry's own: it was opened over another.
    pub fn extra(&self, number: usize) -> bool {
        number >= VIEWS.len()
    }

    /// The place in the registry of what a view is.
    pub fn kind(&self, number: usize) -> usize {
        self.all.get(&number).map_or(0, |layer| layer.kind)
    }

    /// Its line in the registry.
    pub fn entry(&self, number: usize) -> &'static Entry {
        &VIEWS[self.kind(number)]
    }

    /// What it was opened from.
    pub fn about(&self, number: usize) -> Option<&str> {
        self.all.get(&number)?.about.as_deref()
    }

    /// Every view.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Box<dyn View>> {
        self.all.values_mut().map(|layer| &mut layer.view)
    }
}

impl Index<usize> for Layers {
    type Output = Box<dyn View>;

    /// The view of a number that was given out and not closed.
    fn index(&self, number: usize) -> &Box<dyn View> {
        &self.all[&number].view
    }
}

impl IndexMut<usize> for Layers {
    fn index_mut(&mut self, number: usize) -> &mut Box<dyn View> {
        match self.all.get_mut(&number) {
            Some(layer) => &mut layer.view,
            None => panic!("there is no view {number}"),
        }
    }
}
