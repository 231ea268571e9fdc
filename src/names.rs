//! Names that look alike: for "did you mean".

/// The name of `known` that looks most like `found`, when any does: a few slips away, or the one longer than the other.
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let slips = (found.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (distance(found, name), name))
        .filter(|(distance, name)| *distance <= slips || begins(found, name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// One of them is the beginning of the other, and says something.
fn begins(found: &str, name: &str) -> bool {
    found.len() >= 3 && name.starts_with(found) || name.len() >= 3 && found.starts_with(name)
}

/// How many characters must be inserted, removed, replaced or swapped with their neighbour to make one of the other
/// (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut older: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let same = a[i - 1] == b[j - 1];
            row[j] = (last[j - 1] + usize::from(!same)).min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(older[j - 2] + 1);
            }
        }
        older = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(nearest("agnets", ["agents", "sessions"]), Some("agents"));
        assert_eq!(nearest("session", ["agents", "sessions"]), Some("sessions"));
        assert_eq!(nearest("workflow", ["workflow-runs", "workflows"]), Some("workflows"));
        assert_eq!(nearest("conn", ["connect", "runs"]), Some("connect"));
        assert_eq!(nearest("zebra", ["agents", "sessions"]), None);
        assert_eq!(nearest("version", ["agents", "sessions"]), None);
    }
}
