//! What there is without us: tantivy as its own examples use it, and FTS5.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tantivy::collector::TopDocs;
use tantivy::query::{FuzzyTermQuery, PhrasePrefixQuery, Query, QueryParser};
use tantivy::schema::{FAST, Field, INDEXED, Schema, TEXT};
use tantivy::{Searcher, TantivyDocument, Term};

use crate::text::Corpus;

pub struct Plain {
    folder: PathBuf,
    searcher: Searcher,
    parser: QueryParser,
    text: Field,
}

impl Plain {
    pub fn build(folder: &Path, corpus: &Corpus) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let mut schema = Schema::builder();
        let owner = schema.add_u64_field("owner", INDEXED | FAST);
        let text = schema.add_text_field("text", TEXT);
        let index = tantivy::Index::create_in_dir(folder, schema.build()).expect("an index");
        let mut writer = index.writer_with_num_threads(2, 128_000_000).expect("a writer");
        for (number, place) in corpus.all() {
            let mut document = TantivyDocument::new();
            document.add_u64(owner, number);
            document.add_text(text, corpus.entry(number, place));
            writer.add_document(document).expect("written");
        }
        writer.commit().expect("committed");
        writer.wait_merging_threads().expect("merged");
        let searcher = index.reader().expect("a reader").searcher();
        Self { folder: folder.to_owned(), searcher, parser: QueryParser::for_index(&index, vec![text]), text }
    }

    pub fn bytes(&self) -> u64 {
        let files = std::fs::read_dir(&self.folder).expect("files").flatten();
        files.filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum()
    }

    pub fn search(&self, kind: &str, query: &str) -> u64 {
        let term = |word: &str| Term::from_field_text(self.text, word);
        let asked: Box<dyn Query> = match kind {
            "typed prefix" => Box::new(PhrasePrefixQuery::new(vec![term(query)])),
            "typed phrase" => Box::new(PhrasePrefixQuery::new(query.trim_matches('"').split(' ').map(term).collect())),
            "fuzzy" => Box::new(FuzzyTermQuery::new(term(query.trim_start_matches('~')), 1, true)),
            "two words" => self.parser.parse_query(&query.replace(' ', " AND ")).expect("a query"),
            _ => self.parser.parse_query(query).expect("a query"),
        };
        let top = TopDocs::with_limit(20).order_by_score();
        self.searcher.search(&asked, &top).expect("an answer").len() as u64
    }
}

pub struct Fts {
    db: Connection,
}

impl Fts {
    pub fn build(path: &Path, corpus: &Corpus) -> Self {
        let db = Connection::open(path).expect("a database");
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN; CREATE VIRTUAL TABLE entry USING fts5(text)")
            .expect("a table");
        {
            let mut insert = db.prepare("INSERT INTO entry(rowid, text) VALUES (?, ?)").expect("prepared");
            for (number, (owner, place)) in corpus.all().enumerate() {
                insert.execute((number as i64, corpus.entry(owner, place))).expect("written");
            }
        }
        db.execute_batch("COMMIT").expect("committed");
        Self { db }
    }

    /// What FTS5 can do of it: it has no fuzzy words. It shows its hits as we do, with the words marked in a piece of the text, for
    /// which it keeps the text.
    pub fn search(&self, kind: &str, query: &str) -> u64 {
        let words = query.trim_matches(['"', '~']);
        let star = if kind.starts_with("typed") { "*" } else { "" };
        let quoted = match query.starts_with('"') {
            true => format!("\"{words}\"{star}"),
            false => words.split(' ').map(|word| format!("\"{word}\"{star}")).collect::<Vec<_>>().join(" "),
        };
        let mut asked = self
            .db
            .prepare_cached(
                "SELECT rowid, snippet(entry, 0, '[', ']', '…', 32) FROM entry WHERE entry MATCH ? ORDER BY rank LIMIT 20",
            )
            .expect("prepared");
        let shown = asked.query_map([quoted], |row| row.get::<_, String>(1)).expect("asked");
        shown.map(|shown| shown.expect("a snippet").len() as u64).sum()
    }
}
