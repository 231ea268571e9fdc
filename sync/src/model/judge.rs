use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{Content, ListKey, Record, RowKey};

/// Tells of a record whether it is meant, by what the mirror does not know: which words it has.
///
/// The mirror asks it for each record that it comes to. Whoever keeps an index of the words answers from that
/// ([`Judge::knows`]), and has the record read only where the index may not have it as it is now.
pub trait Judge: fmt::Debug + Send + Sync {
    /// What is asked, in words: two judges that ask the same have the same.
    fn asks(&self) -> &str;

    /// Does it hold for this record, as it is handed over? `content` reads the messages that belong to it: none where none are
    /// held, or they cannot be read.
    fn holds(&self, record: &Record, content: &dyn Fn() -> Option<Content>) -> bool;

    /// The same without reading the record; `None` where it has to be read.
    fn knows(&self, _list: &ListKey, _key: RowKey) -> Option<bool> {
        None
    }

    /// The only records of a list for which it can hold, ascending, where they are few; it need not hold for all of them.
    fn few(&self, _list: &ListKey) -> Option<&[RowKey]> {
        None
    }

    /// Itself, for whoever made it and has a quicker one.
    fn as_any(&self) -> &dyn Any;
}

/// A shared [`Judge`]. Equal to others that ask the same.
#[derive(Clone)]
pub struct Judged(pub Arc<dyn Judge>);

impl fmt::Debug for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Judged").field(&self.0.asks()).finish()
    }
}

impl PartialEq for Judged {
    fn eq(&self, other: &Self) -> bool {
        self.0.asks() == other.0.asks()
    }
}
