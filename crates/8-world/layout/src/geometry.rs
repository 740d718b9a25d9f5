//! Points, boxes and segments of the plane; x grows to the right, y downwards, units are CSS pixels.

use serde::Serialize;

/// A point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

impl Point {
    pub(crate) fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    pub(crate) fn plus(self, x: f64, y: f64) -> Point {
        Point { x: self.x + x, y: self.y + y }
    }

    /// The point that lies `share` of the way to `other`.
    pub(crate) fn toward(self, other: Point, share: f64) -> Point {
        self.plus((other.x - self.x) * share, (other.y - self.y) * share)
    }

    pub(crate) fn distance(self, other: Point) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// An upright rectangle by its left upper corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Area {
    /// The rectangle of this size around a point.
    pub(crate) fn around(centre: Point, width: f64, height: f64) -> Area {
        Area { x: centre.x - width / 2.0, y: centre.y - height / 2.0, width, height }
    }

    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The rectangle that is `by` larger on every side.
    pub(crate) fn grown(&self, by: f64) -> Area {
        Area {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2.0 * by,
            height: self.height + 2.0 * by,
        }
    }

    /// Whether the two share more than an edge.
    pub(crate) fn meets(&self, other: &Area) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// The smallest rectangle that holds both.
    pub(crate) fn with(&self, other: &Area) -> Area {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Area { x, y, width: right - x, height: bottom - y }
    }

    /// Whether the segment from `a` to `b` enters the rectangle (Liang-Barsky clipping).
    pub(crate) fn cut_by(&self, a: Point, b: Point) -> bool {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        let edges = [
            (-dx, a.x - self.x),
            (dx, self.right() - a.x),
            (-dy, a.y - self.y),
            (dy, self.bottom() - a.y),
        ];
        for (along, room) in edges {
            if along == 0.0 {
                if room <= 0.0 {
                    return false;
                }
            } else if along < 0.0 {
                from = from.max(room / along);
            } else {
                to = to.min(room / along);
            }
        }
        from < to
    }
}

/// Twice the signed area of a triangle: positive if `c` lies right of the way from `a` to `b`
/// (y grows downwards).
pub(crate) fn turn(a: Point, b: Point, c: Point) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Whether two segments cross at a point inside both.
pub(crate) fn cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    let apart = |p: f64, q: f64| (p > 1e-9 && q < -1e-9) || (p < -1e-9 && q > 1e-9);
    apart(turn(a, b, c), turn(a, b, d)) && apart(turn(c, d, a), turn(c, d, b))
}

/// Distance of a point to a segment.
pub(crate) fn distance_to_segment(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let square = dx * dx + dy * dy;
    if square == 0.0 {
        return p.distance(a);
    }
    let share = (((p.x - a.x) * dx + (p.y - a.y) * dy) / square).clamp(0.0, 1.0);
    p.distance(a.toward(b, share))
}
