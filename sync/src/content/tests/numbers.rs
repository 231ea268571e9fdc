//! Times, tokens, money, and what counts as failed.

use super::*;

#[test]
fn a_time_is_read_in_every_form() {
    let at =
        |time: &str| one(&format!(r#"{{"type":"user","content":"x","timestamp":{time}}}"#)).at.map(|at| at.to_string());
    for (time, expected) in [
        (r#""2026-02-17T09:00:01Z""#, "2026-02-17T09:00:01Z"),
        (r#""2026-02-17T10:00:01.5+01:00""#, "2026-02-17T09:00:01.5Z"),
        (r#""2026-02-17 09:00:01""#, "2026-02-17T09:00:01Z"),
        (r#"" 2026-02-17T09:00:01 ""#, "2026-02-17T09:00:01Z"),
        ("1771318801", "2026-02-17T09:00:01Z"),
        ("1771318801.25", "2026-02-17T09:00:01.25Z"),
        ("1771318801250", "2026-02-17T09:00:01.25Z"),
        ("1771318801250000", "2026-02-17T09:00:01.25Z"),
        ("1771318801250000000", "2026-02-17T09:00:01.25Z"),
        (r#""1771318801""#, "2026-02-17T09:00:01Z"),
    ] {
        assert_eq!(at(time).as_deref(), Some(expected), "{time}");
    }
    for time in [
        "0",
        "-5",
        "12",
        "1e300",
        "99999999999999999999999",
        r#""yesterday""#,
        r#""2026-13-41T99:00:00Z""#,
        r#""""#,
        "true",
        "[]",
        "{}",
        "null",
        r#""nan""#,
    ] {
        assert_eq!(at(time), None, "{time}");
    }
    assert!(one(r#"{"type":"user","timestamp":"never","created_at":1771318801,"content":"x"}"#).at.is_some());
}

#[test]
fn tokens_are_counted_in_every_shape() {
    let usage = |fields: &str| {
        let usage = one(&format!(r#"{{"role":"assistant","content":"x",{fields}}}"#)).usage;
        (usage.input_tokens, usage.cached_tokens, usage.output_tokens)
    };
    for (fields, expected) in [
        (r#""usage":{"input_tokens":5,"output_tokens":6}"#, (Some(5), None, Some(6))),
        (
            r#""usage":{"prompt_tokens":50,"completion_tokens":6,"prompt_tokens_details":{"cached_tokens":40}}"#,
            (Some(50), Some(40), Some(6)),
        ),
        (
            r#""usage":{"input_tokens":5,"cache_read_input_tokens":40,"cache_creation_input_tokens":2,"output_tokens":6}"#,
            (Some(47), Some(40), Some(6)),
        ),
        (r#""usage_json":"{\"prompt_tokens\":5,\"completion_tokens\":6}""#, (Some(5), None, Some(6))),
        (r#""tokens_input":5,"tokens_output":6"#, (Some(5), None, Some(6))),
        (r#""tokens":{"input":5,"output":6}"#, (Some(5), None, Some(6))),
        (r#""input_tokens":"5""#, (Some(5), None, None)),
        (r#""usage":{"input_tokens":-5,"output_tokens":184467440737095516160}"#, (None, None, None)),
        (
            r#""usage":{"input_tokens":18446744073709551615,"cache_read_input_tokens":9}"#,
            (Some(u64::MAX), Some(9), None),
        ),
        (r#""usage":"none","tokens":[]"#, (None, None, None)),
    ] {
        assert_eq!(usage(fields), expected, "{fields}");
    }
}

#[test]
fn cost_and_duration_are_read_with_their_units() {
    let usage = |fields: &str| {
        let usage = one(&format!(r#"{{"type":"tool","name":"a","input":"x",{fields}}}"#)).usage;
        (usage.cost, usage.duration_ms)
    };
    for (fields, expected) in [
        (r#""cost_usd":0.5,"duration_ms":80"#, (Some(0.5), Some(80))),
        (r#""cost":"0.5","durationMs":80.4"#, (Some(0.5), Some(80))),
        (r#""cost":-1,"duration_seconds":1.5"#, (None, Some(1500))),
        (r#""duration":1200"#, (None, Some(1200))),
        (r#""duration":1.2"#, (None, Some(1200))),
        (r#""duration":"1.2s""#, (None, Some(1200))),
        (r#""duration":"3 min""#, (None, Some(180_000))),
        (r#""duration":"long""#, (None, None)),
        (r#""started_at":"2026-02-17 09:00:00","completed_at":"2026-02-17 09:00:02""#, (None, Some(2000))),
        (r#""started_at":"2026-02-17 09:00:02","completed_at":"2026-02-17 09:00:00""#, (None, None)),
        (r#""duration_ms":1e300,"cost":1e999"#, (None, None)),
    ] {
        assert_eq!(usage(fields), expected, "{fields}");
    }
}

#[test]
fn an_error_is_what_says_it_is_one_and_not_what_tells_of_one() {
    let failed = |fields: &str| one(&format!(r#"{{"type":"tool_result","tool":"bash",{fields}}}"#)).error;
    for fields in [
        r#""content":"x","is_error":true"#,
        r#""content":"x","isError":"true""#,
        r#""content":"x","status":"failed""#,
        r#""content":"x","status":"FAILED""#,
        r#""content":"x","status_code":404"#,
        r#""content":"x","status":500"#,
        r#""content":"x","success":false"#,
        r#""error":"no such file""#,
        r#""error":{"message":"no"}"#,
        r#""error":true"#,
    ] {
        assert!(failed(fields), "{fields}");
    }
    for fields in [
        r#""content":"error: mismatched types""#,
        r#""content":"FAILED","is_error":false"#,
        r#""content":"x","status":"completed","status_code":200"#,
        r#""content":"x","status":"cancelled""#,
        r#""content":"x","error":null"#,
        r#""content":"x","error":"""#,
        r#""content":"x","error":false"#,
        r#""content":"x","error":{}"#,
    ] {
        assert!(!failed(fields), "{fields}");
    }
}
