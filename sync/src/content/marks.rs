//! What else a message says of itself: that it failed, and which subagent it has to do with.

use crate::json::{Json, Object};
use crate::model::{Answer, Call, Part};

/// It says that something failed. What its words say is not asked: a result that merely tells of an error has not failed.
pub(super) fn failed(object: &Object<'_>) -> bool {
    let says =
        |names: &[&str], truth: bool| names.iter().any(|name| object.get(name).and_then(Json::truth) == Some(truth));
    says(&["is_error", "isError", "isApiErrorMessage", "failed"], true)
        || says(&["success", "ok"], false)
        || object.get("error").is_some_and(says_something)
        || ["status", "state", "outcome"].iter().any(|name| object.string(name).is_some_and(|word| is_failure(&word)))
        || ["status_code", "statusCode", "http_status", "status"]
            .iter()
            .any(|name| object.get(name).and_then(Json::count).is_some_and(|code| (400..1000).contains(&code)))
}

/// A word that platforms use for what failed. What somebody cancelled or rejected has not.
pub(super) fn is_failure(word: &str) -> bool {
    let known = ["failed", "failure", "error", "errored", "timeout", "timed_out", "crashed"];
    let word = word.trim();
    known.iter().any(|known| word.eq_ignore_ascii_case(known))
        || ["_failed", "_error"].iter().any(|end| {
            word.len()
                .checked_sub(end.len())
                .and_then(|at| word.get(at..))
                .is_some_and(|is| is.eq_ignore_ascii_case(end))
        })
}

/// An error field that is there may still say that there is none.
fn says_something(error: Json<'_>) -> bool {
    match error.scalar() {
        Some(said) => !matches!(said.trim(), "" | "false" | "0" | "none" | "None" | "null"),
        None => !matches!(error.raw(), "{}" | "[]"),
    }
}

const SUBAGENT: [&str; 9] = [
    "agentId",
    "subagent_session_id",
    "subagentSessionId",
    "subagent_id",
    "subagentId",
    "child_session_id",
    "childSessionId",
    "child_run_id",
    "subagent",
];

/// The session of the subagent that a message names.
pub(super) fn subagent(object: &Object<'_>) -> Option<String> {
    object.word(&SUBAGENT).or_else(|| object.get("subagent")?.object()?.word(&["session_id", "sessionId", "id"]))
}

/// The session that the result of a tool which starts subagents names: in JSON, or in a line `agentId: a1b2`.
pub(super) fn started(answer: &Answer) -> Option<String> {
    if let Some(object) = Json::of(&answer.text).object() {
        return subagent(&object).or_else(|| object.word(&["session_id", "sessionId"]));
    }
    let mut lines = answer.text.lines().rev().take(40);
    lines.find_map(|line| {
        let (name, id) = line.split_once(':')?;
        let id = id.split_whitespace().next().unwrap_or_default();
        (matches!(name.trim(), "agentId" | "agent_id" | "session_id" | "subagent_session_id") && !id.is_empty())
            .then(|| id.to_owned())
    })
}

/// The tools that start subagents, by the names they have had.
pub(super) fn starts_subagents(tool: &str) -> bool {
    ["task", "agent", "subagent", "delegate", "spawn_agent", "dispatch_agent"]
        .iter()
        .any(|name| tool.eq_ignore_ascii_case(name))
}

/// Something in these parts failed.
pub(super) fn any_failed(parts: &[Part]) -> bool {
    parts.iter().any(|part| matches!(part, Part::Result(answer) if answer.error))
}

/// The calls of some parts.
pub(super) fn calls(parts: &[Part]) -> impl Iterator<Item = &Call> {
    parts.iter().filter_map(|part| if let Part::Call(call) = part { Some(call) } else { None })
}
