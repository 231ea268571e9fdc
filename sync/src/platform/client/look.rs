//! Looks at how things stand at this moment, before something is changed and after.
//!
//! A record is asked for by its id where the collection has a path for that, and else looked for in its list, page by page. Where
//! a list comes in one reply it has the last word about what is not there: some servers list records that they do not
//! serve by id, or serve none by id at all. The answer "not there" is never a guess; see [`super::walk`].
//!
//! Of a list that comes in pieces by value, a server that refuses one of the values has none of that sort, once it has answered
//! for another: a pull takes it so, too.

use std::collections::HashMap;
use std::sync::Arc;

use reqwest::header::{CACHE_CONTROL, HeaderMap, HeaderValue};
use serde_json::Value;

use super::Inner;
use super::lists::PageReader;
use super::retry::Pace;
use super::send::{Reader, is_gone};
use super::transport::{Answer, Call};
use super::walk::{MOST_ROWS, Turn, Walk};
use crate::platform::decode::Decoder;
use crate::platform::manifest::{Paging, Partition, Standing};
use crate::platform::request::{filled_url, item_url, only_an_error};
use crate::platform::write::Seen;
use crate::platform::{At, Collection, FetchError, FetchKind, Page, PageAsk, Priority};

/// How often a list that moves while it is read is begun again.
const STARTS: u32 = 4;
/// Most text of a list that is held at once, all its records together.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A page, and the documents that are wanted of it as they were sent.
struct Bare {
    page: Page,
    raw: Vec<(usize, Value)>,
}

/// What is wanted of a list.
#[derive(Clone)]
enum Want {
    One(String),
    /// All that stand so, as far as they tell.
    All(Arc<Standing>),
}

impl Want {
    fn all() -> Self {
        Self::All(Arc::default())
    }

    fn wants(&self, id: &str) -> bool {
        !matches!(self, Self::One(one) if one != id)
    }

    /// Is a record that does not tell how it stands wanted? It may be one of them.
    fn stands(&self, doc: &Value) -> bool {
        let stands = |(at, values): (&String, &Vec<Value>)| doc.pointer(at).is_none_or(|now| values.contains(now));
        !matches!(self, Self::All(standing) if !standing.iter().all(stands))
    }
}

impl Inner {
    /// Looks at one record; `None` when the server has none of this id.
    pub(super) async fn look(
        self: &Arc<Self>,
        collection: &str,
        id: &str,
        parent: Option<&str>,
    ) -> Result<Option<Seen>, FetchError> {
        let collection = self.collection(collection)?;
        let of_parent = matches!(collection.partition, Some(Partition::Parent { .. }));
        let parent = parent.filter(|_| of_parent).map(str::to_owned);
        let url = match (of_parent, &parent) {
            (true, None) => None,
            _ => item_url(&self.base, collection, id, parent.as_deref()).map_err(|why| self.rejected(&why))?,
        };
        if let Some(url) = url {
            match self.by_id(collection, url, id, parent.clone()).await {
                Ok(seen) => return Ok(Some(seen)),
                Err(error) if is_gone(&error) && !comes_whole(collection) => return Ok(None),
                Err(error) if error.kind == FetchKind::NotOffered => {}
                // Whoever said so may not know: the list does.
                Err(error) if error.is_doubtful() && comes_whole(collection) => {}
                Err(error) => return Err(error),
            }
        }
        let want = Want::One(id.to_owned());
        let pieces = if parent.is_some() { vec![parent] } else { self.pieces(collection, None).await? };
        Ok(self.read(collection, pieces, &want).await?.seen.pop())
    }

    /// Reads the JSON document at a path below the base URL; `None` when there is none. What is no object, or says nothing but
    /// that something went wrong, is none: what a decision rests on would else be taken for absent.
    pub(super) async fn look_at(self: &Arc<Self>, path: &str) -> Result<Option<Value>, FetchError> {
        let url = filled_url(&self.base, path, &[]).map_err(|why| self.rejected(&why))?;
        let reader: Reader<Value> = Arc::new(|answer: &Answer| {
            let body = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
            match serde_json::from_slice(body).map_err(|_| "it is not JSON".to_owned())? {
                document if only_an_error(&document) => Err("an error in place of a document".to_owned()),
                document @ Value::Object(_) => Ok(document),
                _ => Err("it is no document".to_owned()),
            }
        });
        match self.send(&self.now(url), Priority::Write, reader).await {
            Ok(document) => Ok(Some(document)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a list, every piece of it in which a record may stand as it is wanted, and of each what stands so or does not tell:
    /// at most 50,000 such rows and 64 MiB of their text.
    pub(super) async fn rows(self: &Arc<Self>, collection: &str, standing: &Standing) -> Result<Vec<Seen>, FetchError> {
        let collection = self.collection(collection)?;
        let pieces = self.pieces(collection, Some(standing)).await?;
        let want = Want::All(Arc::new(standing.clone()));
        Ok(self.read(collection, pieces, &want).await?.seen)
    }

    /// Reads pieces of a list, one after the other, until the one record that is wanted is found, or to the end.
    async fn read(
        self: &Arc<Self>,
        collection: &Collection,
        pieces: Vec<Option<String>>,
        want: &Want,
    ) -> Result<Rows, FetchError> {
        let by_value = matches!(collection.partition, Some(Partition::Values { .. }));
        let (mut rows, mut answered, mut refused) = (Rows::default(), false, None);
        for piece in pieces {
            match self.walk(collection, piece, want).await {
                Ok(more) => {
                    answered = true;
                    more.seen.into_iter().for_each(|seen| rows.put(seen));
                }
                Err(error) if by_value && is_of_the_value(&error) => refused = refused.or(Some(error)),
                Err(error) => return Err(error),
            }
            if matches!(want, Want::One(_)) && !rows.seen.is_empty() {
                return Ok(rows);
            }
            if rows.seen.len() > MOST_ROWS || rows.bytes > MOST_BYTES {
                return Err(self.unread(collection, "it is larger than can be held at once"));
            }
        }
        match refused {
            Some(error) if !answered => Err(error),
            _ => Ok(rows),
        }
    }

    async fn by_id(
        self: &Arc<Self>,
        collection: &Collection,
        url: url::Url,
        id: &str,
        parent: Option<String>,
    ) -> Result<Seen, FetchError> {
        let (masked, bare) = (self.decoder(collection), Decoder::bare(collection));
        let id = id.to_owned();
        let reader: Reader<Seen> = Arc::new(move |answer: &Answer| {
            let incoming = masked.record(parent.as_deref(), &answer.body)?;
            if incoming.id != id {
                return Err("it is another record than the one that was asked for".to_owned());
            }
            Ok(Seen { incoming, raw: document(&bare.record(parent.as_deref(), &answer.body)?.doc)? })
        });
        self.send(&self.now(url), Priority::Write, reader).await
    }

    /// The pieces that the list comes in, those in which a record can stand so.
    async fn pieces(
        self: &Arc<Self>,
        collection: &Collection,
        standing: Option<&Standing>,
    ) -> Result<Vec<Option<String>>, FetchError> {
        match &collection.partition {
            None => Ok(vec![None]),
            Some(Partition::Values { param, values }) => {
                Ok(among(param, values, standing).into_iter().map(Some).collect())
            }
            Some(Partition::Parent { collection: parents, .. }) => {
                let parents = self.collection(parents)?;
                if matches!(parents.partition, Some(Partition::Parent { .. })) {
                    return Err(self.unread(collection, "its parents have parents of their own"));
                }
                let pieces = Box::pin(self.pieces(parents, None)).await?;
                let rows = self.read(parents, pieces, &Want::all()).await?;
                Ok(rows.seen.into_iter().map(|seen| Some(seen.incoming.id)).collect())
            }
        }
    }

    /// Reads one piece of a list: until the one that is wanted is found, or to its end.
    async fn walk(
        self: &Arc<Self>,
        collection: &Collection,
        piece: Option<String>,
        want: &Want,
    ) -> Result<Rows, FetchError> {
        let of_parent = matches!(collection.partition, Some(Partition::Parent { .. }));
        let read = self.bare_reader(collection, want);
        for _ in 0..STARTS {
            let (mut walk, mut rows, mut at) = (Walk::default(), Rows::default(), At::Start);
            loop {
                let ask = PageAsk {
                    collection: collection.name.clone(),
                    partition: piece.clone(),
                    at: at.clone(),
                    size: None,
                    since: None,
                    etag: None,
                    last_modified: None,
                };
                let bare = match self.page_with(&ask, Priority::Write, &read).await {
                    Ok(bare) => bare,
                    // The parent is gone, and its children with it.
                    Err(error) if of_parent && is_gone(&error) => return Ok(Rows::default()),
                    Err(error) => return Err(error),
                };
                let turn = walk.turn(&at, &bare.page);
                rows.take(bare);
                if matches!(want, Want::One(_)) && !rows.seen.is_empty() {
                    return Ok(rows);
                }
                if rows.bytes > MOST_BYTES {
                    return Err(self.unread(collection, "it is larger than can be held at once"));
                }
                match turn {
                    Turn::Read(next) => at = next,
                    Turn::End => return Ok(rows),
                    Turn::Moved => break,
                    Turn::Stop(why) => return Err(self.unread(collection, &why)),
                }
            }
        }
        Err(self.unread(collection, "it kept changing while it was read"))
    }

    /// Reads a page, and the wanted rows of it once more with everything in them.
    fn bare_reader(&self, collection: &Collection, want: &Want) -> PageReader<Bare> {
        let (masked, bare, want) = (self.decoder(collection), Decoder::bare(collection), want.clone());
        Arc::new(move |ask, answer| {
            let page = masked.page(ask, &answer.body)?;
            if !page.rows.iter().any(|row| want.wants(&row.id)) {
                return Ok(Bare { page, raw: Vec::new() });
            }
            let whole = bare.page(ask, &answer.body)?;
            if whole.rows.len() != page.rows.len() {
                return Err("its records cannot be told apart once their secrets are masked".to_owned());
            }
            let rows = page.rows.iter().zip(whole.rows).enumerate().filter(|(_, (row, _))| want.wants(&row.id));
            let mut raw = Vec::new();
            for (place, (_, row)) in rows {
                let doc = document(&row.doc)?;
                if want.stands(&doc) {
                    raw.push((place, doc));
                }
            }
            Ok(Bare { page, raw })
        })
    }

    /// A read that no cache on the way may answer.
    fn now(&self, url: url::Url) -> Call {
        let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-cache"))]);
        Call { headers, firm: Some(Pace::Usual), ..Call::get(url, self.options.max_reply) }
    }

    fn unread(&self, collection: &Collection, why: &str) -> FetchError {
        let why = format!("the list of {} cannot be relied on: {why}", collection.name);
        FetchError { kind: FetchKind::BadReply, ..self.unusable(&why) }
    }
}

/// Records of a list, each once and as it was read last, in the order of the list.
#[derive(Default)]
struct Rows {
    seen: Vec<Seen>,
    places: HashMap<String, usize>,
    /// Text of all records.
    bytes: usize,
}

impl Rows {
    fn take(&mut self, bare: Bare) {
        let mut raw = bare.raw.into_iter().peekable();
        for (place, incoming) in bare.page.rows.into_iter().enumerate() {
            let Some((_, raw)) = raw.next_if(|(at, _)| *at == place) else { continue };
            self.put(Seen { incoming, raw });
        }
    }

    fn put(&mut self, seen: Seen) {
        self.bytes += seen.incoming.doc.len();
        match self.places.get(&seen.incoming.id) {
            Some(&place) => self.seen[place] = seen,
            None => {
                self.places.insert(seen.incoming.id.clone(), self.seen.len());
                self.seen.push(seen);
            }
        }
    }
}

/// Is this refusal about the value a piece was asked for by, and not about the list?
fn is_of_the_value(error: &FetchError) -> bool {
    matches!(error.status, Some(400 | 404 | 422)) && matches!(error.kind, FetchKind::Rejected | FetchKind::NotOffered)
}

/// Those of a list's values that records can have which stand so; all of them where that says nothing of the parameter.
fn among(param: &str, values: &[String], standing: Option<&Standing>) -> Vec<String> {
    let wanted = standing.and_then(|standing| standing.get(&format!("/{param}")));
    let is = |value: &String, wanted: &Value| match wanted {
        Value::String(text) => text == value,
        other => {
            let text = other.to_string();
            text == *value
        }
    };
    let some: Vec<String> = match wanted {
        Some(wanted) => values.iter().filter(|value| wanted.iter().any(|wanted| is(value, wanted))).cloned().collect(),
        None => Vec::new(),
    };
    if some.is_empty() { values.to_vec() } else { some }
}

/// One reply shows all of the list.
fn comes_whole(collection: &Collection) -> bool {
    collection.single || (collection.paging == Paging::None && collection.partition.is_none())
}

fn document(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|_| "its document cannot be read".to_owned())
}
