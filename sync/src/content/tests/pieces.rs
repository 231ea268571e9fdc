//! Texts cut into pieces of whole messages.

use proptest::prelude::*;

use super::*;

/// The pieces of a text, and how many messages each has.
fn cut(text: &str, bytes: usize) -> Vec<(&str, usize)> {
    let mut begun = 0;
    let piece = |cut: Cut| (&text[std::mem::replace(&mut begun, cut.end)..cut.end], cut.messages);
    pieces(text, bytes).into_iter().map(piece).collect()
}

#[test]
fn what_is_no_array_to_its_end_is_one_piece() {
    let long = format!(r#"[{{"content":"{}"}}"#, "x".repeat(100));
    for text in [String::new(), long.clone(), format!("{long},"), format!("{long}] and more"), format!("{{{long}]}}")] {
        assert_eq!(cut(&text, 10), [(&*text, 0)], "{text}");
    }
}

#[test]
fn every_piece_but_the_last_is_as_long_as_was_asked() {
    let messages = vec![r#"{"role":"user","content":"hello"}"#; 50].join(" ,\n");
    let text = format!(" [ {messages} ] ");
    let cut = cut(&text, 200);
    assert!(cut.len() > 5);
    assert!(cut[..cut.len() - 1].iter().all(|(piece, _)| (200..300).contains(&piece.len())), "{cut:?}");
}

proptest! {
    #[test]
    fn pieces_are_the_text_and_their_messages_are_its_messages(
        said in prop::collection::vec(
            prop_oneof![".{0,40}".prop_map(|text| serde_json::json!({ "content": text }).to_string()),
                Just("[1,[2],\"],[\"]".to_owned()), Just("\"\\\"],\"".to_owned()), Just("null".to_owned())],
            0..40,
        ),
        comma in prop_oneof![Just(","), Just(" ,\n ")],
        bytes in 1_usize..200,
    ) {
        let text = format!("[{}]", said.join(comma));
        let cut = cut(&text, bytes);
        prop_assert_eq!(cut.iter().map(|(piece, _)| *piece).collect::<String>(), text.clone());
        if cut.len() > 1 {
            let last = cut.len() - 1;
            let mut found = Vec::new();
            for (at, (piece, messages)) in cut.iter().enumerate() {
                let array = alone(piece, at == 0, at == last);
                prop_assert!(serde_json::from_str::<serde_json::Value>(&array).is_ok(), "{}", array);
                let taken = Messages::of(&array);
                prop_assert_eq!(taken.len(), *messages);
                found.extend((0..taken.len()).filter_map(|place| taken.raw(place).map(str::to_owned)));
            }
            prop_assert_eq!(found, said);
        }
    }

    #[test]
    fn no_text_makes_it_stumble(text in "[\\[\\]{}\",:a\\\\ ]{0,80}", bytes in 1_usize..20) {
        let cut = cut(&text, bytes);
        prop_assert_eq!(cut.iter().map(|(piece, _)| *piece).collect::<String>(), text);
    }
}
