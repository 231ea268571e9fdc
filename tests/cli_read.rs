//! The reading commands, as a script and a person meet them: the real program over a mirror filled for the purpose.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::process::{Command, Stdio};

use jiff::Timestamp;
use quarterdeck_sync::model::{Columns, Incoming, Kind, ListId, ListKey, ListState, Offered};
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror, NewProblem};
use quarterdeck_sync::text::is_hidden;
use serde_json::{Value, json};

use crate::cli_harness::{Home, Said};

/// A home with three connections set up and nothing in the mirror.
pub struct Deck {
    pub home: Home,
    runtime: tokio::runtime::Runtime,
}

impl Deck {
    fn new() -> Self {
        let home = Home::new();
        let connection = |name: &str, platform: &str| {
            format!(
                "[connections.{name}]\nplatform = \"{platform}\"\nurl = \"http://127.0.0.1:9/\"\nsecret = \"env:NONE\"\n"
            )
        };
        let text = connection("prod", "turen") + &connection("test", "turen") + &connection("lab", "exo");
        home.write("connections.toml", 0o600, &text);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { home, runtime }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command.env("TZ", "UTC");
        command
    }

    pub fn qd(&self, args: &[&str]) -> Said {
        self.command(args).output().expect("qd runs").into()
    }

    /// The answer as JSON, of a command that does all it should.
    pub fn json(&self, args: &[&str]) -> Value {
        let said = self.qd(&[&["--json"], args].concat());
        assert_eq!(said.code, 0, "{said:?}");
        said.json()
    }

    pub fn ids(&self, args: &[&str]) -> Vec<String> {
        let answer = self.json(args);
        let items = answer["items"].as_array().expect("items");
        items.iter().map(|item| item["id"].as_str().expect("ids are strings").to_owned()).collect()
    }

    /// Damages every page of the mirror but the first ones, which tell what it is.
    fn damage_the_mirror(&self) {
        let path = self.home.path().join("mirror.db");
        let mut bytes = std::fs::read(&path).expect("a mirror");
        for byte in bytes.iter_mut().skip(3 * 16 * 1024) {
            *byte ^= 0x5a;
        }
        std::fs::write(&path, bytes).expect("written");
    }

    fn refused(&self, args: &[&str], code: i32) -> String {
        let said = self.qd(args);
        assert_eq!((said.code, said.out.as_str()), (code, ""), "{args:?}: {said:?}");
        assert!(said.err.starts_with("qd: "), "{said:?}");
        said.err
    }

    fn mirror(&self) -> Mirror {
        Mirror::open(&self.home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror")
    }

    /// Fills a list, and says that it was walked at [`WALKED`].
    fn fill(&self, connection: &str, collection: &str, kind: Kind, rows: Vec<Incoming>) {
        let mirror = self.mirror();
        let list = self.register(&mirror, connection, collection, kind);
        let batch = Batch { state: Some(walked(rows.len() as u64)), rows, ..Batch::default() };
        self.runtime.block_on(mirror.apply(list, batch, at(WALKED))).expect("applied");
    }

    fn change(&self, connection: &str, collection: &str, kind: Kind, batch: Batch) {
        let mirror = self.mirror();
        let list = self.register(&mirror, connection, collection, kind);
        self.runtime.block_on(mirror.apply(list, batch, at("2026-03-02T00:00:00Z"))).expect("applied");
    }

    fn register(&self, mirror: &Mirror, connection: &str, collection: &str, kind: Kind) -> ListId {
        let spec = ListSpec {
            key: ListKey::new(connection, collection),
            platform: if connection == "lab" { "exo" } else { "turen" }.to_owned(),
            kind,
            agent_join: None,
            agent_list: Some("agents".to_owned()),
            content: None,
        };
        self.runtime.block_on(mirror.register(vec![spec])).expect("registered")[0]
    }
}

const WALKED: &str = "2026-03-01T12:00:00Z";

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn walked(rows: u64) -> ListState {
    ListState {
        offered: Offered::Yes,
        walked_at: Some(at(WALKED)),
        checked_at: Some(at(WALKED)),
        server_count: Some(rows),
        ..ListState::default()
    }
}

fn row(id: &str, title: &str, status: &str, day: u32) -> Incoming {
    let time = at(&format!("2026-02-{day:02}T08:30:00Z"));
    let doc = json!({"id": id, "title": title, "status": status}).to_string();
    Incoming {
        id: id.to_owned(),
        columns: Columns {
            title: Some(title.to_owned()),
            status: Some(status.to_owned()),
            created_at: Some(time),
            updated_at: Some(time),
            ..Columns::default()
        },
        join: None,
        hash: doc.bytes().fold(7, |hash, byte| (hash * 31 + u64::from(byte)) & 0xffff_ffff_ffff),
        doc,
    }
}

/// Four agents of two connections.
pub fn fleet() -> Deck {
    let deck = Deck::new();
    let prod =
        vec![row("a-1", "web-01", "active", 1), row("a-2", "web-02", "suspended", 3), row("b-1", "db", "active", 2)];
    deck.fill("prod", "agents", Kind::Agent, prod);
    deck.fill("test", "agents", Kind::Agent, vec![row("a-1", "web-test", "active", 4)]);
    deck
}

#[test]
fn a_record_in_json_has_its_schema_and_its_document_as_sent() {
    let deck = Deck::new();
    let mut row = row("17", "web", "active", 1);
    row.columns.agent = Some("17".to_owned());
    row.columns.project = Some("deck".to_owned());
    row.columns.updated_at = None;
    row.doc = "{ \"id\" : 17,\n \"n\": 1.50, \"big\": 12345678901234567890123, \"z\": null }".to_owned();
    deck.fill("prod", "agents", Kind::Agent, vec![row]);
    let record = concat!(
        r#"{"connection":"prod","platform":"turen","collection":"agents","kind":"agent","id":"17","title":"web","#,
        r#""status":"active","agent":"17","project":"deck","created_at":"2026-02-01T08:30:00Z","updated_at":null,"#,
        r#""confirmed_at":"2026-03-01T12:00:00Z","gone_at":null,"pending":[],"#,
        r#""doc":{"id":17,"n":1.50,"big":12345678901234567890123,"z":null}}"#
    );
    let list = deck.qd(&["agents", "list", "--json"]);
    assert_eq!(list.out, format!("{{\"schema\":\"qd.agents/1\",\"items\":[\n{record}\n]}}\n"));
    assert_eq!(list.err, "");
    for args in [["agents", "show", "17", "--json"], ["agents", "show", "17", "--ndjson"]] {
        assert_eq!(deck.qd(&args).out, format!("{record}\n"));
    }
    assert_eq!(deck.qd(&["agents", "list", "--ndjson"]).out, format!("{record}\n"));
}

#[test]
fn an_empty_list_is_a_list() {
    let deck = fleet();
    let answer = deck.qd(&["agents", "list", "nothing-like-it", "--json"]);
    assert_eq!(
        (answer.out.as_str(), answer.err.as_str()),
        ("{\"schema\":\"qd.agents/1\",\"items\":[]}\n", "no agents match\n")
    );
    let plain = deck.qd(&["agents", "list", "nothing-like-it"]);
    assert_eq!(plain.code, 0);
    assert!(plain.out.starts_with("ID  TITLE  STATUS"), "{plain:?}");
    assert_eq!(deck.qd(&["agents", "list", "nothing-like-it", "--ndjson", "--quiet"]).err, "");
}

#[test]
fn what_was_never_synced_is_said() {
    let deck = Deck::new();
    let answer = deck.qd(&["runs", "list", "--json"]);
    assert_eq!(answer.out, "{\"schema\":\"qd.runs/1\",\"items\":[]}\n");
    assert_eq!(answer.err, "no runs match\nnever synced: qd sync\n");
    assert!(deck.refused(&["runs", "show", "1"], 9).contains("never synced: qd sync"));
}

#[test]
fn a_damaged_mirror_is_our_fault_and_is_to_be_put_aside() {
    let deck = fleet();
    deck.damage_the_mirror();
    for args in [["sql", "SELECT count(*) FROM records"].as_slice(), &["status"], &["agents", "list"]] {
        let said = deck.qd(args);
        assert_eq!(said.code, 1, "{args:?}: {said:?}");
        assert!(said.err.contains("put mirror.db aside"), "{args:?}: {said:?}");
    }
}

#[test]
fn the_page_for_scripts_tells_what_a_record_and_the_views_have() {
    let deck = fleet();
    let page = include_str!("../docs/scripts.md");
    let answer: Value = serde_json::from_str(&deck.qd(&["agents", "list", "--json"]).out).expect("JSON");
    let members = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ");
    let record = members(&answer["items"][0]);
    assert!(page.contains(&format!("`{record}`")), "{record}");
    let row: Value = serde_json::from_str(
        &deck.qd(&["sql", "SELECT * FROM others UNION ALL SELECT * FROM agents LIMIT 1", "--json"]).out,
    )
    .expect("JSON");
    let columns = members(&row["items"][0]);
    assert_eq!(columns, record, "what is read in SQL is called as in JSON");
}

#[test]
fn filters_narrow_and_orders_sort() {
    let deck = fleet();
    let ids = |args: &[&str]| deck.ids(&[&["agents", "list"], args].concat());
    assert_eq!(ids(&[]), ["a-1", "a-2", "b-1", "a-1"]);
    assert_eq!(ids(&["status:active"]), ["a-1", "b-1", "a-1"]);
    assert_eq!(ids(&["--", "-status:active"]), ["a-2"]);
    assert_eq!(ids(&["web", "NOT", "status:suspended"]), ["a-1", "a-1"]);
    assert_eq!(ids(&["title:/^web-\\d+$/"]), ["a-2", "a-1"]);
    assert_eq!(ids(&["--connection", "prod"]), ["a-2", "b-1", "a-1"]);
    assert_eq!(ids(&["connection:test"]), ["a-1"]);
    assert_eq!(ids(&["after:2026-02-02", "before:2026-02-04"]), ["a-2", "b-1"]);
    assert_eq!(ids(&["--since", "2026-02-02", "--until", "2026-02-02"]), ["b-1"]);
    assert_eq!(ids(&["--sort", "updated:asc"]), ["a-1", "b-1", "a-2", "a-1"]);
    assert_eq!(ids(&["--sort", "id", "-c", "prod"]), ["a-1", "a-2", "b-1"]);
    assert_eq!(ids(&["--sort", "id:desc", "-c", "prod"]), ["b-1", "a-2", "a-1"]);
    assert_eq!(ids(&["--limit", "2"]), ["a-1", "a-2"]);
}

#[test]
fn any_collection_is_a_noun() {
    let deck = Deck::new();
    deck.fill("lab", "workflows", Kind::Other, vec![row("w1", "nightly", "active", 1)]);
    let answer = deck.json(&["workflows", "list"]);
    assert_eq!(answer["schema"], "qd.workflows/1");
    assert_eq!(answer["items"][0]["kind"], "other");
    assert_eq!(deck.json(&["workflows", "show", "w"])["id"], "w1");
    let refused = deck.refused(&["wrokflows", "list"], 2);
    assert!(refused.contains("workflows"), "{refused}");
}

#[test]
fn an_id_may_be_shortened_while_it_means_one_record() {
    let deck = fleet();
    deck.fill("lab", "agents", Kind::Agent, vec![row("prod/x", "slashed", "active", 1), row("n/1", "n", "active", 1)]);
    let shown = |id: &str| {
        let record = deck.json(&["agents", "show", id]);
        format!("{} {}", record["connection"].as_str().unwrap(), record["id"].as_str().unwrap())
    };
    assert_eq!(shown("b"), "prod b-1");
    assert_eq!(shown("a-2"), "prod a-2");
    assert_eq!(shown("b…"), "prod b-1");
    assert_eq!(shown("test/a…"), "test a-1");
    assert_eq!(shown("test/a-1"), "test a-1");
    assert_eq!(shown("test/a"), "test a-1");
    assert_eq!(shown("prod/x"), "lab prod/x");
    assert_eq!(shown("lab/prod/x"), "lab prod/x");
    assert_eq!(shown("n/"), "lab n/1");

    let both = deck.refused(&["agents", "show", "a-1"], 2);
    assert!(both.contains("prod/a-1  web-01") && both.contains("test/a-1  web-test"), "{both}");
    let prefix = deck.refused(&["agents", "show", "prod/a"], 2);
    assert!(prefix.contains("prod/a-1") && prefix.contains("prod/a-2"), "{prefix}");
    assert_eq!(deck.json(&["agents", "show", "a-1", "-c", "test"])["title"], "web-test");
    let none = deck.refused(&["agents", "show", "zzz"], 9);
    assert!(none.contains("zzz") && none.contains("qd agents list"), "{none}");
    deck.refused(&["agents", "show", "nowhere/a-1"], 9);
}

#[test]
fn an_agent_is_known_by_its_whole_name_too() {
    let deck = fleet();
    deck.fill("lab", "agents", Kind::Agent, vec![row("x-1", "twin", "active", 1), row("x-2", "Twin", "active", 1)]);
    let shown = |id: &str| deck.json(&["agents", "show", id])["id"].clone();
    assert_eq!(shown("web-02"), "a-2");
    assert_eq!(shown("WEB-TEST"), "a-1");
    // The id of one comes before the name of another, and a part of a name is none.
    deck.fill("lab", "policies", Kind::Policy, vec![row("p.1", "strict (all)", "active", 1)]);
    assert_eq!(deck.json(&["policies", "show", "strict (all)"])["id"], "p.1");
    deck.refused(&["agents", "show", "eb-02"], 9);
    let both = deck.refused(&["agents", "show", "twin"], 2);
    assert!(both.contains("lab/x-1") && both.contains("lab/x-2"), "{both}");
}

#[test]
fn an_unknown_connection_is_not_found_and_the_known_are_named() {
    let deck = fleet();
    for verb in [&["agents", "list"][..], &["agents", "show", "b-1"]] {
        let refused = deck.refused(&[verb, &["--connection", "prdo"]].concat(), 9);
        assert!(refused.contains("prdo") && refused.contains("did you mean prod?"), "{refused}");
        assert!(refused.contains("lab, prod, test"), "{refused}");
    }
}

#[test]
fn gone_records_are_kept_and_shown_when_asked_for() {
    let deck = fleet();
    deck.change("prod", "agents", Kind::Agent, Batch { gone: vec!["a-2".to_owned()], ..Batch::default() });
    assert_eq!(deck.ids(&["agents", "list"]), ["a-1", "b-1", "a-1"]);
    assert_eq!(deck.ids(&["agents", "list", "--gone"]), ["a-1", "a-2", "b-1", "a-1"]);
    assert_eq!(deck.ids(&["agents", "list", "is:gone"]), ["a-2"]);
    let shown = deck.json(&["agents", "show", "a-2"]);
    assert_eq!(shown["gone_at"], "2026-03-02T00:00:00Z");
    assert!(deck.qd(&["agents", "show", "a-2"]).out.contains("gone      2026-03-02 00:00"));
}

#[test]
fn everything_is_listed_once_whatever_the_number() {
    let deck = Deck::new();
    let rows = |from: u32, to: u32| (from..to).map(|n| row(&format!("s{n:05}"), "t", "done", n % 28 + 1)).collect();
    deck.fill("prod", "sessions", Kind::Session, rows(0, 3_000));
    deck.fill("test", "sessions", Kind::Session, rows(3_000, 5_000));
    for sort in ["updated", "created:asc", "status", "id", "agent:desc"] {
        let mut ids = deck.ids(&["sessions", "list", "--limit", "0", "--sort", sort]);
        assert_eq!(ids.len(), 5_000, "{sort}");
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 5_000, "{sort}");
    }
    let lines = deck.qd(&["sessions", "list", "-n0", "--ndjson"]).out;
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert_eq!(lines.lines().count(), 5_000);
    assert_eq!(deck.qd(&["sessions", "list", "-n", "0"]).out.lines().count(), 5_001);
    assert_eq!(deck.qd(&["sessions", "list"]).out.lines().count(), 51);
    assert_eq!(deck.ids(&["sessions", "list", "-n", "450"]).len(), 450);
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let deck = Deck::new();
    deck.fill("prod", "sessions", Kind::Session, (0..4_000).map(|n| row(&format!("s{n}"), "t", "done", 1)).collect());
    let mut child = deck
        .command(&["sessions", "list", "-n", "0", "--ndjson"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("qd runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn what_a_platform_sends_never_acts_on_the_terminal() {
    let hostile = "\u{1b}[31m\u{9b}2J\u{202e}\u{0}\u{7}\u{200d}\r\n\u{feff}x";
    let deck = Deck::new();
    let mut bad = row(&format!("id{hostile}"), hostile, hostile, 1);
    bad.columns.agent = Some(hostile.to_owned());
    bad.columns.project = Some(hostile.to_owned());
    // As a server may send it: the milder ones raw, the others escaped.
    bad.doc = "{\"t\":\"\u{9b}2J\u{202e}\u{200d}\\u001b[31m\\u0000\\n\",\"\u{202e}k\":1}".to_owned();
    let twin = Incoming { id: format!("id{hostile}2"), ..bad.clone() };
    deck.fill("prod", "agents", Kind::Agent, vec![bad, twin]);
    let problem = NewProblem { id: Some(hostile.to_owned()), code: "bad_row".to_owned(), message: hostile.to_owned() };
    deck.change("prod", "agents", Kind::Agent, Batch { problems: vec![problem], ..Batch::default() });
    let sql = format!("SELECT id, title, doc AS \"{}\" FROM agents", "a\u{202e}\u{1b}b");
    let commands: &[&[&str]] = &[
        &["agents", "list"],
        &["agents", "list", "--json"],
        &["agents", "list", "--ndjson"],
        &["agents", "show", &format!("id{}", "\u{1b}[31m\u{9b}2J\u{202e}")],
        &["agents", "show", &format!("id\u{1b}{hostile}")],
        &["agents", "list", hostile.trim_matches('\0')],
        &["agents", "list", "\u{1b}[2J:\u{202e}x"],
        &["agents", "list", "zzz:\u{1b}[2J\u{202e}"],
        &["agents", "list", "--since", "\u{1b}[2J\u{202e}"],
        &["agents", "list", "--sort", "\u{1b}[2J\u{202e}"],
        &["agents", "list", "-c", "\u{1b}[2J\u{202e}"],
        &["status"],
        &["status", "--problems"],
        &["status", "--json"],
        &["sql", &sql],
        &["sql", &sql, "--json"],
        &["sql", "SELECT \u{1b}[2J\u{202e}"],
    ];
    for args in commands {
        let args: Vec<&str> = args.iter().map(|arg| arg.split('\0').next().unwrap_or_default()).collect();
        let answer = deck.qd(&args);
        for text in [&answer.out, &answer.err] {
            let raw: Vec<char> = text.chars().filter(|&c| is_hidden(c) && c != '\n').collect();
            assert!(raw.is_empty(), "{args:?} let {raw:?} pass: {text}");
        }
        assert!(!answer.out.is_empty() || !answer.err.is_empty(), "{args:?} said nothing");
    }
    let items = deck.json(&["agents", "list"]);
    assert_eq!(items["items"][0]["title"], hostile);
    assert_eq!(items["items"][0]["doc"]["t"], "\u{9b}2J\u{202e}\u{200d}\u{1b}[31m\0\n");
}

#[test]
fn a_wrong_filter_is_answered_with_its_place_and_what_to_do() {
    let deck = fleet();
    let cases = [
        (&["web", "colour:red"][..], "filter, column 5: there is no field `colour`"),
        (&["is:entry"], "a list shows no entries: `is:entry` works in search"),
        (&["/web(/"], "is not a regular expression"),
        (&["/(a{1000}){1000}/"], "regular expression"),
        (&["\"web"], "the quote that opens here is not closed"),
        (&["--since", "someday"], "--since: `someday` is not a time"),
        (&["--until", "2026-02-30"], "--until: `2026-02-30` is not a time"),
        (&["--sort", "size"], "sort by updated, created, status, agent or id"),
        (&["--limit", "many"], "--limit"),
    ];
    for (args, words) in cases {
        let refused = deck.refused(&[&["agents", "list"], args].concat(), 2);
        assert!(refused.contains(words) && refused.contains("hint: "), "{args:?}: {refused}");
    }
    let answer = deck.qd(&["agents", "list", "colour:red", "--json"]);
    let error: Value = serde_json::from_str(&answer.err).expect("JSON");
    assert_eq!((answer.code, answer.out.as_str(), &error["error"]["kind"]), (2, "", &json!("query")));
}

#[test]
fn a_record_is_shown_with_its_fields_first() {
    let deck = fleet();
    let shown = deck.qd(&["agents", "show", "b-1"]).out;
    let (fields, document) = shown.split_once("\n\n").expect("two parts");
    assert!(fields.starts_with("id        b-1\ntitle     db\nstatus    active\n"), "{fields}");
    assert!(fields.contains("\nupdated   2026-02-02 08:30 ("), "{fields}");
    assert!(fields.contains("\nfrom      prod/agents (turen)"), "{fields}");
    assert_eq!(document, "{\n  \"id\": \"b-1\",\n  \"title\": \"db\",\n  \"status\": \"active\"\n}\n");
}

#[test]
fn a_table_is_aligned_and_whole_when_nobody_looks() {
    let deck = Deck::new();
    let long = "x".repeat(300);
    deck.fill("prod", "agents", Kind::Agent, vec![row("1", &long, "active", 1), row("22", "日本", "error", 2)]);
    let table = deck.qd(&["agents", "list"]).out;
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("ID  TITLE "), "{table}");
    assert!(lines[1].starts_with("22  日本 ") && lines[2].starts_with(&format!("1   {long}  active  ")), "{table}");
    assert!(lines.iter().all(|line| *line == line.trim_end()), "{table}");
}

/// What the command draws on a terminal of this width.
fn on_a_terminal(deck: &Deck, width: u16, args: &[&str]) -> String {
    let size = portable_pty::PtySize { rows: 24, cols: width, pixel_width: 0, pixel_height: 0 };
    let pair = portable_pty::native_pty_system().openpty(size).expect("a terminal");
    let mut command = portable_pty::CommandBuilder::new(env!("CARGO_BIN_EXE_qd"));
    command.args(args);
    command.env_clear();
    for (name, value) in [("TERM", "xterm"), ("TZ", "UTC")] {
        command.env(name, value);
    }
    command.env("QD_HOME", deck.home.path());
    let mut child = pair.slave.spawn_command(command).expect("qd runs");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("a reader");
    let mut drawn = Vec::new();
    // A terminal whose other side has gone ends in an error on some systems.
    let _ = reader.read_to_end(&mut drawn);
    assert!(child.wait().expect("it ends").success());
    String::from_utf8(drawn).expect("UTF-8")
}

#[test]
fn a_table_fits_the_terminal_and_its_colours_are_only_a_help() {
    let deck = Deck::new();
    let rows = vec![row("1", &"日本 long ".repeat(30), "active", 1), row(&"x".repeat(60), "short", "failed", 2)];
    deck.fill("prod", "agents", Kind::Agent, rows);
    for width in [50, 80, 120] {
        let drawn = on_a_terminal(&deck, width, &["agents", "list"]);
        assert!(drawn.contains("\u{1b}[32mactive\u{1b}[0m") && drawn.contains("\u{1b}[31mfailed\u{1b}[0m"), "{drawn}");
        let size = |cells| NonZero::new(cells).expect("a size");
        let mut screen = vt100::Parser::new(size(24), size(width), 0);
        screen.process(drawn.as_bytes());
        let lines: Vec<String> = screen.screen().rows(0, width).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 3, "at {width} something wraps: {lines:#?}");
        assert!(lines.iter().any(|line| line.contains("active")) && lines[1].contains('…'), "{lines:#?}");
    }
    assert!(!on_a_terminal(&deck, 80, &["agents", "list", "--no-color"]).contains('\u{1b}'));
}

#[test]
fn status_says_up_to_date_only_where_both_sides_agree() {
    let deck = fleet();
    let state = ListState { offered: Offered::No { status: 404 }, ..ListState::default() };
    deck.change("prod", "stats", Kind::Other, Batch { state: Some(state), ..Batch::default() });
    let answer = deck.json(&["status"]);
    assert_eq!(answer["schema"], "qd.status/1");
    let item = |name: &str| answer["items"].as_array().unwrap().iter().find(|item| item["connection"] == name).unwrap();
    let list = json!({
        "collection": "agents", "kind": "agent", "offered": "yes", "refused_with": null, "up_to_date": true,
        "walked_at": WALKED, "checked_at": WALKED, "server_count": 3, "mirror_count": 3, "index_count": null,
        "gone_count": 0, "walking": false, "problems": 0,
    });
    assert_eq!(item("prod")["lists"][0], list);
    assert_eq!(item("prod")["lists"][1]["refused_with"], 404);
    assert_eq!((&item("prod")["up_to_date"], &item("prod")["platform"]), (&json!(true), &json!("turen")));
    let never = json!({
        "connection": "lab", "platform": "exo", "url": "http://127.0.0.1:9/", "up_to_date": false, "budget": null,
        "outbox": {"counts": {}, "oldest_open": null, "paused": null}, "content": null, "lists": [], "problems": [],
    });
    assert_eq!(*item("lab"), never);

    let problem = NewProblem { id: Some("a-9".to_owned()), code: "bad_row".to_owned(), message: "no id".to_owned() };
    deck.change("prod", "agents", Kind::Agent, Batch { problems: vec![problem], ..Batch::default() });
    deck.change("test", "agents", Kind::Agent, Batch { state: Some(walked(9)), ..Batch::default() });
    let plain = deck.qd(&["status"]).out;
    assert!(plain.contains("bad_row  agents a-9: no id"), "{plain}");
    assert!(plain.contains("never synced: qd sync lab"), "{plain}");
    assert!(plain.contains("8 missing") && plain.contains("not offered (404)"), "{plain}");
    assert!(!plain.contains("up to date"), "{plain}");
    assert!(deck.qd(&["status", "--problems"]).out.contains("since 2026-03-02 00:00"));
    assert_eq!(deck.qd(&["status", "--ndjson"]).out.lines().count(), 3);
}

#[test]
fn sql_reads() {
    let deck = fleet();
    let count = deck.qd(&["sql", "SELECT status, count(*) AS n FROM agents GROUP BY status ORDER BY n DESC", "--json"]);
    assert_eq!(
        count.out,
        "{\"schema\":\"qd.sql/1\",\"items\":[\n{\"status\":\"active\",\"n\":3},\n{\"status\":\"suspended\",\"n\":1}\n]}\n"
    );
    assert_eq!(deck.qd(&["sql", "SELECT 1 AS a, 2 AS a", "--ndjson"]).out, "{\"a\":1,\"a_2\":2}\n");
    assert_eq!(deck.qd(&["sql", "SELECT id, 7 AS n FROM agents WHERE title = 'db'"]).out, "id   n\nb-1  7\n");
    let none = deck.qd(&["sql", "SELECT id FROM agents WHERE 0", "--json"]);
    assert_eq!(none.out, "{\"schema\":\"qd.sql/1\",\"items\":[]}\n");

    let mut child =
        deck.command(&["sql", "-", "--ndjson"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("qd runs");
    child.stdin.take().expect("stdin").write_all(b"SELECT count(*) AS n\nFROM agents").expect("read");
    assert_eq!(child.wait_with_output().expect("it ends").stdout, b"{\"n\":4}\n");
}

#[test]
fn sql_does_nothing_else() {
    let deck = fleet();
    let elsewhere = deck.home.path().join("other.db");
    let statements = [
        "INSERT INTO record (id) VALUES ('x')".to_owned(),
        "DELETE FROM record".to_owned(),
        "DROP VIEW agents".to_owned(),
        "CREATE TABLE t (a)".to_owned(),
        "CREATE TEMP TABLE t (a)".to_owned(),
        format!("ATTACH '{}' AS x", elsewhere.display()),
        format!("VACUUM INTO '{}'", elsewhere.display()),
        "PRAGMA journal_mode = DELETE".to_owned(),
        "PRAGMA query_only = 0".to_owned(),
        "SELECT 1; DELETE FROM record".to_owned(),
        "SELECT load_extension('x')".to_owned(),
        "SELECT writefile('x', 'y')".to_owned(),
        "BEGIN".to_owned(),
        "SELECT nothing FROM agents".to_owned(),
        "SELEC".to_owned(),
        String::new(),
    ];
    for statement in &statements {
        deck.refused(&["sql", statement], 2);
    }
    assert!(!elsewhere.exists());
    assert_eq!(deck.ids(&["agents", "list"]).len(), 4);
}
