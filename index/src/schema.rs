//! How a document is kept: which fields tantivy has for it.
//!
//! The title stands in the text too, several times, which is what raises it; a field of its own is only asked by `title:`.
//! That keeps a word of a query one list of documents, and not two to be joined.

use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TextAnalyzer;

use crate::collect::Values;
use crate::face::{Document, Layout};
use crate::token::{self, Value, Words};

/// Changes when the tokens or the fields do: an index made with another number is made anew.
pub(crate) const FORMAT: u32 = 2;

/// How many times a word of the title counts as much as one of the text.
const TITLE_COUNTS: usize = 4;

const WORDS: &str = "qd_words";
const VALUE: &str = "qd_value";

/// The layout, and the fields made for it.
#[derive(Debug)]
pub(crate) struct Shape {
    pub layout: Layout,
    pub schema: Schema,
    /// The owner: to replace its documents, and to count them.
    pub owner: Field,
    /// The owner again, of its own document only.
    pub own: Field,
    pub at: Field,
    /// The place and one; 0 is the owner's own document.
    pub place: Field,
    pub title: Field,
    pub text: Field,
    pub facets: Vec<Field>,
    pub values: Values,
}

impl Shape {
    pub fn new(layout: &Layout) -> Self {
        let mut schema = Schema::builder();
        let number = NumericOptions::from(INDEXED);
        let owner = schema.add_u64_field("owner", number.clone().set_fast());
        let own = schema.add_u64_field("own", number);
        let place = schema.add_u64_field("place", FAST);
        let at = schema.add_i64_field("at", FAST);
        let words = |record| {
            let indexing = TextFieldIndexing::default().set_tokenizer(WORDS).set_index_option(record);
            TextOptions::default().set_indexing_options(indexing)
        };
        let title = schema.add_text_field("title", words(IndexRecordOption::WithFreqsAndPositions));
        let text = schema.add_text_field("text", words(IndexRecordOption::WithFreqsAndPositions));
        let value = TextFieldIndexing::default()
            .set_tokenizer(VALUE)
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false);
        let value = TextOptions::default().set_indexing_options(value).set_fast("raw");
        let facets = layout.facets.iter().enumerate();
        let facets = facets.map(|(number, _)| schema.add_text_field(&facet_name(number), value.clone())).collect();
        Self {
            layout: layout.clone(),
            schema: schema.build(),
            owner,
            own,
            at,
            place,
            title,
            text,
            facets,
            values: Values::default(),
        }
    }

    /// Teaches tantivy our tokens.
    pub fn prepare(&self, index: &tantivy::Index) {
        index.tokenizers().register(WORDS, TextAnalyzer::from(Words::default()));
        index.tokenizers().register(VALUE, TextAnalyzer::from(Value::default()));
    }

    /// The document as tantivy takes it.
    pub fn document(&self, owner: u64, it: &Document) -> TantivyDocument {
        let mut made = TantivyDocument::new();
        made.add_u64(self.owner, owner);
        match it.place {
            Some(place) => made.add_u64(self.place, u64::from(place) + 1),
            None => {
                made.add_u64(self.place, 0);
                made.add_u64(self.own, owner);
            }
        }
        if let Some(at) = it.at {
            made.add_i64(self.at, at);
        }
        if !it.title.is_empty() {
            made.add_text(self.title, &it.title);
            for _ in 0..TITLE_COUNTS {
                made.add_text(self.text, &it.title);
            }
        }
        if !it.text.is_empty() {
            made.add_text(self.text, &it.text);
        }
        for (number, value) in &it.facets {
            if let Some(field) = self.facets.get(*number)
                && !value.is_empty()
            {
                made.add_text(*field, token::capped(value, token::VALUE_BYTES));
            }
        }
        made
    }
}

/// What tantivy calls the facet of this number.
pub(crate) fn facet_name(number: usize) -> String {
    format!("facet_{number}")
}
