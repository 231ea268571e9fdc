//! The person's own editor, on a file that nobody else can read.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::config::Env;
use crate::error::{Failure, Kind};

/// What is opened where neither `$VISUAL` nor `$EDITOR` says otherwise.
const USUAL: &str = "vi";

/// A text on its way through an editor. The file goes with it, unless it is [kept](Draft::keep).
#[derive(Debug)]
pub struct Draft {
    folder: TempDir,
    file: PathBuf,
}

impl Draft {
    /// Writes the text into a file of its own, called after `name`: editors show it, and know JSON by its ending.
    pub fn new(name: &str, text: &str) -> Result<Self, Failure> {
        let folder = private_folder()
            .map_err(|error| Failure::new(Kind::Io, format!("no temporary folder to be had: {error}")))?;
        let safe: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        let file = folder.path().join(format!("{}.json", safe.get(..60).unwrap_or(&safe)));
        std::fs::write(&file, text).map_err(|error| unreadable(&file, &error))?;
        Ok(Self { folder, file })
    }

    /// Opens the editor and waits for its end; what the file holds then.
    ///
    /// # Errors
    /// When there is no such editor, or it ended with an error: as people tell editors not to go on.
    pub fn edit(&self, env: &Env) -> Result<String, Failure> {
        let editor = env.editor.as_deref().unwrap_or(USUAL);
        let status = command(editor, &self.file).status().map_err(|error| {
            Failure::usage(format!("{editor}: {error}"))
                .hint("VISUAL or EDITOR names the editor; --file F does without")
        })?;
        if !status.success() {
            let why = format!("{editor} ended with {status}: nothing was decided");
            return Err(Failure::new(Kind::Stopped, why));
        }
        let text = std::fs::read(&self.file).map_err(|error| unreadable(&self.file, &error))?;
        String::from_utf8(text).map_err(|_| Failure::usage("what the editor left is no text"))
    }

    /// Leaves the file where it is, and says where that is.
    pub fn keep(self) -> PathBuf {
        let _ = self.folder.keep();
        self.file
    }
}

/// What editors leave beside the file (copies, swap files) is as private as the file.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("qd-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// One pass through the editor; `None` when the text came back as it was, or empty.
pub fn edit(env: &Env, name: &str, text: &str) -> Result<Option<String>, Failure> {
    let edited = Draft::new(name, text)?.edit(env)?;
    Ok((edited.trim() != text.trim() && !edited.trim().is_empty()).then_some(edited))
}

/// The editor may be a command with arguments, as git and others take it.
fn command(editor: &str, file: &Path) -> Command {
    if cfg!(windows) {
        let mut words = editor.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or(USUAL));
        command.args(words).arg(file);
        return command;
    }
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg(editor).arg(file);
    command
}

fn unreadable(file: &Path, error: &io::Error) -> Failure {
    Failure::new(Kind::Io, format!("{}: {error}", file.display()))
}
