//! Every line of the page of the query language, held against a small world: what it finds and what it does not, in lists and in
//! search.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::world::{World, agent, columns, row};

/// A line of the page. What it finds and does not find: records by their ids.
struct Line {
    query: &'static str,
    finds: &'static [&'static str],
    not: &'static [&'static str],
}

const fn line(query: &'static str, finds: &'static [&'static str], not: &'static [&'static str]) -> Line {
    Line { query, finds, not }
}

/// Lines that are true of a record itself: in lists and in search they find the same records.
const OF_RECORDS: [Line; 49] = [
    line("deploy failed", &["s1", "s2"], &["s3", "1042"]),
    line("\"deploy failed\"", &["s1"], &["s2"]),
    line("deploy OR rollback", &["s1", "s2", "1042", "o1"], &["s3", "e1"]),
    line("web deploy OR rollback", &["1042", "o1"], &["s1", "s2", "s3"]),
    line("web (deploy OR rollback)", &["1042", "o1"], &["s1", "s2", "e1"]),
    line("deploy -draft", &["s1", "1042"], &["s2", "s3"]),
    line("-(draft OR old)", &["s1", "s3", "1042"], &["s2", "o1"]),
    line("dep*", &["s1", "s2", "e1"], &["s3", "o1"]),
    line("~deplyo", &["s1", "s2"], &["s3", "e1"]),
    line("/deploy-\\d+/", &["s1"], &["s2", "1042"]),
    line("--dry-run", &["s1"], &["s2", "s3"]),
    line("std::fs::read", &["s1"], &["s2"]),
    line("src/main.rs:12", &["s1"], &["s2"]),
    line("*", &["s1", "s2", "s3", "1042", "e1", "o1", "7"], &["g1"]),
    line("status:failed", &["s1"], &["s2", "s3", "o1"]),
    line("status:failed,cancelled", &["s1", "s2"], &["s3", "o1"]),
    line("status:fail*", &["s1"], &["s2", "o1"]),
    line("status:*", &["s1", "s2", "s3", "1042"], &["o1"]),
    line("-status:running", &["s1", "o1", "1042"], &["s3"]),
    line("status:/fail.*d/", &["s1"], &["s2", "s3"]),
    line("outcome:block", &["e1"], &["s1", "o1"]),
    line("kind:run", &["1042"], &["s1", "e1", "7"]),
    line("agent:web-01", &["s1"], &["s2", "s3", "1042"]),
    line("project:deck", &["s1"], &["s2", "s3"]),
    line("project:deck*", &["s1"], &["s2", "s3"]),
    line("title:\"two words\"", &["o1"], &["s3"]),
    line("id:1042", &["1042"], &["s1", "s2"]),
    line("id:10*", &["1042"], &["s1", "o1"]),
    line("connection:prod", &["s1", "e1"], &["1042"]),
    line("platform:turen", &["s1", "e1"], &["1042"]),
    line("collection:workflows", &["1042"], &["s1"]),
    line("branch:main", &["s1"], &["s2", "s3"]),
    line("is:gone", &["g1"], &["s1", "s3"]),
    line("is:pending", &["s3"], &["s1", "s2"]),
    line("-is:pending", &["s1", "s2"], &["s3"]),
    line("is:subagent", &["s2"], &["s1", "1042"]),
    line("after:2026-02-01", &["s1", "s2", "1042"], &["s3"]),
    line("before:2026-02-01", &["s3"], &["s1", "s2"]),
    line("on:2026-02-01", &["s2"], &["s1", "s3"]),
    line("on:yesterday", &["1042"], &["s1", "s2"]),
    line("on:today", &["s1", "e1"], &["1042", "s2"]),
    line("on:2026-02", &["s2"], &["s1", "s3"]),
    line("after:2025 before:2026", &["s3"], &["s1", "s2"]),
    line("after:3h", &["s1", "e1"], &["1042"]),
    line("before:3h", &["1042", "s2"], &["s1", "e1"]),
    line("after:45m", &["e1"], &["s1", "1042"]),
    line("after:2d", &["s1", "1042"], &["s2", "s3"]),
    line("after:2026-02-01T08:30:00Z", &["s1", "s2"], &["s3"]),
    // In search, kinds of entries are told apart beside this.
    line("kind:session", &["s1", "s2", "s3", "o1"], &["1042", "e1", "7"]),
];

/// Lines that are true of entries, which search finds; a list finds the sessions and runs that have such entries.
const OF_ENTRIES: [Line; 9] = [
    line("role:user", &["s1#0", "s1#4", "s2#0"], &["s1#1", "s1#3", "1042#0"]),
    line("kind:tool", &["s1#1", "s1#2", "1042#0"], &["s1#0", "s2#0"]),
    line("tool:bash", &["s1#1", "s1#2"], &["s1#0", "1042#0", "s2#0"]),
    line("path:src/main.rs", &["s1#5"], &["s1#0", "s1#1", "s2#0"]),
    line("has:error", &["s1#2"], &["s1#1", "s2#0", "1042#0"]),
    line("has:diff", &["s1#5"], &["s1#1", "s2#0", "1042#0"]),
    line("has:secret", &["s1#3"], &["s1#0", "s2#0", "1042#0"]),
    line("has:image", &["s1#4"], &["s1#0", "s1#3", "1042#0"]),
    line("has:call", &["s1#1", "s1#5", "1042#0"], &["s1#0", "s1#3", "s2#0"]),
];

fn said() -> Value {
    let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let edit = json!({"file_path": "/app/src/main.rs", "old_string": "let x", "new_string": "let y"});
    json!([
        {"type": "user", "content": "please look"},
        {"type": "tool_use", "tool": "bash", "input": {"command": "cargo test"}},
        {"type": "tool_result", "tool": "bash", "content": "it broke", "is_error": true},
        {"type": "assistant", "content": format!("use {token}")},
        {"type": "user", "content": [{"type": "input_image", "image_url": "https://example.com/screen"}]},
        {"type": "tool_use", "tool": "edit", "input": edit},
    ])
}

/// Sessions s1 to s3, one without a status (o1) and one that is gone (g1), a run, an event, and the agents.
fn world() -> World {
    let mut world = World::new();
    let (agents, sessions, workflows, events) = (world.agents, world.sessions, world.workflows, world.events);
    world.arrive(agents, vec![agent("7", "client-1", 1, "web-01"), agent("8", "client-2", 1, "db-01")]);
    let note = "deploy-17 with --dry-run, std::fs::read at src/main.rs:12";
    let first = columns(["Deploy failed", "failed", "client-1", "/home/lena/deck-ui"], "2026-03-10T07:00:00Z");
    let second =
        columns(["Failed: to deploy the draft", "cancelled", "client-2", "/srv/other"], "2026-02-01T12:00:00Z");
    let third = columns(["quiet", "running", "", ""], "2025-06-01T12:00:00Z");
    let other = columns(["Just two words, and the rollback of web", "", "", ""], "2026-01-15T12:00:00Z");
    let gone = columns(["deploy of web, failed", "failed", "", ""], "2026-03-10T07:00:00Z");
    let rows = vec![
        row("s1", first, json!({"note": note, "git_branch": "fix/main", "stamp": 1})),
        row(
            "s2",
            second,
            json!({"note": "std::io::read at src/lib.rs:12, an old dry cloth, deploy-x", "is_subagent": true,
            "git_branch": "topic/x", "stamp": 1}),
        ),
        row("s3", third, json!({"note": "in other places these are two words", "stamp": 1})),
        row("o1", other, json!({"note": "old", "stamp": 1})),
        row("g1", gone, json!({"stamp": 1})),
    ];
    world.arrive(sessions, rows);
    world.goes(sessions, "g1");
    let run = columns(["web deploy", "completed", "", ""], "2026-03-09T11:00:00Z");
    let steps =
        json!([{"name": "fetch", "type": "tool", "status": "completed", "input": {"url": "a.b"}, "output": "ok"}]);
    world.arrive(workflows, vec![row("1042", run, json!({"id": 1042, "stamp": 1, "steps": steps}))]);
    let event = columns(["npm install of deployment", "block", "", ""], "2026-03-10T08:10:00Z");
    world.arrive(events, vec![row("e1", event, json!({"id": "e1"}))]);
    world.says("s1", &said());
    world.says("s2", &json!([{"type": "user", "content": "hello"}]));
    world.decides("s3");
    world.follow();
    world
}

#[track_caller]
fn holds(line: &Line, found: &[String], finds: &[&str], not: &[&str], place: &str) {
    for wanted in finds {
        assert!(found.iter().any(|found| found == wanted), "{} does not find {wanted} {place}: {found:?}", line.query);
    }
    for other in not {
        assert!(!found.iter().any(|found| found == other), "{} finds {other} {place}: {found:?}", line.query);
    }
}

#[test]
fn every_line_of_the_page_finds_what_it_says_in_lists_and_in_search() {
    let world = world();
    for line in &OF_RECORDS {
        holds(line, &world.listed(line.query), line.finds, line.not, "in a list");
        holds(line, &world.found(line.query), line.finds, line.not, "in search");
    }
    let session = |place: &&str| place.split('#').next().unwrap_or_default().to_owned();
    for line in &OF_ENTRIES {
        holds(line, &world.found(line.query), line.finds, line.not, "in search");
        let with: BTreeSet<String> = line.finds.iter().map(session).collect();
        let of_others = line.not.iter().map(session).filter(|id| !with.contains(id)).collect::<Vec<_>>();
        let (finds, not): (Vec<&str>, Vec<&str>) =
            (with.iter().map(String::as_str).collect(), of_others.iter().map(String::as_str).collect());
        holds(line, &world.listed(line.query), &finds, &not, "in a list");
    }
}

#[test]
fn what_a_record_is_its_entries_are_in_search() {
    let world = world();
    for (query, finds, not) in [
        ("is:subagent", "s2#0", "s1#0"),
        ("agent:web-01 role:user", "s1#0", "s2#0"),
        ("status:cancelled is:entry", "s2#0", "s2"),
        ("project:deck kind:tool", "s1#1", "s1"),
        ("branch:main -is:entry", "s1", "s1#0"),
        ("collection:workflows", "1042#0", "s1#0"),
    ] {
        let found = world.found(query);
        assert!(found.iter().any(|found| found == finds), "{query} does not find {finds}: {found:?}");
        assert!(!found.iter().any(|found| found == not), "{query} finds {not}: {found:?}");
    }
}

#[test]
fn every_line_of_the_page_is_tried() {
    let page = include_str!("../../../docs/query-language.md");
    let headings = ["Words\n", "Fields", "What entries have", "Times"];
    let sections = page.split("\n## ").filter(|section| headings.iter().any(|heading| section.starts_with(heading)));
    let lines = sections.flat_map(str::lines).filter_map(|line| line.strip_prefix("| `")?.split("` |").next());
    let lines: Vec<&str> = lines.collect();
    assert!(lines.len() > 50, "the page has moved");
    for query in lines {
        let tried = OF_RECORDS.iter().chain(&OF_ENTRIES).any(|line| line.query == query);
        assert!(tried, "`{query}` is on the page, and nobody says what it finds");
    }
}
