//! The mass-disappearance guard: an emptied or failing server never empties the mirror.

use crate::platform::manifest::Absence;

/// Rows that may vanish at once without a question, however large their share.
const FEW: u64 = 10;

/// May a complete walk that met `met` rows mark `vanished` of the `live` rows of a list gone?
///
/// No when that is more than a fifth of the list and over ten rows, nor when the server shows nothing at all where there
/// were rows. A list of open items only may empty itself, as long as it held few.
pub fn allows(live: u64, vanished: u64, met: u64, absence: Absence) -> bool {
    let emptied = met == 0 && vanished > 0;
    let may_empty = absence == Absence::Settled && vanished <= FEW;
    let too_many = vanished > FEW && vanished * 5 > live;
    !too_many && (!emptied || may_empty)
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
    fn a_short_list_of_open_items_may_empty_itself() {
        assert!(allows(4, 4, 0, Absence::Settled));
        assert!(!allows(11, 11, 0, Absence::Settled));
    }
}
