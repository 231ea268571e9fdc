//! Copying to the clipboard of the terminal one sits at, however far away it is: OSC 52, the sequence that terminals know for it.
//!
//! GNU screen hands on what is wrapped for it. tmux does as well, since 3.3 with `allow-passthrough` alone; with `set-clipboard on` it
//! understands the sequence itself. Neither is so by default there, so it gets both: whichever is allowed counts, and where both are,
//! the same is copied twice. A terminal that does not know the sequence ignores it. What is too
//! long for most of them is not sent at all: half a copy is worse than none.

use quarterdeck_sync::text::Secrets;

/// Bytes of text that terminals take: xterm's limit, counted before encoding.
pub(crate) const MOST: usize = 74_994;
/// Bytes of one piece of a sequence that GNU screen hands on.
const PIECE: usize = 700;

/// What stands between us and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Between {
    /// Nothing.
    #[default]
    Nothing,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

impl Between {
    /// Reads it off the environment.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
        match () {
            () if set("TMUX") => Self::Tmux,
            () if set("STY") => Self::Screen,
            () => Self::Nothing,
        }
    }

    /// On what it hangs whether something was copied: nobody answers.
    pub(crate) fn provided(self) -> &'static str {
        match self {
            Self::Nothing | Self::Screen => "if your terminal lets us",
            Self::Tmux => "if tmux lets us: it does with set-clipboard on",
        }
    }
}

/// The bytes that make the terminal copy `text`; `None` when it is too long. What is hidden in it is made visible:
/// what is pasted into a shell must be what was seen. So it is with secrets.
pub(crate) fn sequence(text: &str, secrets: Secrets, between: Between) -> Option<Vec<u8>> {
    let clean = secrets.block(text);
    let text = clean.as_str();
    if text.len() > MOST {
        return None;
    }
    let plain = format!("\x1b]52;c;{}\x07", base64(text.as_bytes()));
    Some(match between {
        Between::Nothing => plain.into_bytes(),
        Between::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")).into_bytes(),
        // It takes short strings only, and puts them together again.
        Between::Screen => {
            plain.as_bytes().chunks(PIECE).flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat()).collect()
        }
    })
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * place)) as usize & 63];
            out.push(if place > group.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(between: Between, text: &str) -> String {
        String::from_utf8(sequence(text, Secrets::Masked, between).unwrap()).unwrap()
    }

    #[test]
    fn text_is_encoded_as_terminals_expect_it() {
        let coded = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(coded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
        assert_eq!(text(Between::Nothing, "foo"), "\x1b]52;c;Zm9v\x07");
    }

    #[test]
    fn what_stands_between_hands_it_on() {
        let wrapped = "\x1bPtmux;\x1b\x1b]52;c;Zm9v\x07\x1b\\";
        assert_eq!(text(Between::Tmux, "foo"), format!("\x1b]52;c;Zm9v\x07{wrapped}"), "one of them is allowed");
        assert!(Between::Tmux.provided().contains("set-clipboard on"));
        let long = text(Between::Screen, &"x".repeat(2_000));
        let pieces: Vec<&str> = long.split_terminator("\x1b\\").collect();
        assert!(pieces.len() > 3 && pieces.iter().all(|piece| piece.starts_with("\x1bP") && piece.len() <= PIECE + 2));
        let whole: String = pieces.iter().map(|piece| &piece[2..]).collect();
        assert_eq!(whole, text(Between::Nothing, &"x".repeat(2_000)));
    }

    #[test]
    fn what_is_too_long_or_hidden_is_not_copied_as_it_is() {
        assert_eq!(sequence(&"x".repeat(MOST + 1), Secrets::Masked, Between::Nothing), None);
        assert_eq!(text(Between::Nothing, "rm\u{202e}x"), format!("\x1b]52;c;{}\x07", base64("rm⟨202E⟩x".as_bytes())));
    }

    #[test]
    fn the_environment_tells_what_stands_between() {
        let from = |name: &'static str| Between::from_env(move |var| (var == name).then(|| "x".to_owned()));
        assert_eq!([from("TMUX"), from("STY"), from("HOME")], [Between::Tmux, Between::Screen, Between::Nothing]);
    }
}
