//! Amounts in words: numbers, sizes, lengths of time, money. The same in every answer and every document.

/// A length of time: `850 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
pub fn length(ms: u64) -> String {
    let (s, min, h) = (ms / 1_000, ms / 60_000, ms / 3_600_000);
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", s, ms % 1_000 / 100),
        60_000..3_600_000 => two(min, "min", s % 60, "s"),
        3_600_000..86_400_000 => two(h, "h", min % 60, "min"),
        _ => two(h / 24, "d", h % 24, "h"),
    }
}

fn two(much: u64, unit: &str, little: u64, small: &str) -> String {
    if little == 0 { format!("{much} {unit}") } else { format!("{much} {unit} {little} {small}") }
}

/// A size for people: `812 B`, `4.3 MiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// Which rows are missing, and where, when the counts of a list differ: on the server, in the mirror, in the index. None when they do not.
pub fn differing(server: Option<u64>, mirror: u64, index: Option<u64>) -> Option<String> {
    match (server, index) {
        (Some(server), _) if server > mirror => Some(format!("{} missing", count(server - mirror))),
        (Some(server), _) if server < mirror => Some(format!("{} more than the server", count(mirror - server))),
        (_, Some(index)) if index != mirror => Some(format!("{} not indexed", count(mirror.abs_diff(index)))),
        _ => None,
    }
}

/// A number for people: `1,204,377`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 problem`, `1,204 problems`.
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Dollars, with as many digits as a small sum needs: `$12.40`, `$0.0031`.
pub fn dollars(sum: f64) -> String {
    if sum >= 0.1 || sum == 0.0 { format!("${sum:.2}") } else { format!("${sum:.4}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let told: Vec<_> = [0, 999, 1_000, 1_204_377].into_iter().map(count).collect();
        assert_eq!(told, ["0", "999", "1,000", "1,204,377"]);
        assert_eq!((plural(1, "row", "rows"), plural(2, "row", "rows")), ("1 row".into(), "2 rows".into()));
    }

    #[test]
    fn lengths_are_told_in_their_two_largest_units() {
        let told: Vec<_> = [0, 850, 12_450, 200_000, 7_500_000, 90_000_000, u64::MAX].into_iter().map(length).collect();
        let expected = ["0 ms", "850 ms", "12.4 s", "3 min 20 s", "2 h 5 min", "1 d 1 h", "213503982334 d 14 h"];
        assert_eq!(told, expected);
    }

    #[test]
    fn sizes_and_sums_have_as_many_digits_as_say_something() {
        let told: Vec<_> = [0, 1_023, 1_024, 4_508_877, 1 << 30, u64::MAX].into_iter().map(size).collect();
        assert_eq!(told, ["0 B", "1023 B", "1.0 KiB", "4.3 MiB", "1.0 GiB", "16777216.0 TiB"]);
        assert_eq!([0.0, 0.0031, 12.4].map(dollars), ["$0.00", "$0.0031", "$12.40"]);
    }
}
