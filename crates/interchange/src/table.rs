//! CSV as headers and rows with their lines.

use csv::{ReaderBuilder, StringRecord};

use crate::text::{Lines, plain};
use crate::{IgnoredColumn, ImportError, limits};

/// A CSV file: its headers, and its rows without the blank ones.
pub(crate) struct Table {
    /// The headers as written.
    pub(crate) headers: Vec<String>,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

/// One row.
pub(crate) struct Row {
    /// 1-based, where it begins.
    pub(crate) line: u64,
    cells: StringRecord,
}

impl Row {
    /// A cell, without the white space around it; empty where the row has no such cell.
    pub(crate) fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|i| self.cells.get(i)).unwrap_or_default().trim()
    }

    /// A cell exactly as written.
    pub(crate) fn raw(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }

    /// What is wrong with the number of cells, if anything: a comma too many moves every value after it.
    pub(crate) fn misfit(&self, headers: usize) -> Option<String> {
        let cells = self.cells.len();
        let blank_after = |from: usize| self.cells.iter().skip(from).all(|c| c.trim().is_empty());
        match cells.cmp(&headers) {
            core::cmp::Ordering::Less => Some(format!(
                "{cells} cells, the header has {headers}: add the missing commas"
            )),
            core::cmp::Ordering::Greater if !blank_after(headers) => Some(format!(
                "{cells} cells, the header has {headers}: put a cell that has a comma in quotes"
            )),
            core::cmp::Ordering::Greater | core::cmp::Ordering::Equal => None,
        }
    }
}

/// The comma, unless the header line has more semicolons or tabs (spreadsheets write what the locale says).
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let count = |c: char| header.chars().filter(|x| *x == c).count();
    let (commas, semicolons, tabs) = (count(','), count(';'), count('\t'));
    if semicolons > commas && semicolons >= tabs {
        b';'
    } else if tabs > commas {
        b'\t'
    } else {
        b','
    }
}

/// The byte at which a quoted cell begins that never ends. The parser would take the rest of the file for that cell.
fn unclosed_quote(text: &str, separator: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut at_start) = (0, true);
    while at < bytes.len() {
        if at_start && bytes[at] == b'"' {
            let opened = at;
            loop {
                at += 1 + bytes[at + 1..]
                    .iter()
                    .position(|b| *b == b'"')
                    .map_or(bytes.len(), |i| i);
                match bytes.get(at) {
                    None => return Some(opened),
                    Some(_) if bytes.get(at + 1) == Some(&b'"') => at += 1,
                    Some(_) => break,
                }
            }
            at_start = false;
        } else {
            at_start = bytes[at] == separator || bytes[at] == b'\n';
        }
        at += 1;
    }
    None
}

fn records(text: &str, separator: u8) -> impl Iterator<Item = (usize, StringRecord)> + '_ {
    let reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    reader.into_records().filter_map(move |record| {
        // From text in memory, with rows of any length, there is nothing that could fail.
        let record = record.ok()?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
        // The parser's position is that of the blank lines before the row, if there are any.
        let start = record
            .position()
            .and_then(|p| usize::try_from(p.byte()).ok())
            .unwrap_or(0);
        let blank = text.as_bytes()[start.min(text.len())..]
            .iter()
            .take_while(|b| **b == b'\n')
            .count();
        Some((start + blank, record))
    })
}

/// The headers of a CSV file, as written; empty for a file of blank lines.
pub(crate) fn headers(text: &str) -> Vec<String> {
    let first = records(text, separator(text)).next();
    first
        .map(|(_, r)| r.iter().map(|h| h.trim().to_owned()).collect())
        .unwrap_or_default()
}

impl Table {
    /// Reads all rows.
    ///
    /// # Errors
    /// `unclosed-quote`, `no-rows`, `too-many-rows`.
    pub(crate) fn read(text: &str) -> Result<Self, ImportError> {
        let separator = separator(text);
        if let Some(at) = unclosed_quote(text, separator) {
            return Err(ImportError::UnclosedQuote {
                line: crate::text::line_of(text, at),
            });
        }
        let mut lines = Lines::of(text);
        let mut records = records(text, separator);
        let Some((_, header)) = records.next() else {
            return Err(ImportError::NoRows);
        };
        let rows: Vec<Row> = records
            .map(|(at, cells)| Row {
                line: lines.at(at),
                cells,
            })
            .collect();
        if rows.is_empty() {
            return Err(ImportError::NoRows);
        }
        if rows.len() > limits::ROWS {
            return Err(ImportError::too_many_rows(rows.len()));
        }
        Ok(Self {
            headers: header.iter().map(|h| h.trim().to_owned()).collect(),
            rows,
        })
    }

    /// Columns that were not kept although some row has something there.
    pub(crate) fn ignored(&self, kept: &[usize]) -> Vec<IgnoredColumn> {
        let named = |i: usize, header: &str| {
            if header.is_empty() {
                format!("column {}", i + 1)
            } else {
                crate::text::quoted(header)
            }
        };
        let columns = self.headers.iter().enumerate().filter(|(i, _)| !kept.contains(i));
        columns
            .map(|(i, header)| IgnoredColumn {
                name: named(i, header),
                non_empty_rows: self.rows.iter().filter(|r| !r.cell(Some(i)).is_empty()).count() as u64,
            })
            .filter(|column| column.non_empty_rows > 0)
            .collect()
    }
}

/// Finds columns by what they may be called and remembers which were found.
pub(crate) struct Columns {
    plain: Vec<String>,
    /// The columns found so far.
    pub(crate) kept: Vec<usize>,
}

impl Columns {
    pub(crate) fn of(headers: &[String]) -> Self {
        Self {
            plain: headers.iter().map(|h| plain(h)).collect(),
            kept: Vec::new(),
        }
    }

    /// The column with one of these names, the earlier name first; each name is as [`plain`] makes it.
    pub(crate) fn find(&mut self, names: &[&str]) -> Option<usize> {
        let found = names
            .iter()
            .find_map(|name| self.plain.iter().position(|header| header == name))?;
        self.kept.push(found);
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_lines_past_blank_lines_and_quoted_line_ends() {
        let table = Table::read("\n a ,b\n\n1,\"x\ny\"\n,\n\n2,z\n").unwrap();
        assert_eq!(table.headers, ["a", "b"]);
        let found: Vec<(u64, &str)> = table.rows.iter().map(|r| (r.line, r.cell(Some(0)))).collect();
        assert_eq!(found, [(4, "1"), (8, "2")]);
    }

    #[test]
    fn a_quote_that_never_closes_is_named_by_its_line() {
        for (text, line) in [("a,b\n1,\"x\n2,y\n", 2), ("a\n\"x\"\"\n", 2), ("a\n1\n\"", 3)] {
            assert_eq!(
                Table::read(text).err(),
                Some(ImportError::UnclosedQuote { line }),
                "{text}"
            );
        }
        for text in [
            "a,b\n1,\"x\"\"y\"\n",
            "a\nx\"y\n",
            "a,b\n\"\",\"\"\n1,2\n",
            "a\n\"x\"y\"\n",
        ] {
            assert!(Table::read(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn semicolons_and_tabs_separate_where_the_header_has_them() {
        for text in ["a;b\n1;2,5\n", "a\tb\n1\t2,5\n"] {
            assert_eq!(Table::read(text).unwrap().rows[0].cell(Some(1)), "2,5");
        }
    }

    #[test]
    fn rows_are_bounded_at_and_past_the_limit() {
        let text = |n: usize| format!("a\n{}", "1\n".repeat(n));
        assert!(Table::read(&text(limits::ROWS)).is_ok());
        assert_eq!(
            Table::read(&text(limits::ROWS + 1)).err().map(|e| e.code()),
            Some("too-many-rows")
        );
        assert_eq!(Table::read("a\n\n").err(), Some(ImportError::NoRows));
    }
}
