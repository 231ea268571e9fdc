//! Questions to a person, on a real pty.

use std::io::{Read, Write};
use std::path::Path;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use quarterdeck_sim::Options;

use crate::cli_harness::Home;
use crate::fleet::Fleet;

/// Runs `qd` on a terminal and types each answer once its question stands there; returns what was seen and the exit code.
fn converse(home: &Home, args: &[&str], answers: &[(&str, &str)]) -> (String, u32) {
    converse_with(home.path(), &[], args, answers)
}

/// The same in a home of any sort, and with more variables.
pub fn converse_with(
    home: &Path,
    variables: &[(&str, &str)],
    args: &[&str],
    answers: &[(&str, &str)],
) -> (String, u32) {
    let pty = native_pty_system().openpty(PtySize { rows: 24, cols: 160, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_qd"));
    command.args(args);
    command.env_clear();
    command.env("QD_HOME", home);
    variables.iter().for_each(|(name, value)| command.env(name, value));
    command.env("TERM", "xterm");
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/qd-tests");
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let (mut reader, mut writer) = (pty.master.try_clone_reader().unwrap(), pty.master.take_writer().unwrap());
    let (mut seen, mut read_to) = (Vec::new(), 0);
    let mut answers = answers.iter();
    let mut next = answers.next();
    let mut buffer = [0; 1024];
    // On Linux the end of the other side is an error.
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        seen.extend_from_slice(&buffer[..count]);
        if let Some((question, answer)) = next
            && let Some(at) = String::from_utf8_lossy(&seen[read_to..]).find(question)
        {
            read_to += at + question.len();
            writer.write_all(format!("{answer}\r").as_bytes()).unwrap();
            next = answers.next();
        }
    }
    assert!(next.is_none(), "not asked: {next:?} in {}", String::from_utf8_lossy(&seen));
    (String::from_utf8_lossy(&seen).into_owned(), child.wait().unwrap().exit_code())
}

const ADD: [&str; 7] = ["connect", "add", "a", "--platform", "turen", "--url", "http://127.0.0.1:9"];

#[test]
fn a_person_is_asked_where_the_secret_is() {
    let home = Home::new();
    let (seen, code) = converse(&home, &ADD, &[("> ", "1"), ("Name of the variable: ", "TUREN_KEY")]);
    assert_eq!(code, 0, "{seen}");
    assert_eq!(home.qd(&["connect", "list", "--json"]).json()["items"][0]["secret"], "env:TUREN_KEY");
}

#[test]
fn a_secret_that_is_typed_is_not_seen() {
    let home = Home::new();
    let typed = "sk_live_fake_typed_0001";
    let (seen, code) =
        converse(&home, &[ADD.as_slice(), &["--secret", "keyring"]].concat(), &[("(not shown): ", typed)]);
    assert_eq!(code, 3, "{seen}");
    assert!(seen.contains("keyring (service quarterdeck, account a)"), "{seen}");
    assert!(!seen.contains(typed), "{seen}");
    assert!(!String::from_utf8_lossy(&home.everything_but(&[])).contains(typed));
}

#[test]
fn a_person_who_leaves_changes_nothing() {
    let home = Home::new();
    let (seen, code) =
        converse(&home, &[ADD.as_slice(), &["--secret", "keyring"]].concat(), &[("(not shown): ", "\u{3}")]);
    assert_ne!(code, 0, "{seen}");
    assert_eq!(home.qd(&["connect", "list", "--json"]).json()["items"], serde_json::json!([]));
}

#[test]
fn what_is_to_be_done_to_many_is_shown_by_ids_and_asked_about() {
    let fleet = Fleet::new(Options { hostile: true, ..Options::default() }, &["turen"]);
    let synced = fleet.qd(&["sync"]);
    assert!(matches!(synced.code, 0 | 5), "{synced:?}");
    let rows = fleet.sim.truth("turen", "agents");
    let active: Vec<&str> =
        rows.iter().filter(|row| row["status"] == "active").filter_map(|row| row["id"].as_str()).collect();
    let bulk = ["agents", "suspend", "--where", "status:active", "--queue"];
    let question = format!("suspend {} records? [y/N] ", active.len());
    let (seen, code) = converse(fleet.own(), &bulk, &[(question.as_str(), "n")]);
    assert_eq!((code, fleet.qd(&["outbox", "list", "--ndjson"]).out.as_str()), (5, ""), "{seen}");
    assert!(active.iter().all(|id| seen.contains(&format!("  turen/{id}"))), "{seen}");
    for row in &rows {
        let name = row["hostname"].as_str().expect("a name that somebody chose");
        assert!(!seen.contains(name), "a question quotes no text of a record: {seen}");
    }
    let (seen, code) = converse(fleet.own(), &bulk, &[(question.as_str(), "y")]);
    assert_eq!((code, fleet.qd(&["outbox", "list", "--ndjson"]).out.lines().count()), (6, active.len()), "{seen}");
}

#[test]
fn what_cannot_be_taken_back_is_asked_about_by_name() {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    let synced = fleet.qd(&["sync"]);
    assert!(matches!(synced.code, 0 | 5), "{synced:?}");
    let rows = fleet.sim.truth("turen", "agents");
    let agent = rows.iter().find(|row| row["status"] == "active").and_then(|row| row["id"].as_str()).expect("an agent");
    let delete = ["agents", "delete", agent, "--hard"];
    let (seen, code) = converse(fleet.own(), &delete, &[("delete 1 record? [y/N] ", "")]);
    assert_eq!((code, fleet.sim.applied().len()), (5, 0), "silence is no yes: {seen}");
    assert!(seen.contains(&format!("  turen/{agent}")), "{seen}");
    let (seen, code) = converse(fleet.own(), &delete, &[("delete 1 record? [y/N] ", "yes")]);
    assert_eq!((code, fleet.sim.applied().len()), (0, 1), "{seen}");
}
