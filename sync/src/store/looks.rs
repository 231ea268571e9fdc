//! Which rows were looked at one by one, and when: a page that was asked for before such a look, and arrives after it, shows
//! the row as it was, and must not bring that back.
//!
//! Kept in memory alone: pages do not outlive the process that asked for them.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::apply::Job;

/// A page takes less than this to arrive, its waits and repeats included.
const PAGE: SignedDuration = SignedDuration::from_mins(30);

/// Looks that are kept before old ones are dropped.
const MANY: usize = 4 * 1024;

/// The looks of late, by list and id.
#[derive(Debug, Default)]
pub(super) struct Looks(HashMap<i64, HashMap<String, Timestamp>>);

impl Looks {
    /// Notes the rows of a look. One that is not committed after all keeps pages of before it out all the same: the next page
    /// brings the row.
    pub(super) fn note(&mut self, job: &Job) {
        let looks = self.0.entry(job.list).or_default();
        if looks.len() > MANY {
            looks.retain(|_, at| job.at.duration_since(*at) < PAGE);
        }
        for id in job.batch.rows.iter().map(|row| &row.id).chain(&job.batch.gone) {
            looks.insert(id.clone(), job.at);
        }
    }

    /// Was the row looked at after a page was asked for?
    pub(super) fn since(&self, list: i64, id: &str, asked_at: Timestamp) -> bool {
        self.0.get(&list).and_then(|looks| looks.get(id)).is_some_and(|at| *at > asked_at)
    }
}
