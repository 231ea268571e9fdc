//! How far a call of a tool goes, as far as the call itself tells.
//!
//! An audit asks what left the machine, and what was changed. Nobody knows every tool there is: an API is called by whatever name its
//! owner gave it. So a call is taken to act on the world unless it is one of the few that are known to look at files of its own machine
//! and to do nothing more; what is not known is shown.

use quarterdeck_sync::model::Call;

/// How far a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It reaches the network.
    Network,
    /// It may do anything: a command, a change, a tool that nobody here knows.
    Acts,
    /// It looks at files of its own machine, or keeps a list of its own.
    Local,
}

/// Tools of coding agents that look at files and nothing else, without signs between their words.
const LOOKING: [&str; 26] = [
    "readfile",
    "readfiles",
    "readmanyfiles",
    "viewfile",
    "openfile",
    "notebookread",
    "readnotebook",
    "grep",
    "grepsearch",
    "searchfiles",
    "searchfilecontent",
    "filesearch",
    "findfiles",
    "codebasesearch",
    "listcodedefinitionnames",
    "glob",
    "globfilesearch",
    "ls",
    "listdir",
    "listdirectory",
    "listfiles",
    "bashoutput",
    "todowrite",
    "todoread",
    "updateplan",
    "exitplanmode",
];
/// The same, of names that an API may have as well: only with a path are they what they are taken for.
const LOOKING_AT_PATHS: [&str; 5] = ["read", "view", "list", "search", "find"];

/// Bytes of a text that are looked at: what a command does stands near its beginning.
const LOOKED_AT: usize = 16 * 1024;

/// Programs that are there to reach others.
const REACHING: [&str; 15] = [
    "curl", "wget", "ssh", "scp", "rsync", "sftp", "ftp", "nc", "telnet", "ping", "dig", "nslookup", "gh", "aws",
    "kubectl",
];
/// The same, with what makes them do it.
const REACHING_VERBS: [(&str, &[&str]); 6] = [
    ("git", &["push", "pull", "fetch", "clone"]),
    ("npm", &["install", "i", "publish", "ci"]),
    ("pip", &["install", "download"]),
    ("cargo", &["install", "publish", "add", "update"]),
    ("docker", &["pull", "push", "login"]),
    ("apt-get", &["install", "update"]),
];

/// How far a call goes.
pub fn reach(call: &Call) -> Reach {
    if reaches(call) {
        Reach::Network
    } else if only_looks(call) {
        Reach::Local
    } else {
        Reach::Acts
    }
}

/// It is known to look, and says nothing that speaks against it.
fn only_looks(call: &Call) -> bool {
    let name: String = call.tool.chars().filter(|c| !"_- ".contains(*c)).flat_map(char::to_lowercase).collect();
    let named =
        LOOKING.contains(&name.as_str()) || (LOOKING_AT_PATHS.contains(&name.as_str()) && !call.paths.is_empty());
    named && call.command.is_none() && call.edits.is_empty() && !call.input.contains("://")
}

/// It reaches the network, as far as it says.
fn reaches(call: &Call) -> bool {
    let tool = call.tool.to_ascii_lowercase();
    if ["web", "http", "fetch", "browser", "url"].iter().any(|word| tool.contains(word)) {
        return true;
    }
    let text = start_of(call.command.as_deref().unwrap_or(&call.input));
    if text.contains("http://") || text.contains("https://") {
        return true;
    }
    if call.command.is_none() {
        return false;
    }
    let mut words = text.split(|c: char| c.is_whitespace() || ";|&()`\"'".contains(c)).filter(|word| !word.is_empty());
    let mut last: &str = "";
    words.any(|word| {
        let name = word.rsplit('/').next().unwrap_or(word);
        let verb = REACHING_VERBS.iter().any(|(program, verbs)| *program == last && verbs.contains(&word));
        last = name;
        verb || REACHING.contains(&name)
    })
}

fn start_of(text: &str) -> &str {
    let end = (0..=LOOKED_AT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(tool: &str, input: &str) -> Call {
        Call { tool: tool.into(), input: input.into(), ..Call::default() }
    }

    #[test]
    fn a_tool_that_nobody_knows_is_taken_to_act() {
        for tool in
            ["mail", "mcp__stripe__create_refund", "Task", "KillBash", "", "reader", "mcp__files__read_file", "search"]
        {
            assert_eq!(reach(&call(tool, "to: a@b")), Reach::Acts, "{tool}");
        }
    }

    #[test]
    fn what_only_looks_at_files_is_known_and_does_not_when_it_says_otherwise() {
        for tool in ["Grep", "read_file", "LS", "TodoWrite", "list-directory"] {
            assert_eq!(reach(&call(tool, "pattern: x")), Reach::Local, "{tool}");
        }
        let read = Call { paths: vec!["/etc/hosts".into()], ..call("Read", "/etc/hosts") };
        assert_eq!(reach(&read), Reach::Local);
        assert_eq!(reach(&call("Read", "mailbox: sales")), Reach::Acts, "no path: it reads something else");
        assert_eq!(reach(&call("read_file", "s3://bucket/key")), Reach::Acts);
        assert_eq!(reach(&Call { command: Some("rm -rf /".into()), ..call("ls", "") }), Reach::Acts);
    }

    #[test]
    fn what_reaches_the_network_says_so() {
        assert_eq!(reach(&call("WebFetch", "")), Reach::Network);
        assert_eq!(reach(&call("mail", "tool_url: https://mail/send")), Reach::Network);
        let shell = |command: &str| reach(&Call { command: Some(command.into()), ..call("Bash", "") });
        assert_eq!((shell("cd x && git push origin"), shell("make")), (Reach::Network, Reach::Acts));
    }
}
