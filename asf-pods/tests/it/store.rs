//! Two services, and what their stores are made of.

use std::collections::BTreeSet;

use asf_macros::Store;
use asf_pods::{Labels, Limits, Loaded, Pod, PodError, Strategy, save};
use asf_store::{Blob, Hashed, InPartition, Partitioned, Record, State, Table};
use asf_types::identity::Region;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Object {
    pub(crate) content: Blob,
}

impl Record for Object {
    fn blobs(&mut self, visit: &mut dyn FnMut(&mut Blob)) {
        visit(&mut self.content);
    }
}

#[derive(Clone, Debug, Store)]
#[store(service = "things", crate = asf_store)]
pub(crate) struct Things {
    #[store(local)]
    pub(crate) local: Table<String, String>,
    #[store(local)]
    pub(crate) hashed: Table<u64, String, Hashed>,
    #[store(local)]
    pub(crate) parted: Table<InPartition<String, u32>, u64, Partitioned>,
    #[store(cross_region)]
    pub(crate) names: Table<String, u32>,
    #[store(cross_account)]
    pub(crate) owners: Table<String, String>,
}

#[derive(Clone, Debug, Store)]
#[store(service = "objects", crate = asf_store)]
pub(crate) struct Objects {
    #[store(local)]
    pub(crate) objects: Table<String, Object>,
}

pub(crate) fn things(state: &State, account: &str, region: &str) -> Things {
    state.stores::<Things>().at(account.parse().unwrap(), &Region::new(region))
}

pub(crate) fn objects(state: &State) -> Objects {
    state.stores::<Objects>().at("000000000000".parse().unwrap(), &Region::new("us-east-1"))
}

pub(crate) fn labels() -> Labels {
    Labels { product: "0".to_owned(), created: "2026-01-01T00:00:00Z".to_owned() }
}

pub(crate) fn saved(state: &State) -> Pod {
    save(state, None, labels(), &std::env::temp_dir()).unwrap()
}

pub(crate) fn load(state: &State, pod: &mut Pod, strategy: Strategy) -> Result<Loaded, PodError> {
    Ok(pod.stage(state, None, &Limits::default())?.apply(state, strategy))
}

pub(crate) fn services(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

/// Whether two states have the same entries, with the same content.
pub(crate) fn assert_same(first: &State, second: &State) {
    let differences = asf_pods::diff(&mut saved(first), &mut saved(second), true, &Limits::default());
    assert_eq!(differences.unwrap(), []);
}
