//! How a server contradicts itself, and the words for it.

/// How a server contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// A page brought no new id although there should be more.
    Repeats {
        /// Different rows met.
        met: u64,
        /// Rows announced.
        total: Option<u64>,
    },
    /// New rows keep coming far beyond what was announced.
    Endless {
        /// Different rows met.
        met: u64,
    },
    /// More is announced without a way to get it.
    NoWayOn {
        /// Different rows met.
        met: u64,
    },
    /// The list ends at another count than announced.
    WrongTotal {
        /// Different rows met.
        met: u64,
        /// Rows announced.
        total: u64,
    },
}

impl Lie {
    /// It may be no lie but a row that moved while the list was read: to the top, where a cursor does not come by, or past
    /// an offset.
    pub fn may_be_a_move(self, moved: bool) -> bool {
        match self {
            Lie::WrongTotal { .. } => true,
            Lie::Repeats { .. } => moved,
            Lie::Endless { .. } | Lie::NoWayOn { .. } => false,
        }
    }

    /// Stable word for the problems table.
    pub fn code(self) -> &'static str {
        match self {
            Lie::Repeats { .. } => "stagnant",
            Lie::Endless { .. } => "endless",
            Lie::NoWayOn { .. } => "no_way_on",
            Lie::WrongTotal { .. } => "wrong_total",
        }
    }

    /// There are rows that the server announced and did not show.
    pub fn hides_rows(self) -> bool {
        match self {
            Lie::Repeats { .. } | Lie::NoWayOn { .. } => true,
            Lie::WrongTotal { met, total } => met < total,
            Lie::Endless { .. } => false,
        }
    }

    /// For a person.
    pub fn message(self) -> String {
        match self {
            Lie::Repeats { met, total: Some(total) } => {
                format!("the server repeats itself: it announces {total} rows and showed only {met} different ones")
            }
            Lie::Repeats { met, total: None } => {
                format!("the server repeats itself after {met} rows; there may be more that it does not show")
            }
            Lie::Endless { met } => format!(
                "the server keeps sending new rows after {met}, far beyond what it announced; stopped (max_rows in the manifest raises the limit)"
            ),
            Lie::NoWayOn { met } => format!("the server announces more after {met} rows but gives no way to read it"),
            Lie::WrongTotal { met, total } => {
                format!("the server announces {total} rows, but its list ends after {met}")
            }
        }
    }
}
