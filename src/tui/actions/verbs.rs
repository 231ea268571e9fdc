//! What some actions stand for: words of platforms, and views by number.

use super::Act;

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
        Act::Edit | Act::EditHere | Act::Versions => &["update"],
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

/// Which view an action opens, from 0.
pub(crate) fn view_number(act: Act) -> Option<usize> {
    let (first, number) = (Act::View1 as usize, act as usize);
    (first..first + 9).contains(&number).then(|| number - first)
}
