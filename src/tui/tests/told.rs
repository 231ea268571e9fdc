//! Made-up content of sessions, and a search that finds in it what it is asked for: every word, somewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use quarterdeck_index::query::{self, NodeKind, ValueKind};
use quarterdeck_sync::model::{
    Answer as Told, Call, Edit, Entry, EntryKind, Kind, Part, Row, RowKey, Timestamp, Usage,
};
use quarterdeck_sync::text::Clean;

use super::fake::{World, now};
use crate::search::{Answer, Count, Facet, Hit, HitEntry, Moment, Order, Question, SavedSearch, Snippet};
use crate::tui::decisions::Target;
use crate::tui::marking::Words;
use crate::tui::reading::{Held, Read, Transcript};
use crate::tui::unsealed::Unsealed;

/// A time so many seconds before now.
pub fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).expect("a time")
}

fn entry(kind: EntryKind, at: i64, parts: Vec<Part>) -> Entry {
    Entry { kind, role: kind.as_str().into(), at: Some(ago(at)), parts, ..Entry::default() }
}

fn says(kind: EntryKind, at: i64, text: &str) -> Entry {
    entry(kind, at, vec![Part::Text(text.into())])
}

fn command(tool: &str, command: &str) -> Part {
    let input = serde_json::json!({"command": command, "description": "what it is for"}).to_string();
    Part::Call(Call { tool: tool.into(), command: Some(command.into()), input, ..Call::default() })
}

fn answers(at: i64, tool: &str, text: &str, error: bool) -> Entry {
    let told = Told { tool: Some(tool.into()), text: text.into(), error, ..Told::default() };
    Entry { error, ..entry(EntryKind::Tool, at, vec![Part::Result(told)]) }
}

/// A session in which a flaky test is mended.
pub fn mending() -> Vec<Entry> {
    let run = "go test ./payments -run Refund -count=20";
    let log: String =
        (1..=40).map(|n| format!("=== RUN   TestRefund/attempt_{n:02}\n--- PASS (0.0{}s)\n", n % 9)).collect();
    let before = "func TestRefund(t *testing.T) {\n\tgo issue(t)\n\ttime.Sleep(10 * time.Millisecond)\n\tif !refunded() {\n\t\tt.Fatal(\"not refunded\")\n\t}\n}\n";
    let after = "func TestRefund(t *testing.T) {\n\tdone := make(chan struct{})\n\tgo issue(t, done)\n\t<-done\n\tif !refunded() {\n\t\tt.Fatal(\"not refunded\")\n\t}\n}\n";
    let edit = Edit {
        path: Some("payments/refund_test.go".into()),
        before: before.into(),
        after: after.into(),
        line: Some(41),
    };
    let change = Call {
        tool: "Edit".into(),
        paths: vec!["payments/refund_test.go".into()],
        edits: vec![edit],
        input: "{}".into(),
        ..Call::default()
    };
    let read = Call {
        tool: "Read".into(),
        paths: vec!["/home/mara/src/billing-api/payments/refund_test.go".into()],
        ..Call::default()
    };
    let fetch = Call { tool: "WebFetch".into(), input: r#"{"url": "https://go.dev/doc/articles/race_detector", "prompt": "How is a sleep in a test told from a wait?"}"#.into(), ..Call::default() };
    let usage = Usage {
        input_tokens: Some(18_204),
        output_tokens: Some(412),
        cost: Some(0.0731),
        duration_ms: Some(8_400),
        ..Usage::default()
    };
    let mut list = vec![
        says(EntryKind::User, 9_000, "Fix the flaky test in payments/refund_test.go and explain what was wrong"),
        entry(EntryKind::Thinking, 8_996, vec![Part::Thinking("The test sleeps for ten milliseconds and then hopes that the goroutine is done. On a busy machine it is not.".into())]),
        Entry { usage, ..entry(EntryKind::Assistant, 8_990, vec![
            Part::Text("I will run the test often enough to see it fail, then look at how it waits.\n\n## Plan\n\n- run it twenty times\n- wait for the refund instead of sleeping".into()),
            command("Bash", run),
        ]) },
        answers(8_984, "Bash", &format!("{log}--- FAIL: TestRefund/attempt_41 (0.01s)\n    refund_test.go:44: not refunded\nFAIL\nFAIL\tbilling-api/payments\t0.412s"), true),
        entry(EntryKind::Tool, 8_980, vec![Part::Call(read)]),
        answers(8_979, "Read", before, false),
        entry(EntryKind::Tool, 8_970, vec![Part::Call(change)]),
        answers(8_969, "Edit", "The file payments/refund_test.go has been updated.", false),
        says(EntryKind::User, 1_500, "Good. Please also look up how the race detector tells a sleep from a wait"),
        entry(EntryKind::Tool, 1_490, vec![Part::Call(fetch)]),
        answers(1_488, "WebFetch", r#"{"status": 200, "title": "Data Race Detector", "sections": ["Introduction", "Usage", "Options"], "etag": null}"#, false),
        Entry { subagent: Some("90012".into()), ..entry(EntryKind::Tool, 1_400, vec![command("Task", "review the change, look for anything that could leak customer data")]) },
        entry(EntryKind::System, 1_395, vec![Part::Other { label: "hook".into(), json: r#"{"hook_event_name":"PostToolUse","exit_code":0}"#.into() }]),
        entry(EntryKind::Assistant, 1_380, vec![
            Part::Text("The test now waits until the refund was issued. I ran it two hundred times without a failure:\n\n```go\ndone := make(chan struct{})\ngo issue(t, done)\n<-done\n```".into()),
            command("Bash", "git push origin mara/fix-refund"),
        ]),
        answers(1_376, "Bash", "To github.com:acme/billing-api.git\n   4f1c2aa..9be01d3  mara/fix-refund -> mara/fix-refund", false),
    ];
    for at in 0..list.len() {
        list[at].place = at as u32;
        let answered =
            list.get(at + 1).filter(|next| matches!(next.parts.first(), Some(Part::Result(_)))).map(|_| at as u32 + 1);
        if let Some(Part::Call(call)) = list[at].parts.last_mut() {
            call.answered_at = answered;
        }
        if let Some(Part::Result(told)) = list[at].parts.first_mut() {
            told.called_at = (at as u32).checked_sub(1);
        }
    }
    list
}

/// As many entries as one likes.
pub fn long(count: u32) -> Vec<Entry> {
    let text = |at: u32| {
        format!("message {at}: the importer went on with the next batch of rows, and said how many there were")
    };
    let one = |at: u32| Entry {
        place: at,
        ..says(
            if at.is_multiple_of(9) { EntryKind::User } else { EntryKind::Assistant },
            i64::from(count - at),
            &text(at),
        )
    };
    (0..count).map(one).collect()
}

impl World {
    /// Sessions with content: the newest is the one that mends a test, the second is not fetched, the third is gone.
    pub fn with_contents(mut self) -> Self {
        let mut sessions: Vec<(RowKey, Option<Timestamp>)> = self
            .rows
            .iter()
            .filter(|(row, _)| row.kind == Kind::Session)
            .map(|(row, _)| (row.key, row.updated_at))
            .collect();
        sessions.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        let here = |stale| Held::Here { fetched_at: ago(240), stale, partial: false };
        for (at, (key, _)) in sessions.into_iter().enumerate() {
            let held = match at {
                0 => (here(false), mending()),
                1 => (Held::NotYet, Vec::new()),
                2 => (here(true), long(12)),
                3 => (Held::NotOffered("turen keeps no messages of imported sessions".into()), Vec::new()),
                _ => continue,
            };
            self.contents.insert(key, held);
        }
        let saved =
            |name: &str, query: &str| SavedSearch { name: name.into(), query: query.into(), saved_at: ago(90_000) };
        self.searches = vec![saved("failed commands", "kind:tool has:error"), saved("refunds", "refund")];
        self
    }

    /// The session that a test reads, at the top of the list.
    pub fn first_session(&self) -> RowKey {
        *self.contents.iter().find(|(_, (_, entries))| entries.len() > 12).expect("content").0
    }

    pub fn transcript(&self, of: &Target, known: Option<&Transcript>, unsealed: Option<&Unsealed>) -> Read {
        let row = self.rows.iter().map(|(row, _)| row).find(|row| match of {
            Target::Row(key) => row.key == *key,
            Target::Named(list, id) => row.list == *list && row.id == *id,
        });
        let Some(row) = row else { return Read::Gone };
        let lead =
            self.leads.get(&row.key).and_then(|key| self.rows.iter().map(|(row, _)| row).find(|row| row.key == *key));
        let row = lead.unwrap_or(row);
        let (held, entries) = self.contents.get(&row.key).cloned().unwrap_or((Held::NotYet, Vec::new()));
        let made = Transcript { led: self.led, ..Transcript::with(row.clone(), held, entries, unsealed) };
        if known == Some(&made) { Read::Same } else { Read::New(made.into()) }
    }

    /// Everything that holds every word and passes every field that this search knows.
    pub fn find(&self, question: &Question) -> Answer {
        let (ast, notes) = query::parse(&question.text, &crate::filter::fields());
        let words = Words::of_query(&question.text);
        let fields = fields(&ast.root.kind);
        let mut hits = Vec::new();
        for (row, doc) in &self.rows {
            let entries = self.contents.get(&row.key).map_or(&[][..], |(_, entries)| entries);
            for entry in entries {
                hits.extend(hit(row, Some(entry), &entry.text(), &words, &fields));
            }
            let text = format!("{} {doc}", row.title.as_deref().unwrap_or_default());
            hits.extend(hit(row, None, &text, &words, &fields));
        }
        match question.order {
            Order::Best => hits.sort_by_key(|hit| (hit.entry.is_none(), std::cmp::Reverse(hit.at))),
            Order::Newest => hits.sort_by_key(|hit| std::cmp::Reverse(hit.at)),
            Order::Oldest => hits.sort_by_key(|hit| hit.at),
        }
        let counts = question.facets.iter().map(|facet| (*facet, count(&hits, *facet))).collect::<BTreeMap<_, _>>();
        let total = hits.len() as u64;
        let hits: Vec<Hit> = hits.into_iter().skip(question.offset).take(question.limit).collect();
        let (asked, next) = (hits.len(), question.offset + hits.len());
        let here = |place: usize| self.lost == 0 || !(place + 1).is_multiple_of(self.lost);
        let hits: Vec<Hit> =
            (question.offset..).zip(hits).filter(|(place, _)| here(*place)).map(|(_, hit)| hit).collect();
        let left_out = (asked - hits.len()) as u64;
        let moment = question.moment.clone().unwrap_or(Moment::at(now().to_zoned(jiff::tz::TimeZone::UTC)));
        Answer {
            next: (asked > 0 && (next as u64) < total).then_some(next),
            hits,
            total: total - left_out,
            left_out,
            gone: 0,
            counts,
            capped: question.text.ends_with('*'),
            notes,
            behind: self.behind,
            took: Duration::from_millis(2),
            ast,
            moment,
        }
    }
}

fn fields(node: &NodeKind) -> Vec<(String, String)> {
    match node {
        NodeKind::And(all) => all.iter().flat_map(|node| fields(&node.kind)).collect(),
        NodeKind::Field { name, values } => match values.first().map(|value| &value.kind) {
            Some(ValueKind::Text(text) | ValueKind::Prefix(text)) => vec![(name.clone(), text.clone())],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn hit(row: &Row, entry: Option<&Entry>, text: &str, words: &Words, fields: &[(String, String)]) -> Option<Hit> {
    let passes = |(name, value): &(String, String)| match name.as_str() {
        "kind" => entry.map_or(row.kind.as_str(), |entry| entry.kind.as_str()) == value,
        "tool" => entry.is_some_and(|entry| entry.tools().iter().any(|tool| tool.eq_ignore_ascii_case(value))),
        "connection" => row.list.connection == *value,
        "has" => entry.is_some_and(|entry| entry.error),
        _ => true,
    };
    if !fields.iter().all(passes) || !(words.is_empty() || words.all_in(text)) {
        return None;
    }
    let line = Clean::line(text);
    let first = words.ranges(line.as_str()).first().map_or(0, |range| range.start);
    let from = (0..=first.saturating_sub(24)).rev().find(|at| line.as_str().is_char_boundary(*at)).unwrap_or(0);
    let cut: String = line.as_str()[from..].chars().take(160).collect();
    let marks = words.ranges(&cut);
    Some(Hit {
        key: row.key,
        list: row.list.clone(),
        platform: row.platform.clone(),
        kind: row.kind,
        id: row.id.clone(),
        title: row.title.clone(),
        status: row.status.clone(),
        agent: row.agent_title.clone(),
        project: row.project.clone(),
        gone: row.gone_at.is_some(),
        pending: Vec::new(),
        entry: entry.map(|entry| HitEntry {
            place: entry.place,
            kind: entry.kind,
            role: entry.role.clone(),
            tools: entry.tools().into_iter().map(str::to_owned).collect(),
        }),
        at: entry.and_then(|entry| entry.at).or(row.updated_at),
        score: 1.0,
        snippet: Snippet { text: Clean::line(&cut), marks },
    })
}

fn count(hits: &[Hit], facet: Facet) -> Vec<Count> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for hit in hits {
        let values: Vec<String> = match facet {
            Facet::Kind => vec![hit.word().to_owned()],
            Facet::Connection => vec![hit.list.connection.clone()],
            Facet::Agent => hit.agent.iter().cloned().collect(),
            Facet::Project => hit.project.iter().cloned().collect(),
            Facet::Tool => hit.entry.iter().flat_map(|entry| entry.tools.clone()).collect(),
        };
        values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
    }
    let mut counts: Vec<Count> = counts.into_iter().map(|(value, count)| Count { value, label: None, count }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    counts.truncate(10);
    counts
}
