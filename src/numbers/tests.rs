//! Days across time zones and clock changes, and numbers that platforms tell wrongly.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use quarterdeck_sync::platform::manifest::Figures;
use quarterdeck_sync::store::Peeked;

use super::*;

/// Zones whose clocks change at midnight, by half an hour, by a whole day, or never.
const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
    "America/Santiago",
];

proptest! {
    #[test]
    fn every_moment_belongs_to_the_day_on_the_operators_clock(
        zone in prop::sample::select(ZONES.to_vec()),
        now in 1_000_000_000i64..1_900_000_000,
        weeks in 1usize..54,
        ago in 0i64..40_000_000,
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let now = Timestamp::from_second(now).unwrap().to_zoned(zone.clone());
        let days = days::weeks(&now, weeks);
        let edges = days::edges(&days, &zone);
        prop_assert_eq!(edges.len(), days.len() + 1);
        prop_assert_eq!(days.last(), Some(&now.date()));
        prop_assert_eq!(days[0].weekday(), jiff::civil::Weekday::Monday);
        prop_assert!(days.len() > 7 * (weeks - 1) && days.len() <= 7 * weeks);
        // Days that a zone leaves out altogether have no moment of their own.
        prop_assert!(edges.is_sorted());
        let at = now.timestamp() - jiff::SignedDuration::from_secs(ago);
        let place = edges.partition_point(|edge| *edge <= at);
        let day = at.to_zoned(zone).date();
        match place.checked_sub(1) {
            Some(place) => prop_assert_eq!(days[place], day),
            None => prop_assert!(day < days[0]),
        }
    }
}

#[test]
fn a_day_is_as_long_as_its_clock_says() {
    let hours = |zone: &str, day: Date| {
        let zone = TimeZone::get(zone).unwrap();
        let edges = days::edges(&[day], &zone);
        edges[0].duration_until(edges[1]).as_hours()
    };
    assert_eq!(hours("Europe/Berlin", date(2026, 3, 29)), 23);
    assert_eq!(hours("Europe/Berlin", date(2026, 10, 25)), 25);
    assert_eq!(hours("Europe/Berlin", date(2026, 6, 1)), 24);
    // Samoa had no such day.
    assert_eq!(hours("Pacific/Apia", date(2011, 12, 30)), 0);
}

fn peeked(id: &str, values: &[Option<&str>]) -> Peeked {
    let values = values.iter().map(|value| value.map(str::to_owned)).collect();
    Peeked { id: id.into(), at: Timestamp::UNIX_EPOCH, values }
}

#[test]
fn what_is_no_day_and_no_number_is_left_out() {
    let found = [
        peeked("1", &[Some("\"2026-11-20\""), Some("12")]),
        peeked("2", &[Some("\"2026-11-21T00:00:00Z\""), Some("\"7\"")]),
        peeked("3", &[Some("\"2026-13-40\""), Some("3")]),
        peeked("4", &[Some("\"2026-11-22\""), Some("-3")]),
        peeked("5", &[Some("\"2026-11-23\""), Some("{\"n\":1}")]),
        peeked("6", &[None, Some("3")]),
        peeked("7", &[Some("\"日本語日本語日本語\""), Some("99999999999999999999")]),
    ];
    let calendar: Vec<_> = told::calendar(&found).into_iter().collect();
    assert_eq!(calendar, [(date(2026, 11, 20), 12), (date(2026, 11, 21), 7)]);
}

#[test]
fn costs_are_read_by_day_or_whole() {
    let at = |pointer: &str| vec![pointer.to_owned()];
    let figures = Figures { day: at("/date"), cost: at("/total"), days: at("/daily"), ..Figures::default() };
    let days = r#"[{"date":"2026-11-20","total":1.5},{"date":"2026-11-21","total":"$2,000.25"},{"date":"x","total":1},{"total":3}]"#;
    let found = [
        peeked("a", &[Some("9"), Some("\"EUR\""), None, Some(days)]),
        peeked("b", &[Some("4.5"), None, None, Some("\"no array\"")]),
        peeked("c", &[Some("\"NaN\""), None, None, None]),
        peeked("d", &[Some("1e300"), None, None, None]),
    ];
    let costs = told::costs("lab", &figures, &found);
    let told: Vec<_> = costs.iter().map(|cost| (cost.label.as_str(), cost.day, cost.amount)).collect();
    let (first, second) = (date(2026, 11, 20), date(2026, 11, 21));
    assert_eq!(told, [("a", Some(first), 1.5), ("a", Some(second), 2000.25), ("b", None, 4.5)]);
    assert_eq!(costs[0].currency.as_deref(), Some("EUR"));
}

#[test]
fn a_number_that_is_named_after_a_currency_is_in_it() {
    let at = |pointers: &[&str]| pointers.iter().map(|at| (*at).to_owned()).collect::<Vec<_>>();
    let figures = Figures {
        cost: at(&["/total", "/cost_usd", "/spend_usd", "/cost_eur"]),
        day: at(&["/date"]),
        days: at(&["/daily"]),
        ..Figures::default()
    };
    assert_eq!(told::named(&figures.cost), ["/cost_usd", "/spend_usd"]);
    let days = r#"[{"date":"2026-11-20","cost_eur":1.5},{"date":"2026-11-21","total":2}]"#;
    let found = [
        peeked("named", &[Some("1.5"), None, None, None, Some("1.5")]),
        peeked("other", &[Some("9"), None, None, None, Some("1.5")]),
        peeked("told", &[Some("1.5"), Some("\"DKK\""), None, None, Some("1.5")]),
        peeked("daily", &[None, None, None, Some(days), None]),
    ];
    let costs = told::costs("lab", &figures, &found);
    let currencies: Vec<_> = costs.iter().map(|cost| (cost.label.as_str(), cost.currency.as_deref())).collect();
    let want =
        [("named", Some("USD")), ("other", None), ("told", Some("DKK")), ("daily", Some("EUR")), ("daily", None)];
    assert_eq!(currencies, want);
}

#[test]
fn a_calendar_only_adds_what_the_mirror_does_not_have() {
    let today = date(2026, 11, 22);
    let days: Vec<Date> = (0..3).rev().map(|back| today.saturating_sub(i64::from(back).days())).collect();
    let mut numbers = Numbers { sessions: vec![Sessions::default(); 3], days, ..Numbers::default() };
    let had = |listed, gone| Sessions { listed, gone, told: 0 };
    let here = [("prod".to_owned(), vec![had(0, 0), had(2, 1), had(9, 0)]), ("lab".to_owned(), vec![had(1, 0); 3])];
    let calendar = [(date(2026, 11, 20), 4), (date(2026, 11, 21), 5), (today, 3)].into();
    gather::add_up(&mut numbers, here.into(), &[("prod".to_owned(), calendar)].into());
    let told: Vec<_> = numbers.sessions.iter().map(|day| (day.listed, day.gone, day.told)).collect();
    assert_eq!(told, [(1, 0, 4), (3, 1, 2), (10, 0, 0)]);
}

#[test]
fn shares_are_merged_whatever_their_letters_and_bounded() {
    let share = |label: &str, count| Share { label: label.into(), connection: None, count };
    let shares = Shares::of([share("RUNNING", 2), share("failed", 9), share("running", 8), share("none", 0)]);
    let told: Vec<_> = shares.items.iter().map(|share| (share.label.as_str(), share.count)).collect();
    assert_eq!(told, [("RUNNING", 10), ("failed", 9)]);
    let many = Shares::of((0..1_000).map(|at| share(&format!("v{at}"), 1)));
    assert_eq!((many.items.len() as u64 + many.others, many.total()), (1_000, 1_000));
}
