//! Nodes, cables and the event queue: the world in virtual time.
