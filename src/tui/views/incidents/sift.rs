//! Which incidents are shown: a filter over their lines, typed as over any list.

use quarterdeck_index::{Asks, Document};

use super::Incidents;
use crate::incident::Line;
use crate::tui::motion;
use crate::tui::views::Cx;
use crate::tui::views::complete::Known;
use crate::tui::views::sieve::{Asked, Sieve};
use crate::tui::views::typed::{Sifted, Typed};

const IS: usize = 0;
const ID: usize = 1;

/// What the fields of a filter ask of an incident.
pub(super) const ASKS: Asked = &[
    ("is", Asks::Whole(IS)),
    ("title", Asks::Title),
    ("id", Asks::Part(ID)),
    ("after", Asks::After),
    ("before", Asks::Before),
    ("on", Asks::On),
];

/// Fields in the order they are offered in.
const OFFERED: &[&str] = &["is", "title", "id", "after", "before", "on"];
/// What can stand behind `is:`.
const STATES: [&str; 2] = ["open", "closed"];

/// An incident, as a filter looks at it.
pub(super) fn told(line: &Line) -> Document {
    let incident = &line.incident;
    let is = STATES[usize::from(incident.closed_at.is_some())];
    Document {
        at: Some(incident.opened_at.as_millisecond()),
        title: incident.title.clone(),
        facets: vec![(IS, is.to_owned()), (ID, incident.id.as_str().to_owned())],
        ..Document::default()
    }
}

impl Incidents {
    /// Begins with the filter as it is.
    pub(super) fn begin_typing(&mut self) {
        let mut known = Known::new(OFFERED);
        known.tell(&["is"], STATES.map(str::to_owned));
        self.typed = Typed::new(known);
        self.typed.begin(self.sieve.text());
    }
}

impl Sifted for Incidents {
    fn typed(&mut self) -> &mut Typed {
        &mut self.typed
    }

    /// The selected incident keeps the cursor while it passes.
    fn sift(&mut self, text: &str, cx: &Cx) {
        let selected = self.id();
        self.sieve = Sieve::typing(text, ASKS, cx.now);
        self.staying = None;
        let found = selected.and_then(|id| self.shown().iter().position(|line| line.incident.id == id));
        self.cursor = found.unwrap_or(0);
        self.follow(cx);
    }

    fn step(&mut self, by: i64, cx: &Cx) {
        self.cursor = motion::among(self.shown().len(), self.cursor, by);
        self.follow(cx);
    }
}
