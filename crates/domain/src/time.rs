//! Time as an input: milliseconds since 1970 (UTC), written as RFC 3339.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time in whole milliseconds, UTC, from 1970 to the year 9999.
///
/// ```
/// use plat_domain::Timestamp;
/// let at: Timestamp = "2027-01-31T00:00:00Z".parse()?;
/// assert_eq!(at.to_string(), "2027-01-31T00:00:00Z");
/// # Ok::<(), plat_domain::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// 9999-12-30T22:00:00Z, the last moment that RFC 3339 (and jiff) can write in any zone.
const MAX_MS: u64 = 253_402_207_200_000;

/// Text that is not an RFC 3339 time with a zone, or lies outside 1970–9999.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp(pub String);

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not an RFC 3339 time such as 2027-01-31T00:00:00Z",
            self.0
        )
    }
}
impl std::error::Error for InvalidTimestamp {}

impl Timestamp {
    /// The moment `ms` milliseconds after 1970-01-01T00:00:00Z; later than 9999 becomes the last one.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(if ms > MAX_MS { MAX_MS } else { ms })
    }

    /// Milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = i64::try_from(self.0).unwrap_or(i64::MAX);
        match jiff::Timestamp::from_millisecond(ms) {
            Ok(at) => write!(f, "{at}"),
            Err(_) => f.write_str("9999-12-30T22:00:00Z"),
        }
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let invalid = || InvalidTimestamp(text.chars().take(64).collect());
        let at: jiff::Timestamp = text.parse().map_err(|_| invalid())?;
        let ms = u64::try_from(at.as_millisecond()).map_err(|_| invalid())?;
        if ms > MAX_MS { Err(invalid()) } else { Ok(Self(ms)) }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.collect_str(self)
        } else {
            self.0.serialize(s)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if d.is_human_readable() {
            String::deserialize(d)?.parse().map_err(de::Error::custom)
        } else {
            let ms = u64::deserialize(d)?;
            if ms > MAX_MS {
                Err(de::Error::custom("time past 9999"))
            } else {
                Ok(Self(ms))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_a_zone_and_lie_after_1970() {
        assert_eq!(
            "2027-01-31T01:00:00+01:00".parse(),
            Ok(Timestamp::from_ms(1_801_353_600_000))
        );
        for bad in [
            "2027-01-31",
            "2027-01-31T00:00:00",
            "03/04/2025",
            "1969-12-31T23:59:59Z",
            "",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
        assert_eq!(Timestamp::from_ms(u64::MAX).to_string(), "9999-12-30T22:00:00Z");
    }
}
