//! DNS: the lab's name server and the resolver of its hosts.
