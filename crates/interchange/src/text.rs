//! From bytes to text with lines: encodings, NUL bytes, line ends.

use std::borrow::Cow;

use crate::{ImportError, SourceFile, limits};

/// The text of a file, without byte order mark, each line ended by `\n`.
///
/// # Errors
/// `too-large`, `not-text`, `nul-byte`.
pub(crate) fn decode<'a>(file: &SourceFile<'a>) -> Result<Cow<'a, str>, ImportError> {
    let bytes = file.bytes;
    if bytes.len() > limits::FILE_BYTES {
        return Err(ImportError::TooLarge {
            len_bytes: bytes.len() as u64,
            max_bytes: limits::FILE_BYTES as u64,
        });
    }
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(utf8(rest)?),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        _ => Cow::Borrowed(utf8(bytes)?),
    };
    if let Some(at) = text.find('\0') {
        return Err(ImportError::NulByte {
            line: line_of(&text, at),
        });
    }
    // A carriage return alone ends a line too, as old spreadsheets write it.
    if text.contains('\r') {
        Ok(Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")))
    } else {
        Ok(text)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, ImportError> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        // UTF-16 without its mark is nearly always this, and worth its own answer.
        Err(_) if bytes.contains(&0) => {
            let at = bytes.iter().position(|b| *b == 0).unwrap_or(0);
            Err(ImportError::NulByte {
                line: newlines(&bytes[..at]) + 1,
            })
        }
        Err(e) => {
            let at = e.valid_up_to();
            let reason = bytes.get(at).map_or_else(
                || "it ends within a character".into(),
                |b| format!("byte {b:#04x} is not UTF-8"),
            );
            Err(ImportError::NotText {
                line: newlines(&bytes[..at]) + 1,
                reason,
            })
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ImportError> {
    let mut text = String::with_capacity(bytes.len() / 2);
    let (pairs, rest) = bytes.as_chunks::<2>();
    let refused = |text: &str, reason: &str| ImportError::NotText {
        line: newlines(text.as_bytes()) + 1,
        reason: reason.into(),
    };
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match c {
            Ok(c) => text.push(c),
            Err(_) => return Err(refused(&text, "half a UTF-16 character")),
        }
    }
    if rest.is_empty() {
        Ok(text)
    } else {
        Err(refused(&text, "an odd number of bytes"))
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|b| **b == b'\n').count() as u64
}

/// The 1-based line of a byte of `text`: O(offset).
pub(crate) fn line_of(text: &str, offset: usize) -> u64 {
    newlines(&text.as_bytes()[..offset.min(text.len())]) + 1
}

/// Lines of offsets that never decrease: O(text) for all of them together.
pub(crate) struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The 1-based line of a byte.
    pub(crate) fn at(&mut self, offset: usize) -> u64 {
        let offset = offset.min(self.text.len());
        if offset < self.at {
            (self.at, self.line) = (0, 1);
        }
        self.line += newlines(&self.text.as_bytes()[self.at..offset]);
        self.at = offset;
        self.line
    }
}

/// Foreign text as a message repeats it: cut, and on one line.
pub(crate) fn quoted(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(limits::QUOTED_CHARS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(limits::QUOTED_CHARS).is_some() {
        short.push('…');
    }
    short
}

/// A header or a word as it is compared: letters and digits only, lower case (`IP Address` = `ip_address`).
pub(crate) fn plain(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Cow<'_, str>, ImportError> {
        decode(&SourceFile { name: "f", bytes })
    }

    #[test]
    fn encodings_are_told_by_their_marks() {
        let utf16 = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| {
            mark.into_iter()
                .chain("a\r\né😀".encode_utf16().flat_map(unit))
                .collect::<Vec<u8>>()
        };
        assert_eq!(read(b"\xef\xbb\xbfa\r\nb\rc"), Ok("a\nb\nc".into()));
        assert_eq!(read(&utf16([0xff, 0xfe], u16::to_le_bytes)), Ok("a\né😀".into()));
        assert_eq!(read(&utf16([0xfe, 0xff], u16::to_be_bytes)), Ok("a\né😀".into()));
    }

    #[test]
    fn what_is_not_text_is_refused_with_its_line() {
        assert_eq!(read(b"a\nb\0"), Err(ImportError::NulByte { line: 2 }));
        assert_eq!(read(b"a\0\n\0\xe9\0"), Err(ImportError::NulByte { line: 1 }));
        assert!(matches!(
            read(b"a\nb\n\xe9t\xe9"),
            Err(ImportError::NotText { line: 3, .. })
        ));
        assert!(matches!(
            read(b"\xff\xfea\0\n\0b"),
            Err(ImportError::NotText { line: 2, .. })
        ));
        assert!(matches!(
            read(b"\xff\xfe\x00\xd8a\0"),
            Err(ImportError::NotText { line: 1, .. })
        ));
    }

    #[test]
    fn files_are_bounded_at_and_past_the_limit() {
        assert!(read(&vec![b'a'; limits::FILE_BYTES]).is_ok());
        assert_eq!(
            read(&vec![b'a'; limits::FILE_BYTES + 1]).unwrap_err().code(),
            "too-large"
        );
    }

    #[test]
    fn words_are_compared_without_case_space_and_marks() {
        assert_eq!(plain(" IP_Address* "), plain("ip address"));
        assert_eq!(quoted(&"x".repeat(65)).chars().count(), 65);
    }
}
