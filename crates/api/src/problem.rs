//! Errors as RFC 9457 problem details: a stable type, what is wrong, what blocks and what could be done instead.

use plat_domain::{Corrupt, Digest, Moved, PlanError, Rejection};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A problem: `application/problem+json`. [`crate::CATALOGUE`] lists them all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `/problems/` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong and what to do, in one sentence.
    pub detail: String,
    /// What blocks, the alternatives, the rows: fields by code.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl Problem {
    /// A problem without further fields.
    #[must_use]
    pub fn new(code: &str, status: u16, detail: impl Into<String>) -> Self {
        let mut title = code.replace('-', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self {
            kind: format!("/problems/{code}"),
            title,
            status,
            detail: detail.into(),
            fields: Map::new(),
        }
    }

    /// Adds a field. A value that has no JSON form is left out.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.fields.insert(field.to_owned(), value);
        }
        self
    }

    /// The code: the last part of the type.
    #[must_use]
    pub fn code(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }

    /// The request is not one that can be read.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new("bad-request", 400, detail)
    }

    /// The base moved and claims would be elsewhere.
    #[must_use]
    pub fn plan_moved(moved: &[Moved], digest: Digest, revision: u64) -> Self {
        let detail = format!(
            "the workspace is at revision {revision} and {} would differ from the plan: look at `moved`, then apply again \
             with `confirm` set to `digest`",
            if moved.len() == 1 {
                "1 claim".to_owned()
            } else {
                format!("{} claims", moved.len())
            }
        );
        Self::new("plan-moved", 409, detail)
            .with("moved", moved)
            .with("digest", digest)
            .with("revision", revision)
    }

    /// A plan that cannot be decided here.
    #[must_use]
    pub fn plan_error(error: &PlanError) -> Self {
        match error {
            PlanError::Refused { step, rejection } => {
                Self::new("plan-refused", 409, format!("step {}: {rejection}", step + 1))
                    .with("step", step)
                    .with("rejection", rejection)
            }
            PlanError::Version(version) => Self::new(
                "plan-altered",
                422,
                format!("this engine does not read plans of version {version}"),
            ),
            PlanError::Corrupt(e) => Self::from(e.clone()),
        }
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let status = crate::catalogue::status_of(rejection.code());
        let mut problem = Self::new(rejection.code(), status, rejection.to_string());
        if let Ok(Value::Object(mut fields)) = serde_json::to_value(&rejection) {
            fields.remove("code");
            problem.fields = fields;
        }
        problem
    }
}

impl From<Corrupt> for Problem {
    fn from(e: Corrupt) -> Self {
        Self::new("fault", 500, e.to_string())
    }
}
