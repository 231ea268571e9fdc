use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn said(raw: &str) -> Option<String> {
    Json::of(raw).string().map(Cow::into_owned)
}

#[test]
fn a_string_says_what_was_meant_and_half_a_character_spoils_nothing() {
    for (raw, text) in [
        (r#""plain""#, "plain"),
        (r#""a\n\t\"\\\/\u00e9""#, "a\n\t\"\\/é"),
        (r#""\ud83d\ude00""#, "😀"),
        (r#""cut \ud83d""#, "cut \u{fffd}"),
        (r#""\ude00\ud83d\u0041""#, "\u{fffd}\u{fffd}A"),
        (r#""\u0000""#, "\0"),
        (r#""\q \u12 \uzzzz""#, "\\q \u{fffd}12 \u{fffd}zzzz"),
        ("\"\\é\"", "\\é"),
    ] {
        assert_eq!(said(raw).as_deref(), Some(text), "{raw}");
    }
}

#[test]
fn the_later_of_two_fields_counts_and_null_is_no_field() {
    let object = Json::of(r#"{"a": 1, "b": null, "a": 2}"#).object().unwrap();
    assert_eq!(object.get("a").and_then(Json::count), Some(2));
    assert!(!object.holds("b"));
}

#[test]
fn numbers_that_do_not_fit_are_none() {
    let count = |raw| Json::of(raw).count();
    assert_eq!(count("18446744073709551615"), Some(u64::MAX));
    assert_eq!(count("\"12\""), Some(12));
    assert_eq!(count("1.5e3"), Some(1500));
    for raw in ["18446744073709551616000", "-1", "1e999", "nan", "inf", "true", "[]", "\"many\""] {
        assert_eq!(count(raw), None, "{raw}");
    }
}

#[test]
fn what_is_not_json_between_fields_makes_no_object() {
    for raw in ["{", "{]", r#"{"a" 1}"#, r#"{"a":1 "b":2}"#, r#"{a:1}"#, r#"{"a":}"#, "[]", "null", ""] {
        assert!(Json::of(raw).object().is_none(), "{raw}");
    }
}

#[test]
fn json_reads_as_lines() {
    let raw = r#"{"command": "a\nb", "n": 1, "none": null, "list": ["x", {"y": true}], "deep": {"z": ""}}"#;
    assert_eq!(readable(raw, &[]), "command: a\nb\nn: 1\nlist:\nx\ny: true\ndeep:\nz: ");
    assert_eq!(readable(raw, &["command", "list", "deep"]), "n: 1");
    assert_eq!(readable("not json", &[]), "not json");
    assert_eq!(readable(r#"{"cut": "sho"#, &[]), "cut: sho");
}

/// Any JSON value, with text that needs escapes.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// What we read, as serde_json would have read it.
fn read(json: Json<'_>) -> Value {
    if let Some(object) = json.object() {
        Value::Object(object.fields().map(|(name, value)| (name.to_owned(), read(value))).collect())
    } else if json.is_array() {
        json.items().map(read).collect()
    } else if let Some(text) = json.string() {
        text.into_owned().into()
    } else {
        serde_json::from_str(json.raw()).unwrap()
    }
}

proptest! {
    #[test]
    fn valid_json_is_read_as_serde_reads_it(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        prop_assert_eq!(read(Json::of(&text)), value);
    }

    #[test]
    fn every_word_of_a_value_can_be_read(words in prop::collection::vec("[a-zé\\n\"\\\\]{1,8}", 1..6)) {
        let text = serde_json::to_string(&serde_json::json!({"a": [{"b": words}]})).unwrap();
        let lines = readable(&text, &[]);
        prop_assert!(words.iter().all(|word| lines.contains(word)));
    }

    #[test]
    fn nothing_makes_it_fail(text in "[\\[\\]{}\":,\\\\u0-9a-f é\u{0}]{0,60}") {
        let json = Json::of(&text);
        let _ = (json.string(), json.scalar(), json.number(), json.count(), json.object(), readable(&text, &["a"]));
        prop_assert!(json.items().count() <= text.len());
        let _ = json.unpacked();
    }
}
