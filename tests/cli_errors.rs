//! What is told when something is wrong: message, hint, exit code, and the same as JSON.

use std::fs::File;

use crate::cli_harness::Home;

#[test]
fn a_wrong_command_line_is_told_in_the_form_that_was_asked_for() {
    let home = Home::new();
    let plain = home.qd(&["sync", "--evrey", "5s"]);
    assert_eq!((plain.code, plain.out.as_str()), (2, ""));
    assert!(plain.err.starts_with("qd: unexpected argument '--evrey' found\n  hint: "), "{}", plain.err);
    let said = home.qd(&["sync", "--watch", "--json"]);
    assert_eq!((said.code, said.error()["hint"].as_str()), (2, Some("--ndjson tells each event on a line")));
    for form in ["--json", "--ndjson"] {
        let said = home.qd(&["sync", form, "--evrey", "5s"]);
        assert_eq!((said.code, said.out.as_str()), (2, ""));
        let error = said.error();
        assert_eq!((error["code"].as_u64(), error["kind"].as_str()), (Some(2), Some("usage")));
        assert_eq!(error["retryable"], false);
    }
}

#[test]
fn a_number_or_an_id_that_cannot_be_is_named() {
    let home = Home::new();
    let said = home.qd(&["agents", "list", "--limit", "-1"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("'-1' for '--limit"), "{}", said.err);
    let said = home.qd(&["agents", "show", ""]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("cannot be empty"), "{}", said.err);
}

#[test]
fn a_folder_that_cannot_be_written_is_found_by_the_doctor() {
    let home = Home::new();
    let file = home.write("file", 0o600, "");
    let said = home.qd_with(("QD_HOME", &file.display().to_string()), &["doctor"]);
    assert_eq!(said.code, 5, "{said:?}");
    assert!(said.out.contains("nothing can be written to"), "{said:?}");
}

#[test]
fn help_and_version_are_answers() {
    let home = Home::new();
    for args in [["--help"].as_slice(), &["sync", "--help"], &["--version"], &["workflows", "list", "--help"]] {
        let said = home.qd(args);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{args:?}");
        assert!(said.out.len() > 3, "{args:?}");
    }
}

#[test]
fn a_word_that_is_no_command_gets_the_nearest_that_is() {
    let home = Home::new();
    let said = home.qd(&["agnets", "list"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `qd agents`?"), "{}", said.err);
    let said = home.qd(&["workflow", "list", "--json"]);
    assert_eq!((said.code, said.error()["hint"].as_str()), (2, Some("did you mean `qd workflows`?")));
}

#[test]
fn an_escape_sequence_on_the_command_line_does_not_come_back() {
    let home = Home::new();
    for args in [["\u{1b}[2J\u{202e}"].as_slice(), &["connect", "test", "\u{9b}31m"], &["sync", "--\u{1b}]0;x\u{7}"]] {
        let said = home.qd(args);
        assert!([2, 9].contains(&said.code), "{said:?}");
        assert!(!said.err.chars().any(|c| c != '\n' && quarterdeck_sync::text::is_hidden(c)), "{said:?}");
    }
}

#[test]
fn a_wrong_setting_is_told_with_its_place() {
    let home = Home::new();
    home.write("config.toml", 0o600, "theme = \"dark\"\nreserve = 3.0\n");
    home.write(
        "connections.toml",
        0o600,
        "[connections.a]\nplatform = \"turen\"\nurl = \"https://127.0.0.1:1/\"\nsecret = \"env:A\"\n",
    );
    let said = home.qd(&["sync", "--json"]);
    let error = said.error();
    assert_eq!((said.code, error["kind"].as_str()), (2, Some("config")));
    assert!(error["message"].as_str().unwrap().contains("config.toml:2:11: "), "{error}");
    assert_eq!(home.qd(&["completions", "bash"]).code, 0, "what needs no settings works without them");
}

#[test]
fn a_connection_that_is_not_there_is_not_found() {
    let home = Home::new();
    home.write(
        "connections.toml",
        0o600,
        "[connections.prod]\nplatform = \"turen\"\nurl = \"https://127.0.0.1:1/\"\nsecret = \"env:A\"\n",
    );
    let said = home.qd(&["sync", "prdo", "--json"]);
    assert_eq!(said.code, 9);
    assert_eq!(said.error()["hint"], "did you mean prod? there are: prod");
    assert_eq!(home.qd(&["connect", "remove", "prdo"]).code, 9);
    assert_eq!(home.qd(&["platform", "show", "nowhere"]).code, 9);
}

#[test]
fn without_a_connection_sync_says_how_to_get_one() {
    let said = Home::new().qd(&["sync"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("qd connect add") && said.err.contains("qd demo"), "{}", said.err);
}

#[test]
fn whoever_holds_the_lease_is_named() {
    let home = Home::new();
    home.write(
        "connections.toml",
        0o600,
        "[connections.a]\nplatform = \"turen\"\nurl = \"https://127.0.0.1:1/\"\nsecret = \"env:A\"\n",
    );
    let words = r#"{"pid":4242,"host":"deck\u001b[2J","since":"2026-01-02T03:04:05Z","command":"console"}"#;
    let path = home.write("sync.lock", 0o600, words);
    let lock = File::options().read(true).write(true).open(path).unwrap();
    lock.lock().unwrap();
    let said = home.qd(&["sync", "--json"]);
    assert_eq!((said.code, said.out.as_str()), (10, ""));
    let error = said.error();
    assert_eq!((error["kind"].as_str(), error["retryable"].as_bool()), (Some("held"), Some(true)));
    assert!(error["message"].as_str().unwrap().contains("process 4242 on deck"), "{error}");
    let doctor = home.qd(&["doctor"]);
    assert!(doctor.out.contains("process 4242 on deck␛[2J"), "{}", doctor.out);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let home = Home::new();
    let mut child = home.command(&["man", "--markdown"]).spawn().unwrap();
    drop(child.stdout.take());
    let said = crate::cli_harness::Said::from(child.wait_with_output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn a_filter_of_the_log_that_cannot_be_is_told() {
    let said = Home::new().qd_with(("QD_LOG", "quarterdeck=loud"), &["connect", "list"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("QD_LOG"), "{}", said.err);
}

#[test]
fn without_a_home_of_its_own_everything_goes_where_xdg_says() {
    let home = Home::new();
    let below = |name: &str| home.path().join(name);
    let mut command = home.command(&["connect", "add", "a", "--platform", "turen", "--secret", "env:K"]);
    command.env_remove("QD_HOME").env("HOME", home.path());
    command.env("XDG_CONFIG_HOME", below("c")).env("XDG_DATA_HOME", below("d")).env("XDG_STATE_HOME", below("s"));
    let said = crate::cli_harness::Said::from(command.output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(below("c/quarterdeck/connections.toml").exists());
    if cfg!(unix) {
        assert_eq!(quarterdeck::config::mode(&below("c/quarterdeck")), Some(0o700));
    }
}

#[test]
fn the_console_says_what_it_lacks_when_there_is_no_terminal() {
    let home = Home::new();
    let said = home.qd(&[]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("needs a terminal"), "{said:?}");
    let said = home.qd(&["demo", "--json"]);
    assert_eq!((said.code, said.error()["hint"].as_str()), (2, Some("qd demo --headless needs none")));
}

#[cfg(unix)]
#[test]
fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let home = Home::new();
    home.write(
        "connections.toml",
        0o644,
        "[connections.a]\nplatform = \"turen\"\nurl = \"https://127.0.0.1:1/\"\nsecret = \"env:NONE\"\n",
    );
    home.write("platforms/mine.toml", 0o600, "name = 3\n");
    let said = home.qd(&["doctor", "--json"]);
    assert_eq!(said.code, 5, "{said:?}");
    let report = said.json();
    let state = |name: &str| {
        let found = report["items"].as_array().unwrap().iter().find(|item| item["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {report}"))["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state("connections"), "warning");
    assert_eq!(state("connection a"), "bad");
    assert_eq!(state("manifest"), "bad");
    assert_eq!(state("lease"), "ok");
    assert!(said.out.contains("chmod 600"), "{}", said.out);
    assert_eq!(Home::new().qd(&["doctor"]).code, 0);
}
