//! Limits of files, each with its arithmetic. Each is tested at and past itself.

/// Bytes of one file. 100,000 claims with short names and labels are 33 MB of our own JSON (330 bytes each) and 20 MB of
/// our own CSV; the same NetBox rows are 12 MB, or 24 MB in UTF-16. Half as much again for longer texts: 48 MiB, of which
/// the text is borrowed where it can be, so that an isolate of 128 MB holds the file and its rows.
pub const FILE_BYTES: usize = 48 * 1024 * 1024;

/// Rows of one file: an import is one batch, so not more than a batch has commands.
pub const ROWS: usize = plat_domain::limits::COMMANDS_PER_BATCH;

/// Characters of a foreign text that a message repeats: a line of a terminal has 80.
pub const QUOTED_CHARS: usize = 64;

/// Headers or keys that a message lists. A NetBox header has 17.
pub const NAMES_LISTED: usize = 40;
