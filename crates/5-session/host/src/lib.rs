//! One machine: interfaces, ip, udp, tcp and the port table. The only crate that imports layers.
