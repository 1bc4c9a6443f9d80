"""The snippet language: expressions, functions, statements, code of neurons, parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import pull, recorded_spikes, trace
from tests.conformance.casebook import Arrays, case

# What expressions may use, with the values it has in each of sixteen neurons.
OPERANDS: dict[str, tuple[str, list[float]]] = {
    "a": (
        "scalar",
        [0.1, -0.1, 1.5, -1.5, 2.5, -2.5, 0.75, -3.2, 1e-3, 7.9, -7.9, 0.5, 3.3, 12.5, -0.5, 1.0],
    ),
    "b": (
        "scalar",
        [0.3, 0.7, -1.5, 2.0, 2.5, 0.1, -0.75, 1.1, 1e3, -2.2, 3.7, 0.5, -3.3, 0.01, 1.0, -1.0],
    ),
    "f": ("float", [0.1 * k - 0.6 for k in range(16)]),
    "d": ("double", [0.7 - 0.1 * k for k in range(16)]),
    "i": ("int", [0, 1, -1, 2, -2, 7, -7, 100, -100, 12345, -12345, 3, -3, 5, 40000, -40000]),
    "j": ("int", [3, -3, 2, 7, -7, 5, 1, -1, 13, -100, 100, 4, -4, 5, 50000, 9]),
    "u": (
        "unsigned int",
        [0, 1, 2, 3, 7, 8, 255, 256, 1000, 65535, 65536, 2**31, 2**32 - 1, 12, 99, 5],
    ),
    "w": ("unsigned int", [5, 4, 3, 2, 1, 9, 17, 255, 1, 65535, 3, 2, 7, 12, 100, 6]),
    "s8": ("int8_t", [0, 1, -1, 127, -128, 5, -5, 100, -100, 64, -64, 2, -2, 33, -33, 7]),
    "u8": ("uint8_t", [0, 1, 2, 127, 128, 255, 200, 100, 50, 25, 12, 6, 3, 254, 129, 17]),
    "s16": ("int16_t", [0, 1, -1, 32767, -32768, 5, -5, 300, -300, 9, -9, 2, -2, 33, -33, 7]),
    "l": ("int64_t", [0, 1, -1, 2**40, -(2**40), 5, -5, 3, -3, 10**12, 7, 2, -2, 33, -33, 9]),
    "q": ("bool", [0, 1] * 8),
}

# By the type of the result; a semicolon ends an expression.
Expressions = dict[str, str]

# Left out is what PyGeNN 5.4.0 gets wrong on its CPU backend: ``- -i`` becomes ``--i``, abs() of a
# 64-bit integer looks at 32 bits. It also refuses a local that hides one of an outer block.
INTEGERS: Expressions = {
    "int": """
        7 / 2; -7 / 2; 7 / -2; -7 % 3; 7 % -3; i / j; i % j; i / 3; i % 3; i * 3 - j; -i; +i; ~i
        !i; !!i; i - -j; ~i & 7; !i + !j; i << 2; 1 << (u % 8u); 1 << 2 + 1; i & j; i | 0x1F
        i ^ j; i & 255; i | j & 3 ^ 1; 7 & 3 == 3; 1 | 2 ^ 3 & 2; 0x1F; 0xffu; 0X10
        1 + 2 * 3 - 4 / 2 % 3; (1 + 2) * 3; 100 / 10 / 3; 100 - 10 - 3; i == j; i != j; i < j
        i <= j; i > j; i >= j; i < j < 1; i && j; i || j; !(i && j); i && j || !i && !j
        1 || 0 && 0; (i > 0) + (j > 0); (i > 0) * 5; a > b; a == a; !a; a && b; i > 0 ? i : -i
        i > 0 ? 1 : i < 0 ? -1 : 0; (i, j); q ? 3 : 4; i + 1 == j + 1; true + true; true; false
        q + 1; !q; -q; q && true; s8 + u8; u8 - 200; u8 << 4; s8 * s8; u8 * u8; -u8; ~u8; s8 / 3
        s8 % 3; s16 * s16; u8 == 255; s8 < u8; s16 + s8; u8 / 2u; (int8_t)u8; (int8_t)200
        (unsigned char)300; (uint8_t)(u8 + 200); (short)70000; (uint16_t)-1; (char)s16; (int)a
        (int)-2.7; (int)2.7; (int)(a * 1000.0); (int)d; (bool)i; (bool)a; (bool)0.1; (int)u
        (int)l; (int16_t)i; (signed)u8; (int)true; (int)a + (int)b; (int)(a + b); a; -a; a * 10.0
        d; f; b + 0.5; u8 * 0.5; min(i, j); max(i, j); min(3, 4); abs(i); abs(-3); abs(i - j)
        max(min(i, 5), -5); abs(-2.7); abs(2.7); u > 5; u > 5u; i < u; u < i; -1 < u; u - 100u < 0
        u - w < 0u; (int)u - (int)w < 0; 1 - 2u < 0; 1 - 2 < 0; id; id % 4; id * id; (int)id - 8
        num_neurons; id == num_neurons - 1; id < 3; batch; num_batch
    """,
    "unsigned int": """
        u - 1; u - 1u; -u; ~u; u + i; u * i; i / w; u / w; u % w; u * 4000000000u; u << 4u; u & w
        u | w; u ^ w; u / 3u; 1u - 2u; 4294967295u; 0xFFFFFFFFu; 0xFFFFFFFFu + 1u; -1; i; s8; l
        (unsigned int)i; (unsigned)s8; (uint8_t)u; u8 - 1; (unsigned int)fabs(a); fabs(a)
        fabs(a) * 1000.0; min(u, w); max(u, w); min(u, 3u); max(u, 5u); u > w ? u : w
        u % 2u == 0u ? u : 0u; i > 0 ? i : u; (u & 1u) + (u & 2u); u - w; num_neurons - id
        id - num_neurons; u8 * w; q; q ? u : w; !u; u == w
    """,
    "int64_t": """
        u + i; u - w; u * 2u; 1u - 2u; i * j; i; u; s8; a; l + i; l + u; l - u; l * 3; l / 7
        l % 7; l < u; l < i; -l; ~l; l & 255; l << 3; (int64_t)u + 1; (int64_t)u * u
        (int64_t)i * 1000000; (uint64_t)i; (uint32_t)i; min(l, l + 1); i > 0 ? l : u; (int)l
        (uint8_t)l; 4294967295u; 2147483647
    """,
    "uint8_t": """
        i; u; l; u8 + 1; u8 - 1; u8 * 2; u8 << 1; s8; fabs(s8); a > 0.0; ~u8; -u8; 300; (u8, 7)
    """,
    "int8_t": """
        i; u8; s8 + 1; s8 - 1; s8 * 2; -s8; a; q; 200
    """,
    "int16_t": """
        i; u; s16 + 1; s16 * 3; -s16; a * 100.0
    """,
    "bool": """
        i; a; u8; a > 0.5; i == j; !q; q + q; q * 5; 0.1; l; i & 2; q && i
    """,
}

# The value of an assignment, an increment or a sequence.
EFFECTS: Expressions = {
    "scalar": """
        a = b; a += 1; a -= b; a *= b; a += 1 / 2; a++; ++a; a--; --a; a *= d; a += b += 1.0
        (a = 3) + 0.5; (i = 2.9) + 0.5; a++ * 2.0; --a - b
    """,
    "float": "f += 0.1d; f *= d; f++",
    "double": "d += 0.1f; d *= f; d--; (f = d) - d; (f += 0.1d) + 0.1d",
    "int": """
        i = j; (i = 3) + 1; i += 2; i *= 2; i -= j; i++; ++i; i--; --i; i++ * 2; (i++, i); -i--
        i <<= 1; i %= 3; i &= 7; i |= 8; i ^= 5; i *= 1.5; i += 0.7
    """,
    "unsigned int": """
        u++; ++u; u--; --u; u -= 5; u += i; u *= 3u
    """,
    "int64_t": """
        l++; --l
    """,
    "uint8_t": """
        u8++; ++u8; u8--; --u8; u8 += 100; u8 *= 3
    """,
    "int8_t": """
        s8++; --s8; s8 += 100
    """,
    "int16_t": """
        s16++; s16 -= 1
    """,
}

FLOATS: Expressions = {
    "scalar": """
        1 / 2; 1 / 2.0; 1.0 / 3.0; -7 / 2 * 1.0; a / b; a * b + 1.0; a + b + 1e-3; a - b - 0.1
        0.1 + 0.2; 0.1f + 0.2f; 0.1d + 0.2d; 1.0f / 3; 1.0d / 3; 5.; 5.f; 1e3; 1.5e-3; 2E2
        16777216.0 + 1.0; 16777217; 16777216 + 1; 16777217u; 123456789; 1e-40; 3.4e38
        i / 2; i / 2.0; i * 0.1; u * 0.1; u; l; l * 1.0; s8 * 0.5; u8 / 2; u8 / 2.0; q
        -a; +a; a * b - b * a; (a + b) * (a - b); a + b * a; a * 1; a / 3; 1 / a; a - (int)a
        (int)a + 0.5; (int)(a + 0.5); (uint8_t)fabs(a) * 0.1; a > b ? a : b; a > b ? 1 : 0.5
        i > 0 ? 1 : 2.5; (q ? 1 : 2) / 2; (q ? 1 : 2.0) / 2; a == b; a != b; a < b; !(a > b)
        a < 0.0 && b > 0.0; a < 0.0 || b > 0.0; (a > b) + (b > a); (a > b) * 0.5; -0.0
        0.0 * -1.0; a * 0.0; a / (b - b); (a - a) / (b - b); (float)0.1d; (double)a * b
        (double)(a * b); (scalar)i / 3; (float)d; (double)f; d * a; f * a; d + 0.1; f + 0.1
        f + d; d; f; (scalar)d; (float)d + (float)d; i + f; u + f; i + d; u - w; u - w + 0.0
        (a, b); t; t + dt; dt; dt * 3; t * 2.0; t - dt; id * 0.5; id / num_neurons
        (scalar)id / num_neurons; id - 1; (int)id - 1; batch; num_batch; st; t - st; a - t
        min(i, j) * 0.5; max(1.5, 2.5); min(a, b); max(a, b); abs(i) / 2; abs(-2.7) + 0.5
        7 % 4 * 0.5; 3 + 4 * 2 - 1.5; a * a * a * a * a; a + 1e8 - 1e8; 1e8 + a - 1e8
        a * 1e38 * 10.0; a * 1e-38 * 1e-5; 0.1 * 3 == 0.3; a * 0.1 * 10.0 == a; (a * 0.1) * b
    """,
    "float": """
        a; d; f; 0.1; 0.1d; 0.1f; a * b; d * d; f * f; f + d; f / 3; f / 3.0; d / 3
        1.0 / 3.0; f * 0.1; f * 0.1f; f * 0.1d; i * 0.1f; i * 0.1d
        16777217.0; l; u; f > d ? f : d
    """,
    "double": """
        a; d; f; 0.1; 0.1d; 0.1f; a * b; d * d; f * f; f + d; f / 3; f / 3.0; d / 3
        1.0 / 3.0; f * 0.1; f * 0.1f; f * 0.1d; i * 0.1f; i * 0.1d
        16777217.0; l; u; a / b; a + d; (double)a / b; (float)d * f; t; dt; t + dt; 1 / 2
        1 / 2.0; 1e8 + a; 1e8d + a; a + 1e8 - 1e8; f > d ? f : d; q ? f : d; i > 0 ? 1 : f
    """,
}

# These are exact, so every C library agrees about them.
EXACT = """
    fabs(a); fabs(-2.7); fabs(i); floor(a); ceil(a); round(a); rint(a); trunc(a)
    nearbyint(a); round(2.5); round(-2.5); rint(2.5); rint(3.5); rint(-2.5); floor(-0.5)
    ceil(-0.5); round(0.49999997); floor(i); floor(i / 2); floor(i / 2.0); fmod(a, b)
    fmod(-7.0, 3.0); fmod(i, 3); fmod(a, 0.25); remainder(a, b); remainder(7.0, 4.0)
    fmin(a, b); fmax(a, b); fmin(a, 0.0); fmax(i, a); fdim(a, b); copysign(a, b)
    copysign(3.0, -0.0); copysign(i, a); sqrt(fabs(a)); sqrt(2.0); sqrt(2); sqrt(2.0f)
    sqrt(2.0d); sqrt(fabs(a)) * b; sqrt(fabs(a)) + a; sqrt(-1.0 - fabs(a)); fma(a, b, a)
    fma(a, a, -a * a); fma(0.1, 10.0, -1.0); ldexp(a, 3); ldexp(a, i % 8); scalbn(a, -2)
    ilogb(a); ilogb(1000.0); (int)round(a); (int)floor(a); (unsigned int)round(t) == id
    round(fmod(a, 3.0)); fmod(t, 2.0) < 0.0001; floor(a) == a; fabs(a) * 0.1; fabs(a) + 0.1
    fabs(a * b) - fabs(a) * fabs(b); floor(a * 10.0) / 10.0; fmax(fmin(a, 1.0), -1.0)
    -fabs(a) * b; fabs(a) > 1.0 ? floor(a) : b; fabs(d); floor(d * 10.0d); fmin(f, d)
    nextafter(a, b); nextafter(1.0, 2.0)
"""
ROUNDINGS: Expressions = {
    "scalar": EXACT,
    "double": EXACT,
    "int": "floor(a); round(a); fabs(a) * 10.0; ilogb(a); rint(b); fmax(i, j); sqrt(50)",
}

ROUNDED = """
    exp(a); exp(-a); exp(1.0); exp(1); exp(i % 5); exp(a) * b; exp(a) + b; exp(a) + 0.1
    exp(a) - exp(b * 0.1); 1.0 / (1.0 + exp(-a)); exp(-dt / 20.0); exp(-dt / 20); exp(d)
    exp(f); exp((double)a); expm1(a); expm1(a * 0.001); exp2(a); pow(a, 2); pow(a, 2.0)
    pow(a, 3); pow(fabs(a), b); pow(fabs(a), 0.5); pow(2.0, i % 8); pow(2, 10); pow(a, b)
    log(fabs(a)); log(2.0); log(0.0); log1p(fabs(a)); log2(fabs(a)); log2(8.0)
    log10(fabs(a)); log10(1000); sin(a); cos(a); tan(a); sin(a * 100.0); cos(i)
    sin(a) * sin(a) + cos(a) * cos(a); asin(fmod(a, 1.0)); acos(fmod(b, 1.0)); atan(a)
    atan2(a, b); atan2(1.0, -1.0); sinh(a); cosh(a); tanh(a); asinh(a); acosh(1.0 + fabs(a))
    atanh(fmod(a, 1.0)); erf(a); erfc(a); tgamma(fabs(a)); tgamma(5.0); lgamma(fabs(a))
    lgamma(3); cbrt(a); cbrt(27.0); (int)(exp(a) * 100.0); exp(a) > 2.0 ? exp(a) : b
    (scalar)exp(a) * b; (float)exp(a) * b; tanh(a) * 0.1 + b; sqrt(exp(a)); exp(sqrt(fabs(a)))
"""
LIBM: Expressions = {"scalar": ROUNDED, "double": ROUNDED}

# Each sets RESULT, a variable of the type it is listed under.
STATEMENTS: dict[str, Sequence[str]] = {
    "int": (
        "int k = 0; for(int m = 0; m < 10; m++) { k += m; } RESULT = k;",
        "int k = 0; for(int m = 0; m < 10; m++) k += m; RESULT = k;",
        "int k = 0; for(int m = 0; m < 10; m++) { if(m == 3) continue; k += m; } RESULT = k;",
        "int k = 0; for(int m = 0; m < 10; m++) { if(m == 3) { break; } k += m; } RESULT = k;",
        "int k = 0; for(;;) { if(k >= 7) { break; } k++; } RESULT = k;",
        "int k = 0; int m; for(m = 5; m > 0; m -= 2) { k = k * 10 + m; } RESULT = k + 1000 * m;",
        "int k = 0; for(int x = 0, y = 10; x < y; x++, y--) { k += x * y; } RESULT = k;",
        "int k = 0; for(unsigned int m = 0; m < id; m++) { k += m; } RESULT = k;",
        "int k = 0; for(int m = 0; m < 4; m++) { for(int n = 0; n < 4; n++) {"
        " if(n > m) { break; } k += 10 * m + n; } } RESULT = k;",
        "int k = 0; for(int m = 0; m < 4; m++) { for(int n = 0; n < 4; n++) {"
        " if(n == m) { continue; } k = k * 3 + n; } } RESULT = k;",
        "int k = 0; while(k * k < 50) { k++; } RESULT = k;",
        "int k = 5; int m = 0; while(k--) { m += k; } RESULT = m * 100 + k;",
        "int k = 5; int m = 0; while(k-- > 0) { if(k == 2) { continue; } m += k; } RESULT = m;",
        "int k = 0; while(true) { if(++k > 5) { break; } } RESULT = k;",
        "int k = 9; do { k++; } while(k < 5); RESULT = k;",
        "int k = 0; int m = 0; do { k++; if(k == 3) { continue; } m += k; } while(k < 5);"
        " RESULT = m;",
        "int k = 0; do { if(k == 4) { break; } k++; } while(true); RESULT = k;",
        "int k = 0; switch(i) { case 0: k = 10; break; case 1: k = 20; break;"
        " case 7: k = 30; break; default: k = 40; } RESULT = k;",
        "int k = 0; switch(i) { case 0: k += 1; case 1: k += 10; case 2: k += 100; break;"
        " case 3: k += 1000; } RESULT = k;",
        "int k = 0; switch(i) { default: k += 5; case 1: k += 10; break; case 2: k += 100; }"
        " RESULT = k;",
        "int k = 0; switch(i % 3) { case 0: case 1: k = 3; break; case 2: k = 4; } RESULT = k;",
        "int k = 0; switch(u8) { case 255: k = 1; break; case 128: { int m = 2; k = m; break; } }"
        " RESULT = k;",
        "int k = 0; for(int m = 0; m < 6; m++) { switch(m) { case 1: continue; case 3: k += 100;"
        " break; default: k += m; } k += 1000; } RESULT = k;",
        "int k = 0; switch(i > 0 ? 1 : 2) { case 1: switch(j > 0 ? 1 : 2) { case 1: k = 11; break;"
        " case 2: k = 12; } break; case 2: k = 2; } RESULT = k;",
        "int k = 3; int m = k++; RESULT = m * 10 + k;",
        "int k = 3; int m = ++k; RESULT = m * 10 + k;",
        "int k = 3; int m = k--; RESULT = m * 10 + k;",
        "int k = 3; int m = --k; RESULT = m * 10 + k;",
        "int k = 3; k++; ++k; k--; RESULT = k;",
        "int k = 3; int m = -k++ * 2; RESULT = m * 10 + k;",
        "int k; int m; k = m = 4; RESULT = k * 10 + m;",
        "int k = 1; int m = 2; k += m += 3; RESULT = k * 10 + m;",
        "int k = 1, m = k + 1, n = m * m; RESULT = n * 10 + m;",
        "const int k = 6; RESULT = k * k;",
        "int k = 17; k += 3; k -= 1; k *= 2; k %= 21; k <<= 2; k |= 3; k &= 62; k ^= 9;"
        " RESULT = k;",
        "int k = 10; k *= 1.5; RESULT = k;",
        "int k = 10; k += 0.7; k += 0.7; RESULT = k;",
        "int k = 2.9; int m = -2.9; RESULT = k * 10 + m;",
        "int k = 1; { int m = 2; k += m; } { int m = 3; k *= m; } RESULT = k;",
        "if(i > 0) { int k = 5; RESULT = k; } else { int k = 6; RESULT = k; }",
        "int k = 1; for(int m = 0; m < 3; m++) { } for(int m = 0; m < 3; m++) { k++; } RESULT = k;",
        # a local may hide a variable of the model, which then keeps its value
        "int in_i = 77; in_i++; RESULT = in_i + i;",
        "int k = 0; if(i > 0) if(j > 0) k = 1; else k = 2; RESULT = k;",
        "int k = 0; if(i > 0) k = 1; else if(i < 0) k = 2; else k = 3; RESULT = k;",
        "int k = 0; if(i) { k = 1; } ; ; RESULT = k;",
        "int k = 0; if(a) { k += 1; } if(!q) { k += 2; } if(i = j) { k += 4; } RESULT = k;",
        "int k = 0; 0 && k++; 1 || k++; 1 && k++; 0 || k++; RESULT = k;",
        "int k = 0; bool c = i != 0 && ++k > 0; RESULT = k * 10 + c;",
        "int k = 0; int m = 0; i > 0 ? k++ : m++; RESULT = k * 10 + m;",
        "int k = 5; int m = (k += 2, k * 10); RESULT = m + k;",
        "bool c = 5; RESULT = c;",
        "bool c = a; c = c + 1; RESULT = c;",
        "uint8_t k = 250; k += 10; RESULT = k;",
        "uint8_t k = 255; k++; RESULT = k;",
        "uint8_t k = 0; k--; RESULT = k;",
        "uint8_t k = 0; int m = k-- - 1; RESULT = m * 1000 + k;",
        "int8_t k = 127; k++; RESULT = k;",
        "int8_t k = -128; --k; RESULT = k;",
        "unsigned char k = 200; unsigned char m = 100; RESULT = k + m;",
        "unsigned char k = 200; k = k + k; RESULT = k;",
        "short k = 32767; k += 1; RESULT = k;",
        "uint16_t k = 65535; k++; RESULT = k;",
        "bool c = true; c += 1; RESULT = c;",
        "int k = 0; // what follows is a comment; k = 5;\n RESULT = k + 1;",
        "int k = 0;\n\tk++;\n\n    RESULT\n    =\n    k\n    ;",
        "int k = i; while(k > 1) { if(k % 2 == 0) { k = k / 2; } else { k = 3 * k + 1; } }"
        " RESULT = k;",
        "int x = 48; int y = 36; while(y != 0) { int z = x % y; x = y; y = z; } RESULT = x;",
    ),
    "unsigned int": (
        "unsigned int k = 0u; k--; RESULT = k;",
        "unsigned int k = 3; k -= 5; RESULT = k;",
        "unsigned int k = u; k += i; RESULT = k;",
        "unsigned int k = 1; for(int m = 0; m < 40; m++) { k *= 3; } RESULT = k;",
        "unsigned int k = 0; for(unsigned int m = 3; m < 4; m--) { k += 1; } RESULT = k;",
        "uint32_t x = id + 1; for(int m = 0; m < 3; m++) { x = x * 1664525u + 1013904223u; }"
        " RESULT = x;",
        "unsigned int k = -1; RESULT = k;",
        "unsigned int k = 0; while((1u << k) < w) { k++; } RESULT = k;",
        "int k = -1; RESULT = k;",
    ),
    "int64_t": (
        "int64_t k = 1; for(int m = 0; m < 40; m++) { k *= 2; } RESULT = k;",
        "int64_t k = 4294967295u; k++; RESULT = k;",
        "int64_t k = 65536; k *= k; RESULT = k - 1;",
        "uint64_t k = 0; k--; RESULT = k == 0xFFFFFFFFu;",
    ),
    "scalar": (
        "scalar x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1; } RESULT = x;",
        "scalar x = 0.0; int k = 0; for(scalar y = 0.0; y < 1.0; y += 0.1) { x += y; k++; }"
        " RESULT = x + k;",
        "float x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1; } RESULT = x;",
        "double x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1; } RESULT = x;",
        "double x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1d; } RESULT = x;",
        "scalar x = 7 / 2; RESULT = x;",
        "scalar x = 1; x += 1 / 2; RESULT = x;",
        "scalar x = 1; x += 1 / 2.0; RESULT = x;",
        "scalar x = a; x *= x; x *= x; x -= a; RESULT = x;",
        "scalar x = a, y = b; if(x < y) { scalar z = x; x = y; y = z; } RESULT = x - y;",
        "const scalar third = 1.0 / 3.0; RESULT = third * 3.0 - a;",
        "scalar x = a; while(x > 0.1) { x -= 0.3; } RESULT = x;",
        "scalar x = 1.0; for(int k = 0; k < 20; k++) { x = 0.5 * (x + 2.0 / x); } RESULT = x;",
        "scalar x = 2.5; scalar y = x++; RESULT = x * 10.0 + y;",
        "scalar x = 2.5; scalar y = --x; RESULT = x * 10.0 + y;",
        "scalar in_a = a + 9.0; in_a += b; RESULT = in_a;",
        "scalar x = 0.0; for(int k = 1; k <= 10; k++) { x += 1 / k; } RESULT = x;",
        "scalar x = 0.0; for(int k = 1; k <= 10; k++) { x += 1.0 / k; } RESULT = x;",
        "scalar x = (a > 0.0) ? ((b > 0.0) ? 1.0 : 2.0) : ((b > 0.0) ? 3.0 : 4.0); RESULT = x;",
        "bool up = a > b; scalar x = up ? a : b; RESULT = x - up;",
        "timepoint x = t; RESULT = x + dt;",
    ),
    "double": (
        "double x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1; } RESULT = x;",
        "float x = 1.0 / 3.0; RESULT = x;",
        "scalar x = 1.0 / 3.0; RESULT = x * 3.0;",
        "double x = 1.0d / 3.0d; RESULT = x * 3.0d;",
    ),
}


def items(table: Expressions) -> list[tuple[str, str, str]]:
    """Give kind, text and code of every expression of a table."""
    return [
        (kind, text.strip(), f"RESULT = {text.strip()};")
        for kind, texts in table.items()
        for line in texts.strip().splitlines()
        for text in line.split(";")
    ]


def evaluate(
    pygenn: ModuleType,
    name: str,
    precision: str,
    entries: list[tuple[str, str, str]],
    suffix: str = "",
    per_model: int = 50,
) -> Arrays:
    """Run each piece of code in sixteen neurons and give the results, one array per type.

    A compiler takes longer for one model with all the code than for a model for every few pieces.
    """
    rows: dict[str, list[np.ndarray]] = {}
    labels: dict[str, list[str]] = {}
    for first in range(0, len(entries), per_model):
        chunk = entries[first : first + per_model]
        results = evaluate_in_one_model(pygenn, f"{name}_{first}", precision, chunk)
        for (kind, text, _), result in zip(chunk, results, strict=True):
            key = kind.replace(" ", "_") + suffix
            rows.setdefault(key, []).append(result)
            labels.setdefault(f"{key}_labels", []).append(text)
    arrays = {key: np.stack(values) for key, values in rows.items()}
    return arrays | {key: np.array(texts) for key, texts in labels.items()}


def evaluate_in_one_model(
    pygenn: ModuleType, name: str, precision: str, entries: list[tuple[str, str, str]]
) -> list[np.ndarray]:
    """Run each piece of code in sixteen neurons of one population, and give the results."""
    # every piece has its own copies of the operands, which it may change
    used = [[x for x in OPERANDS if re.search(rf"\b{x}\b", code)] for _, _, code in entries]
    operands = [x for x in OPERANDS if any(x in names for names in used)]
    code = [
        "{ "
        + "".join(f"{OPERANDS[x][0]} {x} = in_{x}; " for x in names)
        + "{ "
        + text.replace("RESULT", f"r{k}")
        + " } }"
        for k, (names, (_, _, text)) in enumerate(zip(used, entries, strict=True))
    ]
    neuron = pygenn.create_neuron_model(
        "evaluate",
        vars=[(f"in_{x}", OPERANDS[x][0], pygenn.VarAccess.READ_ONLY) for x in operands]
        + [(f"r{k}", kind) for k, (kind, _, _) in enumerate(entries)],
        sim_code="\n".join(code),
    )
    state: dict[str, Any] = {f"in_{x}": np.array(OPERANDS[x][1]) for x in operands}
    state |= {f"r{k}": 0 for k in range(len(entries))}
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    pop = model.add_neuron_population("pop", 16, neuron, {}, state)
    model.build()
    model.load()
    for _ in range(3):
        model.step_time()
    results = [pull(pop, f"r{k}") for k in range(len(entries))]
    model.unload()
    return results


@case("float", "double")
def expressions_of_integers(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(INTEGERS))


@case("float", "double")
def expressions_with_effects(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(EFFECTS))


@case("float", "double")
def expressions_of_floats(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(FLOATS))


@case("float", "double")
def rounding_functions(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(ROUNDINGS))


@case("float", "double")
def library_functions(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(LIBM), suffix="_libm")


@case("float", "double")
def statements(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    entries = [(kind, code, code) for kind, codes in STATEMENTS.items() for code in codes]
    return evaluate(pygenn, name, precision, entries)


@case("float", "double")
def long_chains(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Sums, conditions and branches of so many parts that the engine cuts them."""
    terms = " ".join(f"{'+-'[k % 2]} V * {0.01 * k:.2f}" for k in range(1, 150))
    whole = " ".join(f"{'+-^'[k % 3]} n * {k}u" for k in range(1, 150))
    decided = " || ".join(f"n % {k}u == 5u && V < {0.3 * k:.1f}" for k in range(7, 107))
    branches = " else ".join(f"if (V < {0.02 * k:.2f}) {{ V += {k}.5; n++; }}" for k in range(100))
    neuron = pygenn.create_neuron_model(
        "long_chains",
        vars=[("V", "scalar"), ("n", "unsigned int"), ("hit", "int")],
        sim_code=f"V = 0.3 {terms}; n = 1u {whole}; {branches} else V = fmod(V, 2.0);",
        threshold_condition_code=decided,
        reset_code="hit++;",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    start = {"V": np.linspace(-1.0, 3.0, 30), "n": np.arange(30), "hit": 0}
    population = model.add_neuron_population("neurons", 30, neuron, {}, start)
    model.build()
    model.load()
    arrays = trace(model, 12, **{one: (population, one) for one in start})
    model.unload()
    return arrays


@case("float", "double")
def code_of_neurons(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """What the three code strings of a neuron share, and the order in which they run."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    create = pygenn.create_neuron_model
    v_and_n = [("V", "scalar"), ("n", "unsigned int")]
    neurons = {
        # what sim_code declares, the other two can read
        "shared_locals": create(
            "shared_locals",
            vars=v_and_n,
            sim_code="const scalar before = V; V += 0.3 + 0.1 * id; int k = (int)(V * 10.0);",
            threshold_condition_code="V > 1.0 && k % 3 != 0",
            reset_code="V = before - 0.5; n += k;",
        ),
        "assigning_threshold": create(
            "assigning_threshold",
            vars=v_and_n,
            sim_code="V += 0.25;",
            threshold_condition_code="n = (V > 1.0) ? n + 1u : 0u",
            reset_code="V -= 0.5 * n;",
        ),
        "always": create(
            "always",
            vars=v_and_n,
            sim_code="V = t;",
            threshold_condition_code="true",
            reset_code="n++;",
        ),
        "numeric_threshold": create(
            "numeric_threshold",
            vars=v_and_n,
            sim_code="V += 1.0;",
            threshold_condition_code="fmod(V, 3.0)",
            reset_code="n++;",
        ),
        # without a threshold there is no reset either
        "silent": create(
            "silent", vars=v_and_n, sim_code="V += 1.0;", reset_code="no such thing ("
        ),
        "empty": create("empty", vars=v_and_n, threshold_condition_code="V > 1e6"),
        "spike_time": create(
            "spike_time",
            vars=v_and_n,
            sim_code="V = (t - st > 100.0) ? -1.0 : t - st; n++;",
            threshold_condition_code="n % (id + 2) == 0",
        ),
        # above threshold all the time: spikes in every step without refractoriness
        "above": create(
            "above",
            vars=v_and_n,
            sim_code="V += 1.0;",
            threshold_condition_code="V >= 2.0",
            reset_code="n++; if(n % 3 == 0) { V = 0.0; }",
        ),
        "refractory": create(
            "refractory",
            vars=v_and_n,
            sim_code="V += 1.0;",
            threshold_condition_code="V >= 2.0",
            reset_code="n++; if(n % 3 == 0) { V = 0.0; }",
            auto_refractory_required=True,
        ),
        # the threshold before sim_code is read from the state that the last step left
        "refractory_pulse": create(
            "refractory_pulse",
            vars=v_and_n,
            sim_code="V = (n % 4 < 2) ? 0.0 : 5.0; n++;",
            threshold_condition_code="V >= 2.0",
            auto_refractory_required=True,
        ),
    }
    pops = {}
    for key, neuron in neurons.items():
        pops[key] = model.add_neuron_population(key, 5, neuron, {}, {"V": 0.0, "n": 0})
        pops[key].spike_recording_enabled = key not in ("silent", "empty")
    model.build()
    model.load(num_recording_timesteps=24)
    watch = {f"{key}_{v}": (pop, v) for key, pop in pops.items() for v in ("V", "n")}
    arrays = trace(model, 24, **watch)
    spiking = {key: pop for key, pop in pops.items() if pop.spike_recording_enabled}
    arrays |= recorded_spikes(model, **spiking)
    model.unload()
    return arrays


@case("float", "double")
def parameters(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """How parameters, derived parameters and scalar initial values are rounded."""
    values = [
        0.1,
        1.0 / 3.0,
        2.7,
        -2.7,
        16777217.0,
        123456789.123456789,
        1e-30,
        1e30,
        0.0,
        -0.0,
        5,
        # closer to halfway between two floats than ten decimal digits can tell
        1.0 + 2.0**-24 - 1e-11,
        1.0 + 2.0**-24 + 1e-12,
        1.0 + 3 * 2.0**-24 + 1e-11,
    ]
    typed = [
        ("int", 2.7),
        ("int", -2.7),
        ("int", 16777217),
        ("int", -(2**31)),
        ("bool", 0.5),
        ("unsigned int", 2.7),
        ("unsigned int", 2**32 - 1),
        ("uint8_t", 255),
        ("int8_t", -128),
        ("int64_t", 2**53 + 1),
        ("double", 0.1),
        ("float", 0.1),
        ("bool", 1),
        ("int16_t", 7.9),
    ]
    plain = [f"p{k}" for k in range(len(values))]
    kinds = [(f"q{k}", kind) for k, (kind, _) in enumerate(typed)]
    neuron = pygenn.create_neuron_model(
        "parameters",
        params=plain + kinds,
        vars=[(f"v{p}", "scalar") for p in plain]
        + [(f"i{p}", "scalar") for p in plain]
        + [(f"d{p}", "scalar") for p in plain]
        + [(f"v{q}", kind) for q, kind in kinds],
        derived_params=[(f"third_of_{p}", lambda pars, dt, p=p: pars[p] / 3.0 + dt) for p in plain],
        sim_code="".join(f"v{p} = {p}; d{p} = third_of_{p};\n" for p in plain)
        + "".join(f"v{q} = {q};\n" for q, _ in kinds),
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    params = dict(zip(plain, values, strict=True))
    params |= {f"q{k}": value for k, (_, value) in enumerate(typed)}
    state = {f"{x}{p}": 0.0 for p in plain for x in "vd"}
    state |= {f"i{p}": params[p] for p in plain}
    state |= {f"v{q}": 0 for q, _ in kinds}
    pop = model.add_neuron_population("pop", 1, neuron, params, state)
    model.build()
    model.load()
    model.step_time()
    arrays = {
        key: np.concatenate([pull(pop, f"{letter}{p}") for p in plain])
        for key, letter in (("plain", "v"), ("initial", "i"), ("derived", "d"))
    }
    arrays |= {f"typed_{q}_{kind.replace(' ', '_')}": pull(pop, f"v{q}") for q, kind in kinds}
    model.unload()
    return {"values": np.array(values), **arrays}


@case("float")
def dynamic_parameters(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    neuron = pygenn.create_neuron_model(
        "dynamic",
        params=["step", ("count", "int")],
        derived_params=[("twice", lambda pars, dt: 2.0 * pars["step"])],
        vars=[("V", "scalar"), ("W", "scalar"), ("k", "int")],
        sim_code="V += step; W += twice; k += count;",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    state = {"V": 0.0, "W": 0.0, "k": 0}
    pop = model.add_neuron_population("pop", 2, neuron, {"step": 0.1, "count": 3}, state)
    pop.set_param_dynamic("step")
    pop.set_param_dynamic("count")
    model.build()
    model.load()
    watch = {key: (pop, key) for key in state}
    parts = [trace(model, 3, **watch)]
    for step, count in ((0.7, 7.9), (1.0 / 3.0, -2)):
        pop.set_dynamic_param_value("step", step)
        pop.set_dynamic_param_value("count", count)
        parts.append(trace(model, 3, **watch))
    model.unload()
    return {key: np.concatenate([part[key] for part in parts]) for key in state}
