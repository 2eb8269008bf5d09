"""Whether raw Ed25519 signatures are right: RFC 8032, section 5.1, by its own arithmetic and as slow as that is."""

import hashlib

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def added(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """Two points of Ed25519 in extended coordinates (RFC 8032, 5.1.4)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def times(n: int, point: tuple[int, ...]) -> tuple[int, ...]:
    total: tuple[int, ...] = (0, 1, 1, 0)
    while n:
        total, point, n = (added(total, point) if n & 1 else total), added(point, point), n >> 1
    return total


def point_of(data: bytes) -> tuple[int, ...]:
    """The point in 32 bytes (RFC 8032, 5.1.3)."""
    y = int.from_bytes(data, "little") & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        raise ValueError("a point that is not on the curve")
    x = P - x if x & 1 != data[31] >> 7 else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key: str, message: bytes, signature: str) -> bool:
    """Whether the key, 32 bytes as hex, signed the message; the signature is 64 bytes as hex."""
    raw, public = bytes.fromhex(signature), bytes.fromhex(key)
    s, h = int.from_bytes(raw[32:], "little"), hashlib.sha512(raw[:32] + public + message).digest()
    right = added(point_of(raw[:32]), times(int.from_bytes(h, "little") % Q, point_of(public)))
    left = times(s, BASE)
    return s < Q and all((left[n] * right[2] - right[n] * left[2]) % P == 0 for n in (0, 1))
