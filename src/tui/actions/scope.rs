//! Where keys count.

/// Where an action counts. Keys are looked up from the focus outwards, [`Scope::Global`] last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere, except while text is being typed.
    Global,
    /// Wherever something can be moved through: lists, details, help.
    Move,
    /// In a list of records.
    List,
    /// In the details of a record.
    Detail,
    /// On a record, whether in its list or in its details.
    Record,
    /// On whatever is selected: a record, an item, a write, a hit.
    Chosen,
    /// In the inbox.
    Inbox,
    /// Among the panels of the fleet.
    Panels,
    /// On a timeline.
    Timeline,
    /// In the outbox.
    Outbox,
    /// In a transcript.
    Reading,
    /// In the incidents.
    Incidents,
    /// In what a search has found.
    Hits,
    /// In a record that a search has found.
    Found,
    /// In the facets beside it.
    Facets,
    /// In the connections.
    Connection,
    /// Where the columns of a list are chosen.
    Columns,
    /// On the sheet that a decision is confirmed on.
    Sheet,
    /// Before secrets are shown.
    Unmasking,
    /// While text is being typed: filter, palette.
    Prompt,
    /// While a note is being written.
    Note,
    /// In the text of the editor.
    Editor,
    /// Beside the text of the editor.
    Beside,
    /// Asked before what was typed is left.
    Leaving,
}

impl Scope {
    /// Every scope, in the order of the help.
    pub const ALL: [Scope; 24] = [
        Scope::Global,
        Scope::Move,
        Scope::Inbox,
        Scope::Panels,
        Scope::List,
        Scope::Detail,
        Scope::Record,
        Scope::Chosen,
        Scope::Timeline,
        Scope::Outbox,
        Scope::Reading,
        Scope::Incidents,
        Scope::Hits,
        Scope::Found,
        Scope::Facets,
        Scope::Connection,
        Scope::Columns,
        Scope::Sheet,
        Scope::Unmasking,
        Scope::Prompt,
        Scope::Note,
        Scope::Editor,
        Scope::Beside,
        Scope::Leaving,
    ];

    /// Keys that can be text are text: only others are looked up.
    pub fn takes_text(self) -> bool {
        matches!(self, Scope::Prompt | Scope::Editor)
    }

    /// Heading in help and docs.
    pub fn title(self) -> &'static str {
        match self {
            Scope::Global => "Everywhere",
            Scope::Move => "Moving",
            Scope::List => "In a list",
            Scope::Detail => "In the details",
            Scope::Record => "Deciding about records",
            Scope::Chosen => "On whatever is selected",
            Scope::Inbox => "In the inbox",
            Scope::Panels => "Among the panels of the fleet",
            Scope::Timeline => "On a timeline",
            Scope::Outbox => "In the outbox",
            Scope::Reading => "In a transcript",
            Scope::Incidents => "In the incidents",
            Scope::Hits => "In what a search has found",
            Scope::Found => "In a record that a search has found",
            Scope::Facets => "In the facets of a search",
            Scope::Connection => "In the connections",
            Scope::Columns => "Choosing the columns of a list",
            Scope::Sheet => "On the sheet that confirms a decision",
            Scope::Unmasking => "Before secrets are shown",
            Scope::Prompt => "While typing",
            Scope::Note => "While writing a note",
            Scope::Editor => "In the text of the editor",
            Scope::Beside => "Beside the text of the editor",
            Scope::Leaving => "Before what was typed is left",
        }
    }

    /// The scopes in which keys are looked up while this one is in force, from the inside out.
    pub fn chain(self) -> &'static [Scope] {
        match self {
            Scope::Prompt => &[Scope::Prompt],
            Scope::Sheet => &[Scope::Sheet],
            Scope::Unmasking => &[Scope::Unmasking],
            Scope::Note => &[Scope::Note],
            Scope::Editor => &[Scope::Editor],
            Scope::Leaving => &[Scope::Leaving],
            Scope::Beside => &[Scope::Beside, Scope::Move, Scope::Global],
            Scope::Incidents => &[Scope::Incidents, Scope::Chosen, Scope::Move, Scope::Global],
            Scope::List => &[Scope::List, Scope::Record, Scope::Chosen, Scope::Move, Scope::Global],
            Scope::Detail => &[Scope::Detail, Scope::Record, Scope::Chosen, Scope::Move, Scope::Global],
            Scope::Inbox => &[Scope::Inbox, Scope::Record, Scope::Chosen, Scope::Move, Scope::Global],
            Scope::Panels => &[Scope::Panels, Scope::Move, Scope::Global],
            Scope::Timeline => &[Scope::Timeline, Scope::Record, Scope::Chosen, Scope::Move, Scope::Global],
            Scope::Outbox => &[Scope::Outbox, Scope::Chosen, Scope::Move, Scope::Global],
            Scope::Reading => &[Scope::Reading, Scope::Move, Scope::Global],
            Scope::Hits => &[Scope::Hits, Scope::Chosen, Scope::Move, Scope::Global],
            Scope::Found => &[Scope::Found, Scope::Record, Scope::Chosen, Scope::Move, Scope::Global],
            Scope::Facets => &[Scope::Facets, Scope::Move, Scope::Global],
            Scope::Connection => &[Scope::Connection, Scope::Chosen, Scope::Move, Scope::Global],
            Scope::Columns => &[Scope::Columns, Scope::Move, Scope::Global],
            Scope::Record => &[Scope::Record, Scope::Global],
            Scope::Chosen => &[Scope::Chosen, Scope::Global],
            Scope::Move => &[Scope::Move, Scope::Global],
            Scope::Global => &[Scope::Global],
        }
    }
}
