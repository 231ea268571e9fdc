use std::io::Read;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::error::{Failure, Kind};

/// Largest document that is read from a file.
const LARGEST: u64 = 16 << 20;

/// Flags that say which fields are to have which values.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Fields {
    /// A field and its new value: JSON if it can be read as such, else text; a.b or /a/b is a field within a field
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// A file of JSON whose members are the fields; - reads it from stdin
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// Fields and values, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edit {
    members: Map<String, Value>,
    values: Vec<(Vec<String>, Value)>,
}

impl Fields {
    /// What the flags say.
    pub fn read(&self) -> Result<Edit, Failure> {
        let members = self.file.as_ref().map(read_object).transpose()?.unwrap_or_default();
        let values = self.set.iter().map(|text| assignment(text)).collect::<Result<Vec<_>, _>>()?;
        if members.is_empty() && values.is_empty() {
            return Err(Failure::usage("nothing says what to change").hint("--set FIELD=VALUE, or --file FILE"));
        }
        Ok(Edit { members, values })
    }
}

impl Edit {
    /// `doc` with these fields in it.
    pub fn over(&self, doc: &Value) -> Result<Value, Failure> {
        let mut doc = doc.clone();
        if !self.members.is_empty() {
            let Value::Object(fields) = &mut doc else { return Err(no_fields("the document")) };
            fields.extend(self.members.clone());
        }
        for (path, value) in &self.values {
            put(&mut doc, path, value.clone())?;
        }
        Ok(doc)
    }
}

fn put(doc: &mut Value, path: &[String], value: Value) -> Result<(), Failure> {
    let Some((field, rest)) = path.split_first() else {
        *doc = value;
        return Ok(());
    };
    match doc {
        Value::Object(fields) => {
            let inner = fields.entry(field.clone()).or_insert_with(|| Value::Object(Map::new()));
            // What held nothing until now can hold fields.
            if !rest.is_empty() && inner.is_null() {
                *inner = Value::Object(Map::new());
            }
            put(inner, rest, value)
        }
        Value::Array(items) => {
            let count = items.len();
            let item = field.parse::<usize>().ok().and_then(|place| items.get_mut(place));
            let item = item.ok_or_else(|| Failure::usage(format!("--set: there is no item {field} among {count}")))?;
            put(item, rest, value)
        }
        _ => Err(no_fields(field)),
    }
}

fn no_fields(what: &str) -> Failure {
    Failure::usage(format!("--set: {what} stands where there are no fields"))
}

/// `model.name=x`, `/model/name="x"`, `limits={"a":1}`.
fn assignment(text: &str) -> Result<(Vec<String>, Value), Failure> {
    let Some((field, value)) = text.split_once('=').filter(|(field, _)| !field.is_empty()) else {
        return Err(
            Failure::usage(format!("--set {text:?} is no field with its value")).hint("as in --set name=web-02")
        );
    };
    let path = match field.strip_prefix('/') {
        Some(pointer) => pointer.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect(),
        None => field.split('.').map(str::to_owned).collect(),
    };
    Ok((path, value_of(value)))
}

/// JSON if it can be read as such, else text.
pub fn value_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

fn read_object(path: &PathBuf) -> Result<Map<String, Value>, Failure> {
    let shown = path.display();
    let mut text = String::new();
    let read = |input: &mut dyn Read, text: &mut String| input.take(LARGEST).read_to_string(text);
    let done = match path.to_str() {
        Some("-") => read(&mut std::io::stdin().lock(), &mut text),
        _ => std::fs::File::open(path).and_then(|mut file| read(&mut file, &mut text)),
    };
    done.map_err(|error| Failure::new(Kind::Usage, format!("{shown}: {error}")))?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Failure::usage(format!("{shown} holds JSON, but no object with fields"))),
        Err(error) => Err(Failure::usage(format!("{shown} is no JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn edited(set: &[&str], doc: Value) -> Result<Value, String> {
        let fields = Fields { set: set.iter().map(ToString::to_string).collect(), file: None };
        fields.read().and_then(|edit| edit.over(&doc)).map_err(|failure| failure.message)
    }

    #[test]
    fn a_value_is_json_if_it_can_be_and_text_if_not() {
        let cases = [
            ("a=1", json!({"a": 1})),
            ("a=true", json!({"a": true})),
            ("a=one", json!({"a": "one"})),
            ("a=\"1\"", json!({"a": "1"})),
            ("a=x=y", json!({"a": "x=y"})),
            ("a=", json!({"a": ""})),
            ("a=null", json!({"a": null})),
            ("a={\"b\":[1]}", json!({"a": {"b": [1]}})),
            ("a.b=1", json!({"a": {"b": 1}})),
            ("/a/b.c=1", json!({"a": {"b.c": 1}})),
            ("/a~1b=1", json!({"a/b": 1})),
        ];
        for (set, doc) in cases {
            assert_eq!(edited(&[set], json!({})), Ok(doc), "{set}");
        }
    }

    #[test]
    fn only_what_is_named_changes() {
        let doc = json!({"z": 1.50, "m": {"n": null, "k": [1, 2]}});
        let wanted = json!({"z": 1.50, "m": {"n": {"o": 1}, "k": [1, 3]}});
        assert_eq!(edited(&["m.n.o=1", "m.k.1=3"], doc.clone()), Ok(wanted));
        for (set, word) in [("z.a=1", "no fields"), ("m.k.2=1", "no item 2"), ("z", "no field"), ("=1", "no field")] {
            let error = edited(&[set], doc.clone()).unwrap_err();
            assert!(error.contains(word), "{set}: {error}");
        }
    }
}
