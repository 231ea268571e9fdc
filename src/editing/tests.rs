use quarterdeck_sync::platform::Registry;
use quarterdeck_sync::platform::decode::MASKED;
use serde_json::json;

use super::*;

const POLICY: &str = r#"{"version":"v1.4.2","name":"Default","rules":{"min_scorecard":3.0,"require_provenance":false,
    "allowed_licenses":["MIT","ISC"],"review_on_new_package_days":14},"blocked_packages":["x"]}"#;

fn turen(raw: &str) -> Result<Editable, Refusal> {
    let manifest = Registry::builtin().get("turen").unwrap();
    Editable::new(&manifest, "policy", serde_json::from_str(raw).unwrap(), raw)
}

fn complaints(text: &str) -> Vec<String> {
    turen(POLICY).unwrap().read(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn the_text_holds_what_can_be_changed_and_reading_it_back_changes_nothing() {
    let editable = turen(POLICY).unwrap();
    let text = editable.text();
    assert!(text.starts_with("{\n  \"rules\": {") && text.ends_with("}\n"), "{text}");
    assert!(!text.contains("version") && text.contains("min_scorecard"));
    let edited = editable.read(&text).unwrap();
    assert_eq!((edited.doc, edited.changes, edited.notes), (editable.doc().clone(), vec![], vec![]));
    // The whole document is a text too, as `show --json` gives it.
    assert_eq!(editable.read(POLICY).unwrap().changes, []);
}

#[test]
fn an_edit_is_the_whole_document_and_its_changes() {
    let editable = turen(POLICY).unwrap();
    let text = editable.text().replace("14", "30").replace("\"MIT\"", "\"MPL-2.0\", \"MIT\"");
    let edited = editable.read(&text).unwrap();
    assert_eq!(edited.doc["version"], "v1.4.2");
    assert_eq!(edited.doc["rules"]["review_on_new_package_days"], 30);
    let at: Vec<&str> = edited.changes.iter().map(|change| change.at.as_str()).collect();
    assert_eq!(at, ["/rules/allowed_licenses", "/rules/review_on_new_package_days"]);
    let asked = Editable::asked(edited.clone(), Some("why".to_owned()), By::default());
    assert_eq!(
        (asked.verb.as_str(), &asked.args["doc"], asked.reason.as_deref()),
        ("update", &edited.doc, Some("why"))
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases: [(&str, &[&str]); 12] = [
        ("{\n  \"rules\": {\n    \"a\": 1,\n  }\n}", &["line 4, column 3: trailing comma"]),
        ("{\"rules\": {}} x", &["line 1, column 15: trailing characters"]),
        ("", &["line 1, column 1: EOF while parsing a value"]),
        ("[1]", &["line 1, column 1: this is JSON, but no object"]),
        ("{\"rules\": {\"a\": 1, \"a\": 2}}", &["\"a\" stands here twice"]),
        (
            "{\"rules\": {\"min_scorecard\":\n 3.00000000000000000001}}",
            &["line 2, column 2: 3.00000000000000000001 has more digits"],
        ),
        ("{\"rules\": {\"min_scorecard\": \"3\"}}", &["/rules/min_scorecard: a text stands where a number was"]),
        (
            "{\"rules\": {\"require_provenance\": 0}}",
            &["/rules/require_provenance: a number stands where true or false was"],
        ),
        (
            "{\"rules\": {\"allowed_licenses\": [\"MIT\", 5]}}",
            &["/rules/allowed_licenses/1: a number stands where a text was"],
        ),
        ("{\"rules\": []}", &["/rules: a list stands where an object was"]),
        ("{\"version\": \"v2\", \"rules\": {}}", &["/version: cannot be changed here: only /rules can"]),
        ("{\"owner\": 1, \"name\": 2}", &["/owner: cannot be added here", "/name: cannot be changed here"]),
    ];
    for (text, expected) in cases {
        let found = complaints(text);
        assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{text}: {found}");
        }
    }
}

#[test]
fn new_and_missing_fields_are_noted_and_let_through() {
    let editable = turen(POLICY).unwrap();
    let edited = editable.read(r#"{"rules":{"min_scorecard":3,"brand_new":{"a":[1]}}}"#).unwrap();
    assert_eq!(edited.notes.len(), 1, "{:?}", edited.notes);
    assert!(edited.notes[0].to_string().starts_with("/rules/brand_new: is new"));
    let edited = editable.read("{}").unwrap();
    assert_eq!(
        (edited.changes, edited.notes),
        (vec![], vec![Complaint::field("/rules", "is not in the text and stays as it is")])
    );
}

#[test]
fn a_version_comes_back_with_all_that_can_be_changed_and_nothing_else() {
    let editable = turen(POLICY).unwrap();
    let old = json!({"version": "v1.0.0", "name": "Old", "rules": {"min_scorecard": 2.0}, "blocked_packages": []});
    let edited = editable.restore(&old).unwrap();
    assert_eq!(edited.doc["rules"], old["rules"]);
    assert_eq!((&edited.doc["version"], &edited.doc["name"]), (&json!("v1.4.2"), &json!("Default")));
    assert_eq!(editable.restore(&json!({})).unwrap().doc.get("rules"), None);
}

#[test]
fn what_cannot_be_changed_faithfully_is_not_offered() {
    let manifest = Registry::builtin().get("turen").unwrap();
    let lacks = Editable::new(&manifest, "agents", json!({}), "{}").unwrap_err();
    assert!(matches!(lacks, Refusal::Lacks(_)), "{lacks:?}");
    let long = r#"{"n":1e999,"rules":{"n":12345678901234567890123}}"#;
    let refused = Editable::new(&manifest, "policy", json!({"rules": {}}), long).unwrap_err();
    assert!(matches!(&refused, Refusal::NotNow(why) if why.contains("12345678901234567890123")), "{refused:?}");
    let masked = POLICY.replace("\"MIT\"", &format!("\"{MASKED}\""));
    let editable = turen(&masked).unwrap();
    assert_eq!(editable.read(&editable.text()).unwrap().changes, []);
    let copied = editable.text().replace("\"ISC\"", &format!("\"{MASKED}\""));
    assert!(editable.read(&copied).unwrap_err()[0].message.contains("a secret is hidden"), "{copied}");
}

#[test]
fn numbers_that_are_kept_are_known() {
    for kept in [
        "0",
        "-0",
        "-0.0",
        "1.50",
        "0.1",
        "1e5",
        "1E-7",
        "18446744073709551615",
        "-9223372036854775808",
        "0.000",
        "100e-2",
        "9007199254740993",
        "1.7976931348623157e308",
    ] {
        assert_eq!(json::inexact(kept), [], "{kept}");
    }
    for lost in ["18446744073709551616.5", "0.1000000000000000055511151231257827", "1e400", "1234567890.12345678901"] {
        assert_eq!(json::inexact(lost).len(), 1, "{lost}");
    }
    assert_eq!(json::inexact(r#"{"1e999":"1e999 \" 1e999"}"#), []);
}
