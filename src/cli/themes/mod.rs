//! `qd themes`: the colours of the console, looked at without opening it.

mod sample;

use clap::Subcommand;
use serde::Serialize;
use serde_json::json;

use super::alone::or_list;
use super::columns::{Cell, table};
use super::context::Context;
use super::out::{Form, Out};
use crate::console::own_themes;
use crate::error::{Code, Failure, Kind};
use crate::theme::{self, ColorMode, Theme};

/// Arguments of `themes`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Every theme there is, and what is wrong with those of your own
    List,
    /// Show themes in your terminal: these, or all
    Preview {
        /// Names of themes
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Print a theme's file, to begin one of your own with
    Export {
        /// Name of the theme
        name: String,
    },
}

/// A theme, wherever it is from.
#[derive(Debug, Serialize)]
struct Item {
    name: String,
    /// `built-in`, or the operator's own.
    source: &'static str,
    /// It is the one that is set.
    set: bool,
    title: Option<String>,
    /// What is wrong with it.
    error: Option<String>,
    #[serde(skip)]
    text: String,
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    let items = items(cx)?;
    match &or_list(args.verb)? {
        Verb::List => list(cx, &items),
        Verb::Preview { names } => preview(cx, &items, names),
        Verb::Export { name } => export(cx, find(&items, name)?),
    }
}

/// Every theme: the built-in ones first. One of the operator's own takes the place of a built-in one of its name.
fn items(cx: &Context) -> Result<Vec<Item>, Failure> {
    let set = cx.settings()?.theme;
    let own = own_themes(&cx.paths.themes());
    let built_in = theme::names().filter(|name| own.iter().all(|(known, _)| known != name));
    let built_in = built_in.filter_map(|name| Some((name.to_owned(), Theme::file(name)?.to_owned(), "built-in")));
    let all: Vec<_> = built_in.chain(own.iter().map(|(name, text)| (name.clone(), text.clone(), "own"))).collect();
    let item = |(name, text, source): (String, String, &'static str)| {
        let (title, error) = match Theme::parse(&text, ColorMode::True) {
            Ok(theme) => (Some(theme.title), None),
            Err(why) => (None, Some(why)),
        };
        Item { set: name == set, name, source, title, error, text }
    };
    Ok(all.into_iter().map(item).collect())
}

fn find<'a>(items: &'a [Item], name: &str) -> Result<&'a Item, Failure> {
    items.iter().find(|item| item.name == name).ok_or_else(|| {
        let known: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        Failure::new(Kind::NotFound, format!("there is no theme `{name}`"))
            .hint(format!("there are: {}", known.join(", ")))
    })
}

fn list(cx: &Context, items: &[Item]) -> Result<Code, Failure> {
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let row = |item: &Item| {
                let says = item.title.as_deref().or(item.error.as_deref()).unwrap_or_default();
                let first = says.lines().next().unwrap_or_default();
                [if item.set { "*" } else { "" }, &item.name, item.source, first].map(Cell::text).to_vec()
            };
            let rows: Vec<Vec<Cell>> = items.iter().map(row).collect();
            out.raw(&table(&cx.style, &["SET", "NAME", "FROM", "TITLE"], &rows))?;
        }
        Form::Json => out.json(&json!({"schema": "qd.themes/1", "items": items}))?,
        Form::Ndjson => items.iter().try_for_each(|item| out.json(item))?,
    }
    out.finish()?;
    Ok(Code::Done)
}

fn preview(cx: &Context, items: &[Item], names: &[String]) -> Result<Code, Failure> {
    let chosen: Vec<&Item> = match names {
        [] => items.iter().collect(),
        names => names.iter().map(|name| find(items, name)).collect::<Result<_, _>>()?,
    };
    if cx.form != Form::Plain {
        return Err(Failure::usage("a preview is for eyes").hint("qd themes list --json tells what themes there are"));
    }
    let mode = match cx.style.color {
        true => ColorMode::from_env(|name| cx.env.var(name)),
        false => ColorMode::None,
    };
    let mut out = Out::new();
    let mut wrong = false;
    for item in chosen {
        match Theme::parse(&item.text, mode) {
            Ok(theme) => out.raw(&sample::draw(&item.name, &theme, cx.style.color))?,
            Err(why) => {
                wrong = true;
                super::out::talk(&format!("{}: {why}", item.name));
            }
        }
        out.line("")?;
    }
    out.finish()?;
    Ok(if wrong { Code::Partly } else { Code::Done })
}

fn export(cx: &Context, item: &Item) -> Result<Code, Failure> {
    let mut out = Out::new();
    match cx.form {
        Form::Plain => out.raw(&item.text)?,
        _ => out.json(&json!({"schema": "qd.theme/1", "item": {"name": item.name, "toml": item.text}}))?,
    }
    out.finish()?;
    Ok(Code::Done)
}
