//! A verb that clap does not know: looked up among the actions of the manifests, and parsed by a definition made from them. So
//! `qd alerts acknowledge ID` has the flags and the help of `qd agents suspend ID`, and an action's arguments are flags too.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args as _, Command, FromArgMatches};
use quarterdeck_sync::outbox::action;
use quarterdeck_sync::outbox::decide::Target;
use quarterdeck_sync::platform::manifest::Action;
use quarterdeck_sync::platform::{Manifest, Registry};
use serde_json::Value;

use super::desk::Desk;
use super::errand::Errand;
use super::fields::{Fields, value_of};
use super::flags::{Shared, Targets};
use super::wish::Wish;
use crate::cli::context::{Context, Noun};
use crate::cli::noun::ParseError;
use crate::cli::{Global, reading};
use crate::error::{Code, Failure, Kind};
use crate::names::nearest;

/// What such a verb was found to ask for.
#[derive(Debug)]
pub enum Asking {
    /// Something to do to records.
    Do(Wish),
    /// Something to make.
    Make(Making),
}

impl Asking {
    /// Carries it out.
    pub fn run(self, cx: &Context, noun: &Noun) -> Result<Code, Failure> {
        match self {
            Asking::Do(wish) => wish.run(cx, noun),
            Asking::Make(making) => making.run(cx, noun),
        }
    }
}

/// The platforms' actions of one verb on one noun.
struct Found<'a> {
    actions: Vec<&'a Action>,
    /// Platforms that lack it, and why.
    lacking: Vec<(&'a str, &'a str)>,
}

/// Reads a verb of `noun` and what follows it.
pub fn parse(noun: &Noun, words: &[OsString], registry: &Registry) -> Result<(Global, Asking), ParseError> {
    let verb = words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let found = find(noun, &verb, registry);
    if found.actions.is_empty() {
        return Err(ParseError::Failure(missing(noun, &verb, &found.lacking, registry)));
    }
    let creates = found.actions.iter().all(|action| action.creates);
    let edits = creates || found.actions.iter().any(|action| action.edits.is_some());
    let args = arguments(&found.actions);
    let matches =
        definition(noun, &verb, creates, edits, &args).try_get_matches_from(&words[1..]).map_err(ParseError::Clap)?;
    let read = || -> Result<_, clap::Error> {
        let shared = Shared::from_arg_matches(&matches)?;
        let given = args.keys().filter_map(|name| {
            let text = matches.try_get_one::<String>(name).ok().flatten()?;
            Some((name.clone(), value_of(text)))
        });
        let given = given.collect();
        let asking = match creates {
            true => Asking::Make(Making {
                verb: verb.clone(),
                connection: Place::from_arg_matches(&matches)?.connection,
                fields: Fields::from_arg_matches(&matches)?,
                args: given,
                shared,
            }),
            false => Asking::Do(Wish {
                args: given,
                fields: if edits { Some(Fields::from_arg_matches(&matches)?) } else { None },
                ..Wish::new(&verb, Targets::from_arg_matches(&matches)?, shared)
            }),
        };
        Ok((Global::from_arg_matches(&matches)?, asking))
    };
    read().map_err(ParseError::Clap)
}

/// Every collection that `noun` means, with its manifest.
fn collections<'a>(noun: &'a Noun, registry: &'a Registry) -> impl Iterator<Item = (&'a Manifest, &'a str)> {
    let scope = noun.scope();
    registry.iter().flat_map(move |(manifest, _)| {
        let scope = scope.clone();
        let meant = manifest.collections.iter().filter(move |(name, collection)| {
            scope.kinds.contains(&collection.kind) || scope.collections.contains(name)
        });
        meant.map(|(name, _)| (&**manifest, name.as_str()))
    })
}

fn find<'a>(noun: &'a Noun, verb: &str, registry: &'a Registry) -> Found<'a> {
    let mut found = Found { actions: Vec::new(), lacking: Vec::new() };
    for (manifest, collection) in collections(noun, registry) {
        for (_, action) in action::verbs(manifest, collection).into_iter().filter(|(known, _)| *known == verb) {
            match action {
                Ok(action) => found.actions.push(action),
                Err(why) => found.lacking.push((&manifest.title, why)),
            }
        }
    }
    found
}

/// The arguments of actions, with the values each may have; none named: any.
fn arguments(actions: &[&Action]) -> BTreeMap<String, BTreeSet<String>> {
    let mut args: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, values) in actions.iter().flat_map(|action| &action.args) {
        args.entry(name.clone()).or_default().extend(values.iter().cloned());
    }
    args
}

fn definition(
    noun: &Noun,
    verb: &str,
    creates: bool,
    edits: bool,
    args: &BTreeMap<String, BTreeSet<String>>,
) -> Command {
    let name = format!("qd {} {verb}", noun.name());
    let mut command = Command::new(name.clone()).bin_name(name).no_binary_name(true);
    command = if creates { Place::augment_args(command) } else { Targets::augment_args(command) };
    if edits {
        command = Fields::augment_args(command);
    }
    command = Global::augment_args(Shared::augment_args(command));
    // Last: each set of flags brings a text of its own along.
    command = command.about(match creates {
        true => format!("Make something new among {}", noun.name()),
        false => format!("The action {verb} of a platform, on records of {}", noun.name()),
    });
    for (name, values) in args {
        // What we have a flag for already means the same here.
        if command.get_arguments().any(|arg| arg.get_id() == name.as_str() || arg.get_long() == Some(name)) {
            continue;
        }
        let mut arg = Arg::new(name.clone()).long(name.clone()).help("An argument of the platform's action");
        if !values.is_empty() {
            arg = arg.value_parser(PossibleValuesParser::new(values.iter().cloned()));
        }
        command = command.arg(arg);
    }
    command
}

/// Why there is no such verb, and which there are.
fn missing(noun: &Noun, verb: &str, lacking: &[(&str, &str)], registry: &Registry) -> Failure {
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (manifest, collection) in collections(noun, registry) {
        let verbs = action::verbs(manifest, collection);
        let verbs = verbs.into_iter().filter_map(|(verb, action)| action.ok().map(|_| verb));
        known.entry(&manifest.title).or_default().extend(verbs);
    }
    known.retain(|_, verbs| !verbs.is_empty());
    let list = |verbs: &BTreeSet<&str>| verbs.iter().copied().collect::<Vec<_>>().join(", ");
    let lists: Vec<String> = known.iter().map(|(title, verbs)| format!("{title}: {}", list(verbs))).collect();
    let there_are = match lists.is_empty() {
        true => format!("list and show are all there is for {}", noun.name()),
        false => format!("beside list and show there are, on {}", lists.join("; on ")),
    };
    if !lacking.is_empty() {
        let whys: Vec<String> = lacking.iter().map(|(title, why)| format!("{title}: {why}")).collect();
        return Failure::new(Kind::Capability, whys.join("\n")).hint(there_are);
    }
    let failure = Failure::usage(format!("nothing called {verb:?} can be done to {}", noun.name()));
    let near = nearest(verb, known.values().flatten().copied().chain(["list", "show"]));
    let near = near.map(|near| format!("did you mean `qd {} {near}`? ", noun.name())).unwrap_or_default();
    failure.hint(format!("{near}{there_are}"))
}

/// Where something is to be made.
#[derive(Debug, Clone, Default, clap::Args)]
struct Place {
    /// The connection; needless where only one can make it
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
}

/// Something to make, as it was typed.
#[derive(Debug)]
pub struct Making {
    verb: String,
    connection: Option<String>,
    fields: Fields,
    args: BTreeMap<String, Value>,
    shared: Shared,
}

impl Making {
    fn run(self, cx: &Context, noun: &Noun) -> Result<Code, Failure> {
        let desk = Desk::open(cx)?;
        let (connection, collection) = self.place(cx, &desk, noun)?;
        let manifest = desk.manifest_of(&connection)?;
        let mut asked = self.shared.asked(&self.verb, self.args, desk.by());
        asked.args.insert("doc".to_owned(), self.fields.read()?.over(&Value::Object(serde_json::Map::new()))?);
        let target = Target::New { connection: &connection, collection: &collection };
        let items = vec![(manifest, target, asked)];
        Errand { noun: noun.name(), verb: &self.verb, items, bulk: false }.carry_out(cx, &desk, &self.shared)
    }

    /// The connection and collection in which it is made.
    fn place(&self, cx: &Context, desk: &Desk, noun: &Noun) -> Result<(String, String), Failure> {
        let asked: Vec<String> = self.connection.iter().cloned().collect();
        reading::check_connections(cx, &desk.reader, &asked)?;
        let mut places = Vec::new();
        for (name, connection) in desk.connections.pick(&asked)? {
            for (manifest, collection) in collections(noun, &desk.registry) {
                let made = action::find(manifest, collection, &self.verb).is_ok_and(|(_, action)| action.creates);
                if manifest.name == connection.platform && made {
                    places.push((name.clone(), collection.to_owned()));
                }
            }
        }
        match places.len() {
            0 => {
                Err(Failure::new(Kind::Capability, format!("no connection of yours can {} {}", self.verb, noun.name()))
                    .hint("`qd connect list` shows them, `qd platform show NAME` what a platform can do"))
            }
            1 => Ok(places.swap_remove(0)),
            _ => {
                let names: Vec<&str> = places.iter().map(|(name, _)| name.as_str()).collect();
                Err(Failure::usage(format!("it is not said where: {}", names.join(", "))).hint("-c NAME says it"))
            }
        }
    }
}
