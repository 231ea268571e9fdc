use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a record is to an operator, whatever its platform calls it.
///
/// A closed set: the console has a view for each, and a collection of none of them is [`Kind::Other`],
/// known by the name of its collection alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Something that acts: a registered machine, a deployed agent.
    Agent,
    /// A recorded conversation of an agent.
    Session,
    /// One execution with a beginning and an end.
    Run,
    /// A question that waits for a person.
    Approval,
    /// A rule set that agents obey.
    Policy,
    /// Something that happened, told once: an install, an audit, a fired alert.
    Event,
    /// Everything else a platform lists.
    Other,
}

impl Kind {
    /// Every kind, in the order of the console's tabs.
    pub const ALL: [Kind; 7] =
        [Kind::Agent, Kind::Session, Kind::Run, Kind::Approval, Kind::Policy, Kind::Event, Kind::Other];

    /// The singular, as it stands in JSON and in `kind:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Agent => "agent",
            Kind::Session => "session",
            Kind::Run => "run",
            Kind::Approval => "approval",
            Kind::Policy => "policy",
            Kind::Event => "event",
            Kind::Other => "other",
        }
    }

    /// The noun of the command line, the name of the SQL view and the title of the tab.
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Agent => "agents",
            Kind::Session => "sessions",
            Kind::Run => "runs",
            Kind::Approval => "approvals",
            Kind::Policy => "policies",
            Kind::Event => "events",
            Kind::Other => "others",
        }
    }

    /// The kind whose plural is `noun`.
    pub fn from_plural(noun: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.plural() == noun)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text || kind.plural() == text).ok_or(())
    }
}
