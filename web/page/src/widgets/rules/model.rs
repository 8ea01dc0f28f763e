//! The rules of a pool as text fields, and back.

use std::collections::{BTreeMap, BTreeSet};

use plat_domain::{Count, Description, Name, Policy, Profile, Quotas, Thresholds};

use super::units::{duration, duration_as_text, percent, percent_as_text};
use crate::widgets::allocate::{STRATEGIES, strategy_of};

/// The fields as they are typed. An empty one leaves the rule to the pools around, where it is one that they share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) shortest: String,
    pub(crate) longest: String,
    pub(crate) default: String,
    pub(crate) strategy: String,
    /// A tag a line: `env: prod, test`; `none` asks for nothing.
    pub(crate) tags: String,
    pub(crate) quota: String,
    /// A tenant a line: `contoso = 4096`.
    pub(crate) quotas: String,
    pub(crate) cool_down: String,
    pub(crate) under: String,
    pub(crate) over: String,
    pub(crate) profile: String,
}

/// Profiles as the form lists them.
pub(crate) const PROFILES: [(&str, &str); 6] = [
    ("", "As the resource or the pools around say"),
    ("generic", "Generic: network and broadcast"),
    ("azure", "Azure"),
    ("aws", "AWS"),
    ("googleCloud", "Google Cloud"),
    ("oci", "Oracle Cloud"),
];

/// The word that asks for no tag, whatever the pools around ask for.
const NO_TAGS: &str = "none";

impl Texts {
    /// What the fields hold for a policy.
    pub(crate) fn of(policy: &Policy) -> Self {
        let slash = |len: Option<u8>| len.map(|n| format!("/{n}")).unwrap_or_default();
        let number = |count: Option<Count>| count.map(|n| n.to_string()).unwrap_or_default();
        let quotas = policy.quotas.clone().unwrap_or_default();
        let strategy = STRATEGIES.iter().find(|(_, s, _)| *s == policy.strategy);
        Self {
            shortest: slash(policy.shortest_len),
            longest: slash(policy.longest_len),
            default: slash(policy.default_len),
            strategy: strategy.map_or("", |(word, _, _)| *word).to_owned(),
            tags: policy
                .required_tags
                .as_ref()
                .map(tags_as_text)
                .unwrap_or_default(),
            quota: number(quotas.default),
            quotas: lines(quotas.tenants.iter().map(|(who, n)| format!("{who} = {n}"))),
            cool_down: policy.cool_down_seconds.map(duration_as_text).unwrap_or_default(),
            under: policy
                .thresholds
                .map(|t| percent_as_text(t.under_basis_points))
                .unwrap_or_default(),
            over: policy
                .thresholds
                .map(|t| percent_as_text(t.over_basis_points))
                .unwrap_or_default(),
            profile: policy.profile.map_or("", Profile::word).to_owned(),
        }
    }

    /// The policy that the fields say.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn policy(&self) -> Result<Policy, String> {
        Ok(Policy {
            shortest_len: length(&self.shortest).map_err(|e| format!("Largest block: {e}"))?,
            longest_len: length(&self.longest).map_err(|e| format!("Smallest block: {e}"))?,
            default_len: length(&self.default).map_err(|e| format!("Usual block: {e}"))?,
            strategy: strategy_of(&self.strategy),
            required_tags: tags(&self.tags)?,
            quotas: quotas(&self.quota, &self.quotas)?,
            cool_down_seconds: duration(&self.cool_down)?,
            thresholds: thresholds(&self.under, &self.over)?,
            profile: Profile::ALL.into_iter().find(|p| p.word() == self.profile),
        })
    }
}

fn lines(each: impl Iterator<Item = String>) -> String {
    each.collect::<Vec<_>>().join("\n")
}

fn filled(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A prefix length as written in a field; nothing for an empty one.
fn length(text: &str) -> Result<Option<u8>, String> {
    let digits = text.trim().trim_start_matches('/');
    if digits.is_empty() {
        return Ok(None);
    }
    let len = digits.parse().ok().filter(|n| *n <= 128);
    len.map(Some)
        .ok_or_else(|| format!("`{text}` is not a length such as /24"))
}

type RequiredTags = BTreeMap<Name, BTreeSet<Description>>;

fn tags_as_text(tags: &RequiredTags) -> String {
    if tags.is_empty() {
        return NO_TAGS.to_owned();
    }
    lines(tags.iter().map(|(key, values)| {
        let values: Vec<&str> = values.iter().map(Description::as_str).collect();
        format!("{key}: {}", values.join(", ")).trim_end().to_owned()
    }))
}

fn tags(text: &str) -> Result<Option<RequiredTags>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let mut map = BTreeMap::new();
    if text.trim() == NO_TAGS {
        return Ok(Some(map));
    }
    for line in filled(text) {
        let wrong = |e: &dyn std::fmt::Display| format!("Required tag “{line}”: {e}");
        let (key, values) = line.split_once(':').unwrap_or((line, ""));
        let key = Name::new(key).map_err(|e| wrong(&e))?;
        let values = values.split(',').map(str::trim).filter(|v| !v.is_empty());
        let values = values.map(|v| Description::new(v).map_err(|e| wrong(&e)));
        map.insert(key, values.collect::<Result<_, _>>()?);
    }
    Ok(Some(map))
}

fn count(text: &str) -> Result<Count, String> {
    let digits = text.trim().replace([',', '_', ' '], "");
    let number = digits.parse().ok();
    number.ok_or_else(|| format!("`{}` is not a number", text.trim()))
}

fn quotas(default: &str, tenants: &str) -> Result<Option<Quotas>, String> {
    let mut quotas = Quotas::default();
    if !default.trim().is_empty() {
        quotas.default = Some(count(default).map_err(|e| format!("Quota: {e}"))?);
    }
    for line in filled(tenants) {
        let (who, limit) = line
            .rsplit_once('=')
            .ok_or_else(|| format!("Quota “{line}”: write tenant = number"))?;
        let who = Name::new(who).map_err(|e| format!("Quota “{line}”: {e}"))?;
        let limit = count(limit).map_err(|e| format!("Quota “{line}”: {e}"))?;
        quotas.tenants.insert(who, limit);
    }
    Ok((quotas != Quotas::default()).then_some(quotas))
}

/// Both bounds; one that is left out is the usual one.
fn thresholds(under: &str, over: &str) -> Result<Option<Thresholds>, String> {
    if under.trim().is_empty() && over.trim().is_empty() {
        return Ok(None);
    }
    let mut bounds = Thresholds::default();
    if !under.trim().is_empty() {
        bounds.under_basis_points = percent(under).map_err(|e| format!("Underused: {e}"))?;
    }
    if !over.trim().is_empty() {
        bounds.over_basis_points = percent(over).map_err(|e| format!("Overused: {e}"))?;
    }
    Ok(Some(bounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(change: impl FnOnce(&mut Texts)) -> Texts {
        let mut texts = Texts::default();
        change(&mut texts);
        texts
    }

    #[test]
    fn nothing_typed_is_no_rule() {
        assert_eq!(Texts::default().policy(), Ok(Policy::default()));
        assert_eq!(Texts::of(&Policy::default()), Texts::default());
    }

    #[test]
    fn every_rule_goes_there_and_back() {
        let all = Texts {
            shortest: "/16".into(),
            longest: "/28".into(),
            default: "/24".into(),
            strategy: "sparse".into(),
            tags: "env: prod, test\nowner:".into(),
            quota: "4096".into(),
            quotas: "contoso = 512\nfabrikam = 0".into(),
            cool_down: "7d".into(),
            under: "20".into(),
            over: "87.5".into(),
            profile: "azure".into(),
        };
        let policy = all.policy().unwrap();
        assert_eq!(policy.quotas.as_ref().unwrap().tenants.len(), 2);
        assert_eq!(policy.cool_down_seconds, Some(604_800));
        assert_eq!(policy.thresholds.unwrap().over_basis_points, 8_750);
        let again = Texts::of(&policy);
        assert_eq!(again.cool_down, "1w");
        assert_eq!(again.policy().unwrap(), policy);
        assert_eq!(
            Texts {
                cool_down: "7d".into(),
                ..again
            },
            all
        );
    }

    #[test]
    fn no_tags_is_a_statement_and_a_tag_of_that_name_is_possible() {
        assert_eq!(
            texts(|t| t.tags = "none".into()).policy().unwrap().required_tags,
            Some(BTreeMap::new())
        );
        let named = texts(|t| t.tags = "none:".into()).policy().unwrap();
        assert_eq!(named.required_tags.as_ref().unwrap().len(), 1);
        assert_eq!(Texts::of(&named).tags, "none:");
    }

    #[test]
    fn one_threshold_has_the_usual_other() {
        let over = texts(|t| t.over = "90 %".into())
            .policy()
            .unwrap()
            .thresholds
            .unwrap();
        assert_eq!((over.under_basis_points, over.over_basis_points), (2_000, 9_000));
        assert!(texts(|t| t.under = "101".into()).policy().is_err());
        assert!(texts(|t| t.under = "1.234".into()).policy().is_err());
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        assert!(
            texts(|t| t.shortest = "/x".into())
                .policy()
                .unwrap_err()
                .starts_with("Largest block")
        );
        assert!(
            texts(|t| t.quotas = "contoso".into())
                .policy()
                .unwrap_err()
                .contains("contoso")
        );
        assert!(
            texts(|t| t.quota = "many".into())
                .policy()
                .unwrap_err()
                .starts_with("Quota")
        );
        assert!(
            texts(|t| t.tags = ": x".into())
                .policy()
                .unwrap_err()
                .starts_with("Required tag")
        );
    }

    #[test]
    fn lengths_are_read_with_or_without_a_slash() {
        assert_eq!(length(" /24 "), Ok(Some(24)));
        assert_eq!(length("24"), Ok(Some(24)));
        assert_eq!(length(""), Ok(None));
        assert!(length("/x").is_err());
    }
}
