//! The Hilbert square: cells along the curve, outlines and names of the blocks that are large enough.

use plat_domain::Cidr;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{LABEL_PX, LINE_PX, Names, Pen, Scene, halo};
use crate::widgets::map::model::{Block, Kind, Rect, hilbert};

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
        let mut tops: Vec<Option<&Block>> = vec![None; cells.len()];
        let cell = |addr: u128| {
            usize::try_from((addr - window.first()).checked_shr(shift).unwrap_or(0)).unwrap_or(0)
        };
        for block in &scene.answer.blocks {
            let (first, last) = (block.first.max(window.first()), block.last.min(window.last()));
            if first <= last
                && let Some(part) = tops.get_mut(cell(first)..=cell(last))
            {
                part.fill(Some(block));
            }
        }
        for ((x, y), top) in cells.iter().zip(tops) {
            let rect = Rect {
                x: f64::from(*x),
                y: f64::from(*y),
                w: 1.0,
                h: 1.0,
            };
            let Some(block) = top else {
                pen.fill(&scene.ink.surface, rect);
                continue;
            };
            // A claim smaller than its cell is as strong as a column of the other picture.
            let solid = block.merged
                || block.first > window.first() && cell(block.first) == cell(block.last.min(window.last()));
            pen.fill(
                match block.kind {
                    Kind::Pool => scene.ink.fill(block),
                    _ if block.conflict => &scene.ink.conflict,
                    _ if solid => scene.ink.line(block),
                    _ => scene.ink.fill(block),
                },
                rect,
            );
            if block.kind == Kind::Pool {
                pen.fill(&scene.ink.free, rect);
            }
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
    }
    // Of the blocks around the window only the innermost is named: they would all be named in one corner.
    let around = scene
        .answer
        .blocks
        .iter()
        .rposition(|b| b.prefix.contains(&window));
    for (i, block) in scene.answer.blocks.iter().enumerate() {
        let Some(rect) = placed(&block.prefix) else {
            continue;
        };
        let outside = block.prefix.contains(&window) && around != Some(i);
        if !outside && rect.w >= LABEL_PX && rect.h >= LINE_PX {
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
    // Around others: at the bottom, where it is large enough that they hardly reach.
    const AROUND_PX: f64 = 90.0;
    let ink = scene.ink;
    let outer = block.inner_len != u8::MAX;
    if outer && rect.w.min(rect.h) < AROUND_PX {
        return;
    }
    let icon = if block.conflict { 16.0 } else { 0.0 };
    let room = rect.w - 8.0 - icon;
    let mut lines = Vec::new();
    pen.ctx.set_font(&ink.words);
    let name = if block.merged { None } else { names.get(block.id) };
    lines.extend(
        name.and_then(|n| names.fit(pen, false, &n, room))
            .map(|t| (false, t)),
    );
    pen.ctx.set_font(&ink.numbers);
    lines.extend(
        names
            .fit(pen, true, &block.prefix.to_string(), room)
            .map(|t| (true, t)),
    );
    lines.truncate(((rect.h - 4.0) / LINE_PX).max(0.0) as usize);
    let high = lines.len() as f64 * LINE_PX;
    let mut y = if outer {
        rect.y + rect.h - high - 3.0
    } else {
        rect.y + 3.0
    } + LINE_PX / 2.0;
    for (numbers, text) in lines {
        pen.ctx.set_font(if numbers { &ink.numbers } else { &ink.words });
        if outer || block.conflict {
            halo(pen, ink, &text, rect.x + 5.0, y);
        }
        pen.text(&ink.text, &text, rect.x + 5.0, y);
        y += LINE_PX;
    }
}
