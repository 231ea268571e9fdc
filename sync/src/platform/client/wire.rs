//! What the platform's other halves know: building URLs, decoding replies.

use url::Url;

use crate::model::Incoming;
use crate::platform::manifest::Collection;
use crate::platform::{Manifest, Page, PageAsk};

pub(super) struct Decoder(());

impl Decoder {
    pub(super) fn new(_collection: &Collection) -> Self {
        Self(())
    }
    pub(super) fn page(&self, _ask: &PageAsk, body: &[u8]) -> Result<Page, String> {
        serde_json::from_slice::<serde_json::Value>(body).map_err(|e| e.to_string())?;
        Err("no decoder".into())
    }
    pub(super) fn record(&self, _parent: Option<&str>, _body: &[u8]) -> Result<Incoming, String> {
        Err("no decoder".into())
    }
}

pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{}", base.path().trim_end_matches('/'), path.trim_start_matches('/')));
    url.set_query(None);
    url
}

pub(super) fn list_url(base: &Url, _c: &Collection, path: &str, _ask: &PageAsk, _today: jiff::civil::Date) -> Result<Url, String> {
    Ok(below(base, path))
}

pub(super) fn item_url(base: &Url, c: &Collection, id: &str) -> Result<Url, String> {
    Ok(below(base, &c.item.as_deref().unwrap_or("").replace("{id}", id)))
}

pub(super) fn error_text(manifest: &Manifest, body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    manifest.error.iter().find_map(|p| value.pointer(p)?.as_str().map(str::to_owned))
}

pub(super) fn normalise(_m: &Manifest, pasted: &str) -> Result<(Url, Option<String>), String> {
    Ok((pasted.parse().map_err(|e| format!("{e}"))?, None))
}
