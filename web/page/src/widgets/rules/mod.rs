//! The rules of a pool: what it lets be allocated, and what it asks of those who allocate. For new pools and for edits.

mod model;
mod units;

use leptos::prelude::*;
use plat_domain::Policy;

use crate::widgets::allocate::STRATEGIES;
use model::{PROFILES, Texts};

/// The fields; copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    shortest: RwSignal<String>,
    longest: RwSignal<String>,
    default: RwSignal<String>,
    strategy: RwSignal<String>,
    tags: RwSignal<String>,
    quota: RwSignal<String>,
    quotas: RwSignal<String>,
    cool_down: RwSignal<String>,
    under: RwSignal<String>,
    over: RwSignal<String>,
    profile: RwSignal<String>,
}

impl Rules {
    /// Fields filled with a policy.
    pub(crate) fn of(policy: &Policy) -> Self {
        let texts = Texts::of(policy);
        Self {
            shortest: RwSignal::new(texts.shortest),
            longest: RwSignal::new(texts.longest),
            default: RwSignal::new(texts.default),
            strategy: RwSignal::new(texts.strategy),
            tags: RwSignal::new(texts.tags),
            quota: RwSignal::new(texts.quota),
            quotas: RwSignal::new(texts.quotas),
            cool_down: RwSignal::new(texts.cool_down),
            under: RwSignal::new(texts.under),
            over: RwSignal::new(texts.over),
            profile: RwSignal::new(texts.profile),
        }
    }

    /// What the fields say.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn policy(self) -> Result<Policy, String> {
        Texts {
            shortest: self.shortest.get(),
            longest: self.longest.get(),
            default: self.default.get(),
            strategy: self.strategy.get(),
            tags: self.tags.get(),
            quota: self.quota.get(),
            quotas: self.quotas.get(),
            cool_down: self.cool_down.get(),
            under: self.under.get(),
            over: self.over.get(),
            profile: self.profile.get(),
        }
        .policy()
    }
}

#[component]
fn Field(
    id: &'static str,
    label: &'static str,
    placeholder: &'static str,
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <div>
            <label for=id>{label}</label>
            <input id=id class="mono" autocomplete="off" spellcheck="false" placeholder=placeholder bind:value=value/>
        </div>
    }
}

#[component]
fn Lines(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    placeholder: &'static str,
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <label for=id>{label}" "<span class="faint">{hint}</span></label>
        <textarea id=id class="mono" rows="2" spellcheck="false" placeholder=placeholder bind:value=value></textarea>
    }
}

/// The disclosure with the fields.
#[component]
pub(crate) fn RulesFields(rules: Rules) -> impl IntoView {
    let chosen = rules.strategy.get_untracked();
    let profile = rules.profile.get_untracked();
    view! {
        <details class="more">
            <summary>"Rules"</summary>
            <div class="stack">
                <div class="triple">
                    <Field id="rules-shortest" label="Largest block" placeholder="any" value=rules.shortest/>
                    <Field id="rules-longest" label="Smallest block" placeholder="any" value=rules.longest/>
                    <Field id="rules-default" label="Usual block" placeholder="none" value=rules.default/>
                </div>
                <label for="rules-strategy">"Where new blocks go"</label>
                <select id="rules-strategy" bind:value=rules.strategy>
                    {STRATEGIES.iter().map(|(word, _, label)| view! { <option value=*word selected=*word == chosen>{if word.is_empty() { "First fit (usual)" } else { label }}</option> }).collect_view()}
                </select>
                <Lines id="rules-tags" label="Required tags" hint="(a line each; “none” asks for none)" placeholder="env: prod, test" value=rules.tags/>
                <div class="triple">
                    <Field id="rules-cool-down" label="Cool-down" placeholder="15m, 2h, 7d" value=rules.cool_down/>
                    <Field id="rules-under" label="Underused, %" placeholder="20" value=rules.under/>
                    <Field id="rules-over" label="Overused, %" placeholder="80" value=rules.over/>
                </div>
                <label for="rules-profile">"Provider"</label>
                <select id="rules-profile" bind:value=rules.profile>
                    {PROFILES.iter().map(|(word, label)| view! { <option value=*word selected=*word == profile>{*label}</option> }).collect_view()}
                </select>
                <Field id="rules-quota" label="Quota of each tenant" placeholder="addresses, or /64s of IPv6; none" value=rules.quota/>
                <Lines id="rules-quotas" label="Quotas by tenant" hint="(a line each)" placeholder="contoso = 4096" value=rules.quotas/>
            </div>
        </details>
    }
}
