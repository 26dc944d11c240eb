//! Programs that are run to their end.

use std::process::{Command, Stdio};

use asf_runtime::store::{Blob, Blobs};
use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin};

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;
/// Bytes of what a program complains of that are kept.
const MAX_WORDS: u64 = 64 << 10;

/// What a program reads.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    Nothing,
    Text(&'a str),
    Blob(&'a Blob),
}

fn spawn(command: Command) -> Result<(Child, String), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut command = tokio::process::Command::from(command);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    match command.spawn() {
        Ok(child) => Ok((child, program)),
        Err(error) => Err(format!("{program} cannot be run: {error}")),
    }
}

async fn feed(stdin: Option<ChildStdin>, input: Input<'_>) -> Result<(), String> {
    let Some(mut stdin) = stdin else { return Ok(()) };
    match input {
        Input::Nothing => {}
        // One that does not read to the end says why, when it ends.
        Input::Text(text) => drop(stdin.write_all(text.as_bytes()).await),
        Input::Blob(blob) => {
            let mut reader = blob.reader();
            while let Some(bytes) = reader.next().await {
                let bytes = bytes.map_err(|error| error.to_string())?;
                if stdin.write_all(&bytes).await.is_err() {
                    break;
                }
            }
        }
    }
    let _ = stdin.shutdown().await;
    Ok(())
}

/// The beginning of what comes; the rest is read and dropped, so that nobody waits for us.
async fn words(stream: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stream) = stream else { return String::new() };
    let mut bytes = Vec::new();
    let _ = (&mut stream).take(MAX_WORDS).read_to_end(&mut bytes).await;
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&bytes).trim().to_owned()
}

async fn ended(mut child: Child, program: &str, words: String) -> Result<String, String> {
    match child.wait().await {
        Ok(status) if status.success() => Ok(words),
        Ok(status) => Err(format!("{program}: {status}: {words}")),
        Err(error) => Err(format!("{program}: {error}")),
    }
}

/// Runs a program; what it has complained of, though it succeeded.
///
/// # Errors
/// How it failed, in its words.
pub(super) async fn run(command: Command, input: Input<'_>) -> Result<String, String> {
    let (mut child, program) = spawn(command)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (fed, said, complained) = tokio::join!(feed(stdin, input), words(stdout), words(stderr));
    fed?;
    let words = if complained.is_empty() { said } else { complained };
    ended(child, &program, words).await
}

/// Runs a program, and keeps what it writes.
///
/// # Errors
/// How it failed, in its words.
pub(super) async fn run_into(command: Command, blobs: &Blobs) -> Result<Blob, String> {
    let (mut child, program) = spawn(command)?;
    drop(child.stdin.take());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut writer = blobs.writer();
    let keep = async {
        let Some(mut stdout) = stdout else { return Ok(()) };
        loop {
            let mut buffer = BytesMut::with_capacity(CHUNK);
            match stdout.read_buf(&mut buffer).await {
                Ok(0) => return Ok(()),
                Ok(_) => writer.write(buffer.freeze()).await.map_err(|error| error.to_string())?,
                Err(error) => return Err(error.to_string()),
            }
        }
    };
    let (kept, words): (Result<(), String>, String) = tokio::join!(keep, words(stderr));
    kept?;
    ended(child, &program, words).await?;
    writer.finish().await.map_err(|error| error.to_string())
}
