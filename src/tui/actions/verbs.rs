//! What deciding actions ask of platforms, in the platforms' words.

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
        Act::Edit => &["update"],
        Act::SwitchOn => &["activate", "enable"],
        Act::SwitchOff => &["deactivate", "disable"],
        Act::Acknowledge => &["acknowledge"],
        Act::Delete => &["delete"],
        _ => &[],
    }
}
