//! Packs every spec of this directory, patched, into one blob with a small index in front; see
//! `src/index.rs` for what is read of it at run time.

mod index;
#[path = "../src/patch.rs"]
#[allow(unreachable_pub)] // It is the library's module, where these are public.
mod patch;
mod regions;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use asf_routing::TableBuilder;
use serde_json::Value;

/// One service, as its patched spec.
struct Service {
    name: String,
    spec: Value,
    /// The spec as compact JSON.
    json: Vec<u8>,
}

// Cargo speaks to build scripts through the environment.
#[allow(clippy::disallowed_methods)]
fn main() -> Result<(), Box<dyn Error>> {
    let specs = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/patch.rs");
    println!("cargo::rerun-if-changed=patches");
    println!("cargo::rerun-if-changed=manifest.json");
    println!("cargo::rerun-if-changed=partitions.json");

    // One service at a time: all of them parsed take 400 MB.
    let mut index = index::Index::default();
    let mut routes = TableBuilder::default();
    for directory in service_directories(&specs)? {
        println!("cargo::rerun-if-changed={}", name_of(&directory));
        let service = read_service(&specs, &directory)?;
        index.add(&service)?;
        routes.add(asf_schema::load_service_value(&service.name, &service.spec)?);
    }
    index.write(&out)?;
    let (table, names) = routes.finish()?;
    fs::write(out.join("routes.bin"), table)?;
    fs::write(out.join("routes.txt"), names)?;
    index::write_patches(&specs, &out)?;
    regions::write(&read(&specs.join("partitions.json"))?, &out)?;
    Ok(())
}

/// The folders of services, sorted by name.
fn service_directories(specs: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(specs)? {
        let directory = entry?.path();
        if spec_file(&directory)?.is_some() {
            found.push(directory);
        }
    }
    found.sort_by_key(|directory| name_of(directory));
    Ok(found)
}

fn read_service(specs: &Path, directory: &Path) -> Result<Service, Box<dyn Error>> {
    let name = name_of(directory);
    let mut spec = read(&spec_file(directory)?.ok_or("the spec is gone")?)?;
    let corrections = specs.join("patches").join(format!("{name}.json"));
    if corrections.is_file() {
        patch::apply(&mut spec, &read(&corrections)?)
            .map_err(|error| format!("{}: {error}", corrections.display()))?;
    }
    let json = serde_json::to_vec(&spec)?;
    Ok(Service { name, spec, json })
}

fn name_of(directory: &Path) -> String {
    directory.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// `<service>/<latest api-version>/service-2.json`, if the directory is a service's.
fn spec_file(directory: &Path) -> Result<Option<PathBuf>, Box<dyn Error>> {
    if !directory.is_dir() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for version in fs::read_dir(directory)? {
        let file = version?.path().join("service-2.json");
        if file.is_file() {
            found.push(file);
        }
    }
    Ok(found.into_iter().max())
}

fn read(file: &Path) -> Result<Value, Box<dyn Error>> {
    let text = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))?)
}
