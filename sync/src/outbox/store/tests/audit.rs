//! The audit log: what is in it, and what it finds out.

use rusqlite::Connection;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::*;

/// An outbox with a few lives in it. Lines: 1, 2 decided; 3 sending; 4 retrying; 5 sending; 6 accepted; 7 confirmed;
/// 8 cancelled; 9 paused; 10 a note.
fn lived() -> Place {
    let place = Place::new();
    let outbox = place.open();
    let kept = outbox.append(vec![suspend("a"), suspend("b")], time(1)).unwrap();
    let verdict = |code: &str| Verdict {
        code: code.to_owned(),
        message: "naïve \u{7f} ☃ \"so\"".to_owned(),
        ..Verdict::default()
    };
    let turns = [
        Turn { attempt: true, memory: Some(json!({ "sent_over": 1.5e300 })), ..Turn::to(WriteState::Sending, time(2)) },
        Turn { due_at: Some(time(9)), verdict: Some(verdict("busy")), ..Turn::to(WriteState::Retrying, time(3)) },
        Turn { attempt: true, memory: Some(Value::Null), ..Turn::to(WriteState::Sending, time(9)) },
        Turn::to(WriteState::Accepted, time(10)),
        Turn { verdict: Some(verdict("applied")), ..Turn::to(WriteState::Confirmed, time(11)) },
    ];
    for turn in turns {
        outbox.turn(&kept[0].id, &WriteState::ALL[..6], turn).unwrap().unwrap();
    }
    let cancel = Turn { by: Some(by("bob")), ..Turn::to(WriteState::Cancelled, time(12)) };
    outbox.turn(&kept[1].id, &[WriteState::Queued], cancel).unwrap().unwrap();
    outbox.pause("main", "401", time(13)).unwrap();
    outbox.note("audit.export", json!({ "lines": 9, "share": 0.1 }), time(14)).unwrap();
    place
}

#[test]
fn an_untouched_log_proves_itself() {
    let outbox = lived();
    let outbox = outbox.open();
    let lines = outbox.audit(0, 100).unwrap();
    let what: Vec<_> = lines.iter().map(|line| line.what.as_str()).collect();
    let expected = [
        "decided",
        "decided",
        "sending",
        "retrying",
        "sending",
        "accepted",
        "confirmed",
        "cancelled",
        "paused",
        "audit.export",
    ];
    assert_eq!(what, expected);
    let proof = outbox.verify().unwrap();
    assert_eq!((proof.entries, proof.broken, proof.head.as_str()), (10, None, lines[9].hash.as_str()));
    assert_eq!(outbox.audit(7, 2).unwrap(), lines[7..9]);
}

/// What docs/outbox.md tells others to do with an exported line: if this has to be changed, so has that page.
#[test]
fn an_exported_log_can_be_checked_by_another_program() {
    let place = lived();
    let exported: Vec<Value> =
        place.open().audit(0, 100).unwrap().iter().map(|line| serde_json::to_value(line).unwrap()).collect();
    let mut prev = "0".repeat(64);
    for line in exported {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let (seq, by, detail) = (line["seq"].to_string(), line["by"].to_string(), line["detail"].to_string());
        let texts = [prev, seq, text("at"), text("what"), text("write"), by, detail];
        prev = format!("{:x}", Sha256::digest(texts.join("\n")));
        assert_eq!(text("hash"), prev);
    }
}

/// Another tool: no trigger and no foreign key stands in its way.
fn tamper(place: &Place, sql: &str) {
    let conn = Connection::open(place.path()).unwrap();
    conn.pragma_update(None, "foreign_keys", false).unwrap();
    let mut triggers =
        conn.prepare("SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger'").unwrap();
    let drops: Vec<String> = triggers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    conn.execute_batch(&drops.join(";")).unwrap();
    conn.execute_batch(sql).unwrap();
}

#[test]
fn whatever_is_edited_with_another_tool_is_found() {
    let (origin, last) = (lived(), "(SELECT max(id) FROM writes)");
    for (sql, line, why) in [
        ("UPDATE audit SET what = 'queued' WHERE line = 3", 3, "it was changed"),
        ("UPDATE audit SET detail = replace(detail, 'loops', 'works') WHERE line = 2", 2, "it was changed"),
        ("UPDATE audit SET by = replace(by, 'bob', 'eve') WHERE line = 8", 8, "it was changed"),
        ("UPDATE audit SET at = '1970-01-01T00:00:07Z' WHERE line = 5", 5, "it was changed"),
        ("UPDATE audit SET write = NULL WHERE line = 7", 7, "it was changed"),
        ("UPDATE audit SET hash = upper(hash) WHERE line = 4", 4, "it was changed"),
        ("DELETE FROM audit WHERE line = 9", 9, "missing"),
        ("DELETE FROM audit WHERE line = 1", 1, "missing"),
        ("DELETE FROM audit WHERE line > 8", 9, "cut off"),
        (
            "UPDATE turns SET verdict = replace(verdict, 'busy', 'fine') WHERE line = 4",
            4,
            "turn it tells of was changed",
        ),
        ("UPDATE turns SET due_at = due_at + 1 WHERE line = 4", 4, "turn it tells of was changed"),
        ("UPDATE turns SET attempt = 0 WHERE line = 5", 5, "turn it tells of was changed"),
        ("UPDATE turns SET memory = '{}' WHERE line = 5", 5, "turn it tells of was changed"),
        ("UPDATE turns SET by = replace(by, 'ann', 'eve') WHERE line = 1", 1, "turn it tells of was changed"),
        ("UPDATE turns SET \"from\" = 'retrying' WHERE line = 3", 3, "turn it tells of was changed"),
        ("DELETE FROM turns WHERE line = 6", 6, "turn it tells of is missing"),
        (
            "INSERT INTO turns SELECT 11, write, at, \"from\", \"to\", 0, NULL, by, NULL, NULL FROM turns WHERE line = 8",
            11,
            "no such line",
        ),
        (&format!("UPDATE writes SET state = 'queued' WHERE id = {last}"), 8, "does not stand where"),
        (&format!("UPDATE writes SET due_at = 5 WHERE id = {last}"), 8, "does not stand where"),
        ("UPDATE writes SET attempts = 1 WHERE attempts = 2", 7, "does not stand where"),
        ("UPDATE writes SET verdict = NULL WHERE attempts = 2", 7, "does not stand where"),
        ("UPDATE writes SET memory = '{}' WHERE attempts = 2", 7, "does not stand where"),
        ("UPDATE writes SET updated_at = 1 WHERE attempts = 2", 7, "does not stand where"),
        (
            &format!("UPDATE writes SET intent = replace(intent, 'suspend', 'delete') WHERE id = {last}"),
            2,
            "write it tells of was changed",
        ),
        (&format!("UPDATE writes SET target = 'z' WHERE id = {last}"), 2, "write it tells of was changed"),
        (&format!("UPDATE writes SET created_at = 7 WHERE id = {last}"), 2, "write it tells of was changed"),
        (&format!("DELETE FROM writes WHERE id = {last}"), 2, "write it tells of is missing"),
        (
            "INSERT INTO writes SELECT '01FORGED', created_at, connection, collection, target, state, updated_at, attempts, due_at, memory, verdict, intent FROM writes LIMIT 1",
            0,
            "has no line",
        ),
    ] {
        let place = Place::new();
        std::fs::copy(origin.path(), place.path()).unwrap();
        tamper(&place, sql);
        let proof = place.open().verify().unwrap();
        let (at, told) = proof.broken.unwrap_or_else(|| panic!("not noticed: {sql}"));
        assert!(at == line && told.contains(why), "{sql}: line {at}: {told}");
    }
}

#[test]
fn what_is_kept_can_be_edited_by_nobody() {
    let place = lived();
    let conn = Connection::open(place.path()).unwrap();
    for sql in [
        "UPDATE writes SET id = 'x'",
        "UPDATE writes SET intent = '{}'",
        "UPDATE writes SET target = 'z', state = 'wedged'",
        "UPDATE writes SET connection = 'lab'",
        "UPDATE writes SET collection = 'runs'",
        "UPDATE writes SET created_at = 0",
        "UPDATE writes SET state = 'queued' WHERE state = 'cancelled'",
        "UPDATE writes SET attempts = 0 WHERE state = 'confirmed'",
        "DELETE FROM writes",
        "INSERT OR REPLACE INTO writes SELECT * FROM writes",
        "UPDATE turns SET at = 0",
        "DELETE FROM turns",
        "INSERT OR REPLACE INTO turns SELECT * FROM turns",
        "UPDATE audit SET what = 'x'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit",
    ] {
        let error = conn.execute_batch(sql).unwrap_err().to_string();
        assert!(error.contains("never") || error.contains("does not move"), "{sql}: {error}");
    }
    assert!(conn.execute_batch("UPDATE writes SET state = 'flying'").is_err());
    assert_eq!(place.open().verify().unwrap().broken, None);
}

#[test]
fn a_finished_write_moves_no_more() {
    for end in [WriteState::Confirmed, WriteState::Cancelled, WriteState::Discarded] {
        let place = Place::new();
        let outbox = place.open();
        let id = outbox.append(vec![suspend("a")], time(1)).unwrap().remove(0).id;
        outbox.turn(&id, &[WriteState::Queued], Turn::to(end, time(2))).unwrap().unwrap();
        assert!(outbox.turn(&id, &WriteState::ALL, Turn::to(WriteState::Queued, time(3))).is_err());
        assert_eq!(outbox.get(&id).unwrap().unwrap().state, end);
        // The refusal left nothing behind, and the next is not held up by it.
        assert_eq!(outbox.append(vec![suspend("b")], time(4)).unwrap().len(), 1);
        let proof = outbox.verify().unwrap();
        assert_eq!((proof.entries, proof.broken), (3, None));
    }
}
