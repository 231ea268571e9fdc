//! An operator has to know which token leaked.

use quarterdeck_sim::Options;
use serde_json::json;

use super::{console, filter, go, id, offered};
use crate::fleet::Fleet;

/// The key that answers the question before secrets are shown.
const SHOW: &str = "\u{18}";

#[test]
fn a_secret_is_seen_by_who_asks_for_it_and_the_audit_log_says_so_first() {
    let token = format!("ghp_{}", "16C7e42F292c6912E7710c838347Ae178B4a");
    let fleet = Fleet::new(Options::default(), &["turen"]);
    let mut row = fleet.sim.truth("turen", "agents").swap_remove(0);
    row["leaked"] = json!(token);
    assert!(fleet.sim.put("turen", "agents", row.clone()));
    assert_eq!(fleet.qd(&["sync", "--content", "none"]).code, 0);
    let id = id(&row);
    let mut pty = console(fleet.own(), "agents", "SINCE");
    filter(&mut pty, &format!("id:{id}"), 1);
    pty.until_text("‹masked: github-pat›");
    offered(&mut pty, "!", "! secrets");
    pty.until_text("Show the secrets in it?");
    let revealed = || {
        let told = fleet.qd(&["audit", "list", "--limit", "0", "--json"]);
        assert_eq!(told.code, 0, "{told:?}");
        told.out.matches("reveal").count()
    };
    assert_eq!(revealed(), 0);
    pty.press(SHOW);
    pty.until_text("! SECRETS SHOWN");
    pty.until_text(&token[..20]);
    assert!(revealed() > 0);
    let told = fleet.qd(&["audit", "list", "--limit", "0", "--json"]).out;
    assert!(told.contains(&id) && told.contains("console") && !told.contains(&token[4..]), "{told}");
    assert_eq!(fleet.qd(&["audit", "verify"]).code, 0);
    // Another view, and back.
    pty.press(":open sessions\r");
    pty.until("the other view", |screen| !screen.contents().contains("SECRETS SHOWN"));
    go(&mut pty, "agents", "‹masked: github-pat›");
    assert!(!pty.screen().contains(&token[..20]), "{}", pty.screen());
    assert_eq!(revealed(), told.matches("reveal").count());
    pty.press("q");
    pty.ends_well();
}
