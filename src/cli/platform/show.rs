//! `qd platform list`, `show` and `export`.

use quarterdeck_sync::platform::manifest::{Auth, Collection, Delta, Paging, Partition};
use quarterdeck_sync::platform::{Manifest, Origin};
use quarterdeck_sync::text::Clean;
use serde_json::{Value, json};

use super::{actions, named};
use crate::cli::columns::{Cell, table};
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::error::{Code, Failure, Kind};

/// Arguments of `platform show` and `platform export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the platform
    name: String,
}

pub fn list(cx: &Context) -> Result<Code, Failure> {
    let registry = cx.registry();
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let rows: Vec<Vec<Cell>> = registry
                .iter()
                .map(|(manifest, origin)| {
                    vec![
                        Cell::text(&manifest.name),
                        Cell::text(&manifest.title),
                        Cell::count(manifest.collections.len() as u64),
                        Cell::text(sign_in(manifest)),
                        Cell::text(from(origin)),
                    ]
                })
                .collect();
            out.raw(&table(&cx.style, &["NAME", "TITLE", "COLLECTIONS", "SIGN-IN", "FROM"], &rows))?;
        }
        Form::Json => {
            let items: Vec<Value> = registry.iter().map(|(manifest, origin)| item(manifest, origin)).collect();
            out.json(&json!({"schema": "qd.platforms/1", "items": items}))?;
        }
        Form::Ndjson => registry.iter().try_for_each(|(manifest, origin)| out.json(&item(manifest, origin)))?,
    }
    out.finish()?;
    Ok(Code::Done)
}

pub fn show(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let registry = cx.registry();
    let (manifest, origin) = named(&registry, &args.name, Kind::NotFound)?;
    let mut out = Out::new();
    match cx.form {
        Form::Json => out.json(&json!({"schema": "qd.platform/1", "item": item(manifest, origin)}))?,
        Form::Ndjson => out.json(&item(manifest, origin))?,
        Form::Plain => {
            let url = manifest.base_url.as_deref().unwrap_or("each organisation has its own");
            let title = format!("{} ({}), from {}", manifest.title, manifest.name, from(origin));
            out.line(Clean::line(&title).as_str())?;
            out.line(Clean::line(&format!("url      {url}")).as_str())?;
            out.line(Clean::line(&format!("sign-in  {}", sign_in(manifest))).as_str())?;
            out.line("")?;
            let rows: Vec<Vec<Cell>> = manifest.collections.values().map(row).collect();
            out.raw(&table(&cx.style, &["COLLECTION", "KIND", "PATH", "PAGES", "NEWS", "IN PARTS"], &rows))?;
            out.raw(&actions::plain(&cx.style, manifest))?;
        }
    }
    out.finish()?;
    Ok(Code::Done)
}

pub fn export(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let registry = cx.registry();
    named(&registry, &args.name, Kind::NotFound)?;
    let text = registry.source(&args.name).unwrap_or_default();
    let mut out = Out::new();
    out.raw(Clean::block(text).as_str())?;
    out.finish()?;
    Ok(Code::Done)
}

fn row(collection: &Collection) -> Vec<Cell> {
    [
        collection.name.as_str(),
        collection.kind.as_str(),
        &collection.list,
        paging(&collection.paging),
        delta(&collection.delta),
        &parts(collection).unwrap_or_else(|| "-".to_owned()),
    ]
    .into_iter()
    .map(Cell::text)
    .collect()
}

fn item(manifest: &Manifest, origin: &Origin) -> Value {
    let collections: Vec<Value> = manifest
        .collections
        .values()
        .map(|collection| {
            json!({
                "name": collection.name, "kind": collection.kind, "path": collection.list,
                "pages": paging(&collection.paging), "news": delta(&collection.delta), "in_parts": parts(collection),
            })
        })
        .collect();
    json!({
        "name": manifest.name, "title": manifest.title, "url": manifest.base_url,
        "sign_in": manifest.auth.iter().map(auth).collect::<Vec<_>>(), "from": from(origin),
        "collections": collections, "actions": actions::items(manifest),
    })
}

fn from(origin: &Origin) -> String {
    match origin {
        Origin::BuiltIn => "built in".to_owned(),
        Origin::File { path, replaces: false } => path.display().to_string(),
        Origin::File { path, replaces: true } => format!("{} (replaces the built-in one)", path.display()),
    }
}

fn sign_in(manifest: &Manifest) -> String {
    manifest.auth.iter().map(auth).collect::<Vec<_>>().join(" or ")
}

fn auth(auth: &Auth) -> String {
    match auth {
        Auth::Header { name, .. } => format!("key in {name}"),
        Auth::Bearer { .. } => "bearer key".to_owned(),
        Auth::Session { .. } => "user and password".to_owned(),
    }
}

fn paging(paging: &Paging) -> &'static str {
    match paging {
        Paging::None => "none",
        Paging::Offset { .. } => "offset",
        Paging::Cursor { .. } => "cursor",
        Paging::Page { .. } => "page",
    }
}

fn delta(delta: &Delta) -> &'static str {
    match delta {
        Delta::Full => "full",
        Delta::NewestFirst { .. } => "newest-first",
        Delta::Since { .. } => "since",
    }
}

fn parts(collection: &Collection) -> Option<String> {
    match collection.partition.as_ref()? {
        Partition::Values { param, values } => Some(format!("{param} = {}", values.join(", "))),
        Partition::Parent { collection, .. } => Some(format!("for each of {collection}")),
    }
}
