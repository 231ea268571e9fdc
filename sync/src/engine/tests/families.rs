//! Lists with one piece for each record of another: which pieces are read, and what stays known of those that are not.

use super::*;

fn step(run: u64, seq: u64) -> Item {
    Item { id: format!("{run}-{seq}"), version: seq, status: "step".to_owned() }
}

/// Runs that are over, and the steps of each in one reply.
fn over(runs: impl IntoIterator<Item = (u64, Vec<Item>)>) -> World {
    let runs: Vec<(u64, Vec<Item>)> = runs.into_iter().collect();
    let done = |id: &u64| Item { version: *id, status: "DONE".to_owned(), ..item(id) };
    let world = World::new([("runs", runs.iter().map(|(id, _)| done(id)).collect())]);
    for (id, rows) in runs {
        let manner = Manner { style: Style::Whole, ..Manner::default() };
        world.lists.lock().unwrap().insert(format!("steps/{id}"), world::List { rows, manner, ..Default::default() });
    }
    world
}

/// Codes of the problems that a person is shown of a list.
fn problems(bench: &Bench, collection: &str) -> Vec<String> {
    let all = bench.mirror.reader().and_then(|reader| reader.problems(None, 100)).expect("readable");
    all.into_iter().filter(|one| one.list.collection == collection).map(|one| one.code).collect()
}

#[test]
fn what_was_wrong_with_the_steps_of_a_run_that_is_over_is_solved_once_they_are_read_well() {
    let world = over([(0, vec![step(0, 1), step(0, 2)]), (1, vec![step(1, 1)])]);
    world.with("steps/0", |list| list.manner.fault = Fault::TotalOff(3));
    let mut bench = Bench::new();
    assert_eq!(report(&bench.sync(&world), "steps").outcome, Outcome::Partial);
    assert_eq!(problems(&bench, "steps"), ["wrong_total"]);
    world.with("steps/0", |list| list.manner.fault = Fault::None);
    world.forget_requests();
    assert_eq!(
        report(&bench.sync(&world), "steps").outcome,
        Outcome::Partial,
        "it is not asked for at once, and still told"
    );
    assert_eq!((world.requests("steps/0"), world.requests("steps/1")), (0, 0));
    assert_eq!(problems(&bench, "steps"), ["wrong_total"]);
    // A day later.
    bench.options.reconcile = Duration::ZERO;
    assert_eq!(report(&bench.sync(&world), "steps").outcome, Outcome::Ok);
    assert_eq!((world.requests("steps/0") > 0, world.requests("steps/1")), (true, 0));
    assert!(problems(&bench, "steps").is_empty());
}

#[test]
fn steps_that_are_missing_all_at_once_are_looked_at_each_time_until_somebody_accepts_it() {
    let world = over([(0, (1..=40).map(|seq| step(0, seq)).collect()), (1, vec![step(1, 1)])]);
    let bench = Bench::new();
    bench.sync(&world);
    world.with("steps/0", |list| list.rows.truncate(3));
    for full in [true, false] {
        let held = bench.sync_with(&world, &SyncOptions { full, ..bench.options.clone() });
        assert_eq!(report(&held, "steps").outcome, Outcome::Partial);
        assert_eq!(
            (bench.mirrored("steps").len(), problems(&bench, "steps")),
            (41, vec!["mass_disappearance".to_owned()])
        );
    }
    let accepted = bench.sync_with(&world, &SyncOptions { accept_gone: true, ..bench.options.clone() });
    assert_eq!((report(&accepted, "steps").gone, report(&accepted, "steps").outcome), (37, Outcome::Ok));
    assert!(problems(&bench, "steps").is_empty());
}

#[test]
fn a_row_that_was_skipped_stays_told_while_the_steps_of_other_runs_are_read_well() {
    let world = over([(0, vec![step(0, 1), step(0, 2)]), (1, vec![step(1, 1)])]);
    world.with("steps/0", |list| list.manner.fault = Fault::BadRow);
    let bench = Bench::new();
    bench.sync(&world);
    assert_eq!(problems(&bench, "steps"), ["bad_row"]);
    world.with("runs", |list| list.rows[1].version += 1);
    let tomorrow = SyncOptions { reconcile: Duration::ZERO, ..bench.options.clone() };
    assert_eq!(report(&bench.sync_with(&world, &tomorrow), "steps").mode, Mode::Walk);
    assert_eq!(problems(&bench, "steps"), ["bad_row"]);
    world.with("steps/0", |list| list.manner.fault = Fault::None);
    bench.full(&world);
    assert!(problems(&bench, "steps").is_empty());
}

#[test]
fn the_last_words_of_a_run_are_read_though_they_come_after_it_was_over() {
    let world = over([(0, vec![step(0, 1)])]);
    world.with("runs", |list| list.rows[0].status = "RUNNING".to_owned());
    let bench = Bench::new();
    bench.sync(&world);
    world.with("runs", |list| list.rows[0].status = "DONE".to_owned());
    bench.sync(&world);
    world.with("steps/0", |list| list.rows.push(step(0, 2)));
    bench.sync(&world);
    assert_eq!(bench.mirrored("steps").len(), 2);
    // And a minute later nobody asks any more; each look at the clock of this bench is a second.
    let quiet = (0..60).any(|_| {
        world.forget_requests();
        bench.sync(&world);
        world.requests("steps/0") == 0
    });
    assert!(quiet, "a run that is over is asked for its steps for ever");
}

#[test]
fn old_runs_without_steps_do_not_hide_those_of_the_others() {
    let world = over((0..40).map(|run| (run, vec![step(run, 1)])));
    for run in 0..38 {
        world.with(&format!("steps/{run}"), |list| list.manner.fault = Fault::Refuses(FetchKind::NotOffered, 404));
    }
    let bench = Bench::new();
    assert_eq!(report(&bench.sync(&world), "steps").outcome, Outcome::Ok);
    assert_eq!(bench.mirrored("steps").len(), 2);
    world.forget_requests();
    assert_eq!(report(&bench.sync(&world), "steps").outcome, Outcome::Ok);
    let asked: usize = (0..40).map(|run| world.requests(&format!("steps/{run}"))).sum();
    assert_eq!(asked, 0, "nor is each of them asked by every sync");
}

#[test]
fn a_server_that_has_no_steps_of_any_run_is_not_asked_for_all_of_them() {
    let world = over((0..40).map(|run| (run, Vec::new())));
    for run in 0..40 {
        world.with(&format!("steps/{run}"), |list| list.manner.fault = Fault::Refuses(FetchKind::NotOffered, 404));
    }
    let bench = Bench::new();
    for _ in 0..2 {
        assert_eq!(report(&bench.sync(&world), "steps").outcome, Outcome::NotOffered);
        let asked: usize = (0..40).map(|run| world.requests(&format!("steps/{run}"))).sum();
        assert!(asked <= 16, "{asked} requests");
    }
}
