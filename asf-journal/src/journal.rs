//! The journal: a state in a folder.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asf_store::{NotWritten, State, TableInfo};

use crate::committer::{self, Desk};
use crate::engine::{self, EngineError, Open, Store};
use crate::folder::{Folder, FolderError};
use crate::log::{Log, Queue, Thread};
use crate::meta::{self, Meta, TooNew};
use crate::problem::Problems;
use crate::salvage;
use crate::source::Kept;

/// When changes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Save {
    /// At once; [`State::durably`] waits for it.
    #[default]
    OnRequest,
    /// When the journal ends, and when [`Journal::save`] is called.
    AtEnd,
    /// When [`Journal::save`] is called.
    Manual,
}

/// When tables are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Load {
    /// When a table is opened.
    #[default]
    WhenOpened,
    /// When [`Journal::load`] is called. Until then tables begin empty, and the first save of one replaces
    /// what was kept of it.
    Manual,
}

/// Where a state is kept, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder; made if it is not there.
    pub folder: PathBuf,
    /// When changes are written.
    pub save: Save,
    /// When tables are read.
    pub load: Load,
    /// The version of the build, to be told by newer ones.
    pub product: String,
}

impl Options {
    /// In this folder: written at once, read when tables are opened.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let (save, load) = (Save::default(), Load::default());
        Self { folder: folder.into(), save, load, product: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// Why a state cannot be used. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder is of another process, of another format, or not to be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A newer build has written it.
    #[error(
        "the state in {folder} was written by version {product}, which is newer: {}; use that version, or another \
         LOCALSTACK_VOLUME_DIR", .tables.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    TooNew {
        /// The folder.
        folder: PathBuf,
        /// The version that wrote it.
        product: String,
        /// What is newer.
        tables: Vec<TooNew>,
    },
    /// The file cannot be read as a whole.
    #[error("{0}")]
    Unreadable(String),
    /// No thread for the committer.
    #[error("no thread for the journal: {0}")]
    Thread(std::io::Error),
}

/// What the parts of a journal share.
pub(crate) struct Shared {
    pub(crate) save: Save,
    pub(crate) product: String,
    pub(crate) folder: Folder,
    pub(crate) store: Store,
    pub(crate) queue: Arc<Queue>,
    desk: Mutex<Desk>,
    /// What the disk says of itself.
    meta: Mutex<Meta>,
    pub(crate) problems: Problems,
    /// Tables that began empty although the disk may have something of them.
    pub(crate) unread: Mutex<BTreeSet<(&'static str, &'static str)>>,
}

impl Shared {
    pub(crate) fn lock_desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Never held while something else is waited for.
    pub(crate) fn lock_meta(&self) -> MutexGuard<'_, Meta> {
        self.meta.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many entries a table should have on disk.
    pub(crate) fn entries_of(&self, table: &TableInfo) -> u64 {
        self.lock_meta().tables.get(&meta::name(table)).map_or(0, |it| it.entries)
    }

    /// What the committer does last.
    pub(crate) fn finish(&self, has_failed: bool) {
        if has_failed {
            tracing::error!("changes are lost that could not be saved");
        } else if let Err(error) = self.store.compact() {
            tracing::warn!(%error, "the file of the state was not made smaller");
        }
        self.store.close();
        self.folder.release();
    }
}

/// A state in a folder. Clones are the same; the folder is free again when the last of them, and of the
/// state and its tables, is gone, or after [`close`](Self::close).
///
/// ```
/// use asf_journal::{Journal, Options};
/// use asf_store::{Reach, Table};
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let journal = Journal::open(Options::new(folder))?;
/// let names: Table<String, u64> = journal.state().opener("of-tests").table("names", Reach::CrossAccount);
/// let answer = journal.state().durably(async { names.insert("a".to_owned(), 1) });
/// let (_, written) = runtime.block_on(answer);
/// written?;
/// journal.close();
///
/// let journal = Journal::open(Options::new(folder))?;
/// let names: Table<String, u64> = journal.state().opener("of-tests").table("names", Reach::CrossAccount);
/// assert_eq!(names.get(&"a".to_owned()).as_deref(), Some(&1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Journal {
    state: State,
    shared: Arc<Shared>,
    thread: Arc<Thread>,
}

impl Journal {
    /// Opens what is kept in a folder. Takes no time that depends on how much it is, unless the process
    /// before did not end in order.
    ///
    /// # Errors
    /// The folder cannot be used, or what is in it.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let folder = Folder::take(&options.folder)?;
        let file = folder.entries();
        Self::open_with(options, folder, Box::new(move || engine::open(&file)))
    }

    /// The same with another engine.
    pub(crate) fn open_with(options: Options, folder: Folder, open: Open) -> Result<Self, OpenError> {
        let problems = Problems::default();
        if let Some(remark) = &folder.remark {
            problems.note(folder.format_file().display().to_string(), remark);
        }
        let store = Store::new(folder.entries(), open);
        let too_new = |meta: Meta| {
            let (tables, product) = (meta.too_new(), meta.product);
            OpenError::TooNew { folder: options.folder.clone(), product, tables }
        };
        let meta = match Meta::read(&store, &problems) {
            Err(damage @ EngineError::Damaged { .. }) => {
                store.reopen();
                let salvaged = salvage::salvage(&folder.entries()).map_err(|error| match error {
                    EngineError::Damaged { .. } => unreadable(&damage),
                    EngineError::Failed { .. } => unreadable(&error),
                })?;
                if !salvaged.meta.too_new().is_empty() {
                    let meta = salvaged.meta.clone();
                    salvaged.discard();
                    return Err(too_new(meta));
                }
                salvaged.put(&damage, &problems).map_err(|error| unreadable(&error))?;
                Meta::read(&store, &problems)
            }
            read => read,
        };
        let meta = meta.map_err(|error| unreadable(&error))?;
        let tables = meta.too_new();
        if !tables.is_empty() {
            return Err(too_new(meta));
        }
        if let Some(last) = folder.last_commit().filter(|last| *last > meta.commit) {
            let lost = if store.is_there() {
                format!(
                    "commits {} to {last} are lost: the file is damaged, or an older one",
                    meta.commit + 1
                )
            } else {
                format!("it is missing, and with it {last} commits")
            };
            problems.note(folder.entries().display().to_string(), lost);
        }
        let blobs = folder.blobs();
        let queue = Arc::new(Queue::new(options.save));
        let shared = Arc::new(Shared {
            save: options.save,
            product: options.product,
            folder,
            store,
            queue: queue.clone(),
            desk: Mutex::default(),
            meta: Mutex::new(meta),
            problems,
            unread: Mutex::default(),
        });
        let thread = Arc::new(Thread::default());
        let source = Kept { shared: shared.clone(), load: options.load };
        let log = Log { queue, thread: thread.clone() };
        let state = State::durable_with_blobs(Arc::new(source), Arc::new(log), blobs);
        let (committing, moments) = (shared.clone(), state.moments());
        let handle = std::thread::Builder::new()
            .name("asf-journal".to_owned())
            .spawn(move || committer::run(&committing, &moments))
            .map_err(OpenError::Thread)?;
        thread.begin(handle);
        Ok(Self { state, shared, thread })
    }

    /// The state that is kept.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What was found damaged.
    #[must_use]
    pub fn problems(&self) -> &Problems {
        &self.shared.problems
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.shared.folder.path()
    }

    /// Writes what has changed of a service, or of all.
    ///
    /// # Errors
    /// It cannot be written; it is kept in memory, and tried again with the next save.
    pub async fn save(&self, service: Option<&str>) -> Result<(), NotWritten> {
        self.saver().save(service).await
    }

    /// What saves, and does not keep the journal open.
    #[must_use]
    pub fn saver(&self) -> Saver {
        Saver(self.shared.queue.clone())
    }

    /// Replaces a service's entries, or all, by what is on disk. Returns how many there are. Takes as long as
    /// reading them does, and no answer that waits for its changes leaves meanwhile.
    ///
    /// Blocks; not to be called by an asynchronous task.
    ///
    /// # Errors
    /// What has changed cannot be written: with [`Save::OnRequest`] that comes first.
    pub fn load(&self, service: Option<&str>) -> Result<usize, NotWritten> {
        if self.shared.save == Save::OnRequest {
            let closed = || NotWritten { reason: "the journal is closed".into() };
            self.shared.queue.order(service).blocking_recv().unwrap_or_else(|_| Err(closed()))?;
        }
        let source = Kept { shared: self.shared.clone(), load: Load::WhenOpened };
        // The committer must not write what is about to be forgotten.
        let mut desk = self.shared.lock_desk();
        let mut taken = None;
        let loaded = self.state.reload(service, &source, || taken = Some(self.shared.queue.take()));
        if let Some(taken) = taken {
            desk.absorb(&self.shared, taken);
            desk.pending.discard(service);
        }
        loaded.ok_or_else(|| NotWritten { reason: "a change is under way on this thread".into() })
    }

    /// Writes what is left, as its [`Save`] says, and gives the folder free. What is changed from then on is not
    /// kept, and whoever waits for it is told so.
    pub fn close(&self) {
        self.thread.end(&self.shared.queue);
    }
}

/// Saves a journal as long as it is open, without keeping it so: for whoever saves from time to time.
#[derive(Clone)]
pub struct Saver(Arc<Queue>);

impl Saver {
    /// See [`Journal::save`].
    ///
    /// # Errors
    /// Those of it; the journal is closed.
    pub async fn save(&self, service: Option<&str>) -> Result<(), NotWritten> {
        let closed = || NotWritten { reason: "the journal is closed".into() };
        self.0.order(service).await.unwrap_or_else(|_| Err(closed()))
    }

    /// Whether there is nothing to save any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl fmt::Debug for Saver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Saver")
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("folder", &self.folder()).finish_non_exhaustive()
    }
}

fn unreadable(error: &EngineError) -> OpenError {
    let advice = match error {
        EngineError::Damaged { .. } => "; to begin anew, move it elsewhere",
        EngineError::Failed { .. } => "",
    };
    OpenError::Unreadable(format!("{error}{advice}"))
}
