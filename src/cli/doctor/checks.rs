//! What `qd doctor` looks at, one function each.

use std::path::Path;

use quarterdeck_sync::model::WriteState;
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::store::Mirror;

use super::{Check, State};
use crate::cli::columns::grouped;
use crate::cli::context::Context;
use crate::cli::render::plural;
use crate::config::{self, Holder, Lease};
use crate::error::Failure;
use crate::search;

/// Everything, in the order in which it is shown.
pub fn all(cx: &Context) -> Vec<Check> {
    let mut checks = vec![Check::ok("qd", format!("{} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS))];
    checks.extend(folders(cx));
    checks.extend(files(cx));
    checks.push(settings(cx));
    checks.extend(platforms(cx));
    checks.extend(connections(cx));
    checks.push(lease(cx));
    checks.push(mirror(cx));
    checks.push(index(cx));
    checks.extend(outbox(cx));
    checks.push(terminal(cx));
    checks
}

fn folders(cx: &Context) -> Vec<Check> {
    let mut seen: Vec<&Path> = Vec::new();
    [("config folder", &cx.paths.config_dir), ("data folder", &cx.paths.data_dir), ("log folder", &cx.paths.log_dir)]
        .into_iter()
        .filter(|(_, path)| {
            !seen.contains(&path.as_path()) && {
                seen.push(path);
                true
            }
        })
        .map(|(name, path)| {
            if path.exists() {
                folder(name, path)
            } else {
                Check::ok(name, format!("{} (made when it is needed)", path.display()))
            }
        })
        .collect()
}

fn files(cx: &Context) -> Vec<Check> {
    let paths = [
        ("connections", cx.paths.connections()),
        ("mirror file", cx.paths.mirror()),
        ("outbox file", cx.paths.outbox()),
        ("log", cx.paths.log()),
    ];
    paths.into_iter().filter(|(_, path)| path.exists()).map(|(name, path)| private(name, &path, 0o600)).collect()
}

/// Whether files can be made in a folder that is there, and whether others may look inside.
fn folder(name: &str, path: &Path) -> Check {
    match tempfile::tempfile_in(path) {
        Ok(_) => private(name, path, 0o700),
        Err(error) => {
            let found = format!("nothing can be written to {}: {error}", path.display());
            let hint = "it must belong to you, be writable and have room; QD_HOME=DIR names another".to_owned();
            Check::wrong(State::Bad, name, found, Some(hint))
        }
    }
}

/// Whether others may look into what is there. Where files have no modes there is nothing to find.
fn private(name: &str, path: &Path, should: u32) -> Check {
    let shown = path.display();
    match config::mode(path) {
        Some(mode) if mode & 0o077 != 0 => {
            let found = format!("{shown} has mode {mode:04o}: others may look inside");
            Check::wrong(State::Warning, name, found, Some(format!("chmod {should:o} '{shown}'")))
        }
        _ => Check::ok(name, shown.to_string()),
    }
}

fn settings(cx: &Context) -> Check {
    let path = cx.paths.settings();
    match cx.settings() {
        Ok(_) if path.exists() => Check::ok("settings", path.display().to_string()),
        Ok(_) => Check::ok("settings", format!("all as they come ({} is not there)", path.display())),
        Err(failure) => Check::failed("settings", failure),
    }
}

fn platforms(cx: &Context) -> Vec<Check> {
    let (registry, wrong) = quarterdeck_sync::platform::Registry::load(&cx.paths.platforms());
    let names: Vec<&str> = registry.iter().map(|(manifest, _)| manifest.name.as_str()).collect();
    let known = Check::ok("platforms", names.join(", "));
    std::iter::once(known)
        .chain(wrong.into_iter().map(|error| Check::failed("manifest", Failure::from(error))))
        .collect()
}

/// Each connection: is its platform known, can its secret be had, does the secret suit it?
fn connections(cx: &Context) -> Vec<Check> {
    let all = match cx.connections().and_then(|all| Ok(all.pick(&[])?)) {
        Ok(all) => all,
        Err(failure) => return vec![Check::failed("connections", failure)],
    };
    if all.is_empty() {
        let hint = "qd connect add NAME --platform P --url U, or qd demo".to_owned();
        return vec![Check::wrong(State::Warning, "connections", "none", Some(hint))];
    }
    let settings = cx.settings().unwrap_or_default();
    let (registry, _) = quarterdeck_sync::platform::Registry::load(&cx.paths.platforms());
    let made = config::clients(&all, &registry, &settings);
    all.iter()
        .zip(made)
        .map(|((name, connection), made)| {
            let what = format!("connection {name}");
            match made {
                Ok(_) => Check::ok(what, format!("{}, secret in {}", connection.platform, connection.secret)),
                Err(failure) => Check::failed(what, failure),
            }
        })
        .collect()
}

fn lease(cx: &Context) -> Check {
    match Lease::held(&cx.paths.lease()) {
        Ok(None) => Check::ok("lease", "free"),
        Ok(Some(holder)) => {
            let who = holder.as_ref().map_or_else(|| "another qd".to_owned(), Holder::to_string);
            Check::ok("lease", format!("{who} pulls"))
        }
        Err(error) => Check::failed("lease", error.into()),
    }
}

fn mirror(cx: &Context) -> Check {
    if !cx.paths.mirror().exists() {
        return Check::ok("mirror", "empty: nothing was synced yet");
    }
    let look = || -> Result<Check, Failure> {
        let mirror = cx.mirror()?;
        let reader = mirror.reader()?;
        let lists = reader.freshness()?;
        let rows: u64 = lists.iter().map(|list| list.mirror_count).sum();
        let problems: u64 = lists.iter().map(|list| list.problems).sum();
        let found = format!("schema {}, {} records in {} lists", Mirror::SCHEMA, grouped(rows), lists.len());
        if problems == 0 {
            return Ok(Check::ok("mirror", found));
        }
        let found = format!("{found}, {} open problems", grouped(problems));
        Ok(Check::wrong(State::Warning, "mirror", found, Some("qd status shows them".to_owned())))
    };
    look().unwrap_or_else(|failure| Check::failed("mirror", failure))
}

/// The search index: can it be read, and is it up to the mirror?
fn index(cx: &Context) -> Check {
    let look = || -> Result<Check, Failure> {
        let standing = search::standing(&cx.mirror()?.reader()?, &cx.paths.search())?;
        let (records, entries) = (grouped(standing.records), grouped(standing.entries));
        Ok(match (standing.seq, standing.behind) {
            (None, _) => Check::ok("index", "not made yet: the next sync makes it"),
            (Some(_), 0) => Check::ok("index", format!("{records} records and {entries} entries")),
            (Some(_), behind) => {
                let found = format!("{records} records and {entries} entries, {} behind", grouped(behind));
                Check::wrong(State::Warning, "index", found, Some("qd index rebuild, or the next sync".to_owned()))
            }
        })
    };
    look().unwrap_or_else(|failure| Check::failed("index", failure))
}

/// The outbox, its audit log walked from end to end, what is paused, and files that were set aside.
fn outbox(cx: &Context) -> Vec<Check> {
    let mut checks = Vec::new();
    if cx.paths.outbox().exists() {
        let quiet = Context { quiet: true, ..cx.clone() };
        match quiet.outbox().and_then(|outbox| look_into(&outbox)) {
            Ok(found) => checks.extend(found),
            Err(failure) => checks.push(Check::failed("outbox", failure)),
        }
    } else {
        checks.push(Check::ok("outbox", "empty: nothing was decided yet"));
    }
    for path in cx.paths.damaged_outboxes() {
        let found = format!("a damaged one was set aside: {}", path.display());
        let hint =
            "decisions that were not sent are in it alone; move it elsewhere when you have seen to it".to_owned();
        checks.push(Check::wrong(State::Bad, "outbox", found, Some(hint)));
    }
    checks
}

fn look_into(outbox: &Outbox) -> Result<Vec<Check>, Failure> {
    let counts = outbox.counts()?;
    let sum = |which: fn(WriteState) -> bool| -> u64 {
        counts.iter().filter(|(state, _)| which(*state)).map(|(_, count)| count).sum()
    };
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let (open, waiting) = (sum(WriteState::is_open), sum(WriteState::needs_person));
    let found = format!(
        "schema {}, {}: {} under way, {} waiting for you",
        Outbox::SCHEMA,
        plural(all, "write", "writes"),
        grouped(open),
        grouped(waiting)
    );
    let mut checks = vec![match waiting {
        0 => Check::ok("outbox", found),
        _ => Check::wrong(State::Warning, "outbox", found, Some("qd outbox list shows them".to_owned())),
    }];
    let proof = outbox.verify()?;
    checks.push(match proof.broken {
        None => Check::ok("audit log", format!("{}, unbroken", plural(proof.entries, "line", "lines"))),
        Some((line, why)) => {
            let hint = "qd audit verify tells more: compare it with an export or a copy".to_owned();
            Check::wrong(State::Bad, "audit log", format!("broken at line {line}: {why}"), Some(hint))
        }
    });
    for paused in outbox.paused()? {
        let name = &paused.connection;
        let hint = format!("qd connect test {name}, when its secret is right again");
        let found = format!("not written to: {}", paused.message);
        checks.push(Check::wrong(State::Warning, format!("connection {name}"), found, Some(hint)));
    }
    Ok(checks)
}

fn terminal(cx: &Context) -> Check {
    let term = cx.env.term.as_deref().unwrap_or("unknown");
    let colour = match (cx.style.color, cx.env.colorterm.as_deref()) {
        (false, _) => "no colour".to_owned(),
        (true, Some(depth)) => format!("colour ({depth})"),
        (true, None) => "colour".to_owned(),
    };
    let size = crossterm::terminal::size().map(|(columns, rows)| format!(", {columns}x{rows}")).unwrap_or_default();
    if cx.style.terminal {
        Check::ok("terminal", format!("{term}, {colour}{size}"))
    } else {
        Check::ok("terminal", format!("stdout is not a terminal (TERM is {term})"))
    }
}
