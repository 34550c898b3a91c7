/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types whose tp_traverse does what none may do, for tests/targets/wild.py.
 *
 * Made without Python.h: what is declared here is the stable ABI, the same in
 * all versions, so that one library does for all of them.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct object {
#ifdef FREE_THREADED
	uint64_t thread, bits;
#endif
	ptrdiff_t refcnt;
	struct object *type;
	struct object *held;
	uint64_t mark;
} object;
typedef int (*visitor)(object *, void *);

struct slot {
	int slot;
	const void *function;
};
struct spec {
	const char *name;
	int basicsize, itemsize;
	unsigned int flags;
	const struct slot *slots;
};
object *PyType_FromSpec(struct spec *);
void Py_IncRef(object *);

#define TP_TRAVERSE 71
#define HAVE_GC (1u << 14)

uint64_t counter;
static volatile uint64_t array[1 << 17];

static int honest(object *self, visitor visit, void *arg)
{
	return visit(self->held, arg);
}

/* As PyO3 does: a count somewhere, and a mark in the object itself. */
static int marks(object *self, visitor visit, void *arg)
{
	__atomic_add_fetch(&counter, 1, __ATOMIC_SEQ_CST);
	self->mark++;
	if (self->mark == 1)
		visit(self->held, arg);
	self->mark += 2;
	return 0;
}

static int loops(object *self, visitor visit, void *arg)
{
	visit(self->held, arg);
	for (;;)
		__asm__ volatile("");
}

/* It ends, but takes a while each time: more than 0.1 s in the emulator, also
 * on a fast machine (0.23 s), and less than 1 s. */
static int dawdles(object *self, visitor visit, void *arg)
{
	for (unsigned int i = 0; i < 500000000; i++)
		__asm__ volatile("");
	return visit(self->held, arg);
}

static int recurses(object *self, visitor visit, void *arg)
{
	volatile char frame[100];

	frame[0] = 1;
	return recurses(self, visit, arg) + frame[0];
}

static int jumps(object *self, visitor visit, void *arg)
{
	(void)self;
	return ((int (*)(visitor, void *))0x10)(visit, arg);
}

static int jumps_into_itself(object *self, visitor visit, void *arg)
{
	int (*code)(visitor, void *);

	memcpy(&code, &self, sizeof(code));
	return code(visit, arg);
}

static int writes_everywhere(object *self, visitor visit, void *arg)
{
	uintptr_t at = (uintptr_t)self;

	for (uintptr_t i = 0; i < 1 << 20; i++)
		*(volatile char *)(at + i * 4096 * 257) = 1;
	return visit(self->held, arg);
}

static int writes_much(object *self, visitor visit, void *arg)
{
	for (size_t i = 0; i < sizeof(array) / sizeof(*array); i++)
		array[i] = i + 1;
	return visit(self->held, arg);
}

static int writes_its_code(object *self, visitor visit, void *arg)
{
	memset((void *)(uintptr_t)writes_its_code, 0xc3, 1);
	return visit(self->held, arg);
}

static int reads_nothing(object *self, visitor visit, void *arg)
{
	(void)self;
	return visit(*(object *volatile *)0x123456789000, arg);
}

static int visits_junk(object *self, visitor visit, void *arg)
{
	visit(NULL, arg);
	visit((object *)1, arg);
	visit((object *)((char *)self + 4), arg);
	visit((object *)-16, arg);
	visit((object *)0x8000000000000000, arg);
	visit((object *)(uintptr_t)visits_junk, arg);
	visit((object *)(uintptr_t)array, arg);
	return visit(self->held, arg);
}

static int visits_millions(object *self, visitor visit, void *arg)
{
	for (unsigned int i = 0; i < 10000000; i++)
		visit(self->held, arg);
	return 0;
}

static int visits_for_ever(object *self, visitor visit, void *arg)
{
	for (;;)
		visit(self->held, arg);
}

static int calls_the_system(object *self, visitor visit, void *arg)
{
	long result;

	/* kill(0, SIGKILL) */
	__asm__ volatile("syscall" : "=a"(result)
			 : "a"(62L), "D"(0L), "S"(9L) : "rcx", "r11", "memory");
	return visit(self->held, arg) + (int)result;
}

static int traps(object *self, visitor visit, void *arg)
{
	visit(self->held, arg);
	__builtin_trap();
}

static int loses_its_stack(object *self, visitor visit, void *arg)
{
	visit(self->held, arg);
	__asm__ volatile("mov $0x100, %rsp; push %rax; ret");
	return 0;
}

static const struct {
	const char *name;
	int (*traverse)(object *, visitor, void *);
} kinds[] = {
	{ "wild.honest", honest },
	{ "wild.marks", marks },
	{ "wild.loops", loops },
	{ "wild.dawdles", dawdles },
	{ "wild.recurses", recurses },
	{ "wild.jumps", jumps },
	{ "wild.jumps_into_itself", jumps_into_itself },
	{ "wild.writes_everywhere", writes_everywhere },
	{ "wild.writes_much", writes_much },
	{ "wild.writes_its_code", writes_its_code },
	{ "wild.reads_nothing", reads_nothing },
	{ "wild.visits_junk", visits_junk },
	{ "wild.visits_millions", visits_millions },
	{ "wild.visits_for_ever", visits_for_ever },
	{ "wild.calls_the_system", calls_the_system },
	{ "wild.traps", traps },
	{ "wild.loses_its_stack", loses_its_stack },
};

unsigned int wild_types(void)
{
	return sizeof(kinds) / sizeof(*kinds);
}

/* A new reference to type number `i`. */
object *wild_type(unsigned int i)
{
	struct slot slots[2] = { { 0 } };
	struct spec spec = { NULL, sizeof(object), 0, HAVE_GC, slots };

	slots[0].slot = TP_TRAVERSE;
	memcpy(&slots[0].function, &kinds[i].traverse, sizeof(void *));
	spec.name = kinds[i].name;
	return PyType_FromSpec(&spec);
}

void wild_hold(object *self, object *held)
{
	Py_IncRef(held);
	self->held = held;
}

/* All that has ever been written. */
uint64_t wild_written(const object *self)
{
	uint64_t sum = counter + self->mark;

	for (size_t i = 0; i < sizeof(array) / sizeof(*array); i++)
		sum += array[i];
	return sum;
}
