//! The part of a collection that says where the content of its records is.

use super::collection::{item_path, paging};
use super::fields::{Fields, Report};
use super::keys;
use super::tree::Node;
use crate::platform::manifest::{Content, ContentFetch, Paging};

/// Reads `content = { ... }`: `record` or `children` says what sort it is, else it is fetched apart.
pub fn content(report: &mut Report, node: &Node, is_child: bool) -> Option<Content> {
    report.entries(node)?;
    if node.get("children").is_some() {
        return children(report, node);
    }
    if node.get("record").is_some() {
        return in_record(report, node, is_child);
    }
    let fields = report.open(&keys::CONTENT, node)?;
    let entries = fields.need(report, "entries").map(|node| report.pointers(node));
    let fetch = fetch(report, &fields, is_child, entries.clone().unwrap_or_default());
    let changed = changed(report, &fields);
    if fields.get("path").is_none() {
        let hint =
            "like `path = \"/sessions/{id}/content\"`; or `record`, or `children`, where nothing is fetched apart";
        report.error(node.place, "`path` is missing in content", Some(hint.to_owned()));
    }
    entries?;
    Some(Content::Apart { fetch: fetch?, changed })
}

fn in_record(report: &mut Report, node: &Node, is_child: bool) -> Option<Content> {
    let fields = report.open(&keys::CONTENT_RECORD, node)?;
    let at = fields.need(report, "record").map(|node| report.pointers(node)).unwrap_or_default();
    let entries = fields.get("entries").map(|node| report.pointers(node)).unwrap_or_else(|| at.clone());
    let changed = changed(report, &fields);
    for key in ["path_or", "entries"] {
        if let (Some(node), None) = (fields.get(key), fields.get("path")) {
            report.error(node.place, format!("`{key}` needs a `path`"), None);
        }
    }
    let fetch = match fields.get("path") {
        Some(_) => Some(fetch(report, &fields, is_child, entries)?),
        None => None,
    };
    Some(Content::InRecord { at, fetch, changed })
}

fn children(report: &mut Report, node: &Node) -> Option<Content> {
    let fields = report.open(&keys::CONTENT_CHILDREN, node)?;
    let collection = fields.need(report, "children").and_then(|node| {
        let name = report.text(node)?;
        report.collections.push((name.clone(), node.place));
        Some(name)
    });
    let order = fields.need(report, "order").and_then(|node| report.pointer(node, true));
    Some(Content::Children { collection: collection?, order: order? })
}

fn fetch(report: &mut Report, fields: &Fields<'_>, is_child: bool, entries: Vec<String>) -> Option<ContentFetch> {
    let path = fields.get("path").and_then(|node| item_path(report, node, is_child));
    let path_or = fields.get("path_or").map(|node| report.list(node, |report, node| item_path(report, node, is_child)));
    let paging = fields.get("paging").and_then(|node| paging(report, node)).unwrap_or(Paging::None);
    Some(ContentFetch { path: path?, path_or: path_or.unwrap_or_default(), entries, paging })
}

fn changed(report: &mut Report, fields: &Fields<'_>) -> Vec<String> {
    let changed = fields.get("changed").map(|node| report.list(node, |report, node| report.pointer(node, true)));
    changed.unwrap_or_default()
}
