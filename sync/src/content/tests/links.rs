//! Which result answers which call.

use super::*;

/// For each entry: the place its call is answered at, or its result was called at.
fn links(messages: &str) -> Vec<Option<u32>> {
    linked(&read(messages))
}

fn linked(entries: &[Entry]) -> Vec<Option<u32>> {
    let of = |entry: &Entry| {
        entry.parts.iter().find_map(|part| match part {
            Part::Call(call) => Some(call.answered_at),
            Part::Result(answer) => Some(answer.called_at),
            _ => None,
        })
    };
    entries.iter().map(|entry| of(entry).flatten()).collect()
}

fn called(tool: &str, id: &str) -> String {
    format!(r#"{{"type":"assistant","content":[{{"type":"tool_use","id":"{id}","name":"{tool}","input":{{}}}}]}}"#)
}

fn answered(id: &str) -> String {
    format!(r#"{{"type":"user","content":[{{"type":"tool_result","tool_use_id":"{id}","content":"x"}}]}}"#)
}

fn flat(kind: &str, tool: &str) -> String {
    format!(r#"{{"type":"{kind}","tool":"{tool}","content":"x"}}"#)
}

#[test]
fn ids_pair_whatever_the_order() {
    let messages = [called("A", "1"), called("B", "2"), answered("1"), answered("2"), answered("3"), answered("1")];
    assert_eq!(links(&messages.join(",")), [Some(2), Some(3), Some(0), Some(1), None, Some(0)]);
}

#[test]
fn without_ids_the_nearest_call_of_the_same_tool_is_answered() {
    let messages = [
        flat("tool_use", "a"),
        flat("tool_use", "b"),
        flat("tool_result", "a"),
        flat("tool_result", "b"),
        flat("tool_result", "b"),
    ];
    assert_eq!(links(&messages.join(",")), [Some(2), Some(3), Some(0), Some(1), None]);
}

#[test]
fn a_result_that_names_no_tool_answers_the_nearest_call_and_learns_its_tool() {
    let messages = [
        flat("tool_use", "a"),
        flat("tool_use", "b"),
        r#"{"type":"tool_result","content":"x"}"#.into(),
        flat("tool_result", "c"),
    ];
    let entries = read(&messages.join(","));
    assert_eq!(linked(&entries), [Some(3), Some(2), Some(1), Some(0)]);
    assert_eq!(answer(&entries[2]).tool.as_deref(), Some("b"));
    assert_eq!(answer(&entries[3]).tool.as_deref(), Some("c"));
}

#[test]
fn a_call_is_not_answered_by_what_came_before_it() {
    assert_eq!(links(&[answered("1"), called("A", "1")].join(",")), [None, None]);
    assert_eq!(links(&[flat("tool_result", "a"), flat("tool_use", "a")].join(",")), [None, None]);
}

#[test]
fn a_window_shows_what_lies_outside_of_it_too() {
    let messages = format!(
        "[{}]",
        [called("A", "1"), r#"{"type":"user","content":"hm"}"#.into(), answered("1"), called("B", "2")].join(",")
    );
    let all = entries(&messages);
    let taken = Messages::of(&messages);
    let links = taken.links();
    for range in [0..4, 0..1, 2..3, 1..2, 3..9, 7..9, 2..2] {
        let expected = &all[range.start.min(4)..range.end.clamp(range.start.min(4), 4)];
        assert_eq!(taken.window(range.clone(), &links), expected, "{range:?}");
    }
}

#[test]
fn a_tool_is_found_by_its_call_without_reading_the_rest() {
    let said = [
        called("A", "1"),
        called("B", "2"),
        answered("1"),
        called("C", "1"),
        answered("1"),
        answered("2"),
        answered("3"),
    ];
    let text = format!("[{}]", said.join(","));
    let messages = Messages::of(&text);
    for (place, entry) in entries(&text).into_iter().enumerate() {
        let Some(Part::Result(answer)) = entry.parts.first() else { continue };
        let call = answer.call.as_deref().unwrap();
        assert_eq!(tool_called(&messages, place, call), answer.tool, "{place}");
    }
    assert_eq!(tool_called(&messages, 0, "2"), None, "what comes later was not answered");
}
