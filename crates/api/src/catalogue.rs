//! Every problem that is answered, with its status and what to do: the same list that the API document shows.

use serde::Serialize;

/// One kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProblemKind {
    /// The last part of its `type`, `/problems/` and this.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// When it is answered.
    pub when: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

const fn kind(code: &'static str, status: u16, when: &'static str, remedy: &'static str) -> ProblemKind {
    ProblemKind {
        code,
        status,
        when,
        remedy,
    }
}

/// Every problem. First the refusals of the rules, in order of precedence: where several apply to a request, the first of
/// them is answered. Then those of files and plans, of HTTP, and of the host.
pub const CATALOGUE: &[ProblemKind] = &[
    kind(
        "forbidden",
        403,
        "the actor's role does not allow it",
        "ask for what `needs` names",
    ),
    kind(
        "invalid",
        422,
        "a value is not usable as given",
        "correct `field` as `reason` says",
    ),
    kind(
        "limit-exceeded",
        422,
        "more than a workspace, a claim or a request may hold",
        "stay within `max`, or ask in parts",
    ),
    kind(
        "not-found",
        404,
        "no such thing, or not for this caller to see",
        "look `what` up again: it may have been released",
    ),
    kind(
        "id-in-use",
        409,
        "the id was used by another request",
        "use a new id; to retry, send the very same request",
    ),
    kind(
        "name-in-use",
        409,
        "another pool or space has the name",
        "choose another name",
    ),
    kind(
        "wrong-parent",
        422,
        "a claim of this kind cannot lie in that one",
        "choose a pool (or a network, for subnets, ranges and addresses)",
    ),
    kind(
        "too-deep",
        422,
        "the claim would be nested deeper than `max` levels",
        "put it into an outer pool",
    ),
    kind(
        "wrong-family",
        422,
        "IPv4 where IPv6 is needed, or the other way round",
        "choose a prefix or pool of the family that `needs` names",
    ),
    kind(
        "outside-parent",
        422,
        "the prefix is not within the pool",
        "choose a prefix within it, or another pool",
    ),
    kind(
        "size-not-allowed",
        422,
        "the size is not allowed by the pool",
        "ask for a length between `shortestLen` and `longestLen`",
    ),
    kind(
        "tags-required",
        422,
        "the pool asks for tags that the allocation and its holder lack",
        "add the tags that `missing` names",
    ),
    kind(
        "quota-exceeded",
        409,
        "the tenant would have more of the pool than its quota",
        "release something of the tenant's, or have the quota raised",
    ),
    kind(
        "attributes-differ",
        409,
        "claims to be merged differ in something that was not chosen",
        "send the value of `field` that the merged claim is to have",
    ),
    kind(
        "overlap",
        409,
        "addresses are claimed already",
        "take one of `alternatives`, or wait until `availableAt` of a blocker; a pool for what is there already is made with `absorb`",
    ),
    kind(
        "pool-exhausted",
        409,
        "no free block of the pool is large enough",
        "take one of `alternatives`, wait until their `availableAt`, allow several prefixes, or grow the pool",
    ),
    kind(
        "would-orphan",
        409,
        "claims would be left outside what they lie in",
        "move or release `orphans` first, or keep them in",
    ),
    kind(
        "not-empty",
        409,
        "something lies in what is to be removed",
        "release `blockers` first; a release plan lists them all",
    ),
    kind(
        "space-in-use",
        409,
        "customer spaces lie in the provider space",
        "remove the spaces that `by` names, or give them another provider space",
    ),
    kind(
        "held-by-another",
        409,
        "the network is held by another resource",
        "release it on behalf of its holder",
    ),
    kind(
        "import-refused",
        422,
        "rows that cannot be imported; nothing was",
        "correct the rows, or leave their lines out",
    ),
    kind(
        "plan-moved",
        409,
        "the base moved and claims would differ from the plan",
        "look at `moved`, then apply with `confirm` set to `digest`",
    ),
    kind(
        "plan-refused",
        409,
        "a step of the plan is refused at this head",
        "change the step that `step` numbers",
    ),
    kind(
        "plan-altered",
        422,
        "the plan does not give the digest that it states, or is of an unknown version",
        "simulate it again",
    ),
    kind(
        "bad-request",
        400,
        "not JSON, an unknown field, an unknown parameter",
        "correct what the detail names",
    ),
    kind(
        "unauthorized",
        401,
        "no valid token",
        "send `Authorization: Bearer` with a token",
    ),
    kind(
        "cross-site",
        403,
        "a page of another site asked for a change",
        "use the workspace's own page, or a program",
    ),
    kind(
        "method-not-allowed",
        405,
        "the path does not answer this method",
        "use one of `allow`",
    ),
    kind(
        "stale-revision",
        412,
        "`If-Match` names another revision",
        "read again and decide anew",
    ),
    kind(
        "too-large",
        413,
        "the body is longer than `maxBytes`",
        "ask in parts",
    ),
    kind(
        "unsupported-media-type",
        415,
        "the body is not `application/json`",
        "send JSON and say so",
    ),
    kind(
        "key-reused",
        422,
        "an `Idempotency-Key` with another request",
        "use a new key",
    ),
    kind(
        "base-required",
        428,
        "a change that rests on what was seen came without `If-Match`",
        "send the revision that was seen: the ETag of any answer",
    ),
    kind(
        "fault",
        500,
        "stored data is damaged or the host failed",
        "restore the workspace from its published copy or a snapshot",
    ),
    kind(
        "internal-fault",
        503,
        "the host gave the request up",
        "repeat it with the same `Idempotency-Key`",
    ),
];

/// The kind with a code.
#[must_use]
pub fn problem_kind(code: &str) -> Option<&'static ProblemKind> {
    CATALOGUE.iter().find(|kind| kind.code == code)
}

/// The status of a code; 500 for one that is not listed, which a test excludes.
pub(crate) fn status_of(code: &str) -> u16 {
    problem_kind(code).map_or(500, |kind| kind.status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plat_domain::Rejection;

    #[test]
    fn refusals_are_listed_first_and_in_order_of_precedence() {
        let listed: Vec<&str> = CATALOGUE
            .iter()
            .map(|kind| kind.code)
            .take(Rejection::CODES.len())
            .collect();
        assert_eq!(listed, Rejection::CODES);
    }

    #[test]
    fn every_code_is_listed_once_as_an_error() {
        let mut codes: Vec<&str> = CATALOGUE.iter().map(|kind| kind.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CATALOGUE.len());
        assert!(
            CATALOGUE
                .iter()
                .all(|k| (400..600).contains(&k.status) && !k.when.is_empty() && !k.remedy.is_empty())
        );
    }
}
