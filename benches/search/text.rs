//! Text as agents write it, the same in each run: words as frequent as in prose, identifiers, paths, hashes.

/// Entries of one transcript.
pub const ENTRIES: u32 = 22;

/// So many transcripts.
pub struct Corpus {
    pub owners: u64,
}

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = self.0 ^ (self.0 >> 29);
        x.wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16
    }

    /// A rank below `most`; small ones are far more likely, as in prose.
    fn rank(&mut self, most: u64) -> u64 {
        let unit = (self.next() % 1_000_000) as f64 / 1e6;
        ((most as f64).powf(unit) - 1.0) as u64
    }
}

/// The word of this rank: short ones are frequent.
fn word(rank: u64) -> String {
    const SYLLABLES: [&str; 20] = [
        "de", "ploy", "fa", "il", "ser", "ver", "au", "th", "to", "ken", "re", "quest", "lo", "gin", "web", "app",
        "in", "dex", "run", "ner",
    ];
    let mut dice = Dice(rank * 2 + 1);
    let count = 1 + (rank as f64 + 1.0).log(20.0) as u64;
    (0..=count).map(|_| SYLLABLES[(dice.next() % 20) as usize]).collect()
}

impl Corpus {
    pub fn all(&self) -> impl Iterator<Item = (u64, u32)> {
        (0..self.owners).flat_map(|owner| (0..ENTRIES).map(move |place| (owner, place)))
    }

    /// The text of one entry, about 1,600 bytes.
    pub fn entry(&self, owner: u64, place: u32) -> String {
        let mut dice = Dice(owner * 1009 + u64::from(place));
        let mut text = String::with_capacity(1700);
        while text.len() < 1600 {
            let piece = match dice.next() % 24 {
                0 => format!("{}_{}", word(dice.rank(60_000)), word(dice.rank(3000))),
                1 => format!("src/{}/{}.rs:{}", word(dice.rank(300)), word(dice.rank(60_000)), dice.next() % 900),
                2 if dice.next().is_multiple_of(8) => format!("{:016x}", dice.next()),
                3 => format!("{}.", word(dice.rank(60_000))),
                _ => word(dice.rank(60_000)),
            };
            text.push_str(&piece);
            text.push(if dice.next().is_multiple_of(12) { '\n' } else { ' ' });
        }
        text
    }

    /// A query of a kind.
    pub fn query(&self, kind: &str, number: u64) -> String {
        let mut dice = Dice(number * 31 + 7);
        let entry = self.entry(dice.next() % self.owners, 3);
        let words: Vec<&str> =
            entry.split(' ').filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())).collect();
        let start = dice.next() as usize % (words.len() - 3);
        match kind {
            "common" => word(number % 40),
            "rare" => word(20_000 + dice.next() % 40_000),
            "two words" => format!("{} {}", word(number % 60), word(dice.rank(2000))),
            "phrase" => {
                let pairs = entry.split(' ').collect::<Vec<_>>();
                let at = dice.next() as usize % (pairs.len() - 3);
                format!("\"{} {}\"", pairs[at], pairs[at + 1])
            }
            "typed prefix" => {
                let word = words[start];
                word[..word.len().min(1 + number as usize % 5)].to_owned()
            }
            "fuzzy" => format!("~{}x", words[start]),
            _ => format!("\"{} {}", words[start], &words[start + 1][..1]),
        }
    }
}
