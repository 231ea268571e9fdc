//! Connections: what may be added, where secrets are, and that they are nowhere else.

use crate::cli_harness::{Home, Said};

const KEY: &str = "sk_live_fake_planted_0001";
const URL: &str = "http://127.0.0.1:9/api/v1";

fn add(home: &Home, name: &str, secret: &str) -> Said {
    home.qd(&["connect", "add", name, "--platform", "turen", "--url", URL, "--secret", secret, "--json"])
}

#[test]
fn a_connection_is_kept_without_its_secret() {
    let home = Home::new();
    let file = home.write("keys/turen", 0o600, &format!("{KEY}\n"));
    let place = format!("file:{}", file.display());
    let said = add(&home, "prod", &place);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.json()["item"]["secret"], place);
    let said = home.qd(&["connect", "list", "--json"]);
    let item = &said.json()["items"][0];
    assert_eq!((item["name"].as_str(), item["platform"].as_str()), (Some("prod"), Some("turen")));
    assert_eq!(item["url"], "http://127.0.0.1:9/api/v1");
    assert_eq!(item["user"], serde_json::Value::Null);
    if cfg!(unix) {
        assert_eq!(quarterdeck::config::mode(&home.path().join("connections.toml")), Some(0o600));
    }
    for args in [["connect", "test", "prod"].as_slice(), &["sync"], &["doctor"], &["connect", "list"]] {
        let said = home.qd(args);
        assert!(!said.out.contains(KEY) && !said.err.contains(KEY), "{said:?}");
    }
    let kept = home.everything_but(&[&file]);
    assert!(!kept.windows(KEY.len()).any(|window| window == KEY.as_bytes()));
}

#[cfg(unix)]
#[test]
fn a_secret_file_that_others_may_read_is_refused_with_what_to_do() {
    let home = Home::new();
    let file = home.write("key", 0o644, KEY);
    let said = add(&home, "prod", &format!("file:{}", file.display()));
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.error()["hint"].as_str().unwrap().contains("chmod 600"), "{said:?}");
    assert_eq!(home.qd(&["connect", "list", "--json"]).json()["items"], serde_json::json!([]));
}

#[test]
fn a_secret_typed_instead_of_its_place_is_not_repeated() {
    let home = Home::new();
    let said = add(&home, "prod", KEY);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(!said.err.contains(KEY), "{said:?}");
    for word in ["env:", "command:", "file:", "keyring"] {
        assert!(said.err.contains(word), "{said:?}");
    }
}

#[test]
fn a_variable_may_be_missing_for_now_and_a_command_may_not() {
    let home = Home::new();
    let said = add(&home, "later", "env:QD_TEST_KEY");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("warning: env:QD_TEST_KEY: the variable is not set"), "{said:?}");
    let said = add(&home, "now", "command:exit 7");
    assert_eq!((said.code, said.error()["kind"].as_str()), (3, Some("secret")), "{said:?}");
    let said = home.qd(&["connect", "test", "later", "--json"]);
    assert_eq!((said.code, said.error()["kind"].as_str()), (3, Some("secret")), "{said:?}");
}

#[test]
fn a_key_of_the_wrong_sort_is_refused_with_the_reason() {
    let home = Home::new();
    for key in ["rk_live_fake_planted_0002", "as_live_fake_planted_0003"] {
        let said = home.qd_with(
            ("K", key),
            &["connect", "add", "prod", "--platform", "turen", "--url", URL, "--secret", "env:K", "--json"],
        );
        assert_eq!(said.code, 2, "{said:?}");
        let message = said.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(&key[..8]) && !message.contains(key), "{message}");
    }
    assert_eq!(home.qd(&["connect", "list", "--json"]).json()["items"], serde_json::json!([]));
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let home = Home::new();
    let said = home.qd_with(
        ("K", KEY),
        &["connect", "add", "prod", "--platform", "turen", "--url", "http://turen.example.com", "--secret", "env:K"],
    );
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("http"), "{said:?}");
}

#[test]
fn a_pasted_address_is_brought_into_form_and_may_change_the_platform() {
    let home = Home::new();
    let said = home.qd_with(
        ("K", "ra_live_fake_planted_0004"),
        &[
            "connect",
            "add",
            "old",
            "--platform",
            "runagents",
            "--url",
            "https://api.runagents.io/?x=1#top",
            "--secret",
            "env:K",
            "--json",
        ],
    );
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.json()["item"]["platform"], "runagents-v1alpha");
    assert!(said.err.contains("runagents-v1alpha"), "{said:?}");
    assert!(!said.json()["item"]["url"].as_str().unwrap().contains(['?', '#']), "{said:?}");
}

#[test]
fn names_are_plain_and_taken_once() {
    let home = Home::new();
    assert_eq!(add(&home, "Prod", "env:K").code, 2);
    assert_eq!(add(&home, "prod", "env:K").code, 0);
    let said = add(&home, "prod", "env:K");
    assert_eq!((said.code, said.error()["kind"].as_str()), (2, Some("usage")), "{said:?}");
}

#[test]
fn a_platform_tells_what_can_be_done_on_it_and_what_it_lacks() {
    let home = Home::new();
    let said = home.qd(&["platform", "show", "exo"]);
    assert_eq!(said.code, 0, "{said:?}");
    for words in [
        "PATCH /deployments/{id}, or PUT /deployments/{id}",
        "deactivate each of its deployments; stop each of its workflow-runs",
        "An answer cannot be taken back",
        "Exo cannot suspend an agent: contain it",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    let item = home.qd(&["platform", "show", "exo", "--json"]).json()["item"].clone();
    let actions = item["actions"].as_array().unwrap();
    let of = |name: &str| actions.iter().find(|action| action["name"] == name).unwrap();
    assert_eq!((&of("stop")["on"], &of("stop")["lacks"]), (&"workflow-runs".into(), &serde_json::Value::Null));
    assert_eq!((&of("stop-run")["verb"], of("stop-run")["lacks"].is_string()), (&"stop".into(), true));
}

#[test]
fn an_unknown_platform_gets_the_list_of_those_there_are() {
    let said = Home::new().qd(&["connect", "add", "a", "--platform", "turn", "--url", URL, "--secret", "env:K"]);
    assert_eq!(said.code, 2);
    for word in ["did you mean turen?", "exo", "runagents-v1alpha"] {
        assert!(said.err.contains(word), "{said:?}");
    }
}

#[test]
fn nobody_is_asked_when_nobody_is_there() {
    let said = Home::new().qd(&["connect", "add", "a", "--platform", "turen", "--url", URL]);
    assert_eq!(said.code, 2);
    for word in ["env:", "command:", "file:", "keyring"] {
        assert!(said.err.contains(word), "{said:?}");
    }
}

#[test]
fn a_user_is_given_where_one_signs_in_and_nowhere_else() {
    let said = Home::new().qd(&[
        "connect",
        "add",
        "a",
        "--platform",
        "turen",
        "--url",
        URL,
        "--user",
        "a@b.c",
        "--secret",
        "env:K",
    ]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("--user"), "{said:?}");
}

#[test]
fn a_keyring_that_cannot_be_reached_is_named_and_nothing_is_kept_elsewhere() {
    let home = Home::new();
    let args = ["connect", "add", "a", "--platform", "turen", "--url", URL, "--secret", "keyring", "--json"];
    let said = home.qd_fed(&format!("{KEY}\n"), &args);
    assert_eq!(said.code, 3, "{said:?}");
    let error = said.error();
    assert!(error["message"].as_str().unwrap().contains("keyring (service quarterdeck, account a)"), "{error}");
    assert!(!said.err.contains(KEY), "{said:?}");
    let kept = home.everything_but(&[]);
    assert!(!kept.windows(KEY.len()).any(|window| window == KEY.as_bytes()));
    assert_eq!(home.qd(&["connect", "list", "--json"]).json()["items"], serde_json::json!([]));
}

#[test]
fn a_removed_connection_is_gone() {
    let home = Home::new();
    add(&home, "a", "env:K");
    add(&home, "b", "env:K");
    assert_eq!(home.qd(&["connect", "remove", "a"]).code, 0);
    let left = home.qd(&["connect", "list", "--json"]).json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    assert_eq!(left["items"][0]["name"], "b");
}

#[test]
fn a_connection_whose_secret_is_missing_fails_alone() {
    let home = Home::new();
    add(&home, "a", "env:QD_TEST_NONE");
    let said = home.qd(&["sync", "--json"]);
    assert_eq!(said.code, 3, "{said:?}");
    let item = &said.json()["items"][0];
    assert_eq!((item["connection"].as_str(), item["error"]["kind"].as_str()), (Some("a"), Some("secret")));
    assert_eq!(item["lists"], serde_json::json!([]));
}
