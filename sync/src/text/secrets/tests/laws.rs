//! What holds for every text.

use proptest::prelude::*;

use super::super::{find, has_mark, holds, mask, mask_json};
use super::{ALNUM, chance};
use crate::text::{Clean, Secrets, is_hidden, shorten};

/// Text made of what the rules look for.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("password".to_owned()),
        Just("--token ".to_owned()),
        Just("api_key".to_owned()),
        Just("Bearer ".to_owned()),
        Just("Basic ".to_owned()),
        Just("://u:".to_owned()),
        Just("@host".to_owned()),
        Just(format!("{}{}", "ghp_", chance(1, ALNUM, 36))),
        Just(format!("{} PRIVATE KEY-----\n", "-----BEGIN")),
        Just(format!("{} PRIVATE KEY-----\n", "-----END")),
        Just(chance(2, ALNUM, 30)),
        Just("eyJ".to_owned()),
        "[ =:\"'\\\\{}\\[\\],.\n\t/é日\u{1b}\u{202e}]{1,4}",
        "[a-zA-Z0-9]{1,12}",
        any::<String>(),
    ];
    proptest::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn places_are_in_order_and_between_characters(text in texts()) {
        let mut last = 0;
        for found in find(&text) {
            prop_assert!(last <= found.range.start && found.range.start < found.range.end);
            prop_assert!(text.get(found.range.clone()).is_some());
            last = found.range.end;
        }
    }

    #[test]
    fn a_mark_is_not_masked_again(text in texts()) {
        let once = mask(&text).into_owned();
        for found in find(&once) {
            prop_assert!(!has_mark(&once[found.range]));
        }
    }

    #[test]
    fn json_stays_what_it_was_but_for_its_secrets(texts in proptest::collection::vec(texts(), 1..4)) {
        let json = serde_json::json!({"a": texts.iter().map(|text| vec![text]).collect::<Vec<_>>(), "b": {"password": texts}, "n": 1.5}).to_string();
        let masked: serde_json::Value = serde_json::from_str(&mask_json(&json)).unwrap();
        prop_assert_eq!(&masked["n"], &serde_json::json!(1.5));
        for (was, is) in texts.iter().zip(masked["a"].as_array().unwrap()) {
            if !holds(was) {
                prop_assert_eq!(was.as_str(), is[0].as_str().unwrap());
            }
        }
    }

    #[test]
    fn nothing_depends_on_where_the_first_keyword_stands(texts in proptest::collection::vec(texts(), 1..4)) {
        let json = serde_json::json!({"a": texts, "password": texts, "b": {"name": texts[0], "value": texts}}).to_string();
        // Behind an escape everything is looked at.
        let (soon, late) = (format!("[\"A\",{json}]"), format!("[\"\\u0041\",{json}]"));
        let (soon, late) = (mask_json(&soon).into_owned(), mask_json(&late).into_owned());
        prop_assert_eq!(soon.split_once(',').unwrap().1, late.split_once(',').unwrap().1);
    }

    #[test]
    fn a_planted_token_never_passes(before in any::<String>(), after in any::<String>()) {
        let token = format!("{}{}", "ghp_", chance(1, ALNUM, 36));
        let text = format!("{before} {token} {after}");
        let inside = &token[4..24];
        prop_assert!(!Clean::line(&text).as_str().contains(inside));
        prop_assert!(!Clean::block(&text).as_str().contains(inside));
        let json = serde_json::to_string(&text).unwrap();
        prop_assert!(!mask_json(&json).contains(inside));
        prop_assert!(Secrets::Revealed.line(&text).as_str().contains(&token));
        prop_assert!(!Secrets::Revealed.line(&text).as_str().chars().any(is_hidden));
    }

    #[test]
    fn a_cut_never_leaves_half_a_secret(limit in 0usize..80, before in "[a-z ]{0,40}") {
        let token = format!("{}{}", "ghp_", chance(1, ALNUM, 36));
        let text = format!("{before} {token} and more of it");
        let short = shorten(&text, limit).into_owned();
        prop_assert!(short.contains(&token) || !short.contains("ghp_"), "{}", short);
        prop_assert!(short.chars().count() <= limit + 1);
    }
}

#[test]
fn hostile_text_takes_no_longer_than_its_length() {
    let heads = [
        "eyJ-",
        "eyJaaaaaaaa.",
        "password=",
        "\"",
        "\\\"password\\\":",
        "://a:",
        "-----BEGIN PRIVATE KEY-----",
        "----",
        "curl ",
        "Bearer ",
        "sk-",
        "{\"a\":\"",
        "[",
        "ops_eyJ",
        "Private-Lines: 1 ",
        "authorization: ",
        "\\u0070",
        "q~q~",
        ":aa",
        "token=token-",
        "-us1",
        "password of a ",
        "token is now: ",
        "key=\"ApiKey\" ",
        ".atlasv1.",
    ];
    for head in heads {
        // What counts is that it ends: with squared time the suite would not.
        let text = head.repeat(200_000 / head.len());
        let (plain, json) = (mask(&text).len(), mask_json(&text).len());
        assert!(plain > 0 && json > 0);
    }
}
