//! Drawing on canvas. Everything is drawn anew in each frame from the answer at hand: about a rectangle a column and
//! level, and text only where it fits.

use std::collections::{HashMap, HashSet};

use js_sys::Array;
use plat_domain::Cidr;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement};

use super::model::{Answer, Block, Kind, Layout, Rect, Spot, Window, hilbert};

/// The colours that `style.css` names, in the order of [`Ink`]'s table.
pub(crate) const INKS: [&str; 23] = [
    "surface",
    "text",
    "muted",
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
        Some(text.chars().take(fits - 1).chain(['…']).collect())
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

/// Nested blocks.
pub(crate) fn nested(pen: &Pen, scene: &Scene<'_>, names: &mut Names) {
    let (layout, ink) = (scene.layout, scene.ink);
    pen.ctx.set_text_baseline("middle");
    pen.fill(
        &ink.surface,
        Rect {
            x: 0.0,
            y: 0.0,
            w: layout.width,
            h: layout.height,
        },
    );
    let lengths = layout.lengths(14.0);
    for (_, y) in &lengths {
        pen.fill(
            &ink.rule,
            Rect {
                x: layout.left,
                y: y.round(),
                w: layout.width - layout.left,
                h: 1.0,
            },
        );
    }

    for block in &scene.answer.blocks {
        let Some(rect) = scene.rect(block) else { continue };
        let (fill, line) = (ink.fill(block), ink.line(block));
        if rect.w < SOLID_PX {
            pen.fill(line, rect);
        } else {
            pen.fill(fill, rect);
            let dotted = block.observed && rect.w >= 8.0;
            if !dotted {
                pen.fill(line, Rect { h: 2.0, ..rect });
                pen.fill(line, Rect { w: 1.0, ..rect });
            }
            if block.conflict {
                pen.hatch(&ink.conflict, rect);
            }
            if dotted {
                pen.outline(
                    line,
                    Rect {
                        h: rect.h + 4.0,
                        ..rect
                    },
                    1.5,
                    &[2.0, 3.0],
                );
            }
        }
    }
    free(pen, scene, names);
    for block in &scene.answer.blocks {
        let Some(rect) = scene.rect(block) else { continue };
        marks(pen, scene, block, rect);
        if rect.w >= 12.0 {
            label(pen, scene, names, block, rect);
        }
    }
    focus(pen, scene);
    rulers(pen, scene, &lengths);
    if let Some(ghost) = scene.ghost {
        let rect = scene.crisp(layout.rect(&ghost, 0));
        pen.fill(&ink.ghost, rect);
        pen.outline(
            &ink.accent,
            Rect {
                h: rect.h + 4.0,
                ..rect
            },
            2.0,
            &[],
        );
        // On the ruler, where it begins and ends.
        pen.fill(
            &ink.accent,
            Rect {
                x: rect.x,
                y: layout.top - 3.0,
                w: rect.w,
                h: 3.0,
            },
        );
    }
}

/// Free space: a quiet well at the length of the block that fits.
fn free(pen: &Pen, scene: &Scene<'_>, names: &mut Names) {
    let (layout, ink) = (scene.layout, scene.ink);
    pen.ctx.set_font(&ink.numbers);
    for free in &scene.answer.free {
        let rect = layout.rect(&free.prefix, 0);
        if rect.w < 4.0 || rect.x >= layout.width || rect.x + rect.w <= layout.left {
            continue;
        }
        let pool = &scene.answer.blocks[free.pool];
        // Below the pool's own line and label.
        let below = layout
            .rect_between(pool.first, pool.last, pool.prefix.len(), pool.nudge)
            .y
            + LINE_PX
            + 3.0;
        let mut well = scene.crisp(Rect {
            y: rect.y.max(below),
            ..rect
        });
        (well.x, well.w) = (well.x + 1.0, (well.w - 1.0).max(0.5));
        if well.h < 3.0 {
            continue;
        }
        pen.fill(&ink.free, well);
        pen.fill(&ink.rule, Rect { h: 1.0, ..well });
        pen.fill(&ink.rule, Rect { w: 1.0, ..well });
        if well.h < LINE_PX || !free.known {
            continue;
        }
        let x = well.x.max(layout.left) + 5.0;
        let room = (well.x + well.w).min(layout.width) - x - 3.0;
        let short = format!("/{}", free.prefix.len());
        let long = format!("/{} free", free.prefix.len());
        let text = [long, short]
            .into_iter()
            .find(|t| names.width(pen, true, t) <= room);
        if let Some(text) = text {
            pen.text(&ink.muted, &text, x, well.y + LINE_PX / 2.0 + 1.0);
        }
    }
}

/// Drafts and conflicts, which even a column shows.
fn marks(pen: &Pen, scene: &Scene<'_>, block: &Block, rect: Rect) {
    let ink = scene.ink;
    if scene.drafted.contains(&block.id) {
        if rect.w >= 5.0 {
            pen.outline(
                &ink.accent,
                Rect {
                    h: rect.h + 4.0,
                    ..rect
                },
                2.0,
                &[],
            );
        } else {
            pen.fill(
                &ink.accent,
                Rect {
                    y: rect.y - 3.0,
                    w: rect.w.max(2.0),
                    h: 5.0,
                    ..rect
                },
            );
        }
    }
    if block.conflict {
        if rect.w >= 26.0 && rect.h >= 18.0 {
            let right = (rect.x + rect.w).min(scene.layout.width);
            pen.warning(ink, right - 17.0, rect.y + 4.0, 13.0);
        } else {
            pen.fill(
                &ink.conflict,
                Rect {
                    w: rect.w.max(2.0),
                    h: 5.0,
                    ..rect
                },
            );
        }
    }
}

fn label(pen: &Pen, scene: &Scene<'_>, names: &mut Names, block: &Block, rect: Rect) {
    let (layout, ink) = (scene.layout, scene.ink);
    let inner = if block.inner_len == u8::MAX {
        layout.height
    } else {
        layout.y_of(f64::from(block.inner_len))
    };
    // A block around the window is named where the window begins: below the ones around it, if there is room.
    let high = inner.max(rect.y) - rect.y;
    let icon = if block.conflict && rect.w >= 26.0 {
        18.0
    } else {
        0.0
    };
    let x = rect.x + 5.0;
    let room = (rect.x + rect.w).min(layout.width) - x - 3.0 - icon;
    let prefix = block.prefix.to_string();
    if rect.w >= LABEL_PX && high >= LINE_PX {
        let name = if block.merged { None } else { names.get(block.id) };
        let first_y = rect.y + 2.0 + LINE_PX / 2.0;
        pen.ctx.set_font(&ink.words);
        let shown = name.as_deref().and_then(|n| names.fit(pen, false, n, room));
        if let Some(text) = &shown {
            if block.conflict {
                halo(pen, ink, text, x, first_y);
            }
            pen.text(&ink.text, text, x, first_y);
        }
        let named = shown.as_ref().map_or(0.0, |t| names.width(pen, false, t));
        pen.ctx.set_font(&ink.numbers);
        let wide = names.width(pen, true, &prefix);
        let spot = match shown {
            None => (wide <= room).then_some((x, first_y)),
            Some(_) if named + 10.0 + wide <= room => Some((x + named + 10.0, first_y)),
            Some(_) if high >= 2.0 * LINE_PX && wide <= room => Some((x, first_y + LINE_PX)),
            Some(_) => None,
        };
        if let Some((x, y)) = spot {
            let color = if named > 0.0 { &ink.muted } else { &ink.text };
            if block.conflict {
                halo(pen, ink, &prefix, x, y);
            }
            pen.text(color, &prefix, x, y);
        }
        if spot.is_some() || named > 0.0 {
            return;
        }
    }
    // Narrow and high: upright, from top to bottom.
    if rect.w >= 14.0 && block.inner_len == u8::MAX && !block.merged {
        let room = rect.h - 10.0 - icon;
        if room < 40.0 {
            return;
        }
        pen.ctx.set_font(&ink.words);
        let name = names.get(block.id).and_then(|n| names.fit(pen, false, &n, room));
        let text = name.or_else(|| {
            pen.ctx.set_font(&ink.numbers);
            names.fit(pen, true, &prefix, room)
        });
        if let Some(text) = text {
            pen.ctx.save();
            let _ = pen
                .ctx
                .translate(rect.x + rect.w / 2.0 + 0.5, rect.y + 6.0 + icon);
            let _ = pen.ctx.rotate(std::f64::consts::FRAC_PI_2);
            pen.text(&ink.text, &text, 0.0, 0.0);
            pen.ctx.restore();
        }
    }
}

/// Room around text on a hatch.
fn halo(pen: &Pen, ink: &Ink, text: &str, x: f64, y: f64) {
    pen.ctx.set_stroke_style_str(&ink.surface);
    pen.ctx.set_line_width(4.0);
    pen.ctx.set_line_join("round");
    let _ = pen.ctx.stroke_text(text, x, y);
}

/// Selection, keyboard and pointer.
fn focus(pen: &Pen, scene: &Scene<'_>) {
    let (layout, ink) = (scene.layout, scene.ink);
    let outlined = |prefix: &Cidr, nudge: u8| {
        let rect = layout.rect(prefix, nudge);
        if rect.x >= layout.width || rect.x + rect.w <= layout.left {
            return None;
        }
        // At least 6 px, so that a column can be seen to be selected; the sides stay on the screen.
        let (x, right) = (rect.x.max(layout.left), (rect.x + rect.w).min(layout.width));
        let w = (right - x).max(6.0);
        let x = (x + (right - x - w) / 2.0).max(layout.left);
        Some(Rect {
            x,
            w,
            h: layout.height - rect.y,
            ..rect
        })
    };
    if let Some(hover) = scene.hover.filter(|h| Some(*h) != scene.selected) {
        for block in scene.answer.blocks.iter().filter(|b| b.id == hover) {
            if let Some(rect) = scene.rect(block) {
                pen.outline(&ink.text, rect, 1.0, &[]);
            }
        }
    }
    if let Some(selected) = scene.selected {
        for block in scene.answer.blocks.iter().filter(|b| b.id == selected) {
            if let Some(rect) = outlined(&block.prefix, block.nudge) {
                pen.outline(&ink.surface, rect, 5.0, &[]);
                pen.outline(&ink.accent, rect, 3.0, &[]);
                // On the ruler too: a narrow one is found from there.
                pen.fill(
                    &ink.accent,
                    Rect {
                        y: layout.top - 4.0,
                        h: 4.0,
                        ..rect
                    },
                );
            }
        }
    }
    if let Some(cursor) = scene.cursor {
        let nudge = scene
            .answer
            .blocks
            .iter()
            .find(|b| Some(b.id) == cursor.claim && b.prefix == cursor.prefix)
            .map_or(0, |b| b.nudge);
        if let Some(rect) = outlined(&cursor.prefix, nudge) {
            pen.outline(&ink.surface, rect, 4.0, &[]);
            pen.outline(&ink.text, rect, 2.0, &[5.0, 3.0]);
        }
    }
}

fn rulers(pen: &Pen, scene: &Scene<'_>, lengths: &[(u8, f64)]) {
    let (layout, ink) = (scene.layout, scene.ink);
    pen.fill(
        &ink.surface,
        Rect {
            x: 0.0,
            y: 0.0,
            w: layout.left,
            h: layout.height,
        },
    );
    pen.fill(
        &ink.rule,
        Rect {
            x: layout.left - 1.0,
            y: layout.top,
            w: 1.0,
            h: layout.height - layout.top,
        },
    );
    pen.fill(
        &ink.rule,
        Rect {
            x: 0.0,
            y: layout.top - 1.0,
            w: layout.width,
            h: 1.0,
        },
    );
    pen.ctx.set_font(&ink.numbers);
    pen.ctx.set_text_align("right");
    for (len, y) in lengths {
        let strong = len.is_multiple_of(8);
        pen.text(
            if strong { &ink.text } else { &ink.muted },
            &format!("/{len}"),
            layout.left - 6.0,
            (y + 1.0).min(layout.height - 6.0),
        );
        pen.fill(
            &ink.rule,
            Rect {
                x: layout.left - 4.0,
                y: y.round(),
                w: 4.0,
                h: 1.0,
            },
        );
    }
    pen.ctx.set_text_align("left");
    let ticks = layout.ticks(112.0);
    let written = ticks
        .iter()
        .filter(|t| t.label.is_some())
        .map(|t| t.len)
        .max()
        .unwrap_or(0);
    for tick in &ticks {
        // Each bit that is less round is a bit shorter.
        let high = if tick.label.is_some() {
            layout.top - 3.0
        } else {
            (9.0 - 2.0 * f64::from(tick.len.saturating_sub(written))).max(2.0)
        };
        pen.fill(
            if tick.label.is_some() {
                &ink.muted
            } else {
                &ink.rule
            },
            Rect {
                x: tick.x.round(),
                y: layout.top - 1.0 - high,
                w: 1.0,
                h: high,
            },
        );
        if let Some(label) = &tick.label {
            pen.text(&ink.muted, label, tick.x.round() + 4.0, layout.top / 2.0 - 1.0);
        }
    }
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

/// The cells of the Hilbert square, drawn once for each answer, a pixel each.
#[derive(Default)]
pub(crate) struct Cells {
    canvas: Option<HtmlCanvasElement>,
    of: Option<(Cidr, u8)>,
}

impl Cells {
    pub(crate) fn outdate(&mut self) {
        self.of = None;
    }

    fn draw(&mut self, scene: &Scene<'_>, window: &Cidr, order: u8) -> Option<&HtmlCanvasElement> {
        if self.canvas.is_none() {
            let made = leptos::prelude::document().create_element("canvas").ok()?;
            self.canvas = made.dyn_into().ok();
        }
        let canvas = self.canvas.as_ref()?;
        if self.of == Some((*window, order)) {
            return Some(canvas);
        }
        let side = 1u32 << order;
        canvas.set_width(side);
        canvas.set_height(side);
        let ctx: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let pen = Pen { ctx };
        let cells = hilbert::cells(window, order);
        let shift = u32::from(window.family().bits() - window.len() - 2 * order);
        let mut colors: Vec<&str> = vec![&scene.ink.surface; cells.len()];
        for block in &scene.answer.blocks {
            let (first, last) = (block.first.max(window.first()), block.last.min(window.last()));
            if first > last {
                continue;
            }
            let cell = |addr: u128| {
                usize::try_from((addr - window.first()).checked_shr(shift).unwrap_or(0)).unwrap_or(0)
            };
            // A claim smaller than its cell is as strong as a column of the other picture.
            let solid = block.kind != Kind::Pool && (cell(first) == cell(last) || block.merged);
            let color = if block.conflict {
                &scene.ink.conflict
            } else if solid {
                scene.ink.line(block)
            } else {
                scene.ink.fill(block)
            };
            if let Some(part) = colors.get_mut(cell(first)..=cell(last)) {
                part.fill(color);
            }
        }
        for ((x, y), color) in cells.iter().zip(colors) {
            pen.fill(
                color,
                Rect {
                    x: f64::from(*x),
                    y: f64::from(*y),
                    w: 1.0,
                    h: 1.0,
                },
            );
        }
        // Until an answer fits, what is there is drawn again in each frame.
        let current = scene.answer.first == window.first() && scene.answer.last == window.last();
        self.of = current.then_some((*window, order));
        Some(canvas)
    }
}

/// The Hilbert square `of` a window, at a left, top and side.
pub(crate) fn square(
    pen: &Pen,
    scene: &Scene<'_>,
    names: &mut Names,
    cells: &mut Cells,
    (window, order): (Cidr, u8),
    (left, top, side): (f64, f64, f64),
) {
    let (layout, ink) = (scene.layout, scene.ink);
    pen.ctx.set_text_baseline("middle");
    pen.fill(
        &ink.surface,
        Rect {
            x: 0.0,
            y: 0.0,
            w: layout.width,
            h: layout.height,
        },
    );
    if let Some(canvas) = cells.draw(scene, &window, order) {
        pen.ctx.set_image_smoothing_enabled(false);
        let _ = pen
            .ctx
            .draw_image_with_html_canvas_element_and_dw_and_dh(canvas, left, top, side, side);
    }
    let placed = |prefix: &Cidr| {
        let (x, y, w, h) = hilbert::place(&window, prefix)?;
        Some(Rect {
            x: left + x * side,
            y: top + y * side,
            w: w * side,
            h: h * side,
        })
    };
    for block in &scene.answer.blocks {
        let Some(rect) = placed(&block.prefix) else {
            continue;
        };
        if rect.w.min(rect.h) < 6.0 {
            continue;
        }
        pen.outline(
            ink.line(block),
            rect,
            1.0,
            if block.observed { &[2.0, 3.0] } else { &[] },
        );
        if block.conflict {
            pen.hatch(&ink.surface, rect);
            if rect.w >= 22.0 && rect.h >= 22.0 {
                pen.warning(ink, rect.x + rect.w - 17.0, rect.y + 4.0, 13.0);
            }
        }
        if scene.drafted.contains(&block.id) {
            pen.outline(&ink.accent, rect, 2.0, &[]);
        }
        // Around others, a name would be under them: only the innermost ones are named.
        if block.inner_len == u8::MAX && rect.w >= LABEL_PX && rect.h >= LINE_PX {
            square_label(pen, scene, names, block, rect);
        }
    }
    pen.outline(
        &ink.rule,
        Rect {
            x: left,
            y: top,
            w: side,
            h: side,
        },
        1.0,
        &[],
    );
    let grown = |rect: Rect| {
        let (w, h) = (rect.w.max(7.0), rect.h.max(7.0));
        Rect {
            x: rect.x + (rect.w - w) / 2.0,
            y: rect.y + (rect.h - h) / 2.0,
            w,
            h,
        }
    };
    let of_claim = |id: u128| {
        scene
            .answer
            .blocks
            .iter()
            .filter(move |b| b.id == id)
            .filter_map(|b| placed(&b.prefix))
    };
    if let Some(hover) = scene.hover.filter(|h| Some(*h) != scene.selected) {
        of_claim(hover).for_each(|rect| pen.outline(&ink.text, grown(rect), 1.0, &[]));
    }
    if let Some(selected) = scene.selected {
        of_claim(selected).for_each(|rect| {
            pen.outline(&ink.surface, grown(rect), 5.0, &[]);
            pen.outline(&ink.accent, grown(rect), 3.0, &[]);
        });
    }
    if let Some(rect) = scene.cursor.and_then(|c| placed(&c.prefix)) {
        pen.outline(&ink.surface, grown(rect), 4.0, &[]);
        pen.outline(&ink.text, grown(rect), 2.0, &[5.0, 3.0]);
    }
}

fn square_label(pen: &Pen, scene: &Scene<'_>, names: &mut Names, block: &Block, rect: Rect) {
    let ink = scene.ink;
    let room = rect.w - 8.0;
    pen.ctx.set_font(&ink.words);
    let mut y = rect.y + 4.0 + LINE_PX / 2.0;
    let name = if block.merged { None } else { names.get(block.id) };
    if let Some(text) = name.and_then(|n| names.fit(pen, false, &n, room)) {
        pen.text(&ink.text, &text, rect.x + 5.0, y);
        y += LINE_PX;
    }
    if y + LINE_PX / 2.0 <= rect.y + rect.h {
        pen.ctx.set_font(&ink.numbers);
        if let Some(text) = names.fit(pen, true, &block.prefix.to_string(), room) {
            pen.text(&ink.text, &text, rect.x + 5.0, y);
        }
    }
}
