//! Colour by meaning: what is drawn names a [`Role`], a theme gives the role its style, and the terminal decides how
//! much of it can be shown (true colour, 256 colours, 16, none).
//!
//! A theme is one TOML file in `themes/`: a palette of named colours, each with its true colour and the nearest of the
//! sixteen a plain terminal has, and a style for every role. A colour without an `ansi` word is left to the terminal
//! where only sixteen are to be had. Nothing on screen means anything by colour alone.

pub mod codes;

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
            let spec = file.roles.get(name).ok_or_else(|| format!("roles.{name} is missing"))?;
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
            (ColorMode::True, Some((r, g, b))) => Some(Color::Rgb(r, g, b)),
            (ColorMode::Indexed, Some(rgb)) => Some(Color::Indexed(nearest(rgb))),
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

/// The number of the nearest of the 240 fixed colours of a 256-colour terminal: a 6x6x6 cube and a ramp of greys.
fn nearest((r, g, b): (u8, u8, u8)) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |a: (u8, u8, u8)| {
        let part = |x: u8, y: u8| (i32::from(x) - i32::from(y)).pow(2);
        part(a.0, r) * 3 + part(a.1, g) * 6 + part(a.2, b)
    };
    let cube = (0..216u8).map(|n| {
        let at = |n: u8| STEPS[usize::from(n)];
        (16 + n, (at(n / 36), at(n / 6 % 6), at(n % 6)))
    });
    let greys = (0..24u8).map(|n| (232 + n, (8 + 10 * n, 8 + 10 * n, 8 + 10 * n)));
    cube.chain(greys).min_by_key(|(_, colour)| distance(*colour)).map_or(0, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: [ColorMode; 4] = [ColorMode::None, ColorMode::Ansi, ColorMode::Indexed, ColorMode::True];

    #[test]
    fn every_role_of_every_theme_resolves() {
        for (name, text) in BUILT_IN {
            for mode in MODES {
                let theme = Theme::parse(text, mode).unwrap_or_else(|why| panic!("{name}: {why}"));
                assert_eq!(theme.styles.len(), Role::ALL.len());
            }
        }
    }

    fn luminance(colour: Color) -> Option<f64> {
        let Color::Rgb(r, g, b) = colour else { return None };
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        Some(0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b))
    }

    /// WCAG 2: (lighter + 0.05) / (darker + 0.05), at least 4.5 for text.
    #[test]
    fn text_stands_out_on_every_ground_it_is_drawn_on() {
        let mut checked = 0;
        for (name, text) in BUILT_IN {
            let theme = Theme::parse(text, ColorMode::True).unwrap();
            for role in Role::ALL.iter().filter(|role| !matches!(role, Role::Line)) {
                let style = theme.style(*role);
                let grounds = match style.bg {
                    Some(own) => vec![Some(own)],
                    None => [Role::Paper, Role::Raised, Role::Overlay, Role::Selected, Role::SelectedIdle]
                        .map(|ground| theme.style(ground).bg)
                        .to_vec(),
                };
                for ground in grounds {
                    let pair = style.fg.and_then(luminance).zip(ground.and_then(luminance));
                    let Some((ink, paper)) = pair else { continue };
                    let ratio = (ink.max(paper) + 0.05) / (ink.min(paper) + 0.05);
                    assert!(ratio >= 4.5, "{name}: {} on {ground:?} has contrast {ratio:.2}", role.name());
                    checked += 1;
                }
            }
        }
        assert!(checked > 100);
    }

    #[test]
    fn a_terminal_without_colour_gets_none() {
        for name in names() {
            let theme = Theme::named(name, ColorMode::None).unwrap();
            for role in Role::ALL {
                let style = theme.style(*role);
                assert_eq!((style.fg, style.bg), (None, None), "{name}: {}", role.name());
            }
            assert!(theme.style(Role::Selected).add_modifier.contains(Modifier::REVERSED));
        }
    }

    #[test]
    fn the_environment_decides_how_much_colour() {
        let mode = |vars: &[(&str, &str)]| {
            let vars: BTreeMap<String, String> = vars.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
            ColorMode::from_env(|name| vars.get(name).cloned())
        };
        assert_eq!(mode(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), ColorMode::True);
        assert_eq!(mode(&[("TERM", "screen-256color")]), ColorMode::Indexed);
        assert_eq!(mode(&[("TERM", "vt220")]), ColorMode::Ansi);
        assert_eq!(mode(&[("TERM", "dumb")]), ColorMode::None);
        assert_eq!(mode(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), ColorMode::None);
        assert_eq!(mode(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), ColorMode::Indexed);
    }

    #[test]
    fn a_wrong_theme_says_where() {
        let why = |text: &str| Theme::parse(text, ColorMode::True).unwrap_err();
        assert!(why("title = 'x'\n[roles]\ntext = { fg = 'ink' }").contains("roles.paper is missing"));
        assert!(why("title = 'x'\n[roles]\nink = {}").contains("roles.ink"));
        assert!(why("title = 3").contains("line 1"));
    }
}
