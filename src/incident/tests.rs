use jiff::Timestamp;
use proptest::prelude::*;
use quarterdeck_sync::model::{Incident, IncidentId, Place};

use super::manifest::{File, sums};
use super::timeline::{merge, order};
use super::{Moment, What, folder_name, numbered, stem, written};

fn incident(title: &str) -> Incident {
    let at = "2026-03-10T08:12:31Z".parse().unwrap();
    Incident { id: IncidentId::new("01J"), title: title.to_owned(), opened_at: at, closed_at: None }
}

#[test]
fn a_name_says_what_it_is_and_leads_nowhere() {
    assert_eq!(numbered(3, "turen agents agt_0005"), "003-turen-agents-agt-0005");
    assert_eq!(numbered(12, "../../etc/passwd"), "012-etc-passwd");
    assert_eq!(numbered(1, "日本語"), "001");
    let now = "2026-03-10T08:12:31Z".parse().unwrap();
    assert_eq!(folder_name(&incident("Leaked key!"), now), "incident-leaked-key-20260310T081231Z");
    assert_eq!(folder_name(&incident("///"), now), "incident-20260310T081231Z");
}

#[test]
fn a_place_is_written_so_that_it_can_be_found_again() {
    let record = Place::record("turen", "sessions", "4711");
    assert_eq!(written(&record), "turen/sessions/4711");
    assert_eq!(written(&record.at(12)), "turen/sessions/4711 #12");
    assert_eq!(written(&super::write_place("turen", "01J8")), "turen/write 01J8");
}

#[test]
fn sums_are_written_as_they_are_checked() {
    let file = |path: &str| File { path: path.to_owned(), bytes: 1, sha256: "ab".repeat(32) };
    let written = sums(&[file("report.md"), file("records/001.json")]);
    assert_eq!(written, format!("{0}  report.md\n{0}  records/001.json\n", "ab".repeat(32)));
}

fn moments() -> impl Strategy<Value = Vec<Moment>> {
    // Few values, so that many moments are alike in all but one thing.
    let at = prop_oneof![Just(None), (0_i64..4).prop_map(|at| Timestamp::from_second(at).ok())];
    let place = prop_oneof![
        Just(None),
        ("[ab]", "[ab]", prop_oneof![Just(None), (0_u64..2).prop_map(Some)])
            .prop_map(|(list, id, entry)| Some(Place { entry, ..Place::record("c", list, id) })),
    ];
    let moment = (at, proptest::sample::select(&What::ALL[..]), place, "[xy]?", "[xy]?");
    let moment = moment.prop_map(|(at, what, place, words, text)| Moment { at, what, place, words, text });
    proptest::collection::vec(moment, 0..12)
}

/// How often each moment is there.
fn counted(moments: &[Moment]) -> Vec<(Moment, usize)> {
    let mut all: Vec<(Moment, usize)> = Vec::new();
    for moment in moments {
        match all.iter_mut().find(|(known, _)| known == moment) {
            Some((_, count)) => *count += 1,
            None => all.push((moment.clone(), 1)),
        }
    }
    all.sort_by(|(one, _), (other, _)| order(one, other));
    all
}

proptest! {
    #[test]
    fn a_timeline_is_in_one_order_and_leaves_nothing_out(
        sources in proptest::collection::vec(moments(), 0..5),
        turn in any::<proptest::sample::Index>(),
    ) {
        let all: Vec<Moment> = sources.concat();
        let merged = merge(sources.clone());
        prop_assert_eq!(counted(&merged), counted(&all));
        for pair in merged.windows(2) {
            prop_assert!(order(&pair[0], &pair[1]).is_le());
            // Those without a time stand behind all that have one.
            prop_assert!(pair[0].at.is_some() || pair[1].at.is_none());
            if let (Some(one), Some(other)) = (pair[0].at, pair[1].at) {
                prop_assert!(one <= other);
            }
            prop_assert_eq!(order(&pair[0], &pair[1]).is_eq(), pair[0] == pair[1]);
        }
        // Whatever order the sources come in, and each of them is in.
        let mut turned = sources;
        let by = if turned.is_empty() { 0 } else { turn.index(turned.len()) };
        turned.rotate_left(by);
        turned.iter_mut().for_each(|source| source.reverse());
        prop_assert_eq!(merge(turned), merged);
    }

    #[test]
    fn no_name_leaves_its_folder(text in any::<String>(), number in 1_usize..5_000) {
        let name = numbered(number, &text);
        let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        prop_assert!(name.chars().all(safe), "{}", name);
        prop_assert!(name.starts_with(|c: char| c.is_ascii_digit()) && name.len() < 64);
        prop_assert_eq!(stem(&stem(&text)), stem(&text));
    }
}
