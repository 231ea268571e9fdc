use super::*;
use crate::outbox::action::{Plan, Refusal, before_sending, diff, plan, shown};

fn policy() -> Value {
    json!({
        "version": "v1.4.2", "name": "Default", "updated_at": "2026-02-01T10:00:00Z",
        "rules": {"min_scorecard": 5, "review_scorecard": 7, "allowed_licenses": ["MIT", "ISC"], "odd": {"kept": true}},
        "blocked_packages": ["left-pad"],
    })
}

fn rules(changes: Value) -> Value {
    let mut doc = policy();
    doc["rules"] = with(&doc["rules"], changes);
    doc
}

fn edited(doc: &Value) -> Write {
    decided("turen", "policy", &policy(), &[], &asked("update", json!({"doc": doc})))
}

fn planned(write: &Write, theirs: &Value, sent: bool) -> Plan {
    plan(&platform("turen"), write, &sight("turen", "policy", Some(theirs), &[]), before(sent), now())
}

#[test]
fn an_edit_is_told_what_it_may_not_change() {
    let mut without = policy();
    without["rules"].as_object_mut().unwrap().remove("odd");
    let agent = json!({"id": "e", "name": "Clerk", "description": "d", "tools_json": "[]", "version": 3});
    for (name, collection, before, doc, says) in [
        (
            "turen",
            "policy",
            policy(),
            with(&policy(), json!({"name": "Ours"})),
            "/name cannot be changed: only /rules can",
        ),
        ("turen", "policy", policy(), with(&policy(), json!({"blocked_packages": []})), "/blocked_packages"),
        ("turen", "policy", policy(), with(&policy(), json!({"more": 1})), "/more cannot be changed"),
        ("turen", "policy", policy(), policy(), "nothing would change"),
        ("turen", "policy", policy(), rules(json!({"allowed_licenses": ["ISC", "MIT"]})), "nothing would change"),
        ("turen", "policy", policy(), json!([]), "the document as you want it is missing, or is no object"),
        ("exo", "agents", agent.clone(), with(&agent, json!({"version": 4})), "/version cannot be changed"),
        ("exo", "agents", agent.clone(), with(&agent, json!({"description": null})), "/description cannot be emptied"),
        (
            "exo",
            "agents",
            agent.clone(),
            with(&agent, json!({"tools_json": "[\"shell\""})),
            "/tools_json must be a text that holds JSON",
        ),
        (
            "exo",
            "agents",
            agent.clone(),
            with(&agent, json!({"tools_json": ["shell"]})),
            "/tools_json must be a text that holds JSON",
        ),
    ] {
        let manifest = platform(name);
        let record = record(&manifest, collection, &before);
        let ask = asked("update", json!({"doc": doc}));
        let refusal =
            intent(&manifest, collection, "work", Some(&record), &BTreeMap::new(), &ask, now()).expect_err(says);
        assert!(refusal.to_string().starts_with(says), "{refusal}");
        assert_eq!(matches!(refusal, Refusal::Same(_)), says == "nothing would change");
    }
    // Taking a field out of what may be edited is an edit like any other.
    assert_eq!(diff(&edited(&without))[0].at, "/rules/odd");
}

#[test]
fn the_whole_of_the_rules_is_sent_with_what_others_changed_meanwhile() {
    let write = edited(&rules(json!({"min_scorecard": 6})));
    assert_eq!(write.intent.effect.doc, [("/rules/min_scorecard".to_owned(), json!(6))]);
    let theirs = rules(json!({"review_scorecard": 8, "new_rule": "theirs"}));
    let Plan::Send(call) = planned(&write, &theirs, false) else { panic!("sent") };
    let mut wanted = theirs["rules"].clone();
    wanted["min_scorecard"] = json!(6);
    assert_eq!(call.body, Some(json!({"rules": wanted})));
}

#[test]
fn the_same_field_changed_twice_is_a_conflict_of_three_sides() {
    let write = edited(&rules(json!({"min_scorecard": 6})));
    let theirs = rules(json!({"min_scorecard": 9}));
    let Plan::Stop(WriteState::Conflicted, verdict) = planned(&write, &theirs, false) else { panic!("a conflict") };
    let field = &verdict.disputes[0];
    assert_eq!(
        (field.at.as_str(), &field.base, &field.mine, &field.theirs),
        ("/rules/min_scorecard", &Some(json!(5)), &Some(json!(6)), &Some(json!(9)))
    );
    assert_eq!(verdict.theirs, Some(theirs));
}

#[test]
fn an_unanswered_edit_is_sent_again_only_when_none_of_it_is_there() {
    let mine = rules(json!({"min_scorecard": 6, "review_scorecard": 8}));
    let mut write = edited(&mine);
    write.memory = before_sending(&platform("turen"), &write, &sight("turen", "policy", Some(&policy()), &[]));
    for (theirs, is) in [
        (policy(), "send"),
        (with(&mine, json!({"version": "v1.4.3"})), "applied"),
        (rules(json!({"min_scorecard": 6})), "uncertain"),
        (rules(json!({"min_scorecard": 7})), "uncertain"),
        // As before, but somebody has been there since: ours may have been taken back.
        (with(&policy(), json!({"updated_at": "2026-03-01T11:00:00Z"})), "uncertain"),
    ] {
        let told = match planned(&write, &theirs, true) {
            Plan::Send(_) => "send".to_owned(),
            Plan::Done(verdict) | Plan::Stop(WriteState::Wedged, verdict) => verdict.code,
            other => panic!("{other:?}"),
        };
        assert_eq!(told, is, "{theirs}");
    }
}

#[test]
fn only_changed_fields_are_sent_where_that_is_enough() {
    let agent = json!({"id": "e", "name": "Clerk", "description": "d", "temperature": 0.2, "tools_json": "[]", "api_key": "sk-secret"});
    let wanted = json!({"id": "e", "name": "Clerk", "description": "new", "temperature": 0.2, "tools_json": "[\"x\"]", "api_key": "‹masked›"});
    let masked = with(&agent, json!({"api_key": "‹masked›"}));
    let write = decided("exo", "agents", &masked, &[], &asked("update", json!({"doc": wanted})));
    let call = plan(&platform("exo"), &write, &sight("exo", "agents", Some(&agent), &[]), Sent::Never, now());
    let Plan::Send(call) = call else { panic!("{call:?}") };
    assert_eq!(call.body, Some(json!({"description": "new", "tools_json": "[\"x\"]"})));
}

#[test]
fn what_the_server_made_of_an_edit_is_told() {
    let manifest = platform("exo");
    let agent = json!({"id": "e", "name": "Clerk", "description": "d", "system_prompt": "p", "updated_at": "2026-03-01 11:00:00"});
    let wanted = with(&agent, json!({"name": "Clerk 2", "description": "a < b and c > d"}));
    let mut write = decided("exo", "agents", &agent, &[], &asked("update", json!({"doc": wanted})));
    write.memory = before_sending(&manifest, &write, &sight("exo", "agents", Some(&agent), &[]));
    let look = |doc: &Value| shown(&manifest, &write, &sight("exo", "agents", Some(doc), &[]));
    assert_eq!(look(&agent), None, "nothing of it is there yet");
    assert_eq!(look(&with(&wanted, json!({"updated_at": "2026-03-01 12:00:00"}))), Some(Vec::new()));
    let altered = look(&with(&wanted, json!({"description": "a  d"}))).unwrap();
    assert_eq!(altered.len(), 1);
    assert_eq!(
        (altered[0].mine.clone(), altered[0].theirs.clone()),
        (Some(json!("a < b and c > d")), Some(json!("a  d")))
    );
}

#[test]
fn a_field_that_a_server_drops_on_the_way_is_told_though_nobody_touched_it() {
    let rule = json!({"permission": "allow", "operations": ["GET"], "resource": "orders/*", "tags": ["pci"]});
    let policy = json!({"name": "p", "spec": {"policies": [rule], "approvals": []}, "status": {"ready": true}});
    let mut wanted = policy.clone();
    wanted["spec"]["policies"][0]["operations"] = json!(["GET", "POST"]);
    let mut write = decided("runagents", "policies", &policy, &[], &asked("update", json!({"doc": wanted})));
    write.memory = before_sending(&platform("runagents"), &write, &sight("runagents", "policies", Some(&policy), &[]));
    let mut after = wanted.clone();
    after["spec"]["policies"][0].as_object_mut().unwrap().remove("tags");
    let altered = shown(&platform("runagents"), &write, &sight("runagents", "policies", Some(&after), &[])).unwrap();
    assert_eq!(altered.len(), 1, "{altered:?}");
    assert!(altered[0].at.ends_with("/tags") && altered[0].theirs.is_none(), "{altered:?}");
}

/// The whole of a policy is sent back: a field nobody here knows is not to come back as another number.
#[test]
fn a_number_of_more_digits_than_can_be_kept_is_never_sent_back_rounded() {
    for (number, is) in [("123456789012345678901", "wedged digits"), ("1234567890123456789", "send"), ("1.10", "send")]
    {
        let text = format!(r#"{{"name":"p","spec":{{"policies":[],"ceiling":{number},"note":"a"}}}}"#);
        let seen: Value = serde_json::from_str(&text).unwrap();
        let wanted = with(&seen, json!({"spec": with(&seen["spec"], json!({"note": "b"}))}));
        let write = decided("runagents", "policies", &seen, &[], &asked("update", json!({"doc": wanted})));
        let manifest = platform("runagents");
        let incoming = Decoder::new(&manifest.collections["policies"]).record(None, text.as_bytes()).unwrap();
        let sight = Sight { target: Some(Seen { incoming, raw: seen }), ..Sight::default() };
        let found = match plan(&manifest, &write, &sight, Sent::Never, now()) {
            Plan::Send(_) => "send".to_owned(),
            Plan::Stop(state, verdict) => {
                assert!(verdict.message.contains("/spec/ceiling"), "{}", verdict.message);
                format!("{state} {}", verdict.code)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(found, is, "{number}");
    }
}
