//! When a message was said.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::json::{Json, Object};

const NAMES: [&str; 11] = [
    "timestamp",
    "created_at",
    "createdAt",
    "started_at",
    "startedAt",
    "requested_at",
    "at",
    "time",
    "ts",
    "date",
    "updated_at",
];

/// The time that a message gives: the first of its fields that is one.
pub(super) fn at(object: &Object<'_>) -> Option<Timestamp> {
    NAMES.iter().find_map(|name| time(object.get(name)?))
}

/// RFC 3339, the same without a zone (UTC), or seconds, milliseconds, microseconds or nanoseconds since 1970.
pub(super) fn time(json: Json<'_>) -> Option<Timestamp> {
    let said = json.scalar()?;
    let text = said.trim();
    if let Ok(number) = text.parse::<f64>() {
        return since_1970(text.parse::<i64>().ok(), number);
    }
    let zoned = text.parse().ok();
    zoned.or_else(|| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()))
}

/// Their sizes tell the units apart. What lies before 1973 counts something else.
fn since_1970(whole: Option<i64>, number: f64) -> Option<Timestamp> {
    let whole = whole.unwrap_or(number as i64);
    match number {
        1e8..1e11 => Timestamp::from_millisecond((number * 1e3).round() as i64).ok(),
        1e11..1e14 => Timestamp::from_millisecond(whole).ok(),
        1e14..1e17 => Timestamp::from_microsecond(whole).ok(),
        1e17..9e18 => Timestamp::from_nanosecond(i128::from(whole)).ok(),
        _ => None,
    }
}
