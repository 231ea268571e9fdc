//! Hits for a person: those of one session or record together, in the order of the best of each.

use jiff::Zoned;
use quarterdeck_sync::text::{Clean, Secrets, shorten};

use super::what;
use crate::cli::render::{age, count};
use crate::cli::style::{Role, Style};
use crate::search::{Answer, Facet, Hit, Snippet};

/// The answer, ready to be written; with the secrets that its question had shown.
pub fn answer(answer: &Answer, secrets: Secrets, style: Style, facets: bool) -> String {
    let now = Zoned::now();
    let mut out = String::new();
    for group in groups(&answer.hits) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&heading(group[0], secrets, &style));
        for hit in group {
            out.push_str(&line(hit, secrets, &now, &style));
        }
    }
    if facets {
        out.push_str(&counts(answer, secrets, &style));
    }
    out
}

/// Hits of one record together, where the first of them stands.
fn groups(hits: &[Hit]) -> Vec<Vec<&Hit>> {
    let mut groups: Vec<Vec<&Hit>> = Vec::new();
    for hit in hits {
        match groups.iter_mut().find(|group| group[0].key == hit.key) {
            Some(group) => group.push(hit),
            None => groups.push(vec![hit]),
        }
    }
    groups
}

/// `turen/1042  Refunds are captured twice  ledger-api  web-01  (gone)`
fn heading(hit: &Hit, secrets: Secrets, style: &Style) -> String {
    let id = format!("{}/{}", hit.list.connection, hit.id);
    let mut out = style.paint(Role::Heading, secrets.line(&id).as_str());
    let title = hit.title.as_deref().filter(|title| *title != hit.id);
    if let Some(title) = title {
        out.push_str(&format!("  {}", secrets.line(&shorten(&secrets.text(title), 80))));
    }
    let agent = hit.agent.as_deref().filter(|agent| *agent != hit.id);
    for column in [&hit.status.as_deref(), &agent, &hit.project.as_deref()].into_iter().flatten() {
        out.push_str(&format!("  {}", style.paint(Role::Faint, secrets.line(column).as_str())));
    }
    if hit.gone {
        out.push_str(&format!("  {}", style.paint(Role::Warning, "(gone)")));
    }
    for mark in &hit.pending {
        let pending = Clean::line(&format!("({} {})", mark.action, mark.state)).into_string();
        out.push_str(&format!("  {}", style.paint(Role::Warning, &pending)));
    }
    out.push('\n');
    out
}

/// `  #12  tool bash  3m ago  ... the words marked ...`
fn line(hit: &Hit, secrets: Secrets, now: &Zoned, style: &Style) -> String {
    let place = hit.entry.as_ref().map_or_else(|| "-".to_owned(), |entry| format!("#{}", entry.place));
    let when = hit.at.map_or_else(String::new, |at| age(at, now));
    let told = secrets.line(&format!("{place:<6} {:<14} {when:<8}", what(hit))).into_string();
    format!("  {}  {}\n", style.paint(Role::Faint, &told), marked(&hit.snippet, style))
}

/// A snippet with its marks painted.
fn marked(snippet: &Snippet, style: &Style) -> String {
    let text = snippet.text.as_str();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for mark in &snippet.marks {
        out.push_str(text.get(at..mark.start).unwrap_or_default());
        out.push_str(&style.paint(Role::Match, text.get(mark.clone()).unwrap_or_default()));
        at = mark.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn counts(answer: &Answer, secrets: Secrets, style: &Style) -> String {
    let mut out = String::new();
    for facet in Facet::ALL {
        let values = answer.counts.get(&facet).map(Vec::as_slice).unwrap_or_default();
        if values.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", style.paint(Role::Heading, facet.as_str())));
        for value in values {
            let name = value.label.as_deref().unwrap_or(&value.value);
            out.push_str(&format!("  {:>9}  {}\n", count(value.count), secrets.line(name)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::search::tests::{answer as told, hit};
    use crate::search::Count;

    #[test]
    fn whoever_asked_for_secrets_sees_them_in_titles_and_counts_too() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        let mut found = told(vec![Hit { title: Some(format!("use {token}")), project: Some(token.clone()), ..hit(7) }]);
        let count = Count { value: token.clone(), label: None, count: 3 };
        found.counts.insert(Facet::Project, vec![count]);
        let masked = answer(&found, Secrets::Masked, Style::plain(), true);
        assert!(!masked.contains(&token) && masked.contains("prod/7"), "{masked}");
        let revealed = answer(&found, Secrets::Revealed, Style::plain(), true);
        assert_eq!(revealed.matches(&token).count(), 3, "{revealed}");
    }
}
