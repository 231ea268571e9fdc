//! What a reader of a document sees, and what nobody can make it do.

mod back;
mod hostile;
mod pages;
mod rich;

use quarterdeck_sync::model::{Entry, Kind, ListKey, Record, Row};

use super::{Exporter, Format, Held, Transcript};

/// A record of a session.
fn record(title: &str) -> Record {
    let at = |text: &str| text.parse().ok();
    let row = Row {
        title: Some(title.to_owned()),
        agent: Some("a-1".to_owned()),
        agent_title: Some("lena-macbook-12".to_owned()),
        project: Some("/home/lena/work/payments".to_owned()),
        created_at: at("2026-02-17T09:00:00Z"),
        updated_at: at("2026-02-18T00:10:00Z"),
        confirmed_at: "2026-02-18T08:00:00Z".parse().unwrap(),
        ..Row::bare(ListKey::new("prod", "sessions"), "turen", Kind::Session, "4711")
    };
    Record { row, doc: r#"{"id":4711,"first_prompt":"x"}"#.to_owned() }
}

fn held() -> Held {
    Held { at: "2026-02-18T08:00:05Z".parse().ok(), current: true, masked: true, partial: false }
}

fn transcript(title: &str, entries: &[Entry]) -> Transcript {
    Transcript { record: record(title), held: held(), entries: entries.to_vec() }
}

/// A document of one session.
fn document(format: Format, title: &str, entries: &[Entry]) -> String {
    let mut exporter = Exporter::new(format, Vec::new());
    exporter.session(&transcript(title, entries)).unwrap();
    String::from_utf8(exporter.finish().unwrap()).unwrap()
}
