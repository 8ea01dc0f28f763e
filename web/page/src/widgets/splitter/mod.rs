//! A line between two panes that is dragged, or moved with the arrow keys.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::browser;

const STEP_PX: f64 = 16.0;

/// Moves `width`, which this browser remembers under `name`. The pane is to the left of the line, or (`right`) to the right.
#[component]
pub(crate) fn Splitter(
    name: &'static str,
    label: &'static str,
    width: RwSignal<f64>,
    min: f64,
    max: f64,
    #[prop(optional)] right: bool,
) -> impl IntoView {
    let grabbed = RwSignal::new(None::<(f64, f64)>);
    let sign = if right { -1.0 } else { 1.0 };
    let set = move |px: f64| width.set(px.clamp(min, max));
    let keep = move || browser::remember(name, &format!("{:.0}", width.get_untracked()));
    let down = move |event: ev::PointerEvent| {
        if let Some(element) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) {
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        grabbed.set(Some((f64::from(event.client_x()), width.get_untracked())));
        event.prevent_default();
    };
    let moved = move |event: ev::PointerEvent| {
        if let Some((from, was)) = grabbed.get_untracked() {
            set(was + sign * (f64::from(event.client_x()) - from));
        }
    };
    let up = move |_| {
        if grabbed.get_untracked().is_some() {
            grabbed.set(None);
            keep();
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => -STEP_PX,
            "ArrowRight" => STEP_PX,
            _ => return,
        };
        event.prevent_default();
        set(width.get_untracked() + sign * by);
        keep();
    };
    view! {
        <div class="splitter" role="separator" tabindex="0" aria-orientation="vertical" aria-label=label
            aria-valuemin=format!("{min:.0}") aria-valuemax=format!("{max:.0}") aria-valuenow=move || format!("{:.0}", width.get())
            on:pointerdown=down on:pointermove=moved on:pointerup=up on:pointercancel=up on:keydown=key></div>
    }
}
