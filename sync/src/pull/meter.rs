//! What the pull of one list has taken so far, however many sweeps it took.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts requests and rows.
#[derive(Debug, Default)]
pub struct Meter {
    requests: AtomicU64,
    rows: AtomicU64,
}

impl Meter {
    /// A request was made.
    pub fn asked(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// So many rows were read.
    pub fn read(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// Requests made.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Rows read.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }
}
