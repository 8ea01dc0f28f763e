//! How full the selection is: what is taken and what is left, in addresses or in IPv6 networks, and how well that is.

use leptos::prelude::*;
use plat_api::ClaimDetails;
use plat_domain::query::Usage;
use plat_domain::{Count, Family};

use super::words;
use crate::browser;
use crate::format;
use crate::kinds;
use crate::widgets::section::Choice;
use crate::widgets::usage_bar::UsageBar;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Addresses,
    /// IPv6 prefixes of this length.
    Prefixes(u8),
}

/// A number that shows more on hover and is copied by a click.
#[component]
fn Line(
    word: &'static str,
    #[prop(optional)] dot: &'static str,
    count: Count,
    #[prop(optional_no_strip)] points: Option<u16>,
    unit: Unit,
) -> impl IntoView {
    let full = match unit {
        Unit::Addresses => format::exact_addresses(count),
        Unit::Prefixes(len) => format!("{} × /{len}", format::exact(count)),
    };
    let copied = count.to_string();
    view! {
        <dt><span class=format!("dot {dot}") aria-hidden="true"></span>{word}</dt>
        <dd class="mono"><button type="button" class="number" title=format!("{full}; click to copy") aria-label=format!("{word}: {full}; copy") on:click=move |_| browser::copy(&copied)>{format::short(count)}</button>
            <span class="faint share">{points.map(format::percent)}</span></dd>
    }
}

/// The bar with its numbers.
#[component]
pub(super) fn UsageFacts(details: ClaimDetails) -> impl IntoView {
    let unit = expect_context::<RwSignal<Unit>>();
    let row = details.row;
    let usage = row.usage;
    let six = row.family == Family::V6;
    let within = matches!(row.kind.as_str(), "subnet" | "range");
    let points = if within {
        usage.used_basis_points
    } else {
        usage.allocated_basis_points
    };
    let kind = row.kind.clone();
    let thresholds = details.thresholds;
    let kept = row.usable.map(|usable| usage.total.saturating_sub(usable));
    view! {
        <div class="usage-head">
            <h3>"Usage"</h3>
            {six.then(|| view! { <Choice label="Count in" of=vec![(Unit::Addresses, "addresses".into()), (Unit::Prefixes(64), "/64".into()), (Unit::Prefixes(48), "/48".into())] chosen=unit/> })}
        </div>
        <UsageBar usage tall=true/>
        {row.utilization.map(|level| {
            let (mark, word) = kinds::level(level);
            view! { <p class="level"><span class=kinds::level_class(level)><span aria-hidden="true">{mark}" "</span>{word}</span>
                <span class="faint">{words::level_reason(&kind, points, thresholds, level)}</span></p> }
        })}
        {move || {
            let unit = if six { unit.get() } else { Unit::Addresses };
            view! { <Numbers usage unit/> }
        }}
        {row.usable.zip(kept).map(|(usable, kept)| view! {
            <p class="faint">{format!("Hosts can have {}", format::exact_addresses(usable))}
                {words::kept(details.profile, kept)}</p>
        })}
    }
}

#[component]
fn Numbers(usage: Usage, unit: Unit) -> impl IntoView {
    let free_points = 10_000u16
        .saturating_sub(usage.allocated_basis_points)
        .saturating_sub(usage.reserved_basis_points);
    let [total, allocated, reserved, available] = match unit {
        Unit::Addresses => [usage.total, usage.allocated, usage.reserved, usage.available],
        Unit::Prefixes(len) => {
            let units = usage.in_units(len);
            [units.total, units.allocated, units.reserved, units.available]
        }
    };
    let addresses = unit == Unit::Addresses;
    view! {
        <dl class="numbers">
            <Line word="Total" count=total unit/>
            <Line word="Allocated" dot="bar-allocated" count=allocated points=Some(usage.allocated_basis_points) unit/>
            {(addresses && !usage.delegated.is_zero()).then(|| view! { <Line word="of it in child pools" dot="bar-delegated" count=usage.delegated unit/> })}
            <Line word="Reserved" dot="bar-reserved" count=reserved points=Some(usage.reserved_basis_points) unit/>
            <Line word="Available" dot="bar-free" count=available points=Some(free_points) unit/>
            {addresses.then(|| view! { <Line word="Really in use" count=usage.used points=Some(usage.used_basis_points) unit/> })}
        </dl>
    }
}
