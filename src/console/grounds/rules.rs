//! Which rules of policies fit a request: what it is about, and who asks.
//!
//! Rules are told by their shape: an object with a permission, or one that binds tools or capabilities to approvers. How a platform
//! weighs them against each other it alone knows; the strictest stands first, and where each stands is said.

use quarterdeck_sync::model::{Kind, Query, Scope};
use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::secrets;
use serde_json::Value;

use super::{Asking, words};
use crate::tui::grounds::Rule;

/// Policies that are looked through.
const POLICIES: usize = 200;
/// Rules that are shown.
const SHOWN: usize = 6;

/// How they were looked for, and those that fit: the strictest first, and no more than are shown.
pub(super) fn fitting(reader: &Reader, connection: &str, asking: &Asking) -> Result<(String, Vec<Rule>), String> {
    let policies = policies(reader, connection)?;
    if policies.is_empty() {
        return Ok((format!("{connection} has no policies here"), Vec::new()));
    }
    let (told, mut rules) = among(&policies, asking);
    rules.truncate(SHOWN);
    Ok((told, rules))
}

/// The policies of a connection: id and document.
pub(super) fn policies(reader: &Reader, connection: &str) -> Result<Vec<(String, Value)>, String> {
    let scope = Scope { kinds: vec![Kind::Policy], connections: vec![connection.to_owned()], ..Scope::default() };
    let rows = reader.window(&Query { limit: POLICIES, ..Query::newest(scope) }).map_err(words)?.rows;
    let mut policies = Vec::with_capacity(rows.len());
    for row in rows {
        let record = reader.record(row.key).map_err(words)?;
        let doc: Value = record.and_then(|record| serde_json::from_str(&record.doc).ok()).unwrap_or_default();
        policies.push((row.id, doc));
    }
    Ok(policies)
}

/// How they were looked for among these, and those that fit, the strictest first.
pub(super) fn among(policies: &[(String, Value)], asking: &Asking) -> (String, Vec<Rule>) {
    let binds = |doc: &Value| {
        let users = doc.pointer("/used_by").and_then(Value::as_array)?;
        Some(users.iter().any(|user| user.as_str().is_some() && user.as_str() == asking.agent.as_deref()))
    };
    let bound = policies.iter().any(|(_, doc)| binds(doc) == Some(true));
    let mut found: Vec<(u8, Rule)> = Vec::new();
    for (id, doc) in policies.iter().filter(|(_, doc)| !bound || binds(doc) == Some(true)) {
        below(doc, "", &mut |at, rule| {
            if let Some((weight, fits)) = fits(rule, asking) {
                let says = rule.to_string();
                let says = secrets::mask_json(&says).into_owned();
                found.push((weight, Rule { policy: id.clone(), at: at.to_owned(), says, fits }));
            }
        });
    }
    // The sort keeps the order of what weighs the same.
    found.sort_by_key(|(weight, _)| *weight);
    let told = match (found.is_empty(), bound) {
        (true, true) => "no rule of the agent's policies fits by its words",
        (true, false) => "no rule of the policies here fits by its words",
        (false, true) => "of the policies that name this agent",
        (false, false) => "of all policies here: none tells which agents it is bound to",
    };
    (told.to_owned(), found.into_iter().map(|(_, rule)| rule).collect())
}

/// Every object below a value, with its place.
fn below<'a>(value: &'a Value, at: &str, tell: &mut impl FnMut(&str, &'a Value)) {
    match value {
        Value::Object(members) => {
            tell(at, value);
            for (name, value) in members {
                below(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), tell);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                below(item, &format!("{at}/{index}"), tell);
            }
        }
        _ => {}
    }
}

/// How much a rule weighs and in what it fits; none when it is none, or does not.
fn fits(rule: &Value, asking: &Asking) -> Option<(u8, String)> {
    let permission = rule.get("permission").and_then(Value::as_str);
    let binding =
        ["toolIds", "tool_ids", "tools", "capabilities"].iter().any(|name| rule.get(name).is_some_and(Value::is_array));
    if permission.is_none() && !binding {
        return None;
    }
    let mut why = Vec::new();
    let mut holds = |names: &[&str], values: &[Option<&String>]| {
        let list = names.iter().find_map(|name| rule.get(name)?.as_array()).filter(|list| !list.is_empty());
        let Some(list) = list else { return true };
        let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        let hit = values.iter().flatten().find(|value| texts.iter().any(|text| text.eq_ignore_ascii_case(value)));
        why.extend(hit.map(|hit| hit.to_string()));
        hit.is_some()
    };
    let fit = holds(&["operations"], &[asking.method.as_ref(), asking.capability.as_ref()])
        && holds(&["toolIds", "tool_ids", "tools"], &[asking.tool.as_ref()])
        && holds(&["capabilities"], &[asking.capability.as_ref()]);
    if !fit {
        return None;
    }
    match rule.get("resource").and_then(Value::as_str) {
        None | Some("" | "*") => {}
        Some(pattern) => why.push(resource(pattern, asking)?),
    }
    let weight = match permission {
        Some("deny") => 0,
        Some("approval_required") => 1,
        Some("allow") => 3,
        Some(_) => 4,
        None => 2,
    };
    Some((weight, if why.is_empty() { "everything".to_owned() } else { why.join(", ") }))
}

/// What of a request a pattern of resources fits.
fn resource(pattern: &str, asking: &Asking) -> Option<String> {
    let mut names: Vec<String> =
        [&asking.url, &asking.tool, &asking.capability].into_iter().flatten().cloned().collect();
    let bare = asking.url.as_deref().and_then(|url| url.split_once("://")).map(|(_, rest)| rest.to_owned());
    if let Some(tool) = &asking.tool {
        let path = bare.as_deref().and_then(|bare| bare.split_once('/')).map_or("", |(_, path)| path);
        names.push(format!("{tool}/{path}"));
        names.extend(asking.capability.as_ref().map(|capability| format!("{tool}/{capability}")));
    }
    names.extend(bare);
    let fits = |name: &&String| match pattern.strip_suffix('*') {
        Some(front) => name.starts_with(front),
        None => *name == pattern,
    };
    names.iter().find(fits).map(|_| format!("resource {pattern}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asking() -> Asking {
        let some = |text: &str| Some(text.to_owned());
        Asking {
            agent: some("refund-helper"),
            tool: some("stripe"),
            capability: some("refund"),
            method: some("POST"),
            url: some("https://api.stripe.com/v1/refunds"),
        }
    }

    #[test]
    fn the_strictest_rule_that_fits_stands_first_with_its_place() {
        let rule = |permission: &str, operations: &[&str], resource: &str| json!({"permission": permission, "operations": operations, "resource": resource, "tags": []});
        let policy = json!({"used_by": ["refund-helper"], "spec": {"policies": [
            rule("allow", &[], "*"), rule("deny", &["DELETE"], "*"),
            rule("approval_required", &["post"], "https://api.stripe.com/v1/*"), rule("deny", &[], "zendesk/*")],
            "approvals": [{"name": "finance", "toolIds": ["stripe"], "capabilities": ["refund"], "operations": [], "resource": "*"}]}});
        let other = json!({"used_by": ["somebody"], "spec": {"policies": [rule("deny", &[], "*")]}});
        let (told, rules) = among(&[("other".into(), other), ("mine".into(), policy)], &asking());
        assert_eq!(told, "of the policies that name this agent");
        let found: Vec<(&str, &str, &str)> =
            rules.iter().map(|rule| (rule.policy.as_str(), rule.at.as_str(), rule.fits.as_str())).collect();
        assert_eq!(
            found,
            [
                ("mine", "/spec/policies/2", "POST, resource https://api.stripe.com/v1/*"),
                ("mine", "/spec/approvals/0", "stripe, refund"),
                ("mine", "/spec/policies/0", "everything"),
            ]
        );
    }

    #[test]
    fn where_no_policy_tells_its_agents_all_are_looked_through_and_that_is_said() {
        let policy = json!({"rules": [{"permission": "deny", "resource": "stripe/*"}]});
        let (told, rules) = among(&[("a".into(), policy)], &asking());
        assert!(told.starts_with("of all policies here") && rules.len() == 1, "{told}");
        let (told, rules) = among(&[("a".into(), json!({"min_scorecard": 3}))], &asking());
        assert_eq!((told.as_str(), rules.len()), ("no rule of the policies here fits by its words", 0));
    }
}
