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
    // What stands before an `@` may be a password.
    let shown = pasted.rsplit('@').next().unwrap_or_default();
    let wrong = |error: url::ParseError| format!("`{shown}` is not a URL: {error}");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Registry;

    fn normalised(platform: &str, pasted: &str) -> Result<(String, Option<String>), String> {
        let manifest = Registry::builtin().get(platform).unwrap();
        normalise(&manifest, pasted).map(|(url, elsewhere)| (url.to_string(), elsewhere))
    }

    #[test]
    fn whatever_is_pasted_comes_into_form() {
        for (platform, pasted, url) in [
            ("turen", "https://api.prod.turen.io/api/v1", "https://api.prod.turen.io/api/v1"),
            ("turen", " https://api.turen.dev/api/v1/?a=b#c\n", "https://api.turen.dev/api/v1"),
            ("turen", "api.prod.turen.io", "https://api.prod.turen.io/api/v1"),
            ("turen", "HTTPS://API.Turen.dev/", "https://api.turen.dev/api/v1"),
            ("exo", "https://exo.corp.example/tools/exo/api/v1//", "https://exo.corp.example/tools/exo/api/v1"),
            ("exo", "127.0.0.1:8000", "http://127.0.0.1:8000/api/v1"),
            ("exo", "localhost:8000/", "http://localhost:8000/api/v1"),
            ("exo", "http://127.9.9.9:80/api/v1", "http://127.9.9.9/api/v1"),
            ("exo", "http://[::1]:8000", "http://[::1]:8000/api/v1"),
            ("runagents", "https://acme.runagents.io", "https://acme.runagents.io/api/v1"),
            ("runagents", "https://t1.try.runagents.io/api/v1/", "https://t1.try.runagents.io/api/v1"),
            (
                "runagents",
                "https://acme.runagents.io/api/v1/workspaces/ops/",
                "https://acme.runagents.io/api/v1/workspaces/ops",
            ),
            ("runagents-v1alpha", "https://api.runagents.io/", "https://api.runagents.io/"),
            ("runagents-v1alpha", "http://127.0.0.1:9000", "http://127.0.0.1:9000/"),
        ] {
            assert_eq!(normalised(platform, pasted), Ok((url.to_owned(), None)), "{pasted}");
        }
    }

    #[test]
    fn the_old_address_names_the_old_platform() {
        let (url, elsewhere) = normalised("runagents", "https://api.runagents.io").unwrap();
        assert_eq!((url.as_str(), elsewhere.as_deref()), ("https://api.runagents.io/", Some("runagents-v1alpha")));
    }

    #[test]
    fn what_would_leak_or_lead_nowhere_is_refused() {
        for (pasted, says) in [
            ("", "the URL is empty"),
            ("https://", "is not a URL"),
            ("https://user:pass@host.example/", "holds a user or a password"),
            ("https://sk_live_x@host.example/", "holds a user or a password"),
            ("http://host.example/api/v1", "plain http would send the secret in the clear to host.example"),
            ("http://10.0.0.1/", "plain http"),
            ("http://localhost.evil.example/", "plain http"),
            ("http://127.0.0.1.evil.example/", "plain http"),
            ("http://[::ffff:8.8.8.8]/", "plain http"),
            ("ftp://host.example/", "`ftp:` is not a way to reach a platform"),
            ("file:///etc/passwd", "names no host"),
            ("https://exa mple/", "is not a URL"),
            ("https://user:pass@exa mple/", "`exa mple/` is not a URL"),
        ] {
            let error = normalised("turen", pasted).expect_err(pasted);
            assert!(error.contains(says), "{pasted}: {error}");
            assert!(!error.contains("pass@"), "{error}");
        }
    }
}
