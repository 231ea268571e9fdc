use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use jiff::Zoned;
use quarterdeck_sync::model::{Query, Record};
use quarterdeck_sync::outbox::decide::Target;
use serde_json::Value;

use super::desk::Desk;
use super::errand::{Errand, Item};
use super::fields::Fields;
use super::flags::{Shared, Targets};
use crate::cli::context::{Context, Noun};
use crate::cli::{list, reading};
use crate::error::{Code, Failure, Kind};
use crate::filter;

/// Most records one command decides about: beyond it a mistake is likelier than a wish.
const MOST: usize = 10_000;

/// Longest list of ids on stdin.
const LONGEST: u64 = 4 << 20;

/// A verb on records, as it was typed.
#[derive(Debug)]
pub struct Wish {
    /// The verb.
    pub verb: String,
    /// On which records.
    pub targets: Targets,
    /// What every write may be told.
    pub shared: Shared,
    /// Arguments of the action.
    pub args: BTreeMap<String, Value>,
    /// What the caller saw.
    pub if_hash: Option<String>,
    /// Fields to change, for a verb that edits.
    pub fields: Option<Fields>,
}

impl Wish {
    /// A verb without arguments.
    pub fn new(verb: &str, targets: Targets, shared: Shared) -> Self {
        Self { verb: verb.to_owned(), targets, shared, args: BTreeMap::new(), if_hash: None, fields: None }
    }

    /// Finds the records, decides, sends, and tells what became of it.
    pub fn run(self, cx: &Context, noun: &Noun) -> Result<Code, Failure> {
        let desk = Desk::open(cx)?;
        let records = self.targets.records(cx, &desk, noun)?;
        if self.if_hash.is_some() && records.len() > 1 {
            return Err(Failure::usage("--if-hash stands for one record, and these are several"));
        }
        let edit = self.fields.as_ref().map(Fields::read).transpose()?;
        let mut items: Vec<Item<'_>> = Vec::with_capacity(records.len());
        for record in &records {
            desk.connections.get(&record.row.list.connection)?;
            let mut asked = self.shared.asked(&self.verb, self.args.clone(), desk.by());
            asked.if_hash.clone_from(&self.if_hash);
            if let Some(edit) = &edit {
                asked.args.insert("doc".to_owned(), edit.over(&desk.seen(record)?)?);
            }
            items.push((desk.manifest(&record.row.platform)?, Target::Record(record), asked));
        }
        let errand = Errand { noun: noun.name(), verb: &self.verb, items, bulk: self.targets.filter.is_some() };
        errand.carry_out(cx, &desk, &self.shared)
    }
}

impl Targets {
    /// The records that are meant, each once.
    fn records(&self, cx: &Context, desk: &Desk, noun: &Noun) -> Result<Vec<Record>, Failure> {
        reading::check_connections(cx, &desk.reader, &self.connection)?;
        let mut found = match &self.filter {
            Some(filter) => self.matching(cx, desk, noun, filter)?,
            None => {
                let ids = self.ids()?;
                let find = |id: &String| reading::find(cx, &desk.reader, noun, id, &self.connection);
                ids.iter().map(find).collect::<Result<_, _>>()?
            }
        };
        let mut seen = BTreeSet::new();
        found.retain(|record| seen.insert((record.row.list.clone(), record.row.id.clone())));
        Ok(found)
    }

    fn ids(&self) -> Result<Vec<String>, Failure> {
        let ids = match self.ids.as_slice() {
            [one] if one == "-" => from_stdin()?,
            ids => ids.to_vec(),
        };
        match ids.len() {
            0 => Err(Failure::usage("stdin: there is no id")),
            1..=MOST => Ok(ids),
            _ => Err(too_many()),
        }
    }

    fn matching(&self, cx: &Context, desk: &Desk, noun: &Noun, text: &str) -> Result<Vec<Record>, Failure> {
        let listing = filter::strict(text, &Zoned::now())
            .map_err(|flaw| Failure::new(Kind::Query, format!("--where, {flaw}")).hint(flaw.hint.clone()))?;
        let mut query = Query::newest(noun.scope());
        query.scope.connections.clone_from(&self.connection);
        (query.filter, query.gone) = (listing.filter, listing.gone);
        let lists = reading::lists(cx, &query.filter)?;
        let _held = desk.reader.hold()?;
        if let Some(lists) = lists {
            query = lists.answer(&desk.reader, &query);
        }
        let mut records = Vec::new();
        list::each_row(&desk.reader, query, MOST as u64 + 1, |row| {
            records.extend(desk.reader.record(row.key)?);
            Ok(())
        })?;
        if records.len() > MOST { Err(too_many()) } else { Ok(records) }
    }
}

fn too_many() -> Failure {
    Failure::usage(format!("more than {MOST} records are meant")).hint("narrow it: -c NAME, or more words in --where")
}

fn from_stdin() -> Result<Vec<String>, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|_| Failure::usage("stdin does not hold text").hint("one id a line"))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
