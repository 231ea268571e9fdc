//! Other people, who decide first: what a step of the `conflict` scenario is.

use super::place::{Place, text};
use crate::dialect::bump_policy;
use crate::time::{iso, plain};

/// A colleague flips an agent's status and edits one rule of the policy.
pub(crate) fn turen(place: &mut Place) {
    if let Some(id) = place.any_id("agents", |row| row["status"] != "deleted") {
        place.update("agents", &id, |row| {
            row["status"] = if row["status"] == "active" { "suspended".into() } else { "active".into() };
        });
    }
    let now = iso(place.now);
    let days = place.rng.between(1, 30);
    if let Some(policy) = place.singles.get_mut("policy") {
        policy["rules"]["review_on_new_package_days"] = days.into();
        bump_policy(policy, &now);
    }
}

/// A colleague answers an approval and switches a deployment.
pub(crate) fn exo(place: &mut Place) {
    let now = plain(place.now);
    if let Some(id) = place.any_id("approvals", |row| row["status"] == "pending") {
        super::exo::respond(place, &id, true, Some("Looked at it with Lena"));
    }
    if let Some(id) = place.any_id("deployments", |_| true) {
        place.update("deployments", &id, |row| {
            row["status"] = if row["status"] == "active" { "inactive".into() } else { "active".into() };
            row["updated_at"] = now.into();
        });
    }
}

/// A colleague decides a request and edits a policy.
pub(crate) fn runagents(place: &mut Place) {
    if let Some(id) = place.any_id("approvals", |row| row["status"] == "PENDING") {
        let approve = place.rng.chance(500);
        super::runagents::decide(place, &id, approve, "siobhan@chandlery.example", None);
    }
    let now = iso(place.now);
    if let Some(name) = place.any_id("policies", |_| true) {
        place.update("policies", &name, |row| {
            let message = format!("edited {now}, was {}", text(&row["status"], "message"));
            row["status"]["message"] = message.chars().take(80).collect::<String>().into();
            if let Some(rule) = row["spec"]["policies"].get_mut(0) {
                rule["tags"] = serde_json::json!(["edited-by-siobhan"]);
            }
        });
    }
}
