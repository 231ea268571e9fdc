//! `qd sessions export ID`: a session as a document.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use jiff::Zoned;

use super::open::{self, Opening};
use crate::cli::context::{Context, Noun};
use crate::cli::file;
use crate::cli::out::Out;
use crate::error::{Code, Failure};
use crate::kin;
use crate::transcript::{Exporter, Format, Summary};

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The record's id, the beginning of it, or connection/id
    #[arg(value_name = "ID", required_unless_present = "file")]
    id: Option<String>,
    /// Take what was exported as JSON instead, here or elsewhere; - reads it from stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["id", "connection", "offline", "with_subagents"])]
    file: Option<PathBuf>,
    /// Markdown, a web page in one file, or JSON that is complete; without it what the file's name ends in says it, else md
    #[arg(long, value_name = "FORMAT")]
    format: Option<Written>,
    /// A new file to write it to, instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long, requires = "output")]
    force: bool,
    /// The sessions of its subagents behind it, as far as the mirror has them
    #[arg(long)]
    with_subagents: bool,
    #[command(flatten)]
    opening: Opening,
}

/// The word of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Written {
    /// Markdown, for people.
    Md,
    /// A web page in one file, for people.
    Html,
    /// JSON, complete: `entries --file` reads it back.
    Json,
}

impl From<Written> for Format {
    fn from(written: Written) -> Self {
        match written {
            Written::Md => Format::Markdown,
            Written::Html => Format::Html,
            Written::Json => Format::Json,
        }
    }
}

impl Args {
    fn format(&self, cx: &Context) -> Format {
        let end = self.output.as_ref().and_then(|file| file.extension()?.to_str());
        let by_name = || end.and_then(|end| end.to_ascii_lowercase().parse().ok());
        let usual = if cx.form.is_json() { Format::Json } else { Format::Markdown };
        self.format.map(Format::from).or_else(by_name).unwrap_or(usual)
    }
}

/// Runs it.
pub fn run(cx: &Context, noun: &Noun, args: &Args) -> Result<Code, Failure> {
    if let Some(path) = &args.output {
        // Before anything is asked of anybody.
        file::check(path, args.force)?;
    }
    let format = args.format(cx);
    match &args.output {
        None => {
            let mut out = Out::new();
            write(cx, noun, args, format, out.writer())?;
            out.finish()?;
        }
        Some(path) => {
            let entries = file::whole(path, args.force, |to| write(cx, noun, args, format, to))?;
            let shown = path.display();
            cx.say(&format!("{} in {shown}", crate::amounts::plural(entries, "entry", "entries")));
        }
    }
    Ok(Code::Done)
}

/// Writes the document, and says how many entries of the session itself are in it.
fn write(cx: &Context, noun: &Noun, args: &Args, format: Format, to: &mut dyn Write) -> Result<u64, Failure> {
    let now = Zoned::now();
    let mut exporter = Exporter::new(format, to);
    if let Some(file) = &args.file {
        let (transcript, subagents) = open::file(cx, noun, file, &args.opening)?;
        for one in std::iter::once(&transcript).chain(&subagents) {
            exporter.session(one)?;
        }
        exporter.finish()?;
        return Ok(transcript.entries().len() as u64);
    }
    let opened = open::open(cx, noun, args.id.as_deref().unwrap_or_default(), &args.opening)?;
    opened.say(cx, &now);
    exporter.session(&opened.transcript)?;
    if args.with_subagents {
        // One at a time: a session may have started hundreds.
        let named = Summary::of(opened.transcript.entries()).subagents;
        for record in kin::subagents(&cx.reader()?, opened.transcript.record(), &named)? {
            let id = record.row.id.clone();
            match open::record(cx, noun, record, &args.opening) {
                Ok(sub) => exporter.session(&sub.transcript)?,
                Err(failure) => cx.warn(&format!("the subagent's session {id} is left out: {}", failure.message)),
            }
        }
    }
    exporter.finish()?;
    Ok(opened.transcript.entries().len() as u64)
}
