//! Differences in words.

use plat_domain::query::{Compliance, Row};
use plat_domain::{ClaimId, Diff};

use crate::format;

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Added,
    Changed,
    Released,
}

impl Sign {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Released => "released",
        }
    }

    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Changed => "~",
            Self::Released => "−",
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: ClaimId,
    pub(crate) sign: Sign,
    pub(crate) kind: String,
    pub(crate) label: String,
    pub(crate) before: String,
    pub(crate) now: String,
    /// What else differs.
    pub(crate) notes: Vec<String>,
}

fn compliance(status: Compliance) -> &'static str {
    match status {
        Compliance::Compliant => "compliant now",
        Compliance::Noncompliant => "not compliant now",
        Compliance::Unmanaged => "in no pool now",
        Compliance::Ignored => "left out of compliance",
    }
}

fn notes(before: &Row, now: &Row) -> Vec<String> {
    let mut notes = Vec::new();
    if before.name != now.name {
        notes.push(format!("name was “{}”", before.name));
    }
    if before.description != now.description {
        notes.push(if now.description.is_empty() {
            "no description".to_owned()
        } else {
            format!("description “{}”", now.description)
        });
    }
    notes.extend(
        now.tags
            .iter()
            .filter(|(key, value)| before.tags.get(key) != Some(*value))
            .map(|(key, value)| format!("{key} = {value}")),
    );
    notes.extend(
        before
            .tags
            .iter()
            .filter(|(key, _)| now.tags.get(key).is_none())
            .map(|(key, _)| format!("without {key}")),
    );
    if before.in_use != now.in_use {
        notes.push(if now.in_use { "in use" } else { "not in use" }.to_owned());
    }
    if before.compliance != now.compliance {
        notes.extend(now.compliance.map(|c| compliance(c).to_owned()));
    }
    let flags = [
        (before.parent != now.parent, "place"),
        (before.space != now.space, "space"),
        (before.holder != now.holder, "holder"),
        (before.expires_at != now.expires_at, "end"),
    ];
    notes.extend(
        flags
            .into_iter()
            .filter(|(differs, _)| *differs)
            .map(|(_, word)| word.to_owned()),
    );
    if notes.is_empty() && before.prefixes == now.prefixes {
        notes.push(if now.kind == "pool" { "rules" } else { "other" }.to_owned());
    }
    notes
}

/// The lines of a difference, in its order.
pub(crate) fn entries(diff: &Diff) -> Vec<Entry> {
    diff.claims
        .iter()
        .filter_map(|d| {
            let row = d.now.as_ref().or(d.before.as_ref())?;
            let sign = match (&d.before, &d.now) {
                (None, _) => Sign::Added,
                (Some(_), None) => Sign::Released,
                (Some(_), Some(_)) => Sign::Changed,
            };
            let text = |r: &Option<Row>| {
                r.as_ref()
                    .map(|r| format::prefixes(&r.prefixes, 3))
                    .unwrap_or_default()
            };
            Some(Entry {
                id: row.id,
                sign,
                kind: row.kind.clone(),
                label: row.name.clone(),
                before: text(&d.before),
                now: text(&d.now),
                notes: d
                    .before
                    .as_ref()
                    .zip(d.now.as_ref())
                    .map(|(b, n)| notes(b, n))
                    .unwrap_or_default(),
            })
        })
        .collect()
}
