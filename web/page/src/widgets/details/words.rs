//! The details in words.

use plat_api::ClaimDetails;
use plat_domain::query::Event;
use plat_domain::{Count, Profile, Strategy, Thresholds, Utilization};

use crate::format;
use crate::kinds;

/// What the time of a kind means.
pub(super) fn end(kind: &str) -> &'static str {
    if kind == "cooling" {
        "resting until"
    } else {
        "held back until"
    }
}

/// How many overlaps, and how many of them nobody accepted.
pub(super) fn overlaps(all: u64, open: u64) -> String {
    let accepted = all.saturating_sub(open);
    match (open, accepted) {
        (0, n) => format!("✓ {}", format::many(n, "accepted overlap", "accepted overlaps")),
        (n, 0) => format!("⚠ {}", format::many(n, "conflict", "conflicts")),
        (n, m) => format!(
            "⚠ {}, {m} more accepted",
            format::many(n, "conflict", "conflicts")
        ),
    }
}

/// What the level of use rests on: `84.2 % allocated, over 80 %`.
pub(super) fn level_reason(kind: &str, points: u16, thresholds: Thresholds, level: Utilization) -> String {
    let what = if matches!(kind, "subnet" | "range") {
        "in use"
    } else {
        "allocated"
    };
    let (under, over) = (
        format::percent(thresholds.under_basis_points),
        format::percent(thresholds.over_basis_points),
    );
    let bound = match level {
        Utilization::Under => format!("less than {under}"),
        Utilization::Optimal => format!("{under} to {over}"),
        Utilization::Over => format!("more than {over}"),
    };
    format!("{} {what}; {bound}", format::percent(points))
}

/// What of a network hosts cannot have, and who keeps it; nothing where that is nothing.
pub(super) fn kept(profile: Profile, kept: Count) -> String {
    if kept.is_zero() {
        return String::new();
    }
    let kept = format::exact(kept);
    match profile {
        Profile::Generic => format!("; {kept} are kept for network and broadcast"),
        Profile::Azure | Profile::Aws | Profile::GoogleCloud | Profile::Oci => {
            format!("; {} keeps {kept}", kinds::provider(profile))
        }
    }
}

/// Whose word a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The pool's own.
    Own,
    /// A pool's around it.
    Around,
    /// What holds where nobody says anything.
    Usual,
}

/// A rule of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) what: &'static str,
    pub(super) value: String,
    pub(super) from: From,
}

fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::FirstFit => "first fit",
        Strategy::BestFit => "best fit",
        Strategy::FromEnd => "from the end",
        Strategy::Sparse => "sparse",
    }
}

fn seconds(seconds: u32) -> String {
    if seconds == 0 {
        return "none: handed out again at once".to_owned();
    }
    const UNITS: [(u32, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let whole = UNITS.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit));
    let (unit, word) = whole.unwrap_or((1, "second"));
    format::many(u64::from(seconds / unit), word, &format!("{word}s"))
}

/// The rules of a pool, its own and those that it has from the pools around.
pub(super) fn rules(details: &ClaimDetails) -> Vec<Rule> {
    let policy = details.policy.clone().unwrap_or_default();
    let mut rules = Vec::new();
    let mut add = |what, value: String, from| rules.push(Rule { what, value, from });
    let own = |is: bool, usual: bool| match (is, usual) {
        (true, _) => From::Own,
        (false, true) => From::Usual,
        (false, false) => From::Around,
    };
    match (policy.shortest_len, policy.longest_len) {
        (Some(a), Some(b)) => add("Blocks", format!("/{a} to /{b}"), From::Own),
        (Some(a), None) => add("Blocks", format!("/{a} or smaller"), From::Own),
        (None, Some(b)) => add("Blocks", format!("/{b} or larger"), From::Own),
        (None, None) => add("Blocks", "any size".to_owned(), From::Usual),
    }
    if let Some(n) = policy.default_len {
        add("Usual block", format!("/{n}"), From::Own);
    }
    let chosen = policy.strategy.unwrap_or_default();
    add(
        "Where they go",
        strategy(chosen).to_owned(),
        own(policy.strategy.is_some(), true),
    );
    for (key, allowed) in &details.asks_tags {
        let value = if allowed.is_empty() {
            format!("{key}, any value")
        } else {
            format!("{key}: {}", allowed.join(", "))
        };
        add(
            "Asks for the tag",
            value,
            own(policy.required_tags.is_some(), false),
        );
    }
    if details.asks_tags.is_empty() {
        add(
            "Asks for tags",
            "none".to_owned(),
            own(policy.required_tags.is_some(), true),
        );
    }
    if let Some(cool_down) = policy.cool_down_seconds {
        add("Rests after release", seconds(cool_down), From::Own);
    }
    let Thresholds {
        under_basis_points: under,
        over_basis_points: over,
    } = details.thresholds;
    add(
        "Used well",
        format!("{} to {}", format::percent(under), format::percent(over)),
        own(
            policy.thresholds.is_some(),
            details.thresholds == Thresholds::default(),
        ),
    );
    add(
        "Provider",
        kinds::provider(details.profile).to_owned(),
        own(policy.profile.is_some(), details.profile == Profile::Generic),
    );
    rules
}

/// What became of a claim in a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// `+`, `~` or `−`.
    pub(super) sign: &'static str,
    /// The same as a word.
    pub(super) word: &'static str,
    pub(super) kind: String,
    pub(super) label: String,
    /// Prefixes before, where they were others.
    pub(super) before: String,
    pub(super) now: String,
    /// What else changed.
    pub(super) notes: String,
}

/// What one event did.
pub(super) fn line(event: &Event) -> Line {
    let (sign, word) = match (&event.before, &event.now) {
        (None, _) => ("+", "added"),
        (Some(_), None) => ("−", "released"),
        (Some(_), Some(_)) => ("~", "changed"),
    };
    let place = |c: &plat_domain::Named| kinds::place(&c.kind, &c.prefixes, 3);
    let before = event.before.as_ref().map(place).unwrap_or_default();
    let now = event.now.as_ref().map(place).unwrap_or_default();
    let claim = event.now.as_ref().or(event.before.as_ref());
    let label = claim.map(|c| c.label.clone()).unwrap_or_default();
    let kind = claim.map(|c| c.kind.clone()).unwrap_or_default();
    let field = |name: &String| match (name.as_str(), kind.as_str()) {
        ("prefixes", _) => None,
        ("parent", _) => Some("place".to_owned()),
        ("kind", "pool") => Some("rules".to_owned()),
        ("kind", "network") => Some("holder".to_owned()),
        ("kind", "reservation" | "cooling") => Some("end".to_owned()),
        ("kind", _) => Some("kind".to_owned()),
        ("ignored", _) => Some("compliance".to_owned()),
        ("observed", _) => Some("found or allocated".to_owned()),
        (name, _) => Some(name.to_owned()),
    };
    let was = (!before.is_empty() && !now.is_empty() && before != now).then(|| before.clone());
    let now = if now.is_empty() { before } else { now };
    Line {
        sign,
        word,
        label: if now.starts_with(&label) {
            String::new()
        } else {
            label
        },
        before: was.unwrap_or_default(),
        now,
        notes: event
            .changed
            .iter()
            .filter_map(field)
            .collect::<Vec<_>>()
            .join(", "),
        kind,
    }
}

/// Events of one revision after the other.
pub(super) fn revisions(events: &[Event]) -> impl Iterator<Item = &[Event]> {
    events.chunk_by(|a, b| a.revision == b.revision)
}

#[cfg(test)]
mod tests {
    use plat_domain::{ClaimId, Name, Named, Timestamp};

    use super::*;

    #[test]
    fn overlaps_are_counted_by_whether_they_are_accepted() {
        assert_eq!(overlaps(1, 1), "⚠ 1 conflict");
        assert_eq!(overlaps(3, 2), "⚠ 2 conflicts, 1 more accepted");
        assert_eq!(overlaps(1, 0), "✓ 1 accepted overlap");
    }

    #[test]
    fn a_level_says_what_it_rests_on() {
        let usual = Thresholds::default();
        assert_eq!(
            level_reason("pool", 8_420, usual, Utilization::Over),
            "84.2 % allocated; more than 80 %"
        );
        assert_eq!(
            level_reason("subnet", 5_000, usual, Utilization::Optimal),
            "50 % in use; 20 % to 80 %"
        );
    }

    #[test]
    fn what_is_kept_is_said_with_who_keeps_it() {
        assert_eq!(kept(Profile::Azure, Count::from(5u8)), "; Azure keeps 5");
        assert!(kept(Profile::Generic, Count::from(2u8)).contains("broadcast"));
        assert_eq!(kept(Profile::Aws, Count::ZERO), "");
    }

    #[test]
    fn times_of_rest_are_in_the_largest_whole_unit() {
        assert_eq!(seconds(604_800), "7 days");
        assert_eq!(seconds(3_600), "1 hour");
        assert_eq!(seconds(90), "90 seconds");
        assert!(seconds(0).starts_with("none"));
    }

    fn named(kind: &str, label: &str, prefix: &str) -> Named {
        Named {
            id: ClaimId::from_bytes([1; 16]),
            kind: kind.into(),
            label: label.into(),
            prefixes: vec![prefix.parse().unwrap()],
            holder: None,
            available_at: None,
        }
    }

    #[test]
    fn events_say_what_became_of_a_claim() {
        let event = |before: Option<Named>, now: Option<Named>, changed: &[&str]| Event {
            revision: 2,
            base: None,
            actor: Name::new("ada").unwrap(),
            at: Timestamp::from_ms(0),
            word: "edit".into(),
            before,
            now,
            changed: changed.iter().map(|c| (*c).to_owned()).collect(),
        };
        let made = line(&event(None, Some(named("network", "web", "10.0.0.0/24")), &[]));
        assert_eq!(
            (made.sign, made.label.as_str(), made.now.as_str()),
            ("+", "web", "10.0.0.0/24")
        );
        let grown = line(&event(
            Some(named("pool", "Europe", "10.0.0.0/24")),
            Some(named("pool", "Europe", "10.0.0.0/23")),
            &["prefixes", "kind", "parent"],
        ));
        assert_eq!(
            (grown.before.as_str(), grown.now.as_str(), grown.notes.as_str()),
            ("10.0.0.0/24", "10.0.0.0/23", "rules, place")
        );
        let gone = line(&event(
            Some(named("static", "10.0.0.0/24", "10.0.0.0/24")),
            None,
            &[],
        ));
        assert_eq!(
            (gone.sign, gone.label.as_str(), gone.now.as_str()),
            ("−", "", "10.0.0.0/24")
        );
    }
}
