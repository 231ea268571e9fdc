//! Secrets that nothing but their names tell.

use super::*;

#[test]
fn a_secret_that_its_name_alone_tells_is_in_no_line_of_a_case() {
    let desk = Desk::new();
    let sessions = desk.list("sessions", Kind::Session);
    desk.put(sessions, vec![row("4711", "Fix the build", "", None)], &[]);
    let (word, key, phrase) = ("summer.2024", "q8Zr2mK9vT4w", "correct horse battery 9!");
    let answer = |data: Value| json!({"event_id": "e", "run_id": "r", "type": "TOOL_FAILED", "data": data});
    let messages = json!([
        answer(json!({"tool_id": "http", "result": {"password": word}})),
        answer(json!({"tool_id": "http", "result": {"passphrase": phrase}})),
        answer(json!({"tool_id": "http", "result": {"headers": [{"name": "X-Api-Key", "value": key}]}})),
    ]);
    desk.content("4711", &messages.to_string());
    let places: Vec<Place> = (0..3).map(|entry| record("sessions", "4711").at(entry)).collect();
    let incident = desk.incident("Leaked", &places);
    let reader = desk.mirror.reader().unwrap();
    let case = |secrets| gather(&reader, &desk.outbox, &incident.id, secrets).unwrap().unwrap();
    let told = |case: &crate::incident::Case| {
        let lines = case.timeline.iter().map(|moment| moment.text.clone());
        lines.chain(case.pinned.iter().map(|pinned| pinned.title())).collect::<Vec<_>>().join("\n")
    };
    let (masked, revealed) = (told(&case(Secrets::Masked)), told(&case(Secrets::Revealed)));
    let to = desk.to("evidence");
    desk.export(&incident, &to, Secrets::Masked).unwrap();
    assert!([word, phrase].iter().all(|secret| revealed.contains(secret)), "{revealed}");
    for secret in [word, key, phrase] {
        assert!(!masked.contains(secret), "{masked}");
        for name in files(&to) {
            let text = fs::read_to_string(to.join(&name)).unwrap();
            assert!(!text.contains(secret), "{name}");
        }
    }
}
