//! How documents look.

use quarterdeck_sync::model::Edit;

use super::rich::entries;
use super::*;
use crate::transcript::Summary;
use crate::transcript::diff::{Line, lines};
use crate::transcript::prose::{Stretch, stretches};

#[test]
fn a_session_in_markdown() {
    insta::assert_snapshot!(document(Format::Markdown, "Payments are settled twice", &entries()));
}

#[test]
fn a_session_as_a_web_page() {
    let page = document(Format::Html, "Payments are settled twice", &entries());
    // The style is a file of its own.
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    insta::assert_snapshot!(format!("{head}<style></style>{body}").replace(env!("CARGO_PKG_VERSION"), "[version]"));
}

#[test]
fn a_session_in_json() {
    insta::assert_snapshot!(document(Format::Json, "Payments are settled twice", &entries()));
}

#[test]
fn an_empty_session_says_so() {
    assert!(document(Format::Html, "x", &[]).contains("Nothing was said in it."));
    assert!(document(Format::Markdown, "x", &[]).contains("| Entries | 0 entries |"));
    let json: serde_json::Value = serde_json::from_str(&document(Format::Json, "x", &[])).unwrap();
    assert_eq!(json["entries"], serde_json::json!([]));
}

#[test]
fn subagents_stand_behind_the_session_with_anchors_of_their_own() {
    let entries = entries();
    for format in Format::ALL {
        let mut exporter = Exporter::new(format, Vec::new());
        exporter.session(&transcript("Main", &entries)).unwrap();
        exporter.session(&transcript("Look for callers", &entries[..2])).unwrap();
        exporter.session(&transcript("Run the tests", &entries[..1])).unwrap();
        let text = String::from_utf8(exporter.finish().unwrap()).unwrap();
        if format == Format::Json {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let counts = [0, 1].map(|at| value["subagents"][at]["entries"].as_array().unwrap().len());
            assert_eq!(counts, [2, 1]);
        } else {
            for anchor in ["id=\"e11\"", "id=\"s1-e1\"", "id=\"s2-e0\""] {
                assert_eq!(text.matches(anchor).count(), 1, "{format:?} {anchor}");
            }
        }
    }
}

#[test]
fn what_a_session_holds_is_counted() {
    let summary = Summary::of(&entries());
    assert_eq!((summary.entries, summary.errors, summary.failed), (12, 1, vec![6]));
    let tools: Vec<_> = summary.tools.iter().map(|used| (used.tool.as_str(), used.calls)).collect();
    assert_eq!(tools, [("Bash", 1), ("Edit", 1)]);
    // The result repeats what its call said.
    let files: Vec<_> = summary.files.iter().map(|file| (file.path.as_str(), file.edits, file.entry)).collect();
    assert_eq!(files, [("src/load.rs", 1, 5)]);
    assert_eq!(summary.usage.input_tokens, Some(18_204));
}

#[test]
fn sums_that_a_platform_makes_up_do_not_overflow() {
    let mut entries = entries();
    for entry in &mut entries {
        entry.usage.input_tokens = Some(u64::MAX);
        entry.usage.cost = Some(f64::NAN);
    }
    let summary = Summary::of(&entries);
    assert_eq!((summary.usage.input_tokens, summary.usage.cost), (Some(u64::MAX), None));
}

#[test]
fn code_between_fences_is_told_from_words() {
    let code = |text| stretches(text);
    assert_eq!(code("a\n```sh\nls\n```\nb"), [Stretch::Words("a"), Stretch::Code("sh", "ls"), Stretch::Words("b")]);
    assert_eq!(code("````\n```\n````"), [Stretch::Code("", "```")]);
    assert_eq!(code("~~~\nnever closed"), [Stretch::Code("", "never closed")]);
    assert_eq!(code("a ``` b\n\n  c"), [Stretch::Words("a ``` b\n\n  c")]);
    assert_eq!(code("```\n```"), [Stretch::Code("", "")]);
    assert_eq!(code("\n\n  a\n"), [Stretch::Words("  a")]);
    assert_eq!(code(""), []);
}

#[test]
fn a_change_is_told_line_by_line() {
    let told = |before: &str, after: &str| {
        let edit = Edit { before: before.to_owned(), after: after.to_owned(), ..Edit::default() };
        let line = |line: &Line<'_>| match line {
            Line::Same(text) => format!(" {text}"),
            Line::Removed(text) => format!("-{text}"),
            Line::Added(text) => format!("+{text}"),
            Line::Skipped(number) => format!("@{number}"),
        };
        lines(&edit).iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(told("", "a\nb\n"), ["+a", "+b"]);
    assert_eq!(told("a\n", ""), ["-a"]);
    assert_eq!(told("a", "a\n"), [" a", "+"]);
    let long: String = (0..20).map(|n| format!("{n}\n")).collect();
    assert_eq!(
        told(&long, &long.replace("10\n", "x\n")),
        ["@7", " 7", " 8", " 9", "-10", "+x", " 11", " 12", " 13", "@6"]
    );
    // Too much to be compared in good time.
    let huge: String = (0..2_500).map(|n| format!("{n}\n")).collect();
    assert_eq!(told(&huge, &huge).len(), 5_000);
}
