//! The part of a manifest that describes one action: what it needs, how it is asked for, how it shows once it is done.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::fields::{Fields, Report, listed};
use super::shape::texts;
use super::tree::{Node, Place, Value};
use super::{keys, step};
use crate::platform::manifest::{Action, ActionRequest, Deadline, Edits, OtherWay, Related};
use crate::platform::template::{self, ARGUMENTS, Part, Slot};

pub(super) const METHODS: [(&str, &str); 4] =
    [("POST", "POST"), ("PUT", "PUT"), ("PATCH", "PATCH"), ("DELETE", "DELETE")];

/// Longest wait that can be written down: a year, in seconds.
const LONGEST_WAIT: i64 = 366 * 86_400;

/// What the templates of one action may name.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Related records.
    pub related: Vec<String>,
    /// Arguments.
    pub args: Vec<String>,
    /// `{list}` means something.
    pub list: bool,
}

/// Reads `[actions.NAME]`.
pub fn action(report: &mut Report, name: &str, node: &Node) -> Option<Action> {
    let fields = report.open(&keys::ACTION, node)?;
    report.verbs.push((name.to_owned(), node.place));
    let verb = fields.get("verb").map_or_else(|| Some(name.to_owned()), |node| verb(report, node));
    if let Some(lacks) = fields.get("lacks") {
        return lacking(report, &fields, lacks, verb);
    }
    let on = fields.need(report, "on").and_then(|node| report.text(node).map(|name| (name, node.place)));
    if let Some((name, place)) = &on {
        report.collections.push((name.clone(), *place));
    }
    let on = on.map(|(name, _)| name).unwrap_or_default();
    let args = fields.get("args").map(|node| args(report, node)).unwrap_or_default();
    let related_nodes = fields.get("related").and_then(|node| report.entries(node)).unwrap_or_default();
    let mut names = Names {
        related: related_nodes.iter().map(|entry| entry.key.clone()).collect(),
        args: args.keys().cloned().collect(),
        list: false,
    };
    let related =
        related_nodes.iter().filter_map(|entry| Some((entry.key.clone(), related(report, &entry.node, &names)?)));
    let related = related.collect();
    let mut pointers = |key: &str| fields.get(key).map(|node| report.pointers(node)).unwrap_or_default();
    let (guard, settled_by, settled_at) = (pointers("guard"), pointers("settled_by"), pointers("settled_at"));
    let undo = fields.get("undo").and_then(|node| step::named_action(report, node, &on));
    let (done, done_gone) = fields.get("done").map(|node| done(report, node)).unwrap_or_default();
    let action = Action {
        verb: verb?,
        lacks: None,
        creates: fields.get("creates").and_then(|node| report.flag(node)).unwrap_or_default(),
        requests: requests(report, &fields, &names),
        steps: fields.get("steps").map(|node| step::steps(report, node, &on, &mut names)).unwrap_or_default(),
        edits: fields.get("edits").and_then(|node| edits(report, node)),
        needs: fields.get("needs").map(|node| needs(report, node)).unwrap_or_default(),
        done,
        done_gone,
        guard,
        related,
        settled_by,
        settled_at,
        deadline: fields.get("deadline").and_then(|node| deadline(report, node)),
        args,
        undo,
        note: fields.get("note").and_then(|node| report.text(node)),
        on,
    };
    fits(report, &fields, &action);
    Some(action)
}

fn verb(report: &mut Report, node: &Node) -> Option<String> {
    let verb = report.text(node)?;
    report.name(&verb, node.place).then_some(verb)
}

/// Something the platform cannot do. It may be lacking on a sort of record the platform does not have at all.
fn lacking(report: &mut Report, fields: &Fields<'_>, lacks: &Node, verb: Option<String>) -> Option<Action> {
    let on = fields.need(report, "on").and_then(|node| {
        let noun = report.text(node)?;
        report.nouns.push((noun.clone(), node.place));
        Some(noun)
    });
    let more = keys::ACTION.keys.iter().filter(|key| !matches!(**key, "on" | "verb" | "lacks"));
    if let Some((key, node)) = more.filter_map(|key| Some((key, fields.get(key)?))).next() {
        report.error(node.place, format!("`{key}` has no meaning beside `lacks`"), None);
    }
    Some(Action { on: on?, verb: verb?, lacks: Some(report.text(lacks)?), ..Action::default() })
}

/// What the keys of one action say about each other.
fn fits(report: &mut Report, fields: &Fields<'_>, action: &Action) {
    let ways: Vec<&str> =
        ["request", "requests", "steps"].into_iter().filter(|key| fields.get(key).is_some()).collect();
    match ways.as_slice() {
        [_] => {}
        [] => {
            let hint = "or `steps`, or `lacks` with the reason why the platform cannot do it";
            report.error(fields.place, "`request` is missing in action", Some(hint.to_owned()));
        }
        [_, second, ..] => {
            let place = fields.get(second).map_or(fields.place, |node| node.place);
            report.error(place, format!("only one of {} can stand in an action", listed(&ways)), None);
        }
    }
    let mut clash = |one: &str, other: &str| {
        if let (Some(_), Some(node)) = (fields.get(one), fields.get(other)) {
            report.error(node.place, format!("`{other}` has no meaning beside `{one}`"), None);
        }
    };
    for other in ["edits", "done", "creates"] {
        clash("steps", other);
    }
    clash("edits", "done");
    if action.creates {
        for other in ["edits", "needs", "guard", "related", "done", "undo"] {
            clash("creates", other);
        }
    }
    if action.edits.as_ref().is_some_and(|edits| edits.partial)
        && let Some(request) = action.requests.iter().position(|request| request.body.is_some())
    {
        let place = fields.get("request").or(fields.get("requests")).map_or(fields.place, |node| node.place);
        let which = if request == 0 { "the request" } else { "a request" };
        let hint = "leave it out: the changed fields are the body";
        report.error(place, format!("{which} of partial edits has a body"), Some(hint.to_owned()));
    }
}

/// The arguments it takes, each with the values it may have.
fn args(report: &mut Report, node: &Node) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for entry in report.entries(node).unwrap_or_default() {
        if entry.key == "reason" || !ARGUMENTS.contains(&entry.key.as_str()) {
            let hint = match entry.key.as_str() {
                "reason" => "every action takes a reason".to_owned(),
                _ => format!("use {}", listed(&ARGUMENTS[1..])),
            };
            report.error(entry.place, format!("`{}` is no argument", entry.key), Some(hint));
            continue;
        }
        found.insert(entry.key.clone(), report.list(&entry.node, Report::text));
    }
    found
}

fn related(report: &mut Report, node: &Node, names: &Names) -> Option<Related> {
    let fields = report.open(&keys::RELATED, node)?;
    let collection = fields.get("collection").and_then(|node| step::named_collection(report, node));
    let id = fields.get("id").and_then(|node| template(report, node, names));
    let path = fields.get("path").and_then(|node| path(report, node, names));
    if fields.get("collection").is_some() != fields.get("id").is_some() {
        report.error(node.place, "`collection` and `id` belong together", None);
    }
    if fields.get("id").is_none() && fields.get("path").is_none() {
        let hint = "give `collection` and `id`, or `path`, or both";
        report.error(node.place, "nothing says where this record is", Some(hint.to_owned()));
    }
    let mut pointers = |key: &str| fields.get(key).map(|node| report.pointers(node)).unwrap_or_default();
    let (guard, same) = (pointers("guard"), pointers("same"));
    let mut standing = |key: &str| fields.get(key).map(|node| needs(report, node)).unwrap_or_default();
    let (needs, shows) = (standing("needs"), standing("shows"));
    Some(Related { collection, id, path, guard, needs, same, shows })
}

fn deadline(report: &mut Report, node: &Node) -> Option<Deadline> {
    let fields = report.open(&keys::DEADLINE, node)?;
    let after = fields.need(report, "after").and_then(|node| report.number(node, 1, LONGEST_WAIT));
    let at = fields.get("at").map(|node| report.pointers(node)).unwrap_or_default();
    let minutes_after = fields.get("minutes_after").and_then(|node| {
        let pair: Vec<String> = report.pointers(node);
        if let [moment, minutes] = pair.as_slice() {
            return Some((moment.clone(), minutes.clone()));
        }
        let hint = "like `[\"/requested_at\", \"/timeout_minutes\"]`";
        report.error(node.place, "this is a pair: a moment, and minutes after it", Some(hint.to_owned()));
        None
    });
    Some(Deadline { after: after?, at, minutes_after })
}

fn edits(report: &mut Report, node: &Node) -> Option<Edits> {
    let fields = report.open(&keys::EDITS, node)?;
    let at = fields.need(report, "fields").map(|node| report.list(node, field)).unwrap_or_default();
    let keyed = fields.get("keyed").and_then(|node| report.entries(node)).unwrap_or_default().iter();
    let keyed = keyed.map(|entry| {
        is_pointer(report, &entry.key, entry.place);
        (entry.key.clone(), report.pointers(&entry.node))
    });
    let keyed = keyed.collect();
    let mut pointers = |key: &str| fields.get(key).map(|node| report.pointers(node)).unwrap_or_default();
    let (sets, json) = (pointers("sets"), pointers("json"));
    let mut flag = |key: &str| fields.get(key).and_then(|node| report.flag(node)).unwrap_or_default();
    Some(Edits { fields: at, partial: flag("partial"), keyed, sets, null_keeps: flag("null_keeps"), json })
}

/// A pointer, or nothing at all for the whole document.
fn field(report: &mut Report, node: &Node) -> Option<String> {
    if node.as_text() == Some("") { Some(String::new()) } else { report.pointer(node, false) }
}

fn requests(report: &mut Report, fields: &Fields<'_>, names: &Names) -> Vec<ActionRequest> {
    if let Some(node) = fields.get("request") {
        return request(report, node, names).into_iter().collect();
    }
    let Some(node) = fields.get("requests") else { return Vec::new() };
    let Value::List(items) = &node.value else {
        report.error(node.place, format!("expected an array of tables, found {}", node.sort()), None);
        return Vec::new();
    };
    if items.is_empty() {
        report.error(node.place, "at least one request is needed", None);
    }
    let found: Vec<ActionRequest> = items.iter().filter_map(|item| request(report, item, names)).collect();
    // What comes after one that is always taken is never taken.
    let always = found.iter().position(|request| request.when.is_empty() && request.unless.is_empty());
    if let Some(after) = always.and_then(|at| items.get(at + 1))
        && found.len() == items.len()
    {
        let hint = "give the one before it `when` or `unless`";
        report.error(after.place, "this request can never be the one", Some(hint.to_owned()));
    }
    found
}

/// Reads one request.
pub(super) fn request(report: &mut Report, node: &Node, names: &Names) -> Option<ActionRequest> {
    let fields = report.open(&keys::REQUEST, node)?;
    let method = fields.need(report, "method").and_then(|node| report.choice(node, &METHODS));
    let to = fields.need(report, "path").and_then(|node| path(report, node, names));
    let query = fields.get("query").map(|node| query(report, node, names)).unwrap_or_default();
    let body = fields.get("body").and_then(|node| body(report, node, names));
    let when = fields.get("when").map(|node| report.list(node, |report, node| one_place(report, node, names)));
    let unless = texts(report, &fields, "unless");
    if let (Some(wrong), Some(node)) =
        (unless.iter().find(|name| *name != "reason" && !names.args.contains(name)), fields.get("unless"))
    {
        report.error(node.place, format!("the action takes no argument `{wrong}`"), None);
    }
    let or = fields.get("or").map(|node| others(report, node, names)).unwrap_or_default();
    let (done, done_gone) = fields.get("done").map(|node| done(report, node)).unwrap_or_default();
    let when = when.unwrap_or_default();
    Some(ActionRequest { when, unless, method: method?.to_owned(), path: to?, query, body, or, done, done_gone })
}

fn others(report: &mut Report, node: &Node, names: &Names) -> Vec<OtherWay> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut found = Vec::new();
    for item in items {
        let Some(fields) = report.open(&keys::OR, item) else { continue };
        let method = fields.get("method").and_then(|node| report.choice(node, &METHODS)).map(str::to_owned);
        let path = fields.get("path").and_then(|node| path(report, node, names));
        if fields.get("method").is_none() && fields.get("path").is_none() {
            report.error(item.place, "another way has another `method` or another `path`", None);
        }
        let body = fields.get("body").and_then(|node| body(report, node, names));
        found.push(OtherWay { method, path, body });
    }
    found
}

/// Places in an action: everything but days and parents, which only lists know.
fn in_action(slot: Slot<'_>) -> bool {
    !matches!(slot, Slot::Day(_) | Slot::Parent)
}

/// In a path, only what is one value.
fn in_path(slot: Slot<'_>) -> bool {
    matches!(slot, Slot::Id | Slot::Pointer(_) | Slot::Related(..) | Slot::Argument(_))
}

pub(super) fn path(report: &mut Report, node: &Node, names: &Names) -> Option<String> {
    let path = report.path(node, in_path)?;
    known(report, node.place, &path, names).then_some(path)
}

/// A text with places.
pub(super) fn template(report: &mut Report, node: &Node, names: &Names) -> Option<String> {
    let text = report.text(node)?;
    (report.template(node.place, &text, in_action) && known(report, node.place, &text, names)).then_some(text)
}

/// A text that is one place and nothing else.
fn one_place(report: &mut Report, node: &Node, names: &Names) -> Option<String> {
    let text = template(report, node, names)?;
    if !matches!(template::parts(&text).as_deref(), Ok([Part::Slot(_)])) {
        let hint = "like `{/action_id}` or `{hard}`";
        report.error(node.place, "this must be one place and nothing else", Some(hint.to_owned()));
        return None;
    }
    Some(text)
}

/// Are the related records and arguments of a template ones the action has?
fn known(report: &mut Report, place: Place, text: &str, names: &Names) -> bool {
    let wrong = template::parts(text).unwrap_or_default().into_iter().find_map(|part| match part {
        Part::Slot(Slot::Related(name, _)) if !names.related.iter().any(|known| known == name) => {
            Some((format!("there is no related record `{name}`"), "describe it in `related`".to_owned()))
        }
        Part::Slot(Slot::Argument(name)) if name != "reason" && !names.args.iter().any(|known| known == name) => {
            let hint = format!("name it in `args`: `args = {{ {name} = [] }}`");
            Some((format!("the action takes no argument `{name}`"), hint))
        }
        Part::Slot(Slot::List) if !names.list => {
            Some(("{list} has no meaning here".to_owned(), "it stands in the `write` of a `head`".to_owned()))
        }
        _ => None,
    });
    match wrong {
        None => true,
        Some((message, hint)) => {
            report.error(place, message, Some(hint));
            false
        }
    }
}

fn query(report: &mut Report, node: &Node, names: &Names) -> BTreeMap<String, String> {
    let entries = report.entries(node).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.key.clone(), template(report, &entry.node, names)?))).collect()
}

/// A table with places in its texts, or one place that is the whole body.
fn body(report: &mut Report, node: &Node, names: &Names) -> Option<Json> {
    if matches!(node.value, Value::Text(_)) {
        return one_place(report, node, names).map(Json::from);
    }
    report.entries(node)?;
    body_templates(report, node, names);
    json(report, node)
}

fn body_templates(report: &mut Report, node: &Node, names: &Names) {
    match &node.value {
        Value::Text(text) if report.template(node.place, text, in_action) => {
            known(report, node.place, text, names);
        }
        Value::List(items) => items.iter().for_each(|item| body_templates(report, item, names)),
        Value::Table(entries) => entries.iter().for_each(|entry| body_templates(report, &entry.node, names)),
        _ => {}
    }
}

pub(super) fn json(report: &mut Report, node: &Node) -> Option<Json> {
    let value = node.to_json();
    if value.is_none() {
        report.error(node.place, "JSON has no way to write one of these values", Some("put it in quotes".to_owned()));
    }
    value
}

/// How the target looks once it is done: pointers and values, or the word `gone`.
fn done(report: &mut Report, node: &Node) -> (BTreeMap<String, Vec<Json>>, bool) {
    if matches!(node.value, Value::Text(_)) {
        return (BTreeMap::new(), report.choice(node, &[("gone", true)]).unwrap_or_default());
    }
    (needs(report, node), false)
}

/// A table from pointers to the values that are good there: one, or several.
pub(super) fn needs(report: &mut Report, node: &Node) -> BTreeMap<String, Vec<Json>> {
    let mut found = BTreeMap::new();
    for entry in report.entries(node).unwrap_or_default() {
        if !is_pointer(report, &entry.key, entry.place) {
            continue;
        }
        match json(report, &entry.node) {
            Some(Json::Array(values)) if values.is_empty() => {
                report.error(entry.node.place, "no value could ever satisfy an empty list", None);
            }
            Some(Json::Array(values)) => drop(found.insert(entry.key.clone(), values)),
            Some(value) => drop(found.insert(entry.key.clone(), vec![value])),
            None => {}
        }
    }
    found
}

pub(super) fn is_pointer(report: &mut Report, key: &str, place: Place) -> bool {
    if !key.starts_with('/') {
        let hint = format!("a pointer starts with a slash: `/{key}`");
        report.error(place, format!("`{key}` is not a JSON pointer"), Some(hint));
    }
    key.starts_with('/')
}
