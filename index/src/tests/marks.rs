//! What is marked in a text, and which piece of it is shown.

use super::*;

/// The text with what is marked in brackets.
fn marked(text: &str, query: &str) -> String {
    bracketed(text, &marks(text, &read(query)))
}

fn bracketed(text: &str, marks: &[std::ops::Range<usize>]) -> String {
    let mut shown = String::new();
    let mut at = 0;
    for mark in marks {
        shown.push_str(&text[at..mark.start]);
        shown.push_str(&format!("[{}]", &text[mark.clone()]));
        at = mark.end;
    }
    shown + &text[at..]
}

#[test]
fn what_was_asked_for_is_marked() {
    let cases = [
        ("Deploy failed, deploy again", "deploy", "[Deploy] failed, [deploy] again"),
        ("call parse_auth_token now", "auth", "call parse_[auth]_token now"),
        ("call parse_auth_token now", "parse_auth_token", "call [parse_auth_token] now"),
        ("call parse_auth_token now", "\"auth token\"", "call parse_[auth_token] now"),
        ("call parseAuthToken now", "auth", "call parse[Auth]Token now"),
        ("call parseAuthToken now", "parse_auth_token", "call [parseAuthToken] now"),
        ("call parseAuthToken now", "parseauthtoken", "call [parseAuthToken] now"),
        ("see src/auth/index.ts.", "\"src/auth\"", "see [src/auth]/index.ts."),
        ("see src/auth/index.ts.", "src/au*", "see [src/auth]/index.ts."),
        ("deploy deployment", "dep*", "[deploy] [deployment]"),
        ("deploy deplyo", "~deploy", "[deploy] [deplyo]"),
        ("job deploy-17 deploy-x", "/deploy-\\d+/", "job [deploy-17] deploy-x"),
        ("Crème BRÛLÉE", "creme OR brulee", "[Crème] [BRÛLÉE]"),
        ("部署失败了", "失败", "部署[失败]了"),
        ("部署失败了", "败", "部署失[败]了"),
        ("部署失败了", "部署失败", "[部署失败]了"),
        (
            "at \u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}\u{110b}\u{1165} now",
            "한국",
            "at [\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}]\u{110b}\u{1165} now",
        ),
        (
            "at \u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}\u{110b}\u{1165} now",
            "국",
            "at \u{1112}\u{1161}\u{11ab}[\u{1100}\u{116e}\u{11a8}]\u{110b}\u{1165} now",
        ),
        ("at 한국어 now", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", "at [한국]어 now"),
        ("カ\u{3099}ラス.txt", "ガラス", "[カ\u{3099}ラス].txt"),
        ("ｶﾞﾗｽ", "ガ", "[ｶﾞ]ﾗｽ"),
        ("Tie\u{302}\u{301}ng Vie\u{323}\u{302}t", "tiếng việt", "[Tie\u{302}\u{301}ng] [Vie\u{323}\u{302}t]"),
        ("नई दिल्ली", "दिल्ली", "नई [दिल्ली]"),
        ("ผมรักคุณ", "รัก", "ผม[รัก]คุณ"),
        ("one two", "one -two kind:two", "[one] two"),
        ("a a a b", "\"a a b\"", "a [a a b]"),
        ("one two", "*", "one two"),
        ("at 2026-11-20T10:00:00Z", "2026-11-20", "at [2026-11-20]T10:00:00Z"),
        ("at 2026-11-20T10:00:00Z", "10:00", "at 2026-11-20T[10:00]:00Z"),
        ("at 2026-11-20T10:00:00Z", "11-20T10 00", "at 2026-[11-20T10]:[00]:[00]Z"),
        ("at 2026-11-20T10:00:00Z", "2026-11*", "at [2026-11]-20T10:00:00Z"),
        ("node v1.4.2", "1.4", "node v[1.4].2"),
        ("v18beta", "v18", "[v18]beta"),
        ("in 250ms", "~250", "in [250]ms"),
        ("9f86d081884c7d659a2feaa0c55ad015", "9f86d08", "[9f86d081884c7d659a2feaa0c55ad015]"),
    ];
    for (text, query, expected) in cases {
        assert_eq!(marked(text, query), expected, "{query}");
    }
}

#[test]
fn the_last_word_is_marked_from_its_beginning_while_it_is_typed() {
    let text = "the deployment failed";
    assert_eq!(bracketed(text, &Marker::new(&read("fai"), true).marks(text)), "the deployment [failed]");
    assert_eq!(bracketed(text, &Marker::new(&read("the dep"), true).marks(text)), "[the] [deployment] failed");
    assert_eq!(bracketed(text, &Marker::new(&read("dep fai"), true).marks(text)), "the deployment [failed]");
}

#[test]
fn a_snippet_shows_the_place_with_most_of_what_was_asked() {
    let text = format!(
        "{}\n\tdeploy of {} web\r\n deploy failed here {}",
        "begin ".repeat(50),
        "x ".repeat(80),
        "end ".repeat(50)
    );
    let found = snippet(&text, &read("deploy failed"), 40);
    assert!(found.text.contains("web deploy failed here"), "{found:?}");
    assert!(found.cut_before && found.cut_after && found.text.chars().count() <= 40, "{found:?}");
    let marked: Vec<&str> = found.marks.iter().map(|mark| &found.text[mark.clone()]).collect();
    assert_eq!(marked, ["deploy", "failed"]);
}

#[test]
fn a_snippet_without_marks_is_the_beginning() {
    let found = snippet("  one\n\ntwo three  ", &read("zzz"), 100);
    assert_eq!(found, Snippet { text: "one two three".to_owned(), ..Snippet::default() });
    let found = snippet("one two three", &read("kind:x"), 8);
    assert_eq!((found.text.as_str(), found.cut_before, found.cut_after), ("one two", false, true));
}

#[test]
fn a_snippet_of_an_enormous_text_is_cut_in_it() {
    let text = format!("{} deploy {}", "word ".repeat(500_000), "部".repeat(500_000));
    let found = snippet(&text, &read("deploy /x.*/ ~wrod \"a b\""), 80);
    assert!(found.text.contains("deploy") && found.text.chars().count() <= 80, "{found:?}");
    let blanks = " ".repeat(3_000_000);
    assert_eq!(snippet(&blanks, &read("a"), 80), Snippet::default());
    assert!(marks(&"a ".repeat(1_000_000), &read("a \"a a a b\"")).len() <= 2 * 2_000);
}
