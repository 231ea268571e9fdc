//! The whole tree of sessions that one stands in: up to the session that nobody started, and down from there, brothers and sisters
//! with all who they started.
//!
//! Always true: each session stands in it once, so sessions that name one another in a ring are survived; it is no deeper and no
//! larger than told here, and the way from the top to the session that was asked about is never what is left out.

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_sync::content;
use quarterdeck_sync::model::{Filter, Order, Record, RowKey};
use quarterdeck_sync::store::{Reader, StoreError};

use super::ids;
use super::subagents::{ASKED, Parent, beside, each_row, named, sidechain_of};

/// Sessions above, at most.
const ABOVE: usize = 12;
/// Sessions below one another, at most.
const DEEP: usize = 24;
/// Sessions in all, at most.
const MOST: usize = 200;
/// Sessions whose messages are read for the names in them, at most.
const READ: usize = 60;

/// A session of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its record.
    pub record: Record,
    /// Sessions between it and the top.
    pub depth: usize,
}

/// The tree, from the top: each session before those that it started.
#[derive(Debug, Default)]
pub struct Tree {
    /// What started the first one, where only its name is known.
    pub above: Option<String>,
    /// The sessions.
    pub nodes: Vec<Node>,
    /// There is more of it.
    pub cut: bool,
}

impl Tree {
    /// The tree around a session; `names` are the subagents that its own messages name.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn around(reader: &Reader, of: &Record, names: &[String]) -> Result<Self, StoreError> {
        let mut way = vec![of.clone()];
        let mut above = None;
        while let Some(first) = way.first().filter(|_| way.len() <= ABOVE) {
            let Some(parent) = Parent::of(reader, first)? else { break };
            match parent.record {
                // A ring: somebody there stands here already.
                Some(record) if way.iter().any(|known| known.row.key == record.row.key) => break,
                Some(record) => way.insert(0, record),
                None => {
                    above = Some(parent.name);
                    break;
                }
            }
        }
        let top = way[0].clone();
        let known = way.iter().map(|record| record.row.id.clone()).collect();
        let mut growing = Growing {
            reader,
            of: of.row.key,
            names,
            saying: Saying::of(reader, &top)?,
            way: way.into_iter().map(|record| (record.row.key, record)).collect(),
            known,
            read: 0,
            tree: Self { above, ..Self::default() },
        };
        growing.grow(top, 0)?;
        Ok(growing.tree)
    }
}

/// What the records of a list say of themselves.
struct Saying {
    key: RowKey,
    parents: Vec<String>,
}

impl Saying {
    /// Of all that were active since the top began, the oldest first. Names of members are no text to be searched, and ids may be
    /// numbers: they are asked one by one, once for the whole tree.
    fn of(reader: &Reader, top: &Record) -> Result<Vec<Self>, StoreError> {
        let mut query = beside(top);
        query.order = Order::Ascending;
        query.filter = top.row.created_at.map_or(Filter::All, Filter::After);
        let (mut all, mut opened) = (Vec::new(), 0);
        each_row(reader, query, ASKED.0, |row| {
            let Some(record) = reader.record(row.key)? else { return Ok(()) };
            let mut parents = ids::parents(&record);
            if parents.is_empty() && opened < ASKED.1 && ids::says_subagent(&record) {
                opened += 1;
                parents.extend(sidechain_of(reader, &record)?);
            }
            if !parents.is_empty() {
                all.push(Self { key: row.key, parents });
            }
            Ok(())
        })?;
        Ok(all)
    }
}

struct Growing<'a> {
    reader: &'a Reader,
    of: RowKey,
    names: &'a [String],
    saying: Vec<Saying>,
    /// From the top to the session that was asked about.
    way: Vec<(RowKey, Record)>,
    /// Ids of the sessions that have their place.
    known: BTreeSet<String>,
    read: usize,
    tree: Tree,
}

impl Growing<'_> {
    fn grow(&mut self, record: Record, depth: usize) -> Result<(), StoreError> {
        if self.tree.nodes.len() >= MOST {
            self.tree.cut = true;
            return Ok(());
        }
        let below = self.below(&record)?;
        self.tree.nodes.push(Node { record, depth });
        if depth + 1 >= DEEP {
            self.tree.cut |= !below.is_empty();
            return Ok(());
        }
        below.into_iter().try_for_each(|record| self.grow(record, depth + 1))
    }

    /// Those that a session started: on the way to the one that was asked about first, so that it has its place whatever comes; then
    /// those it names, then those that say so themselves.
    fn below(&mut self, record: &Record) -> Result<Vec<Record>, StoreError> {
        let at = self.way.iter().position(|(key, _)| *key == record.row.key);
        let next = at.and_then(|at| self.way.get(at + 1)).map(|(_, record)| record.clone());
        let mut below: Vec<Record> = next.into_iter().collect();
        let names = if record.row.key == self.of { self.names.to_vec() } else { self.named_in(record)? };
        below.extend(named(self.reader, record, &names, &mut self.known)?);
        let own = ids::own_ids(record);
        for saying in self.saying.iter().filter(|saying| saying.parents.iter().any(|parent| own.contains(parent))) {
            let Some(found) = self.reader.record(saying.key)? else { continue };
            if self.known.insert(found.row.id.clone()) {
                below.push(found);
            }
        }
        Ok(below)
    }

    /// The subagents that the messages of a session name, as far as they are here.
    fn named_in(&mut self, record: &Record) -> Result<Vec<String>, StoreError> {
        if self.read >= READ {
            return Ok(Vec::new());
        }
        let Some(content) = self.reader.content(record.row.key)? else { return Ok(Vec::new()) };
        self.read += 1;
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        for entry in content::entries(&content.messages) {
            if let Some(name) = entry.subagent {
                names.entry(name).or_insert(entry.place);
            }
        }
        let mut names: Vec<(String, u32)> = names.into_iter().collect();
        names.sort_by_key(|(_, place)| *place);
        Ok(names.into_iter().map(|(name, _)| name).take(MOST).collect())
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::{Columns, Incoming, Kind, ListKey, Scope};
    use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror};
    use serde_json::json;

    use super::*;

    struct Place {
        mirror: Mirror,
        _home: tempfile::TempDir,
    }

    impl Place {
        /// Sessions, each with the one that it says it was started by.
        fn new(sessions: &[(&str, Option<&str>)]) -> Self {
            let home = tempfile::tempdir().unwrap();
            let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).unwrap();
            let key = ListKey::new("lab", "sessions");
            let (platform, kind) = ("lab".to_owned(), Kind::Session);
            let spec = ListSpec { key, platform, kind, agent_join: None, agent_list: None, content: None };
            let row = |(at, (id, parent)): (usize, &(&str, Option<&str>))| Incoming {
                id: (*id).to_owned(),
                columns: Columns::default(),
                join: None,
                hash: at as u64 + 1,
                doc: json!({"id": id, "parent_session_id": parent}).to_string(),
            };
            let rows = sessions.iter().enumerate().map(row).collect();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let list = mirror.register(vec![spec]).await.unwrap()[0];
                let now = "2026-03-10T09:00:00Z".parse().unwrap();
                mirror.apply(list, Batch { rows, ..Batch::default() }, now).await.unwrap();
            });
            Self { mirror, _home: home }
        }

        fn around(&self, id: &str) -> Tree {
            let reader = self.mirror.reader().unwrap();
            let of = reader.find(&Scope::default(), id, 2).unwrap().into_iter().find(|found| found.row.id == id);
            Tree::around(&reader, &of.unwrap(), &[]).unwrap()
        }

        /// Each with how deep it stands, as `1 a`.
        fn told(&self, id: &str) -> Vec<String> {
            self.around(id).nodes.iter().map(|node| format!("{} {}", node.depth, node.record.row.id)).collect()
        }
    }

    #[test]
    fn from_anywhere_in_it_the_whole_tree_is_seen() {
        let place = Place::new(&[
            ("top", None),
            ("left", Some("top")),
            ("right", Some("top")),
            ("grandchild", Some("left")),
            ("great", Some("grandchild")),
            ("cousin", Some("right")),
            ("stranger", None),
        ]);
        let wanted = ["0 top", "1 left", "2 grandchild", "3 great", "1 right", "2 cousin"].map(str::to_owned);
        for from in ["top", "left", "grandchild", "great"] {
            assert_eq!(place.told(from), wanted, "from {from}");
        }
        let mut other = place.told("cousin");
        other.sort();
        let mut same = wanted.to_vec();
        same.sort();
        assert_eq!(other, same, "the way to it stands first: {:?}", place.told("cousin"));
        assert_eq!(place.told("stranger"), ["0 stranger"]);
    }

    #[test]
    fn what_started_the_first_is_named_where_only_its_name_is_known() {
        let place = Place::new(&[("a", Some("lost-and-gone")), ("b", Some("a"))]);
        let tree = place.around("b");
        assert_eq!((tree.above.as_deref(), tree.nodes.len(), tree.cut), (Some("lost-and-gone"), 2, false));
    }

    #[test]
    fn sessions_that_name_one_another_in_a_ring_stand_in_it_once() {
        let place = Place::new(&[("a", Some("c")), ("b", Some("a")), ("c", Some("b")), ("self", Some("self"))]);
        for from in ["a", "b", "c"] {
            let mut ids: Vec<String> = place.around(from).nodes.into_iter().map(|node| node.record.row.id).collect();
            ids.sort();
            assert_eq!(ids, ["a", "b", "c"], "from {from}");
        }
        assert_eq!(place.told("self"), ["0 self"]);
    }

    #[test]
    fn a_tree_that_is_too_large_is_cut_and_the_way_to_the_session_is_not() {
        let names: Vec<String> = (0..MOST + 60).map(|at| format!("child-{at:03}")).collect();
        let mut sessions = vec![("top", None)];
        sessions.extend(names.iter().map(|name| (name.as_str(), Some("top"))));
        let chain: Vec<String> = (0..ABOVE + DEEP).map(|at| format!("deep-{at:02}")).collect();
        let below = chain.iter().zip(&chain[1..]).map(|(parent, child)| (child.as_str(), Some(parent.as_str())));
        sessions.extend([(chain[0].as_str(), Some("top"))].into_iter().chain(below));
        let place = Place::new(&sessions);
        let tree = place.around(&names[MOST + 50]);
        assert!(tree.cut && tree.nodes.len() == MOST);
        assert!(tree.nodes.iter().any(|node| node.record.row.id == names[MOST + 50]));
        let tree = place.around(chain.last().unwrap());
        assert!(
            tree.nodes.iter().any(|node| node.record.row.id == *chain.last().unwrap()),
            "{} of them",
            tree.nodes.len()
        );
        assert!(tree.nodes.iter().all(|node| node.depth < DEEP));
    }
}
