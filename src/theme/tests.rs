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

/// Every ink of a theme with what it is drawn on; `own` is the terminal's ground where the theme leaves it to that.
fn pairs(theme: &Theme, own: Option<Color>) -> Vec<(Role, Color, Color)> {
    let mut pairs = Vec::new();
    for role in Role::ALL.iter().filter(|role| !matches!(role, Role::Line)) {
        let style = theme.style(*role);
        let grounds = match style.bg {
            Some(ground) => vec![Some(ground)],
            None => indexed::GROUNDS.map(|ground| theme.style(ground).bg).to_vec(),
        };
        let grounds = grounds.into_iter().filter_map(|ground| ground.or(own));
        pairs.extend(grounds.filter_map(|ground| Some((*role, style.fg?, ground))));
    }
    pairs
}

/// WCAG 2: at least 4.5 for text; over ssh too, where terminals are taken to show 256 colours.
#[test]
fn text_stands_out_on_every_ground_it_is_drawn_on() {
    for mode in [ColorMode::True, ColorMode::Indexed] {
        let mut checked = 0;
        for (name, text) in BUILT_IN {
            let theme = Theme::parse(text, mode).unwrap();
            for (role, ink, ground) in pairs(&theme, None) {
                let Some(ratio) = contrast::ratio(ink, ground) else { continue };
                assert!(ratio >= contrast::READABLE, "{name}: {} on {ground:?} has {ratio:.2}", role.name());
                checked += 1;
            }
        }
        assert!(checked > 500, "{checked}");
    }
}

/// The sixteen colours as xterm and as the VGA console have them: what they are elsewhere is up to whoever owns the terminal.
const SIXTEEN: [[u32; 16]; 2] = [
    [
        0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
        0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
    ],
    [
        0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555, 0x55ff55,
        0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
    ],
];

#[test]
fn with_sixteen_colours_text_stands_out_in_the_usual_palettes() {
    let mut checked = 0;
    // The colours of `ansi-16` stand on a ground that nobody knows, and `mono` has none.
    for (name, text) in BUILT_IN.iter().filter(|(name, _)| !["ansi-16", "mono"].contains(name)) {
        let theme = Theme::parse(text, ColorMode::Ansi).unwrap();
        for palette in SIXTEEN {
            let shade = |colour: Color| match colour {
                Color::Indexed(number @ 0..16) => palette[usize::from(number)],
                other => panic!("{name}: {other:?}"),
            };
            for (role, ink, ground) in pairs(&theme, Some(Color::Indexed(0))) {
                let selected = [Role::Selected, Role::SelectedIdle].map(|row| theme.style(row).bg);
                if theme.style(role).bg.is_none() && selected.contains(&Some(ground)) {
                    // There a row has one ink alone, which is among the pairs.
                    continue;
                }
                let bytes = |shade: u32| ((shade >> 16) as u8, (shade >> 8) as u8, shade as u8);
                let ratio = contrast::between(bytes(shade(ink)), bytes(shade(ground)));
                assert!(ratio >= contrast::READABLE, "{name}: {} on {ground:?} has {ratio:.2}", role.name());
                checked += 1;
            }
        }
    }
    assert!(checked > 500, "{checked}");
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
