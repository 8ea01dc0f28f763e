//! The class that JavaScript sees.

use js_sys::Date;
use plat_domain::Timestamp;
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::session::{Given, Session, Supply};
use crate::values;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

/// A workspace in memory.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Workspace(Session);

/// Numbers a block in what `Workspace.map` returns.
#[wasm_bindgen(js_name = mapStride)]
#[must_use]
pub fn map_stride() -> usize {
    plat_service::MAP_STRIDE
}

fn now_ms() -> u64 {
    // A clock before 1970 counts as 1970; the cast saturates.
    Date::now() as u64
}

/// A time-ordered identity (UUID version 7, RFC 9562). Without entropy it still follows from the time; a clash is refused.
fn fresh_id() -> [u8; 16] {
    let mut random = [0; 10];
    let _ = getrandom::fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(now_ms(), &random)
        .into_uuid()
        .into_bytes()
}

fn supplied<T>(work: impl FnOnce(Supply<'_>) -> T) -> T {
    work(Supply {
        now: Timestamp::from_ms(now_ms()),
        fresh_id: &mut fresh_id,
    })
}

fn request_of(value: &JsValue) -> Result<Given<'static>, JsValue> {
    Ok(Given::Value(values::read(value, "request")?.unwrap_or_default()))
}

fn context_of(value: &JsValue) -> Result<Option<Given<'static>>, JsValue> {
    Ok(values::read(value, "context")?.map(Given::Value))
}

/// A revision as JavaScript counts: whole, not negative, exact.
fn revision_of(base: Option<f64>) -> Result<Option<u64>, JsValue> {
    match base {
        None => Ok(None),
        Some(n) if n.fract() == 0.0 && (0.0..=9_007_199_254_740_991.0).contains(&n) => Ok(Some(n as u64)),
        Some(n) => Err(JsError::new(&format!("base: {n} is not a revision")).into()),
    }
}

#[wasm_bindgen]
impl Workspace {
    /// A new workspace: revision 1, with the default space, as every edge starts.
    ///
    /// # Errors
    /// Never; a test holds it to that.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<Workspace, JsError> {
        Session::new()
            .map(Self)
            .map_err(|problem| JsError::new(&problem.detail))
    }

    /// The workspace that a snapshot holds: of `snapshot()`, or of the edge.
    ///
    /// # Errors
    /// Throws where the bytes are not a snapshot that this version reads.
    #[wasm_bindgen(js_name = fromSnapshot)]
    pub fn from_snapshot(bytes: &[u8]) -> Result<Workspace, JsError> {
        Session::from_snapshot(bytes).map(Self).map_err(JsError::from)
    }

    /// Answers a request; a change is committed here. `base` is the revision that the caller saw (`If-Match`).
    ///
    /// # Errors
    /// Throws where an argument cannot be JSON: a `BigInt`, a cycle, a `Map`.
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn handle(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Request")] request: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Context")] context: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] base: Option<f64>,
    ) -> Result<JsValue, JsValue> {
        let (request, context, base) = (request_of(request)?, context_of(context)?, revision_of(base)?);
        values::object(&supplied(|supply| self.0.handle(request, context, base, supply)))
    }

    /// `handle` with JSON text in and JSON text out: `{"status":…,"body":…,"revision":…}`.
    ///
    /// # Errors
    /// Throws where `base` is not a revision.
    #[wasm_bindgen(js_name = handleJson)]
    pub fn handle_json(
        &mut self,
        request: &str,
        context: Option<String>,
        base: Option<f64>,
    ) -> Result<String, JsValue> {
        let base = revision_of(base)?;
        let context = context
            .as_deref()
            .filter(|text| !text.is_empty())
            .map(Given::Text);
        Ok(values::json(&supplied(|supply| {
            self.0.handle(Given::Text(request), context, base, supply)
        }))?)
    }

    /// What a request to change something would do: its answer with the net effect in `body.diff`. Changes nothing.
    ///
    /// # Errors
    /// Throws where an argument cannot be JSON: a `BigInt`, a cycle, a `Map`.
    #[wasm_bindgen(unchecked_return_type = "Answer<Committed>")]
    pub fn preview(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Request")] request: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Context")] context: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let (request, context) = (request_of(request)?, context_of(context)?);
        values::object(&supplied(|supply| self.0.preview(request, context, supply)))
    }

    /// Applies a plan: every step commits, or none. Where claims would be elsewhere than planned the answer is a problem
    /// with `moved` and a `digest`; give that digest as `confirm` to agree.
    ///
    /// # Errors
    /// Throws where an argument cannot be JSON: a `BigInt`, a cycle, a `Map`.
    #[wasm_bindgen(unchecked_return_type = "Answer<Applied>")]
    pub fn apply(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Plan")] plan: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Context")] context: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] confirm: Option<String>,
    ) -> Result<JsValue, JsValue> {
        let (plan, context) = (values::read(plan, "plan")?, context_of(context)?);
        let request = Given::Value(json!({ "apply": { "plan": plan, "confirm": confirm } }));
        values::object(&supplied(|supply| self.0.handle(request, context, None, supply)))
    }

    /// A what-if branch: another workspace with the same content, at no cost; what changes in one does not in the other.
    #[must_use]
    pub fn branch(&self) -> Workspace {
        Self(self.0.clone())
    }

    /// Everything, as bytes for `fromSnapshot`.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        self.0.snapshot()
    }

    /// How many revisions were committed. Exact below 2^53.
    #[must_use]
    pub fn revision(&self) -> f64 {
        self.0.revision() as f64
    }

    /// The chained digest of this revision, as 64 hexadecimal digits: equal digests mean equal workspaces.
    #[must_use]
    pub fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    /// The blocks to draw for a window of a space, outer before inner, `mapStride()` numbers each:
    /// `fromPx, toPx, length, depth, kind, flags`, then the claim's id and the prefix's first address as four numbers each.
    ///
    /// # Errors
    /// Throws where there is no such space, or the window is none or cannot be JSON.
    pub fn map(
        &self,
        #[wasm_bindgen(unchecked_param_type = "MapWindow")] window: &JsValue,
    ) -> Result<Vec<u32>, JsValue> {
        let window = values::read(window, "map")?.unwrap_or_default();
        self.0
            .map(window)
            .map_err(|problem| JsError::new(&problem.detail).into())
    }
}
