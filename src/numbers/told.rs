//! What platforms tell of days and costs, read off single values of documents. Pure, and wary: whatever is no day, no number or no
//! sensible amount is left out.

use std::collections::BTreeMap;

use jiff::civil::Date;
use quarterdeck_sync::platform::manifest::Figures;
use quarterdeck_sync::store::Peeked;
use serde_json::Value;

use super::Cost;

/// Items of one record that are read at most.
const ITEMS: usize = 1_000;

/// A value as a person would read it: a text without its quotes, anything else as it stands.
pub(super) fn plain(raw: &str) -> Option<String> {
    of_value(&serde_json::from_str(raw).ok()?)
}

/// The same of a value that was read.
pub(super) fn of_value(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        _ => return None,
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(80).collect())
}

fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn amount(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches('$').replace(',', "");
    text.parse::<f64>().ok().filter(|amount| amount.is_finite() && amount.abs() < 1e15)
}

/// Sessions per day, from the values of `day` and `sessions`; of a day that is told twice the last counts.
pub(super) fn calendar(found: &[Peeked]) -> BTreeMap<Date, u64> {
    let read = |peeked: &Peeked| {
        let mut values = peeked.values.iter().map(|value| value.as_deref().and_then(plain));
        let (day, sessions) = (day(&values.next()??)?, values.next()??);
        let sessions = sessions.parse::<u64>().ok().filter(|count| *count < 1 << 40)?;
        Some((day, sessions))
    };
    found.iter().filter_map(read).collect()
}

/// Currencies that numbers are named after: `cost_usd`.
const CURRENCIES: [&str; 4] = ["usd", "eur", "gbp", "chf"];

/// The first currency that one of these places is named after.
fn code<'a>(places: impl IntoIterator<Item = &'a String>) -> Option<String> {
    let last = places.into_iter().filter_map(|place| place.rsplit(['_', '/']).next());
    last.map(str::to_lowercase).find(|code| CURRENCIES.contains(&code.as_str())).map(|code| code.to_uppercase())
}

/// Of the places of a cost, those that are named after a currency: all after the same, the first.
pub(super) fn named(places: &[String]) -> Vec<String> {
    let first = code(places);
    places.iter().filter(|place| first.is_some() && code([*place]) == first).cloned().collect()
}

/// Costs, from the values of `cost`, `currency`, `day` and `days`, and of those of `cost` that are [`named`] after a currency.
pub(super) fn costs(connection: &str, figures: &Figures, found: &[Peeked]) -> Vec<Cost> {
    let mut all = Vec::new();
    for peeked in found {
        let value = |at: usize| peeked.values.get(at).and_then(Option::as_deref);
        // Where none is told, the name of the number may tell it.
        let currency = value(1).and_then(plain);
        let called = || value(4).filter(|amount| value(0) == Some(*amount)).and(code(figures.cost.iter()));
        let items: Vec<Value> = value(3).and_then(|days| serde_json::from_str(days).ok()).unwrap_or_default();
        let daily = items.iter().take(ITEMS).filter_map(|item| {
            let first = |places: &[String]| places.iter().find_map(|at| item.pointer(at)).map(Value::to_string);
            let text = |places: &[String]| first(places).as_deref().and_then(plain);
            let called = || code(figures.cost.iter().find(|at| item.pointer(at).is_some()));
            Some((Some(day(&text(&figures.day)?)?), amount(&text(&figures.cost)?)?, currency.clone().or_else(called)))
        });
        let mut told: Vec<(Option<Date>, f64, Option<String>)> = daily.collect();
        if told.is_empty()
            && let Some(amount) = value(0).and_then(plain).and_then(|text| amount(&text))
        {
            let day = value(2).and_then(plain).and_then(|text| day(&text));
            told.push((day, amount, currency.clone().or_else(called)));
        }
        let cost = |(day, amount, currency)| Cost {
            connection: connection.to_owned(),
            label: peeked.id.clone(),
            day,
            amount,
            currency,
        };
        all.extend(told.into_iter().map(cost));
    }
    all
}
