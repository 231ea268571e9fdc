use jiff::Timestamp;

/// A record, or one entry of its content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub connection: String,
    pub collection: String,
    pub id: String,
    pub entry: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    Snoozed,
    Acknowledged,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceMark {
    pub kind: MarkKind,
    pub place: Place,
    pub made_at: Timestamp,
    pub until: Option<Timestamp>,
    pub seen: Option<String>,
}
