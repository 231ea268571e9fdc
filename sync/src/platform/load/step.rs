//! The steps of a recipe: what is done one after the other where one request is not enough.

use std::collections::BTreeMap;

use super::action::{self, Names};
use super::fields::{Fields, Report, listed};
use super::keys;
use super::tree::{Node, Value};
use crate::platform::manifest::{Step, Through, Whose};

/// Reads the steps of an action on `on`.
pub(super) fn steps(report: &mut Report, node: &Node, on: &str, names: &mut Names) -> Vec<Step> {
    let Value::List(items) = &node.value else {
        report.error(node.place, format!("expected an array of tables, found {}", node.sort()), None);
        return Vec::new();
    };
    if items.is_empty() {
        report.error(node.place, "a recipe needs at least one step", None);
    }
    items.iter().filter_map(|item| step(report, item, on, names)).collect()
}

/// A step is told by its first word.
fn step(report: &mut Report, node: &Node, on: &str, names: &mut Names) -> Option<Step> {
    report.entries(node)?;
    let word = ["do", "each", "ensure", "head"].into_iter().find(|word| node.get(word).is_some());
    match word {
        Some("do") => {
            let fields = report.open(&keys::STEP_DO, node)?;
            let action = fields.need(report, "do").and_then(|node| named_action(report, node, on))?;
            Some(Step::Do { action })
        }
        Some("each") => each(report, node, names),
        Some("ensure") => {
            let fields = report.open(&keys::STEP_ENSURE, node)?;
            let collection = fields.need(report, "ensure").and_then(|node| named_collection(report, node));
            let id = fields.need(report, "id").and_then(|node| report.text(node));
            let create = fields.need(report, "create").and_then(|node| action::request(report, node, names));
            Some(Step::Ensure { collection: collection?, id: id?, create: create? })
        }
        Some(_) => {
            let fields = report.open(&keys::STEP_HEAD, node)?;
            head(report, &fields, names)
        }
        None => {
            let hint = format!("a step begins with {}", listed(&["do", "each", "ensure", "head"]));
            report.error(node.place, "this is no step", Some(hint));
            None
        }
    }
}

fn each(report: &mut Report, node: &Node, names: &Names) -> Option<Step> {
    let fields = report.open(&keys::STEP_EACH, node)?;
    let collection = fields.need(report, "each").and_then(|node| named_collection(report, node));
    let by = fields.get("by").map(|node| by(report, node, names)).unwrap_or_default();
    let only = fields.get("where").map(|node| action::needs(report, node)).unwrap_or_default();
    let through = fields.get("through").and_then(|node| through(report, node));
    let on = collection.clone().unwrap_or_default();
    let action = fields.need(report, "action").and_then(|node| named_action(report, node, &on));
    let remembered = fields.get("remembered").and_then(|node| report.flag(node)).unwrap_or_default();
    if by.iter().any(BTreeMap::is_empty) || (by.is_empty() && through.is_none()) {
        let hint = "like `by = { \"/agent_id\" = \"{id}\" }`";
        let place = fields.get("by").unwrap_or(node).place;
        report.error(place, "without a condition, this would be every record there is", Some(hint.to_owned()));
        return None;
    }
    let whose = Whose { by, only, through };
    Some(Step::Each { collection: collection?, whose, action: action?, remembered })
}

/// One table of pointers and templates, or several of which each is enough.
fn by(report: &mut Report, node: &Node, names: &Names) -> Vec<BTreeMap<String, String>> {
    let tables = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut found = Vec::new();
    for table in tables {
        let mut all = BTreeMap::new();
        for entry in report.entries(table).unwrap_or_default() {
            if action::is_pointer(report, &entry.key, entry.place)
                && let Some(value) = action::template(report, &entry.node, names)
            {
                all.insert(entry.key.clone(), value);
            }
        }
        found.push(all);
    }
    found
}

fn through(report: &mut Report, node: &Node) -> Option<Through> {
    let fields = report.open(&keys::THROUGH, node)?;
    let collection = fields.need(report, "collection").and_then(|node| named_collection(report, node));
    let at = fields.need(report, "at").and_then(|node| report.pointer(node, false));
    let shown = fields.get("shown").map(|node| report.pointers(node)).unwrap_or_default();
    Some(Through { collection: collection?, at: at?, shown })
}

fn head(report: &mut Report, fields: &Fields<'_>, names: &mut Names) -> Option<Step> {
    let list = fields.need(report, "head").and_then(|node| report.pointer(node, false));
    let read = fields.need(report, "read").and_then(|node| action::path(report, node, names));
    let value = fields.need(report, "value").and_then(|node| action::json(report, node));
    names.list = true;
    let write = fields.need(report, "write").and_then(|node| action::request(report, node, names));
    names.list = false;
    let remove = fields.get("remove").and_then(|node| report.flag(node)).unwrap_or_default();
    Some(Step::Head { read: read?, list: list?, value: value?, write: write?, remove })
}

/// The name of an action that acts on `on`.
pub(super) fn named_action(report: &mut Report, node: &Node, on: &str) -> Option<String> {
    let name = report.text(node)?;
    report.actions.push((name.clone(), on.to_owned(), node.place));
    Some(name)
}

/// The name of a collection.
pub(super) fn named_collection(report: &mut Report, node: &Node) -> Option<String> {
    let name = report.text(node)?;
    report.collections.push((name.clone(), node.place));
    Some(name)
}
