//! Limits of files, each with its arithmetic. Each is tested at and past itself.

/// Bytes of one file. 100,000 rows of our own CSV are about 300 bytes each, 30 MB; a file of UTF-16 of that many NetBox
/// rows (about 120 characters) is 24 MB. An isolate of 128 MB holds the file, its text and the rows.
pub const FILE_BYTES: usize = 32 * 1024 * 1024;

/// Rows of one file: an import is one batch, so not more than a batch has commands.
pub const ROWS: usize = plat_domain::limits::COMMANDS_PER_BATCH;

/// Characters of a foreign text that a message repeats: a line of a terminal has 80.
pub const QUOTED_CHARS: usize = 64;

/// Headers or keys that a message lists. A NetBox header has 17.
pub const NAMES_LISTED: usize = 40;
