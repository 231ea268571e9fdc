//! What stands around the agents: policies, tools, providers, connectors, builds, the catalog, the bill.

use serde_json::{Value, json};

use crate::time::{before, iso};
use crate::world::place::Place;
use crate::world::words;

const TOOLS: [(&str, &str, &str); 17] = [
    ("stripe-refunds", "https://api.stripe.com/v1/refunds", "Create and read refunds"),
    ("orders-db", "https://orders-db.shop.svc:8443/query", "Orders, read and write"),
    ("warehouse-api", "https://warehouse.shop.svc", "Stock and transfers"),
    ("slack-post", "https://slack.com/api/chat.postMessage", "Post to a channel"),
    ("dhl-tracking", "https://api-eu.dhl.com/track/shipments", "Where a parcel is"),
    ("mail-send", "https://mail.shop.svc/v2/messages", "Send mail to customers"),
    ("pricing-api", "https://pricing.shop.svc/v1", "Read and set prices"),
    ("zendesk", "https://chandlery.zendesk.example/api/v2", "Tickets"),
    ("erp-read", "https://erp.shop.svc/odata", "Supplier invoices, read only"),
    ("cms", "https://cms.shop.svc", "Pages and product texts"),
    ("translate", "https://translate.shop.svc/v1", "Machine translation"),
    ("grafana-read", "https://grafana.shop.svc/api", "Dashboards and queries"),
    ("pagerduty", "https://api.pagerduty.com", "Incidents"),
    ("drive-read", "https://www.googleapis.com/drive/v3", "Files of the signed-in user"),
    ("pg-admin", "https://pg-admin.shop.svc/v1", "Vacuum, reindex"),
    ("github-read", "https://api.github.com", "Merged changes"),
    ("okta-read", "https://chandlery.okta.example/api/v1", "Who can do what"),
];

/// Where a tool is.
pub(super) fn url_of(tool: &str) -> &'static str {
    TOOLS.iter().find(|(name, ..)| *name == tool).map_or("https://tools.shop.svc", |(_, url, _)| url)
}

pub(super) fn rule(permission: &str, operations: &[&str], resource: &str) -> Value {
    json!({"permission": permission, "operations": operations, "resource": resource, "tags": ["shop"]})
}

pub(super) fn policy(name: &str, rules: Vec<Value>) -> Value {
    let binding = json!({
        "name": format!("{name}-approvers"), "toolIds": ["stripe-refunds", "pg-admin"],
        "capabilities": ["refunds:create"], "operations": ["POST"], "resource": "*", "tags": ["money"],
        "approvers": {"groups": ["finance-leads", "platform-oncall"], "match": "any"},
        "defaultDuration": "4h",
        "delivery": {"connectors": ["slack-approvals"], "mode": "first", "fallbackToUI": true},
    });
    json!({
        "name": name, "namespace": "shop", "spec": {"policies": rules, "approvals": [binding]},
        "status": {"ready": true, "message": "compiled"}, "used_by": [],
    })
}

pub(super) fn populate(place: &mut Place) {
    let policies = [
        (
            "default-tools",
            vec![rule("allow", &["GET"], "*"), rule("approval_required", &["POST", "PUT", "DELETE"], "*")],
        ),
        ("orders-read-only", vec![rule("allow", &["GET"], "orders-db/*"), rule("deny", &["DELETE"], "orders-db/*")]),
        (
            "mail-guard",
            vec![
                rule("approval_required", &[], "mail-send/external*"),
                rule("allow", &["POST"], "mail-send/internal*"),
            ],
        ),
        (
            "refund-limits",
            vec![rule("allow", &["GET"], "stripe-refunds/*"), rule("approval_required", &["POST"], "stripe-refunds/*")],
        ),
        ("night-quiet", vec![rule("deny", &["POST"], "pricing-api/*")]),
        (
            "database-care",
            vec![rule("approval_required", &["POST"], "pg-admin/vacuum*"), rule("deny", &[], "pg-admin/drop*")],
        ),
    ];
    for (name, rules) in policies {
        let mut row = policy(name, rules);
        if name == "night-quiet" {
            row["status"] =
                json!({"ready": false, "message": "resource pricing-api/* matches no tool in namespace shop"});
        }
        row["used_by"] = json!(["refund-clerk", "price-tuner"]);
        place.put("policies", row);
    }
    for (name, url, about) in TOOLS {
        place.put("tools", json!({
            "name": name, "namespace": "shop", "description": about,
            "spec": {"baseUrl": url, "auth": {"type": "oauth2", "provider": "okta-main"}, "accessControl": "policy"},
            "status": {"ready": name != "translate", "message": if name == "translate" { "health check: 503" } else { "" }},
        }));
    }
    providers(place);
    history(place);
}

fn providers(place: &mut Place) {
    for (provider, models) in [
        ("anthropic", json!(["claude-sonnet-4-5", "claude-haiku-4-5"])),
        ("openai", json!(["gpt-5-mini"])),
        ("ollama", json!(["qwen3-coder:30b"])),
    ] {
        place.put(
            "model_providers",
            json!({
                "name": provider, "namespace": "shop", "spec": {"type": provider, "models": models,
                "apiKeySecretRef": format!("{provider}-key")}, "status": {"ready": true, "message": ""},
            }),
        );
    }
    for (name, issuer) in [
        ("okta-main", "https://chandlery.okta.example"),
        ("github-actions", "https://token.actions.githubusercontent.com"),
    ] {
        place.put(
            "identity_providers",
            json!({
                "name": name, "namespace": "shop",
                "spec": {"issuer": issuer, "audience": "runagents", "userIdClaim": "email"},
                "status": {"ready": true, "message": ""},
            }),
        );
    }
    for (name, kind) in [("slack-approvals", "slack"), ("pager-approvals", "webhook")] {
        let secret = format!("Bearer FAKE-connector-secret-{}", place.rng.hex(20));
        place.put(
            "connectors",
            json!({
                "name": name, "type": kind, "enabled": true,
                "endpoint": format!("https://hooks.chandlery.example/{name}"),
                "headers": {"Authorization": secret, "X-Channel": "approvals"},
                "timeout_seconds": 10,
            }),
        );
    }
}

fn history(place: &mut Place) {
    for n in 0..9_i64 {
        let (id, digest) = (place.rng.uuid(), place.rng.hex(64));
        let agent = *place.rng.pick(&["refund-clerk", "stock-watcher", "ticket-triage"]);
        let status = match n {
            0 => "BUILDING",
            4 => "FAILED",
            _ => "SUCCEEDED",
        };
        place.put("builds", json!({
            "id": id, "agent_name": agent, "status": status,
            "image": format!("registry.chandlery.example/agents/build:{}", &digest[..12]), "digest": format!("sha256:{digest}"),
            "error": if status == "FAILED" { "step 6/9: pip install: hash mismatch for polars" } else { "" },
            "created_at": iso(before(place.now, n * 61_000 + 400)), "updated_at": iso(before(place.now, n * 61_000)),
        }));
    }
    for (n, (name, _, about)) in TOOLS.iter().take(12).enumerate() {
        place.put(
            "catalog",
            json!({
                "id": format!("{name}-starter"), "title": format!("{name} starter"), "description": about,
                "category": if n % 2 == 0 { "operations" } else { "commerce" }, "version": format!("1.{n}.0"),
                "required_tools": [name],
            }),
        );
    }
    for (n, (provider, model, input, output)) in words::MODELS.iter().enumerate() {
        let (sent, received) = (1_900_000 / (n + 1), 410_000 / (n + 1));
        let cost = (sent as f64 * input + received as f64 * output) / 1e6;
        place.put(
            "model_spend",
            json!({
                "model": model, "provider": provider, "requests": 900 / (n + 1), "input_tokens": sent,
                "output_tokens": received, "cost_usd": (cost * 100.0).round() / 100.0, "period": "30d",
            }),
        );
    }
}
