//! The help in Chinese: one line per verb and per option of [`crate::args`]; a test holds the two together.

use base::Lang;
use clap::{Arg, ArgAction, Command};

const ABOUT: &str = "一个程序里的整个互联网: 用一个小文件写出网络, 主机和路由器";

static VERBS: &[(&str, &str)] = &[
    ("up", "启动实验: 一个文件, 或内置实验的名字"),
    ("down", "停止一个或全部实验"),
    ("ps", "列出正在运行的实验"),
    ("labs", "列出内置实验, 以及在其中进行的课文"),
    ("lessons", "列出课文, 或读一篇: 每一幕、变成命令的按钮、任务"),
    ("show", "查看: 实验, 节点, 节点里的表"),
    ("exec", "在一台机器上运行它自带的程序"),
    ("sh", "一台机器的 shell: 逐行运行它的程序"),
    ("join", "让一个真实的程序成为实验里的一台主机"),
    ("open", "用你的浏览器访问实验内部 (经过本机的 SOCKS 端口)"),
    ("set", "调节网线: set LINK loss=30% delay=20ms"),
    ("cut", "剪断网线"),
    ("mend", "接好网线"),
    ("lose", "丢掉网线上的下一帧, 或第 N 帧: LINK [from NODE] [N]"),
    ("hold", "扣留网线上的一帧, 让后面的超过它: LINK [from NODE] [N] 时长"),
    ("double", "把网线上的一帧送达两次: LINK [from NODE] [N]"),
    ("damage", "损坏网线上的一帧 (翻转一个比特): LINK [from NODE] [N]"),
    ("plug", "把机器的网线插到另一个网络; 它保留原来的地址"),
    ("power", "打开或关闭一个节点的电源"),
    ("pause", "暂停实验的时钟"),
    ("resume", "让实验的时钟继续走"),
    ("step", "暂停时钟, 让下一件事发生"),
    ("back", "暂停时钟, 回到过去"),
    ("record", "写出运行中实验的日志: 重建它所需的一切, 以及对它做过的一切"),
    ("replay", "在虚拟时间里重新运行一份日志, 并评判"),
    ("diff", "并排运行两个实验或日志: 最先不同的是什么, 为什么"),
    ("watch", "跟踪正在发生的事, 以及原因"),
    ("fields", "列出过滤器可用的字段"),
    ("logs", "程序输出了什么"),
    ("why", "一个包在每台设备, 每一层为何如此: pc1:12, 或 文件.pcapng:帧号"),
    ("capture", "把帧记录为 pcapng"),
    ("validate", "检查实验文件里的错误"),
    ("test", "在虚拟时间里运行实验并评判"),
    ("grade", "运行中的实验完成了多少任务; 或给一个文件夹的提交评分"),
    ("graph", "画出实验的网络: 文本, SVG 或 Graphviz"),
    ("new", "生成一种形状的实验文件: linear, ring, star, tree, fat-tree, campus"),
    ("import", "把其他工具的实验变成实验文件: containerlab, Kathara, MiniEdit, Topology Zoo"),
    ("serve", "只运行服务"),
    ("schema", "实验文件的 JSON Schema, 供编辑器使用"),
    ("completions", "让 shell 能补全 catenet 命令行的脚本"),
    ("doctor", "这台机器能做什么, 不能做什么, 以及如何补救"),
];

static OPTIONS: &[(&str, &str, &str)] = &[
    ("", "server", "服务: 套接字路径或 http://127.0.0.1:PORT (CATENET_SERVER)"),
    ("", "lab", "有多个实验运行时, 指定哪一个"),
    ("", "lang", "en 或 zh (CATENET_LANG, 其次是系统语言)"),
    ("", "json", "输出 JSON; 数据流每行一个对象"),
    ("up", "lab_file", "实验文件, 或内置实验的名字 (默认: two-lans)"),
    ("up", "detach", "实验就绪后返回, 实验在后台继续"),
    ("up", "seed", "使用另一个随机种子"),
    ("up", "listen", "页面及其接口的监听地址 (仅当现在启动服务时)"),
    ("up", "real", "在本机以你的权限启动实验里的真实程序 ([hosts.X] real = \"..\")"),
    ("up", "record", "把所有输入写入日志文件"),
    ("up", "student", "这是谁的实验: 其中抽取的值归这位学生"),
    ("up", "var", "实验中一个变量的值; 可以写多次"),
    ("down", "name", "哪个实验"),
    ("down", "all", "全部"),
    ("lessons", "name", "哪一篇课文; 不写则列出全部"),
    ("lessons", "solution", "连同提示和解法"),
    ("show", "node", "节点; 不写则为整个实验"),
    ("show", "table", "addresses, arp, mac, routes, sockets, tcp .."),
    ("show", "file", "实验文件的完整形式"),
    ("exec", "node", "在哪台机器上"),
    ("exec", "command", "程序 参数"),
    ("sh", "node", "在哪台机器上"),
    ("open", "url", "要看的网址 (默认: 实验里第一个有名字的网站)"),
    ("open", "from", "从哪台主机访问 (默认: 实验的第一台主机)"),
    ("open", "print", "不启动浏览器; 显示端口和用法"),
    ("open", "browser", "使用这个浏览器 (默认: chromium, google-chrome, firefox 中找到的第一个)"),
    ("open", "words", "交给浏览器的其他参数: -- --headless --dump-dom"),
    ("join", "network", "加入哪个网络"),
    ("join", "name", "主机名 (默认: guest1 ..)"),
    ("join", "ip", "地址 (默认: 下一个空闲地址)"),
    ("join", "mac", "网卡地址"),
    ("join", "detach", "加入后返回, 程序在后台继续"),
    ("join", "command", "命令 参数"),
    ("set", "words", "LINK key=value .."),
    ("cut", "link", "网线: a--b, 它的名字, 或它的一个网口"),
    ("mend", "link", "网线: a--b, 它的名字, 或它的一个网口"),
    ("lose", "words", "网线; from NODE: 只数这一端发出的帧; N: 从现在起的第几帧 (1)"),
    ("hold", "words", "网线; from NODE: 只数这一端发出的帧; N: 从现在起的第几帧 (1); 扣留多久"),
    ("double", "words", "网线; from NODE: 只数这一端发出的帧; N: 从现在起的第几帧 (1)"),
    ("damage", "words", "网线; from NODE: 只数这一端发出的帧; N: 从现在起的第几帧 (1)"),
    ("plug", "place", "NODE 或 NODE.JACK (默认: 第一个网口)"),
    ("plug", "network", "网线要插到哪个网络的交换机"),
    ("resume", "speed", "每秒走实验的多少秒, 0.001 到 100 (默认: 和之前一样; 1 是真实时间)"),
    ("step", "words", "N 步, 或: until T, until FILTER; 后面可加: within 时长"),
    ("back", "words", "N 步, 或: to T"),
    ("record", "file", "写入文件 (默认: 标准输出)"),
    ("replay", "journal", "日志, 由 record 或 up --record 写出"),
    ("replay", "until", "只到实验时钟的这个时刻: 90s, 1500ms"),
    ("replay", "capture", "把所有网口的帧写入 DIR/LAB.pcapng, 以及实验自己的抓包"),
    ("replay", "limit", "最多可用的计算时间, 单位秒"),
    (
        "diff",
        "a",
        "实验, 文件或日志; 后面可加: ,seed=7 ,with=broken ,student=学号 ,set=LINK loss=30%",
    ),
    ("diff", "b", "另一次运行, 写法相同"),
    ("diff", "until", "只到实验时钟的这个时刻: 90s, 1500ms"),
    ("diff", "limit", "最多可用的计算时间, 单位秒"),
    ("power", "node", "节点"),
    ("power", "state", "on, off 或 cycle"),
    ("completions", "shell", "bash, zsh 或 fish"),
    ("watch", "filter", "过滤器: tcp.flags.syn == 1, node == \"r1\", reason == \"retransmit\""),
    ("fields", "prefix", "只列出以此开头的字段: tcp.flags"),
    ("fields", "complete", "补全一个写到一半的过滤器, 每行一种写法"),
    ("watch", "count", "看到这么多事件后结束"),
    ("logs", "node", "只看这台机器"),
    ("logs", "follow", "继续跟踪之后的输出"),
    ("why", "packet", "一个包, 写法同 watch 所印 (pc1:12), 或抓包文件中的一帧 (文件.pcapng:帧号)"),
    ("capture", "place", "网线, 网口 (pc1.eth0) 或节点"),
    ("capture", "file", "写入文件 (默认: 标准输出)"),
    ("capture", "filter", "只要匹配的帧"),
    ("capture", "wireshark", "用 Wireshark 打开"),
    ("validate", "files", "实验文件, 或内置实验的名字"),
    ("validate", "student", "这是谁的实验: 其中抽取的值归这位学生"),
    ("validate", "var", "实验中一个变量的值; 可以写多次"),
    ("test", "lab_file", "实验文件, 或内置实验的名字"),
    ("test", "seed", "使用另一个随机种子"),
    ("test", "clock", "virtual: 能多快就多快; real: 按真实时间, 连同实验里的真实程序"),
    ("test", "overlay", "叠加: solution, broken, broken.NAME"),
    ("test", "checks", "用另一个实验文件的检查, 任务和脚本; 本实验就是一份提交"),
    ("test", "alone", "与 --checks 一起: 文件是单独提交的, 它旁边的一切都不属于它"),
    ("test", "limit", "可用的计算时间, 单位秒; 像 grade 限制一份提交那样"),
    ("test", "junit", "把结果写成 JUnit, 供持续集成读取"),
    ("test", "report", "把结果写成一个双语网页"),
    ("test", "seeds", "用所有核心运行许多种子, 如 1..1000; 把第一个失败的缩减为脚本"),
    ("test", "jobs", "与 --seeds 一起: 同时运行多少个 (默认: 核心数)"),
    ("test", "write", "与 --seeds 一起: 把重现失败的实验写入文件"),
    ("test", "capture", "把所有网口的帧写入 DIR/LAB.pcapng, 以及实验自己的抓包"),
    ("test", "student", "这是谁的实验: 其中抽取的值归这位学生"),
    ("test", "var", "实验中一个变量的值; 可以写多次"),
    ("grade", "name", "正在运行的实验 (默认: 唯一的那个)"),
    ("grade", "last", "只算最近这段时间发生的: 10s"),
    ("grade", "submissions", "改为给文件夹里的提交评分: ID.toml 或 ID/lab.toml"),
    ("grade", "checks", "题目: 用这个实验文件 (或内置实验) 的检查和任务来评判"),
    ("grade", "csv", "每份提交写一行表格"),
    ("grade", "reports", "每个学生写一个网页, 以及 index.html"),
    ("grade", "junit", "把结果写成 JUnit"),
    ("grade", "jobs", "同时评多少份 (默认: 处理器核数)"),
    ("grade", "limit", "一份提交可用的计算时间, 单位秒 (默认: 5)"),
    ("grade", "seed", "使用另一个随机种子"),
    ("grade", "var", "题目的一个变量的值; 可以写多次"),
    ("graph", "lab_file", "实验文件, 或内置实验的名字 (默认: 正在运行的实验)"),
    ("graph", "svg", "向标准输出写 SVG 文件"),
    ("graph", "dot", "向标准输出写 Graphviz 的语言"),
    ("graph", "names", "在 SVG 里写出网线的名字"),
    ("graph", "student", "这是谁的实验: 其中抽取的值归这位学生"),
    ("graph", "var", "实验中一个变量的值; 可以写多次"),
    ("new", "shape", "哪种形状; 不写则列出全部"),
    ("new", "numbers", "它的数: ring 4 2"),
    ("new", "name", "实验的名字 (默认: 形状和它的数)"),
    ("new", "output", "写入这个新文件 (默认: 标准输出)"),
    ("import", "file", "*.clab.yml, lab.conf (或其文件夹), *.mn, *.graphml"),
    ("import", "output", "写入这个新文件 (默认: 标准输出)"),
    ("serve", "listen", "页面及其接口的监听地址 (默认: 127.0.0.1:8742 或下一个空闲端口)"),
];

/// Headings and order of a help page.
const TEMPLATE: &str = "{about}\n\n用法: {usage}\n\n{all-args}{after-help}";

/// The command with its help in `lang`.
pub fn help(mut command: Command, lang: Lang) -> Command {
    let called = crate::say::called_as();
    command = command.disable_help_subcommand(true);
    if lang == Lang::En {
        return command.after_help(format!("First: {called} up two-lans"));
    }
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    command = command.disable_version_flag(true).arg(version.help("显示版本"));
    command = page(command.about(ABOUT).after_help(format!("第一步: {called} up two-lans")), "");
    for (verb, about) in VERBS {
        command = command.mut_subcommand(verb, |of_verb| page(of_verb.about(*about), verb));
    }
    command
}

fn page(command: Command, of: &str) -> Command {
    let asked = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("显示帮助");
    let mut command = command.disable_help_flag(true);
    for (_, option, help) in OPTIONS.iter().filter(|(verb, ..)| *verb == of) {
        command = command.mut_arg(option, |arg| arg.help(*help));
    }
    let mut place = 0;
    // Last, so that what stands without a dash comes first.
    let command = command.arg(asked);
    command.help_template(TEMPLATE).subcommand_help_heading("命令").mut_args(|arg| {
        place += 1;
        match (arg.is_positional(), arg.is_global_set()) {
            (true, _) => values(arg.help_heading("参数").display_order(place)),
            (_, true) => values(arg.help_heading("每个命令都有的选项")),
            (_, false) => values(arg.help_heading("选项")),
        }
    })
}

/// An argument's default and what it may be, which the parser would say in English.
fn values(arg: Arg) -> Arg {
    if !arg.get_action().takes_values() {
        return arg;
    }
    let default: Vec<_> = arg.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    let known = arg.get_possible_values();
    let known: Vec<&str> = known.iter().map(|it| it.get_name()).collect();
    let mut more = String::new();
    if !default.is_empty() {
        more += &format!(" [默认: {}]", default.join(", "));
    }
    if !known.is_empty() {
        more += &format!(" [可选: {}]", known.join(", "));
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    arg.help(help + &more).hide_default_value(true).hide_possible_values(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_verb_and_option_speaks_chinese() {
        let command = help(crate::args::Args::command(), Lang::Zh);
        let chinese = |text: String| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let exempt = ["help", "version", "table", "words"];
        for verb in command.clone().get_subcommands_mut() {
            let page = verb.render_help().to_string();
            for english in ["[default", "[possible", "Options", "Arguments", "Usage:"] {
                assert!(!page.contains(english), "{english} in {page}");
            }
        }
        let new = command.clone().find_subcommand_mut("new").map(|new| new.render_help());
        let new = new.map(|page| page.to_string()).unwrap_or_default();
        assert!(new.find("[SHAPE]  ") < new.find("[NUMBERS]...  "), "in their order: {new}");
        for verb in command.get_subcommands() {
            assert!(
                chinese(verb.get_about().map(ToString::to_string).unwrap_or_default()),
                "{}",
                verb.get_name()
            );
            for arg in verb
                .get_arguments()
                .filter(|arg| !arg.is_hide_set() && !exempt.contains(&arg.get_id().as_str()))
            {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(chinese(help), "{} {}", verb.get_name(), arg.get_id());
            }
        }
        let _ = help(crate::args::Args::command(), Lang::En);
    }
}
