//! The environment, read here and nowhere else.

use std::ffi::OsString;
use std::path::PathBuf;

use quarterdeck_sync::model::By;

/// What the environment says, as far as it concerns us.
#[derive(Debug, Clone, Default)]
pub struct Env {
    /// `QD_HOME`: everything of ours lives below it.
    pub home: Option<PathBuf>,
    /// `QD_LOG`: what to log, in the words of `tracing`'s filters.
    pub log: Option<String>,
    /// `NO_COLOR` is set to anything but nothing.
    pub no_color: bool,
    /// `CLICOLOR=0`.
    pub clicolor_off: bool,
    /// `CLICOLOR_FORCE` is set to anything but nothing or `0`.
    pub clicolor_force: bool,
    /// `TERM`.
    pub term: Option<String>,
    /// `COLORTERM`.
    pub colorterm: Option<String>,
    /// `SSH_CONNECTION` or `SSH_CLIENT`: where the terminal is, when it is elsewhere.
    pub ssh: Option<String>,
    /// `VISUAL`, else `EDITOR`.
    pub editor: Option<String>,
}

impl Env {
    /// Reads it.
    pub fn read() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            home: os("QD_HOME").map(PathBuf::from),
            log: text("QD_LOG"),
            no_color: os("NO_COLOR").is_some(),
            clicolor_off: text("CLICOLOR").is_some_and(|value| value == "0"),
            clicolor_force: text("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
            term: text("TERM"),
            colorterm: text("COLORTERM"),
            ssh: text("SSH_CONNECTION").or_else(|| text("SSH_CLIENT")),
            editor: text("VISUAL").or_else(|| text("EDITOR")),
        }
    }

    /// A variable that says something about the terminal, by its name; those above and no others.
    pub fn var(&self, name: &str) -> Option<String> {
        let flag = |set: bool, value: &str| set.then(|| value.to_owned());
        match name {
            "TERM" => self.term.clone(),
            "COLORTERM" => self.colorterm.clone(),
            "NO_COLOR" => flag(self.no_color, "1"),
            "CLICOLOR" => flag(self.clicolor_off, "0"),
            "CLICOLOR_FORCE" => flag(self.clicolor_force, "1"),
            _ => None,
        }
    }

    /// Who is at the keyboard: for the audit log.
    pub fn by(&self) -> By {
        By {
            user: whoami::username(),
            host: whoami::fallible::hostname().unwrap_or_else(|_| "unknown".to_owned()),
            ssh: self.ssh.as_deref().and_then(|ssh| ssh.split_whitespace().next()).map(str::to_owned),
        }
    }

    /// A terminal that can only print lines.
    pub fn dumb(&self) -> bool {
        self.term.as_deref() == Some("dumb")
    }
}

fn os(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
