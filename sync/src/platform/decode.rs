//! From the bytes of a reply to rows for the mirror. Pure: no I/O, no clock.
//!
//! A [`Decoder`] is built once per collection. It finds the rows wherever the server put them, reads each in one pass
//! (`row`) that hashes it, picks out the columns and masks secrets, and tells how the list goes on (`envelope`).
//!
//! What always holds: a row's document is the text that was sent, down to white space and digits, except that secrets
//! are masked, a child's parent is written in where it was missing, and what strict JSON cannot hold is mended (`NaN`,
//! half surrogate pairs, raw control characters, bytes that are no UTF-8). Every document therefore parses. Equal
//! hashes mean equal documents but for white space and order of keys. A row that cannot be taken never costs another.
//!
//! Not here: retries, status codes and size limits (`client`); what to ask next (`pull`).

mod columns;
mod envelope;
mod escape;
#[cfg(test)]
mod fixtures;
mod messages;
mod plan;
mod row;
mod scan;
mod secrets;
#[cfg(test)]
mod tests;
pub(crate) mod time;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use xxhash_rust::xxh3::xxh3_64;

use self::envelope::{Envelope, Rows};
use self::plan::Plan;
use self::row::Reader;
use self::scan::{Fault, Scanner, Sort};
use super::manifest::{Paging, Partition};
use super::request::only_an_error;
use super::{At, BadRow, Collection, Page, PageAsk, Style};
use crate::model::Incoming;

pub use self::messages::{MessageDecoder, MessagePage};
pub use self::row::MASKED;
pub use self::secrets::texts as secret_texts;

/// Reads the replies of one collection.
#[derive(Debug)]
pub struct Decoder {
    plan: Plan,
    rows: Vec<String>,
    single: bool,
    paging: Paging,
    fixed_id: Option<String>,
    status_words: BTreeMap<String, String>,
    id_pointers: String,
    /// Key of the row under which its parent's id is recorded.
    parent_key: Option<String>,
    is_child: bool,
    /// See [`salt`].
    salt: u64,
}

/// Most rows of one reply. The size of a reply is limited, but a row of two bytes takes a hundred times as many once read.
const MOST_ROWS: usize = 500_000;

/// What became of a row.
enum Taken {
    Good(Incoming, Option<String>),
    Bad(BadRow),
    /// It is something else, as the manifest's `with` and `without` tell.
    Other,
}

impl Decoder {
    /// Compiles what the manifest says about `collection`.
    pub fn new(collection: &Collection) -> Self {
        let parent_key = match &collection.partition {
            Some(Partition::Parent { field: Some(field), .. }) => Some(field.trim_start_matches('/').to_owned()),
            _ => None,
        };
        Self {
            plan: Plan::new(collection),
            rows: collection.rows.clone(),
            single: collection.single,
            paging: collection.paging.clone(),
            fixed_id: collection.columns.fixed_id.clone(),
            status_words: collection.columns.status_words.clone(),
            id_pointers: collection.columns.id.join(" or "),
            parent_key,
            is_child: matches!(collection.partition, Some(Partition::Parent { .. })),
            salt: salt(collection),
        }
    }

    /// The same reader, but for secrets, which stay: for documents that are sent back, and never kept or shown.
    pub fn bare(collection: &Collection) -> Self {
        let mut decoder = Self::new(collection);
        decoder.plan.masks = false;
        decoder
    }

    /// Reads the reply to a request for a stretch of the list.
    ///
    /// # Errors
    /// What the reply is instead of a list, in words for a person and without any of its text but key names.
    pub fn page(&self, ask: &PageAsk, body: &[u8]) -> Result<Page, String> {
        let text = text_of(body)?;
        let mut scanner = Scanner::new(&text, 0);
        let parent = ask.partition.as_deref().filter(|_| self.is_child);
        if self.single {
            return self.single_page(&text, parent);
        }
        match scanner.sort().map_err(|fault| told(&text, fault))? {
            Sort::Array => {
                let start = scanner.at;
                let page = self.array(&text, start, parent, true)?;
                Ok(self.finish(ask, page, envelope::Told::default(), true))
            }
            Sort::Object => {
                let envelope = Envelope::read(&mut scanner, &self.rows).map_err(|fault| told(&text, fault))?;
                ends(&text, scanner)?;
                envelope.check()?;
                let page = match envelope.rows()? {
                    Rows::At(start) => self.array(&text, start, parent, false)?,
                    Rows::Empty => Gathered::default(),
                };
                // An empty list that comes with an error says nothing of what there is.
                if envelope.told.error && page.carried == 0 {
                    return Err("an error beside an empty list".to_owned());
                }
                Ok(self.finish(ask, page, envelope.told, false))
            }
            // How some languages write a list that holds nothing.
            Sort::Null => {
                scanner.word("null").map_err(|fault| told(&text, fault))?;
                ends(&text, scanner)?;
                Ok(self.finish(ask, Gathered::default(), envelope::Told::default(), true))
            }
            other => Err(format!("{} in place of a list", other.name())),
        }
    }

    /// Reads the reply to a request for one record, also one that wraps it in an object.
    ///
    /// # Errors
    /// As for [`Decoder::page`].
    pub fn record(&self, parent: Option<&str>, body: &[u8]) -> Result<Incoming, String> {
        let text = text_of(body)?;
        let mut scanner = Scanner::new(&text, 0);
        let sort = scanner.sort().map_err(|fault| told(&text, fault))?;
        if sort != Sort::Object {
            return Err(format!("{} in place of a record", sort.name()));
        }
        let whole = scanner.at;
        scanner.skip_brackets().map_err(|fault| told(&text, fault))?;
        ends(&text, scanner)?;
        // With a fixed id anything passes for the record: what is plainly none must be told from it.
        if self.fixed_id.is_some()
            && let Ok(body) = serde_json::from_str::<serde_json::Value>(&text)
        {
            if only_an_error(&body) {
                return Err("an error in place of a record".to_owned());
            }
            if body.as_object().is_some_and(serde_json::Map::is_empty) {
                return Err("an empty object in place of a record".to_owned());
            }
        }
        let members = objects(&text, whole).map_err(|fault| told(&text, fault))?;
        let wrapped = members.iter().find(|(pointer, _)| self.rows.contains(pointer));
        // With a fixed id anything passes for the record itself: look for its wrapping first.
        let places = match (self.fixed_id.is_some(), wrapped, members.as_slice()) {
            (true, Some((_, at)), _) => vec![*at],
            (true, None, _) => vec![whole],
            (false, Some((_, at)), _) | (false, None, [(_, at)]) => vec![whole, *at],
            (false, None, _) => vec![whole],
        };
        let mut reader = Reader::new(Scanner::new(&text, 0), &self.plan);
        let mut reason = String::new();
        for start in places {
            reader.scanner.at = start;
            match self.take(&mut reader, 0, parent).map_err(|fault| told(&text, fault))? {
                Taken::Good(incoming, _) => return Ok(incoming),
                Taken::Bad(bad) if reason.is_empty() => reason = bad.reason,
                Taken::Bad(_) => {}
                Taken::Other => reason = "a record of another sort".to_owned(),
            }
        }
        Err(reason)
    }

    /// A collection of one record.
    fn single_page(&self, text: &str, parent: Option<&str>) -> Result<Page, String> {
        let record = self.record(parent, text.as_bytes())?;
        Ok(Page {
            rows: vec![record],
            order_by: vec![None],
            bad: Vec::new(),
            carried: 1,
            style: Style::Whole,
            total: Some(1),
            has_more: Some(false),
            next_cursor: None,
            limit: None,
            offset: None,
            asked: None,
            etag: None,
            last_modified: None,
        })
    }

    /// Reads the rows of the array that begins at `start`; `whole` says that nothing may follow it.
    fn array(&self, text: &str, start: usize, parent: Option<&str>, whole: bool) -> Result<Gathered, String> {
        let mut reader = Reader::new(Scanner::new(text, start), &self.plan);
        let mut page = Gathered::default();
        reader.scanner.open();
        let mut place = 0;
        while reader.scanner.next(b']', place == 0).map_err(|fault| told(text, fault))? {
            match self.take(&mut reader, place, parent).map_err(|fault| told(text, fault))? {
                Taken::Good(incoming, order_by) => {
                    page.rows.push(incoming);
                    page.order_by.push(order_by);
                }
                Taken::Bad(bad) => page.bad.push(bad),
                Taken::Other => page.left_out += 1,
            }
            place += 1;
            if place > MOST_ROWS {
                return Err(format!("more than {MOST_ROWS} rows in one reply"));
            }
        }
        page.carried = place as u64;
        if whole {
            ends(text, reader.scanner)?;
        }
        page.keep_last_of_each();
        Ok(page)
    }

    /// Reads the row that begins here. A fault is one that leaves no way to find the next row.
    fn take(&self, reader: &mut Reader<'_, '_>, place: usize, parent: Option<&str>) -> Result<Taken, Fault> {
        let bad = |id: Option<String>, reason: String| Ok(Taken::Bad(BadRow { place, id, reason }));
        let sort = reader.scanner.sort()?;
        let start = reader.scanner.at;
        if sort != Sort::Object {
            match sort {
                Sort::Array => reader.scanner.skip_brackets()?,
                _ => reader.scanner.skip(0)?,
            }
            return bad(None, format!("{} where a record should be", sort.name()));
        }
        let hash = match reader.row() {
            Ok(hash) => hash,
            Err(fault @ (Fault::TooDeep | Fault::Syntax(_))) => {
                reader.scanner.at = start;
                reader.scanner.skip_brackets()?;
                let reason = match fault {
                    Fault::TooDeep => format!("nested deeper than {} levels", scan::MAX_DEPTH),
                    _ => "not valid JSON".to_owned(),
                };
                // What was read before the fault may tell which record it is.
                return bad(self.id(&reader.picks, parent).ok(), reason);
            }
            Err(fault) => return Err(fault),
        };
        let present = |slots: &[usize]| slots.iter().any(|slot| reader.picks[*slot].is_some());
        if (!self.plan.with.is_empty() && !present(&self.plan.with)) || present(&self.plan.without) {
            return Ok(Taken::Other);
        }
        let id = match self.id(&reader.picks, parent) {
            Ok(id) => id,
            Err(reason) => return bad(None, reason),
        };
        let added = self.parent_to_add(&reader.picks, parent);
        let (hash, added) = match added {
            None => (hash, None),
            Some((key, parent)) => {
                let member = format!("{}:{}", serde_json::Value::from(key), serde_json::Value::from(parent));
                (row::with_member(hash, key, parent), Some(member))
            }
        };
        let order_by = self.order_by(&reader.picks);
        let incoming = Incoming {
            id,
            columns: self.columns(&reader.picks),
            join: self.join(&reader.picks),
            hash: hash ^ self.salt,
            doc: reader.doc(start, added.as_deref()),
        };
        Ok(Taken::Good(incoming, order_by))
    }

    fn finish(&self, ask: &PageAsk, page: Gathered, told: envelope::Told, bare: bool) -> Page {
        let (planned, asked) = planned(&self.paging, ask);
        let carried = page.carried;
        let style = envelope::style(&told, planned, ask, bare, carried, asked);
        let pages = told.page.zip(told.pages).map(|(page, pages)| page < pages);
        // Rows that are something else make the server's numbers mean something else, too.
        let has_more = told.has_more.or(pages);
        let (carried, total, has_more, next_cursor) = match page.left_out {
            0 => (carried, told.total, has_more, told.next),
            // Another list stands in the place of this one: as far as this one goes, it is empty.
            _ if page.rows.is_empty() && page.bad.is_empty() => (0, Some(0), Some(false), None),
            _ => (carried, None, has_more, told.next),
        };
        Page {
            rows: page.rows,
            order_by: page.order_by,
            bad: page.bad,
            carried,
            style,
            total,
            has_more,
            next_cursor,
            limit: told.limit,
            offset: told.offset,
            asked,
            etag: None,
            last_modified: None,
        }
    }
}

/// The style that a request was made in, and the size it asked for.
fn planned(paging: &Paging, ask: &PageAsk) -> (Style, Option<u32>) {
    let (planned, size) = match paging {
        Paging::None => (Style::Whole, None),
        Paging::Offset { size, .. } => (Style::Offset, Some(*size)),
        Paging::Cursor { size, .. } => (Style::Cursor, Some(*size)),
        Paging::Page { size, .. } => (Style::Page, Some(*size)),
    };
    let style = match ask.at {
        At::Start => planned,
        At::Offset(_) => Style::Offset,
        At::Cursor(_) => Style::Cursor,
        At::Page(_) => Style::Page,
    };
    (style, ask.size.or(size))
}

/// The rows of a reply.
#[derive(Default)]
struct Gathered {
    rows: Vec<Incoming>,
    order_by: Vec<Option<String>>,
    bad: Vec<BadRow>,
    left_out: u64,
    carried: u64,
}

impl Gathered {
    /// A row that stands on one page twice is one row; the later one counts.
    fn keep_last_of_each(&mut self) {
        let mut last: HashMap<&str, usize> = HashMap::with_capacity(self.rows.len());
        for (at, row) in self.rows.iter().enumerate() {
            last.insert(&row.id, at);
        }
        if last.len() == self.rows.len() {
            return;
        }
        let keep: Vec<bool> = self.rows.iter().enumerate().map(|(at, row)| last[row.id.as_str()] == at).collect();
        let mut kept = keep.iter().copied();
        self.rows.retain(|_| kept.next().unwrap_or(true));
        let mut kept = keep.iter().copied();
        self.order_by.retain(|_| kept.next().unwrap_or(true));
    }
}

/// Stands for all that the manifest says about a row. Mixed into its hash, so that a manifest that picks out other columns,
/// or masks more, makes every row a changed one, and the next walk reads it anew.
pub(crate) fn salt(collection: &Collection) -> u64 {
    xxh3_64(format!("{:?} {:?} {:?}", collection.columns, collection.joined, collection.mask).as_bytes())
}

/// The reply as text: a byte order mark dropped, bytes that are no UTF-8 replaced.
fn text_of(body: &[u8]) -> Result<Cow<'_, str>, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err("an empty reply".to_owned()),
        Some(b'<') => Err("HTML or XML in place of JSON".to_owned()),
        // Checking first is far quicker than replacing, and nearly every reply passes.
        Some(_) => Ok(std::str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed)),
    }
}

/// The objects right below the object at `start`, with their pointers.
fn objects(text: &str, start: usize) -> Result<Vec<(String, usize)>, Fault> {
    let mut scanner = Scanner::new(text, start);
    let mut found = Vec::new();
    let mut first = true;
    scanner.open();
    while scanner.next(b'}', first)? {
        first = false;
        let key = scanner.key()?.value();
        match scanner.sort()? {
            Sort::Object => {
                found.push((format!("/{key}"), scanner.at));
                scanner.skip_brackets()?;
            }
            Sort::Array => scanner.skip_brackets()?,
            _ => scanner.skip(0)?,
        }
    }
    Ok(found)
}

/// Nothing but white space may follow.
fn ends(text: &str, mut scanner: Scanner<'_>) -> Result<(), String> {
    if scanner.at_end() { Ok(()) } else { Err(told(text, Fault::Syntax(scanner.at))) }
}

/// A fault in words.
fn told(text: &str, fault: Fault) -> String {
    match fault {
        Fault::CutOff => format!("JSON that is cut off after {} bytes", text.len()),
        Fault::Syntax(at) => format!("not JSON from byte {at} on"),
        Fault::TooDeep => format!("JSON nested deeper than {} levels", scan::MAX_DEPTH),
    }
}
