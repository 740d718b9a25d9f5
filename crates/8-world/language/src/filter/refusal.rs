//! What is said of mistakes in a filter, beside those of its values (`literal`).

use std::ops::Range;

use crate::diagnostic::{Complaint, text};
use crate::fields::{Field, FieldTable};
use crate::filter::Function;
use crate::nearest::nearest;

/// A name that is not in the table.
pub(super) fn unknown_field(name: &str, at: Range<usize>, table: FieldTable) -> Complaint {
    if name.starts_with("tcp.analysis") {
        return analysis(name, at);
    }
    let complaint = Complaint::new(
        "unknown-field",
        at,
        text(
            format!("no field or layer is called `{name}`"),
            format!("没有叫 `{name}` 的字段或协议"),
        ),
    );
    let near = nearest(&name.to_lowercase(), table.names());
    let layer = format!("{}.", name.split('.').next().unwrap_or(""));
    let siblings: Vec<&str> =
        table.names().filter(|field| field.starts_with(&layer)).take(12).collect();
    match (near, siblings.is_empty()) {
        (Some(_), _) => complaint.choose(near, ""),
        (None, false) => complaint.help(text(
            format!("there are: {}, ..", siblings.join(", ")),
            format!("有这些: {}, ..", siblings.join(", ")),
        )),
        (None, true) => complaint.help(text(
            "the layers are frame, eth, arp, ip, icmp, udp, tcp, dns, http; and node, jack, link, event, reason, time",
            "协议有 frame, eth, arp, ip, icmp, udp, tcp, dns, http; 另有 node, jack, link, event, reason, time",
        )),
    }
}

fn analysis(name: &str, at: Range<usize>) -> Complaint {
    let hint = match name.contains("retransmission") {
        true => "events(retransmit) > 0",
        false => "events(REASON) > 0",
    };
    Complaint::new(
        "filter-analysis",
        at,
        text(
            format!("`{name}` is a guess made from a capture"),
            format!("`{name}` 是从抓包里猜出来的"),
        ),
    )
    .label(text("Catenet does not guess", "Catenet 不猜"))
    .help(text(
        format!("the machine itself knows: write {hint}"),
        format!("机器自己知道: 写成 {hint}"),
    ))
}

/// `length(..)`
pub(super) fn unknown_function(name: &str, at: Range<usize>) -> Complaint {
    let all: Vec<&str> = Function::names().collect();
    Complaint::new(
        "filter-function",
        at,
        text(format!("there is no function `{name}(..)`"), format!("没有 `{name}(..)` 这个函数")),
    )
    .choose(nearest(name, Function::names()), &all.join(", "))
}

/// An argument that the function does not take.
pub(super) fn no_argument(function: Function, field: &Field, at: Range<usize>) -> Complaint {
    let (name, function_name) = (field.name, function.name());
    let (en, zh) = function.wants();
    let complaint = Complaint::new(
        "filter-type",
        at,
        text(
            format!("`{function_name}(..)` cannot be asked of `{name}`"),
            format!("`{function_name}(..)` 不能用于 `{name}`"),
        ),
    )
    .label(text(format!("expected {en}"), format!("这里应是{zh}")));
    match (function, name) {
        (Function::Len, "ip") => complaint.help(text("write ip.len", "写成 ip.len")),
        (Function::Len, "udp") => complaint.help(text("write udp.length", "写成 udp.length")),
        (Function::Len, "tcp") => {
            complaint.help(text("write tcp.hdr_len, or tcp.len", "写成 tcp.hdr_len 或 tcp.len"))
        }
        _ => complaint,
    }
}

/// A slice of a number.
pub(super) fn not_octets(field: &Field, at: Range<usize>) -> Complaint {
    let name = field.name;
    Complaint::new(
        "filter-type",
        at,
        text(
            format!("`{name}` is no text and no octets"),
            format!("`{name}` 不是文本, 也不是字节串"),
        ),
    )
    .label(text("compare it with `==`, `<`, `in`", "用 `==`、`<`、`in` 比较"))
    .help(text(
        "a number or an address becomes a text by string(..)",
        "数或地址可用 string(..) 变成文本",
    ))
}

/// A mask over what has no bits.
pub(super) fn no_mask(field: &Field, at: Range<usize>) -> Complaint {
    let name = field.name;
    Complaint::new(
        "filter-type",
        at,
        text(format!("`{name}` has no bits to mask"), format!("`{name}` 没有可掩的位")),
    )
    .help(text(
        "mask a number, or a slice of octets: eth.dst[0] & 01",
        "掩码只能用于数或字节片段: eth.dst[0] & 01",
    ))
}

/// Octets of a layer beyond its header.
pub(super) fn from_the_front(field: &Field, at: Range<usize>) -> Complaint {
    let name = field.name;
    Complaint::new(
        "filter-unsupported",
        at,
        text(
            format!("of the layer `{name}` only the octets of its header can be taken"),
            format!("协议 `{name}` 只能取首部里的字节"),
        ),
    )
    .help(text(
        format!("write {name}[0:2]; any octet of the frame is frame[60:2], its end frame[-2:]"),
        format!("写成 {name}[0:2]; 帧里的字节写成 frame[60:2], 末尾写成 frame[-2:]"),
    ))
}

/// A function alone, or `any` and `all` without a comparison.
pub(super) fn no_test(words: &str, at: Range<usize>) -> Complaint {
    Complaint::new(
        "filter-syntax",
        at,
        text(format!("`{words}` alone is no test"), format!("单独的 `{words}` 不是条件")),
    )
    .label(text("expected a comparison", "这里应有比较"))
}

/// `tcp.srcport + 1`
pub(super) fn arithmetic(at: Range<usize>) -> Complaint {
    Complaint::new(
        "filter-unsupported",
        at,
        text("there is no arithmetic in Catenet's filters", "Catenet 的过滤器里不能做算术"),
    )
    .help(text(
        "compare the fields themselves: udp.dstport > udp.srcport",
        "请直接比较字段: udp.dstport > udp.srcport",
    ))
}
