//! Colour by meaning: what is drawn names a [`Role`], a theme gives the role its style, and the terminal decides how
//! much of it can be shown (true colour, 256 colours, 16, none).
//!
//! A theme is one TOML file in `themes/`: a palette of named colours, each with its true colour and the nearest of the
//! sixteen a plain terminal has, and a style for every role. A colour without an `ansi` word is left to the terminal
//! where only sixteen are to be had. Nothing on screen means anything by colour alone.

pub mod codes;
pub mod contrast;
mod indexed;

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $name:literal,)*) => {
        /// What something on screen means. Every theme styles every role.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Role { $($(#[$doc])* $role,)* }

        impl Role {
            /// Every role.
            pub const ALL: &[Role] = &[$(Role::$role,)*];

            /// Its name in a theme file.
            pub const fn name(self) -> &'static str {
                match self { $(Role::$role => $name,)* }
            }
        }
    };
}

roles! {
    /// The ground everything stands on.
    Paper = "paper",
    /// Ground of the header and the status bar.
    Raised = "raised",
    /// Ground of an overlay: palette, help, toast.
    Overlay = "overlay",
    /// Plain text.
    Text = "text",
    /// Text that matters less: ages, ids, column heads.
    Dim = "dim",
    /// Lines and other furniture; never text that must be read.
    Line = "line",
    /// A line around what has the focus.
    LineFocus = "line-focus",
    /// Names of things, headings.
    Title = "title",
    /// The product's colour: the mark, the prompt, what is chosen.
    Accent = "accent",
    /// The selected row where the keys go.
    Selected = "selected",
    /// The selected row of a pane without the keys.
    SelectedIdle = "selected-idle",
    /// Another tab.
    Tab = "tab",
    /// The open tab.
    TabOpen = "tab-open",
    /// A count beside a tab.
    Count = "count",
    /// Well, active, done.
    Good = "good",
    /// At work.
    Busy = "busy",
    /// Waits for a person, or deserves a look.
    Warn = "warn",
    /// Failed, blocked, unreachable.
    Bad = "bad",
    /// Off, ended, of no concern.
    Quiet = "quiet",
    /// A record its platform no longer lists.
    Gone = "gone",
    /// A key in a hint.
    Key = "key",
    /// What the key does.
    Hint = "hint",
    /// A name in a detail pane.
    Field = "field",
    /// A member's name in a document.
    JsonKey = "json-key",
    /// A string in a document.
    JsonText = "json-text",
    /// A number in a document.
    JsonNumber = "json-number",
    /// true, false, null.
    JsonWord = "json-word",
    /// A word of the language, in code.
    CodeWord = "code-word",
    /// The name of a function, a type or a tag.
    CodeName = "code-name",
    /// A text in quotes.
    CodeText = "code-text",
    /// A number or another constant.
    CodeNumber = "code-number",
    /// A remark.
    CodeNote = "code-note",
    /// What a search matched.
    Match = "match",
    /// First connection's badge, and so on in turn.
    Badge1 = "badge-1",
    /// Second.
    Badge2 = "badge-2",
    /// Third.
    Badge3 = "badge-3",
    /// Fourth.
    Badge4 = "badge-4",
    /// Fifth.
    Badge5 = "badge-5",
}

impl Role {
    /// The role whose style it has in a theme that does not say its own: one of those that came when people had themes already.
    fn stands_in(self) -> Option<Role> {
        Some(match self {
            Role::CodeWord => Role::JsonWord,
            Role::CodeName => Role::JsonKey,
            Role::CodeText => Role::JsonText,
            Role::CodeNumber => Role::JsonNumber,
            Role::CodeNote => Role::Dim,
            _ => return None,
        })
    }
}

/// Badges of connections, in turn.
pub const BADGES: [Role; 5] = [Role::Badge1, Role::Badge2, Role::Badge3, Role::Badge4, Role::Badge5];

/// How much colour the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorMode {
    /// None: bold, underline and reverse only.
    None,
    /// The sixteen named ones.
    Ansi,
    /// 256, by number.
    Indexed,
    /// Any, by red, green and blue.
    True,
}

impl ColorMode {
    /// Reads it off the environment: `NO_COLOR`, `CLICOLOR=0` and `TERM=dumb` mean none; `COLORTERM` and `TERM` say the rest.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| var(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        if set("NO_COLOR").is_some() || set("CLICOLOR").is_some_and(|v| v == "0") || term == "dumb" {
            return Self::None;
        }
        let full = set("COLORTERM").is_some_and(|v| v == "truecolor" || v == "24bit");
        if full
            || term.ends_with("-direct")
            || ["kitty", "alacritty", "foot", "ghostty"].iter().any(|t| term.contains(t))
        {
            return Self::True;
        }
        if term.contains("256") { Self::Indexed } else { Self::Ansi }
    }
}

/// Embedded themes: name, file.
const BUILT_IN: &[(&str, &str)] = &[
    ("dark", include_str!("../themes/dark.toml")),
    ("light", include_str!("../themes/light.toml")),
    ("high-contrast", include_str!("../themes/high-contrast.toml")),
    ("solarized-dark", include_str!("../themes/solarized-dark.toml")),
    ("solarized-light", include_str!("../themes/solarized-light.toml")),
    ("catppuccin", include_str!("../themes/catppuccin.toml")),
    ("catppuccin-latte", include_str!("../themes/catppuccin-latte.toml")),
    ("ansi-16", include_str!("../themes/ansi-16.toml")),
    ("mono", include_str!("../themes/mono.toml")),
];

/// Names of the embedded themes, the default first.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// A style for every role, ready for one terminal.
#[derive(Debug, Clone)]
pub struct Theme {
    /// What a person calls it.
    pub title: String,
    styles: Vec<Style>,
}

impl Theme {
    /// The embedded theme of this name. Without colour it is always `mono`: a theme made of colours would say nothing.
    pub fn named(name: &str, mode: ColorMode) -> Option<Self> {
        let name = if mode == ColorMode::None { "mono" } else { name };
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Self::parse(text, mode).ok()
    }

    /// The file of an embedded theme: what an operator's own can begin with.
    pub fn file(name: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// The theme that is there when nothing else is wanted, or can be read.
    pub fn fallback(mode: ColorMode) -> Self {
        Self::named("dark", mode)
            .unwrap_or_else(|| Self { title: "Plain".to_owned(), styles: vec![Style::new(); Role::ALL.len()] })
    }

    /// Reads a theme file.
    ///
    /// # Errors
    /// What is wrong with it, for a person: bad TOML, a role that is missing or unknown, a colour that is not in the palette.
    pub fn parse(text: &str, mode: ColorMode) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        if let Some(extra) = file.roles.keys().find(|name| !Role::ALL.iter().any(|role| role.name() == *name)) {
            return Err(format!("roles.{extra}: there is no such role"));
        }
        let colour = |name: &Option<String>, role: &str| match name {
            None => Ok(None),
            Some(name) => match file.palette.get(name) {
                Some(shade) => shade.resolve(mode).map_err(|why| format!("palette.{name}: {why}")),
                None => Err(format!("roles.{role}: the palette has no `{name}`")),
            },
        };
        let mut styles = Vec::with_capacity(Role::ALL.len());
        for role in Role::ALL {
            let name = role.name();
            let instead = || file.roles.get(role.stands_in()?.name());
            let spec = file.roles.get(name).or_else(instead).ok_or_else(|| format!("roles.{name} is missing"))?;
            let mut style = Style::new();
            style.fg = colour(&spec.fg, name)?;
            style.bg = colour(&spec.bg, name)?;
            for (wanted, modifier) in [
                (spec.bold, Modifier::BOLD),
                (spec.dim, Modifier::DIM),
                (spec.italic, Modifier::ITALIC),
                (spec.underline, Modifier::UNDERLINED),
                (spec.reverse, Modifier::REVERSED),
                (spec.strike, Modifier::CROSSED_OUT),
            ] {
                if wanted {
                    style = style.add_modifier(modifier);
                }
            }
            styles.push(style);
        }
        if mode == ColorMode::Indexed {
            indexed::fit(&mut styles);
        }
        Ok(Self { title: file.title, styles })
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    #[serde(default)]
    palette: BTreeMap<String, Shade>,
    roles: BTreeMap<String, Spec>,
}

/// One colour of the palette.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shade {
    rgb: Option<String>,
    ansi: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    bold: bool,
    #[serde(default)]
    dim: bool,
    #[serde(default)]
    italic: bool,
    #[serde(default)]
    underline: bool,
    #[serde(default)]
    reverse: bool,
    #[serde(default)]
    strike: bool,
}

impl Shade {
    fn resolve(&self, mode: ColorMode) -> Result<Option<Color>, String> {
        let ansi = match &self.ansi {
            None => None,
            Some(name) => Some(ansi(name).ok_or_else(|| format!("`{name}` is not one of the sixteen colours"))?),
        };
        let rgb = match &self.rgb {
            None => None,
            Some(code) => Some(rgb(code).ok_or_else(|| format!("`{code}` is not a colour like #1b2027"))?),
        };
        Ok(match (mode, rgb) {
            (ColorMode::None, _) => None,
            // Which number it gets of 256 depends on what it stands on.
            (ColorMode::True | ColorMode::Indexed, Some((r, g, b))) => Some(Color::Rgb(r, g, b)),
            _ => ansi,
        })
    }
}

fn rgb(code: &str) -> Option<(u8, u8, u8)> {
    let hex = code.strip_prefix('#').filter(|hex| hex.len() == 6)?;
    let number = u32::from_str_radix(hex, 16).ok()?;
    Some(((number >> 16) as u8, (number >> 8) as u8, number as u8))
}

fn ansi(name: &str) -> Option<Color> {
    const NAMES: [&str; 16] = [
        "black",
        "red",
        "green",
        "yellow",
        "blue",
        "magenta",
        "cyan",
        "white",
        "bright-black",
        "bright-red",
        "bright-green",
        "bright-yellow",
        "bright-blue",
        "bright-magenta",
        "bright-cyan",
        "bright-white",
    ];
    NAMES.iter().position(|known| *known == name).map(|at| Color::Indexed(at as u8))
}

#[cfg(test)]
mod tests;
