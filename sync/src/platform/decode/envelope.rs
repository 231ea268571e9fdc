//! What surrounds the rows of a reply: where they stand, and what it says about the rest of the list.

use std::ops::Range;

use super::scan::{Fault, Scanner, Sort};
use crate::platform::{At, PageAsk, Style};

/// What a reply says about itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    pub total: Option<u64>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub page: Option<u64>,
    pub pages: Option<u64>,
    pub has_more: Option<bool>,
    pub next: Option<String>,
    /// It has a place for a cursor, even if an empty one.
    pub speaks_of_cursors: bool,
    /// It says in words that it is an error.
    pub error: bool,
}

/// Where the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// An array begins at this byte.
    At(usize),
    /// `null` where rows would be: some servers write an empty list so.
    Empty,
}

/// What was found around the rows.
#[derive(Debug, Default)]
pub struct Envelope {
    pub told: Told,
    /// Rows at the best of the manifest's pointers that exists, by its place among them.
    found: Option<(usize, Rows)>,
    /// Arrays at other places of the reply, with how deep they stand.
    others: Vec<(usize, usize)>,
    /// What the objects say that rows may be wrapped in, with where each begins and ends; inner ones first.
    wrappers: Vec<(Range<usize>, Told)>,
    /// Keys of the object, for a message.
    keys: Vec<String>,
}

/// What an object of a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// The reply itself.
    Reply,
    /// One that may be there to wrap the rows, and what belongs to them.
    Wrapper,
    /// One that tells of paging.
    Paging,
}

/// Keys whose objects hold paging.
const PAGING: [&str; 8] = ["pagination", "paging", "meta", "_meta", "metadata", "page_info", "pageInfo", "page"];

/// Deepest envelope that is looked into.
const DEPTH: usize = 3;

/// The highest number that is taken for a count of rows. Everything behind this adds and multiplies counts, and the mirror
/// adds them up over the pieces of a list: none of that may overflow because a server says 2^64 - 1.
const MOST_ROWS: u64 = 1_000_000_000_000;

/// Longest cursor in bytes: it has to go back in a URL, and is kept with the walk.
const LONGEST_CURSOR: usize = 8 * 1024;

impl Told {
    /// What it does not say itself, as another place of the reply says it.
    fn complete(&mut self, other: Self) {
        self.total = self.total.or(other.total);
        self.limit = self.limit.or(other.limit);
        self.offset = self.offset.or(other.offset);
        self.page = self.page.or(other.page);
        self.pages = self.pages.or(other.pages);
        self.has_more = self.has_more.or(other.has_more);
        self.next = self.next.take().or(other.next);
        self.speaks_of_cursors |= other.speaks_of_cursors;
    }

    /// It says nothing of how the list goes on.
    fn is_silent(&self) -> bool {
        self.total.is_none() && self.has_more.is_none()
    }
}

impl Envelope {
    /// Looks through the object at `scanner` for rows at `pointers`. The scanner is left behind it.
    pub fn read(scanner: &mut Scanner<'_>, pointers: &[String]) -> Result<Self, Fault> {
        let mut envelope = Self::default();
        envelope.object(scanner, pointers, &mut String::new(), 0, Inside::Reply)?;
        // Of what stands around the rows the nearest counts for most, but for the reply itself.
        if let Ok(Rows::At(rows)) = envelope.rows() {
            for (place, told) in std::mem::take(&mut envelope.wrappers) {
                if place.contains(&rows) {
                    envelope.told.complete(told);
                }
            }
        }
        Ok(envelope)
    }

    /// The rows: where the manifest says, or the only array there is.
    pub fn rows(&self) -> Result<Rows, String> {
        if let Some((_, rows)) = self.found {
            return Ok(rows);
        }
        if self.told.error {
            return Err("an error in place of a list".to_owned());
        }
        let shallowest = self.others.iter().map(|(depth, _)| *depth).min();
        let mut nearest = self.others.iter().filter(|(depth, _)| Some(*depth) == shallowest);
        match (nearest.next(), nearest.next()) {
            (Some((_, only)), None) => Ok(Rows::At(*only)),
            (None, _) => Err(format!("an object without a list of rows (its keys: {})", self.keys.join(", "))),
            _ => Err(format!("several lists, none of them known (keys: {})", self.keys.join(", "))),
        }
    }

    /// Can the list be read on from here?
    pub fn check(&self) -> Result<(), String> {
        match &self.told.next {
            Some(cursor) if cursor.len() > LONGEST_CURSOR => {
                Err(format!("a cursor of {} bytes, which no URL can carry", cursor.len()))
            }
            _ => Ok(()),
        }
    }

    fn object(
        &mut self,
        scanner: &mut Scanner<'_>,
        pointers: &[String],
        path: &mut String,
        depth: usize,
        inside: Inside,
    ) -> Result<(), Fault> {
        scanner.sort()?;
        scanner.open();
        let mut first = true;
        while scanner.next(b'}', first)? {
            first = false;
            let key = scanner.key()?.value();
            let length = path.len();
            path.push('/');
            path.push_str(&key.replace('~', "~0").replace('/', "~1"));
            self.member(scanner, pointers, path, &key, depth, inside)?;
            path.truncate(length);
            if depth == 0 && self.keys.len() < 12 {
                self.keys.push(key.into_owned());
            }
        }
        Ok(())
    }

    fn member(
        &mut self,
        scanner: &mut Scanner<'_>,
        pointers: &[String],
        path: &mut String,
        key: &str,
        depth: usize,
        inside: Inside,
    ) -> Result<(), Fault> {
        let sort = scanner.sort()?;
        let place = pointers.iter().position(|pointer| pointer == path);
        match sort {
            Sort::Array => {
                let start = scanner.at;
                let is_error = depth == 0 && matches!(key, "error" | "errors");
                match place {
                    Some(place) => self.offer(place, Rows::At(start)),
                    // What stands beside the paging is no list of rows.
                    None if is_error || inside == Inside::Paging => {}
                    None => self.others.push((depth, start)),
                }
                // Passed by brackets: whoever reads the rows checks their grammar, and a broken row is theirs to report.
                scanner.skip_brackets()?;
                self.told.error |= is_error && place.is_none() && !scanner.is_blank(start + 1..scanner.at - 1);
                Ok(())
            }
            Sort::Object if depth < DEPTH => {
                self.told.error |= depth == 0 && key == "error";
                if PAGING.contains(&key) && inside != Inside::Paging {
                    return self.object(scanner, pointers, path, depth + 1, Inside::Paging);
                }
                let (start, around) = (scanner.at, std::mem::take(&mut self.told));
                self.object(scanner, pointers, path, depth + 1, Inside::Wrapper)?;
                let told = std::mem::replace(&mut self.told, around);
                self.wrappers.push((start..scanner.at, told));
                Ok(())
            }
            Sort::Object => scanner.skip_brackets(),
            Sort::Null => {
                if let Some(place) = place {
                    self.offer(place, Rows::Empty);
                }
                self.scalar(key, depth, inside, None);
                scanner.word("null")
            }
            Sort::Text | Sort::Number | Sort::Flag => {
                let text = scalar(scanner, sort)?;
                self.scalar(key, depth, inside, Some(text));
                Ok(())
            }
        }
    }

    fn offer(&mut self, place: usize, rows: Rows) {
        // An array beats a `null` at a better place: "the first that exists" means one that holds something.
        let better = match self.found {
            None => true,
            Some((known, was)) => match (was, rows) {
                (Rows::Empty, Rows::At(_)) => true,
                (Rows::At(_), Rows::Empty) => false,
                _ => place < known,
            },
        };
        if better {
            self.found = Some((place, rows));
        }
    }

    /// One value that may say something about the list. `depth` 0 is the reply itself.
    fn scalar(&mut self, key: &str, depth: usize, inside: Inside, value: Option<String>) {
        let name: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let number = || value.as_deref().and_then(number);
        let told = &mut self.told;
        match name.as_str() {
            "total" => told.total = told.total.or_else(number),
            // Beside the rows this may count something else, as in a calendar; in a paging object it counts rows.
            "totalcount" | "totalitems" if inside == Inside::Paging => told.total = told.total.or_else(number),
            "limit" | "perpage" | "pagesize" => told.limit = told.limit.or_else(number),
            "offset" | "skip" => told.offset = told.offset.or_else(number),
            "page" | "currentpage" | "pagenumber" => told.page = told.page.or_else(number),
            "totalpages" | "pagecount" | "pages" => told.pages = told.pages.or_else(number),
            "hasmore" | "hasnext" | "hasnextpage" | "more" => {
                let flag = match value.as_deref() {
                    Some("true" | "True" | "1") => Some(true),
                    Some("false" | "False" | "0") => Some(false),
                    _ => None,
                };
                told.has_more = told.has_more.or(flag);
            }
            "nextcursor" | "nextpagetoken" | "nexttoken" | "endcursor" => {
                told.speaks_of_cursors = true;
                told.next = told.next.take().or(value.filter(|text| !text.is_empty()));
            }
            "next" => self.next(value),
            // Only of itself: a record may have such a member.
            "success" | "ok" if depth == 0 => told.error |= value.as_deref() == Some("false"),
            "error" if depth == 0 => told.error |= value.is_some_and(|text| !text.is_empty() && text != "false"),
            _ => {}
        }
    }

    /// `next` may be a cursor, or the address of the next page.
    fn next(&mut self, value: Option<String>) {
        let told = &mut self.told;
        let Some(text) = value.filter(|text| !text.is_empty() && text != "false") else {
            // A list that has a place for "next" and nothing there has ended.
            told.has_more = told.has_more.or(Some(false));
            return;
        };
        let Some((_, query)) = text.split_once('?') else {
            if !text.contains('/') && text != "true" {
                told.next = told.next.take().or(Some(text));
            }
            told.has_more = told.has_more.or(Some(true));
            return;
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "cursor" | "after" | "page_token" | "next_cursor" if told.next.is_none() => {
                    told.next = Some(value.into_owned());
                }
                _ => {}
            }
        }
        told.has_more = told.has_more.or(Some(true));
    }
}

/// The value of a text, number or flag as text.
fn scalar(scanner: &mut Scanner<'_>, sort: Sort) -> Result<String, Fault> {
    Ok(match sort {
        Sort::Text => scanner.string()?.value().into_owned(),
        Sort::Number => scanner.number()?.to_owned(),
        _ => scanner.flag()?.to_string(),
    })
}

/// A count, also in quotes or with a fraction of zero. What no list can hold is no count.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let whole =
        text.split_once('.').map_or(text, |(whole, rest)| if rest.bytes().all(|b| b == b'0') { whole } else { "" });
    whole.parse().ok().filter(|&count| count <= MOST_ROWS)
}

/// How the list goes on. The reply's word counts for more than `planned`, the style it was asked in.
pub fn style(told: &Told, planned: Style, ask: &PageAsk, bare: bool, rows: u64, asked: Option<u32>) -> Style {
    if told.next.is_some() {
        return Style::Cursor;
    }
    if told.offset.is_some() {
        return Style::Offset;
    }
    if told.page.is_some() || told.pages.is_some() {
        return Style::Page;
    }
    if told.speaks_of_cursors {
        return Style::Cursor;
    }
    let full = asked.is_some_and(|asked| rows >= u64::from(asked));
    let more = told.has_more == Some(true) || (ask.at == At::Start && told.total.is_some_and(|total| total > rows));
    match planned {
        Style::Whole if more => Style::Offset,
        // A bare array has no cursor to give, and an object may say nothing of one; if it is as long as was asked for, there may
        // be more of it.
        Style::Cursor if (bare || told.is_silent()) && full => Style::Offset,
        Style::Cursor if bare => Style::Whole,
        planned => planned,
    }
}
