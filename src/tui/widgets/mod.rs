//! Parts that views and the frame are put together from. They draw on a [`Canvas`](super::canvas::Canvas) and know nothing of stores,
//! views or the loop.

pub(crate) mod area;
pub(crate) mod help;
pub(crate) mod input;
pub(crate) mod page;
pub(crate) mod palette;
pub(crate) mod picker;
pub(crate) mod sheet;
pub(crate) mod statusbar;
pub(crate) mod table;
pub(crate) mod tabs;
pub(crate) mod toast;
pub(crate) mod tree;
pub(crate) mod unmasking;
pub(crate) mod writing;
