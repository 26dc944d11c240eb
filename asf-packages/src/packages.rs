//! All packages that are linked in.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use asf_runtime::config::Config;
use asf_runtime::plugin::{NAMESPACES, Namespace, Plugin, PluginId, Plugins};
use linkme::distributed_slice;

use crate::catalogue::CATALOGUE;
use crate::{InstallError, Libraries, Package, PackageInstaller, Sources};

/// A package that can be made.
#[derive(Debug)]
pub struct PackagePlugin {
    /// Its name.
    pub name: &'static str,
    /// Makes it.
    pub create: fn() -> Package,
}

/// Packages of other crates that are linked in; ours are in the [`CATALOGUE`].
///
/// ```
/// use asf_packages::{PACKAGES, Package, PackagePlugin, Pip};
///
/// #[linkme::distributed_slice(PACKAGES)]
/// static HTTPBIN: PackagePlugin = PackagePlugin { name: "httpbin", create: httpbin };
///
/// fn httpbin() -> Package {
///     Package::new("httpbin", "Answers what it is asked", &["0.10.2"], |version| {
///         Box::new(Pip::new("httpbin", version).module("httpbin.core"))
///     })
/// }
/// ```
#[distributed_slice]
pub static PACKAGES: [PackagePlugin];

impl PackagePlugin {
    /// All that there are: ours, and those of other crates that are linked in.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        CATALOGUE.iter().chain(PACKAGES)
    }
}

impl Plugin for PackagePlugin {
    fn id(&self) -> PluginId {
        PluginId::new("packages", self.name)
    }
}

asf_runtime::register!(NAMESPACES: Namespace = Namespace {
    name: "packages",
    plugins: || PackagePlugin::all().map(|it| it as &dyn Plugin).collect(),
});

/// Packages, and where they are installed.
pub struct Packages {
    packages: Vec<Package>,
    libraries: Libraries,
    sources: Arc<Sources>,
    /// One a version, made when it is first asked for.
    installers: Mutex<HashMap<(&'static str, &'static str), Arc<PackageInstaller>>>,
}

impl Packages {
    /// All that there are.
    #[must_use]
    pub fn registered(libraries: Libraries, sources: Sources) -> Self {
        Self::new(PackagePlugin::all().map(|it| (it.create)()), libraries, sources)
    }

    /// All that there are, as the process is configured.
    #[must_use]
    pub fn configured(config: &Config) -> Self {
        Self::registered(Libraries::configured(config), Sources::configured(config))
    }

    /// As [`configured`](Self::configured), of the plugins of a process: without those that are disabled
    /// (`ASF_DISABLED_PLUGINS=packages/opensearch`).
    #[must_use]
    pub fn admitted(plugins: &Plugins, config: &Config) -> Self {
        let packages =
            PackagePlugin::all().filter_map(|it| plugins.load(it, || Ok::<_, Infallible>((it.create)())));
        Self::new(packages, Libraries::configured(config), Sources::configured(config))
    }

    /// These.
    #[must_use]
    pub fn new(packages: impl IntoIterator<Item = Package>, libraries: Libraries, sources: Sources) -> Self {
        let mut packages: Vec<_> = packages.into_iter().collect();
        packages.sort_unstable_by_key(Package::name);
        Self { packages, libraries, sources: Arc::new(sources), installers: Mutex::default() }
    }

    /// The packages, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter()
    }

    /// Where they are installed.
    #[must_use]
    pub fn libraries(&self) -> &Libraries {
        &self.libraries
    }

    /// A package.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn get(&self, name: &str) -> Result<&Package, InstallError> {
        self.iter().find(|it| it.name() == name).ok_or_else(|| InstallError::UnknownPackage {
            package: name.to_owned(),
            known: self.iter().map(Package::name).collect(),
        })
    }

    /// What installs a version of a package, the default one if none is named. It is the same each time.
    ///
    /// # Errors
    /// When there is no such package or version.
    pub fn installer(
        &self,
        name: &str,
        version: Option<&str>,
    ) -> Result<Arc<PackageInstaller>, InstallError> {
        let package = self.get(name)?;
        let asked = version.unwrap_or(package.default_version());
        let unknown = || InstallError::UnknownVersion {
            package: package.name(),
            version: asked.to_owned(),
            known: package.versions().to_vec(),
        };
        let version = package.versions().iter().copied().find(|it| *it == asked).ok_or_else(unknown)?;
        let mut installers = self.installers.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let (libraries, sources) = (self.libraries.clone(), self.sources.clone());
            Arc::new(PackageInstaller::new(package, version, libraries, sources))
        };
        Ok(installers.entry((package.name(), version)).or_insert_with(make).clone())
    }
}
