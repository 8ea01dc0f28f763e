//! Why a file as a whole cannot be read. What is wrong with one row is a finding of that row.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{Format, limits};

/// Why nothing of a file can be imported. Nothing was changed.
///
/// **Precedence**: in the order of these variants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "code")]
pub enum ImportError {
    /// More than [`limits::FILE_BYTES`].
    TooLarge {
        /// Bytes given.
        len_bytes: u64,
        /// Bytes allowed, inclusive.
        max_bytes: u64,
    },
    /// Neither UTF-8 nor UTF-16 with a byte order mark.
    NotText {
        /// 1-based line of the first byte that is not text.
        line: u64,
        /// What was expected there.
        reason: String,
    },
    /// A NUL byte: a binary file, or UTF-16 without its byte order mark.
    NulByte {
        /// 1-based line.
        line: u64,
    },
    /// Not JSON although it begins like it.
    InvalidJson {
        /// 1-based line.
        line: u64,
        /// 1-based column, in bytes of UTF-8.
        column: u64,
        /// What is wrong there.
        reason: String,
    },
    /// A quoted cell of a CSV file never ends.
    UnclosedQuote {
        /// 1-based line where it begins.
        line: u64,
    },
    /// No format has these headers or keys.
    UnknownFormat {
        /// The headers or keys seen, at most [`limits::NAMES_LISTED`].
        seen: Vec<String>,
        /// What can be read: the labels of the formats.
        known: Vec<String>,
    },
    /// Our own format of a version this engine does not read.
    UnknownVersion {
        /// The version given.
        version: String,
    },
    /// Our own CSV without some of its columns.
    MissingColumns {
        /// Which.
        columns: Vec<String>,
    },
    /// Headers or an empty list, and nothing to import.
    NoRows,
    /// More than [`limits::ROWS`].
    TooManyRows {
        /// Rows (or the commands they need).
        rows: u64,
        /// Allowed, inclusive.
        max: u64,
    },
}

impl ImportError {
    /// Stable code, in kebab case, as in the serialised form.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::NotText { .. } => "not-text",
            Self::NulByte { .. } => "nul-byte",
            Self::InvalidJson { .. } => "invalid-json",
            Self::UnclosedQuote { .. } => "unclosed-quote",
            Self::UnknownFormat { .. } => "unknown-format",
            Self::UnknownVersion { .. } => "unknown-version",
            Self::MissingColumns { .. } => "missing-columns",
            Self::NoRows => "no-rows",
            Self::TooManyRows { .. } => "too-many-rows",
        }
    }

    pub(crate) fn unknown(seen: impl IntoIterator<Item = String>) -> Self {
        let seen = seen
            .into_iter()
            .take(limits::NAMES_LISTED)
            .map(|s| crate::text::quoted(&s))
            .collect();
        Self::UnknownFormat {
            seen,
            known: Format::ALL.iter().map(|f| f.label().to_owned()).collect(),
        }
    }

    pub(crate) fn too_many_rows(rows: usize) -> Self {
        Self::TooManyRows {
            rows: rows as u64,
            max: limits::ROWS as u64,
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { len_bytes, max_bytes } => {
                write!(
                    f,
                    "the file has {len_bytes} bytes, at most {max_bytes} can be imported: divide it"
                )
            }
            Self::NotText { line, reason } => {
                write!(
                    f,
                    "line {line} is not text: {reason}; save the file as UTF-8, or as UTF-16 with a byte order mark"
                )
            }
            Self::NulByte { line } => write!(
                f,
                "line {line} has a NUL byte: a binary file, or UTF-16 without a byte order mark; save it as UTF-8"
            ),
            Self::InvalidJson { line, column, reason } => {
                write!(f, "not valid JSON at line {line}, column {column}: {reason}")
            }
            Self::UnclosedQuote { line } => write!(f, "the quote opened on line {line} is never closed"),
            Self::UnknownFormat { seen, known } => {
                write!(
                    f,
                    "no known format has these headers or keys: {}; known are {}",
                    seen.join(", "),
                    known.join("; ")
                )
            }
            Self::UnknownVersion { version } => {
                write!(
                    f,
                    "an export of version `{version}`, this one reads versions {} to {}",
                    crate::plat::OLDEST,
                    crate::plat::VERSION
                )
            }
            Self::MissingColumns { columns } => {
                write!(
                    f,
                    "an export without the columns {}: restore them, they say what the rows are",
                    columns.join(", ")
                )
            }
            Self::NoRows => f.write_str("the file has no rows: nothing to import"),
            Self::TooManyRows { rows, max } => {
                write!(
                    f,
                    "the file needs {rows} rows or changes, at most {max} are imported as one: divide it"
                )
            }
        }
    }
}
impl std::error::Error for ImportError {}
