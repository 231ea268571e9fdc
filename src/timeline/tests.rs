//! The axis never leaves its area, and items keep their order.

use proptest::prelude::*;
use quarterdeck_sync::model::ListKey;

use super::axis::{Axis, SPANS, span_name};
use super::gather::together;
use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

proptest! {
    #[test]
    fn ticks_stay_on_the_axis_and_never_touch(
        now in 0i64..4_000_000_000, span in prop::sample::select(SPANS.to_vec()), cells in 1u16..400,
    ) {
        let axis = Axis::around(at(now), span, cells);
        prop_assert!(axis.shows(at(now)));
        let ticks = axis.ticks();
        for tick in &ticks {
            prop_assert!(usize::from(tick.cell) + tick.label.len() <= usize::from(cells), "{tick:?}");
        }
        for pair in ticks.windows(2) {
            prop_assert!(usize::from(pair[0].cell) + pair[0].label.len() < usize::from(pair[1].cell), "{pair:?}");
        }
        // Whoever has room for some ticks gets some.
        prop_assert!(cells < 40 || !ticks.is_empty());
    }

    #[test]
    fn every_moment_of_the_axis_lies_between_the_edges_of_its_cell(
        from in -4_000_000_000i64..4_000_000_000, long in 1i64..100_000_000, cells in 1u16..400, share in 0.0f64..1.0,
    ) {
        let axis = Axis::new(at(from), at(from + long), cells);
        let edges = axis.edges();
        prop_assert_eq!(edges.len(), usize::from(cells) + 1);
        prop_assert!(edges.is_sorted());
        let moment = Timestamp::from_millisecond(from * 1_000 + (long as f64 * 1_000.0 * share) as i64).unwrap();
        let cell = usize::from(axis.cell(moment).unwrap());
        prop_assert!(edges[cell] <= moment && moment < edges[cell + 1]);
        prop_assert_eq!(axis.cell(axis.to()), None);
    }

    #[test]
    fn items_come_in_order_and_none_is_missing_in_between(
        rows in prop::collection::vec(0i64..60, 0..40), ours in prop::collection::vec(0i64..60, 0..10),
        around in 0i64..60, side in 1usize..12,
    ) {
        let item = |lane, seconds: i64| Item {
            lane, at: at(seconds), since: None, title: String::new(), status: None, list: ListKey::new("a", "b"),
            id: seconds.to_string(), row: None, write: None, pending: Vec::new(),
        };
        let mut rows = rows;
        rows.sort_unstable();
        let (before, after): (Vec<i64>, Vec<i64>) = rows.iter().partition(|row| **row < around);
        let (earlier, later) = (before.len() > side, after.len() > side);
        let before: Vec<Item> = before[before.len().saturating_sub(side)..].iter().map(|s| item(Lane::Run, *s)).collect();
        let after: Vec<Item> = after.iter().take(side).map(|s| item(Lane::Run, *s)).collect();
        let writes: Vec<Item> = ours.iter().map(|s| item(Lane::Write, *s)).collect();
        let ask = Ask {
            list: ListKey::new("a", "b"), id: String::new(), machine: false, from: at(0), to: at(60), cells: 10, around: at(around), side,
        };
        let (items, earlier, later) = together(before, after, writes, &ask, earlier, later);
        prop_assert!(items.is_sorted_by_key(|item| item.at) && items.len() <= 2 * side);
        let all = rows.len() + ours.len();
        prop_assert_eq!(items.len() == all, !earlier && !later);
        if let (Some(first), Some(last)) = (items.first(), items.last()) {
            // Between the first and the last moment, those left out, everything is there.
            let between = |s: &&i64| at(**s) > first.at && at(**s) < last.at;
            let known = rows.iter().chain(&ours).filter(between).count();
            prop_assert_eq!(items.iter().filter(|item| item.at > first.at && item.at < last.at).count(), known);
        }
    }
}

#[test]
fn ticks_tell_utc_whatever_the_clock_of_the_operator() {
    let axis = Axis::new("2026-03-10T06:00:00Z".parse().unwrap(), "2026-03-10T18:00:00Z".parse().unwrap(), 96);
    let ticks: Vec<(u16, String)> = axis.ticks().into_iter().map(|tick| (tick.cell, tick.label)).collect();
    assert_eq!(ticks.first(), Some(&(0, "06:00".to_owned())), "{ticks:?}");
    assert!(ticks.contains(&(48, "12:00".to_owned())), "{ticks:?}");
}

#[test]
fn lengths_grow_and_have_names() {
    assert!(SPANS.is_sorted());
    let names: Vec<String> = SPANS.into_iter().map(span_name).collect();
    assert_eq!(names[..5], ["15 minutes", "1 hour", "3 hours", "12 hours", "1 day"]);
    assert_eq!(names[6..9], ["7 days", "4 weeks", "13 weeks"]);
}
