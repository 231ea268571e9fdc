//! Questions to a person, on a real pty.

use std::io::{Read, Write};
use std::path::Path;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::cli_harness::Home;

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
