//! The mass-disappearance guard: an emptied or failing server never empties the mirror.

use crate::platform::manifest::Absence;

/// Rows that may vanish at once without a question, however large their share.
const FEW: u64 = 10;

/// May a complete walk that met `met` rows mark `vanished` of the `live` rows of a list gone?
///
/// No when that is over ten rows and more than a fifth of the list, nor when the server shows nothing at all where there
/// were rows. Of a list whose platform keeps rows for some days only, more may age out while nobody looks: half of it. A list of open
/// items only is answered overnight: any number of them, as long as others are still shown, and all of a few.
pub fn allows(live: u64, vanished: u64, met: u64, absence: Absence) -> bool {
    if met == 0 && vanished > 0 {
        return absence == Absence::Settled && vanished <= FEW;
    }
    let share = match absence {
        Absence::Deletion => 5,
        Absence::Retention => 2,
        Absence::Settled => return true,
    };
    vanished <= FEW || vanished.saturating_mul(share) <= live
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_of_a_list_may_vanish_and_no_more() {
        assert!(allows(100, 20, 80, Absence::Deletion));
        assert!(!allows(100, 21, 79, Absence::Deletion));
        assert!(allows(11, 10, 1, Absence::Deletion));
        assert!(!allows(12, 11, 1, Absence::Deletion));
    }

    #[test]
    fn an_emptied_list_is_never_believed() {
        assert!(!allows(3, 3, 0, Absence::Deletion));
        assert!(!allows(3, 3, 0, Absence::Retention));
        assert!(allows(0, 0, 0, Absence::Deletion));
    }

    #[test]
    fn half_of_what_ages_out_may_do_so_while_nobody_looks() {
        assert!(allows(100, 50, 50, Absence::Retention));
        assert!(!allows(100, 51, 49, Absence::Retention));
    }

    #[test]
    fn any_number_of_open_items_may_be_answered_while_others_are_still_open() {
        assert!(allows(13, 12, 1, Absence::Settled));
        assert!(!allows(12, 12, 0, Absence::Settled), "but a server that shows none of many may be failing");
    }

    #[test]
    fn a_short_list_of_open_items_may_empty_itself() {
        assert!(allows(4, 4, 0, Absence::Settled));
        assert!(!allows(11, 11, 0, Absence::Settled));
    }
}
