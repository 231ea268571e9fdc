//! Times as platforms write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Reads RFC 3339, `YYYY-MM-DD HH:MM:SS` and `YYYY-MM-DD` (both taken as UTC), and epochs in seconds, milliseconds,
/// microseconds or nanoseconds, as a number or in quotes. Zero times (`0`, year 1) mean "never".
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit()) && text.as_bytes().get(4) == Some(&b'-') {
        let time = text.parse::<Timestamp>().ok().or_else(|| {
            let civil: DateTime = text.parse().ok()?;
            TimeZone::UTC.to_timestamp(civil).ok()
        })?;
        // What Go writes for a time that was never set.
        return (time.as_second() > -62_000_000_000).then_some(time);
    }
    epoch(text)
}

/// The unit is told by the size: seconds reach 10^11 in the year 5138, milliseconds began it in 1973.
fn epoch(text: &str) -> Option<Timestamp> {
    let number: f64 = text.parse().ok()?;
    let per_second = match number {
        number if number.is_nan() || number <= 0.0 => return None,
        number if number < 1e11 => 1.0,
        number if number < 1e14 => 1e3,
        number if number < 1e17 => 1e6,
        _ => 1e9,
    };
    if let Ok(whole) = text.parse::<i64>() {
        // Whole numbers stay exact; a double has not the digits for nanoseconds.
        return match per_second as i64 {
            1 => Timestamp::from_second(whole).ok(),
            1_000 => Timestamp::from_millisecond(whole).ok(),
            1_000_000 => Timestamp::from_microsecond(whole).ok(),
            _ => Timestamp::from_nanosecond(i128::from(whole)).ok(),
        };
    }
    Timestamp::from_millisecond((number / per_second * 1e3).round() as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platforms_writing_is_read() {
        for (text, is) in [
            ("2026-02-17T09:00:00Z", "2026-02-17T09:00:00Z"),
            ("2026-02-17T09:00:00.123456+02:00", "2026-02-17T07:00:00.123456Z"),
            ("2026-02-17 09:00:00", "2026-02-17T09:00:00Z"),
            ("2026-02-17T09:00:00", "2026-02-17T09:00:00Z"),
            ("2026-02-17", "2026-02-17T00:00:00Z"),
            ("1708300000", "2024-02-18T23:46:40Z"),
            ("1708300000.5", "2024-02-18T23:46:40.5Z"),
            ("1708300000123", "2024-02-18T23:46:40.123Z"),
            ("1708300000123456", "2024-02-18T23:46:40.123456Z"),
            ("1708300000123456789", "2024-02-18T23:46:40.123456789Z"),
        ] {
            assert_eq!(parse(text).map(|time| time.to_string()).as_deref(), Some(is), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "0", "0001-01-01T00:00:00Z", "yesterday", "-5", "NaN", "1e300", "2026-13-01", "2026-"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
