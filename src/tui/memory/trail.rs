//! The way to the view one left, from one time to the next: which views lay over which, and where one was in each.
//!
//! A record is named by its list and id and never by its number alone: a mirror that was made anew has other numbers, and what is
//! gone since is found to be gone by whoever asks for it. A step that cannot be understood is left out; the others stand.

use jiff::Timestamp;
use quarterdeck_index::query::check_regex;
use quarterdeck_sync::model::{Field, Filter, ListKey, Match, Row};
use quarterdeck_sync::text::Secrets;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{FILTER, ListState};

/// Steps that are remembered, at most: the tab one was in, and the last of the way from there.
pub const STEPS: usize = 8;
/// Sessions of a transcript, and documents in the editor, that are remembered, at most.
const SESSIONS: usize = 9;
/// Characters of a title, at most.
const TITLE: usize = 200;
/// Bytes of a name or a value that is compared, at most.
const NAME: usize = 1_024;
/// Parts of what rows have to pass, at most, and how deep they may lie in one another.
const PARTS: (usize, usize) = (400, 8);

/// A view on the way, and where one was in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// Id of the view.
    pub view: String,
    /// What it was opened from, for the breadcrumbs.
    pub about: Option<String>,
    /// How it was looked at, where that is not remembered for all views of its kind.
    pub list: Option<ListState>,
    /// What a list that was opened over another view showed no more than.
    pub narrow: Option<NarrowState>,
    /// The sessions in a transcript, the open one last.
    pub read: Vec<ReadState>,
    /// Where one was on a timeline.
    pub traced: Option<TracedState>,
    /// The documents in the editor, the one in front last.
    pub edited: Vec<EditedState>,
}

/// A record, or a part of one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NamedState {
    /// The connection.
    pub connection: String,
    /// The collection.
    pub collection: String,
    /// The id.
    pub id: String,
}

/// What a list shows no more than.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NarrowState {
    /// The filter it was opened with.
    pub home: String,
    /// What rows have to pass besides; none: nothing.
    pub fixed: Option<Passes>,
    /// In the outbox: the record that the writes are on.
    pub about: Option<NamedState>,
}

/// A session or run that is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadState {
    /// Its record.
    pub of: NamedState,
    /// Title of the view it was opened from; none when it was another session.
    pub from: Option<String>,
    /// Place of the entry under the cursor; none for the card before them.
    pub entry: Option<u32>,
    /// The query whose words are marked.
    pub query: String,
    /// Words that were looked for inside, in place of those.
    pub words: String,
    /// The audit view is on.
    pub audit: bool,
}

/// A document that is edited. What was typed is not here: it is kept with the document's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditedState {
    /// The record whose document it is.
    pub of: NamedState,
    /// Id of the conflicted write that is settled, when it is that.
    pub write: Option<String>,
    /// Line of the cursor, from 0.
    pub line: usize,
    /// Its column, from 0 and in characters.
    pub column: usize,
    /// The keys went to what stands beside the text.
    pub beside: bool,
    /// It was opened for its versions, and the text was not gone to yet.
    pub versions: bool,
}

/// A place on a timeline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TracedState {
    /// The record that the timeline was opened from.
    pub of: NamedState,
    /// It is that of the machine that the record names.
    pub machine: bool,
    /// How much of it is in sight: a number of a known length, the shortest first.
    pub zoom: usize,
    /// The moment in the middle; none: now.
    pub middle: Option<Timestamp>,
    /// When what is under the cursor happened; none: it is the last there is.
    pub at: Option<Timestamp>,
    /// The lane of it.
    pub lane: String,
    /// Its id.
    pub id: String,
}

/// What rows have to pass. What is asked of words in documents has no form in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Passes {
    /// Nothing passes.
    None,
    /// All of them hold.
    And(Vec<Passes>),
    /// One of them holds.
    Or(Vec<Passes>),
    /// It does not hold.
    Not(Box<Passes>),
    /// A column compares so: its name, how, and with what.
    Field(String, How, String),
    /// Any text of the record compares so.
    Text(How, String),
    /// The last activity is at or after this time.
    After(Timestamp),
    /// The last activity is before this time.
    Before(Timestamp),
    /// It is gone.
    Gone,
    /// A write on it is unfinished.
    Pending,
}

/// How a text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The whole of it.
    Is,
    /// A part of it.
    Contains,
    /// Its beginning.
    Prefix,
    /// A regular expression.
    Regex,
}

impl Step {
    /// A view, opened from something that is called so. Titles are what people and agents wrote: no secret in one goes into a file.
    pub fn of(view: &str, about: Option<&str>) -> Self {
        let short = |title: &str| Secrets::Masked.line(title).as_str().chars().take(TITLE).collect();
        Self { view: view.to_owned(), about: about.map(short), ..Self::default() }
    }
}

impl NamedState {
    /// A record of a list.
    pub fn new(list: &ListKey, id: &str) -> Self {
        Self { connection: list.connection.clone(), collection: list.collection.clone(), id: id.to_owned() }
    }

    /// Of a row.
    pub fn of(row: &Row) -> Self {
        Self::new(&row.list, &row.id)
    }

    /// Its list and id.
    pub fn named(&self) -> (ListKey, String) {
        (ListKey::new(self.connection.clone(), self.collection.clone()), self.id.clone())
    }
}

const FIELDS: [(Field, &str); 9] = [
    (Field::Kind, "kind"),
    (Field::Connection, "connection"),
    (Field::Platform, "platform"),
    (Field::Collection, "collection"),
    (Field::Id, "id"),
    (Field::Title, "title"),
    (Field::Status, "status"),
    (Field::Agent, "agent"),
    (Field::Project, "project"),
];

impl Passes {
    /// As it is written; `None` where it has no form, or is too large to be kept.
    pub fn of(filter: &Filter) -> Option<Self> {
        let passes = Self::written(filter, PARTS.1)?;
        (passes.parts() <= PARTS.0).then_some(passes)
    }

    fn written(filter: &Filter, deep: usize) -> Option<Self> {
        let deep = deep.checked_sub(1)?;
        let all = |filters: &[Filter]| filters.iter().map(|one| Self::written(one, deep)).collect::<Option<Vec<_>>>();
        Some(match filter {
            Filter::All => Self::And(Vec::new()),
            Filter::None => Self::None,
            Filter::And(filters) => Self::And(all(filters)?),
            Filter::Or(filters) => Self::Or(all(filters)?),
            Filter::Not(inner) => Self::Not(Box::new(Self::written(inner, deep)?)),
            Filter::Field(field, what) => {
                let (_, name) = FIELDS.iter().find(|(known, _)| known == field)?;
                let (how, text) = compared(what);
                Self::Field((*name).to_owned(), how, text)
            }
            Filter::Text(what) => {
                let (how, text) = compared(what);
                Self::Text(how, text)
            }
            Filter::Judged(_) => return None,
            Filter::After(at) => Self::After(*at),
            Filter::Before(at) => Self::Before(*at),
            Filter::Gone => Self::Gone,
            Filter::Pending => Self::Pending,
        })
    }

    fn parts(&self) -> usize {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().map(Self::parts).sum::<usize>() + 1,
            Self::Not(inner) => inner.parts() + 1,
            _ => 1,
        }
    }

    /// As the mirror is asked; `None` where it is nothing that could have been written here.
    pub fn filter(&self) -> Option<Filter> {
        if self.parts() > PARTS.0 { None } else { self.read(PARTS.1) }
    }

    fn read(&self, deep: usize) -> Option<Filter> {
        let deep = deep.checked_sub(1)?;
        let all = |passes: &[Self]| passes.iter().map(|one| one.read(deep)).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::And(passes) if passes.is_empty() => Filter::All,
            Self::Or(passes) if passes.is_empty() => Filter::None,
            Self::None => Filter::None,
            Self::And(passes) => Filter::And(all(passes)?),
            Self::Or(passes) => Filter::Or(all(passes)?),
            Self::Not(inner) => Filter::Not(Box::new(inner.read(deep)?)),
            Self::Field(name, how, text) => {
                let (field, _) = FIELDS.iter().find(|(_, known)| known == name)?;
                Filter::Field(*field, comparing(*how, text)?)
            }
            Self::Text(how, text) => Filter::Text(comparing(*how, text)?),
            Self::After(at) => Filter::After(*at),
            Self::Before(at) => Filter::Before(*at),
            Self::Gone => Filter::Gone,
            Self::Pending => Filter::Pending,
        })
    }
}

fn compared(what: &Match) -> (How, String) {
    match what {
        Match::Is(text) => (How::Is, text.clone()),
        Match::Contains(text) => (How::Contains, text.clone()),
        Match::Prefix(text) => (How::Prefix, text.clone()),
        Match::Regex(text) => (How::Regex, text.clone()),
    }
}

fn comparing(how: How, text: &str) -> Option<Match> {
    if text.len() > NAME || (how == How::Regex && check_regex(text).is_err()) {
        return None;
    }
    Some(match how {
        How::Is => Match::Is(text.to_owned()),
        How::Contains => Match::Contains(text.to_owned()),
        How::Prefix => Match::Prefix(text.to_owned()),
        How::Regex => Match::Regex(text.to_owned()),
    })
}

/// Reads the steps that can be understood.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Step>, D::Error> {
    let Value::Array(steps) = Value::deserialize(from)? else { return Ok(Vec::new()) };
    let steps = steps.into_iter().take(STEPS).filter_map(|step| serde_json::from_value(step).ok());
    Ok(steps.map(cut).collect())
}

/// A step that holds no more than one of ours would.
fn cut(mut step: Step) -> Step {
    step.about = step.about.map(|about| about.chars().take(TITLE).collect());
    step.list.iter_mut().for_each(ListState::cut);
    let long = step.read.len().saturating_sub(SESSIONS);
    step.read.drain(..long);
    let long = step.edited.len().saturating_sub(SESSIONS);
    step.edited.drain(..long);
    for read in &mut step.read {
        for text in [&mut read.query, &mut read.words] {
            if text.len() > FILTER {
                text.clear();
            }
        }
        read.from = read.from.take().map(|from| from.chars().take(TITLE).collect());
    }
    if let Some(narrow) = &mut step.narrow
        && narrow.home.len() > FILTER
    {
        narrow.home.clear();
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::links::only_these;
    use crate::tui::memory::Memory;

    #[test]
    fn what_rows_have_to_pass_is_the_same_when_it_is_read_again() {
        let of = only_these(&ListKey::new("lab", "runs"), &["7.(x)".to_owned(), "8".to_owned()]);
        let not = Filter::Not(Box::new(Filter::Field(Field::Agent, Match::Contains("kb".into()))));
        let filter = Filter::And(vec![of, not, Filter::Text(Match::Prefix("a".into())), Filter::Gone, Filter::Pending]);
        let passes = Passes::of(&filter).unwrap();
        let text = serde_json::to_string(&passes).unwrap();
        assert_eq!(serde_json::from_str::<Passes>(&text).unwrap().filter(), Some(filter));
        assert_eq!(Passes::of(&Filter::All).and_then(|all| all.filter()), Some(Filter::All));
    }

    #[test]
    fn what_nobody_here_could_have_written_asks_the_mirror_nothing() {
        let field = |name: &str, how, text: String| Passes::Field(name.into(), how, text).filter();
        assert_eq!(field("rowid", How::Is, "1".into()), None);
        assert_eq!(field("id", How::Regex, "(".into()), None);
        assert_eq!(field("id", How::Is, "x".repeat(NAME + 1)), None);
        assert_eq!(Passes::Or(vec![Passes::Gone; PARTS.0 + 1]).filter(), None);
        let deep = (0..PARTS.1).fold(Passes::Gone, |inner, _| Passes::Not(Box::new(inner)));
        assert_eq!(deep.filter(), None);
        assert_eq!(Passes::Or(Vec::new()).filter(), Some(Filter::None));
    }

    #[test]
    fn a_damaged_step_is_left_out_and_neither_the_others_nor_the_columns_are_lost_with_it() {
        let text = r#"{"qd":1,"recent":["sync"],"trail":[{"view":"runs"},7,{"view":{"a":1}},{"view":"transcript","read":[{"entry":-1}]},
            {"view":"timeline","traced":{"at":"yesterday"}},{"view":"search","unknown":[1]}]}"#;
        let memory = Memory::read(text).unwrap();
        let views: Vec<&str> = memory.trail.iter().map(|step| step.view.as_str()).collect();
        assert_eq!((views, memory.recent.len()), (vec!["runs", "search"], 1));
        for trail in ["7", "null", r#""runs""#, r#"{"view":"runs"}"#] {
            let memory = Memory::read(&format!(r#"{{"qd":1,"recent":["sync"],"trail":{trail}}}"#)).unwrap();
            assert_eq!((memory.trail.len(), memory.recent.len()), (0, 1), "{trail}");
        }
    }

    #[test]
    fn a_step_that_is_larger_than_any_of_ours_is_cut() {
        let long = "x".repeat(FILTER + 1);
        let read = format!(r#"{{"of":{{"id":"a"}},"query":"{long}"}}"#);
        let reads = vec![read; SESSIONS + 40].join(",");
        let step = format!(r#"{{"view":"transcript","about":"{long}","read":[{reads}],"list":{{"filter":"{long}"}}}}"#);
        let steps = vec![step; STEPS + 3].join(",");
        let memory = Memory::read(&format!(r#"{{"qd":1,"trail":[{steps}]}}"#)).unwrap();
        assert_eq!(memory.trail.len(), STEPS);
        let step = &memory.trail[0];
        assert_eq!((step.read.len(), step.read[0].query.as_str()), (SESSIONS, ""));
        assert_eq!(step.about.as_ref().map(|about| about.chars().count()), Some(TITLE));
        assert_eq!(step.list.as_ref().map(|list| list.filter.as_str()), Some(""));
    }

    #[test]
    fn a_secret_in_a_title_stays_out_of_the_file() {
        let step = Step::of("runs", Some("export TOKEN=ghp_0123456789abcdefghijklmnopqrstuvwxyz12"));
        assert!(!step.about.unwrap().contains("ghp_0123456789"));
    }
}
