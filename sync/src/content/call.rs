//! Calls of tools: the command, the paths and the changes in what a tool is given.

use crate::json::{Json, Object};
use crate::model::{Call, Edit};

use super::patch;

const IDS: [&str; 6] = ["call_id", "tool_call_id", "toolCallId", "tool_use_id", "toolUseID", "id"];
const TOOLS: [&str; 5] = ["tool", "tool_name", "toolName", "name", "recipient_name"];
const INPUTS: [&str; 8] =
    ["input", "arguments", "args", "parameters", "params", "input_json", "arguments_json", "action"];
const PATHS: [&str; 13] = [
    "file_path",
    "filePath",
    "path",
    "notebook_path",
    "filepath",
    "filename",
    "file",
    "target_file",
    "relative_path",
    "directory",
    "dir",
    "old_path",
    "new_path",
];
const LISTS: [&str; 5] = ["files", "paths", "file_paths", "filenames", "filePaths"];
const SHELLS: [&str; 14] = [
    "bash",
    "shell",
    "sh",
    "zsh",
    "exec",
    "execute",
    "terminal",
    "powershell",
    "command",
    "run_command",
    "execute_command",
    "run_terminal_cmd",
    "run_shell_command",
    "local_shell",
];
/// What the tools that replace text in files call a command of theirs: it is no shell command.
const EDITOR: [&str; 8] = ["view", "create", "str_replace", "insert", "undo_edit", "delete", "rename", "write"];

/// A call in any of the forms that hold it in one object: a block, a flat message, an item of `tool_calls`.
pub(super) fn read(object: &Object<'_>, sort: &str) -> Call {
    let function = object.get("function").and_then(Json::object);
    let tool = function.as_ref().and_then(|function| function.word(&["name"])).or_else(|| object.word(&TOOLS));
    let tool =
        tool.unwrap_or_else(|| if sort.starts_with("local_shell") { "local_shell".into() } else { String::new() });
    let input = function.as_ref().and_then(|function| function.first(&INPUTS)).or_else(|| object.first(&INPUTS));
    let mut call = given(tool, input);
    call.id = object.word(&IDS);
    // The flat form says some of it beside the input.
    if call.command.is_none() {
        call.command = object.get("command").and_then(|json| command(json, &call.tool));
    }
    call.paths.extend(paths(object));
    call
}

/// A call by its tool and what the tool is given: an object, JSON in a string, or text.
pub(super) fn given(tool: String, input: Option<Json<'_>>) -> Call {
    let Some(json) = input else { return Call { tool, ..Call::default() } };
    let text = match json.string() {
        Some(text) => text,
        None => json.raw().into(),
    };
    let mut call = Call { tool, input: text.clone().into_owned(), ..Call::default() };
    if let Some(object) = Json::of(&text).object() {
        call.command = object.first(&["command", "cmd", "script"]).and_then(|json| command(json, &call.tool));
        call.paths = paths(&object);
        call.edits = edits(&object, &call.tool);
    } else {
        call.command = (json.string().is_some() && is_shell(&call.tool)).then(|| text.clone().into_owned());
        call.edits = if patch::is_patch(&text) { patch::edits(&text) } else { Vec::new() };
    }
    if let Some(command) = call.command.as_deref().filter(|command| call.edits.is_empty() && patch::is_patch(command)) {
        call.edits = patch::edits(command);
    }
    call
}

fn is_shell(tool: &str) -> bool {
    SHELLS.iter().any(|shell| tool.eq_ignore_ascii_case(shell))
}

/// A shell command, as a line or as its words.
fn command(json: Json<'_>, tool: &str) -> Option<String> {
    if json.is_array() {
        let words: Vec<String> = json.items().filter_map(|word| Some(word.string()?.into_owned())).collect();
        // `bash -lc "..."`: what is run is the last word.
        return match words.as_slice() {
            [shell, flag, line] if flag.starts_with('-') && shell.ends_with("sh") => Some(line.clone()),
            [] => None,
            words => Some(words.join(" ")),
        };
    }
    let line = json.string()?.into_owned();
    let editor = EDITOR.contains(&line.trim()) && !is_shell(tool);
    (!line.trim().is_empty() && !editor).then_some(line)
}

/// The files and folders that the fields of an object name.
pub(super) fn paths(object: &Object<'_>) -> Vec<String> {
    let named = PATHS.iter().filter_map(|name| object.get(name)?.string());
    let listed = LISTS.iter().filter_map(|name| object.get(name)).flat_map(Json::items).take(patch::MOST);
    let listed = listed
        .filter_map(|item| item.string().or_else(|| PATHS.iter().find_map(|name| item.object()?.get(name)?.string())));
    let mut paths: Vec<String> = Vec::new();
    for path in named.chain(listed) {
        // What is as long as this, or has lines, is no path, whatever the field is called.
        let is_path = !path.trim().is_empty() && path.len() <= 4096 && !path.contains('\n');
        if is_path && paths.last().is_none_or(|last| *last != path) {
            paths.push(path.into_owned());
        }
    }
    paths
}

/// What a call changes in files.
fn edits(object: &Object<'_>, tool: &str) -> Vec<Edit> {
    let path = PATHS.iter().find_map(|name| object.get(name)?.string()).map(|path| path.into_owned());
    if let Some(list) = object.first(&["edits", "changes", "replacements"]).filter(|json| json.is_array()) {
        let each = list.items().take(patch::MOST).filter_map(|item| replaced(&item.object()?, path.as_ref()));
        return each.collect();
    }
    if let Some(edit) = replaced(object, path.as_ref()) {
        return vec![edit];
    }
    let patch = ["patch", "diff", "unified_diff", "input"].iter().filter_map(|name| object.get(name)?.string());
    if let Some(text) = patch.into_iter().find(|text| patch::is_patch(text)) {
        return patch::edits(&text);
    }
    written(object, tool, path).into_iter().collect()
}

/// Text that takes the place of other text, in the words of the various tools.
pub(super) fn replaced(object: &Object<'_>, path: Option<&String>) -> Option<Edit> {
    const BEFORE: [&str; 8] =
        ["old_string", "old_str", "old_text", "oldText", "oldString", "old_source", "search", "old"];
    const AFTER: [&str; 8] =
        ["new_string", "new_str", "new_text", "newText", "newString", "new_source", "replace", "new"];
    let text = |names: &[&str]| names.iter().find_map(|name| object.get(name)?.string()).map(|text| text.into_owned());
    let (before, after) = (text(&BEFORE), text(&AFTER));
    let inserted = object.get("insert_line").and_then(Json::count);
    let after = after.or_else(|| inserted.and_then(|_| text(&["insert_text", "text"])));
    if before.is_none() && after.is_none() {
        return None;
    }
    let own = PATHS.iter().find_map(|name| object.get(name)?.string()).map(|path| path.into_owned());
    let deletes = object.string("edit_mode").is_some_and(|mode| mode == "delete");
    Some(Edit {
        path: own.or_else(|| path.cloned()),
        before: before.unwrap_or_default(),
        after: if deletes { String::new() } else { after.unwrap_or_default() },
        line: inserted.and_then(|line| line.checked_add(1)),
    })
}

/// A file written as a whole. What was there before is not known.
fn written(object: &Object<'_>, tool: &str, path: Option<String>) -> Option<Edit> {
    let text = ["content", "file_text", "contents", "code_edit"].iter().find_map(|name| object.get(name)?.string())?;
    let tool = tool.to_ascii_lowercase();
    let writes = ["write", "create", "save"].iter().any(|word| tool.contains(word))
        || object.holds("file_text")
        || object.holds("code_edit")
        || object.string("command").is_some_and(|command| command == "create" || command == "write");
    (writes && path.is_some()).then(|| Edit { path, after: text.into_owned(), ..Edit::default() })
}
