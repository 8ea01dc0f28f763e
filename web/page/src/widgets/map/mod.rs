//! The map: nested blocks (or a Hilbert square) of a space, from the whole family down to single addresses.
//!
//! Address runs from left to right, prefix length downward: a block begins at its length and ends at the bottom, so what
//! it contains lies in it. The map asks the engine for the columns it shows and draws what it has meanwhile, moved to
//! where it belongs; nothing is kept for a claim that is not on the screen.
//!
//! ```text
//! <Map
//!     fetch=move |ask: MapAsk| async move { engine.map(ask.question()).await.map(|f| f.columns).map_err(|p| p.to_string()) }
//!     names=move |ids: Vec<ClaimId>| async move { /* (id, name) of each that has one */ }
//!     space=… extent=… revision=… selected=… drafted=…
//!     on_select=move |id| nav.select(id)
//!     on_allocate=move |block: Cidr| nav.begin(Task::Allocate, &block.to_string())
//! />
//! ```
//!
//! **Keys** (on the canvas): `+` `-` zoom, `←` `→` move, `↓` `↑` zoom, `0` the whole space and once more the whole
//! family, `Shift` with an arrow goes from block to block (also free ones: before, after, out, in), `Enter` selects or
//! allocates it and zooms to what is selected already, `Esc` lets go.

mod model;
mod paint;
mod stage;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Function, Object, Reflect};
use leptos::ev::{KeyboardEvent, PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_domain::{Cidr, ClaimId, Family, SpaceId};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlCanvasElement, HtmlElement, ResizeObserver};

use model::Window;
use paint::Ink;
use stage::{Card, Deed, Pointer, Stage, View};

/// A question for the engine: the blocks of a run of addresses, merged where narrower than a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MapAsk {
    pub(crate) space: SpaceId,
    pub(crate) family: Family,
    /// First address, and last one inclusive.
    pub(crate) first: u128,
    pub(crate) last: u128,
    /// Columns: at most 16,384.
    pub(crate) width_px: u32,
}

type Answering<T> = Pin<Box<dyn Future<Output = T>>>;
type Fetching = Rc<dyn Fn(MapAsk) -> Answering<Result<Vec<u32>, String>>>;
type Naming = Rc<dyn Fn(Vec<ClaimId>) -> Answering<Vec<(ClaimId, String)>>>;

/// Asks the engine for columns (`plat_service::MAP_STRIDE` numbers a block). Made from a closure
/// `Fn(MapAsk) -> impl Future<Output = Result<Vec<u32>, String>>`; copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct MapFetch(StoredValue<Fetching, LocalStorage>);

impl<F, A> From<F> for MapFetch
where
    F: Fn(MapAsk) -> A + 'static,
    A: Future<Output = Result<Vec<u32>, String>> + 'static,
{
    fn from(fetch: F) -> Self {
        Self(StoredValue::new_local(Rc::new(move |ask| Box::pin(fetch(ask)))))
    }
}

/// Looks up names of claims, at most [`stage::NAMES_MAX`] at once, when there is room to write them. Made from a closure
/// `Fn(Vec<ClaimId>) -> impl Future<Output = Vec<(ClaimId, String)>>`. What it leaves out has no name.
#[derive(Clone, Copy)]
pub(crate) struct MapNames(StoredValue<Naming, LocalStorage>);

impl<F, A> From<F> for MapNames
where
    F: Fn(Vec<ClaimId>) -> A + 'static,
    A: Future<Output = Vec<(ClaimId, String)>> + 'static,
{
    fn from(names: F) -> Self {
        Self(StoredValue::new_local(Rc::new(move |ids| Box::pin(names(ids)))))
    }
}

#[wasm_bindgen]
extern "C" {
    /// Tells of a theme that is switched by an attribute. (Of web-sys, this would be two more features.)
    type MutationObserver;
    #[wasm_bindgen(constructor)]
    fn new(callback: &Function) -> MutationObserver;
    #[wasm_bindgen(method)]
    fn observe(this: &MutationObserver, target: &JsValue, options: &JsValue);
    #[wasm_bindgen(method)]
    fn disconnect(this: &MutationObserver);
}

/// What watches the page for the map, for as long as the map is there.
struct Watching {
    resize: ResizeObserver,
    theme: MutationObserver,
    media: Vec<web_sys::MediaQueryList>,
    on_resize: Closure<dyn FnMut()>,
    on_theme: Closure<dyn FnMut()>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.resize.disconnect();
        self.theme.disconnect();
        for query in &self.media {
            let _ =
                query.remove_event_listener_with_callback("change", self.on_theme.as_ref().unchecked_ref());
        }
        let _ = self.on_resize.as_ref();
    }
}

const FAMILIES: [(Family, &str); 2] = [(Family::V4, "IPv4"), (Family::V6, "IPv6")];
const VIEWS: [(View, &str); 2] = [(View::Nested, "Nested"), (View::Square, "Hilbert")];

/// The map of a space. See the module's page for how to place it.
#[component]
pub(crate) fn Map(
    /// Asks the engine for columns.
    #[prop(into)]
    fetch: MapFetch,
    /// Looks up names for the blocks that have room for one.
    #[prop(into)]
    names: MapNames,
    /// The space shown; none shows nothing.
    #[prop(into)]
    space: Signal<Option<SpaceId>>,
    /// What there is at the top of the space, of both families: the map opens on it.
    #[prop(into)]
    extent: Signal<Vec<Cidr>>,
    /// Changes when what the engine shows may have changed.
    #[prop(into)]
    revision: Signal<String>,
    /// The selection.
    #[prop(into)]
    selected: Signal<Option<ClaimId>>,
    /// Claims that the draft adds or changes: outlined.
    #[prop(into)]
    drafted: Signal<Arc<BTreeSet<ClaimId>>>,
    /// A claim was chosen.
    #[prop(into)]
    on_select: Callback<ClaimId>,
    /// A block of free space was chosen: allocate it.
    #[prop(into)]
    on_allocate: Callback<Cidr>,
    /// When it changes, the map moves so that this prefix is on the screen.
    #[prop(optional, into)]
    reveal: Option<Signal<Option<Cidr>>>,
    /// The window as text (`10.0.0.0-10.0.3.255`), for a link: read at the start and when set to something else, written when
    /// the map has come to rest. Empty for the whole space.
    #[prop(optional)]
    place: Option<RwSignal<String>>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let mini = NodeRef::<html::Canvas>::new();
    let inks = NodeRef::<html::Div>::new();
    let stage = StoredValue::new_local(Stage::new());
    let family = RwSignal::new(Family::V4);
    let view_kind = RwSignal::new(View::Nested);
    let card = RwSignal::new(None::<Card>);
    let said = RwSignal::new(String::new());
    let range = RwSignal::new(String::new());
    let zoomed = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let tops = RwSignal::new(Vec::<Cidr>::new());
    let watching = StoredValue::new_local(None::<Watching>);

    let map = Handle {
        stage,
        canvas,
        mini,
        fetch,
        names,
        card,
        said,
        range,
        zoomed,
        problem,
        tops,
        family,
        view_kind,
        place,
    };

    // What the page says, into the stage.
    Effect::new(move |_| {
        let (space, revision) = (space.get(), revision.get());
        let extent = extent.get();
        map.stage.update_value(|s| s.show(space, &revision, &extent));
        family.set(map.stage.with_value(Stage::family));
        map.draw_soon();
    });
    Effect::new(move |_| {
        let selected = selected.get();
        map.stage
            .update_value(|s| s.selected = selected.map(stage::number));
        map.draw_soon();
    });
    Effect::new(move |_| {
        let drafted = drafted.get();
        map.stage
            .update_value(|s| s.drafted = drafted.iter().copied().map(stage::number).collect());
        map.draw_soon();
    });
    if let Some(reveal) = reveal {
        Effect::new(move |before: Option<Option<Cidr>>| {
            let now = reveal.get();
            if let Some(prefix) = now
                && before.flatten() != Some(prefix)
            {
                map.stage.update_value(|s| s.reveal(&prefix, now_ms()));
                family.set(prefix.family());
                map.draw_soon();
            }
            now
        });
    }
    if let Some(place) = place {
        Effect::new(move |_| {
            let text = place.get();
            map.stage.update_value(|s| s.go_to_text(&text, now_ms()));
            family.set(map.stage.with_value(Stage::family));
            map.draw_soon();
        });
    }

    // The canvas, once it is there.
    Effect::new(move |_| {
        let (Some(canvas), Some(mini), Some(inks)) = (canvas.get(), mini.get(), inks.get()) else {
            return;
        };
        let read_ink = move || {
            let root: &HtmlElement = &inks;
            map.stage.try_update_value(|s| s.ink(Ink::read(root)));
            map.draw_soon();
        };
        read_ink();
        let on_theme = Closure::<dyn FnMut()>::new(read_ink);
        let on_resize = Closure::<dyn FnMut()>::new(move || map.draw_soon());
        let Ok(resize) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) else {
            return;
        };
        resize.observe(&canvas);
        resize.observe(&mini);
        let theme = MutationObserver::new(on_theme.as_ref().unchecked_ref());
        let options = Object::new();
        let attributes: Array = ["class", "data-theme", "data-contrast", "style"]
            .into_iter()
            .map(JsValue::from_str)
            .collect();
        let _ = Reflect::set(&options, &"attributeFilter".into(), &attributes);
        for root in [document().document_element(), document().body().map(Into::into)]
            .into_iter()
            .flatten()
        {
            theme.observe(&root, &options);
        }
        let queries = [
            "(prefers-color-scheme: dark)",
            "(prefers-contrast: more)",
            "(forced-colors: active)",
        ];
        let media: Vec<_> = queries
            .iter()
            .filter_map(|q| window().match_media(q).ok().flatten())
            .collect();
        for query in &media {
            let _ = query.add_event_listener_with_callback("change", on_theme.as_ref().unchecked_ref());
        }
        watching.set_value(Some(Watching {
            resize,
            theme,
            media,
            on_resize,
            on_theme,
        }));
    });

    let both = Memo::new(move |_| {
        extent.with(|e| {
            e.iter().any(|p| p.family() == Family::V4) && e.iter().any(|p| p.family() == Family::V6)
        })
    });
    let doing = move |deed: Deed| match deed {
        Deed::Nothing => {}
        Deed::Select(id) => on_select.run(id),
        Deed::Allocate(block) => on_allocate.run(block),
    };
    let pointer = move |kind: Pointer, event: PointerEvent| doing(map.pointer(kind, &event));

    view! {
        <section class="map" aria-label="Map">
            <div class="map-bar">
                <div class="map-switch" role="group" aria-label="Address family" hidden=move || !both.get()>
                    {FAMILIES.map(|(which, word)| view! {
                        <button type="button" aria-pressed=move || (family.get() == which).to_string() on:click=move |_| map.choose_family(which)>
                            {word}
                        </button>
                    })}
                </div>
                <div class="map-switch" role="group" aria-label="Picture">
                    {VIEWS.map(|(which, word)| view! {
                        <button type="button" aria-pressed=move || (view_kind.get() == which).to_string() on:click=move |_| map.choose_view(which)>
                            {word}
                        </button>
                    })}
                </div>
                <GoTo tops=tops family=family go=Callback::new(move |window| map.go(window)) />
                <output class="map-range">{move || range.get()}</output>
                <div class="map-switch" role="group" aria-label="Zoom">
                    <button type="button" aria-label="Zoom out" on:click=move |_| map.zoom(1.6)>"−"</button>
                    <button type="button" aria-label="Zoom in" on:click=move |_| map.zoom(1.0 / 1.6)>"+"</button>
                    <button type="button" disabled=move || !zoomed.get() on:click=move |_| map.whole()>"Whole"</button>
                </div>
            </div>
            <div class="map-stage">
                <canvas
                    class="map-canvas"
                    node_ref=canvas
                    tabindex="0"
                    role="application"
                    aria-roledescription="map"
                    aria-label=move || format!("Map of {}", range.get())
                    aria-describedby="map-keys"
                    on:pointerdown=move |e| pointer(Pointer::Down, e)
                    on:pointermove=move |e| pointer(Pointer::Move, e)
                    on:pointerup=move |e| pointer(Pointer::Up, e)
                    on:pointercancel=move |e| pointer(Pointer::Cancel, e)
                    on:pointerleave=move |e| pointer(Pointer::Leave, e)
                    on:wheel=move |e| map.wheel(&e)
                    on:dblclick=move |e| map.zoom_to_block(f64::from(e.offset_x()), f64::from(e.offset_y()))
                    on:contextmenu=move |e| if map.stage.with_value(Stage::is_dragging) { e.prevent_default(); }
                    on:keydown=move |e| doing(map.key(&e))
                    on:blur=move |_| card.set(None)
                />
                <p id="map-keys" class="map-unseen">
                    "Plus and minus zoom, left and right move, zero shows the whole space. Shift with an arrow goes from block to block, \
                     Enter selects or allocates. The tree holds the same claims."
                </p>
                <p class="map-unseen" aria-live="polite">{move || said.get()}</p>
                <CardView card=card />
                <p class="map-problem" role="alert" hidden=move || problem.with(Option::is_none)>
                    {move || problem.get()}
                </p>
                <div class="map-inks" node_ref=inks hidden aria-hidden="true">
                    {paint::INKS.map(|name| view! { <i data-ink=name></i> })}
                    <code></code>
                </div>
            </div>
            <canvas
                class="map-mini"
                node_ref=mini
                aria-hidden="true"
                data-zoomed=move || zoomed.get().to_string()
                on:pointerdown=move |e| map.mini(Pointer::Down, &e)
                on:pointermove=move |e| map.mini(Pointer::Move, &e)
                on:pointerup=move |e| map.mini(Pointer::Up, &e)
                on:pointercancel=move |e| map.mini(Pointer::Cancel, &e)
            />
        </section>
    }
}

/// A list of the prefixes at the top of the space, for spaces whose parts are far apart.
#[component]
fn GoTo(tops: RwSignal<Vec<Cidr>>, family: RwSignal<Family>, go: Callback<Option<Window>>) -> impl IntoView {
    // More than this is what search is for.
    const SHOWN: usize = 100;
    let mine = Memo::new(move |_| tops.with(|t| t.iter().take(SHOWN).copied().collect::<Vec<_>>()));
    view! {
        <select
            class="map-goto"
            aria-label="Go to"
            hidden=move || mine.with(|m| m.len() < 2)
            on:change=move |e| {
                let text = event_target_value(&e);
                go.run(Window::from_text(&text));
                if let Some(select) = e.target().and_then(|t| t.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
                    select.set_value("");
                }
            }
        >
            <option value="" selected>"Go to…"</option>
            {move || {
                let all = family.get().all();
                mine.get().into_iter().chain([all]).map(|p| {
                    let text = p.to_string();
                    let shown = if p == all { format!("All of {}", family.get()) } else { text.clone() };
                    view! { <option value=text>{shown}</option> }
                }).collect_view()
            }}
        </select>
    }
}

/// What is under the pointer, in words.
#[component]
fn CardView(card: RwSignal<Option<Card>>) -> impl IntoView {
    view! {
        <div
            class="map-card"
            aria-hidden="true"
            hidden=move || card.with(Option::is_none)
            data-side=move || card.with(|c| c.as_ref().map_or("right", |c| if c.to_left { "left" } else { "right" }))
            style:left=move || card.with(|c| c.as_ref().map(|c| format!("{}px", c.x)))
            style:top=move || card.with(|c| c.as_ref().map(|c| format!("{}px", c.y)))
        >
            {move || card.get().map(|c| view! {
                <strong>{c.title}</strong>
                <code>{c.prefix}</code>
                {c.lines.into_iter().map(|line| view! { <span>{line}</span> }).collect_view()}
            })}
        </div>
    }
}

fn now_ms() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}

/// The stage with what it is shown on. Copies are the same.
#[derive(Clone, Copy)]
struct Handle {
    stage: StoredValue<Stage, LocalStorage>,
    canvas: NodeRef<html::Canvas>,
    mini: NodeRef<html::Canvas>,
    fetch: MapFetch,
    names: MapNames,
    card: RwSignal<Option<Card>>,
    said: RwSignal<String>,
    range: RwSignal<String>,
    zoomed: RwSignal<bool>,
    problem: RwSignal<Option<String>>,
    tops: RwSignal<Vec<Cidr>>,
    family: RwSignal<Family>,
    view_kind: RwSignal<View>,
    place: Option<RwSignal<String>>,
}

impl Handle {
    /// Draws in the next frame: once, however often it is asked.
    fn draw_soon(self) {
        if self.stage.try_update_value(Stage::wants_frame) == Some(true) {
            request_animation_frame(move || self.frame());
        }
    }

    fn frame(self) {
        let (Some(canvas), Some(mini)) = (element(self.canvas), element(self.mini)) else {
            self.stage.try_update_value(Stage::missed_frame);
            return;
        };
        let scale = window().device_pixel_ratio().clamp(1.0, 4.0);
        let now = now_ms();
        let drawn = self.stage.try_update_value(|s| {
            let again = s.begin_frame(now, size(&canvas), size(&mini).0, scale);
            if let Some(pen) = paint::pen(&canvas, scale) {
                s.paint(&pen, scale);
            }
            if let Some(pen) = paint::pen(&mini, scale) {
                s.paint_mini(&pen);
            }
            (again, s.zoomed(), s.range_text(), s.take_place(now), s.tops())
        });
        let Some((again, zoomed, range, place, tops)) = drawn else {
            return;
        };
        set_if_new(self.zoomed, zoomed);
        set_if_new(self.tops, tops);
        set_if_new(self.range, range);
        if let (Some(signal), Some(place)) = (self.place, place) {
            set_if_new(signal, place);
        }
        self.ask();
        if again {
            self.draw_soon();
        }
    }

    /// Asks the engine for what is shown and not there yet. One question of a kind at a time: the answer asks again.
    fn ask(self) {
        let now = now_ms();
        if let Some(ask) = self.stage.try_update_value(|s| s.wanted(now)).flatten() {
            let Some(answer) = self.fetch.0.try_with_value(|fetch| fetch(ask.question.clone())) else {
                return;
            };
            spawn_local(async move {
                let answer = answer.await;
                let problem = answer.as_ref().err().cloned();
                if self
                    .stage
                    .try_update_value(|s| s.answered(&ask, answer))
                    .is_some()
                {
                    self.problem
                        .set(problem.map(|p| format!("The map could not be read: {p}")));
                    self.draw_soon();
                }
            });
        }
        let missing = self.stage.try_update_value(Stage::unnamed).unwrap_or_default();
        if !missing.is_empty() {
            let Some(answer) = self.names.0.try_with_value(|names| names(missing.clone())) else {
                return;
            };
            spawn_local(async move {
                let answer = answer.await;
                if self
                    .stage
                    .try_update_value(|s| s.named(&missing, answer))
                    .is_some()
                {
                    self.draw_soon();
                }
            });
        }
        // What was left out while the map moves is asked for once it rests.
        if let Some(wait_ms) = self.stage.try_update_value(|s| s.rest_in(now)).flatten() {
            let look = move || {
                self.stage.try_update_value(Stage::rested);
                self.draw_soon();
            };
            set_timeout(look, std::time::Duration::from_millis(wait_ms));
        }
    }

    fn pointer(self, kind: Pointer, event: &PointerEvent) -> Deed {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let canvas = element(self.canvas);
        if kind == Pointer::Down
            && let Some(canvas) = &canvas
        {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        let touch = event.pointer_type() == "touch";
        let hand = stage::Hand {
            id: event.pointer_id(),
            x,
            y,
            touch,
            button: event.button(),
            pans: event.button() == 1 || event.alt_key(),
        };
        let (deed, card) = self
            .stage
            .try_update_value(|s| s.pointer(kind, &hand, now_ms()))
            .unwrap_or((Deed::Nothing, None));
        if kind == Pointer::Down && touch {
            // A finger that rests on free space begins to allocate.
            set_timeout(
                move || {
                    let card = self.stage.try_update_value(|s| s.long_press(hand.id)).flatten();
                    if card.is_some() {
                        self.card.set(card);
                        self.draw_soon();
                    }
                },
                std::time::Duration::from_millis(stage::LONG_PRESS_MS),
            );
        }
        set_if_new(self.card, card);
        if let Some(canvas) = canvas
            && let Some(cursor) = self.stage.try_with_value(Stage::cursor_shape)
        {
            let _ = HtmlElement::style(&canvas).set_property("cursor", cursor);
        }
        self.draw_soon();
        deed
    }

    fn mini(self, kind: Pointer, event: &PointerEvent) {
        if kind == Pointer::Down
            && let Some(mini) = element(self.mini)
        {
            let _ = mini.set_pointer_capture(event.pointer_id());
        }
        self.stage
            .update_value(|s| s.mini(kind, f64::from(event.offset_x()), now_ms()));
        self.draw_soon();
    }

    fn wheel(self, event: &WheelEvent) {
        event.prevent_default();
        // Lines and pages, as some mice count, in pixels.
        let unit = match event.delta_mode() {
            1 => 16.0,
            2 => 400.0,
            _ => 1.0,
        };
        let (mut dx, mut dy) = (event.delta_x() * unit, event.delta_y() * unit);
        if event.shift_key() && dx == 0.0 {
            (dx, dy) = (dy, 0.0);
        }
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        self.stage
            .update_value(|s| s.wheel(dx, dy, event.ctrl_key(), x, y, now_ms()));
        self.card.set(None);
        self.draw_soon();
    }

    fn zoom_to_block(self, x: f64, y: f64) {
        self.stage.update_value(|s| s.zoom_to_block(x, y, now_ms()));
        self.draw_soon();
    }

    fn zoom(self, factor: f64) {
        self.stage.update_value(|s| s.zoom(factor, now_ms()));
        self.draw_soon();
    }

    fn whole(self) {
        self.stage.update_value(|s| s.whole(now_ms()));
        self.draw_soon();
    }

    fn go(self, window: Option<Window>) {
        if let Some(window) = window {
            self.stage.update_value(|s| s.go(window, now_ms()));
            self.draw_soon();
        }
    }

    fn choose_family(self, family: Family) {
        self.family.set(family);
        self.stage.update_value(|s| s.choose_family(family));
        self.draw_soon();
    }

    fn choose_view(self, view: View) {
        self.view_kind.set(view);
        self.stage.update_value(|s| s.choose_view(view));
        self.draw_soon();
    }

    fn key(self, event: &KeyboardEvent) -> Deed {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return Deed::Nothing;
        }
        let Some((deed, card, said)) = self
            .stage
            .try_update_value(|s| s.key(&event.key(), event.shift_key(), now_ms()))
            .flatten()
        else {
            return Deed::Nothing;
        };
        event.prevent_default();
        event.stop_propagation();
        self.card.set(card);
        if let Some(said) = said {
            self.said.set(said);
        }
        self.draw_soon();
        deed
    }
}

// Frames, timers, answers and captured pointers may come after the map is gone: what is read in them is asked for with
// `try_`, what is set in them is dropped by the signal itself.

/// The element, while it is there.
fn element(node: NodeRef<html::Canvas>) -> Option<HtmlCanvasElement> {
    node.try_get_untracked().flatten()
}

/// Sets a signal that says something else, so that nothing is drawn again for the same words.
fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|now| *now != value) == Some(true) {
        signal.set(value);
    }
}

/// The size on the page, in CSS pixels.
fn size(canvas: &HtmlCanvasElement) -> (f64, f64) {
    (
        f64::from(canvas.client_width()),
        f64::from(canvas.client_height()),
    )
}
