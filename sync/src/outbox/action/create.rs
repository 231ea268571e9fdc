//! Something new: what may be made, and finding out whether it was.

use serde_json::Value;

use super::fill::{self, Places};
use super::same::same;
use super::{Plan, Refusal, Sight};
use crate::model::{Dispute, Verdict, Write, WriteState};
use crate::platform::manifest::Action;
use crate::platform::write::Seen;

/// Where [`super::before_sending`] keeps the ids that were there before.
pub(super) const BEFORE: &str = "before";

/// Is it something that can be made?
pub(super) fn check(doc: Option<&Value>) -> Result<(), Refusal> {
    match doc {
        Some(Value::Object(fields)) if !fields.is_empty() => Ok(()),
        _ => Err(Refusal::Argument("what is to be made needs fields: a JSON object".to_owned())),
    }
}

/// What a person would call it.
pub(super) fn title(doc: Option<&Value>) -> Option<String> {
    let name = ["name", "title", "id"].iter().find_map(|key| doc?.get(key)?.as_str())?;
    Some(name.to_owned())
}

pub(super) fn plan(action: &Action, write: &Write, sight: &Sight, sent: bool) -> Plan {
    let intent = &write.intent;
    if sent {
        let code = |code: &str, message: &str| Verdict {
            code: code.to_owned(),
            message: message.to_owned(),
            ..Verdict::default()
        };
        return match made(write, sight) {
            Some(seen) => {
                let message = format!("a look shows it as {}", seen.incoming.id);
                Plan::Done(code("applied", &message))
            }
            // Texts may have been changed on the way in: that nothing is equal does not prove that nothing was made.
            None => Plan::Stop(
                WriteState::Unknown,
                code(
                    "uncertain",
                    "nothing in the list equals it: it was not made, or not as it was asked for; look, and decide again",
                ),
            ),
        };
    }
    let (doc, none) = (intent.args.get("doc").unwrap_or(&Value::Null), std::collections::BTreeMap::new());
    let places =
        Places { id: "", doc, args: &intent.args, reason: intent.reason.as_deref(), related: &none, list: None };
    match fill::call(&action.requests, &places, write.id.as_str()) {
        Some(call) => Plan::Send(call),
        None => super::plan::unaskable(),
    }
}

/// The record that holds every field as it was asked for, and was not there before.
fn made<'a>(write: &Write, sight: &'a Sight) -> Option<&'a Seen> {
    let before = write.memory.get(BEFORE)?.as_array()?;
    let fields = write.intent.args.get("doc")?.as_object()?;
    let is_new = |seen: &&Seen| !before.iter().any(|id| id.as_str() == Some(&seen.incoming.id));
    let holds = |seen: &&Seen| fields.iter().all(|(key, value)| same(Some(value), seen.raw.get(key)));
    sight.rows.as_ref()?.iter().find(|seen| is_new(seen) && holds(seen))
}

pub(super) fn shown(write: &Write, sight: &Sight) -> Option<Vec<Dispute>> {
    made(write, sight).map(|_| Vec::new())
}
