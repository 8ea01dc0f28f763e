//! What the page needs of the browser beyond elements: files, clipboard, small memory, fresh ids.

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_domain::{ClaimId, Timestamp};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, Element, File, FileList, HtmlAnchorElement, HtmlDialogElement, HtmlElement,
    ScrollIntoViewOptions, ScrollLogicalPosition, Storage, Url,
};

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// A point in time as a day of this person's calendar: `3 Mar`, with the year where it is another one, with the time of
/// day where it is today.
pub(crate) fn day(at: Timestamp) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(at.ms() as f64));
    let now = js_sys::Date::new_0();
    let options = js_sys::Object::new();
    let set = |name: &str, value: &str| {
        let _ = js_sys::Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    };
    let same_year = date.get_full_year() == now.get_full_year();
    if same_year && date.get_month() == now.get_month() && date.get_date() == now.get_date() {
        set("hour", "2-digit");
        set("minute", "2-digit");
        return date.to_locale_time_string_with_options("en-GB", &options).into();
    }
    set("day", "numeric");
    set("month", "short");
    if !same_year {
        set("year", "numeric");
    }
    date.to_locale_date_string("en-GB", &options).into()
}

/// When a day as a date field writes it (`2027-03-31`) begins where this person is.
pub(crate) fn midnight_ms(day: &str) -> Option<u64> {
    let mut parts = day.splitn(3, '-');
    let mut number = || parts.next()?.parse::<i32>().ok();
    let (year, month, date) = (number()?, number()?, number()?);
    let year = u32::try_from(year).ok()?;
    let at = js_sys::Date::new_with_year_month_day(year, month - 1, date).get_time();
    (at >= 0.0).then_some(at as u64)
}

/// A new identity for something that the page makes.
pub(crate) fn fresh_id() -> ClaimId {
    let mut bytes = [0u8; 16];
    if let Ok(crypto) = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("crypto"))
        && let Ok(fill) = js_sys::Reflect::get(&crypto, &JsValue::from_str("getRandomValues"))
        && let Ok(fill) = fill.dyn_into::<js_sys::Function>()
    {
        let array = Uint8Array::new_with_length(16);
        if fill.call1(&crypto, &array).is_ok() {
            array.copy_to(&mut bytes);
        }
    }
    bytes[6] = 0x40 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    ClaimId::from_bytes(bytes)
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What this browser remembers under a key.
pub(crate) fn remembered(key: &str) -> Option<String> {
    storage()?.get_item(&format!("plat.{key}")).ok().flatten()
}

/// Remembers under a key; a browser that does not want to is left alone.
pub(crate) fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("plat.{key}"), value);
    }
}

/// Puts text on the clipboard.
pub(crate) fn copy(text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
}

/// Hands the person a file.
pub(crate) fn save_file(name: &str, media_type: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let Ok(blob) = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options)
    else {
        return;
    };
    let Ok(address) = Url::create_object_url_with_blob(&blob) else {
        return;
    };
    if let Some(link) = document()
        .create_element("a")
        .ok()
        .and_then(|e| e.dyn_into::<HtmlAnchorElement>().ok())
    {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    let _ = Url::revoke_object_url(&address);
}

/// A file read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The files of a list, as the browser names them.
pub(crate) fn files(list: &FileList) -> Vec<File> {
    (0..list.length()).filter_map(|i| list.get(i)).collect()
}

/// Reads a file whole.
pub(crate) async fn read_file(file: File) -> Option<ReadFile> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(ReadFile {
        name: file.name(),
        bytes: Uint8Array::new(&buffer).to_vec(),
    })
}

/// Gives the focus to the element with an id.
pub(crate) fn focus(id: &str) {
    if let Some(element) = document()
        .get_element_by_id(id)
        .and_then(|e| e.dyn_into::<HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// Turns of the executor within which what was just asked for is in the document.
const TURNS_TO_APPEAR: usize = 8;

/// Gives the focus once the element is there: before the next key arrives if it can have it by then, so that what is typed
/// at once is typed there, else after the next frame; unless the person has gone to a field meanwhile.
pub(crate) fn focus_soon(id: &'static str) {
    let before = document().active_element();
    let focus_unless_taken = move || {
        let now = document().active_element();
        if now == before || !is_field(now) {
            focus(id);
        }
    };
    spawn_local(async move {
        for _ in 0..TURNS_TO_APPEAR {
            leptos::task::tick().await;
            focus_unless_taken();
            if document().active_element().is_some_and(|e| e.id() == id) {
                return;
            }
        }
        request_animation_frame(focus_unless_taken);
    });
}

/// True if keys belong to the element: a field, or something that is edited.
pub(crate) fn is_field(element: Option<Element>) -> bool {
    element.is_some_and(|e| {
        matches!(e.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || e.has_attribute("contenteditable")
    })
}

/// Scrolls no more than it takes to see the element.
pub(crate) fn bring_into_sight(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Opens a dialog over the page.
pub(crate) fn show_dialog(dialog: &HtmlDialogElement) {
    if !dialog.open() {
        let _ = dialog.show_modal();
    }
}

/// Calls a method without arguments where an element has it, such as `hidePopover`.
pub(crate) fn call(element: &Element, method: &str) {
    if let Ok(function) = js_sys::Reflect::get(element, &JsValue::from_str(method))
        .and_then(wasm_bindgen::JsCast::dyn_into::<js_sys::Function>)
    {
        let _ = function.call0(element);
    }
}

/// Whether the browser promised to keep the saved work; none where it was not asked, or does not say.
#[derive(Clone, Copy)]
pub(crate) struct Kept(pub(crate) RwSignal<Option<bool>>);

/// Asks the browser not to throw the saved work away when space is short, and gives its answer.
pub(crate) async fn keep_for_good() -> Option<bool> {
    let navigator: JsValue = window().navigator().into();
    let storage =
        js_sys::Reflect::get(&navigator, &JsValue::from_str("storage")).unwrap_or(JsValue::UNDEFINED);
    let persist: js_sys::Function = js_sys::Reflect::get(&storage, &JsValue::from_str("persist"))
        .ok()?
        .dyn_into()
        .ok()?;
    let promise: js_sys::Promise = persist.call0(&storage).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()?.as_bool()
}
