//! Fetch, from a Web Worker.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Request, RequestInit, Response, WorkerGlobalScope};

use crate::edge::{Call, Reply, Unreachable};

fn scope() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The page's own origin.
pub(crate) fn own_origin() -> String {
    scope().location().origin()
}

/// What was thrown, in words: an error's message.
pub(crate) fn words(thrown: &JsValue) -> String {
    thrown
        .dyn_ref::<js_sys::Error>()
        .map_or_else(|| format!("{thrown:?}"), |error| String::from(error.message()))
}

/// Sends a request and reads its answer whole.
///
/// # Errors
/// [`Unreachable`] where there is no answer, or none in time.
pub(crate) async fn send(call: &Call) -> Result<Reply, Unreachable> {
    exchange(call).await.map_err(|thrown| Unreachable(words(&thrown)))
}

async fn exchange(call: &Call) -> Result<Reply, JsValue> {
    let headers = Headers::new()?;
    headers.set("authorization", &format!("Bearer {}", call.token))?;
    let init = RequestInit::new();
    init.set_method(call.method);
    if let Some(body) = &call.body {
        headers.set("content-type", "application/json")?;
        init.set_body(&JsValue::from_str(body));
    }
    if let Some(key) = &call.key {
        headers.set("idempotency-key", key)?;
    }
    init.set_headers(&headers);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(call.timeout_ms)));
    let request = Request::new_with_str_and_init(&call.url, &init)?;
    let response: Response = JsFuture::from(scope().fetch_with_request(&request))
        .await?
        .dyn_into()?;
    let body = JsFuture::from(response.array_buffer()?).await?;
    Ok(Reply {
        status: response.status(),
        body: Uint8Array::new(&body).to_vec(),
    })
}
