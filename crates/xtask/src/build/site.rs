//! `dist/assets`: the site. Built files are named by a hash of their content and live under `/a/`.
//!
//! Order matters, since names end up inside other files: wasm, then the engine's script, then the loader and the styles, then
//! `index.html`, then the service worker with the list of all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::{Build, Speed, bindings, headers, stage};
use crate::report::run_quietly;

/// Written by this file or made from; all other files beside them are copied as they are.
const NOT_COPIED: [&str; 4] = ["index.html", "loader.js", "sw.js", "styles.css"];

/// Returns whether anything had changed.
pub(crate) fn assemble(build: &Build<'_>) -> Result<bool> {
    let root = &build.paths.root;
    let mut sources = Vec::new();
    for folder in [
        bindings::folder(build, "plat-web-page"),
        bindings::folder(build, "plat-web-engine"),
    ] {
        sources.extend(stage::files_below(&folder));
    }
    sources.extend(stage::files_below(&root.join("web")));
    sources.retain(|file| file.extension().is_none_or(|end| end != "rs"));
    let mut inputs = stage::Inputs::new(&format!("{:?}", build.speed));
    inputs.files(&sources)?;
    let out = build.paths.dist.join("assets");
    stage::run(&build.paths.dist.join("stamps/site"), &inputs, &out, || {
        Site::new(build)?.write()
    })
}

struct Site<'a> {
    build: &'a Build<'a>,
    sources: PathBuf,
    /// Written here first, so that a running edge never sees half a site.
    out: PathBuf,
    /// Names in the sources and the addresses they stand for.
    built: Vec<(&'static str, String)>,
}

impl<'a> Site<'a> {
    fn new(build: &'a Build<'a>) -> Result<Self> {
        let out = build.paths.dist.join("assets.new");
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(out.join("a"))?;
        Ok(Self {
            build,
            sources: build.paths.root.join("web/page/assets"),
            out,
            built: Vec::new(),
        })
    }

    fn write(mut self) -> Result<()> {
        self.add_module("page.wasm", "plat-web-page")?;
        self.add_module("engine.wasm", "plat-web-engine")?;
        let engine = self.build.paths.root.join("web/engine/assets/engine.js");
        self.add_bundle("engine.js", &engine)?;
        self.add_bundle("styles.css", &self.sources.join("styles.css"))?;
        let so_far = self.version(&[]);
        self.built.push(("build", so_far));
        self.add_bundle("loader.js", &self.sources.join("loader.js"))?;
        self.copy_plain_files()?;
        self.write_index()?;
        self.write_service_worker()?;
        fs::write(self.out.join("_headers"), headers::file())?;
        let live = self.build.paths.dist.join("assets");
        let _ = fs::remove_dir_all(&live);
        Ok(fs::rename(&self.out, live)?)
    }

    fn bound(&self, package: &str, ending: &str) -> PathBuf {
        bindings::folder(self.build, package).join(format!("{}{ending}", package.replace('-', "_")))
    }

    fn add_module(&mut self, name: &'static str, package: &str) -> Result<()> {
        let bytes = fs::read(self.bound(package, "_bg.wasm"))?;
        self.add(name, &bytes)
    }

    fn add(&mut self, name: &'static str, bytes: &[u8]) -> Result<()> {
        let (stem, end) = name.rsplit_once('.').context("a built file has an ending")?;
        let address = format!("/a/{stem}-{}.{end}", &hash(bytes)[..12]);
        fs::write(self.out.join(&address[1..]), bytes)?;
        self.built.push((name, address));
        Ok(())
    }

    fn add_bundle(&mut self, name: &'static str, entry: &Path) -> Result<()> {
        let text = self.bundle(entry)?;
        self.add(name, text.as_bytes())
    }

    /// esbuild over one entry file, with `PLAT_PAGE_WASM` and its like replaced by what is built so far.
    fn bundle(&self, entry: &Path) -> Result<String> {
        let mut command = self
            .build
            .tools
            .node_command(&self.build.paths.npm_program("esbuild"));
        command.arg(entry).args([
            "--bundle",
            "--format=esm",
            "--target=es2022",
            "--log-level=warning",
        ]);
        command.args(["--loader:.svg=dataurl", "--legal-comments=none"]);
        for package in ["plat-web-page", "plat-web-engine"] {
            let alias = package.replace("web-", "");
            command.arg(format!(
                "--alias:{alias}={}",
                self.bound(package, ".js").display()
            ));
        }
        for (name, address) in &self.built {
            let define = name.to_uppercase().replace('.', "_");
            command.arg(format!(
                "--define:PLAT_{define}={}",
                serde_json::to_string(address)?
            ));
        }
        command.arg(format!(
            "--define:PLAT_PRECACHE={}",
            serde_json::to_string(&self.precache())?
        ));
        if self.build.speed == Speed::Release {
            command.arg("--minify");
        }
        run_quietly(&mut command)
    }

    fn copy_plain_files(&self) -> Result<()> {
        for file in stage::files_below(&self.sources) {
            let relative = file.strip_prefix(&self.sources)?;
            let name = relative.to_string_lossy();
            if NOT_COPIED.contains(&&*name) || name.ends_with(".css") || name.ends_with(".js") {
                continue;
            }
            let to = self.out.join(relative);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::copy(&file, to)?;
        }
        Ok(())
    }

    /// `{{name}}` in `index.html` is the address of that built file.
    fn write_index(&self) -> Result<()> {
        let mut text = fs::read_to_string(self.sources.join("index.html"))?;
        for (name, address) in &self.built {
            text = text.replace(&format!("{{{{{name}}}}}"), address);
        }
        if let Some((_, rest)) = text.split_once("{{") {
            bail!(
                "index.html names {{{{{}, which the build does not make",
                rest.chars().take(24).collect::<String>()
            );
        }
        Ok(fs::write(self.out.join("index.html"), text)?)
    }

    fn write_service_worker(&mut self) -> Result<()> {
        let index = fs::read(self.out.join("index.html"))?;
        let version = self.version(&index);
        self.built.retain(|(name, _)| *name != "build");
        self.built.push(("build", version));
        let text = self.bundle(&self.sources.join("sw.js"))?;
        Ok(fs::write(self.out.join("sw.js"), text)?)
    }

    /// What the service worker fetches: `/` for `index.html`, and every other file.
    fn precache(&self) -> Vec<String> {
        let mut list = vec!["/".to_owned()];
        for file in stage::files_below(&self.out) {
            let Ok(relative) = file.strip_prefix(&self.out) else {
                continue;
            };
            let name = relative.to_string_lossy();
            if !["index.html", "_headers", "sw.js"].contains(&&*name) {
                list.push(format!("/{name}"));
            }
        }
        list
    }

    /// Changes with any file of the site.
    fn version(&self, index: &[u8]) -> String {
        let mut text = index.to_vec();
        for path in self.precache() {
            text.extend(path.as_bytes());
            text.extend(fs::read(self.out.join(&path[1..])).unwrap_or_default());
        }
        hash(&text)[..12].to_owned()
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
