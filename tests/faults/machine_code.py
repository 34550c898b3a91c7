# SPDX-License-Identifier: GPL-2.0-or-later
"""Sequences of x86-64 machine code, by a seed: random bytes, and valid
instructions of all groups.

What is valid says Capstone, of which pyheld has the library anyway.  All
opcodes of all maps are decoded once; so each of its names that can be encoded
is in the catalogue, also what only a supervisor may do.
"""
import collections
import ctypes
import ctypes.util
import random
import re

PAGE = 4096
RET, INT3, NOP = 0xc3, 0xcc, 0x90
LONGEST_RANDOM = 64

# What was reported, or made Unicorn end the program.
KNOWN = [bytes.fromhex(h) for h in (
    # mov rax,1; mov dr7,rax
    "48b80100000000000000 0f23f8",
    # cmpxchg16b [rdi]; mov dr7,rdi
    "480fc70f 0f23f8",
    # mov ecx,12000000; 1: dec ecx; jne 1b
    "b9001bb700 ffc9 75fc",
    # The same, a thousand times fewer.
    "b9e02e0000 ffc9 75fc",
    # The type to visit(), a million times.
    "53 55 4154 4155 4889f3 4889d5 4989fc 41bd40420f00"
    "498b7c2408 4889ee ffd3 41ffcd 75f1 415d 415c 5d 5b",
    # call far of a register; lock cmp
    "ffd8", "f03907",
)]

# --- Capstone ----------------------------------------------------------------

ARCH_X86, MODE_64 = 3, 1 << 3


class Insn(ctypes.Structure):
    """The begin of cs_insn, which Capstone 4 and 5 share."""
    _fields_ = [("id", ctypes.c_uint), ("address", ctypes.c_uint64),
                ("size", ctypes.c_uint16)]


class Decoder:
    def __init__(self):
        name = ctypes.util.find_library("capstone")
        assert name, "there is no libcapstone"
        self.lib = ctypes.CDLL(name)
        self.lib.cs_malloc.restype = ctypes.POINTER(Insn)
        self.lib.cs_malloc.argtypes = [ctypes.c_size_t]
        self.lib.cs_insn_name.restype = ctypes.c_char_p
        self.lib.cs_insn_name.argtypes = [ctypes.c_size_t, ctypes.c_uint]
        self.lib.cs_disasm_iter.restype = ctypes.c_bool
        self.lib.cs_disasm_iter.argtypes = [ctypes.c_size_t] + \
            [ctypes.c_void_p] * 4
        handle = ctypes.c_size_t()
        assert not self.lib.cs_open(ARCH_X86, MODE_64, ctypes.byref(handle))
        self.handle = handle.value
        self.insn = self.lib.cs_malloc(self.handle)
        self.buffer = ctypes.create_string_buffer(16)
        self.code, self.left = ctypes.c_void_p(), ctypes.c_size_t()
        self.address = ctypes.c_uint64()
        self.refs = [ctypes.addressof(x) for x in (self.code, self.left,
                                                   self.address)]
        self.refs.append(ctypes.cast(self.insn, ctypes.c_void_p).value)
        self.names = {}

    def decode(self, code):
        """(id, size) of the first instruction, or (0, 0)."""
        code = code[:15]
        ctypes.memmove(self.buffer, code, len(code))
        self.code.value = ctypes.addressof(self.buffer)
        self.left.value = len(code)
        self.address.value = 0x1000
        if not self.lib.cs_disasm_iter(self.handle, *self.refs):
            return 0, 0
        insn = self.insn.contents
        return insn.id, insn.size

    def name(self, number):
        if number not in self.names:
            self.names[number] = self.lib.cs_insn_name(
                self.handle, number).decode()
        return self.names[number]


# --- the catalogue -----------------------------------------------------------

MAPS = (b"", b"\x0f", b"\x0f\x38", b"\x0f\x3a")
# Opcodes whose registers are more opcode.
EXTENDED = {b"": {0xc6, 0xc7, 0xf6, 0xf7, 0xfe, 0xff, *range(0xd8, 0xe0)},
            b"\x0f": {0x00, 0x01, 0x0d, 0x18, 0x1a, 0x1b, 0x1e, 0xa6, 0xa7,
                      0xae, 0xba, 0xc7}}
# Of memory at rdi, and of rdi.
MODRM = [r << 3 | m for r in range(8) for m in (0x07, 0xc7)]
MODRM_ALL = MODRM + list(range(0xc0, 0x100))

SYSTEM = re.compile(
    r"hlt|cli|sti|clts|in|out|(in|out)s[bwd]|int[13o]?|iret.*|sys.*|"
    r".*msr|rdtscp?|rdpmc|rdrand|rdseed|cpuid|x(get|set)bv|xsave.*|"
    r"xrstor.*|fx(save|rstor).*|fn?(save|rstor|ldenv|stenv)|[ls][gil]dt|"
    r"[sl]msw|[ls]tr|lar|lsl|ver[rw]|l[defgs]s|l?jmp.far|lcall|ljmp|retf.*|"
    r"inv.*|wb.*|vm.*(load|save|run|call|mcall|clear|launch|ptrld|ptrst|"
    r"resume|read|write|xoff|xon|func)|clgi|stgi|skinit|monitor.*|mwait.*|"
    r"rsm|swapgs|getsec|montmul|xcrypt.*|xsha.*|xstore.*|(rd|wr)[fg]sbase|"
    r"enclu|encls|x(begin|end|abort|test)|ud[012].*|clac|stac|rdpid|"
    r"(rd|wr)pkru|clflush.*|clwb|clzero|pcommit")
STRING = re.compile(r"(movs|cmps|scas|lods|stos)[bwdq]")
FLOW = re.compile(r"j.*|call|ret|loop.*")
STACK = re.compile(r"push.*|pop[^c].*|pop|enter|leave")
# The bytes up to the opcode, and the ModRM byte, or None.
Form = collections.namedtuple("Form", "head modrm")


def group_of(name, kind, table, opcode):
    if kind:
        return kind
    if table == b"" and 0xd8 <= opcode < 0xe0:
        return "x87"
    # To and from control, debug, test and segment registers.
    if SYSTEM.fullmatch(name) or (table == b"" and opcode in (0x8c, 0x8e)) \
            or (table == b"\x0f" and 0x20 <= opcode < 0x28):
        return "system"
    if table == b"":
        return "string" if STRING.fullmatch(name) else \
            "flow" if FLOW.fullmatch(name) else \
            "stack" if STACK.fullmatch(name) else "general"
    if table != b"\x0f":
        return "simd, sha, aes"
    if FLOW.fullmatch(name):
        return "flow"
    return "mmx, sse" if opcode & 0xf0 in (0x10, 0x50, 0x60, 0x70, 0xd0, 0xe0,
                                           0xf0) or \
        opcode in (0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0xc2, 0xc4,
                   0xc5, 0xc6) else "general"


class Catalogue:
    """groups: {group: {name: [Form, ...]}}"""

    def __init__(self):
        self.decoder = Decoder()
        self.groups = collections.defaultdict(
            lambda: collections.defaultdict(list))
        self.legacy()
        self.vex()
        self.evex()
        self.now()
        self.all = [(g, n) for g in sorted(self.groups)
                    for n in sorted(self.groups[g])]

    def add(self, kind, head, modrm, table, opcode, after=b""):
        number, size = self.decoder.decode(head + bytes([modrm]) + after +
                                           bytes(8))
        if size < len(head):
            return
        name = self.decoder.name(number)
        group = group_of(name, kind, table, opcode)
        self.groups[group][name].append(Form(head, modrm))

    def legacy(self):
        for table in MAPS:
            for opcode in range(256):
                modrms = MODRM_ALL if opcode in EXTENDED.get(table, ()) \
                    else MODRM
                for before in (b"", b"\x66", b"\xf2", b"\xf3"):
                    for rex in (b"", b"\x48"):
                        head = before + rex + table + bytes([opcode])
                        for modrm in modrms:
                            self.add(None, head, modrm, table, opcode)

    def vex(self):
        for table in (1, 2, 3):
            for opcode in range(256):
                for last in range(16):
                    # W, vvvv 1111, L, pp
                    w = (last & 8) << 4 | 0x78 | last & 7
                    head = bytes([0xc4, 0xe0 | table, w, opcode])
                    for modrm in MODRM[:2] + ([0xd7, 0xe7, 0xf7, 0x17]
                                              if opcode in (0x71, 0x72, 0x73,
                                                            0xae, 0xf3)
                                              else []):
                        self.add("avx", head, modrm, None, opcode)

    def evex(self):
        for table in (1, 2, 3):
            for opcode in range(256):
                for last in range(8):
                    for length in (0x08, 0x28, 0x48):
                        w = (last & 4) << 5 | 0x7c | last & 3
                        head = bytes([0x62, 0xf0 | table, w, length, opcode])
                        for modrm in MODRM[:2]:
                            self.add("avx512", head, modrm, None, opcode)

    def now(self):
        for opcode in range(256):
            number, size = self.decoder.decode(bytes([0x0f, 0x0f, 0xc7,
                                                      opcode]))
            if size == 4:
                self.groups["3dnow"][self.decoder.name(number)].append(
                    Form(b"\x0f\x0f\xc7" + bytes([opcode]), None))

    def encode(self, rng, group, name):
        """An instruction of that name, with other operands each time."""
        form = rng.choice(self.groups[group][name])
        if form.modrm is None:
            return form.head
        plain = form.head + bytes([form.modrm])
        number, size = self.decoder.decode(plain + bytes(8))
        plain = (plain + bytes(8))[:size]
        for _ in range(8):
            code = self.vary(rng, form)
            found, size = self.decoder.decode(code)
            if found == number:
                return code[:size]
        return plain

    @staticmethod
    def vary(rng, form):
        before = b""
        if rng.random() < 0.08:
            before = bytes([rng.choice((0xf0, 0xf0, 0xf2, 0xf3, 0x64, 0x65,
                                        0x67, 0x66, 0x2e))])
        modrm = form.modrm
        if modrm < 0xc0:
            mode = rng.choice((0, 0, 1, 1, 2))
            modrm = mode << 6 | modrm & 0x38 | rng.randrange(8)
        elif rng.random() < 0.5:
            modrm = modrm & 0xf8 | rng.randrange(8)
        if rng.random() < 0.5:
            modrm = modrm & 0xc7 | rng.randrange(8) << 3
        # A SIB byte, displacement and immediate operand: wild, or near.
        rest = rng.randbytes(10) if rng.random() < 0.4 else \
            bytes([rng.choice((0x24, 0x07, 0x27, 0x0e, 0xc1)),
                   rng.randrange(0, 64, 8)]) + bytes(8)
        return before + form.head + bytes([modrm]) + rest


# --- sequences ---------------------------------------------------------------

class Code(collections.namedtuple("Code", "code fill entry what")):
    """A page of code: it begins at `entry`, around it are bytes `fill`."""

    def page(self):
        page = bytes([self.fill]) * self.entry + self.code
        return page + bytes([self.fill]) * (PAGE - len(page))

    def wire(self):
        return [self.code.hex(), self.fill, self.entry]

    def __str__(self):
        """HEX@ENTRY:FILL"""
        return "%s@%d:%02x" % (self.code.hex(), self.entry, self.fill)

    @classmethod
    def parse(cls, words):
        code, entry, fill = re.fullmatch(
            r"([0-9a-f]+)(?:@(\d+):([0-9a-f]{2}))?", words).groups()
        return cls(bytes.fromhex(code), int(fill or "c3", 16),
                   int(entry or 0), "again")


# A page of x87 instructions of registers.  Each leaves a temporary behind in
# Unicorn's translator, which has 512 of them for a block and does not count: it
# writes beyond, and the worker dies, before any hook of ours is called.  Known
# as https://github.com/unicorn-engine/unicorn/pull/2307, open in July 2026.
X87 = range(0xd8, 0xe0)
X87_PAGE = Code(b"\x15", 0xda, 0, "known")
FILLS = [b for b in range(256) if b not in X87]

HARMLESS = Code(b"\x31\xc0\xc3", RET, 0, "harmless")


def follow(rng, code, what):
    """The code runs on into returns, traps, the end of the page, or more."""
    kind = rng.randrange(5)
    if kind == 0:
        return Code(code + b"\x31\xc0\xc3", INT3, 0, what)
    if kind == 1:
        return Code(code, RET, 0, what)
    if kind == 2:
        return Code(code, INT3, rng.randrange(64), what)
    if kind == 3:
        return Code(code, NOP, PAGE - len(code), what)
    return Code(code, rng.choice(FILLS), rng.randrange(64), what)


def random_code(rng):
    return follow(rng, rng.randbytes(rng.randint(1, LONGEST_RANDOM)),
                  "random")


def known_codes():
    return [Code(c + b"\x31\xc0\xc3", RET, 0, "known") for c in KNOWN] + \
        [X87_PAGE]


def load_register(rng):
    """mov of self, visit, the stack, a small number or a wild address."""
    register = rng.choice((0, 1, 2, 3, 5, 8, 9, 10, 12, 13))
    low, high = register & 7, register >> 3
    kind = rng.randrange(5)
    if kind < 3:
        source = (7, 6, 4)[kind]
        return bytes([0x48 | high, 0x89, 0xc0 | source << 3 | low])
    if kind == 3:
        return bytes([0x48 | high, 0xc7, 0xc0 | low]) + \
            rng.randrange(4096).to_bytes(4, "little")
    return bytes([0x48 | high, 0xb8 | low]) + \
        (rng.getrandbits(48) if rng.random() < 0.7
         else rng.getrandbits(64)).to_bytes(8, "little")


REL8 = {*range(0x70, 0x80), 0xe0, 0xe1, 0xe2, 0xe3, 0xeb}
REL32 = {0xe8, 0xe9}
# What runs and does something: most of a sequence is of these.
COMMON = ("general", "general", "string", "flow", "stack", "x87", "mmx, sse",
          "simd, sha, aes")
VISIT = b"\xff\xd6"     # call rsi
SPLIT = b"\xeb\x00"     # jmp to what follows: another block begins


def aim(rng, parts):
    """Jumps of the sequence go forward, back or to themselves within it."""
    starts, at = [], 0
    for p in parts:
        starts.append(at)
        at += len(p)
    starts.append(at)
    aimed = []
    for i, p in enumerate(parts):
        # A jump back is more often a loop for ever.
        to = starts[rng.choice((rng.randint(i + 1, len(parts)),
                                rng.randint(i + 1, len(parts)),
                                rng.randint(i + 1, len(parts)),
                                rng.randint(0, len(parts)))
                               )] - starts[i] - len(p)
        if len(p) == 2 and p[0] in REL8 and p != SPLIT and \
                -128 <= to < 128:
            p = p[:1] + to.to_bytes(1, "little", signed=True)
        elif (len(p) == 5 and p[0] in REL32) or \
                (len(p) == 6 and p[0] == 0x0f and 0x80 <= p[1] < 0x90):
            p = p[:-4] + to.to_bytes(4, "little", signed=True)
        aimed.append(p)
    return b"".join(aimed)


class Valid:
    """Each name of the catalogue has its turn, among others."""

    def __init__(self, rng):
        self.rng = rng
        self.catalogue = Catalogue()
        self.turns = []

    def some(self, groups):
        group = self.rng.choice(groups)
        name = self.rng.choice(sorted(self.catalogue.groups[group]))
        return self.catalogue.encode(self.rng, group, name)

    def next(self):
        rng = self.rng
        if not self.turns:
            self.turns = list(self.catalogue.all)
            rng.shuffle(self.turns)
        group, name = self.turns.pop()
        parts = [load_register(rng) for _ in range(rng.randrange(5))]
        parts += [self.some(COMMON) for _ in range(rng.randrange(6))]
        if rng.random() < 0.7:
            parts.append(SPLIT)
        if rng.random() < 0.2:
            parts.append(VISIT)
        parts.append(self.catalogue.encode(rng, group, name))
        parts += [self.some(COMMON) if rng.random() < 0.8 else
                  self.some(sorted(self.catalogue.groups))
                  for _ in range(rng.randrange(4))]
        return follow(rng, aim(rng, parts), "valid: " + name)


if __name__ == "__main__":
    c = Catalogue()
    for g in sorted(c.groups):
        print("%-16s %4d names" % (g, len(c.groups[g])))
    v = Valid(random.Random(1))
    for _ in range(20):
        print(v.next())
