//! JSON stays JSON, and nothing hides in it.

use super::super::{mask, mask_json, mask_json_under, mask_under};
use super::{ALNUM, HEX, chance};

fn token() -> String {
    format!("{}{}", "ghp_", chance(1, ALNUM, 36))
}

#[test]
fn everything_but_the_secret_stays_byte_for_byte() {
    let token = token();
    let json = format!("{{ \"a\\u00fc\" : [ 1.50 ,\n \"x\\ny \\ud800 {token}\\u001b z\" ], \"{token}\": null }}");
    let masked = "{ \"a\\u00fc\" : [ 1.50 ,\n \"x\\ny \\ud800 ‹masked: github-pat›\\u001b z\" ], \"‹masked: github-pat›\": null }";
    assert_eq!(mask_json(&json), masked);
}

#[test]
fn an_escape_hides_nothing() {
    let escaped: String = token().chars().map(|c| format!("\\u{:04x}", c as u32)).collect();
    assert_eq!(mask_json(&format!("{{\"a\":\"{escaped}\"}}")), "{\"a\":\"‹masked: github-pat›\"}");
    let url = "{\"a\":\"postgres:\\/\\/me:hunter2@db\\/app\"}";
    assert_eq!(mask_json(url), "{\"a\":\"postgres:\\/\\/me:‹masked: url-password›@db\\/app\"}");
}

#[test]
fn what_is_written_otherwise_hides_nothing_before_the_first_word_that_leads_to_a_secret() {
    let late = token();
    let pointer = format!(r#"{{"path":"/http:~1~1x","value":"me:hunter2s3cr3t@host","b":"{late}"}}"#);
    assert!(!mask_json(&pointer).contains("hunter2"), "{}", mask_json(&pointer));
    // It is no escape of JSON's, and read as what it stands before.
    let (head, tail) = late.split_at(2);
    let odd = format!(r#"["{head}\{tail}","{late}"]"#);
    assert!(!mask_json(&odd).contains(&tail[4..]), "{}", mask_json(&odd));
}

#[test]
fn a_key_over_lines_is_found_in_a_string() {
    let body: String = (0..10).map(|line| chance(line + 20, ALNUM, 64) + "\\n").collect();
    let json = format!(
        "{{\"private_key\":\"-----{0} PRIVATE KEY-----\\n{body}-----{1} PRIVATE KEY-----\\n\"}}",
        "BEGIN", "END"
    );
    assert_eq!(mask_json(&json), "{\"private_key\":\"‹masked: private-key›\"}".replace("›\"", "›\\n\""));
}

#[test]
fn json_in_strings_is_looked_into() {
    let inner = serde_json::json!({"env": {"DB_PASSWORD": "hunter2!x"}, "n": 1}).to_string();
    let middle = serde_json::json!({"arguments": inner}).to_string();
    let outer = serde_json::json!({"tool_calls_json": middle}).to_string();
    let masked = mask_json(&outer).into_owned();
    assert!(!masked.contains("hunter2"), "{masked}");
    let outer: serde_json::Value = serde_json::from_str(&masked).unwrap();
    let middle: serde_json::Value = serde_json::from_str(outer["tool_calls_json"].as_str().unwrap()).unwrap();
    let inner: serde_json::Value = serde_json::from_str(middle["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(inner["env"]["DB_PASSWORD"], "‹masked: password›");
    assert_eq!(inner["n"], 1);
}

#[test]
fn the_name_of_a_value_counts() {
    let value = chance(3, ALNUM, 32);
    let hex = chance(4, HEX, 32);
    for (json, masked) in [
        (format!("{{\"api_key\":\"{value}\"}}"), "{\"api_key\":\"‹masked: assigned-secret›\"}"),
        (format!("{{\"Authorization\":\"Bearer {value}\"}}"), "{\"Authorization\":\"Bearer ‹masked: bearer-token›\"}"),
        (
            format!("{{\"name\":\"API_TOKEN\",\"value\":\"{value}\"}}"),
            "{\"name\":\"API_TOKEN\",\"value\":\"‹masked: assigned-secret›\"}",
        ),
        (format!("[\"login\",\"--password\",\"{value}\"]"), "[\"login\",\"--password\",\"‹masked: password›\"]"),
        (format!("{{\"DD_API_KEY\":\"{hex}\"}}"), "{\"DD_API_KEY\":\"‹masked: datadog-key›\"}"),
        ("{\"password\":\"a\\\"b 9;c&d\"}".to_owned(), "{\"password\":\"‹masked: password›\"}"),
    ] {
        assert_eq!(mask_json(&json), masked);
        // Whoever takes it for text finds it too.
        assert_eq!(mask(&json), masked);
    }
    let harmless =
        "{\"next_page_token\":\"CAEQAhgDIAQoBTAGOAdACEgJ\",\"token_count\":\"123456789012\",\"password\":null}";
    assert_eq!(mask_json(harmless), harmless);
}

#[test]
fn short_names_count_as_whole_words() {
    let value = chance(7, ALNUM, 32);
    for (name, rule) in [
        ("pass", "password"),
        ("PASS", "password"),
        ("pw", "password"),
        ("smtpPass", "password"),
        ("user_pw", "password"),
        ("auth", "assigned-secret"),
        ("bearer", "assigned-secret"),
        ("Bearer", "assigned-secret"),
        ("cookie", "cookie"),
        ("Cookie", "cookie"),
        ("set-cookie", "cookie"),
    ] {
        let json = format!("{{\"{name}\":\"{value}\"}}");
        let masked = format!("{{\"{name}\":\"‹masked: {rule}›\"}}");
        assert_eq!(mask_json(&json), masked, "{name}");
        assert_eq!(mask(&json), masked, "{name}");
        assert_eq!(mask_under(name, &value), format!("‹masked: {rule}›"), "{name}");
    }
    assert_eq!(mask_json("{\"pass\":\"hunter2\"}"), "{\"pass\":\"‹masked: password›\"}");
    for name in ["cookie", "Cookie", "setCookie"] {
        let json = format!("{{\"{name}\":\"theme=dark; sid={value}\"}}");
        assert_eq!(mask_json(&json), format!("{{\"{name}\":\"‹masked: cookie›\"}}"), "{name}");
    }
    let nested = serde_json::json!({"input": format!("{{\"pass\": \"{value}\"}}")}).to_string();
    assert!(!mask_json(&nested).contains(&value));
}

#[test]
fn text_that_is_no_json_is_read_as_far_as_it_goes() {
    let token = token();
    for text in ["\"", "{\"a", "[\"\\", "{\"a\":\"\\u12", "]}\"x\":", "\\", "\"\\ud83d\\u\""] {
        assert_eq!(mask_json(text), text);
        let with = format!("{text} \"{token}\" \"{token}");
        assert!(!mask(&with).contains(&token), "{text}");
    }
    let deep = format!("{}\"{token}\"{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!mask_json(&deep).contains(&token));
}

#[test]
fn the_items_of_a_list_stand_under_its_name() {
    let (one, two) = (chance(5, ALNUM, 32), chance(6, ALNUM, 32));
    let masked = mask_json(&format!("{{\"api_keys\":[\"{one}\",[\"{two}\"]],\"n\":[\"{one}\"]}}")).into_owned();
    let mark = "‹masked: assigned-secret›";
    assert_eq!(masked, format!("{{\"api_keys\":[\"{mark}\",[\"{mark}\"]],\"n\":[\"{one}\"]}}"));
}

#[test]
fn a_difference_is_masked_by_the_place_it_is_about() {
    let json = r#"{"at":"/rules/0/db_password","base":"hunter2!x","mine":"hunter3!y","theirs":null}"#;
    let masked =
        r#"{"at":"/rules/0/db_password","base":"‹masked: password›","mine":"‹masked: password›","theirs":null}"#;
    assert_eq!(mask_json(json), masked);
    let patch =
        r#"[{"op":"replace","path":"/db_password/1","value":"hunter2!x"},{"path":"/name","value":"hunter2!x"}]"#;
    assert_eq!(mask_json(patch), patch.replacen("hunter2!x", "‹masked: password›", 1));
    let pairs = r#"[["/db_password","hunter2!x"],["/name","hunter2!x"]]"#;
    assert_eq!(mask_json(pairs), pairs.replacen("hunter2!x", "‹masked: password›", 1));
}

#[test]
fn a_value_apart_from_its_name_is_masked_as_beside_it() {
    for name in ["db_password", "/env/db_password", "/db_password/0", "/a~1b/password"] {
        assert_eq!(mask_under(name, "hunter2!x"), "‹masked: password›", "{name}");
        assert_eq!(mask_json_under(name, "\"hunter2!x\""), "\"‹masked: password›\"", "{name}");
        assert_eq!(mask_json_under(name, "[\"hunter2!x\",7]"), "[\"‹masked: password›\",7]", "{name}");
    }
    assert_eq!(mask_under("title", "hunter2!x"), "hunter2!x");
    let doc = r#"{"title":"hunter2!x","env":{"PASSWORD":"hunter2!x"}}"#;
    assert_eq!(mask_json_under("", doc), doc.replace(r#"D":"hunter2!x"#, r#"D":"‹masked: password›"#));
}

#[test]
fn a_name_as_long_as_a_text_is_not_kept_for_every_list_in_it() {
    let name = format!("\\u0041{}", "password".repeat(10_000));
    let json = format!("{{\"{name}\":{}\"x\"{}}}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(mask_json(&json), json);
}
