//! What programs see: sockets, the environment of a program, the executor.
//!
//! ```text
//!   async fn run(env: Env) -> ExitCode          one program, a task of
//!      env.tcp_connect(..).await                 Executor   (one per machine, FIFO)
//!            |                                        | wakers
//!      TcpStream, UdpSocket, ..  --lock once-->  Machine = Arc<Mutex<(Host, Cx)>>
//! ```
//!
//! Handles are `Send + Sync` and futures `Send`: what compiles here compiles on a runtime with
//! threads, and sockets also work inside one (`tests/joint.rs`). Dropping a handle closes it.

mod child;
mod control;
mod env;
mod executor;
mod files;
mod futures_io;
mod hyper_io;
mod machine;
mod output;
mod outside;
mod ping;
mod programs;
mod tcp;
pub mod time;
mod tokio_io;
mod udp;

pub use child::{Child, Streams};
pub use control::{Control, Inspect};
pub use env::{Env, ExitCode, Launch, ProgramFn, Resolver, Surroundings};
pub use executor::{Executor, Finished, Joined, Started};
pub use files::{FileEntry, FileTree, NoFiles};
pub use host::{
    Error, Keepalive, ListenOptions, PingError, PingReceived, Tree, UdpReceived, UdpSend,
};
pub use hyper_io::{HyperExecutor, HyperTimer};
pub use machine::Machine;
pub use output::{Chunk, Outputs, Pipe, ProcessId, Stdin, Stream, Writer};
pub use outside::Outside;
pub use ping::PingSocket;
pub use programs::{Program, Programs};
pub use tcp::{OwnedReadHalf, OwnedWriteHalf, TcpListener, TcpStream};
pub use time::{Elapsed, Sleep};
pub use udp::UdpSocket;
