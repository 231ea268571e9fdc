//! What a simulator is asked to be.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

/// How to build and run a simulator. `Options::default()` is a demo on any free ports, by the real clock.
#[derive(Debug, Clone)]
pub struct Options {
    /// How large and how quiet the world is.
    pub scenario: Scenario,
    /// The same seed, scenario and clock give the same replies, byte for byte.
    pub seed: u64,
    /// First of the ports to listen on, one after the other; 0 is any free ones.
    pub port: u16,
    /// Where the time comes from.
    pub clock: Clock,
    /// The largest page the servers give, whatever is asked; `None` is each platform's own.
    pub page_cap: Option<u32>,
    /// The world moves with the clock by itself, one step every 1.5 seconds.
    pub moving: bool,
    /// Every text a person might be shown carries escape sequences, C1 controls, bidi overrides and NULs.
    pub hostile: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            scenario: Scenario::Demo,
            seed: 1,
            port: 0,
            clock: Clock::Real,
            page_cap: None,
            moving: false,
            hostile: false,
        }
    }
}

/// How a platform behaves where its documents leave it open; one is put on by `Sim::quirk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quirk {
    /// Turen: rules that are not sent stay. Without, what is sent replaces them all.
    PolicyMerges,
    /// Turen: a changed policy is answered with 204 and no body.
    PolicyAnswersNothing,
    /// RunAgents: a policy that is written loses what the vendor's schema leaves out: `tags`, and an approval's `delivery`.
    PolicyDropsTags,
}

/// Where the simulator's time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    Real,
    /// Starts here and moves only by `Sim::advance`.
    Fixed(Timestamp),
}

/// How large a world is, and what happens in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// A company of some dozen people: everything is there, nothing is much.
    Demo,
    /// Signed up yesterday: every list is empty.
    Empty,
    /// Ten times the demo.
    Busy,
    /// The demo, with this many Turen sessions made on the fly and never stored.
    Huge {
        /// Number of sessions.
        sessions: u64,
    },
    /// The demo, in which other people decide first: each step resolves an approval, edits a policy, flips an agent.
    Conflict,
}

/// The text names no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scenario `{0}`: use demo, empty, busy, conflict, huge or huge:NUMBER")]
pub struct UnknownScenario(String);

impl Scenario {
    /// Names for a command line, the plain ones.
    pub const NAMES: [&'static str; 5] = ["demo", "empty", "busy", "huge", "conflict"];

    /// How many times the demo's rows there are.
    pub(crate) fn scale(self) -> u64 {
        match self {
            Scenario::Empty => 0,
            Scenario::Busy => 10,
            Scenario::Demo | Scenario::Huge { .. } | Scenario::Conflict => 1,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scenario::Demo => f.write_str("demo"),
            Scenario::Empty => f.write_str("empty"),
            Scenario::Busy => f.write_str("busy"),
            Scenario::Huge { sessions } => write!(f, "huge:{sessions}"),
            Scenario::Conflict => f.write_str("conflict"),
        }
    }
}

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(text: &str) -> Result<Scenario, UnknownScenario> {
        let unknown = || UnknownScenario(text.to_owned());
        match text {
            "demo" => Ok(Scenario::Demo),
            "empty" => Ok(Scenario::Empty),
            "busy" => Ok(Scenario::Busy),
            "conflict" => Ok(Scenario::Conflict),
            "huge" => Ok(Scenario::Huge { sessions: 1_000_000 }),
            _ => {
                let count = text.strip_prefix("huge:").ok_or_else(unknown)?;
                let sessions = count.replace('_', "").parse().map_err(|_| unknown())?;
                Ok(Scenario::Huge { sessions })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_is_read_as_it_is_written() {
        for name in Scenario::NAMES {
            let scenario: Scenario = name.parse().unwrap();
            assert_eq!(scenario.to_string().parse::<Scenario>().unwrap(), scenario);
        }
        assert_eq!("huge:2_000".parse::<Scenario>().unwrap(), Scenario::Huge { sessions: 2000 });
        assert!("hugh".parse::<Scenario>().unwrap_err().to_string().contains("hugh"));
    }
}
