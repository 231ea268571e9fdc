//! How answers look: tables for people, streams of JSON for scripts, times, numbers and words for both.
//!
//! Everything here is pure: it turns values into text, and [`super::out::Out`] writes it. Whatever comes from outside
//! passes the text boundary on its way in ([`Cell`] takes nothing else) or, in JSON, on its way out. Nothing holds a whole
//! list: a table settles its widths on its first rows and streams the rest.

mod items;
mod table;
mod time;
mod words;
mod write;

pub use items::Items;
pub use table::{Cell, Column, Table};
pub use time::{age, clock, moment};
pub use words::{mark, status_role};
pub use write::JsonWrite;

pub use crate::amounts::{count, plural, size};
pub use crate::json::{self, JsonRecord};
