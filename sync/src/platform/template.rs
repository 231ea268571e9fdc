//! Texts with places to fill: `/sessions/{id}/content`, `{date-90d}`, `{/workflow_id}`, `{run:/status}`, `{reason}`.
//!
//! A closed set of names, so that a manifest can be checked before it is ever used. There are no conditions, no
//! defaults and no escapes: a brace always opens a place.

/// What a place is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot<'a> {
    /// `{id}`: id of the record.
    Id,
    /// `{parent}`: id of the parent record.
    Parent,
    /// `{date-90d}`: a day so far from today, UTC.
    Day(i32),
    /// `{/pointer}`: a value of the record's document.
    Pointer(&'a str),
    /// `{run:/status}`: a value of a related record's document.
    Related(&'a str, &'a str),
    /// `{doc}`: the whole document.
    Doc,
    /// `{list}`: the list that a step of a recipe has made.
    List,
    /// `{reason}`: an argument of an action.
    Argument(&'a str),
}

impl Slot<'_> {
    /// How the place is written.
    pub fn name(self) -> String {
        match self {
            Slot::Id => "{id}".to_owned(),
            Slot::Parent => "{parent}".to_owned(),
            Slot::Doc => "{doc}".to_owned(),
            Slot::List => "{list}".to_owned(),
            Slot::Related(name, pointer) => format!("{{{name}:{pointer}}}"),
            Slot::Day(days) => format!("{{date{days:+}d}}"),
            Slot::Pointer(name) | Slot::Argument(name) => format!("{{{name}}}"),
        }
    }
}

/// Arguments an action may take from the person who asks for it.
pub const ARGUMENTS: [&str; 5] = ["reason", "scope", "duration", "comment", "hard"];

/// A piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Stands as it is.
    Text(&'a str),
    /// Is filled.
    Slot(Slot<'a>),
}

/// Takes a template apart.
///
/// # Errors
/// An unclosed or unknown place, in words for a person.
pub fn parts(template: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        if rest[open..].starts_with('}') {
            return Err("`}` without `{`".to_owned());
        }
        if open > 0 {
            parts.push(Part::Text(&rest[..open]));
        }
        let inner = &rest[open + 1..];
        let close = inner.find('}').ok_or("`{` is never closed")?;
        parts.push(Part::Slot(slot(&inner[..close])?));
        rest = &inner[close + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}

fn slot(name: &str) -> Result<Slot<'_>, String> {
    match name {
        "id" => Ok(Slot::Id),
        "parent" => Ok(Slot::Parent),
        "doc" => Ok(Slot::Doc),
        "list" => Ok(Slot::List),
        name if name.starts_with('/') => Ok(Slot::Pointer(name)),
        name if ARGUMENTS.contains(&name) => Ok(Slot::Argument(name)),
        name if name.contains(":/") => Ok(related(name)),
        name => day(name).map(Slot::Day).ok_or_else(|| format!("unknown placeholder `{{{name}}}`")),
    }
}

fn related(name: &str) -> Slot<'_> {
    let (record, pointer) = name.split_at(name.find(":/").unwrap_or_default());
    Slot::Related(record, &pointer[1..])
}

fn day(name: &str) -> Option<i32> {
    let days = name.strip_prefix("date")?.strip_suffix('d')?;
    // A sign is required: `date90d` says nothing about which way.
    let in_range = days.starts_with(['+', '-']).then(|| days.parse::<i32>().ok())??;
    (in_range.abs() <= 36_500).then_some(in_range)
}

/// Fills a template: `fill` gives the text for each place.
///
/// # Errors
/// What [`parts`] or `fill` says.
pub fn expand(template: &str, mut fill: impl FnMut(Slot<'_>) -> Result<String, String>) -> Result<String, String> {
    let mut out = String::with_capacity(template.len() + 16);
    for part in parts(template)? {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Slot(slot) => out.push_str(&fill(slot)?),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_of_place_is_told_apart() {
        assert_eq!(
            parts("/a/{parent}/b/{id}?{date-90d}{/x/y}{reason}{run:/a:/b}{doc}{list}").unwrap(),
            [
                Part::Text("/a/"),
                Part::Slot(Slot::Parent),
                Part::Text("/b/"),
                Part::Slot(Slot::Id),
                Part::Text("?"),
                Part::Slot(Slot::Day(-90)),
                Part::Slot(Slot::Pointer("/x/y")),
                Part::Slot(Slot::Argument("reason")),
                Part::Slot(Slot::Related("run", "/a:/b")),
                Part::Slot(Slot::Doc),
                Part::Slot(Slot::List),
            ]
        );
    }

    #[test]
    fn a_bad_place_is_named() {
        for (template, says) in [
            ("/a/{ident}", "unknown placeholder `{ident}`"),
            ("/a/{id", "`{` is never closed"),
            ("/a/id}", "`}` without `{`"),
            ("{date90d}", "unknown placeholder `{date90d}`"),
            ("{date-99999999999d}", "unknown placeholder `{date-99999999999d}`"),
        ] {
            assert_eq!(parts(template).unwrap_err(), says, "{template}");
        }
    }
}
