use std::fmt;

use serde::Serialize;

/// How much harm may come of leaving something alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// It should be seen.
    Low,
    /// It should be seen to today.
    Medium,
    /// It should be seen to now.
    High,
}

impl Risk {
    /// Every one, the highest first.
    pub const ALL: [Risk; 3] = [Risk::High, Risk::Medium, Risk::Low];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Risk::Low => "low",
            Risk::Medium => "medium",
            Risk::High => "high",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why something wants a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// A secret stands in what was said or recorded.
    Leak,
    /// More than one machine answers as one agent.
    Clone,
    /// An agent asks for leave.
    Approval,
    /// A decision could not be carried out.
    Write,
    /// A platform cannot be read, or only in part.
    Connection,
    /// A platform has raised an alert.
    Alert,
    /// A platform leaves a judgement to a person.
    Review,
    /// A platform has stopped something.
    Blocked,
    /// A run, or an agent, has failed.
    Failed,
    /// A run is at work and nothing is heard of it.
    Stuck,
    /// An agent is active and not seen.
    Silent,
}

/// A line of the table of causes.
#[derive(Debug)]
pub struct About {
    /// The cause.
    pub cause: Cause,
    /// Its word, in one and in many.
    pub words: (&'static str, &'static str),
    /// When something comes into the inbox for it.
    pub when: &'static str,
    /// Its risk, and when it is another.
    pub risk: &'static str,
    /// What can be done.
    pub act: &'static str,
    /// What can be asked of the record itself, and of the agent behind it.
    pub(super) verbs: (&'static [&'static str], &'static [&'static str]),
}

const HALT: &[&str] = &["suspend", "contain"];

/// Every cause, in the order of the enum.
pub const CAUSES: &[About] = &[
    About {
        cause: Cause::Leak,
        words: ("leak", "leaks"),
        when: "the index found a key, a token or a password in a session, a run or another record, active in the last 30 days",
        risk: "high",
        act: "read it where it stands, change the secret at its origin; suspend or contain the agent",
        verbs: (&[], HALT),
    },
    About {
        cause: Cause::Clone,
        words: ("clone", "clones"),
        when: "the platform says that an agent was cloned, and the agent is neither suspended nor deleted",
        risk: "high",
        act: "suspend or contain the agent",
        verbs: (HALT, &[]),
    },
    About {
        cause: Cause::Approval,
        words: ("approval", "approvals"),
        when: "an approval is pending",
        risk: "high; low once its time has run out",
        act: "approve or reject it; suspend or contain the agent that asks",
        verbs: (&["approve", "reject"], HALT),
    },
    About {
        cause: Cause::Write,
        words: ("decision", "decisions"),
        when: "a write is conflicted, wedged or expired, or its fate is unknown for ten minutes",
        risk: "high; medium when it has expired or is unknown",
        act: "settle the conflict, try again, or let go of it",
        verbs: (&[], &[]),
    },
    About {
        cause: Cause::Connection,
        words: ("connection", "connections"),
        when: "a connection is refused, unreachable, never synced, or not heard of for an hour; a decision has not reached it for five minutes; one of its lists fails",
        risk: "high when it is refused, or its writes are held or wait; medium when it cannot be reached; low otherwise",
        act: "sign in again, look at the connection, sync",
        verbs: (&[], &[]),
    },
    About {
        cause: Cause::Alert,
        words: ("alert", "alerts"),
        when: "an alert is open",
        risk: "medium",
        act: "acknowledge it on its platform; contain the agent",
        verbs: (&["acknowledge"], HALT),
    },
    About {
        cause: Cause::Review,
        words: ("review", "reviews"),
        when: "an event of the last 7 days is to be reviewed",
        risk: "medium",
        act: "look at it; suspend or contain the agent; edit the policy",
        verbs: (&[], HALT),
    },
    About {
        cause: Cause::Blocked,
        words: ("block", "blocks"),
        when: "an event of the last 7 days was blocked",
        risk: "medium",
        act: "look at it; suspend or contain the agent; edit the policy",
        verbs: (&[], HALT),
    },
    About {
        cause: Cause::Failed,
        words: ("failure", "failures"),
        when: "a run of the last 7 days has failed, or an agent says that it has",
        risk: "medium",
        act: "read its transcript; contain the agent",
        verbs: (&[], &["contain"]),
    },
    About {
        cause: Cause::Stuck,
        words: ("stuck run", "stuck runs"),
        when: "a run is at work, or waits to begin, and nothing was heard of it for an hour",
        risk: "medium",
        act: "stop it; contain the agent",
        verbs: (&["stop"], &["contain"]),
    },
    About {
        cause: Cause::Silent,
        words: ("silent agent", "silent agents"),
        when: "an agent is active and was not seen for a day, where its platform says when it was seen",
        risk: "low",
        act: "look at its machine; suspend it",
        verbs: (&["suspend"], &[]),
    },
];

impl Cause {
    /// Its line of the table.
    pub fn about(self) -> &'static About {
        // The table stands in the order of the enum; a test holds it.
        &CAUSES[self as usize]
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        self.about().words.0
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
