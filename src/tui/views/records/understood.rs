//! What was understood of a filter that is being typed, in words.

use quarterdeck_sync::model::{Field, Filter, Match};

/// What a filter asks for, in words: what one typed is understood so.
pub(super) fn understood(filter: &Filter) -> String {
    match filter {
        Filter::All => String::new(),
        Filter::None => "nothing".to_owned(),
        Filter::And(all) => all.iter().map(understood).collect::<Vec<_>>().join(", "),
        Filter::Or(any) => any.iter().map(understood).collect::<Vec<_>>().join(" or "),
        Filter::Not(not) => format!("not ({})", understood(not)),
        Filter::Field(field, what) => format!("{} {}", named(*field), matched(what)),
        Filter::Text(what) => format!("anything {}", matched(what)),
        Filter::Judged(_) => "with these words".to_owned(),
        Filter::After(at) => format!("since {}", crate::tui::text::moment(*at)),
        Filter::Before(at) => format!("before {}", crate::tui::text::moment(*at)),
        Filter::Gone => "gone".to_owned(),
        Filter::Pending => "with unfinished writes".to_owned(),
    }
}

fn named(field: Field) -> &'static str {
    match field {
        Field::Kind => "kind",
        Field::Connection => "connection",
        Field::Platform => "platform",
        Field::Collection => "collection",
        Field::Id => "id",
        Field::Title => "title",
        Field::Status => "status",
        Field::Agent => "agent",
        Field::Project => "project",
    }
}

fn matched(what: &Match) -> String {
    match what {
        Match::Is(text) => format!("is {text}"),
        Match::Contains(text) => format!("has {text}"),
        Match::Prefix(text) => format!("begins with {text}"),
        Match::Regex(pattern) => format!("is like /{pattern}/"),
    }
}
