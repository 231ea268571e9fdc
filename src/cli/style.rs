//! Whether, and how, the command line uses colour. Decided once, here.

use std::io::IsTerminal;

use crate::config::Env;

/// What the output can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// stdout takes colour.
    pub color: bool,
    /// stdout is a terminal that a person looks at.
    pub terminal: bool,
    /// stderr is a terminal that can redraw a line: progress may be shown.
    pub progress: bool,
}

/// What a stretch of text means; its colour follows from that, and meaning is never colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Headings of a table.
    Heading,
    /// Less important.
    Faint,
    /// Well.
    Good,
    /// Needs a look.
    Warning,
    /// Failed.
    Bad,
    /// What was searched for.
    Match,
}

impl Style {
    /// From the flag, the environment and what stdout and stderr are.
    pub fn find(no_color: bool, env: &Env) -> Self {
        Self::decide(no_color, env, std::io::stdout().is_terminal(), std::io::stderr().is_terminal())
    }

    /// No colour, nobody looks.
    pub fn plain() -> Self {
        Self { color: false, terminal: false, progress: false }
    }

    fn decide(no_color: bool, env: &Env, out: bool, err: bool) -> Self {
        let never = no_color || env.no_color || env.dumb();
        let color = !never && (env.clicolor_force || (out && !env.clicolor_off));
        Self { color, terminal: out, progress: err && !env.dumb() }
    }

    /// `text` in the colour of `role`; `text` must have passed the text boundary.
    pub fn paint(&self, role: Role, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match role {
            Role::Heading => "1",
            Role::Faint => "2",
            Role::Good => "32",
            Role::Warning => "33",
            Role::Bad => "31",
            Role::Match => "1;33",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(no_color: bool, env: &Env, terminal: bool) -> bool {
        Style::decide(no_color, env, terminal, terminal).color
    }

    #[test]
    fn colour_is_for_a_terminal_unless_somebody_says_otherwise() {
        let env = |change: fn(&mut Env)| {
            let mut env = Env { term: Some("xterm".to_owned()), ..Env::default() };
            change(&mut env);
            env
        };
        assert!(color(false, &env(|_| {}), true));
        assert!(!color(false, &env(|_| {}), false));
        assert!(color(false, &env(|env| env.clicolor_force = true), false));
        assert!(!color(false, &env(|env| env.clicolor_off = true), true));
        for off in [env(|env| env.no_color = true), env(|env| env.term = Some("dumb".to_owned()))] {
            assert!(!color(false, &Env { clicolor_force: true, ..off }, true));
        }
        assert!(!color(true, &env(|env| env.clicolor_force = true), true));
    }

    #[test]
    fn a_dumb_terminal_gets_no_progress_bars() {
        let env = Env { term: Some("dumb".to_owned()), ..Env::default() };
        assert!(!Style::decide(false, &env, true, true).progress);
    }
}
