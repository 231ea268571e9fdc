//! How a document is kept: which fields tantivy has for it.
//!
//! The title stands in the text too, several times, which is what raises it; a field of its own is only asked by `title:`.
//! That keeps a word of a query one list of documents, and not two to be joined.

use tantivy::schema::{FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TextAnalyzer;

use crate::collect::{Times, Values};
use crate::compile::Beginnings;
use crate::face::Layout;
use crate::token::{Value, Words};

/// Changes when the tokens or the fields do: an index made with another number is made anew.
pub(crate) const FORMAT: u32 = 6;

const WORDS: &str = "qd_words";
const TITLE_WORDS: &str = "qd_title_words";
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
    pub times: Times,
    pub beginnings: Beginnings,
}

impl Shape {
    pub fn new(layout: &Layout) -> Self {
        let mut schema = Schema::builder();
        // Nothing is ranked by a number: how many a document has is not kept.
        let number = NumericOptions::default().set_indexed();
        let owner = schema.add_u64_field("owner", number.clone().set_fast());
        let own = schema.add_u64_field("own", number);
        let place = schema.add_u64_field("place", FAST);
        let at = schema.add_i64_field("at", FAST);
        let words = |tokens| {
            let record = IndexRecordOption::WithFreqsAndPositions;
            let indexing = TextFieldIndexing::default().set_tokenizer(tokens).set_index_option(record);
            TextOptions::default().set_indexing_options(indexing)
        };
        let unranked = |tokens| {
            let indexing = TextFieldIndexing::default().set_tokenizer(tokens);
            let indexing = indexing.set_index_option(IndexRecordOption::Basic).set_fieldnorms(false);
            TextOptions::default().set_indexing_options(indexing)
        };
        let title = schema.add_text_field("title", words(TITLE_WORDS));
        let text = schema.add_text_field("text", words(WORDS));
        let facets = layout.facets.iter().enumerate().map(|(number, facet)| {
            let value = unranked(VALUE);
            schema.add_text_field(&facet_name(number), if facet.counted { value.set_fast("raw") } else { value })
        });
        let facets = facets.collect();
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
            times: Times::default(),
            beginnings: Beginnings::default(),
        }
    }

    /// Teaches tantivy our tokens.
    pub fn prepare(&self, index: &tantivy::Index) {
        index.tokenizers().register(WORDS, TextAnalyzer::from(Words::default()));
        index.tokenizers().register(TITLE_WORDS, TextAnalyzer::from(Words::with_wholes()));
        index.tokenizers().register(VALUE, TextAnalyzer::from(Value::default()));
    }
}

/// What tantivy calls the facet of this number.
pub(crate) fn facet_name(number: usize) -> String {
    format!("facet_{number}")
}
