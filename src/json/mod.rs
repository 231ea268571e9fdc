//! JSON as text: laid out without being read into values, and the shape in which a record stands in every answer.
//!
//! Pure, and shared by the command line and by exports. Not here: who writes it where (`cli::out`, [`crate::transcript`]).

mod layout;
mod record;

pub use layout::{compact, pretty};
pub use record::JsonRecord;
