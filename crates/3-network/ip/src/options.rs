//! The options of a received header (RFC 791 section 3.1), as far as they decide anything.
//!
//! Source routes are refused (RFC 7126 section 4.3 tells why). Record route, timestamp and security
//! pass unread: a router that writes into them is not required by anybody today.

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
        for option in self {
            match option {
                Ok([LOOSE_ROUTE, len, pointer, ..]) if pointer <= len => asks = Asks::LooseRoute,
                Ok([STRICT_ROUTE, len, pointer, ..]) if pointer <= len => asks = Asks::StrictRoute,
                Ok(_) => {}
                Err(pointer) => return Asks::Wrong { pointer },
            }
        }
        asks
    }

    /// The options that fragments after the first carry, padded to words (RFC 791 section 3.2).
    pub(crate) fn copied(self) -> ([u8; 40], usize) {
        let (mut out, mut len) = ([END; 40], 0);
        for option in self.into_iter().flatten().filter(|option| option[0] & COPIED != 0) {
            if let Some(room) = out.get_mut(len..len + option.len()) {
                room.copy_from_slice(option);
                len += option.len();
            }
        }
        (out, len.next_multiple_of(4))
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
        let rest = self.octets.get(self.at..)?;
        let len = match rest {
            [] | [END, ..] => return None,
            [NO_OPERATION, ..] => 1,
            [_, len, ..] if *len >= 2 && usize::from(*len) <= rest.len() => usize::from(*len),
            _ => {
                let pointer = (20 + self.at + 1) as u8;
                self.at = self.octets.len();
                return Some(Err(pointer));
            }
        };
        self.at += len;
        rest.get(..len).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_options_ask() {
        let route = |pointer| [LOOSE_ROUTE, 7, pointer, 10, 0, 0, 1, 0];
        let rows: [(&[u8], Asks); 9] = [
            (&[], Asks::Nothing),
            (&[1, 1, 1, 0], Asks::Nothing),
            (&[7, 7, 4, 0, 0, 0, 0, 0], Asks::Nothing),
            (&route(4), Asks::LooseRoute),
            (&route(8), Asks::Nothing),
            (&[1, STRICT_ROUTE, 7, 4, 1, 2, 3, 4], Asks::StrictRoute),
            (&[1, 1, 1, 7], Asks::Wrong { pointer: 24 }),
            (&[7, 1, 0, 0], Asks::Wrong { pointer: 21 }),
            (&[7, 9, 0, 0], Asks::Wrong { pointer: 21 }),
        ];
        for (octets, want) in rows {
            assert_eq!(Options(octets).asks(), want, "{octets:?}");
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
