use std::collections::HashSet;

use super::*;

fn offset_page(len: u64, fresh: u64, met: u64) -> Facts {
    Facts { len, fresh, met, asked: Some(100), style: Some(Style::Offset), ..Facts::default() }
}

/// Walks a list of `rows` ids over pages of `cap`, letting `meddle` change it before each page; returns what was met.
fn walk(
    mut rows: Vec<u64>,
    cap: usize,
    told: bool,
    mut meddle: impl FnMut(u64, &mut Vec<u64>),
) -> (HashSet<u64>, Turn) {
    let mut pager = Pager::new(100_000);
    let (mut met, mut at) = (HashSet::new(), At::Start);
    for request in 0..2_000 {
        meddle(request, &mut rows);
        let offset = if let At::Offset(offset) = at { offset as usize } else { 0 };
        let page: Vec<u64> = rows.iter().skip(offset).take(cap).copied().collect();
        let mut facts = Facts {
            len: page.len() as u64,
            asked: Some(100),
            style: Some(Style::Offset),
            total: told.then_some(rows.len() as u64),
            has_more: told.then_some(offset + page.len() < rows.len()),
            ..Facts::default()
        };
        for (place, id) in page.iter().enumerate() {
            if pager.anchor() == Some(*id) {
                facts.anchor_at = Some(place as u64);
            }
            let new = met.insert(*id);
            facts.fresh += u64::from(new);
            facts.first_met |= place == 0 && !new;
            facts.last = Some(*id);
        }
        facts.met = met.len() as u64;
        match pager.turn(&at, &facts) {
            Turn::Read(next) => at = next,
            turn => return (met, turn),
        }
    }
    panic!("the walk does not end");
}

#[test]
fn a_still_list_is_met_row_by_row_whatever_the_page_size() {
    for cap in [1, 2, 7, 100] {
        for told in [true, false] {
            for len in [0u64, 1, 2, 6, 7, 8, 14, 100, 101, 250] {
                let (met, turn) = walk((0..len).collect(), cap, told, |_, _| {});
                assert_eq!((met.len() as u64, turn), (len, Turn::End), "{len} rows, pages of {cap}, told: {told}");
            }
        }
    }
}

#[test]
fn rows_taken_away_above_do_not_hide_others() {
    for cap in [2, 7, 100] {
        for taken in [1, 3, 20] {
            let (met, _) = walk((0..300).collect(), cap, false, |request, rows| {
                if request == 2 {
                    rows.drain(..taken);
                }
            });
            assert!((0..300).all(|id| met.contains(&id) || id < taken as u64), "pages of {cap}, {taken} taken");
        }
    }
}

#[test]
fn rows_taken_away_above_do_not_hide_others_on_pages_of_one_row() {
    let (met, _) = walk((0..30).collect(), 1, true, |request, rows| {
        if request == 9 {
            rows.drain(..4);
        }
    });
    assert!((4..30).all(|id| met.contains(&id)));
}

#[test]
fn a_list_that_grows_at_the_top_is_still_read_to_its_end() {
    for cap in [2, 7] {
        let (met, turn) = walk((0..40).collect(), cap, true, |request, rows| {
            if request < 10 {
                rows.insert(0, 1_000 + request);
            }
        });
        let missed: Vec<u64> = (0..40).filter(|id| !met.contains(id)).collect();
        assert_eq!((turn, missed), (Turn::End, vec![]), "pages of {cap}");
    }
}

#[test]
fn a_list_in_a_new_order_each_time_ends_all_the_same() {
    let (_, turn) = walk((0..60).collect(), 7, true, |request, rows| rows.rotate_left(request as usize * 13 % 60));
    assert!(matches!(turn, Turn::End | Turn::Stop(_)));
}

#[test]
fn a_server_that_ignores_the_offset_is_found_out() {
    let mut pager = Pager::new(1_000);
    let first = Facts { total: Some(284), has_more: Some(true), last: Some(9), ..offset_page(100, 100, 100) };
    assert_eq!(pager.turn(&At::Start, &first), Turn::Read(At::Offset(99)));
    let again = Facts { fresh: 0, first_met: true, anchor_at: Some(99), ..first };
    assert_eq!(pager.turn(&At::Offset(99), &again), Turn::Read(At::Offset(198)), "the list may have shifted");
    let lie = Lie::Repeats { met: 100, total: Some(284) };
    assert_eq!(pager.turn(&At::Offset(198), &again), Turn::Stop(lie), "but not so far, twice");
}

#[test]
fn a_bare_array_that_comes_again_was_the_whole_list() {
    let mut pager = Pager::new(1_000);
    let first = Facts { last: Some(9), ..offset_page(37, 37, 37) };
    assert_eq!(pager.turn(&At::Start, &first), Turn::Read(At::Offset(36)));
    let again = Facts { fresh: 0, first_met: true, anchor_at: Some(36), ..first };
    assert_eq!(pager.turn(&At::Offset(36), &again), Turn::Read(At::Offset(72)), "the list may have shifted");
    assert_eq!(pager.turn(&At::Offset(72), &again), Turn::End);
}

#[test]
fn an_endless_list_is_left() {
    let mut pager = Pager::new(1_000);
    let page = Facts {
        has_more: Some(true),
        next_cursor: Some("a".into()),
        style: Some(Style::Cursor),
        ..offset_page(100, 100, 1_001)
    };
    assert_eq!(pager.turn(&At::Start, &page), Turn::Stop(Lie::Endless { met: 1_001 }));
}

#[test]
fn a_cursor_that_comes_again_ends_the_walk() {
    let mut pager = Pager::new(1_000);
    let page = |fresh, met| Facts {
        has_more: Some(true),
        next_cursor: Some("a".into()),
        style: Some(Style::Cursor),
        ..offset_page(10, fresh, met)
    };
    assert_eq!(pager.turn(&At::Start, &page(10, 10)), Turn::Read(At::Cursor("a".into())));
    let lie = Lie::Repeats { met: 10, total: None };
    assert_eq!(pager.turn(&At::Cursor("a".into()), &page(0, 10)), Turn::Stop(lie));
}

#[test]
fn rows_without_an_id_do_not_come_for_ever() {
    for style in [Style::Offset, Style::Page, Style::Cursor] {
        let mut pager = Pager::new(100_000);
        let mut at = At::Start;
        let ended = (0..50).any(|page: u32| {
            let facts = Facts {
                len: 2,
                nameless: 2,
                asked: Some(100),
                next_cursor: Some(page.to_string()),
                style: Some(style),
                ..Facts::default()
            };
            let turn = pager.turn(&at, &facts);
            if let Turn::Read(next) = &turn {
                at = next.clone();
            }
            !matches!(turn, Turn::Read(_))
        });
        assert!(ended, "{style:?}");
    }
}

#[test]
fn a_wrong_total_is_told() {
    let mut pager = Pager::new(1_000);
    let page = Facts { total: Some(500), has_more: Some(false), last: Some(1), ..offset_page(30, 30, 30) };
    assert_eq!(pager.turn(&At::Start, &page), Turn::Read(At::Offset(29)));
    let probe = Facts { anchor_at: Some(0), first_met: true, fresh: 0, len: 1, ..page };
    assert_eq!(pager.turn(&At::Offset(29), &probe), Turn::Stop(Lie::WrongTotal { met: 30, total: 500 }));
}

#[test]
fn pages_are_read_ahead_only_on_firm_ground() {
    let mut pager = Pager::new(1_000);
    let page = Facts { total: Some(1_000), has_more: Some(true), last: Some(1), ..offset_page(100, 100, 100) };
    assert_eq!(pager.turn(&At::Start, &page), Turn::Read(At::Offset(99)));
    assert_eq!(pager.ahead_of(99), Some(198));
    assert_eq!(pager.ahead_of(891), Some(990));
    assert_eq!(pager.ahead_of(990), None);
}

#[test]
fn absurd_totals_are_survived() {
    for totals in [[u64::MAX, 3], [3, u64::MAX], [0, u64::MAX], [u64::MAX, u64::MAX]] {
        let mut pager = Pager::new(1_000);
        let page = |total, met| Facts { total: Some(total), last: Some(met), ..offset_page(100, 100, met) };
        let Turn::Read(next) = pager.turn(&At::Start, &page(totals[0], 100)) else { continue };
        let _ = pager.ahead_of(u64::MAX - 1);
        let again = Facts { anchor_at: Some(0), first_met: true, ..page(totals[1], 199) };
        let _ = pager.turn(&next, &again);
        let lost = Facts { fresh: 0, ..page(totals[1], 199) };
        let _ = pager.turn(&At::Offset(u64::MAX - 100), &lost);
    }
}

#[test]
fn absurd_totals_do_not_keep_a_walk_going() {
    for totals in [[u64::MAX, u64::MAX], [u64::MAX, 0], [0, u64::MAX], [1 << 63, u64::MAX]] {
        let mut pager = Pager::new(100_000);
        let mut at = At::Start;
        let mut met = 0;
        let mut turns = 0;
        let last = loop {
            let fresh = if turns < 20 { 3 } else { 0 };
            met += fresh;
            let total = Some(totals[turns % 2]);
            let facts = Facts { total, last: Some(met), ..offset_page(3, fresh, met) };
            match pager.turn(&at, &facts) {
                Turn::Read(next) => at = next,
                turn => break turn,
            }
            turns += 1;
            assert!(turns < 2_000, "{totals:?}");
        };
        assert!(matches!(last, Turn::Stop(_) | Turn::End), "{totals:?}: {last:?}");
    }
}
