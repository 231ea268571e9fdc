//! Commands, paths and edits in what tools are given.

use super::*;
use crate::model::Edit;

fn given(tool: &str, input: &str) -> Call {
    call(&one(&format!(r#"{{"type":"tool_use","tool":"{tool}","input":{input}}}"#))).clone()
}

fn edit(path: &str, before: &str, after: &str, line: Option<u64>) -> Edit {
    Edit { path: (!path.is_empty()).then(|| path.to_owned()), before: before.into(), after: after.into(), line }
}

#[test]
fn commands_are_recognised() {
    for (tool, input, command) in [
        ("Bash", r#"{"command":"ls"}"#, Some("ls")),
        ("shell", r#"{"cmd":"ls"}"#, Some("ls")),
        ("exec", r#""ls -l""#, Some("ls -l")),
        ("shell", r#"{"command":["bash","-lc","ls | wc"]}"#, Some("ls | wc")),
        ("shell", r#"{"command":["git","status"]}"#, Some("git status")),
        ("mcp__server__run", r#"{"command":"make"}"#, Some("make")),
        ("str_replace_based_edit_tool", r#"{"command":"view","path":"a"}"#, None),
        ("Bash", r#"{"command":""}"#, None),
        ("Bash", r#"{"command":7}"#, None),
        ("Read", r#"{"file_path":"a"}"#, None),
        ("think", r#""words""#, None),
    ] {
        assert_eq!(given(tool, input).command.as_deref(), command, "{tool} {input}");
    }
}

#[test]
fn paths_are_collected() {
    for (input, paths) in [
        (r#"{"file_path":"a.rs"}"#, vec!["a.rs"]),
        (r#"{"notebook_path":"n.ipynb"}"#, vec!["n.ipynb"]),
        (r#"{"path":"src","pattern":"x"}"#, vec!["src"]),
        (r#"{"files":["a","b",{"path":"c"},7]}"#, vec!["a", "b", "c"]),
        (r#"{"path":7,"file":"","directory":"two\nlines"}"#, vec![]),
    ] {
        assert_eq!(given("x", input).paths, paths, "{input}");
    }
    assert_eq!(
        one(r#"{"type":"tool_use","tool":"r","path":"a","input":{"file_path":"a","path":"b"}}"#).paths(),
        ["a", "b"]
    );
}

#[test]
fn edits_carry_before_and_after() {
    for (tool, input, expected) in [
        ("Edit", r#"{"file_path":"a","old_string":"x\n","new_string":"y"}"#, vec![edit("a", "x\n", "y", None)]),
        (
            "MultiEdit",
            r#"{"file_path":"a","edits":[{"old_string":"x","new_string":"y"},{"old_string":"z","new_string":""}]}"#,
            vec![edit("a", "x", "y", None), edit("a", "z", "", None)],
        ),
        ("Write", r#"{"file_path":"a","content":"new"}"#, vec![edit("a", "", "new", None)]),
        ("NotebookEdit", r#"{"notebook_path":"n","new_source":"print()"}"#, vec![edit("n", "", "print()", None)]),
        (
            "NotebookEdit",
            r#"{"notebook_path":"n","new_source":"x","edit_mode":"delete"}"#,
            vec![edit("n", "", "", None)],
        ),
        (
            "str_replace_based_edit_tool",
            r#"{"command":"str_replace","path":"a","old_str":"x","new_str":"y"}"#,
            vec![edit("a", "x", "y", None)],
        ),
        (
            "str_replace_based_edit_tool",
            r#"{"command":"create","path":"a","file_text":"t"}"#,
            vec![edit("a", "", "t", None)],
        ),
        (
            "str_replace_based_edit_tool",
            r#"{"command":"insert","path":"a","insert_line":4,"new_str":"t"}"#,
            vec![edit("a", "", "t", Some(5))],
        ),
        ("mcp__send", r#"{"path":"inbox","content":"a letter"}"#, vec![]),
        ("Read", r#"{"file_path":"a"}"#, vec![]),
    ] {
        assert_eq!(given(tool, input).edits, expected, "{tool} {input}");
    }
}

#[test]
fn patches_are_taken_apart() {
    let unified = "diff --git a/src/a.rs b/src/a.rs\nindex 1..2 100644\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -3,3 +3,2 @@ fn f()\n keep\n--- gone\n-also\n+new\n@@ -9 +8 @@\n-x\n+y\n\\ No newline at end of file\n--- /dev/null\n+++ b/n.rs\n@@ -0,0 +1 @@\n+made\n--- a/d.rs\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n";
    let edits = given("apply", &serde_json::json!({"patch": unified}).to_string()).edits;
    assert_eq!(
        edits,
        [
            edit("src/a.rs", "keep\n-- gone\nalso\n", "keep\nnew\n", Some(3)),
            edit("src/a.rs", "x\n", "y\n", Some(8)),
            edit("n.rs", "", "made\n", Some(1)),
            edit("d.rs", "gone\n", "", Some(0)),
        ]
    );
    let patch = "*** Begin Patch\n*** Update File: a.rs\n@@ fn f()\n keep\n-old\n+new\n*** Add File: b.rs\n+one\n+two\n*** Delete File: c.rs\n*** End Patch\n";
    let expected = [
        edit("a.rs", "keep\nold\n", "keep\nnew\n", None),
        edit("b.rs", "", "one\ntwo\n", None),
        edit("c.rs", "", "", None),
    ];
    for (tool, input) in [
        ("apply_patch", serde_json::json!(patch)),
        ("apply_patch", serde_json::json!({"input": patch})),
        ("shell", serde_json::json!({"command": ["apply_patch", patch]})),
        ("bash", serde_json::json!({"command": format!("apply_patch <<'EOF'\n{patch}EOF")})),
    ] {
        let edits = given(tool, &input.to_string()).edits;
        assert_eq!(edits, expected, "{tool}");
    }
}
