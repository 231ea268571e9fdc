use crate::client::{Caller, fixed, start};

#[test]
fn every_endpoint_answers_its_lists() {
    let sim = start(fixed());
    let lists = [
        (
            "turen",
            vec![
                "/registered-agents",
                "/sessions?include_subagents=true&limit=100",
                "/events",
                "/policy",
                "/sessions/clients",
                "/sessions/calendar",
                "/stats/summary",
            ],
        ),
        (
            "exo",
            vec![
                "/projects",
                "/agents",
                "/workflows",
                "/deployments",
                "/runs",
                "/conversations",
                "/tools",
                "/knowledge-bases",
                "/alerts",
                "/alerts/rules",
                "/approvals/pending",
                "/costs/summary",
                "/metrics/dashboard",
                "/search?q=review",
            ],
        ),
        (
            "exo-documented",
            vec![
                "/projects",
                "/agents",
                "/workflows",
                "/deployments",
                "/runs",
                "/conversations",
                "/tools",
                "/knowledge-bases",
                "/alerts",
                "/monitoring/costs",
                "/monitoring/health",
                "/providers",
                "/search?q=review",
            ],
        ),
        (
            "runagents",
            vec![
                "/agents",
                "/runs",
                "/runs?status=COMPLETED",
                "/approvals/requests",
                "/policies",
                "/tools",
                "/model-providers",
                "/identity-providers",
                "/approval-connectors",
                "/builds",
                "/catalog",
                "/model-spend",
            ],
        ),
        (
            "runagents-v1alpha",
            vec![
                "/api/agents",
                "/runs",
                "/governance/requests",
                "/api/policies",
                "/api/tools",
                "/api/model-providers",
                "/api/identity-providers",
                "/api/builds",
            ],
        ),
    ];
    for (name, paths) in lists {
        let caller = Caller::new(&sim, name);
        for path in paths {
            let answer = caller.get(path);
            assert_eq!(answer.status, 200, "{name} {path}: {}", answer.text());
            assert!(answer.text().len() > 20, "{name} {path} is empty: {}", answer.text());
        }
    }
}
