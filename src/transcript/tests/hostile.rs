//! Whatever is sent is seen, and does nothing.

use proptest::prelude::*;
use quarterdeck_sync::model::{Answer, Call, Edit, Entry, EntryKind, Part};
use quarterdeck_sync::text::is_hidden;

use super::rich::entry;
use super::*;

const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "</pre></details><img src=http://evil.example/x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</style><link rel=stylesheet href=//evil.example>",
    "```\n<script>alert(1)</script>\n```",
    "`````\n````` </details>\n\n<iframe src=https://evil.example>",
    "![x](http://evil.example/pixel.png) [click](javascript:alert(1)) [ref]: http://evil.example",
    "<http://evil.example> https://evil.example www.evil.example lena@evil.example",
    "# heading\n\n---\n===\n1. list\n- list\n> quote\n    code\n| a | b |\n|---|---|",
    "\u{1b}[31mred\u{9b}2J\u{202e}evil\u{200b}\u{0}\r\nline",
    "&lt;b&gt; &amp; &#60;b&#62;",
    "\\<b\\> \\`x\\` $x$ ~~y~~ **z** __w__ ==v== [^1] :smile: {{ x }}",
    "` `` ``` x",
    "",
    " ",
];

/// The same text wherever a platform can put one.
fn everywhere(text: &str) -> Vec<Entry> {
    let t = || text.to_owned();
    let edit = Edit { path: Some(t()), before: t(), after: format!("{text}\nmore"), line: None };
    let call = Call {
        id: Some(t()),
        tool: t(),
        command: Some(t()),
        paths: vec![t(), t()],
        edits: vec![edit.clone()],
        input: t(),
        answered_at: Some(1),
    };
    let answer =
        Answer { call: Some(t()), tool: Some(t()), text: t(), error: true, edits: vec![edit], called_at: Some(0) };
    let json = serde_json::to_string(text).unwrap();
    let parts = vec![
        Part::Text(t()),
        Part::Thinking(t()),
        Part::Call(call.clone()),
        Part::Call(Call { input: json.clone(), command: None, ..call }),
        Part::Result(answer),
        Part::Attachment { media: t(), bytes: 0 },
        Part::Other { label: t(), json },
    ];
    let mut one = entry(0, EntryKind::Other, text, parts);
    one.id = Some(t());
    one.files = vec![t()];
    one.subagent = Some(t());
    one.error = true;
    vec![one]
}

/// Every tag of a page that is made of the tags we write, and nothing else.
fn assert_harmless(page: &str) {
    const TAGS: &[&str] = &[
        "a", "article", "b", "body", "code", "dd", "details", "div", "dl", "dt", "footer", "h1", "h2", "head",
        "header", "html", "input", "label", "li", "meta", "p", "pre", "section", "small", "span", "style", "summary",
        "time", "title", "ul", "!doctype",
    ];
    const ATTRIBUTES: &[&str] = &[
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "id",
        "href",
        "datetime",
        "title",
        "type",
        "checked",
        "open",
    ];
    assert!(!page.chars().any(|c| is_hidden(c) && c != '\n'), "a hidden character");
    for tag in page.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag that ends");
        let tag = tag.trim_start_matches('/');
        let name = tag.split(' ').next().unwrap();
        assert!(TAGS.contains(&name), "<{tag}>");
        // Quoted values hold no quotes: what stands between them is names.
        for (at, outside) in tag.split('"').enumerate() {
            let names = outside.split([' ', '=']).filter(|name| !name.is_empty()).skip(usize::from(at == 0));
            if at % 2 == 0 {
                for attribute in names {
                    assert!(ATTRIBUTES.contains(&attribute) || attribute == "html", "{attribute} in <{tag}>");
                }
            }
        }
    }
    for target in page.split("href=\"").skip(1) {
        assert!(target.starts_with("#e") || target.starts_with("#s"), "{}", &target[..target.len().min(40)]);
    }
}

#[test]
fn nothing_acts_in_a_web_page() {
    for text in HOSTILE {
        assert_harmless(&document(Format::Html, text, &everywhere(text)));
    }
}

#[test]
fn a_web_page_forbids_itself_everything_but_its_style() {
    let page = document(Format::Html, "x", &[]);
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"));
    assert!(!page.contains("<script") && !page.contains("url(") && !page.contains("@import"));
}

/// What stands outside of fences and of our own tags.
fn outside_of_fences(page: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<String> = None;
    for line in page.lines() {
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if line.starts_with("```") => {
                fence = Some(line.chars().take_while(|c| *c == '`').collect());
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a fence that is never closed");
    out
}

#[test]
fn nothing_acts_in_markdown() {
    for text in HOSTILE {
        let page = document(Format::Markdown, text, &everywhere(text));
        assert!(!page.chars().any(|c| is_hidden(c) && c != '\n'), "{text:?}");
        let outside = outside_of_fences(&page);
        for active in
            ["<script", "<img", "<svg", "<iframe", "<link", "![x]", "](http", "](java", " https://evil", "www.evil"]
        {
            // Within marks of code it is code.
            let bare: String = outside.lines().map(without_code).collect::<Vec<_>>().join("\n");
            assert!(!bare.contains(active), "{active} of {text:?} in\n{bare}");
        }
    }
}

/// A line without what stands between equal runs of backticks, and without what a backslash has made into what it is.
fn without_code(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find(['`', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('\\') {
            rest = rest.get(2..).unwrap_or_default();
            continue;
        }
        let run = rest.chars().take_while(|c| *c == '`').count();
        let inside = &rest[run..];
        match closing(inside, run) {
            Some(close) => rest = &inside[close..],
            None => {
                out.push_str(&rest[..run]);
                rest = inside;
            }
        }
    }
    out + rest
}

/// Where the next run of exactly so many backticks ends.
fn closing(text: &str, run: usize) -> Option<usize> {
    let mut end = 0;
    loop {
        let found = end + text[end..].find('`')?;
        let length = text[found..].chars().take_while(|c| *c == '`').count();
        end = found + length;
        if length == run {
            return Some(end);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_acts_anywhere(text in "[<>/\"'&=`~\\[\\]()!#\\-\\\\ a-z\n\r\u{1b}\u{202e}]{0,40}") {
        assert_harmless(&document(Format::Html, &text, &everywhere(&text)));
        outside_of_fences(&document(Format::Markdown, &text, &everywhere(&text)));
        let json = document(Format::Json, &text, &everywhere(&text));
        prop_assert!(!json.chars().any(|c| is_hidden(c) && c != '\n'));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    }
}
