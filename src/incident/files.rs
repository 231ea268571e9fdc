//! Names of files and folders of evidence: our own counting, and a stem that says what it is.

use jiff::Timestamp;
use quarterdeck_sync::model::Incident;

/// Longest stem. With the counting before it and the longest ending it stays below what any file system takes.
const STEM: usize = 48;

/// What is left of `text` in a name: letters and digits of ASCII in lower case, a dash for each run of anything else. Whatever a
/// platform calls its records, no name of ours leads out of its folder, means something to a shell, or is told from another by
/// its case alone.
pub fn stem(text: &str) -> String {
    let mut stem = String::new();
    for c in text.chars() {
        if stem.len() >= STEM {
            break;
        }
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => stem.push(c),
            _ if stem.is_empty() || stem.ends_with('-') => {}
            _ => stem.push('-'),
        }
    }
    stem.truncate(stem.trim_end_matches('-').len());
    stem
}

/// The name of the `number`-th file about `text`: `003-turen-agt-0005`. The number alone tells it from every other.
pub fn numbered(number: usize, text: &str) -> String {
    match stem(text) {
        stem if stem.is_empty() => format!("{number:03}"),
        stem => format!("{number:03}-{stem}"),
    }
}

/// The usual name of the folder of an incident's evidence, as of `now`: `incident-leaked-key-20260310T081231Z`.
pub fn folder_name(incident: &Incident, now: Timestamp) -> String {
    let at = now.strftime("%Y%m%dT%H%M%SZ");
    match stem(&incident.title) {
        stem if stem.is_empty() => format!("incident-{at}"),
        stem => format!("incident-{stem}-{at}"),
    }
}
