//! Whatever is written and whatever is asked.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;

use super::*;

/// Pieces of text as agents write it.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,8}",
        1 => "[A-Z][a-z]{1,6}([A-Z][a-z]{1,6}){0,3}",
        1 => "[a-z]{1,6}(_[a-z]{1,6}){1,3}",
        1 => "[a-z]{1,6}(/[a-z]{1,6}){1,4}\\.[a-z]{2}",
        1 => "--[a-z]{2,6}-[a-z]{2,6}",
        1 => "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}",
        1 => "[E][0-9]{4}",
        1 => "v[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}",
        1 => "[部署失败重试了]{1,6}",
        1 => "[äöüéßñç]{1,4}[a-z]{1,3}",
        1 => "[0-9]{4}-[01][0-9]-[0-3][0-9]T[012][0-9]:[0-5][0-9]:[0-5][0-9]Z",
        1 => "[🚀🔥👍✓✗⚠]{1,3}[\u{fe0f}\u{1f3fd}]?",
        1 => "[\u{301}\u{903}\u{94d}]{1,2}[a-zéक]{1,6}",
        2 => any::<String>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec((piece(), prop::sample::select(vec![" ", "\n", ", ", "\t", ". ", "(", ") "])), 1..12)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, gap)| [piece, gap.to_owned()]).collect())
}

/// The text in quotes, as a query.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Words, stretches of words and parts of identifiers of a text.
fn planted(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut planted: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    planted.extend(words.windows(3).map(|words| words.join(" ")));
    // What joins letters of other scripts, and what separates them, is for the folding to say.
    for word in words.iter().filter(|word| word.is_ascii()) {
        planted.extend(word.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        let halves: Vec<&str> = word.split(['_', '/', '-']).collect();
        planted.extend(halves.windows(2).map(|two| two.join("/")));
        // The time of day in a time.
        let clock = word.len().checked_sub("T10:00:00Z".len()).filter(|at| *at > 0 && word.ends_with('Z'));
        let clock =
            clock.map(|at| word.split_at(at)).filter(|(_, clock)| clock.starts_with('T') && clock.contains(':'));
        let clock = clock.filter(|(date, _)| date.ends_with(|c: char| c.is_ascii_digit()));
        planted.extend(clock.map(|(_, clock)| clock.to_owned()));
    }
    planted.retain(|planted| crate::has_words(planted));
    planted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_word_part_and_phrase_is_found_and_nothing_deleted_is(texts in prop::collection::vec(text(), 1..6)) {
        let home = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::open(home.path(), &layout(), Effort::FOLLOW).expect("a writer");
        for (owner, text) in texts.iter().enumerate() {
            writer.replace(owner as u64, [entry(0, &format!("{text} onlythefirst"))]).expect("written");
        }
        writer.commit(&Mark("1".into())).expect("committed");
        for (owner, text) in texts.iter().enumerate() {
            writer.replace(owner as u64, [entry(0, text)]).expect("written");
        }
        writer.remove(0..=0).expect("removed");
        writer.commit(&Mark("2".into())).expect("committed");
        let index = Index::open(home.path(), &layout()).expect("an index").snapshot();
        prop_assert_eq!(owners(&index, "onlythefirst", false), Vec::<u64>::new());
        for (owner, text) in texts.iter().enumerate() {
            for planted in planted(text) {
                let found = owners(&index, &quoted(&planted), false);
                prop_assert!(!found.contains(&0), "{:?} finds what was removed", planted);
                prop_assert!(owner == 0 || found.contains(&(owner as u64)), "{:?} of {:?} is not found", planted, text);
                let marked = marks(text, &read(&quoted(&planted)));
                prop_assert!(!marked.is_empty(), "{:?} of {:?} is not marked", planted, text);
            }
        }
    }

    #[test]
    fn totals_counts_and_hits_are_those_of_looking_at_each(
        docs in prop::collection::vec((0u64..6, prop::collection::vec(prop::sample::select(vec!["web", "deploy", "failed", "api"]), 0..5), 0usize..3), 1..60),
        asked in prop::sample::select(vec!["web", "web deploy", "web OR api", "-web", "deploy -failed", "kind:k1", "kind:k0 web", "*", "\"web deploy\"", "we*"]),
    ) {
        let document = |place: usize, words: &[&str], kind: usize| Document {
            place: Some(place as u32),
            text: words.join(" "),
            facets: vec![(KIND, format!("k{kind}"))],
            ..Document::default()
        };
        let made = docs.iter().enumerate().map(|(place, (owner, words, kind))| (*owner, document(place, words, *kind)));
        let index = Index::in_memory(&layout(), made).expect("an index").snapshot();
        let has = |words: &[&str], word: &str| words.contains(&word);
        let wanted = |words: &[&str], kind: usize| match asked {
            "web" | "we*" => has(words, "web"),
            "web deploy" => has(words, "web") && has(words, "deploy"),
            "web OR api" => has(words, "web") || has(words, "api"),
            "-web" => !has(words, "web"),
            "deploy -failed" => has(words, "deploy") && !has(words, "failed"),
            "kind:k1" => kind == 1,
            "kind:k0 web" => kind == 0 && has(words, "web"),
            "\"web deploy\"" => words.windows(2).any(|two| two == ["web", "deploy"]),
            _ => true,
        };
        let mut expected = Vec::new();
        let mut counts: HashMap<String, u64> = HashMap::new();
        for (place, (owner, words, kind)) in docs.iter().enumerate() {
            if wanted(words, *kind) {
                expected.push((*owner, Some(place as u32)));
                *counts.entry(format!("k{kind}")).or_default() += 1;
            }
        }
        expected.sort_unstable();
        let (ast, now) = (read(asked), now());
        let found = index.search(&Search { count: &[KIND], ..ask(&ast, &now) }).expect("an answer");
        let mut hits: Vec<_> = found.hits.iter().map(|hit| (hit.owner, hit.place)).collect();
        hits.sort_unstable();
        prop_assert_eq!(&hits, &expected);
        prop_assert_eq!(found.total, expected.len() as u64);
        prop_assert_eq!(found.counts[&KIND].iter().cloned().collect::<HashMap<_, _>>(), counts);
        let mut owners: BTreeMap<u64, u64> = BTreeMap::new();
        docs.iter().for_each(|(owner, ..)| *owners.entry(*owner).or_default() += 1);
        prop_assert_eq!(index.owners(0, 100).expect("owners"), owners.into_iter().collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_hits_alone_are_those_of_the_whole_answer(
        docs in prop::collection::vec((prop::option::weighted(0.9, 0..9i64), prop::collection::vec(prop::sample::select(vec!["web", "deploy", "failed", "api", "web-app", "webs"]), 1..6)), 1..400),
        asked in prop::sample::select(vec!["web", "we*", "d", "web deploy", "web OR a*", "deploy -failed", "\"web deploy\"", "\"web de", "web/d", "~webb", "web -kind:k9"]),
        limit in 1..8usize,
        typing in any::<bool>(),
    ) {
        // Neighbours are of about one time, as the entries of a session are.
        let made = docs.iter().enumerate().map(|(place, (days, words))| {
            let days = days.map(|days| place as i64 / 50 * 31 % 90 + days);
            let at = days.map(|days| now().timestamp().as_millisecond() - days * 86_400_000);
            let (text, facets) = (words.join(" "), vec![(KIND, format!("k{}", place % 2))]);
            (place as u64 / 4, Document { place: Some(place as u32), at, text, facets, ..Document::default() })
        });
        let index = Index::in_memory(&layout(), made).expect("an index").snapshot();
        let (ast, now) = (read(asked), now());
        let search = Search { typing, limit, ..ask(&ast, &now) };
        let whole = index.search(&search).expect("an answer");
        let alone = index.search(&Search { hits_only: true, ..search }).expect("an answer");
        prop_assert_eq!(&alone.hits, &whole.hits);
        prop_assert!(alone.total <= whole.total && alone.total >= alone.hits.len() as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn typing_anything_is_never_an_error(query in prop_oneof![any::<String>(), "[a-z :/~*\"()\\[\\]\\-.部é0-9]{0,30}"]) {
        thread_local! {
            static INDEX: Snapshot = of_texts(&["deploy parse_auth_token 部署失败 src/auth/index.ts é", "a b c 1 2 3"]);
        }
        let now = now();
        INDEX.with(|index| {
            for end in (0..=query.len()).filter(|end| query.is_char_boundary(*end)).take(64) {
                let ast = read(&query[..end]);
                for typing in [true, false] {
                    let found = index.search(&Search { typing, count: &[KIND], ..ask(&ast, &now) });
                    assert!(found.is_ok(), "{:?}: {found:?}", &query[..end]);
                }
            }
        });
    }

    #[test]
    fn marks_and_snippets_fit_any_text(text in any::<String>(), query in "[a-z :/~*\"()\\-.部é0-9]{0,20}", width in 0usize..60) {
        let ast = read(&query);
        let mut end = 0;
        for mark in marks(&text, &ast) {
            prop_assert!(mark.start >= end && mark.start < mark.end);
            prop_assert!(text.get(mark.clone()).is_some());
            end = mark.end;
        }
        let shown = snippet(&text, &ast, width);
        prop_assert!(shown.text.chars().count() <= width);
        prop_assert!(!shown.text.contains(['\n', '\r', '\t']));
        for mark in shown.marks {
            prop_assert!(shown.text.get(mark).is_some_and(|marked| !marked.is_empty()));
        }
    }
}
