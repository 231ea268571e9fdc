//! The mass-disappearance guard: an emptied or failing server never empties the mirror.

use crate::platform::manifest::Absence;

/// Rows that may vanish at once without a question, however large their share.
const FEW: u64 = 10;

/// May a complete walk that met `met` rows mark `vanished` of the `live` rows of a list gone?
///
/// No when that is over ten rows and more than a fifth of the list, nor when the server shows nothing at all where there
/// were rows. Of a list whose platform keeps rows for some days only, more may age out while nobody looks: half of it, if it is the
/// oldest that are missing. `old`: how many of the vanished are among as many oldest, where that was counted (see [`asks_for_age`]).
/// A list of open items only is answered overnight: any number of them, as long as others are still shown, and all of a few.
pub fn allows(live: u64, vanished: u64, met: u64, absence: Absence, old: Option<u64>) -> bool {
    if met == 0 && vanished > 0 {
        return absence == Absence::Settled && vanished <= FEW;
    }
    let up_to = |share| vanished <= FEW || vanished.saturating_mul(share) <= live;
    match absence {
        Absence::Deletion => up_to(5),
        // Some rows are kept longer than others: three of four tell.
        Absence::Retention => {
            up_to(5) || (up_to(2) && old.is_none_or(|old| old.saturating_mul(4) >= vanished.saturating_mul(3)))
        }
        Absence::Settled => true,
    }
}

/// Does it matter to [`allows`] whether the vanished rows are the oldest?
pub fn asks_for_age(live: u64, vanished: u64, met: u64, absence: Absence) -> bool {
    allows(live, vanished, met, absence, None) && !allows(live, vanished, met, absence, Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_of_a_list_may_vanish_and_no_more() {
        assert!(allows(100, 20, 80, Absence::Deletion, None));
        assert!(!allows(100, 21, 79, Absence::Deletion, None));
        assert!(allows(11, 10, 1, Absence::Deletion, None));
        assert!(!allows(12, 11, 1, Absence::Deletion, None));
    }

    #[test]
    fn an_emptied_list_is_never_believed() {
        assert!(!allows(3, 3, 0, Absence::Deletion, None));
        assert!(!allows(3, 3, 0, Absence::Retention, None));
        assert!(allows(0, 0, 0, Absence::Deletion, None));
    }

    #[test]
    fn half_of_what_ages_out_may_do_so_while_nobody_looks() {
        assert!(allows(100, 50, 50, Absence::Retention, None));
        assert!(!allows(100, 51, 49, Absence::Retention, None));
    }

    #[test]
    fn more_than_a_fifth_ages_out_only_if_it_is_the_oldest_that_are_missing() {
        assert!(asks_for_age(100, 40, 60, Absence::Retention));
        assert!(allows(100, 40, 60, Absence::Retention, Some(30)));
        assert!(!allows(100, 40, 60, Absence::Retention, Some(29)));
        for (live, vanished, absence) in [
            (100, 20, Absence::Retention),
            (15, 10, Absence::Retention),
            (100, 51, Absence::Retention),
            (100, 40, Absence::Deletion),
        ] {
            assert!(!asks_for_age(live, vanished, live - vanished, absence), "{live} {vanished}");
        }
    }

    #[test]
    fn any_number_of_open_items_may_be_answered_while_others_are_still_open() {
        assert!(allows(13, 12, 1, Absence::Settled, None));
        assert!(!allows(12, 12, 0, Absence::Settled, None), "but a server that shows none of many may be failing");
    }

    #[test]
    fn a_short_list_of_open_items_may_empty_itself() {
        assert!(allows(4, 4, 0, Absence::Settled, None));
        assert!(!allows(11, 11, 0, Absence::Settled, None));
    }
}
