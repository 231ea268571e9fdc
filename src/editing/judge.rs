//! A text as it is being typed: everything there is to say about it, each with its place.

use std::collections::BTreeSet;

use quarterdeck_sync::text::hidden_count;
use serde_json::Value;

use super::{Complaint, Editable, Edited, Habits, json, place};

/// How much a remark weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The text cannot be taken as it is.
    Wrong,
    /// It can, and is probably a mistake.
    Doubt,
    /// To be known.
    Note,
}

/// One thing to say about a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// How much it weighs.
    pub weight: Weight,
    /// What it says. Its place is known, but for what is about something the text does not have.
    pub says: Complaint,
}

/// What is to be said about a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    /// By weight, then by place.
    pub remarks: Vec<Remark>,
    /// What the text makes of the document, when it can be taken.
    pub edited: Option<Edited>,
}

impl Editable {
    /// [`Editable::read`] for a text that is not finished: what is wrong, what is doubtful, what is to be known.
    pub fn judge(&self, text: &str, habits: &Habits) -> Judged {
        let mut remarks = Vec::new();
        let mut say = |weight, says| remarks.push(Remark { weight, says });
        let (edited, doubts) = match self.read(text) {
            Ok(edited) => {
                let doubts = habits.unusual(&self.doc, &edited.doc);
                edited.notes.iter().for_each(|note| say(Weight::Doubt, note.clone()));
                for change in edited.changes.iter().filter(|change| change.base.is_some() && change.mine.is_none()) {
                    say(
                        Weight::Note,
                        Complaint::field(&change.at, format!("is removed: it was {}", short(change.base.as_ref()))),
                    );
                }
                (Some(edited), doubts)
            }
            Err(complaints) => {
                complaints.into_iter().for_each(|complaint| say(Weight::Wrong, complaint));
                // What cannot be taken for one reason may be doubtful for others.
                let doubts = json::parse(text).map(|value| habits.unusual(&self.doc, &value)).unwrap_or_default();
                (None, doubts)
            }
        };
        doubts.into_iter().for_each(|doubt| say(Weight::Doubt, doubt));
        for (at, line) in text.split('\n').enumerate() {
            let hidden = hidden_count(line);
            if hidden > 0 {
                let column = line.chars().take_while(|c| hidden_count(c.encode_utf8(&mut [0; 4])) == 0).count() + 1;
                let words =
                    if hidden == 1 { "a hidden character".to_owned() } else { format!("{hidden} hidden characters") };
                say(Weight::Doubt, Complaint::text(at + 1, column, format!("{words}: shown as ⟨…⟩ here")));
            }
        }
        locate(text, &mut remarks);
        remarks.sort_by_key(|remark| (remark.weight, remark.says.place.unwrap_or((usize::MAX, 0))));
        Judged { remarks, edited }
    }
}

/// Finds the places of remarks about fields; of a field that is not there, that of what it stood in.
fn locate(text: &str, remarks: &mut [Remark]) {
    let ancestors = |at: &str| -> Vec<String> {
        let mut here = at;
        let mut all = vec![here.to_owned()];
        while let Some((above, _)) = here.rsplit_once('/') {
            all.push(above.to_owned());
            here = above;
        }
        all
    };
    let chains: Vec<Vec<String>> =
        remarks.iter().map(|remark| remark.says.at.as_deref().map(ancestors).unwrap_or_default()).collect();
    let wanted: BTreeSet<&str> = chains.iter().flatten().map(String::as_str).collect();
    if wanted.is_empty() {
        return;
    }
    let found = place::places(text, &wanted);
    for (remark, chain) in remarks.iter_mut().zip(&chains).filter(|(remark, _)| remark.says.place.is_none()) {
        remark.says.place = chain.iter().find_map(|at| found.get(at.as_str()).copied());
    }
}

/// A value in a few words.
fn short(value: Option<&Value>) -> String {
    match value {
        Some(Value::Array(items)) => format!("a list of {}", items.len()),
        Some(Value::Object(members)) => format!("an object of {}", members.len()),
        Some(other) => {
            let text = other.to_string();
            if text.chars().count() > 40 { format!("{}…", text.chars().take(39).collect::<String>()) } else { text }
        }
        None => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::platform::Registry;

    use super::*;

    const POLICY: &str = r#"{"version":"v1","rules":{"min_scorecard":3.0,"require_provenance":false,"allowed_licenses":["MIT"],
        "typosquat_action":"block"}}"#;

    fn judged(text: &str) -> Vec<String> {
        let manifest = Registry::builtin().get("turen").unwrap();
        let editable = Editable::new(&manifest, "policy", serde_json::from_str(POLICY).unwrap(), POLICY).unwrap();
        let mut habits = Habits::default();
        for _ in 0..3 {
            habits.learn(editable.doc());
        }
        let judged = editable.judge(text, &habits);
        judged.remarks.iter().map(|remark| format!("{:?} {}", remark.weight, remark.says)).collect()
    }

    #[test]
    fn every_remark_has_its_place() {
        let text = "{\n \"rules\": {\n  \"min_scorecard\": \"x\",\n  \"require_provenance\": false\n }\n}";
        assert_eq!(judged(text), ["Wrong line 3, column 3: /rules/min_scorecard: a text stands where a number was"]);
        assert_eq!(judged("{\n  \"rules\": {\n}")[0], "Wrong line 3, column 1: EOF while parsing an object");
    }

    #[test]
    fn doubts_and_notes_come_after_what_is_wrong() {
        let text =
            "{\n \"rules\": {\n  \"min_scorecard\": 3,\n  \"fresh\": 1,\n  \"typosquat_action\": \"blok\"\n }\n}";
        let told = judged(text);
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(
            told[2].starts_with("Note line 2, column 2: /rules/require_provenance: is removed: it was false"),
            "{told:?}"
        );
        assert!(told[0].starts_with("Doubt line 4, column 3: /rules/fresh: is new"), "{told:?}");
        assert!(
            told[1].starts_with("Doubt line 5, column 3: /rules/typosquat_action: no policy here has `blok`"),
            "{told:?}"
        );
        assert!(
            told[3].starts_with("Note line 2, column 2: /rules/allowed_licenses: is removed: it was a list of 1"),
            "{told:?}"
        );
    }

    #[test]
    fn hidden_characters_are_counted_with_their_place() {
        let told = judged("{\"rules\": {\"min_scorecard\": 3, \"typosquat_action\": \"a\u{202e}b\u{200b}\"}}");
        assert!(told.iter().any(|told| told.starts_with("Doubt line 1, column 54: 2 hidden characters")), "{told:?}");
    }
}
