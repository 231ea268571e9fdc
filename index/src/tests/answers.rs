//! Order, pages, totals, counts, and what lies over an index.

use super::*;

fn dated(owner: u64, place: Option<u32>, days_ago: i64, text: &str) -> (u64, Document) {
    let at = now().timestamp().as_millisecond() - days_ago * 24 * 3600 * 1000;
    (owner, Document { place, at: Some(at), text: text.to_owned(), ..Document::default() })
}

fn index(docs: Vec<(u64, Document)>) -> Snapshot {
    Index::in_memory(&layout(), docs).expect("an index").snapshot()
}

fn search(index: &Snapshot, query: &str, change: impl FnOnce(&mut Search<'_>)) -> Found {
    let (ast, now) = (read(query), now());
    let mut search = ask(&ast, &now);
    change(&mut search);
    index.search(&search).expect("an answer")
}

fn places(found: &Found) -> Vec<(u64, Option<u32>)> {
    found.hits.iter().map(|hit| (hit.owner, hit.place)).collect()
}

#[test]
fn what_is_recent_comes_first_among_equals() {
    let index = index(vec![dated(1, None, 400, "deploy"), dated(2, None, 1, "deploy"), dated(3, None, 60, "deploy")]);
    assert_eq!(places(&search(&index, "deploy", |_| ())), [(2, None), (3, None), (1, None)]);
    let scores: Vec<f32> = search(&index, "deploy", |_| ()).hits.iter().map(|hit| hit.score).collect();
    assert!(scores[0] > scores[1] && scores[1] > scores[2], "{scores:?}");
}

#[test]
fn a_title_counts_more_than_a_text() {
    let titled = Document { title: "deploy".to_owned(), text: "one two three".to_owned(), ..Document::default() };
    let text = Document { text: "deploy one two three".to_owned(), ..Document::default() };
    let index = index(vec![(1, text), (2, titled)]);
    assert_eq!(places(&search(&index, "deploy", |_| ())), [(2, None), (1, None)]);
}

#[test]
fn a_text_that_says_it_more_often_beats_one_that_is_a_little_newer() {
    let index = index(vec![dated(1, None, 2, "deploy deploy deploy"), dated(2, None, 1, "deploy with other words")]);
    assert_eq!(places(&search(&index, "deploy", |_| ())), [(1, None), (2, None)]);
}

#[test]
fn times_order_both_ways_and_what_has_none_comes_last() {
    let timeless = (9, entry(0, "deploy"));
    let index =
        index(vec![dated(1, None, 3, "deploy"), timeless, dated(2, None, 1, "deploy"), dated(3, None, 3, "deploy")]);
    let order = |order| places(&search(&index, "deploy", |search| search.order = order));
    assert_eq!(order(Order::Newest), [(2, None), (1, None), (3, None), (9, Some(0))]);
    assert_eq!(order(Order::Oldest), [(1, None), (3, None), (2, None), (9, Some(0))]);
}

#[test]
fn pages_of_one_view_neither_repeat_nor_skip_a_hit() {
    let docs = (0..500).map(|n| {
        dated(n % 7, Some((n / 7) as u32), (n % 3) as i64, ["deploy", "deploy failed", "web deploy"][n as usize % 3])
    });
    let index = index(docs.collect());
    for query in ["deploy", "deploy OR failed OR web", "deploy web", "dep*", "*", "-web", "\"web deploy\""] {
        for order in [Order::Best, Order::Newest, Order::Oldest] {
            let whole = places(&search(&index, query, |search| search.order = order));
            let mut paged = Vec::new();
            loop {
                let page = search(&index, query, |search| {
                    (search.order, search.offset, search.limit) = (order, paged.len(), 13)
                });
                assert_eq!(page.total, whole.len() as u64);
                if page.hits.is_empty() {
                    break;
                }
                paged.extend(places(&page));
            }
            assert_eq!(paged, whole, "{query} {order:?}");
        }
    }
}

#[test]
fn facets_are_counted_over_all_that_match_whatever_the_limit() {
    let doc = |kind: &str, tool: &str, text: &str| Document {
        facets: vec![(KIND, kind.to_owned()), (TOOL, tool.to_owned())],
        text: text.to_owned(),
        ..Document::default()
    };
    let docs = [doc("run", "Bash", "a"), doc("run", "bash", "a"), doc("run", "Bash", "b"), doc("agent", "Read", "a")];
    let index = index(docs.into_iter().zip(0..).map(|(doc, owner)| (owner, doc)).collect());
    for query in ["a", "a*", "a OR zzz", "-b"] {
        let found = search(&index, query, |search| (search.limit, search.count) = (1, &[KIND, TOOL]));
        assert_eq!((found.total, found.hits.len()), (3, 1), "{query}");
        assert_eq!(found.counts[&KIND], [("run".to_owned(), 2), ("agent".to_owned(), 1)], "{query}");
        assert_eq!(
            found.counts[&TOOL],
            [("Bash".to_owned(), 2), ("Read".to_owned(), 1)],
            "{query}: in any case of letters"
        );
    }
}

#[test]
fn an_owners_own_document_can_be_left_out_and_its_entries_stay() {
    let own = |text: &str| Document { text: text.to_owned(), ..Document::default() };
    let index = index(vec![(1, own("deploy")), (1, entry(0, "deploy")), (2, own("deploy"))]);
    let found = search(&index, "deploy", |search| search.without = &[1]);
    assert_eq!((found.total, places(&found)), (2, vec![(1, Some(0)), (2, None)]));
    let found = search(&index, "*", |search| search.without = &[1, 2]);
    assert_eq!((found.total, places(&found)), (1, vec![(1, Some(0))]));
}

#[test]
fn what_lies_over_an_index_is_answered_as_if_it_were_in_it() {
    let texts = ["deploy web", "deploy failed", "web", "deploy deploy failed", "rollback"];
    let docs =
        |range: std::ops::Range<usize>| range.map(|n| dated(n as u64, None, n as i64, texts[n])).collect::<Vec<_>>();
    let whole = index(docs(0..5));
    let (under, over) = (index(docs(0..3)), index(docs(3..5)));
    let now = now();
    for query in ["deploy", "deploy failed", "web OR rollback", "dep*", "\"deploy failed\"", "-web", "*"] {
        let ast = read(query);
        let search = Search { count: &[KIND], ..ask(&ast, &now) };
        let apart = under.search_beside(&over, &search).expect("an answer");
        assert_eq!(apart, whole.search(&search).expect("an answer"), "{query}");
    }
    let nothing = index(Vec::new());
    let ast = read("deploy");
    let found = nothing.search_beside(&over, &ask(&ast, &now)).expect("an answer");
    assert!(found.total == 1 && found.hits[0].score.is_finite());
    let found = nothing.search(&ask(&ast, &now)).expect("an answer");
    assert_eq!(found, Found { counts: found.counts.clone(), ..Found::default() });
}

#[test]
fn owners_are_told_a_stretch_at_a_time() {
    let docs = (0..100u64).flat_map(|owner| (0..=owner as u32 % 3).map(move |place| (owner * 10, entry(place, "a"))));
    let index = index(docs.collect());
    let expected: Vec<(u64, u64)> = (0..100).map(|owner| (owner * 10, owner % 3 + 1)).collect();
    let mut told = Vec::new();
    while let Some(next) = told.last().map_or(Some(0), |(owner, _): &(u64, u64)| owner.checked_add(1)) {
        let owners = index.owners(next, 7).expect("owners");
        if owners.is_empty() {
            break;
        }
        told.extend(owners);
    }
    assert_eq!(told, expected);
}
