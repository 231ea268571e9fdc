use proptest::prelude::*;

use super::*;

fn now() -> Zoned {
    "2026-03-10T09:30:00+01:00[Europe/Berlin]".parse().unwrap()
}

fn filter(text: &str) -> Filter {
    strict(text, &now()).unwrap_or_else(|flaw| panic!("{text}: {flaw}")).filter
}

fn typed(text: &str) -> Filter {
    typing(text, &now()).filter
}

/// What is asked of words, in the query language.
fn words(asked: &str) -> Filter {
    let (ast, _) = query::parse(asked, &fields());
    Filter::Judged(Sought::new(ast.root).judged())
}

fn is(field: Field, value: &str) -> Filter {
    Filter::Field(field, Match::Is(value.into()))
}

#[test]
fn each_field_asks_its_column() {
    assert_eq!(filter(""), Filter::All);
    assert_eq!(filter("deploy -\"not this\""), words("deploy -\"not this\""));
    assert_eq!(filter("kind:Runs"), is(Field::Kind, "run"));
    assert_eq!(filter("status:a,b"), Filter::Or(vec![is(Field::Status, "a"), is(Field::Status, "b")]));
    assert_eq!(filter("agent:17"), is(Field::Agent, "17"));
    assert_eq!(filter("host:web-1"), is(Field::Agent, "web-1"));
    assert_eq!(filter("agent:web*"), Filter::Field(Field::Agent, Match::Prefix("web".into())));
    assert_eq!(filter("title:fix"), words("title:fix"));
    assert_eq!(filter("kind:Thinking"), words("kind:thinking"));
    assert_eq!(filter("has:Secret is:SubAgent"), words("has:secret is:subagent"));
}

#[test]
fn what_asks_for_words_is_asked_together_and_the_rest_of_the_mirror() {
    let failed = is(Field::Status, "failed");
    assert_eq!(filter("a status:failed -b"), Filter::And(vec![failed.clone(), words("a -b")]));
    assert_eq!(filter("a OR b OR status:failed"), Filter::Or(vec![failed.clone(), words("a OR b")]));
    let either = Filter::Or(vec![failed, words("b")]);
    assert_eq!(filter("a (b OR status:failed)"), Filter::And(vec![either, words("a")]));
    assert_eq!(filter("role:user,tool"), words("role:user OR role:tool"));
}

#[test]
fn times_are_the_operators_own() {
    let at = |text: &str| text.parse().unwrap();
    assert_eq!(filter("after:2026-02-01"), Filter::After(at("2026-01-31T23:00:00Z")));
    assert_eq!(filter("before:3h"), Filter::Before(at("2026-03-10T05:30:00Z")));
    let day = vec![Filter::After(at("2026-03-08T23:00:00Z")), Filter::Before(at("2026-03-09T23:00:00Z"))];
    assert_eq!(filter("on:yesterday"), Filter::And(day));
    assert_eq!(since("2026-02-01", &now()).unwrap(), at("2026-01-31T23:00:00Z"));
    assert_eq!(until("2026-02-01", &now()).unwrap(), at("2026-02-01T23:00:00Z"));
    assert_eq!(until("2d", &now()).unwrap(), at("2026-03-08T08:30:00Z"));
    let refused = since("tuesday", &now()).unwrap_err();
    assert_eq!(refused.message, "`tuesday` is not a time");
    assert!(refused.hint.contains("yesterday"));
}

#[test]
fn gone_records_are_asked_for_and_not_excluded_at_once() {
    assert_eq!(filter("is:gone"), Filter::Gone);
    assert!(strict("a is:gone", &now()).unwrap().gone);
    assert!(!strict("-is:gone", &now()).unwrap().gone);
}

#[test]
fn records_with_unfinished_writes_can_be_asked_for_and_excluded() {
    assert_eq!(filter("is:Pending"), Filter::Pending);
    assert_eq!(filter("-is:pending"), Filter::Not(Box::new(Filter::Pending)));
    assert_eq!(filter("is:gone,pending"), Filter::Or(vec![Filter::Gone, Filter::Pending]));
    assert!(!strict("is:pending", &now()).unwrap().gone);
}

#[test]
fn what_a_list_cannot_answer_is_an_error_in_a_script() {
    let message = |text| strict(text, &now()).unwrap_err().message;
    assert_eq!(message("is:odd"), "lists know no `is:odd`");
    assert_eq!(message("kind:robot"), "there is no kind `robot`");
    assert_eq!(message("a is:entry"), "a list shows no entries: `is:entry` works in search");
    assert_eq!(strict("a is:entry", &now()).unwrap_err().column, 6);
}

#[test]
fn what_a_list_cannot_answer_matches_nothing_while_typing() {
    let listing = typing("a -is:entry", &now());
    assert_eq!(listing.filter, Filter::And(vec![Filter::None, words("a")]));
    assert_eq!(listing.notes.len(), 1);
}

#[test]
fn what_is_unfinished_narrows_nothing_yet() {
    for text in ["status:", "after:20", "/[", "is:go", "is:p", "is:pendin", "-", "on:2026-02-3", "has:err", "!!"] {
        assert_eq!(typed(text), Filter::All, "{text}");
    }
    assert_eq!(typed("a /[/ after:x"), words("a"));
}

#[test]
fn the_value_at_the_end_is_only_begun() {
    let begun = |field, value: &str| Filter::Field(field, Match::Prefix(value.into()));
    assert_eq!(typed("web dep"), words("web dep*"));
    assert_eq!(typed("web dep "), words("web dep"));
    assert_eq!(typed("\"web dep"), words("\"web dep\"*"));
    assert_eq!(typed("\"web dep\""), words("\"web dep\""));
    assert_eq!(typed("tool:ba"), words("tool:ba*"));
    assert_eq!(typed("status:act"), begun(Field::Status, "act"));
    assert_eq!(typed("status:act "), is(Field::Status, "act"));
    assert_eq!(typed("kind:age"), begun(Field::Kind, "age"));
    assert_eq!(typed("kind:agent"), is(Field::Kind, "agent"));
    assert_eq!(typed("status:\"act\""), is(Field::Status, "act"), "a quote that is closed ends it");
    assert_eq!(typed("status:\"act"), begun(Field::Status, "act"));
    assert_eq!(typed("status:\"act\\\""), begun(Field::Status, "act\""), "this quote is one of its letters");
    assert_eq!(typed("status:a,b"), Filter::Or(vec![is(Field::Status, "a"), begun(Field::Status, "b")]));
}

/// The rows of the tables below a heading of the page: each cell as it stands.
fn page(heading: &str) -> Vec<Vec<String>> {
    let page = include_str!("../../docs/query-language.md");
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect(heading);
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect());
    let rows: Vec<Vec<String>> = rows.collect();
    assert!(rows.len() > 3, "{heading}: no examples");
    rows
}

fn code(cell: &str) -> &str {
    cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).unwrap_or_else(|| panic!("{cell} is no code"))
}

#[test]
fn every_example_of_the_page_is_right() {
    for row in ["Words\n", "Fields", "What entries have", "Times"].into_iter().flat_map(page) {
        let meant = filter(code(&row[0]));
        if row.len() > 2 && !row[2].is_empty() {
            let same = filter(code(&row[2]));
            assert!(same_rows(&meant, &same), "{row:?}: {meant:?} is not {same:?}");
        }
    }
}

/// Equal, or different only in the order of what is joined.
fn same_rows(a: &Filter, b: &Filter) -> bool {
    match (a, b) {
        (Filter::And(a), Filter::And(b)) | (Filter::Or(a), Filter::Or(b)) => {
            a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same_rows(a, b)))
        }
        (Filter::Judged(a), Filter::Judged(b)) => {
            let meant =
                |judged: &quarterdeck_sync::model::Judged| plain(&query::parse(judged.0.asks(), &fields()).0.root);
            meant(a) == meant(b)
        }
        (a, b) => a == b,
    }
}

/// In an order of its own, with the negations inside, and words and phrases of one word alike.
fn plain(node: &Node) -> String {
    let all = |nodes: &[Node], sign: &str| {
        let mut all: Vec<String> = nodes.iter().map(plain).collect();
        all.sort();
        format!("({})", all.join(sign))
    };
    match &node.kind {
        NodeKind::Word(text) | NodeKind::Phrase(text) => format!("{text:?}"),
        NodeKind::And(nodes) => all(nodes, " & "),
        NodeKind::Or(nodes) => all(nodes, " | "),
        NodeKind::Not(inner) => match &inner.kind {
            NodeKind::Or(nodes) => {
                let apart =
                    nodes.iter().map(|node| Node { kind: NodeKind::Not(Box::new(node.clone())), span: node.span });
                all(&apart.collect::<Vec<_>>(), " & ")
            }
            _ => format!("!{}", plain(inner)),
        },
        NodeKind::Field { name, values } => {
            format!("{name}:{:?}", values.iter().map(|value| &value.kind).collect::<Vec<_>>())
        }
        kind => format!("{kind:?}"),
    }
}

#[test]
fn the_page_tells_the_answers_a_script_gets() {
    for row in page("What a script is told") {
        let text = code(&row[0]);
        assert_eq!(strict(text, &now()).expect_err(text).to_string(), row[1], "{text}");
    }
}

#[test]
fn the_page_names_every_field() {
    let page = include_str!("../../docs/query-language.md");
    for field in fields().names() {
        assert!(
            page.contains(&format!("`{field}:")) || page.contains(&format!("-{field}:")),
            "{field}: is not on the page"
        );
    }
}

/// Pieces of queries, put together at random.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "web",
        " ",
        " ",
        " ",
        "-",
        "(",
        ")",
        " OR ",
        "\"",
        "*",
        ",",
        "~",
        "/",
        "kind:",
        "run",
        "status:",
        "is:gone",
        "is:pending",
        "is:",
        "has:x",
        "after:",
        "on:",
        "before:",
        "3h",
        "2026-02",
        "agent:",
        "path:",
        "é",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_finished_query_means_the_same_while_it_is_typed(text in prop_oneof![pieces(), any::<String>()]) {
        // Whatever was typed, there is an answer.
        let at_the_keyboard = typing(&format!("{text} "), &now());
        if let Ok(in_a_script) = strict(&text, &now()) {
            prop_assert_eq!(&at_the_keyboard.filter, &in_a_script.filter);
            prop_assert_eq!(at_the_keyboard.gone, in_a_script.gone);
            prop_assert_eq!(at_the_keyboard.notes, []);
        }
    }
}
