//! Nested blocks: address runs left to right, prefix length downward.

use plat_domain::Cidr;

use super::{LABEL_PX, LINE_PX, Names, Pen, SOLID_PX, Scene, halo};
use crate::widgets::map::model::{Block, Rect};

/// Marks of the ruler of addresses, and those with an address.
const TICK_PX: f64 = 7.0;
const TICK_LABEL_PX: f64 = 112.0;
/// Lines in free space.
const RULED_PX: f64 = 26.0;

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
        if let Some(rect) = scene.rect(block) {
            marks(pen, scene, block, rect);
        }
    }
    focus(pen, scene);
    for block in &scene.answer.blocks {
        if let Some(rect) = scene.rect(block).filter(|r| r.w >= 12.0) {
            label(pen, scene, names, block, rect);
        }
    }
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
    let lines = layout.ticks(RULED_PX, RULED_PX);
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
        // Ruled by the blocks that fit into it: each line begins at the length of the block that begins there.
        pen.ctx.set_global_alpha(0.45);
        for tick in lines
            .iter()
            .filter(|t| t.x > well.x + 2.0 && t.x < well.x + well.w - 2.0)
        {
            let y = layout.y_of(f64::from(tick.len)).max(well.y);
            pen.fill(
                &ink.rule,
                Rect {
                    x: tick.x.round(),
                    y,
                    w: 1.0,
                    h: layout.height - y,
                },
            );
        }
        pen.ctx.set_global_alpha(1.0);
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
            pen.text(&ink.label, &text, x, well.y + LINE_PX / 2.0 + 2.0);
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
            let color = if named > 0.0 { &ink.label } else { &ink.text };
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
    let ticks = layout.ticks(TICK_PX, TICK_LABEL_PX);
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
