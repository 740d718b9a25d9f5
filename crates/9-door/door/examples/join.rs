//! A program as a host on `pump`'s cable: the smallest caller of `catenet_door::join`.
//!
//! `join SOCKET|- NAME MAC ADDRESS/PREFIX KEY=VALUE.. -- COMMAND..`, keys: `gw`, `dns`, `search`,
//! `card` (`auto`, `tap`, `veth`), `lang`. `-` instead of a socket: nobody at the other end.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("{}", catenet_door::error::DoorError::Unsupported);
}

#[cfg(target_os = "linux")]
mod linux {
    use catenet_door::card::{Card, Prefer};
    use catenet_door::error::DoorError;
    use catenet_door::{Lang, fd, join};
    use std::error::Error;
    use std::ffi::OsString;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::process::ExitCode;

    struct Wish {
        socket: String,
        card: Card,
        prefer: Prefer,
        lang: Lang,
        command: Vec<OsString>,
    }

    pub(crate) fn main() -> ExitCode {
        let wish = match parse() {
            Ok(wish) => wish,
            Err(error) => {
                eprintln!("join: {error}");
                return ExitCode::from(125);
            }
        };
        let lang = wish.lang;
        let code = run(wish).unwrap_or_else(|error| {
            eprintln!("join: {}", error.message(lang));
            error.exit_code()
        });
        ExitCode::from(u8::try_from(code).unwrap_or(125))
    }

    fn parse() -> Result<Wish, Box<dyn Error>> {
        let mut words = std::env::args_os().skip(1);
        let mut word = |what: &str| {
            let word = words.next().ok_or_else(|| format!("missing: {what}"))?;
            word.into_string().map_err(|_| format!("{what} is not text"))
        };
        let socket = word("SOCKET")?;
        let name = word("NAME")?;
        let mac = mac(&word("MAC")?).ok_or("MAC: six octets in hex")?;
        let address = word("ADDRESS/PREFIX")?;
        let (address, prefix) = address.split_once('/').ok_or("ADDRESS/PREFIX")?;
        let card = Card {
            name,
            mac,
            address: address.parse()?,
            prefix: prefix.parse()?,
            gateway: None,
            mtu: 1500,
            resolver: None,
            search: None,
            hosts: Vec::new(),
            congestion: None,
        };
        let (prefer, lang) = (Prefer::Auto, Lang::En);
        let mut wish = Wish { socket, card, prefer, lang, command: Vec::new() };
        loop {
            let setting = word("--")?;
            match setting.split_once('=') {
                Some(("gw", value)) => wish.card.gateway = Some(value.parse()?),
                Some(("dns", value)) => wish.card.resolver = Some(value.parse()?),
                Some(("search", value)) => wish.card.search = Some(value.into()),
                Some(("card", "auto")) => wish.prefer = Prefer::Auto,
                Some(("card", "tap")) => wish.prefer = Prefer::Tap,
                Some(("card", "veth")) => wish.prefer = Prefer::Veth,
                Some(("lang", "zh")) => wish.lang = Lang::Zh,
                _ if setting == "--" => break,
                _ => return Err(format!("what is {setting}?").into()),
            }
        }
        wish.command = words.collect();
        Ok(wish)
    }

    fn mac(text: &str) -> Option<[u8; 6]> {
        let octets: Result<Vec<u8>, _> =
            text.split(':').map(|octet| u8::from_str_radix(octet, 16)).collect();
        octets.ok()?.try_into().ok()
    }

    fn run(wish: Wish) -> Result<i32, DoorError> {
        let mut prepared = join::prepare(&wish.card, wish.prefer)?;
        let mut control = None;
        if wish.socket != "-"
            && let Some(carrier) = prepared.take_carrier()
        {
            let detail = |error: std::io::Error| DoorError::Helper { detail: error.to_string() };
            let service = UnixStream::connect(&wish.socket).map_err(detail)?;
            fd::send_json(&service, &prepared.kind(), &[carrier.as_fd()]).map_err(detail)?;
            control = Some(service.into());
        }
        prepared.run(&wish.command, control, wish.lang)
    }
}
