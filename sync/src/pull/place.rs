//! Where a killed walk resumes, as it is kept in the mirror.

use std::fmt;
use std::str::FromStr;

use crate::platform::At;

/// A place in a list, and how long the list was said to be when it was noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub at: At,
    pub total: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, at) = match &self.at {
            At::Start => ("start", String::new()),
            At::Offset(offset) => ("offset", offset.to_string()),
            At::Page(page) => ("page", page.to_string()),
            At::Cursor(cursor) => ("cursor", cursor.clone()),
        };
        let total = self.total.map_or_else(|| "?".to_owned(), |total| total.to_string());
        write!(f, "{kind} {total} {at}")
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, ' ');
        let (Some(kind), Some(total), Some(at)) = (parts.next(), parts.next(), parts.next()) else { return Err(()) };
        let at = match kind {
            "start" => At::Start,
            "offset" => At::Offset(at.parse().map_err(drop)?),
            "page" => At::Page(at.parse().map_err(drop)?),
            "cursor" => At::Cursor(at.to_owned()),
            _ => return Err(()),
        };
        Ok(Self { at, total: total.parse().ok() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_being_kept() {
        for at in [At::Start, At::Offset(7), At::Page(2), At::Cursor("a b= c".into())] {
            for total in [None, Some(12)] {
                let place = Place { at: at.clone(), total };
                assert_eq!(place.to_string().parse(), Ok(place));
            }
        }
        assert_eq!("sideways 1 2".parse::<Place>(), Err(()));
    }
}
