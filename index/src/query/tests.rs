use proptest::prelude::*;

use super::*;

fn fields() -> Fields {
    Fields::new([
        ("status", FieldKind::Text),
        ("agent", FieldKind::Text),
        ("path", FieldKind::Text),
        ("after", FieldKind::Time),
        ("on", FieldKind::Time),
    ])
}

fn lenient(text: &str) -> Ast {
    parse(text, &fields()).0
}

/// The query in a form that shows how it was read.
fn shape(text: &str) -> String {
    fn form(node: &Node) -> String {
        let all = |nodes: &[Node]| nodes.iter().map(form).collect::<Vec<_>>().join(" ");
        match &node.kind {
            NodeKind::All => "all".into(),
            NodeKind::Word(text) => format!("word<{text}>"),
            NodeKind::Phrase(text) => format!("phrase<{text}>"),
            NodeKind::Prefix(text) => format!("prefix<{text}>"),
            NodeKind::Fuzzy(text) => format!("fuzzy<{text}>"),
            NodeKind::Regex(text) => format!("regex<{text}>"),
            NodeKind::Field { name, values } => {
                let values: Vec<_> = values
                    .iter()
                    .map(|value| match &value.kind {
                        ValueKind::Text(text) => text.clone(),
                        ValueKind::Prefix(text) => format!("prefix<{text}>"),
                        ValueKind::Regex(text) => format!("regex<{text}>"),
                        ValueKind::Time(when) => format!("time<{when}>"),
                    })
                    .collect();
                format!("{name}<{}>", values.join("|"))
            }
            NodeKind::And(nodes) => format!("(and {})", all(nodes)),
            NodeKind::Or(nodes) => format!("(or {})", all(nodes)),
            NodeKind::Not(inner) => format!("(not {})", form(inner)),
        }
    }
    form(&lenient(text).root)
}

/// What a strict reading says: column and message.
fn refusal(text: &str) -> (usize, String) {
    let flaw = parse_strict(text, &fields()).expect_err(text);
    assert!(!flaw.hint.is_empty());
    (flaw.column, flaw.message)
}

#[test]
fn words_stand_side_by_side_and_or_binds_less() {
    assert_eq!(shape("a b OR c d"), "(or (and word<a> word<b>) (and word<c> word<d>))");
    assert_eq!(shape("a (b OR c) d"), "(and word<a> (or word<b> word<c>) word<d>)");
    assert_eq!(shape("a AND (b AND c)"), "(and word<a> word<b> word<c>)");
    assert_eq!(shape(""), "all");
}

#[test]
fn a_dash_excludes_what_it_touches() {
    assert_eq!(
        shape("-a -\"b c\" -(d OR e) NOT f"),
        "(and (not word<a>) (not phrase<b c>) (not (or word<d> word<e>)) (not word<f>))"
    );
    assert_eq!(shape("--dry-run"), "word<--dry-run>");
    assert_eq!(shape("-status:failed"), "(not status<failed>)");
    assert_eq!(shape("-(-a) NOT NOT b"), "(and word<a> word<b>)");
    assert_eq!(shape("-\"\" a"), "word<a>");
    assert_eq!(shape("- a"), "word<a>");
}

#[test]
fn code_is_made_of_words() {
    assert_eq!(shape("std::fs::read"), "word<std::fs::read>");
    assert_eq!(shape("status::Active"), "word<status::Active>");
    assert_eq!(
        shape("https://a.b/c error: src/main.rs:12"),
        "(and word<https://a.b/c> word<error:> word<src/main.rs:12>)"
    );
    assert_eq!(shape("~/.config //x /usr/bin"), "(and word<~/.config> word<//x> word</usr/bin>)");
}

#[test]
fn a_field_takes_one_of_its_values() {
    assert_eq!(shape("Status:active,failed"), "status<active|failed>");
    assert_eq!(shape("agent:\"two words\",web*"), "agent<two words|prefix<web>>");
    assert_eq!(shape("agent:\"two wo\"*"), "agent<prefix<two wo>>");
    assert_eq!(shape("path:/usr/bin agent:/web-\\d+/"), "(and path</usr/bin> agent<regex<web-\\d+>>)");
    assert_eq!(shape("after:2026-02-01 on:3H"), "(and after<time<2026-02-01>> on<time<3h>>)");
    assert_eq!(shape("agent:*"), "agent<prefix<>>");
}

#[test]
fn what_is_open_is_closed_at_the_end() {
    assert_eq!(shape("a (b \"c d"), "(and word<a> word<b> phrase<c d>)");
    assert_eq!(shape("/dep.*"), "regex<dep.*>");
    assert_eq!(shape("status:\"two w"), "status<two w>");
    assert_eq!(shape("status: a"), "(and status<> word<a>)");
    assert_eq!(shape("after:20"), "after<20>");
    assert_eq!(shape("a OR"), "word<a>");
    assert_eq!(shape(") OR OR a ( )"), "word<a>");
}

#[test]
fn a_regular_expression_ends_at_its_own_slash() {
    assert_eq!(shape("/not found/ x"), "(and regex<not found> word<x>)");
    assert_eq!(shape("/a\\/b/"), "regex<a/b>");
    assert_eq!(shape("/usr and /etc/"), "(and phrase</usr> word<and> regex<etc>)");
}

#[test]
fn every_flaw_of_a_strict_query_is_told_with_its_place() {
    let cases = [
        ("é foo:bar", 3, "there is no field `foo`"),
        ("a status:", 3, "`status:` has no value"),
        ("status:(a OR b)", 1, "`status:` has no value"),
        ("status:a, b", 1, "a value is missing beside a comma"),
        ("status:,a", 1, "a value is missing beside a comma"),
        ("after:2026-02-31", 7, "`2026-02-31` is not a time that `after:` knows"),
        ("after:20*", 7, "`20*` is not a time that `after:` knows"),
        ("a \"b", 3, "the quote that opens here is not closed"),
        ("a \"\"", 3, "there is nothing between the quotes"),
        ("(a", 1, "the parenthesis that opens here is not closed"),
        ("a)", 2, "this parenthesis closes nothing"),
        ("a ()", 3, "there is nothing between the parentheses"),
        ("OR a", 1, "`OR` needs something on both sides"),
        ("a OR OR b", 6, "`OR` needs something on both sides"),
        ("a AND", 3, "`AND` needs something on both sides"),
        ("a -", 3, "nothing follows `-`"),
        ("a NOT", 3, "nothing follows that could be left out"),
        ("~ a", 1, "nothing follows `~`"),
        ("/a", 1, "the regular expression that begins here is not closed"),
        ("/a(/", 1, "`a(` is not a regular expression: unclosed group"),
        ("agent:/[/", 7, "`[` is not a regular expression: unclosed character class"),
    ];
    for (text, column, message) in cases {
        assert_eq!(refusal(text), (column, message.to_owned()), "{text}");
    }
}

#[test]
fn nothing_is_too_deep_or_too_long() {
    let deep = format!("{}a{}", "(-".repeat(100_000), ")".repeat(100_000));
    let (ast, flaws) = parse(&deep, &fields());
    assert_eq!(ast.root.kind, NodeKind::Word("a".into()));
    assert!(flaws.iter().any(|flaw| flaw.message.contains("32 deep")));
    let many = "a ".repeat(10_000);
    assert_eq!(lenient(&many).terms().len(), MAX_TERMS);
    assert_eq!(refusal(&many).1, "a query has at most 256 terms");
    let slashes = "/a ".repeat(200_000);
    lenient(&slashes);
}

#[test]
fn spans_point_into_the_text() {
    let text = "é -status:a,\"b c\" (d OR e)";
    let ast = lenient(text);
    let NodeKind::And(nodes) = &ast.root.kind else { panic!("{ast:?}") };
    let at = |span: Span| &text[span.start..span.end];
    assert_eq!(nodes.iter().map(|node| at(node.span)).collect::<Vec<_>>(), ["é", "-status:a,\"b c\"", "(d OR e)"]);
    let NodeKind::Not(field) = &nodes[1].kind else { panic!("{ast:?}") };
    let NodeKind::Field { values, .. } = &field.kind else { panic!("{ast:?}") };
    assert_eq!(values.iter().map(|value| at(value.span)).collect::<Vec<_>>(), ["a", "\"b c\""]);
}

#[test]
fn terms_are_what_is_asked_for() {
    let ast = lenient("a -b (\"c d\" OR e*) status:x ~f /g/");
    let expected = [Term::Word("a"), Term::Phrase("c d"), Term::Prefix("e"), Term::Fuzzy("f"), Term::Regex("g")];
    assert_eq!(ast.terms(), expected);
}

/// Pieces that mean something, so that random queries are more than words.
fn fragments() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "é",
        "\"",
        "(",
        ")",
        "-",
        "~",
        "/",
        "*",
        ":",
        ",",
        "OR",
        "NOT",
        "AND",
        " ",
        " ",
        " ",
        "\\",
        "status:",
        "agent:",
        "path:",
        "after:",
        "on:",
        "foo:",
        "2026-01-01",
        "2026",
        "3h",
        "now",
        "0000-01-01T00:00:00+01:00",
        "\t",
        "\u{a0}",
        "[",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        let (ast, flaws) = parse(&text, &fields());
        prop_assert_eq!(parse_strict(&text, &fields()).is_ok(), flaws.is_empty());
        for flaw in flaws {
            prop_assert!(text.get(flaw.span.start..flaw.span.end).is_some());
        }
        prop_assert_eq!(lenient(&ast.to_string()), ast);
    }

    #[test]
    fn a_printed_query_reads_the_same(text in fragments()) {
        let ast = lenient(&text);
        let printed = ast.to_string();
        prop_assert_eq!(lenient(&printed), ast, "{:?} was printed as {:?}", text, printed);
    }

    #[test]
    fn a_right_query_is_printed_right(text in fragments()) {
        if let Ok(ast) = parse_strict(&text, &fields()) {
            let printed = ast.to_string();
            prop_assert_eq!(parse_strict(&printed, &fields()), Ok(ast), "{:?} was printed as {:?}", text, printed);
        }
    }
}
