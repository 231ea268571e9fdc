//! Evidence as whoever receives it checks it: over a mirror and an outbox of the test's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use quarterdeck_sync::model::{
    Base, By, Columns, ContentSource, Effect, Incident, Incoming, Intent, Kind, ListId, ListKey, Place,
};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror, NewContent};
use quarterdeck_sync::text::{Secrets, is_hidden};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Asked, Done, EvidenceError, Step, export, gather};
use crate::incident::{What, place_of_write, written};
use crate::transcript;

mod masked;

const SECRET: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB";

/// A mirror, an outbox and a folder to write into.
struct Desk {
    folder: tempfile::TempDir,
    mirror: Mirror,
    outbox: Outbox,
    runtime: tokio::runtime::Runtime,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn by() -> By {
    By { user: "mara".into(), host: "bridge".into(), ssh: Some("10.0.4.7".into()) }
}

fn row(id: &str, title: &str, status: &str, agent: Option<&str>) -> Incoming {
    let doc = json!({"id": id, "title": title, "token": SECRET, "status": status});
    Incoming {
        id: id.to_owned(),
        columns: Columns {
            title: Some(title.to_owned()),
            status: Some(status.to_owned()),
            agent: agent.map(str::to_owned),
            created_at: Some(at("2026-03-10T07:00:00Z")),
            updated_at: Some(at("2026-03-10T08:00:00Z")),
            ..Columns::default()
        },
        join: None,
        hash: 1,
        doc: doc.to_string(),
    }
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mirror = Mirror::open(&folder.path().join("mirror.db"), Access::ReadWrite).unwrap();
        let (outbox, _) = Outbox::open(&folder.path().join("outbox.db"), by()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { folder, mirror, outbox, runtime }
    }

    fn list(&self, collection: &str, kind: Kind) -> ListId {
        let content = (kind == Kind::Session).then(|| ContentSource::Fetched { changed: vec!["/modified".into()] });
        let spec = ListSpec {
            key: ListKey::new("turen", collection),
            platform: "turen".to_owned(),
            kind,
            agent_join: None,
            agent_list: Some("agents".to_owned()),
            content,
        };
        self.runtime.block_on(self.mirror.register(vec![spec])).unwrap()[0]
    }

    fn put(&self, list: ListId, rows: Vec<Incoming>, gone: &[&str]) {
        let gone = gone.iter().map(|id| (*id).to_owned()).collect();
        let batch = Batch { rows, gone, ..Batch::default() };
        self.runtime.block_on(self.mirror.apply(list, batch, at("2026-03-10T08:05:00Z"))).unwrap();
    }

    fn content(&self, id: &str, messages: &str) {
        let reader = self.mirror.reader().unwrap();
        let key = super::gather::record(&reader, &Place::record("turen", "sessions", id)).unwrap().unwrap().row.key;
        let due = reader.openable_content(key).unwrap().unwrap();
        let got = NewContent::Messages { messages: messages.to_owned(), count: 3, etag: None, partial: false };
        self.runtime.block_on(self.mirror.keep_content(due, got, at("2026-03-10T08:06:00Z"))).unwrap();
    }

    fn incident(&self, title: &str, places: &[Place]) -> Incident {
        let incident = self.outbox.open_incident(title, at("2026-03-10T08:10:00Z")).unwrap();
        for (nth, place) in places.iter().enumerate() {
            let now = at("2026-03-10T08:10:01Z") + jiff::SignedDuration::from_secs(nth as i64);
            assert!(self.outbox.pin(&incident.id, place, now).unwrap());
        }
        incident
    }

    fn suspend(&self, agent: &str) -> Place {
        let intent = Intent {
            connection: "turen".into(),
            platform: "turen".into(),
            collection: "agents".into(),
            kind: Kind::Agent,
            action: "suspend".into(),
            verb: "suspend".into(),
            target: Some(agent.into()),
            title: None,
            args: BTreeMap::new(),
            reason: Some("leaked key".into()),
            base: Base::default(),
            effect: Effect::default(),
            deadline: None,
            undoes: None,
            by: by(),
        };
        place_of_write(&self.outbox.append(vec![intent], at("2026-03-10T08:20:00Z")).unwrap()[0])
    }

    fn to(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    fn export(&self, incident: &Incident, to: &Path, secrets: Secrets) -> Result<Done, EvidenceError> {
        self.export_while(incident, to, secrets, &|_| true)
    }

    fn export_while(
        &self,
        incident: &Incident,
        to: &Path,
        secrets: Secrets,
        go_on: &dyn Fn(Step) -> bool,
    ) -> Result<Done, EvidenceError> {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let now = at("2026-03-10T09:00:00Z");
        let asked = Asked { incident: &incident.id, to, secrets, by: by(), now };
        export(&self.mirror.reader().unwrap(), &self.outbox, &asked, go_on)
    }
}

fn record(collection: &str, id: &str) -> Place {
    Place::record("turen", collection, id)
}

/// Three entries; the second fails, the third holds a secret.
fn messages() -> String {
    json!([
        {"type": "user", "message": {"role": "user", "content": "Fix the build"}, "timestamp": "2026-03-10T07:10:00Z"},
        {"type": "user", "message": {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": "E0277"}]},
            "timestamp": "2026-03-10T07:11:00Z"},
        {"type": "assistant", "message": {"role": "assistant", "content": format!("the key is {SECRET}")},
            "timestamp": "2026-03-10T07:12:00Z"},
    ])
    .to_string()
}

/// A desk with an agent, its session and event, a record that is gone, and a write; and an incident about all of it.
fn busy() -> (Desk, Incident) {
    let desk = Desk::new();
    let agents = desk.list("agents", Kind::Agent);
    desk.put(agents, vec![row("agt-1", "mbp-mara", "active", None), row("agt-2", "old one", "active", None)], &[]);
    desk.put(agents, Vec::new(), &["agt-2"]);
    let sessions = desk.list("sessions", Kind::Session);
    desk.put(sessions, vec![row("4711", "Fix the build", "", Some("agt-1")), row("4712", "Other", "", None)], &[]);
    desk.content("4711", &messages());
    let events = desk.list("events", Kind::Event);
    desk.put(events, vec![row("ev-1", "npm install", "block", Some("agt-1"))], &[]);
    let write = desk.suspend("agt-1");
    let places = [
        record("agents", "agt-1"),
        record("agents", "agt-2"),
        record("sessions", "4711"),
        record("sessions", "4711").at(2),
        record("sessions", "4712"),
        record("agents", "never-was"),
        write,
    ];
    let incident = desk.incident("Leaked key", &places);
    let note = format!("told the team\nthe key was {SECRET}");
    desk.outbox.add_note(None, Some(incident.id.clone()), &note, at("2026-03-10T08:30:00Z")).unwrap().unwrap();
    (desk, incident)
}

fn hash(path: &Path) -> String {
    Sha256::digest(fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every file below a folder, by its path there.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path()).into_iter().map(|below| format!("{name}/{below}"))),
            false => found.push(name),
        }
    }
    found.sort();
    found
}

fn value(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_file_is_there_with_the_sum_that_is_told() {
    let (desk, incident) = busy();
    let to = desk.to("evidence");
    let done = desk.export(&incident, &to, Secrets::Masked).unwrap();
    let sums = fs::read_to_string(to.join("SHA256SUMS")).unwrap();
    let told: BTreeMap<&str, &str> =
        sums.lines().map(|line| line.split_once("  ").unwrap()).map(|(a, b)| (b, a)).collect();
    let there: Vec<String> = files(&to).into_iter().filter(|name| name != "SHA256SUMS").collect();
    assert_eq!(told.keys().map(|name| (*name).to_owned()).collect::<Vec<_>>(), there);
    for (name, sum) in &told {
        assert_eq!(hash(&to.join(name)), **sum, "{name}");
    }
    let manifest = value(&to.join("manifest.json"));
    for file in manifest["files"].as_array().unwrap() {
        let path = to.join(file["path"].as_str().unwrap());
        assert_eq!(file["sha256"].as_str().unwrap(), hash(&path));
        assert_eq!(file["bytes"].as_u64().unwrap(), fs::metadata(&path).unwrap().len());
    }
    assert_eq!(manifest["files"].as_array().unwrap().len() + 2, done.files as usize);
    assert_eq!((manifest["schema"].as_str(), manifest["masked"].as_bool()), (Some("qd.evidence/1"), Some(true)));
    assert_eq!(manifest["by"]["user"], "mara");
    assert_eq!(manifest["pinned"][0]["freshness"]["confirmed_at"], "2026-03-10T08:05:00Z");
}

#[test]
fn transcripts_are_read_back_as_they_are_in_the_mirror() {
    let (desk, incident) = busy();
    let to = desk.to("evidence");
    desk.export(&incident, &to, Secrets::Revealed).unwrap();
    let text = fs::read_to_string(to.join("transcripts/003-turen-sessions-4711.json")).unwrap();
    let (read, _) = transcript::read_json(&text).unwrap().open(Secrets::Revealed);
    let expected = quarterdeck_sync::content::entries(&messages());
    assert_eq!(read.entries().len(), 3);
    let said = |entries: &[quarterdeck_sync::model::Entry]| {
        entries.iter().map(|entry| (entry.place, entry.kind, entry.at, entry.parts.clone())).collect::<Vec<_>>()
    };
    assert_eq!(said(read.entries()), said(&expected));
    assert!(to.join("transcripts/003-turen-sessions-4711.html").exists());
    assert!(to.join("transcripts/003-turen-sessions-4711.md").exists());
}

#[test]
fn what_is_gone_or_was_never_fetched_is_told_and_keeps_nothing_else_out() {
    let (desk, incident) = busy();
    let to = desk.to("evidence");
    let done = desk.export(&incident, &to, Secrets::Masked).unwrap();
    assert_eq!(done.left_out.len(), 2, "{:?}", done.left_out);
    let (report, manifest) = (fs::read_to_string(to.join("report.md")).unwrap(), value(&to.join("manifest.json")));
    assert!(report.contains("turen/agents/never-was") && report.contains("never fetched"), "{report}");
    assert!(report.contains("no longer listed by its platform"), "{report}");
    let found: Vec<&str> =
        manifest["pinned"].as_array().unwrap().iter().map(|pin| pin["found"].as_str().unwrap()).collect();
    assert_eq!(found, ["held", "gone", "held", "held", "held", "missing", "held"]);
    assert_eq!(manifest["pinned"][4]["content"]["state"], "missing");
    let record = value(&to.join("records/002-turen-agents-agt-2.json"));
    assert_eq!((record["id"].as_str(), record["gone_at"].is_string()), (Some("agt-2"), true));
}

#[test]
fn an_entry_of_something_that_has_none_is_told_as_left_out() {
    let (desk, _) = busy();
    let incident = desk.incident("Pinned by mistake", &[record("agents", "agt-1").at(2), record("agents", "agt-1")]);
    let to = desk.to("evidence");
    let done = desk.export(&incident, &to, Secrets::Masked).unwrap();
    assert_eq!(done.left_out.len(), 1, "{:?}", done.left_out);
    let report = fs::read_to_string(to.join("report.md")).unwrap();
    assert!(report.contains("it has no content here, and no such entry"), "{report}");
}

#[test]
fn our_writes_and_the_lines_of_the_log_about_them_are_in_it() {
    let (desk, incident) = busy();
    desk.outbox
        .note("reveal", json!({"command": "x", "connection": "turen", "target": "agt-1"}), at("2026-03-10T08:40:00Z"))
        .unwrap();
    desk.outbox
        .note("reveal", json!({"command": "x", "connection": "turen", "target": "other"}), at("2026-03-10T08:41:00Z"))
        .unwrap();
    let to = desk.to("evidence");
    desk.export(&incident, &to, Secrets::Masked).unwrap();
    let audit = fs::read_to_string(to.join("audit.ndjson")).unwrap();
    let lines: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["what"].as_str().unwrap()).collect::<Vec<_>>(), ["decided", "reveal"]);
    let writes = value(&to.join("writes.json"));
    assert_eq!(writes["items"].as_array().unwrap().len(), 1, "pinned, and on what is pinned: told once");
    assert_eq!(writes["items"][0]["turns"][0]["to"], "queued");
    let manifest = value(&to.join("manifest.json"));
    assert_eq!(manifest["audit"]["lines"], 2);
    // The export itself is in the log from then on.
    let last = desk.outbox.audit(0, 100).unwrap().pop().unwrap();
    assert_eq!((last.what.as_str(), last.detail["incident"].as_str()), ("incident.export", Some(incident.id.as_str())));
}

#[test]
fn of_hundreds_of_writes_on_one_record_the_newest_are_told_and_that_there_are_more() {
    let (desk, incident) = busy();
    let all: Vec<String> = (0..240).map(|_| desk.suspend("agt-1").id).collect();
    let case = gather(&desk.mirror.reader().unwrap(), &desk.outbox, &incident.id, Secrets::Masked).unwrap().unwrap();
    let told: Vec<&str> = case.timeline.iter().filter(|one| one.what == What::Write).map(id_of).collect();
    // One is pinned itself.
    assert_eq!(told.len(), 201);
    assert!(all[40..].iter().all(|id| told.contains(&id.as_str())));
    assert!(case.short.iter().any(|said| said.contains("agt-1") && said.contains("newest 200")), "{:?}", case.short);
}

fn id_of(moment: &crate::incident::Moment) -> &str {
    moment.place.as_ref().map_or("", |place| place.id.as_str())
}

#[test]
fn secrets_are_masked_everywhere_unless_they_were_asked_for() {
    let (desk, incident) = busy();
    let masked = desk.to("masked");
    desk.export(&incident, &masked, Secrets::Masked).unwrap();
    for name in files(&masked) {
        let text = fs::read_to_string(masked.join(&name)).unwrap();
        assert!(!text.contains(SECRET), "{name}");
    }
    let revealed = desk.to("revealed");
    desk.export(&incident, &revealed, Secrets::Revealed).unwrap();
    for name in ["records/001-turen-agents-agt-1.json", "transcripts/003-turen-sessions-4711.json", "incident.json"] {
        assert!(fs::read_to_string(revealed.join(name)).unwrap().contains(SECRET), "{name}");
    }
    assert_eq!(value(&revealed.join("manifest.json"))["masked"], false);
}

#[test]
fn an_export_that_is_stopped_leaves_nothing_and_none_is_written_over_another() {
    let (desk, incident) = busy();
    let to = desk.to("evidence");
    let steps = AtomicUsize::new(0);
    let stopped = desk.export_while(&incident, &to, Secrets::Masked, &|step| {
        assert_eq!(step.of, 7);
        steps.fetch_add(1, Ordering::SeqCst) < 4
    });
    assert!(matches!(stopped, Err(EvidenceError::Stopped)), "{stopped:?}");
    assert_eq!(fs::read_dir(to.parent().unwrap()).unwrap().count(), 0, "nothing is left, under no name");
    desk.export(&incident, &to, Secrets::Masked).unwrap();
    let before = files(&to);
    let again = desk.export(&incident, &to, Secrets::Masked);
    assert!(matches!(again, Err(EvidenceError::There(_))), "{again:?}");
    assert_eq!(files(&to), before);
    let nowhere = desk.to("not-there");
    let asked = Asked {
        incident: &incident.id,
        to: &nowhere.join("x"),
        secrets: Secrets::Masked,
        by: by(),
        now: at("2026-03-10T09:00:00Z"),
    };
    let lost = export(&desk.mirror.reader().unwrap(), &desk.outbox, &asked, &|_| true);
    assert!(matches!(lost, Err(EvidenceError::Nowhere(_))) && !nowhere.exists());
}

#[cfg(unix)]
#[test]
fn evidence_is_for_its_owner_alone() {
    let (desk, incident) = busy();
    let to = desk.to("evidence");
    desk.export(&incident, &to, Secrets::Masked).unwrap();
    for folder in [to.clone(), to.join("records"), to.join("transcripts")] {
        assert_eq!(crate::config::mode(&folder), Some(0o700), "{}", folder.display());
    }
    for name in files(&to) {
        assert_eq!(crate::config::mode(&to.join(&name)), Some(0o600), "{name}");
    }
}

#[test]
fn the_same_case_makes_the_same_files() {
    let (desk, incident) = busy();
    let (one, other) = (desk.to("one"), desk.to("other"));
    desk.export(&incident, &one, Secrets::Masked).unwrap();
    desk.export(&incident, &other, Secrets::Masked).unwrap();
    assert_eq!(files(&one), files(&other));
    // The log says that the first export was made; so do the pages that tell of the log.
    let told = ["audit.ndjson", "manifest.json", "report.md", "SHA256SUMS"];
    for name in files(&one).iter().filter(|name| !told.contains(&name.as_str())) {
        assert_eq!(fs::read(one.join(name)).unwrap(), fs::read(other.join(name)).unwrap(), "{name}");
    }
}

#[test]
fn whatever_ids_and_titles_hold_no_file_leaves_the_folder_and_no_page_is_fooled() {
    let desk = Desk::new();
    let evil = "../../../evil\u{1b}[2J\u{202e}\0|`<script>alert(1)</script>](http://x)";
    let agents = desk.list("agents", Kind::Agent);
    let long = "x/".repeat(400);
    desk.put(agents, vec![row(evil, evil, evil, None), row("..", "..", "", None), row(&long, "long", "", None)], &[]);
    let places = [record("agents", evil), record("agents", ".."), record("agents", &long)];
    let incident = desk.incident(evil, &places);
    desk.outbox
        .add_note(None, Some(incident.id.clone()), &format!("# {evil}\n{evil}"), at("2026-03-10T08:30:00Z"))
        .unwrap();
    let to = desk.to("evidence");
    desk.export(&incident, &to, Secrets::Masked).unwrap();
    let out = to.parent().unwrap();
    assert_eq!(fs::read_dir(out).unwrap().count(), 1);
    let there = files(&to);
    assert_eq!(there.iter().filter(|name| name.starts_with("records/")).count(), 3, "{there:?}");
    for name in there {
        let text = fs::read_to_string(to.join(&name)).unwrap();
        assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'), "{name}");
    }
    let report = fs::read_to_string(to.join("report.md")).unwrap();
    assert!(!report.contains("<script>") && !report.contains("](http://x)"), "{report}");
}

#[test]
fn a_case_tells_what_happened_around_what_is_pinned() {
    let (desk, incident) = busy();
    let case = gather(&desk.mirror.reader().unwrap(), &desk.outbox, &incident.id, Secrets::Masked).unwrap().unwrap();
    let of = |what: What| case.timeline.iter().filter(|moment| moment.what == what).collect::<Vec<_>>();
    assert_eq!(of(What::Pinned).len(), 7);
    assert_eq!((of(What::Opened).len(), of(What::Note).len(), of(What::Closed).len()), (1, 1, 0));
    assert_eq!(of(What::Write)[0].words, "suspend agt-1: queued, by mara@bridge from 10.0.4.7");
    let events: Vec<String> = of(What::Event).iter().filter_map(|moment| moment.place.as_ref()).map(written).collect();
    assert_eq!(events, ["turen/events/ev-1"], "what the agent did, but for what is pinned itself");
    let entries: Vec<&str> = of(What::Entry).iter().map(|moment| moment.words.as_str()).collect();
    assert_eq!(entries, ["entry 1, failed", "entry 2, assistant"]);
    assert_eq!(case.pinned[3].word(), "entry");
    assert!(case.pinned[3].title().contains("the key is"), "{}", case.pinned[3].title());
    assert_eq!(of(What::Gone).len(), 1);
    // What can be contained: agents and runs that are there.
    let acts: Vec<String> = case.pinned.iter().filter(|pinned| pinned.acts()).map(|one| written(one.place())).collect();
    assert_eq!(acts, ["turen/agents/agt-1"]);
    let unknown = quarterdeck_sync::model::IncidentId::new("01NOTHING");
    assert_eq!(gather(&desk.mirror.reader().unwrap(), &desk.outbox, &unknown, Secrets::Masked).unwrap(), None);
}
