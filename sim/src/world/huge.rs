//! A million sessions that nobody stores: each is a function of its number.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;

use super::words;

/// Seconds between two sessions.
const SPACING: i64 = 2;

/// Sessions with the ids `count` down to 1, newest first.
#[derive(Debug, Clone)]
pub(crate) struct Generated {
    count: u64,
    /// Unix seconds at which the newest was modified.
    newest: i64,
    seed: u64,
    /// `(client_id, hostname)` of the agents they ran on.
    hosts: Vec<(String, String)>,
    /// Ids that were removed, or are stored in another version.
    removed: BTreeSet<u64>,
}

impl Generated {
    pub(crate) fn new(count: u64, now: Timestamp, seed: u64, hosts: Vec<(String, String)>) -> Generated {
        Generated { count, newest: now.as_second() - 600, seed, hosts, removed: BTreeSet::new() }
    }

    pub(crate) fn len(&self) -> u64 {
        self.count - self.removed.len() as u64
    }

    /// Id of the row at a place in the list.
    fn id_at(&self, place: u64) -> u64 {
        // Places count the rows that are left: each removed id above pushes the answer down by one.
        let mut id = self.count.saturating_sub(place);
        for removed in self.removed.iter().rev() {
            if *removed >= id {
                id -= 1;
            } else {
                break;
            }
        }
        id
    }

    /// Writes `limit` rows from `offset` on, separated by commas; how many there were.
    pub(crate) fn write(&self, out: &mut String, offset: u64, limit: u64) -> u64 {
        let count = limit.min(self.len().saturating_sub(offset));
        if self.removed.is_empty() {
            let first = self.count - offset;
            for step in 0..count {
                if step > 0 {
                    out.push(',');
                }
                self.write_row(out, first - step);
            }
        } else {
            for step in 0..count {
                if step > 0 {
                    out.push(',');
                }
                self.write_row(out, self.id_at(offset + step));
            }
        }
        count
    }

    pub(crate) fn rows(&self, offset: u64, limit: u64) -> Vec<Value> {
        let mut text = String::from("[");
        self.write(&mut text, offset, limit);
        text.push(']');
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub(crate) fn get(&self, id: &str) -> Option<Value> {
        let id = self.known(id)?;
        let mut text = String::new();
        self.write_row(&mut text, id);
        serde_json::from_str(&text).ok()
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Value> {
        let row = self.get(id)?;
        self.removed.insert(self.known(id)?);
        Some(row)
    }

    fn known(&self, id: &str) -> Option<u64> {
        let id = id.parse().ok()?;
        ((1..=self.count).contains(&id) && !self.removed.contains(&id)).then_some(id)
    }

    fn write_row(&self, out: &mut String, id: u64) {
        let mixed = (id ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let pick = |shift: u32, len: usize| ((mixed >> shift) as usize) % len.max(1);
        let modified = self.newest - ((self.count - id).cast_signed()) * SPACING;
        let none = (String::new(), String::new());
        let (client, host) = self.hosts.get(pick(8, self.hosts.len())).unwrap_or(&none);
        let project = &words::PROJECTS[pick(20, words::PROJECTS.len())];
        let _ = write!(out, r#"{{"id":{id},"session_id":"sess_{mixed:016x}","client_id":"{client}","#);
        let _ = write!(out, r#""agent_hostname":"{host}","project_path":"/srv/checkouts/{}","#, project.name);
        let prompt = project.prompts[pick(26, project.prompts.len())];
        let _ = write!(
            out,
            r#""first_prompt":"{prompt}","git_branch":"{}","#,
            project.branches[pick(32, project.branches.len())]
        );
        let messages = 4 + pick(38, 120);
        let _ = write!(out, r#""message_count":{messages},"created_at":""#);
        write_time(out, modified - 300 - (mixed >> 52).cast_signed());
        out.push_str(r#"","modified_at":""#);
        write_time(out, modified);
        out.push_str(r#"","uploaded_at":""#);
        write_time(out, modified + 41);
        let _ =
            write!(out, r#"","size_bytes":{},"is_subagent":false,"subagent_count":{}}}"#, messages * 1911, pick(58, 4));
    }
}

/// RFC 3339 in UTC, by hand: three times a row, a general formatter is most of the cost of a page.
fn write_time(out: &mut String, seconds: i64) {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days to a civil date: H. Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    for (number, end) in
        [(year / 100, ""), (year % 100, "-"), (month, "-"), (day, "T"), (hour, ":"), (minute, ":"), (second, "Z")]
    {
        for digit in [number / 10, number % 10] {
            out.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
        }
        out.push_str(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generated(count: u64) -> Generated {
        let now = Timestamp::from_second(1_771_318_800).unwrap();
        Generated::new(count, now, 7, vec![("a1b2c3d4e5f67890".into(), "build-runner-03".into())])
    }

    #[test]
    fn times_are_those_of_the_general_formatter() {
        for seconds in [0, 951_782_400, 1_709_164_799, 1_771_318_800, 4_102_444_799] {
            let mut text = String::new();
            write_time(&mut text, seconds);
            assert_eq!(text, crate::time::iso(Timestamp::from_second(seconds).unwrap()));
        }
    }

    #[test]
    fn a_removed_row_closes_the_gap() {
        let mut sessions = generated(10);
        assert!(sessions.remove("8").is_some());
        assert!(sessions.remove("8").is_none());
        assert!(sessions.remove("3").is_some());
        let ids: Vec<u64> = sessions.rows(1, 100).iter().map(|row| row["id"].as_u64().unwrap()).collect();
        assert_eq!(ids, [9, 7, 6, 5, 4, 2, 1]);
    }

    #[test]
    fn rows_weigh_what_the_benchmarks_assume() {
        let sessions = generated(1_000_000);
        let mut text = String::new();
        sessions.write(&mut text, 500_000, 1000);
        let mean = text.len() / 1000;
        assert!((400..550).contains(&mean), "{mean} bytes a row");
    }
}
