//! What stands at the places of documents of one sort: which words, which numbers. No platform tells what a field may hold; what
//! other policies hold there, and what this one held before, comes near to it.
//!
//! What is told from it is a warning, never a refusal: a value that is new here may be right.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Complaint, escape};

/// Places that are kept.
const PLACES: usize = 4_096;
/// Words kept of one place: with more it is no closed set.
const WORDS: usize = 8;
/// The longest word of a closed set.
const LONGEST: usize = 32;
/// Warnings at most.
const MOST: usize = 100;
/// More than so many times what it ever was, a number is asked about.
const FAR: f64 = 10.0;

/// What is known of one place.
#[derive(Debug, Clone, Default)]
struct Place {
    /// How often each word stood there; none once there were too many, or one that is no word.
    words: Option<BTreeMap<String, usize>>,
    seen: usize,
    numbers: Option<Numbers>,
}

#[derive(Debug, Clone, Copy)]
struct Numbers {
    least: f64,
    most: f64,
    whole: bool,
}

/// What documents of one sort hold, by place; items of lists share one.
#[derive(Debug, Clone, Default)]
pub struct Habits {
    places: BTreeMap<String, Place>,
}

impl Habits {
    /// Takes in a document.
    pub fn learn(&mut self, doc: &Value) {
        walk(doc, "", "", &mut |general, _, value| {
            if self.places.len() >= PLACES && !self.places.contains_key(general) {
                return;
            }
            match value {
                Value::String(word) => self.places.entry(general.to_owned()).or_default().word(word),
                Value::Number(number) => {
                    self.places.entry(general.to_owned()).or_default().number(number.as_f64().unwrap_or_default());
                }
                _ => {}
            }
        });
    }

    /// Values of `edited` that are none of those known, where `base` has others.
    pub(super) fn unusual(&self, base: &Value, edited: &Value) -> Vec<Complaint> {
        let mut found = Vec::new();
        walk(edited, "", "", &mut |general, at, value| {
            let Some(place) = self.places.get(general) else { return };
            if found.len() >= MOST || base.pointer(at) == Some(value) {
                return;
            }
            let said = match value {
                Value::String(word) => place.strange_word(word),
                Value::Number(number) => number.as_f64().and_then(|number| place.strange_number(number)),
                _ => None,
            };
            found.extend(said.map(|words| Complaint::field(at, words)));
        });
        found
    }
}

impl Place {
    fn word(&mut self, word: &str) {
        let is_word = !word.is_empty()
            && word.len() <= LONGEST
            && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if self.seen == 0 {
            self.words = Some(BTreeMap::new());
        }
        self.seen += 1;
        let Some(words) = &mut self.words else { return };
        if is_word && (words.len() < WORDS || words.contains_key(word)) {
            *words.entry(word.to_owned()).or_default() += 1;
        } else {
            self.words = None;
        }
    }

    fn number(&mut self, number: f64) {
        let known = self.numbers.get_or_insert(Numbers { least: number, most: number, whole: true });
        known.least = known.least.min(number);
        known.most = known.most.max(number);
        known.whole &= number.fract() == 0.0;
    }

    /// A few words that come again and again are a closed set.
    fn strange_word(&self, word: &str) -> Option<String> {
        let words = self.words.as_ref().filter(|words| self.seen >= 3 && self.seen >= 2 * words.len())?;
        if words.contains_key(word) {
            return None;
        }
        let known: Vec<&str> = words.keys().map(String::as_str).collect();
        Some(format!("no policy here has `{word}` for it: they have {}", known.join(", ")))
    }

    fn strange_number(&self, number: f64) -> Option<String> {
        let known = self.numbers?;
        let span = if known.least < known.most {
            format!("between {} and {}", known.least, known.most)
        } else {
            format!("{}", known.most)
        };
        let why = if number < 0.0 && known.least >= 0.0 {
            "is negative, and never was"
        } else if number.fract() != 0.0 && known.whole {
            "is no whole number, and always was"
        } else if !known.whole && known.least >= 0.0 && known.most <= 1.0 && number > 1.0 {
            "is more than 1, and never was"
        } else if known.most > 0.0 && number > known.most * FAR {
            "is more than ten times what it ever was"
        } else {
            return None;
        };
        Some(format!("{why}: {span}"))
    }
}

/// Every value below `value`: its place with items of lists as `*`, its pointer, itself. Recursive: the text was read, so it is
/// not nested too deeply.
fn walk<'a>(value: &'a Value, general: &str, at: &str, tell: &mut impl FnMut(&str, &str, &'a Value)) {
    tell(general, at, value);
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = escape(name);
                walk(value, &format!("{general}/{name}"), &format!("{at}/{name}"), tell);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{general}/*"), &format!("{at}/{index}"), tell);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(habits: &Habits, base: &Value, edited: &Value) -> Vec<String> {
        habits.unusual(base, edited).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_word_that_no_policy_has_is_told_and_free_text_is_not() {
        let mut habits = Habits::default();
        let base =
            json!({"rules": [{"permission": "allow", "why": "one thing"}, {"permission": "deny", "why": "another"}]});
        habits.learn(&base);
        habits.learn(&json!({"rules": [{"permission": "deny"}, {"permission": "allow", "why": "a third"}]}));
        let edited = json!({"rules": [{"permission": "alow", "why": "new words"}, {"permission": "allow"}]});
        assert_eq!(
            told(&habits, &base, &edited),
            ["/rules/0/permission: no policy here has `alow` for it: they have allow, deny"]
        );
    }

    #[test]
    fn a_word_seen_once_says_nothing_of_others() {
        let mut habits = Habits::default();
        let base = json!({"action": "block"});
        habits.learn(&base);
        assert_eq!(told(&habits, &base, &json!({"action": "review"})), [""; 0]);
    }

    #[test]
    fn numbers_are_held_against_what_they_were() {
        let mut habits = Habits::default();
        let base = json!({"days": 14, "share": 0.25, "score": 7.5});
        habits.learn(&base);
        let edited = json!({"days": 14.5, "share": 25, "score": -1});
        let found = told(&habits, &base, &edited);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found[0].contains("no whole number") && found[1].contains("more than 1") && found[2].contains("negative")
        );
        assert_eq!(told(&habits, &base, &json!({"days": 30, "share": 0.9, "score": 3})), [""; 0]);
        assert!(told(&habits, &base, &json!({"days": 1400}))[0].contains("ten times"));
    }
}
