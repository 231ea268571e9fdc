use jiff::{Timestamp, Zoned};

/// How long ago: `now`, `12s ago`, `3m ago`, `5h ago`, `2d ago`, `7w ago`, `3y ago`; `in 3m` for what is to come.
pub fn age(at: Timestamp, now: &Zoned) -> String {
    let seconds = at.as_second().saturating_sub(now.timestamp().as_second());
    let length = match seconds.unsigned_abs() {
        0 => return "now".to_owned(),
        s @ ..60 => format!("{s}s"),
        s @ ..3_600 => format!("{}m", s / 60),
        s @ ..86_400 => format!("{}h", s / 3_600),
        s @ ..1_209_600 => format!("{}d", s / 86_400),
        s @ ..31_557_600 => format!("{}w", s / 604_800),
        s => format!("{}y", s / 31_557_600),
    };
    if seconds < 0 { format!("{length} ago") } else { format!("in {length}") }
}

/// On the operator's own clock: `2026-03-10 09:12`.
pub fn clock(at: Timestamp, now: &Zoned) -> String {
    at.to_zoned(now.time_zone().clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Both, for a line of its own: `2026-03-10 09:12 (3m ago)`.
pub fn moment(at: Timestamp, now: &Zoned) -> String {
    format!("{} ({})", clock(at, now), age(at, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_where_the_operator_is() {
        let now: Zoned = "2026-03-10T09:30:00+01:00[Europe/Berlin]".parse().unwrap();
        let told = |text: &str| moment(text.parse().unwrap(), &now);
        assert_eq!(told("2026-03-10T08:30:00Z"), "2026-03-10 09:30 (now)");
        assert_eq!(told("2026-03-10T08:29:18Z"), "2026-03-10 09:29 (42s ago)");
        assert_eq!(told("2026-03-10T08:01:00Z"), "2026-03-10 09:01 (29m ago)");
        assert_eq!(told("2026-03-09T07:30:00Z"), "2026-03-09 08:30 (1d ago)");
        assert_eq!(told("2026-01-10T07:30:00Z"), "2026-01-10 08:30 (8w ago)");
        assert_eq!(told("2020-01-10T07:30:00Z"), "2020-01-10 08:30 (6y ago)");
        assert_eq!(told("2026-03-10T11:30:00Z"), "2026-03-10 12:30 (in 3h)");
    }
}
