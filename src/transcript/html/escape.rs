//! Text that HTML shows as it is. Its secrets have been masked, or shown on purpose, before ([`crate::transcript::Transcript`]).

use quarterdeck_sync::text::Secrets;

/// For one line, between tags or in a quoted attribute.
pub fn line(text: &str) -> String {
    escaped(Secrets::Revealed.line(text).as_str())
}

/// For several lines, where white space is kept.
pub fn block(text: &str) -> String {
    escaped(Secrets::Revealed.block(text).as_str())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
