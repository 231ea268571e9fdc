//! What becomes of single edits, one line each.

use serde_json::json;

use super::*;
use crate::platform::decode::MASKED;

/// base, mine, theirs, merged, and the pointers in dispute.
type Line = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

fn check(lines: &[Line]) {
    for (base, mine, theirs, merged, disputed) in lines {
        let found = merge(&parse(base), &parse(mine), &parse(theirs), &rules());
        let at: Vec<&str> = found.disputes.iter().map(|dispute| dispute.at.as_str()).collect();
        // As text: the order of lists and the digits of numbers count.
        assert_eq!(found.doc.to_string(), parse(merged).to_string(), "{base} {mine} {theirs}");
        assert_eq!(at, *disputed, "{base} {mine} {theirs}");
    }
}

#[test]
fn fields_merge_one_by_one_and_the_same_field_is_disputed() {
    check(&[
        (r#"{"a":1,"b":1}"#, r#"{"a":2,"b":1}"#, r#"{"a":1,"b":3}"#, r#"{"a":2,"b":3}"#, &[]),
        (r#"{"a":1,"b":1}"#, r#"{"a":2,"b":1}"#, r#"{"a":3,"b":3}"#, r#"{"a":3,"b":3}"#, &["/a"]),
        (r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":2}"#, r#"{"a":2}"#, &[]),
        // Additions and removals.
        (r#"{}"#, r#"{"m":1}"#, r#"{"t":2}"#, r#"{"t":2,"m":1}"#, &[]),
        (r#"{}"#, r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":2}"#, &["/n"]),
        (r#"{"a":1,"b":1}"#, r#"{"b":1}"#, r#"{"a":1}"#, r#"{}"#, &[]),
        (r#"{"a":1}"#, r#"{}"#, r#"{"a":2}"#, r#"{"a":2}"#, &["/a"]),
        (r#"{"a":1}"#, r#"{"a":2}"#, r#"{}"#, r#"{}"#, &["/a"]),
        (r#"{"a":1}"#, r#"{"a":null}"#, r#"{}"#, r#"{}"#, &["/a"]),
        // Deeper, another sort of value, and names that need escapes.
        (r#"{"o":{"x":1,"y":1}}"#, r#"{"o":{"x":2,"y":1}}"#, r#"{"o":{"x":1}}"#, r#"{"o":{"x":2}}"#, &[]),
        (r#"{"o":{"x":1}}"#, r#"{"o":"none"}"#, r#"{"o":{"x":2}}"#, r#"{"o":{"x":2}}"#, &["/o"]),
        (r#"{"a/b":{"~":1}}"#, r#"{"a/b":{"~":2}}"#, r#"{"a/b":{"~":3}}"#, r#"{"a/b":{"~":3}}"#, &["/a~1b/~0"]),
    ]);
}

#[test]
fn numbers_compare_by_value_and_keep_their_digits() {
    check(&[
        (r#"{"n":3}"#, r#"{"n":3}"#, r#"{"n":3.0}"#, r#"{"n":3.0}"#, &[]),
        (r#"{"n":3}"#, r#"{"n":3.0}"#, r#"{"n":3}"#, r#"{"n":3.0}"#, &[]),
        (r#"{"n":3,"m":1}"#, r#"{"n":3.0,"m":1}"#, r#"{"n":3,"m":2}"#, r#"{"n":3.0,"m":2}"#, &[]),
        (r#"{"n":3.0}"#, r#"{"n":3}"#, r#"{"n":4}"#, r#"{"n":4}"#, &[]),
        (r#"{"n":3}"#, r#"{"n":4.0}"#, r#"{"n":4}"#, r#"{"n":4}"#, &[]),
        // 2^53 and the next one, which are the same float.
        (r#"{"n":1}"#, r#"{"n":9007199254740992}"#, r#"{"n":9007199254740993}"#, r#"{"n":9007199254740993}"#, &["/n"]),
        (
            r#"{"n":1}"#,
            r#"{"n":18446744073709551615}"#,
            r#"{"n":1.8446744073709552e19}"#,
            r#"{"n":1.8446744073709552e19}"#,
            &["/n"],
        ),
        (r#"{"n":0}"#, r#"{"n":-0.0}"#, r#"{"n":1}"#, r#"{"n":1}"#, &[]),
    ]);
}

#[test]
fn plain_lists_are_whole_values() {
    check(&[
        (r#"{"l":[1,2]}"#, r#"{"l":[1,2,3]}"#, r#"{"l":[1,2]}"#, r#"{"l":[1,2,3]}"#, &[]),
        (r#"{"l":[1,2]}"#, r#"{"l":[1]}"#, r#"{"l":[2]}"#, r#"{"l":[2]}"#, &["/l"]),
        (r#"{"l":[1,2]}"#, r#"{"l":[1,2]}"#, r#"{"l":[2,1]}"#, r#"{"l":[2,1]}"#, &[]),
    ]);
}

#[test]
fn sets_merge_by_member_unless_empty_could_mean_all() {
    check(&[
        (
            r#"{"tags":["a","b"]}"#,
            r#"{"tags":["b","c"]}"#,
            r#"{"tags":["d","b","a"]}"#,
            r#"{"tags":["d","b","c"]}"#,
            &[],
        ),
        (
            r#"{"tags":["a","b"]}"#,
            r#"{"tags":["b","a"]}"#,
            r#"{"tags":["a","b","c"]}"#,
            r#"{"tags":["a","b","c"]}"#,
            &[],
        ),
        (r#"{"tags":[1,2]}"#, r#"{"tags":[1.0,2,3]}"#, r#"{"tags":[2,1,4]}"#, r#"{"tags":[2,1,4,3]}"#, &[]),
        // Mine: every tag. Theirs: one more. Together: none but theirs.
        (r#"{"tags":["a"]}"#, r#"{"tags":[]}"#, r#"{"tags":["a","b"]}"#, r#"{"tags":["a","b"]}"#, &["/tags"]),
        (r#"{"tags":[]}"#, r#"{"tags":["a"]}"#, r#"{"tags":["b"]}"#, r#"{"tags":["b"]}"#, &["/tags"]),
        // Each takes one of two out: nobody wanted none.
        (r#"{"tags":["a","b"]}"#, r#"{"tags":["a"]}"#, r#"{"tags":["b"]}"#, r#"{"tags":["b"]}"#, &["/tags"]),
        (r#"{"tags":["a"]}"#, r#"{"tags":[]}"#, r#"{"tags":["a"],"x":1}"#, r#"{"tags":[],"x":1}"#, &[]),
    ]);
}

/// A list of rules, written `resource permission operations` each.
fn doc(list: &[&str]) -> Value {
    let rule = |text: &&str| {
        let mut words = text.split(' ');
        let mut next = || words.next().unwrap_or_default().to_owned();
        let (resource, permission, operations) = (next(), next(), next());
        let operations: Vec<&str> = operations.split('+').filter(|word| !word.is_empty()).collect();
        json!({"resource": resource, "permission": permission, "operations": operations, "note": next()})
    };
    json!({"rules": list.iter().map(rule).collect::<Vec<_>>()})
}

fn words(doc: &Value) -> Vec<String> {
    let word = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("+"),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    let rule = |rule: &Value| {
        ["resource", "permission", "operations", "note"].map(|key| word(&rule[key])).join(" ").trim_end().to_owned()
    };
    doc["rules"].as_array().into_iter().flatten().map(rule).collect()
}

#[test]
fn rules_merge_by_what_they_are_about() {
    type Lists<'a> = &'a [&'a str];
    let lines: &[(Lists<'_>, Lists<'_>, Lists<'_>, Lists<'_>, Lists<'_>)] = &[
        // Two rules, two people.
        (
            &["a allow G", "b allow G"],
            &["a deny G", "b allow G"],
            &["a allow G", "b allow G+P"],
            &["a deny G", "b allow G+P"],
            &[],
        ),
        // The example of docs/policies.md.
        (
            &["a allow G", "b allow G"],
            &["a deny G", "b allow G", "c deny G"],
            &["a allow G", "x deny", "b allow G+P"],
            &["a deny G", "x deny", "b allow G+P", "c deny G"],
            &[],
        ),
        // One rule, two fields; one rule, one field.
        (&["a allow G"], &["a deny G"], &["a allow G+P"], &["a deny G+P"], &[]),
        (&["a allow G"], &["a deny G"], &["a ask G"], &["a ask G"], &["/rules/0/permission"]),
        // Both add; the same and another.
        (
            &["a allow G"],
            &["a allow G", "m deny G"],
            &["t deny G", "a allow G"],
            &["t deny G", "a allow G", "m deny G"],
            &[],
        ),
        (&[], &["n deny G"], &["n deny G"], &["n deny G"], &[]),
        (&[], &["n deny G", "m deny G"], &["n allow G"], &["n allow G", "m deny G"], &["/rules/0"]),
        // One removes, the other leaves alone, or edits.
        (&["a allow G", "b deny G"], &["b deny G"], &["a allow G", "b deny P"], &["b deny P"], &[]),
        (
            &["a allow G", "b deny G"],
            &["b deny G"],
            &["a allow P", "b deny G"],
            &["a allow P", "b deny G"],
            &["/rules/0"],
        ),
        (&["a allow G", "b deny G"], &["a allow P", "b deny G"], &["b deny G"], &["b deny G"], &["/rules/0"]),
        // Two rules on one resource are told apart by what else they say, whichever is edited.
        (
            &["* allow G", "* ask P"],
            &["* allow G", "* ask P+D"],
            &["* deny G", "* ask P"],
            &["* deny G", "* ask P+D"],
            &[],
        ),
        (&["* allow G", "* ask P"], &["* ask P"], &["* allow G", "* ask P+D"], &["* ask P+D"], &[]),
        // Twins: one goes, one stays.
        (
            &["a deny G", "a deny G"],
            &["a deny G"],
            &["a deny G", "a deny G", "b deny G"],
            &["a deny G", "b deny G"],
            &[],
        ),
        // Order: mine where only I moved, else theirs; additions follow what they followed.
        (&["a x", "b x", "c x"], &["c x", "a x", "b x"], &["a x", "b y", "c x"], &["c x", "a x", "b y"], &[]),
        (&["a x", "b x", "c x"], &["c x", "a x", "b x"], &["b x", "a x", "c x"], &["b x", "a x", "c x"], &[]),
        (
            &["a x", "b x"],
            &["a x", "m x", "n x", "b x"],
            &["b x", "a x", "t x"],
            &["b x", "a x", "m x", "n x", "t x"],
            &[],
        ),
        (&["a x", "b x"], &["m x", "a x", "b x"], &["a x", "b x", "t x"], &["m x", "a x", "b x", "t x"], &[]),
    ];
    for (base, mine, theirs, merged, disputed) in lines {
        let found = merge(&doc(base), &doc(mine), &doc(theirs), &rules());
        let at: Vec<&str> = found.disputes.iter().map(|dispute| dispute.at.as_str()).collect();
        assert_eq!(words(&found.doc), *merged, "{base:?} {mine:?} {theirs:?}");
        assert_eq!(at, *disputed, "{base:?} {mine:?} {theirs:?}");
    }
}

#[test]
fn a_dispute_shows_all_three() {
    let found = merge(&doc(&["a allow G"]), &doc(&["a deny G"]), &doc(&["a ask G"]), &rules());
    let dispute = &found.disputes[0];
    assert_eq!(
        (&dispute.base, &dispute.mine, &dispute.theirs),
        (&Some(json!("allow")), &Some(json!("deny")), &Some(json!("ask")))
    );
    let removed = merge(&json!({"a": 1}), &json!({}), &json!({"a": 2}), &rules()).disputes.remove(0);
    assert_eq!((removed.base, removed.mine, removed.theirs), (Some(json!(1)), None, Some(json!(2))));
}

#[test]
fn nesting_as_deep_as_can_be_read_is_merged_and_deeper_is_a_whole_value() {
    let nested = |leaf: &str| parse(&format!("{}{leaf}{}", r#"{"n":"#.repeat(126), "}".repeat(126)));
    let found = merge(&nested(r#"{"a":1,"b":1}"#), &nested(r#"{"a":2,"b":1}"#), &nested(r#"{"a":1,"b":2}"#), &rules());
    assert_eq!(found, Merged { doc: nested(r#"{"a":2,"b":2}"#), disputes: vec![] });
    // No text gives such a value, code could.
    let wrap = |mut value: Value| {
        (0..200).for_each(|_| value = json!({"n": value.take()}));
        value
    };
    let found = merge(&wrap(json!({"a": 1})), &wrap(json!({"a": 2})), &wrap(json!({"a": 1, "b": 2})), &rules());
    assert_eq!(found.disputes.len(), 1);
    assert_eq!(found.disputes[0].at.matches('/').count(), DEEPEST);
}

#[test]
fn differences_name_the_field_and_not_the_order_of_a_set() {
    let a = parse(r#"{"tags":["a","b"],"rules":[{"resource":"a","n":1},{"resource":"b"}],"l":[1,2],"gone":1,"n":1}"#);
    let b =
        parse(r#"{"tags":["b","a"],"rules":[{"resource":"b"},{"resource":"a","n":2}],"l":[1,3],"n":1.0,"new":null}"#);
    let at = |found: Vec<Dispute>| found.into_iter().map(|found| found.at).collect::<Vec<_>>();
    assert_eq!(at(differences_under(&a, &b, &rules())), ["/rules/1/n", "/rules", "/l/1", "/new", "/gone"]);
    assert_eq!(
        at(differences(&a, &b)),
        [
            "/tags/0",
            "/tags/1",
            "/rules/0/resource",
            "/rules/0/n",
            "/rules/1/resource",
            "/rules/1/n",
            "/l/1",
            "/new",
            "/gone"
        ]
    );
    assert_eq!(differences_under(&a, &a, &rules()), []);
    let gone = differences_under(&a, &b, &rules()).pop().unwrap();
    assert_eq!((gone.base, gone.mine, gone.theirs), (Some(json!(1)), None, None));
}

#[test]
fn a_mask_stays_what_it_hides_or_is_refused() {
    let raw =
        json!({"n": 1, "key": "s0", "env": [{"name": "A", "v": "sA"}, {"name": "B", "v": "sB"}], "bare": ["s1", "s2"]});
    let m = MASKED;
    let masked = json!({"n": 1, "key": m, "env": [{"name": "A", "v": m}, {"name": "B", "v": m}], "bare": [m, m]});
    let with = |pointer: &str, value: Value| {
        let mut wanted = masked.clone();
        *wanted.pointer_mut(pointer).unwrap() = value;
        wanted
    };
    let carried =
        |wanted: &Value, pointer: &str| carry(&raw, &masked, wanted, &rules()).map(|doc| doc.pointer(pointer).cloned());
    let cases = [
        ("/n", json!(2), "/key", Ok(json!("s0"))),
        ("/key", json!("new"), "/key", Ok(json!("new"))),
        ("/env", json!([{"name": "B", "v": m}]), "/env", Ok(json!([{"name": "B", "v": "sB"}]))),
        ("/env", json!([{"name": "B", "v": m, "on": true}]), "/env", Ok(json!([{"name": "B", "v": "sB", "on": true}]))),
        ("/env/0", json!({"name": "A", "v": "new"}), "/env/1/v", Ok(json!("sB"))),
        ("/env/0/name", json!("C"), "", Err("/env/0")),
        ("/env/1", json!({"name": "A", "v": m}), "", Err("/env/0")),
        ("/n", json!(m), "", Err("/n")),
        ("/key", json!(format!("Bearer {m}")), "", Err("/key")),
        ("/bare", json!([m]), "", Err("/bare/0")),
        ("/bare", json!(["x", m, m]), "/bare", Ok(json!(["x", "s1", "s2"]))),
    ];
    for (at, value, look, want) in cases {
        let found = carried(&with(at, value.clone()), look).map_err(|mut strays| strays.remove(0));
        assert_eq!(found, want.map(Some).map_err(str::to_owned), "{at} {value}");
    }
}
