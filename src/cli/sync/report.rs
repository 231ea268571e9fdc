//! How a sync ended: as a table, as JSON, and as an exit code.

use quarterdeck_sync::engine::{ConnectionError, ConnectionReport, ContentReport, Outcome, Report};
use quarterdeck_sync::model::{Offered, Timestamp, Write, WriteState};
use quarterdeck_sync::outbox::Paused;
use quarterdeck_sync::platform::{BudgetView, Client, Traffic};
use quarterdeck_sync::text::Clean;
use serde_json::{Value, json};

use crate::cli::columns::{Cell, grouped, size, table};
use crate::cli::render::JsonWrite;
use crate::cli::style::{Role, Style};
use crate::config::Connection;
use crate::error::{Code, Failure, Kind};

/// How one connection's pull ended.
#[derive(Debug)]
pub struct Pulled {
    /// The engine's report, or one of our own that says why the engine was not asked.
    pub report: ConnectionReport,
    /// Why the connection as a whole could not be read.
    pub kind: Option<Kind>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The engine was asked.
    pub asked: bool,
    /// Writes that moved meanwhile, as they stand now.
    pub writes: Vec<Write>,
    /// Why nothing is written to it until a person has mended it.
    pub paused: Option<String>,
}

/// Puts the engine's reports and the clients that could not be made into the order of `connections`.
pub fn collect(
    connections: &[(String, Connection)],
    made: Vec<Result<Client, Failure>>,
    report: Report,
) -> Vec<Pulled> {
    let mut reports = report.connections.into_iter();
    connections
        .iter()
        .zip(made)
        .filter_map(|((name, connection), made)| match made {
            Ok(_) => reports.next().map(pulled),
            Err(failure) => Some(not_asked(name, connection, &failure)),
        })
        .collect()
}

/// Adds what became of writes meanwhile, and which connections are paused.
pub fn with_writes(mut results: Vec<Pulled>, moved: Vec<Write>, paused: Vec<Paused>) -> Vec<Pulled> {
    for write in moved {
        if let Some(one) = results.iter_mut().find(|one| one.report.connection == write.intent.connection) {
            one.writes.push(write);
        }
    }
    for paused in paused {
        if let Some(one) = results.iter_mut().find(|one| one.report.connection == paused.connection) {
            one.paused = Some(paused.message);
        }
    }
    results
}

/// What the engine's report of one connection means.
pub fn pulled(report: ConnectionReport) -> Pulled {
    let barred = |offered: &Offered| matches!(offered, Offered::No { status: 401 | 403 });
    let kind = match &report.error {
        Some(error) => Some(error.kind.map_or(Kind::Unreachable, Kind::from)),
        // Each list by itself may be closed to a key; a key to which every list is closed is the wrong key.
        None if !report.lists.is_empty() && report.lists.iter().all(|list| barred(&list.offered)) => {
            Some(Kind::Forbidden)
        }
        None => None,
    };
    let hint = match kind {
        Some(Kind::Unauthorized) => Some("qd connect list shows where its secret is"),
        Some(Kind::Forbidden) => Some("once the key may read, qd sync --full asks again"),
        Some(Kind::Unreachable) => Some("check the network and the URL: qd connect list"),
        _ => None,
    };
    Pulled { report, kind, hint: hint.map(str::to_owned), asked: true, writes: Vec::new(), paused: None }
}

fn not_asked(name: &str, connection: &Connection, failure: &Failure) -> Pulled {
    let now = Timestamp::now();
    let report = ConnectionReport {
        connection: name.to_owned(),
        platform: connection.platform.clone(),
        started_at: now,
        ended_at: now,
        lists: Vec::new(),
        content: None,
        error: Some(ConnectionError { kind: None, message: failure.message.clone() }),
        traffic: Traffic::default(),
        budget: BudgetView::default(),
    };
    Pulled {
        report,
        kind: Some(failure.kind),
        hint: failure.hint.clone(),
        asked: false,
        writes: Vec::new(),
        paused: None,
    }
}

/// Exit code: 0 when all is well; when every connection failed for one reason, that reason's; else 5.
pub fn verdict(results: &[Pulled]) -> Code {
    let well = |one: &Pulled| {
        one.kind.is_none()
            && !content_fails(&one.report)
            && one.report.lists.iter().all(|list| matches!(list.outcome, Outcome::Ok | Outcome::NotOffered))
    };
    if results.iter().all(well) {
        return Code::Done;
    }
    let mut codes = results.iter().map(|one| one.kind.map(Kind::code));
    match codes.next().flatten() {
        Some(first) if codes.all(|code| code == Some(first)) => first,
        _ => Code::Partly,
    }
}

/// The one report of a sync.
pub fn json(results: &[Pulled]) -> Value {
    let whole = |result: &Pulled| {
        let mut value = one(result);
        value["writes"] = result.writes.iter().map(|write| json!(JsonWrite::new(write))).collect();
        value["paused"] = json!(result.paused);
        value
    };
    let items: Vec<Value> = results.iter().map(whole).collect();
    json!({"schema": "qd.sync/1", "items": items})
}

/// The line that tells the end of one connection in a stream of events.
pub fn finished(result: &Pulled) -> Value {
    let mut value = one(result);
    if let Value::Object(map) = &mut value {
        map.shift_insert(0, "event".to_owned(), "finished".into());
    }
    value
}

/// A connection's report; its error carries the word and the code that a failure of that sort always has.
fn one(result: &Pulled) -> Value {
    let mut value = serde_json::to_value(&result.report).unwrap_or_default();
    if let Some(kind) = result.kind {
        value["error"] = json!({
            "code": kind.code() as u8, "kind": kind.as_str(), "message": message(result), "hint": result.hint,
            "retryable": kind.retryable(),
        });
    }
    value
}

/// Why a connection as a whole could not be read.
fn message(result: &Pulled) -> &str {
    result.report.error.as_ref().map_or("every list is closed to this key", |error| &error.message)
}

/// For a person: a line for each connection, then one for each list that is in trouble.
pub fn plain(style: &Style, results: &[Pulled]) -> String {
    let rows: Vec<Vec<Cell>> = results.iter().map(summary).collect();
    let headings =
        ["CONNECTION", "PLATFORM", "LISTS", "ROWS", "NEW", "CHANGED", "GONE", "CONTENTS", "REQUESTS", "RESULT"];
    table(style, &headings, &rows) + &sent(style, results) + &troubles(style, results)
}

/// A line for each write that moved, and for each connection that is not written to.
fn sent(style: &Style, results: &[Pulled]) -> String {
    let mut out = String::new();
    for result in results {
        for write in &result.writes {
            let role = match write.state {
                WriteState::Confirmed | WriteState::Accepted => Role::Good,
                state if state.needs_person() => Role::Bad,
                _ => Role::Warning,
            };
            let intent = &write.intent;
            let target = intent.target.as_deref().unwrap_or("something new");
            let place = format!("{} {} {target}", intent.connection, intent.verb);
            let why = write.verdict.as_ref().map(|verdict| format!(" ({})", verdict.message)).unwrap_or_default();
            out.push_str(&note(style, role, &place, &format!("{}{why}", write.state)));
        }
        if let Some(why) = &result.paused {
            let name = &result.report.connection;
            let words = format!("nothing is sent until `qd connect test {name}` succeeds: {why}");
            out.push_str(&note(style, Role::Warning, name, &words));
        }
    }
    out
}

/// A line for each connection and each list that is in trouble; empty when all is well.
pub fn troubles(style: &Style, results: &[Pulled]) -> String {
    let mut out = String::new();
    for result in results {
        if result.kind.is_some() {
            out.push_str(&note(style, Role::Bad, &result.report.connection, message(result)));
            if let Some(hint) = &result.hint {
                out.push_str(&format!("  hint: {}\n", Clean::line(hint)));
            }
        }
        for list in &result.report.lists {
            let role = match list.outcome {
                Outcome::Failed => Role::Bad,
                Outcome::Partial => Role::Warning,
                Outcome::Ok | Outcome::NotOffered => continue,
            };
            // Told once, for the connection.
            let told =
                result.kind.is_some() && (list.requests == 0 || list.message.as_deref() == Some(message(result)));
            if told {
                continue;
            }
            let place = format!("{}/{}", list.list.connection, list.list.collection);
            out.push_str(&note(style, role, &place, list.message.as_deref().unwrap_or("not read completely")));
        }
        if let Some(content) = &result.report.content {
            let place = format!("{} content", result.report.connection);
            for words in of_contents(content) {
                out.push_str(&note(style, Role::Warning, &place, &words));
            }
        }
    }
    out
}

/// What stands in the way of a connection's contents, and what had to go.
pub fn of_contents(content: &ContentReport) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(message) = &content.message {
        said.push(format!("{} wait for the next sync: {message}", grouped(content.waiting)));
    }
    if let (1.., Some(failure)) = (content.failed, &content.failure) {
        said.push(format!(
            "{} could not be fetched, and are tried again later; the last: {failure}",
            grouped(content.failed)
        ));
    }
    if let before @ 1.. = content.failing.saturating_sub(content.failed) {
        said.push(format!(
            "{} failed before and are left alone for a while: qd status says why, qd sync --full asks at once",
            grouped(before)
        ));
    }
    if content.full {
        said.push(format!(
            "no room for {} older ones: content.budget in config.toml says how much may be held",
            grouped(content.waiting)
        ));
    }
    if content.dropped > 0 {
        said.push(format!("{} of the oldest were dropped to keep to content.budget", grouped(content.dropped)));
    }
    if content.expired > 0 {
        said.push(format!("{} of records that are gone were kept long enough, and dropped", grouped(content.expired)));
    }
    if content.over > 0 {
        said.push(format!(
            "{} over content.budget, all of records that are gone: they cannot be fetched again and are never dropped for it",
            size(content.over)
        ));
    }
    said
}

fn note(style: &Style, role: Role, place: &str, message: &str) -> String {
    format!("{}: {}\n", style.paint(role, Clean::line(place).as_str()), Clean::line(message))
}

/// Some contents could not be fetched.
fn content_fails(report: &ConnectionReport) -> bool {
    report.content.as_ref().is_some_and(|it| it.failed > 0 || it.failing > 0 || it.message.is_some())
}

fn summary(result: &Pulled) -> Vec<Cell> {
    let report = &result.report;
    let sum = |of: fn(&quarterdeck_sync::engine::ListReport) -> u64| Cell::count(report.lists.iter().map(of).sum());
    let offered = report.lists.iter().filter(|list| list.outcome != Outcome::NotOffered).count();
    let troubled = |outcome| report.lists.iter().filter(|list| list.outcome == outcome).count();
    let (failed, partial) = (troubled(Outcome::Failed), troubled(Outcome::Partial));
    let verdict = match result.kind {
        Some(kind) => Cell::text(kind.as_str()).role(Role::Bad),
        None if failed > 0 => {
            Cell::text(format!("{} of {offered} lists failed", grouped(failed as u64))).role(Role::Bad)
        }
        None if partial == 0 && content_fails(report) => Cell::text("contents partly").role(Role::Warning),
        None if partial > 0 => {
            Cell::text(format!("{} of {offered} lists partly", grouped(partial as u64))).role(Role::Warning)
        }
        None => Cell::text("ok").role(Role::Good),
    };
    vec![
        Cell::text(&report.connection),
        Cell::text(&report.platform),
        Cell::count(offered as u64),
        sum(|list| list.rows),
        sum(|list| list.inserted),
        sum(|list| list.updated),
        sum(|list| list.gone),
        Cell::count(report.content.as_ref().map_or(0, |content| content.fetched)),
        Cell::count(report.traffic.requests),
        verdict,
    ]
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::engine::{ListReport, Mode};
    use quarterdeck_sync::model::ListKey;
    use quarterdeck_sync::platform::FetchKind;

    use super::*;

    fn list(outcome: Outcome, offered: Offered) -> ListReport {
        ListReport {
            list: ListKey::new("a", "agents"),
            outcome,
            mode: Mode::Walk,
            requests: 1,
            rows: 1200,
            inserted: 3,
            updated: 0,
            gone: 0,
            bad: 0,
            server_count: Some(1200),
            offered,
            message: (outcome == Outcome::Partial).then(|| "one \u{1b}[31mrow was bad".to_owned()),
        }
    }

    fn connection(lists: Vec<ListReport>, error: Option<FetchKind>) -> Pulled {
        pulled(ConnectionReport {
            connection: "a".to_owned(),
            platform: "turen".to_owned(),
            started_at: Timestamp::UNIX_EPOCH,
            ended_at: Timestamp::UNIX_EPOCH,
            lists,
            content: None,
            error: error.map(|kind| ConnectionError { kind: Some(kind), message: "no".to_owned() }),
            traffic: Traffic::default(),
            budget: BudgetView::default(),
        })
    }

    #[test]
    fn the_exit_code_says_how_much_was_done() {
        let good = || connection(vec![list(Outcome::Ok, Offered::Yes)], None);
        let closed = || connection(vec![list(Outcome::NotOffered, Offered::No { status: 403 })], None);
        let absent = || connection(vec![list(Outcome::NotOffered, Offered::No { status: 404 })], None);
        let partly = || connection(vec![list(Outcome::Partial, Offered::Yes)], None);
        let failed = |kind| connection(Vec::new(), Some(kind));
        for (results, code) in [
            (vec![good(), absent()], Code::Done),
            (vec![good(), partly()], Code::Partly),
            (vec![good(), failed(FetchKind::Unreachable)], Code::Partly),
            (vec![failed(FetchKind::Unreachable), failed(FetchKind::TimedOut)], Code::Unreachable),
            (vec![failed(FetchKind::Unauthorized), closed()], Code::Auth),
            (vec![failed(FetchKind::Unauthorized), failed(FetchKind::Unreachable)], Code::Partly),
            (vec![partly()], Code::Partly),
        ] {
            assert_eq!(verdict(&results), code, "{results:?}");
        }
    }

    #[test]
    fn contents_that_failed_before_are_told_until_they_are_here() {
        let mut synced = connection(vec![list(Outcome::Ok, Offered::Yes)], None);
        let quiet = ContentReport::new(quarterdeck_sync::model::ContentPolicy::All);
        synced.report.content = Some(quiet.clone());
        assert_eq!(
            (verdict(std::slice::from_ref(&synced)), troubles(&Style::plain(), std::slice::from_ref(&synced))),
            (Code::Done, String::new())
        );
        synced.report.content = Some(ContentReport { waiting: 3, failing: 2, ..quiet });
        let results = [synced];
        assert_eq!(verdict(&results), Code::Partly);
        let told = troubles(&Style::plain(), &results);
        assert!(told.starts_with("a content: 2 failed before and are left alone for a while"), "{told}");
        assert_eq!(json(&results)["items"][0]["content"]["failing"], 2);
    }

    #[test]
    fn a_report_names_what_failed_and_cannot_act_on_the_terminal() {
        let text = plain(&Style::plain(), &[connection(vec![list(Outcome::Partial, Offered::Yes)], None)]);
        assert!(text.contains("1,200"), "{text}");
        assert!(text.contains("1 of 1 lists partly"), "{text}");
        assert!(text.contains("a/agents: one ␛[31mrow was bad"), "{text}");
    }

    #[test]
    fn what_befell_a_whole_connection_is_told_once() {
        let mut cut = list(Outcome::Failed, Offered::Unknown);
        (cut.requests, cut.message) = (0, Some("not read".to_owned()));
        let text = troubles(&Style::plain(), &[connection(vec![cut.clone(), cut], Some(FetchKind::Unreachable))]);
        assert_eq!(text, "a: no\n  hint: check the network and the URL: qd connect list\n");
    }

    #[test]
    fn an_error_in_json_carries_its_word_and_code() {
        let value = json(&[connection(Vec::new(), Some(FetchKind::Unauthorized))]);
        let error = &value["items"][0]["error"];
        assert_eq!((error["code"].as_u64(), error["kind"].as_str()), (Some(3), Some("unauthorized")));
        assert_eq!(value["items"][0]["lists"], serde_json::json!([]));
    }
}
