//! The options of a received header (RFC 791 section 3.1): what they decide, and what is written
//! into them.
//!
//! Into record route and timestamp a machine that passes the packet on writes itself, and so does
//! the one that it is for; an echo reply carries them back. The time is the machine's own, in
//! milliseconds, with the bit set that says so: this layer knows no midnight.
//!
//! Source routes are refused at the station that they name. That deviates: RFC 1812 section 5.3.13.4
//! wants routers to follow them unless told not to, and RFC 1122 section 3.2.2.6 wants echoes to go
//! back by them. But a source route chooses its way around filters, and what is on the Internet
//! today drops it, as RFC 7126 section 4.3 advises. Security and all others pass unread.

use core::net::Ipv4Addr;

/// The options of one header: the octets after the first twenty.
#[derive(Clone, Copy)]
pub(crate) struct Options<'a>(pub(crate) &'a [u8]);

/// What the options ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Nothing that matters here.
    Nothing,
    /// A way of the sender's choice that is not yet at its end: some routers on the way.
    LooseRoute,
    /// The same: all routers on the way.
    StrictRoute,
    /// They are malformed at this octet of the header.
    Wrong { pointer: u8 },
}

const END: u8 = 0;
const NO_OPERATION: u8 = 1;
const RECORD_ROUTE: u8 = 7;
const TIMESTAMP: u8 = 68;
const LOOSE_ROUTE: u8 = 131;
const STRICT_ROUTE: u8 = 137;
/// Set in an option's type when every fragment carries it.
const COPIED: u8 = 0x80;

impl Asks {
    /// Is that refused in a packet for another?
    pub(crate) fn refused_underway(self) -> bool {
        //= rfc791#3.1 a loose route says nothing to routers between the ones that it names, and a
        //= strict one that comes to a router that it does not name has left its way already
        !matches!(self, Asks::Nothing | Asks::LooseRoute)
    }
}

impl<'a> Options<'a> {
    pub(crate) fn asks(self) -> Asks {
        let mut asks = Asks::Nothing;
        let mut walk = self.into_iter();
        loop {
            let at = walk.at;
            let Some(option) = walk.next() else { return asks };
            match option {
                Ok(option) if slot(option) == Slot::Broken => {
                    return Asks::Wrong { pointer: (20 + at + 2) as u8 };
                }
                Ok([LOOSE_ROUTE, len, pointer, ..]) if pointer <= len => asks = Asks::LooseRoute,
                Ok([STRICT_ROUTE, len, pointer, ..]) if pointer <= len => asks = Asks::StrictRoute,
                Ok(_) => {}
                Err(pointer) => return Asks::Wrong { pointer },
            }
        }
    }

    /// The options that fragments after the first carry, padded to words (RFC 791 section 3.2).
    pub(crate) fn copied(self) -> ([u8; 40], usize) {
        self.picked(|kind| kind & COPIED != 0)
    }

    /// The options that an echo reply carries back, padded to words.
    pub(crate) fn reflected(self) -> ([u8; 40], usize) {
        self.picked(|kind| matches!(kind, RECORD_ROUTE | TIMESTAMP))
    }

    fn picked(self, keep: impl Fn(u8) -> bool) -> ([u8; 40], usize) {
        let (mut out, mut len) = ([END; 40], 0);
        for option in self.into_iter().flatten().filter(|option| keep(option[0])) {
            if let Some(room) = out.get_mut(len..len + option.len()) {
                room.copy_from_slice(option);
                len += option.len();
            }
        }
        (out, len.next_multiple_of(4))
    }
}

/// The machine that writes itself into options.
pub(crate) struct Here<F> {
    /// Its address towards where the packet goes.
    pub(crate) address: Ipv4Addr,
    /// Its time in milliseconds.
    pub(crate) ms: u32,
    pub(crate) is_ours: F,
}

impl<F: Fn(Ipv4Addr) -> bool> Here<F> {
    /// Writes itself into record route and timestamp; says whether it did. Options that `asks` finds
    /// broken are left alone.
    pub(crate) fn record(&self, options: &mut [u8]) -> bool {
        let (mut at, mut written) = (0, false);
        while let Some(Ok(len)) = length_at(options, at) {
            if let Some(option) = options.get_mut(at..at + len) {
                written |= self.record_one(option);
            }
            at += len;
        }
        written
    }

    fn record_one(&self, option: &mut [u8]) -> bool {
        // The bit that says: not since midnight (RFC 791 section 3.1).
        let time = (self.ms | 1 << 31).to_be_bytes();
        let (address, kind) = (self.address.octets(), slot(option));
        let (place, octets) = match kind {
            Slot::Address(place) => (place, [address, [0; 4]]),
            Slot::Time(place) => (place, [time, [0; 4]]),
            Slot::AddressAndTime(place) => (place, [address, time]),
            Slot::TimeOf(place, whose) if (self.is_ours)(whose) => (place, [whose.octets(), time]),
            Slot::Overflow => {
                option[3] += 1 << 4;
                return true;
            }
            Slot::TimeOf(..) | Slot::None | Slot::Broken => return false,
        };
        let len = if matches!(kind, Slot::Address(_) | Slot::Time(_)) { 4 } else { 8 };
        let Some(room) = option.get_mut(place..place + len) else { return false };
        room.copy_from_slice(&octets.as_flattened()[..len]);
        option[2] += len as u8;
        true
    }
}

/// What an option has room for, and from which of its octets on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// Nothing is to be written.
    None,
    Address(usize),
    Time(usize),
    AddressAndTime(usize),
    /// The time, if the address that stands there is ours.
    TimeOf(usize, Ipv4Addr),
    /// No room, which is counted.
    Overflow,
    /// The pointer makes no sense, or there is room for half an entry only.
    Broken,
}

fn slot(option: &[u8]) -> Slot {
    match *option {
        [RECORD_ROUTE, len, pointer, ..] if pointer > len => {
            if pointer < 4 {
                Slot::Broken
            } else {
                Slot::None
            }
        }
        [RECORD_ROUTE, len, pointer, ..] => match usize::from(pointer) {
            //= rfc791#3.1 the smallest pointer is 4; with some room but not enough it is an error
            place @ 4.. if place + 3 <= usize::from(len) => Slot::Address(place - 1),
            _ => Slot::Broken,
        },
        [TIMESTAMP, len, pointer, flags, ..] => {
            time_slot(option, usize::from(len), usize::from(pointer), flags)
        }
        [RECORD_ROUTE | TIMESTAMP, ..] => Slot::Broken,
        _ => Slot::None,
    }
}

fn time_slot(option: &[u8], len: usize, pointer: usize, flags: u8) -> Slot {
    let entry = match flags & 0x0f {
        0 => 4,
        1 | 3 => 8,
        _ => return Slot::None,
    };
    //= rfc791#3.1 the smallest pointer is 5; the count of those without room must not run over
    match pointer {
        ..5 => Slot::Broken,
        _ if pointer > len && flags >> 4 == 15 => Slot::Broken,
        _ if pointer > len => Slot::Overflow,
        _ if pointer - 1 + entry > len => Slot::Broken,
        _ => {
            let place = pointer - 1;
            let whose = option.get(place..).and_then(|rest| rest.first_chunk::<4>());
            match (flags & 0x0f, whose) {
                (0, _) => Slot::Time(place),
                (1, _) => Slot::AddressAndTime(place),
                (_, Some(whose)) => Slot::TimeOf(place, Ipv4Addr::from(*whose)),
                (_, None) => Slot::Broken,
            }
        }
    }
}

impl<'a> IntoIterator for Options<'a> {
    type Item = Result<&'a [u8], u8>;
    type IntoIter = Walk<'a>;
    fn into_iter(self) -> Walk<'a> {
        Walk { octets: self.0, at: 0 }
    }
}

/// Goes from option to option; an error is the octet of the header where they end to make sense.
pub(crate) struct Walk<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<&'a [u8], u8>;
    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        match length_at(self.octets, at)? {
            Ok(len) => {
                self.at += len;
                self.octets.get(at..at + len).map(Ok)
            }
            Err(pointer) => {
                self.at = self.octets.len();
                Some(Err(pointer))
            }
        }
    }
}

/// How long the option at `at` is; `None`: there is none any more.
fn length_at(octets: &[u8], at: usize) -> Option<Result<usize, u8>> {
    let rest = octets.get(at..)?;
    match rest {
        [] | [END, ..] => None,
        [NO_OPERATION, ..] => Some(Ok(1)),
        [_, len, ..] if *len >= 2 && usize::from(*len) <= rest.len() => Some(Ok(usize::from(*len))),
        _ => Some(Err((20 + at + 1) as u8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_options_ask() {
        let route = |pointer| [LOOSE_ROUTE, 7, pointer, 10, 0, 0, 1, 0];
        let rows: [(&[u8], Asks); 15] = [
            (&[], Asks::Nothing),
            (&[1, 1, 1, 0], Asks::Nothing),
            (&[7, 7, 4, 0, 0, 0, 0, 0], Asks::Nothing),
            (&route(4), Asks::LooseRoute),
            (&route(8), Asks::Nothing),
            (&[1, STRICT_ROUTE, 7, 4, 1, 2, 3, 4], Asks::StrictRoute),
            (&[1, 1, 1, 7], Asks::Wrong { pointer: 24 }),
            (&[7, 1, 0, 0], Asks::Wrong { pointer: 21 }),
            (&[7, 9, 0, 0], Asks::Wrong { pointer: 21 }),
            (&[7, 7, 3, 0, 0, 0, 0, 0], Asks::Wrong { pointer: 22 }),
            (&[1, 7, 7, 5, 0, 0, 0, 0], Asks::Wrong { pointer: 23 }),
            (&[7, 2, 0, 0], Asks::Wrong { pointer: 22 }),
            (&[68, 8, 4, 0, 0, 0, 0, 0], Asks::Wrong { pointer: 22 }),
            (&[68, 8, 5, 1, 0, 0, 0, 0], Asks::Wrong { pointer: 22 }),
            (&[68, 8, 9, 0xf0, 0, 0, 0, 0], Asks::Wrong { pointer: 22 }),
        ];
        for (octets, want) in rows {
            assert_eq!(Options(octets).asks(), want, "{octets:?}");
        }
    }

    #[test]
    fn rfc791_3_1_what_is_written() {
        let here = Here {
            address: Ipv4Addr::new(10, 0, 2, 1),
            ms: 258,
            is_ours: |address: Ipv4Addr| address.octets() == [10, 0, 1, 1],
        };
        let rows: [(&[u8], &[u8]); 9] = [
            (&[7, 7, 4, 0, 0, 0, 0, 0], &[7, 7, 8, 10, 0, 2, 1, 0]),
            (&[7, 7, 8, 9, 9, 9, 9, 0], &[7, 7, 8, 9, 9, 9, 9, 0]),
            (&[1, 7, 7, 4, 0, 0, 0, 0], &[1, 7, 7, 8, 10, 0, 2, 1]),
            (&[68, 8, 5, 0, 0, 0, 0, 0], &[68, 8, 9, 0, 128, 0, 1, 2]),
            (&[68, 8, 9, 0x20, 1, 1, 1, 1], &[68, 8, 9, 0x30, 1, 1, 1, 1]),
            (&[68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0], &[68, 12, 13, 1, 10, 0, 2, 1, 128, 0, 1, 2]),
            (&[68, 12, 5, 3, 10, 0, 1, 1, 0, 0, 0, 0], &[68, 12, 13, 3, 10, 0, 1, 1, 128, 0, 1, 2]),
            (&[68, 12, 5, 3, 10, 0, 1, 7, 0, 0, 0, 0], &[68, 12, 5, 3, 10, 0, 1, 7, 0, 0, 0, 0]),
            (&[148, 4, 0, 0], &[148, 4, 0, 0]),
        ];
        for (before, after) in rows {
            let mut octets = before.to_vec();
            assert_eq!(here.record(&mut octets), before != after, "{before:?}");
            assert_eq!(octets, after);
        }
        // Nothing that comes from a wire makes it step outside.
        let mut random = base::RandomSource::new(3, "options", 0).stream("octets");
        for _ in 0..100_000 {
            let mut octets: Vec<u8> =
                (0..random.below(41)).map(|_| random.below(13) as u8).collect();
            if let Some(first) = octets.first_mut().filter(|_| random.chance(0.5)) {
                *first = TIMESTAMP;
            }
            let asks = Options(&octets).asks();
            here.record(&mut octets);
            let after = Options(&octets).asks();
            assert!(matches!(after, Asks::Wrong { .. }) || after == asks, "{octets:?}");
        }
    }

    #[test]
    fn rfc791_3_2_only_marked_options_are_copied() {
        let (out, len) = Options(&[1, 7, 3, 4, 148, 4, 0, 0, 0, 0, 0, 0]).copied();
        assert_eq!(&out[..len], [148, 4, 0, 0]);
        let (_, len) = Options(&[7, 3, 4, 0]).copied();
        assert_eq!(len, 0);
    }
}
