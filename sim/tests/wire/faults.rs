//! Every fault does on the wire what its name says.

use std::time::{Duration, Instant};

use quarterdeck_sim::{BadRow, Fault, Limit, Matcher, RateHeaders, Retry, Sim, What, When, Window};
use serde_json::Value;

use crate::client::{Answer, Caller, End, fixed, start};

/// The answer to a request that a fault strikes.
fn struck(name: &str, path: &str, what: What) -> (Sim, Answer) {
    let sim = start(fixed());
    let caller = Caller::new(&sim, name);
    let fault = sim.script().add(Fault::always(Matcher::endpoint(name), what));
    let answer = caller.get(path);
    assert_eq!(sim.script().hits(fault), 1);
    (sim, answer)
}

fn rows(answer: &Answer) -> Vec<Value> {
    let body = answer.json();
    let named = ["data", "agents", "sessions", "events", "runs"].iter().find_map(|name| body.get(name));
    named.unwrap_or(&body).as_array().cloned().unwrap_or_default()
}

#[test]
fn a_refusal_speaks_the_platform_s_language() {
    for (status, words) in [
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "Not found"),
        (405, "Method not allowed"),
        (500, "Internal server error"),
    ] {
        let (_, turen) = struck("turen", "/events", What::Status(status));
        assert_eq!((turen.status, &turen.json()["error"]), (status, &words.into()));
        let (_, exo) = struck("exo", "/agents", What::Status(status));
        assert_eq!((exo.status, &exo.json()["error"]["message"]), (status, &words.into()));
        let (_, documented) = struck("exo-documented", "/agents", What::Status(status));
        assert_eq!(documented.json()["detail"], words);
    }
    let (_, runagents) = struck("runagents", "/runs", What::Status(422));
    assert_eq!((runagents.status, &runagents.json()["status"]), (422, &422.into()));
}

#[test]
fn a_429_says_when_to_come_back_in_every_way() {
    let header =
        |retry: Retry, name: &str| struck("turen", "/events", What::TooMany(retry)).1.header(name).map(str::to_owned);
    assert_eq!(header(Retry::Seconds(17), "retry-after").as_deref(), Some("17"));
    assert_eq!(header(Retry::Date(60), "retry-after").as_deref(), Some("Tue, 17 Feb 2026 09:01:00 GMT"));
    assert_eq!(header(Retry::ResetEpoch(60), "x-ratelimit-reset").as_deref(), Some("1771318860"));
    assert_eq!(header(Retry::ResetDelta(60), "x-ratelimit-reset").as_deref(), Some("60"));
    let (_, lying) = struck("exo", "/agents", What::TooMany(Retry::Lying));
    assert_eq!((lying.header("retry-after"), lying.header("x-ratelimit-reset")), (Some("1"), Some("1")));
    assert_eq!(lying.json()["detail"], "Rate limit exceeded");
    let (_, silent) = struck("runagents", "/agents", What::TooMany(Retry::Nothing));
    assert_eq!((silent.status, silent.header("retry-after")), (429, None));
}

#[test]
fn html_comes_where_json_should() {
    for status in [200, 502] {
        let (_, answer) = struck("turen", "/events", What::Html(status));
        assert_eq!(answer.status, status);
        assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
        assert!(answer.text().contains("<html>"));
    }
}

#[test]
fn connections_end_before_a_reply() {
    let (sim, reset) = struck("turen", "/events", What::Reset);
    assert_eq!((reset.status, reset.end), (0, End::Reset));
    assert_eq!(sim.log()[0].status, 0);
    let (_, closed) = struck("turen", "/events", What::Close);
    assert_eq!((closed.status, closed.end), (0, End::Closed));
}

#[test]
fn a_body_is_cut_short_with_its_length_announced_or_in_chunks() {
    let (_, cut) = struck("turen", "/events", What::Truncated(100));
    assert_eq!((cut.status, cut.end, cut.body.len()), (200, End::Closed, 100));
    assert!(cut.header("content-length").and_then(|length| length.parse::<usize>().ok()) > Some(100));
    let (_, chunked) = struck("turen", "/events", What::CutChunked(100));
    assert_eq!((chunked.status, chunked.end, chunked.body.len()), (200, End::Closed, 100));
    assert_eq!(chunked.header("transfer-encoding"), Some("chunked"));
}

#[test]
fn a_slow_reply_comes_late_and_whole() {
    let begun = Instant::now();
    let (_, answer) = struck("turen", "/events", What::Slow(Duration::from_millis(300)));
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!((answer.status, answer.end), (200, End::Whole));
}

#[test]
fn a_hanging_request_is_never_answered_and_never_applied() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    sim.script().add(Fault::always(Matcher::any().method("PUT"), What::Hang));
    let mut stream = turen.connect();
    stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout");
    let (name, key) = &turen.headers[0];
    let text = format!(
        "PUT /api/v1/policy HTTP/1.1\r\nHost: x\r\n{name}: {key}\r\nContent-Length: 12\r\n\r\n{{\"rules\":{{}}}}"
    );
    std::io::Write::write_all(&mut stream, text.as_bytes()).expect("sent");
    assert_eq!(crate::client::receive(&mut stream).end, End::Silence);
    assert!(sim.applied().is_empty());
}

#[test]
fn a_write_without_an_answer_is_applied_once_and_one_that_is_reset_is_not() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let agents = sim.truth("turen", "agents");
    let id = agents.iter().find(|row| row["status"] == "active").and_then(|row| row["id"].as_str()).expect("one");
    let suspend = || turen.send("PUT", &format!("/registered-agents/{id}/status"), r#"{"status":"suspended"}"#);
    sim.script().add(Fault::nth(Matcher::any().method("PUT"), 1, What::Reset));
    sim.script().add(Fault::nth(Matcher::any().method("PUT"), 2, What::AppliedNoAnswer));
    assert_eq!(suspend().status, 0);
    assert!(sim.applied().is_empty());
    assert_eq!(suspend().status, 0);
    assert_eq!(sim.applied().len(), 1);
    assert_eq!(turen.get(&format!("/registered-agents/{id}")).json()["status"], "suspended");
}

#[test]
fn a_page_comes_again_instead_of_the_next() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    sim.script().add(Fault { matcher: Matcher::any().path("/events"), when: When::From(2), what: What::RepeatPage });
    let first = turen.get("/events?limit=10").text();
    assert_eq!(turen.get("/events?limit=10&offset=10").text(), first);
    assert_eq!(turen.get("/events?limit=10&offset=20").text(), first);
}

#[test]
fn an_ignored_offset_or_cursor_leads_back_to_the_first_page() {
    let (sim, answer) = struck("turen", "/events?limit=10&offset=10", What::IgnoreOffset);
    assert_eq!(rows(&answer)[..], sim.truth("turen", "events")[..10]);
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    let cursor = exo.get("/agents?limit=5").json()["pagination"]["next_cursor"].as_str().expect("a cursor").to_owned();
    sim.script().add(Fault::always(Matcher::endpoint("exo"), What::IgnoreCursor));
    let again = exo.get(&format!("/agents?limit=5&cursor={cursor}"));
    assert_eq!(rows(&again)[..], sim.truth("exo", "agents")[..5]);
}

#[test]
fn endless_lists_always_promise_more() {
    for (name, path, next) in
        [("turen", "/events?limit=10", "&offset=10"), ("exo", "/agents?limit=10", "&cursor=more-1")]
    {
        for (what, fresh) in [(What::EndlessRepeating, false), (What::EndlessFresh, true)] {
            let sim = start(fixed());
            let caller = Caller::new(&sim, name);
            sim.script().add(Fault::always(Matcher::endpoint(name), what));
            let pages: Vec<Answer> = ["", next, next].iter().map(|step| caller.get(&format!("{path}{step}"))).collect();
            let ids = |page: &Answer| rows(page).iter().map(|row| row["id"].to_string()).collect::<Vec<_>>();
            assert!(pages.iter().all(|page| page.json()["pagination"]["has_more"] == true));
            assert_eq!(ids(&pages[0]) != ids(&pages[1]), fresh, "{name}");
            assert_eq!(ids(&pages[1]) != ids(&pages[2]), fresh, "{name}");
        }
    }
}

#[test]
fn totals_lie_in_both_directions() {
    for off in [-40, 40] {
        let (sim, turen) = struck("turen", "/events", What::WrongTotal(off));
        let truth = i64::try_from(sim.truth("turen", "events").len()).expect("a count");
        assert_eq!(turen.json()["pagination"]["total"], truth + off);
        let (_, exo) = struck("exo", "/runs", What::WrongTotal(off));
        assert_eq!(exo.json()["total"], 120 + off);
    }
}

#[test]
fn a_list_shrinks_or_grows_while_it_is_walked() {
    let total = |what: What| {
        let (sim, answer) = struck("turen", "/events", what);
        assert_eq!(answer.json()["pagination"]["total"], sim.truth("turen", "events").len());
        sim.truth("turen", "events").len()
    };
    assert_eq!(total(What::Shrink(3)), 147);
    assert_eq!(total(What::Grow(3)), 153);
    let (_, empty) = struck("turen", "/events", What::EmptyList);
    assert_eq!((rows(&empty).len(), &empty.json()["pagination"]["total"]), (0, &0.into()));
    let (_, bare) = struck("runagents", "/agents", What::EmptyList);
    assert_eq!(bare.json(), Value::Array(Vec::new()));
}

#[test]
fn whoever_is_signed_in_is_signed_out() {
    let (_, exo) = struck("exo", "/agents", What::ExpireSession);
    assert_eq!(exo.status, 401);
    let (_, turen) = struck("turen", "/events", What::ExpireSession);
    assert_eq!(turen.status, 401);
}

#[test]
fn bodies_are_too_large_too_deep_or_no_text() {
    let (_, gigantic) = struck("turen", "/events", What::Gigantic);
    assert!(gigantic.status == 200 && gigantic.body.len() > 4 << 20, "{} bytes", gigantic.body.len());
    let (_, deep) = struck("turen", "/events", What::DeepJson(5000));
    assert_eq!(deep.body.len(), 10_000);
    let (_, broken) = struck("turen", "/events", What::InvalidUtf8);
    assert_eq!((broken.status, broken.end), (200, End::Whole));
    assert!(std::str::from_utf8(&broken.body).is_err());
}

#[test]
fn one_row_of_a_page_is_bad() {
    let (_, nameless) = struck("turen", "/events?limit=10", What::BadRow(BadRow::NoId));
    assert_eq!(rows(&nameless).iter().filter(|row| row.get("id").is_none()).count(), 1);
    let (_, number) = struck("runagents", "/agents", What::BadRow(BadRow::NotAnObject));
    assert_eq!(rows(&number).iter().filter(|row| row.is_number()).count(), 1);
    let (_, wrong) = struck("exo", "/agents?limit=10", What::BadRow(BadRow::WrongTypes));
    assert_eq!(rows(&wrong).iter().filter(|row| row["id"].is_number()).count(), 1);
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    for (what, given, asked) in
        [(What::ETag, "etag", "If-None-Match"), (What::LastModified, "last-modified", "If-Modified-Since")]
    {
        let sim = start(fixed());
        let mut turen = Caller::new(&sim, "turen");
        sim.script().add(Fault::always(Matcher::endpoint("turen"), what));
        let mark = turen.get("/events").header(given).expect("a validator").to_owned();
        turen.add(asked, mark);
        let same = turen.get("/events");
        assert_eq!((same.status, same.body.len()), (304, 0));
        sim.advance(Duration::from_secs(60));
        sim.insert("turen", "events", 1);
        assert_eq!(turen.get("/events").status, 200);
    }
}

#[test]
fn an_announced_envelope_is_put_around_a_bare_list() {
    let (sim, answer) = struck("runagents", "/agents", What::Envelope);
    assert_eq!(answer.json()["data"], Value::Array(sim.truth("runagents", "agents")));
    assert_eq!(answer.json()["pagination"]["has_more"], false);
}

#[test]
fn a_bare_list_is_cut_into_pages_some_day() {
    let (sim, last) = struck("runagents", "/agents?limit=5&offset=10", What::Paged(7));
    let truth = sim.truth("runagents", "agents");
    assert_eq!(rows(&last)[..], truth[10..]);
    let first = Caller::new(&sim, "runagents").get("/agents").json();
    assert_eq!(first["data"].as_array().map(Vec::len), Some(7));
    assert_eq!((&first["pagination"]["total"], &first["pagination"]["has_more"]), (&14.into(), &true.into()));
}

#[test]
fn any_words_may_be_put_into_the_server_s_mouth() {
    let words = r#"{"error":{"message":"key sk_live_x is not known"}}"#;
    let (_, answer) = struck("turen", "/events", What::Body(401, words.to_owned()));
    assert_eq!((answer.status, answer.text()), (401, words.to_owned()));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[test]
fn faults_strike_when_they_are_told_to() {
    let strikes = |when: When| {
        let sim = start(fixed());
        let turen = Caller::new(&sim, "turen");
        sim.script().add(Fault {
            matcher: Matcher::any().under("/ev").query("limit", "1"),
            when,
            what: What::Status(500),
        });
        turen.get("/events");
        turen.get("/sessions?limit=1");
        (0..6).map(|_| turen.get("/events?limit=1").status == 500).collect::<Vec<_>>()
    };
    assert_eq!(strikes(When::Always), [true; 6]);
    assert_eq!(strikes(When::Nth(2)), [false, true, false, false, false, false]);
    assert_eq!(strikes(When::First(2)), [true, true, false, false, false, false]);
    assert_eq!(strikes(When::From(5)), [false, false, false, false, true, true]);
    assert_eq!(strikes(When::Every(3)), [false, false, true, false, false, true]);
    assert_eq!(strikes(When::Chance(0.0)), [false; 6]);
    assert_eq!(strikes(When::Chance(0.5)), strikes(When::Chance(0.5)), "by lot, but from the seed");
}

#[test]
fn a_fault_that_is_taken_back_strikes_no_more() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let fault = sim.script().add(Fault::always(Matcher::any(), What::Status(500)));
    assert_eq!(turen.get("/events").status, 500);
    assert!(sim.script().remove(fault));
    assert_eq!(turen.get("/events").status, 200);
    sim.script().add(Fault::always(Matcher::any(), What::Status(500)));
    sim.script().clear();
    assert_eq!(turen.get("/events").status, 200);
}

#[test]
fn over_the_limit_nothing_is_applied_and_the_headers_say_so() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let headers = RateHeaders::EpochAlwaysRetry;
    sim.script().limit("turen", Limit { requests: 2, per: Duration::from_secs(5), window: Window::Fixed, headers });
    let first = turen.get("/events");
    assert_eq!((first.header("x-ratelimit-limit"), first.header("x-ratelimit-remaining")), (Some("2"), Some("1")));
    assert_eq!(first.header("retry-after"), Some("1"));
    turen.get("/events");
    let refused = turen.send("PUT", "/policy", r#"{"rules":{}}"#);
    assert_eq!((refused.status, refused.header("x-ratelimit-reset")), (429, Some("1771318805")));
    assert!(sim.applied().is_empty());
    sim.advance(Duration::from_secs(5));
    assert_eq!(turen.get("/events").status, 200);
}

#[test]
fn exo_s_headers_promise_a_second_and_it_takes_a_minute() {
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    sim.script().limit("exo", Limit::sliding_lying(1, Duration::from_secs(60)));
    exo.get("/agents");
    let refused = exo.get("/agents");
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    sim.advance(Duration::from_secs(2));
    assert_eq!(exo.get("/agents").status, 429);
    sim.advance(Duration::from_secs(58));
    assert_eq!(exo.get("/agents").status, 200);
}
