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
    let value: Value = serde_json::from_str(raw).ok()?;
    let text = match value {
        Value::String(text) => text,
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

/// Costs, from the values of `cost`, `currency`, `day` and `days`.
pub(super) fn costs(connection: &str, figures: &Figures, found: &[Peeked]) -> Vec<Cost> {
    let mut all = Vec::new();
    for peeked in found {
        let value = |at: usize| peeked.values.get(at).and_then(Option::as_deref);
        let currency = value(1).and_then(plain);
        let items: Vec<Value> = value(3).and_then(|days| serde_json::from_str(days).ok()).unwrap_or_default();
        let daily = items.iter().take(ITEMS).filter_map(|item| {
            let first = |places: &[String]| places.iter().find_map(|at| item.pointer(at)).map(Value::to_string);
            let text = |places: &[String]| first(places).as_deref().and_then(plain);
            Some((Some(day(&text(&figures.day)?)?), amount(&text(&figures.cost)?)?))
        });
        let mut told: Vec<(Option<Date>, f64)> = daily.collect();
        if told.is_empty()
            && let Some(amount) = value(0).and_then(plain).and_then(|text| amount(&text))
        {
            told.push((value(2).and_then(plain).and_then(|text| day(&text)), amount));
        }
        let cost = |(day, amount)| Cost {
            connection: connection.to_owned(),
            label: peeked.id.clone(),
            day,
            amount,
            currency: currency.clone(),
        };
        all.extend(told.into_iter().map(cost));
    }
    all
}
