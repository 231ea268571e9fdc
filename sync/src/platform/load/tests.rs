use std::path::{Path, PathBuf};

use super::keys;
use crate::platform::manifest::{Absence, AgentJoin, Auth, Content, Delta, Paging, Partition, ResetKind};
use crate::platform::{Manifest, ManifestError, Origin, Registry};

/// The sample of the design, to the letter.
const SAMPLE: &str = r##"schema = 1
name = "turen"
title = "Turen"
base_url = "https://api.prod.turen.io/api/v1"
auth = { kind = "header", name = "X-API-Key", prefixes = ["sk_live_"] }     # header | bearer | session (login + cookie + CSRF)
error = ["/error", "/error/message", "/detail"]
rate = { limit = "X-RateLimit-Limit", remaining = "X-RateLimit-Remaining", reset = "X-RateLimit-Reset", reset_kind = "auto" }  # auto: epoch or delta

[collections.sessions]
kind = "session"
list = "/sessions"
query = { include_subagents = "true" }
paging = { kind = "offset", size = 100 }             # offset | cursor | none; what the reply shows wins over what is written here
rows = ["/sessions", "/data"]                        # the first that exists; a bare array is always accepted
delta = { kind = "newest-first", by = "modified_at" }# full | newest-first | since(param) ; full walks still run now and then
absence = "retention"                                # retention: kept as gone; deletion: kept as gone, shown as deleted
content = { path = "/sessions/{id}/content", entries = "/messages", changed = ["modified_at", "size_bytes", "message_count"] }
[collections.sessions.columns]                       # JSON pointers into the row; everything else stays in the raw document
id = "/id"
title = "/first_prompt"
agent = { join = "/client_id", to = "agents", on = "/client_id" }
project = "/project_path"
created_at = "/created_at"
updated_at = "/modified_at"

[actions.suspend]
on = "agents"
request = { method = "PUT", path = "/registered-agents/{id}/status", body = { status = "suspended", reason = "{reason}" } }
needs = { "/status" = ["active"] }                   # else the write is already done, or conflicted
done = { "/status" = "suspended" }                   # how the record looks once it is: makes sending idempotent
guard = ["/status"]                                  # must still be what the person saw
undo = "resume"
"##;

/// What the sample names but leaves out.
const REST: &str = r#"
[actions.resume]
on = "agents"
request = { method = "PUT", path = "/registered-agents/{id}/status", body = { status = "active" } }
[collections.agents]
kind = "agent"
list = "/registered-agents"
columns = { id = "/id" }
"#;

fn check(text: &str) -> Result<Manifest, Vec<ManifestError>> {
    Registry::builtin().check(Path::new("mine.toml"), text)
}

/// A manifest of one collection, with `more` in that collection.
fn with(more: &str) -> String {
    format!(
        "schema = 1\nname = \"mine\"\nauth = {{ kind = \"bearer\" }}\n[collections.runs]\nkind = \"run\"\nlist = \"/runs\"\ncolumns = {{ id = \"/id\" }}\n{more}\n"
    )
}

#[test]
fn every_built_in_platform_is_read() {
    for name in ["exo", "runagents", "runagents-v1alpha", "turen"] {
        let text = std::fs::read_to_string(format!("{}/platforms/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let errors = Registry::builtin().check(Path::new(name), &text).err().unwrap_or_default();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let names: Vec<String> = Registry::builtin().iter().map(|(manifest, _)| manifest.name.clone()).collect();
    assert_eq!(names, ["exo", "runagents", "runagents-v1alpha", "turen"]);
}

#[test]
fn the_sample_of_the_design_is_read_as_printed() {
    let manifest = check(&format!("{SAMPLE}{REST}")).unwrap();
    let sessions = &manifest.collections["sessions"];
    assert_eq!(manifest.rate.reset_kind, ResetKind::Auto);
    assert!(
        matches!(&manifest.auth[..], [Auth::Header { name, prefixes, .. }] if name == "X-API-Key" && prefixes == &["sk_live_"])
    );
    assert!(matches!(sessions.paging, Paging::Offset { size: 100, .. }));
    assert_eq!(sessions.delta, Delta::NewestFirst { by: "/modified_at".to_owned() });
    assert_eq!(sessions.absence, Absence::Retention);
    let Some(Content::Apart { changed, .. }) = &sessions.content else { panic!("content apart") };
    assert_eq!(changed, &["/modified_at", "/size_bytes", "/message_count"]);
    let join = AgentJoin { to: "agents".to_owned(), on: "/client_id".to_owned(), rank: None };
    assert_eq!(sessions.columns.agent_join, Some(join));
    assert_eq!(manifest.collections["agents"].joined.as_ref().unwrap().on, "/client_id");
    assert_eq!(manifest.pull_order, ["agents", "sessions"]);
    let suspend = &manifest.actions["suspend"];
    assert_eq!(suspend.requests[0].body.as_ref().unwrap()["reason"], "{reason}");
    assert_eq!((suspend.undo.as_deref(), suspend.done["/status"][0].as_str()), (Some("resume"), Some("suspended")));
}

#[test]
fn the_sample_alone_is_told_what_it_lacks() {
    let errors = check(SAMPLE).unwrap_err();
    let said: Vec<_> = errors.iter().map(|error| (error.line.unwrap(), error.message.as_str())).collect();
    assert_eq!(
        said,
        [
            (21, "there is no collection `agents`"),
            (27, "there is no collection `agents`"),
            (32, "there is no action `resume`")
        ]
    );
}

/// Every mistake: what is added, where it is found, what is said, and a piece of the hint.
#[test]
fn every_mistake_is_told_with_its_place_and_a_way_out() {
    let mut wrong = Vec::new();
    let table: &[(&str, (usize, usize), &str, &str)] = &[
        ("pagign = \"none\"", (8, 1), "unknown key `pagign` in collection", "did you mean `paging`?"),
        ("wholly_new = 1", (8, 1), "unknown key `wholly_new` in collection", "collection takes `kind`, `list`"),
        (
            "paging = { kind = \"ofset\" }",
            (8, 19),
            "`ofset` is not one of the choices",
            "use `none`, `offset`, `cursor` or `page`",
        ),
        ("paging = { size = 10 }", (8, 10), "`kind` is missing in paging", "use `none`, `offset`"),
        ("paging = { kind = \"offset\", size = 0 }", (8, 36), "0 is out of range", "1 to 10000"),
        ("paging = { kind = \"offset\", size = 10001 }", (8, 36), "10001 is out of range", "1 to 10000"),
        ("paging = { kind = \"offset\", size = \"100\" }", (8, 36), "expected a whole number, found a string", ""),
        (
            "paging = { kind = \"offset\", cursor = \"c\" }",
            (8, 29),
            "unknown key `cursor` in paging (offset)",
            "takes `kind`",
        ),
        ("rows = \"runs\"", (8, 8), "`runs` is not a JSON pointer", "`/runs`"),
        ("rows = [\"/a\", \"/a\"]", (8, 15), "`/a` stands here twice", ""),
        ("rows = 3", (8, 8), "expected a string or an array of strings, found a number", ""),
        ("mask = \"/a~b\"", (8, 8), "`/a~b` is not a JSON pointer", "`~0`"),
        ("single = \"yes\"", (8, 10), "expected true or false, found a string", ""),
        ("single = true\npaging = { kind = \"offset\" }", (9, 10), "a single record has no pages", ""),
        (
            "absence = \"deleted\"",
            (8, 11),
            "`deleted` is not one of the choices",
            "`retention`, `deletion` or `settled`",
        ),
        ("item = \"/runs\"", (8, 8), "`{id}` is missing in the path of one record", ""),
        ("item = \"/runs/{ident}\"", (8, 8), "unknown placeholder `{ident}`", "known are {id}"),
        ("item = \"/runs/{parent}/{id}\"", (8, 8), "{parent} has no meaning here", ""),
        ("item = \"/../{id}\"", (8, 8), "`/../{id}` is not a path", "`.` and `..`"),
        ("item = \"runs/{id}\"", (8, 8), "`runs/{id}` is not a path", "starts with `/`"),
        ("item = \"/runs/{id}?full=1\"", (8, 8), "`/runs/{id}?full=1` is not a path", "`query`"),
        ("item = \"//evil.example/{id}\"", (8, 8), "`//evil.example/{id}` is not a path", "empty start"),
        ("list_or = \"/w/{parent}/runs\"", (8, 11), "`{parent}` needs `partition = { parent = ... }`", ""),
        ("query = { since = \"{date-3}\" }", (8, 19), "unknown placeholder `{date-3}`", "{date-90d}"),
        ("query = { since = \"{id}\" }", (8, 19), "{id} has no meaning here", ""),
        ("query = { n = 1 }", (8, 15), "expected a string, found a number", ""),
        ("delta = \"newest-first\"", (8, 9), "expected a table, found a string", ""),
        ("delta = { kind = \"since\", by = \"/seq\" }", (8, 9), "`param` is missing in delta (since)", ""),
        ("partition = { status = [] }", (8, 24), "a partition needs at least one value", ""),
        (
            "partition = { a = [\"1\"], b = [\"2\"] }",
            (8, 13),
            "a partition is one parameter with its values, or a parent",
            "parent",
        ),
        ("partition = { parent = \"rnus\" }", (6, 8), "the list of a child needs `{parent}` in its path", ""),
        ("reconcile = 1.5", (8, 13), "expected a whole number, found a number with a fraction", ""),
        ("content = { path = \"/runs/{id}/log\" }", (8, 11), "`entries` is missing in content", ""),
        ("content = { entries = \"/log\" }", (8, 11), "`path` is missing in content", "`record`, or `children`"),
        ("content = { record = \"steps\" }", (8, 22), "`steps` is not a JSON pointer", "`/steps`"),
        ("content = { record = \"/steps\", entries = \"/s\" }", (8, 42), "`entries` needs a `path`", ""),
        ("content = { children = \"evnts\", order = \"/n\" }", (8, 24), "there is no collection `evnts`", "there are"),
        (
            "content = { children = \"runs\", order = \"/n\" }",
            (8, 11),
            "`runs` has no list for each record of `runs`",
            "partition",
        ),
        ("content = { children = \"runs\" }", (8, 11), "`order` is missing in content (children)", ""),
        ("[collections.Runs]", (8, 14), "`Runs` cannot be a name", "lower-case"),
        (
            "[collections.x]\nkind = \"run\"\nlist = \"/x\"\ncolumns = { title = \"/t\" }",
            (11, 11),
            "`id` is missing in columns",
            "like",
        ),
        (
            "[collections.x]\nkind = \"run\"\nlist = \"/x\"\ncolumns = { fixed_id = \"x\" }",
            (11, 11),
            "`fixed_id` is for a collection of one record",
            "`single = true`",
        ),
        (
            "[collections.x]\nkind = \"runs\"\nlist = \"/x\"\ncolumns = { id = \"/t\" }",
            (9, 8),
            "`runs` is not one of the choices",
            "`run`",
        ),
        (
            "[collections.x]\nkind = \"run\"\nlist = \"/x\"\ncolumns = { id = \"/t\", agent = { join = \"/a\", to = \"run\", on = \"/id\" } }",
            (11, 52),
            "there is no collection `run`",
            "did you mean `runs`?",
        ),
        (
            "[collections.x]\nkind = \"run\"\nlist = \"/x/{parent}\"\ncolumns = { id = \"/t\" }\npartition = { parent = \"x\" }",
            (12, 24),
            "`x` is its own ancestor",
            "list of its own",
        ),
        (
            "[collections.x]\nkind = \"run\"\nlist = \"/x/{parent}\"\ncolumns = { id = \"/t\" }\npartition = { parent = \"runs\", field = \"/a/b\" }",
            (12, 40),
            "this must be a key of the row itself, like `/run_id`",
            "",
        ),
        (
            "[actions.stop]\non = \"rum\"\nrequest = { method = \"PATCH\", path = \"/runs/{id}\" }",
            (9, 6),
            "there is no collection `rum`",
            "did you mean `runs`?",
        ),
        (
            "[actions.stop]\non = \"runs\"\nundo = \"strat\"\nrequest = { method = \"PATCH\", path = \"/runs/{id}\" }",
            (10, 8),
            "there is no action `strat`",
            "there are `stop`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"GET\", path = \"/runs/{id}\" }",
            (10, 22),
            "`GET` is not one of the choices",
            "`POST`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\", body = { why = \"{resaon}\" } }",
            (10, 65),
            "unknown placeholder `{resaon}`",
            "{reason}",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nneeds = { status = [\"a\"] }",
            (11, 11),
            "`status` is not a JSON pointer",
            "`/status`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nneeds = { \"/status\" = [] }",
            (11, 23),
            "no value could ever satisfy an empty list",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\ndone = { \"/at\" = 2026-01-01 }",
            (11, 18),
            "JSON has no way to write one of these values",
            "quotes",
        ),
        ("[actions.stop]\non = \"runs\"\n", (8, 1), "`request` is missing in action", "or `steps`, or `lacks`"),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nsteps = [{ do = \"stop\" }]",
            (11, 9),
            "only one of `request` or `steps` can stand in an action",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nlacks = \"no\"\nnote = \"x\"",
            (11, 8),
            "`note` has no meaning beside `lacks`",
            "",
        ),
        (
            "[actions.stop]\non = \"rums\"\nlacks = \"no\"",
            (9, 6),
            "there is no collection or kind `rums`",
            "did you mean `runs`?",
        ),
        (
            "[actions.stop]\non = \"runs\"\nverb = \"Stop it\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }",
            (10, 8),
            "`Stop it` cannot be a name",
            "lower-case",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\n[actions.halt]\non = \"runs\"\nverb = \"stop\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }",
            (8, 1),
            "`halt` and `stop` are both called `stop` on `runs`",
            "another `verb`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nargs = { priority = [] }",
            (11, 10),
            "`priority` is no argument",
            "`scope`, `duration`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nargs = { reason = [] }",
            (11, 10),
            "`reason` is no argument",
            "every action takes a reason",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\", body = { scope = \"{scope}\" } }",
            (10, 67),
            "the action takes no argument `scope`",
            "`args = { scope = [] }`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{run:/id}\" }",
            (10, 36),
            "there is no related record `run`",
            "`related`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{doc}\" }",
            (10, 36),
            "{doc} has no meaning here",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\", body = \"all of {doc}\" }",
            (10, 57),
            "this must be one place and nothing else",
            "like",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\", body = { l = \"{list}\" } }",
            (10, 63),
            "{list} has no meaning here",
            "`head`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\", unless = [\"hard\"] }",
            (10, 59),
            "the action takes no argument `hard`",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\", or = [{}] }",
            (10, 56),
            "another way has another `method` or another `path`",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequests = [{ method = \"PUT\", path = \"/a\" }, { method = \"PUT\", path = \"/b\" }]",
            (10, 46),
            "this request can never be the one",
            "`when`",
        ),
        ("[actions.stop]\non = \"runs\"\nrequests = []", (10, 12), "at least one request is needed", ""),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\ndone = \"away\"",
            (11, 8),
            "`away` is not one of the choices",
            "`gone`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\ndone = { \"/status\" = [] }",
            (11, 22),
            "no value could ever satisfy an empty list",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nedits = { fields = [\"/spec\"] }\ndone = \"gone\"",
            (12, 8),
            "`done` has no meaning beside `edits`",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nedits = { partial = true }",
            (11, 9),
            "`fields` is missing in edits",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\", body = {} }\nedits = { fields = [\"/spec\"], partial = true }",
            (10, 11),
            "the request of partial edits has a body",
            "leave it out",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\ncreates = true\nneeds = { \"/a\" = 1 }",
            (12, 9),
            "`needs` has no meaning beside `creates`",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nrelated = { run = { guard = [\"/status\"] } }",
            (11, 19),
            "nothing says where this record is",
            "`path`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nrelated = { run = { collection = \"runs\", path = \"/r\" } }",
            (11, 19),
            "`collection` and `id` belong together",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\ndeadline = { at = \"/expires_at\" }",
            (11, 12),
            "`after` is missing in deadline",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\ndeadline = { after = 60, minutes_after = [\"/a\"] }",
            (11, 42),
            "this is a pair: a moment, and minutes after it",
            "like",
        ),
        (
            "[actions.stop]\non = \"runs\"\nsteps = [{ wait = 3 }]",
            (10, 10),
            "this is no step",
            "begins with `do`, `each`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nsteps = [{ do = \"halt\" }]",
            (10, 17),
            "there is no action `halt`",
            "there are `stop`",
        ),
        (
            "[actions.stop]\non = \"runs\"\nsteps = [{ each = \"runs\", by = {}, action = \"stop\" }]",
            (10, 32),
            "without a condition, this would be every record there is",
            "like",
        ),
        (
            "[collections.x]\nkind = \"run\"\nlist = \"/x\"\ncolumns = { id = \"/t\" }\n[actions.go]\non = \"x\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\n[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nundo = \"go\"",
            (18, 8),
            "`go` acts on `x`, not on `runs`",
            "",
        ),
        (
            "[actions.stop]\non = \"runs\"\nrequest = { method = \"PUT\", path = \"/runs/{id}\" }\nundo = \"start\"\n[actions.start]\non = \"runs\"\nlacks = \"no\"",
            (11, 8),
            "`start` is something this platform lacks",
            "",
        ),
        ("[rate]\nlimit = \"X Limit\"", (9, 9), "`X Limit` cannot be a header", "letters"),
        ("[rate]\nreset_kind = \"seconds\"", (9, 14), "`seconds` is not one of the choices", "`delta`"),
        ("[url]\ndefault_path = \"/api/{id}\"", (9, 16), "{id} has no meaning here", ""),
        ("paging = ", (8, 10), "not valid TOML: string values must be quoted, expected literal string", ""),
        ("list = \"/other\"", (8, 1), "not valid TOML: duplicate key", ""),
    ];
    for (more, place, message, hint) in table {
        let errors = check(&with(more)).expect_err(more);
        let error = &errors[0];
        let said = ((error.line.unwrap(), error.column.unwrap()), error.message.as_str());
        if said != (*place, *message) || !error.hint.as_deref().unwrap_or_default().contains(hint) {
            wrong.push(format!("{more}\n  wanted {place:?} {message} ({hint})\n  got {said:?} {:?}", error.hint));
        }
        assert_eq!(error.file, Path::new("mine.toml"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mistakes_at_the_top_are_told_too() {
    let table: &[(&str, (usize, usize), &str)] = &[
        ("", (1, 1), "`schema` is missing: the version of the manifest's form"),
        ("schema = 2", (1, 10), "schema 2 is not known to this version"),
        ("schema = \"1\"", (1, 10), "expected a number, found a string"),
        ("schema = 1\nname = \"a b\"", (2, 8), "`a b` cannot be a name"),
        ("schema = 1\nname = \"a\"\nauth = []", (3, 8), "at least one way to sign in is needed"),
        ("schema = 1\nname = \"a\"\nauth = { name = \"X\" }", (3, 8), "`kind` is missing in auth"),
        ("schema = 1\nname = \"a\"\nauth = { kind = \"header\" }", (3, 8), "`name` is missing in auth (header)"),
        ("schema = 1\nname = \"a\"\nauth = { kind = \"session\" }", (3, 8), "`login` is missing in auth (session)"),
        ("schema = 1\nname = \"a\"\nbase_url = \"ftp://x\"", (3, 12), "`ftp://x` is not an http(s) URL with a host"),
        ("schema = 1\nname = \"a\"\ninherits = \"nobody\"", (3, 12), "there is no platform `nobody` to inherit"),
    ];
    for (text, place, message) in table {
        let errors = check(text).unwrap_err();
        let found = errors
            .iter()
            .any(|error| (error.line.unwrap(), error.column.unwrap()) == *place && error.message == *message);
        assert!(found, "{text}: {errors:#?}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_their_order() {
    let errors = check(&with("pagign = 1\nrows = 3\nabsence = \"x\"")).unwrap_err();
    let lines: Vec<_> = errors.iter().map(|error| error.line.unwrap()).collect();
    assert_eq!(lines, [8, 9, 10]);
    assert_eq!(errors[0].to_string(), "mine.toml:8:1: unknown key `pagign` in collection");
    // What is missing or wrong early hides nothing that comes later.
    let text = "schema = 1\nname = \"x\"\nauth = { kind = \"bearer\" }\n[collections.a]\nlits = \"/a\"\npaging = { kind = \"ofset\" }\ncolumns = { id = \"id\" }\n[actions.b]\nundo = \"c\"\nguard = \"x\"";
    let lines: Vec<_> = check(text).unwrap_err().iter().map(|error| error.line.unwrap()).collect();
    assert_eq!(lines, [4, 4, 5, 6, 7, 8, 8, 9, 10]);
}

#[test]
fn what_is_described_badly_is_not_missing_too() {
    let errors = check(&with("[actions.stop]\non = \"rnus\"\nundo = \"start\"\nrequest = { method = \"PUT\", path = \"/a\" }\n[actions.start]\non = \"runs\"\nrequest = 1")).unwrap_err();
    let said: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(said, ["there is no collection `rnus`", "expected a table, found a number"]);
}

#[test]
fn a_column_counts_characters_not_bytes() {
    let errors = check(&with("query = { \"gruße\" = \"ü\", b = 1 }")).unwrap_err();
    assert_eq!(errors[0].column, Some(30));
}

#[test]
fn an_heir_changes_what_it_says_and_keeps_the_rest() {
    let heir = r#"
schema = 1
name = "ours"
inherits = "turen"
auth = { kind = "bearer" }
[collections]
stats = false
[collections.sessions]
list = "/recordings"
query = { tz = "UTC" }
delta = "full"
[collections.sessions.columns]
title = "/title"
"#;
    let (turen, ours) = (Registry::builtin().get("turen").unwrap(), check(heir).unwrap());
    assert_eq!(ours.name, "ours");
    assert!(matches!(&ours.auth[..], [Auth::Bearer { prefixes, .. }] if prefixes.is_empty()));
    assert!(!ours.collections.contains_key("stats") && !ours.pull_order.contains(&"stats".to_owned()));
    assert_eq!(ours.collections["agents"], turen.collections["agents"]);
    let (was, is) = (&turen.collections["sessions"], &ours.collections["sessions"]);
    assert_eq!((is.list.as_str(), &is.item, &is.content), ("/recordings", &was.item, &was.content));
    assert_eq!(is.query.keys().collect::<Vec<_>>(), ["include_subagents", "tz"]);
    assert_eq!(is.delta, Delta::Full);
    assert_eq!((is.columns.title.join(""), &is.columns.id), ("/title".to_owned(), &was.columns.id));
}

#[test]
fn an_heir_says_anew_how_an_action_is_done() {
    let heir = |lines: &str| format!("schema = 1\nname = \"ours\"\ninherits = \"runagents\"\n{lines}");
    let ours = check(&heir(
        "[actions.approve]\nrequest = { method = \"PUT\", path = \"/ok/{id}\" }\nargs = { scope = [\"once\"] }",
    ))
    .unwrap();
    let (was, is) = (&Registry::builtin().get("runagents").unwrap().actions["approve"], &ours.actions["approve"]);
    assert_eq!((is.requests.len(), is.requests[0].path.as_str()), (1, "/ok/{id}"));
    assert_eq!((&is.guard, &is.related, &is.done, &is.deadline), (&was.guard, &was.related, &was.done, &was.deadline));
    assert_eq!((is.args["scope"].as_slice(), is.args.len()), (["once".to_owned()].as_slice(), 2));
    // What cannot be done after all keeps nothing of how it was done; what can be done is no longer lacking.
    let ours = check(&heir(
        "[actions]\ncontain = false\nrelease = false\n[actions.stop]\nlacks = \"not here\"\n[actions.suspend]\nrequest = { method = \"PUT\", path = \"/s/{id}\" }",
    ))
    .unwrap();
    assert_eq!((ours.actions["stop"].lacks.as_deref(), ours.actions["stop"].requests.len()), (Some("not here"), 0));
    assert_eq!((&ours.actions["suspend"].lacks, ours.actions["suspend"].requests.len()), (&None, 1));
    let ours = check(&heir("[actions]\nstop = false\ncontain = false\nrelease = false")).unwrap();
    assert!(!ours.actions.contains_key("stop"));
}

#[test]
fn an_heir_is_told_about_its_own_lines() {
    let errors =
        check("schema = 1\nname = \"ours\"\ninherits = \"turen\"\n[collections.sessions]\nlits = \"/x\"").unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0].file.as_path(), errors[0].line), (Path::new("mine.toml"), Some(5)));
    // What it takes away leaves others without what they name.
    let errors = check("schema = 1\nname = \"ours\"\ninherits = \"turen\"\n[collections]\nagents = false").unwrap_err();
    assert!(errors.iter().all(|error| error.message == "there is no collection `agents`"), "{errors:?}");
}

#[test]
fn parents_and_agents_are_pulled_first() {
    for (manifest, _) in Registry::builtin().iter() {
        let place = |name: &str| manifest.pull_order.iter().position(|known| known == name).unwrap();
        assert_eq!(manifest.pull_order.len(), manifest.collections.len());
        assert_eq!(manifest.pull_order[0], "agents");
        for collection in manifest.collections.values() {
            if let Some(Partition::Parent { collection: parent, .. }) = &collection.partition {
                assert!(place(parent) < place(&collection.name));
            }
        }
    }
}

#[test]
fn every_key_stands_on_the_reference_page() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/platforms.md")).unwrap();
    for section in keys::ALL {
        let title = format!("### {}\n", section.name);
        let (_, after) = page.split_once(&title).unwrap_or_else(|| panic!("{title:?} is missing"));
        let body = after.split("\n### ").next().unwrap_or_default().split("\n## ").next().unwrap_or_default();
        let listed: Vec<&str> =
            body.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(key, _)| key)).collect();
        assert_eq!(listed, section.keys, "{}", section.name);
    }
}

#[test]
fn every_example_of_the_reference_page_is_right() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/platforms.md")).unwrap();
    let examples: Vec<&str> = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(!examples.is_empty());
    for example in examples {
        let errors = check(example).err().unwrap_or_default();
        assert!(errors.is_empty(), "{example}\n{errors:#?}");
    }
}

mod folder {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    const MINE: &str = "schema = 1\nname = \"mine\"\nauth = { kind = \"bearer\" }\n[collections.runs]\nkind = \"run\"\nlist = \"/runs\"\ncolumns = { id = \"/id\" }\n";

    #[test]
    fn a_missing_folder_is_no_error() {
        let (registry, errors) = Registry::load(Path::new("/nonexistent/platforms"));
        assert_eq!((registry.iter().count(), errors.len()), (4, 0));
    }

    #[test]
    fn files_add_and_replace_and_a_bad_one_costs_no_other() {
        let turen = "schema = 1\nname = \"turen\"\ninherits = \"turen\"\ntitle = \"Our Turen\"\n";
        // Inherits one that is read after it.
        let early = "schema = 1\nname = \"early\"\ninherits = \"mine\"\n";
        let folder = folder(&[
            ("a-early.toml", early),
            ("mine.toml", MINE),
            ("notes.txt", "not a manifest"),
            ("turen.toml", turen),
            ("wrong.toml", "schema = 1\nname = "),
            ("z-mine-again.toml", MINE),
        ]);
        let (registry, errors) = Registry::load(folder.path());
        let names: Vec<_> = registry.iter().map(|(manifest, _)| manifest.name.clone()).collect();
        assert_eq!(names, ["early", "exo", "mine", "runagents", "runagents-v1alpha", "turen"]);
        assert_eq!(registry.get("turen").unwrap().title, "Our Turen");
        assert_eq!(registry.get("turen").unwrap().collections.len(), 7);
        assert_eq!(registry.source("turen"), Some(turen));
        let origin = |name: &str| registry.iter().find(|(manifest, _)| manifest.name == name).unwrap().1.clone();
        assert_eq!(origin("turen"), Origin::File { path: folder.path().join("turen.toml"), replaces: true });
        assert_eq!(origin("mine"), Origin::File { path: folder.path().join("mine.toml"), replaces: false });
        assert_eq!(origin("exo"), Origin::BuiltIn);
        let files: Vec<_> = errors.iter().map(|error| error.file.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(files, ["wrong.toml", "z-mine-again.toml"]);
        assert!(errors[1].message.contains("already described by"), "{}", errors[1]);
        // An heir of the file is an heir of what the file inherits.
        let below = registry.check(Path::new("x.toml"), "schema = 1\nname = \"x\"\ninherits = \"turen\"").unwrap();
        assert_eq!(below.collections.len(), 7);
        // The file is checked again from where it lies: it still inherits the built-in one.
        let path = folder.path().join("turen.toml");
        assert_eq!(registry.check(&path, turen).unwrap().collections.len(), 7);
        assert_eq!(
            registry
                .check(Path::new("x.toml"), "schema = 1\nname = \"x\"\ninherits = \"mine\"")
                .unwrap()
                .collections
                .len(),
            1
        );
    }

    #[test]
    fn a_circle_of_heirs_ends() {
        let heir = |name: &str, of: &str| format!("schema = 1\nname = \"{name}\"\ninherits = \"{of}\"\n");
        let folder = folder(&[("a.toml", &heir("a", "b")), ("b.toml", &heir("b", "a")), ("c.toml", &heir("c", "c"))]);
        let (registry, errors) = Registry::load(folder.path());
        assert_eq!(registry.iter().count(), 4);
        let said: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 3, "{said:#?}");
        assert!(
            said.iter().all(|said| said.contains("there is no platform") || said.contains("in a circle")),
            "{said:#?}"
        );
    }

    #[test]
    fn what_is_exported_can_be_saved_and_read() {
        let registry = Registry::builtin();
        for (manifest, _) in registry.iter() {
            let file = PathBuf::from(format!("{}.toml", manifest.name));
            let again = registry.check(&file, registry.source(&manifest.name).unwrap()).unwrap();
            assert_eq!(again, **manifest);
        }
    }
}
