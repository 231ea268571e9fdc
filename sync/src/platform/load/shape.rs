//! The parts of a manifest that are not collections: how to sign in, what the budget is called, what can be done.

use std::collections::BTreeMap;

use super::action;
use super::collection;
use super::fields::{Fields, Report};
use super::keys;
use super::tree::{Node, Value};
use crate::platform::manifest::{Auth, Manifest, Rate, ResetKind, ServerSearch, UrlRules};
use crate::platform::template::Slot;

/// The version of the manifest's form that this program reads.
const SCHEMA: i64 = 1;

/// Reads the whole tree. `pull_order` is not known yet.
pub fn manifest(report: &mut Report, root: &Node) -> Option<Manifest> {
    schema(report, root)?;
    let fields = report.open(&keys::ROOT, root)?;
    let name = fields.need(report, "name").and_then(|node| {
        let name = report.text(node)?;
        report.name(&name, node.place).then_some(name)
    });
    let title = fields.get("title").and_then(|node| report.text(node));
    let auth = fields.need(report, "auth").map(|node| auths(report, node)).unwrap_or_default();
    let collections = named(report, &fields, "collections", collection::collection);
    if fields.get("collections").is_none() {
        report.error(root.place, "a manifest needs at least one collection", None);
    }
    Some(Manifest {
        title: title.or_else(|| name.clone()).unwrap_or_default(),
        name: name.unwrap_or_default(),
        base_url: fields.get("base_url").and_then(|node| base_url(report, node)),
        url: fields.get("url").and_then(|node| url_rules(report, node)).unwrap_or_default(),
        auth,
        error: fields.get("error").map(|node| report.pointers(node)).unwrap_or_default(),
        rate: fields.get("rate").and_then(|node| rate(report, node)).unwrap_or_default(),
        collections,
        pull_order: Vec::new(),
        search: fields.get("search").and_then(|node| search(report, node)),
        actions: named(report, &fields, "actions", action::action),
    })
}

fn schema(report: &mut Report, root: &Node) -> Option<()> {
    let hint = Some(format!("write `schema = {SCHEMA}`"));
    match root.get("schema") {
        None => report.error(root.place, "`schema` is missing: the version of the manifest's form", hint),
        Some(Node { value: Value::Number(SCHEMA), .. }) => return Some(()),
        Some(Node { value: Value::Number(other), place }) => {
            report.error(*place, format!("schema {other} is not known to this version"), hint);
        }
        Some(node) => report.error(node.place, format!("expected a number, found {}", node.sort()), hint),
    }
    None
}

/// Reads a table of named things; `false` in place of one means that it is not wanted.
fn named<T>(
    report: &mut Report,
    fields: &Fields<'_>,
    key: &str,
    read: impl Fn(&mut Report, &str, &Node) -> Option<T>,
) -> BTreeMap<String, T> {
    let entries = fields.get(key).and_then(|node| report.entries(node)).unwrap_or_default();
    let mut found = BTreeMap::new();
    for entry in entries {
        if matches!(entry.node.value, Value::Flag(false)) || !report.name(&entry.key, entry.place) {
            continue;
        }
        report.described.push(format!("{key}.{}", entry.key));
        if let Some(thing) = read(report, &entry.key, &entry.node) {
            found.insert(entry.key.clone(), thing);
        }
    }
    found
}

fn base_url(report: &mut Report, node: &Node) -> Option<String> {
    let text = report.text(node)?;
    let wrong = match url::Url::parse(&text) {
        Err(error) => Some(format!("`{text}` is not a URL: {error}")),
        Ok(url) if !matches!(url.scheme(), "https" | "http") || !url.has_host() => {
            Some(format!("`{text}` is not an http(s) URL with a host"))
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            Some(format!("`{text}` holds a query or a fragment"))
        }
        Ok(_) => None,
    };
    if let Some(wrong) = wrong {
        report.error(node.place, wrong, Some("like https://api.example.com/v1".to_owned()));
        return None;
    }
    Some(text)
}

fn url_rules(report: &mut Report, node: &Node) -> Option<UrlRules> {
    let fields = report.open(&keys::URL, node)?;
    Some(UrlRules {
        default_path: fields.get("default_path").and_then(|node| report.path(node, nowhere)),
        elsewhere: fields.get("elsewhere").map(|node| report.texts(node)).unwrap_or_default(),
    })
}

/// No place is allowed.
fn nowhere(_: Slot<'_>) -> bool {
    false
}

#[derive(Clone, Copy)]
enum AuthKind {
    Header,
    Bearer,
    Session,
}

fn auths(report: &mut Report, node: &Node) -> Vec<Auth> {
    let ways = match &node.value {
        Value::List(ways) => ways.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if ways.is_empty() {
        report.error(node.place, "at least one way to sign in is needed", None);
    }
    ways.iter().filter_map(|way| auth(report, way)).collect()
}

fn auth(report: &mut Report, node: &Node) -> Option<Auth> {
    report.entries(node)?;
    let Some(kind) = node.get("kind") else {
        report.error(node.place, "`kind` is missing in auth", Some("use `header`, `bearer` or `session`".to_owned()));
        return None;
    };
    let kinds = [("header", AuthKind::Header), ("bearer", AuthKind::Bearer), ("session", AuthKind::Session)];
    match report.choice(kind, &kinds)? {
        AuthKind::Header => {
            let fields = report.open(&keys::AUTH_HEADER, node)?;
            let name = fields.need(report, "name")?;
            Some(Auth::Header {
                name: report.header(name)?,
                prefixes: texts(report, &fields, "prefixes"),
                refused: fields.get("refused").map(|node| report.texts(node)).unwrap_or_default(),
            })
        }
        AuthKind::Bearer => {
            let fields = report.open(&keys::AUTH_BEARER, node)?;
            Some(Auth::Bearer {
                prefixes: texts(report, &fields, "prefixes"),
                refused: fields.get("refused").map(|node| report.texts(node)).unwrap_or_default(),
            })
        }
        AuthKind::Session => session(report, node),
    }
}

fn session(report: &mut Report, node: &Node) -> Option<Auth> {
    let fields = report.open(&keys::AUTH_SESSION, node)?;
    let login = fields.need(report, "login")?;
    let mut text =
        |key: &str, default: &str| fields.get(key).map_or_else(|| Some(default.to_owned()), |node| report.text(node));
    let (user_field, password_field) = (text("user_field", "email")?, text("password_field", "password")?);
    Some(Auth::Session {
        login: report.path(login, nowhere)?,
        user_field,
        password_field,
        csrf: fields.get("csrf").and_then(|node| report.path(node, nowhere)),
        csrf_token: fields.get("csrf_token").map_or_else(|| vec!["/token".to_owned()], |node| report.pointers(node)),
        csrf_header: match fields.get("csrf_header") {
            Some(node) => report.header(node)?,
            None => "X-CSRF-Token".to_owned(),
        },
        expired: texts(report, &fields, "expired"),
    })
}

/// One text or several.
pub(super) fn texts(report: &mut Report, fields: &Fields<'_>, key: &str) -> Vec<String> {
    fields.get(key).map(|node| report.list(node, Report::text)).unwrap_or_default()
}

fn rate(report: &mut Report, node: &Node) -> Option<Rate> {
    let fields = report.open(&keys::RATE, node)?;
    let kinds = [
        ("auto", ResetKind::Auto),
        ("epoch", ResetKind::Epoch),
        ("delta", ResetKind::Delta),
        ("lies", ResetKind::Lies),
    ];
    Some(Rate {
        limit: fields.get("limit").and_then(|node| report.header(node)),
        remaining: fields.get("remaining").and_then(|node| report.header(node)),
        reset: fields.get("reset").and_then(|node| report.header(node)),
        reset_kind: fields.get("reset_kind").and_then(|node| report.choice(node, &kinds)).unwrap_or_default(),
        window: fields.get("window").and_then(|node| report.number(node, 1, 86_400)),
    })
}

fn search(report: &mut Report, node: &Node) -> Option<ServerSearch> {
    let fields = report.open(&keys::SEARCH, node)?;
    let (path, param) = (fields.need(report, "path")?, fields.need(report, "param")?);
    Some(ServerSearch {
        path: report.path(path, nowhere)?,
        param: report.text(param)?,
        rows: fields.need(report, "rows").map(|node| report.pointers(node)).unwrap_or_default(),
    })
}
