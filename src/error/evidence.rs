//! The rows of the table for incidents and their evidence.

use super::{Failure, Kind};
use crate::evidence::EvidenceError;

impl From<EvidenceError> for Failure {
    fn from(error: EvidenceError) -> Self {
        let message = error.to_string();
        match error {
            EvidenceError::Unknown(_) => Self::not_found(message).hint("`qd incidents list` shows them"),
            EvidenceError::There(_) => {
                Self::usage(message).hint("name a new folder: evidence is never written over anything")
            }
            EvidenceError::Nowhere(_) => Self::usage(message).hint("make it first, or name a folder in one that is"),
            EvidenceError::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                Self::new(Kind::Io, message).hint("make room on the disk, then try again: nothing is left of this time")
            }
            EvidenceError::Io { .. } => Self::new(Kind::Io, message),
            EvidenceError::Stopped => Self::new(Kind::Stopped, message),
            EvidenceError::Store(error) => error.into(),
            EvidenceError::Outbox(error) => error.into(),
        }
    }
}
