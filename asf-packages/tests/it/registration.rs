//! `#[package]`: a package of another crate is among all.

use asf_macros::package;
use asf_packages::{Npm, Package, Packages, Sources};

use super::libraries;

#[package]
fn left_pad() -> Package {
    Package::new("left-pad", "Pads", &["1.3.0", "1.2.0"], |version| Box::new(Npm::new("left-pad", version)))
}

#[test]
fn it_is_found_by_its_name() {
    let packages = Packages::registered(libraries(std::env::temp_dir().as_path()), Sources::default());
    assert_eq!(packages.get("left-pad").unwrap().default_version(), "1.3.0");
    assert_eq!(packages.installer("left-pad", Some("1.2.0")).unwrap().version(), "1.2.0");
}
