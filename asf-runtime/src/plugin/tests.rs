//! Plugins by state.

use super::*;

struct Fake {
    name: &'static str,
    should_load: LoadCondition,
}

impl Plugin for Fake {
    fn id(&self) -> PluginId {
        PluginId::new("fakes", self.name)
    }

    fn priority(&self) -> i32 {
        7
    }

    fn should_load(&self, settings: &Settings) -> Result<(), String> {
        (self.should_load)(settings)
    }
}

static FAKES: [Fake; 7] = [
    Fake { name: "idle", should_load: always },
    Fake { name: "good", should_load: always },
    Fake { name: "bad", should_load: always },
    Fake { name: "loud", should_load: always },
    Fake { name: "off", should_load: always },
    Fake {
        name: "picky",
        should_load: |settings| {
            settings.get("WANTED").map(|_| ()).ok_or_else(|| "WANTED is not set".to_owned())
        },
    },
    Fake { name: "rash", should_load: |_| panic!("oh no") },
];

static KIND: Namespace =
    Namespace { name: "fakes", plugins: || FAKES.iter().map(|it| it as &dyn Plugin).collect() };

fn states(plugins: &Plugins) -> Vec<String> {
    let fakes = plugins.list_of([&KIND].into_iter());
    fakes
        .into_iter()
        .map(|it| {
            assert_eq!(it.priority, 7);
            format!("{} {} {}", it.id.name, it.state.word(), it.state.reason().unwrap_or("-"))
        })
        .collect()
}

#[test]
fn every_state() {
    let plugins =
        Plugins::new(Settings::from_iter([("ASF_DISABLED_PLUGINS", "fakes/off, fakes/of, nope/*")]));
    // They are told of before anyone has asked for them.
    let before = [
        "bad registered -",
        "good registered -",
        "idle registered -",
        "loud registered -",
        "off disabled -",
        "picky skipped WANTED is not set",
        "rash failed it panicked: oh no",
    ];
    assert_eq!(states(&plugins), before);
    let mut loaded = Vec::new();
    for plugin in FAKES.iter().filter(|it| it.name != "idle") {
        loaded.extend(plugins.load(plugin, || match plugin.name {
            "bad" => Err("it is broken"),
            "loud" => panic!("{}", plugin.name),
            name => Ok(name),
        }));
    }
    assert_eq!(loaded, ["good"]);
    let after = [
        "bad failed it is broken",
        "good loaded -",
        "idle registered -",
        "loud failed it panicked: loud",
        "off disabled -",
        "picky skipped WANTED is not set",
        "rash failed it panicked: oh no",
    ];
    assert_eq!(states(&plugins), after);
    assert_eq!(plugins.in_vain_of(&plugins.list_of([&KIND].into_iter())), ["fakes/of", "nope/*"]);
}

#[test]
fn a_condition_that_is_met() {
    let plugins = Plugins::new(Settings::from_iter([("WANTED", "1")]));
    let picky = FAKES.iter().find(|it| it.name == "picky").unwrap();
    assert!(plugins.admits(picky));
    assert!(plugins.disabled_in_vain().is_empty());
}

/// What is in no list is told of from when it is there until it is gone.
#[test]
fn one_that_was_added() {
    let plugins = Plugins::default();
    let id = PluginId::new("fakes", "late".to_owned());
    let is_there = || plugins.list().iter().any(|it| it.id == id && it.state == PluginState::Loaded);
    assert!(!is_there());
    plugins.keep_as(id.clone(), 0, PluginState::Loaded);
    assert!(is_there());
    plugins.forget(&id);
    assert!(!is_there());
}
