//! What an edit changes.

use plat_api::{ClaimDetails, Committed, EditRequest};
use plat_domain::query::Row;
use plat_domain::{ClaimId, Description, Name, Policy, Timestamp};

use crate::tags;
use crate::typed::{self, Typed};

/// How the claim is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    pub(crate) row: Row,
    /// For a pool.
    pub(crate) policy: Option<Policy>,
    /// Why it is left out of compliance; empty if it is not.
    pub(crate) ignored: String,
}

impl Before {
    pub(crate) fn of(details: &ClaimDetails) -> Self {
        let ignored = details.reasons.iter().find(|r| r.code == "ignored");
        Self {
            row: details.row.clone(),
            policy: details.policy.clone(),
            ignored: ignored.map(|r| r.detail.clone()).unwrap_or_default(),
        }
    }
}

/// What the form holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tags: String,
    pub(crate) prefixes: String,
    /// For a pool.
    pub(crate) policy: Option<Policy>,
    /// For a range or an address.
    pub(crate) in_use: bool,
    /// A day, for a reservation.
    pub(crate) until: String,
    pub(crate) ignored: String,
    /// The identity of another pool to lie in; empty to stay.
    pub(crate) place: String,
    pub(crate) at_once: bool,
}

/// The day of an end as a date field has it.
pub(crate) fn day(at: Option<Timestamp>) -> String {
    let text = at.map(|at| at.to_string()).unwrap_or_default();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// True if something would rest before it is handed out again.
pub(crate) fn puts_to_rest(preview: &Committed) -> bool {
    let claims = preview.diff.iter().flat_map(|d| &d.claims);
    claims
        .filter(|d| d.before.is_none())
        .filter_map(|d| d.now.as_ref())
        .any(|row| row.kind == "cooling")
}

fn description(text: &str, label: &str) -> Result<Description, String> {
    Description::new(text).map_err(|e| format!("{label}: {e}"))
}

/// The edit that turns what was into what the form holds; none where nothing differs.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn edit(before: &Before, form: &Form) -> Result<Option<EditRequest>, String> {
    let row = &before.row;
    let unchanged = EditRequest::of(row.id.into());
    let mut request = unchanged.clone();
    if form.name.trim() != row.name {
        request.name = Some(Name::new(&form.name).map_err(|e| format!("Name: {e}"))?);
    }
    if form.description.trim() != row.description {
        request.description = Some(description(&form.description, "Description")?);
    }
    let tags = tags::from_text(&form.tags)?;
    if tags != row.tags {
        request.tags = Some(tags);
    }
    match typed::read(&form.prefixes) {
        Ok(Some(Typed::Cidrs(list))) if list != row.prefixes => request.prefixes = Some(list),
        Ok(Some(Typed::Cidrs(_))) => {}
        Ok(_) => return Err("Prefixes: write them out, such as 10.1.0.0/16".to_owned()),
        Err(e) => return Err(format!("Prefixes: {}", e.in_words())),
    }
    if form.policy != before.policy {
        request.policy.clone_from(&form.policy);
    }
    if form.in_use != row.in_use {
        request.in_use = Some(form.in_use);
    }
    if !form.until.is_empty() && form.until != day(row.expires_at) {
        let until = format!("{}T00:00:00Z", form.until).parse();
        request.expires_at = Some(until.map_err(|e| format!("Until: {e}"))?);
    }
    if form.ignored.trim() != before.ignored {
        request.ignored = Some(description(&form.ignored, "Leave out because")?);
    }
    if let Ok(place) = form.place.parse::<ClaimId>() {
        request.parent = Some(place.into());
    }
    Ok((request != unchanged).then_some(EditRequest {
        at_once: form.at_once,
        ..request
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plat_domain::query::row;
    use plat_domain::{Claim, ClaimKind, Fingerprint, SpaceId, State};

    fn before(kind: ClaimKind) -> Before {
        let (id, space) = (ClaimId::derived(&["x"]), SpaceId::derived(&["s"]));
        let prefixes = vec!["10.0.0.0/28".parse().unwrap()];
        let claim = Claim::new(id, space, kind, prefixes, Fingerprint::of(b""));
        Before {
            row: row(&State::new(), &claim),
            policy: None,
            ignored: String::new(),
        }
    }

    fn form() -> Form {
        Form {
            prefixes: "10.0.0.0/28".into(),
            ..Form::default()
        }
    }

    #[test]
    fn only_what_differs_is_asked_for() {
        let range = before(ClaimKind::Range { in_use: false });
        assert_eq!(edit(&range, &form()), Ok(None));
        // How it is given up changes nothing by itself.
        assert_eq!(
            edit(
                &range,
                &Form {
                    at_once: true,
                    ..form()
                }
            ),
            Ok(None)
        );
        let used = edit(
            &range,
            &Form {
                in_use: true,
                ..form()
            },
        )
        .unwrap()
        .unwrap();
        assert_eq!((used.in_use, used.name, used.tags), (Some(true), None, None));
        let ignored = Form {
            ignored: "a lab".into(),
            ..form()
        };
        assert_eq!(
            edit(&range, &ignored).unwrap().unwrap().ignored.unwrap().as_str(),
            "a lab"
        );
        let taken_in = Before {
            ignored: "a lab".into(),
            ..range
        };
        assert_eq!(
            edit(&taken_in, &form())
                .unwrap()
                .unwrap()
                .ignored
                .unwrap()
                .as_str(),
            ""
        );
    }

    #[test]
    fn the_end_of_a_reservation_is_a_day() {
        let expires_at = Some("2027-03-01T00:00:00Z".parse().unwrap());
        let kept = before(ClaimKind::Reservation { expires_at });
        let until = |day: &str| {
            edit(
                &kept,
                &Form {
                    until: day.into(),
                    ..form()
                },
            )
            .unwrap()
        };
        assert_eq!(until("2027-03-01"), None);
        assert_eq!(
            until("2027-04-01").unwrap().expires_at.unwrap().to_string(),
            "2027-04-01T00:00:00Z"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let range = before(ClaimKind::Range { in_use: false });
        let wrong = edit(
            &range,
            &Form {
                prefixes: "10.0.0.1/28".into(),
                ..form()
            },
        )
        .unwrap_err();
        assert!(wrong.contains("meant 10.0.0.0/28?"), "{wrong}");
        assert!(
            edit(
                &range,
                &Form {
                    tags: "= x".into(),
                    ..form()
                }
            )
            .unwrap_err()
            .starts_with("Tag")
        );
    }
}
