//! What each kind of query finds.

use super::*;

/// A text, queries that find it, queries that do not.
const CASES: &[(&str, &[&str], &[&str])] = &[
    (
        "call parse_auth_token now",
        &[
            "parse_auth_token",
            "auth",
            "\"auth token\"",
            "parseAuthToken",
            "token now",
            "\"call parse_auth_token now\"",
            "parse_au*",
            "/parse_.*/",
            "~parse_auth_tokn",
            "PARSE_AUTH_TOKEN",
            "\"token now\"",
        ],
        &["\"auth now\"", "parseauthtoken", "\"call auth\"", "arse"],
    ),
    (
        "call parseAuthToken now",
        &[
            "parseAuthToken",
            "parseauthtoken",
            "auth",
            "\"auth token\"",
            "parse_auth_token",
            "\"call parseAuthToken now\"",
            "parseAu*",
        ],
        &["\"token auth\"", "\"auth now\""],
    ),
    (
        "the GitHub actions",
        &["github", "\"github actions\"", "hub", "\"the GITHUB actions\"", "GitHub"],
        &["\"git actions\""],
    ),
    ("an HTTPServer2 here", &["HTTPServer2", "httpserver2", "server", "http", "\"http server\""], &["serve"]),
    (
        "in src/auth/index.ts:12",
        &[
            "src/auth/index.ts",
            "\"src/auth\"",
            "index.ts",
            "auth",
            "src/auth/index.ts:12",
            "src/au*",
            "index",
            "/src/auth/index.ts",
            "/src.auth.index\\.ts/",
            "~src/auth/indx.ts",
        ],
        &["\"src/index\"", "src/index.ts"],
    ),
    ("run with --dry-run", &["--dry-run", "dry-run", "dry", "\"with dry\""], &["dryrun"]),
    (
        "error[E0277]: the trait",
        &["E0277", "e0277", "error[E0277]", "E02*", "/e\\d{4}/", "/E\\d+/"],
        &["E0278", "/e\\d{3}/"],
    ),
    ("use std::fs::read;", &["std::fs::read", "\"fs::read\"", "std::fs", "fs"], &["std::read"]),
    (
        "release v1.4.2 is out",
        &["v1.4.2", "v1.4", "1.4.2", "1.4.2*", "1.4", "/v1\\.4\\.\\d/"],
        &["v1.4.3", "v1.2", "1.4.3"],
    ),
    (
        "2026-11-20T10:00:00Z started in 250ms over HTTP2",
        &[
            "2026-11-20",
            "2026-11*",
            "\"2026-11-20\"",
            "10:00:00",
            "T10",
            "T10:00",
            "T10:00:00Z",
            "T10:0*",
            "\"T10:00:00Z started\"",
            "2026-11-20T10:00",
            "2026-11-20T10:00:00Z",
            "\"00Z started in 250\"",
            "250 ms",
            "\"250ms over\"",
            "\"ms over\"",
            "\"250 ms\"",
            "\"2026-11-20 10:00\"",
            "HTTP2",
        ],
        &[
            "2026-11-2",
            "2026-11-21",
            "20:00",
            "\"20 00\"",
            "20T1",
            "\"11 10\"",
            "11:00",
            "\"250 over\"",
            "T10:01",
            "T11:00",
            "T00:00",
            "0T10:00",
        ],
    ),
    (
        "id 550e8400-e29b-41d4-a716-446655440000.",
        &[
            "550e8400-e29b-41d4-a716-446655440000",
            "550e8400",
            "550e8400-e29b",
            "550e8400-e29b-41",
            "550e84*",
            "446655440000",
        ],
        &["550e8400-41d4"],
    ),
    (
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        &["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "9f86d08", "9f86d081884c", "9f8*", "9F86D08"],
        &["9f86d09", "86d081884c"],
    ),
    ("mail lena@example.com", &["lena@example.com", "lena", "example.com", "lena@*"], &["lena.com"]),
    (
        "see https://example.com/a/b?x=1&y=2",
        &["https://example.com/a/b?x=1&y=2", "example.com", "https://example.com/a", "\"y 2\""],
        &["example.org"],
    ),
    ("host 10.0.12.1 up", &["10.0.12.1", "10.0.12", "/10\\.0\\.\\d+\\.1/"], &["10.0.1.12", "10.12"]),
    ("Crème brûlée in der Straße", &["creme", "CRÈME", "\"creme brulee\"", "strasse", "/Crème/"], &["crem"]),
    ("部署失败了", &["部署", "失败", "败", "了", "部署失败", "\"失败了\"", "部*"], &["失部", "部败"]),
    ("ｆｕｌｌ width", &["full", "ｆｕｌｌ"], &[]),
    (
        "shipped 🚀 today 👍🏽👩\u{200d}💻",
        &[
            "🚀",
            "👍",
            "👍🏿",
            "👩\u{200d}💻",
            "🚀👍",
            "\"shipped today\"",
            "shipped 🚀",
            "\"shipped 🚀 today\"",
            "🚀 -🔥",
        ],
        &["🔥", "🚀🔥", "👩", "-🚀"],
    ),
    (
        "note \u{903}deploy \u{301}it 部",
        &[
            "\u{903}deploy",
            "deploy",
            "\u{301}it",
            "\"note \u{903}deploy\"",
            "\"deploy \u{903} it\"",
            "\"\u{903}deploy it 部\"",
        ],
        &["\u{903}note\u{903}deploy"],
    ),
    (
        "one two three",
        &[
            "one three",
            "\"two three\"",
            "-four",
            "one -four",
            "(four OR two) one",
            "one OR four",
            "\"two thr\"*",
            "*",
            "one -> two",
        ],
        &["\"one three\"", "-one", "one -two", "four", "\"three one\"", "->", "~onetwo", "/two three/"],
    ),
];

#[test]
fn a_phrase_goes_on_behind_a_run_of_chinese() {
    let home = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(home.path(), &layout(), Effort::FOLLOW).expect("a writer");
    writer.replace(1, [entry(0, "a 失试 署 b")]).expect("written");
    writer.commit(&Mark("1".into())).expect("committed");
    let index = Index::open(home.path(), &layout()).expect("an index").snapshot();
    for phrase in ["\"a 失试 署\"", "\"失试 署 b\"", "\"a 失试\"", "\"试 署\""] {
        assert_eq!(owners(&index, phrase, false), [1], "{phrase}");
    }
}

#[test]
fn a_text_is_found_by_what_is_in_it_and_by_nothing_else() {
    for (text, found, not_found) in CASES {
        let index = of_texts(&["something else", text]);
        for query in *found {
            assert!(owners(&index, query, false).contains(&1), "{query:?} finds {text:?}");
        }
        for query in *not_found {
            assert!(!owners(&index, query, false).contains(&1), "{query:?} does not find {text:?}");
        }
    }
}

#[test]
fn a_word_is_found_at_every_letter_of_it_that_is_typed() {
    let texts = [
        "parse_auth_token",
        "parseAuthToken",
        "src/auth/index.ts",
        "Crème",
        "部署失败",
        "550e8400-e29b-41d4",
        "std::fs",
    ];
    for text in texts {
        let index = of_texts(&["zzz", text]);
        for (end, c) in text.char_indices() {
            let typed = &text[..end + c.len_utf8()];
            assert!(owners(&index, typed, true).contains(&1), "{typed:?} of {text:?}");
        }
    }
}

#[test]
fn similar_words_are_found_by_their_length() {
    let index = of_texts(&["deploy", "deployment", "cat", "ab", "kubernetes"]);
    let found = |query| owners(&index, query, false);
    assert_eq!(found("~deplyo"), [0], "two exchanged");
    assert_eq!(found("~depoy"), [0], "one missing");
    assert_eq!(found("~cut"), [2], "one wrong");
    assert_eq!(found("~ac"), [] as [u64; 0], "two letters allow no slip");
    assert_eq!(found("~kubernets"), [4]);
    assert_eq!(found("~kubrnetis"), [4], "two slips in a long word");
    assert_eq!(found("~xubernetes"), [] as [u64; 0], "but not in its first letter");
}

fn with_facets() -> Snapshot {
    let doc = |kind: &str, project: &str, tool: &str, at: &str, title: &str| Document {
        at: Some(at.parse::<jiff::Timestamp>().expect("a time").as_millisecond()),
        title: title.to_owned(),
        facets: vec![(KIND, kind.to_owned()), (PROJECT, project.to_owned()), (TOOL, tool.to_owned())],
        ..Document::default()
    };
    let docs = [
        doc("session", "/home/Lena/quarterdeck", "Bash", "2026-03-09T12:00:00Z", "Fix the login"),
        doc("run", "/home/lena/web", "bash", "2026-03-10T07:00:00Z", "Deploy web"),
        doc("run", "/srv/café", "", "2026-02-01T00:00:00Z", "Two words here"),
        Document { text: "no facets, no time".to_owned(), ..Document::default() },
    ];
    let docs = docs.into_iter().enumerate().map(|(owner, doc)| (owner as u64, doc));
    Index::in_memory(&layout(), docs).expect("an index").snapshot()
}

#[test]
fn fields_ask_for_whole_values_parts_times_and_titles() {
    let index = with_facets();
    let cases: &[(&str, &[u64])] = &[
        ("kind:run", &[1, 2]),
        ("kind:RUN", &[1, 2]),
        ("kind:ru", &[]),
        ("kind:ru*", &[1, 2]),
        ("kind:run,session", &[0, 1, 2]),
        ("-kind:run", &[0, 3]),
        ("kind:*", &[0, 1, 2]),
        ("-tool:*", &[2, 3]),
        ("kind:/s.*n/", &[0]),
        ("kind:/^ru/", &[1, 2]),
        ("kind:/^u/", &[]),
        ("kind:/^ru|ion$/", &[0, 1, 2]),
        ("kind:/^un|ses$/", &[]),
        ("project:deck", &[0]),
        ("project:*", &[0, 1, 2]),
        ("-project:*", &[3]),
        ("project:lena", &[0, 1]),
        ("project:CAFE", &[2]),
        ("project:\"a.b\"", &[]),
        ("any:bash", &[0, 1]),
        ("any:run", &[1, 2]),
        ("title:web", &[1]),
        ("title:\"two words\"", &[2]),
        ("branch:login", &[0]),
        ("colour:red", &[]),
        ("-colour:red", &[0, 1, 2, 3]),
        ("on:yesterday", &[0]),
        ("on:today", &[1]),
        ("after:2026-02-01", &[0, 1, 2]),
        ("before:2026-02-02", &[2]),
        ("after:3h", &[1]),
        ("on:2026-02", &[2]),
        ("kind:run after:2026-03-01", &[1]),
        ("login OR kind:run", &[0, 1, 2]),
    ];
    for (query, expected) in cases {
        assert_eq!(owners(&index, query, false), *expected, "{query}");
    }
}

#[test]
fn what_is_unfinished_narrows_nothing_while_it_is_typed() {
    let index = with_facets();
    for query in ["kind:", "after:20", "/[", "-", "\"", "->", "on:2026-02-3"] {
        assert_eq!(owners(&index, query, true), [0, 1, 2, 3], "{query}");
    }
    assert_eq!(owners(&index, "kind:ru", true), [1, 2]);
    assert_eq!(owners(&index, "\"two wor", true), [2]);
    assert_eq!(owners(&index, "->", false), [] as [u64; 0]);
    assert_eq!(owners(&index, "/[/", false), [] as [u64; 0]);
}

#[test]
fn regular_expressions_that_are_bombs_end_soon_and_say_so() {
    let text: String = (0..2000).map(|n| format!("word{n} ")).collect();
    let index = of_texts(&[&text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]);
    let now = now();
    for pattern in
        ["(a*)*b", "(a|a)*c", ".*.*.*.*.*x", "a{1000}{1000}", "((a{100}){100}){100}", "(\\w{50}){50}", "[^x]*"]
    {
        for typing in [true, false] {
            let ast = read(&format!("/{pattern}/"));
            let found = index.search(&Search { typing, ..ask(&ast, &now) });
            assert!(found.is_ok(), "{pattern}: {found:?}");
        }
    }
    let ast = read("/a{1000}{1000}/");
    assert!(index.search(&ask(&ast, &now)).is_ok_and(|found| found.capped), "too large is told");
    let ast = read("/word1\\d/");
    assert!(index.search(&ask(&ast, &now)).is_ok_and(|found| !found.capped && found.total == 1));
}

/// What is asked for again is known by then, and so is what has become of the index meanwhile.
#[test]
fn the_first_letters_stand_for_the_words_of_most_documents_whatever_the_alphabet_says() {
    let letter = |n: u32| char::from(b'a' + (n % 26) as u8);
    let mut texts: Vec<String> =
        (0..9_000).map(|n| format!("da{}{}{}", letter(n / 676), letter(n / 26), letter(n))).collect();
    texts.extend(["deploy", "deploy", "dozen"].map(str::to_owned));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let index = of_texts(&texts);
    for _ in 0..2 {
        let (ast, now) = (read("d"), now());
        let typed = index.search(&Search { typing: true, limit: 60, ..ask(&ast, &now) }).expect("an answer");
        let owners: Vec<u64> = typed.hits.iter().map(|hit| hit.owner).collect();
        assert!(typed.capped && owners.contains(&9_000) && owners.contains(&9_001), "{owners:?}");
    }
}

#[test]
fn a_beginning_of_many_words_is_capped_while_it_is_typed() {
    let texts: Vec<String> =
        (0..200u8).map(|n| format!("dep{}{}", char::from(b'a' + n / 26), char::from(b'a' + n % 26))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let index = of_texts(&texts);
    let (ast, now) = (read("dep"), now());
    let typed = index.search(&Search { typing: true, ..ask(&ast, &now) }).expect("an answer");
    assert!(typed.capped && typed.total == 50, "{}", typed.total);
    assert_eq!(owners(&index, "dep*", false).len(), 200);
}

/// So many texts, each with a hash of its own that begins with an `a`, and what is said beside them.
fn among_hashes(count: u32, said: &[&str]) -> Snapshot {
    let hashes: String = (0..count).map(|n| format!("id a{n:05} ")).collect();
    let texts: Vec<&str> = said.iter().copied().chain([hashes.as_str()]).collect();
    of_texts(&texts)
}

fn typed(index: &Snapshot, query: &str) -> (u64, bool) {
    let (ast, now) = (read(query), now());
    let found = index.search(&Search { typing: true, ..ask(&ast, &now) }).expect("an answer");
    (found.total, found.capped)
}

#[test]
fn a_path_is_found_while_its_last_piece_is_short_however_many_hashes_begin_so() {
    let index = among_hashes(20_000, &["see content/api/index.ts", "see content/web"]);
    assert_eq!(typed(&index, "content/a"), (1, true), "what could not be looked at is told");
    assert_eq!(typed(&index, "see content/a").0, 1);
    assert_eq!(typed(&index, "\"see content a").0, 1);
    assert_eq!(typed(&index, "content/api"), (1, false));
    assert_eq!(typed(&index, "nowhere/a"), (0, false), "of what is not there no end is missing");
}

#[test]
fn of_a_phrase_that_is_not_being_typed_every_end_is_tried() {
    let index = among_hashes(12_000, &["deploy az9"]);
    let (ast, now) = (read("\"deploy a\"*"), now());
    let search = ask(&ast, &now);
    assert_eq!(owners(&index, "\"deploy a\"*", false), [0]);
    assert_eq!(index.owners_found(&search, false).expect("an answer"), (crate::Owners::from_iter([0]), false));
}

#[test]
fn a_phrase_that_ends_as_it_was_typed_comes_before_those_that_go_on() {
    let index = of_texts(&["std::fs::read_to", "std::fs::reader", "std::fs::read", "std::fs::ready"]);
    let (ast, now) = (read("std::fs::read"), now());
    let found = index.search(&Search { typing: true, ..ask(&ast, &now) }).expect("an answer");
    let mut first: Vec<u64> = found.hits.iter().take(2).map(|hit| hit.owner).collect();
    first.sort_unstable();
    assert_eq!((found.total, first), (4, vec![0, 2]));
}
