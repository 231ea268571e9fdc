//! Times and first lines for people who read a transcript, wherever they are: in UTC.

use jiff::Timestamp;

/// `2026-03-10 08:12:31 UTC`.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `2026-03-10`.
pub fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// `08:12:31`.
pub fn time(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// The first line that says something, cut to `limit` characters with a mark where it was cut.
pub fn first_line(text: &str, limit: usize) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    quarterdeck_sync::text::shorten(line, limit).into_owned()
}

/// All lines that say something as one, cut to `limit` characters with a mark where it was cut.
pub fn one_line(text: &str, limit: usize) -> String {
    let mut all = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(line);
        if all.len() > limit.saturating_mul(4) {
            break;
        }
    }
    quarterdeck_sync::text::shorten(&all, limit).into_owned()
}
