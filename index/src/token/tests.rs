use std::collections::HashSet;

use proptest::prelude::*;
use tantivy::tokenizer::{TokenStream as _, Tokenizer as _};
use unicode_normalization::UnicodeNormalization as _;

use super::*;

/// Words and extras as `position:text`, extras behind a bar.
fn tokens(text: &str) -> String {
    let mut words = Words::with_wholes();
    let mut stream = words.token_stream(text);
    let mut scan = Scan::new(text);
    while scan.next_word().is_some() {}
    let mut found = Vec::new();
    while stream.advance() {
        let token = stream.token();
        if token.position >= scan.positions() && !found.iter().any(|one| one == "|") {
            found.push("|".to_owned());
        }
        found.push(format!("{}:{}", token.position, token.text));
    }
    found.join(" ")
}

#[test]
fn words_stand_side_by_side_and_identifiers_come_behind_them_whole_and_in_parts() {
    let cases = [
        ("", ""),
        (" -- !", ""),
        ("Deploy failed.", "0:deploy 1:failed"),
        ("parse_auth_token", "0:parse 1:auth 2:token | 5:parse_auth_token"),
        ("parseAuthToken", "0:parseauthtoken | 3:parse 4:auth 5:token"),
        ("HTTPServer2", "0:httpserver2 1:2 | 4:http 5:server 6:2"),
        ("src/auth/index.ts", "0:src 1:auth 2:index 3:ts | 6:src/auth/index.ts"),
        ("--dry-run", "0:dry 1:run | 4:dry-run"),
        ("E0277", "0:e0277 1:0277"),
        ("std::fs::read", "0:std 1:fs 2:read | 5:std::fs::read"),
        ("v1.4.2", "0:v1 1:1 2:4 3:2 | 6:v1.4.2"),
        ("10.0.12.1:8080", "0:10 1:0 2:12 3:1 4:8080 | 7:10.0.12.1:8080"),
        ("lena@example.com", "0:lena 1:example 2:com | 5:lena@example.com"),
        ("a-b a-b", "0:a 1:b 2:a 3:b | 6:a-b"),
        ("error: x", "0:error 1:x"),
        ("sha256", "0:sha256 1:256 | 4:sha 5:256"),
        ("don't", "0:don 1:t"),
        ("ship it 🚀, ship", "0:ship 1:it 2:ship | 5:🚀"),
        ("👍🏽 👍 a👍\u{fe0f}b", "0:a 1:b | 4:👍"),
        ("👩\u{200d}💻 👩", "| 2:👩💻 4:👩"),
        ("🇩🇪🇩🇰🇩", "| 2:🇩🇪 4:🇩🇰 6:🇩"),
        ("a → b ─ c", "0:a 1:b 2:c"),
        ("x \u{903}\u{94d}deploy \u{903} y", "0:x 1:deploy 2:y"),
    ];
    for (text, expected) in cases {
        assert_eq!(tokens(text), expected, "{text}");
    }
}

fn wholes(texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    Wholes::default().each(texts, |whole| found.push(whole.to_owned()));
    found
}

#[test]
fn wholes_of_a_text_come_once_each_and_a_path_without_the_line_behind_it() {
    let cases = [
        ("Parse_Auth parse_auth now", "parse_auth"),
        ("src/a.rs:12 src/a.rs:13:7 src/a.rs", "src/a.rs"),
        ("10.0.12.1:8080 v1.4.2", "10.0.12.1:8080 v1.4.2"),
        ("http://a:80/b", "a:80/b"),
        ("a/1:2", "a/1"),
        ("Crème_Brûlée, 部署_x", "creme_brulee"),
        ("one two", ""),
    ];
    assert_eq!(wholes(&["a-b c-d", "", "c-d e-f"]), ["a-b", "c-d", "e-f"]);
    for (text, expected) in cases {
        assert_eq!(wholes(&[text]).join(" "), expected, "{text}");
        let mut words = Words::default();
        let mut stream = words.token_stream(text);
        while stream.advance() {
            assert!(!stream.token().text.contains('_'), "a whole is no word: {text}");
        }
    }
}

#[test]
fn words_of_small_letters_or_digits_alone_are_known_for_what_they_are() {
    let mut scan = Scan::new("plain 123 Capital a1 naïve x");
    let bare: Vec<bool> = std::iter::from_fn(|| scan.next_word().map(|word| word.bare)).collect();
    assert_eq!(bare, [true, true, false, false, false, true]);
}

#[test]
fn where_letters_and_digits_meet_a_word_ends_too() {
    let cases = [
        ("11-20T10:00", "0:11 1:20t10 1:20 2:t10 2:10 3:00 | 6:11-20t10:00"),
        ("00Z", "0:00z 0:00 1:z"),
        ("10ms x", "0:10ms 0:10 1:ms 2:x"),
        ("v18beta", "0:v18beta 0:v18 1:18beta 1:beta"),
        ("20261120T100000Z", "0:20261120t100000z 0:20261120 0:20261120t100000 1:t100000z 1:100000z 1:z"),
        ("a1b2 x9d3f7h", "0:a1b2 1:x9d3f7h"),
        ("٣م", "0:٣م"),
    ];
    for (text, expected) in cases {
        assert_eq!(tokens(text), expected, "{text}");
    }
}

#[test]
fn hashes_are_of_one_piece() {
    for text in
        ["deadbeef42", "a3f9c2d", "550e8400", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    {
        assert_eq!(tokens(text), format!("0:{text}"));
    }
    let uuid = "550e8400-e29b-41d4-a716-446655440000";
    let groups = "0:550e8400 1:e29b 1:e29 2:29b 2:b 3:41d4 3:41 4:d4 4:4 5:a716 6:716 7:446655440000";
    assert_eq!(tokens(uuid), format!("{groups} | 10:{uuid}"));
}

#[test]
fn case_accents_and_widths_are_folded() {
    let cases = [
        ("Crème BRÛLÉE", "0:creme 1:brulee"),
        ("cre\u{300}me", "0:creme"),
        ("Straße STRASSE", "0:strasse 1:strasse"),
        ("Ｆｕｌｌ ﬁle", "0:full 1:file"),
        ("Łódź Ærø İstanbul", "0:lodz 1:aero 2:istanbul"),
        ("ΟΔΟΣ οδος", "0:οδοσ 1:οδοσ"),
        ("soft\u{ad}hyphen", "0:softhyphen"),
        ("Привет", "0:привет"),
    ];
    for (text, expected) in cases {
        assert_eq!(tokens(text), expected, "{text}");
    }
}

#[test]
fn scripts_without_spaces_are_cut_into_pairs() {
    assert_eq!(tokens("部署失败"), "0:部署 1:署失 2:失败 3:败");
    assert_eq!(tokens("中 abc文"), "0:中 1:abc 2:文");
    assert_eq!(tokens("배포 실패"), "0:배포 1:포 2:실패 3:패");
}

#[test]
fn a_character_is_what_a_reader_takes_for_one_however_it_was_put_together() {
    for text in
        ["한국어 배포", "ガラスの部署", "Tiếng Việt đặng", "ΆΈΉ ΐδός", "फ़िल्म दिल्ली", "কোড", "ผมรักคุณ", "caféAuth2"]
    {
        let apart: String = text.nfd().collect();
        assert_eq!(tokens(&apart), tokens(text), "{text}");
        assert_eq!(tokens(&text.nfc().collect::<String>()), tokens(text), "{text}");
    }
    assert_eq!(tokens("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8} 하\u{11ab}"), "0:한국 1:국 2:한");
    assert_eq!(tokens("ｶﾞﾗｽ ﾊﾟ"), tokens("ガラス パ"));
    assert_eq!(tokens("葛\u{e0100}城"), "0:葛城 1:城");
    assert_eq!(tokens("的\u{200b}部"), "0:的部 1:部");
}

#[test]
fn marks_that_are_vowels_count_and_those_that_are_accents_do_not() {
    assert_eq!(tokens("की को क"), "0:की 1:को 2:क");
    assert_eq!(tokens("फ\u{93c}िल्म"), tokens("फिल्म"));
    assert_eq!(tokens("שָׁלוֹם مَرْحَبًا"), "0:שלום 1:مرحبا");
    assert_eq!(tokens("ผมรัก"), "0:ผม 1:มรั 2:รัก 3:ก");
}

#[test]
fn as_much_is_kept_of_a_long_word_whichever_way_it_is_written() {
    let word = "Σ".repeat(20) + &"ά".repeat(40);
    let apart: String = word.nfd().collect();
    assert_eq!(tokens(&apart), tokens(&word));
    let piled = format!("e{} next", "\u{301}".repeat(100_000));
    assert_eq!(tokens(&piled), "0:e 1:next");
    let spelled = format!("部{}部", "\u{94d}".repeat(100_000));
    assert!(tokens(&spelled).len() < 4 * WORD_BYTES);
}

proptest! {
    #[test]
    fn composed_and_decomposed_are_the_same_words(text in "[a-cA-C1-2가-힣ᄀ-하-ᅵᆨ-ᇂか-ヾä-üÀ-Åạ-ỹά-ώ部🚀 _/.]{0,24}") {
        let (together, apart) = (text.nfc().collect::<String>(), text.nfd().collect::<String>());
        prop_assert_eq!(tokens(&together), tokens(&apart));
        prop_assert_eq!(tokens(&together), tokens(&text));
    }

    #[test]
    fn words_and_wholes_are_the_same_however_soon_they_are_found(
        text in "([a-c]{1,9}|[A-Ca-c1-2]{60,70}|[1-9]{1,3}|[a-cA-C1-2가가か部🚀\u{301}\u{200d}é+=]{1,4}|::|__|[_./:@ ,\n-]){0,24}",
    ) {
        let (mut soon, mut late) = (Scan::new(&text), Scan::new(&text));
        let (mut wholes, mut seen) = (Vec::new(), HashSet::new());
        loop {
            let word = late.next_of_any();
            prop_assert_eq!(soon.next_word(), word.clone());
            let whole = late.take_whole();
            prop_assert_eq!(soon.take_whole(), whole.clone());
            let whole = whole.map(|at| fold(&text[at])).filter(|whole| !whole.is_empty());
            wholes.extend(whole.filter(|whole| seen.insert(whole.clone())));
            if word.is_none() {
                break;
            }
        }
        prop_assert_eq!(self::wholes(&[&text]), wholes);
        let (mut one, mut other) = (Words::default(), Words::with_wholes());
        let (mut one, mut other) = (one.token_stream(&text), other.token_stream(&text));
        for _ in 0..late.positions() {
            let more = one.advance();
            prop_assert_eq!(more, other.advance());
            if !more || one.token().position >= late.positions() {
                break;
            }
            prop_assert_eq!(one.token(), other.token());
        }
    }
}

#[test]
fn a_blob_is_found_by_its_beginning_and_takes_no_room() {
    let blob: String = (0..50_000u32)
        .map(|n| {
            char::from(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                    [(n.wrapping_mul(2_654_435_761) >> 11) as usize % 64],
            )
        })
        .collect();
    let mut words = Words::default();
    let mut stream = words.token_stream(&blob);
    let mut found = Vec::new();
    while stream.advance() {
        found.push(stream.token().text.clone());
    }
    assert!(!found.is_empty());
    assert!(found.iter().map(String::len).sum::<usize>() < 4 * BLOB_BYTES, "{found:?}");
    assert!(blob.to_lowercase().starts_with(&found[0]));
    let after = format!("{blob} deploy");
    let mut stream = words.token_stream(&after);
    let mut last = String::new();
    while stream.advance() {
        if stream.token().text == "deploy" {
            last = stream.token().text.clone();
        }
    }
    assert_eq!(last, "deploy", "what follows a blob is found");
}

#[test]
fn a_word_without_end_is_cut_off() {
    let long = "x".repeat(5_000_000);
    assert_eq!(tokens(&long), format!("0:{}", "x".repeat(WORD_BYTES)));
    assert_eq!(tokens(&"é".repeat(100)), format!("0:{}", "e".repeat(WORD_BYTES)));
}

#[test]
fn a_long_path_is_words_and_no_blob() {
    let path = "src/components/authentication/LoginForm/useAuthToken/handlers/index.test.ts";
    assert!(tokens(path).contains("8:ts"), "{}", tokens(path));
}
