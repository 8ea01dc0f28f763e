//! How full something is, as a bar: delegated, otherwise allocated, reserved, free.

mod model;

use leptos::prelude::*;
use plat_domain::query::Usage;

use crate::format;
pub(crate) use model::shares;

/// A bar for a row, or (`tall`) for the details.
#[component]
pub(crate) fn UsageBar(usage: Usage, #[prop(optional)] tall: bool) -> impl IntoView {
    let [delegated, leaf, reserved] = shares(&usage);
    let text = format!(
        "{} allocated, {} reserved",
        format::percent(usage.allocated_basis_points),
        format::percent(usage.reserved_basis_points)
    );
    view! {
        <span class="bar" class:tall=tall role="img" aria-label=text.clone() title=text>
            <span class="bar-delegated" style:width=format!("{delegated:.2}%")></span>
            <span class="bar-allocated" style:width=format!("{leaf:.2}%")></span>
            <span class="bar-reserved" style:width=format!("{reserved:.2}%")></span>
        </span>
    }
}
