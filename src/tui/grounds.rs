//! What an answer to a request for approval rests on beside the request itself: what exactly would be done, what the run did so far,
//! which rule asks for it, and how the like of it was answered before. Asked for by ticket, as everything is.
//!
//! All of it is text of platforms, and much of it of agents: it is drawn behind the mark that nothing else has
//! (`Page::foreign`).

use jiff::Timestamp;
use quarterdeck_sync::model::{ListKey, RowKey};

/// What an answer rests on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grounds {
    /// What would be done, whole; none when the platform does not send it.
    pub payload: Option<Payload>,
    /// What the run did so far; none when the request names no run.
    pub run: Option<RunSoFar>,
    /// How rules were looked for, for a person.
    pub rules_told: String,
    /// Rules that fit, the strictest first.
    pub rules: Vec<Rule>,
    /// How the like of it was answered before.
    pub earlier: Earlier,
    /// The record, whole: JSON over several lines, secrets masked.
    pub record: String,
}

/// What the answer to one of several requests rests on, in short: all that is read of it before one key answers all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Short {
    /// The request.
    pub key: RowKey,
    /// What it asks for by the names that are usual: who, with which tool, how, where, what for.
    pub asks: Vec<(String, String)>,
    /// What would be done: its text in one line, which may be cut; size and hidden characters are those of all of it.
    pub payload: Option<Payload>,
    /// The strictest rule that fits.
    pub rule: Option<Rule>,
    /// Rules that fit beside it.
    pub more_rules: usize,
    /// How often the like of it was answered before; without the answers themselves.
    pub earlier: Earlier,
}

/// What would be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payload {
    /// Where it stands: `payload`, `action payload`.
    pub from: String,
    /// It: JSON over several lines, or a text; secrets masked.
    pub text: String,
    /// Bytes it has as it was sent.
    pub bytes: usize,
    /// Hidden characters in it.
    pub hidden: usize,
}

/// What a run did so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunSoFar {
    /// Its id.
    pub id: String,
    /// Its status.
    pub status: Option<String>,
    /// The last steps, oldest first.
    pub steps: Vec<Step>,
    /// Steps there are.
    pub total: usize,
    /// There may be more: nobody counted further.
    pub uncounted: bool,
    /// Why there are none to show, for a person.
    pub missing: Option<String>,
    /// The list of the run, when what it did is not here, or is older than the run: it can be fetched.
    pub due: Option<ListKey>,
}

/// How fetching what a run did stands, while a sheet is open about what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fetch {
    /// Nobody was asked.
    #[default]
    No,
    /// Its platform is asked for the run of this list and id.
    Asked(ListKey, String),
    /// It has answered.
    Answered,
    /// It could not be asked, or did not answer; why, for a person.
    Failed(String),
}

/// One step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Step {
    /// When.
    pub at: Option<Timestamp>,
    /// Who, or what kind of step.
    pub who: String,
    /// What, in one line.
    pub words: String,
    /// It failed.
    pub failed: bool,
}

/// A rule that fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Id of its policy.
    pub policy: String,
    /// Where in the policy it stands: a JSON pointer.
    pub at: String,
    /// What it says, in one line.
    pub says: String,
    /// In what it fits.
    pub fits: String,
}

/// How the like of a request was answered before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Earlier {
    /// What makes it alike, for a person.
    pub alike: String,
    /// How often each answer was given: the platform's words.
    pub counts: Vec<(String, usize)>,
    /// The newest.
    pub list: Vec<Past>,
}

/// An earlier answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// Id of the request.
    pub id: String,
    /// The agent that asked.
    pub agent: Option<String>,
    /// The answer.
    pub status: String,
    /// When.
    pub at: Option<Timestamp>,
    /// Who.
    pub who: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// It was sent from here.
    pub ours: bool,
}
