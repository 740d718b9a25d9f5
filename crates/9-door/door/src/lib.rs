//! The door between the world and the machine it runs on: namespaces, TAP, veth, wall clock.
