use quarterdeck_sync::text::Clean;

use crate::cli::render::plural;
use crate::cli::style::{Role, Style};
use crate::search::{Standing, Verdict};

/// How the index stands, on one line.
pub fn standing(standing: &Standing) -> String {
    if standing.seq.is_none() {
        return "not made yet: qd index rebuild, or the next sync, makes it\n".to_owned();
    }
    let (records, entries) =
        (plural(standing.records, "record", "records"), plural(standing.entries, "entry", "entries"));
    let state = match (standing.filling, standing.behind) {
        (_, 0) => "up to the mirror".to_owned(),
        (true, behind) => format!("being filled, {} to go", plural(behind, "record", "records")),
        (false, behind) => format!("{} behind the mirror", plural(behind, "record", "records")),
    };
    format!("{records} and {entries}, {}; {state}\n", size(standing.bytes))
}

/// What comparing has shown.
pub fn verdict(verdict: &Verdict, style: Style) -> String {
    let mut out = String::new();
    for difference in &verdict.differences {
        let place = match (&difference.list, &difference.id) {
            (Some(list), Some(id)) => format!("{}/{id} in {}", list.connection, list.collection),
            _ => format!("record {}, which the mirror does not have", difference.key),
        };
        let (mirror, index) = (difference.mirror, plural(difference.index, "document", "documents"));
        out.push_str(&format!("{}: {index} instead of {mirror}\n", Clean::line(&place)));
    }
    let told = verdict.differences.len() as u64;
    if verdict.wrong > told {
        out.push_str(&format!("and {}\n", plural(verdict.wrong - told, "more difference", "more differences")));
    }
    if verdict.unreadable > 0 {
        let records = plural(verdict.unreadable, "record is", "records are");
        out.push_str(&format!("{records} damaged in the mirror itself\n"));
    }
    if let Some(files) = &verdict.damaged {
        out.push_str(&format!("damaged: {}\n", Clean::line(files)));
    }
    let line = match (verdict.healthy, verdict.wrong, verdict.behind) {
        (true, ..) => style.paint(Role::Good, "healthy: mirror and index hold the same"),
        (false, 0, behind) if verdict.damaged.is_none() && verdict.unreadable == 0 => {
            style.paint(Role::Warning, &format!("{} behind", plural(behind, "record is", "records are")))
        }
        (false, 0, _) => style.paint(Role::Bad, "NOT HEALTHY"),
        (false, wrong, _) => {
            style.paint(Role::Bad, &format!("NOT HEALTHY: {}", plural(wrong, "record differs", "records differ")))
        }
    };
    out.push_str(&line);
    out.push('\n');
    out
}

/// What to do about a verdict that is not healthy. `held`: another program follows the mirror now.
pub fn advice(verdict: &Verdict, held: bool) -> &'static str {
    let same = verdict.wrong == 0 && verdict.damaged.is_none();
    if same && verdict.unreadable > 0 {
        return "the index holds what can be read. Put mirror.db aside and sync again; keep it: what the platforms list no more is in it alone";
    }
    match (same, held) {
        (true, true) => "it is only behind: another qd follows the mirror, ask again in a moment",
        (true, false) => {
            "it is only behind: the next qd sync brings it up to the mirror, qd index rebuild makes it anew"
        }
        (false, ..) => "qd index rebuild makes it anew from the mirror, without a network",
    }
}

fn size(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    if mib < 1024.0 { format!("{mib:.1} MiB") } else { format!("{:.1} GiB", mib / 1024.0) }
}
