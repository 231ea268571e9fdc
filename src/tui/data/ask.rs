//! How each question is put to the store.

use std::borrow::Cow;

use quarterdeck_sync::model::{Anchor, Query, Record, RowKey, Window};
use quarterdeck_sync::text::secrets::mask_json;
use serde_json::Value;

use super::{Answer, Health, Opened, Question, Store};
use crate::search::{self, SavedSearch};
use crate::tui::pieces;
use crate::tui::unsealed::Unsealed;

/// Problems shown at most.
const PROBLEMS: usize = 200;
/// Rows counted one by one at most: beyond, a count reads "at least".
const COUNT_CAP: u64 = 1_000_000;

/// Two windows, one on each side of a row. They are read one after the other, so a row that moved between the two
/// reads may stand in both: the later reading wins.
fn around(store: &dyn Store, query: &Query, key: RowKey, before: usize) -> Result<Window, String> {
    let mut from = store.window(query)?;
    let above = Query { anchor: Anchor::Before(key), limit: before, ..query.clone() };
    let mut above = store.window(&above)?;
    from.rows.retain(|row| above.rows.iter().all(|earlier| earlier.key != row.key));
    above.rows.append(&mut from.rows);
    Ok(Window { rows: above.rows, more_before: above.more_before, more_after: from.more_after })
}

/// The saved searches with what each finds now. One that finds nothing any more, or is none, does not hide the others.
fn saved(store: &dyn Store) -> Result<Answer, String> {
    let count = |saved: &SavedSearch| store.find(&search::saved_question(&saved.query)).ok().map(|answer| answer.total);
    let searches = store.searches()?;
    Ok(Answer::Saved(
        searches.into_iter().map(|saved| (count(&saved), saved)).map(|(count, saved)| (saved, count)).collect(),
    ))
}

fn health(store: &dyn Store) -> Result<Health, String> {
    Ok(Health {
        lists: store.freshness()?,
        problems: store.problems(PROBLEMS)?,
        standing: store.standing()?,
        budgets: store.budgets()?,
    })
}

/// A record with its document parsed. Masked here, whole: drawn line by line, a name and its value are apart.
fn opened(record: Record, unsealed: Option<&Unsealed>) -> Box<Opened> {
    let unsealed = unsealed.filter(|unsealed| unsealed.is_of(&record.row.list, &record.row.id)).cloned();
    let masked = mask_json(&record.doc);
    let secrets = matches!(masked, Cow::Owned(_));
    let text = if unsealed.is_some() { &record.doc } else { masked.as_ref() };
    let doc = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    Box::new(Opened { doc, secrets, unsealed, record })
}

pub(super) fn ask(store: &dyn Store, question: &Question) -> Answer {
    let answer = match question {
        Question::Window(query) => store.window(query).map(Answer::Window),
        Question::Around { query, key, before } => around(store, query, *key, *before).map(Answer::Window),
        Question::Count(query) => store.count(query, COUNT_CAP).map(Answer::Count),
        Question::Record(key, unsealed) => {
            store.record(*key).map(|found| Answer::Record(found.map(|record| opened(record, unsealed.as_ref()))))
        }
        Question::Unseal(list, id) => store.unseal(list, id).map(Answer::Unsealed),
        Question::Health => health(store).map(Answer::Health),
        Question::Statuses(scope) => store.statuses(scope).map(Answer::Statuses),
        Question::Writes { finished, about } => store.writes(*finished, about.as_ref()).map(Answer::Writes),
        Question::Write(id) => store.write(id).map(|found| Answer::Write(found.map(Box::new))),
        Question::Fates(ids) => {
            let each = ids.iter().map(|id| Ok(store.write(id)?.map(|opened| opened.write)));
            each.collect::<Result<Vec<_>, String>>().map(|found| Answer::Fates(found.into_iter().flatten().collect()))
        }
        Question::Brief(subject) => store.brief(subject).map(|brief| Answer::Brief(Box::new(brief))),
        Question::Draft(of) => store.draft(of).map(|draft| Answer::Draft(Box::new(draft))),
        Question::Grounds(item, unsealed) => {
            store.grounds(item, unsealed.as_ref()).map(|grounds| Answer::Grounds(Box::new(grounds)))
        }
        Question::InShort(items) => store.in_short(items).map(Answer::InShort),
        Question::Opening(of) => store.opening(of).map(|opening| Answer::Opening(Box::new(opening))),
        Question::Check(check) => store.check(check).map(|checked| Answer::Checked(Box::new(checked))),
        Question::Affected(policy) => store.affected(policy).map(|affected| Answer::Affected(Box::new(affected))),
        Question::Versions(record) => store.versions(record).map(Answer::Versions),
        Question::Transcript(of, known, unsealed) => {
            store.transcript(of, known.as_deref(), unsealed.as_ref()).map(Answer::Transcript)
        }
        Question::Find(transcript, words) => Ok(Answer::Found(transcript.find(words))),
        Question::Incidents => store.incidents().map(Answer::Incidents),
        Question::Incident(id) => store.incident(id).map(|case| Answer::Incident(case.map(Box::new))),
        Question::Kept(list, id) => store.kept(list, id).map(|kept| Answer::Kept(Box::new(kept))),
        Question::Flagged(kind) => store.flagged(*kind).map(Answer::Flagged),
        Question::Kin(of) => store.kin(of.row.key, &of.sums.subagents).map(|kin| Answer::Kin(Box::new(kin))),
        Question::Colours(transcript, wanted) => Ok(Answer::Colours(pieces::coloured(transcript, wanted))),
        Question::Search(question) => store.find(question).map(|answer| Answer::Search(Box::new(answer))),
        Question::Saved => saved(store),
        Question::Inbox(findings) => store.inbox(findings).map(|inbox| Answer::Inbox(Box::new(inbox))),
        Question::Numbers => store.numbers().map(|numbers| Answer::Numbers(Box::new(numbers))),
        Question::Timeline(ask) => store.timeline(ask).map(|found| Answer::Timeline(found.map(Box::new))),
        Question::Findings => store.findings().map(Answer::Findings),
        Question::Words(scope) => store.words(scope).map(Answer::Words),
        Question::Ids(begun) => store.ids(begun).map(Answer::Rows),
        Question::Contents => store.contents().map(Answer::Contents),
        Question::Links(of) => store.links(of).map(|found| Answer::Links(found.map(Box::new))),
    };
    answer.unwrap_or_else(Answer::Failed)
}
