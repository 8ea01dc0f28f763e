//! The owner's first token: made on this machine, kept in one file, known to the Worker by its hash only.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LEN_CHARS: usize = 8;
/// 32 characters of base 62 hold 190 bits; 160 are asked for.
const SECRET_LEN_CHARS: usize = 32;
/// 62^6 is above 2^32, so six characters hold any checksum.
const CHECKSUM_LEN_CHARS: usize = 6;

/// The owner's token and where it is kept.
#[derive(Debug)]
pub struct OwnerToken {
    /// `plat_local_<id>_<random>_<crc32 in base 62>`.
    pub token: String,
    /// The file it is kept in, readable by its owner only.
    pub path: PathBuf,
    /// Whether this call made it.
    pub is_new: bool,
}

impl OwnerToken {
    /// What the Worker is told: SHA-256 of the whole token, in lower-case hexadecimal.
    pub fn sha256_hex(&self) -> String {
        Sha256::digest(self.token.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Reads the owner's token from `data/owner-token`, or makes it.
///
/// # Errors
/// When the file can be neither read nor made.
pub fn owner_token(data: &Path) -> Result<OwnerToken> {
    let path = data.join("owner-token");
    if let Ok(text) = fs::read_to_string(&path) {
        return Ok(OwnerToken {
            token: text.trim().to_owned(),
            path,
            is_new: false,
        });
    }
    let token = new_token()?;
    fs::create_dir_all(data)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot keep the owner's token in {}", path.display()))?;
    writeln!(file, "{token}")?;
    Ok(OwnerToken {
        token,
        path,
        is_new: true,
    })
}

fn new_token() -> Result<String> {
    let body = format!(
        "plat_local_{}_{}",
        random_base62(ID_LEN_CHARS)?,
        random_base62(SECRET_LEN_CHARS)?
    );
    let checksum = base62(crc32(body.as_bytes()));
    Ok(format!("{body}_{checksum}"))
}

/// Bytes of 248 and above are thrown away: 248 is the largest multiple of 62 in a byte, so no character is favoured.
fn random_base62(len_chars: usize) -> Result<String> {
    let mut source = File::open("/dev/urandom").context("no source of randomness")?;
    let mut text = String::with_capacity(len_chars);
    let mut byte = [0];
    while text.len() < len_chars {
        source.read_exact(&mut byte)?;
        if byte[0] < 248 {
            text.push(char::from(BASE62[usize::from(byte[0] % 62)]));
        }
    }
    Ok(text)
}

fn base62(mut number: u32) -> String {
    let mut digits = [b'0'; CHECKSUM_LEN_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// CRC-32 as in ISO 3309 and zip: reflected, polynomial 0xEDB88320. Of `123456789` it is 0xCBF43926.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for byte in bytes {
        rest ^= u32::from(*byte);
        for _ in 0..8 {
            rest = if rest & 1 == 1 {
                (rest >> 1) ^ 0xEDB8_8320
            } else {
                rest >> 1
            };
        }
    }
    !rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_is_the_one_of_zip() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn token_has_the_stated_shape() {
        let token = new_token().unwrap();
        let parts: Vec<&str> = token.split('_').collect();
        assert_eq!(parts[..2], ["plat", "local"]);
        assert_eq!(
            parts[2..].iter().map(|part| part.len()).collect::<Vec<_>>(),
            [8, 32, 6]
        );
        let (body, checksum) = token.rsplit_once('_').unwrap();
        assert_eq!(checksum, base62(crc32(body.as_bytes())));
    }
}
