/// What the value of a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text: `status:active`.
    Text,
    /// A point or stretch of time: `after:2026-02-01`, `before:3h`.
    Time,
}

/// The fields a query may name. Anything else before a colon is a word like any other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(&'static str, FieldKind)>);

impl Fields {
    /// A set of fields; names are lower case.
    pub fn new(fields: impl IntoIterator<Item = (&'static str, FieldKind)>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// The field called `name`, in upper or lower case.
    pub fn get(&self, name: &str) -> Option<(&'static str, FieldKind)> {
        self.0.iter().copied().find(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// All names, in the order given.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }
}
