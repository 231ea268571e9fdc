//! Long contents, of which a part is read.

use super::*;
use crate::content::Messages;
use crate::model::{ContentPolicy, ContentSource, RowKey};
use crate::store::{NewContent, StoreError};

/// A mirror with one session and this content.
async fn kept(place: &Place, messages: &str) -> (Mirror, RowKey) {
    let mirror = place.open();
    let content = Some(ContentSource::Fetched { changed: vec!["/v".to_owned()] });
    let spec = ListSpec { content, ..spec("a", "sessions", Kind::Session) };
    let sessions = mirror.register(vec![spec]).await.unwrap()[0];
    mirror.apply(sessions, rows([row("1", 1)]), time(1)).await.unwrap();
    mirror.plan_content(ContentPolicy::All, u64::MAX, time(2)).await.unwrap();
    let due = mirror.reader().unwrap().due_content(sessions, ContentPolicy::All, time(2), None, 9).unwrap().remove(0);
    let (key, got) =
        (due.record, NewContent::Messages { messages: messages.to_owned(), count: 0, etag: None, partial: false });
    mirror.keep_content(due, got, time(3)).await.unwrap();
    (mirror, key)
}

fn session(count: usize, bytes: usize) -> String {
    let message = |number: usize| serde_json::json!({ "n": number, "content": "word ".repeat(bytes / 5) }).to_string();
    format!("[{}]", (0..count).map(message).collect::<Vec<_>>().join(","))
}

#[tokio::test]
async fn the_stretch_of_a_message_has_it_and_not_much_more() {
    let place = Place::new();
    let text = session(200, 1_000);
    let (mirror, key) = kept(&place, &text).await;
    let reader = mirror.reader().unwrap();
    assert_eq!(reader.content(key).unwrap().unwrap().messages, text);
    let whole = Messages::of(&text);
    for at in 0..200 {
        let stretch = reader.stretch(key, at).unwrap().unwrap();
        assert!(stretch.messages.len() < 20_000, "{}", stretch.messages.len());
        assert!(stretch.first <= at && at < stretch.end.unwrap());
        assert_eq!(Messages::of(&stretch.messages).raw(at - stretch.first), whole.raw(at));
    }
    assert_eq!(reader.stretch(key, 200).unwrap().unwrap().messages, text, "there is no such message");
}

#[tokio::test]
async fn what_is_short_or_no_array_is_read_whole() {
    for text in [session(3, 100), session(1, 100_000), format!("{} and more", session(100, 1_000)), String::new()] {
        let place = Place::new();
        let (mirror, key) = kept(&place, &text).await;
        let reader = mirror.reader().unwrap();
        let stretch = reader.stretch(key, 0).unwrap().unwrap();
        assert_eq!((stretch.first, stretch.end, &stretch.messages), (0, None, &text));
        assert_eq!(reader.content(key).unwrap().unwrap().messages, text);
    }
}

#[tokio::test]
async fn a_damaged_content_is_told_and_nothing_worse() {
    let place = Place::new();
    let text = session(200, 1_000);
    let (mirror, key) = kept(&place, &text).await;
    let conn = rusqlite::Connection::open(place.path()).unwrap();
    let frame: Vec<u8> = conn.query_row("SELECT frame FROM body", [], |row| row.get(0)).unwrap();
    assert!(frame.len() > 40);
    for at in (0..40).chain([frame.len() - 1]) {
        let mut damaged = frame.clone();
        damaged[at] = damaged[at].wrapping_add(0x81);
        for damaged in [&damaged[..], &frame[..at]] {
            conn.execute("UPDATE body SET frame = ?1", [damaged]).unwrap();
            let reader = mirror.reader().unwrap();
            // What is told is what was kept, or that it is damaged.
            match reader.content(key) {
                Ok(whole) => assert_eq!(whole.unwrap().messages, text, "{at}"),
                Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "{at}: {error}"),
            }
            for message in [0, 100, 199, 5_000] {
                match reader.stretch(key, message) {
                    Ok(stretch) => assert!(text.contains(stretch.unwrap().messages.trim_matches(['[', ']'])), "{at}"),
                    Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "{at}: {error}"),
                }
            }
        }
    }
}
