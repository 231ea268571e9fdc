//! What can be done on a platform, and what it lacks, as `qd platform show` tells it.

use quarterdeck_sync::platform::Manifest;
use quarterdeck_sync::platform::manifest::{Action, ActionRequest, Step};
use serde_json::{Value, json};

use crate::cli::columns::{Cell, table};
use crate::cli::style::Style;

/// Tables of what can be done and how it is asked for, what to know of it, and what the platform lacks.
pub fn plain(style: &Style, manifest: &Manifest) -> String {
    let (can, lacks): (Vec<&Action>, Vec<&Action>) =
        manifest.actions.values().partition(|action| action.lacks.is_none());
    let mut out = String::new();
    let rows: Vec<Vec<Cell>> =
        can.iter().map(|it| [it.verb.as_str(), &it.on, &asks(it).join(", or ")].map(Cell::text).to_vec()).collect();
    let notes =
        can.iter().filter_map(|it| Some(vec![Cell::text(&it.verb), Cell::text(&it.on), Cell::text(it.note.as_ref()?)]));
    let why = lacks
        .iter()
        .filter_map(|it| Some(vec![Cell::text(&it.verb), Cell::text(&it.on), Cell::text(it.lacks.as_ref()?)]));
    for (headings, rows) in [
        (["ACTION", "ON", "REQUEST"], rows),
        (["ACTION", "ON", "TO KNOW"], notes.collect()),
        (["LACKING", "ON", "WHY, AND WHAT TO DO INSTEAD"], why.collect()),
    ] {
        if !rows.is_empty() {
            out.push('\n');
            out.push_str(&table(style, &headings, &rows));
        }
    }
    out
}

/// All of it as data: what is lacking has its reason, and no request.
pub fn items(manifest: &Manifest) -> Vec<Value> {
    let item = |(name, action): (&String, &Action)| {
        json!({
            "name": name, "verb": action.verb, "on": action.on, "requests": asks(action), "args": action.args,
            "undo": action.undo, "note": action.note, "lacks": action.lacks,
        })
    };
    manifest.actions.iter().map(item).collect()
}

/// How an action is asked for: its requests, or its steps in words.
fn asks(action: &Action) -> Vec<String> {
    if !action.steps.is_empty() {
        return vec![action.steps.iter().map(step).collect::<Vec<_>>().join("; ")];
    }
    let mut asks: Vec<String> = Vec::new();
    for ask in action.requests.iter().flat_map(ways) {
        // Requests that differ in their bodies alone look the same here.
        if !asks.contains(&ask) {
            asks.push(ask);
        }
    }
    asks
}

fn ways(request: &ActionRequest) -> Vec<String> {
    let first = format!("{} {}", request.method, request.path);
    let others = request.or.iter().map(|other| {
        let method = other.method.as_ref().unwrap_or(&request.method);
        format!("{method} {}", other.path.as_ref().unwrap_or(&request.path))
    });
    std::iter::once(first).chain(others).collect()
}

fn step(step: &Step) -> String {
    match step {
        Step::Do { action } => action.clone(),
        Step::Each { collection, action, remembered: false, .. } => format!("{action} each of its {collection}"),
        Step::Each { collection, action, .. } => format!("{action} the {collection} that were changed"),
        Step::Ensure { collection, id, .. } => format!("make {id} in {collection} unless it is there"),
        Step::Head { list, value, write, remove, .. } => {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let what = if *remove { format!("take {value} out of") } else { format!("put {value} first in") };
            format!("{what} {list} of {}", write.path)
        }
    }
}
