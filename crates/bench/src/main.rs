//! `plat-bench [--quick] [--large] [--only NAME] [--family 4|6] [--sizes 1000,…] [--runs N] [--python PATH] [--decisions DIR]`

use std::collections::BTreeMap;
use std::error::Error;
use std::process::Command;

use plat_allocator::{Family, V4, V6};
use plat_bench::cases::{NAMES, Setting};
use plat_bench::measure::{HEAD, Row};
use plat_bench::next_free::against_netaddr;
use plat_bench::workload::Terrain;

/// The peers' versions, which `Cargo.toml` pins.
const PEERS: &str =
    "prefix-trie 0.10.1, range-set-blaze 0.8.0, BTreeSet and sort_unstable of the standard library";

const USAGE: &str = "usage: plat-bench [--quick] [--large] [--only NAME] [--family 4|6] [--sizes N,N] [--runs N] [--python PATH]

--quick   1,000 and 20,000 claims, three runs: answers are compared, times say little
--large   10,000,000 claims too
--only    one benchmark; may be repeated
--python  a Python with netaddr, for next_free
--decisions  instead: every command on a workspace of 100,000 claims; what decisions.mjs repeats in wasm goes to DIR";

struct Options {
    sizes: Vec<usize>,
    runs: usize,
    only: Vec<String>,
    families: Vec<u8>,
    python: Option<String>,
    decisions: Option<std::path::PathBuf>,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options {
        sizes: vec![1_000, 10_000, 100_000, 1_000_000],
        runs: 5,
        only: Vec::new(),
        families: vec![4, 6],
        python: None,
        decisions: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or(format!("{argument} needs a value\n{USAGE}"))
        };
        match argument.as_str() {
            "--quick" => (options.sizes, options.runs) = (vec![1_000, 20_000], 3),
            "--large" => options.sizes.push(10_000_000),
            "--only" => options.only.push(value()?),
            "--family" => options.families = vec![value()?.parse()?],
            "--sizes" => options.sizes = value()?.split(',').map(str::parse).collect::<Result<_, _>>()?,
            "--runs" => options.runs = value()?.parse()?,
            "--decisions" => options.decisions = Some(value()?.into()),
            "--python" => options.python = Some(value()?),
            _ => return Err(format!("{argument} is not known\n{USAGE}").into()),
        }
    }
    for name in &options.only {
        if !NAMES.contains(&name.as_str()) {
            return Err(format!("{name} is none of {}", NAMES.join(" ")).into());
        }
    }
    Ok(options)
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    if let Some(directory) = &options.decisions {
        print!("{}", plat_bench::decisions::run(directory, options.runs)?);
        return Ok(());
    }
    println!("# Allocator benchmarks\n\n{}\n\n{HEAD}", machine());
    for size in &options.sizes {
        if options.families.contains(&4) {
            run::<V4>(*size, &options);
        }
        if options.families.contains(&6) {
            run::<V6>(*size, &options);
        }
    }
    if let Some(python) = &options.python {
        let (row, version) = against_netaddr(python)?;
        println!("{}\n\nnext_free ran once, with {version}.", row.line());
    }
    Ok(())
}

fn run<F: Terrain + Family>(size: usize, options: &Options)
where
    F::Key: range_set_blaze::Integer,
    (F::Key, u8): prefix_trie::Prefix<R = F::Key>,
{
    let setting = Setting::<F>::new(size, options.runs);
    for name in NAMES {
        if options.only.is_empty() || options.only.iter().any(|only| only == name) {
            for row in setting.run(name) {
                println!("{}", Row::line(&row));
            }
        }
    }
}

/// What the times depend on, as far as it can be told.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let fields: BTreeMap<&str, &str> = info
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let field = |name| fields.get(name).copied().unwrap_or("unknown");
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!(
        "Machine: {} ({} logical cores, cache {}), {}. Compiler: {}.\nPlat {}; peers: {PEERS}.\n\
         Medians of interleaved runs; a peer that needs more than 30 s did not finish.",
        field("model name"),
        std::thread::available_parallelism().map_or(0, usize::from),
        field("cache size"),
        std::env::consts::OS,
        compiler.unwrap_or_else(|_| "unknown".to_owned()),
        env!("CARGO_PKG_VERSION"),
    )
}
