//! Where in a TOML file something is wrong, as a person counts.

use std::path::Path;
use std::string::FromUtf8Error;

use super::ConfigError;

/// Turns a parser's error into one with file, line and column. `hint` says what to do where nothing better is known.
pub fn place(path: &Path, text: &str, error: &toml::de::Error, hint: &str) -> ConfigError {
    let (line, column) = line_column(text, error.span().map_or(0, |span| span.start));
    let message = error.message().trim().replace('\n', ", ");
    let hint = nearest_hint(&message).unwrap_or_else(|| hint.to_owned());
    ConfigError::Text { path: path.to_owned(), line, column, hint: Some(hint), message }
}

/// A file that is not text at all, from the first byte on that shows it.
pub fn not_text(path: &Path, error: &FromUtf8Error) -> ConfigError {
    let good = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
    let (line, column) = line_column(&good, good.len());
    let (message, hint) = ("this is not UTF-8 text".to_owned(), Some("save the file as UTF-8".to_owned()));
    ConfigError::Text { path: path.to_owned(), line, column, message, hint }
}

/// Line and column, both from 1, of a byte offset.
fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// For an unknown field: the known one that looks most like it.
fn nearest_hint(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    let (found, known) = rest.split_once('`')?;
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let near = crate::names::nearest(found, known.iter().copied())?;
    Some(format!("did you mean {near}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_counted_in_lines_and_characters() {
        assert_eq!(line_column("a\nbä = 1", 6), (2, 4));
        assert_eq!(line_column("", 9), (1, 1));
        let error = String::from_utf8(b"a = 1\nb = \"\xff\"".to_vec()).unwrap_err();
        assert_eq!(not_text(Path::new("x.toml"), &error).to_string(), "x.toml:2:6: this is not UTF-8 text");
    }
}
