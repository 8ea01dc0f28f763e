//! What a script looks at beside the tree: the rules that hold, what keeps them, and whose the space is.

use anyhow::{Context as _, Result, bail, ensure};
use plat_api::{
    AssociatedPage, ClaimDetails, CompliancePage, ComplianceRequest, HistoryPage, PlanAnswer, PrefixPage,
    Recommended, Reference, Request, ResourceDetails, UsageAnswer,
};
use plat_domain::Named;
use plat_domain::query::{Finding, Part, Recommendation};

use super::Runner;
use crate::line::Line;
use crate::show::read;
use crate::twin::Twin;

/// How a word of the contract is written in JSON.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

impl Runner<'_> {
    pub(super) fn look(&mut self, mut line: Line) -> Result<String> {
        let limit = line
            .named("limit")
            .map(|limit| limit.parse::<usize>())
            .transpose()?;
        let (status, space) = (line.named("status"), line.named("space").map(Reference));
        let subject = line.next();
        let named = || subject.clone().context("of what?");
        let looked = match line.verb.as_str() {
            "details" => {
                let claim = self.names.reference(&named()?);
                let usage = self.read(&Request::Usage { pool: claim.clone() })?;
                let details = self.read(&Request::Claim { claim })?;
                details.and_then(|details| Ok(self.rules(&details, &usage?)))
            }
            "prefixes" => {
                let pool = self.names.reference(&named()?);
                let part: Part = serde_json::from_value(line.need("a part")?.into())?;
                self.prefixes(pool, part, limit)?
            }
            "resources" => {
                let pool = self.names.reference(&named()?);
                self.associated(pool, limit)?
            }
            "holds" => {
                let resource = self.names.resource(&named()?)?.id.into();
                let answer = self.read(&Request::Resource { resource })?;
                answer.map(|answer: ResourceDetails| {
                    let mut text = format!("{} {}\n", answer.resource.kind, answer.resource.name);
                    for row in &answer.networks {
                        text.push_str(&format!("  {}\n", self.show().row(row)));
                    }
                    text + &self.recommended(&answer.recommendation)
                })
            }
            "recommend" => {
                let claim = self.names.reference(&named()?);
                let answer = self.read(&Request::Recommend { claim })?;
                answer.map(|answer: Recommended| self.recommended(&answer.recommendation))
            }
            "compliance" => {
                let within = subject.as_deref().map(|name| self.names.reference(name));
                let status = status.iter().flat_map(|status| status.split(','));
                let status = status
                    .map(|s| Ok(serde_json::from_value(s.into())?))
                    .collect::<Result<_>>()?;
                let asked = ComplianceRequest {
                    space,
                    within,
                    status,
                    after: None,
                    limit,
                };
                self.compliance(asked)?
            }
            "plan-release" => {
                let claim = self.names.reference(&named()?);
                let name = line
                    .named("as")
                    .context("`plan-release` needs a name: `as cleanup`")?;
                let answer: Result<PlanAnswer, String> = self.read(&Request::PlanRelease { claim })?;
                answer.map(|answer| self.keep_plan(name, answer))
            }
            other => bail!("no command `{other}`"),
        };
        line.done()?;
        Ok(looked.unwrap_or_else(|problem| problem))
    }

    /// What holds for a claim, and how it is used.
    fn rules(&self, details: &ClaimDetails, usage: &UsageAnswer) -> String {
        let (show, row) = (self.show(), &details.row);
        let mut text = show.row(row) + "\n";
        let mut say = |what: &str, value: String| {
            if !value.is_empty() {
                text.push_str(&format!("  {what} {value}\n"));
            }
        };
        say("profile", word(&details.profile));
        say(
            "usable",
            usage.usable.map(|n| self.twin.show_count(n)).unwrap_or_default(),
        );
        if let Some(utilization) = usage.utilization {
            let t = details.thresholds;
            let (under, over) = (t.under_basis_points / 100, t.over_basis_points / 100);
            say(
                "utilization",
                format!("{} ({under} to {over} %)", word(&utilization)),
            );
        }
        if usage.child_pools > 0 {
            say("child pools", usage.child_pools.to_string());
        }
        // IPv4 has none, so the twin of a script shows none.
        let units = usage.units.iter().filter(|_| self.twin == Twin::AsWritten);
        for units in units {
            let counts = [units.allocated, units.reserved, units.available].map(|n| n.to_string());
            let [allocated, reserved, available] = counts;
            let total = units.total;
            say(
                &format!("in /{}", units.prefix_length),
                format!("total {total}: allocated {allocated}, reserved {reserved}, available {available}"),
            );
        }
        for (key, allowed) in &details.asks_tags {
            say(
                "asks for",
                format!("{key} {}", allowed.join("|")).trim_end().to_owned(),
            );
        }
        for quota in &details.quotas {
            let limit = quota
                .limit
                .map_or_else(|| "no limit".to_owned(), |limit| limit.to_string());
            let unit = self.twin.show_unit(&quota.unit);
            let says = format!("{}: has {} of {limit} {unit}", quota.tenant, quota.used);
            say("quota of", says);
        }
        say(
            "tenant",
            details
                .tenant
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        );
        say(
            "status",
            row.compliance.map(|status| word(&status)).unwrap_or_default(),
        );
        for finding in &details.reasons {
            say("because", reason(finding));
        }
        for finding in &details.findings {
            say("finding", format!("{}: {}", finding.code, finding.detail));
        }
        text
    }

    fn prefixes(
        &mut self,
        pool: Reference,
        part: Part,
        limit: Option<usize>,
    ) -> Result<Result<String, String>> {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let asked = Request::Prefixes {
                pool: pool.clone(),
                part,
                after,
                limit,
            };
            let page: PrefixPage = match self.read(&asked)? {
                Ok(page) => page,
                Err(problem) => return Ok(Err(problem)),
            };
            pages.push(self.show().cidrs(&page.prefixes));
            after = page.next;
            if after.is_none() {
                let listed = pages.join("\n  ");
                return Ok(Ok(format!("{} {listed}\n", word(&part))));
            }
        }
    }

    fn associated(&mut self, pool: Reference, limit: Option<usize>) -> Result<Result<String, String>> {
        let (mut text, mut after) = (String::new(), None);
        loop {
            let asked = Request::Resources {
                pool: pool.clone(),
                after,
                limit,
            };
            let page: AssociatedPage = match self.read(&asked)? {
                Ok(page) => page,
                Err(problem) => return Ok(Err(problem)),
            };
            for one in &page.resources {
                let (show, resource) = (self.show(), &one.resource);
                let network = show.cidrs(&one.network.prefixes);
                let line = format!(
                    "{} {} {network} in {}\n",
                    resource.kind, resource.name, one.pool.label
                );
                text.push_str(&line);
            }
            after = page.next;
            if after.is_none() {
                return Ok(Ok(if text.is_empty() {
                    "nobody\n".to_owned()
                } else {
                    text
                }));
            }
        }
    }

    fn compliance(&mut self, mut asked: ComplianceRequest) -> Result<Result<String, String>> {
        let mut text = String::new();
        loop {
            let page: CompliancePage = match self.read(&Request::Compliance(asked.clone()))? {
                Ok(page) => page,
                Err(problem) => return Ok(Err(problem)),
            };
            for claim in &page.claims {
                let reasons: Vec<String> = claim.reasons.iter().map(reason).collect();
                let row = self.show().row(&claim.row);
                text.push_str(
                    format!("{} {row}: {}", word(&claim.status), reasons.join(", ")).trim_end_matches(": "),
                );
                text.push('\n');
            }
            asked.after = page.next;
            if asked.after.is_none() {
                return Ok(Ok(if text.is_empty() {
                    "nothing\n".to_owned()
                } else {
                    text
                }));
            }
        }
    }

    /// What happened to a prefix and in it, oldest first: what was asked, what it was and became, and what changed of it.
    pub(super) fn history(&mut self, mut line: Line) -> Result<String> {
        let cidr = self.twin.read_cidr(&line.need("a prefix")?)?;
        let space = line.named("space").map(Reference);
        line.done()?;
        let answer = self.host.history(cidr, space.as_ref(), &self.context)?;
        ensure!(answer.status == 200, "a history answered {}", answer.status);
        let page: HistoryPage = read(answer.body)?;
        let mut text = String::new();
        for event in &page.events {
            let named = |claim: &Option<Named>| claim.as_ref().map(|claim| self.show().named(claim));
            let what = match (named(&event.before), named(&event.now)) {
                (None, Some(now)) => format!("+ {now}"),
                (Some(before), None) => format!("- {before}"),
                (Some(before), Some(now)) if before == now => format!("~ {now}"),
                (Some(before), Some(now)) => format!("~ {now}, was {before}"),
                (None, None) => String::new(),
            };
            let base = event.base.map(|base| format!(" on {base}")).unwrap_or_default();
            let changed = event.changed.join(", ");
            let line = format!("{} {}{base} {what}: {changed}", event.revision, event.word);
            text.push_str(&format!("{}\n", line.trim_end_matches([':', ' '])));
        }
        Ok(text)
    }

    fn recommended(&self, recommendation: &Recommendation) -> String {
        let show = self.show();
        let mut text = String::new();
        for network in &recommendation.networks {
            let (label, prefixes) = (&network.network.label, show.cidrs(&network.network.prefixes));
            let pool = network
                .pool
                .as_ref()
                .map_or_else(|| "no pool".to_owned(), |pool| show.named(pool));
            text.push_str(&format!("  {label} {prefixes} belongs in {pool}\n"));
            for blocker in &network.blockers {
                text.push_str(&format!("    blocked by {}\n", show.named(blocker)));
            }
        }
        for prefix in &recommendation.create {
            text.push_str(&format!("  create a pool {}\n", self.twin.show_cidr(prefix)));
        }
        if text.is_empty() {
            "  nothing to do\n".to_owned()
        } else {
            text
        }
    }
}

/// A reason by its code; the detail is prose, but for the words of people.
fn reason(finding: &Finding) -> String {
    if finding.code == "ignored" {
        format!("ignored: {}", finding.detail)
    } else {
        finding.code.clone()
    }
}
