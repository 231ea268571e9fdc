//! Every key a manifest may hold, by the table it stands in. The reader takes no other, and the reference page lists these.

/// A sort of table.
#[derive(Debug, PartialEq, Eq)]
pub struct Section {
    /// How it is called in messages and on the reference page.
    pub name: &'static str,
    /// Its keys.
    pub keys: &'static [&'static str],
}

pub const ROOT: Section = Section {
    name: "manifest",
    keys: &[
        "schema",
        "name",
        "title",
        "inherits",
        "base_url",
        "url",
        "auth",
        "error",
        "rate",
        "collections",
        "search",
        "actions",
    ],
};
pub const URL: Section = Section { name: "url", keys: &["default_path", "elsewhere"] };
pub const AUTH_HEADER: Section = Section { name: "auth (header)", keys: &["kind", "name", "prefixes", "refused"] };
pub const AUTH_BEARER: Section = Section { name: "auth (bearer)", keys: &["kind", "prefixes", "refused"] };
pub const AUTH_SESSION: Section = Section {
    name: "auth (session)",
    keys: &["kind", "login", "user_field", "password_field", "csrf", "csrf_token", "csrf_header", "expired"],
};
pub const RATE: Section = Section { name: "rate", keys: &["limit", "remaining", "reset", "reset_kind", "window"] };
pub const COLLECTION: Section = Section {
    name: "collection",
    keys: &[
        "kind",
        "list",
        "list_or",
        "query",
        "item",
        "paging",
        "rows",
        "single",
        "delta",
        "absence",
        "revision",
        "partition",
        "with",
        "without",
        "columns",
        "mask",
        "content",
        "figures",
        "reconcile",
        "max_rows",
        "signs",
    ],
};
pub const SIGNS: Section = Section { name: "signs", keys: &["seen", "cloned"] };
pub const PAGING_NONE: Section = Section { name: "paging (none)", keys: &["kind"] };
pub const PAGING_OFFSET: Section = Section { name: "paging (offset)", keys: &["kind", "size", "limit", "offset"] };
pub const PAGING_CURSOR: Section = Section { name: "paging (cursor)", keys: &["kind", "size", "limit", "cursor"] };
pub const PAGING_PAGE: Section = Section { name: "paging (page)", keys: &["kind", "size", "limit", "page"] };
pub const DELTA_FULL: Section = Section { name: "delta (full)", keys: &["kind"] };
pub const DELTA_NEWEST: Section = Section { name: "delta (newest-first)", keys: &["kind", "by"] };
pub const DELTA_SINCE: Section =
    Section { name: "delta (since)", keys: &["kind", "param", "by", "overlap", "numbered"] };
pub const PARENT: Section = Section { name: "partition (parent)", keys: &["parent", "field", "open"] };
pub const COLUMNS: Section = Section {
    name: "columns",
    keys: &["id", "fixed_id", "title", "status", "agent", "project", "created_at", "updated_at"],
};
pub const AGENT: Section = Section { name: "agent", keys: &["join", "to", "on", "rank"] };
pub const STATUS: Section = Section { name: "status", keys: &["at", "words"] };
pub const CONTENT: Section = Section { name: "content", keys: &["path", "path_or", "entries", "paging", "changed"] };
pub const CONTENT_RECORD: Section =
    Section { name: "content (record)", keys: &["record", "path", "path_or", "entries", "changed"] };
pub const CONTENT_CHILDREN: Section = Section { name: "content (children)", keys: &["children", "order"] };
pub const FIGURES: Section =
    Section { name: "figures", keys: &["version", "system", "day", "sessions", "cost", "currency", "days"] };
pub const SEARCH: Section = Section { name: "search", keys: &["path", "param", "rows"] };
pub const ACTION: Section = Section {
    name: "action",
    keys: &[
        "on",
        "verb",
        "lacks",
        "creates",
        "request",
        "requests",
        "steps",
        "edits",
        "needs",
        "done",
        "guard",
        "related",
        "settled_by",
        "settled_at",
        "deadline",
        "args",
        "undo",
        "note",
    ],
};
pub const REQUEST: Section =
    Section { name: "request", keys: &["method", "path", "query", "body", "when", "unless", "or", "done"] };
pub const OR: Section = Section { name: "or", keys: &["method", "path", "body"] };
pub const EDITS: Section =
    Section { name: "edits", keys: &["fields", "partial", "keyed", "sets", "null_keeps", "json"] };
pub const RELATED: Section =
    Section { name: "related", keys: &["collection", "id", "path", "guard", "needs", "same", "shows"] };
pub const DEADLINE: Section = Section { name: "deadline", keys: &["after", "at", "minutes_after"] };
pub const STEP_DO: Section = Section { name: "step (do)", keys: &["do"] };
pub const STEP_EACH: Section =
    Section { name: "step (each)", keys: &["each", "by", "where", "through", "action", "remembered"] };
pub const THROUGH: Section = Section { name: "through", keys: &["collection", "at", "shown"] };
pub const STEP_ENSURE: Section = Section { name: "step (ensure)", keys: &["ensure", "id", "create"] };
pub const STEP_HEAD: Section = Section { name: "step (head)", keys: &["head", "read", "value", "write", "remove"] };

/// All of them, in the order of the reference page.
#[cfg(test)]
pub const ALL: [&Section; 35] = [
    &ROOT,
    &URL,
    &AUTH_HEADER,
    &AUTH_BEARER,
    &AUTH_SESSION,
    &RATE,
    &COLLECTION,
    &SIGNS,
    &PAGING_NONE,
    &PAGING_OFFSET,
    &PAGING_CURSOR,
    &PAGING_PAGE,
    &DELTA_FULL,
    &DELTA_NEWEST,
    &DELTA_SINCE,
    &PARENT,
    &COLUMNS,
    &AGENT,
    &STATUS,
    &CONTENT,
    &CONTENT_RECORD,
    &CONTENT_CHILDREN,
    &FIGURES,
    &SEARCH,
    &ACTION,
    &REQUEST,
    &OR,
    &EDITS,
    &RELATED,
    &DEADLINE,
    &STEP_DO,
    &STEP_EACH,
    &THROUGH,
    &STEP_ENSURE,
    &STEP_HEAD,
];
