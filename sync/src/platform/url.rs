//! Brings a pasted URL into the form a connection keeps.

use url::{Host, Url};

use super::Manifest;

/// The base URL that `pasted` means for `manifest`, and the name of the platform it really belongs to when that is another.
///
/// Trailing slash, query and fragment go; a bare host gets the platform's usual path, a deeper path is kept.
///
/// # Errors
/// Not a URL; credentials in it; a scheme other than https, or plain http to another machine.
pub fn normalise(manifest: &Manifest, pasted: &str) -> Result<(Url, Option<String>), String> {
    let pasted = pasted.trim();
    if pasted.is_empty() {
        return Err("the URL is empty".to_owned());
    }
    let mut url = parse(pasted)?;
    url.set_query(None);
    url.set_fragment(None);
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL holds a user or a password; give them to the connection as its user and secret".to_owned());
    }
    let Some(host) = url.host_str().map(|host| host.trim_end_matches('.').to_ascii_lowercase()) else {
        return Err(format!("`{pasted}` names no host"));
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(format!("plain http would send the secret in the clear to {host}; use https://")),
        other => return Err(format!("`{other}:` is not a way to reach a platform; use https://")),
    }
    let elsewhere = manifest.url.elsewhere.get(&host).filter(|name| **name != manifest.name).cloned();
    let path = url.path().trim_end_matches('/').to_owned();
    // Another platform's usual path is not ours to add.
    let path = match (&manifest.url.default_path, path.as_str(), &elsewhere) {
        (Some(default), "", None) => default.trim_end_matches('/').to_owned(),
        _ => path,
    };
    url.set_path(&path);
    Ok((url, elsewhere))
}

/// Reads the URL; one without a scheme is taken as https, or http when it names this machine.
fn parse(pasted: &str) -> Result<Url, String> {
    let wrong = |error: url::ParseError| format!("`{pasted}` is not a URL: {error}");
    if pasted.contains("://") {
        return Url::parse(pasted).map_err(wrong);
    }
    let url = Url::parse(&format!("https://{pasted}")).map_err(wrong)?;
    if is_loopback(&url) { Url::parse(&format!("http://{pasted}")).map_err(wrong) } else { Ok(url) }
}

/// The URL names this machine: nothing sent there leaves it.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
