//! The rules of the house that no compiler holds: who may know whom, and what a library may not touch.

use std::fs;
use std::path::{Path, PathBuf};

/// A part of the tree, and the paths no code of it may name. Tests are free: they stand outside.
struct Rule {
    folder: &'static str,
    never: &'static [&'static str],
}

const TERMINAL: [&str; 4] = ["ratatui", "crossterm", "indicatif", "clap"];
const WORLD: [&str; 2] = ["std::env", "std::process"];

/// Arrows point one way: from the program to its libraries, and in `sync` from the engine down to the model.
const RULES: [Rule; 25] = [
    Rule { folder: "sync/src", never: &["quarterdeck", "quarterdeck_index", "quarterdeck_sim"] },
    Rule { folder: "index/src", never: &["quarterdeck", "quarterdeck_sync", "quarterdeck_sim"] },
    // What a query says is known without an index, and what a word is without either.
    Rule {
        folder: "index/src/query",
        never: &["tantivy", "crate::token", "crate::compile", "crate::collect", "crate::mark", "crate::schema"],
    },
    Rule {
        folder: "index/src/token",
        never: &["crate::query", "crate::compile", "crate::collect", "crate::mark", "crate::schema"],
    },
    Rule { folder: "index/src/compile", never: &["crate::collect", "crate::mark", "crate::write"] },
    Rule { folder: "sim/src", never: &["quarterdeck", "quarterdeck_sync", "quarterdeck_index"] },
    Rule { folder: "sync/src/pull", never: &["crate::engine", "crate::outbox"] },
    Rule { folder: "sync/src/outbox", never: &["crate::engine", "crate::pull"] },
    Rule { folder: "sync/src/store", never: &["crate::engine", "crate::pull", "crate::outbox", "crate::platform"] },
    Rule { folder: "sync/src/platform", never: &["crate::engine", "crate::pull", "crate::outbox", "crate::store"] },
    Rule {
        folder: "sync/src/model",
        never: &["crate::engine", "crate::pull", "crate::outbox", "crate::store", "crate::platform"],
    },
    Rule {
        folder: "sync/src/content",
        never: &["crate::engine", "crate::pull", "crate::outbox", "crate::store", "crate::platform"],
    },
    Rule { folder: "src/cli", never: &["crate::tui"] },
    Rule {
        folder: "src/tui",
        never: &["crate::cli", "crate::console", "crate::live", "crate::config", "quarterdeck_sim"],
    },
    Rule { folder: "src/search", never: &["crate::cli", "crate::tui", "crate::console", "crate::live"] },
    // Questions in, items out: for the command line and the console alike.
    Rule {
        folder: "src/inbox",
        never: &["crate::cli", "crate::tui", "crate::config", "crate::console", "crate::live", "std::fs", "tokio"],
    },
    // Numbers and timelines are for the command line and the console alike; they only read.
    Rule {
        folder: "src/numbers",
        never: &["crate::cli", "crate::tui", "crate::config", "crate::console", "crate::live", "std::fs"],
    },
    Rule {
        folder: "src/timeline",
        never: &["crate::cli", "crate::tui", "crate::config", "crate::console", "crate::live", "std::fs"],
    },
    Rule { folder: "src/config", never: &["crate::cli", "crate::tui", "crate::console", "crate::live"] },
    // Entries in, text out: for the command line and the console alike.
    Rule {
        folder: "src/transcript",
        never: &["crate::cli", "crate::tui", "crate::config", "crate::console", "crate::live", "std::fs", "tokio"],
    },
    // What an incident is, and how its pages read: values in, values and text out.
    Rule {
        folder: "src/incident",
        never: &[
            "crate::cli",
            "crate::tui",
            "crate::config",
            "crate::console",
            "crate::live",
            "crate::evidence",
            "quarterdeck_sync::store",
            "std::fs",
            "tokio",
        ],
    },
    // Where a case comes from, and where its evidence is written to: for the command line and the console alike.
    Rule { folder: "src/evidence", never: &["crate::cli", "crate::tui", "crate::console", "crate::live", "tokio"] },
    // Records in, records out: for the command line and the console alike.
    Rule {
        folder: "src/kin",
        never: &["crate::cli", "crate::tui", "crate::config", "crate::console", "crate::live", "std::fs", "tokio"],
    },
    // Views and widgets ask for what they show, and draw what has arrived.
    Rule {
        folder: "src/tui/views",
        never: &["std::fs", "std::net", "std::thread", "tokio", "quarterdeck_sync::store"],
    },
    Rule {
        folder: "src/tui/widgets",
        never: &["std::fs", "std::net", "std::thread", "tokio", "quarterdeck_sync::store"],
    },
];

#[test]
fn arrows_point_one_way() {
    for Rule { folder, never } in RULES {
        let found = offences(folder, never);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

#[test]
fn what_is_shown_of_messages_is_masked_before_it_is_taken_apart() {
    let never = ["content::entries", "quarterdeck_sync::content::entries"];
    for folder in ["src/console", "src/evidence", "src/incident", "src/cli", "src/tui", "src/inbox", "src/timeline"] {
        let found = offences(folder, &never);
        assert!(found.is_empty(), "{}: content::shown masks them", found.join("\n"));
    }
    assert!(!offences("src/search", &never).is_empty(), "this looks for nothing: what is searched is the real text");
}

/// Of the console these alone touch the world: the terminal and its bytes, signals, the loop, and the workers behind the desk.
/// Whatever takes keys in or draws waits for nothing.
const TOUCH: [&str; 5] = ["terminal.rs", "frames.rs", "signals.rs", "run.rs", "data/desk.rs"];

#[test]
fn nothing_that_draws_or_takes_keys_in_touches_the_world() {
    let never = [&WORLD[..], &["std::fs", "std::thread", "std::net::TcpStream", "tokio", "quarterdeck_sync::store"]];
    let found = offences("src/tui", &never.concat());
    let allowed = |line: &String| TOUCH.iter().any(|file| line.contains(&format!("src/tui/{file} ")));
    let found: Vec<String> = found.into_iter().filter(|line| !allowed(line)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn libraries_are_silent_and_know_no_terminal() {
    for library in ["sync", "index", "sim"] {
        let found = offences(&format!("{library}/src"), &[&TERMINAL[..], &WORLD].concat());
        assert!(found.is_empty(), "{}", found.join("\n"));
        let manifest = manifest(&format!("{library}/Cargo.toml"));
        // Printing and exiting are denied by the lints that the libraries share.
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{library}");
        for dependency in manifest["dependencies"].as_table().expect("dependencies").keys() {
            let known = dependency.replace('-', "_");
            assert!(!known.starts_with("quarterdeck") && !TERMINAL.contains(&&*known), "{library} needs {dependency}");
        }
    }
    let lints = &manifest("Cargo.toml")["workspace"]["lints"];
    assert_eq!(lints["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for denied in ["print_stdout", "print_stderr", "exit"] {
        assert_eq!(lints["clippy"][denied].as_str(), Some("deny"), "{denied}");
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let page = fs::read_to_string(root().join("docs/dependencies.md")).expect("the page");
    let reasons: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| ")?.split('|').next()).collect();
    let manifest = manifest("Cargo.toml");
    for (name, _) in manifest["workspace"]["dependencies"].as_table().expect("dependencies") {
        let told = reasons.iter().any(|names| names.split([',', ' ']).any(|known| known == name));
        assert!(told || name.starts_with("quarterdeck-"), "docs/dependencies.md does not say why {name} is here");
    }
}

#[test]
fn every_dependency_is_used() {
    for krate in ["", "sync", "index", "sim"] {
        let manifest = manifest(Path::new(krate).join("Cargo.toml").to_str().expect("UTF-8"));
        let folders = ["src", "tests", "benches"].map(|folder| root().join(krate).join(folder));
        // Two benches hold search against the same rivals.
        let shared = (krate == "index").then(|| root().join("benches/search"));
        let folders = folders.iter().chain(&shared);
        let code: String = folders.filter(|folder| folder.is_dir()).flat_map(|folder| everything(folder)).collect();
        for table in ["dependencies", "dev-dependencies"] {
            for name in manifest.get(table).and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys) {
                let path = format!("{}::", name.replace('-', "_"));
                assert!(code.contains(&path), "{krate}/Cargo.toml: nothing uses {name}");
            }
        }
    }
}

/// Where code below `folder` names what it must not.
fn offences(folder: &str, never: &[&str]) -> Vec<String> {
    let files = sources(&root().join(folder));
    assert!(!files.is_empty(), "{folder} has moved");
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("readable");
        for path in paths(&code(&text), &module(&file)) {
            let named = |never: &&&str| {
                path.strip_prefix(**never).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            };
            if never.iter().any(|never| named(&never)) {
                found.push(format!("{} names {path}", file.display()));
            }
        }
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn manifest(path: &str) -> toml::Table {
    fs::read_to_string(root().join(path)).expect("a manifest").parse().expect("TOML")
}

/// The Rust files below `folder` that are not tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let of_tests = |path: &Path| path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("tests"));
    entries
        .filter(|path| !of_tests(path))
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The text of all Rust files below `folder`, tests too.
fn everything(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| if path.is_dir() { everything(&path) } else { vec![fs::read_to_string(&path).expect("text")] })
        .collect()
}

/// The module a file is, as a path below `crate`.
fn module(file: &Path) -> Vec<String> {
    let parts: Vec<String> = file.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let below = parts.iter().rposition(|part| part == "src").map_or(0, |at| at + 1);
    let names = parts[below..].iter().map(|part| part.trim_end_matches(".rs").to_owned());
    names.filter(|name| !matches!(name.as_str(), "mod" | "lib" | "main")).collect()
}

/// What is code: no comments, and no tests that stand at the end of a file.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines = body.lines().map(|line| line.split("//").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path that code names, groups of a `use` taken apart, and `super` and `self` resolved.
fn paths(code: &str, module: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in code.chars().chain([' ']) {
        if c.is_alphanumeric() || matches!(c, '_' | ':') {
            word.push(c);
            continue;
        }
        let prefix = groups.last().cloned().unwrap_or_default();
        let whole = format!("{prefix}{}", std::mem::take(&mut word));
        if c == '{' {
            groups.push(if whole.ends_with("::") { whole } else { String::new() });
            continue;
        }
        if whole.contains("::") {
            found.push(resolved(&whole, module));
        }
        if c == '}' {
            groups.pop();
        }
    }
    found
}

fn resolved(path: &str, module: &[String]) -> String {
    let mut at: Option<Vec<String>> = None;
    let mut rest = Vec::new();
    for part in path.split("::").filter(|part| !part.is_empty()) {
        match part {
            "self" if rest.is_empty() => at = Some(module.to_vec()),
            "super" if rest.is_empty() => {
                at.get_or_insert_with(|| module.to_vec()).pop();
            }
            _ => rest.push(part.to_owned()),
        }
    }
    let from = at.map(|at| [vec!["crate".to_owned()], at].concat()).unwrap_or_default();
    [from, rest].concat().join("::")
}

#[test]
fn a_path_is_found_however_it_is_written() {
    let module = ["store".to_owned(), "filter".to_owned()];
    let seen = |code: &str| paths(code, &module);
    assert!(seen("use crate::{model::Row, platform::{self, Client}};").contains(&"crate::platform::Client".to_owned()));
    assert!(seen("use super::super::platform::Client;").contains(&"crate::platform::Client".to_owned()));
    assert!(seen("fn f() { let x = crate::pull::now(); }").contains(&"crate::pull::now".to_owned()));
    assert!(seen("use super::plan;").contains(&"crate::store::plan".to_owned()));
    assert!(paths(&code("//! [`crate::pull`] // crate::engine::x\n"), &module).is_empty());
}

/// The pages for people: the README and what stands under docs.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "md") {
                pages.push(entry);
            }
        }
    }
    pages
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let mut dead = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("text");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for link in links.filter(|link| !link.is_empty() && !link.contains("://")) {
            if !page.parent().expect("a folder").join(link).exists() {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn the_readme_is_short_and_every_command_in_it_is_one() {
    use clap::CommandFactory as _;
    let text = fs::read_to_string(root().join("README.md")).expect("text");
    assert!(text.lines().count() <= 120, "the README is for a first look");
    let collections: Vec<String> = quarterdeck_sync::platform::Registry::builtin()
        .iter()
        .flat_map(|(manifest, _)| manifest.collections.keys().cloned().collect::<Vec<_>>())
        .collect();
    let shown = text.split("```").skip(1).step_by(2).flat_map(str::lines);
    let commands: Vec<Vec<String>> = shown.filter(|line| line.starts_with("qd")).map(words).collect();
    assert!(commands.len() > 8, "the README shows what can be done");
    for words in commands {
        let parsed = quarterdeck::cli::Cli::command().try_get_matches_from(&words);
        let known = parsed.as_ref().is_ok_and(|found| match found.subcommand_name() {
            None => words.len() == 1,
            Some(name) => {
                quarterdeck::cli::Cli::command().find_subcommand(name).is_some()
                    || collections.iter().any(|known| known == name)
            }
        });
        assert!(known, "{words:?}: {:?}", parsed.err().map(|error| error.to_string()));
    }
}

/// The words of a line as a shell takes it apart, its comment left out.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.split(" #").next().unwrap_or(line).chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().expect("there is always one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Lines after which a file, or a function, holds more than one thing. A little above what we aim at (400 and 60): whoever
/// meets this splits at a seam, and not at the next best line.
const LONGEST: (usize, usize) = (440, 64);

#[test]
fn files_and_functions_stay_short_enough_to_be_read() {
    let mut long = Vec::new();
    for folder in ["src", "sync/src", "index/src", "sim/src"] {
        for file in sources(&root().join(folder)) {
            let text = fs::read_to_string(&file).expect("text");
            let lines: Vec<&str> = text.lines().collect();
            if lines.len() > LONGEST.0 {
                long.push(format!("{}: {} lines", file.display(), lines.len()));
            }
            for (at, line) in lines.iter().enumerate().filter(|(_, line)| begins_function(line)) {
                // The formatter puts the brace that ends it right below its beginning.
                let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
                let length = lines[at..].iter().position(|line| *line == end).map_or(1, |to| to + 1);
                if !line.ends_with(['}', ';']) && length > LONGEST.1 {
                    long.push(format!("{}:{}: {length} lines", file.display(), at + 1));
                }
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

fn begins_function(line: &str) -> bool {
    let words = line.trim_start().split(' ');
    words
        .take_while(|word| matches!(*word, "pub" | "async" | "const" | "fn") || word.starts_with("pub("))
        .any(|word| word == "fn")
}
