//! The command line described by its own definition: `qd man`, and docs/cli.md.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};

use super::Cli;
use super::out::Out;
use crate::error::{Code, Failure};

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The reference of every command, in Markdown
    #[arg(long)]
    markdown: bool,
}

/// Prints the manual page.
pub fn run(args: &Args) -> Result<Code, Failure> {
    let mut out = Out::new();
    if args.markdown {
        out.raw(&markdown())?;
    } else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        out.raw(&String::from_utf8_lossy(&page))?;
    }
    out.finish()?;
    Ok(Code::Done)
}

/// The reference of the command line, as docs/cli.md holds it.
fn markdown() -> String {
    let mut out = String::from(
        "# The command line\n\n\
         Generated from the program's own definition; a test keeps it fresh \
         (`QD_BLESS=1 cargo test --lib` writes it anew).\n\n\
         stdout is data, stderr is talk. `--json` answers with one object `{\"schema\", \"items\"}` or \
         `{\"schema\", \"item\"}`, `--ndjson` with one value a line; errors are then \
         `{\"error\": {\"code\", \"kind\", \"message\", \"hint\", \"retryable\"}}` on stderr. \
         The report of `qd sync` is for people on a terminal; in a pipe or a file it is that of `--json` without being asked.\n\n\
         | exit code | means |\n|---|---|\n",
    );
    for (code, means) in CODES {
        let _ = writeln!(out, "| {} | {means} |", *code as u8);
    }
    let mut root = Cli::command();
    root.build();
    write_command(&mut out, &root, &mut Vec::new());
    out
}

const CODES: &[(Code, &str)] = &[
    (Code::Done, "done"),
    (Code::Fault, "our fault"),
    (Code::Usage, "the command, a file or an argument is wrong"),
    (Code::Auth, "not signed in, or forbidden; decisions that wait for that are kept"),
    (Code::Unreachable, "no usable answer from the platform"),
    (Code::Partly, "partly: some connections, lists, rows or writes ended otherwise than the rest, or it was stopped"),
    (Code::Queued, "queued, not sent; or sent without an answer, which the next look settles"),
    (Code::Conflicted, "somebody else got there first; nothing was sent"),
    (Code::Refused, "expired, refused by the platform, or senseless as things stand"),
    (Code::NotFound, "no such record, write, connection, platform or collection"),
    (Code::Held, "another qd holds the lease"),
];

fn write_command<'a>(out: &mut String, command: &'a Command, path: &mut Vec<&'a str>) {
    path.push(command.get_name());
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    let _ = write!(out, "\n## `{}`\n\n{about}\n", path.join(" "));
    let (flags, places): (Vec<&Arg>, Vec<&Arg>) = command
        .get_arguments()
        // What every command takes stands once, at the top.
        .filter(|arg| !arg.is_hide_set() && (path.len() == 1 || !arg.is_global_set()) && arg.get_id() != "help")
        .partition(|arg| !arg.is_positional());
    if !places.is_empty() || !flags.is_empty() {
        out.push_str("\n| argument | means |\n|---|---|\n");
    }
    for arg in places.into_iter().chain(flags) {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(out, "| `{}` | {} |", spelled(arg), help.replace('|', "\\|"));
    }
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set()) {
        write_command(out, sub, path);
    }
    path.pop();
}

/// As it is typed: `-q, --quiet`, `--every <EVERY>`, `[NAMES]...`.
fn spelled(arg: &Arg) -> String {
    let long = arg.to_string();
    match arg.get_short().filter(|_| arg.get_long().is_some()) {
        Some(short) => format!("-{short}, {long}"),
        None => long,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_reference_is_that_of_this_program() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
        let fresh = markdown();
        if std::env::var_os("QD_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == fresh, "docs/cli.md is stale: QD_BLESS=1 cargo test --lib");
    }

    #[test]
    fn nothing_can_be_typed_that_is_not_described() {
        fn look(command: &Command) {
            for arg in command.get_arguments() {
                assert!(!arg.is_hide_set() && arg.get_help().is_some(), "{} {arg}", command.get_name());
            }
            for sub in command.get_subcommands() {
                assert!(!sub.is_hide_set() && sub.get_about().is_some(), "{}", sub.get_name());
                look(sub);
            }
        }
        look(&Cli::command());
    }
}
