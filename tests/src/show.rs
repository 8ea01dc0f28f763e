//! Answers as the lines a script records: what decides whether the behaviour is right, and no prose.

use anyhow::{Context, Result};
use plat_api::{Free, Problem, UsageAnswer};
use plat_domain::query::{Conflict, Row, Usage};
use plat_domain::{Alternatives, Cidr, ClaimId, Count, Diff, Digest, MissingTag, Moved, Named, Span};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ask::Names;
use crate::twin::Twin;

/// The first 12 of 64 digits: 48 bits tell any two states of a script apart.
pub(crate) fn short(digest: Digest) -> String {
    digest.to_string().chars().take(12).collect()
}

/// Shows addresses as the script's family has them, and identities as the names the script gave.
pub(crate) struct Show<'a> {
    pub(crate) twin: Twin,
    pub(crate) names: &'a Names,
}

impl Show<'_> {
    pub(crate) fn cidrs(&self, cidrs: &[Cidr]) -> String {
        cidrs
            .iter()
            .map(|cidr| self.twin.show_cidr(cidr))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Where a claim is: its prefixes, or a range from its first address to its last.
    fn place(&self, kind: &str, prefixes: &[Cidr]) -> String {
        let shown = self.cidrs(prefixes);
        let ends: Vec<Cidr> = shown.split(' ').filter_map(|cidr| cidr.parse().ok()).collect();
        match (kind, ends.as_slice()) {
            ("range", [first, .., last]) => {
                Span::new(first.family(), first.first(), last.last()).map_or(shown, |span| span.to_string())
            }
            _ => shown,
        }
    }

    pub(crate) fn named(&self, named: &Named) -> String {
        let prefixes = self.place(&named.kind, &named.prefixes);
        let label = if named
            .prefixes
            .first()
            .is_some_and(|p| p.to_string() == named.label)
        {
            ""
        } else {
            &named.label
        };
        let mut text = [named.kind.as_str(), label, &prefixes]
            .iter()
            .filter(|w| !w.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ");
        if let Some(holder) = &named.holder {
            text.push_str(&format!(" held by {holder}"));
        }
        if let Some(at) = named.available_at {
            text.push_str(&format!(" until {at}"));
        }
        text
    }

    pub(crate) fn row(&self, row: &Row) -> String {
        let prefixes = self.place(&row.kind, &row.prefixes);
        let mut text = [row.kind.as_str(), &row.name, &prefixes]
            .iter()
            .filter(|w| !w.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ");
        if let Some(holder) = &row.holder {
            text.push_str(&format!(" held by {}", holder.name));
        }
        if let Some(at) = row.expires_at {
            text.push_str(&format!(" until {at}"));
        }
        if row.in_use {
            text.push_str(" in use");
        }
        if row.observed {
            text.push_str(" observed");
        }
        match row.conflicts {
            0 => {}
            1 => text.push_str(" in 1 conflict"),
            n => text.push_str(&format!(" in {n} conflicts")),
        }
        text
    }

    pub(crate) fn usage(&self, usage: &Usage) -> String {
        let percent = |basis_points: u16| format!("{}.{:02} %", basis_points / 100, basis_points % 100);
        let count = |count: Count| self.twin.show_count(count);
        let mut text = format!(
            "total {}: allocated {} ({}), reserved {} ({}), available {}",
            count(usage.total),
            count(usage.allocated),
            percent(usage.allocated_basis_points),
            count(usage.reserved),
            percent(usage.reserved_basis_points),
            count(usage.available)
        );
        if !usage.delegated.is_zero() {
            text.push_str(&format!("; delegated {}", count(usage.delegated)));
        }
        if !usage.used.is_zero() {
            text.push_str(&format!(
                "; used {} ({})",
                count(usage.used),
                percent(usage.used_basis_points)
            ));
        }
        text
    }

    pub(crate) fn usage_answer(&self, answer: &UsageAnswer) -> String {
        format!("{} {}\n", answer.pool.label, self.usage(&answer.usage))
    }

    /// The free blocks, and how often each of the asked lengths still fits.
    pub(crate) fn free(&self, free: &Free, lens: &[u8]) -> String {
        let blocks = if free.blocks.is_empty() {
            "nothing".to_owned()
        } else {
            self.cidrs(&free.blocks)
        };
        let mut text = format!("free {blocks}{}\n", if free.more { " and more" } else { "" });
        if let Some(largest) = free.largest {
            text.push_str(&format!("largest {}\n", self.twin.show_cidr(&largest)));
        }
        for fit in free
            .capacity
            .iter()
            .filter(|fit| lens.contains(&fit.prefix_length))
        {
            text.push_str(&format!(
                "/{} fits {} times\n",
                self.twin.show_len(fit.prefix_length),
                fit.blocks
            ));
        }
        text
    }

    pub(crate) fn conflict(&self, conflict: &Conflict) -> String {
        let accepted = |conflict: &Conflict| {
            let accepted = conflict.accepted.as_ref();
            let until = |a: &plat_domain::Acceptance| a.expires_at.map(|at| format!(" until {at}"));
            accepted.map_or_else(String::new, |a| {
                format!(
                    ", accepted: {}{}",
                    a.reason.as_str(),
                    until(a).unwrap_or_default()
                )
            })
        };
        format!(
            "{} and {} share {}\n",
            self.named(&conflict.left),
            self.named(&conflict.right),
            self.cidrs(&conflict.shared)
        )
        .trim_end()
        .to_owned()
            + &accepted(conflict)
            + "\n"
    }

    pub(crate) fn diff(&self, diff: &Diff) -> String {
        let mut text = String::new();
        for change in &diff.claims {
            text.push_str(&match (&change.before, &change.now) {
                (None, Some(now)) => format!("  + {}\n", self.row(now)),
                (Some(before), None) => format!("  - {}\n", self.row(before)),
                (Some(before), Some(now)) => format!("  ~ {}, was {}\n", self.row(now), self.row(before)),
                (None, None) => String::new(),
            });
        }
        for (count, what) in [
            (diff.spaces, "spaces"),
            (diff.resources, "resources"),
            (diff.acceptances, "acceptances"),
        ] {
            if count > 0 {
                text.push_str(&format!("  ~ {what}: {count}\n"));
            }
        }
        text
    }

    pub(crate) fn moved(&self, moved: &Moved) -> String {
        let place = |prefixes: &[Cidr]| {
            if prefixes.is_empty() {
                "nowhere".to_owned()
            } else {
                self.cidrs(prefixes)
            }
        };
        let (step, label, now) = (moved.step + 1, &moved.label, place(&moved.now));
        let mut text = if moved.before == moved.now {
            format!("  step {step}: {label} at {now} is another than planned")
        } else {
            format!(
                "  step {step}: {label} moves from {} to {now}",
                place(&moved.before)
            )
        };
        for (i, because) in moved.because.iter().enumerate() {
            text.push_str(if i == 0 { ", where now is " } else { ", " });
            text.push_str(&self.named(because));
        }
        text + "\n"
    }

    /// A refusal: status and code, then every field that says more than prose.
    pub(crate) fn problem(&self, problem: &Problem) -> Result<String> {
        let mut text = format!("refused {} {}", problem.status, problem.code());
        self.fields(&problem.fields, &mut text)?;
        Ok(text)
    }

    fn fields(&self, fields: &serde_json::Map<String, Value>, text: &mut String) -> Result<()> {
        let mut rest = fields.clone();
        // Prose, which may change; and what a plan holds, which is shown when it is applied.
        for prose in ["by", "reason", "plan", "digest", "step", "code"] {
            rest.remove(prose);
        }
        let mut says = String::new();
        for key in [
            "prefix",
            "len",
            "shortestLen",
            "longestLen",
            "needs",
            "kind",
            "field",
            "tenant",
            "unit",
            "limit",
            "used",
            "wanted",
            "max",
            "what",
            "name",
            "revision",
        ] {
            if let Some(value) = rest.remove(key).filter(|value| !value.is_null()) {
                says.push_str(&format!(" {}", self.short_field(key, value)?));
            }
        }
        if let Some(id) = rest.remove("id") {
            let id: String = read(id)?;
            says.push_str(&format!(
                " {}",
                id.parse::<ClaimId>().map_or(id, |id| self.names.of(&id))
            ));
        }
        if !says.is_empty() {
            text.push(':');
            text.push_str(&says);
        }
        text.push('\n');
        for key in ["pool", "parent", "claim"] {
            if let Some(value) = rest.remove(key) {
                text.push_str(&format!("  {key} is {}\n", self.named(&read(value)?)));
            }
        }
        if let Some(value) = rest.remove("available") {
            text.push_str(&format!("  available {}\n", self.twin.show_count(read(value)?)));
        }
        for (key, total, says) in [
            ("blockers", "blockersTotal", "blocked by"),
            ("orphans", "orphansTotal", "orphan"),
        ] {
            if let (Some(list), Some(total)) = (rest.remove(key), rest.remove(total)) {
                let (list, total): (Vec<Named>, u64) = (read(list)?, read(total)?);
                list.iter()
                    .for_each(|named| text.push_str(&format!("  {says} {}\n", self.named(named))));
                if total > list.len() as u64 {
                    text.push_str(&format!("  and {} more\n", total - list.len() as u64));
                }
            }
        }
        if let Some(value) = rest.remove("missing") {
            for tag in read::<Vec<MissingTag>>(value)? {
                let allowed: Vec<&str> = tag.allowed.iter().map(plat_domain::Description::as_str).collect();
                let given = tag.given.map(|g| format!(", not {g}")).unwrap_or_default();
                let asked = format!("  asks for {} {}{given}", tag.key, allowed.join("|"));
                text.push_str(&format!("{}\n", asked.trim_end()));
            }
        }
        if let Some(value) = rest.remove("claims") {
            for named in read::<Vec<Named>>(value)? {
                text.push_str(&format!("  differs {}\n", self.named(&named)));
            }
        }
        if let Some(value) = rest.remove("alternatives") {
            self.alternatives(&read(value)?, text);
        }
        if let Some(value) = rest.remove("moved") {
            read::<Vec<Moved>>(value)?
                .iter()
                .for_each(|moved| text.push_str(&self.moved(moved)));
        }
        if let Some(rows) = rest.remove("rows") {
            rest.remove("errors");
            text.push_str(&self.refused_rows(rows)?);
        }
        if let Some(Value::Object(rejection)) = rest.remove("rejection") {
            let step = fields.get("step").and_then(Value::as_u64).unwrap_or_default();
            let code = rejection.get("code").and_then(Value::as_str).unwrap_or_default();
            text.push_str(&format!("  step {} {code}", step + 1));
            self.fields(&rejection, text)?;
        }
        for (key, value) in rest {
            text.push_str(&format!("  {key} {value}\n"));
        }
        Ok(())
    }

    fn short_field(&self, key: &str, value: Value) -> Result<String> {
        Ok(match key {
            "prefix" => self.twin.show_cidr(&read(value)?),
            "len" => format!("/{}", self.twin.show_len(read(value)?)),
            "shortestLen" => format!("shortest /{}", self.twin.show_len(read(value)?)),
            "longestLen" => format!("longest /{}", self.twin.show_len(read(value)?)),
            "max" => format!("at most {value}"),
            "used" => format!("has {}", read::<String>(value)?),
            "wanted" => format!("would have {}", read::<String>(value)?),
            "unit" => self.twin.show_unit(&read::<String>(value)?).to_owned(),
            "needs" => format!("needs {}", read::<String>(value)?),
            "revision" => format!("at revision {value}"),
            _ => read::<String>(value)?,
        })
    }

    fn alternatives(&self, alternatives: &Alternatives, text: &mut String) {
        if !alternatives.free.is_empty() {
            text.push_str(&format!("  nearest free {}\n", self.cidrs(&alternatives.free)));
        }
        if let Some(largest) = alternatives.largest_free {
            text.push_str(&format!("  largest free {}\n", self.twin.show_cidr(&largest)));
        }
        for run in &alternatives.runs {
            text.push_str(&format!("  nearest free {}\n", self.twin.show_span(*run)));
        }
        for pool in &alternatives.pools {
            text.push_str(&format!("  room in {}\n", self.named(pool)));
        }
        if let Some(at) = alternatives.available_at {
            text.push_str(&format!("  room from {at}\n"));
        }
    }
}

pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    let shown = value.to_string();
    serde_json::from_value(value).with_context(|| format!("not what the contract says: {shown:.300}"))
}
