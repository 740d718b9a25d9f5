//! The virtual file system under the servers.
