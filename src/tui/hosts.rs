//! What is strange about the host of a URL that somebody is asked to let an agent talk to: letters that look like others, a name
//! before an `@`, an address instead of a name. Pure.
//!
//! Not a full table of what looks alike: the letters of other scripts that pass for Latin ones, as they are used for that. Any letter
//! that is not ASCII is told in any case.

use url::Url;

/// Letters that look like an ASCII one.
const ALIKE: [(&str, char); 26] = [
    ("аɑα", 'a'),
    ("вƅ", 'b'),
    ("сϲ", 'c'),
    ("ԁ", 'd'),
    ("еєε", 'e'),
    ("ƒ", 'f'),
    ("ɡ", 'g'),
    ("һнհ", 'h'),
    ("іıι", 'i'),
    ("јϳ", 'j'),
    ("кκ", 'k'),
    ("ӏǀ", 'l'),
    ("м", 'm'),
    ("ոп", 'n'),
    ("оοօ", 'o'),
    ("рρ", 'p'),
    ("ԛ", 'q'),
    ("гᴦ", 'r'),
    ("ѕ", 's'),
    ("тτ", 't'),
    ("սυ", 'u'),
    ("ѵν", 'v'),
    ("ԝѡ", 'w'),
    ("хχ", 'x'),
    ("уγ", 'y'),
    ("ᴢ", 'z'),
];

/// What is strange about the host of `url`; nothing when it is no URL. Each is one sentence, in which parts of the URL stand.
pub(crate) fn doubts(url: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some((scheme, rest)) = url.trim().split_once("://") else { return found };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('\\') {
        found.push(format!("{authority}: a backslash in a host is read in different ways"));
    }
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    if let Some(user) = user {
        found.push(format!("the host is {host}: {user} before the @ is only a user's name"));
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let asked = Url::parse(url.trim()).ok();
    let sent = asked.as_ref().and_then(Url::host_str).unwrap_or_default();
    letters(name, sent, &mut found);
    if name.split('.').any(|label| label.to_ascii_lowercase().starts_with("xn--")) {
        found.push(format!("{name} stands for letters that are not Latin: elsewhere it looks like another name"));
    }
    let numbers = name.starts_with('[') || (!name.is_empty() && name.chars().all(|c| c.is_ascii_digit() || c == '.'));
    if numbers || (sent != name && sent.parse::<std::net::Ipv4Addr>().is_ok()) {
        found.push(format!("{name} is an address, no name"));
    }
    let local = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    if scheme.eq_ignore_ascii_case("http") && !local {
        found.push("it is not encrypted: http, not https".to_owned());
    }
    found
}

/// Letters of a host that are not ASCII.
fn letters(name: &str, sent: &str, found: &mut Vec<String>) {
    let strange: Vec<char> = name.chars().filter(|c| !c.is_ascii()).collect();
    if strange.is_empty() {
        return;
    }
    let mut told: Vec<String> = Vec::new();
    for c in &strange {
        let words = format!("{c} (U+{:04X}, {})", *c as u32, script(*c));
        if !told.contains(&words) && told.len() < 4 {
            told.push(words);
        }
    }
    let twin: String = name.chars().map(alike).collect();
    let looks = if twin.is_ascii() { format!("; it looks like {twin} and is not") } else { String::new() };
    let mixed = name.split('.').any(|label| {
        // Japanese and Korean are written in several.
        let family = |script| if matches!(script, "Kana" | "Han" | "Hangul") { "Han" } else { script };
        let mut scripts = label.chars().filter(|c| c.is_alphabetic()).map(|c| family(script(c)));
        let first = scripts.next();
        scripts.any(|script| Some(script) != first)
    });
    let mixes = if mixed { "mixes scripts" } else { "is not in Latin letters" };
    let sent = if sent.is_empty() || sent == name { String::new() } else { format!("; what is asked is {sent}") };
    found.push(format!("{name} {mixes}: {}{looks}{sent}", told.join(", ")));
}

fn alike(c: char) -> char {
    // Full-width forms stand in the order of ASCII.
    if let Some(wide) = (c as u32).checked_sub(0xfee0).filter(|wide| (0x21..0x7f).contains(wide)) {
        return char::from_u32(wide).unwrap_or(c);
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    ALIKE.iter().find(|(letters, _)| letters.contains(lower)).map_or(c, |(_, plain)| *plain)
}

/// The script of a letter.
fn script(c: char) -> &'static str {
    match c as u32 {
        0x41..=0x5a | 0x61..=0x7a | 0xc0..=0x24f | 0x250..=0x2af | 0x1e00..=0x1eff => "Latin",
        0xff21..=0xff5a => "full-width Latin",
        0x370..=0x3ff | 0x1f00..=0x1fff => "Greek",
        0x400..=0x52f | 0x1c80..=0x1c8f | 0x2de0..=0x2dff | 0xa640..=0xa69f => "Cyrillic",
        0x530..=0x58f => "Armenian",
        0x590..=0x5ff => "Hebrew",
        0x600..=0x6ff | 0x750..=0x77f => "Arabic",
        0x900..=0x97f => "Devanagari",
        0xe00..=0xe7f => "Thai",
        0x10a0..=0x10ff => "Georgian",
        0x13a0..=0x13ff | 0xab70..=0xabbf => "Cherokee",
        0x1100..=0x11ff | 0xac00..=0xd7af => "Hangul",
        0x3040..=0x30ff => "Kana",
        0x3400..=0x4dbf | 0x4e00..=0x9fff | 0x20000..=0x3ffff => "Han",
        _ => "another script",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_url_is_nothing_strange() {
        for url in [
            "https://api.stripe.com/v1/refunds",
            "https://host-1.example:8443/a?b=c@d#e",
            "http://localhost:80/x",
            "stripe.refund",
            "",
            "://",
            "https://",
        ] {
            assert_eq!(doubts(url), [""; 0], "{url}");
        }
    }

    #[test]
    fn letters_that_look_like_others_are_named() {
        let told = doubts("https://\u{430}pi.stripe.com/v1");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("mixes scripts") && told[0].contains("U+0430, Cyrillic"), "{told:?}");
        assert!(told[0].contains("looks like api.stripe.com") && told[0].contains("xn--"), "{told:?}");
        assert!(doubts("https://例え.jp/")[0].contains("not in Latin letters: 例 (U+4F8B, Han)"));
        assert!(doubts("https://xn--pi-6kc.stripe.com/")[0].contains("stands for letters"));
    }

    #[test]
    fn what_stands_before_the_host_is_not_the_host() {
        let told = doubts("https://api.stripe.com@evil.example/v1");
        assert_eq!(told, ["the host is evil.example: api.stripe.com before the @ is only a user's name"]);
        assert!(doubts("http://10.0.0.7/x").iter().any(|told| told.contains("an address")));
        assert!(doubts("https://0x7f000001/x").iter().any(|told| told.contains("an address")));
        assert!(doubts("http://shop.example/x").iter().any(|told| told.contains("not encrypted")));
    }
}
