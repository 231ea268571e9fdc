//! From what a manifest says to the URL of a request, and from an error reply to its words. Pure.

use jiff::ToSpan;
use jiff::civil::Date;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};
use url::Url;

use super::manifest::{ContentFetch, Delta, Paging, Partition};
use super::template::{self, Slot};
use super::{At, Collection, Manifest, PageAsk};

/// Everything but what RFC 3986 calls unreserved: an id stays one path segment whatever it holds.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// URL of a stretch of a list. `path` is the collection's `list` or one of its `list_or`.
///
/// # Errors
/// A template that cannot be filled, or an id that cannot stand in a path.
pub fn list_url(base: &Url, collection: &Collection, path: &str, ask: &PageAsk, today: Date) -> Result<Url, String> {
    let parent = match (&collection.partition, &ask.partition) {
        (Some(Partition::Parent { .. }), Some(parent)) => Some(parent.as_str()),
        _ => None,
    };
    let path = template::expand(path, |slot| match slot {
        Slot::Parent => segment(parent.ok_or("the list of a child was asked for without its parent")?),
        other => Err(format!("{} has no meaning in the path of a list", other.name())),
    })?;
    let mut url = join(base, &path)?;
    let mut query: Vec<(String, String)> = Vec::new();
    for (name, value) in &collection.query {
        query.push((name.clone(), with_days(value, today)?));
    }
    if let (Some(Partition::Values { param, .. }), Some(value)) = (&collection.partition, &ask.partition) {
        query.push((param.clone(), value.clone()));
    }
    if let (Delta::Since { param, .. }, Some(since)) = (&collection.delta, &ask.since) {
        query.push((param.clone(), since.clone()));
    }
    query.extend(place(&collection.paging, ask));
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// The parameters that say where in the list, and how much of it. Where a reply has shown another way of paging than the
/// manifest's, the usual names are used.
fn place(paging: &Paging, ask: &PageAsk) -> Vec<(String, String)> {
    let (size, limit) = match paging {
        Paging::None => (None, "limit"),
        Paging::Offset { size, limit, .. } | Paging::Cursor { size, limit, .. } | Paging::Page { size, limit, .. } => {
            (Some(*size), limit.as_str())
        }
    };
    let pair = |name: &str, value: String| Some((name.to_owned(), value));
    let size = ask.size.or(size).and_then(|size| pair(limit, size.to_string()));
    let at = match (&ask.at, paging) {
        (At::Start, Paging::Page { page, .. }) => pair(page, "1".to_owned()),
        // Left out: what a server does without it is to begin, and some refuse an empty cursor.
        (At::Start, _) => None,
        (At::Offset(row), Paging::Offset { offset, .. }) => pair(offset, row.to_string()),
        (At::Offset(row), _) => pair("offset", row.to_string()),
        (At::Cursor(at), Paging::Cursor { cursor, .. }) => pair(cursor, at.clone()),
        (At::Cursor(at), _) => pair("cursor", at.clone()),
        (At::Page(number), Paging::Page { page, .. }) => pair(page, number.to_string()),
        (At::Page(number), _) => pair("page", number.to_string()),
    };
    size.into_iter().chain(at).collect()
}

/// URL of one record; `None` when the collection has no path for one.
///
/// # Errors
/// An id that cannot stand in a path.
pub fn item_url(base: &Url, collection: &Collection, id: &str, parent: Option<&str>) -> Result<Option<Url>, String> {
    let Some(item) = &collection.item else { return Ok(None) };
    let path = template::expand(item, |slot| match slot {
        Slot::Id => segment(id),
        Slot::Parent => segment(parent.ok_or("a child was asked for without its parent")?),
        other => Err(format!("{} has no meaning in the path of a record", other.name())),
    })?;
    join(base, &path).map(Some)
}

/// URL of a stretch of a record's content. `path` is one of those that the manifest has for it.
///
/// # Errors
/// An id that cannot stand in a path.
pub fn content_url(
    base: &Url,
    fetch: &ContentFetch,
    path: &str,
    (id, parent): (&str, Option<&str>),
    ask: &PageAsk,
) -> Result<Url, String> {
    let path = template::expand(path, |slot| match slot {
        Slot::Id => segment(id),
        Slot::Parent => segment(parent.ok_or("the content of a child was asked for without its parent")?),
        other => Err(format!("{} has no meaning in the path of content", other.name())),
    })?;
    let mut url = join(base, &path)?;
    let query = place(&fetch.paging, ask);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// URL of a path whose places are all filled, their values escaped.
///
/// # Errors
/// A path that could come to mean another one on its way: what fills a place comes from a platform, or from the people
/// and agents who named things there.
pub fn filled_url(base: &Url, path: &str, query: &[(String, String)]) -> Result<Url, String> {
    let below = path.strip_prefix("host:").unwrap_or(path);
    let strange = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '?' | '#');
    if !below.starts_with('/') || below.contains(strange) || below.split('/').any(climbs) {
        return Err(format!("`{path}` is no path that can be asked for"));
    }
    let mut url = join(base, path)?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// Could a segment be taken for a step to another directory, by a server or a proxy that unpacks it, once or more often?
fn climbs(segment: &str) -> bool {
    let mut text = segment.to_owned();
    for _ in 0..4 {
        if text.split(['/', '\\']).any(|step| matches!(step, "." | "..")) {
            return true;
        }
        let plain = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        if plain == text {
            return false;
        }
        text = plain;
    }
    true
}

/// An id as one segment of a path.
pub(crate) fn segment(id: &str) -> Result<String, String> {
    // However they are written, servers and proxies take these for directories.
    if matches!(id, "" | "." | "..") {
        return Err(format!("`{id}` cannot be asked for by its id"));
    }
    Ok(utf8_percent_encode(id, SEGMENT).to_string())
}

/// A path below the base URL; `host:/path` stands below the host alone.
pub(super) fn join(base: &Url, path: &str) -> Result<Url, String> {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    match path.strip_prefix("host:") {
        Some(path) => url.set_path(path),
        None => url.set_path(&format!("{}{path}", base.path().trim_end_matches('/'))),
    }
    if url.host() == base.host() && url.scheme() == base.scheme() {
        Ok(url)
    } else {
        Err(format!("`{path}` leads away from the connection's host"))
    }
}

/// `{date-90d}` becomes a day.
fn with_days(value: &str, today: Date) -> Result<String, String> {
    template::expand(value, |slot| match slot {
        Slot::Day(days) => today
            .checked_add(i64::from(days).days())
            .map(|day| day.to_string())
            .map_err(|_| format!("{} is no day of the calendar", slot.name())),
        other => Err(format!("{} has no meaning in a query", other.name())),
    })
}

/// The words of an error reply, from where the manifest says they are; `None` when it has none.
///
/// Still untrusted: to be scrubbed and cleaned by the caller.
pub fn error_text(manifest: &Manifest, body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    manifest.error.iter().filter_map(|pointer| body.pointer(pointer)).find_map(words)
}

/// Members in which an error stands, and what stands beside them.
const ERRORS: [&str; 2] = ["error", "errors"];
const BESIDE: [&str; 6] = ["code", "message", "detail", "details", "status", "success"];

/// Does a reply hold an error and nothing else? A record may well have an `error` of its own: a run that failed has one.
pub fn only_an_error(body: &Value) -> bool {
    let told = |value: &Value| match value {
        Value::String(text) => !text.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    let Value::Object(members) = body else { return false };
    members.iter().any(|(key, value)| ERRORS.contains(&key.as_str()) && told(value)) && tells_nothing(members)
}

/// Does an object hold nothing of its own: nothing at all, or only what replies say of themselves?
fn tells_nothing(members: &Map<String, Value>) -> bool {
    members.keys().all(|key| ERRORS.contains(&key.as_str()) || BESIDE.contains(&key.as_str()))
}

/// Why a document that has nothing at `at` cannot be taken for one in which that is empty, if it cannot: it may be an error in other
/// words, or the document may stand within another.
pub(crate) fn cannot_lack(manifest: &Manifest, doc: &Value, at: &str) -> Option<&'static str> {
    let Value::Object(members) = doc else { return Some("it is no document") };
    // With nothing in it, everything in it is empty.
    if (!members.is_empty() && tells_nothing(members))
        || manifest.error.iter().filter_map(|error| doc.pointer(error)).any(|it| words(it).is_some())
    {
        return Some("it may be an error");
    }
    let mut within: Vec<&Value> = members.values().collect();
    while let Some(inner) = within.pop() {
        if inner.pointer(at).is_some() {
            return Some("it stands within another document");
        }
        within.extend(inner.as_object().into_iter().flat_map(Map::values));
    }
    None
}

/// The words in an error value: itself, its `message`, or those of each of its parts. Validation errors are lists of
/// what is wrong where (`loc` and `msg`, `field` and `message`).
fn words(value: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    match value {
        Value::String(_) => text(value),
        Value::Array(parts) => {
            let parts: Vec<String> = parts.iter().take(5).filter_map(words).collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        }
        Value::Object(object) => {
            let said = ["message", "msg", "detail", "error", "title", "code"]
                .iter()
                .find_map(|key| words(object.get(*key)?))?;
            let field = match (object.get("field"), object.get("loc")) {
                (Some(Value::String(field)), _) => Some(field.clone()),
                (_, Some(Value::Array(path))) => {
                    let path = path.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned));
                    Some(path.collect::<Vec<_>>().join("."))
                }
                _ => None,
            };
            let fields = object.get("details").and_then(|details| words(details.get("fields").unwrap_or(details)));
            let said = field.map_or_else(|| said.clone(), |field| format!("{field}: {said}"));
            Some(fields.map_or_else(|| said.clone(), |fields| format!("{said} ({fields})")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Registry;

    const TODAY: Date = jiff::civil::date(2026, 3, 1);

    fn ask(at: At) -> PageAsk {
        PageAsk {
            collection: String::new(),
            partition: None,
            at,
            size: None,
            since: None,
            etag: None,
            last_modified: None,
        }
    }

    fn asked(platform: &str, collection: &str, ask: &PageAsk) -> Result<String, String> {
        let manifest = Registry::builtin().get(platform).unwrap();
        let collection = &manifest.collections[collection];
        let base = Url::parse("https://host.example/api/v1").unwrap();
        list_url(&base, collection, &collection.list, ask, TODAY).map(|url| url.to_string())
    }

    #[test]
    fn every_way_of_paging_is_asked_for_in_its_own_words() {
        let small = PageAsk { size: Some(7), ..ask(At::Start) };
        for (platform, collection, ask, path) in [
            ("turen", "agents", ask(At::Start), "/registered-agents?limit=100"),
            ("turen", "agents", ask(At::Offset(200)), "/registered-agents?limit=100&offset=200"),
            ("turen", "agents", ask(At::Cursor("a&b=".to_owned())), "/registered-agents?limit=100&cursor=a%26b%3D"),
            ("turen", "sessions", small.clone(), "/sessions?include_subagents=true&limit=7"),
            ("turen", "session-calendar", ask(At::Start), "/sessions/calendar?since=2025-12-01&until=2026-03-02"),
            ("exo", "agents", ask(At::Cursor("c 2".to_owned())), "/agents?limit=100&cursor=c+2"),
            ("runagents", "agents", ask(At::Start), "/agents"),
            ("runagents", "agents", ask(At::Offset(100)), "/agents?offset=100"),
            ("runagents", "agents", small, "/agents?limit=7"),
            ("runagents", "catalog", ask(At::Start), "/catalog?page_size=100&page=1"),
            ("runagents", "catalog", ask(At::Page(3)), "/catalog?page_size=100&page=3"),
        ] {
            let url = asked(platform, collection, &ask).unwrap();
            assert_eq!(url, format!("https://host.example/api/v1{path}"), "{platform} {collection} {ask:?}");
        }
    }

    #[test]
    fn a_partition_stands_in_the_query_and_a_parent_in_the_path() {
        let piece = |partition: &str| PageAsk { partition: Some(partition.to_owned()), ..ask(At::Start) };
        assert!(
            asked("runagents", "runs", &piece("PAUSED_APPROVAL")).unwrap().ends_with("/runs?status=PAUSED_APPROVAL")
        );
        let since = PageAsk { since: Some("41".to_owned()), ..piece("a/b ü") };
        assert!(
            asked("runagents", "run-events", &since).unwrap().ends_with("/runs/a%2Fb%20%C3%BC/events?after_seq=41")
        );
        assert!(asked("runagents", "run-events", &ask(At::Start)).unwrap_err().contains("without its parent"));
        assert!(asked("runagents", "run-events", &piece("..")).unwrap_err().contains("`..`"));
    }

    #[test]
    fn a_path_below_the_host_leaves_the_base_path_behind() {
        let manifest = Registry::builtin().get("exo").unwrap();
        let health = &manifest.collections["health"];
        for base in ["https://host.example:8443/deep/api/v1/", "https://host.example:8443/api/v1?x=1#y"] {
            let url = list_url(&Url::parse(base).unwrap(), health, &health.list_or[0], &ask(At::Start), TODAY).unwrap();
            assert_eq!(url.as_str(), "https://host.example:8443/api/health");
        }
    }

    #[test]
    fn an_id_stays_one_segment_whatever_it_holds() {
        let manifest = Registry::builtin().get("runagents").unwrap();
        let base = Url::parse("https://host.example/api/v1/").unwrap();
        for (id, path) in [
            ("research-agent", "research-agent"),
            ("a/b", "a%2Fb"),
            ("../../admin", "..%2F..%2Fadmin"),
            ("...", "..."),
            ("x?y#z%2e", "x%3Fy%23z%252e"),
            ("zwölf\n", "zw%C3%B6lf%0A"),
        ] {
            let url = item_url(&base, &manifest.collections["agents"], id, None).unwrap().unwrap();
            assert_eq!(url.as_str(), format!("https://host.example/api/v1/agents/{path}"));
        }
        for id in ["", ".", ".."] {
            assert!(item_url(&base, &manifest.collections["agents"], id, None).is_err(), "{id}");
        }
        assert_eq!(item_url(&base, &manifest.collections["run-events"], "e1", Some("r1")), Ok(None));
    }

    #[test]
    fn a_filled_path_never_leads_elsewhere() {
        let base = Url::parse("https://host.example/api/v1/").unwrap();
        let query = [("hard".to_owned(), "a&b=c\r\nX: y".to_owned())];
        for (path, url) in [
            ("/agents/a%2Fb", "/api/v1/agents/a%2Fb"),
            ("/agents/...", "/api/v1/agents/..."),
            ("/agents/100%25", "/api/v1/agents/100%25"),
            ("host:/api/health", "/api/health"),
        ] {
            assert_eq!(filled_url(&base, path, &[]).unwrap().as_str(), format!("https://host.example{url}"));
        }
        let url = filled_url(&base, "/agents/a", &query).unwrap();
        assert_eq!(url.query(), Some("hard=a%26b%3Dc%0D%0AX%3A+y"));
        for path in [
            "agents",
            "",
            "https://evil.example/",
            "/agents/..",
            "/agents/./status",
            "/agents/%2e%2E/policy",
            "/agents/x%2F..%2F..%2Fpolicies",
            "/agents/x%5C..%5Cpolicies",
            "/agents/%252e%252e/policy",
            "/agents/x\\..\\policies",
            "/agents/a?hard=true",
            "/agents/a#b",
            "/agents/a\r\nHost: evil.example",
            "/agents/a b",
        ] {
            assert!(filled_url(&base, path, &[]).is_err(), "{path}");
        }
    }

    #[test]
    fn every_shape_of_error_gives_its_words() {
        for (platform, body, words) in [
            ("turen", r#"{"error":"invalid key"}"#, Some("invalid key")),
            ("turen", r#"{"error":{"message":"invalid key"}}"#, Some("invalid key")),
            ("exo", r#"{"detail":"Invalid session"}"#, Some("Invalid session")),
            ("exo", r#"{"error":{"code":"not_found","message":"No such run","details":null}}"#, Some("No such run")),
            (
                "exo",
                r#"{"error":{"code":"validation_error","message":"Invalid request","details":{"fields":[{"field":"limit","message":"too large","type":"x"},{"field":"q","message":"missing"}]}}}"#,
                Some("Invalid request (limit: too large; q: missing)"),
            ),
            (
                "exo",
                r#"{"detail":[{"loc":["query","limit"],"msg":"ensure this value is less than 101","type":"value_error"},{"loc":["body",0],"msg":"bad"}]}"#,
                Some("query.limit: ensure this value is less than 101; body.0: bad"),
            ),
            (
                "runagents",
                r#"{"error":"invalid transition from FAILED to RUNNING"}"#,
                Some("invalid transition from FAILED to RUNNING"),
            ),
            (
                "runagents",
                r#"{"type":"about:blank","title":"Unprocessable","status":422,"detail":"bad status"}"#,
                Some("bad status"),
            ),
            ("runagents", r#"{"error":{"message":"boom"}}"#, Some("boom")),
            ("runagents", r#"{"error":""}"#, None),
            ("runagents", r#"{"ok":true}"#, None),
            ("runagents", "<html>", None),
        ] {
            let manifest = Registry::builtin().get(platform).unwrap();
            assert_eq!(error_text(&manifest, body.as_bytes()).as_deref(), words, "{body}");
        }
    }
}
