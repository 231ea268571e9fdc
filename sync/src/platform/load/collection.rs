//! The part of a manifest that describes one collection.

use super::content::content;
use super::fields::{Fields, Report};
use super::keys;
use super::tree::{Node, Value};
use crate::model::Kind;
use crate::platform::manifest::{
    Absence, AgentJoin, Collection, ColumnMap, Content, Delta, Figures, Paging, Partition, Signs,
};
use crate::platform::template::Slot;

/// Largest page that may be asked for.
const MOST_ROWS: i64 = 10_000;
/// Rows after which a list without a total is taken to be endless, unless the manifest says otherwise.
const ENDLESS: u64 = 5_000_000;

const KINDS: [(&str, Kind); 7] = [
    ("agent", Kind::Agent),
    ("session", Kind::Session),
    ("run", Kind::Run),
    ("approval", Kind::Approval),
    ("policy", Kind::Policy),
    ("event", Kind::Event),
    ("other", Kind::Other),
];
const ABSENCES: [(&str, Absence); 3] =
    [("retention", Absence::Retention), ("deletion", Absence::Deletion), ("settled", Absence::Settled)];

/// Reads `[collections.NAME]`.
pub fn collection(report: &mut Report, name: &str, node: &Node) -> Option<Collection> {
    let fields = report.open(&keys::COLLECTION, node)?;
    let kind = fields.need(report, "kind").and_then(|node| report.choice(node, &KINDS));
    let partition = fields.get("partition").and_then(|node| partition(report, node));
    let is_child = matches!(partition, Some(Partition::Parent { .. }));
    let list = fields.need(report, "list").and_then(|node| list_path(report, node, is_child));
    let columns = fields.need(report, "columns").and_then(|node| columns(report, node));
    let mut pointers = |key: &str| fields.get(key).map(|node| report.pointers(node)).unwrap_or_default();
    let (rows, with, without, mask) = (pointers("rows"), pointers("with"), pointers("without"), pointers("mask"));
    let list_or = fields.get("list_or").map(|node| report.list(node, |report, node| list_path(report, node, is_child)));
    let revision = fields.get("revision").map(|node| report.pointers(node));
    let query = fields.get("query").map(|node| query(report, node)).unwrap_or_default();
    let item = fields.get("item").and_then(|node| item_path(report, node, is_child));
    let paging = fields.get("paging").and_then(|node| paging(report, node)).unwrap_or(Paging::None);
    let delta = fields.get("delta").and_then(|node| delta(report, node)).unwrap_or(Delta::Full);
    let absence = fields.get("absence").and_then(|node| report.choice(node, &ABSENCES)).unwrap_or(Absence::Deletion);
    let content = fields.get("content").and_then(|node| content(report, node, is_child));
    let figures = fields.get("figures").and_then(|node| figures(report, node)).unwrap_or_default();
    let reconcile = fields.get("reconcile").and_then(|node| report.number(node, 1, 366 * 86_400));
    let max_rows = fields.get("max_rows").and_then(|node| report.number(node, 1, i64::MAX)).unwrap_or(ENDLESS);
    let signs = fields.get("signs").and_then(|node| signs(report, node)).unwrap_or_default();
    let single = fields.get("single").and_then(|node| report.flag(node)).unwrap_or_default();
    // Everything has been read before anything is given up: all that is wrong is told at once.
    let collection = Collection {
        name: name.to_owned(),
        kind: kind?,
        list: list?,
        list_or: list_or.unwrap_or_default(),
        query,
        item,
        paging,
        rows,
        single,
        delta,
        absence,
        revision,
        partition,
        with,
        without,
        columns: columns?,
        joined: None,
        mask,
        content,
        figures,
        reconcile,
        max_rows,
        signs,
    };
    fits(report, &fields, &collection);
    if let (Some(Content::Children { collection: made_of, .. }), Some(node)) =
        (&collection.content, fields.get("content"))
    {
        report.made_of.push((name.to_owned(), made_of.clone(), node.place));
    }
    Some(collection)
}

/// Reads `figures = { .. }`.
fn figures(report: &mut Report, node: &Node) -> Option<Figures> {
    let fields = report.open(&keys::FIGURES, node)?;
    let mut pointers = |key: &str| fields.get(key).map(|node| report.pointers(node)).unwrap_or_default();
    Some(Figures {
        version: pointers("version"),
        system: pointers("system"),
        day: pointers("day"),
        sessions: pointers("sessions"),
        cost: pointers("cost"),
        currency: pointers("currency"),
        days: pointers("days"),
    })
}

/// Reads `signs`.
fn signs(report: &mut Report, node: &Node) -> Option<Signs> {
    let fields = report.open(&keys::SIGNS, node)?;
    let mut pointers = |key: &str| fields.get(key).map(|node| report.pointers(node)).unwrap_or_default();
    Some(Signs { seen: pointers("seen"), cloned: pointers("cloned") })
}

/// What two keys of one collection say about each other.
fn fits(report: &mut Report, fields: &Fields<'_>, collection: &Collection) {
    if let Some(node) = fields.get("fixed_id").or(fields.get("columns"))
        && collection.columns.fixed_id.is_some()
        && !collection.single
    {
        let hint = "write `single = true`, or `id` instead";
        report.error(node.place, "`fixed_id` is for a collection of one record", Some(hint.to_owned()));
    }
    if collection.single
        && let (Some(node), true) = (fields.get("paging"), collection.paging != Paging::None)
    {
        report.error(node.place, "a single record has no pages", None);
    }
}

/// In a list's path only the parent is known, and only a child list has one.
fn list_path(report: &mut Report, node: &Node, is_child: bool) -> Option<String> {
    let path = report.path(node, |slot| matches!(slot, Slot::Parent))?;
    let names_parent = path.contains("{parent}");
    if names_parent != is_child {
        let message = match names_parent {
            true => "`{parent}` needs `partition = { parent = ... }`",
            false => "the list of a child needs `{parent}` in its path",
        };
        report.error(node.place, message, None);
        return None;
    }
    Some(path)
}

/// In a child list, a record's path may name its parent, too.
pub(super) fn item_path(report: &mut Report, node: &Node, is_child: bool) -> Option<String> {
    if !is_child {
        return record_path(report, node);
    }
    let path = report.path(node, |slot| matches!(slot, Slot::Id | Slot::Parent))?;
    names_record(report, node, path)
}

/// A path that names one record.
fn record_path(report: &mut Report, node: &Node) -> Option<String> {
    let path = report.path(node, |slot| matches!(slot, Slot::Id))?;
    names_record(report, node, path)
}

fn names_record(report: &mut Report, node: &Node, path: String) -> Option<String> {
    if !path.contains("{id}") {
        report.error(node.place, "`{id}` is missing in the path of one record", None);
        return None;
    }
    Some(path)
}

fn query(report: &mut Report, node: &Node) -> std::collections::BTreeMap<String, String> {
    for entry in report.entries(node).unwrap_or_default() {
        if let Some(text) = entry.node.as_text() {
            report.template(entry.node.place, text, |slot| matches!(slot, Slot::Day(_)));
        }
    }
    report.texts(node)
}

/// The word of a table's `kind`, or the word that stands in place of the whole table.
fn kind_of<T: Copy>(report: &mut Report, node: &Node, what: &str, kinds: &[(&str, T)]) -> Option<T> {
    if matches!(node.value, Value::Text(_)) {
        return report.choice(node, kinds);
    }
    report.entries(node)?;
    let Some(kind) = node.get("kind") else {
        let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
        let hint = format!("use {}", super::fields::listed(&names));
        report.error(node.place, format!("`kind` is missing in {what}"), Some(hint));
        return None;
    };
    report.choice(kind, kinds)
}

pub(super) fn paging(report: &mut Report, node: &Node) -> Option<Paging> {
    let sections = [
        ("none", &keys::PAGING_NONE),
        ("offset", &keys::PAGING_OFFSET),
        ("cursor", &keys::PAGING_CURSOR),
        ("page", &keys::PAGING_PAGE),
    ];
    let section = kind_of(report, node, "paging", &sections)?;
    // A bare word stands for a table with nothing but its kind.
    let table = if node.as_text().is_some() { None } else { Some(report.open(section, node)?) };
    let get = |key: &str| table.and_then(|fields| fields.get(key));
    let size = match get("size") {
        Some(node) => u32::try_from(report.number(node, 1, MOST_ROWS)?).ok()?,
        None => 100,
    };
    let mut param = |key: &str, default: &str| match get(key) {
        Some(node) => report.text(node),
        None => Some(default.to_owned()),
    };
    Some(match section.name {
        "paging (offset)" => {
            Paging::Offset { size, limit: param("limit", "limit")?, offset: param("offset", "offset")? }
        }
        "paging (cursor)" => {
            Paging::Cursor { size, limit: param("limit", "limit")?, cursor: param("cursor", "cursor")? }
        }
        "paging (page)" => Paging::Page { size, limit: param("limit", "page_size")?, page: param("page", "page")? },
        _ => Paging::None,
    })
}

fn delta(report: &mut Report, node: &Node) -> Option<Delta> {
    let sections = [("full", &keys::DELTA_FULL), ("newest-first", &keys::DELTA_NEWEST), ("since", &keys::DELTA_SINCE)];
    let section = kind_of(report, node, "delta", &sections)?;
    if section.name == "delta (full)" && node.as_text().is_some() {
        return Some(Delta::Full);
    }
    let fields = report.open(section, node)?;
    if section.name == "delta (full)" {
        return Some(Delta::Full);
    }
    let by = fields.need(report, "by").and_then(|node| report.pointer(node, true));
    if section.name == "delta (newest-first)" {
        return Some(Delta::NewestFirst { by: by? });
    }
    let param = fields.need(report, "param").and_then(|node| report.text(node));
    let overlap = fields.get("overlap").and_then(|node| report.number(node, 0, 366 * 86_400));
    let numbered = fields.get("numbered").and_then(|node| report.flag(node)).unwrap_or_default();
    // The last number is asked for again, and no more than that.
    let overlap = overlap.unwrap_or(if numbered { 1 } else { 60 }).max(u64::from(numbered));
    Some(Delta::Since { param: param?, by: by?, overlap, numbered })
}

fn partition(report: &mut Report, node: &Node) -> Option<Partition> {
    let entries = report.entries(node)?;
    if entries.iter().any(|entry| entry.key == "parent") {
        let fields = report.open(&keys::PARENT, node)?;
        let parent = fields.need(report, "parent")?;
        let collection = report.text(parent)?;
        report.collections.push((collection.clone(), parent.place));
        return Some(Partition::Parent {
            collection,
            field: fields.get("field").and_then(|node| field(report, node)),
            open: fields.get("open").map(|node| report.list(node, Report::text)).unwrap_or_default(),
        });
    }
    let [entry] = entries else {
        let hint = "like `{ status = [\"OPEN\", \"CLOSED\"] }` or `{ parent = \"runs\" }`";
        report.error(node.place, "a partition is one parameter with its values, or a parent", Some(hint.to_owned()));
        return None;
    };
    let values = report.list(&entry.node, Report::text);
    if values.is_empty() {
        report.error(entry.node.place, "a partition needs at least one value", None);
        return None;
    }
    Some(Partition::Values { param: entry.key.clone(), values })
}

/// Where the parent's id is recorded: one key, since it may have to be added.
fn field(report: &mut Report, node: &Node) -> Option<String> {
    let pointer = report.pointer(node, true)?;
    if pointer[1..].contains('/') {
        report.error(node.place, "this must be a key of the row itself, like `/run_id`", None);
        return None;
    }
    Some(pointer)
}

fn columns(report: &mut Report, node: &Node) -> Option<ColumnMap> {
    let fields = report.open(&keys::COLUMNS, node)?;
    let fixed_id = fields.get("fixed_id").and_then(|node| report.text(node));
    let [id, title] =
        ["id", "title"].map(|key| fields.get(key).map(|node| report.list(node, rule)).unwrap_or_default());
    let mut pointers = |key: &str| fields.get(key).map(|node| report.pointers(node)).unwrap_or_default();
    let project = pointers("project");
    let (created_at, updated_at) = (pointers("created_at"), pointers("updated_at"));
    if fields.get("id").is_none() && fields.get("fixed_id").is_none() {
        report.error(node.place, "`id` is missing in columns", Some("like `id = \"/id\"`".to_owned()));
    }
    let (status, status_words) = fields.get("status").map(|node| status(report, node)).unwrap_or_default();
    let (agent, agent_join) = fields.get("agent").map(|node| agent(report, node)).unwrap_or_default();
    Some(ColumnMap { id, fixed_id, title, status, status_words, agent, agent_join, project, created_at, updated_at })
}

/// A pointer, or a template of pointers, for rows that no single value tells apart.
fn rule(report: &mut Report, node: &Node) -> Option<String> {
    match node.as_text() {
        Some(text) if text.contains('{') => {
            let good = report.template(node.place, text, |slot| matches!(slot, Slot::Pointer(_)));
            good.then(|| text.to_owned())
        }
        _ => report.pointer(node, false),
    }
}

fn status(report: &mut Report, node: &Node) -> (Vec<String>, std::collections::BTreeMap<String, String>) {
    if !matches!(node.value, Value::Table(_)) {
        return (report.pointers(node), Default::default());
    }
    let Some(fields) = report.open(&keys::STATUS, node) else { return Default::default() };
    let at = fields.need(report, "at").map(|node| report.pointers(node)).unwrap_or_default();
    (at, fields.get("words").map(|node| report.texts(node)).unwrap_or_default())
}

fn agent(report: &mut Report, node: &Node) -> (Vec<String>, Option<AgentJoin>) {
    if !matches!(node.value, Value::Table(_)) {
        return (report.pointers(node), None);
    }
    let Some(fields) = report.open(&keys::AGENT, node) else { return Default::default() };
    let join = fields.need(report, "join").map(|node| report.pointers(node)).unwrap_or_default();
    let to = fields.need(report, "to").and_then(|node| {
        let name = report.text(node)?;
        report.collections.push((name.clone(), node.place));
        Some(name)
    });
    let on = fields.need(report, "on").and_then(|node| report.pointer(node, false));
    let rank = fields.get("rank").and_then(|node| report.pointer(node, false));
    (join, to.zip(on).map(|(to, on)| AgentJoin { to, on, rank }))
}
