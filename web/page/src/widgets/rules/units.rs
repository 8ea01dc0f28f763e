//! Times and percentages as people type them.

/// Units of a duration with their seconds, the largest first.
const UNITS: [(char, u32); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// `604800` as `1w`, `5400` as `90m`: in the largest unit that needs no other.
pub(super) fn duration_as_text(seconds: u32) -> String {
    let unit = UNITS
        .iter()
        .find(|(_, each)| seconds > 0 && seconds.is_multiple_of(*each));
    unit.map_or_else(
        || "0".to_owned(),
        |(unit, each)| format!("{}{unit}", seconds / each),
    )
}

/// `90s`, `15m`, `2h`, `7d`, `1d 12h`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Result<Option<u32>, String> {
    let tidy: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    if tidy.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        format!(
            "Cool-down: `{}` is not a time such as 90s, 15m, 2h or 7d",
            text.trim()
        )
    };
    let (mut seconds, mut digits) = (0_u32, String::new());
    for letter in tidy.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let (_, each) = UNITS.iter().find(|(unit, _)| *unit == letter).ok_or_else(wrong)?;
        let number: u32 = digits.parse().map_err(|_| wrong())?;
        seconds = number
            .checked_mul(*each)
            .and_then(|n| n.checked_add(seconds))
            .ok_or_else(wrong)?;
        digits.clear();
    }
    if !digits.is_empty() {
        let rest: u32 = digits.parse().map_err(|_| wrong())?;
        seconds = seconds.checked_add(rest).ok_or_else(wrong)?;
    }
    Ok(Some(seconds))
}

/// Hundredths of a percent as they are typed: `2000` as `20`, `3750` as `37.5`.
pub(super) fn percent_as_text(basis_points: u16) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    format!("{whole}.{rest:02}")
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

pub(super) fn percent(text: &str) -> Result<u16, String> {
    let tidy = text.trim().trim_end_matches('%').trim().replace(',', ".");
    let (whole, rest) = tidy.split_once('.').unwrap_or((&tidy, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let points = (!whole.is_empty() && rest.len() <= 2 && digits(whole) && digits(rest))
        .then(|| format!("{whole}{rest:0<2}").parse::<u16>().ok())
        .flatten();
    let points = points.filter(|points| *points <= 10_000);
    points.ok_or_else(|| format!("`{}` is not a percentage such as 80", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, seconds) in [
            ("90s", 90),
            ("90", 90),
            ("15m", 900),
            ("2h", 7_200),
            ("7d", 604_800),
            ("1d 12h", 129_600),
            ("0", 0),
        ] {
            assert_eq!(duration(text), Ok(Some(seconds)), "{text}");
        }
        for wrong in ["x", "m", "3y", "-1", "99999999999", "9999999w"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        for (seconds, text) in [(0, "0"), (90, "90s"), (5_400, "90m"), (86_400, "1d")] {
            assert_eq!(duration_as_text(seconds), text);
        }
    }
}
