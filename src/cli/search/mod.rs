//! `qd search`: one query over everything that is mirrored, offline. And the searches that were kept under a name.
//!
//! The index is brought up to the mirror first, where nobody else does that and it is little; else the answer comes from what is
//! there, and how far that is behind is said on stderr.

mod plain;
mod saved;

use std::time::Duration;

use quarterdeck_index::query::Flaw;
use quarterdeck_sync::model::Scope;
use serde_json::{Map, Value, json};

use super::context::Context;
use super::out::{Form, Out};
use super::reading;
use super::render::plural;
use super::reveal::Reveal;
use crate::error::{Code, Failure, Kind};
use crate::search::{Answer, Facet, Find, FollowError, Hit, Order, Question, Searcher, catch_up};

/// Arguments of `search`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER)]
pub struct Args {
    /// What to find: words, "phrases", -not, OR, field:value; or @NAME, a saved search (put -- before one that begins with -)
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
    /// At most so many hits; 0 is all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, allow_negative_numbers = true)]
    limit: u64,
    /// Leave out so many at the top
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
    /// Order: best, newest or oldest first
    #[arg(long, value_name = "ORDER", default_value = "best", value_parser = parse_sort)]
    sort: Order,
    /// Count the hits by kind, connection, agent, project and tool too
    #[arg(long)]
    facets: bool,
    /// What its platform no longer lists too
    #[arg(long)]
    gone: bool,
    /// Shows secrets too.
    #[command(flatten)]
    reveal: Reveal,
    /// Keep the query under this name, and answer it
    #[arg(long, value_name = "NAME", requires = "query", conflicts_with_all = ["saved", "forget"])]
    save: Option<String>,
    /// List the saved searches, and how much each finds
    #[arg(long, conflicts_with_all = ["query", "forget"])]
    saved: bool,
    /// Let go of a saved search
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    forget: Option<String>,
}

const AFTER: &str =
    "The query language is that of the lists, and more: role:user, tool:bash, path:src, has:error, has:secret, ~fuzzy";

/// How long a search may spend on bringing the index up to the mirror first.
const CATCH_UP: Duration = Duration::from_millis(1_500);

/// Hits that are asked for at once.
const PAGE: u64 = 200;

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    if args.saved {
        return saved::list(cx);
    }
    if let Some(name) = &args.forget {
        return saved::forget(cx, name);
    }
    if args.query.is_empty() {
        return Err(Failure::usage("what is to be found?")
            .hint("qd search QUERY; * finds everything, --saved lists what was kept"));
    }
    let text = args.query.join(" ");
    let text = match text.strip_prefix('@') {
        Some(name) => saved::named(cx, name.trim())?,
        None => text,
    };
    let reader = cx.mirror()?.reader()?;
    reading::check_connections(cx, &reader, &args.connection)?;
    let searcher = open(cx)?;
    let question = question(cx, &args, text)?;
    let secrets = question.secrets;
    let limit = if args.limit == 0 { u64::MAX } else { args.limit };
    let answer = pages(&searcher, question, limit)?;
    if let Some(name) = &args.save {
        saved::save(cx, name, &args.query.join(" "), &args.connection)?;
        if args.gone || args.sort != Order::Best {
            cx.say("--gone and --sort are not kept with it: give them with the name");
        }
    }
    let mut out = Out::showing(secrets);
    match cx.form {
        Form::Plain => out.raw(&plain::answer(&answer, secrets, cx.style, args.facets))?,
        Form::Json => out.json(&value(&answer, args.facets)?)?,
        Form::Ndjson => answer.hits.iter().try_for_each(|hit| out.json(hit))?,
    }
    out.finish()?;
    told(cx, &answer);
    if answer.total == 0 {
        reading::say_if_never_synced(cx, &reader, &Scope::default(), &args.connection)?;
    }
    Ok(Code::Done)
}

/// What searches here, with the index as new as can be had without waiting for long.
pub(super) fn open(cx: &Context) -> Result<Searcher, Failure> {
    let mirror = cx.mirror()?;
    if cx.paths.mirror().exists() {
        match catch_up(&mirror.reader()?, &cx.paths.search(), CATCH_UP) {
            // Who holds it follows the mirror; who may not write can still read.
            Ok(_) | Err(FollowError::Index(_)) => {}
            Err(FollowError::Mirror(error)) => return Err(error.into()),
        }
    }
    Ok(Searcher::new(mirror, &cx.paths.outbox(), &cx.paths.search()))
}

fn question(cx: &Context, args: &Args, text: String) -> Result<Question, Failure> {
    let about = || json!({"command": "search", "query": text, "connections": args.connection});
    let secrets = args.reveal.allowed(cx, about)?;
    Ok(Question {
        connections: args.connection.clone(),
        offset: usize::try_from(args.offset).unwrap_or(usize::MAX),
        order: args.sort,
        facets: if args.facets { Facet::ALL.to_vec() } else { Vec::new() },
        gone: args.gone,
        secrets,
        ..Question::new(text)
    })
}

/// The first `limit` hits, page by page of one answer.
fn pages(searcher: &dyn Find, mut question: Question, limit: u64) -> Result<Answer, Failure> {
    let size = |left: u64| usize::try_from(left.min(PAGE)).unwrap_or(0);
    question.limit = size(limit);
    let mut answer = searcher.find(&question)?;
    // A page may be short of what went away meanwhile: only the answer knows where the next one begins.
    while let Some(next) = answer.next.filter(|_| (answer.hits.len() as u64) < limit) {
        question.offset = next;
        question.limit = size(limit - answer.hits.len() as u64);
        question.moment = Some(answer.moment.clone());
        question.facets.clear();
        let more = searcher.find(&question)?;
        answer.total = answer.total.saturating_sub(more.left_out);
        answer.next = more.next;
        answer.hits.extend(more.hits);
    }
    Ok(answer)
}

fn value(answer: &Answer, facets: bool) -> Result<Value, Failure> {
    let json = |error: serde_json::Error| Failure::new(Kind::Internal, error.to_string());
    let mut counts = Map::new();
    for (facet, values) in answer.counts.iter().filter(|_| facets) {
        counts.insert(facet.as_str().to_owned(), serde_json::to_value(values).map_err(json)?);
    }
    let note = |flaw: &Flaw| json!({"column": flaw.column, "message": flaw.message, "hint": flaw.hint});
    Ok(json!({
        "schema": "qd.search/1",
        "items": serde_json::to_value(&answer.hits).map_err(json)?,
        "total": answer.total,
        "facets": counts,
        "notes": answer.notes.iter().map(note).collect::<Vec<_>>(),
        "capped": answer.capped,
        "gone": answer.gone,
        "behind": answer.behind,
    }))
}

/// What a person has to know beside the hits.
fn told(cx: &Context, answer: &Answer) {
    let shown = answer.hits.len() as u64;
    if answer.total == 0 {
        cx.say("nothing matches");
    } else if cx.style.terminal && answer.next.is_some() {
        let hits = plural(answer.total, "hit", "hits");
        cx.say(&format!("{shown} of {hits}: --limit and --offset show others, --facets what they are"));
    }
    if answer.gone > 0 {
        let hits = plural(answer.gone, "more hit is", "more hits are");
        cx.say(&format!("{hits} in what its platform no longer lists: --gone shows it"));
    }
    if answer.capped {
        cx.say("more words are like that than were tried: there may be more hits for a longer one");
    }
    if answer.behind > 0 {
        let records = plural(answer.behind, "record is", "records are");
        cx.warn(&format!("{records} not in the index yet: qd index status says how it stands"));
    }
}

fn parse_sort(text: &str) -> Result<Order, String> {
    match text {
        "best" => Ok(Order::Best),
        "newest" => Ok(Order::Newest),
        "oldest" => Ok(Order::Oldest),
        _ => Err("sort by best, newest or oldest".to_owned()),
    }
}

/// What a hit is named by on a line: `tool bash`, `user`, `run`.
fn what(hit: &Hit) -> String {
    let Some(entry) = &hit.entry else { return hit.kind.as_str().to_owned() };
    match entry.tools.first() {
        Some(tool) => format!("{} {tool}", entry.kind),
        None => entry.kind.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_index::query;
    use quarterdeck_sync::model::{ListKey, RowKey};

    use super::*;
    use crate::search::{FindError, Moment, SavedSearch, Snippet};

    /// So many places, of which every third is empty: what stood there has gone.
    struct Holes(usize);

    impl Find for Holes {
        fn find(&self, question: &Question) -> Result<Answer, FindError> {
            let end = (question.offset + question.limit).min(self.0);
            let places = question.offset.min(end)..end;
            let hits: Vec<Hit> = places.clone().filter(|place| place % 3 != 2).map(hit).collect();
            let left_out = (places.len() - hits.len()) as u64;
            Ok(Answer {
                total: self.0 as u64 - left_out,
                left_out,
                next: (end < self.0).then_some(end),
                ..answer(hits)
            })
        }

        fn saved(&self) -> Result<Vec<SavedSearch>, String> {
            Ok(Vec::new())
        }
    }

    pub(super) fn answer(hits: Vec<Hit>) -> Answer {
        Answer {
            total: hits.len() as u64,
            hits,
            left_out: 0,
            next: None,
            gone: 0,
            counts: Default::default(),
            capped: false,
            notes: Vec::new(),
            behind: 0,
            took: Duration::ZERO,
            ast: query::parse("", &crate::filter::fields()).0,
            moment: Moment::at(jiff::Zoned::now()),
        }
    }

    pub(super) fn hit(place: usize) -> Hit {
        Hit {
            key: RowKey(place as i64),
            list: ListKey::new("prod", "sessions"),
            platform: "turen".to_owned(),
            kind: quarterdeck_sync::model::Kind::Session,
            id: place.to_string(),
            title: None,
            status: None,
            agent: None,
            project: None,
            gone: false,
            pending: Vec::new(),
            entry: None,
            at: None,
            score: 0.0,
            snippet: Snippet::default(),
        }
    }

    #[test]
    fn all_hits_come_and_none_twice_when_some_have_gone_meanwhile() {
        let answer = pages(&Holes(1_000), Question::new("x"), u64::MAX).unwrap();
        let ids: Vec<usize> = answer.hits.iter().map(|hit| hit.id.parse().unwrap()).collect();
        assert_eq!(ids, (0..1_000).filter(|place| place % 3 != 2).collect::<Vec<_>>());
        assert_eq!(answer.total, ids.len() as u64);
        let some = pages(&Holes(1_000), Question::new("x"), 300).unwrap();
        assert_eq!((some.hits.len(), some.next.is_some()), (300, true));
        let few = pages(&Holes(2), Question::new("x"), 300).unwrap();
        assert_eq!((few.hits.len(), few.next), (2, None));
    }
}
