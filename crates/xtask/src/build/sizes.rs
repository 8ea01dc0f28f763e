//! How large each built file is, as it is and as it travels.

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};
use plat_local_edge::{Paths, Tools};

use super::stage::files_below;
use crate::report::run_quietly;

/// The Workers runtime takes 3 MB on the free plan; a page larger than this is not the page we promise.
const WORKER_AT_MOST_BYTES: u64 = 3_000_000;
/// The whole planner, js and wasm, brotli.
const PLANNER_AT_MOST_BYTES: u64 = 400_000;

/// Node has both compressors.
const MEASURE: &str = "const z=require('zlib'),fs=require('fs');for(const f of process.argv.slice(1)){const b=fs.readFileSync(f);\
    console.log(b.length,z.gzipSync(b,{level:9}).length,z.brotliCompressSync(b).length)}";

struct Size {
    name: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints a line a file and the sums that have a limit.
pub(crate) fn print(paths: &Paths, tools: &Tools) -> Result<()> {
    let worker = measure(paths, tools, "worker")?;
    let assets = measure(paths, tools, "assets")?;
    let js = measure(paths, tools, "js")?;
    println!(
        "\n  {:<44} {:>10} {:>10} {:>10}",
        "bytes", "raw", "gzip", "brotli"
    );
    for size in worker.iter().chain(&assets).chain(&js) {
        println!(
            "  {:<44} {:>10} {:>10} {:>10}",
            size.name, size.raw, size.gzip, size.brotli
        );
    }
    let worker_gzip: u64 = worker.iter().map(|size| size.gzip).sum();
    let planner_brotli: u64 = assets
        .iter()
        .filter(|size| size.name.contains("/a/"))
        .map(|size| size.brotli)
        .sum();
    println!(
        "  worker {worker_gzip} of {WORKER_AT_MOST_BYTES} gzip, planner {planner_brotli} of {PLANNER_AT_MOST_BYTES} brotli"
    );
    if worker_gzip > WORKER_AT_MOST_BYTES {
        bail!("the Worker is too large for the Workers runtime");
    }
    Ok(())
}

fn measure(paths: &Paths, tools: &Tools, part: &str) -> Result<Vec<Size>> {
    let folder = paths.dist.join(part);
    let files: Vec<_> = files_below(&folder)
        .into_iter()
        .filter(|file| {
            file.extension()
                .is_some_and(|end| ["wasm", "js", "mjs", "css", "html"].contains(&&*end.to_string_lossy()))
        })
        .collect();
    let mut command = Command::new(&tools.node);
    command.arg("-e").arg(MEASURE).args(&files);
    let numbers = run_quietly(&mut command)?;
    let mut sizes = Vec::new();
    for (file, line) in files.iter().zip(numbers.lines()) {
        let parts: Vec<u64> = line.split(' ').filter_map(|number| number.parse().ok()).collect();
        let [raw, gzip, brotli] = parts[..] else {
            bail!("cannot measure {}", file.display())
        };
        let name = file
            .strip_prefix(&paths.dist)
            .map_or_else(|_| fs::canonicalize(file).unwrap_or_default(), Into::into);
        sizes.push(Size {
            name: name.display().to_string(),
            raw,
            gzip,
            brotli,
        });
    }
    Ok(sizes)
}
