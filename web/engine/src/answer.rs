//! Answers that need nothing but a state. Pure.

use plat_api::{Problem, Request};
use plat_domain::query::MapWindow;
use plat_domain::{Family, SpaceId, State};
use serde::Serialize;
use serde_json::Value;

use crate::desk::context_at;

/// Columns of a map at most: four times the widest screens; each level of the tree may answer one block a column.
const MAP_WIDTH_MAX_PX: u32 = 32_768;

/// A value as JSON.
///
/// # Errors
/// A fault where it has none, which ours all have.
pub(crate) fn json(value: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(|e| Problem::new("fault", 500, e.to_string()))
}

/// Answers a read.
///
/// # Errors
/// The [`Problem`] where it cannot be answered.
pub(crate) fn read(state: &State, request: &Request, now_ms: u64) -> Result<Value, Problem> {
    plat_service::read(state, request, &context_at(now_ms)?)
}

/// What a change would do.
///
/// # Errors
/// The [`Problem`] that it would be refused with.
pub(crate) fn preview(state: &State, request: Request, now_ms: u64) -> Result<Value, Problem> {
    let command = plat_service::command_of(state, request)?;
    json(&plat_service::preview(state, &command, &context_at(now_ms)?)?)
}

/// The part of a space to draw, as the page names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window<'a> {
    pub(crate) space: &'a str,
    pub(crate) family: Family,
    pub(crate) first: &'a str,
    pub(crate) last: &'a str,
    pub(crate) width_px: u32,
}

/// The blocks to draw, [`plat_service::MAP_STRIDE`] numbers each. A space that is not there has none: the page asks again
/// once it hears of the new state.
///
/// # Errors
/// The [`Problem`] where the window is none.
pub(crate) fn map(state: &State, window: Window<'_>) -> Result<Vec<u32>, Problem> {
    let space: SpaceId = window
        .space
        .parse()
        .map_err(|e| Problem::bad_request(format!("space: {e}")))?;
    let address = |field: &str, text: &str| {
        text.parse::<u128>()
            .map_err(|_| Problem::bad_request(format!("{field}: `{text}` is not an address in decimal")))
    };
    let (first, last) = (address("first", window.first)?, address("last", window.last)?);
    let top = window.family.all().last();
    if first > last || last > top || !(1..=MAP_WIDTH_MAX_PX).contains(&window.width_px) {
        let detail = format!("map: first to last is within 0 to {top}, and widthPx 1 to {MAP_WIDTH_MAX_PX}");
        return Err(Problem::bad_request(detail));
    }
    let window = MapWindow {
        family: window.family,
        first,
        last,
        width_px: window.width_px,
    };
    Ok(plat_service::map_columns(state, space, &window))
}
