//! The listeners, over real sockets.

mod end;
mod http1;
mod http2;
mod limits;
mod sockets;
mod tls;
