//! From the query language to the filter the mirror evaluates.
