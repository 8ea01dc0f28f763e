//! Drawing on canvas. Everything is drawn anew in each frame from the answer at hand: about a rectangle a column and
//! level, and text only where it fits.

mod nested;
mod square;

use std::collections::{HashMap, HashSet};

use js_sys::Array;
use plat_domain::Cidr;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement};

use super::model::{Answer, Block, Kind, Layout, Rect, Spot, Window};

pub(crate) use nested::nested;
pub(crate) use square::{Cells, square};

/// The colours that `style.css` names, in the order of [`Ink`]'s table.
pub(crate) const INKS: [&str; 24] = [
    "surface",
    "text",
    "muted",
    "label",
    "rule",
    "accent",
    "conflict",
    "free",
    "ghost",
    "pool-0",
    "pool-1",
    "pool-2",
    "pool-3",
    "network",
    "subnet",
    "static",
    "external",
    "reservation",
    "pool-line",
    "network-line",
    "subnet-line",
    "static-line",
    "external-line",
    "reservation-line",
];

/// Lines of text.
const LINE_PX: f64 = 15.0;
/// Blocks narrower than this are a solid column; wider ones have an outline.
const SOLID_PX: f64 = 2.5;
/// A block gets a label from this width on.
const LABEL_PX: f64 = 30.0;
/// Lines of a hatch are so far apart.
const HATCH_PX: f64 = 7.0;

/// Colours and fonts, as the style sheet resolves them now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ink {
    surface: String,
    text: String,
    muted: String,
    /// Second words on a block.
    label: String,
    rule: String,
    accent: String,
    conflict: String,
    free: String,
    ghost: String,
    pools: [String; 4],
    fills: [String; 6],
    lines: [String; 6],
    words: String,
    numbers: String,
    /// People ask for less motion.
    pub(crate) still: bool,
}

impl Ink {
    /// Reads the colours from the elements that carry them: then the browser resolves every `var()`, `light-dark()` and
    /// `color-mix()`, and the canvas is given plain colours.
    pub(crate) fn read(root: &HtmlElement) -> Self {
        let window = leptos::prelude::window();
        let style = |element: &Element, property: &str| {
            window
                .get_computed_style(element)
                .ok()
                .flatten()
                .and_then(|s| s.get_property_value(property).ok())
                .unwrap_or_default()
        };
        let color = |name: &str| {
            root.query_selector(&format!("[data-ink={name}]"))
                .ok()
                .flatten()
                .map(|e| style(&e, "color"))
                .unwrap_or_default()
        };
        let line = |kind: Kind| color(&format!("{}-line", kind.word()));
        let fill = |kind: Kind| color(kind.word());
        let words = style(root, "font-family");
        let numbers = root
            .query_selector("code")
            .ok()
            .flatten()
            .map(|e| style(&e, "font-family"))
            .unwrap_or_default();
        let still = window
            .match_media("(prefers-reduced-motion: reduce)")
            .ok()
            .flatten()
            .is_some_and(|m| m.matches());
        Self {
            surface: color("surface"),
            text: color("text"),
            muted: color("muted"),
            label: color("label"),
            rule: color("rule"),
            accent: color("accent"),
            conflict: color("conflict"),
            free: color("free"),
            ghost: color("ghost"),
            pools: ["pool-0", "pool-1", "pool-2", "pool-3"].map(color),
            fills: Kind::ALL.map(fill),
            lines: Kind::ALL.map(line),
            words: format!("12px {words}"),
            numbers: format!("11px {numbers}"),
            still,
        }
    }

    fn fill(&self, block: &Block) -> &str {
        match block.kind {
            Kind::Pool => &self.pools[usize::from(block.depth).min(3)],
            Kind::Network | Kind::Subnet | Kind::Static | Kind::External | Kind::Reservation => {
                &self.fills[kind_at(block.kind)]
            }
        }
    }

    fn line(&self, block: &Block) -> &str {
        &self.lines[kind_at(block.kind)]
    }
}

fn kind_at(kind: Kind) -> usize {
    Kind::ALL.iter().position(|k| *k == kind).unwrap_or(0)
}

/// A canvas ready to be drawn on in CSS pixels.
pub(crate) struct Pen {
    ctx: CanvasRenderingContext2d,
}

/// The pen of a canvas, whose pixels are made those of the screen.
pub(crate) fn pen(canvas: &HtmlCanvasElement, scale: f64) -> Option<Pen> {
    let pixels = |css: i32| (f64::from(css) * scale).round().max(1.0) as u32;
    let (width, height) = (pixels(canvas.client_width()), pixels(canvas.client_height()));
    if canvas.width() != width {
        canvas.set_width(width);
    }
    if canvas.height() != height {
        canvas.set_height(height);
    }
    let ctx: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    ctx.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0).ok()?;
    Some(Pen { ctx })
}

impl Pen {
    fn fill(&self, color: &str, rect: Rect) {
        self.ctx.set_fill_style_str(color);
        self.ctx.fill_rect(rect.x, rect.y, rect.w, rect.h);
    }

    /// An outline that lies inside of the rectangle.
    fn outline(&self, color: &str, rect: Rect, width: f64, dashes: &[f64]) {
        let half = width / 2.0;
        self.ctx.set_stroke_style_str(color);
        self.ctx.set_line_width(width);
        self.dash(dashes);
        self.ctx.stroke_rect(
            rect.x + half,
            rect.y + half,
            (rect.w - width).max(0.5),
            (rect.h - width).max(0.5),
        );
        if !dashes.is_empty() {
            self.dash(&[]);
        }
    }

    fn dash(&self, dashes: &[f64]) {
        let list: Array = dashes.iter().map(|d| JsValue::from_f64(*d)).collect();
        let _ = self.ctx.set_line_dash(&list);
    }

    fn text(&self, color: &str, text: &str, x: f64, y: f64) {
        self.ctx.set_fill_style_str(color);
        let _ = self.ctx.fill_text(text, x, y);
    }

    /// Diagonal lines over a rectangle.
    fn hatch(&self, color: &str, rect: Rect) {
        let ctx = &self.ctx;
        ctx.save();
        ctx.begin_path();
        ctx.rect(rect.x, rect.y, rect.w, rect.h);
        ctx.clip();
        ctx.set_stroke_style_str(color);
        ctx.set_line_width(1.5);
        ctx.begin_path();
        // Lines are in step over the whole canvas, so that neighbours join.
        let mut at = ((rect.x + rect.y) / HATCH_PX).floor() * HATCH_PX;
        while at < rect.x + rect.w + rect.y + rect.h {
            ctx.move_to(at - rect.y, rect.y);
            ctx.line_to(at - rect.y - rect.h, rect.y + rect.h);
            at += HATCH_PX;
        }
        ctx.stroke();
        ctx.restore();
    }

    /// A triangle with a bar and a point: the sign of a conflict, `size` high.
    fn warning(&self, ink: &Ink, x: f64, y: f64, size: f64) {
        let ctx = &self.ctx;
        ctx.begin_path();
        ctx.move_to(x + size / 2.0, y);
        ctx.line_to(x + size, y + size);
        ctx.line_to(x, y + size);
        ctx.close_path();
        ctx.set_fill_style_str(&ink.conflict);
        ctx.fill();
        ctx.set_stroke_style_str(&ink.surface);
        ctx.set_line_width(1.0);
        ctx.stroke();
        let bar = Rect {
            x: x + size / 2.0 - 0.75,
            y: y + size * 0.36,
            w: 1.5,
            h: size * 0.3,
        };
        self.fill(&ink.surface, bar);
        self.fill(
            &ink.surface,
            Rect {
                y: y + size * 0.76,
                h: 1.5,
                ..bar
            },
        );
    }
}

/// Names of claims, and how wide texts are.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashMap<u128, (u32, Option<String>)>,
    age: u32,
    missing: HashSet<u128>,
    widths: HashMap<(bool, String), f64>,
}

impl Names {
    /// What is kept at most: texts of about a hundred screens.
    const KEPT: usize = 20_000;

    /// The name, as far as it is known; asked for if it is not known or may have changed.
    pub(crate) fn get(&mut self, claim: u128) -> Option<String> {
        match self.known.get(&claim) {
            Some((age, name)) => {
                if *age != self.age {
                    self.missing.insert(claim);
                }
                name.clone()
            }
            None => {
                self.missing.insert(claim);
                None
            }
        }
    }

    /// Names may have changed: they are shown until they are known again.
    pub(crate) fn outdate(&mut self) {
        self.age = self.age.wrapping_add(1);
        if self.known.len() > Self::KEPT {
            self.known.clear();
        }
    }

    pub(crate) fn forget_widths(&mut self) {
        self.widths.clear();
    }

    pub(crate) fn take_missing(&mut self, at_most: usize) -> Vec<u128> {
        let taken: Vec<u128> = self.missing.iter().take(at_most).copied().collect();
        // The rest is wanted again in the next frame, if it is still on the screen.
        self.missing.clear();
        taken
    }

    pub(crate) fn learn(
        &mut self,
        asked: impl Iterator<Item = u128>,
        names: impl Iterator<Item = (u128, String)>,
    ) {
        for claim in asked {
            self.known.insert(claim, (self.age, None));
        }
        for (claim, name) in names {
            self.known
                .insert(claim, (self.age, Some(name).filter(|n| !n.is_empty())));
        }
    }

    /// The width of a text in one of the two fonts, which must be the pen's.
    fn width(&mut self, pen: &Pen, numbers: bool, text: &str) -> f64 {
        if self.widths.len() > Self::KEPT {
            self.widths.clear();
        }
        let key = (numbers, text.to_owned());
        *self
            .widths
            .entry(key)
            .or_insert_with(|| pen.ctx.measure_text(text).map_or(f64::INFINITY, |m| m.width()))
    }

    /// The text, or as much of it as fits with an ellipsis; none if that is not worth reading.
    fn fit(&mut self, pen: &Pen, numbers: bool, text: &str, room: f64) -> Option<String> {
        const CHARS_MIN: usize = 3;
        let whole = self.width(pen, numbers, text);
        if whole <= room {
            return Some(text.to_owned());
        }
        let chars = text.chars().count();
        let fits = ((room / whole) * chars as f64).floor() as usize;
        // Half an address says something wrong; half a name is still the name.
        if numbers || fits < CHARS_MIN + 1 {
            return None;
        }
        // Letters are not of one width: take less until it fits.
        (CHARS_MIN..fits)
            .rev()
            .map(|kept| text.chars().take(kept).collect::<String>().trim_end().to_owned() + "…")
            .find(|short| self.width(pen, numbers, short) <= room)
    }
}

/// What a frame shows.
pub(crate) struct Scene<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) answer: &'a Answer,
    pub(crate) ink: &'a Ink,
    pub(crate) selected: Option<u128>,
    pub(crate) drafted: &'a HashSet<u128>,
    pub(crate) cursor: Option<Spot>,
    pub(crate) hover: Option<u128>,
    pub(crate) ghost: Option<Cidr>,
    /// Device pixels a CSS pixel.
    pub(crate) scale: f64,
}

impl Scene<'_> {
    /// On whole device pixels, and not over the left ruler.
    fn crisp(&self, rect: Rect) -> Rect {
        let snap = |v: f64| (v * self.scale).round() / self.scale;
        let from = snap(rect.x.max(self.layout.left));
        let to = snap((rect.x + rect.w).min(self.layout.width + 4.0)).max(from + 1.0 / self.scale);
        let y = snap(rect.y);
        Rect {
            x: from,
            y,
            w: to - from,
            h: self.layout.height - y,
        }
    }

    fn rect(&self, block: &Block) -> Option<Rect> {
        let rect = self
            .layout
            .rect_between(block.first, block.last, block.prefix.len(), block.nudge);
        (rect.x < self.layout.width && rect.x + rect.w > self.layout.left).then(|| self.crisp(rect))
    }
}

/// Room around text on a hatch.
fn halo(pen: &Pen, ink: &Ink, text: &str, x: f64, y: f64) {
    pen.ctx.set_stroke_style_str(&ink.surface);
    pen.ctx.set_line_width(4.0);
    pen.ctx.set_line_join("round");
    let _ = pen.ctx.stroke_text(text, x, y);
}

/// The strip: the whole space, and which part of it is shown.
pub(crate) fn mini(pen: &Pen, width: f64, answer: &Answer, ink: &Ink, strip: Window, shown: (u128, u128)) {
    const HEIGHT: f64 = 24.0;
    pen.fill(
        &ink.surface,
        Rect {
            x: 0.0,
            y: 0.0,
            w: width,
            h: HEIGHT,
        },
    );
    if answer.family == strip.family {
        for block in &answer.blocks {
            let (x, end) = (
                strip.x_of(block.first, width).max(0.0),
                strip.x_after(block.last, width).min(width),
            );
            if end <= 0.0 || x >= width {
                continue;
            }
            let y = 4.0 + f64::from(block.depth.min(3)) * 4.0;
            let w = (end - x).max(0.5);
            pen.fill(
                if w < SOLID_PX || block.kind != Kind::Pool {
                    ink.line(block)
                } else {
                    ink.fill(block)
                },
                Rect {
                    x,
                    y,
                    w,
                    h: HEIGHT - y - 2.0,
                },
            );
        }
    }
    let (x, end) = (
        strip.x_of(shown.0, width).clamp(0.0, width),
        strip.x_after(shown.1, width).clamp(0.0, width),
    );
    // Deep in the space the window is a mark of at least 8 px.
    let w = (end - x).max(8.0).min(width);
    let x = (x + (end - x) / 2.0 - w / 2.0).clamp(0.0, (width - w).max(0.0));
    pen.ctx.set_global_alpha(0.55);
    pen.fill(
        &ink.surface,
        Rect {
            x: 0.0,
            y: 0.0,
            w: x,
            h: HEIGHT,
        },
    );
    pen.fill(
        &ink.surface,
        Rect {
            x: x + w,
            y: 0.0,
            w: width - x - w,
            h: HEIGHT,
        },
    );
    pen.ctx.set_global_alpha(1.0);
    pen.outline(
        &ink.accent,
        Rect {
            x,
            y: 1.0,
            w,
            h: HEIGHT - 2.0,
        },
        2.0,
        &[],
    );
}
