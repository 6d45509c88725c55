//! A server on a free loopback port.

use std::net::TcpListener;

use anyhow::{Result, anyhow};
use socket2::SockRef;
use tiny_http::Server;

/// Listens, and returns its `host:port` too. Answers leave at once: accepted connections inherit the listener's
/// `TCP_NODELAY`, without which each answer waits 40 ms for the other side's delayed acknowledgement.
pub(crate) fn listen() -> Result<(Server, String)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    SockRef::from(&listener).set_tcp_nodelay(true)?;
    let address = listener.local_addr()?.to_string();
    let server = Server::from_listener(listener, None).map_err(|error| anyhow!(error))?;
    Ok((server, address))
}
