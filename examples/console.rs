#![allow(missing_docs)]
use quarterdeck::tui::{self, *};
use quarterdeck_sync::model::*;
use std::sync::{Arc, mpsc};
#[path = "../src/tui/tests/fake.rs"]
mod fake;
struct S(fake::World);
impl Store for S {
    fn window(&self, q: &Query) -> Result<Window, String> {
        Ok(self.0.window(q))
    }
    fn count(&self, q: &Query, _: u64) -> Result<CountOf, String> {
        Ok(self.0.number(q))
    }
    fn record(&self, k: RowKey) -> Result<Option<Record>, String> {
        Ok(self.0.record(k))
    }
    fn freshness(&self) -> Result<Vec<Freshness>, String> {
        Ok(self.0.lists.clone())
    }
    fn problems(&self, _: usize) -> Result<Vec<Problem>, String> {
        Ok(self.0.problems.clone())
    }
    fn statuses(&self, s: &Scope) -> Result<Vec<(String, u64)>, String> {
        Ok(self.0.statuses(s))
    }
}
fn main() {
    let (_tx, outside) = mpsc::channel();
    let theme = std::env::var("QD_THEME").unwrap_or("dark".into());
    let mut settings =
        TuiSettings { theme, label: Some("demo".into()), ..TuiSettings::default() }.with_env(|n| std::env::var(n).ok());
    settings.mouse = false;
    let mut world = if std::env::var("EMPTY").is_ok() { fake::World::default() } else { fake::World::believable() };
    // move the made-up times to now
    let shift = Timestamp::now().as_second() - fake::now().as_second();
    let mv = |t: &mut Timestamp| *t = Timestamp::from_second(t.as_second() + shift).unwrap();
    for (r, _) in &mut world.rows {
        for t in [&mut r.created_at, &mut r.updated_at, &mut r.gone_at] {
            if let Some(t) = t {
                mv(t)
            }
        }
        mv(&mut r.confirmed_at);
    }
    for l in &mut world.lists {
        for t in [&mut l.walked_at, &mut l.checked_at] {
            if let Some(t) = t {
                mv(t)
            }
        }
    }
    let connections = if std::env::var("NOCONN").is_ok() {
        vec![]
    } else {
        [
            ("turen", "turen", "https://api.prod.turen.io/api/v1"),
            ("lab", "exo", "https://exo.lab.example/api/v1"),
            ("acme", "runagents", "https://acme.runagents.io/api/v1"),
        ]
        .map(|(n, p, u)| ConnectionInfo { name: n.into(), platform: p.into(), url: u.into() })
        .to_vec()
    };
    tui::run(Setup { store: Arc::new(S(world)), outside, asks: Box::new(|_| ()), connections, settings }).unwrap();
}
