//! Which words of platforms the keys stand for, and whom a decision is about.

use super::actions::Act;

/// The words of platforms that an action stands for, the usual one first; empty for what is no decision about records.
pub(crate) fn verbs(act: Act) -> &'static [&'static str] {
    match act {
        Act::Approve => &["approve"],
        Act::Reject => &["reject"],
        Act::SuspendAgent => &["suspend"],
        Act::ResumeAgent => &["resume"],
        Act::Contain => &["contain"],
        Act::Release => &["release"],
        Act::StopRun => &["stop"],
        Act::Edit => &["update"],
        Act::SwitchOn => &["activate", "enable"],
        Act::SwitchOff => &["deactivate", "disable"],
        Act::Acknowledge => &["acknowledge"],
        Act::Delete => &["delete"],
        _ => &[],
    }
}

/// Decisions about agents: asked of a record of another kind, they are about the agent behind it.
pub(crate) fn of_agents(act: Act) -> bool {
    matches!(act, Act::SuspendAgent | Act::ResumeAgent | Act::Contain | Act::Release)
}
