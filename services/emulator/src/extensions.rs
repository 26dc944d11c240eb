//! The extensions out of process of the folder for what is kept.

use asf_extensions::{Around, Folder, Hosted};
use asf_runtime::config::Config;
use asf_runtime::extension::Extensions;

/// Adds those that are installed and enabled in `<LOCALSTACK_VOLUME_DIR>/extensions`, with what tells of them.
/// None is started. What goes wrong is logged.
pub(crate) fn host(config: &Config, extensions: &Extensions) -> Hosted {
    let environment = extensions.surfaces().environment.clone();
    let around = Around { environment, ..Around::default() };
    let hosted = Hosted::new(Folder::of_volume(&config.volume_dir), around, extensions.clone());
    hosted.add_hooks();
    if let Err(error) = hosted.add_routes() {
        tracing::error!(%error, "the endpoints of extensions are left out");
    }
    if let Err(error) = hosted.load() {
        tracing::error!(%error, "extensions are left out");
    }
    hosted
}
