//! Deciding from the command line: `qd agents suspend ID`, `qd approvals approve ID`, and every verb of every manifest.
//!
//! A [`Wish`] is what was typed; an [`Errand`] is what is to be decided, and the one way through which every write command
//! goes: consider, show, ask, keep, send, tell ([`Errand::carry_out`]). `qd policies`, `qd outbox` and the verbs here share it, its flags
//! ([`Shared`]) and its exit codes ([`outcome`]).
//!
//! Always true: all targets are found before anything is kept; what is asked about is built from ids and our own words, never
//! from a record's text; a script is never asked, and what a person would be asked about needs `--yes` there.
//!
//! Not here: what a verb does (manifests), and whether it may be done (`sync::outbox`).

mod ask;
mod desk;
mod errand;
mod fields;
mod flags;
pub mod other;
pub mod outcome;
mod verbs;
mod wish;

pub use ask::sure;
pub use desk::Desk;
pub use errand::Errand;
pub use fields::Fields;
pub use flags::{Sending, Shared};
pub use verbs::{AgentVerbs, ApprovalVerbs, NoVerbs, RunVerbs, Verbs};
pub use wish::Wish;
