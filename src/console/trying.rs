//! Trying a connection for the console, as `qd connect test` does: the answer comes while everything else goes on.
//!
//! Each trial has a thread of its own, which reads the settings, the connection and its secret anew, where they are kept: whoever tries
//! has often just mended one of them. A console that only reads lets nothing go on, and no console sends what nobody has seen waiting.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Weak};
use std::thread;

use jiff::Timestamp;
use quarterdeck_sync::model::WriteId;
use quarterdeck_sync::platform::Registry;

use super::house::House;
use crate::config::{self, Connections, Paths, Settings};
use crate::error::{Failure, Kind};
use crate::trial::{self, Found};
use crate::tui::Outside;
use crate::tui::fleet::Answer;

/// Begins a trial; [`Outside::Tested`] says what came of it.
pub(super) fn begin(house: &Arc<House>, name: String, resume: Option<Vec<WriteId>>, news: &Sender<Outside>) {
    let (house, paths, teller) = (Arc::downgrade(house), house.paths().clone(), news.clone());
    let tried = name.clone();
    let thread = thread::Builder::new().name("qd-test".to_owned()).spawn(move || {
        let result = test(&house, &paths, &tried, resume.as_deref()).map_err(|failure| failure.to_string());
        // The console may have been left already.
        let _ = teller.send(Outside::Tested { name: tried, result });
    });
    if let Err(error) = thread {
        let _ = news.send(Outside::Tested { name, result: Err(format!("no threads to be had: {error}")) });
    }
}

fn test(house: &Weak<House>, paths: &Paths, name: &str, resume: Option<&[WriteId]>) -> Result<Answer, Failure> {
    let found = ask(paths, name)?;
    // The console may have been left: then nobody waits for the connection to go on.
    let outbox = house.upgrade().and_then(|house| house.open.get()?.outbox.clone());
    let paused = match &outbox {
        Some(outbox) => outbox.paused()?.iter().any(|paused| paused.connection == name),
        None => false,
    };
    let (mut unseen, mut resumed) = (0, false);
    if let (true, Some(outbox), Some(seen)) = (paused, &outbox, resume) {
        unseen = trial::waiting(outbox, name)?.iter().filter(|write| !seen.contains(&write.id)).count();
        resumed = unseen == 0 && outbox.resume(name, Timestamp::now())?;
    }
    Ok(Answer {
        collection: found.collection,
        rows: found.rows as u64,
        total: found.total,
        resumed,
        paused: paused && !resumed,
        unseen,
    })
}

fn ask(paths: &Paths, name: &str) -> Result<Found, Failure> {
    let connections = Connections::load(&paths.connections())?;
    let (registry, _) = Registry::load(&paths.platforms());
    let client = config::client(name, connections.get(name)?, &registry, &Settings::load(&paths.settings())?)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Kind::Io, format!("no network to be had: {error}")))?;
    runtime.block_on(trial::read_one(&client))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use quarterdeck_sim::{Options, Sim};
    use quarterdeck_sync::model::{Base, By, Effect, Intent, Kind as Sort};
    use quarterdeck_sync::outbox::Outbox;
    use quarterdeck_sync::store::{Access, Mirror};

    use super::super::house::Open;
    use super::super::seen::Seen;
    use super::*;
    use crate::config::{Connection, SecretSource};
    use crate::tui::decisions::Brief;

    /// Longest a test waits for something that must happen.
    const PATIENCE: Duration = Duration::from_secs(300);

    struct Place {
        home: tempfile::TempDir,
        sim: Sim,
        house: Arc<House>,
        outbox: Outbox,
    }

    impl Place {
        /// One account of Turen, which is paused as after a refused key.
        fn new() -> Self {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let sim = runtime.block_on(Sim::start(Options::default())).unwrap();
            let home = tempfile::tempdir().unwrap();
            let paths = Paths::under(home.path());
            let turen = sim.endpoint("turen").unwrap();
            let secret = SecretSource::File(home.path().join("key"));
            let connection = Connection { platform: turen.platform, url: turen.url, user: None, secret };
            Connections::load(&paths.connections()).unwrap().add("turen", connection).unwrap();
            drop(Mirror::open(&paths.mirror(), Access::ReadWrite).unwrap());
            let (outbox, _) = Outbox::open(&paths.outbox(), By::default()).unwrap();
            outbox.pause("turen", "401", Timestamp::now()).unwrap();
            let looking = Mirror::open(&paths.mirror(), Access::ReadOnly).unwrap();
            let house = House::new(Seen::new(looking, &paths.outbox()), paths, By::default(), Vec::new());
            house.open.set(Open::new(&Registry::builtin(), Some(outbox.clone()))).unwrap();
            Self { home, sim, house: Arc::new(house), outbox }
        }

        fn key(&self, key: &str) {
            config::replace(&self.home.path().join("key"), key).unwrap();
        }

        fn test(&self, resume: bool) -> Result<Answer, String> {
            self.test_seen(resume.then(Vec::new))
        }

        /// The same by somebody who has seen these writes wait.
        fn test_seen(&self, resume: Option<Vec<WriteId>>) -> Result<Answer, String> {
            let (news, told) = channel();
            begin(&self.house, "turen".to_owned(), resume, &news);
            match told.recv_timeout(PATIENCE).expect("an answer") {
                Outside::Tested { name, result } if name == "turen" => result,
                other => panic!("{other:?}"),
            }
        }

        /// A decision that waits.
        fn decide(&self) -> WriteId {
            let intent = Intent {
                connection: "turen".to_owned(),
                platform: "turen".to_owned(),
                collection: "agents".to_owned(),
                kind: Sort::Agent,
                action: "suspend".to_owned(),
                verb: "suspend".to_owned(),
                target: Some("agt_1".to_owned()),
                title: None,
                args: Default::default(),
                reason: None,
                base: Base::default(),
                effect: Effect::default(),
                deadline: None,
                undoes: None,
                by: By::default(),
            };
            self.outbox.append(vec![intent], Timestamp::now()).unwrap().remove(0).id
        }

        fn paused(&self) -> bool {
            !self.outbox.paused().unwrap().is_empty()
        }
    }

    #[test]
    fn a_test_sends_no_write_that_nobody_has_seen_waiting() {
        let place = Place::new();
        place.key(&place.sim.endpoint("turen").unwrap().key.unwrap());
        let write = place.decide();
        let answer = place.test(true).unwrap();
        assert!(answer.paused && !answer.resumed && place.paused(), "{answer:?}");
        assert!(answer.words().contains("writes came to wait for it meanwhile"), "{}", answer.words());
        let Brief::Writes(items) = place.house.held_back("turen").unwrap() else { panic!("no writes") };
        let seen: Vec<WriteId> = items.into_iter().map(|item| item.opened.write.id).collect();
        assert_eq!(seen, [write]);
        let answer = place.test_seen(Some(seen)).unwrap();
        assert!(answer.resumed && !place.paused(), "{answer:?}");
    }

    #[test]
    fn a_paused_connection_goes_on_when_its_key_is_mended_and_not_before() {
        let place = Place::new();
        place.key("sk_live_wrong");
        let refused = place.test(true).unwrap_err();
        assert!(place.paused() && !refused.contains("sk_live_wrong"), "{refused}");
        // What was mended is read where it is kept.
        place.key(&place.sim.endpoint("turen").unwrap().key.unwrap());
        let looked = place.test(false).unwrap();
        assert!(
            looked.paused && !looked.resumed && place.paused(),
            "whoever only looks lets nothing go on: {looked:?}"
        );
        let answer = place.test(true).unwrap();
        assert!(answer.resumed && !answer.paused && answer.rows <= 1, "{answer:?}");
        assert!(!place.paused());
    }
}
