//! Numbers that cannot be sent back as they came. A [`Value`] holds a number as a 64-bit integer or float; one of more digits is
//! rounded when the text is read, and nobody who edits another field has asked for that.

use serde::Deserialize as _;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::peek;

/// The first number below one of `fields` of `doc`, a document's text, that `wanted` has as it stands there, only rounded: its
/// pointer.
pub(super) fn rounded(doc: &str, fields: &[String], wanted: &Value) -> Option<String> {
    fields.iter().find_map(|field| within(peek::at(doc, field)?, field.clone(), wanted))
}

fn within(text: &str, at: String, wanted: &Value) -> Option<String> {
    let text = text.trim();
    match text.bytes().next()? {
        b'{' => {
            let members: std::collections::BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
            members.into_iter().find_map(|(name, value)| {
                within(value.get(), format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), wanted)
            })
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            items.into_iter().enumerate().find_map(|(place, item)| within(item.get(), format!("{at}/{place}"), wanted))
        }
        b'-' | b'0'..=b'9' => {
            let read = Value::deserialize(&mut serde_json::Deserializer::from_str(text)).ok()?;
            let survives = value(text).is_some_and(|as_sent| Some(as_sent) == value(&read.to_string()));
            (!survives && wanted.pointer(&at) == Some(&read)).then_some(at)
        }
        _ => None,
    }
}

/// What a number comes to: its sign, its digits without zeros at either end, and the power of ten of the last of them.
fn value(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (minus, whole) = whole.strip_prefix('-').map_or((false, whole), |whole| (true, whole));
    let digits = format!("{whole}{part}");
    let digits = digits.trim_start_matches('0');
    let bare = digits.trim_end_matches('0');
    if bare.is_empty() {
        return Some((false, String::new(), 0));
    }
    let dropped = i64::try_from(digits.len() - bare.len()).ok()?;
    let power = exponent.checked_sub(i64::try_from(part.len()).ok()?)?.checked_add(dropped)?;
    Some((minus, bare.to_owned(), power))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_would_come_back_as_another_number_is_told() {
        let fields = ["/spec".to_owned()];
        for (number, found) in [
            ("123456789012345678901", true),
            ("-123456789012345678901", true),
            ("0.12345678901234567890123", true),
            ("18446744073709551615", false),
            ("9007199254740993", false),
            ("1.10", false),
            ("100e-2", false),
            ("1E400", false),
            ("-0.0", false),
            ("0.1", false),
            ("1e22", false),
            ("123456789012345678900", true),
            ("0.30000000000000004", false),
        ] {
            let doc = format!(r#"{{"spec":{{"a/b":[1,{{"n": {number}}}]}},"other":123456789012345678901}}"#);
            let wanted: Value = serde_json::from_str(&doc).unwrap_or_default();
            let at = found.then(|| "/spec/a~1b/1/n".to_owned());
            assert_eq!(rounded(&doc, &fields, &wanted), at, "{number}");
            assert_eq!(rounded(&doc, &fields, &json!({"spec": {"a/b": [1, {"n": 7}]}})), None, "somebody has set it");
        }
    }
}
