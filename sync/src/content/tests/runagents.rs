//! Events of RunAgents' runs, of both generations.

use super::*;

#[test]
fn every_type_of_event_has_its_kind() {
    let event = |kind: &str, data: &str| {
        format!(
            r#"{{"event_id":"e","run_id":"r","seq":1,"type":"{kind}","actor":"x","data":{data},"timestamp":"2026-02-17T09:00:00Z"}}"#
        )
    };
    for (word, data, kind, text) in [
        ("USER_MESSAGE", r#"{"message":"Send it"}"#, EntryKind::User, "Send it"),
        ("AGENT_MESSAGE", r#"{"content":"Sent"}"#, EntryKind::Assistant, "Sent"),
        ("RUN_CREATED", "{}", EntryKind::System, "actor: x"),
        ("INVOKE_STARTED", r#"{"detail":"pod up"}"#, EntryKind::System, "pod up\nactor: x"),
        (
            "APPROVAL_REQUIRED",
            r#"{"tool_id":"mail","capability":"send"}"#,
            EntryKind::System,
            "tool_id: mail\ncapability: send\nactor: x",
        ),
        ("REJECTED", r#"{"reason":"too much"}"#, EntryKind::System, "too much\nactor: x"),
        ("COMPLETED", r#"{"summary":"All done","cost":1}"#, EntryKind::System, "All done\ncost: 1\nactor: x"),
        ("TOOL_RESPONSE", r#"{"tool_id":"mail","status_code":200,"summary":"ok"}"#, EntryKind::Tool, "ok"),
        ("LEVITATED", r#"{"height":3}"#, EntryKind::Other, "height: 3\nactor: x"),
    ] {
        let entry = one(&event(word, data));
        assert_eq!((entry.kind, &*entry.role, &*entry.text()), (kind, word, text), "{word}");
        assert_eq!((entry.error, entry.id.as_deref(), entry.at.is_some()), (false, Some("e"), true), "{word}");
    }
    assert_eq!(
        one(r#"{"id":"e","run_id":"r","seq":1,"type":"RUN_CREATED","created_at":"2026-02-17T09:00:00Z"}"#).text(),
        "RUN_CREATED"
    );
}

#[test]
fn a_request_and_its_response_are_a_call_and_a_result() {
    let entries = read(
        r#"{"id":"1","run_id":"r","seq":1,"type":"TOOL_REQUEST","data":{"tool_id":"mail","tool_method":"POST","tool_url":"https://mail/send","arguments":{"to":"a@b"}}},
           {"id":"2","run_id":"r","seq":2,"type":"APPROVAL_REQUIRED","data":{"tool_id":"mail"}},
           {"id":"3","run_id":"r","seq":3,"type":"TOOL_RESPONSE","data":{"tool_id":"mail","status_code":503,"error":"down"}}"#,
    );
    assert_eq!((call(&entries[0]).answered_at, &*call(&entries[0]).tool), (Some(2), "mail"));
    assert!(entries[0].text().contains("tool_url: https://mail/send"));
    assert!(entries[0].text().contains("to: a@b"));
    let found = answer(&entries[2]);
    assert_eq!((&*found.text, found.error, entries[2].error, found.called_at), ("down", true, true, Some(0)));
}

#[test]
fn what_failed_is_an_error_and_what_was_refused_is_not() {
    let failed = |event: &str| one(&format!(r#"{{"run_id":"r","seq":1,{event}}}"#)).error;
    assert!(failed(r#""type":"FAILED","data":{"message":"x"}"#));
    assert!(failed(r#""type":"INVOKE_FAILED","data":{}"#));
    assert!(failed(r#""type":"COMPLETED","data":{"error":"half of it"}"#));
    assert!(failed(r#""type":"TOOL_RESPONSE","data":{"status_code":404}"#));
    assert!(!failed(r#""type":"REJECTED","data":{"reason":"no"}"#));
    assert!(!failed(r#""type":"COMPLETED","data":{"error":null,"message":"no error"}"#));
}

#[test]
fn an_event_without_data_says_what_stands_beside_its_type() {
    let entry = one(r#"{"run_id":"r","seq":1,"type":"INVOKE_STARTED","pod":"web-1","message":"up"}"#);
    assert_eq!((entry.kind, &*entry.text()), (EntryKind::System, "up\npod: web-1"));
    let entry = one(r#"{"run_id":"r","seq":1,"type":"TOOL_CALLED","tool_id":"mail","arguments":{"to":"a@b"}}"#);
    assert_eq!((entry.tools(), &*entry.text()), (vec!["mail"], "to: a@b"));
}

#[test]
fn data_may_be_json_in_a_string_or_not_be_there() {
    let entry = one(r#"{"run_id":"r","seq":1,"type":"USER_MESSAGE","data":"{\"message\":\"hi\"}"}"#);
    assert_eq!((entry.kind, &*entry.text()), (EntryKind::User, "hi"));
    let entry = one(r#"{"run_id":"r","seq":1,"type":"USER_MESSAGE"}"#);
    assert_eq!((entry.kind, &*entry.text()), (EntryKind::User, "USER_MESSAGE"));
}
