//! `why`: one packet at every device and layer, with the reasons; from a lab, or from a capture file.

use crate::args::Why;
use crate::client::{Client, block_on, encode};
use crate::say::{Context, Exit, Failure, called_as, print};
use base::Lang;
use service::api::{Journey, LayerView, Pass, Sentence, Station};
use std::path::Path;

/// A capture file of this many octets is read at most.
const LARGEST_FILE: u64 = 1 << 30;

/// Tells the journey.
pub fn run(context: &Context, why: &Why) -> Result<Exit, Failure> {
    let journey = match in_file(&why.packet) {
        Some((file, frame)) => from_file(context, file, frame)?,
        None => from_lab(context, &why.packet)?,
    };
    let told = match context.json {
        true => format!("{}\n", serde_json::json!(journey)),
        false => Teller(context.lang).journey(&journey),
    };
    print(&told)?;
    Ok(Exit::DONE)
}

/// `FILE.pcapng:FRAME`: a file that is there, or is called like one.
fn in_file(text: &str) -> Option<(&Path, &str)> {
    let (file, frame) = text.rsplit_once(':')?;
    let file = Path::new(file);
    let named = file.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("pcapng"));
    (named || file.is_file()).then_some((file, frame))
}

fn from_lab(context: &Context, packet: &str) -> Result<Journey, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        client.get(&format!("/labs/{lab}/packets/{}", encode(packet))).await
    })
}

fn from_file(context: &Context, path: &Path, frame: &str) -> Result<Journey, Failure> {
    let shown = path.display();
    let number = frame.parse::<usize>().map_err(|_| {
        let en = format!("{frame} is no frame's number; write {shown}:1 for its first frame");
        Failure::usage(context.say(&en, &format!("{frame} 不是帧的编号; 第一帧写作 {shown}:1")))
    })?;
    let cannot = |error: &dyn core::fmt::Display| Failure::usage(format!("{shown}: {error}"));
    let size = std::fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if size > LARGEST_FILE {
        let en = format!("{shown} is larger than 1 GiB; capture less at once, with --filter");
        return Err(Failure::usage(
            context.say(&en, &format!("{shown} 超过 1 GiB; 请用 --filter 抓取少一些")),
        ));
    }
    let octets = std::fs::read(path).map_err(|error| cannot(&error))?;
    let file = capture::reader::read(&octets).map_err(|error| {
        let capture = format!("{} capture -w FILE", called_as());
        let en = format!("{shown} cannot be read: {error}; a good one is written by: {capture}");
        Failure::usage(
            context.say(&en, &format!("无法读取 {shown}: {error}; 可读的文件这样得到: {capture}")),
        )
    })?;
    let known = lab::journey::file::known(&file, number)
        .map_err(|why| Failure::usage(format!("{shown}: {}", why.get(context.lang))))?;
    Ok(service::journeys::view(lab::journey::tell(&known)))
}

/// Writes a journey for people.
pub struct Teller(pub Lang);

impl Teller {
    fn say<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        match self.0 {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// The whole journey.
    pub fn journey(&self, journey: &Journey) -> String {
        let title = self.say(&journey.title.en, &journey.title.zh);
        let mut text = format!("{}  {title}\n", journey.packet);
        if let Some(parent) = &journey.parent {
            text += &format!("{} {parent}\n", self.say("made from, or answers:", "由来:"));
        }
        if !journey.children.is_empty() {
            let children = journey.children.join(" ");
            text += &format!("{} {children}\n", self.say("led to:", "引出:"));
        }
        if !journey.whole {
            text += self.say(
                "(not all of it is recorded any more, or captured)\n",
                "(记录不全: 一部分已不再保存, 或没有抓到)\n",
            );
        }
        for station in &journey.stations {
            text += &self.station(station);
        }
        text
    }

    fn station(&self, station: &Station) -> String {
        let kind = match station.kind.as_str() {
            "router" => self.say("router", "路由器"),
            "switch" => self.say("switch", "交换机"),
            "joined" => self.say("real machine", "真实的机器"),
            _ => self.say("host", "主机"),
        };
        let mut text = format!("\n{} ({kind})  {:.9} s", station.node, station.seconds);
        if let Some(pass) = &station.arrived {
            text += &format!("  {} {}", self.say("in:", "进:"), place(pass));
        }
        for pass in &station.left {
            text += &format!("  {} {}", self.say("out:", "出:"), place(pass));
        }
        text += &format!("  {}\n", self.fate(&station.fate));
        let mut lines: Vec<(&LayerView, bool, &Sentence)> = Vec::new();
        for view in &station.layers {
            lines.extend(view.inbound.iter().map(|sentence| (view, true, sentence)));
            lines.extend(view.outbound.iter().map(|sentence| (view, false, sentence)));
        }
        lines.sort_by_key(|(_, _, sentence)| sentence.number);
        for (view, up, sentence) in lines {
            text += &self.sentence(view, up, sentence);
        }
        text
    }

    fn sentence(&self, view: &LayerView, up: bool, sentence: &Sentence) -> String {
        let way = if up { self.say("up  ", "上") } else { self.say("down", "下") };
        let says = self.say(&sentence.en, &sentence.zh);
        let clause = match sentence.clause.is_empty() {
            true => String::new(),
            false => format!(" [{}]", sentence.clause),
        };
        let layer = view.layer;
        format!(
            "  {:>3}. {} {layer} {way}  {says}{clause}\n",
            sentence.number,
            self.say("layer", "层")
        )
    }

    fn fate(&self, fate: &str) -> &'static str {
        let (en, zh) = match fate {
            "sent" => ("sent on", "发出"),
            "delivered" => ("delivered to a program", "交给程序"),
            "consumed" => ("used up here", "在此用完"),
            "dropped" => ("dropped here", "在此丢弃"),
            _ => ("still here, or not known", "还在这里, 或不清楚"),
        };
        match self.0 {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}

fn place(pass: &Pass) -> String {
    match &pass.link {
        Some(link) => format!("{} ({link})", pass.jack),
        None => pass.jack.clone(),
    }
}

#[cfg(test)]
#[path = "why_tests.rs"]
mod tests;
