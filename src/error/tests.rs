use super::*;

#[test]
fn what_a_platform_says_cannot_act_on_the_terminal() {
    let failure = Failure::new(Kind::BadReply, "server said \u{1b}[2J\u{202e}").hint("try \u{7}again");
    assert_eq!(failure.plain(), "qd: server said ␛[2J⟨202E⟩\n  hint: try ␇again\n");
    let json = failure.json();
    assert!(!json.trim_end().chars().any(quarterdeck_sync::text::is_hidden), "{json}");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    // Decoded, it is printed by whoever asked.
    assert_eq!(value["error"]["message"], "server said ␛[2J⟨202E⟩");
    assert_eq!(value["error"]["hint"], "try ␇again");
    assert_eq!(value["error"]["code"], 4);
    assert_eq!(value["error"]["kind"], "bad_reply");
    assert_eq!(value["error"]["retryable"], true);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let failure = Failure::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
    assert_eq!(failure.code(), Code::Done);
}
