//! How far a key moves through what is in sight: by lines, by pages, to either end.

use super::actions::Act;

/// Lines that an action moves by, down being more; none when it is no motion. `page`: lines in sight.
pub(crate) fn lines(act: Act, count: Option<u32>, page: usize) -> Option<i64> {
    let times = i64::from(count.unwrap_or(1));
    let page = i64::try_from(page.max(1)).unwrap_or(i64::MAX);
    let half = (page / 2).max(1);
    Some(match act {
        Act::Down => times,
        Act::Up => -times,
        Act::PageDown => page.saturating_mul(times),
        Act::PageUp => page.saturating_mul(-times),
        Act::HalfDown => half.saturating_mul(times),
        Act::HalfUp => half.saturating_mul(-times),
        // Farther than anything reaches, and no sum with a place overflows.
        Act::First => i64::MIN / 2,
        Act::Last => i64::MAX / 2,
        _ => return None,
    })
}

/// The place that one comes to from `from`, among `count`.
pub(crate) fn among(count: usize, from: usize, by: i64) -> usize {
    let last = count.saturating_sub(1) as i64;
    (from as i64).saturating_add(by).clamp(0, last) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_is_in_sight_and_half_of_it_at_least_a_line() {
        let by = |act, count, page| lines(act, count, page);
        assert_eq!((by(Act::Down, None, 9), by(Act::Up, Some(4), 9)), (Some(1), Some(-4)));
        assert_eq!((by(Act::PageDown, Some(2), 9), by(Act::HalfUp, None, 9)), (Some(18), Some(-4)));
        assert_eq!((by(Act::PageUp, None, 0), by(Act::HalfDown, None, 1)), (Some(-1), Some(1)));
        assert_eq!(by(Act::Sort, None, 9), None);
    }

    #[test]
    fn nobody_moves_beyond_either_end_however_much_is_counted() {
        let to = |act, count, from| among(10, from, lines(act, count, usize::MAX).unwrap());
        assert_eq!((to(Act::First, None, 7), to(Act::Last, None, 7)), (0, 9));
        assert_eq!((to(Act::PageDown, Some(u32::MAX), 7), to(Act::PageUp, Some(u32::MAX), 7)), (9, 0));
        assert_eq!(among(0, 0, 5), 0);
    }
}
